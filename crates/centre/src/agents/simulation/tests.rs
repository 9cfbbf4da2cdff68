use std::ops::Range;

use super::world::World;
use crate::agents::planted::{Planted, with};

/// Number of seeds by default, and of those within which a planted fault is found.
const SEEDS: u64 = 60;
const FINDS_WITHIN: u64 = 100;

fn seeds() -> Range<u64> {
    let variable = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    if let Some(seed) = variable("ASHKAR_SEED") {
        return seed..seed + 1;
    }
    let first = variable("ASHKAR_FIRST_SEED").unwrap_or(0);
    first..first + variable("ASHKAR_SEEDS").unwrap_or(SEEDS)
}

#[test]
fn whatever_happens_the_centre_has_in_the_end_what_the_agents_recorded() {
    let mut violations = Vec::new();
    for seed in seeds() {
        let mut world = World::new(seed);
        match world.run() {
            Ok(()) => println!("seed {seed}: {:?}", world.tally),
            Err(violation) => {
                println!("seed {seed}: {violation}; {:?}", world.tally);
                violations.push(seed);
            }
        }
    }
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
fn finds_live_media_that_are_recorded_again_because_the_disk_hung() {
    is_found(Planted::OverlookUndurable);
}
