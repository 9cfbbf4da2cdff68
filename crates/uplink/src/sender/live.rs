//! What of one camera goes with live: a short queue in the order of recording, and the segments that went and are not
//! persisted yet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ashkar_media::{InitSegment, Output};

use super::RequestId;
use super::options::{INITS_MAX, LIVE_WITHIN_US, PERSISTED_WITHIN_US};
use super::retry::Retry;
use crate::planted::{Planted, is_planted};
use crate::{Answer, AnswerState, RecordName};

/// What a record takes without its payload, about, bytes.
const FIELDS_BYTES: usize = 128;

#[derive(Debug)]
struct Queued {
    sequence: u64,
    at: u64,
    bytes: usize,
    output: Output,
}

impl Queued {
    fn segment(&self) -> Option<u64> {
        RecordName::of(&self.output).segment()
    }

    fn begins_segment(&self) -> bool {
        matches!(&self.output, Output::Part(part) if part.index == 0)
    }
}

/// A segment that live began to send.
#[derive(Debug, Default)]
struct Open {
    /// The last of its records that the centre received.
    count: u64,
    /// Something of it was sent.
    begun: bool,
    /// A session ended within it: only the backlog can say what the centre has of it.
    doubtful: bool,
    /// When the centre received its end.
    ended_at: Option<u64>,
}

/// What live does not carry any more.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    /// Whole segments, of which something may be there already.
    pub(super) segments: BTreeSet<u64>,
    /// Gaps and facts.
    pub(super) metadata: Vec<Output>,
}

/// What comes next on the line.
#[derive(Debug)]
pub(super) enum Next {
    /// A record, under its number in this queue.
    Record(u64, Output),
    /// The init segment that the next part requires.
    Init([u8; 8], Output),
    /// The next part requires one that is not known here.
    Unplayable(u64),
}

#[derive(Debug, Default)]
pub(super) struct Live {
    queue: VecDeque<Queued>,
    bytes: usize,
    next_sequence: u64,
    /// The record in flight.
    in_flight: Option<u64>,
    inits: VecDeque<Arc<InitSegment>>,
    inits_sent: BTreeSet<[u8; 8]>,
    /// The segment that is being recorded.
    current: Option<u64>,
    /// It, if live sends no more of it.
    given_up: Option<u64>,
    open: BTreeMap<u64, Open>,
    pub(super) busy: Option<RequestId>,
    pub(super) retry: Retry,
}

impl Live {
    /// `output` was recorded.
    pub(super) fn record(&mut self, output: &Output, bytes_max: usize, now: u64) -> Dropped {
        let mut dropped = Dropped::default();
        match output {
            Output::Init(init) => {
                self.inits.push_back(Arc::clone(init));
                while self.inits.len() > INITS_MAX {
                    self.inits.pop_front();
                }
                return dropped;
            }
            Output::Part(part) => {
                // A segment that never ends may have been ended by the archive: the backlog looks at it.
                let before = self.current.replace(part.segment).filter(|before| *before != part.segment);
                if let Some(before) = before {
                    self.given_up = None;
                    dropped = self.give_up(before);
                }
                if part.index == 0 {
                    self.open.insert(part.segment, Open::default());
                }
                if !self.open.contains_key(&part.segment) {
                    self.given_up = Some(part.segment);
                    return dropped;
                }
            }
            Output::SegmentEnd(end) => {
                self.current = None;
                self.given_up = None;
                if !self.open.contains_key(&end.segment) {
                    dropped.segments.insert(end.segment);
                    return dropped;
                }
            }
            Output::Gap(_) => {
                // Without an end before it: the archive took no more of its parts, and ended it with those it had. Perhaps
                // nothing is recorded after the gap for a long time.
                if let Some(before) = self.current.take() {
                    self.given_up = None;
                    dropped = self.give_up(before);
                }
            }
            Output::Fact(_) => {}
        }
        let bytes = body_bytes(output);
        self.bytes += bytes;
        self.queue.push_back(Queued { sequence: self.next_sequence, at: now, bytes, output: output.clone() });
        self.next_sequence += 1;
        self.expire(bytes_max, now, &mut dropped);
        dropped
    }

