//! The journal that is being written: placing records in it, and the sync that makes them durable.

use std::collections::HashSet;
use std::io::{self, IoSlice};
use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{CameraId, Moment};
use bytes::Bytes;

use crate::coverage::Effect;
use crate::disk::{Disk, DiskFile};
use crate::format::header::ALIGNMENT;
use crate::format::name::JournalName;
use crate::format::payload::{Boot, encode_commit};
use crate::format::{Header, Kind, record_bytes};
use crate::options::WRITE_BYTES;

const PADDING: [u8; ALIGNMENT] = [0; ALIGNMENT];
const COMMIT_PAYLOAD_BYTES: u32 = 4;
/// Pages are forgotten in steps of this, so that none is forgotten half.
const FORGET_STEP: u64 = 1 << 16;

/// A record that is not durable yet.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) header: Header,
    pub(crate) payload: Bytes,
    pub(crate) effect: Effect,
    /// Part: what must stand before it in its journal.
    pub(crate) init: Option<Arc<InitSegment>>,
    /// Made for the journal that it stands in: to another journal it is not taken along.
    pub(crate) of_journal: bool,
}

impl Record {
    pub(crate) fn new(mut header: Header, payload: Bytes, effect: Effect) -> Self {
        header.payload_bytes = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        header.payload_crc = crc32c::crc32c(&payload);
        Self { header, payload, effect, init: None, of_journal: false }
    }

    pub(crate) fn bytes(&self) -> u64 {
        record_bytes(self.header.payload_bytes)
    }
}

pub(crate) struct Journal {
    pub(crate) name: JournalName,
    file: Arc<dyn DiskFile>,
    salt: u32,
    capacity: u64,
    /// Where the next record goes.
    position: u64,
    /// In front of this byte everything is durable.
    durable: u64,
    forgotten: u64,
    /// Init segments that this journal holds already.
    pub(crate) inits: HashSet<(CameraId, [u8; 8])>,
    /// Written to `file` or about to be, and not durable.
    pub(crate) unsynced: Vec<Record>,
    /// How many of `unsynced` were handed to the file.
    written: usize,
}

impl Journal {
    /// Makes a journal of `capacity` bytes, and the directory of its day where `new_day` says that it may be the
    /// first of it. Nothing of it is durable before the first sync but its name.
    pub(crate) fn create(
        disk: &dyn Disk,
        name: JournalName,
        new_day: bool,
        capacity: u32,
        boot: &Boot,
    ) -> io::Result<Self> {
        let salt = getrandom::u32().map_err(|error| io::Error::other(error.to_string()))?;
        if new_day {
            disk.create_dir(&name.day())?;
            disk.sync_dir("")?;
        }
        let path = name.journal();
        let file = disk.create(&path)?;
        // A crash here leaves an empty journal: recovery gives it an empty sidecar.
        if let Err(error) = file.allocate(u64::from(capacity)).and_then(|()| disk.sync_dir(&name.day())) {
            // Nothing was ever written to it, so nothing is lost with it; if it stays, recovery passes over it.
            let _ = disk.remove(&path);
            return Err(error);
        }
        let mut journal = Self {
            name,
            file,
            salt,
            capacity: u64::from(capacity),
            position: 0,
            durable: 0,
            forgotten: 0,
            inits: HashSet::new(),
            unsynced: Vec::new(),
            written: 0,
        };
        let header = Header::empty(Kind::Boot, CameraId::new(0, 0, 0), boot.created);
        journal.place_own(Record::new(header, Bytes::from(boot.encode()), Effect::None));
        Ok(journal)
    }

    pub(crate) const fn salt(&self) -> u32 {
        self.salt
    }

    pub(crate) fn durable(&self) -> u32 {
        u32::try_from(self.durable).unwrap_or(u32::MAX)
    }

