//! Changes of a window: outputs, restored items, the passing of time; and what it drops.

use std::sync::Arc;

use ashkar_media::{Gap, InitSegment, MIN_GAP_TICKS, Output, Part, SegmentEnd};
use ashkar_terms::{Cause, MediaTime, UtcMicros};

use super::{OpenGap, Restored, Window, WindowError};
use crate::entry::{Entry, Opening};
use crate::item::{InitId, Item, SegmentItem, gap_pieces, init_id};
use crate::limits::{
    EVEN_PART_MAX_TICKS, EVEN_TARGET_STEP_TICKS, GAP_MARGIN_US, LAST_SEGMENT, MAX_PARTS_BEHIND,
    MAX_WINDOW_SEGMENTS, MIN_WINDOW_TICKS, PARTS_LISTED_TICKS, QUIET_AFTER_US, TARGET_TICKS,
};
use crate::snapshot::Keyframe;

impl Window {
    /// Continues after a restart: lists what the archive has, without bytes, and treats the time since its end as a gap
    /// of the centre until the packager says otherwise. Only for an empty window.
    pub fn restore(&mut self, restored: Restored) {
        self.discontinuity_sequence = restored.discontinuity_sequence;
        for init in restored.inits {
            self.push_init(init);
        }
        for item in restored.items.iter().filter(|item| item.number() <= LAST_SEGMENT) {
            match item {
                Item::Segment(segment) => self.restore_segment(segment),
                Item::Gap(gap) => {
                    self.go_to(gap.first_number);
                    self.open_gap =
                        Some(OpenGap { from: gap.from, to: None, cause: Cause::Unknown, pieces: 0 });
                    if let Some(to) = gap.to {
                        self.close_gap(to);
                    }
                }
            }
        }
        if self.open_gap.is_none()
            && let Some(from) = self.entries.back().map(Entry::end)
        {
            self.open_gap = Some(OpenGap { from, to: None, cause: Cause::Centre, pieces: 0 });
        }
        self.version += 1;
    }

    /// Lists nothing that began before `from`, now and later: it was withheld from viewers. The list starts over with the
    /// next segment that begins at or after it, and goes on as usual from there.
    pub fn list_from(&mut self, from: MediaTime) {
        self.listed_from = self.listed_from.max(Some(from));
        self.drop_withheld();
    }

    /// Adds an output of the packager.
    ///
    /// # Errors
    /// [`WindowError`] if it does not continue what came before; nothing has changed then, except that it is counted in
    /// [`Snapshot::refused`].
    pub fn push(&mut self, output: &Output) -> Result<(), WindowError> {
        let result = match output {
            Output::Init(init) => {
                self.push_init(Arc::clone(init));
                Ok(())
            }
            Output::Part(part) => self.push_part(part),
            Output::SegmentEnd(end) => self.push_end(end),
            Output::Gap(gap) => self.push_gap(gap),
            Output::Fact(_) => Ok(()),
        };
        if result.is_err() {
            self.refused = self.refused.saturating_add(1);
        }
        result
    }

    /// Advances time: lists the GAP segments of an open gap that are due, and notices silence. To be called about once
    /// a second.
    pub fn tick(&mut self, now: UtcMicros) {
        if let Some(arrival) = self.last_arrival {
            self.quiet = now.since(arrival.wall) >= QUIET_AFTER_US;
        }
        let Some(gap) = self.open_gap else { return };
        let over_us = now.since(gap.from.to_utc()).saturating_sub(GAP_MARGIN_US);
        let due = MediaTime::from_utc(UtcMicros(over_us.max(0))).0 / TARGET_TICKS;
        let most = gap.to.map_or(u64::MAX, |to| gap_pieces(to.since(gap.from)));
        self.list_pieces(due.unsigned_abs().min(most), gap.to);
    }

    fn push_init(&mut self, init: Arc<InitSegment>) {
        let id = init_id(&init);
        self.inits.retain(|(known, _)| *known != id);
        self.inits.push((id, init));
    }

    fn push_part(&mut self, part: &Part) -> Result<(), WindowError> {
        if let Some(next) = self.next.filter(|&next| part.segment < next) {
            self.refuse_behind(part, next)?;
        }
        let growing = self.current.as_ref().filter(|current| current.number == part.segment);
        let (continues, expected) = (growing.is_some(), growing.map_or(0, |current| current.parts.len()));
        if usize::from(part.index) != expected {
            let index = part.index;
            return Err(WindowError::PartMissing { segment: part.segment, index, expected });
        }
        if !continues {
            self.open_segment(part);
        }
        if let Some(current) = &mut self.current {
            current.push_part(part, &self.addresses);
            self.edge = Some(current.end());
        }
        self.unlist_old_parts();
        self.note_part(part);
        Ok(())
    }

