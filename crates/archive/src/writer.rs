//! The one thread that writes: it takes what waits, gives each record its place in a journal, and makes all of it
//! durable with one sync, ten times a second.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_evidence::Chain;
use ashkar_media::InitSegment;
use ashkar_terms::CameraId;
use bytes::Bytes;

use crate::coverage::Effect;
use crate::format::name::JournalName;
use crate::format::payload::{Boot, encode_init};
use crate::format::{Header, Kind};
use crate::front::Work;
use crate::journal::{Journal, Record};
use crate::options::{FULL_JOURNAL_BYTES, RETRY_LONGEST_MS, WAKE_BYTES};
use crate::shared::Shared;

const PROGRAM: &str = concat!("ashkar ", env!("CARGO_PKG_VERSION"));

pub(crate) struct Writer {
    pub(crate) shared: Arc<Shared>,
    journal: Option<Journal>,
    begun: Instant,
    next_number: u32,
    /// The day whose directory is there for sure.
    last_day: Option<String>,
    /// Made into records, and not yet placed in a journal.
    pub(crate) pending: VecDeque<Record>,
    /// The newest init segment of each camera, as the queue gave it.
    pub(crate) inits: HashMap<CameraId, Arc<InitSegment>>,
    /// The end of each camera's chain, with what is pending.
    pub(crate) chains: HashMap<CameraId, Chain>,
    /// Entries and bytes of the queue that are in `pending` or in the journal's unsynced records.
    taken: (u64, usize),
    /// Not to be tried before.
    retry: Option<(Instant, Duration)>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, next_number: u32) -> Self {
        let catalog = shared.catalog.read();
        let chains =
            catalog.cameras.iter().map(|(camera, coverage)| (*camera, coverage.state.chain)).collect();
        drop(catalog);
        Self {
            shared,
            journal: None,
            begun: Instant::now(),
            next_number,
            last_day: None,
            pending: VecDeque::new(),
            inits: HashMap::new(),
            chains,
            taken: (0, 0),
            retry: None,
        }
    }

    /// Writes until the archive is closed, then once more.
    pub(crate) fn run(mut self) {
        let mut last_start = None;
        loop {
            let closing = self.wait(last_start);
            last_start = Some(Instant::now());
            self.cycle();
            if closing {
                break;
            }
        }
        self.retire(true);
        let mut front = self.shared.front.lock();
        front.closed = true;
        self.shared.progress.notify_all();
    }

    /// Waits until there is work and its time has come. Returns whether the archive is being closed.
    fn wait(&self, last_start: Option<Instant>) -> bool {
        let interval = Duration::from_millis(u64::from(self.shared.options.sync_interval_ms));
        let mut front = self.shared.front.lock();
        loop {
            if front.closing {
                return true;
            }
            let backlog = self.taken.0 > 0;
            if front.queue.is_empty() && !backlog && !front.flush_wanted {
                self.shared.work.wait(&mut front);
                continue;
            }
            let now = Instant::now();
            let due = match (self.retry, last_start) {
                (Some((retry_at, _)), _) => retry_at,
                _ if front.flush_wanted || front.waiting_bytes >= WAKE_BYTES => now,
                (None, Some(start)) => start + interval,
                (None, None) => now,
            };
            if due <= now {
                return false;
            }
            self.shared.work.wait_until(&mut front, due);
        }
    }

    /// Takes all that waits and tries to make it durable.
    fn cycle(&mut self) {
        for work in self.take_queue() {
            let records = self.records_of(work);
            self.pending.extend(records);
        }
        match self.write_out() {
            Ok(()) => self.succeeded(),
            Err(error) => self.failed(&error),
        }
    }

    fn take_queue(&mut self) -> VecDeque<Work> {
        let mut front = self.shared.front.lock();
        front.flush_wanted = false;
        let work = front.take_queue();
        self.taken = (front.appended - front.durable, front.waiting_bytes);
        work
    }

    pub(crate) fn write_out(&mut self) -> io::Result<()> {
        while let Some(next) = self.pending.front() {
            let init = self.init_before(next);
            let bytes = next.bytes() + init.as_ref().map_or(0, Record::bytes);
            let Some(journal) = self.journal.as_mut() else {
                self.begin_journal(bytes)?;
                continue;
            };
            if !journal.has_room(bytes) {
                self.sync()?;
                self.retire(true);
                continue;
            }
            if let Some(init) = init {
                journal.place_own(init);
            }
            if let Some(record) = self.pending.pop_front() {
                journal.place(record);
            }
        }
        self.sync()?;
        if self.begun.elapsed() >= Duration::from_secs(u64::from(self.shared.options.journal_seconds)) {
            self.retire(true);
        }
        Ok(())
    }

    /// The init segment that must stand in front of `record`, if the journal does not have it: each journal can be
    /// played by itself.
    fn init_before(&self, record: &Record) -> Option<Record> {
        let (header, init) = (&record.header, record.init.as_ref()?);
        let key = (header.camera, header.init);
        if self.journal.as_ref().is_some_and(|journal| journal.inits.contains(&key)) {
            return None;
        }
        let head = Header { init: header.init, ..Header::empty(Kind::Init, header.camera, header.arrival) };
        Some(Record::new(head, Bytes::from(encode_init(init)), Effect::Init(init.sha256)))
    }

    fn begin_journal(&mut self, first_bytes: u64) -> io::Result<()> {
        let full = self.shared.front.lock().is_full();
        let options = &self.shared.options;
        let usual = if full { FULL_JOURNAL_BYTES.min(options.journal_bytes) } else { options.journal_bytes };
        let needed = u32::try_from(Journal::needed(first_bytes)).unwrap_or(u32::MAX);
        let now = self.shared.clock.now();
        let name = JournalName::new(self.next_number, now.wall);
        let boot = Boot {
            archive: self.shared.id,
            boot_id: self.shared.boot_id,
            created: now,
            clock: self.shared.clock_state(),
            program: PROGRAM.to_owned(),
        };
        // A number is never used twice, even if the journal comes to nothing.
        self.next_number = self.next_number.saturating_add(1);
        let new_day = self.last_day.as_ref() != Some(&name.day());
        let journal = Journal::create(&*self.shared.disk, name, new_day, usual.max(needed), &boot)?;
        self.last_day = Some(name.day());
        self.shared.catalog.write().begin(name, journal.salt());
        self.shared.meters.lock().journal = name.number;
        self.begun = Instant::now();
        self.journal = Some(journal);
        Ok(())
    }

    /// Makes durable what has a place, and publishes it.
    fn sync(&mut self) -> io::Result<()> {
        let Some(journal) = self.journal.as_mut() else { return Ok(()) };
        let started = Instant::now();
        let records = journal.sync(self.shared.clock.now())?;
        let took = started.elapsed();
        if records.is_empty() {
            return Ok(());
        }
        let (number, durable) = (journal.name.number, journal.durable());
        if self.shared.options.forget_written {
            journal.forget();
        }
        let mut catalog = self.shared.catalog.write();
        for record in &records {
            if !matches!(record.header.kind, Kind::Boot | Kind::Commit) {
                catalog.publish(&record.header, record.effect);
            }
        }
        catalog.advance(number, durable);
        drop(catalog);
        self.measure(&records, took);
        Ok(())
    }

    fn measure(&self, records: &[Record], took: Duration) {
        let now_us = self.shared.clock.now().mono_us;
        let mut meters = self.shared.meters.lock();
        meters.sync.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        for record in records {
            meters.bytes = meters.bytes.saturating_add(record.bytes());
            if record.header.kind == Kind::Part {
                meters.durable_delay.add(now_us.saturating_sub(record.header.arrival.mono_us));
            }
        }
    }

    fn succeeded(&mut self) {
        self.retry = None;
        let (entries, bytes) = std::mem::take(&mut self.taken);
        let mut front = self.shared.front.lock();
        front.is_durable(entries, bytes);
        front.failing = false;
        front.no_space = false;
        self.shared.progress.notify_all();
    }

    /// The journal in which a write or sync failed is left as it is and never written again; what was not durable
    /// in it goes to a new one.
    fn failed(&mut self, error: &io::Error) {
        let full = error.kind() == io::ErrorKind::StorageFull;
        tracing::error!(error = %error, journal = self.next_number.saturating_sub(1), full,
            "the archive cannot write; blame=centre");
        if let Some(again) = self.retire(false) {
            for record in again.into_iter().rev() {
                self.pending.push_front(record);
            }
        }
        let first = u64::from(self.shared.options.retry_first_ms);
        let pause = self.retry.map_or(first, |(_, pause)| {
            u64::try_from(pause.as_millis()).unwrap_or(u64::MAX).saturating_mul(2).min(RETRY_LONGEST_MS)
        });
        let pause = Duration::from_millis(pause);
        self.retry = Some((Instant::now() + pause, pause));
        self.shared.meters.lock().errors += 1;
        let mut front = self.shared.front.lock();
        front.failures += 1;
        front.no_space = full;
        front.failing = !full;
        self.shared.progress.notify_all();
    }

    /// Hands the journal over to the keeper, to be sealed. Returns what was not durable in it. Only an intact
    /// journal, everything in it durable and no error ever, is ended and may be cut to its length.
    fn retire(&mut self, intact: bool) -> Option<Vec<Record>> {
        let mut journal = self.journal.take()?;
        let cut_to = if intact { journal.finish(self.shared.clock.now()) } else { None };
        self.shared.catalog.write().finish(journal.name.number, cut_to);
        self.shared.keeper.notify_all();
        Some(journal.give_up())
    }
}