    /// Gives up what is too old to be live, or too much: everything before the newest segment, or all.
    pub(super) fn expire(&mut self, bytes_max: usize, now: u64, dropped: &mut Dropped) {
        if is_planted(Planted::ForgetQueueLimit) {
            return;
        }
        let is_old = |first: &Queued| now.saturating_sub(first.at) > LIVE_WITHIN_US;
        while self.bytes > bytes_max || self.queue.front().is_some_and(is_old) {
            let newest = self.queue.iter().rposition(Queued::begins_segment);
            let end = newest.filter(|&at| at > 0).unwrap_or(self.queue.len());
            let gone: Vec<Queued> = self.queue.drain(..end).collect();
            self.bytes = self.queue.iter().map(|queued| queued.bytes).sum();
            let segments: BTreeSet<u64> = gone.iter().filter_map(Queued::segment).collect();
            segments.into_iter().for_each(|segment| self.close(segment, dropped));
            let is_metadata = |queued: &Queued| queued.segment().is_none();
            dropped.metadata.extend(gone.into_iter().filter(is_metadata).map(|queued| queued.output));
        }
    }

    /// Live sends no more of `segment`.
    pub(super) fn give_up(&mut self, segment: u64) -> Dropped {
        let mut dropped = Dropped::default();
        self.queue.retain(|queued| queued.segment() != Some(segment));
        self.bytes = self.queue.iter().map(|queued| queued.bytes).sum();
        self.close(segment, &mut dropped);
        dropped
    }

    /// It becomes backlog when it is recorded to its end.
    fn close(&mut self, segment: u64, dropped: &mut Dropped) {
        self.open.remove(&segment);
        if self.current == Some(segment) {
            self.given_up = Some(segment);
        } else {
            dropped.segments.insert(segment);
        }
    }

    /// Takes out what is `sequence`, if that is a gap or a fact and still waits.
    pub(super) fn take_metadata(&mut self, sequence: u64) -> Option<Output> {
        let is_it = |queued: &Queued| queued.sequence == sequence && queued.segment().is_none();
        let at = self.queue.iter().position(is_it)?;
        let taken = self.queue.remove(at)?;
        self.bytes -= taken.bytes;
        Some(taken.output)
    }

    /// What is to be sent next; it stays in the queue until it is answered.
    pub(super) fn next(&self) -> Option<Next> {
        let first = self.queue.front()?;
        if let Output::Part(part) = &first.output
            && !self.inits_sent.contains(&part.init)
        {
            let known = self.inits.iter().rev().find(|init| init.sha256.starts_with(&part.init));
            return Some(match known {
                Some(init) => Next::Init(part.init, Output::Init(Arc::clone(init))),
                None => Next::Unplayable(part.segment),
            });
        }
        Some(Next::Record(first.sequence, first.output.clone()))
    }

    /// The request `id` carries it; `sequence` if it is a record.
    pub(super) fn sent(&mut self, id: RequestId, sequence: Option<u64>) {
        self.busy = Some(id);
        self.in_flight = sequence;
        let first = self.queue.front().filter(|first| Some(first.sequence) == sequence);
        if let Some(open) = first.and_then(Queued::segment).and_then(|segment| self.open.get_mut(&segment)) {
            open.begun = true;
        }
    }

    /// The request in flight was answered, or is given up.
    pub(super) fn completed(&mut self) {
        self.busy = None;
        self.in_flight = None;
    }

    /// The segment of the record in flight, if that still waits.
    pub(super) fn segment_of(&self, sequence: u64) -> Option<u64> {
        self.queue.iter().find(|queued| queued.sequence == sequence)?.segment()
    }

    /// The segment of the first part in the queue.
    pub(super) fn first_segment(&self) -> Option<u64> {
        self.queue.iter().find_map(Queued::segment)
    }

    pub(super) fn init_sent(&mut self, init: [u8; 8]) {
        self.inits_sent.insert(init);
    }

