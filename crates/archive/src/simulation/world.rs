//! One seed: cameras, an archive's append queue, writer, sealer and recovery, a disk and its faults, in virtual time
//! and one thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use ashkar_media::Output;
use ashkar_terms::Clock;

use super::camera::Camera;
use super::clock::SimulatedClock;
use super::happenings::lengthen;
use super::ledger::{Ledger, Violation};
use super::past::Past;
use super::plan::Plan;
use super::process::Process;
use super::random::Random;
use super::trace::Trace;
use super::trouble::{Trouble, name_of};
use crate::disk::call::Call;
use crate::disk::{Fault, MemoryDisk};
use crate::options::{METADATA_QUEUE_BYTES, SEALER_TICK_MS};
use crate::{sealer, writer};

/// Time by which everything works again by itself after the last fault: the longest pause between attempts, 5 s, and
/// slow calls of 6 s each, several of which are needed to begin a journal.
pub(super) const MENDED_WITHIN_US: u64 = 60_000_000;
/// How long the disk still fails after the cameras have fallen silent, in seeds with such a phase.
const QUIET_US: u64 = 3_000_000;
/// Number of events after which a simulation counts as endless.
const EVENTS_MAX: u64 = 20_000_000;

pub(super) struct World {
    pub(super) plan: Plan,
    pub(super) random: Random,
    pub(super) now_us: u64,
    pub(super) clock: Arc<SimulatedClock>,
    pub(super) entropy: Arc<AtomicU64>,
    pub(super) disk: MemoryDisk,
    pub(super) cameras: Vec<Camera>,
    pub(super) ledgers: Vec<Ledger>,
    pub(super) pasts: Vec<Past>,
    pub(super) process: Option<Process>,
    /// When the process is started again.
    pub(super) start_at: u64,
    pub(super) trouble: Trouble,
    pub(super) next_trouble: u64,
    /// Deadline for what had been accepted when all was well to be durable: time and entries.
    pub(super) mended: Option<(u64, u64)>,
    /// The disk has lied, or bits have rotted.
    pub(super) lied: bool,
    /// A process has recorded behind something unreadable: chains of evidence may fork there.
    pub(super) forked: bool,
    pub(super) stepped_far: bool,
    /// Something is lost before something that is there; and whether that was reported.
    pub(super) to_be_told: bool,
    pub(super) told: bool,
    pub(super) trace: Trace,
    pub(super) tally: Tally,
}

/// The result of a seed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) events: u64,
    pub(super) parts: u64,
    pub(super) refused: u64,
    pub(super) kills: u64,
    pub(super) power_cuts: u64,
    pub(super) failed_starts: u64,
    /// Number of starts that met something unreadable.
    pub(super) degraded: u64,
    pub(super) failed_calls: u64,
    pub(super) lost_to_lies: u64,
    /// Journals that retention removed.
    pub(super) removed: u64,
    /// Starts on a disk that failed.
    pub(super) wounded: u64,
}

impl World {
    pub(super) fn new(plan: Plan) -> Self {
        let mut random = Random::new(plan.seed);
        let clock = SimulatedClock {
            now_us: AtomicU64::new(0),
            step_us: AtomicI64::new(0),
            started_us: AtomicU64::new(0),
        };
        let next_trouble = random.below(2 * plan.calm_us);
        Self {
            cameras: (1..=plan.cameras).map(|number| Camera::new(&plan, number)).collect(),
            ledgers: (1..=plan.cameras).map(|_| Ledger::default()).collect(),
            pasts: (1..=plan.cameras).map(|number| Past::new(Camera::id(number), plan.seed)).collect(),
            entropy: Arc::new(AtomicU64::new(plan.seed)),
            clock: Arc::new(clock),
            disk: MemoryDisk::new(),
            now_us: 0,
            process: None,
            start_at: 0,
            trouble: Trouble::default(),
            next_trouble,
            mended: None,
            lied: false,
            forked: false,
            stepped_far: false,
            to_be_told: false,
            told: false,
            trace: Trace::default(),
            tally: Tally::default(),
            random,
            plan,
        }
    }

