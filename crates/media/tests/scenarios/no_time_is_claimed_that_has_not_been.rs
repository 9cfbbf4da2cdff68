//! A file sent without pacing, and other data that come faster than real time.

use ashkar_media::{FactKind, MAX_LEAD_TICKS, Options, Resume};
use ashkar_terms::{Cause, MediaTime};

use crate::support::{FRAME_TICKS, Rig};

/// Sends `frames` of 25 a second, at `speed` times real time; none may be placed in the future when it is sent.
fn file(rig: &mut Rig, frames: u64, speed: u64) {
    let mut rest = 0;
    for _ in 0..frames {
        rest += 40_000;
        rig.frame_of(FRAME_TICKS, rest / speed);
        rest %= speed;
    }
}

/// Recorded media time, ticks.
fn recorded(rig: &Rig) -> i64 {
    rig.parts().iter().map(|part| i64::from(part.duration)).sum()
}

#[test]
fn an_hour_in_a_second_is_a_second() {
    for (speed, frames) in
        [(2, 5_000), (10, 25 * 600), (30, 25 * 600), (60, 25 * 600), (3600, 25 * 3600), (1_000_000, 25 * 600)]
    {
        let mut rig = Rig::on_air();
        let begun = MediaTime::from_utc(rig.now().wall);
        file(&mut rig, frames, speed);
        let passed = MediaTime::from_utc(rig.now().wall).since(begun);
        rig.disconnect(Cause::Source);
        let claimed = recorded(&rig);
        assert!(claimed <= passed + MAX_LEAD_TICKS, "{speed} times: {claimed} of {passed}");
        let lost = rig.packager.counters().too_fast;
        assert_eq!(lost > 0, speed > 40, "{speed} times: {lost} refused");
        let told = rig.facts().into_iter().filter(|fact| {
            matches!(fact, FactKind::AccessUnitRefused { reason, .. } if reason.contains("faster than time"))
        });
        assert_eq!(told.count() > 0, lost > 0, "{speed} times: what is refused is told");
        // The real camera comes, and is placed where it should be.
        rig.silence(4_000_000);
        rig.connect();
        rig.frames(100);
        let off = rig.packager.live_delay_us().unwrap();
        assert!(off.abs() < 50_000, "{speed} times: {off}");
        rig.finish_and_judge();
    }
}

/// A sender that comes back again and again with a burst gets no more time than passes.
#[test]
fn many_bursts_claim_no_more_than_one() {
    let mut rig = Rig::on_air();
    let begun = MediaTime::from_utc(rig.now().wall);
    for _ in 0..40 {
        file(&mut rig, 200, 1000);
        rig.disconnect(Cause::Source);
        rig.now_us += 10_000;
        rig.connect();
    }
    let passed = MediaTime::from_utc(rig.now().wall).since(begun);
    assert!(recorded(&rig) <= passed + MAX_LEAD_TICKS, "{} of {passed}", recorded(&rig));
    rig.silence(4_000_000);
    rig.connect();
    rig.frames(100);
    assert!(rig.packager.live_delay_us().unwrap().abs() < 50_000);
    rig.finish_and_judge();
}

/// A lead at the end of the process is no larger afterwards.
#[test]
fn a_restart_does_not_add_to_a_lead() {
    let mut rig = Rig::on_air();
    file(&mut rig, 25 * 600, 100_000);
    rig.flush();
    let resume = Resume {
        next_segment: rig.packager.segment(),
        timeline_end: rig.packager.timeline_end(),
        ..Resume::default()
    };
    let mut next = Rig::with(resume, Options::default());
    next.now_us = rig.now_us;
    next.connect();
    next.gop = 10;
    next.frames(200);
    assert!(next.packager.counters().access_units > 100);
    next.finish_and_judge();
}
