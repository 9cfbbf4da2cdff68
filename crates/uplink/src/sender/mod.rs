//! The agent's side: what is sent next, on which line, and what the centre will not lose.
//!
//! In: what was recorded, answers, what the shell read from the agent's archive, times. Out: [`Action`]s, the [`Ledger`]
//! and a [`SenderStatus`]. All times are microseconds of one monotonic clock. The rules are in
//! `docs/reference/uplink.md`; the memory is bounded by `options`, whatever the line does.

mod action;
mod camera;
mod late;
mod ledger;
mod live;
mod metadata;
mod options;
mod pace;
mod range_set;
mod retention;
mod retry;
mod status;

use std::collections::BTreeMap;
use std::ops::Range;

use ashkar_media::Output;
use ashkar_terms::{CameraId, TICKS_PER_SECOND};

use crate::planted::{Planted, is_planted};
use crate::{Answer, Have, HavePath, Line, RecordName, RecordPath, RecordingId, RefusalCode};
use camera::{Camera, Request};
use pace::Pace;
use retry::Retry;

pub use action::{Action, Failure, ReadError, RequestId};
pub use ledger::{LEDGER_BYTES_MAX, Ledger};
pub use options::{
    ATTEMPTS_MAX, DELAY_MARGIN_US, HAVE_SPAN_TICKS, INITS_MAX, LATE_IN_FLIGHT_MAX, LATE_PENDING_MAX,
    LIVE_WAITS_US, LIVE_WITHIN_US, METADATA_MAX, PERSISTED_WITHIN_US, READ_AGAIN_MAX_US, READ_AGAIN_MIN_US,
    REQUEST_TIMEOUT_US, RETRY_MAX_US, RETRY_MIN_US, SenderOptions,
};
pub use range_set::{NoRanges, RANGES_MAX, RangeSet};
pub use retention::MayForget;
pub use status::{CameraStatus, SenderStatus};

/// The longest time without a look at the clock, microseconds.
const WAKE_US: u64 = 1_000_000;
/// What a segment is taken to last before one was recorded, ticks.
const SEGMENT_TICKS: u32 = 4 * TICKS_PER_SECOND as u32;

#[derive(Debug)]
struct InFlight {
    camera: CameraId,
    what: Request,
    sent_at: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Session {
    None,
    Opening { since: u64 },
    Open,
}

/// Sends what an agent's cameras record. See the module.
#[derive(Debug)]
pub struct Sender {
    options: SenderOptions,
    ledger: Ledger,
    cameras: BTreeMap<CameraId, Camera>,
    in_flight: BTreeMap<RequestId, InFlight>,
    next_id: u64,
    session: Session,
    session_retry: Retry,
    /// Since when each line is up or down.
    lines: [(bool, u64); 2],
    pace: Pace,
    /// The camera whose backlog was served last.
    turn: Option<CameraId>,
}

impl Sender {
    /// A sender that knows what `ledger` says, at `now`. There is no session, and both lines are down.
    pub fn new(ledger: Ledger, options: SenderOptions, now: u64) -> Self {
        Self {
            options,
            ledger,
            cameras: BTreeMap::new(),
            in_flight: BTreeMap::new(),
            next_id: 0,
            session: Session::None,
            session_retry: Retry::default(),
            lines: [(false, now); 2],
            pace: Pace::new(options),
            turn: None,
        }
    }

    /// A camera of this agent, and the complete segments of it that the agent's archive has: those that the ledger does
    /// not name are backlog. A camera that is there already only gets the segments.
    pub fn add_camera(&mut self, camera: CameraId, on_disk: impl IntoIterator<Item = Range<u64>>) {
        let mut backlog: RangeSet = on_disk.into_iter().collect();
        self.ledger.persisted(camera).for_each(|range| backlog.remove_range(&range));
        let state = self.cameras.entry(camera).or_insert_with(|| Camera::new(camera, SEGMENT_TICKS));
        state.late.push_ranges(backlog.ranges());
    }

