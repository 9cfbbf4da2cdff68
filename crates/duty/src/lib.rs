//! Threads and tasks that must not end alone.
//!
//! A centre whose writer has died receives pictures and records nothing; without its tick no camera is ever reported as
//! missing; without its reactor no camera can connect. Each of them would still report that all is well. So a thread or
//! task with such work holds a [`Duty`], and a panic there ends the process, with a line in the log and a distinct exit
//! status. The process is started again, and recovery is the normal path. In: a name. Out: the end. What must never
//! happen: that this itself waits for something, such as a log that nobody reads.

use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Exit status of a process that was ended by a panic: an internal software error (`EX_SOFTWARE` of `sysexits.h`).
pub const EXIT_STATUS: i32 = 70;

/// How long the log may take for its last line.
const LAST_LINE_WITHIN: Duration = Duration::from_secs(1);
/// How long the process may take to end by itself; then it is aborted.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Held by a thread or task for as long as it works. If it is dropped by a panic, the process ends.
///
/// ```
/// std::thread::spawn(|| {
///     let _duty = ashkar_duty::Duty::of("archive-writer");
///     // Work.
/// });
/// ```
#[derive(Debug)]
#[must_use = "the duty is over when this is dropped"]
pub struct Duty {
    name: &'static str,
}

impl Duty {
    /// The duty named `name` in the log.
    pub const fn of(name: &'static str) -> Self {
        Self { name }
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        if thread::panicking() {
            end(self.name);
        }
    }
}

/// Logs and ends. Both are done so that neither a blocking log nor a waiting exit handler keeps the process alive.
fn end(name: &'static str) -> ! {
    let (told, is_told) = mpsc::channel();
    let teller = thread::Builder::new().spawn(move || {
        tracing::error!(
            duty = name,
            cause = "a panic",
            blame = "centre",
            status = EXIT_STATUS,
            "work ended without which the centre would tell what is not so; the process ends and is to be started again"
        );
        let _ = told.send(());
    });
    let judge = thread::Builder::new().spawn(|| {
        thread::sleep(END_WITHIN);
        process::abort();
    });
    if judge.is_err() {
        process::abort();
    }
    if teller.is_ok() {
        let _ = is_told.recv_timeout(LAST_LINE_WITHIN);
    }
    process::exit(EXIT_STATUS)
}
