use ashkar_media::{FactKind, MIN_SAMPLE_TICKS};

use crate::support::{FRAME_TICKS, Rig};

fn repaired(rig: &Rig) -> usize {
    rig.facts().iter().filter(|fact| matches!(fact, FactKind::TimestampRepaired { .. })).count()
}

#[test]
fn equal_decoding_times_are_repaired_one_by_one() {
    let mut rig = Rig::on_air();
    rig.frames(20);
    // Two access units with one decoding time, as from an encoder that sends fields.
    rig.frame_of(0, 20_000);
    rig.frame_of(FRAME_TICKS, 20_000);
    rig.frames(20);
    assert_eq!(repaired(&rig), 1);
    let judged = rig.finish_and_judge();
    let durations: Vec<_> = judged.samples[19..23].iter().map(|sample| sample.duration).collect();
    assert_eq!(durations, [FRAME_TICKS, MIN_SAMPLE_TICKS, FRAME_TICKS - MIN_SAMPLE_TICKS, FRAME_TICKS]);
}

/// Presentation times sent as decoding times: every B picture goes back.
#[test]
fn backward_decoding_times_are_repaired_one_by_one() {
    let mut rig = Rig::on_air();
    for frame in 0..120 {
        let next = if frame % 3 == 0 {
            3
        } else if frame % 3 == 1 {
            -2
        } else {
            1
        };
        rig.frame_of(next * FRAME_TICKS + i64::from(frame % 3 == 2) * FRAME_TICKS, 40_000);
    }
    assert!(repaired(&rig) >= 20);
    assert!(rig.gaps().is_empty());
    let delay = rig.packager.live_delay_us().unwrap();
    assert!(delay.abs() < 250_000, "{delay}");
    rig.finish_and_judge();
}

/// Some encoders send 0 for ever. Then only arrivals are left.
#[test]
fn a_camera_without_a_clock_is_timed_by_its_arrivals() {
    for us in [40_000, 100_000] {
        let mut rig = Rig::on_air();
        rig.gop = 20;
        for _ in 0..1000 {
            rig.frame_of(0, us);
        }
        assert!(rig.gaps().is_empty());
        let delay = rig.packager.live_delay_us().unwrap();
        assert!(delay.abs() < 300_000, "{delay}");
        let judged = rig.finish_and_judge();
        let usual = us as i64 * 9 / 100;
        let late = &judged.samples[900..999];
        assert!(late.iter().all(|sample| (sample.duration - usual).abs() < usual / 5), "even, once known");
    }
}
