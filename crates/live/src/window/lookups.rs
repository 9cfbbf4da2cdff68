//! Queries of a window: what is listed, expected and in memory, and the camera's state.

use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{Cause, MediaTime, State};
use bytes::Bytes;

use super::{PartLookup, Place, Window};
use crate::entry::Entry;
use crate::item::InitId;
use crate::limits::ADVANCE_SEGMENTS;
use crate::snapshot::Snapshot;

impl Window {
    /// Whether there is a playlist to serve: at least one complete segment has been listed.
    pub fn started(&self) -> bool {
        !self.entries.is_empty()
    }

    /// Changes whenever the playlist does.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The number of the growing segment, or of the next one.
    pub fn next_segment(&self) -> Option<u64> {
        self.next
    }

    /// Whether the current playlist answers a request for `part` of `segment` (draft, 6.2.5.2).
    pub(crate) fn satisfies(&self, segment: u64, part: u32) -> bool {
        let Some(next) = self.next else { return false };
        let growing = self.growing_parts();
        if segment >= next {
            return segment == next && (part as usize) < growing;
        }
        // A part beyond the last of a complete segment means the first of the one after it.
        let beyond = segment + 1 == next && self.is_beyond(segment, part);
        !beyond || growing > 0
    }

    /// Whether `segment` is complete.
    pub fn is_whole(&self, segment: u64) -> bool {
        self.next.is_some_and(|next| segment < next)
    }

    /// Number of listed parts of `segment` while it grows; 0 for any other.
    pub(crate) fn parts_of_growing(&self, segment: u64) -> usize {
        if self.next == Some(segment) { self.growing_parts() } else { 0 }
    }

    fn growing_parts(&self) -> usize {
        self.current.as_ref().map_or(0, |current| current.parts.len())
    }

    /// Whether a request exceeds the draft's advance limits (6.2.5.2).
    pub(crate) fn is_too_far(&self, segment: u64, part: Option<u32>) -> bool {
        let Some(next) = self.next else { return true };
        // `next - 1` is the last complete segment.
        if segment.saturating_add(1) > next.saturating_add(ADVANCE_SEGMENTS) {
            return true;
        }
        let Some(index) = part.filter(|_| segment >= next) else { return false };
        let growing = self.current.as_ref().filter(|_| segment == next);
        let listed = growing.map_or(0, |current| current.parts.len() as u64);
        u64::from(index) >= listed + self.advance_part_limit()
    }

    /// The part that the playlist hints at: segment and index. `None` while no part is expected.
    pub fn hint(&self) -> Option<(u64, u32)> {
        let next = self.next.filter(|_| self.flowing)?;
        Some((next, self.current.as_ref().map_or(0, Entry::next_part)))
    }

    /// A part's bytes, or its whereabouts.
    pub fn part(&self, segment: u64, index: u32) -> PartLookup {
        if self.hint() == Some((segment, index)) {
            return PartLookup::Hinted;
        }
        match self.entry(segment) {
            Some(entry) if entry.gap => PartLookup::Absent,
            Some(entry) if entry.parts.is_empty() => PartLookup::Archived,
            Some(entry) => match entry.parts.get(index as usize) {
                Some(chunk) => chunk.bytes.clone().map_or(PartLookup::Archived, PartLookup::Ready),
                None => PartLookup::Absent,
            },
            // Before the first segment of this start, the archive is the authority.
            None if self.next.is_none_or(|next| segment < next) => PartLookup::Archived,
            None => PartLookup::Absent,
        }
    }

    /// The start of the oldest listed segment.
    pub fn listed_from(&self) -> Option<MediaTime> {
        self.entries.front().or(self.current.as_ref()).map(|entry| entry.start)
    }

