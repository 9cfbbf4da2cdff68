//! The loop around the sender: one task for all cameras, that carries out what the sender asks for.

mod actions;
mod aside;
mod placing;
mod retention;
mod sessions;
mod silence;
mod waits;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ashkar_archive::Archive;
use ashkar_media::FactKind;
use ashkar_terms::{CameraId, Clock, Moment};
use ashkar_uplink::placing::{Flow, Verdict};
use ashkar_uplink::sender::{CameraStatus, RangeSet};
use ashkar_uplink::{Ledger, Line, RecordingId, Sender, SenderOptions};
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::choice::Choice;
use super::client::Target;
use super::clock::ClockOffset;
use super::event::{EVENTS_MAX, Event, Report};
use super::fault::Fault;
use super::ledger_file;
use super::line::{COMMANDS_MAX, Command, LineTask};
use super::queue::Queue;
use super::status::Sending;
use crate::config::Config;
use crate::placing::SharedPlacing;
use retention::Retention;
use sessions::Session;
pub(crate) use sessions::enrolled_at_first;
pub(super) use sessions::identity;
use silence::Silence;

/// How often the state is looked at: centres, backlog, files.
const TICK_US: u64 = 1_000_000;
/// How long a stop waits for what can still be sent.
const STOP_WITHIN_US: u64 = 2_000_000;
/// Segments before the newest one that may be recorded and not durable yet.
const NOT_DURABLE_MAX: u64 = 16;

/// What sending needs of the agent.
pub(crate) struct Parts {
    pub(crate) config: Arc<Config>,
    pub(crate) archive: Archive,
    pub(crate) recording: RecordingId,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) placing: SharedPlacing,
    /// Records a fact of a camera.
    pub(crate) note: Box<dyn Fn(CameraId, FactKind) + Send + Sync>,
    pub(crate) sending: Arc<Mutex<Option<Sending>>>,
}

/// The centre in use, and its two lines.
#[derive(Default)]
struct InUse {
    origin: String,
    target: Option<Arc<Target>>,
    lines: Option<[mpsc::Sender<Command>; 2]>,
    /// Ends both with it.
    tasks: JoinSet<()>,
}

pub(super) struct Shell {
    parts: Arc<Parts>,
    /// For the tasks beside the loop.
    events: mpsc::Sender<Event>,
    generation: u64,
    choice: Choice,
    /// The centre to go over to at the next tick.
    goes_to: Option<usize>,
    centre: InUse,
    sender: Sender,
    cameras: BTreeSet<CameraId>,
    session: Session,
    offset: ClockOffset,
    flow: Flow,
    /// What was told last of the clock.
    verdict: Option<Verdict>,
    is_writing_placing: bool,
    /// Eras of cameras that were told to be moved: their first segment, and whether they lasted then.
    told_moved: BTreeSet<(CameraId, u64, bool)>,
    /// The ledger as it was written last.
    written: Ledger,
    is_writing: bool,
    /// Cameras of which the centre was told that something waits.
    told: BTreeSet<CameraId>,
    retention: Retention,
    /// Since when the live line is up, or down.
    line: (bool, Moment),
    /// By line.
    silence: [Silence; 2],
    fault: Option<Fault>,
    ticks: u64,
    tick_at: u64,
}

impl Shell {
    /// Sends until it is told to stop.
    pub(super) async fn run(parts: Arc<Parts>, mut stop: watch::Receiver<bool>) {
        let (events, mut received) = mpsc::channel(EVENTS_MAX);
        let now = parts.clock.now();
        let ledger = Ledger::new(parts.recording);
        let mut shell = Self {
            events,
            generation: 0,
            choice: Choice::new(parts.config.centres.len(), now.mono_us),
            goes_to: None,
            centre: InUse::default(),
            sender: Sender::new(ledger.clone(), SenderOptions::default(), now.mono_us),
            cameras: BTreeSet::new(),
            session: Session::default(),
            offset: ClockOffset::default(),
            flow: Flow::default(),
            verdict: None,
            is_writing_placing: false,
            told_moved: BTreeSet::new(),
            written: ledger,
            is_writing: false,
            told: BTreeSet::new(),
            retention: Retention::default(),
            line: (false, now),
            silence: Default::default(),
            fault: None,
            ticks: 0,
            tick_at: now.mono_us,
            parts,
        };
        shell.go_to(0).await;
        let mut stop_at = None;
        loop {
            let now = shell.now();
            shell.take_recorded(now);
            shell.act(now);
            if now >= shell.tick_at {
                shell.tick_at = now + TICK_US;
                shell.tick(now).await;
            }
            if stop_at.is_some_and(|at| now >= at || !shell.has_waiting()) {
                break;
            }
            let wake_at = shell.sender.wake_at(now).min(shell.tick_at).min(stop_at.unwrap_or(u64::MAX));
            let queue = Arc::clone(&shell.parts.queue);
            tokio::select! {
                event = received.recv() => {
                    event.into_iter().for_each(|event| shell.take(event));
                    while let Ok(event) = received.try_recv() {
                        shell.take(event);
                    }
                }
                () = queue.filled() => {}
                () = sleep(Duration::from_micros(wake_at.saturating_sub(now))) => {}
                _ = stop.wait_for(|stops| *stops), if stop_at.is_none() => {
                    stop_at = Some(shell.now() + STOP_WITHIN_US);
                }
            }
        }
        shell.write_ledger_now().await;
    }

    fn now(&self) -> u64 {
        self.parts.clock.now().mono_us
    }

