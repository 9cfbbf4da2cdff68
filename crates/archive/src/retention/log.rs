//! The file `removed`: what it names, and what of that may still have to be done.

use std::io;

use super::Removed;
use crate::disk::{Disk, read_all};
use crate::format::Header;
use crate::format::header::HEADER_BYTES;
use crate::format::name::JournalName;
use crate::format::removed::RemovedJournal;
use crate::options::REMOVED_BYTES_MAX;
use crate::recover::Listing;

/// The file with a line for each removed journal.
pub(super) const FILE: &str = "removed";

/// The file `removed`, as it is known.
#[derive(Debug, Default)]
pub(crate) struct RemovedLog {
    /// Every line, also one that does not count: it stays as it is.
    pub(super) lines: Vec<String>,
    /// What the lines that count say, by number.
    pub(crate) journals: Vec<RemovedJournal>,
    /// Lines that cannot be read, or are another archive's.
    pub(crate) damaged: u32,
    /// The file could not be read; so it must not be replaced.
    pub(crate) unreadable: bool,
    /// Journals that are there although a line says that they were removed: they are kept.
    pub(crate) kept: Vec<u32>,
    /// Journals whose files may still be there.
    pub(crate) unfinished: Vec<JournalName>,
}

impl RemovedLog {
    /// Reads it.
    pub(crate) fn load(disk: &dyn Disk) -> Self {
        match read_all(disk, FILE, REMOVED_BYTES_MAX) {
            Ok(bytes) => Self::parse(&String::from_utf8_lossy(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => {
                tracing::error!(file = FILE, cause = %error, blame = "station",
                    "what retention removed cannot be read; nothing more is removed");
                Self { unreadable: true, ..Self::default() }
            }
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut log = Self::default();
        for line in text.lines() {
            match RemovedJournal::decode(line) {
                Ok(journal) => {
                    log.journals.retain(|other| other.journal != journal.journal);
                    log.journals.push(journal);
                }
                Err(_) => log.damaged += 1,
            }
            log.lines.push(format!("{line}\n"));
        }
        log
    }

    /// Compares it with what is there, and takes out of `listing` what the last removal has left. Only that one can be
    /// unfinished, since none begins before the one before it is done: a file that any other line names is kept, and so
    /// is one that is not the very file that the last line names.
    pub(crate) fn compare(mut self, disk: &dyn Disk, listing: &mut Listing) {
        let last = self.journals.last().map(|journal| journal.journal);
        for journal in std::mem::take(&mut self.journals) {
            let number = journal.journal;
            let found = listing.journals.get(&number).copied();
            let salt = found.map_or(Salt::Gone, |name| salt_of(disk, name));
            // Of one that never held a record that counts, the header may be missing.
            let is_empty = salt == Salt::None && journal.bytes == 0;
            let is_very = found == journal.name() && (salt == Salt::Is(journal.salt) || is_empty);
            match (salt, journal.name()) {
                (Salt::Gone, Some(name)) => {
                    listing.journals.remove(&number);
                    if listing.sidecars.remove(&number) {
                        self.unfinished.push(name);
                    }
                    self.journals.push(journal);
                }
                (_, Some(name)) if is_very && last == Some(number) => {
                    listing.journals.remove(&number);
                    listing.sidecars.remove(&number);
                    self.unfinished.push(name);
                    self.journals.push(journal);
                }
                _ => self.kept.push(number),
            }
        }
        self.journals.sort_by_key(|journal| journal.journal);
        // The next removal leaves them out.
        let kept = &self.kept;
        let is_kept = |line: &String| {
            RemovedJournal::decode(line.trim_end()).is_ok_and(|journal| kept.contains(&journal.journal))
        };
        if !kept.is_empty() {
            self.lines.retain(|line| !is_kept(line));
        }
        listing.removed = self;
    }

    /// Disregards what another archive removed.
    pub(crate) fn keep_own(&mut self, archive: [u8; 8]) {
        let all = self.journals.len();
        self.journals.retain(|journal| journal.archive.as_bytes() == archive);
        self.damaged += u32::try_from(all - self.journals.len()).unwrap_or(u32::MAX);
    }

    /// The greatest number.
    pub(crate) fn last(&self) -> Option<u32> {
        self.journals.last().map(|journal| journal.journal)
    }

    pub(crate) fn total(&self) -> Removed {
        Removed {
            journals: self.journals.len() as u64,
            bytes: self.journals.iter().map(|journal| u64::from(journal.bytes)).sum(),
            last_at: self.journals.iter().map(|journal| journal.at_us).max(),
        }
    }

    /// Says what a start found.
    pub(crate) fn tell(&self) {
        if self.damaged > 0 {
            tracing::error!(
                file = FILE,
                lines = self.damaged,
                cause = "decay, or the file is another archive's",
                blame = "station",
                "of what retention removed something cannot be read; the journals that are missing count as lost"
            );
        }
        if !self.kept.is_empty() {
            tracing::error!(file = FILE, journals = ?self.kept, cause = "the file says that they were removed",
                blame = "station", "journals are there again; they are kept and counted as recorded");
        }
        for name in &self.unfinished {
            tracing::warn!(
                journal = name.number,
                cause = "the program ended in the middle of it",
                blame = "station",
                "a removal by retention that was begun is finished"
            );
        }
    }

    /// Removes what is left of removed journals. Whatever cannot be removed now is tried again.
    pub(crate) fn finish(&mut self, disk: &dyn Disk) -> io::Result<()> {
        let mut failed = Ok(());
        self.unfinished.retain(|name| match unlink(disk, *name) {
            Ok(()) => false,
            Err(error) => {
                failed = Err(error);
                true
            }
        });
        failed
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Salt {
    Is(u32),
    /// No header.
    None,
    Unreadable,
    Gone,
}

fn salt_of(disk: &dyn Disk, name: JournalName) -> Salt {
    let mut bytes = [0; HEADER_BYTES];
    let read = match disk.open(&name.journal(), false).and_then(|file| file.read_at(0, &mut bytes)) {
        Ok(read) => read,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Salt::Gone,
        Err(_) => return Salt::Unreadable,
    };
    let header = bytes.get(..read).and_then(|bytes| Header::decode(bytes).ok());
    header.map_or(Salt::None, |header| Salt::Is(header.salt))
}

fn unlink(disk: &dyn Disk, name: JournalName) -> io::Result<()> {
    for path in [name.journal(), name.sidecar()] {
        match disk.remove(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    match disk.sync_dir(&name.day()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
