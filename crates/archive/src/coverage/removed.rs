//! What retention removed leaves the coverage: segments that are not whole any more are not told as recorded.

use ashkar_terms::{MediaTime, Span};

use super::{Coverage, GapEntry, Mark, Run};
use crate::format::removed::{RemovedCamera, RemovedSpan};

impl Coverage {
    /// Takes out what `removed` held in `journal`. Done twice, it changes nothing.
    pub(crate) fn remove(&mut self, journal: u32, removed: &RemovedCamera) {
        for span in &removed.spans {
            let runs = std::mem::take(&mut self.runs);
            self.runs = runs.into_iter().flat_map(|run| run.without(journal, span)).collect();
            self.note_removed(span.from, span.to);
        }
        for (from, to) in &removed.gaps {
            self.gaps.retain(|gap| (gap.from, gap.to) != (*from, Some(*to)));
            self.note_removed(*from, *to);
        }
        self.fact_journals.retain(|other| *other != journal);
        self.irregular.retain(|other| *other != journal);
        self.inits.retain(|(_, place)| place.journal != journal);
    }

    /// Continues behind a removed journal of which nothing else is known.
    pub(crate) fn pass_removed(&mut self, removed: &RemovedCamera) {
        let before = self.state;
        let gap =
            self.gaps.last().filter(|last| last.to.is_none()).map(|last| (last.from, last.first_segment));
        self.state = removed.state_after(&before, gap);
        self.discontinuities = self.discontinuities.saturating_add(removed.discontinuities);
        self.close_removed_gaps(removed);
        let Some(timeline) = &removed.timeline else { return };
        let Some((from, cause)) = timeline.open_gap else { return };
        if self.gaps.last().is_none_or(|last| last.from != from) {
            let first_segment = timeline.gap_first_segment.max(before.next_segment);
            let next_segment = self.state.next_segment;
            self.gaps.push(GapEntry { from, to: None, cause, first_segment, next_segment });
        }
    }

    /// A gap that a journal before it opened may have its end in what was removed.
    fn close_removed_gaps(&mut self, removed: &RemovedCamera) {
        let Some(last) = self.gaps.last_mut().filter(|last| last.to.is_none()) else { return };
        let still_open = self.state.open_gap.is_some_and(|(from, _)| from == last.from);
        if still_open || removed.timeline.is_none() {
            return;
        }
        let own_end = removed.gaps.iter().find(|(from, _)| *from == last.from).map(|(_, to)| *to);
        let begins = removed.spans.iter().map(|span| span.from).chain(removed.gaps.iter().map(|gap| gap.0));
        let next = begins.filter(|from| *from > last.from).min();
        last.to = own_end.or(next).or(Some(last.from));
    }

    fn note_removed(&mut self, from: MediaTime, to: MediaTime) {
        match self.removed.last_mut() {
            Some(last) if last.0 <= from && from <= last.1 => last.1 = last.1.max(to),
            _ if from < to => self.removed.push((from, to)),
            _ => {}
        }
    }

    /// The parts of `hole` that were not removed.
    pub(super) fn without_removed(&self, hole: Span) -> Vec<Span> {
        let mut left = vec![hole];
        for (from, to) in &self.removed {
            let cut = |span: Span| {
                let before = Span::new(span.from, span.to.min(from.to_utc()));
                let after = Span::new(span.from.max(to.to_utc()), span.to);
                before.into_iter().chain(after)
            };
            left = left.into_iter().flat_map(cut).collect();
        }
        left
    }
}

impl Run {
    /// What of it lies before and after the removed segments.
    fn without(self, journal: u32, removed: &RemovedSpan) -> Vec<Self> {
        let RemovedSpan { first_segment, last_segment, from, to } = *removed;
        if last_segment < self.first_segment || self.last_segment < first_segment {
            return vec![self];
        }
        let mut left = Vec::new();
        if self.first_segment < first_segment {
            left.push(Self {
                to: from.clamp(self.from, self.to),
                last_segment: first_segment - 1,
                last_journal: self.last_journal.min(journal),
                marks: self.marks.iter().filter(|mark| mark.segment < first_segment).copied().collect(),
                ..self.clone()
            });
        }
        if last_segment < self.last_segment {
            let start = to.clamp(self.from, self.to);
            // Where the next segment begins is not known; it is found by walking from here.
            let segment = last_segment + 1;
            let first = Mark { segment, start, journal: journal.saturating_add(1) };
            let later = self.marks.iter().filter(|mark| mark.segment > segment).copied();
            left.push(Self {
                from: start,
                first_segment: segment,
                marks: std::iter::once(first).chain(later).collect(),
                ..self
            });
        }
        left.retain(|run| !run.marks.is_empty());
        left
    }
}
