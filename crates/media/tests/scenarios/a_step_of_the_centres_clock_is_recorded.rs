use ashkar_media::FactKind;
use ashkar_terms::Cause;

use crate::support::{FRAME_TICKS, Rig};

fn steps(rig: &Rig) -> Vec<i64> {
    let facts = rig.facts().into_iter();
    facts
        .filter_map(
            |fact| if let FactKind::CentreClockStepped { by_us } = fact { Some(*by_us) } else { None },
        )
        .collect()
}

fn stepped(by_us: i64) -> Rig {
    let mut rig = Rig::on_air();
    rig.frames(250);
    rig.wall_ahead_us += by_us;
    rig.frames(250);
    assert_eq!(steps(&rig), [by_us]);
    rig
}

#[test]
fn a_step_forward_moves_the_timeline_with_a_gap() {
    let rig = stepped(3600 * 1_000_000);
    let gaps = rig.gaps();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].cause, Cause::Clock);
    assert_eq!(gaps[0].to.unwrap().since(gaps[0].from), 3600 * 90_000);
    assert_eq!(rig.parts().iter().filter(|part| part.discontinuity).count(), 1);
    let end = rig.packager.timeline_end().unwrap().to_utc();
    assert!(end.since(rig.now().wall).abs() < 100_000, "the timeline is the wall clock's again");
    rig.finish_and_judge();
}

#[test]
fn a_step_back_cannot_move_the_timeline_back() {
    let mut rig = stepped(-3600 * 1_000_000);
    assert!(rig.gaps().is_empty());
    let lead = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
    assert!((lead - 3_600_000_000).abs() < 100_000, "it stays ahead: {lead}");
    rig.wall_ahead_us += 3600 * 1_000_000;
    rig.frames(250);
    assert!(rig.gaps().is_empty(), "the step forward only makes good for it");
    assert_eq!(rig.parts().iter().filter(|part| part.discontinuity).count(), 0);
    let judged = rig.finish_and_judge();
    assert!(
        judged.samples.iter().all(|sample| sample.duration == FRAME_TICKS),
        "media time is monotonic time"
    );
}

#[test]
fn small_steps_are_followed_slowly() {
    for by_us in [1_500_000, -1_500_000] {
        let mut rig = stepped(by_us);
        rig.frames(25 * 180);
        assert!(rig.gaps().is_empty());
        let off = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
        assert!(off.abs() < 250_000, "{off} µs after three minutes");
        rig.finish_and_judge();
    }
}

/// A clock that nothing disciplines: a picture each 40 ms, and 12 µs more or less of wall time.
#[test]
fn a_slow_drift_of_the_centres_clock_is_followed_for_hours_without_a_gap() {
    for drift_us in [12, -12] {
        let mut rig = Rig::on_air();
        for _ in 0..25 * 3600 * 2 {
            rig.wall_ahead_us += drift_us;
            rig.frame();
        }
        let off = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
        assert!(off.abs() < 250_000, "{off} µs after two hours of 300 ppm");
        let recorded: i64 = steps(&rig).iter().sum();
        assert!((recorded - rig.wall_ahead_us).abs() < 50_000, "{recorded} µs of {}", rig.wall_ahead_us);
        assert!(rig.gaps().is_empty());
    }
}

#[test]
fn what_is_read_between_the_two_clocks_is_no_step() {
    let mut rig = Rig::on_air();
    for frame in 0..500 {
        rig.wall_ahead_us = frame % 7 * 6_000;
        rig.frame();
    }
    assert!(steps(&rig).is_empty());
}
