//! What a wrong clock recorded: decided, noted, and only then sent in its place.

use std::ops::Range;
use std::sync::Arc;

use ashkar_archive::Archive;
use ashkar_media::{FactKind, Output};
use ashkar_terms::{CameraId, Span, UtcMicros};
use ashkar_uplink::placing::{CentreTime, Placed, Verdict};
use ashkar_uplink::sender::{METADATA_MAX, RangeSet};

use super::Shell;
use super::aside::metadata;
use crate::placing::{SharedPlacing, not_written, path};
use crate::uplink::event::Report;
use crate::uplink::files::write_atomically;
use crate::uplink::queue::Item;

/// How much longer than it was last seen an era may have lasted, microseconds.
const UNSEEN_US: i64 = 60_000_000;

impl Shell {
    pub(super) fn take_recorded(&mut self, now: u64) {
        for (camera, item) in self.parts.queue.take() {
            let mut placing = self.parts.placing.lock();
            let placed = match item {
                Item::Output(output) => self.flow.take(&mut placing, camera, &output),
                Item::Left(segment) => {
                    self.flow.passed_by(&mut placing, camera, segment);
                    vec![Placed::Left(segment)]
                }
            };
            drop(placing);
            placed.into_iter().for_each(|placed| self.go_on(camera, placed, now));
        }
    }

    fn go_on(&mut self, camera: CameraId, placed: Placed, now: u64) {
        match placed {
            Placed::Now(output) => self.sender.recorded(camera, &output, now),
            Placed::Left(segment) if self.cameras.contains(&camera) => {
                self.sender.add_camera(camera, std::iter::once(segment..segment + 1));
            }
            Placed::Left(_) => {}
        }
    }

    /// More is known of the time: what waited for that is looked at again.
    fn know_more(&mut self) {
        self.sender.placed();
        self.offer_placed();
        let (placing, now) = (SharedPlacing::clone(&self.parts.placing), self.now());
        let released = self.flow.known(&placing.lock());
        released.into_iter().for_each(|(camera, placed)| self.go_on(camera, placed, now));
    }

    /// Whenever the centre told its time, and once a second.
    pub(super) fn judge_clock(&mut self) {
        let now = self.parts.clock.now();
        let centre = self.offset.ahead_and_margin_us(now);
        let centre = centre.map(|(ahead_us, margin_us)| CentreTime { ahead_us, margin_us });
        let mut placing = self.parts.placing.lock();
        let is_decided = placing.judge(now, centre);
        let (verdict, is_first) = (placing.current(), self.verdict.is_none());
        drop(placing);
        if is_decided {
            self.know_more();
        }
        if self.verdict.replace(verdict) != Some(verdict) {
            tell(verdict, is_first);
        }
        self.write_placing();
    }

    /// A crash before it is written: nothing was sent by it, and it is decided again.
    fn write_placing(&mut self) {
        if self.is_writing_placing {
            return;
        }
        let Some((change, bytes)) = self.parts.placing.lock().unwritten() else { return };
        self.is_writing_placing = true;
        let file = path(&self.parts.config.data);
        self.aside(move || {
            let written = write_atomically(&file, &bytes).inspect_err(|error| not_written(&file, error));
            Some(Report::Placing(change, written.is_ok()))
        });
    }

    pub(super) fn placing_written(&mut self, change: u64, is_written: bool) {
        self.is_writing_placing = false;
        if is_written && self.parts.placing.lock().wrote(change) {
            self.know_more();
            let verdict = self.parts.placing.lock().current();
            if self.verdict.replace(verdict) != Some(verdict) {
                tell(verdict, false);
            }
        }
    }

    /// Gaps and facts of eras whose media are moved.
    fn offer_placed(&self) {
        for camera in &self.cameras {
            self.offer_metadata_of_moved(*camera);
        }
    }

    /// The same of one camera; what the centre has of it, it says.
    pub(super) fn offer_metadata_of_moved(&self, camera: CameraId) {
        let (archive, placing) = (self.parts.archive.clone(), SharedPlacing::clone(&self.parts.placing));
        self.aside(move || Some(Report::Metadata(camera, moved_metadata(&archive, &placing, camera))));
    }

