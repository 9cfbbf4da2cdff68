//! The sealer's decisions, without a thread, a clock or a disk: times and the results of its requests go in; requests
//! and events come out. Acknowledged data are durable without any of its work.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::disk::Space;
use crate::disk::call::{Answer, Call};
use crate::disk::replace::Replacement;
use crate::format::name::JournalName;
use crate::format::sidecar::Sidecar;
use crate::format::wire::FormatError;
use crate::options::{INDEX_BYTES_MAX, Options, SEALER_TICK_MS};
use crate::recover::CACHE_FILE;

/// The summary is written so rarely that its rate stays below this, bytes a second.
const CACHE_BYTES_PER_SECOND: u64 = 256 << 10;

/// By then a centre has resumed its cameras.
const NEWEST_KEPT: Duration = Duration::from_secs(30);

/// A request of the sealer. It stays the same, however often it is read, until it is answered.
#[derive(Debug)]
pub(crate) enum Request<'a> {
    /// A call to the disk.
    Disk(Call<'a>),
    /// The journal that has waited longest for its sidecar.
    NextToSeal,
    /// The summary of the durable recordings, if it covers more than the one that covers up to `written`.
    Summary { written: Covered },
}

/// The result of a request.
#[derive(Debug)]
pub(crate) enum Reply {
    Disk(io::Result<Answer>),
    NextToSeal(Option<Sealable>),
    Summary(Option<Summary>),
}

/// The sealer's events, in order.
#[derive(Debug)]
pub(crate) enum Event {
    /// The room left on the disk.
    Space(Space),
    /// The disk does not tell: its directory may be gone.
    NoSpace(io::Error),
    /// This journal has its sidecar.
    Sealed(u32),
    /// The sidecars read at the start need not stay in memory.
    ForgetNewest,
}

/// End of the records covered: journal and byte.
pub(crate) type Covered = (u32, u32);

/// A journal to which nothing is written any more.
#[derive(Debug)]
pub(crate) struct Sealable {
    pub(crate) name: JournalName,
    /// The length to which its file may be cut, bytes.
    pub(crate) cut_to: Option<u32>,
    pub(crate) sidecar: Arc<Sidecar>,
}

/// The summary from which a start begins.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) covered: Covered,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) struct SealerEngine {
    cache_seconds: u32,
    summary_due: Duration,
    /// The end of what the summary on disk covers.
    written: Covered,
    forgot_newest: bool,
    ends: bool,
    stage: Stage,
    event: Option<Event>,
}

#[derive(Debug)]
enum Stage {
    /// Between two turns.
    Idle,
    Space,
    NextToSeal,
    Seal(Sealing),
    Summary,
    WriteSummary(Covered, Replacement),
}

/// A journal that is being sealed.
#[derive(Debug)]
struct Sealing {
    number: u32,
    path: String,
    /// Its file is cut to this length first, bytes.
    cut_to: u64,
    step: Step,
    sidecar: Replacement,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Open,
    Length,
    Truncate,
    SyncLength,
    /// A crash before the end leaves a journal without a sidecar: the next start scans it.
    Sidecar,
}

impl Sealing {
    fn new(Sealable { name, cut_to, sidecar }: &Sealable) -> Result<Self, FormatError> {
        Ok(Self {
            number: name.number,
            path: name.journal(),
            cut_to: cut_to.unwrap_or_default().into(),
            step: if cut_to.is_some() { Step::Open } else { Step::Sidecar },
            sidecar: Replacement::new(name.sidecar(), sidecar.encode()?),
        })
    }

    fn call(&self) -> Call<'_> {
        match self.step {
            Step::Open => Call::OpenToWrite(&self.path),
            Step::Length => Call::Length,
            Step::Truncate => Call::Truncate(self.cut_to),
            Step::SyncLength => Call::Sync,
            Step::Sidecar => self.sidecar.call(),
        }
    }

    /// Takes the result of that call. Returns whether the journal is sealed.
    fn answer(&mut self, result: io::Result<Answer>) -> io::Result<bool> {
        self.step = match (self.step, result) {
            (Step::Sidecar, result) => return self.sidecar.answer(result),
            (_, Err(error)) => return Err(error),
            (Step::Open, Ok(_)) => Step::Length,
            (Step::Length, Ok(Answer::Length(length))) if length > self.cut_to => Step::Truncate,
            (Step::Length | Step::SyncLength, Ok(_)) => Step::Sidecar,
            (Step::Truncate, Ok(_)) => Step::SyncLength,
        };
        Ok(false)
    }
}

impl SealerEngine {
    pub(crate) const fn new(options: &Options) -> Self {
        Self {
            cache_seconds: options.cache_seconds,
            summary_due: Duration::ZERO,
            written: (0, 0),
            forgot_newest: false,
            ends: false,
            stage: Stage::Idle,
            event: None,
        }
    }

    /// When the next turn is due after one that ended at `now`, if the sealer is not woken.
    pub(crate) const fn due(now: Duration) -> Duration {
        now.saturating_add(Duration::from_millis(SEALER_TICK_MS))
    }

