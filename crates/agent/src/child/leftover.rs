//! Children that outlived an agent that was killed. Each running child is noted in a file: its number, when it started,
//! and the boot; a number alone may be another process's by then.
//!
//! A process that a noted child had started is ended with it, but not found if the child alone has ended by then.
//!
//! A crash between the start of a child and the note leaves a child that is not noted. Its standard output is closed,
//! so it ends with its next picture unless it hangs.

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process_group};

/// A boot whose identity cannot be read.
pub(crate) const UNKNOWN_BOOT: &str = "unknown";
/// Largest note that is read, bytes.
const MAX_NOTE_BYTES: usize = 256;
/// Field 22 of `/proc/PID/stat`, counted after the name, which ends with the last parenthesis.
const START_TIME_FIELD: usize = 19;

/// The note of one camera's child.
#[derive(Debug)]
pub(super) struct Note(PathBuf);

impl Note {
    pub(super) fn in_directory(directory: &Path) -> Self {
        Self(directory.join("child"))
    }

    /// Writes down the process `pid`, which runs.
    pub(super) fn write(&self, pid: i32) -> std::io::Result<()> {
        std::fs::write(&self.0, format!("{pid} {} {}\n", started(pid)?, boot()))
    }

    /// The child has ended.
    pub(super) fn remove(&self) {
        // One that stays is harmless: it names a process that is gone.
        let _ = std::fs::remove_file(&self.0);
    }

    /// Kills the noted child and its group if it still runs; whether it did.
    pub(super) fn clean_up(&self) -> bool {
        let Ok(text) = std::fs::read_to_string(&self.0) else { return false };
        let killed = text.len() <= MAX_NOTE_BYTES && kill_noted(&text).is_some();
        self.remove();
        killed
    }
}

fn kill_noted(text: &str) -> Option<()> {
    let mut words = text.split_whitespace();
    let (pid, start, noted_boot) = (words.next()?, words.next()?, words.next()?);
    let pid: i32 = pid.parse().ok()?;
    if boot() != noted_boot || started(pid).ok()? != start {
        return None;
    }
    kill_process_group(Pid::from_raw(pid).filter(|_| pid > 1)?, Signal::KILL).ok()
}

/// When the process began, in the kernel's ticks since the boot.
fn started(pid: i32) -> std::io::Result<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let field = stat.rsplit(')').next().and_then(|after| after.split_whitespace().nth(START_TIME_FIELD));
    field.map(str::to_owned).ok_or_else(|| std::io::ErrorKind::InvalidData.into())
}

/// The identity of this boot; [`UNKNOWN_BOOT`] where `/proc` shows processes only.
pub(crate) fn boot() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    read.map_or_else(|_| UNKNOWN_BOOT.to_owned(), |text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_the_noted_process_itself_is_killed() {
        let dir = tempfile::tempdir().unwrap();
        let note = Note::in_directory(dir.path());
        assert!(!note.clean_up(), "nothing is noted");
        let mut child = Command::new("sleep").arg("60").process_group(0).spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let (start, boot) = (started(pid).unwrap(), boot());
        for wrong in
            [format!("{pid} 1 {boot}"), format!("{pid} {start} other"), format!("{pid}"), "1 2 3".into()]
        {
            std::fs::write(&note.0, wrong).unwrap();
            assert!(!note.clean_up());
        }
        assert!(child.try_wait().unwrap().is_none(), "it lives");
        note.write(pid).unwrap();
        assert!(note.clean_up());
        assert!(!child.wait().unwrap().success());
        note.write(pid).unwrap_err();
        assert!(!note.clean_up(), "the note is gone");
    }
}
