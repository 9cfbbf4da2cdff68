//! Threads and tasks that must not end alone.
//!
//! A centre whose writer has died takes pictures in and records nothing; without its tick nobody is ever told as
//! missing; without its reactor no camera comes in. Each of them would go on telling that all is well. So whoever does
//! such work holds a [`Duty`], and a panic there ends the process, with a line in the log and an exit status that says
//! so. It is started again, and recovery is the normal path. In: a name. Out: the end. What must never happen: that
//! this itself waits for something, such as a log that nobody reads.

use std::process;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Exit status of a process that a panic has ended: an error inside the software (`EX_SOFTWARE` of `sysexits.h`).
pub const EXIT_STATUS: i32 = 70;

/// How long the log may take for its last line.
const LAST_LINE_WITHIN: Duration = Duration::from_secs(1);
/// How long the process may take to end by itself; then it is aborted.
const END_WITHIN: Duration = Duration::from_secs(5);

/// Held by a thread or a task for as long as it works. Where a panic drops it, the process ends.
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
    /// The duty that is called `name` in the log.
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

/// Tells and ends. Both are done so that neither a log that blocks nor an exit handler that waits keeps the process.
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
