//! How the agent's last run ended: what the hole before this one is recorded as.
//!
//! Each start writes the boot into a file; a clean stop adds a line. Without that line and with another boot, the
//! machine was switched off, or had no power.

use std::path::{Path, PathBuf};

use ashkar_terms::Cause;

use crate::child::{UNKNOWN_BOOT, boot};

/// The largest file that is read, bytes.
const MAX_BYTES: u64 = 256;
const STOPPED: &str = "stopped";

/// The file.
#[derive(Debug)]
pub(crate) struct LastRun(PathBuf);

impl LastRun {
    pub(crate) fn in_directory(directory: &Path) -> Self {
        Self(directory.join("last-run"))
    }

    /// Begins a run; why nothing was recorded since the last one, if it is known.
    pub(crate) fn begin(&self) -> std::io::Result<Option<Cause>> {
        let boot = boot();
        let before = std::fs::metadata(&self.0)
            .ok()
            .filter(|found| found.len() <= MAX_BYTES)
            .and_then(|_| std::fs::read_to_string(&self.0).ok());
        std::fs::write(&self.0, format!("{boot}\n"))?;
        Ok(before.and_then(|before| told(&before, &boot)))
    }

    /// Ends it cleanly.
    pub(crate) fn end(&self) -> std::io::Result<()> {
        std::fs::write(&self.0, format!("{}\n{STOPPED}\n", boot()))
    }
}

fn told(before: &str, boot: &str) -> Option<Cause> {
    let mut lines = before.lines();
    let is_other_boot = lines.next().is_some_and(|noted| noted != boot && noted != UNKNOWN_BOOT);
    (is_other_boot && boot != UNKNOWN_BOOT && lines.next() != Some(STOPPED)).then_some(Cause::Power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_machine_that_went_down_under_it_counts_as_without_power() {
        let dir = tempfile::tempdir().unwrap();
        let file = LastRun::in_directory(dir.path());
        assert_eq!(file.begin().unwrap(), None);
        assert_eq!(file.begin().unwrap(), None, "killed");
        file.end().unwrap();
        assert_eq!(file.begin().unwrap(), None, "stopped");
        std::fs::write(&file.0, "another-boot\n").unwrap();
        assert_eq!(file.begin().unwrap(), Some(Cause::Power));
        for harmless in ["another-boot\nstopped\n", "unknown\n", ""] {
            std::fs::write(&file.0, harmless).unwrap();
            assert_eq!(file.begin().unwrap(), None, "{harmless:?}");
        }
        assert_eq!(told("another-boot", UNKNOWN_BOOT), None);
    }
}
