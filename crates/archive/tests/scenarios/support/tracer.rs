//! `strace`, which makes chosen system calls of a running process fail or take long.

#![allow(dead_code, unreachable_pub, clippy::panic, reason = "each test uses its own share of it")]

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::disk::as_root;

/// Calls that change a file's bytes or length, or make them durable.
const USES: [&str; 4] = ["pwritev(", "fdatasync(", "ftruncate(", "fallocate("];

pub struct Tracer {
    child: Child,
    log: PathBuf,
}

impl Tracer {
    /// Attaches to process `id`; returns when attached. `inject` is strace's, such as `fdatasync:error=EIO:when=2`: the
    /// second call of each thread.
    pub fn attach(id: u32, inject: &str, log: &Path) -> Self {
        let calls = inject.split(':').next().unwrap_or_default();
        let mut child = as_root("strace")
            .args(["-f", "-y", "-p", &id.to_string(), "-o"])
            .arg(log)
            .args([
                "-e",
                &format!("trace={calls},pwritev,fdatasync,ftruncate,fallocate"),
                "-e",
                "signal=none",
            ])
            .args(["-e", &format!("inject={inject}")])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("strace is installed");
        let mut first = String::new();
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        stderr.read_line(&mut first).expect("strace says something");
        assert!(first.contains("attached"), "strace does not attach: {first}");
        std::thread::spawn(move || stderr.read_to_end(&mut Vec::new()));
        Self { child, log: log.to_owned() }
    }

    /// Waits until the traced process has ended.
    pub fn finish(mut self) -> Trace {
        self.child.wait().expect("strace ends with its process");
        let text = std::fs::read_to_string(&self.log).expect("strace wrote its log");
        std::fs::remove_file(&self.log).expect("the log can be removed");
        Trace::read(&text)
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The results of a trace.
#[derive(Debug, Default)]
pub struct Trace {
    /// Number of calls that were made to fail.
    pub hits: usize,
    /// Journals that were used again after a write or a sync to them had failed.
    pub used_again: Vec<String>,
}

impl Trace {
    fn read(text: &str) -> Self {
        let mut trace = Self::default();
        let mut failed = HashSet::new();
        let mut under_way: HashMap<&str, Option<String>> = HashMap::new();
        for line in text.lines() {
            let (thread, call) = line.split_once(' ').unwrap_or((line, ""));
            if !call.trim_start().starts_with("<... ") {
                let journal = used_journal(call.trim_start());
                trace.used_again.extend(journal.clone().filter(|path| failed.contains(path)));
                under_way.insert(thread, journal);
            }
            if call.contains("(INJECTED)") {
                trace.hits += 1;
                failed.extend(under_way.remove(thread).flatten().filter(|_| loses_bytes(call)));
            }
        }
        trace
    }
}

/// Whether bytes may be lost silently if this call has failed.
fn loses_bytes(call: &str) -> bool {
    ["pwritev", "fdatasync"]
        .iter()
        .any(|name| call.trim_start().trim_start_matches("<... ").starts_with(name))
}

/// The journal that a call changes.
fn used_journal(call: &str) -> Option<String> {
    USES.iter().find(|name| call.starts_with(**name))?;
    let path = call.split_once('<')?.1.split_once('>')?.0;
    path.ends_with(".journal").then(|| path.to_owned())
}
