use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use parking_lot::Mutex;

use super::world::World;
use crate::agents::planted::{Planted, with};

/// Number of seeds by default, and of those within which a planted fault is found.
const SEEDS: u64 = 300;
const FINDS_WITHIN: u64 = 100;

fn seeds() -> Range<u64> {
    let variable = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    if let Some(seed) = variable("ASHKAR_SEED") {
        return seed..seed + 1;
    }
    let first = variable("ASHKAR_FIRST_SEED").unwrap_or(0);
    first..first + variable("ASHKAR_SEEDS").unwrap_or(SEEDS)
}

/// Runs the seeds on all cores, in order; returns what was wrong.
fn violations(seeds: Range<u64>) -> Vec<u64> {
    let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let work = || {
        while let Some(seed) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|seed| *seed < seeds.end) {
            let mut world = World::new(seed);
            match world.run() {
                Ok(()) => println!("seed {seed}: {:?}", world.tally),
                Err(violation) => {
                    println!("seed {seed}: {violation}; {:?}", world.tally);
                    found.lock().push(seed);
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    found.into_inner()
}

#[test]
fn whatever_happens_the_centre_has_in_the_end_what_the_agents_recorded() {
    let violations = violations(seeds());
    assert!(violations.is_empty(), "seeds with violations: {violations:?}");
}

#[test]
fn a_seed_is_always_the_same_story() {
    let tally = || {
        let mut world = World::new(5);
        let ended = world.run();
        (ended, world.tally)
    };
    assert_eq!(tally(), tally());
}

fn is_found(fault: Planted) {
    for seed in 0..FINDS_WITHIN {
        if let Err(violation) = with(Some(fault), || World::new(seed).run()) {
            println!("{fault:?}: seed {seed}: {violation}");
            return;
        }
    }
    panic!("{fault:?} is not found");
}

#[test]
fn finds_what_is_acknowledged_when_it_was_only_received() {
    is_found(Planted::AcknowledgeReceived);
}

#[test]
fn finds_late_segments_that_are_acknowledged_when_their_end_comes() {
    is_found(Planted::AcknowledgeEndAtOnce);
}

#[test]
fn finds_a_repetition_that_is_believed_without_a_look() {
    is_found(Planted::BelieveRepetition);
}

#[test]
fn finds_what_is_acknowledged_although_the_disk_was_full() {
    is_found(Planted::AcknowledgeShown);
}

#[test]
fn finds_a_full_disk_of_which_the_station_says_nothing() {
    is_found(Planted::ConcealGap);
}

#[test]
fn finds_a_journal_that_is_removed_before_the_centre_has_it() {
    is_found(Planted::RemoveUnpersisted);
}

#[test]
fn finds_what_a_wrong_clock_recorded_and_was_sent_so() {
    is_found(Planted::SendUnplaced);
}

#[test]
fn finds_live_media_that_are_recorded_again_because_the_disk_hung() {
    is_found(Planted::OverlookUndurable);
}
