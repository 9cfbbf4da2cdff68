//! What of one camera is sent as late: whole segments, oldest first, read again from the agent's archive. Only their
//! numbers are kept, and one segment's records at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ashkar_media::{InitSegment, Output, Part};
use ashkar_terms::MediaTime;

use super::RangeSet;
use super::options::{
    ATTEMPTS_MAX, HAVE_SPAN_TICKS, LATE_IN_FLIGHT_MAX, LATE_PENDING_MAX, PERSISTED_WITHIN_US,
    READ_AGAIN_MAX_US, READ_AGAIN_MIN_US, READ_AGAIN_SEGMENTS_MAX,
};
use super::retry::Retry;
use crate::planted::{Planted, is_planted};
use crate::{Answer, AnswerState, HAVE_TICKS_MAX, Have, HavePart, RecordName};

/// The segment that is being sent.
#[derive(Debug)]
struct Work {
    segment: u64,
    init: Option<Arc<InitSegment>>,
    /// What is not in flight, in order.
    records: VecDeque<Output>,
    /// They were read.
    is_read: bool,
    /// What the centre has of them was taken out.
    compared: bool,
    /// The last of its records that the centre received.
    count: u64,
}

/// A segment that could not be read, and is read again.
#[derive(Debug, Clone, Copy)]
struct Unreadable {
    at: u64,
    pause: u64,
    /// It is not in the backlog until then.
    waits: bool,
}

/// What the centre said it has of a span.
#[derive(Debug)]
struct Known {
    from: MediaTime,
    to: MediaTime,
    have: Have,
}

/// What is to be done next.
#[derive(Debug)]
pub(super) enum Step {
    Read(u64),
    Ask { from: MediaTime, to: MediaTime },
    Init([u8; 8], Output),
    Record(Output),
}

#[derive(Debug, Default)]
pub(super) struct Late {
    backlog: RangeSet,
    /// Segments that the centre will not take, until another session.
    refused: RangeSet,
    /// Segments of which it is not known yet when they were recorded.
    unplaced: RangeSet,
    /// How many segments were not in the agent's archive any more.
    gone: u64,
    work: Option<Work>,
    /// Sent, with the last count and the time at which it was received.
    pending: BTreeMap<u64, (u64, u64)>,
    /// Segments that could not be read.
    unreadable: BTreeMap<u64, Unreadable>,
    known: Option<Known>,
    inits_sent: BTreeSet<[u8; 8]>,
    attempts: u32,
    /// Parts in flight, in any order: their segment's end waits for them.
    parts_in_flight: usize,
    /// Something else is in flight, and nothing beside it.
    pub(super) busy: bool,
    pub(super) retry: Retry,
}

impl Late {
    /// `segment` is to be sent, or at least looked at.
    pub(super) fn push(&mut self, segment: u64) {
        if !self.refused.contains(segment) {
            self.backlog.insert(segment);
            self.backlog.fill_shortest();
        }
    }

    pub(super) fn push_ranges(&mut self, ranges: impl IntoIterator<Item = std::ops::Range<u64>>) {
        ranges.into_iter().for_each(|range| self.backlog.insert_range(range));
        self.backlog.fill_shortest();
    }

    /// The centre will not take `segment`.
    pub(super) fn refuse(&mut self, segment: u64) {
        self.refused.insert(segment);
        self.refused.forget_shortest();
        self.backlog.remove(segment);
        self.work.take_if(|work| work.segment == segment);
        self.attempts = 0;
    }

    /// What is to be done next; nothing while too much is in flight, or waits to be persisted.
    pub(super) fn step(&mut self) -> Option<Step> {
        if self.busy || self.parts_in_flight >= LATE_IN_FLIGHT_MAX {
            return None;
        }
        if self.work.is_none() {
            // Parts of a segment that was given up may still be in flight.
            if self.parts_in_flight > 0 || self.pending.len() >= LATE_PENDING_MAX {
                return None;
            }
            let segment = self.backlog.first()?;
            self.work = Some(Work {
                segment,
                init: None,
                records: VecDeque::new(),
                is_read: false,
                compared: false,
                count: 0,
            });
        }
        let work = self.work.as_mut()?;
        if !work.is_read {
            return Some(Step::Read(work.segment));
        }
        if !work.compared {
            let (from, to) = span(&work.records)?;
            let known = self.known.as_ref().filter(|known| known.from <= from && to <= known.to);
            let Some(known) = known else {
                let to = to.max(from.plus(HAVE_SPAN_TICKS)).min(from.plus(HAVE_TICKS_MAX));
                return Some(Step::Ask { from, to });
            };
            work.records.retain(|output| lacks(&known.have, output));
            work.compared = true;
        }
        let first = work.records.front()?;
        let Output::Part(Part { init: required, .. }) = first else {
            return if self.parts_in_flight == 0 { work.records.pop_front().map(Step::Record) } else { None };
        };
        if let Some(init) = work.init.as_ref().filter(|init| init.sha256.starts_with(required))
            && !self.inits_sent.contains(required)
        {
            let init = Output::Init(Arc::clone(init));
            return (self.parts_in_flight == 0).then_some(Step::Init(*required, init));
        }
        work.records.pop_front().map(Step::Record)
    }

