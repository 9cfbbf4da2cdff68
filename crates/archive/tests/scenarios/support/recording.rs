//! A running `archive-recorder`, what it reported, and whether the archive holds what it reported as durable.

#![allow(dead_code, unreachable_pub, clippy::panic, reason = "each test uses its own share of it")]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, IntervalKind, Options, Recovery};
use ashkar_terms::{CameraId, Span, SystemClock, UtcMicros};
use parking_lot::{Condvar, Mutex};
use sha2::{Digest, Sha256};

pub const RECORDER: &str = env!("CARGO_BIN_EXE_archive-recorder");
/// Longer than anything here takes on a busy machine; a hang fails.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How a recorder records: see `recorder.rs`.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub streams: u16,
    pub period_ms: u64,
    pub rounds: u64,
    pub journal_bytes: u32,
    pub by_flush: bool,
}

/// A part that `append` accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub camera: CameraId,
    pub segment: u64,
    pub part: u16,
    pub arrival: UtcMicros,
    pub sha256: String,
}

/// Everything that a recorder reported.
#[derive(Debug, Default)]
pub struct Said {
    pub waits: bool,
    pub ready: bool,
    pub sent: Vec<Sent>,
    /// How many of them, from the first, are durable.
    pub durable: usize,
    pub states: BTreeSet<String>,
    pub oldest_ms: u64,
    pub longest_oldest_ms: u64,
    /// Parts accepted while the oldest waiting one was older than [`HANGS_MS`].
    pub sent_while_hanging: usize,
    pub errors: u64,
    pub refused: u64,
    pub longest_append_us: u64,
    /// The last line.
    pub ended: Option<String>,
}

/// A sync that takes longer than this hangs, milliseconds.
pub const HANGS_MS: u64 = 1000;

impl Said {
    /// What must be there for ever.
    pub fn acknowledged(&self) -> &[Sent] {
        &self.sent[..self.durable]
    }

    fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["waits"] => self.waits = true,
            ["ready"] => self.ready = true,
            ["sent", camera, segment, part, arrival, sha256] => self.sent.push(Sent {
                camera: camera.parse().expect("a camera"),
                segment: number(segment),
                part: u16::try_from(number(part)).expect("a part"),
                arrival: UtcMicros(i64::try_from(number(arrival)).expect("a time")),
                sha256: sha256.to_owned(),
            }),
            ["durable", count] => self.durable = usize::try_from(number(count)).expect("a count"),
            ["status", state, oldest, errors, refused, longest] => {
                self.states.insert(state.to_owned());
                self.oldest_ms = number(oldest);
                self.longest_oldest_ms = self.longest_oldest_ms.max(self.oldest_ms);
                (self.errors, self.refused) = (number(errors), number(refused));
                self.longest_append_us = number(longest);
            }
            ["closed"] | ["failed", ..] => self.ended = Some(line.to_owned()),
            _ => panic!("the recorder said {line:?}"),
        }
        let hangs = self.oldest_ms > HANGS_MS && words[0] == "sent";
        self.sent_while_hanging += usize::from(hangs);
    }
}

fn number(word: &str) -> u64 {
    word.parse().unwrap_or_else(|_| panic!("{word:?} is no number"))
}

