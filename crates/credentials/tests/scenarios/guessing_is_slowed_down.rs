//! Limits on guessing: how many attempts somebody has who comes from anywhere, and that the person themself gets in.

use std::time::{Duration, Instant};

use ashkar_credentials::throttle::{Limits, Name, Throttle, Wait};
use proptest::prelude::*;

const LEYLA: Name<'_> = Name::Known("leyla");
const HOME: u32 = 1;
const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn throttle() -> (Throttle<u32>, Instant) {
    (Throttle::new(Limits::PASSWORD), Instant::now())
}

/// Attempts at `name` that fail during a day, each from another client and as soon as it may be made.
fn guesses_in_a_day(throttle: &Throttle<u32>, name: Name<'_>, began: Instant) -> u32 {
    let (mut now, mut count) = (began, 0);
    while now < began + DAY {
        match throttle.attempt(name, 1000 + count, now) {
            Ok(_) => count += 1,
            Err(Wait(wait)) => now += wait,
        }
    }
    count
}

#[test]
fn many_addresses_have_no_more_guesses_at_one_account_than_one() {
    let (throttle, began) = throttle();
    assert!((90..120).contains(&guesses_in_a_day(&throttle, LEYLA, began)));
    let codes = Throttle::new(Limits::SECOND_FACTOR);
    assert!((24..40).contains(&guesses_in_a_day(&codes, LEYLA, began)));
}

#[test]
fn a_name_that_nobody_has_is_refused_alike() {
    let answers = |name: Name<'_>, throttle: &Throttle<u32>, began: Instant| -> Vec<bool> {
        (0..2000).map(|second| throttle.attempt(name, 5, began + SECOND * second).is_ok()).collect()
    };
    let (one, began) = throttle();
    let (other, _) = throttle();
    let known = answers(LEYLA, &one, began);
    assert_eq!(known, answers(Name::Unknown("nobody"), &other, began));
    assert!(known[..5].iter().all(|allowed| *allowed) && known[100..].iter().any(|allowed| !allowed));
}

#[test]
fn attempts_at_once_are_not_more_than_one_after_another() {
    let (throttle, now) = throttle();
    let attempts: Vec<_> = (0..50).filter_map(|client| throttle.attempt(LEYLA, client, now).ok()).collect();
    assert_eq!(attempts.len(), 5);
}

#[test]
fn failures_are_forgotten_after_a_time_without_any() {
    let (throttle, began) = throttle();
    let at_once = |now| (0..50).filter(|client| throttle.attempt(LEYLA, *client, now).is_ok()).count();
    assert_eq!(at_once(began), 5);
    let forgotten = began + Limits::PASSWORD.account.forget;
    assert_eq!(at_once(forgotten - SECOND), 1, "the longest wait is over, and no more");
    assert_eq!(at_once(forgotten - SECOND + Limits::PASSWORD.account.forget), 5);
}

#[test]
fn a_client_that_tries_many_names_is_refused() {
    let (throttle, now) = throttle();
    let tried = (0..100).filter(|n: &u32| throttle.attempt(Name::Unknown(&n.to_string()), 7, now).is_ok());
    assert_eq!(tried.count(), 30);
    assert!(throttle.attempt(LEYLA, 8, now).is_ok(), "another client");
}

#[test]
fn strangers_leave_the_machine_to_those_who_are_familiar() {
    let (throttle, now) = throttle();
    throttle.signed_in("leyla", HOME);
    let tried = (10..1000).filter(|n: &u32| throttle.attempt(Name::Unknown(&n.to_string()), *n, now).is_ok());
    assert_eq!(tried.count(), 300);
    assert!(throttle.attempt(Name::Known("rauf"), 5000, now).is_err());
    assert!(throttle.attempt(Name::Known("rauf"), 5000, now + SECOND * 60).is_ok());
    assert!(throttle.attempt(LEYLA, HOME, now).is_ok());
}

#[test]
fn who_signed_in_is_familiar_and_what_is_taken_back_is_no_failure() {
    let (throttle, now) = throttle();
    for _ in 0..100 {
        throttle.take_back(throttle.attempt(LEYLA, HOME, now).unwrap());
    }
    throttle.signed_in("leyla", HOME);
    for guesser in 100..200 {
        let _ = throttle.attempt(LEYLA, guesser, now);
    }
    assert!(throttle.attempt(LEYLA, 2, now).is_err(), "from elsewhere");
    for _ in 0..100 {
        throttle.take_back(throttle.attempt(LEYLA, HOME, now).unwrap());
    }
    throttle.forget("leyla");
    assert!(throttle.attempt(LEYLA, HOME, now).is_err());
}

