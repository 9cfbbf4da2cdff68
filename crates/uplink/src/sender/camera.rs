//! One camera of the agent: what of it goes with live, what as late, and what was persisted meanwhile.

use ashkar_media::Output;
use ashkar_terms::{CameraId, MediaTime};

use super::late::{Late, Step};
use super::live::{Dropped, Live, Next, Outcome};
use super::metadata::Metadata;
use super::options::SenderOptions;
use super::{Ledger, RequestId};
use crate::planted::{Planted, is_planted};
use crate::{Answer, Line, RecordName, RefusalCode};

/// What a request carries, and so what its answer is about.
#[derive(Debug)]
pub(super) enum Request {
    /// The record of this number in the live queue.
    Live(u64),
    LiveInit([u8; 8]),
    /// A record of the segment that is being sent as late.
    Late(Output),
    LateInit([u8; 8]),
    Metadata(Output),
    Read(u64),
    Have {
        from: MediaTime,
        to: MediaTime,
    },
}

impl Request {
    /// The line that carries it, if one does.
    pub(super) const fn line(&self) -> Option<Line> {
        match self {
            Self::Live(_) | Self::LiveInit(_) => Some(Line::Live),
            Self::Late(_) | Self::LateInit(_) | Self::Metadata(_) | Self::Have { .. } => Some(Line::Late),
            Self::Read(_) => None,
        }
    }
}

#[derive(Debug)]
pub(super) struct Camera {
    id: CameraId,
    pub(super) live: Live,
    pub(super) late: Late,
    pub(super) metadata: Metadata,
    /// The duration of the last segment that was recorded, ticks.
    pub(super) segment_ticks: u32,
    /// Records that the centre took, by line.
    pub(super) taken: [u64; 2],
}

impl Camera {
    pub(super) fn new(id: CameraId, segment_ticks: u32) -> Self {
        Self {
            id,
            live: Live::default(),
            late: Late::default(),
            metadata: Metadata::default(),
            segment_ticks,
            taken: [0; 2],
        }
    }

    pub(super) fn record(&mut self, output: &Output, options: &SenderOptions, now: u64) {
        if let Output::SegmentEnd(end) = output {
            self.segment_ticks = end.duration;
        }
        let dropped = self.live.record(output, options.live_bytes_max, now);
        self.take(dropped);
    }

    /// What is too old for live, or was received long ago and is not persisted.
    pub(super) fn expire(&mut self, options: &SenderOptions, now: u64) {
        let mut dropped = Dropped::default();
        self.live.expire(options.live_bytes_max, now, &mut dropped);
        self.live.overdue(now, &mut dropped);
        self.take(dropped);
        self.late.overdue(now);
        self.metadata.again(Some(now));
    }

    fn take(&mut self, dropped: Dropped) {
        dropped.segments.into_iter().for_each(|segment| self.late.push(segment));
        dropped.metadata.into_iter().for_each(|output| self.metadata.push(output));
    }

    /// What is to be sent on the live line.
    pub(super) fn next_live(&mut self, now: u64) -> Option<(Request, Output)> {
        if self.live.busy.is_some() || now < self.live.retry.at() {
            return None;
        }
        loop {
            match self.live.next()? {
                Next::Record(sequence, output) => return Some((Request::Live(sequence), output)),
                Next::Init(id, output) => return Some((Request::LiveInit(id), output)),
                Next::Unplayable(segment) => {
                    let dropped = self.live.give_up(segment);
                    self.take(dropped);
                }
            }
        }
    }

    /// What is to be done for the backlog.
    pub(super) fn next_late(&mut self, now: u64) -> Option<(Request, Option<Output>)> {
        if self.late.busy || now < self.late.retry.at() {
            return None;
        }
        if let Some(output) = self.metadata.take_first() {
            return Some((Request::Metadata(output.clone()), Some(output)));
        }
        Some(match self.late.step()? {
            Step::Read(segment) => (Request::Read(segment), None),
            Step::Ask { from, to } => (Request::Have { from, to }, None),
            Step::Init(id, output) => (Request::LateInit(id), Some(output)),
            Step::Record(output) => (Request::Late(output.clone()), Some(output)),
        })
    }

    /// The request `id` is on its way.
    pub(super) fn sent(&mut self, id: RequestId, what: &Request) {
        match what {
            Request::Live(sequence) => self.live.sent(id, Some(*sequence)),
            Request::LiveInit(_) => self.live.sent(id, None),
            Request::Late(output) => self.late.sent(Some(output)),
            _ => self.late.sent(None),
        }
    }

    /// The request is not on its way any more.
    pub(super) fn completed(&mut self, what: &Request) {
        match what {
            Request::Live(_) | Request::LiveInit(_) => self.live.completed(),
            Request::Late(output) => self.late.completed(Some(output)),
            _ => self.late.completed(None),
        }
    }