    /// Numbers behind the listed ones are refused, until it is clear that they will continue: then the window starts
    /// over with them. Players must reload too, but the camera is on air.
    fn refuse_behind(&mut self, part: &Part, next: u64) -> Result<(), WindowError> {
        self.behind = self.behind.saturating_add(1);
        if self.behind <= MAX_PARTS_BEHIND || part.index != 0 {
            return Err(WindowError::Backwards { next, got: part.segment });
        }
        self.current = None;
        self.open_gap = None;
        Ok(())
    }

    fn open_segment(&mut self, part: &Part) {
        self.close_current();
        // A packager outputs a gap's end before the part after it; if it does not, the part implies it.
        self.close_gap(self.open_gap.and_then(|gap| gap.to).unwrap_or(part.start));
        self.begin_before(part);
        let jumped = self.go_to(part.segment);
        let opening = Opening {
            number: part.segment,
            start: part.start,
            init: Some(part.init),
            discontinuity: part.discontinuity || jumped,
            gap: false,
        };
        self.current = Some(self.opened(&opening));
    }

    /// If the centre's clock went back, so does time, and a number is skipped. Dates that go back are meaningless
    /// within one list: it starts over. The skipped number becomes a GAP segment, so that players find a list, and
    /// continue.
    fn begin_before(&mut self, part: &Part) {
        let goes_back = self.entries.back().is_some_and(|last| part.start < last.end());
        let Some(before) = part.segment.checked_sub(1).filter(|_| goes_back) else { return };
        // What is withheld by the time before the step says nothing about the time after it.
        self.listed_from = None;
        if self.next == Some(before) {
            while !self.entries.is_empty() {
                self.evict();
            }
            self.list_piece(part.start.plus(-MIN_GAP_TICKS), Some(part.start));
        }
    }

    fn note_part(&mut self, part: &Part) {
        let place = (part.segment, u32::from(part.index));
        if part.independent {
            let init = self.find_init(part.init).cloned();
            let (segment, part_index) = place;
            self.keyframe =
                Some(Keyframe { segment, part: part_index, at: part.start, bytes: part.bytes.clone(), init });
        }
        if part.duration <= EVEN_PART_MAX_TICKS {
            let even = part.duration.next_multiple_of(EVEN_TARGET_STEP_TICKS);
            self.even_target = self.even_target.max(even);
        }
        self.last_part = Some(place);
        self.last_arrival = Some(part.last_arrival);
        self.quiet = false;
        self.behind = 0;
        self.flowing = true;
        self.version += 1;
    }

    fn push_end(&mut self, end: &SegmentEnd) -> Result<(), WindowError> {
        if self.current.as_ref().is_none_or(|current| current.number != end.segment) {
            return Err(WindowError::NotGrowing { got: end.segment });
        }
        self.close_current();
        Ok(())
    }

    fn push_gap(&mut self, gap: &Gap) -> Result<(), WindowError> {
        if let Some(next) = self.next.filter(|&next| gap.next_segment < next && gap.to.is_some()) {
            return Err(WindowError::Backwards { next, got: gap.next_segment });
        }
        self.close_current();
        // A gap before the very first segment is not listed: there is nothing that it separates.
        if self.next.is_none() {
            return Ok(());
        }
        // The gap was over, and no part has come since.
        if let Some(to) = self.open_gap.and_then(|open| open.to).filter(|&to| to <= gap.from) {
            self.close_gap(to);
        }
        let open =
            self.open_gap.get_or_insert(OpenGap { from: gap.from, to: None, cause: gap.cause, pieces: 0 });
        open.cause = gap.cause;
        open.to = gap.to;
        self.version += 1;
        self.withdraw_hint();
        Ok(())
    }

    /// Nothing comes for a while, and the number of the next part is not known: the hint is withdrawn, and with it
    /// every part. A playlist that lists parts and ends with a complete segment and no hint is correct by the draft,
    /// but players treat that segment as the growing one: hls.js 1.6 and newer gives up for good at the number after
    /// it. The hint comes back with the first part after the gap, not with the gap's end: it would be listed under the
    /// map from before the gap, and shaka 5 decodes the new stream with those parameters, and never recovers. The part
    /// target stays while the segments do: when the camera is back, its parts will be as long.
    fn withdraw_hint(&mut self) {
        self.flowing = false;
        self.entries.iter_mut().for_each(Entry::unlist_parts);
    }

    /// Completes the growing segment.
    fn close_current(&mut self) {
        let Some(mut entry) = self.current.take() else { return };
        entry.close(&self.addresses);
        self.list(entry);
        self.slide();
    }

    /// Lists the rest of the open gap, which ends at `to`.
    fn close_gap(&mut self, to: MediaTime) {
        let Some(gap) = self.open_gap else { return };
        self.list_pieces(gap_pieces(to.since(gap.from)), Some(to));
        self.open_gap = None;
    }