    /// Runs to the end of the plan, then until everything is closed, and checks that everything promised is there.
    pub(super) fn run(&mut self) -> Result<(), Violation> {
        self.run_until(self.plan.length_us)?;
        self.next_trouble = u64::MAX;
        let is_quiet = self.random.once_in(2);
        if is_quiet {
            // Nothing more is appended while the disk still fails: waiting data are tried again nevertheless.
            self.cameras.iter_mut().for_each(|camera| camera.next_at = u64::MAX);
            lengthen(&mut self.trouble.fails_until, self.now_us + QUIET_US);
            self.run_until(self.now_us + QUIET_US)?;
        }
        self.end_troubles();
        self.run_until(self.now_us + MENDED_WITHIN_US + 1)?;
        self.cameras.iter_mut().filter(|_| is_quiet).for_each(|camera| camera.next_at = 0);
        self.run_until(self.now_us + MENDED_WITHIN_US + 1)?;
        self.close()?;
        self.verify_all()
    }

    pub(super) fn run_until(&mut self, until_us: u64) -> Result<(), Violation> {
        while self.now_us < until_us {
            self.advance()?;
        }
        Ok(())
    }

    pub(super) fn end_troubles(&mut self) {
        self.note("the last trouble is over", 0);
        self.mended = None;
        self.trouble.end();
        self.disk.mend();
        if let Some(process) = &mut self.process {
            // Hanging calls return now.
            let soon = |done: u64| done.min(self.now_us + 1_000_000);
            process.writer_done = process.writer_done.map(soon);
            process.sealer_done = process.sealer_done.map(soon);
        }
    }

    /// Advances to the next event.
    pub(super) fn advance(&mut self) -> Result<(), Violation> {
        self.tally.events += 1;
        if self.tally.events > EVENTS_MAX {
            return Err("it goes round in circles".to_owned());
        }
        let camera = self.cameras.iter().enumerate().min_by_key(|(_, camera)| camera.next_at);
        let camera = camera.map(|(index, camera)| (camera.next_at, Next::Camera(index)));
        let mut all = vec![(self.next_trouble, Next::Trouble)];
        match &self.process {
            None => all.push((self.start_at, Next::Start)),
            Some(process) => {
                all.extend(camera);
                all.extend(process.writer_at(self.now_us).map(|at| (at, Next::Writer)));
                all.push((process.sealer_done.unwrap_or(process.sealer_due), Next::Sealer));
                all.extend(self.mended.map(|(at, _)| (at, Next::Mended)));
            }
        }
        let Some((at, next)) = all.into_iter().min_by_key(|(at, _)| *at) else { return Ok(()) };
        self.now_us = self.now_us.max(at);
        self.clock.now_us.store(self.now_us, Ordering::Relaxed);
        self.trouble.set_room(self.now_us, &self.disk, &mut self.random);
        self.watch_for_calm();
        match next {
            Next::Trouble => self.happen(),
            Next::Start => self.start(),
            Next::Camera(index) => self.send(index),
            Next::Writer => self.write(),
            Next::Sealer => self.seal(),
            Next::Mended => self.judge_mended(),
        }
    }

    pub(super) fn note(&mut self, what: &'static str, more: u64) {
        self.trace.note(self.now_us, what, more);
    }

    pub(super) fn send(&mut self, index: usize) -> Result<(), Violation> {
        let Some(process) = &self.process else { return Ok(()) };
        let (camera, ledger) = (&mut self.cameras[index], &mut self.ledgers[index]);
        for output in camera.send(self.now_us, self.clock.now()) {
            hand_in(process, camera, ledger, &output, &mut self.tally)?;
        }
        // Retention is made for stations, whose archives hold no media of the past.
        if self.plan.removes { Ok(()) } else { self.pasts[index].send(process, self.clock.now()) }
    }

    /// The writer begins a cycle, or takes the step for which it has waited.
    pub(super) fn write(&mut self) -> Result<(), Violation> {
        let Some(process) = &mut self.process else { return Ok(()) };
        let shared = process.archive.shared().clone();
        let now = shared.now(Duration::from_micros(self.now_us - process.started_us));
        if process.writer_done.is_none() {
            self.trace.note(self.now_us, "a cycle begins", 0);
            process.writer.begin(&now, shared.queue.lock());
        } else {
            if let Some(writer::engine::Request::Disk(call)) = process.writer.request() {
                let fault = self.trouble.arm(self.now_us, &self.disk, &call, &mut self.random);
                self.tally.failed_calls += u64::from(fault.is_some());
                self.trace.note(self.now_us, fault.unwrap_or_else(|| name_of(&call)), self.disk.calls());
            }
            if let Some(writer::engine::Request::Parts { .. }) = process.writer.request()
                && self.now_us < self.trouble.fails_until
            {
                self.disk.fail_question_at(self.disk.questions() + self.random.between(1, 4), Fault::Io);
            }
            process.writer.step(|| now);
            self.disk.mend();
        }
        process.writer_done = process.writer.request().map(|request| match request {
            writer::engine::Request::Disk(call) => {
                self.now_us + self.trouble.latency_us(self.now_us, &call, &mut self.random)
            }
            _ => self.now_us,
        });
        if process.writer_done.is_none() && self.random.once_in(4) {
            // As it is woken when a journal is retired.
            process.sealer_due = process.sealer_due.min(self.now_us);
        }
        let durable = shared.queue.lock().durable;
        self.ledgers.iter_mut().for_each(|ledger| ledger.acknowledge(durable));
        self.pasts.iter_mut().for_each(|past| past.acknowledge(durable));
        Ok(())
    }

