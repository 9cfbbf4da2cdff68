//! Several days of voting with nights between them: the plan, its times, and the phase of each minute.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_election::{DayPlan, DayTime, Election, Minute, Night, Phase, StationMarks};
use ashkar_terms::UtcMicros;
use proptest::prelude::*;

use crate::common::election;

const MINUTE_US: i64 = 60_000_000;

fn night(from: &str, to: &str) -> Night {
    Night { from: from.parse().unwrap(), to: to.parse().unwrap() }
}

/// Voting on three days, 08:00–20:00.
fn three_days() -> DayPlan {
    DayPlan {
        voting_to: "day 3 20:00".parse().unwrap(),
        turnout: ["10:00", "20:00", "day 2 12:00", "day 3 20:00"].map(|at| at.parse().unwrap()).to_vec(),
        nights: vec![night("20:00", "day 2 08:00"), night("day 2 20:00", "day 3 08:00")],
        ..DayPlan::default()
    }
}

#[test]
fn a_plan_of_one_day_is_kept_as_it_always_was() {
    let json = serde_json::to_string(&DayPlan::default()).unwrap();
    let kept = r#"{"on_air":"07:30","empty_boxes":"07:50","voting_from":"08:00","voting_to":"19:00","turnout":["10:00","12:00","15:00","17:00","19:00"]}"#;
    assert_eq!(json, kept);
    assert_eq!(serde_json::from_str::<DayPlan>(kept).unwrap(), DayPlan::default());
    assert_eq!(Minute::MAX.to_string(), "day 9 00:00");
}

