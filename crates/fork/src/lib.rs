//! A copy of this process that does one thing and ends (`fork(2)`).
//!
//! Starting a program anew costs some milliseconds: it is loaded, relocated, and its allocators start from nothing. A
//! copy of a process that has done all that costs a tenth. In: the work of the copy. Out: its process id. What must
//! never happen: a copy of a process with several threads, whose locks would never be released.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::process::Pid;

/// Exit status of a copy whose work panicked, the same as that of Rust programs.
const PANICKED: i32 = 101;

/// Makes a copy of this process, which does `work`, exits with its result, and never returns. It is a child of this
/// process, which has to wait for it.
///
/// # Errors
/// If this process has more than one thread, or if the kernel refuses another process.
pub fn fork(work: impl FnOnce() -> u8) -> io::Result<Pid> {
    let threads = std::fs::read_dir("/proc/self/task")?.count();
    if threads != 1 {
        return Err(io::Error::other(format!("a process of {threads} threads is not copied")));
    }
    // SAFETY: there is no other thread that could hold a lock, of an allocator or of anything else, at the moment of
    // the copy.
    let answer = unsafe { libc::fork() };
    match answer {
        ..0 => Err(io::Error::last_os_error()),
        0 => {
            let code = catch_unwind(AssertUnwindSafe(work)).map_or(PANICKED, i32::from);
            // SAFETY: ends this process without touching its memory; exit handlers registered by the original process
            // are not run a second time.
            unsafe { libc::_exit(code) }
        }
        child => Pid::from_raw(child).ok_or_else(|| io::Error::other("a copy without a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_several_threads_is_not_copied() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || held.recv());
        let refused = fork(|| 0).map(|_| ());
        assert!(refused.is_err_and(|error| error.to_string().contains("threads is not copied")));
        drop(hold);
        assert!(other.join().is_ok_and(|received| received.is_err()));
    }
}
