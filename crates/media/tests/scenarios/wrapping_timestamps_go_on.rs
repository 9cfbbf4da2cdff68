use ashkar_media::Unwrapper;

use crate::support::{FRAME_TICKS, Rig};

/// Sends 200 frames whose timestamps wrap at the 100th.
fn wraps(bits: u32, step: u64, to_ticks: i64) {
    let mask = (1_u64 << bits) - 1;
    let mut unwrapper = Unwrapper::new(bits);
    let mut rig = Rig::on_air();
    for frame in 0..200_u64 {
        let on_the_wire = (mask - 100 * step + 1).wrapping_add(frame * step) & mask;
        rig.dts = unwrapper.unwrap(on_the_wire) * to_ticks;
        rig.frame_of(0, 40_000);
    }
    assert!(rig.facts().iter().all(|fact| matches!(fact, ashkar_media::FactKind::Connected { .. })));
    assert!(rig.gaps().is_empty());
    let judged = rig.finish_and_judge();
    assert!(judged.samples.iter().all(|sample| sample.duration == FRAME_TICKS));
}

#[test]
fn rtmp_milliseconds_of_32_bits() {
    wraps(32, 40, 90);
}

#[test]
fn rtp_timestamps_of_32_bits() {
    wraps(32, 3600, 1);
}

#[test]
fn mpeg_timestamps_of_33_bits() {
    wraps(33, 3600, 1);
}
