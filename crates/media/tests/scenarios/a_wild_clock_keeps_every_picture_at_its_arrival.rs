//! Cameras whose clock runs several times too fast or too slow, from the first picture on.

use crate::support::Rig;

const FARTHEST_US: i64 = 3_000_000;

/// SplitMix64.
fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// `seconds` of a camera with `rate` pictures a second, whose clock runs at `factor` times real time; each picture
/// arrives up to `jitter_us` late. Returns the largest distance between a picture's time and its arrival.
fn run(rig: &mut Rig, seconds: u64, rate: u64, factor: f64, jitter_us: u64, seed: &mut u64) -> i64 {
    let (begun, first) = (rig.now_us, rig.dts);
    let mut worst = 0;
    for frame in 0..seconds * rate {
        let due = frame * 1_000_000 / rate;
        rig.now_us = rig.now_us.max(begun + due + draw(seed) % jitter_us.max(1));
        rig.dts = first + (due as f64 * 0.09 * factor).round() as i64;
        rig.frame_of(0, 0);
        if frame % rate == 0 {
            rig.packager.tick(rig.now(), &mut rig.out);
        }
        worst = worst.max(rig.packager.live_delay_us().unwrap().abs());
    }
    rig.now_us = rig.now_us.max(begun + seconds * 1_000_000);
    rig.dts = first + (seconds as f64 * 90_000.0 * factor) as i64;
    worst
}

fn assert_well(mut rig: Rig, worst: i64, what: &str) {
    assert!(worst < FARTHEST_US, "{what}: {worst} µs from arrival");
    assert_eq!(rig.packager.counters().too_fast, 0, "{what}: every picture is kept");
    rig.flush();
    assert!(rig.gaps().is_empty(), "{what}: {:?}", rig.gaps());
    assert!(rig.parts().iter().all(|part| !part.discontinuity), "{what}");
    rig.finish_and_judge();
}

#[test]
fn clocks_that_cameras_are_known_for() {
    let mut seed = 1;
    for factor in [1.0 / 90.0, 0.05, 0.1, 0.2, 1.0 / 3.0, 0.5, 2.0, 3.0, 5.0, 10.0, 10.5, 20.0, 90.0] {
        for rate in [5, 12, 25, 30, 60] {
            let mut rig = Rig::on_air();
            let worst = run(&mut rig, 60, rate, factor, 20_000, &mut seed);
            let rest = rig.packager.live_delay_us().unwrap();
            let what = format!("{factor} times, {rate} a second");
            assert!(rest.abs() < 1_000_000, "{what}: {rest} µs after a minute");
            assert_well(rig, worst, &what);
        }
    }
}

#[test]
fn any_clock_from_a_hundredth_to_a_hundred() {
    let mut seed = 2026;
    for _ in 0..150 {
        let factor = 100_f64.powf((draw(&mut seed) % 2001) as f64 / 1000.0 - 1.0);
        let (rate, jitter) = (4 + draw(&mut seed) % 57, draw(&mut seed) % 60_000);
        let mut rig = Rig::on_air();
        rig.gop = rate * 2;
        let worst = run(&mut rig, 30, rate, factor, jitter, &mut seed);
        assert_well(rig, worst, &format!("{factor} times, {rate} a second, {jitter} µs of jitter"));
    }
}

/// A camera whose clock was correct for a minute.
#[test]
fn a_clock_that_becomes_fast_is_held_at_once() {
    let mut seed = 7;
    for factor in [1.2, 2.0, 10.5, 90.0] {
        let mut rig = Rig::on_air();
        run(&mut rig, 60, 25, 1.0, 5_000, &mut seed);
        let worst = run(&mut rig, 60, 25, factor, 5_000, &mut seed);
        let rest = rig.packager.live_delay_us().unwrap();
        assert!(rest.abs() < 1_000_000, "{factor} times: {rest} µs after a minute");
        assert_well(rig, worst, &format!("{factor} times"));
    }
}
