//! Reports that the centre does not have yet, one file each: written before anybody is told that they are kept, and
//! removed when the centre has them. The stills that a sign-off names lie beside it under their hashes.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use ashkar_terms::CameraId;
use ashkar_uplink::{CONDITIONS_BYTES_MAX, Conditions, Occasion, STILL_BYTES_MAX};

use crate::uplink::{files_with_extension, read_limited, write_atomically};

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

    /// Keeps the still of a sign-off that is about to be put, under the hash that the sign-off names.
    ///
    /// # Errors
    /// If the disk does not take it.
    pub(crate) fn put_still(&self, sha256: &str, jpeg: &[u8]) -> io::Result<()> {
        write_atomically(&self.still_path(sha256), jpeg)
    }

    /// A still that waits; nothing if it is not there.
    pub(crate) fn still(&self, sha256: &str) -> Option<Vec<u8>> {
        read_limited(&self.still_path(sha256), STILL_BYTES_MAX as u64).ok()
    }

    /// The name is a hash that was checked: digits and letters.
    fn still_path(&self, sha256: &str) -> PathBuf {
        self.directory.join(format!("{sha256}.jpg"))
    }

    /// Removes the stills that no report names any more that waits or was refused. What fails is tried with the next.
    pub(crate) fn sweep_stills(&self) -> io::Result<()> {
        let mut named: Vec<String> = Vec::new();
        let mut stills = Vec::new();
        for entry in std::fs::read_dir(&self.directory)? {
            let path = entry?.path();
            match path.extension().and_then(OsStr::to_str) {
                Some("jpg") => stills.push(path),
                Some("json" | REFUSED) => {
                    let bytes = read_limited(&path, CONDITIONS_BYTES_MAX as u64)?;
                    let report = Conditions::from_json(&bytes).ok();
                    named.extend(report.iter().flat_map(references).map(|(_, sha256)| sha256));
                }
                _ => {}
            }
        }
        let is_named = |path: &PathBuf| named.iter().any(|sha256| path == &self.still_path(sha256));
        stills.into_iter().filter(|path| !is_named(path)).try_for_each(std::fs::remove_file)
    }

    /// The files that wait, oldest first.
    ///
    /// # Errors
    /// If the directory cannot be read; one that is not there is empty.
    pub(crate) fn waiting(&self) -> io::Result<Vec<PathBuf>> {
        files_with_extension(&self.directory, "json")
    }

    /// How many signatures wait.
    pub(crate) fn sign_offs_waiting(&self) -> usize {
        self.waiting().unwrap_or_default().iter().filter(|path| is_sign_off(path)).count()
    }

    /// A report that waits; nothing if the file is none, which only a person can mend.
    pub(crate) fn read(path: &Path) -> Option<Conditions> {
        Conditions::from_json(&read_limited(path, CONDITIONS_BYTES_MAX as u64).ok()?).ok()
    }

    /// The centre has it.
    ///
    /// # Errors
    /// If it cannot be removed; it is sent again then.
    pub(crate) fn sent(path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    /// The centre will never take it, or not all of it: a sign-off is kept beside, anything else is not.
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

/// The stills that a report names: of which camera, and the hash.
pub(crate) fn references(report: &Conditions) -> Vec<(CameraId, String)> {
    let works = report.sign_off.iter().flat_map(|sign_off| &sign_off.cameras);
    works.filter_map(|work| Some((work.camera, work.reference.as_ref()?.sha256.clone()))).collect()
}

fn is_sign_off(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SIGN_OFF))
}

#[cfg(test)]
mod tests {
    use ashkar_terms::UtcMicros;
    use ashkar_uplink::{CameraWork, Reference, SignOff};

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
        let oldest = Spool::read(&waiting[0]).unwrap();
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

    #[test]
    fn a_still_stays_as_long_as_a_sign_off_names_it() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::of(directory.path());
        let camera = CameraId::new(7, 12, 1);
        let signed = |sha256: &str| {
            let reference = Some(Reference { at_us: UtcMicros(1), sha256: sha256.to_owned(), bytes: 3 });
            let work =
                CameraWork { camera, checks: Vec::new(), legibility: None, reference, end_to_end: None };
            let (name, role) = ("Aynur".to_owned(), "texnik".to_owned());
            SignOff { name, role, remark: String::new(), open: 0, cameras: vec![work] }
        };
        let names = ["0a".repeat(32), "0b".repeat(32), "0c".repeat(32)];
        names.iter().for_each(|name| spool.put_still(name, b"abc").unwrap());
        spool.put(&report(1, Some(signed(&names[0])))).unwrap();
        spool.put(&report(2, Some(signed(&names[1])))).unwrap();
        let kept = || names.each_ref().map(|name| spool.still(name).is_some());
        spool.sweep_stills().unwrap();
        assert_eq!(kept(), [true, true, false]);
        let waiting = spool.waiting().unwrap();
        assert_eq!(references(&Spool::read(&waiting[0]).unwrap()).len(), 1);
        Spool::refused(&waiting[0]).unwrap();
        Spool::sent(&waiting[1]).unwrap();
        spool.sweep_stills().unwrap();
        assert_eq!(kept(), [true, false, false], "a person may still want that of a refused one");
    }
}