    /// The request that carries `output` is on its way.
    pub(super) fn sent(&mut self, output: Option<&Output>) {
        match output {
            Some(Output::Part(_)) => self.parts_in_flight += 1,
            _ => self.busy = true,
        }
    }

    /// It is not any more.
    pub(super) fn completed(&mut self, output: Option<&Output>) {
        match output {
            Some(Output::Part(_)) => self.parts_in_flight = self.parts_in_flight.saturating_sub(1),
            _ => self.busy = false,
        }
    }

    /// `output` was sent, and is to be sent again.
    pub(super) fn put_back(&mut self, output: Output) {
        let segment = RecordName::of(&output).segment();
        let work = self.work.as_mut();
        if let Some(work) = work.filter(|work| segment.is_none_or(|segment| segment == work.segment)) {
            let index = |output: &Output| if let Output::Part(part) = output { part.index } else { u16::MAX };
            let behind = work.records.partition_point(|other| index(other) < index(&output));
            work.records.insert(behind, output);
        }
    }

    /// The records of a segment were read from the agent's archive. False if they are not that segment.
    pub(super) fn read(&mut self, segment: u64, outputs: Vec<Output>) -> bool {
        let Some(work) = self.work.as_mut().filter(|work| work.segment == segment) else { return true };
        for output in outputs {
            match &output {
                Output::Init(init) => work.init = Some(Arc::clone(init)),
                Output::Gap(_) | Output::Fact(_) => work.records.push_back(output),
                Output::Part(_) | Output::SegmentEnd(_) => {
                    if RecordName::of(&output).segment() == Some(segment) {
                        work.records.push_back(output);
                    }
                }
            }
        }
        let has_end = work.records.iter().any(|output| matches!(output, Output::SegmentEnd(_)));
        work.is_read = has_end && span(&work.records).is_some();
        if work.is_read {
            self.unreadable.remove(&segment);
        } else {
            work.records.clear();
        }
        work.is_read
    }

    /// Retention removed `segment`, which was persisted.
    pub(super) fn removed(&mut self, segment: u64) {
        self.work.take_if(|work| work.segment == segment);
        self.backlog.remove(segment);
        self.pending.remove(&segment);
        self.unreadable.remove(&segment);
        self.unplaced.remove(segment);
    }

    /// It is not known yet when `segment` was recorded.
    pub(super) fn waits(&mut self, segment: u64) {
        self.work.take_if(|work| work.segment == segment);
        self.backlog.remove(segment);
        self.unreadable.remove(&segment);
        self.unplaced.insert(segment);
        // One that is looked at for nothing waits again.
        self.unplaced.fill_shortest();
    }

    /// The same of a range that nobody has read.
    pub(super) fn wait_for_place(&mut self, range: std::ops::Range<u64>) {
        self.backlog.remove_range(&range);
        self.unplaced.insert_range(range);
        self.unplaced.fill_shortest();
    }

    /// More is known of that.
    pub(super) fn placed(&mut self) {
        let unplaced = std::mem::take(&mut self.unplaced);
        self.push_ranges(unplaced.ranges());
    }

    /// `segment` is not in the agent's archive any more.
    pub(super) fn gone(&mut self, segment: u64) {
        self.work.take_if(|work| work.segment == segment);
        self.backlog.remove(segment);
        self.unreadable.remove(&segment);
        self.gone += 1;
    }

    /// What the centre has of this span.
    pub(super) fn told(&mut self, from: MediaTime, to: MediaTime, have: Have) {
        self.known = Some(Known { from, to, have });
    }

    /// It will not say: everything is offered.
    pub(super) fn compare_nothing(&mut self) {
        if let Some(work) = &mut self.work {
            work.compared = true;
        }
    }

    pub(super) fn init_sent(&mut self, init: [u8; 8]) {
        self.inits_sent.insert(init);
    }

    pub(super) fn forget_inits_sent(&mut self) {
        self.inits_sent.clear();
    }

    /// `output` was answered. Returns its segment if that is wholly persisted.
    pub(super) fn answered(&mut self, output: &Output, answer: &Answer, now: u64) -> Option<u64> {
        let segment = RecordName::of(output).segment();
        let work = self.work.as_mut().filter(|work| segment.is_none_or(|segment| segment == work.segment))?;
        if answer.state == AnswerState::Received && !is_planted(Planted::BelieveReceived) {
            work.count = work.count.max(answer.count);
        }
        let is_done = self.parts_in_flight == 0;
        let done = self.work.take_if(|work| is_done && work.records.is_empty())?;
        self.backlog.remove(done.segment);
        self.attempts = 0;
        if done.count == 0 {
            return Some(done.segment);
        }
        self.pending.insert(done.segment, (done.count, now));
        None
    }

