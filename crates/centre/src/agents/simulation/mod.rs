//! Agents, lines and a centre in one thread and in virtual time, drawn from one number: the agents' archives and
//! senders, the centre's sessions, relays, live windows and archive are the real ones, on disks in memory.
//!
//! What must hold: whatever an agent's ledger calls persisted is in the centre's archive after any crash of it; what the
//! centre tells as recorded can be read; and when all is well again, the centre has each part that the agents recorded,
//! byte for byte; also what a station without room removed. `ASHKAR_SEEDS=1000` runs that many seeds, from `ASHKAR_FIRST_SEED` on; `ASHKAR_SEED=7` runs that one, and
//! with `ASHKAR_TRACE=7/1/1` it prints what becomes of that camera.

mod agent;
mod hall;
mod link;
mod oracle;
mod retention;
mod source;
mod stories;
mod tests;
mod world;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use ashkar_terms::{CameraId, Clock, Moment, UtcMicros};

/// 2024-02-07 07:30:00 UTC.
const MORNING: UtcMicros = UtcMicros(1_707_291_000_000_000);

/// A violation, in words.
type Violation = String;

/// The true time. The centre has it, and the stations' disks; what a station takes for it is its own (`agent.rs`).
#[derive(Default)]
struct VirtualClock(AtomicU64);

impl VirtualClock {
    fn set(&self, now_us: u64) {
        self.0.store(now_us, Ordering::Relaxed);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        let us = self.0.load(Ordering::Relaxed);
        Moment { wall: MORNING.plus(us as i64), mono_us: us }
    }
}

/// Prints what happens to `camera`, or to all, if that is asked for.
fn trace(camera: Option<CameraId>, what: impl FnOnce() -> String) {
    static TRACED: OnceLock<Option<String>> = OnceLock::new();
    let traced = TRACED.get_or_init(|| std::env::var("ASHKAR_TRACE").ok());
    if traced.as_ref().is_some_and(|traced| camera.is_none_or(|camera| camera.to_string() == *traced)) {
        eprintln!("{}", what());
    }
}

/// Random numbers of a seed (SplitMix64).
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.number() % end.max(1)
    }

    fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below(to - from)
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
