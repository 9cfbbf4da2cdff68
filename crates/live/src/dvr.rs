//! Playlists of past spans: `VOD` once nothing can be added to the span, `EVENT` until then (draft, 4.4.3.5).

use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::{CameraId, MediaTime, Span};
use std::fmt::Write;

use crate::item::{InitId, Item, SegmentItem};
use crate::limits::{DVR_DATE_EVERY, MAX_DVR_GAP_TICKS, TARGET_DURATION_S, TARGET_TICKS};
use crate::text::{Addresses, push_date, push_seconds};

/// Maximum difference between a start and the end before it that does not count as a step, ticks: 10 ms.
const MAX_STEP_TICKS: i64 = 900;
/// `EXT-X-VERSION`: `EXT-X-GAP` requires 8 (draft, 8).
const VERSION: u32 = 8;

/// The playlist of a span of the past.
///
/// `items` are the camera's segments and gaps in order; those that do not touch `span` are left out, so a caller may
/// pass too many. The first segment is the one that contains `span.from`, so playback starts slightly before it.
/// `ended` means that no item will be added to the span: the playlist is closed and never changes. Otherwise it is an
/// `EVENT` playlist that only grows, and not beyond the span.
///
/// A gap of at most 12 s between two segments is written as GAP segments; a longer one as a discontinuity with a new
/// date, so that no player waits for missing media (docs/design/live.md). A gap with nothing after it is not written:
/// it may still be growing. Media of the past stand where they belong.
///
/// An empty playlist (no segment touches the span) is still valid text, but has nothing to play: answer 404 instead.
pub fn dvr_playlist(archive_id: &str, camera: CameraId, items: &[Item], span: Span, ended: bool) -> String {
    let segments = || items.iter().filter_map(|item| touching(item, span));
    let mut writer = Writer::new(archive_id, camera);
    writer.push_header(segments(), ended);
    for segment in segments() {
        writer.push_segment(segment);
    }
    if ended {
        writer.out.push_str("#EXT-X-ENDLIST\n");
    }
    writer.out
}

fn touching(item: &Item, span: Span) -> Option<&SegmentItem> {
    let Item::Segment(segment) = item else { return None };
    let starts_before_end = segment.start < MediaTime::from_utc(span.to);
    let ends_after_start = segment.end() > MediaTime::from_utc(span.from);
    (starts_before_end && ends_after_start).then_some(segment)
}

struct Writer {
    addresses: Addresses,
    out: String,
    /// The end of the last segment.
    edge: Option<MediaTime>,
    number: u64,
    current_map: Option<InitId>,
    /// Number of segments since the last date.
    undated: usize,
}

impl Writer {
    fn new(archive_id: &str, camera: CameraId) -> Self {
        let addresses = Addresses::new(archive_id, camera);
        Self { addresses, out: String::new(), edge: None, number: 0, current_map: None, undated: 0 }
    }

    fn push_header<'a>(&mut self, segments: impl Iterator<Item = &'a SegmentItem> + Clone, ended: bool) {
        let first = segments.clone().next().map_or(0, |segment| segment.number);
        let longest = segments.map(|segment| (i64::from(segment.duration) + 45_000) / 90_000).max();
        let target = longest.unwrap_or(0).max(TARGET_DURATION_S);
        let kind = if ended { "VOD" } else { "EVENT" };
        // Writing into a String cannot fail.
        let _ = write!(
            self.out,
            "#EXTM3U\n#EXT-X-VERSION:{VERSION}\n#EXT-X-TARGETDURATION:{target}\n#EXT-X-PLAYLIST-TYPE:{kind}\n\
             #EXT-X-MEDIA-SEQUENCE:{first}\n"
        );
    }

    fn push_segment(&mut self, segment: &SegmentItem) {
        let broken = self.bridge(segment);
        let first = self.edge.is_none();
        let new_init = self.current_map != Some(segment.init);
        if !first && (broken || segment.discontinuity || new_init) {
            self.out.push_str("#EXT-X-DISCONTINUITY\n");
            self.undated = DVR_DATE_EVERY;
        }
        if first || new_init || broken || segment.discontinuity {
            self.addresses.push_map(&mut self.out, segment.init);
            self.current_map = Some(segment.init);
        }
        if first || self.undated >= DVR_DATE_EVERY {
            self.push_date(segment.start);
        }
        self.push_inf(i64::from(segment.duration));
        self.addresses.push_segment(&mut self.out, segment.number);
        self.out.push('\n');
        self.undated += 1;
        self.number = segment.number;
        self.edge = Some(segment.end());
    }

    /// Writes the time between the last segment and this one. True if time is left out, or steps.
    fn bridge(&mut self, segment: &SegmentItem) -> bool {
        let Some(edge) = self.edge else { return false };
        let ticks = segment.start.since(edge);
        if self.number.max(segment.number) >= PAST_SEGMENTS_FROM {
            // Their numbers tell nothing of what is between, and gaps beside them have no addresses.
            return ticks.abs() > MAX_STEP_TICKS;
        }
        // A gap takes at least one number; if none is missing, the timeline is complete, or was stepped.
        let is_gap = segment.number > self.number.saturating_add(1);
        if !is_gap || ticks <= 0 || ticks > MAX_DVR_GAP_TICKS {
            return is_gap || ticks.abs() > MAX_STEP_TICKS;
        }
        let mut at = edge;
        while at < segment.start {
            let length = segment.start.since(at).min(TARGET_TICKS);
            self.push_gap(at, length);
            at = at.plus(length);
        }
        // The timeline continues, and so does the date; it is repeated for players that do not count GAP segments.
        self.undated = DVR_DATE_EVERY;
        false
    }

    fn push_gap(&mut self, at: MediaTime, length: i64) {
        self.number = self.number.saturating_add(1);
        self.push_date(at);
        self.out.push_str("#EXT-X-GAP\n");
        self.push_inf(length);
        self.addresses.push_segment(&mut self.out, self.number);
        self.out.push('\n');
    }

    fn push_date(&mut self, at: MediaTime) {
        self.out.push_str("#EXT-X-PROGRAM-DATE-TIME:");
        push_date(&mut self.out, at);
        self.out.push('\n');
        self.undated = 0;
    }

    fn push_inf(&mut self, ticks: i64) {
        self.out.push_str("#EXTINF:");
        push_seconds(&mut self.out, ticks);
        self.out.push_str(",\n");
    }
}