    /// The segment that is being sent.
    pub(super) fn working_on(&self) -> Option<u64> {
        self.work.as_ref().map(|work| work.segment)
    }

    /// `segment` could not be read: it is tried again after a pause, and those behind it do not wait for it.
    pub(super) fn unreadable(&mut self, segment: u64, now: u64) {
        if self.work.take_if(|work| work.segment == segment).is_none() {
            return;
        }
        if self.unreadable.len() >= READ_AGAIN_SEGMENTS_MAX && !self.unreadable.contains_key(&segment) {
            return self.refuse(segment);
        }
        self.backlog.remove(segment);
        let before = self.unreadable.get(&segment);
        let pause = before.map_or(READ_AGAIN_MIN_US, |before| (2 * before.pause).min(READ_AGAIN_MAX_US));
        self.unreadable.insert(segment, Unreadable { at: now.saturating_add(pause), pause, waits: true });
    }

    /// Those whose pause is over are backlog again; all of them, if there is no time.
    fn read_again(&mut self, now: Option<u64>) {
        let is_due = |one: &Unreadable| one.waits && now.is_none_or(|now| one.at <= now);
        let mut due = Vec::new();
        for (segment, one) in self.unreadable.iter_mut().filter(|(_, one)| is_due(one)) {
            one.waits = false;
            due.push(*segment);
        }
        due.into_iter().for_each(|segment| self.push(segment));
    }

    /// Something of `segment` could not be placed: it is tried again from its beginning, a few times.
    pub(super) fn failed(&mut self, segment: u64) {
        // Several parts of it may fail at once.
        if self.work.take_if(|work| work.segment == segment).is_none() {
            return;
        }
        self.known = None;
        self.attempts += 1;
        if self.attempts >= ATTEMPTS_MAX {
            self.refuse(segment);
        }
    }

    /// Segments that are wholly persisted if all records up to this count are.
    pub(super) fn persisted(&mut self, count: u64) -> Vec<u64> {
        self.pending.extract_if(.., |_, (last, _)| *last <= count).map(|(segment, _)| segment).collect()
    }

    /// What was received long ago and is not persisted is offered again.
    pub(super) fn overdue(&mut self, now: u64) {
        self.read_again(Some(now));
        let overdue = |_: &u64, (_, at): &mut (u64, u64)| now.saturating_sub(*at) > PERSISTED_WITHIN_US;
        let again: Vec<u64> = self.pending.extract_if(.., overdue).map(|(segment, _)| segment).collect();
        if !again.is_empty() {
            self.known = None;
        }
        again.into_iter().for_each(|segment| self.push(segment));
    }

    /// The session is over: what was received and not persisted may be lost. `current` is being recorded, and not
    /// backlog yet.
    pub(super) fn forget_session(&mut self, current: Option<u64>) {
        self.busy = false;
        self.parts_in_flight = 0;
        self.work = None;
        self.known = None;
        self.attempts = 0;
        self.inits_sent.clear();
        self.read_again(None);
        self.unreadable.clear();
        if !is_planted(Planted::KeepCounts) {
            let pending = std::mem::take(&mut self.pending);
            if !is_planted(Planted::ForgetUnpersisted) {
                pending.into_keys().for_each(|segment| self.push(segment));
            }
        }
        let refused = std::mem::take(&mut self.refused);
        self.push_ranges(refused.ranges());
        if let Some(current) = current {
            self.backlog.remove(current);
        }
    }

    pub(super) fn segments(&self) -> u64 {
        let unreadable = self.unreadable.values().filter(|one| one.waits).count();
        self.backlog.count() + (self.pending.len() + unreadable) as u64
    }

    pub(super) fn unplaced(&self) -> u64 {
        self.unplaced.count()
    }

    pub(super) fn refused(&self) -> u64 {
        self.refused.count()
    }

    pub(super) fn gone_count(&self) -> u64 {
        self.gone
    }

    /// Records in memory.
    pub(super) fn records(&self) -> usize {
        self.work.as_ref().map_or(0, |work| work.records.len()) + self.parts_in_flight
    }
}

/// Whether the centre lacks `output`, as far as it said what it has. The end is always sent.
fn lacks(have: &Have, output: &Output) -> bool {
    match output {
        Output::Part(part) => !have.contains(&HavePart::of(part)),
        Output::SegmentEnd(_) => !is_planted(Planted::ForgetEnd),
        Output::Init(_) | Output::Gap(_) | Output::Fact(_) => true,
    }
}

/// From the first part's start to the last one's end.
fn span(records: &VecDeque<Output>) -> Option<(MediaTime, MediaTime)> {
    let mut parts = records.iter().filter_map(|output| match output {
        Output::Part(part) => Some((part.start, part.start.plus(i64::from(part.duration)))),
        _ => None,
    });
    let first = parts.next()?;
    Some(parts.fold(first, |(from, to), (start, end)| (from.min(start), to.max(end))))
}