    /// Notes of each era that is moved which of its media are, once they begin and once they are over.
    pub(super) fn note_moved(&mut self) {
        let placing = self.parts.placing.lock();
        if placing.is_plain() {
            return;
        }
        let mut news = Vec::new();
        for camera in self.parts.config.cameras.iter().map(|camera| camera.id) {
            for (era, segments, lasts) in placing.moved(camera) {
                let (boot, offset_us) = (era.boot().to_owned(), era.offset_us().unwrap_or(0));
                if self.told_moved.insert((camera, segments.start, lasts)) {
                    news.push(Moved { camera, segments, lasts, boot, offset_us });
                }
            }
        }
        drop(placing);
        for moved in news {
            let parts = Arc::clone(&self.parts);
            self.aside(move || {
                let Some(kind) = moved.fact(&parts.archive) else {
                    // Nothing of it is durable yet.
                    return Some(Report::Untold(moved.camera, moved.segments.start, moved.lasts));
                };
                (parts.note)(moved.camera, kind);
                None
            });
        }
    }

    /// It is tried again in a second.
    pub(super) fn untold(&mut self, camera: CameraId, first: u64, lasts: bool) {
        self.told_moved.remove(&(camera, first, lasts));
    }
}

/// Segments of one camera that are moved.
struct Moved {
    camera: CameraId,
    segments: Range<u64>,
    /// Their clock goes on.
    lasts: bool,
    boot: String,
    offset_us: i64,
}

impl Moved {
    fn fact(&self, archive: &Archive) -> Option<FactKind> {
        let numbers = archive.numbers(self.camera);
        // The first one after them is durable only after the last one of them.
        let is_over = numbers.last().is_some_and(|range| range.end > self.segments.end);
        if !self.lasts && !is_over {
            return None;
        }
        let there: RangeSet = within(&numbers, &self.segments);
        let segment = |number| archive.segment(self.camera, number).ok().flatten();
        let begin = segment(there.first()?)?;
        let to = match there.ranges().last().filter(|_| !self.lasts) {
            Some(range) => Some(segment(range.end - 1)?.end()),
            None => None,
        };
        Some(FactKind::MediaPlaced {
            boot: self.boot.clone(),
            from: begin.start,
            to,
            offset_us: self.offset_us,
        })
    }
}

fn tell(verdict: Verdict, is_first: bool) {
    match verdict {
        Verdict::By(0) if is_first => {}
        Verdict::By(0) => {
            tracing::info!("the clock of this computer is right: what it records is sent as it is");
        }
        Verdict::By(offset_us) => tracing::warn!(
            wrong_by_ms = -offset_us / 1000,
            cause = "the clock of this computer is wrong",
            blame = "station",
            "what is recorded stays as it is, and the copy that is sent is put in its place"
        ),
        Verdict::Waits if is_first => {}
        Verdict::Waits => tracing::warn!(
            cause = "neither a time service nor the centre has told the time",
            blame = "station",
            "whether the clock of this computer is right is not known; until it is, nothing is sent"
        ),
    }
}

/// Those of `numbers` that are among `segments`.
fn within(numbers: &[Range<u64>], segments: &Range<u64>) -> RangeSet {
    let cut = |range: &Range<u64>| range.start.max(segments.start)..range.end.min(segments.end);
    numbers.iter().map(cut).filter(|range| range.start < range.end).collect()
}

fn moved_metadata(archive: &Archive, placing: &SharedPlacing, camera: CameraId) -> Vec<Output> {
    let (spans, begins_at): (Vec<Span>, u64) = {
        let placing = placing.lock();
        let begins_at = placing.begins_at(camera).unwrap_or(u64::MAX);
        let moved = placing.moved(camera);
        let span =
            |(from, to): (i64, i64)| Span::new(UtcMicros(from), UtcMicros(to.saturating_add(UNSEEN_US)));
        (moved.into_iter().filter_map(|(era, ..)| span(era.walls_us())).collect(), begins_at)
    };
    let mut found: Vec<Output> =
        spans.into_iter().flat_map(|span| metadata(archive, placing, camera, None, span)).collect();
    // What this run recorded goes its own way.
    found.retain(|output| !matches!(output, Output::Gap(gap) if gap.next_segment > begins_at));
    found.drain(..found.len().saturating_sub(METADATA_MAX));
    found
}
