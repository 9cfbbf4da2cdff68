//! A real file system of a test's own, created, cut off and removed by `scripts/test-disk.py`.

#![allow(dead_code, unreachable_pub, reason = "each test uses its own share of it")]

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/test-disk.py");

/// A mounted file system. It is unmounted when this is dropped, and also when this process ends in any other way.
pub struct Disk {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
    directory: tempfile::TempDir,
}

/// What a cut leaves of the file system's own journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    JournalWritten = 1,
    JournalLost = 2,
}

impl Disk {
    pub fn ext4(megabytes: u32) -> Self {
        Self::make("ext4", megabytes)
    }

    pub fn tmpfs(megabytes: u32) -> Self {
        Self::make("tmpfs", megabytes)
    }

    fn make(kind: &str, megabytes: u32) -> Self {
        let directory = tempfile::tempdir().expect("a directory of its own");
        let mut child = as_root("/usr/bin/python3")
            .arg(SCRIPT)
            .arg(directory.path())
            .args([kind, &megabytes.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut disk = Self { child, answers: BufReader::new(stdout).lines(), directory };
        disk.expect("ready");
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("disk")
    }

    pub fn cut(&mut self, cut: Cut) {
        self.command(&format!("cut {}", cut as u8));
    }

    /// No file on it may be open.
    pub fn remount(&mut self) {
        self.command("remount");
    }

    pub fn shrink(&mut self) {
        self.command("shrink");
    }

    fn command(&mut self, command: &str) {
        let input = self.child.stdin.as_mut().expect("stdin is piped");
        writeln!(input, "{command}").expect("test-disk.py listens");
        self.expect("done");
    }

    fn expect(&mut self, wanted: &str) {
        let answer = self.answers.next().and_then(Result::ok);
        assert_eq!(
            answer.as_deref(),
            Some(wanted),
            "scripts/test-disk.py ended; it needs root, and loop devices where it makes ext4: see above"
        );
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// `program`, run by root.
pub fn as_root(program: &str) -> Command {
    if is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg(program);
    command
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(Path::new("/proc/self")).expect("proc is mounted").uid() == 0
}
