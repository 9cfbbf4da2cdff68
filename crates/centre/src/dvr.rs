//! DVR: the segments of a span, from cached pieces of it that are over.
//!
//! In: a camera and a span. Out: its segments, in order. A long span is read piece by piece, so that the next one finds
//! most of it in memory, and so that the work stops when the client has left.

use std::sync::Arc;

use ashkar_archive::ReadError;
use ashkar_live::SegmentItem;
use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::{CameraId, MediaTime, Span, UtcMicros};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::{Centre, LIVE_SLACK_US};

/// Length of a piece, microseconds: five minutes of the clock, as requested by the page.
const PIECE_US: i64 = 300_000_000;
/// Bytes of cached pieces: a day of a dozen cameras.
const PIECES_BYTES: u64 = 32 << 20;
/// An estimate of their number, for the cache's tables.
const PIECES: usize = 4096;
/// Bytes for which a piece counts besides its segments.
const PIECE_BYTES: u64 = 128;
/// Maximum number of segments in a span, more than two days of 2 s.
const MAX_SEGMENTS: usize = 100_000;
/// How long after its end the list of a span may still be loaded again by players that saw it grow, microseconds: many
/// times the longest pause between two loads.
const PAST_AFTER_US: i64 = 60_000_000;
/// Number of segments before a boundary that may extend across it.
const ACROSS: usize = 4;

/// Pieces of spans that many viewers watch.
pub(crate) struct SegmentPieces(Cache<PieceKey, Arc<[SegmentItem]>, PieceBytes>);

/// Camera, first microsecond, and how many segments of the past there were: with each, a piece is made anew.
type PieceKey = (CameraId, i64, u64);

#[derive(Debug, Clone, Copy)]
struct PieceBytes;

impl Weighter<PieceKey, Arc<[SegmentItem]>> for PieceBytes {
    fn weight(&self, _: &PieceKey, piece: &Arc<[SegmentItem]>) -> u64 {
        size_of_val::<[SegmentItem]>(piece) as u64 + PIECE_BYTES
    }
}

impl Default for SegmentPieces {
    fn default() -> Self {
        Self(Cache::with_weighter(PIECES, PIECES_BYTES, PieceBytes))
    }
}

/// Why there are no segments.
#[derive(Debug, Error)]
pub enum DvrFailure {
    /// The client has left.
    #[error("nobody waits for it any more")]
    Cancelled,
    /// More segments than a response may have.
    #[error("the span has more than {MAX_SEGMENTS} segments; ask for less at a time")]
    TooMany,
    /// The archive cannot be read: the centre's fault.
    #[error(transparent)]
    Archive(#[from] ReadError),
}

impl Centre {
    /// The segments of `camera` that touch `span` and that the public may see now, in order. Reads the archive: call it
    /// where blocking is allowed. It stops between two pieces once `cancelled` is.
    ///
    /// Media of the past are among them if [`Centre::lists_past`].
    ///
    /// # Errors
    /// See [`DvrFailure`].
    pub fn segments(
        &self,
        camera: CameraId,
        span: Span,
        cancelled: &CancellationToken,
    ) -> Result<Vec<SegmentItem>, DvrFailure> {
        let lists_past = self.lists_past(span);
        let is_listed = |item: &SegmentItem| lists_past || item.number < PAST_SEGMENTS_FROM;
        let mut found: Vec<SegmentItem> = Vec::new();
        for piece in pieces(span) {
            if cancelled.is_cancelled() {
                return Err(DvrFailure::Cancelled);
            }
            for item in
                self.piece(camera, piece)?.iter().filter(|item| touches(item, span) && is_listed(item))
            {
                // A segment that extends across a boundary is in both pieces.
                let is_new = found.iter().rev().take(ACROSS).all(|last| last.number != item.number);
                if is_new {
                    found.push(*item);
                }
            }
            if found.len() > MAX_SEGMENTS {
                return Err(DvrFailure::TooMany);
            }
        }
        leave_out_overlaps(&mut found);
        self.accessible(camera, &mut found, shown);
        Ok(found)
    }

