//! Retention: a sealed journal is removed now and then, on a disk that fails, and in a process that may die there.

use super::ledger::Violation;
use super::world::World;
use crate::disk::Fault;
use crate::error::RemoveError;

/// About how many of the sealer's turns pass from one removal to the next.
const TURNS: u64 = 40;
/// A removal makes fewer calls that change something.
const CALLS: u64 = 20;

impl World {
    /// Removes a journal, often the oldest. What it held is no longer promised, and nothing else may be missing.
    pub(super) fn perhaps_remove(&mut self) -> Result<(), Violation> {
        if !self.plan.removes || !self.random.once_in(TURNS) {
            return Ok(());
        }
        let Some(archive) = self.process.as_ref().map(|process| process.archive.clone()) else {
            return Ok(());
        };
        let sealed = archive.sealed_journals();
        let at = if self.random.once_in(3) { self.random.index(sealed.len()) } else { 0 };
        let Some(number) = sealed.get(at).copied() else { return Ok(()) };
        // A sidecar may be lost; then nobody knows what is in the journal.
        let Ok(Some(content)) = archive.journal_content(number) else { return Ok(()) };
        if self.now_us < self.trouble.fails_until || self.random.once_in(2) {
            let fault = if self.random.once_in(2) { Fault::Crash } else { Fault::Io };
            self.disk.fail_at(self.disk.calls() + self.random.between(1, CALLS), fault);
        }
        let removed = archive.remove_journal(number, "centre");
        let is_dead = self.disk.is_dead();
        self.disk.mend();
        self.note(
            if removed.is_ok() { "a journal is removed" } else { "no journal is removed" },
            number.into(),
        );
        match removed {
            Err(RemoveError::InUse(_) | RemoveError::NotSealed(_) | RemoveError::Read(_)) => {}
            Ok(_) | Err(RemoveError::Io { .. }) => {
                self.tally.removed += u64::from(removed.is_ok());
                for own in &content.cameras {
                    let index = self.cameras.iter().position(|camera| camera.id == own.camera);
                    if let Some(ledger) = index.and_then(|index| self.ledgers.get_mut(index)) {
                        ledger.forget_removed(own);
                    }
                }
            }
            // A start could not read it, or the disk has lied: nothing is removed until another one can.
            Err(RemoveError::Unreadable) if self.tally.wounded > 0 => {}
            Err(error) if self.lied => self.note("a removal is refused", error.to_string().len() as u64),
            Err(error) => return Err(format!("journal {number} is not removed: {error}")),
        }
        drop(archive);
        if is_dead {
            let power = self.random.once_in(2);
            self.die(power);
        }
        Ok(())
    }
}
