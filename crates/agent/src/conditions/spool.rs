//! Reports that the centre does not have yet, one file each: written before anybody is told that they are kept, and
//! removed when the centre has them.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use ashkar_uplink::{CONDITIONS_BYTES_MAX, Conditions, Occasion};

use crate::uplink::{read_limited, write_atomically};

/// Reports of hours that wait; older ones make room: two days.
const HOURS_MAX: usize = 48;
/// Sign-offs that wait. None makes room for another.
const SIGN_OFFS_MAX: usize = 64;
/// How the name of a sign-off's file ends.
const SIGN_OFF: &str = "-sign-off.json";
/// A report that the centre does not take for good is kept under this ending, for a person.
const REFUSED: &str = "refused";

/// The reports.
#[derive(Debug, Clone)]
pub(crate) struct Spool {
    directory: PathBuf,
}

impl Spool {
    /// In the agent's data directory.
    pub(crate) fn of(data: &Path) -> Self {
        Self { directory: data.join("reports") }
    }

    /// Keeps a report until it is sent. A crash before it returns leaves it whole or not at all.
    ///
    /// # Errors
    /// If the disk does not take it, or too many sign-offs wait.
    pub(crate) fn put(&self, report: &Conditions) -> io::Result<()> {
        let waiting = self.waiting()?;
        let (signed, hours): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|path| is_sign_off(path));
        if report.occasion == Occasion::SignOff && signed.len() >= SIGN_OFFS_MAX {
            return Err(io::Error::other("too many sign-offs wait for the centre"));
        }
        for old in hours.iter().take((hours.len() + 1).saturating_sub(HOURS_MAX)) {
            std::fs::remove_file(old)?;
        }
        let name = format!("{:020}-{}.json", report.at_us.0.max(0), report.occasion.name());
        write_atomically(&self.directory.join(name), &report.to_json())
    }

    /// The files that wait, oldest first.
    ///
    /// # Errors
    /// If the directory cannot be read; one that is not there is empty.
    pub(crate) fn waiting(&self) -> io::Result<Vec<PathBuf>> {
        let listed = match std::fs::read_dir(&self.directory) {
            Ok(listed) => listed,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut found = Vec::new();
        for entry in listed {
            let path = entry?.path();
            if path.extension() == Some(OsStr::new("json")) {
                found.push(path);
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// How many signatures wait.
    pub(crate) fn sign_offs_waiting(&self) -> usize {
        self.waiting().unwrap_or_default().iter().filter(|path| is_sign_off(path)).count()
    }

    /// The body of a file that waits; nothing if it is none, which only a person can mend.
    pub(crate) fn read(path: &Path) -> Option<Vec<u8>> {
        let bytes = read_limited(path, CONDITIONS_BYTES_MAX as u64).ok()?;
        Conditions::from_json(&bytes).ok().map(|_| bytes)
    }

    /// The centre has it.
    ///
    /// # Errors
    /// If it cannot be removed; it is sent again then.
    pub(crate) fn sent(path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    /// The centre will never take it: a sign-off is kept beside, anything else is not.
    ///
    /// # Errors
    /// If that cannot be done.
    pub(crate) fn refused(path: &Path) -> io::Result<()> {
        if is_sign_off(path) {
            std::fs::rename(path, path.with_extension(REFUSED))
        } else {
            std::fs::remove_file(path)
        }
    }
}

fn is_sign_off(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SIGN_OFF))
}

#[cfg(test)]
mod tests {
    use ashkar_terms::{CameraId, UtcMicros};
    use ashkar_uplink::SignOff;

    use super::*;

    fn report(at: i64, sign_off: Option<SignOff>) -> Conditions {
        let occasion = if sign_off.is_some() { Occasion::SignOff } else { Occasion::Hour };
        let cameras = vec![CameraId::new(7, 12, 1)];
        let program = "ashkar 0".to_owned();
        Conditions { occasion, at_us: UtcMicros(at), program, cameras, findings: Vec::new(), sign_off }
    }

    #[test]
    fn hours_make_room_and_sign_offs_stay() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::of(directory.path());
        assert!(spool.waiting().unwrap().is_empty());
        let person = || SignOff {
            name: "Aynur".to_owned(),
            role: "texnik".to_owned(),
            remark: String::new(),
            open: 0,
            cameras: Vec::new(),
        };
        spool.put(&report(1, Some(person()))).unwrap();
        (2..60).for_each(|at| spool.put(&report(at, None)).unwrap());
        let waiting = spool.waiting().unwrap();
        assert_eq!(waiting.len(), HOURS_MAX + 1);
        let oldest = Conditions::from_json(&Spool::read(&waiting[0]).unwrap()).unwrap();
        assert_eq!(oldest.sign_off.unwrap().name, "Aynur");
        Spool::refused(&waiting[0]).unwrap();
        Spool::refused(&waiting[1]).unwrap();
        Spool::sent(&waiting[2]).unwrap();
        assert_eq!(spool.waiting().unwrap().len(), HOURS_MAX - 2);
        assert!(waiting[0].with_extension(REFUSED).exists() && !waiting[1].with_extension(REFUSED).exists());
        std::fs::write(&waiting[3], "{").unwrap();
        assert_eq!(Spool::read(&waiting[3]), None);
        (100..163).for_each(|at| spool.put(&report(at, Some(person()))).unwrap());
        spool.put(&report(163, Some(person()))).unwrap();
        assert!(spool.put(&report(164, Some(person()))).is_err(), "nobody is told that it is kept");
    }
}
