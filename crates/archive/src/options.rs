//! Settings, and fixed limits (I8).

use ashkar_media::PAST_SEGMENTS_FROM;

/// Settings of an [`crate::Archive`]. [`Options::default`] is for 1000 cameras on a disk of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Length of a journal file, bytes. Clamped to [`JOURNAL_BYTES_MIN`] and [`JOURNAL_BYTES_MAX`].
    pub journal_bytes: u32,
    /// A journal is ended at this age even if it is not full, seconds.
    pub journal_seconds: u32,
    /// Time from the beginning of one sync to the beginning of the next, milliseconds.
    pub sync_interval_ms: u32,
    /// Bytes that may wait in memory for their sync; parts beyond it are refused.
    pub queue_bytes: usize,
    /// Room that parts must leave free, so that gaps, facts and ends of segments can still be written, bytes.
    pub reserve_bytes: u64,
    /// With less room than this, the state is [`crate::DiskState::NearlyFull`], bytes.
    pub nearly_full_bytes: u64,
    /// How often the summary from which a start begins is rewritten, seconds.
    pub cache_seconds: u32,
    /// First pause after a failed write or sync, milliseconds; it doubles up to [`RETRY_LONGEST_MS`].
    pub retry_first_ms: u32,
    /// Whether data that have become durable are dropped from the page cache, so that writing reuses pages.
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
    /// These settings with every value clamped to its limits.
    #[must_use]
    pub(crate) fn held(mut self) -> Self {
        self.journal_bytes = self.journal_bytes.clamp(JOURNAL_BYTES_MIN, JOURNAL_BYTES_MAX);
        self.journal_seconds = self.journal_seconds.max(1);
        self
    }
}

/// Largest journal number: a name has eight digits. At 1000 cameras that lasts six years.
pub(crate) const JOURNAL_NUMBER_MAX: u32 = 99_999_999;

/// Shortest journal, bytes.
pub const JOURNAL_BYTES_MIN: u32 = 64 << 10;
/// Longest journal, bytes: offsets in it are 32 bits wide.
pub const JOURNAL_BYTES_MAX: u32 = 3 << 30;
/// Longest part, bytes. Half a second of 128 Mbit/s.
pub const PART_BYTES_MAX: usize = 8 << 20;
/// Longest init segment, bytes.
pub const INIT_BYTES_MAX: usize = 64 << 10;
/// Longest text inside a fact, bytes; the rest is cut off.
pub const FACT_TEXT_BYTES_MAX: usize = 1024;
/// Memory that everything except parts may use beyond [`Options::queue_bytes`], bytes.
pub const METADATA_QUEUE_BYTES: usize = 16 << 20;
/// Maximum number of segments in the result of a query, more than two days of 2 s.
pub const QUERY_SEGMENTS_MAX: usize = 100_000;
/// Maximum number of records searched for a query.
pub const QUERY_RECORDS_MAX: usize = 10 * QUERY_SEGMENTS_MAX;
/// Maximum number of facts in the result of a query; the earliest are returned.
pub const QUERY_FACTS_MAX: usize = 10_000;
/// Longest pause after a failed write or sync, milliseconds.
pub const RETRY_LONGEST_MS: u64 = 5_000;
/// Recorded media that arrived later than this after it happened is `late`, microseconds.
pub const LATE_AFTER_US: i64 = 10_000_000;
/// Media whose time lies this far after its arrival claims time that had not passed, microseconds: more than the
/// longest picture, 4 s, and the largest lead that a packager allows, 3 s. It counts for the time of its arrival.
pub const AHEAD_AFTER_US: i64 = 10_000_000;

