use ashkar_media::FactKind;

use crate::support::{FRAME_TICKS, Rig};

const HOUR: i64 = 3600 * 90_000;

fn jumps(rig: &Rig) -> Vec<i64> {
    let facts = rig.facts().into_iter();
    facts
        .filter_map(|fact| if let FactKind::CameraClockJumped { by } = fact { Some(*by) } else { None })
        .collect()
}

#[test]
fn a_jump_of_the_cameras_clock_is_a_fact_and_nothing_else() {
    for by in [HOUR, -HOUR, 12 * HOUR, -12 * HOUR, 20 * 365 * 24 * HOUR, 2 * 90_000, -90_000] {
        let mut rig = Rig::on_air();
        rig.frames(130);
        rig.dts += by;
        rig.frames(130);
        assert_eq!(jumps(&rig), [by]);
        assert!(rig.gaps().is_empty());
        assert!(rig.parts().iter().all(|part| !part.discontinuity));
        let cameras: Vec<_> = rig.parts().iter().map(|part| part.camera_dts).collect();
        assert!(
            cameras.windows(2).any(|pair| !(0..=50_000).contains(&(pair[1] - pair[0]))),
            "the camera's time is kept"
        );
        let judged = rig.finish_and_judge();
        let even = |ticks: i64| (ticks - FRAME_TICKS).abs() <= FRAME_TICKS / 2;
        assert!(judged.samples.iter().all(|sample| even(sample.duration)));
    }
}

#[test]
fn two_jumps_in_a_row_cost_nothing() {
    let mut rig = Rig::on_air();
    rig.frames(77);
    rig.dts += 5 * HOUR;
    rig.frame();
    rig.dts -= 9 * HOUR;
    rig.frames(200);
    assert_eq!(jumps(&rig).len(), 2);
    let delay = rig.packager.live_delay_us().unwrap();
    assert!(delay.abs() < 100_000, "{delay}");
    rig.finish_and_judge();
}

/// An encoder that restarts within its connection: five seconds without pictures, then a clock from zero.
#[test]
fn a_jump_with_a_pause_leaves_the_pause_where_it_was() {
    let mut rig = Rig::on_air();
    rig.frames(500);
    rig.now_us += 5_000_000;
    rig.dts = 0;
    rig.frames(500);
    assert_eq!(jumps(&rig).len(), 1);
    let gaps = rig.gaps();
    assert_eq!(gaps.len(), 1);
    let length = gaps[0].to.unwrap().since(gaps[0].from);
    assert!((440_000..=460_000).contains(&length), "{length}");
    rig.finish_and_judge();
}

#[test]
fn extreme_decoding_times_are_survived() {
    let mut rig = Rig::on_air();
    rig.frames(60);
    for dts in [i64::MAX, i64::MIN, 0, i64::MIN, i64::MAX, -1] {
        rig.dts = dts;
        rig.frame_of(0, 40_000);
        rig.dts = dts.saturating_add(FRAME_TICKS);
        rig.frame_of(0, 40_000);
    }
    rig.dts = 0;
    rig.frames(60);
    assert!(rig.gaps().is_empty());
    rig.finish_and_judge();
}