    /// The centre does not take this camera: nothing of it is sent until it is added again.
    pub fn remove_camera(&mut self, camera: CameraId) {
        self.cameras.remove(&camera);
    }

    /// Segments of a camera that was added, of which it is not known yet when they were recorded: until [`Sender::placed`] nothing is
    /// read of them.
    pub fn add_unplaced(&mut self, camera: CameraId, segments: impl IntoIterator<Item = Range<u64>>) {
        if let Some(state) = self.cameras.get_mut(&camera) {
            segments.into_iter().for_each(|range| state.late.wait_for_place(range));
        }
    }

    /// The packager of `camera` gave `output`, and the agent's archive has it for good. A camera that was not added is
    /// ignored.
    ///
    /// What a power cut may still take from that archive should not be sent: its number may be used again for other
    /// bytes, and the centre refuses those.
    pub fn recorded(&mut self, camera: CameraId, output: &Output, now: u64) {
        if let Some(state) = self.cameras.get_mut(&camera) {
            state.record(output, &self.options, now);
        }
    }

    /// A gap or a fact that was recorded before this sender began, and may not be at the centre: it is sent as late.
    /// Segments come back by [`Sender::add_camera`].
    pub fn recorded_before(&mut self, camera: CameraId, output: Output) {
        let is_metadata = matches!(output, Output::Gap(_) | Output::Fact(_));
        if let Some(state) = self.cameras.get_mut(&camera).filter(|_| is_metadata) {
            state.metadata.push(output);
        }
    }

    /// A session was opened, with the centre whose archive has this id; it takes the place of one that is still open. If
    /// it is another archive than the ledger is about, nothing is persisted any more.
    pub fn session_opened(&mut self, centre: RecordingId, now: u64) {
        self.forget_session();
        self.session = Session::Open;
        self.session_retry.succeeded();
        if self.ledger.centre() != Some(centre) {
            self.cameras.values_mut().for_each(|camera| camera.metadata.forget_kept());
        }
        let forgotten =
            if is_planted(Planted::BelieveOtherCentre) { BTreeMap::new() } else { self.ledger.is_of(centre) };
        for (camera, persisted) in forgotten {
            if let Some(state) = self.cameras.get_mut(&camera) {
                state.late.push_ranges(persisted.ranges());
            }
        }
        self.cameras.values_mut().for_each(|camera| camera.expire(&self.options, now));
    }

    /// No session could be opened; it is tried again after a pause.
    pub fn session_failed(&mut self, now: u64) {
        self.forget_session();
        self.session_retry.failed(now);
    }

    /// The session is over: its time, or the centre does not know it. A new one is opened.
    pub fn session_lost(&mut self) {
        self.forget_session();
    }

    fn forget_session(&mut self) {
        self.session = Session::None;
        for (_, InFlight { camera, what, .. }) in std::mem::take(&mut self.in_flight) {
            if let (Some(state), Request::Metadata(output)) = (self.cameras.get_mut(&camera), what) {
                state.metadata.push_front(output);
            }
        }
        self.cameras.values_mut().for_each(Camera::forget_session);
    }

    /// The connection of `line` stands.
    pub fn line_up(&mut self, line: Line, now: u64) {
        if !self.is_up(line) {
            self.lines[line as usize] = (true, now);
        }
    }

    /// The connection of `line` is gone, and with it all answers.
    pub fn line_down(&mut self, line: Line, now: u64) {
        if self.is_up(line) {
            self.lines[line as usize] = (false, now);
        }
        let lost = self.in_flight.extract_if(.., |_, flight| flight.what.line() == Some(line));
        let lost: Vec<InFlight> = lost.map(|(_, flight)| flight).collect();
        lost.into_iter().for_each(|flight| self.unanswered(flight, now));
    }

    fn is_up(&self, line: Line) -> bool {
        self.lines[line as usize].0
    }

