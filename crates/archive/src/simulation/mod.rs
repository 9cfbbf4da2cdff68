//! Whole days of the archive in a second: the same engines, append queue, recovery and readers as in a centre, on a
//! disk in memory, in virtual time, in one thread, with everything drawn from one number.
//!
//! Every run of the tests uses some seeds. `ASHKAR_SEEDS=1000` uses that many instead, from `ASHKAR_FIRST_SEED` on;
//! `ASHKAR_SEED=7` uses that one alone, and prints its journals if something is wrong. What is drawn, what must hold,
//! and the commands are in `docs/design/archive.md`.

mod camera;
mod clock;
mod happenings;
mod ledger;
mod past;
mod plan;
mod process;
mod random;
mod removal;
mod tests;
mod trace;
mod trouble;
mod verify;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use ledger::Violation;
use plan::Plan;
use world::{Tally, World};

/// Runs one plan. A violation is reported with its seed and the last events.
fn simulate(plan: Plan) -> Result<(Tally, (u64, u64)), Violation> {
    let seed = plan.seed;
    let mut world = World::new(plan);
    let ended = catch_unwind(AssertUnwindSafe(|| world.run()));
    let ended = ended.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        Err(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
    });
    match ended {
        Ok(()) => Ok((world.tally, world.trace.sum())),
        Err(violation) => {
            if std::env::var("ASHKAR_SEED").is_ok() {
                println!("{}", world.tell_journals().unwrap_or_default());
            }
            Err(format!("seed {seed}: {violation}\n{:?}\n{:?}", world.tally, world.trace))
        }
    }
}
