use std::ops::Range;

use super::simulate;
use crate::planted::{Planted, with};

/// Number of seeds by default.
const SEEDS: u64 = 200;
/// Within so many seeds each planted fault is found.
const FOUND_WITHIN: u64 = 100;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn seeds() -> Range<u64> {
    let first = variable("ASHKAR_FIRST_SEED").unwrap_or(0);
    first..first + variable("ASHKAR_SEEDS").unwrap_or(SEEDS)
}

#[test]
fn everything_recorded_is_at_the_centre_in_the_end() {
    let mut violations = Vec::new();
    for seed in seeds() {
        match simulate(seed) {
            Ok(tally) => println!("seed {seed}: {tally:?}"),
            Err(violation) => violations.push(violation),
        }
    }
    assert!(violations.is_empty(), "{} violations:\n{}", violations.len(), violations.join("\n"));
}

#[test]
fn a_seed_is_always_the_same_story() {
    assert_eq!(simulate(3), simulate(3));
}

/// Returns nothing; panics if no seed finds this mistake.
fn is_found(mistake: Planted) {
    for seed in 0..FOUND_WITHIN {
        if let Err(violation) = with(Some(mistake), || simulate(seed)) {
            println!("{mistake:?}: {violation}");
            return;
        }
    }
    panic!("{mistake:?} is not found");
}

#[test]
fn finds_what_is_called_persisted_and_was_only_received() {
    is_found(Planted::BelieveReceived);
}

#[test]
fn finds_counts_that_outlive_their_session() {
    is_found(Planted::KeepCounts);
}

#[test]
fn finds_what_a_crash_of_the_centre_took_and_nobody_sends_again() {
    is_found(Planted::ForgetUnpersisted);
}

#[test]
fn finds_the_rest_of_a_segment_that_is_not_sent() {
    is_found(Planted::ForgetRest);
}

#[test]
fn finds_a_queue_without_a_limit() {
    is_found(Planted::ForgetQueueLimit);
}

#[test]
fn finds_a_backlog_that_live_waits_for() {
    is_found(Planted::ForgetPace);
}

#[test]
fn finds_gaps_and_facts_that_are_not_sent_later() {
    is_found(Planted::ForgetMetadata);
}

#[test]
fn finds_a_gap_that_is_opened_again() {
    is_found(Planted::ReopenGap);
}

#[test]
fn finds_late_segments_without_an_end() {
    is_found(Planted::ForgetEnd);
}

#[test]
fn finds_a_ledger_of_another_centre() {
    is_found(Planted::BelieveOtherCentre);
}
