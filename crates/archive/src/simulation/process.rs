//! The process that records: its start, the faults during it, and its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::clock::entropy;
use super::ledger::{Depth, Ledger, Violation};
use super::past::Past;
use super::trouble::short;
use super::world::{MENDED_WITHIN_US, World, hand_in};
use crate::archive::Archive;
use crate::disk::call::Call;
use crate::disk::{Fault, Tail};
use crate::options::SEALER_TICK_MS;
use crate::recover::CACHE_FILE;
use crate::sealer::Sealer;
use crate::writer::engine::WriterEngine;
use crate::writer::{self, Writer};

/// State that exists until the process is killed.
pub(super) struct Process {
    pub(super) archive: Archive,
    pub(super) writer: Writer,
    pub(super) sealer: Sealer,
    pub(super) started_us: u64,
    /// When the current step of the writer, or of the sealer, is done.
    pub(super) writer_done: Option<u64>,
    pub(super) sealer_done: Option<u64>,
    pub(super) sealer_due: u64,
    /// Something was unreadable at its start.
    pub(super) degraded: bool,
}

impl Process {
    /// When the writer takes its next step.
    pub(super) fn writer_at(&self, now_us: u64) -> Option<u64> {
        if self.archive.shared().queue.lock().closed {
            return None;
        }
        let due =
            || Some(self.started_us + u64::try_from(self.writer.due()?.as_micros()).unwrap_or(u64::MAX));
        Some(self.writer_done.or_else(due)?.max(now_us))
    }
}

impl World {
    /// The process dies; with a power cut, all or some of the data that are not durable are lost too. The steps in
    /// progress are done, partly done, or not done.
    pub(super) fn die(&mut self, power: bool) {
        let Some(mut process) = self.process.take() else { return };
        if process.writer_done.is_some() && self.random.once_in(2) {
            if let Some(writer::engine::Request::Disk(Call::Write(_, payload))) = process.writer.request()
                && self.random.once_in(2)
            {
                self.disk.fail_at(self.disk.calls() + 1, short(&payload, &mut self.random));
            }
            let now = process.archive.shared().now(Duration::from_micros(self.now_us - process.started_us));
            process.writer.step(|| now);
        }
        if process.sealer_done.is_some() && self.random.once_in(2) {
            let elapsed = Duration::from_micros(self.now_us - process.started_us);
            process.sealer.step(|| elapsed);
        }
        drop(process);
        self.end_disk(power);
    }

    pub(super) fn end_disk(&mut self, power: bool) {
        self.ledgers.iter_mut().for_each(Ledger::forget_taken);
        self.pasts.iter_mut().for_each(Past::forget_sent);
        self.tally.kills += u64::from(!power);
        self.tally.power_cuts += u64::from(power);
        self.disk = match power {
            false => self.disk.kill(),
            true if self.random.once_in(3) => self.disk.power_cut(Tail::Lost),
            true => self.disk.power_cut(Tail::Torn(self.random.number())),
        };
        let down_us = self.random.between(100_000, 30_000_000).min(self.plan.calm_us);
        self.start_at = self.now_us + down_us;
        self.note(if power { "the power is cut" } else { "the process is killed" }, down_us);
    }

    /// Starts a process, which may die or find a disk that fails.
    pub(super) fn start(&mut self) -> Result<(), Violation> {
        let wounded = self.next_trouble < u64::MAX && self.random.once_in(2);
        if wounded {
            self.tally.wounded += 1;
            self.wound();
        }
        self.lose_index();
        self.clock.started_us.store(self.now_us, Ordering::Relaxed);
        let (disk, clock) = (Arc::new(self.disk.clone()), self.clock.clone());
        let opened = Archive::recovered(disk, self.plan.options, clock, entropy(&self.entropy));
        let is_dead = self.disk.is_dead();
        self.disk.mend();
        match opened {
            _ if is_dead => {
                self.tally.failed_starts += 1;
                let power = self.random.once_in(2);
                self.end_disk(power);
                Ok(())
            }
            Ok((archive, engine)) => self.take_up(archive, engine, wounded),
            Err(_) if wounded => {
                self.tally.failed_starts += 1;
                self.note("a start fails", 0);
                self.start_at = self.now_us + 1_000_000;
                Ok(())
            }
            Err(error) => Err(format!("it does not open: {error}")),
        }
    }