pub struct Recorder {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<(Mutex<Said>, Condvar)>,
    listener: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Starts one that waits for [`Recorder::begin`].
    pub fn start(directory: &Path, plan: Plan) -> Self {
        let mut child = Command::new(RECORDER)
            .arg(directory)
            .args([plan.streams.to_string(), plan.period_ms.to_string(), plan.rounds.to_string()])
            .arg(plan.journal_bytes.to_string())
            .arg(if plan.by_flush { "flush" } else { "read" })
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the recorder starts");
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().expect("stdout is piped"));
        let said = Arc::new((Mutex::new(Said::default()), Condvar::new()));
        let hears = said.clone();
        let listener = std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                hears.0.lock().hear(&line);
                hears.1.notify_all();
            }
        });
        let recorder = Self { child, stdin, said, listener: Some(listener) };
        // So that a tracer that attaches now sees the archive's calls, and not those of the loader.
        recorder.until("a loaded program", |said| said.waits);
        recorder
    }

    pub fn begin(&mut self) {
        writeln!(self.stdin.as_mut().expect("stdin is piped")).expect("the recorder listens");
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `holds` is true for its reports.
    pub fn until(&self, what: &str, mut holds: impl FnMut(&Said) -> bool) {
        let (said, news) = &*self.said;
        let (mut said, end) = (said.lock(), Instant::now() + PATIENCE);
        while !holds(&said) {
            assert!(said.ended.is_none(), "{what} did not come: {:?}", said.ended);
            assert!(!news.wait_until(&mut said, end).timed_out(), "{what} did not come");
        }
    }

    /// `kill -9`; returns everything that it reported.
    pub fn kill(mut self) -> Said {
        let _ = self.child.kill();
        self.hear_to_the_end()
    }

    /// Waits until it ends by itself.
    pub fn finish(mut self, what: &str) -> Said {
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait().expect("a child").is_none() {
            assert!(Instant::now() < end, "{what}: it did not end");
            std::thread::sleep(Duration::from_millis(2));
        }
        self.hear_to_the_end()
    }

    fn hear_to_the_end(&mut self) -> Said {
        let _ = self.child.wait();
        self.listener.take().expect("it listens").join().expect("what it said was understood");
        std::mem::take(&mut *self.said.0.lock())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Opens the archive again, and asserts that everything in `acknowledged` is there byte for byte and every hole is
/// declared. Returns which of `sent` are missing, and the findings of recovery.
pub fn verify(
    directory: &Path,
    acknowledged: &[Sent],
    sent: &[Sent],
    context: &str,
) -> (Vec<Sent>, Recovery) {
    let archive = open_with(directory, acknowledged, context);
    let recovery = archive.recovery().clone();
    let missing: Vec<Sent> =
        sent.iter().filter(|part| hash_in(&archive, part).as_ref() != Some(&part.sha256)).cloned().collect();
    assert_holes_are_declared(&archive, context);
    archive.close().expect(context);
    drop(archive);
    assert_well(directory, context);
    (missing, recovery)
}

/// Opens the archive again, and asserts that nothing is damaged and everything in `acknowledged` is there byte for
/// byte.
pub fn open_with(directory: &Path, acknowledged: &[Sent], context: &str) -> Archive {
    let options = Options { reserve_bytes: 0, nearly_full_bytes: 0, ..Options::default() };
    let archive = Archive::open(directory, options, Arc::new(SystemClock::new()))
        .unwrap_or_else(|error| panic!("{context}: {error}"));
    archive.flush().expect(context);
    assert_eq!(archive.recovery().damage, [], "{context}");
    for part in acknowledged {
        assert_eq!(
            hash_in(&archive, part).as_ref(),
            Some(&part.sha256),
            "{context}: lost or changed: {part:?}"
        );
    }
    archive
}

fn hash_in(archive: &Archive, part: &Sent) -> Option<String> {
    let read = archive.read_part(part.camera, part.segment, part.part);
    let bytes = read.unwrap_or_else(|error| panic!("{part:?}: {error}"))?;
    Some(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn assert_holes_are_declared(archive: &Archive, context: &str) {
    let always = Span::new(UtcMicros(0), UtcMicros(i64::MAX / 2)).expect("a span");
    for camera in archive.cameras() {
        let told = archive.coverage(camera, always);
        let inner = told.get(1..told.len().saturating_sub(1)).unwrap_or_default();
        let silent: Vec<_> = inner.iter().filter(|one| one.kind == IntervalKind::Nothing).collect();
        assert!(silent.is_empty(), "{context}: {camera} has holes that nobody declared: {silent:?}");
    }
}

/// Asserts that a check of the files finds no faults.
pub fn assert_well(directory: &Path, context: &str) {
    let report = ashkar_archive::check::run(directory, |_| {}).expect(context);
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    assert!(report.is_well(), "{context}: {faults:#?}");
}
