//! The journal that is being written, without its file: where each record goes, and what of it is durable.

use std::collections::HashSet;
use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{CameraId, Moment};
use bytes::Bytes;

use crate::coverage::Effect;
use crate::format::name::JournalName;
use crate::format::payload::{Boot, encode_commit};
use crate::format::{Header, Kind, record_bytes};
use crate::options::{INIT_BYTES_MAX, JOURNAL_BYTES_MAX, PART_BYTES_MAX, WRITE_BYTES};

const COMMIT_PAYLOAD_BYTES: u32 = 4;
/// Room for the record that says whose journal it is, payload bytes.
const BOOT_PAYLOAD_BYTES: u32 = 1024;
/// Longest payload that is written, bytes: a part, or an init segment with what is said of it.
pub(crate) const PAYLOAD_BYTES_MAX: usize =
    if PART_BYTES_MAX > INIT_BYTES_MAX + 1024 { PART_BYTES_MAX } else { INIT_BYTES_MAX + 1024 };
/// Pages are forgotten in steps of this, so that none is forgotten half.
const FORGET_STEP: u64 = 1 << 16;

// The longest record finds room in a journal, and every place in the longest journal is a 32-bit number.
const _: () = assert!(
    record_bytes(PAYLOAD_BYTES_MAX as u32) + Journal::needed(0) < JOURNAL_BYTES_MAX as u64
        && PAYLOAD_BYTES_MAX <= u32::MAX as usize
);

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
    /// # Panics
    /// If the payload is longer than what a reader takes: the append queue lets none through.
    pub(crate) fn new(mut header: Header, payload: Bytes, effect: Effect) -> Self {
        assert!(payload.len() <= PAYLOAD_BYTES_MAX, "a payload of {} bytes", payload.len());
        header.payload_bytes = payload.len() as u32;
        header.payload_crc = crc32c::crc32c(&payload);
        Self { header, payload, effect, init: None, of_journal: false }
    }

    /// Bytes that it takes in a journal.
    pub(crate) const fn bytes(&self) -> u64 {
        record_bytes(self.header.payload_bytes)
    }
}

/// A journal that records are placed in. Whoever holds it writes [`Journal::batch`] until there is none, syncs, and
/// then calls [`Journal::synced`].
pub(crate) struct Journal {
    pub(crate) name: JournalName,
    salt: u32,
    /// Bytes that are reserved for it.
    capacity: u32,
    /// Where the next record goes.
    position: u64,
    /// In front of this byte everything is durable.
    durable: u64,
    forgotten: u64,
    /// Init segments that this journal holds already.
    pub(crate) inits: HashSet<(CameraId, [u8; 8])>,
    /// Written or about to be, and not durable.
    unsynced: Vec<Record>,
    /// How many of `unsynced` were written.
    written: usize,
}

impl Journal {
    /// A journal of `capacity` bytes whose file is there and empty. Its first record is placed.
    pub(crate) fn new(name: JournalName, salt: u32, capacity: u32, boot: &Boot) -> Self {
        let mut journal = Self {
            name,
            salt,
            capacity,
            position: 0,
            durable: 0,
            forgotten: 0,
            inits: HashSet::new(),
            unsynced: Vec::new(),
            written: 0,
        };
        let header = Header::empty(Kind::Boot, CameraId::new(0, 0, 0), boot.created);
        journal.place_own(Record::new(header, Bytes::from(boot.encode()), Effect::None));
        journal
    }

    /// In front of this byte everything is durable.
    pub(crate) fn durable(&self) -> u32 {
        place(self.durable)
    }

    /// Whether everything that has a place is durable.
    pub(crate) fn is_synced(&self) -> bool {
        self.unsynced.is_empty()
    }

    /// Whether records of `bytes` bytes in all find room in front of the two commits that must follow them.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        self.position + bytes + 2 * record_bytes(COMMIT_PAYLOAD_BYTES) <= u64::from(self.capacity)
    }

    /// Bytes that a journal needs for records of `bytes` bytes in all, with everything that goes with them.
    pub(crate) const fn needed(bytes: u64) -> u64 {
        bytes + 3 * record_bytes(COMMIT_PAYLOAD_BYTES) + record_bytes(BOOT_PAYLOAD_BYTES)
    }

    /// Gives `record` its place.
    ///
    /// # Panics
    /// If there is no room for it: bytes behind what is reserved may fail to be written for want of room on the disk.
    pub(crate) fn place(&mut self, mut record: Record) {
        record.header.offset = place(self.position);
        record.header.journal = self.name.number;
        record.header.salt = self.salt;
        if record.header.kind == Kind::Init {
            self.inits.insert((record.header.camera, record.header.init));
        }
        self.position += record.bytes();
        assert!(self.position <= u64::from(self.capacity), "a record behind the end of its journal");
        self.unsynced.push(record);
    }

    /// Places a record that is only for this journal.
    pub(crate) fn place_own(&mut self, record: Record) {
        self.place(Record { of_journal: true, ..record });
    }

    /// Says in the journal up to where it is durable. The last one says that even the last records were acknowledged,
    /// so that decay in them is never taken for a torn tail.
    pub(crate) fn place_commit(&mut self, at: Moment) {
        let header = Header::empty(Kind::Commit, CameraId::new(0, 0, 0), at);
        self.place_own(Record::new(header, encode_commit(self.durable()).into(), Effect::None));
    }

    /// What is to be written next: its place and some records, about a megabyte. `None` if everything is written.
    pub(crate) fn batch(&self) -> Option<(u64, &[Record])> {
        let rest = self.unsynced.get(self.written..)?;
        let offset = u64::from(rest.first()?.header.offset);
        let mut bytes = 0;
        let fits = |record: &&Record| {
            let before = bytes;
            bytes += record.bytes() as usize;
            before == 0 || bytes <= WRITE_BYTES
        };
        let count = rest.iter().take_while(fits).count();
        Some((offset, &rest[..count]))
    }

    /// That batch is written. Says whether there is another.
    pub(crate) fn wrote(&mut self) -> bool {
        self.written += self.batch().map_or(0, |(_, records)| records.len());
        self.written < self.unsynced.len()
    }

    /// Everything that has a place is durable: gives it out to be published.
    ///
    /// # Panics
    /// If not all of it was written.
    pub(crate) fn synced(&mut self) -> Vec<Record> {
        assert_eq!(self.written, self.unsynced.len(), "synced before it was written");
        self.durable = self.position;
        self.written = 0;
        std::mem::take(&mut self.unsynced)
    }

    /// Where the journal ends: the length to which the file of one that is ended may be cut.
    pub(crate) fn end(&self) -> u32 {
        place(self.position)
    }

    /// What may be dropped from the page cache since this was asked last: from where, how many bytes.
    pub(crate) fn forgettable(&mut self) -> Option<(u64, u64)> {
        let to = self.durable - self.durable % FORGET_STEP;
        let from = std::mem::replace(&mut self.forgotten, to);
        (to > from).then_some((from, to - from))
    }

    /// What must be written again elsewhere.
    pub(crate) fn give_up(self) -> impl DoubleEndedIterator<Item = Record> {
        self.unsynced.into_iter().filter(|record| !record.of_journal)
    }
}

/// A place in a journal as its records state it.
fn place(position: u64) -> u32 {
    // Every position is checked against the capacity, which is a 32-bit number.
    u32::try_from(position).expect("a place in a journal has 32 bits")
}
