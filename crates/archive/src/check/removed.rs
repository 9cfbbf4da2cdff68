//! What retention removed: its evidence records are there, and the chains go through them.

use std::io;

use ashkar_evidence::{GAP_RECORD_BYTES, Record, SEGMENT_RECORD_BYTES};
use sha2::{Digest, Sha256};

use super::{Check, Problem};
use crate::disk::{Disk, read_all};
use crate::format::name::JournalName;
use crate::format::removed::{Hash, RemovedJournal};
use crate::options::JOURNAL_BYTES_MAX;
use crate::retention::RemovedLog;

impl Check {
    /// A journal that retention removed.
    pub(super) fn removed(&mut self, disk: &dyn Disk, journal: &RemovedJournal) {
        self.report.removed += 1;
        self.report.removed_bytes += u64::from(journal.bytes);
        self.path = journal.name().map(|name| name.evidence()).unwrap_or_default();
        let bytes = read_all(disk, &self.path, u64::from(JOURNAL_BYTES_MAX)).unwrap_or_default();
        let is_own = Hash(Sha256::digest(&bytes).into()) == journal.evidence;
        let records = is_own.then(|| records(&bytes)).flatten();
        if records.is_none() {
            self.fault(None, None, None, Problem::RemovedEvidence);
        }
        for record in records.iter().flatten() {
            self.follow_removed(record);
        }
        for own in &journal.cameras {
            let camera = self.cameras.entry(own.camera).or_default();
            if records.is_none() && own.next_sequence > camera.chain.next_sequence {
                camera.chain = own.chain();
            }
            let last = own.spans.iter().map(|span| span.last_segment).max();
            camera.next_segment = camera.next_segment.max(last.map_or(0, |last| last.saturating_add(1)));
            camera.removed.extend(own.spans.iter().map(|span| (span.first_segment, span.last_segment)));
        }
    }

    fn follow_removed(&mut self, record: &Record) {
        let id = record.link().camera;
        let camera = self.cameras.entry(id).or_default();
        if camera.recent.contains(&record.hash()) {
            return;
        }
        if let Err(error) = camera.follow(record) {
            self.fault(None, Some(id), None, Problem::Chain(error));
        }
    }

    /// A journal that was listed and is not there: if retention removed it meanwhile, that is no fault.
    pub(super) fn perhaps_removed(&mut self, disk: &dyn Disk, name: JournalName, error: &io::Error) {
        let mut log = RemovedLog::load(disk);
        log.keep_own(self.archive);
        match log.journals.iter().find(|removed| removed.name() == Some(name)) {
            Some(removed) => {
                // Its sidecar may have been gone a moment earlier.
                let index = name.sidecar();
                let before = self.report.faults.len();
                self.report.faults.retain(|fault| fault.path != index);
                self.report.fault_count -= (before - self.report.faults.len()) as u64;
                self.removed(disk, removed);
            }
            None => self.fault(None, None, None, Problem::Unreadable(error.to_string())),
        }
    }
}

/// The records that stand one after another in `bytes`; `None` if something else does.
fn records(bytes: &[u8]) -> Option<Vec<Record>> {
    let mut rest = bytes;
    let mut records = Vec::new();
    while !rest.is_empty() {
        let of_length =
            |length: usize| Some((Record::decode(rest.get(..length)?).ok()?, rest.get(length..)?));
        let (record, after) = of_length(SEGMENT_RECORD_BYTES).or_else(|| of_length(GAP_RECORD_BYTES))?;
        records.push(record);
        rest = after;
    }
    Some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_record_is_refused() {
        assert_eq!(records(&[]), Some(Vec::new()));
        assert_eq!(records(&[0; 112]), None);
        assert_eq!(records(&[1; 5]), None);
    }
}