    /// Whether something waits, and there is a line for it.
    fn has_waiting(&self) -> bool {
        let status = self.sender.status(self.now());
        let waits = |camera: &CameraStatus| {
            camera.live_bytes > 0 || camera.backlog_segments > 0 || camera.metadata > 0
        };
        self.line.0 && status.cameras.iter().any(waits)
    }

    /// Goes over to another centre: with what is known of that one, as if the agent had just been started.
    async fn go_to(&mut self, index: usize) {
        self.write_ledger_now().await;
        let now = self.parts.clock.now();
        self.generation += 1;
        self.centre = InUse::default();
        self.session = Session::default();
        self.offset.forget();
        self.cameras.clear();
        self.told.clear();
        self.retention = Retention::default();
        self.line = (false, now);
        self.silence = Default::default();
        let Some(url) = self.parts.config.centres.get(index).cloned() else { return };
        self.centre.origin = url.origin().ascii_serialization();
        let file = self.ledger_path();
        let (parts, recording) = (Arc::clone(&self.parts), self.parts.recording);
        let read = tokio::task::spawn_blocking(move || {
            let target = Target::new(&url, parts.config.ca.as_deref());
            (target.map(|target| target.via(parts.config.via)), ledger_file::read(&file, recording))
        });
        let Ok((target, ledger)) = read.await else { return };
        self.written = ledger.clone();
        self.sender = Sender::new(ledger, SenderOptions::default(), now.mono_us);
        match target {
            Ok(target) => self.begin_lines(Arc::new(target)),
            Err(fault) => self.note_fault(fault),
        }
        self.look_for_enrolment();
    }

    fn begin_lines(&mut self, target: Arc<Target>) {
        let lines = Line::ALL.map(|line| {
            let (sender, commands) = mpsc::channel(COMMANDS_MAX);
            let task = LineTask {
                line,
                generation: self.generation,
                target: Arc::clone(&target),
                clock: Arc::clone(&self.parts.clock),
                commands,
                events: self.events.clone(),
            };
            self.centre.tasks.spawn(task.run());
            sender
        });
        self.centre.lines = Some(lines);
        self.centre.target = Some(target);
    }

    /// The segments of `camera` that have ended, durable or about to be.
    fn numbers(&self, camera: CameraId) -> RangeSet {
        let mut numbers: RangeSet = self.parts.archive.numbers(camera).into_iter().collect();
        if let Some(newest) = self.parts.queue.newest(camera) {
            let end = newest.segment + u64::from(newest.has_ended);
            let durable = numbers.ranges().last().map_or(0, |last| last.end);
            numbers.insert_range(durable.max(end.saturating_sub(NOT_DURABLE_MAX))..end);
            numbers.remove_range(&(end..u64::MAX));
        }
        numbers
    }

    fn take(&mut self, Event { generation, report }: Event) {
        // A question to the preferred centre is about none in use; everything else is about one choice.
        if let Report::Probed(answered) = report {
            let now = self.now();
            self.goes_to = self.choice.probed(answered, now).or(self.goes_to);
            return;
        }
        if generation != self.generation {
            return;
        }
        let now = self.now();
        match report {
            Report::Up(line) => self.line_up(line, now),
            Report::Down(line, fault) => self.line_down(line, fault, now),
            Report::Answered(tag, answered) => self.answered(tag, answered, now),
            Report::Read(id, read) => self.sender.read(id, read, now),
            Report::Identity(attempt, identity) => self.identified(attempt, identity, now),
            Report::Enrolled(cameras) => self.enrolled(cameras),
            Report::Metadata(camera, outputs) => {
                outputs.into_iter().for_each(|output| self.sender.recorded_before(camera, output));
            }
            Report::Waits(camera, waits) => self.tell_waits(camera, &waits),
            Report::Placing(change, is_written) => self.placing_written(change, is_written),
            Report::Untold(camera, first, lasts) => self.untold(camera, first, lasts),
            Report::Written(written) => self.ledger_written(written),
            Report::Sealed(journals) => self.sealed(journals),
            Report::Removed(number, content, removed) => self.removed(number, &content, removed),
            Report::Probed(_) => {}
        }
    }

    fn line_up(&mut self, line: Line, now: u64) {
        self.sender.line_up(line, now);
        self.silence[line as usize].connection_changed();
        if line == Line::Live && !self.line.0 {
            self.line = (true, self.parts.clock.now());
            tracing::info!(centre = self.centre.origin, "the line to the centre is up");
            self.fault = None;
            self.continue_session();
        }
    }

    fn line_down(&mut self, line: Line, fault: Fault, now: u64) {
        self.sender.line_down(line, now);
        self.silence[line as usize].connection_changed();
        if line != Line::Live {
            return;
        }
        if self.line.0 {
            self.line = (false, self.parts.clock.now());
        }
        self.session.interrupted();
        self.note_fault(fault);
    }

    /// Remembers why nothing is sent, and logs it once.
    fn note_fault(&mut self, fault: Fault) {
        if self.fault.as_ref() != Some(&fault) {
            tracing::warn!(
                centre = self.centre.origin,
                cause = fault.reason,
                blame = fault.blame.name(),
                "nothing is sent"
            );
        }
        self.fault = Some(fault);
    }

    /// Whatever task beside the loop ends with `report`.
    fn aside(&self, work: impl FnOnce() -> Option<Report> + Send + 'static) {
        let (events, generation) = (self.events.clone(), self.generation);
        tokio::spawn(async move {
            let done = tokio::task::spawn_blocking(work).await;
            if let Ok(Some(report)) = done {
                let _ = events.send(Event { generation, report }).await;
            }
        });
    }
}
