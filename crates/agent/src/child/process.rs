//! One running child, in a process group of its own: started, signalled, waited for.

use std::io;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

use super::ffmpeg::CommandLine;
use super::leftover::Note;

/// A child. Dropping it kills its group.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) child: Child,
    group: Option<Pid>,
    note: Note,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
    /// Closed with the agent, however that ends: a program that reads it can tell.
    _stdin: Option<ChildStdin>,
}

impl Process {
    /// Starts the program in `directory`, where it is also noted.
    pub(super) fn start(line: &CommandLine, directory: &Path) -> io::Result<Self> {
        let mut child = Command::new(&line.program)
            .args(&line.arguments)
            .env("TZ", &line.zone)
            // Not ours to pass on: a child that spoke for us would be believed.
            .env_remove("NOTIFY_SOCKET")
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(number), Some(stdout), Some(stderr)) = (number, stdout, stderr) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let note = Note::in_directory(directory);
        let process = Self { child, group: Pid::from_raw(number), note, stdout, stderr, _stdin: stdin };
        // It may have ended already, and its number with it.
        match process.note.write(number) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(process),
        }
    }

    /// Signals the whole group; one that has ended is no error.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, signal);
        }
    }

    /// The child has ended: what it started ends too, and its number means nothing any more.
    pub(super) fn reaped(&mut self) {
        self.signal(Signal::KILL);
        self.group = None;
        self.note.remove();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Returns when the child has ended, with how. May be dropped and called again.
pub(super) async fn ended(child: &mut Child) -> String {
    match child.wait().await {
        Ok(status) => status.to_string(),
        Err(error) => format!("and how is not known: {error}"),
    }
}