    /// Begins a turn; if the archive `ends`, it is the last.
    ///
    /// # Panics
    /// If the turn before it is not over.
    pub(crate) fn begin(&mut self, ends: bool) {
        assert!(matches!(self.stage, Stage::Idle), "a turn within a turn");
        self.ends = ends;
        self.stage = Stage::Space;
    }

    /// The next request; `None` when the turn is over.
    pub(crate) fn request(&self) -> Option<Request<'_>> {
        Some(match &self.stage {
            Stage::Idle => return None,
            Stage::Space => Request::Disk(Call::Space),
            Stage::NextToSeal => Request::NextToSeal,
            Stage::Seal(sealing) => Request::Disk(sealing.call()),
            Stage::Summary => Request::Summary { written: self.written },
            Stage::WriteSummary(_, replacement) => Request::Disk(replacement.call()),
        })
    }

    /// The next event, to be handled before the next request.
    pub(crate) const fn event(&mut self) -> Option<Event> {
        self.event.take()
    }

    /// Takes the result of the request.
    ///
    /// # Panics
    /// If there was no such request.
    pub(crate) fn answer(&mut self, now: Duration, reply: Reply) {
        match (std::mem::replace(&mut self.stage, Stage::Idle), reply) {
            (Stage::Space, Reply::Disk(result)) => self.take_space(result),
            (Stage::NextToSeal, Reply::NextToSeal(Some(next))) => self.begin_to_seal(now, &next),
            (Stage::NextToSeal, Reply::NextToSeal(None)) => self.end_turn(now),
            (Stage::Seal(sealing), Reply::Disk(result)) => self.go_on_sealing(now, sealing, result),
            (Stage::Summary, Reply::Summary(summary)) => self.begin_summary(now, summary),
            (Stage::WriteSummary(covered, replacement), Reply::Disk(result)) => {
                self.go_on_with_summary(covered, replacement, result);
            }
            (stage, reply) => unreachable!("{reply:?} for {stage:?}"),
        }
    }

    /// Where the directory does not answer there is nothing to seal in it: the turn is over.
    fn take_space(&mut self, result: io::Result<Answer>) {
        match result {
            Ok(Answer::Space(space)) => {
                self.event = Some(Event::Space(space));
                self.stage = Stage::NextToSeal;
            }
            Ok(other) => unreachable!("{other:?} for the room on the disk"),
            Err(error) => self.event = Some(Event::NoSpace(error)),
        }
    }

    fn begin_to_seal(&mut self, now: Duration, next: &Sealable) {
        match Sealing::new(next) {
            Ok(sealing) => self.stage = Stage::Seal(sealing),
            Err(error) => {
                // Each start scans it.
                tracing::error!(journal = next.name.number, cause = %error, blame = "centre", "a journal cannot be sealed");
                self.end_turn(now);
            }
        }
    }

    fn go_on_sealing(&mut self, now: Duration, mut sealing: Sealing, result: io::Result<Answer>) {
        match sealing.answer(result) {
            Ok(false) => self.stage = Stage::Seal(sealing),
            Ok(true) => {
                self.event = Some(Event::Sealed(sealing.number));
                self.stage = Stage::NextToSeal;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The directory answered just before: this journal alone is gone, and must not hold up the others.
                tracing::error!(journal = sealing.number, cause = %error, blame = "operator",
                    "a journal was removed from the archive; what it held is lost");
                self.event = Some(Event::Sealed(sealing.number));
                self.stage = Stage::NextToSeal;
            }
            Err(error) => {
                // It stays in memory, and the next start would rebuild it.
                tracing::warn!(journal = sealing.number, cause = %error, blame = "centre",
                    "cannot seal a journal; tried again");
                self.end_turn(now);
            }
        }
    }

    fn end_turn(&mut self, now: Duration) {
        if now >= NEWEST_KEPT && !self.forgot_newest {
            self.forgot_newest = true;
            self.event = Some(Event::ForgetNewest);
        }
        if self.ends || now >= self.summary_due {
            self.stage = Stage::Summary;
        }
    }

    fn begin_summary(&mut self, now: Duration, summary: Option<Summary>) {
        let Some(Summary { covered, bytes }) = summary else { return };
        let length = bytes.len() as u64;
        let pause = u64::from(self.cache_seconds).max(length / CACHE_BYTES_PER_SECOND);
        self.summary_due = now.saturating_add(Duration::from_secs(pause));
        if length > INDEX_BYTES_MAX {
            // A start reads none of that length; it goes through the sidecars since the last shorter one.
            tracing::error!(
                bytes = length,
                cause = "it is too long",
                blame = "centre",
                "the archive's summary is not written"
            );
            return;
        }
        self.stage = Stage::WriteSummary(covered, Replacement::new(CACHE_FILE.to_owned(), bytes));
    }

    fn go_on_with_summary(
        &mut self,
        covered: Covered,
        mut replacement: Replacement,
        result: io::Result<Answer>,
    ) {
        match replacement.answer(result) {
            Ok(false) => self.stage = Stage::WriteSummary(covered, replacement),
            Ok(true) => self.written = covered,
            Err(error) => {
                tracing::warn!(cause = %error, blame = "centre", "cannot write the archive's summary; the old one stays");
            }
        }
    }
}
