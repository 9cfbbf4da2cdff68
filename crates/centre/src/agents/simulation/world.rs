//! One seed: agents, their lines, the centre, and what happens to them.

use std::ops::Range;
use std::sync::Arc;

use ashkar_media::Output;
use ashkar_terms::{CameraId, Clock};
use ashkar_uplink::{Action, Answer, Failure, Have, HavePath, Line, RecordPath, RecordingId, RequestId};

use super::agent::Agent;
use super::hall::Hall;
use super::link::{Pipe, State};
use super::source::PART_US;
use super::{Random, Violation, VirtualClock};

const STEP_US: u64 = 50_000;
pub(super) const SECOND: u64 = 1_000_000;
/// For so long things go wrong.
const TROUBLE_US: u64 = 150 * SECOND;
/// For so long cameras record afterwards.
const HEALTHY_US: u64 = 30 * SECOND;
/// Of that at the end every camera is live all the time, whatever sessions are renewed.
const LIVE_US: u64 = 10 * SECOND;
/// So long afterwards a station without room has removed what it may.
const ROOM_US: u64 = 60 * SECOND;
/// A session is renewed before it is over: within minutes where a camera is refused, and here within seconds.
const RENEW_US: Range<u64> = 5 * SECOND..120 * SECOND;
/// By then everything must be at the centre.
const DRAINED_US: u64 = 600 * SECOND;

enum Request {
    Open(RecordingId),
    Put(RequestId, u64, RecordPath, Output),
    Have(RequestId, u64, HavePath),
}

enum Reply {
    Opened(u64, RecordingId),
    Put(RequestId, Result<Answer, Failure>),
    Have(RequestId, Result<Have, Failure>),
}

/// An agent and its line.
pub(super) struct Station {
    pub(super) agent: Agent,
    state: State,
    /// Requests and replies of the live line, and of the late one.
    requests: [Pipe<Request>; 2],
    replies: [Pipe<Reply>; 2],
    session: u64,
    /// A session is wanted: asked for as soon as there is a line, and again if that breaks, as the agent's shell does.
    wants_session: bool,
    has_asked: bool,
    /// Then another session is asked for beside the present one.
    renew_at: u64,
}

/// What happened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) live: u64,
    pub(super) late: u64,
    pub(super) refused: u64,
    pub(super) crashes: u64,
    pub(super) replaced: u64,
    /// Times that a station's disk was full.
    pub(super) full: u64,
    pub(super) removed: u64,
    pub(super) drained_s: u64,
}

