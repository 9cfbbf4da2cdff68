//! An agent and a naive centre over bad lines, in virtual time, in one thread, with everything drawn from one number.
//!
//! Lines lose requests and answers, delay them, repeat them, and share one narrow place; the centre crashes and forgets
//! what it had not persisted, is replaced by an empty one, or is busy; the agent restarts from an old state file. What
//! must hold is in `world`. `ASHKAR_SEEDS=1000` uses that many seeds, from `ASHKAR_FIRST_SEED` on.

mod centre;
mod link;
mod random;
mod station;
mod tests;
mod trouble;
mod world;

use world::{Tally, World};

/// Runs one seed. A violation is told with its seed, the time and what had happened.
fn simulate(seed: u64) -> Result<Tally, String> {
    let mut world = World::new(seed);
    world.run().map_err(|violation| {
        format!("seed {seed} at {:.3} s: {violation}; {}", world.seconds(), world.tell())
    })
}
