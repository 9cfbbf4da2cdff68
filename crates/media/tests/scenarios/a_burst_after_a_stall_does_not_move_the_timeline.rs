use crate::support::{FRAME_TICKS, Rig};

/// The line stalls for `stall_us`, then everything that the camera sent in the meantime comes within a few
/// milliseconds.
fn stall(rig: &mut Rig, stall_us: u64) {
    let late = stall_us / 40_000;
    rig.silence(stall_us);
    for _ in 0..late {
        rig.frame_of(FRAME_TICKS, 200);
    }
}

#[test]
fn a_burst_after_a_stall_does_not_move_the_timeline() {
    let mut rig = Rig::on_air();
    rig.frames(500);
    for stall_us in [2_000_000, 5_000_000, 11_000_000] {
        stall(&mut rig, stall_us);
        rig.frames(500);
    }
    assert!(rig.gaps().is_empty(), "a late burst within 12 s continues the timeline");
    assert!(rig.parts().iter().all(|part| !part.discontinuity));
    let judged = rig.finish_and_judge();
    let even = judged.samples.iter().filter(|sample| sample.duration == FRAME_TICKS).count();
    assert!(even * 100 >= judged.samples.len() * 99, "{even} of {}", judged.samples.len());
}

/// A keyframe and all pictures since it, from a relay's buffer, in one burst at the beginning.
#[test]
fn a_connection_that_begins_with_a_burst_comes_back_to_its_arrivals() {
    let mut rig = Rig::on_air();
    for _ in 0..49 {
        rig.frame_of(FRAME_TICKS, 100);
    }
    rig.frames(25 * 120);
    let delay = rig.packager.live_delay_us().unwrap();
    assert!(delay.abs() < 300_000, "{delay} µs after two minutes");
    assert!(rig.gaps().is_empty());
    rig.finish_and_judge();
}

/// With short jitter on each arrival nothing is corrected: durations stay exactly the camera's.
#[test]
fn jitter_leaves_durations_alone() {
    let mut rig = Rig::on_air();
    let mut seed = 42_u64;
    let start = rig.now_us;
    for frame in 0..5000_u64 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        rig.now_us = (start + frame * 40_000 + (seed >> 33) % 60_000).max(rig.now_us);
        rig.frame_of(FRAME_TICKS, 0);
    }
    let judged = rig.finish_and_judge();
    assert!(judged.samples.iter().all(|sample| sample.duration == FRAME_TICKS));
}
