use ashkar_media::{AccessUnit, MediaEvent};

use crate::support::{FRAME_TICKS, FRAME_US, Rig};

/// Presentation minus decoding time, in frames, of the pattern I P B B B with one frame of reordering delay.
const PATTERN: [i32; 4] = [4, 1, 0, 0];

#[test]
fn b_frames_keep_their_order_through_loss() {
    let mut rig = Rig::on_air();
    let mut shown = Vec::new();
    for frame in 0..500_usize {
        let data = rig.picture();
        let composition_offset = PATTERN[frame % 4] * 3600;
        let (camera_dts, arrival) = (rig.dts, rig.now());
        rig.dts += FRAME_TICKS;
        rig.now_us += FRAME_US;
        // Every 17th is lost on the line, every 29th arrives damaged.
        if frame > 0 && frame % 17 == 0 {
            continue;
        }
        if frame > 0 && frame % 29 == 0 {
            rig.packager.take(
                MediaEvent::Refused { reason: "fragment lost".to_owned(), camera_dts: Some(camera_dts) },
                arrival,
                &mut rig.out,
            );
            continue;
        }
        rig.sent.push(data.clone());
        shown.push(camera_dts + i64::from(composition_offset));
        let unit = AccessUnit { data, camera_dts, composition_offset, keyframe: frame % 50 == 0, arrival };
        let at = unit.arrival;
        rig.packager.take(MediaEvent::Video(unit), at, &mut rig.out);
    }
    assert!(rig.gaps().is_empty(), "a lost picture is no gap");
    let judged = rig.finish_and_judge();
    let base = judged.samples[0].time + judged.samples[0].composition_offset - shown[0];
    let written: Vec<_> =
        judged.samples.iter().map(|sample| sample.time + sample.composition_offset - base).collect();
    assert_eq!(written, shown, "each picture is shown when the camera said");
}

#[test]
fn a_wild_composition_offset_is_held() {
    let mut rig = Rig::on_air();
    for composition_offset in [i32::MAX, i32::MIN, -7200] {
        let data = rig.picture();
        rig.sent.push(data.clone());
        let (camera_dts, arrival) = (rig.dts, rig.now());
        rig.packager.take(
            MediaEvent::Video(AccessUnit { data, camera_dts, composition_offset, keyframe: true, arrival }),
            arrival,
            &mut rig.out,
        );
        rig.dts += FRAME_TICKS;
        rig.now_us += FRAME_US;
    }
    let offsets: Vec<_> =
        rig.finish_and_judge().samples.iter().map(|sample| sample.composition_offset).collect();
    assert_eq!(offsets, [900_000, -900_000, -7200]);
}
