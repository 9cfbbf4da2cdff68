//! What waits here, told to the centre: so its timeline says *late* of it, and not *missing*.

use std::ops::Range;

use ashkar_archive::Archive;
use ashkar_terms::CameraId;
use ashkar_uplink::placing::Verdict;
use ashkar_uplink::{BACKLOG_SPANS_MAX, Backlog, BacklogPath, Line, SenderStatus};
use hyper::Method;

use super::Shell;
use crate::uplink::event::{Report, Tag};

/// Segments at the end of a range that may not be durable yet.
const NOT_DURABLE_MAX: usize = 4;
/// Ranges whose times are read from the archive: two reads each.
const RANGES_READ_MAX: usize = 4 * BACKLOG_SPANS_MAX;

impl Shell {
    /// Looks for the times of what waits, of each camera of which something does.
    pub(super) fn look_what_waits(&mut self, status: &SenderStatus) {
        if self.session.token.is_none() {
            return;
        }
        for camera in &status.cameras {
            let id = camera.camera;
            if camera.backlog_segments > 0 {
                let mut waits = self.numbers(id);
                self.sender.ledger().persisted(id).for_each(|range| waits.remove_range(&range));
                let archive = self.parts.archive.clone();
                let waits = self.parts.placing.lock().split(id, waits.ranges());
                self.aside(move || Some(Report::Waits(id, times(&archive, id, waits))));
            } else if self.told.contains(&id) {
                self.tell_waits(id, &Backlog::default());
            }
        }
    }

    pub(super) fn tell_waits(&mut self, camera: CameraId, waits: &Backlog) {
        let path = BacklogPath { camera }.to_string();
        if !self.put(Line::Late, Tag::Backlog, Method::PUT, &path, waits.to_json()) {
            return;
        }
        if waits.spans.is_empty() {
            self.told.remove(&camera);
        } else {
            self.told.insert(camera);
        }
    }
}

/// The times of these segments. What cannot be read now is told in five seconds.
fn times(archive: &Archive, camera: CameraId, segments: Vec<(Range<u64>, Verdict)>) -> Backlog {
    let known = segments.into_iter().filter_map(|(range, verdict)| match verdict {
        Verdict::By(offset_us) => Some((range, offset_us)),
        Verdict::Waits => None,
    });
    let mut ranges: Vec<(Range<u64>, i64)> = known.collect();
    while ranges.len() > RANGES_READ_MAX {
        // Neighbours under one clock become one, which reads half as many; of more clocks, the latest are told.
        let joined: Vec<_> = ranges.chunks(2).flat_map(joined).collect();
        let is_shorter = joined.len() < ranges.len();
        ranges = joined;
        if !is_shorter {
            ranges.drain(..ranges.len() - RANGES_READ_MAX);
        }
    }
    let spans = ranges.into_iter().filter_map(|(range, offset_us)| {
        let segment = |number| archive.segment(camera, number).ok().flatten();
        let first = segment(range.start)?;
        // The newest may not be durable yet.
        let newest = (range.start..range.end).rev().take(NOT_DURABLE_MAX).find_map(segment);
        let last = newest.unwrap_or_else(|| first.clone());
        let by = offset_us / 100 * 9;
        Some((first.start.plus(by), last.start.plus(i64::from(last.duration)).plus(by)))
    });
    Backlog::of(spans)
}

fn joined(pair: &[(Range<u64>, i64)]) -> Vec<(Range<u64>, i64)> {
    match pair {
        [(one, by), (next, other)] if by == other => vec![(one.start..next.end, *by)],
        _ => pair.to_vec(),
    }
}
