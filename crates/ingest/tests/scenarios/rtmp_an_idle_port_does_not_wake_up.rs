//! Alone in its process, so that its thread can be distinguished from those of other tests.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::rtmp_support::{TestGate, eventually};
use ashkar_ingest::rtmp::{RtmpOptions, RtmpServer};
use ashkar_terms::SystemClock;

/// How often the kernel has put the port's thread to sleep.
fn sleeps() -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let mut paths = tasks.filter_map(Result::ok).map(|task| task.path());
    let thread = paths
        .find(|path| std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name.trim() == "rtmp-0"))?;
    let status = std::fs::read_to_string(thread.join("status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?;
    line.split_whitespace().last()?.parse().ok()
}

#[test]
fn an_idle_port_does_not_wake_up() {
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let clock = Arc::new(SystemClock::new());
    let server =
        RtmpServer::bind(address, Arc::new(TestGate::default()), clock, RtmpOptions::default()).unwrap();
    eventually("the thread rests", || sleeps().filter(|sleeps| *sleeps > 0));
    let before = sleeps();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(sleeps(), before);
    server.shutdown();
    assert_eq!(sleeps(), None, "the thread has ended");
}
