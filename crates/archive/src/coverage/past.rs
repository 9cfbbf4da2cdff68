//! Media of the past in a camera's coverage: segments that count once their end is durable.

use ashkar_terms::{MediaTime, UtcMicros};

use super::{Coverage, Mark, Run};
use crate::format::Header;
use crate::options::RUN_TOLERANCE_TICKS;
use crate::planted::{Planted, is_planted};

/// A segment of the past that has parts and no end yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenPast {
    /// The segment as it would be told.
    pub(crate) run: Run,
    /// How many parts it has.
    pub(crate) parts: u16,
}

impl Coverage {
    /// A part with index 0 always begins anew: after a crash, whoever sent the segment sends all of it again.
    pub(super) fn apply_past_part(&mut self, header: &Header) {
        if header.part == 0 && self.past_run_with(header.segment).is_some() {
            self.note_irregular(header.journal);
        }
        if self.open_past.as_ref().is_some_and(|open| open.run.first_segment != header.segment) {
            self.give_up_past();
        }
        if header.part == 0 {
            self.open_past = Some(OpenPast { run: Run::new(header, true), parts: 1 });
        } else if let Some(open) = &mut self.open_past
            && open.run.first_segment == header.segment
            && header.part <= open.parts
        {
            // Fewer: it was written again after a failed sync.
            if header.part == open.parts {
                open.run.extend(header);
                open.parts = open.parts.saturating_add(1);
            }
        } else {
            // Parts between were lost to damage.
            self.open_past = None;
        }
        if is_planted(Planted::TellPastBeforeItsEnd)
            && let Some(open) = self.open_past.clone()
        {
            self.tell_past(open.run);
        }
    }

    /// The segment gets no end, and its number may be above those that follow.
    fn give_up_past(&mut self) {
        let Some(open) = self.open_past.take() else { return };
        let first = open.run.marks.first().map_or(open.run.last_journal, |mark| mark.journal);
        (first..=open.run.last_journal).for_each(|journal| self.note_irregular(journal));
    }

    pub(super) fn apply_past_end(&mut self, header: &Header) {
        let is_own = |open: &mut OpenPast| open.run.first_segment == header.segment;
        let Some(mut open) = self.open_past.take_if(is_own) else {
            return self.note_past_journal(header);
        };
        if open.parts == header.part {
            open.run.last_journal = open.run.last_journal.max(header.journal);
            self.tell_past(open.run);
        }
    }

    /// The end came again, in another journal.
    fn note_past_journal(&mut self, header: &Header) {
        if let Some(run) = self.past_run_with(header.segment) {
            run.last_journal = run.last_journal.max(header.journal);
        }
    }

    fn past_run_with(&mut self, segment: u64) -> Option<&mut Run> {
        self.past.iter_mut().rev().find(|run| run.has(segment))
    }

    /// Adds a segment: to the run that ends where it begins, or as a run of its own.
    fn tell_past(&mut self, segment: Run) {
        let number = segment.first_segment;
        self.past_segments = self.past_segments.saturating_add(1);
        let behind = self.past.partition_point(|run| run.from <= segment.from);
        let before = behind.checked_sub(1).and_then(|at| self.past.get_mut(at));
        match before {
            Some(run) if run.has(number) && segment.to <= run.to => {
                run.last_journal = run.last_journal.max(segment.last_journal);
            }
            Some(run) if run.is_continued_by(&segment) => run.append(&segment),
            _ => self.past.insert(behind, segment),
        }
    }

    /// The time that media of the past cover, in order. Holes that are too short to be gaps are none.
    pub(super) fn past_counts_for(&self) -> impl Iterator<Item = (MediaTime, UtcMicros)> {
        let next = self.past.iter().skip(1).map(Some).chain([None]);
        self.past.iter().zip(next).map(|(run, next)| {
            let (from, to) = run.counts_for();
            let touches = |next: &&Run| (1..=RUN_TOLERANCE_TICKS).contains(&next.from.since(run.to));
            (from, next.filter(touches).filter(|_| run.ahead.is_none()).map_or(to, |next| next.from.to_utc()))
        })
    }
}

impl Run {
    fn is_continued_by(&self, segment: &Self) -> bool {
        self.to == segment.from
            && self.last_segment < segment.first_segment
            && self
                .marks
                .last()
                .is_none_or(|mark| segment.marks.iter().all(|own| own.journal >= mark.journal))
            && self.ahead.is_none()
            && segment.ahead.is_none()
    }

    /// Adds a run that continues it.
    fn append(&mut self, segment: &Self) {
        self.to = segment.to;
        self.last_segment = segment.last_segment;
        self.last_journal = self.last_journal.max(segment.last_journal);
        for mark in &segment.marks {
            self.mark(*mark);
        }
    }

    /// Keeps a mark if it is far enough from the one before it.
    pub(super) fn mark(&mut self, mark: Mark) {
        if self.marks.last().is_none_or(|last| mark.start.since(last.start) >= self.spacing) {
            self.marks.push(mark);
        }
        self.thin_marks();
    }
}
