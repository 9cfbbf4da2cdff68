//! The faults of the world, besides the death of the process.

use std::sync::atomic::Ordering;

use super::ledger::Violation;
use super::trouble::Happening;
use super::world::World;

impl World {
    pub(super) fn happen(&mut self) -> Result<(), Violation> {
        self.next_trouble = self.now_us + 1 + self.random.below(2 * self.plan.calm_us);
        let until = self.now_us + self.random.between(self.plan.trouble_us.0, self.plan.trouble_us.1);
        let happening = Happening::draw(&self.plan, &mut self.random);
        self.trace.note(self.now_us, "trouble", happening as u64);
        match happening {
            Happening::Kill => self.die(false),
            Happening::PowerCut => self.die(true),
            Happening::CallFails => self.trouble.fail_in = Some(self.random.below(20)),
            Happening::CallsFail => lengthen(&mut self.trouble.fails_until, until),
            Happening::Slow => lengthen(&mut self.trouble.slow_until, until),
            Happening::Hangs => lengthen(&mut self.trouble.hangs_until, until),
            Happening::Full => lengthen(&mut self.trouble.full_until, until),
            Happening::ClockSteps => self.step_clock(),
            Happening::Lies => {
                lengthen(&mut self.trouble.lies_until, until);
                self.lied = true;
            }
            Happening::Rots => self.rot(),
            Happening::Reads => return self.read(),
        }
        Ok(())
    }

    pub(super) fn step_clock(&mut self) {
        let far = self.plan.steps_far;
        let most_us = if far { 20_000_000_000 } else { 4_000_000 };
        self.stepped_far |= far;
        let step_us = self.random.below(2 * most_us) as i64 - most_us as i64;
        self.clock.step_us.store(step_us, Ordering::Relaxed);
    }

    /// A bit is inverted, somewhere in a file.
    pub(super) fn rot(&mut self) {
        let files = self.disk.files();
        let Some((path, length)) = files.get(self.random.index(files.len())) else { return };
        // Without its name there is no archive, and damage to it is reported at once.
        if *length > 0 && path != "ARCHIVE" {
            self.lied = true;
            self.disk.rot(path, self.random.index(*length), 1 << self.random.below(8));
        }
    }

    pub(super) fn read(&mut self) -> Result<(), Violation> {
        let Some(process) = self.process.as_ref().filter(|process| !process.degraded && !self.lied) else {
            return Ok(());
        };
        for (camera, ledger) in self.cameras.iter().zip(&mut self.ledgers) {
            let seen = ledger.read_some(&process.archive, camera.id, &mut self.random)?;
            self.trace.note(self.now_us, "somebody reads", u64::from(seen));
        }
        for past in &mut self.pasts {
            past.read_some(process)?;
        }
        Ok(())
    }
}

pub(super) fn lengthen(lasts_until: &mut u64, until: u64) {
    *lasts_until = until.max(*lasts_until);
}