    /// The centre took over what `what` carried.
    pub(super) fn answered(&mut self, what: Request, answer: &Answer, ledger: &mut Ledger, now: u64) {
        let line = what.line();
        if let Some(taken) = line.and_then(|line| self.taken.get_mut(line as usize)) {
            *taken += 1;
        }
        let mut done = Vec::new();
        match what {
            Request::Live(sequence) => match self.live.answered(sequence, answer, now) {
                Outcome::Nothing => {}
                Outcome::Metadata(output) => self.metadata.answered(Line::Live, output, answer, now),
                Outcome::Doubtful(segment) => self.late.push(segment),
            },
            Request::LiveInit(id) => self.live.init_sent(id),
            Request::LateInit(id) => self.late.init_sent(id),
            Request::Late(output) => done.extend(self.late.answered(&output, answer, now)),
            Request::Metadata(output) => self.metadata.answered(Line::Late, output, answer, now),
            Request::Read(_) | Request::Have { .. } => {}
        }
        let of_late = if line == Some(Line::Live) {
            self.live.retry.succeeded();
            done.extend(self.live.persisted(answer.persisted));
            self.metadata.persisted(Line::Live, answer.persisted);
            answer.persisted_late
        } else {
            self.late.retry.succeeded();
            answer.persisted
        };
        done.extend(self.late.persisted(of_late));
        self.metadata.persisted(Line::Late, of_late);
        done.into_iter().for_each(|segment| ledger.insert(self.id, segment));
    }

    /// Nothing is known of what became of it: it is sent again.
    pub(super) fn unanswered(&mut self, what: Request, now: u64) {
        match what {
            Request::Live(_) | Request::LiveInit(_) => self.live.retry.failed(now),
            Request::Metadata(output) => {
                self.metadata.push_front(output);
                self.late.retry.failed(now);
            }
            Request::Late(output) => {
                self.late.put_back(output);
                self.late.retry.failed(now);
            }
            Request::LateInit(_) | Request::Read(_) | Request::Have { .. } => self.late.retry.failed(now),
        }
    }

    /// The centre refused it, for a reason that does not end the session.
    pub(super) fn refused(&mut self, what: Request, code: RefusalCode, now: u64) {
        match code {
            RefusalCode::NotLive | RefusalCode::OutOfOrder => self.misplaced(what, now),
            RefusalCode::InitNeeded => {
                match what.line() {
                    Some(Line::Live) => self.live.forget_inits_sent(),
                    _ => self.late.forget_inits_sent(),
                }
                self.unanswered(what, now);
            }
            code if code.is_worth_repeating() => self.unanswered(what, now),
            _ => self.refused_for_good(what, now),
        }
    }

    /// Live is over for its segment, or the centre lacks something of a late one.
    fn misplaced(&mut self, what: Request, now: u64) {
        match what {
            Request::Live(_) | Request::LiveInit(_) => {
                let sequence = if let Request::Live(sequence) = what { Some(sequence) } else { None };
                if let Some(output) = sequence.and_then(|sequence| self.live.take_metadata(sequence)) {
                    return self.metadata.push(output);
                }
                if let Some(segment) = self.live_segment(sequence) {
                    let dropped = self.live.give_up(segment);
                    if is_planted(Planted::ForgetRest) {
                        return;
                    }
                    self.take(dropped);
                }
            }
            Request::Late(_) | Request::LateInit(_) => {
                self.late.retry.failed(now);
                if let Some(segment) = self.late_segment(&what) {
                    self.late.failed(segment);
                }
            }
            // Its time may come with the media beside it, which do not wait for it.
            Request::Metadata(output) => self.metadata.postpone(output, now),
            what => self.unanswered(what, now),
        }
    }

    /// It will not be taken, however often it is offered: what it belongs to is left out until another session.
    fn refused_for_good(&mut self, what: Request, now: u64) {
        match what {
            Request::Live(_) | Request::LiveInit(_) => {
                let sequence = if let Request::Live(sequence) = what { Some(sequence) } else { None };
                if sequence.and_then(|sequence| self.live.take_metadata(sequence)).is_some() {
                    return;
                }
                if let Some(segment) = self.live_segment(sequence) {
                    self.late.refuse(segment);
                    let dropped = self.live.give_up(segment);
                    self.take(dropped);
                }
            }
            Request::Late(Output::Gap(_) | Output::Fact(_)) => {}
            Request::Late(_) | Request::LateInit(_) => {
                if let Some(segment) = self.late_segment(&what) {
                    self.late.refuse(segment);
                }
            }
            Request::Have { .. } => self.late.compare_nothing(),
            Request::Metadata(_) => {}
            Request::Read(_) => self.late.retry.failed(now),
        }
    }

    fn live_segment(&self, sequence: Option<u64>) -> Option<u64> {
        match sequence {
            Some(sequence) => self.live.segment_of(sequence),
            None => self.live.first_segment(),
        }
    }

    fn late_segment(&self, what: &Request) -> Option<u64> {
        match what {
            Request::Late(output) => RecordName::of(output).segment().or_else(|| self.late.working_on()),
            _ => self.late.working_on(),
        }
    }

    pub(super) fn forget_session(&mut self) {
        let dropped = self.live.forget_session();
        self.late.forget_session(self.live.current());
        self.take(dropped);
        if !is_planted(Planted::KeepCounts) {
            self.metadata.again(None);
        }
    }
}
