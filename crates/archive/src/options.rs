//! What can be set, and the limits that cannot (I8).

/// Settings of an [`crate::Archive`]. [`Options::default`] is for 1000 cameras on a disk of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Length of a journal file, bytes. Held between [`JOURNAL_BYTES_MIN`] and [`JOURNAL_BYTES_MAX`].
    pub journal_bytes: u32,
    /// A journal is ended at this age even if it is not full, seconds.
    pub journal_seconds: u32,
    /// Time from the beginning of one sync to the beginning of the next, milliseconds.
    pub sync_interval_ms: u32,
    /// Bytes that may wait in memory for their sync; parts beyond it are refused.
    pub queue_bytes: usize,
    /// Room that parts must leave free, so that gaps, facts and ends of segments can still be written, bytes.
    pub reserve_bytes: u64,
    /// Below this much room the state is [`crate::DiskState::NearlyFull`], bytes.
    pub nearly_full_bytes: u64,
    /// How often the summary that a start begins from is written anew, seconds.
    pub cache_seconds: u32,
    /// First pause after a failed write or sync, milliseconds; it doubles up to [`RETRY_LONGEST_MS`].
    pub retry_first_ms: u32,
    /// Whether what has become durable is dropped from the page cache, so that writing recycles pages.
    pub forget_written: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            journal_bytes: 256 << 20,
            journal_seconds: 3600,
            sync_interval_ms: 100,
            queue_bytes: 256 << 20,
            reserve_bytes: 2 << 30,
            nearly_full_bytes: 20 << 30,
            cache_seconds: 60,
            retry_first_ms: 100,
            forget_written: true,
        }
    }
}

impl Options {
    /// These settings with every value inside its limits.
    #[must_use]
    pub(crate) fn held(mut self) -> Self {
        self.journal_bytes = self.journal_bytes.clamp(JOURNAL_BYTES_MIN, JOURNAL_BYTES_MAX);
        self.journal_seconds = self.journal_seconds.max(1);
        self
    }
}

/// Last number that a journal can have: its name has eight digits. At 1000 cameras that is six years.
pub(crate) const JOURNAL_NUMBER_MAX: u32 = 99_999_999;

/// Shortest journal, bytes.
pub const JOURNAL_BYTES_MIN: u32 = 64 << 10;
/// Longest journal, bytes: places in it are 32 bits wide.
pub const JOURNAL_BYTES_MAX: u32 = 3 << 30;
/// Longest part, bytes. Half a second of 128 Mbit/s.
pub const PART_BYTES_MAX: usize = 8 << 20;
/// Longest init segment, bytes.
pub const INIT_BYTES_MAX: usize = 64 << 10;
/// Longest text inside a fact, bytes; the rest is cut off.
pub const FACT_TEXT_BYTES_MAX: usize = 1024;
/// Memory that everything but parts may use beyond [`Options::queue_bytes`], bytes.
pub const METADATA_QUEUE_BYTES: usize = 16 << 20;
/// Segments that one question may give, more than two days of 2 s.
pub const QUERY_SEGMENTS_MAX: usize = 100_000;
/// Records that may be looked through for one question.
pub const QUERY_RECORDS_MAX: usize = 10 * QUERY_SEGMENTS_MAX;
/// Facts that one question may give; the earliest are given.
pub const QUERY_FACTS_MAX: usize = 10_000;
/// Longest pause after a failed write or sync, milliseconds.
pub const RETRY_LONGEST_MS: u64 = 5_000;
/// Recorded media that arrived later than this after it happened is `late`, microseconds.
pub const LATE_AFTER_US: i64 = 10_000_000;
/// Media whose time lies this far after its arrival claims time that had not been, microseconds: more than the longest
/// picture, 4 s, and the most that a packager lets one lead, 3 s. It counts for the time in which it arrived.
pub const AHEAD_AFTER_US: i64 = 10_000_000;

/// How long failing reads may hold up the scan of one journal, milliseconds; after that the rest of it is taken for
/// unreadable. A bad sector may take a spinning disk some seconds.
pub(crate) const READ_FAULTS_MS_MAX: u64 = 15_000;
/// Around a fault a journal is read in steps of this, bytes: a page, which the kernel reads whole or not at all.
pub(crate) const UNREADABLE_STEP_BYTES: u64 = 4096;
/// Where a journal cannot be read, the summary in front of it stays until so many more are written, so that a start with
/// a mended disk takes the journal in at its place. At 1000 cameras a quarter of an hour, and a start a second longer.
pub(crate) const SUMMARY_WAITS_JOURNALS: u32 = 512;
/// Fewer bytes than this no segment takes in a journal: header of a part, header and record of its end.
const SEGMENT_BYTES_MIN: u64 = 96 + 96 + 200;
/// Numbers that gaps in one journal may take: one each 4 s, so 48 days. A gap of any length is one short record.
const GAP_NUMBERS_MAX: u64 = 1 << 20;
/// Numbers of one camera that one journal can hold, and some more.
pub(crate) const JOURNAL_NUMBERS_MAX: u64 = 1 << 25;
// So many segments find room in the longest journal; and the last journal's numbers are still exact in JavaScript.
const _: () = assert!(
    JOURNAL_BYTES_MAX as u64 / SEGMENT_BYTES_MIN + GAP_NUMBERS_MAX < JOURNAL_NUMBERS_MAX
        && (JOURNAL_NUMBER_MAX as u64 + 1) * JOURNAL_NUMBERS_MAX < 1 << 53
);
/// Bytes gathered into one write.
pub(crate) const WRITE_BYTES: usize = 1 << 20;
/// Waiting bytes at which the writer does not wait for its interval.
pub(crate) const WAKE_BYTES: usize = 32 << 20;
/// Journal made while the disk is full, for what is not a part, and after a failed write or sync until one succeeds, bytes.
pub(crate) const FULL_JOURNAL_BYTES: u32 = 1 << 20;
/// How often room, unsealed journals and the summary are looked after, milliseconds.
pub(crate) const SEALER_TICK_MS: u64 = 1_000;
/// Pieces of one run of a camera are at most this far apart, 90 kHz ticks: 0.1 s.
pub(crate) const RUN_TOLERANCE_TICKS: i64 = 9_000;
/// First distance of the places by which a run is searched, 90 kHz ticks: 60 s. It doubles as a run grows.
pub(crate) const MARK_SPACING_TICKS: i64 = 60 * 90_000;
/// Such places per run.
pub(crate) const MARKS_MAX: usize = 128;
/// Init segments remembered per camera; of more, the oldest is no longer found by its name.
pub(crate) const INITS_MAX: usize = 4096;
/// Numbers that a gap of refused parts takes in advance, so that a crash never gives a number twice: first so many, then
/// each time twice as many, so that a disk that hangs for a day fills the queue with some entries a camera.
pub(crate) const REFUSED_NUMBERS_AHEAD: u64 = 64;
/// The most that it takes in advance.
pub(crate) const REFUSED_NUMBERS_AHEAD_MAX: u64 = 1 << 20;
/// Greatest media sequence number: up to it all are exact in JavaScript, where players read them.
pub const SEGMENT_NUMBER_MAX: u64 = (1 << 53) - 1;
/// Threads that help all readers of long spans together.
pub(crate) const READ_HELPERS_MAX: usize = 16;
/// Open files kept for reading.
pub(crate) const OPEN_FILES_MAX: usize = 64;
/// Longest sidecar and longest summary that are read, bytes.
pub(crate) const INDEX_BYTES_MAX: u64 = 1 << 30;