    /// Summary and sidecars are only optimisations: somebody may have removed one.
    pub(super) fn lose_index(&mut self) {
        if !self.random.once_in(5) {
            return;
        }
        let is_index = |path: &String| path == CACHE_FILE || path.ends_with(".index");
        let files = self.disk.files().into_iter().map(|(path, _)| path);
        let all: Vec<String> = files.filter(is_index).collect();
        for _ in 0..self.random.below(4) {
            if let Some(path) = all.get(self.random.index(all.len())) {
                self.disk.lose(path);
            }
        }
        if self.random.once_in(2) {
            self.disk.lose(CACHE_FILE);
        }
        self.note("indexes are lost", all.len() as u64);
    }

    /// Makes a call of the start fail, or the process die there.
    pub(super) fn wound(&mut self) {
        for _ in 0..=self.random.below(2) {
            let (call, question) = (self.random.between(1, 10), self.random.between(1, 80));
            match self.random.below(4) {
                0 => self.disk.fail_at(self.disk.calls() + call, Fault::Crash),
                1 => self.disk.fail_at(self.disk.calls() + call, Fault::Io),
                2 => self.disk.fail_question_at(self.disk.questions() + question, Fault::Io),
                _ => self.disk.fail_question_at(self.disk.questions() + question, Fault::Crash),
            }
        }
    }

    /// The process has started: nothing promised is lost, no number is used again, and the cameras continue.
    pub(super) fn take_up(
        &mut self,
        archive: Archive,
        engine: WriterEngine,
        wounded: bool,
    ) -> Result<(), Violation> {
        let shared = archive.shared().clone();
        let degraded = !archive.recovery().damage.is_empty();
        if degraded && !wounded && !self.lied {
            return Err(format!("a start finds damage that nobody made: {:?}", archive.recovery().damage));
        }
        self.forked |= degraded;
        self.tally.degraded += u64::from(degraded);
        self.told |= degraded;
        self.note("a process starts", u64::from(archive.recovery().journals_scanned));
        self.verify_newest(&archive, degraded)?;
        self.process = Some(Process {
            writer: Writer::new(shared.clone(), engine),
            sealer: Sealer::new(shared),
            started_us: self.now_us,
            writer_done: None,
            sealer_done: None,
            sealer_due: self.now_us + SEALER_TICK_MS * 1000,
            degraded,
            archive,
        });
        let Some(process) = &self.process else { return Ok(()) };
        for (camera, ledger) in self.cameras.iter_mut().zip(&mut self.ledgers) {
            let resumed = process.archive.resume(camera.id);
            let first = process.archive.first_segment();
            let next = resumed.map_or(first, |resumed| resumed.next_segment);
            if next < ledger.next_segment && !self.lied {
                return Err(format!(
                    "camera {}: goes on with {next}, and {} was given",
                    camera.id,
                    ledger.next_segment - 1
                ));
            }
            for output in camera.resume(self.now_us, resumed, first) {
                hand_in(process, camera, ledger, &output, &mut self.tally)?;
            }
        }
        Ok(())
    }

    pub(super) fn verify_newest(&mut self, archive: &Archive, degraded: bool) -> Result<(), Violation> {
        if !degraded && !self.lied {
            self.pasts.iter().try_for_each(|past| past.verify(archive))?;
        }
        for (camera, ledger) in self.cameras.iter().zip(&mut self.ledgers) {
            let lenient = degraded || self.lied;
            let depth = Depth::Newest(&mut self.random);
            let missing = ledger.verify(archive, camera.id, depth, lenient)?;
            if self.lied {
                self.tally.lost_to_lies += missing.len() as u64;
                self.to_be_told |= ledger.give_up(&missing);
            }
        }
        Ok(())
    }

    /// Closes the archive in the usual way.
    pub(super) fn close(&mut self) -> Result<(), Violation> {
        self.cameras.iter_mut().for_each(|camera| camera.next_at = u64::MAX);
        while self.process.is_none() {
            self.advance()?;
        }
        let Some(shared) = self.process.as_ref().map(|process| process.archive.shared().clone()) else {
            return Ok(());
        };
        shared.queue.lock().closing = true;
        let until = self.now_us + MENDED_WITHIN_US;
        while !shared.queue.lock().closed {
            if self.now_us > until {
                return Err("it does not close".to_owned());
            }
            self.advance()?;
        }
        let Some(mut process) = self.process.take() else { return Ok(()) };
        let elapsed = Duration::from_micros(self.now_us - process.started_us);
        while process.sealer.step(|| elapsed) {}
        process.sealer.begin(true);
        while process.sealer.step(|| elapsed) {}
        let queue = shared.queue.lock();
        if queue.durable < queue.appended || queue.waiting_bytes > 0 {
            return Err(format!("closed, and {} of {} entries are durable", queue.durable, queue.appended));
        }
        Ok(())
    }
}