pub(super) struct World {
    pub(super) random: Random,
    pub(super) now: u64,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) stations: Vec<Station>,
    pub(super) hall: Hall,
    next_trouble: u64,
    /// The centre's disk is full until then.
    full_until: u64,
    /// The centre's disk hangs until then, and a power cut may end that.
    stalled_until: u64,
    /// Then a station's session ends, as one that was not renewed.
    session_ends: Option<(u64, usize)>,
    pub(super) tally: Tally,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let clock = Arc::new(VirtualClock::default());
        let station = |number: u16| Station {
            agent: Agent::new(number, seed.wrapping_mul(1000) + u64::from(number), Arc::clone(&clock)),
            state: State::GOOD,
            requests: Default::default(),
            replies: Default::default(),
            session: 0,
            wants_session: false,
            has_asked: false,
            renew_at: u64::MAX,
        };
        let stations = (1..=2).map(station).collect();
        let next_trouble = random.below(20 * SECOND);
        let hall = Hall::new(Arc::clone(&clock));
        Self {
            random,
            now: 0,
            clock,
            stations,
            hall,
            next_trouble,
            full_until: 0,
            stalled_until: 0,
            session_ends: None,
            tally: Tally::default(),
        }
    }

    pub(super) fn cameras(&self) -> Vec<CameraId> {
        self.stations.iter().flat_map(|station| &station.agent.sources).map(|source| source.camera).collect()
    }

    pub(super) fn run(&mut self) -> Result<(), Violation> {
        while self.now < TROUBLE_US {
            self.trouble();
            self.step(false)?;
        }
        self.stations.iter_mut().for_each(|station| station.state = State::GOOD);
        // A disk may hang on, and the power cut that ends it comes after that.
        while !self.is_well() {
            self.step(false)?;
        }
        let over = self.now + HEALTHY_US;
        while self.now < over {
            self.step(false)?;
            if self.now + LIVE_US >= over && self.now.is_multiple_of(SECOND) {
                self.verify_live()?;
            }
        }
        while !self.is_drained() {
            if self.now > over + DRAINED_US {
                return Err(format!("it is not drained: {:?}", self.backlog()));
            }
            self.step(true)?;
        }
        self.tally.drained_s = (self.now - over) / SECOND;
        let until = self.now + ROOM_US;
        while self.stations.iter().any(|station| station.agent.has_too_much()) {
            if self.now > until {
                return Err(format!("a station keeps what the centre has: {:?}", self.backlog()));
            }
            self.step(true)?;
        }
        self.verify_all()
    }

    /// Whether nothing is wrong any more.
    fn is_well(&self) -> bool {
        let all_run = self.stations.iter().all(|station| station.agent.running.is_some());
        let full_until = self.stations.iter().map(|station| station.agent.full_until).max().unwrap_or(0);
        let over = full_until.max(self.full_until).max(self.stalled_until);
        all_run && self.hall.running.is_some() && self.now > over
    }

    pub(super) fn backlog(&self) -> Vec<String> {
        let status = |station: &Station| {
            let running = station.agent.running.as_ref();
            running.map_or_else(String::new, |running| format!("{:?}", running.sender.status(self.now)))
        };
        self.stations.iter().map(status).collect()
    }

    fn is_drained(&self) -> bool {
        self.stations.iter().all(|station| {
            station.agent.running.as_ref().is_some_and(|running| {
                let all_persisted = |camera: CameraId| {
                    let numbers = running.store.archive().numbers(camera);
                    numbers.into_iter().flatten().all(|number| {
                        running.sender.ledger().is_persisted(camera, number)
                            || running.is_unplaced(camera, number)
                    })
                };
                station.agent.sources.iter().all(|source| all_persisted(source.camera))
            })
        })
    }

    fn trouble(&mut self) {
        if self.now < self.next_trouble {
            return;
        }
        self.next_trouble = self.now + self.random.between(SECOND, 15 * SECOND);
        let station = self.random.below(self.stations.len() as u64) as usize;
        match self.random.below(13) {
            0 | 1 => {
                let power = self.random.once_in(2);
                self.crash_hall(power);
                // Another disk, by hand: nothing of what was persisted is left, and the agents have it still.
                if self.random.once_in(12) {
                    self.hall.disk = ashkar_archive::disk::MemoryDisk::new();
                    self.tally.replaced += 1;
                }
            }
            2 => {
                let power = self.random.once_in(2);
                let agent = &mut self.stations[station].agent;
                agent.die(power, &mut self.random);
                agent.start_at = self.now + self.random.between(SECOND, 20 * SECOND);
                self.tally.crashes += 1;
            }
            3 => {
                self.hall.disk.set_capacity(self.hall.disk.used() + 2000);
                self.full_until = self.now + self.random.between(SECOND, 10 * SECOND);
            }
            4 | 5 => {
                let steps = self.random.between(20, 120);
                self.stalled_until = self.now + steps * STEP_US;
                let within = self.now + self.random.below(steps) * STEP_US;
                self.session_ends = self.random.once_in(2).then_some((within, station));
            }
            6 => {
                let agent = &mut self.stations[station].agent;
                agent.disk.set_capacity(agent.disk.used() + 2000);
                agent.full_until = self.now + self.random.between(SECOND, 20 * SECOND);
                self.tally.full += 1;
            }
            _ => self.stations[station].state = State::draw(&mut self.random),
        }
    }

    fn crash_hall(&mut self, power: bool) {
        self.hall.die(power, &mut self.random);
        self.hall.start_at = self.now + self.random.between(SECOND, 20 * SECOND);
        self.tally.crashes += 1;
    }

    fn step(&mut self, is_over: bool) -> Result<(), Violation> {
        self.now += STEP_US;
        self.clock.set(self.now);
        if self.now >= self.full_until {
            self.hall.disk.set_capacity(u64::MAX);
        }
        if let Some((_, station)) = self.session_ends.take_if(|(at, _)| *at <= self.now)
            && let (Some(hall), Some(station)) = (&mut self.hall.running, self.stations.get(station))
        {
            hall.end_session(station.session, self.clock.now());
        }
        let cameras = self.cameras();
        if self.hall.running.is_none() && self.now >= self.hall.start_at {
            let seed = self.random.number();
            self.hall.start(&cameras, self.now, seed)?;
            self.verify_persisted()?;
            self.verify_removed()?;
        }
        let is_part_due = self.now.is_multiple_of(PART_US);
        for at in 0..self.stations.len() {
            let seed = self.random.number();
            let station = &mut self.stations[at];
            if self.now >= station.agent.full_until {
                station.agent.disk.set_capacity(u64::MAX);
            }
            if station.agent.running.is_none() && self.now >= station.agent.start_at {
                station.agent.start(self.now, seed)?;
            }
            if is_part_due {
                station.agent.record(self.now, is_over)?;
                station.agent.write(self.now);
            }
            if self.now.is_multiple_of(10 * SECOND) {
                station.agent.save();
            }
            if self.now.is_multiple_of(SECOND) {
                let has_session = station
                    .agent
                    .running
                    .as_ref()
                    .is_some_and(|running| running.sender.status(self.now).has_session);
                let margin_us = (has_session && station.state.up).then_some(station.state.delay_us);
                station.agent.look_at_clock(self.now, margin_us);
                station.agent.make_room()?;
            }
            self.exchange(at);
        }
        if self.now == self.stalled_until && self.random.once_in(2) {
            self.crash_hall(true);
        }
        if self.now.is_multiple_of(2 * STEP_US) && self.now >= self.stalled_until {
            self.hall.write(self.now);
        }
        if self.now.is_multiple_of(SECOND) {
            self.hall.tick();
            self.verify_told()?;
        }
        Ok(())
    }

    /// Carries requests and replies of one station.
    fn exchange(&mut self, at: usize) {
        let now = self.now;
        let station = &mut self.stations[at];
        let is_up = station.state.up && self.hall.running.is_some() && station.agent.running.is_some();
        if !is_up {
            station.requests.iter_mut().for_each(Pipe::cut);
            station.replies.iter_mut().for_each(Pipe::cut);
            station.has_asked = false;
        }
        let cameras: Vec<CameraId> = station.agent.sources.iter().map(|source| source.camera).collect();
        let Some(agent) = &mut station.agent.running else { return };
        for line in Line::ALL {
            if is_up { agent.sender.line_up(line, now) } else { agent.sender.line_down(line, now) }
        }
        let mut opened = None;
        for replies in &mut station.replies {
            while let Some(reply) = replies.receive(now) {
                match reply {
                    Reply::Opened(session, centre) => {
                        station.session = session;
                        station.wants_session = false;
                        station.renew_at = now + self.random.between(RENEW_US.start, RENEW_US.end);
                        opened = Some(centre);
                    }
                    Reply::Put(id, answer) => agent.sender.answered(id, answer, now),
                    Reply::Have(id, have) => agent.sender.told(id, have, now),
                }
            }
        }
        let State { rate, delay_us, .. } = station.state;
        if let Some(centre) = opened {
            // The centre's time is asked before.
            station.agent.look_at_clock(now, Some(delay_us));
            let Some(agent) = &mut station.agent.running else { return };
            agent.sender.session_opened(centre, now);
        }
        let Some(agent) = &mut station.agent.running else { return };
        while let Some(action) = agent.next(now) {
            let (line, bytes, request) = match action {
                Action::OpenSession => {
                    (station.wants_session, station.has_asked) = (true, false);
                    continue;
                }
                Action::Send { id, path, record } => {
                    let (head, payload) = ashkar_uplink::encode(&record);
                    let bytes = head.len() + payload.len() + 200;
                    (path.line, bytes, Request::Put(id, station.session, path, record))
                }
                Action::AskHave { id, path } => (Line::Late, 300, Request::Have(id, station.session, path)),
                Action::ReadSegment { id, camera, segment } => {
                    agent.read(id, camera, segment, now);
                    continue;
                }
            };
            station.requests[line as usize].send(request, bytes, rate, delay_us, now);
        }
        if now >= station.renew_at {
            (station.wants_session, station.has_asked, station.renew_at) = (true, false, u64::MAX);
        }
        if is_up && station.wants_session && !std::mem::replace(&mut station.has_asked, true) {
            let request = Request::Open(agent.recording);
            station.requests[Line::Live as usize].send(request, 300, rate, delay_us, now);
        }
        let Some(hall) = &mut self.hall.running else { return };
        let moment = self.clock.now();
        let mut broken = Vec::new();
        for (requests, replies) in station.requests.iter_mut().zip(&mut station.replies) {
            while let Some(request) = requests.receive(now) {
                let reply = match request {
                    Request::Open(recording) => {
                        let (session, centre) = hall.open(recording, &cameras, moment);
                        Reply::Opened(session, centre)
                    }
                    Request::Put(id, session, path, record) => {
                        let answer = hall.put(session, &path, &record, moment);
                        self.tally.live += u64::from(answer.is_ok() && path.line == Line::Live);
                        self.tally.late += u64::from(answer.is_ok() && path.line == Line::Late);
                        self.tally.refused += u64::from(answer.is_err());
                        // Now and then a connection breaks after something was taken, and the agent sends it again.
                        if self.random.once_in(60) {
                            broken.push(path.line);
                            break;
                        }
                        Reply::Put(id, answer.map_err(Failure::Refused))
                    }
                    Request::Have(id, session, path) => {
                        Reply::Have(id, hall.have(session, &path).map_err(Failure::Refused))
                    }
                };
                replies.send(reply, 200, rate, delay_us, now);
            }
        }
        for line in broken {
            station.requests[line as usize].cut();
            station.replies[line as usize].cut();
            agent.sender.line_down(line, now);
            station.has_asked &= line != Line::Live;
        }
    }
}
