//! I1 with the real disk: while a sync takes seconds, `append` returns at once, and the waiting time of the oldest part
//! is reported.

#![allow(clippy::unwrap_used, reason = "a test that finds something else fails here")]

use crate::support::recording::{HANGS_MS, Plan, Recorder, verify};
use crate::support::tracer::Tracer;

const DELAY_US: u64 = 3_000_000;

#[test]
fn a_slow_disk_delays_nobody_who_appends() {
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("archive");
    let plan = Plan { streams: 5, period_ms: 20, rounds: 0, journal_bytes: 4 << 20, by_flush: false };
    let mut recorder = Recorder::start(&archive, plan);
    let slow = format!("fdatasync:delay_enter={DELAY_US}:when=10..11");
    let tracer = Tracer::attach(recorder.id(), &slow, &directory.path().join("trace"));
    recorder.begin();
    recorder.until("a disk that hangs", |said| said.oldest_ms > HANGS_MS);
    let mut before = None;
    recorder.until("a disk that is back", |said| {
        let before = before.get_or_insert((said.sent.len(), said.durable));
        said.oldest_ms < HANGS_MS && said.durable > before.0
    });
    let said = recorder.kill();
    drop(tracer);
    assert!(
        said.sent_while_hanging > 20,
        "only {} parts were taken while a sync took long",
        said.sent_while_hanging
    );
    assert!(said.longest_append_us < DELAY_US / 2, "an append took {} µs", said.longest_append_us);
    assert_eq!((said.errors, said.refused), (0, 0));
    verify(&archive, said.acknowledged(), &[], "after a slow disk");
}