    pub(super) fn forget_inits_sent(&mut self) {
        self.inits_sent.clear();
    }

    /// The centre answered for the record `sequence`. A gap or fact is returned; `ended` is told about the segment whose
    /// end it was: whether the backlog must look at it, or it is persisted.
    pub(super) fn answered(&mut self, sequence: u64, answer: &Answer, now: u64) -> Outcome {
        // It may have been given up meanwhile.
        let Some(first) = self.queue.pop_front_if(|first| first.sequence == sequence) else {
            return Outcome::Nothing;
        };
        self.bytes -= first.bytes;
        let Some(segment) = first.segment() else { return Outcome::Metadata(first.output) };
        let Some(open) = self.open.get_mut(&segment) else { return Outcome::Nothing };
        if answer.state == AnswerState::Received {
            open.count = open.count.max(answer.count);
        }
        if !matches!(first.output, Output::SegmentEnd(_)) {
            return Outcome::Nothing;
        }
        if open.doubtful {
            self.open.remove(&segment);
            return Outcome::Doubtful(segment);
        }
        open.ended_at = Some(now);
        if is_planted(Planted::BelieveReceived) {
            open.count = 0;
        }
        Outcome::Nothing
    }

    /// Segments that are wholly persisted if all records up to this count are.
    pub(super) fn persisted(&mut self, count: u64) -> Vec<u64> {
        let done = |_: &u64, open: &mut Open| open.ended_at.is_some() && open.count <= count;
        self.open.extract_if(.., done).map(|(segment, _)| segment).collect()
    }

    /// Segments that were received long ago and are not persisted.
    pub(super) fn overdue(&mut self, now: u64, dropped: &mut Dropped) {
        let overdue = |_: &u64, open: &mut Open| {
            open.ended_at.is_some_and(|at| now.saturating_sub(at) > PERSISTED_WITHIN_US)
        };
        dropped.segments.extend(self.open.extract_if(.., overdue).map(|(segment, _)| segment));
    }

    /// The session is over: counts mean nothing any more, and the centre may have lost what it had not persisted.
    pub(super) fn forget_session(&mut self) -> Dropped {
        self.completed();
        self.inits_sent.clear();
        let mut dropped = Dropped::default();
        if is_planted(Planted::KeepCounts) {
            return dropped;
        }
        let ended = self.open.extract_if(.., |_, open| open.ended_at.is_some());
        dropped.segments.extend(ended.map(|(segment, _)| segment));
        if is_planted(Planted::ForgetUnpersisted) {
            dropped.segments.clear();
        }
        self.open.values_mut().for_each(|open| open.doubtful |= open.begun);
        dropped
    }

    /// How long the oldest record that is not in flight has waited.
    pub(super) fn waiting(&self, now: u64) -> u64 {
        let first = self.queue.iter().find(|queued| Some(queued.sequence) != self.in_flight);
        first.map_or(0, |queued| now.saturating_sub(queued.at))
    }

    /// How long the oldest record has not been answered.
    pub(super) fn age(&self, now: u64) -> u64 {
        self.queue.front().map_or(0, |queued| now.saturating_sub(queued.at))
    }

    /// Segments that the centre received whole, and has not called persisted yet.
    pub(super) fn unconfirmed(&self) -> u64 {
        self.open.values().filter(|open| open.ended_at.is_some()).count() as u64
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn current(&self) -> Option<u64> {
        self.current
    }
}

/// What came of an answer.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing to be done.
    Nothing,
    /// A gap or a fact was received.
    Metadata(Output),
    /// The end of a segment of which the centre may not have everything.
    Doubtful(u64),
}

/// What a record takes, in memory and on the line.
pub(super) fn body_bytes(output: &Output) -> usize {
    let payload = match output {
        Output::Init(init) => init.bytes.len(),
        Output::Part(part) => part.bytes.len(),
        Output::SegmentEnd(_) | Output::Gap(_) | Output::Fact(_) => 0,
    };
    FIELDS_BYTES + payload
}
