use ashkar_media::FactKind;

use crate::support::{FRAME_TICKS, Rig};

/// Runs `frames` at `us` apart while the camera's clock claims `ticks`; the largest distance from arrival, in µs.
fn run(rig: &mut Rig, frames: u64, ticks: i64, us: u64) -> i64 {
    let mut worst = 0;
    for frame in 0..frames {
        rig.frame_of(ticks, us);
        worst = worst.max(rig.packager.live_delay_us().unwrap().abs());
        if frame % 25 == 0 {
            rig.packager.tick(rig.now(), &mut rig.out);
        }
    }
    worst
}

fn assert_whole(rig: Rig) {
    assert!(rig.gaps().is_empty(), "{:?}", rig.gaps());
    assert!(rig.parts().iter().all(|part| !part.discontinuity));
    rig.finish_and_judge();
}

#[test]
fn a_camera_that_declares_25_and_sends_21_makes_no_gap() {
    let mut rig = Rig::on_air();
    let worst = run(&mut rig, 21 * 600, FRAME_TICKS, 1_000_000 / 21);
    assert!(worst < 1_000_000, "{worst} µs");
    let drifts = rig.facts().into_iter().find_map(|fact| match fact {
        FactKind::CameraClockDrifts { ppm } => Some(*ppm),
        _ => None,
    });
    assert!(drifts.is_some_and(|ppm| (-170_000..-140_000).contains(&ppm)), "{drifts:?}");
    let rest = rig.packager.live_delay_us().unwrap();
    assert!(rest.abs() < 200_000, "{rest} µs after ten minutes");
    assert_whole(rig);
}

/// At dusk the exposure gets longer, and the camera still declares 25.
#[test]
fn a_camera_that_becomes_slower_in_mid_stream_makes_no_gap() {
    let mut rig = Rig::on_air();
    run(&mut rig, 25 * 300, FRAME_TICKS, 40_000);
    let worst = run(&mut rig, 21 * 300, FRAME_TICKS, 1_000_000 / 21);
    assert!(worst < 1_100_000, "{worst} µs");
    let worst = run(&mut rig, 25 * 300, FRAME_TICKS, 40_000);
    assert!(worst < 1_500_000, "{worst} µs");
    assert_whole(rig);
}

#[test]
fn half_the_declared_rate_makes_no_gap_either() {
    let mut rig = Rig::on_air();
    let worst = run(&mut rig, 12 * 600, FRAME_TICKS, 1_000_000 / 12);
    assert!(worst < 3_000_000, "{worst} µs");
    assert_whole(rig);
}

#[test]
fn drift_of_a_crystal_stays_within_a_quarter_of_a_second_for_hours() {
    for us in [39_988, 40_012] {
        let mut rig = Rig::on_air();
        rig.gop = 100;
        let worst = run(&mut rig, 25 * 3600 * 2, FRAME_TICKS, us);
        assert!(worst < 250_000, "300 ppm: {worst} µs");
        assert!(rig.gaps().is_empty());
    }
}

#[test]
fn a_clock_that_left_time_out_is_re_anchored_with_a_gap() {
    let mut rig = Rig::on_air();
    rig.frames(250);
    rig.now_us += 6_000_000;
    rig.frames(25 * 30);
    let by = rig.facts().into_iter().find_map(|fact| match fact {
        FactKind::TimelineReanchored { by } => Some(*by),
        _ => None,
    });
    assert!(by.is_some_and(|by| (500_000..560_000).contains(&by)), "{by:?}");
    assert_eq!(rig.gaps().len(), 1);
    assert_eq!(rig.parts().iter().filter(|part| part.discontinuity).count(), 1);
    let delay = rig.packager.live_delay_us().unwrap();
    assert!(delay.abs() < 200_000, "{delay} µs");
    rig.finish_and_judge();
}