    /// The time of `segment`, as far as this window knows.
    pub fn place_of(&self, segment: u64) -> Place {
        let Some(next) = self.next else { return Place::Before(u64::MAX) };
        if let Some(entry) = self.entry(segment) {
            return Place::Listed(entry.start, entry.start.plus(entry.duration));
        }
        if segment >= next {
            return Place::ToCome;
        }
        let first = self.entries.front().map_or(next, |entry| entry.number);
        Place::Before(first.saturating_sub(segment))
    }

    /// The parts of a complete segment, which together are the segment. `None` if it is not, or no longer, here.
    pub fn segment(&self, number: u64) -> Option<Vec<Bytes>> {
        let entry = self.entry(number).filter(|entry| !entry.tail.is_empty() && !entry.parts.is_empty())?;
        entry.parts.iter().map(|chunk| chunk.bytes.clone()).collect()
    }

    /// The start of the listed GAP segment `number`; `None` if it is not a gap.
    pub fn gap(&self, number: u64) -> Option<MediaTime> {
        self.entry(number).filter(|entry| entry.gap).map(|entry| entry.start)
    }

    /// An init segment that the window still needs.
    pub fn init(&self, id: InitId) -> Option<Bytes> {
        self.find_init(id).map(|init| init.bytes.clone())
    }

    /// The current state.
    pub fn snapshot(&self) -> Snapshot {
        let away = self.open_gap.is_some() || self.quiet;
        let state = match (self.last_part.is_none() && self.entries.is_empty(), away) {
            (true, _) => State::Due,
            (false, true) => State::Missing,
            (false, false) => State::Live,
        };
        let silence = self.quiet.then_some(Cause::Unknown);
        Snapshot {
            state,
            cause: self.open_gap.map(|gap| gap.cause).or(silence),
            gap_from: self.open_gap.map(|gap| gap.from),
            last_segment: self.entries.back().map(|entry| entry.number),
            last_part: self.last_part,
            edge: self.edge,
            last_arrival: self.last_arrival,
            bits_per_second: self.bits_per_second(),
            init: self.inits.last().map(|(_, init)| Arc::clone(init)),
            keyframe: self.keyframe.clone(),
            refused: self.refused,
            memory: self.memory(),
        }
    }

    /// Bytes held: media, init segments and text.
    fn memory(&self) -> usize {
        let inits: usize = self.inits.iter().map(|(_, init)| init.bytes.len()).sum();
        inits + self.entries.iter().chain(&self.current).map(Entry::memory).sum::<usize>()
    }

    /// The longest listed part, but at least the configured target and the target required by even parts, ticks.
    pub(crate) fn part_target(&self) -> u32 {
        let longest = self.entries.iter().chain(&self.current).map(|entry| entry.longest_part).max();
        longest.unwrap_or(0).max(self.options.part_target).max(self.even_target)
    }

    fn advance_part_limit(&self) -> u64 {
        let target = u64::from(self.part_target().max(1));
        if target < 90_000 { 270_000_u64.div_ceil(target) } else { 3 }
    }

    fn bits_per_second(&self) -> u64 {
        let seen = self.entries.iter().filter(|entry| entry.byte_length > 0);
        let (bytes, ticks) = seen.fold((0_u64, 0_u64), |(bytes, ticks), entry| {
            (bytes.saturating_add(entry.byte_length), ticks.saturating_add(entry.duration.unsigned_abs()))
        });
        bytes.saturating_mul(8 * 90_000).checked_div(ticks).unwrap_or(0)
    }

    fn is_beyond(&self, segment: u64, index: u32) -> bool {
        // No parts of gaps and restored segments are listed: the segment itself answers.
        self.entry(segment)
            .is_some_and(|entry| !entry.parts.is_empty() && index as usize >= entry.parts.len())
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        if let Some(current) = self.current.as_ref().filter(|current| current.number == number) {
            return Some(current);
        }
        let first = self.entries.front()?.number;
        self.entries.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    pub(super) fn find_init(&self, id: InitId) -> Option<&Arc<InitSegment>> {
        self.inits.iter().find(|(known, _)| *known == id).map(|(_, init)| init)
    }
}