    /// The centre answered the [`Action::Send`] of this id. An answer that comes too late is ignored: what it was about
    /// is sent again, and the centre says then that it has it.
    pub fn answered(&mut self, id: RequestId, answer: Result<Answer, Failure>, now: u64) {
        let Some(flight) = self.in_flight.remove(&id) else { return };
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) => return self.failed(flight, failure, now),
        };
        let InFlight { camera, what, sent_at } = flight;
        let Some(state) = self.cameras.get_mut(&camera) else { return };
        state.completed(&what);
        let line = what.line();
        state.answered(what, &answer, &mut self.ledger, now);
        match line {
            Some(Line::Live) => {
                let waits = self.live_waits(now);
                self.pace.live_answered(now.saturating_sub(sent_at), waits, now);
            }
            _ => self.pace.late_answered(now),
        }
    }

    /// The segment of the [`Action::ReadSegment`] of this id.
    pub fn read(&mut self, id: RequestId, segment: Result<Vec<Output>, ReadError>, now: u64) {
        let Some(flight) = self.in_flight.remove(&id) else { return };
        let (Some(state), Request::Read(number)) = (self.cameras.get_mut(&flight.camera), &flight.what)
        else {
            return;
        };
        state.completed(&flight.what);
        let is_there = match segment {
            Ok(outputs) => state.late.read(*number, outputs),
            Err(ReadError::Failed) => false,
            Err(ReadError::Gone) => return state.late.gone(*number),
            Err(ReadError::Waits) => return state.late.waits(*number),
        };
        if is_there {
            state.late.retry.succeeded();
        } else {
            state.late.retry.failed(now);
            state.late.unreadable(*number, now);
        }
    }

    /// More is known of when segments were recorded: those that wait for it are backlog again.
    pub fn placed(&mut self) {
        self.cameras.values_mut().for_each(|camera| camera.late.placed());
    }

    /// The answer to the [`Action::AskHave`] of this id.
    pub fn told(&mut self, id: RequestId, have: Result<Have, Failure>, now: u64) {
        let Some(flight) = self.in_flight.remove(&id) else { return };
        let have = match have {
            Ok(have) => have,
            Err(failure) => return self.failed(flight, failure, now),
        };
        let (Some(state), &Request::Have { from, to }) = (self.cameras.get_mut(&flight.camera), &flight.what)
        else {
            return;
        };
        state.completed(&flight.what);
        state.late.retry.succeeded();
        state.late.told(from, to, have);
    }

    fn failed(&mut self, flight: InFlight, failure: Failure, now: u64) {
        let code = match failure {
            Failure::Unanswered => return self.unanswered(flight, now),
            Failure::Refused(refusal) => refusal.code,
        };
        match code {
            RefusalCode::UnknownSession | RefusalCode::UnknownDevice | RefusalCode::Revoked => {
                self.unanswered(flight, now);
                if code == RefusalCode::UnknownSession {
                    self.session_lost();
                } else {
                    self.session_failed(now);
                }
            }
            code => {
                if let Some(state) = self.cameras.get_mut(&flight.camera) {
                    state.completed(&flight.what);
                    state.refused(flight.what, code, now);
                }
            }
        }
    }

    fn unanswered(&mut self, flight: InFlight, now: u64) {
        if flight.what.line() == Some(Line::Late) {
            self.pace.late_failed(now);
        }
        if let Some(state) = self.cameras.get_mut(&flight.camera) {
            state.completed(&flight.what);
            state.unanswered(flight.what, now);
        }
    }

    /// What to do now, until there is nothing: live of all cameras first, then the backlog, each camera in turn.
    pub fn next(&mut self, now: u64) -> Option<Action> {
        self.expire(now);
        if let Some(opens) = self.open_session(now) {
            return opens.then_some(Action::OpenSession);
        }
        if self.is_up(Line::Live) {
            let mut cameras = self.cameras.iter_mut();
            let found = cameras.find_map(|(id, camera)| Some((*id, camera.next_live(now)?)));
            if let Some((camera, (what, output))) = found {
                return Some(self.send(camera, what, Line::Live, output, now));
            }
        }
        if self.is_up(Line::Late) && self.pace.may_send(self.live_waits(now), now) {
            return self.next_late(now);
        }
        None
    }

    /// Whether a session is to be opened now; `None` if there is one.
    fn open_session(&mut self, now: u64) -> Option<bool> {
        match self.session {
            Session::Open => return None,
            Session::Opening { since } if now.saturating_sub(since) > REQUEST_TIMEOUT_US => {
                self.session_failed(now);
            }
            Session::None if now >= self.session_retry.at() => {
                self.session = Session::Opening { since: now };
                return Some(true);
            }
            Session::Opening { .. } | Session::None => {}
        }
        Some(false)
    }

    fn next_late(&mut self, now: u64) -> Option<Action> {
        let after = self.cameras.keys().copied().filter(|camera| Some(*camera) > self.turn);
        let before = self.cameras.keys().copied().filter(|camera| Some(*camera) <= self.turn);
        let order: Vec<CameraId> = after.chain(before).collect();
        for camera in order {
            let Some(state) = self.cameras.get_mut(&camera) else { continue };
            let Some((what, output)) = state.next_late(now) else { continue };
            self.turn = Some(camera);
            return Some(match (output, &what) {
                (Some(output), _) => self.send(camera, what, Line::Late, output, now),
                (None, &Request::Have { from, to }) => {
                    let path = HavePath { camera, from, to };
                    Action::AskHave { id: self.register(camera, what, now), path }
                }
                (None, &Request::Read(segment)) => {
                    Action::ReadSegment { id: self.register(camera, what, now), camera, segment }
                }
                // Everything else has a record.
                (None, _) => continue,
            });
        }
        None
    }

    fn send(&mut self, camera: CameraId, what: Request, line: Line, record: Output, now: u64) -> Action {
        if line == Line::Late {
            self.pace.sent(live::body_bytes(&record), now);
        }
        let path =
            RecordPath { camera, recording: self.ledger.recording(), record: RecordName::of(&record), line };
        let id = self.register(camera, what, now);
        Action::Send { id, path, record }
    }

    fn register(&mut self, camera: CameraId, what: Request, now: u64) -> RequestId {
        let id = RequestId(self.next_id);
        self.next_id += 1;
        if let Some(state) = self.cameras.get_mut(&camera) {
            state.sent(id, &what);
        }
        self.in_flight.insert(id, InFlight { camera, what, sent_at: now });
        id
    }

    fn expire(&mut self, now: u64) {
        let timed_out = self
            .in_flight
            .extract_if(.., |_, flight| now.saturating_sub(flight.sent_at) >= REQUEST_TIMEOUT_US);
        let timed_out: Vec<InFlight> = timed_out.map(|(_, flight)| flight).collect();
        timed_out.into_iter().for_each(|flight| self.unanswered(flight, now));
        self.cameras.values_mut().for_each(|camera| camera.expire(&self.options, now));
    }

    /// How long the next live record has waited, of all cameras; none waits while the line is down.
    fn live_waits(&self, now: u64) -> u64 {
        if !self.is_up(Line::Live) || self.session != Session::Open {
            return 0;
        }
        self.cameras.values().map(|camera| camera.live.waiting(now)).max().unwrap_or(0)
    }

    /// When [`Sender::next`] is to be asked again, if nothing happens until then; always after `now`.
    pub fn wake_at(&self, now: u64) -> u64 {
        let retries =
            self.cameras.values().flat_map(|camera| [camera.live.retry.at(), camera.late.retry.at()]);
        let times = retries.chain([self.pace.next_at(), self.session_retry.at()]);
        times.filter(|&at| at > now).fold(now.saturating_add(WAKE_US), u64::min)
    }

    /// What the centre will not lose: for the agent's state file, and for retention.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}