    pub(super) fn seal(&mut self) -> Result<(), Violation> {
        let Some(process) = &mut self.process else { return Ok(()) };
        let elapsed = Duration::from_micros(self.now_us - process.started_us);
        if process.sealer_done.is_none() {
            let ends = *process.archive.shared().sealer_ends.lock();
            process.sealer.begin(ends);
        } else {
            if let Some(sealer::engine::Request::Disk(call)) = process.sealer.request() {
                let fault = self.trouble.arm(self.now_us, &self.disk, &call, &mut self.random);
                self.tally.failed_calls += u64::from(fault.is_some());
                if fault.is_some() || !matches!(call, Call::Space) {
                    self.trace.note(self.now_us, fault.unwrap_or_else(|| name_of(&call)), self.disk.calls());
                }
            }
            process.sealer.step(|| elapsed);
        }
        process.sealer_done = process.sealer.request().map(|request| match request {
            sealer::engine::Request::Disk(call) => {
                self.now_us + self.trouble.latency_us(self.now_us, &call, &mut self.random)
            }
            _ => self.now_us,
        });
        if process.sealer_done.is_none() {
            process.sealer_due = self.now_us + SEALER_TICK_MS * 1000;
            return self.perhaps_remove();
        }
        Ok(())
    }

    /// If nothing has been wrong for long enough, everything that waits now must become durable by itself.
    pub(super) fn watch_for_calm(&mut self) {
        let Some(process) = &self.process else {
            self.mended = None;
            return;
        };
        if self.now_us < self.trouble.ends_at() || self.trouble.fail_in.is_some() {
            self.mended = None;
        } else if self.mended.is_none() {
            let wanted = process.archive.shared().queue.lock().appended;
            self.mended = Some((self.now_us + MENDED_WITHIN_US, wanted));
        }
    }

    pub(super) fn judge_mended(&mut self) -> Result<(), Violation> {
        let (Some(process), Some((_, wanted))) = (&self.process, self.mended.take()) else { return Ok(()) };
        let queue = process.archive.shared().queue.lock();
        if queue.durable < wanted {
            return Err(format!(
                "of {wanted} entries {} are durable a minute after the last trouble",
                queue.durable
            ));
        }
        if queue.is_full() || queue.failing {
            return Err("a minute after the last trouble parts are still refused".to_owned());
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy)]
enum Next {
    Trouble,
    Start,
    Camera(usize),
    Writer,
    Sealer,
    Mended,
}

/// Appends, and notes the result. The queue keeps its limit, and refuses only for lack of room or speed.
pub(super) fn hand_in(
    process: &Process,
    camera: &Camera,
    ledger: &mut Ledger,
    output: &Output,
    tally: &mut Tally,
) -> Result<(), Violation> {
    let shared = process.archive.shared();
    let before = shared.queue.lock().waiting_bytes;
    let result = process.archive.append(camera.id, output);
    let queue = shared.queue.lock();
    if let (Output::Part(part), Ok(())) = (output, result) {
        tally.parts += 1;
        if before + part.bytes.len() > shared.options.queue_bytes {
            return Err(format!("{before} bytes wait, and {} more were taken", part.bytes.len()));
        }
    }
    if queue.waiting_bytes > shared.options.queue_bytes + METADATA_QUEUE_BYTES {
        return Err(format!("{} bytes wait", queue.waiting_bytes));
    }
    match result {
        Err(refused) if !refused.is_disk() => return Err(refused.to_string()),
        refused => tally.refused += u64::from(refused.is_err()),
    }
    ledger.note(camera.generation, queue.appended, output, result);
    Ok(())
}
