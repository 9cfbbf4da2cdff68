//! The whole: one agent with two cameras, the link, the centre; and what must hold.

use std::collections::{BTreeMap, BTreeSet};

use ashkar_media::{Gap, Output};
use ashkar_terms::CameraId;

use super::centre::Centre;
use super::link::Link;
use super::random::Random;
use super::station::{PART_US, Station};
use super::trouble::Trouble;
use crate::sender::{METADATA_MAX, RequestId};
use crate::{
    Action, Answer, Failure, Have, HavePath, Ledger, Line, ReadError, RecordPath, RecordingId, Sender,
    SenderOptions,
};

const SECOND: u64 = 1_000_000;
/// For so long things go wrong.
const TROUBLE_US: u64 = 120 * SECOND;
/// For so long cameras record afterwards.
const HEALTHY_US: u64 = 100 * SECOND;
/// So long after the last trouble live must be in time.
const SETTLED_US: u64 = 25 * SECOND;
/// The oldest live record may then be so old.
const LIVE_AGE_US: u64 = 3 * SECOND;
/// The backlog must be gone so long after the cameras' end.
const DRAINED_US: u64 = 900 * SECOND;
/// What two cameras of the simulation give, bytes a second.
const RATE: u64 = 1000;

const OPTIONS: SenderOptions =
    SenderOptions { live_bytes_max: 4096, rate_min: 64, rate_start: 256, rate_step: 64, rate_max: 65_536 };

const RECORDING: RecordingId = RecordingId(7);

#[derive(Debug)]
enum Event {
    Record(usize),
    Sync,
    Save,
    Trouble,
    BusyEnds,
    NotLiveEnds,
    AgentUp,
    LineUp(u64, Line),
    Put { life: u64, session: u64, id: RequestId, path: RecordPath, record: Output },
    PutAnswer { life: u64, id: RequestId, answer: Result<Answer, Failure> },
    Ask { life: u64, session: u64, id: RequestId, path: HavePath },
    AskAnswer { life: u64, id: RequestId, have: Result<Have, Failure> },
    Read { life: u64, id: RequestId, camera: CameraId, segment: u64 },
    Open(u64),
    OpenAnswer { life: u64, opened: Option<(u64, RecordingId)> },
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    live: u64,
    late: u64,
    refused: u64,
    sessions: u64,
    crashes: u64,
    restarts: u64,
    replaced: u64,
    segments: u64,
    drained_s: u64,
}

#[derive(Debug)]
struct Agent {
    sender: Sender,
    session: Option<u64>,
    centre: Option<RecordingId>,
}

