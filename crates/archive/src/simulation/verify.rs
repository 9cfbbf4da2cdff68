//! What must hold at the end.

use std::sync::Arc;

use super::clock::entropy;
use super::ledger::{Depth, Violation};
use super::world::World;
use crate::archive::Archive;
use crate::check;
use crate::disk::{Disk, Tail};
use crate::format::Header;
use crate::recover::list;
use crate::scan::{Depth as ScanDepth, scan};

impl World {
    /// After a last power cut everything promised is there, and the check finds only faults that were injected.
    pub(super) fn verify_all(&mut self) -> Result<(), Violation> {
        self.disk = self.disk.power_cut(Tail::Lost);
        let (disk, clock) = (Arc::new(self.disk.clone()), self.clock.clone());
        let (archive, _) = Archive::recovered(disk, self.plan.options, clock, entropy(&self.entropy))
            .map_err(|error| error.to_string())?;
        let report = check::run_on(&self.disk, |_| {}).map_err(|error| error.to_string())?;
        // Two records of one place in a chain, and of one segment, exist where a journal was unreadable for a while.
        let fork = |fault: &check::Fault| {
            matches!(fault.problem, check::Problem::Chain(_) | check::Problem::SegmentDiffers)
        };
        let unexpected = report.faults.iter().find(|fault| !(self.lied || self.forked && fork(fault)));
        if let Some(fault) = unexpected {
            return Err(format!("the check says: {fault}"));
        }
        if !self.lied {
            self.pasts.iter().try_for_each(|past| past.verify(&archive))?;
        }
        for (camera, ledger) in self.cameras.iter().zip(&mut self.ledgers) {
            let missing = ledger.verify(&archive, camera.id, Depth::All, self.lied)?;
            self.to_be_told |= ledger.give_up(&missing);
            self.tally.lost_to_lies += missing.len() as u64;
            if !self.lied {
                ledger.verify_order(&archive, camera.id, !self.stepped_far, !self.forked)?;
            }
        }
        // What is lost in a journal that is removed afterwards is told by nobody: its policy has it elsewhere.
        if self.to_be_told && !self.told && report.is_well() && report.removed == 0 {
            return Err("something is lost in the middle, and nobody says so".to_owned());
        }
        Ok(())
    }

    /// The contents of the journals, one line for each record, for replaying a seed.
    pub(super) fn tell_journals(&self) -> Result<String, Violation> {
        let told = |error: &dyn ToString| error.to_string();
        let mut text =
            String::from_utf8_lossy(&self.disk.content("removed").unwrap_or_default()).into_owned();
        for name in list(&self.disk).map_err(|error| told(&error))?.journals.values() {
            let file = self.disk.open(&name.journal(), false).map_err(|error| told(&error))?;
            let found = scan(&*file, name.number, None, ScanDepth::All, &mut |_, _| {})
                .map_err(|error| told(&error))?;
            let (end, durable) = (found.end, found.durable_to);
            text +=
                &format!("journal {}, {end} bytes, durable to {durable}, {:?}\n", name.number, found.damage);
            for (Header { camera, kind, segment, part, start, duration, offset, flags, .. }, effect) in
                &found.records
            {
                let what = format!("{kind:?} {segment}.{part} at {} for {duration}", start.0);
                text += &format!("  {offset:>8} {camera} {what}, flags {flags}, {effect:?}\n");
            }
        }
        Ok(text)
    }
}
