//! Gaps and facts of one camera that did not go with live, or are not persisted yet. They are small, and few are kept.

use std::collections::{BTreeSet, VecDeque};

use ashkar_media::{Gap, Output};
use ashkar_terms::MediaTime;

use super::options::{METADATA_MAX, PERSISTED_WITHIN_US};
use crate::planted::{Planted, is_planted};
use crate::{Answer, AnswerState, Line};

#[derive(Debug)]
struct Pending {
    line: Line,
    count: u64,
    since: u64,
    output: Output,
}

#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// To be sent as late, in order.
    queue: VecDeque<Output>,
    /// Received, and not persisted.
    pending: VecDeque<Pending>,
    /// Where the latest gaps began whose ends are known: that one lasts must not be said after that. At most
    /// [`METADATA_MAX`].
    closed: BTreeSet<MediaTime>,
    /// How many were dropped because too many waited.
    dropped: u64,
}

impl Metadata {
    /// To be sent as late.
    pub(super) fn push(&mut self, output: Output) {
        if is_planted(Planted::ForgetMetadata) {
            return;
        }
        self.close(&output);
        self.queue.push_back(output);
        self.limit();
    }

    fn close(&mut self, output: &Output) {
        if let Output::Gap(Gap { from, to: Some(_), .. }) = output {
            self.closed.insert(*from);
            if self.closed.len() > METADATA_MAX {
                self.closed.pop_first();
            }
        }
    }

    /// Says that a gap lasts whose end is known.
    fn is_outdated(&self, output: &Output) -> bool {
        let is_closed = |from| self.closed.contains(from) && !is_planted(Planted::ReopenGap);
        matches!(output, Output::Gap(Gap { from, to: None, .. }) if is_closed(from))
    }

    /// It was taken, and not answered.
    pub(super) fn push_front(&mut self, output: Output) {
        self.queue.push_front(output);
    }

    fn limit(&mut self) {
        while self.queue.len() + self.pending.len() > METADATA_MAX {
            if self.queue.pop_front().is_none() {
                self.pending.pop_front();
            }
            self.dropped += 1;
        }
    }

    pub(super) fn take_first(&mut self) -> Option<Output> {
        loop {
            let first = self.queue.pop_front()?;
            if !self.is_outdated(&first) {
                return Some(first);
            }
        }
    }

    /// The centre answered for `output`.
    pub(super) fn answered(&mut self, line: Line, output: Output, answer: &Answer, now: u64) {
        self.close(&output);
        if answer.state == AnswerState::Received {
            self.pending.push_back(Pending { line, count: answer.count, since: now, output });
            self.limit();
        }
    }

    /// All records up to this count are durable.
    pub(super) fn persisted(&mut self, line: Line, count: u64) {
        self.pending.retain(|pending| pending.line != line || pending.count > count);
    }

    /// Sends again what has waited too long, or everything if the session is over.
    pub(super) fn again(&mut self, now: Option<u64>) {
        let overdue =
            |pending: &Pending| now.is_none_or(|now| now.saturating_sub(pending.since) > PERSISTED_WITHIN_US);
        // The oldest were received first.
        let count = self.pending.iter().take_while(|pending| overdue(pending)).count();
        for pending in self.pending.drain(..count).rev() {
            self.queue.push_front(pending.output);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.queue.len() + self.pending.len()
    }

    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }
}