    /// Lists GAP segments of the open gap until there are `pieces` of them; the last is shortened to end at `to`.
    fn list_pieces(&mut self, pieces: u64, to: Option<MediaTime>) {
        let Some(mut gap) = self.open_gap else { return };
        let (Some(missing), Some(_)) = (pieces.checked_sub(gap.pieces), self.next) else { return };
        let keep = self.options.window_segments.max(1) as u64;
        if missing > keep {
            self.pass_over(missing - keep);
            gap.pieces += missing - keep;
        }
        for piece in gap.pieces..pieces {
            self.list_piece(gap.from.plus(ticks(piece)), to);
        }
        gap.pieces = gap.pieces.max(pieces);
        self.open_gap = Some(gap);
    }

    fn list_piece(&mut self, start: MediaTime, to: Option<MediaTime>) {
        let Some(number) = self.next else { return };
        let opening = Opening { number, start, init: None, discontinuity: false, gap: true };
        let mut entry = self.opened(&opening);
        entry.duration = to.map_or(TARGET_TICKS, |to| to.since(start).min(TARGET_TICKS));
        assert!(entry.duration > 0, "a piece of a gap has a length");
        entry.close(&self.addresses);
        self.list(entry);
        self.slide();
    }

    /// Skips `pieces` GAP segments that no player would see: so many follow that they and everything before them would
    /// have left the window.
    fn pass_over(&mut self, pieces: u64) {
        while !self.entries.is_empty() {
            self.evict();
        }
        self.next = self.next.map(|next| next + pieces);
    }

    fn restore_segment(&mut self, segment: &SegmentItem) {
        self.close_gap(segment.start);
        let jumped = self.go_to(segment.number);
        let opening = Opening {
            number: segment.number,
            start: segment.start,
            init: Some(segment.init),
            discontinuity: segment.discontinuity || jumped,
            gap: false,
        };
        let mut entry = self.opened(&opening);
        entry.duration = i64::from(segment.duration);
        entry.close(&self.addresses);
        self.edge = Some(entry.end());
        self.list(entry);
        self.slide();
    }

    /// Makes `number` the next one. If that skips numbers, the window starts over, because a playlist's numbers cannot
    /// have holes; true in that case.
    fn go_to(&mut self, number: u64) -> bool {
        let jumped = self.next.is_some_and(|next| next != number);
        if jumped {
            while !self.entries.is_empty() {
                self.evict();
            }
        }
        self.next = Some(number);
        jumped
    }

    fn opened(&mut self, opening: &Opening) -> Entry {
        let entry = Entry::open(opening, self.current_map, &self.addresses);
        self.current_map = entry.init;
        entry
    }

    fn list(&mut self, entry: Entry) {
        self.listed_ticks += entry.duration;
        self.next = Some(entry.number + 1);
        self.entries.push_back(entry);
        self.version += 1;
    }

    /// Drops segments that are too old to be listed, parts that are no longer at the edge, and bytes.
    fn slide(&mut self) {
        self.drop_withheld();
        while self.entries.front().is_some_and(|first| self.may_leave(first)) {
            self.evict();
        }
        self.unlist_old_parts();
        let in_memory = self.entries.len().saturating_sub(self.options.memory_segments);
        for entry in self.entries.iter_mut().take(in_memory) {
            entry.drop_bytes();
        }
        self.forget_inits();
    }

    fn drop_withheld(&mut self) {
        let Some(from) = self.listed_from else { return };
        while self.entries.front().is_some_and(|first| first.start < from) {
            self.evict();
        }
    }

    /// Drops parts that are too far from the end. A segment's parts leave together, when the first of them does:
    /// players count a segment's parts from the first that is listed.
    fn unlist_old_parts(&mut self) {
        let end = self.current.as_ref().or_else(|| self.entries.back()).map_or(MediaTime(0), Entry::end);
        for entry in &mut self.entries {
            if !entry.part_lines.is_empty() && end.since(entry.start) > PARTS_LISTED_TICKS {
                entry.unlist_parts();
                entry.longest_part = 0;
            }
        }
    }

    /// Keeps the init segments that are still needed, and the newest.
    fn forget_inits(&mut self) {
        if self.inits.len() <= 1 {
            return;
        }
        let newest = self.inits.last().map(|(id, _)| *id);
        let used = |id: InitId| self.entries.iter().chain(&self.current).any(|entry| entry.init == Some(id));
        let needed: Vec<InitId> =
            self.inits.iter().map(|(id, _)| *id).filter(|&id| Some(id) == newest || used(id)).collect();
        self.inits.retain(|(id, _)| needed.contains(id));
    }

    fn may_leave(&self, first: &Entry) -> bool {
        let enough = self.entries.len() > self.options.window_segments;
        let long_enough = self.listed_ticks.saturating_sub(first.duration) >= MIN_WINDOW_TICKS;
        (enough && long_enough) || self.entries.len() > MAX_WINDOW_SEGMENTS
    }

    fn evict(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.listed_ticks -= entry.duration;
        assert!(self.listed_ticks >= 0, "what leaves was listed");
        if entry.discontinuity {
            self.discontinuity_sequence += 1;
        }
        self.version += 1;
    }
}

fn ticks(pieces: u64) -> i64 {
    i64::try_from(pieces).expect("as many pieces as a gap has time for") * TARGET_TICKS
}
