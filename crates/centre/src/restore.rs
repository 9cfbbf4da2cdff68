//! After a restart: the live window goes on from what the archive has of the last minute.

use std::collections::BTreeSet;

use ashkar_archive::{Archive, SegmentEntry};
use ashkar_live::{GapItem, Item, Restored, SegmentItem};
use ashkar_terms::{CameraId, MediaTime, Span, UtcMicros};

/// How much of the past is listed again, microseconds.
const WINDOW_US: i64 = 60_000_000;

/// The newest minute of `camera`, where it ended less than a minute before `now`: an older picture is not live.
pub(crate) fn newest(archive: &Archive, camera: CameraId, now: UtcMicros) -> Option<Restored> {
    let end = archive.resume(camera)?.timeline_end.to_utc();
    if now.since(end) > WINDOW_US {
        return None;
    }
    let span = Span::new(end.plus(-WINDOW_US), end)?;
    let entries = archive
        .segments(camera, span)
        .inspect_err(
            |error| tracing::error!(%camera, %error, blame = "centre", "the newest minute cannot be read"),
        )
        .ok()?;
    let names: BTreeSet<_> = entries.iter().map(|entry| entry.init).collect();
    let inits = names.into_iter().filter_map(|name| archive.init(camera, name).ok().flatten()).collect();
    let discontinuity_sequence =
        entries.first().map_or(0, |first| discontinuities_before(archive, camera, first));
    Some(Restored { items: items(&entries), discontinuity_sequence, inits })
}

/// Each gap is followed by one discontinuity. Those of changed parameters are not counted: a player that lives through
/// both such a change and a restart may see the sequence step back once, and loads the playlist anew.
fn discontinuities_before(archive: &Archive, camera: CameraId, first: &SegmentEntry) -> u64 {
    let before = Span { from: UtcMicros(0), to: first.start.to_utc() };
    let closed = |gap: &ashkar_archive::GapEntry| gap.to.is_some_and(|to| to < first.start);
    archive.gaps(camera, before).into_iter().filter(closed).count() as u64
}

/// Segments, and between them the gaps that their numbers tell of.
fn items(entries: &[SegmentEntry]) -> Vec<Item> {
    let mut items = Vec::with_capacity(entries.len());
    let mut before: Option<(u64, MediaTime)> = None;
    for entry in entries {
        if let Some((number, end)) = before
            && entry.segment > number + 1
        {
            items.push(Item::Gap(GapItem { first_number: number + 1, from: end, to: Some(entry.start) }));
        }
        items.push(Item::Segment(SegmentItem {
            number: entry.segment,
            start: entry.start,
            duration: entry.duration,
            init: entry.init,
            discontinuity: entry.discontinuity,
        }));
        before = Some((entry.segment, entry.end()));
    }
    items
}
