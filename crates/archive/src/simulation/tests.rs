use std::fmt::Debug;
use std::ops::Range;
use std::str::FromStr;

use super::plan::Plan;
use super::simulate;
use crate::planted::{Planted, with};

/// Number of seeds of each test by default.
const DAYS: u64 = 10;
const MINUTES: u64 = 80;

fn variable<T: FromStr<Err: Debug>>(name: &str) -> Option<T> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn seeds(usual: u64) -> Range<u64> {
    if let Some(seed) = variable("ASHKAR_SEED") {
        return seed..seed + 1;
    }
    let first = variable("ASHKAR_FIRST_SEED").unwrap_or(0);
    first..first + variable("ASHKAR_SEEDS").unwrap_or(usual)
}

fn run(usual: u64, plan: fn(u64) -> Plan) {
    let started = std::time::Instant::now();
    let all = seeds(usual);
    let mut violations = Vec::new();
    for seed in all.clone() {
        match simulate(plan(seed)) {
            Ok(what) => println!("seed {seed}: {what:?}"),
            Err(violation) => {
                println!("{violation}");
                violations.push(seed);
            }
        }
    }
    println!("{} seeds in {:.1} s", all.end - all.start, started.elapsed().as_secs_f64());
    assert!(violations.is_empty(), "seeds with violations: {violations:?}");
}

#[test]
fn whole_days() {
    run(DAYS, Plan::day);
}

#[test]
fn minutes_with_trouble_upon_trouble() {
    run(MINUTES, Plan::minutes);
}

#[test]
fn a_seed_is_always_the_same_story() {
    for plan in [Plan::day(3), Plan::minutes(3)] {
        let stories = [simulate(plan.clone()), simulate(plan)];
        assert_eq!(stories[0], stories[1]);
    }
}

/// The default seeds find this mistake. Returns which seed did, and how.
fn is_found(mistake: Planted) {
    for seed in 0..MINUTES {
        if let Err(violation) = with(Some(mistake), || simulate(Plan::minutes(seed))) {
            println!("{mistake:?}: {}", violation.lines().next().unwrap_or_default());
            return;
        }
    }
    panic!("{mistake:?} is not found");
}

#[test]
fn finds_what_is_acknowledged_before_it_is_durable() {
    is_found(Planted::AcknowledgeBeforeSync);
}

#[test]
fn finds_a_journal_that_is_sealed_before_it_is_durable() {
    is_found(Planted::SealBeforeSync);
}

#[test]
fn finds_a_name_that_is_not_made_durable() {
    is_found(Planted::ForgetToSyncName);
}

#[test]
fn finds_a_journal_that_is_written_on_after_a_failed_sync() {
    is_found(Planted::GoOnAfterFailedSync);
}

#[test]
fn finds_what_is_not_written_again_after_a_failure() {
    is_found(Planted::ForgetToWriteAgain);
}

#[test]
fn finds_a_start_that_believes_the_page_cache() {
    is_found(Planted::BelieveBeforeDurable);
}

#[test]
fn finds_a_number_that_is_given_again() {
    is_found(Planted::ReuseNumber);
}

#[test]
fn finds_parts_that_are_refused_in_silence() {
    is_found(Planted::ForgetGapOfRefused);
}

#[test]
fn finds_a_queue_without_a_limit() {
    is_found(Planted::ForgetQueueLimit);
}

#[test]
fn finds_media_of_the_past_that_are_told_too_early() {
    is_found(Planted::TellPastBeforeItsEnd);
}

#[test]
fn finds_a_failure_that_is_not_tried_again() {
    is_found(Planted::ForgetToRetry);
}

#[test]
fn finds_a_journal_that_is_removed_without_a_record() {
    is_found(Planted::RemoveWithoutRecord);
}

#[test]
fn finds_a_journal_that_is_removed_before_its_record() {
    is_found(Planted::RemoveBeforeRecord);
}
