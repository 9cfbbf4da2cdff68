//! Gaps and facts of one camera that did not go with live, or are not persisted yet. They are small, and few are kept.

use std::collections::{BTreeSet, VecDeque};

use ashkar_media::{Gap, Output};
use ashkar_terms::MediaTime;
use sha2::{Digest, Sha256};

use super::options::{KEPT_MAX, METADATA_MAX, OFFERED_MAX, PERSISTED_WITHIN_US};
use crate::planted::{Planted, is_planted};
use crate::{Answer, AnswerState, Line, encode};

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
    /// What this sender knows to be persisted, by a hash of its body. At most [`KEPT_MAX`]: of the others it is asked again.
    kept: BTreeSet<[u8; 16]>,
}

/// Names a gap or a fact with all that it says.
fn key(output: &Output) -> [u8; 16] {
    let (head, _) = encode(output);
    let hash: [u8; 32] = Sha256::digest(&head).into();
    hash.first_chunk().copied().unwrap_or_default()
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

    /// The centre cannot place it now: it is offered again after a while.
    pub(super) fn postpone(&mut self, output: Output, now: u64) {
        self.pending.push_back(Pending { line: Line::Late, count: u64::MAX, since: now, output });
        self.limit();
    }

    fn keep(&mut self, output: &Output) {
        while self.kept.len() >= KEPT_MAX {
            self.kept.pop_first();
        }
        self.kept.insert(key(output));
    }

    /// Another centre has nothing of it.
    pub(super) fn forget_kept(&mut self) {
        self.kept.clear();
    }

    /// Whether all of `outputs` is persisted. What is not is offered, once nothing else waits.
    pub(super) fn are_kept(&mut self, outputs: &[Output]) -> bool {
        let missing: Vec<Output> =
            outputs.iter().filter(|output| !self.kept.contains(&key(output))).cloned().collect();
        if missing.is_empty() {
            return true;
        }
        if self.len() == 0 {
            missing.into_iter().take(OFFERED_MAX).for_each(|output| self.push(output));
        }
        false
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
        match answer.state {
            AnswerState::Received => {
                self.pending.push_back(Pending { line, count: answer.count, since: now, output });
                self.limit();
            }
            AnswerState::Persisted => self.keep(&output),
        }
    }

    /// All records up to this count are durable.
    pub(super) fn persisted(&mut self, line: Line, count: u64) {
        let is_done = |pending: &Pending| pending.line == line && pending.count <= count;
        let (done, pending): (VecDeque<Pending>, _) =
            std::mem::take(&mut self.pending).into_iter().partition(is_done);
        self.pending = pending;
        done.iter().for_each(|pending| self.keep(&pending.output));
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
