//! The sender's limits, each with its unit.

/// A record of live that has waited for so long is not live any more, microseconds.
pub const LIVE_WITHIN_US: u64 = 8_000_000;
/// A request without an answer for so long is sent again, microseconds.
pub const REQUEST_TIMEOUT_US: u64 = 10_000_000;
/// What was received and not persisted for so long is offered again, microseconds.
pub const PERSISTED_WITHIN_US: u64 = 30_000_000;
/// The backlog stops while live has had a record waiting for so long, microseconds.
pub const LIVE_WAITS_US: u64 = 1_000_000;
/// Live answers are late if they take so much longer than the fastest of the last minute, microseconds.
pub const DELAY_MARGIN_US: u64 = 250_000;
/// First pause after a failure, microseconds; it doubles up to [`RETRY_MAX_US`].
pub const RETRY_MIN_US: u64 = 250_000;
/// Longest pause after a failure, microseconds.
pub const RETRY_MAX_US: u64 = 5_000_000;
/// So often is a segment offered that the centre cannot place, before the others' turn comes.
pub const ATTEMPTS_MAX: u32 = 4;
/// First pause before a segment is read again that could not be read, microseconds; it doubles up to [`READ_AGAIN_MAX_US`]. A full
/// disk has no room for the end of a segment that it cut: until it has, the segment cannot be read.
pub const READ_AGAIN_MIN_US: u64 = 1_000_000;
/// Longest pause before it is read again, microseconds.
pub const READ_AGAIN_MAX_US: u64 = 512_000_000;
/// Most segments of one camera that are to be read again; of more, the others wait for another session.
pub(super) const READ_AGAIN_SEGMENTS_MAX: usize = 64;
/// Most gaps and facts of one camera that wait to be sent or persisted.
pub const METADATA_MAX: usize = 1024;
/// Most gaps and facts of one camera of which it is remembered that they are persisted.
pub(super) const KEPT_MAX: usize = 16_384;
/// Most gaps and facts of one camera that are offered at once because retention asks.
pub(super) const OFFERED_MAX: usize = 256;
/// Most late segments of one camera that were sent and are not persisted yet.
pub const LATE_PENDING_MAX: usize = 16;
/// Most late parts of one camera in flight: more than one, since a distant centre answers late.
pub const LATE_IN_FLIGHT_MAX: usize = 4;
/// Most init segments of one camera that are kept for live.
pub const INITS_MAX: usize = 4;
/// How much of the past is asked for at once, ticks: two minutes.
pub const HAVE_SPAN_TICKS: i64 = 120 * ashkar_terms::TICKS_PER_SECOND;

/// Limits that depend on the line and the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderOptions {
    /// Most bytes of one camera that wait for the live line.
    pub live_bytes_max: usize,
    /// Slowest rate of the backlog, bytes a second.
    pub rate_min: u64,
    /// Its rate before anything is known of the line.
    pub rate_start: u64,
    /// By how much it grows with each good answer.
    pub rate_step: u64,
    /// Fastest rate.
    pub rate_max: u64,
}

impl Default for SenderOptions {
    fn default() -> Self {
        Self {
            live_bytes_max: 8 << 20,
            rate_min: 32 << 10,
            rate_start: 256 << 10,
            rate_step: 64 << 10,
            rate_max: 16 << 20,
        }
    }
}