    /// Whether media of the past are listed in `span`. In a list that players still load again nothing may be put in the
    /// middle, so they are not before it has been over for a minute.
    pub fn lists_past(&self, span: Span) -> bool {
        span.to.plus(PAST_AFTER_US) <= self.now().wall
    }

    fn piece(&self, camera: CameraId, piece: Span) -> Result<Arc<[SegmentItem]>, DvrFailure> {
        let read = || {
            let entries = self.archive.segments(camera, piece)?;
            Ok::<_, DvrFailure>(entries.iter().map(item).collect::<Arc<[_]>>())
        };
        // A piece that is not over, or has only just become durable, is read again each time.
        if piece.to.plus(LIVE_SLACK_US) >= self.now().wall {
            return read();
        }
        let past_segments = self.archive.past_segments(camera);
        self.dvr.0.get_or_insert_with(&(camera, piece.from.0, past_segments), read)
    }
}

/// The pieces that `span` touches, aligned to the clock.
fn pieces(span: Span) -> impl Iterator<Item = Span> {
    let (first, last) = (span.from.0.div_euclid(PIECE_US), span.to.plus(-1).0.div_euclid(PIECE_US));
    let at = |piece: i64| UtcMicros(piece.saturating_mul(PIECE_US));
    (first..=last).map(move |piece| Span { from: at(piece), to: at(piece + 1) })
}

fn item(entry: &ashkar_archive::SegmentEntry) -> SegmentItem {
    SegmentItem {
        number: entry.segment,
        start: entry.start,
        duration: entry.duration,
        init: entry.init,
        discontinuity: entry.discontinuity,
    }
}

/// Leaves out media of the past for time that has media already: what came in time wins.
fn leave_out_overlaps(items: &mut Vec<SegmentItem>) {
    let is_past = |item: &SegmentItem| item.number >= PAST_SEGMENTS_FROM;
    let live: Vec<SegmentItem> = items.iter().filter(|item| !is_past(item)).copied().collect();
    let mut end = MediaTime(i64::MIN);
    items.retain(|item| {
        if is_past(item) {
            let next = live.partition_point(|other| other.start <= item.start);
            let touches = |other: Option<&SegmentItem>| other.is_some_and(|other| overlap(other, item));
            let before = next.checked_sub(1).and_then(|at| live.get(at));
            if item.start < end || touches(before) || touches(live.get(next)) {
                return false;
            }
            end = item.end();
        }
        true
    });
}

fn overlap(one: &SegmentItem, other: &SegmentItem) -> bool {
    one.start < other.end() && other.start < one.end()
}

fn shown(item: &SegmentItem) -> Span {
    Span { from: item.start.to_utc(), to: item.end().to_utc() }
}

fn touches(item: &SegmentItem, span: Span) -> bool {
    item.start < MediaTime::from_utc(span.to) && item.end() > MediaTime::from_utc(span.from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_of_the_past_fill_holes_and_replace_nothing() {
        let item = |number, start, duration| SegmentItem {
            number,
            start: MediaTime(start),
            duration,
            init: [0; 8],
            discontinuity: false,
        };
        let past = |start, duration| item(PAST_SEGMENTS_FROM + start as u64, start, duration);
        let mut items = vec![
            item(1, 0, 100),
            past(50, 100),
            past(100, 100),
            past(150, 20),
            past(200, 101),
            item(2, 300, 100),
            past(399, 10),
            past(400, 10),
        ];
        leave_out_overlaps(&mut items);
        let starts: Vec<i64> = items.iter().map(|item| item.start.0).collect();
        assert_eq!(starts, [0, 100, 300, 400]);
    }

    #[test]
    fn a_span_is_covered_by_the_pieces_that_it_touches() {
        let span = Span { from: UtcMicros(PIECE_US + 1), to: UtcMicros(3 * PIECE_US) };
        let found: Vec<i64> = pieces(span).map(|piece| piece.from.0 / PIECE_US).collect();
        assert_eq!(found, [1, 2]);
        let day = Span { from: UtcMicros(7), to: UtcMicros(7 + 24 * 3_600_000_000) };
        assert_eq!(pieces(day).count(), 289);
        assert!(pieces(day).zip(pieces(day).skip(1)).all(|(one, next)| one.to == next.from));
    }
}
