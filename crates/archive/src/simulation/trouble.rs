//! The faults of the disk: how long a call takes, and how it fails.

use super::plan::Plan;
use super::random::Random;
use crate::disk::call::{Call, Payload};
use crate::disk::{Fault, MemoryDisk};

const DISK_BYTES: u64 = 1 << 30;

/// A lasting fault, and its end, microseconds after the beginning.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    pub(super) slow_until: u64,
    pub(super) hangs_until: u64,
    pub(super) fails_until: u64,
    pub(super) lies_until: u64,
    pub(super) full_until: u64,
    is_full: bool,
    /// Number of calls until one fails alone.
    pub(super) fail_in: Option<u64>,
}

impl Trouble {
    /// When the last fault is over.
    pub(super) fn ends_at(&self) -> u64 {
        let ends = [self.slow_until, self.hangs_until, self.fails_until, self.lies_until, self.full_until];
        ends.into_iter().max().unwrap_or_default()
    }

    pub(super) fn end(&mut self) {
        *self = Self { is_full: self.is_full, ..Self::default() };
    }

    /// Gives the disk the room that it is to have now.
    pub(super) fn set_room(&mut self, now_us: u64, disk: &MemoryDisk, random: &mut Random) {
        let is_full = now_us < self.full_until;
        if is_full != self.is_full {
            self.is_full = is_full;
            let room = if is_full { disk.used() + random.below(300_000) } else { DISK_BYTES };
            disk.set_capacity(room);
        }
    }

    /// How long a call takes, microseconds.
    pub(super) fn latency_us(&self, now_us: u64, call: &Call<'_>, random: &mut Random) -> u64 {
        let usual = match call {
            Call::Sync => random.between(1_000, 30_000),
            Call::Write(..) | Call::SyncDirectory(_) | Call::Reserve(_) => random.between(100, 5_000),
            _ => random.between(5, 500),
        };
        let taken = if now_us < self.slow_until { usual * random.between(10, 200) } else { usual };
        taken + self.hangs_until.saturating_sub(now_us)
    }

    /// Makes the next call fail, if it is its turn.
    pub(super) fn arm(
        &mut self,
        now_us: u64,
        disk: &MemoryDisk,
        call: &Call<'_>,
        random: &mut Random,
    ) -> Option<&'static str> {
        let alone = match &mut self.fail_in {
            Some(0) => self.fail_in.take().is_some(),
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        if now_us < self.lies_until
            && random.once_in(2)
            && matches!(call, Call::Sync | Call::SyncDirectory(_))
        {
            disk.fail_at(disk.calls() + 1, Fault::Lie);
            return Some("a sync lies");
        }
        let fails = alone || now_us < self.fails_until && random.once_in(3);
        if !fails {
            return None;
        }
        match call {
            Call::Space | Call::Length | Call::OpenToWrite(_) => {
                disk.fail_question_at(disk.questions() + 1, Fault::Io);
                Some("a question fails")
            }
            call => {
                disk.fail_at(disk.calls() + 1, fault_of(call, random));
                Some("a call fails")
            }
        }
    }
}

fn fault_of(call: &Call<'_>, random: &mut Random) -> Fault {
    match call {
        Call::Write(_, payload) => match random.below(4) {
            0 => Fault::NoSpace,
            1 => Fault::Io,
            _ => short(payload, random),
        },
        Call::Reserve(_) if random.once_in(2) => Fault::NoSpace,
        _ => Fault::Io,
    }
}

/// A write that stops somewhere.
pub(super) fn short(payload: &Payload<'_>, random: &mut Random) -> Fault {
    let bytes = match payload {
        Payload::Bytes(bytes) => bytes.len() as u64,
        Payload::Records(records) => records.iter().map(super::super::writer::journal::Record::bytes).sum(),
    };
    Fault::Short(random.below(bytes + 1) as usize)
}

pub(super) fn name_of(call: &Call<'_>) -> &'static str {
    match call {
        Call::Space => "asks for room",
        Call::MakeDirectory(_) => "makes a directory",
        Call::SyncDirectory(_) => "syncs a directory",
        Call::Create(_) => "creates a file",
        Call::OpenToWrite(_) => "opens a file",
        Call::Rename { .. } => "renames a file",
        Call::Remove(_) => "removes a file",
        Call::Reserve(_) => "reserves",
        Call::Write(..) => "writes",
        Call::Sync => "syncs",
        Call::Length => "asks for a length",
        Call::Truncate(_) => "truncates",
    }
}

/// The next event, besides the cameras' output.
#[derive(Debug, Clone, Copy)]
pub(super) enum Happening {
    Kill,
    PowerCut,
    CallFails,
    CallsFail,
    Slow,
    Hangs,
    Full,
    ClockSteps,
    Lies,
    Rots,
    Reads,
}

impl Happening {
    pub(super) fn draw(plan: &Plan, random: &mut Random) -> Self {
        match random.below(24) {
            0..3 => Self::Kill,
            3..6 => Self::PowerCut,
            6..10 => Self::CallFails,
            10..12 => Self::CallsFail,
            12..14 => Self::Slow,
            14..16 => Self::Hangs,
            16..18 => Self::Full,
            18 => Self::ClockSteps,
            19..22 => Self::Reads,
            22 if plan.lies => Self::Lies,
            23 if plan.lies => Self::Rots,
            _ => Self::CallFails,
        }
    }
}