pub(super) struct World {
    now: u64,
    random: Random,
    events: BTreeMap<(u64, u64), Event>,
    event_count: u64,
    stations: Vec<Station>,
    removed: BTreeSet<(CameraId, u64)>,
    agent: Option<Agent>,
    life: u64,
    saved: Vec<u8>,
    centre: Centre,
    centre_up_at: u64,
    syncs_from: u64,
    link: Link,
    verified: BTreeSet<(CameraId, u64)>,
    tally: Tally,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let stations: Vec<Station> =
            (1..=2).map(|camera| Station::new(CameraId::new(7, 12, camera), random.number())).collect();
        let mut world = Self {
            now: 0,
            link: Link::new(RATE * random.between(15, 60) / 10),
            random,
            events: BTreeMap::new(),
            event_count: 0,
            stations,
            removed: BTreeSet::new(),
            agent: None,
            life: 0,
            saved: Ledger::new(RECORDING).to_json(),
            centre: Centre::new(1),
            centre_up_at: 0,
            syncs_from: 0,
            verified: BTreeSet::new(),
            tally: Tally::default(),
        };
        world.at(0, Event::AgentUp);
        world.at(1, Event::Record(0));
        world.at(PART_US / 3, Event::Record(1));
        world.at(2, Event::Sync);
        world.at(3, Event::Save);
        let first = world.random.between(1, 20) * SECOND;
        world.at(first, Event::Trouble);
        world
    }

    fn at(&mut self, when: u64, event: Event) {
        self.event_count += 1;
        self.events.insert((when.max(self.now), self.event_count), event);
    }

    pub(super) fn seconds(&self) -> f64 {
        self.now as f64 / 1e6
    }

    pub(super) fn tell(&self) -> String {
        let status = self.agent.as_ref().map(|agent| agent.sender.status(self.now));
        format!("{:?}; {status:?}", self.tally)
    }

    pub(super) fn run(&mut self) -> Result<Tally, String> {
        while self.now < TROUBLE_US {
            self.step()?;
        }
        self.heal();
        let end = TROUBLE_US + HEALTHY_US;
        while self.now < end {
            self.step()?;
            if self.now > TROUBLE_US + SETTLED_US {
                self.live_is_in_time()?;
            }
        }
        for at in 0..self.stations.len() {
            let mut outputs = Vec::new();
            self.stations[at].end(&mut outputs);
            self.stations[at].keep(&outputs);
            self.recorded(at, &outputs);
        }
        while self.is_behind() {
            self.step()?;
            if self.now > end + DRAINED_US {
                return Err(format!("the backlog is not gone: {}", self.lacks().unwrap_or_default()));
            }
        }
        self.tally.drained_s = (self.now - end) / SECOND;
        self.tally.segments = self.stations.iter().map(|station| station.disk.len() as u64).sum();
        self.lacks().map_or(Ok(self.tally), Err)
    }

    /// The next event, or the sender's next look at the clock.
    fn step(&mut self) -> Result<(), String> {
        let wake = self.agent.as_ref().map(|agent| agent.sender.wake_at(self.now));
        let first = self.events.first_key_value().map(|((when, _), _)| *when);
        if first.is_none_or(|first| wake.is_some_and(|wake| wake < first)) {
            self.now = wake.ok_or("nothing happens any more")?;
        } else if let Some(((when, _), event)) = self.events.pop_first() {
            self.now = when;
            self.happens(event);
        }
        let mut actions = 0;
        while let Some(action) = self.agent.as_mut().and_then(|agent| agent.sender.next(self.now)) {
            self.acts(action);
            actions += 1;
            if actions > 100 {
                return Err("the sender does not rest".to_owned());
            }
        }
        self.holds()
    }

    fn happens(&mut self, event: Event) {
        let (now, life) = (self.now, self.life);
        match event {
            Event::Record(at) => {
                if now > TROUBLE_US + HEALTHY_US {
                    return;
                }
                self.at(now + PART_US, Event::Record(at));
                if self.agent.is_some() {
                    let outputs = self.stations[at].record(now);
                    self.recorded(at, &outputs);
                }
            }
            Event::Sync => {
                if now >= self.syncs_from && now >= self.centre_up_at {
                    self.centre.sync();
                }
                let next = self.random.between(100_000, 1_500_000);
                self.at(now + next, Event::Sync);
            }
            Event::Save => {
                self.save();
                let next = self.random.between(SECOND, 15 * SECOND);
                self.at(now + next, Event::Save);
            }
            Event::Trouble => {
                if now < TROUBLE_US {
                    let trouble = Trouble::draw(&mut self.random);
                    self.trouble(trouble);
                    let next = self.random.between(SECOND, 15 * SECOND);
                    self.at(now + next, Event::Trouble);
                }
            }
            Event::BusyEnds => self.centre.busy = 0,
            Event::NotLiveEnds => self.centre.not_live = 0,
            Event::AgentUp => self.agent_up(),
            Event::LineUp(of, line) => {
                if let Some(agent) = self.agent.as_mut().filter(|_| of == life) {
                    agent.sender.line_up(line, now);
                }
            }
            Event::Put { life, session, id, path, record } => {
                if now < self.centre_up_at {
                    return;
                }
                let answer = self.centre.put(session, &path, &record, &mut self.random, now);
                self.tally.refused += u64::from(answer.is_err());
                if let Some(when) = self.link.answer(path.line, &mut self.random, now) {
                    self.at(when, Event::PutAnswer { life, id, answer: answer.map_err(Failure::from) });
                }
            }
            Event::PutAnswer { life: of, id, answer } => {
                if let Some(agent) = self.agent.as_mut().filter(|_| of == life) {
                    agent.sender.answered(id, answer, now);
                }
            }
            Event::Ask { life, session, id, path } => {
                if now < self.centre_up_at {
                    return;
                }
                let have = self.centre.have(session, &path);
                if let Some(when) = self.link.answer(Line::Late, &mut self.random, now) {
                    self.at(when, Event::AskAnswer { life, id, have: have.map_err(Failure::from) });
                }
            }
            Event::AskAnswer { life: of, id, have } => {
                if let Some(agent) = self.agent.as_mut().filter(|_| of == life) {
                    agent.sender.told(id, have, now);
                }
            }
            Event::Read { life: of, id, camera, segment } => self.read(of, id, camera, segment),
            Event::Open(of) => {
                let opened = (now >= self.centre_up_at).then(|| (self.centre.open_session(), self.centre.id));
                self.tally.sessions += u64::from(opened.is_some());
                let when = self.link.answer(Line::Live, &mut self.random, now).unwrap_or(now + 3 * SECOND);
                self.at(when, Event::OpenAnswer { life: of, opened });
            }
            Event::OpenAnswer { life: of, opened } => {
                let Some(agent) = self.agent.as_mut().filter(|_| of == life) else { return };
                match opened {
                    Some((session, centre)) => {
                        agent.session = Some(session);
                        agent.centre = Some(centre);
                        agent.sender.session_opened(centre, now);
                    }
                    None => agent.sender.session_failed(now),
                }
            }
        }
    }

    fn recorded(&mut self, at: usize, outputs: &[Output]) {
        let Some(agent) = &mut self.agent else { return };
        let camera = self.stations[at].camera;
        outputs.iter().for_each(|output| agent.sender.recorded(camera, output, self.now));
    }

    fn read(&mut self, of: u64, id: RequestId, camera: CameraId, segment: u64) {
        let Some(agent) = self.agent.as_mut().filter(|_| of == self.life) else { return };
        let station = self.stations.iter().find(|station| station.camera == camera).expect("a camera");
        let outputs = station.disk.get(&segment).filter(|_| !self.removed.contains(&(camera, segment)));
        let read = match outputs {
            Some(_) if self.random.chance(20) => Err(ReadError::Failed),
            Some(outputs) => Ok(outputs.clone()),
            None => Err(ReadError::Gone),
        };
        agent.sender.read(id, read, self.now);
    }

    fn acts(&mut self, action: Action) {
        let (now, life) = (self.now, self.life);
        let session = self.agent.as_ref().and_then(|agent| agent.session).unwrap_or(0);
        match action {
            Action::OpenSession => {
                for when in self.link.request(Line::Live, 500, &mut self.random, now) {
                    self.at(when, Event::Open(life));
                }
            }
            Action::Send { id, path, record } => {
                match path.line {
                    Line::Live => self.tally.live += 1,
                    Line::Late => self.tally.late += 1,
                }
                let bytes = 128 + if let Output::Part(part) = &record { part.bytes.len() } else { 0 };
                for when in self.link.request(path.line, bytes, &mut self.random, now) {
                    self.at(when, Event::Put { life, session, id, path, record: record.clone() });
                }
            }
            Action::ReadSegment { id, camera, segment } => {
                let when = now + self.random.between(1000, 50_000);
                self.at(when, Event::Read { life, id, camera, segment });
            }
            Action::AskHave { id, path } => {
                for when in self.link.request(Line::Late, 200, &mut self.random, now) {
                    self.at(when, Event::Ask { life, session, id, path });
                }
            }
        }
    }

    fn agent_up(&mut self) {
        if self.agent.is_some() {
            return;
        }
        let ledger = Ledger::from_json(&self.saved, RECORDING).expect("its own state file");
        let mut sender = Sender::new(ledger, OPTIONS, self.now);
        for station in &self.stations {
            let complete = station.complete();
            let there = |segment: &u64| !self.removed.contains(&(station.camera, *segment));
            let on_disk = complete.ranges().flatten().filter(there).map(|at| at..at + 1);
            sender.add_camera(station.camera, on_disk);
            for output in &station.metadata {
                sender.recorded_before(station.camera, output.clone());
            }
        }
        Line::ALL.into_iter().for_each(|line| sender.line_up(line, self.now));
        self.agent = Some(Agent { sender, session: None, centre: None });
    }

    /// Writes the state file; what is persisted according to it may go from the agent's disk.
    fn save(&mut self) {
        let Some(agent) = &self.agent else { return };
        self.saved = agent.sender.ledger().to_json();
        for station in &self.stations {
            let persisted = agent.sender.ledger().persisted(station.camera).flatten();
            let gone: Vec<u64> = persisted.filter(|_| self.random.chance(100)).collect();
            self.removed.extend(gone.into_iter().map(|segment| (station.camera, segment)));
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        let now = self.now;
        match trouble {
            Trouble::Cut { live, late, us, told } => {
                let lines = [(live, Line::Live), (late, Line::Late)];
                for (_, line) in lines.into_iter().filter(|(cut, _)| *cut) {
                    self.link.cut_until[line as usize] = now + us;
                    if let Some(agent) = self.agent.as_mut().filter(|_| told) {
                        agent.sender.line_down(line, now);
                        self.at(now + us, Event::LineUp(self.life, line));
                    }
                }
            }
            Trouble::CentreCrash { us } => {
                self.centre.crash();
                self.centre_up_at = now + us;
                self.tally.crashes += 1;
            }
            Trouble::CentreReplaced => {
                self.tally.replaced += 1;
                self.centre = Centre::new(1 + self.tally.replaced as u32);
                self.verified.clear();
            }
            Trouble::AgentRestart { us } => {
                self.agent = None;
                self.life += 1;
                self.tally.restarts += 1;
                self.stations.iter_mut().for_each(Station::restart);
                self.at(now + us, Event::AgentUp);
            }
            Trouble::Link { bandwidth_percent, latency_us, loss, repeated } => {
                self.link.bandwidth = RATE * bandwidth_percent / 100;
                (self.link.latency_us, self.link.loss, self.link.repeated) = (latency_us, loss, repeated);
            }
            Trouble::Busy { us } => {
                self.centre.busy = 500;
                self.at(now + us, Event::BusyEnds);
            }
            Trouble::NotLive { us } => {
                self.centre.not_live = 100;
                self.at(now + us, Event::NotLiveEnds);
            }
            Trouble::NoSync { us } => self.syncs_from = now + us,
        }
    }

    fn heal(&mut self) {
        let bandwidth = RATE * self.random.between(18, 40) / 10;
        self.link.heal(bandwidth);
        (self.centre.busy, self.centre.not_live) = (0, 0);
        (self.centre_up_at, self.syncs_from) = (0, 0);
        self.agent_up();
        let now = self.now;
        if let Some(agent) = &mut self.agent {
            Line::ALL.into_iter().for_each(|line| agent.sender.line_up(line, now));
        }
    }

    /// At any time: nothing called persisted is missing at the centre, and memory is bounded.
    fn holds(&mut self) -> Result<(), String> {
        let Some(agent) = &self.agent else { return Ok(()) };
        for status in agent.sender.status(self.now).cameras {
            if status.live_bytes > OPTIONS.live_bytes_max {
                return Err(format!("{} bytes wait for live", status.live_bytes));
            }
            if status.backlog_records > 16 || status.metadata > METADATA_MAX + 1 {
                return Err("the backlog is in memory".to_owned());
            }
        }
        if agent.centre != Some(self.centre.id) {
            return Ok(());
        }
        for station in &self.stations {
            for segment in agent.sender.ledger().persisted(station.camera).flatten() {
                if !self.verified.insert((station.camera, segment)) {
                    continue;
                }
                if let Some(name) = self.missing(station, segment) {
                    return Err(format!(
                        "{} {segment} is called persisted and {name} is missing",
                        station.camera
                    ));
                }
            }
        }
        Ok(())
    }

    fn live_is_in_time(&self) -> Result<(), String> {
        let Some(agent) = &self.agent else { return Ok(()) };
        let ages = agent.sender.status(self.now).cameras.into_iter().map(|camera| camera.live_age_us);
        let oldest = ages.max().unwrap_or(0);
        if oldest > LIVE_AGE_US { Err(format!("live is {oldest} µs behind")) } else { Ok(()) }
    }

    /// A record of this segment that the centre does not have.
    fn missing(&self, station: &Station, segment: u64) -> Option<String> {
        let outputs = station.disk.get(&segment)?;
        let lacks = |output: &&Output| !self.centre.has(station.camera, output);
        let output = outputs.iter().find(lacks)?;
        let there = self.centre.tell(station.camera, segment);
        Some(format!("{} (there are {there:?})", crate::RecordName::of(output)))
    }

    fn is_behind(&self) -> bool {
        let Some(agent) = &self.agent else { return true };
        let ledger = agent.sender.ledger();
        let open = |station: &Station| {
            let mut segments = station.complete().ranges().flatten().collect::<Vec<_>>().into_iter();
            segments.any(|segment| {
                !ledger.is_persisted(station.camera, segment)
                    && !self.removed.contains(&(station.camera, segment))
            })
        };
        let status = agent.sender.status(self.now);
        self.stations.iter().any(open) || status.cameras.iter().any(|camera| camera.metadata > 0)
    }

    /// In the end: everything that is on the agent's disk is at the centre.
    fn lacks(&self) -> Option<String> {
        for station in &self.stations {
            let there = |segment: &u64| !self.removed.contains(&(station.camera, *segment));
            for segment in station.complete().ranges().flatten().filter(there) {
                if let Some(name) = self.missing(station, segment) {
                    return Some(format!("{} {segment}: {name} never came", station.camera));
                }
            }
            // Another centre's gaps and facts are offered again only when the agent starts.
            if self.tally.replaced == 0
                && let Some(wrong) = self.wrong_metadata(station)
            {
                return Some(wrong);
            }
        }
        None
    }

    /// A fact that did not come, or a gap of which the centre does not say what was declared last.
    fn wrong_metadata(&self, station: &Station) -> Option<String> {
        let mut gaps = BTreeMap::new();
        for output in &station.metadata {
            match output {
                Output::Gap(gap) => drop(gaps.insert(gap.from.0, gap)),
                _ if self.centre.has(station.camera, output) => {}
                _ => return Some(format!("{} never came", crate::RecordName::of(output))),
            }
        }
        let wrong = |(from, last): (i64, &Gap)| match self.centre.gap(station.camera, from) {
            Some(Output::Gap(told)) if told == last => None,
            told => Some(format!("a gap was {last:?}, and is {told:?}")),
        };
        gaps.into_iter().find_map(wrong)
    }
}
