//! After a restart: the live window continues from what the archive has of the last minute.

use std::collections::BTreeSet;

use ashkar_archive::{Archive, SegmentEntry};
use ashkar_live::{GapItem, Item, Restored, SegmentItem};
use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::{CameraId, MediaTime, Span, UtcMicros};

/// How much of the past is listed again, microseconds.
const WINDOW_US: i64 = 60_000_000;

/// The newest minute of `camera`, if it ended less than a minute before `now`: an older picture is not live.
pub(crate) fn newest(archive: &Archive, camera: CameraId, now: UtcMicros) -> Option<Restored> {
    let resumed = archive.resume(camera)?;
    let end = resumed.timeline_end.to_utc();
    if now.since(end) > WINDOW_US {
        return None;
    }
    let span = Span::new(end.plus(-WINDOW_US), end)?;
    let entries = archive
        .segments(camera, span)
        .inspect_err(
            |error| tracing::error!(%camera, cause = %error, blame = "centre", "the newest minute cannot be read"),
        )
        .ok()?;
    // No list that a player has goes on with media of the past.
    let is_live = |entry: &SegmentEntry| entry.segment < PAST_SEGMENTS_FROM;
    let entries: Vec<SegmentEntry> = entries.into_iter().filter(is_live).collect();
    // A segment interrupted by a crash and not ended yet: its number must not be listed as something else.
    let listed_to = entries.last()?.segment;
    if resumed.open_gap.is_none() && resumed.next_segment != listed_to.saturating_add(1) {
        return None;
    }
    let names: BTreeSet<_> = entries.iter().map(|entry| entry.init).collect();
    let inits = names.into_iter().filter_map(|name| archive.init(camera, name).ok().flatten()).collect();
    // Segments that are not listed again have left the window.
    let listed = entries.iter().filter(|entry| entry.discontinuity).count() as u64;
    let discontinuity_sequence = archive.discontinuities(camera).saturating_sub(listed);
    Some(Restored { items: items(&entries), discontinuity_sequence, inits })
}

/// Segments, and the gaps between them that their numbers imply.
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
