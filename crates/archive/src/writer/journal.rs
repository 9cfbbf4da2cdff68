//! The journal that is being written, without its file: the place of each record, and which of them are durable.

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
/// Room for the boot record, payload bytes.
const BOOT_PAYLOAD_BYTES: u32 = 1024;
/// Longest payload that is written, bytes: a part, or an init segment with its description.
pub(crate) const PAYLOAD_BYTES_MAX: usize =
    if PART_BYTES_MAX > INIT_BYTES_MAX + 1024 { PART_BYTES_MAX } else { INIT_BYTES_MAX + 1024 };
/// The page cache is dropped in steps of this, so that no page is dropped in halves.
const FORGET_STEP: u64 = 1 << 16;

// The longest record fits into a journal, and every offset in the longest journal is a 32-bit number.
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
    /// Part: the init segment that must precede it in its journal.
    pub(crate) init: Option<Arc<InitSegment>>,
    /// Made for its own journal: it is not moved to another one.
    pub(crate) of_journal: bool,
}

impl Record {
    /// # Panics
    /// If the payload is longer than readers accept: the append queue lets none of these through.
    pub(crate) fn new(mut header: Header, payload: Bytes, effect: Effect) -> Self {
        assert!(payload.len() <= PAYLOAD_BYTES_MAX, "a payload of {} bytes", payload.len());
        header.payload_bytes = payload.len() as u32;
        header.payload_crc = crc32c::crc32c(&payload);
        Self { header, payload, effect, init: None, of_journal: false }
    }

    /// Number of bytes that it takes in a journal.
    pub(crate) const fn bytes(&self) -> u64 {
        record_bytes(self.header.payload_bytes)
    }
}

/// A journal in which records are placed. Its owner writes [`Journal::batch`] until there is none, syncs, and then
/// calls [`Journal::synced`].
pub(crate) struct Journal {
    pub(crate) name: JournalName,
    salt: u32,
    /// Bytes reserved for it.
    capacity: u32,
    /// Offset of the next record.
    position: u64,
    /// Everything before this byte is durable.
    durable: u64,
    forgotten: u64,
    /// Init segments already in this journal, and whether for media of the past.
    pub(crate) inits: HashSet<(CameraId, [u8; 8], bool)>,
    /// Written or about to be, and not durable.
    unsynced: Vec<Record>,
    /// How many of `unsynced` were written.
    written: usize,
}

impl Journal {
    /// A journal of `capacity` bytes whose file exists and is empty. Its first record is placed.
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

    /// Everything before this byte is durable.
    pub(crate) fn durable(&self) -> u32 {
        place(self.durable)
    }

    /// Whether all placed records are durable.
    pub(crate) fn is_synced(&self) -> bool {
        self.unsynced.is_empty()
    }

    /// Whether records of `bytes` bytes in total fit before the two commits that must follow them.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        self.position + bytes + 2 * record_bytes(COMMIT_PAYLOAD_BYTES) <= u64::from(self.capacity)
    }

    /// Bytes that a journal needs for records of `bytes` bytes in total, with everything that goes with them.
    pub(crate) const fn needed(bytes: u64) -> u64 {
        bytes + 3 * record_bytes(COMMIT_PAYLOAD_BYTES) + record_bytes(BOOT_PAYLOAD_BYTES)
    }

    /// Gives `record` its place.
    ///
    /// # Panics
    /// If there is no room for it: bytes beyond the reserved room may fail to be written if the disk is full.
    pub(crate) fn place(&mut self, mut record: Record) {
        record.header.offset = place(self.position);
        record.header.journal = self.name.number;
        record.header.salt = self.salt;
        if record.header.kind == Kind::Init {
            let header = &record.header;
            self.inits.insert((header.camera, header.init, header.is_past()));
        }
        self.position += record.bytes();
        assert!(self.position <= u64::from(self.capacity), "a record behind the end of its journal");
        self.unsynced.push(record);
    }

    /// Places a record that is only for this journal.
    pub(crate) fn place_own(&mut self, record: Record) {
        self.place(Record { of_journal: true, ..record });
    }

    /// Records in the journal up to where it is durable. The last commit states that even the last records were
    /// acknowledged, so that damage in them is never mistaken for a torn tail.
    pub(crate) fn place_commit(&mut self, at: Moment) {
        let header = Header::empty(Kind::Commit, CameraId::new(0, 0, 0), at);
        self.place_own(Record::new(header, encode_commit(self.durable()).into(), Effect::None));
    }

    /// The next batch to be written: its offset and some records, about a megabyte. `None` if everything is written.
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

    /// The batch has been written. Returns whether there is another.
    pub(crate) fn wrote(&mut self) -> bool {
        self.written += self.batch().map_or(0, |(_, records)| records.len());
        self.written < self.unsynced.len()
    }

    /// All placed records are durable: returns them for publication.
    ///
    /// # Panics
    /// If not all of it was written.
    pub(crate) fn synced(&mut self) -> Vec<Record> {
        assert_eq!(self.written, self.unsynced.len(), "synced before it was written");
        self.durable = self.position;
        self.written = 0;
        std::mem::take(&mut self.unsynced)
    }

    /// The end of the journal: the length to which its file may be cut once it has ended.
    pub(crate) fn end(&self) -> u32 {
        place(self.position)
    }

    /// The range that may be dropped from the page cache since the last call: offset and number of bytes.
    pub(crate) fn forgettable(&mut self) -> Option<(u64, u64)> {
        let to = self.durable - self.durable % FORGET_STEP;
        let from = std::mem::replace(&mut self.forgotten, to);
        (to > from).then_some((from, to - from))
    }

    /// The records that must be written again elsewhere.
    pub(crate) fn give_up(self) -> impl DoubleEndedIterator<Item = Record> {
        self.unsynced.into_iter().filter(|record| !record.of_journal)
    }
}

/// An offset in a journal, as stored in its records.
fn place(position: u64) -> u32 {
    // Every offset is checked against the capacity, which is a 32-bit number.
    u32::try_from(position).expect("a place in a journal has 32 bits")
}
