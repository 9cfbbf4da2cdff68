//! The writer's decisions, without a thread, a clock or a disk: time, entries of the append queue and the results of
//! its requests go in; requests and events come out. Its shell carries out one request after another, and handles all
//! of [`WriterEngine::event`] before it asks for the next.
//!
//! A cycle begins with all waiting entries ([`WriterEngine::begin`]): each entry becomes a record, each record gets its
//! place in a journal, one sync makes all of them durable. A crash between any two requests loses nothing that was
//! acknowledged: [`Event::Durable`] comes last.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ashkar_evidence::Chain;
use ashkar_media::InitSegment;
use ashkar_terms::CameraId;
use bytes::Bytes;

use super::begin::Beginning;
use super::journal::{Journal, Record};
use super::records::Interrupted;
use crate::append_queue::{Batch, Demand, Entry};
use crate::coverage::Effect;
use crate::disk::Space;
use crate::disk::call::{Answer, Call, Payload};
use crate::error::ReadError;
use crate::format::header::PAST;
use crate::format::name::JournalName;
use crate::format::payload::encode_init;
use crate::format::{Header, Kind};
use crate::now::Now;
use crate::options::{Options, RETRY_LONGEST_MS, WAKE_BYTES};
use crate::planted::{Planted, is_planted};

/// A request of the writer. It stays the same, however often it is read, until it is answered.
#[derive(Debug)]
pub(crate) enum Request<'a> {
    /// A call to the disk.
    Disk(Call<'a>),
    /// The durable parts of a segment that gets no end from the packager, with their bytes, in order.
    Parts { camera: CameraId, segment: u64 },
    /// SHA-256 of the camera's init segment whose hash begins with these bytes, from the durable recordings.
    InitHash { camera: CameraId, id: [u8; 8] },
    /// A random number for a new journal.
    Salt,
}

/// The result of a request.
#[derive(Debug)]
pub(crate) enum Reply {
    Disk(io::Result<Answer>),
    Parts(Result<Vec<(Header, Bytes)>, ReadError>),
    InitHash(Option<[u8; 32]>),
    Salt(io::Result<u32>),
}

/// The writer's events, in order.
#[derive(Debug)]
pub(crate) enum Event {
    /// A journal has been created.
    Began { name: JournalName, salt: u32 },
    /// So much room is left beside the journals.
    Space(Space),
    /// These records are durable; the journal is durable up to `durable`.
    Published { journal: u32, durable: u32, records: Vec<Record> },
    /// This range of the journal need not stay in memory.
    Forget { offset: u64, length: u64 },
    /// Nothing is written to this journal any more. An intact one may be cut to `cut_to` bytes. One in which not
    /// everything is durable is held back, and sealed after [`Event::Durable`].
    Retired { journal: u32, cut_to: Option<u32>, held_back: bool },
    /// Everything taken is durable: number and bytes of the entries of the queue. The contents of failed journals are
    /// stored elsewhere too.
    Durable { entries: u64, bytes: usize },
    /// The taken entries wait for another attempt.
    Failed { journal: u32, error: io::Error },
    /// The archive is closed: no cycle follows.
    Ended,
}

pub(crate) struct WriterEngine {
    pub(super) options: Options,
    /// Id of the archive, eight lower-case hex digits.
    pub(super) archive: [u8; 8],
    pub(super) boot_id: [u8; 16],
    /// Taken, but not yet turned into records.
    entries: VecDeque<Entry>,
    /// Turned into records, but not yet placed in a journal.
    pub(super) pending: VecDeque<Record>,
    /// The newest init segment of each camera from the queue, and that of its media of the past (`true`).
    pub(super) inits: HashMap<(CameraId, bool), Arc<InitSegment>>,
    /// The end of each camera's chain, including pending records.
    pub(super) chains: HashMap<CameraId, Chain>,
    pub(super) journal: Option<Journal>,
    /// When the journal was begun.
    pub(super) begun: Duration,
    pub(super) next_number: u32,
    /// The day whose directory certainly exists.
    pub(super) last_day: Option<String>,
    /// Entries and bytes of the queue that are not durable.
    taken: (u64, usize),
    /// Only the reserve is left on the disk.
    pub(super) full: bool,
    closing: bool,
    /// Time before which no attempt is made, and the pause before it.
    pub(super) retry: Option<(Duration, Duration)>,
    last_begin: Option<Duration>,
    pub(super) stage: Stage,
    events: VecDeque<Event>,
}

