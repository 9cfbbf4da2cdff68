//! What one run of the agent recorded between two steps of its wall clock.

use std::collections::BTreeMap;

use ashkar_terms::{CameraId, Moment};
use serde::{Deserialize, Serialize};

use super::{BOOT_BYTES_MAX, OFFSET_MAX_US, OFFSET_UNIT_US, RIGHT_WITHIN_US};
use crate::{CAMERAS_MAX, SEGMENT_END};

/// What is to be done with something that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It happened so many microseconds later than recorded; 0 if the clock was right.
    By(i64),
    /// It is not known yet: it waits.
    Waits,
}

/// An era.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Era {
    /// The boot, as the kernel names it.
    pub(super) boot: String,
    /// Which run of the agent; they are counted.
    pub(super) run: u64,
    /// The kernel's monotonic clock when that of the run was zero, microseconds.
    pub(super) run_us: i64,
    /// The wall clock then, as this era's clock has it, microseconds.
    pub(super) zero_us: i64,
    /// How much later than recorded it happened, microseconds; none while that is not known.
    pub(super) offset_us: Option<i64>,
    /// Whether the kernel called its clock synchronised when the era began.
    pub(super) began_synchronised: bool,
    /// The run's monotonic clock when the era was first seen, microseconds.
    pub(super) since_us: u64,
    /// The same when it was last seen.
    pub(super) seen_us: u64,
    /// The first segment of each camera.
    pub(super) firsts: BTreeMap<CameraId, u64>,
    /// Several eras in one whose clocks were all right.
    #[serde(default)]
    pub(super) is_joined: bool,
    /// Not durable: what is decided here must not be used.
    #[serde(skip)]
    pub(super) is_unwritten: bool,
}

impl Era {
    /// The boot, as the kernel names it.
    pub fn boot(&self) -> &str {
        &self.boot
    }

    /// How much later than recorded its media happened, microseconds, if that is decided.
    pub fn offset_us(&self) -> Option<i64> {
        self.offset_us
    }

    /// The first segment of `camera` in it.
    pub fn first(&self, camera: CameraId) -> Option<u64> {
        self.firsts.get(&camera).copied()
    }

    /// From when to when it was, by its own clock, microseconds since the epoch; the end is that of the last look.
    pub fn walls_us(&self) -> (i64, i64) {
        let wall = |mono_us: u64| self.zero_us.saturating_add(i64::try_from(mono_us).unwrap_or(i64::MAX));
        (wall(self.since_us), wall(self.seen_us))
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self.offset_us {
            Some(0) => Verdict::By(0),
            Some(offset_us) if !self.is_unwritten => Verdict::By(offset_us),
            _ => Verdict::Waits,
        }
    }

    /// The wall clock less the kernel's monotonic one: the same for all runs of a boot under the same clock.
    pub(super) fn clock_us(&self) -> i64 {
        self.zero_us.saturating_sub(self.run_us)
    }

    /// Whether its clock could have given this zero.
    pub(super) fn has_zero(&self, zero_us: i64) -> bool {
        self.is_joined || self.zero_us.saturating_sub(zero_us).saturating_abs() <= RIGHT_WITHIN_US
    }

    pub(super) fn is_valid(&self) -> bool {
        let in_range = |us: i64| us.saturating_abs() <= 4 * OFFSET_MAX_US;
        self.boot.len() <= BOOT_BYTES_MAX
            && self.offset_us.is_none_or(is_offset)
            && [self.run_us, self.zero_us].into_iter().all(in_range)
            && self.firsts.len() <= CAMERAS_MAX
            && self.firsts.values().all(|first| *first < SEGMENT_END)
    }
}

pub(super) fn is_offset(us: i64) -> bool {
    us.saturating_abs() <= OFFSET_MAX_US && us % OFFSET_UNIT_US == 0
}

/// The wall clock when the run's monotonic one was zero, microseconds.
pub(super) fn zero_us(at: Moment) -> i64 {
    at.wall.0.saturating_sub(i64::try_from(at.mono_us).unwrap_or(i64::MAX))
}