/// How long failing reads may delay the scan of one journal, milliseconds; after that the rest of it counts as
/// unreadable. A bad sector may take a spinning disk some seconds.
pub(crate) const READ_FAULTS_MS_MAX: u64 = 15_000;
/// Around a fault a journal is read in steps of this, bytes: a page, which the kernel reads completely or not at all.
pub(crate) const UNREADABLE_STEP_BYTES: u64 = 4096;
/// If a journal is unreadable, the summary before it is kept until this many more are written, so that a start with a
/// repaired disk reads the journal in its proper order. At 1000 cameras this is a quarter of an hour, and makes a start
/// a second longer.
pub(crate) const SUMMARY_WAITS_JOURNALS: u32 = 512;
/// Minimum number of bytes of a segment in a journal: header of a part, header and record of its end.
const SEGMENT_BYTES_MIN: u64 = 96 + 96 + 200;
/// Sequence numbers that gaps in one journal may take: one each 4 s, so 48 days. A gap of any length is one short
/// record.
const GAP_NUMBERS_MAX: u64 = 1 << 20;
/// Upper bound of one camera's sequence numbers in one journal, with some margin.
pub(crate) const JOURNAL_NUMBERS_MAX: u64 = 1 << 25;
// This many segments fit into the longest journal; and the last journal's numbers are below those of the past.
const _: () = assert!(
    JOURNAL_BYTES_MAX as u64 / SEGMENT_BYTES_MIN + GAP_NUMBERS_MAX < JOURNAL_NUMBERS_MAX
        && (JOURNAL_NUMBER_MAX as u64 + 1) * JOURNAL_NUMBERS_MAX < PAST_SEGMENTS_FROM
);
/// Bytes combined into one write.
pub(crate) const WRITE_BYTES: usize = 1 << 20;
/// Number of waiting bytes at which the writer does not wait for its interval.
pub(crate) const WAKE_BYTES: usize = 32 << 20;
/// Length of a journal for records other than parts while the disk is full, and of one after a failed write or sync
/// until one succeeds, bytes.
pub(crate) const FULL_JOURNAL_BYTES: u32 = 1 << 20;
/// How often room, unsealed journals and the summary are checked, milliseconds.
pub(crate) const SEALER_TICK_MS: u64 = 1_000;
/// Maximum distance of two pieces of one run of a camera, 90 kHz ticks: 0.1 s.
pub(crate) const RUN_TOLERANCE_TICKS: i64 = 9_000;
/// Initial distance of the marks by which a run is searched, 90 kHz ticks: 60 s. It doubles as a run grows.
pub(crate) const MARK_SPACING_TICKS: i64 = 60 * 90_000;
/// Maximum number of marks per run.
pub(crate) const MARKS_MAX: usize = 128;
/// Init segments remembered per camera; beyond it, the oldest is no longer found by its name.
pub(crate) const INITS_MAX: usize = 4096;
/// Numbers that a gap of refused parts reserves in advance, so that a crash never causes a number to be used twice:
/// first this many, then twice as many each time, so that a disk that hangs for a day fills the queue with only some
/// entries per camera.
pub(crate) const REFUSED_NUMBERS_AHEAD: u64 = 64;
/// Maximum number reserved in advance.
pub(crate) const REFUSED_NUMBERS_AHEAD_MAX: u64 = 1 << 20;
/// Largest media sequence number that a camera counts to.
pub const SEGMENT_NUMBER_MAX: u64 = PAST_SEGMENTS_FROM - 1;
/// The share of [`Options::queue_bytes`] that media of the past may use: live media always find the rest.
pub(crate) const PAST_QUEUE_SHARE: usize = 4;
/// Threads shared by all readers of long spans.
pub(crate) const READ_HELPERS_MAX: usize = 16;
/// Open files kept for reading.
pub(crate) const OPEN_FILES_MAX: usize = 64;
/// Longest list of removed journals, bytes: of two cameras, a million journals.
pub(crate) const REMOVED_BYTES_MAX: u64 = 256 << 20;
/// Longest sidecar and longest summary that are read, bytes.
pub(crate) const INDEX_BYTES_MAX: u64 = 1 << 30;