/// The current stage of the writer.
#[derive(Debug)]
pub(super) enum Stage {
    /// Between two cycles.
    Idle,
    Parts {
        camera: CameraId,
        segment: u64,
    },
    InitHash(Interrupted),
    /// A journal is being created.
    Begin(Beginning),
    Write(Then),
    Sync(Then),
    /// The last commit of a journal of which everything is durable.
    Finish(Then),
}

/// What follows when all placed records are durable.
#[derive(Debug, Clone, Copy)]
pub(super) enum Then {
    /// The journal is full: it is ended, and the rest is placed in the next.
    Place,
    /// The cycle is over.
    Succeed,
    /// The cycle is over, and so is the writer's work.
    End,
}

impl WriterEngine {
    /// Begins with journal `next_number`; `chains` are the ends of the cameras' chains.
    pub(crate) fn new(
        options: Options,
        archive: [u8; 8],
        boot_id: [u8; 16],
        next_number: u32,
        chains: HashMap<CameraId, Chain>,
    ) -> Self {
        Self {
            options,
            archive,
            boot_id,
            entries: VecDeque::new(),
            pending: VecDeque::new(),
            inits: HashMap::new(),
            chains,
            journal: None,
            begun: Duration::ZERO,
            next_number,
            last_day: None,
            taken: (0, 0),
            full: false,
            closing: false,
            retry: None,
            last_begin: None,
            stage: Stage::Idle,
            events: VecDeque::new(),
        }
    }

    /// When the next cycle is due if there are no other events; `None` if it needs one. To be called between cycles.
    pub(crate) fn due(&self, demand: &Demand) -> Option<Duration> {
        let interval = Duration::from_millis(u64::from(self.options.sync_interval_ms));
        let backlog = self.taken.0 > 0 && !is_planted(Planted::ForgetToRetry);
        if demand.closing {
            return Some(Duration::ZERO);
        }
        if demand.is_empty && !backlog && !demand.flush_wanted {
            return None;
        }
        Some(match (self.retry, self.last_begin) {
            (Some((retry_at, _)), _) => retry_at,
            _ if demand.flush_wanted || demand.waiting_bytes >= WAKE_BYTES => Duration::ZERO,
            (None, Some(last)) => last + interval,
            (None, None) => Duration::ZERO,
        })
    }

    /// Begins a cycle with all waiting entries.
    ///
    /// # Panics
    /// If the cycle before it is not over.
    pub(crate) fn begin(&mut self, now: &Now, batch: Batch) {
        assert!(matches!(self.stage, Stage::Idle), "a cycle within a cycle");
        self.last_begin = Some(now.elapsed);
        self.taken = (batch.undurable_entries, batch.undurable_bytes);
        self.full = batch.full;
        self.closing = batch.closing;
        self.entries = batch.entries;
        self.make_records(now);
    }