#[test]
fn a_plan_of_three_days_survives_json_and_tells_its_times() {
    let plan = three_days();
    plan.check().unwrap();
    let json = serde_json::to_string(&plan).unwrap();
    assert!(json.contains(r#"{"from":"day 2 20:00","to":"day 3 08:00"}"#), "{json}");
    assert_eq!(serde_json::from_str::<DayPlan>(&json).unwrap(), plan);
    let told: Vec<_> = plan.times().into_iter().map(|(at, what)| (at.to_string(), what)).collect();
    let expected = [
        ("07:30", DayTime::OnAir),
        ("07:50", DayTime::EmptyBoxes),
        ("08:00", DayTime::VotingFrom),
        ("10:00", DayTime::Turnout),
        ("20:00", DayTime::Turnout),
        ("20:00", DayTime::NightFrom),
        ("day 2 08:00", DayTime::NightTo),
        ("day 2 12:00", DayTime::Turnout),
        ("day 2 20:00", DayTime::NightFrom),
        ("day 3 08:00", DayTime::NightTo),
        ("day 3 20:00", DayTime::Turnout),
        ("day 3 20:00", DayTime::VotingTo),
    ];
    assert_eq!(told, expected.map(|(at, what)| (at.to_owned(), what)));
}

#[test]
fn its_day_is_over_at_the_end_of_the_day_after_the_last() {
    let several = Election { plan: three_days(), ..election() };
    let utc = |text: &str| UtcMicros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
    assert_eq!(election().day_over(), utc("2024-02-08T20:00:00Z"));
    assert_eq!(several.day_over(), utc("2024-02-10T20:00:00Z"));
    assert_eq!(several.owed(&StationMarks::default()).from, utc("2024-02-07T03:30:00Z"));
    assert_eq!(several.owed(&StationMarks::default()).to, None, "the nights are owed, too");
    let to_midnight = DayPlan { voting_to: "day 3 00:00".parse().unwrap(), ..DayPlan::default() };
    assert_eq!(to_midnight.last_midnight(), Minute(0), "of one day, as it always was");
    let nights = vec![night("20:00", "day 2 08:00")];
    assert_eq!(
        DayPlan { nights, ..to_midnight }.last_midnight(),
        Minute::at(24, 0),
        "midnight is the end of a day"
    );
}

#[test]
fn nights_that_cannot_be_are_refused() {
    let says = |change: &dyn Fn(&mut DayPlan), what: &str| {
        let mut plan = three_days();
        change(&mut plan);
        let said = plan.check().unwrap_err().to_string();
        assert!(said.contains(what), "{said}");
    };
    let order = "nights must ascend, end after they begin, and have voting between them";
    says(&|plan| plan.nights.reverse(), order);
    says(&|plan| plan.nights[0].to = plan.nights[1].from, order);
    says(&|plan| plan.nights[0].to = plan.nights[0].from, order);
    says(&|plan| plan.nights[0].from = plan.voting_from, order);
    says(&|plan| plan.voting_to = plan.nights[1].to, "nights must lie within the voting");
    says(&|plan| plan.turnout[1] = "20:01".parse().unwrap(), "no turnout is announced in a night");
    says(&|plan| plan.voting_to = Minute(Minute::MAX.0 + 1), "within eight days");
    says(&|plan| plan.nights.clear(), "voting that takes more than two days has nights");
    says(&|plan| plan.turnout = (0..25).map(|n| Minute::at(33, n)).collect(), "at most 24 turnout");
    let every_day = |plan: &mut DayPlan| {
        let day = |from: u16| (0..24).map(move |n| Minute::at(from + n / 3, n % 3 * 20));
        plan.turnout = day(9).chain(day(33)).chain(day(57)).collect();
    };
    let mut plan = three_days();
    every_day(&mut plan);
    plan.check().unwrap();
    let many =
        (0..8).map(|n| Night { from: Minute::at(20 + n * 2, 0), to: Minute::at(21 + n * 2, 0) }).collect();
    says(&|plan| plan.nights = Vec::clone(&many), "at most seven nights");
}

/// Plans of one to eight days, each with its own hours.
fn plans() -> impl Strategy<Value = DayPlan> {
    let day = (1_u16..400, 400_u16..1000, 1000_u16..1440);
    prop::collection::vec(day, 1..=8).prop_map(|days| {
        let at = |n: usize, minute: u16| Minute(n as u16 * 1440 + minute);
        let last = days.len() - 1;
        DayPlan {
            on_air: Minute(days[0].0),
            empty_boxes: Minute(days[0].0),
            voting_from: Minute(days[0].1),
            voting_to: at(last, days[last].2),
            turnout: days.iter().enumerate().map(|(n, day)| at(n, day.2)).collect(),
            nights: (0..last)
                .map(|n| Night { from: at(n, days[n].2), to: at(n + 1, days[n + 1].1) })
                .collect(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Each minute has the one phase that the plan gives it, in the order of the phases, and a night is never voting.
    #[test]
    fn each_minute_has_one_phase(plan in plans(), zone in prop::sample::select(vec!["Asia/Baku", "Europe/Berlin"])) {
        plan.check().unwrap();
        let json = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(&serde_json::from_str::<DayPlan>(&json).unwrap(), &plan);
        // Clocks go forward in the night of 31 March 2024 in Berlin.
        let date = "2024-03-29".parse().unwrap();
        let several = Election { date, time_zone: ashkar_election::Zone::new(zone).unwrap(), plan, ..election() };
        let plan = &several.plan;
        let (from, to) = (several.instant(Minute(0)), several.instant(Minute::MAX));
        let [on_air, opened, closed] = [plan.on_air, plan.voting_from, plan.voting_to].map(|at| several.instant(at));
        let mut voted = 0;
        let mut at = from;
        while at < to {
            let paused = plan.nights.iter().any(|night| several.instant(night.from) <= at && at < several.instant(night.to));
            let expected = match () {
                () if at < on_air => Phase::NotYet,
                () if at < opened => Phase::EmptyBoxes,
                () if at >= closed => Phase::Closing,
                () if paused => Phase::Night,
                () => Phase::Voting,
            };
            prop_assert_eq!(several.phase_at(at, &StationMarks::default()), expected);
            voted += i64::from(expected == Phase::Voting);
            at = at.plus(MINUTE_US);
        }
        let nights: i64 = plan.nights.iter().map(|night| several.instant(night.to).since(several.instant(night.from))).sum();
        prop_assert_eq!(voted * MINUTE_US, closed.since(opened) - nights);
    }
}
