//! Media recorded by a wrong clock: which they are, by how much that clock was wrong, and the copy of them that is sent.
//!
//! The wall clock less the monotonic one changes only by steps, so it names an *era*: all that one run of the agent recorded between
//! two steps. Of each era it is decided once, durably, how much later than recorded its media happened: by nothing, if its clock was
//! right. In: what was recorded, what kernel and centre say of the time. Out: outputs as they are to be sent, or that they wait.
//! What is recorded never changes. What must never happen: two different copies of one record; media sent under a time that is
//! known to be wrong.

mod copy;
mod era;
mod flow;
mod table;
#[cfg(test)]
mod tests;

pub use era::{Era, Verdict};
pub use flow::{Flow, Placed, segment_copy};
pub use table::{CentreTime, Placing, Run, Waiting};

/// A step of the wall clock up to this is none here, and a clock that is off by no more is right, microseconds: such steps do not move
/// a camera's timeline (`docs/design/timeline.md`).
pub const RIGHT_WITHIN_US: i64 = 2_000_000;
/// What is known of the centre's time counts at once if the line explains no more than this, microseconds.
pub const MARGIN_MAX_US: u64 = 1_000_000;
/// After so long without anything better it counts all the same, microseconds.
pub const MARGIN_WITHIN_US: u64 = 10_000_000;
/// The kernel's word that its clock is synchronised counts after so long: it may come a moment before the step, microseconds.
pub const KERNEL_WITHIN_US: u64 = 3_000_000;
/// How often it is noted that an era lasts, microseconds.
pub(crate) const SEEN_EVERY_US: u64 = 60_000_000;
/// How far from the time in which an era was seen something may be that its clock told: a timeline may lead by some seconds,
/// microseconds.
pub(crate) const EDGE_US: i64 = 6_000_000;
/// The same after the last note of a run that died, microseconds.
pub(crate) const UNSEEN_US: i64 = 70_000_000;
/// Most eras that are remembered. Beyond them, what a further one recorded waits.
pub const ERAS_MAX: usize = 512;
/// Largest offset, microseconds: a hundred years.
pub const OFFSET_MAX_US: i64 = 100 * 366 * 24 * 3600 * 1_000_000;
/// Offsets are multiples of this, microseconds: nine ticks.
pub const OFFSET_UNIT_US: i64 = 100;
/// Longest name of a boot, bytes.
pub const BOOT_BYTES_MAX: usize = 64;