#[test]
fn who_knows_only_the_password_makes_no_client_familiar() {
    let (throttle, now) = throttle();
    throttle.signed_in("leyla", HOME);
    for client in 100..200 {
        throttle.take_back(throttle.attempt(LEYLA, client, now).unwrap());
    }
    for client in 100..200 {
        let _ = throttle.attempt(LEYLA, client, now);
    }
    assert!(throttle.attempt(LEYLA, 100, now).is_err());
    assert!(throttle.attempt(LEYLA, HOME, now).is_ok());
}

#[test]
fn a_familiar_client_has_a_limit_of_its_own() {
    let (throttle, now) = throttle();
    throttle.signed_in("leyla", HOME);
    let tried = (0..20).filter(|_| throttle.attempt(LEYLA, HOME, now).is_ok()).count();
    assert_eq!(tried, 5);
    assert_eq!(throttle.attempt(LEYLA, HOME, now).unwrap_err(), Wait(SECOND * 2));
    assert!(throttle.attempt(LEYLA, HOME, now + SECOND * 2).is_ok());
    assert!(throttle.attempt(Name::Known("rauf"), HOME, now).is_ok(), "somebody else there");
    assert_eq!(
        throttle.attempt(LEYLA, HOME, now + SECOND * 2).unwrap_err().to_string(),
        "too many attempts; the next one may be made in 4 s"
    );
    throttle.signed_in("leyla", HOME);
    assert!(throttle.attempt(LEYLA, HOME, now + SECOND * 2).is_ok(), "she got in");
}

#[test]
fn a_guesser_gains_nothing_from_signing_in_to_another_account() {
    let (throttle, now) = throttle();
    let mut guesses = 0;
    for number in 0..200_u32 {
        if throttle.attempt(Name::Unknown(&number.to_string()), HOME, now).is_ok() {
            guesses += 1;
        }
        if let Ok(own) = throttle.attempt(Name::Known("guesser"), HOME, now) {
            throttle.take_back(own);
        }
    }
    assert_eq!(guesses, 30);
}

/// Who attempts what, after how many seconds.
fn attempts() -> impl Strategy<Value = Vec<(u8, u32, u64)>> {
    prop::collection::vec((0..4_u8, 10..40_u32, prop_oneof![Just(0), 0..5_u64, 0..2000_u64]), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_strangers_do_a_familiar_person_gets_in(attempts in attempts(), ends in prop::collection::vec(any::<bool>(), 400)) {
        let (throttle, mut now) = throttle();
        throttle.signed_in("leyla", HOME);
        for ((name, client, seconds), succeeds) in attempts.into_iter().zip(ends) {
            now += SECOND * seconds as u32;
            let text = name.to_string();
            let name = match name { 0 | 1 => LEYLA, 2 => Name::Known(&text), _ => Name::Unknown(&text) };
            if let Ok(attempt) = throttle.attempt(name, client, now) {
                // Nobody else proves to be her.
                if succeeds && !matches!(name, Name::Known("leyla")) {
                    throttle.take_back(attempt);
                }
            }
            let own = throttle.attempt(LEYLA, HOME, now);
            prop_assert!(own.is_ok(), "{:?}", own);
            throttle.take_back(own.unwrap());
        }
    }

    #[test]
    fn who_waits_as_told_may_attempt_and_not_earlier(attempts in attempts()) {
        let (throttle, mut now) = throttle();
        for (name, client, seconds) in attempts {
            now += SECOND * seconds as u32;
            let text = name.to_string();
            let name = if name < 2 { Name::Known(&text) } else { Name::Unknown(&text) };
            if let Err(Wait(wait)) = throttle.attempt(name, client, now) {
                prop_assert!(wait > Duration::ZERO && wait <= Duration::from_secs(15 * 60));
                let early = now + wait - Duration::from_nanos(1);
                prop_assert!(throttle.attempt(name, client, early).is_err());
                now += wait;
                prop_assert!(throttle.attempt(name, client, now).is_ok());
            }
        }
    }
}
