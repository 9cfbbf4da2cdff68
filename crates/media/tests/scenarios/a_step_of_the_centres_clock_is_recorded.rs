use ashkar_media::{FactKind, Options, Resume};
use ashkar_terms::{Cause, MediaTime, TICKS_PER_SECOND};

use crate::support::{MORNING, Rig};

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
fn after_a_step_back_time_goes_on_from_where_it_is() {
    for by_us in [-2_000_000, -600_000_000, -3_600_000_000, -4 * 365 * 86_400_000_000] {
        let mut rig = stepped(by_us);
        assert!(rig.gaps().is_empty(), "nothing is missing");
        let off = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
        assert!(off.abs() < 100_000, "the timeline is the wall clock's again: {off}");
        let anew: Vec<_> = rig.parts().into_iter().filter(|part| part.discontinuity).collect();
        assert_eq!(anew.len(), 1);
        let number = anew[0].segment;
        let before = rig.segments().into_iter().rev().find(|end| end.segment < number).unwrap().segment;
        assert_eq!(number, before + 2, "a number is left out: lists begin anew");
        rig.wall_ahead_us -= by_us;
        rig.frames(250);
        assert_eq!(
            rig.gaps().len(),
            usize::from(by_us < -2_000_000),
            "the step forward is a gap as any other"
        );
        rig.finish_and_judge();
    }
}

/// The clock goes back while no camera is connected, by so little that time need not start over: the camera that comes
/// back waits until what was claimed has passed.
#[test]
fn a_camera_that_comes_back_into_claimed_time_waits() {
    let mut rig = Rig::on_air();
    rig.frames(25);
    let end = rig.packager.timeline_end().unwrap();
    rig.disconnect(Cause::Source);
    rig.silence(2_000_000);
    rig.wall_ahead_us -= 6_000_000;
    rig.connect();
    rig.frames(25);
    assert_eq!(rig.packager.timeline_end(), Some(end), "nothing more is claimed");
    let before = rig.parts().len();
    rig.frames(25 * 10);
    assert!(rig.parts().len() > before, "it is on air again");
    let lead = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
    assert!(lead < 1_000_000, "{lead}");
    rig.finish_and_judge();
}

/// A machine without a real-time clock starts years ahead, records at once, and gets the time ten minutes later.
#[test]
fn a_clock_that_was_wrong_into_the_future_poisons_nothing() {
    let years = 4 * 365 * 86_400_000_000;
    let mut rig = Rig::new();
    rig.wall_ahead_us = years;
    rig.connect();
    rig.frames(1000);
    rig.disconnect(Cause::Uplink);
    rig.silence(3_000_000);
    rig.wall_ahead_us = 0;
    rig.connect();
    rig.frames(1000);
    let off = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
    assert!(off.abs() < 100_000, "{off}");
    let gaps = rig.gaps();
    let (open, closed) = (gaps[0], gaps[1]);
    assert_eq!(closed.to.unwrap().since(open.from), ashkar_media::MIN_GAP_TICKS, "ended where it began");
    rig.finish_and_judge();
}

/// Resuming the archive of a camera recorded while the clock was wrong.
#[test]
fn a_recording_that_ends_in_the_future_is_gone_on_from_now() {
    for open_gap in [None, Some(Cause::Uplink)] {
        let timeline_end = Some(MediaTime::from_utc(MORNING.plus(40 * 60_000_000)));
        let resume = Resume { next_segment: 500, timeline_end, open_gap, ..Resume::default() };
        let mut rig = Rig::with(resume, Options::default());
        rig.packager.tick(rig.now(), &mut rig.out);
        rig.connect();
        rig.frames(100);
        let off = rig.packager.timeline_end().unwrap().to_utc().since(rig.now().wall);
        assert!(off.abs() < 100_000, "{off}");
        assert!(rig.parts()[0].segment > 500 && rig.parts()[0].discontinuity);
        rig.finish_and_judge();
    }
}

/// A station's computer was switched on again, with a clock that lags behind the one before by less than a wrong clock does.
#[test]
fn what_another_clock_recorded_puts_nothing_ahead_of_its_arrival() {
    for ahead_us in [300_000, 1_500_000, 3_000_000, 10_000_000] {
        let timeline_end = Some(MediaTime::from_utc(MORNING.plus(ahead_us)));
        let resume = Resume { next_segment: 500, timeline_end, is_by_other_clock: true, ..Resume::default() };
        let mut rig = Rig::with(resume, Options::default());
        let began = MediaTime::from_utc(rig.now().wall);
        rig.connect();
        rig.frames(100);
        let first = rig.parts()[0].clone();
        assert!(first.segment > 500 && first.discontinuity, "{ahead_us}");
        assert!(first.start.since(began).abs() < TICKS_PER_SECOND / 5, "{ahead_us}: {:?}", first.start);
        rig.finish_and_judge();
    }
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

/// A clock without discipline: a picture each 40 ms, and 12 µs more or less of wall time.
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