    /// Whether records of `bytes` bytes in all find room in front of the two commits that must follow them.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        self.position + bytes + 2 * record_bytes(COMMIT_PAYLOAD_BYTES) <= self.capacity
    }

    /// Bytes that a journal needs for records of `bytes` bytes in all, with everything that goes with them.
    pub(crate) fn needed(bytes: u64) -> u64 {
        bytes + 3 * record_bytes(COMMIT_PAYLOAD_BYTES) + record_bytes(1024)
    }

    /// Gives `record` its place. There must be room for it.
    pub(crate) fn place(&mut self, mut record: Record) {
        record.header.offset = u32::try_from(self.position).unwrap_or(u32::MAX);
        record.header.journal = self.name.number;
        record.header.salt = self.salt;
        if record.header.kind == Kind::Init {
            self.inits.insert((record.header.camera, record.header.init));
        }
        self.position += record.bytes();
        self.unsynced.push(record);
    }

    /// Places a record that is only for this journal.
    pub(crate) fn place_own(&mut self, record: Record) {
        self.place(Record { of_journal: true, ..record });
    }

    /// Writes everything that has a place, a megabyte at a time.
    fn write(&mut self) -> io::Result<()> {
        while let Some(first) = self.unsynced.get(self.written) {
            let offset = u64::from(first.header.offset);
            let rest = &self.unsynced[self.written..];
            let mut bytes = 0;
            let fits = |record: &&Record| {
                bytes += record.bytes() as usize;
                bytes - record.bytes() as usize == 0 || bytes <= WRITE_BYTES
            };
            let batch = rest.iter().take_while(fits).count();
            write_records(&*self.file, offset, &rest[..batch])?;
            self.written += batch;
        }
        Ok(())
    }

    /// Makes everything that has a place durable, and gives it out to be published.
    ///
    /// After an error nothing may be written to this journal any more: see [`Journal::give_up`].
    pub(crate) fn sync(&mut self, now: Moment) -> io::Result<Vec<Record>> {
        if self.unsynced.is_empty() {
            return Ok(Vec::new());
        }
        self.place_commit(now);
        self.write()?;
        // A crash here loses nothing acknowledged; what arrived whole is found by its checksums all the same.
        self.file.sync()?;
        // A crash here finds everything again, and nobody was told yet.
        self.durable = self.position;
        self.written = 0;
        Ok(std::mem::take(&mut self.unsynced))
    }

    fn place_commit(&mut self, now: Moment) {
        let header = Header::empty(Kind::Commit, CameraId::new(0, 0, 0), now);
        self.place_own(Record::new(header, encode_commit(self.durable()).into(), Effect::None));
    }

    /// Ends a journal of which everything is durable, and returns the length to which its file may be cut. The last
    /// commit says that even its last records were acknowledged, so that decay in them is never taken for a torn
    /// tail. Without it nothing is lost, so nobody waits for it.
    pub(crate) fn finish(&mut self, now: Moment) -> Option<u32> {
        self.place_commit(now);
        self.write().ok()?;
        u32::try_from(self.position).ok()
    }

    /// Drops what is durable from the page cache.
    pub(crate) fn forget(&mut self) {
        let to = self.durable - self.durable % FORGET_STEP;
        if to > self.forgotten {
            self.file.forget(self.forgotten, to - self.forgotten);
            self.forgotten = to;
        }
    }

    /// What must be written again elsewhere.
    pub(crate) fn give_up(self) -> Vec<Record> {
        self.unsynced.into_iter().filter(|record| !record.of_journal).collect()
    }
}

fn write_records(file: &dyn DiskFile, offset: u64, records: &[Record]) -> io::Result<()> {
    let heads: Vec<_> = records.iter().map(|record| record.header.encode()).collect();
    let mut pieces = Vec::with_capacity(records.len() * 3);
    for (record, head) in records.iter().zip(&heads) {
        let padding = record.bytes() as usize - head.len() - record.payload.len();
        pieces.push(IoSlice::new(head));
        pieces.push(IoSlice::new(&record.payload));
        pieces.push(IoSlice::new(PADDING.get(..padding).unwrap_or_default()));
    }
    file.write_at(offset, &mut pieces)
}
