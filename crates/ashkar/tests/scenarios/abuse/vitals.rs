//! What the kernel reports about a process.

use std::time::Duration;

/// Ticks of `/proc/PID/stat` in a second, the same on every Linux that we use.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(Debug, Clone, Copy)]
pub struct Vitals {
    pub files: usize,
    pub threads: usize,
    pub resident_mb: f64,
}

impl Vitals {
    /// Those of a process, which must be alive.
    pub fn of(process: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process lives");
        let number = |name: &str| -> f64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the status");
            line.split_whitespace().next().and_then(|word| word.parse().ok()).expect("a number")
        };
        let files = std::fs::read_dir(format!("/proc/{process}/fd")).expect("its files").count();
        Self { files, threads: number("Threads:") as usize, resident_mb: number("VmRSS:") / 1024.0 }
    }
}

/// Share of a processor that the process uses, measured over `time`.
pub fn busy_share(process: u32, time: Duration) -> f64 {
    let before = ticks(process);
    std::thread::sleep(time);
    (ticks(process) - before) / TICKS_PER_SECOND / time.as_secs_f64()
}

fn ticks(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process lives");
    // The name may contain anything; user and system time are the 12th and 13th word after it.
    let (_, behind) = stat.rsplit_once(')').expect("a name in parentheses");
    let times = behind.split_whitespace().skip(11).take(2);
    times.map(|word| word.parse::<f64>().expect("a number")).sum()
}