    /// The next request; `None` when the cycle is over.
    ///
    /// # Panics
    /// Never, unless the engine itself has a bug.
    pub(crate) fn request(&self) -> Option<Request<'_>> {
        Some(match &self.stage {
            Stage::Idle => return None,
            Stage::Parts { camera, segment } => Request::Parts { camera: *camera, segment: *segment },
            Stage::InitHash(interrupted) => {
                Request::InitHash { camera: interrupted.camera, id: interrupted.init() }
            }
            Stage::Begin(beginning) => beginning.request(),
            Stage::Write(_) | Stage::Finish(_) => {
                let batch = self.journal.as_ref().and_then(Journal::batch);
                let (offset, records) = batch.expect("a journal in which something is to be written");
                Request::Disk(Call::Write(offset, Payload::Records(records)))
            }
            Stage::Sync(_) => Request::Disk(Call::Sync),
        })
    }

    /// The next event, to be handled before the next request.
    pub(crate) fn event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Takes the result of the request.
    ///
    /// # Panics
    /// If there was no such request.
    pub(crate) fn answer(&mut self, now: &Now, reply: Reply) {
        match (std::mem::replace(&mut self.stage, Stage::Idle), reply) {
            (Stage::Parts { camera, segment }, Reply::Parts(found)) => {
                self.take_parts(now, camera, segment, found);
            }
            (Stage::InitHash(interrupted), Reply::InitHash(hash)) => {
                let record = self.interrupted_record(now, &interrupted, hash.unwrap_or_default());
                self.pending.push_back(record);
                self.make_records(now);
            }
            (Stage::Begin(beginning), reply) => self.go_on_beginning(now, beginning, reply),
            (Stage::Write(then), Reply::Disk(result)) => self.wrote(now, then, result),
            (Stage::Sync(then), Reply::Disk(result)) => self.synced(now, then, result),
            (Stage::Finish(then), Reply::Disk(result)) => self.finished(now, then, result),
            (stage, reply) => unreachable!("{reply:?} for {stage:?}"),
        }
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Turns the taken entries into records. Only a segment without an end of its own requires a request for that.
    pub(super) fn make_records(&mut self, now: &Now) {
        while let Some(entry) = self.entries.pop_front() {
            if let Entry::Interrupted(camera, segment) = entry {
                self.stage = Stage::Parts { camera, segment };
                return;
            }
            let record = self.record_of(now, entry);
            self.pending.extend(record);
        }
        self.place(now);
    }

    /// Gives the pending records their places.
    pub(super) fn place(&mut self, now: &Now) {
        while let Some(next) = self.pending.front() {
            let init = self.init_before(next);
            let bytes = next.bytes() + init.as_ref().map_or(0, Record::bytes);
            let Some(journal) = self.journal.as_mut() else { return self.begin_journal(now, bytes) };
            if !journal.has_room(bytes) {
                return self.write_out(now, Then::Place);
            }
            if let Some(init) = init {
                journal.place_own(init);
            }
            if let Some(record) = self.pending.pop_front() {
                journal.place(record);
            }
        }
        self.write_out(now, Then::Succeed);
    }

    /// The init segment that must precede `record`, if the journal does not have it: each journal can be played on its
    /// own.
    fn init_before(&self, record: &Record) -> Option<Record> {
        let (header, init) = (&record.header, record.init.as_ref()?);
        let past = header.flags & PAST;
        let key = (header.camera, header.init, header.is_past());
        if self.journal.as_ref().is_some_and(|journal| journal.inits.contains(&key)) {
            return None;
        }
        let head = Header {
            flags: past,
            init: header.init,
            ..Header::empty(Kind::Init, header.camera, header.arrival)
        };
        Some(Record::new(head, Bytes::from(encode_init(init)), Effect::Init(init.sha256)))
    }

    /// Makes the placed records durable.
    fn write_out(&mut self, now: &Now, then: Then) {
        match self.journal.as_mut() {
            Some(journal) if !journal.is_synced() => {
                journal.place_commit(now.moment);
                self.stage = Stage::Write(then);
            }
            _ => self.all_is_durable(now, then),
        }
    }

    fn wrote(&mut self, now: &Now, then: Then, result: io::Result<Answer>) {
        if let Err(error) = result {
            return self.fail(now, error);
        }
        let more = self.journal.as_mut().is_some_and(Journal::wrote);
        let forgets = match then {
            Then::Place => is_planted(Planted::SealBeforeSync),
            _ => is_planted(Planted::AcknowledgeBeforeSync),
        };
        if forgets && !more {
            return self.synced(now, then, Ok(Answer::Done));
        }
        // A crash after the last write loses nothing acknowledged; records that arrived completely are found by their
        // checksums nevertheless.
        self.stage = if more { Stage::Write(then) } else { Stage::Sync(then) };
    }

    /// A crash here finds everything again, and nothing was acknowledged yet.
    fn synced(&mut self, now: &Now, then: Then, result: io::Result<Answer>) {
        match result {
            Ok(_) => {
                self.retry = None;
                self.publish();
                self.all_is_durable(now, then);
            }
            Err(error) => self.fail(now, error),
        }
    }

    fn publish(&mut self) {
        let Some(journal) = self.journal.as_mut() else { return };
        let records = journal.synced();
        let (number, durable) = (journal.name.number, journal.durable());
        let forget = journal.forgettable().filter(|_| self.options.forget_written);
        if let Some((offset, length)) = forget {
            self.tell(Event::Forget { offset, length });
        }
        self.tell(Event::Published { journal: number, durable, records });
    }

    fn all_is_durable(&mut self, now: &Now, then: Then) {
        let lifetime = Duration::from_secs(u64::from(self.options.journal_seconds));
        let is_over = match then {
            Then::Place | Then::End => true,
            Then::Succeed => now.elapsed.saturating_sub(self.begun) >= lifetime,
        };
        match self.journal.as_mut().filter(|_| is_over) {
            Some(journal) => {
                // Without this commit nothing is lost, so nothing waits for a sync of it.
                journal.place_commit(now.moment);
                self.stage = Stage::Finish(then);
            }
            None => self.go_on(now, then),
        }
    }

    /// Only an intact journal, with all records durable and no error ever, may be cut to its length.
    fn finished(&mut self, now: &Now, then: Then, result: io::Result<Answer>) {
        let cut_to = self.journal.as_ref().map(Journal::end).filter(|_| result.is_ok());
        self.retire(cut_to, false);
        self.go_on(now, then);
    }

    fn go_on(&mut self, now: &Now, then: Then) {
        match then {
            Then::Place => self.place(now),
            Then::Succeed => self.succeed(now),
            Then::End => self.tell(Event::Ended),
        }
    }

    fn succeed(&mut self, now: &Now) {
        self.retry = None;
        let (entries, bytes) = std::mem::take(&mut self.taken);
        self.tell(Event::Durable { entries, bytes });
        self.end_if_closing(now);
    }

    /// The journal in which a write or sync failed is left as it is and never written again, since after a failed sync
    /// the kernel may mark lost pages as clean; its records that were not durable go to a new one.
    pub(super) fn fail(&mut self, now: &Now, error: io::Error) {
        let number = self.next_number.saturating_sub(1);
        let again =
            if is_planted(Planted::GoOnAfterFailedSync) { Vec::new() } else { self.retire(None, true) };
        if !is_planted(Planted::ForgetToWriteAgain) {
            for record in again.into_iter().rev() {
                self.pending.push_front(record);
            }
        }
        let first = Duration::from_millis(u64::from(self.options.retry_first_ms));
        let longest = Duration::from_millis(RETRY_LONGEST_MS);
        let pause = self.retry.map_or(first, |(_, pause)| (pause * 2).min(longest));
        self.retry = Some((now.elapsed + pause, pause));
        self.tell(Event::Failed { journal: number, error });
        self.end_if_closing(now);
    }

    fn end_if_closing(&mut self, now: &Now) {
        if self.closing {
            self.all_is_durable(now, Then::End);
        }
    }

    /// Hands the journal over to the sealer. Returns its records that were not durable.
    fn retire(&mut self, cut_to: Option<u32>, held_back: bool) -> Vec<Record> {
        let Some(journal) = self.journal.take() else { return Vec::new() };
        self.tell(Event::Retired { journal: journal.name.number, cut_to, held_back });
        journal.give_up().collect()
    }
}
