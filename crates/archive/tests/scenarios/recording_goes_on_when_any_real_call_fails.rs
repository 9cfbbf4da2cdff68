//! I2 and I10 with the real disk: the n-th system call of each thread fails, for n = 1, 2, 3 … until a run succeeds
//! without it. The process goes on, reports the state of its disk, records again by itself, never again uses a journal
//! in which a write or sync failed, and loses nothing that it acknowledged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that finds something else fails here")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::recording::{Plan, Recorder, Said, Sent, open_with, verify};
use crate::support::tracer::{Trace, Tracer};

/// Journals so small that some are begun and sealed, and enough rounds for a failure in each of their stages.
const PLAN: Plan = Plan { streams: 3, period_ms: 5, rounds: 12, journal_bytes: 96 << 10, by_flush: true };
/// Runs for one kind of failure; if there are more calls, only every second, then every fourth is tried, and so on.
const RUNS_MAX: u64 = 24;

#[test]
fn a_sync() {
    for_every_call("fdatasync:error=EIO", Some("failing"), true);
}

#[test]
fn a_write_that_finds_no_room() {
    for_every_call("pwritev:error=ENOSPC", Some("full"), true);
}

#[test]
fn a_write() {
    for_every_call("pwritev:error=EIO", Some("failing"), true);
}

#[test]
fn a_reservation() {
    for_every_call("fallocate:error=ENOSPC", Some("full"), true);
}

#[test]
fn a_sync_of_names() {
    for_every_call("fsync:error=EIO", Some("failing"), true);
}

#[test]
fn an_opening() {
    for_every_call("openat:error=EMFILE", Some("failing"), true);
    for_every_call("openat:error=EMFILE", Some("failing"), false);
}

#[test]
fn a_reading() {
    for_every_call("pread64:error=EIO", None, false);
}

/// A disk that can no longer be read but accepts writes: the process continues to record, uses no number again, and
/// once the disk is repaired everything is there, from before and since.
#[test]
fn every_reading_but_the_first() {
    let inject = "pread64:error=EIO:when=2+";
    let before = Before::make();
    let own = before.directory.path().join("own");
    let (said, trace) = before.record(&own, inject, true);
    assert!(trace.hits > 0, "no reading failed");
    assert_eq!(trace.used_again, Vec::<String>::new());
    assert_eq!((said.ended.as_deref(), said.durable), (Some("closed"), said.sent.len()));
    let place = |part: &Sent| (part.camera, part.segment);
    let taken: BTreeSet<_> = before.acknowledged.iter().map(place).collect();
    assert!(said.sent.iter().all(|part| !taken.contains(&place(part))), "a number was given again");
    open_with(&own, &[&before.acknowledged, said.acknowledged()].concat(), inject);
}

#[test]
fn a_change_of_names_or_lengths() {
    for_every_call("/^(rename|unlink|mkdir|ftruncate):error=EIO", Some("failing"), true);
}

#[test]
fn a_question_about_room() {
    for_every_call("statfs:error=EIO", None, true);
}

/// Makes one call of each thread fail per run. `state` is the state to which the writer's failures must have led.
fn for_every_call(inject: &str, state: Option<&str>, by_flush: bool) {
    let before = Before::make();
    let (mut call, mut step, mut failures) = (1, 1, 0);
    for runs in 1.. {
        let context = format!("{inject}:when={call}");
        let run = before.run(&context, by_flush);
        run.judge(state, &context);
        failures += run.said.errors;
        if run.trace.hits == 0 {
            println!("{inject}: {runs} runs, up to call {call}; the writer failed {failures} times");
            assert!(runs > 1, "no thread makes this call");
            return;
        }
        if call >= RUNS_MAX * step {
            step *= 2;
        }
        call += step;
    }
}

/// An archive as `kill -9` left it, so that there is something to recover and something to lose.
struct Before {
    directory: tempfile::TempDir,
    acknowledged: Vec<Sent>,
}

impl Before {
    fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut recorder = Recorder::start(&directory.path().join("before"), Plan { rounds: 0, ..PLAN });
        recorder.begin();
        recorder.until("durable parts", |said| said.durable > 30);
        let acknowledged = recorder.kill().acknowledged().to_vec();
        Self { directory, acknowledged }
    }

    /// Records to a copy while calls fail.
    fn record(&self, own: &PathBuf, inject: &str, by_flush: bool) -> (Said, Trace) {
        copy(&self.directory.path().join("before"), own);
        let mut recorder = Recorder::start(own, Plan { by_flush, ..PLAN });
        let tracer = Tracer::attach(recorder.id(), inject, &self.directory.path().join("trace"));
        recorder.begin();
        let said = recorder.finish(inject);
        (said, tracer.finish())
    }

    fn run(&self, inject: &str, by_flush: bool) -> Run {
        let own = self.directory.path().join("own");
        let (said, trace) = self.record(&own, inject, by_flush);
        let acknowledged = [&self.acknowledged, said.acknowledged()].concat();
        let (missing, _) = verify(&own, &acknowledged, &said.sent, inject);
        std::fs::remove_dir_all(&own).unwrap();
        // Data of an earlier process are written again by a start at the same places, with two attempts.
        let is_own = |path: &String| !self.directory.path().join("before").join(journal_of(path)).exists();
        let used_again = trace.used_again.into_iter().filter(is_own).collect();
        Run { said, trace: Trace { used_again, ..trace }, missing }
    }
}

/// Day and name of a journal.
fn journal_of(path: &str) -> PathBuf {
    let path = Path::new(path);
    let day = path.parent().and_then(Path::file_name).unwrap_or_default();
    Path::new(day).join(path.file_name().unwrap_or_default())
}

struct Run {
    said: Said,
    trace: Trace,
    missing: Vec<Sent>,
}

impl Run {
    fn judge(&self, state: Option<&str>, context: &str) {
        let Self { said, trace, missing } = self;
        assert_eq!(trace.used_again, Vec::<String>::new(), "{context}: used again after it had failed");
        match said.ended.as_deref() {
            Some("closed") => {}
            // A recorder that cannot even open the archive reports it, and the next start opens it. But no bad sector
            // is that bad.
            Some(_) if !said.ready && trace.hits > 0 && !context.starts_with("pread64") => return,
            // Only the appends while closing can have failed: everything was acknowledged before.
            Some("failed the disk failed; what waits is tried again") if trace.hits > 0 => {}
            other => panic!("{context}: it ended with {other:?}"),
        }
        assert_eq!(said.durable, said.sent.len(), "{context}: it did not record again by itself");
        assert_eq!(missing, &[], "{context}");
        if said.errors > 0 {
            let state = state.unwrap_or_else(|| panic!("{context}: the writer failed"));
            assert!(said.states.contains(state), "{context}: {state} was not declared: {:?}", said.states);
        }
    }
}

fn copy(from: &Path, to: &PathBuf) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
