use crate::support::{FRAME_TICKS, Rig};

#[test]
fn an_even_camera_is_cut_at_keyframes_into_half_second_parts() {
    let mut rig = Rig::on_air();
    rig.frames(50 * 5);
    let segments: Vec<_> = rig.segments().iter().map(|end| (end.segment, end.duration, end.parts)).collect();
    // The rhythm is known from the second keyframe on.
    let parts = |number| if number == 100 { 5 } else { 4 };
    assert_eq!(segments, (100..104).map(|number| (number, 180_000, parts(number))).collect::<Vec<_>>());
    for part in rig.parts() {
        assert_eq!(part.independent, part.index == 0);
        assert!(!part.discontinuity);
    }
    assert_eq!(rig.parts()[0].duration, 12 * 3600, "thirteen frames would be 0.52 s");
    let lengths: Vec<u32> = rig.parts().iter().skip(5).take(12).map(|part| part.duration / 3600).collect();
    assert_eq!(lengths, [12, 13].repeat(6), "no short part is left over");
    assert!(rig.gaps().is_empty());
    let judged = rig.finish_and_judge();
    assert!(
        judged.samples.iter().all(|sample| sample.duration == FRAME_TICKS),
        "durations stay the camera's"
    );
}

/// A part is output when its last picture's length is known, not one picture later.
#[test]
fn a_part_comes_out_as_soon_as_the_next_picture_would_not_fit() {
    let mut rig = Rig::on_air();
    rig.frames(12);
    assert_eq!(rig.parts().len(), 0);
    rig.frame();
    assert_eq!(rig.parts().len(), 1);
}

#[test]
fn a_camera_with_a_keyframe_each_four_seconds_gets_segments_that_begin_with_one() {
    let mut rig = Rig::on_air();
    rig.gop = 100;
    // A slightly longer frame makes the rhythm 4.0002 s.
    for _ in 0..1000 {
        let extra = i64::from(rig.frames % 100 == 7) * 20;
        rig.frame_of(FRAME_TICKS + extra, 40_000);
    }
    let judged = rig
        .parts()
        .iter()
        .filter(|part| part.index == 0 && part.start.since(rig.parts()[0].start) > 1_000_000)
        .all(|part| part.independent);
    assert!(judged, "after the rhythm is known");
    rig.finish_and_judge();
}

#[test]
fn without_keyframes_a_segment_ends_at_four_seconds() {
    let mut rig = Rig::on_air();
    rig.gop = 10_000;
    rig.frames(500);
    assert!(rig.segments().len() >= 4);
    assert!(rig.segments().iter().all(|end| end.duration <= 360_000));
    rig.finish_and_judge();
}

#[test]
fn frames_farther_apart_than_a_part_keep_their_true_duration() {
    let mut rig = Rig::on_air();
    rig.gop = 3;
    for _ in 0..30 {
        rig.frame_of(90_000, 1_000_000);
    }
    let judged = rig.finish_and_judge();
    assert!(judged.samples[..29].iter().all(|sample| sample.duration == 90_000));
    assert!(judged.gaps.is_empty());
}
