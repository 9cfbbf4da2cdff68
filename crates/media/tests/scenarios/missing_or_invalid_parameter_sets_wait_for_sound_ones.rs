use ashkar_media::{FactKind, MediaEvent, Output, VideoCodec, VideoConfig};
use bytes::Bytes;

use crate::support::{
    FRAME_TICKS, FRAME_US, HEVC_PPS, HEVC_SPS, HEVC_VPS, PPS_180, Rig, SPS_180, config_180, prefixed,
};

fn unannounced() -> Rig {
    let mut rig = Rig::new();
    let at = rig.now();
    rig.packager.connected("rtsp 10.1.2.3:554".to_owned(), at, &mut rig.out);
    rig
}

fn step(rig: &mut Rig) {
    rig.dts += FRAME_TICKS;
    rig.now_us += FRAME_US;
}

fn codecs(rig: &Rig) -> Option<String> {
    rig.out.iter().find_map(|out| if let Output::Init(init) = out { Some(init.codecs.clone()) } else { None })
}

fn waited(rig: &Rig) -> Option<u32> {
    let mut facts = rig.facts().into_iter();
    facts.find_map(
        |fact| if let FactKind::WaitingForKeyframe { dropped } = fact { Some(*dropped) } else { None },
    )
}

#[test]
fn missing_parameter_sets_are_taken_from_the_stream() {
    let mut rig = unannounced();
    for keyframe in [true, false, false] {
        rig.send_raw(prefixed(&[&[if keyframe { 0x65 } else { 0x41 }, 1]]), keyframe);
        step(&mut rig);
    }
    let first = prefixed(&[SPS_180, PPS_180, &[0x65, 2, 3]]);
    rig.sent.push(first.clone());
    rig.send_raw(first, true);
    step(&mut rig);
    rig.frames = 1;
    rig.frames(100);
    assert_eq!(waited(&rig), Some(3));
    rig.flush();
    assert_eq!(codecs(&rig).as_deref(), Some("avc1.42c00c"));
    rig.finish_and_judge();
}

#[test]
fn h265_parameter_sets_in_an_access_unit_of_their_own_are_taken_too() {
    let mut rig = unannounced();
    let at = rig.now();
    let empty = VideoConfig { codec: VideoCodec::H265, record: Bytes::new() };
    rig.packager.take(MediaEvent::VideoConfig(empty), at, &mut rig.out);
    let sets = prefixed(&[HEVC_VPS, HEVC_SPS, HEVC_PPS]);
    let picture = prefixed(&[&[19 << 1, 1, 0xaa]]);
    rig.send_raw(sets.clone(), false);
    rig.send_raw(picture.clone(), true);
    rig.sent.push([sets, picture].concat().into());
    step(&mut rig);
    rig.flush();
    assert_eq!(codecs(&rig).as_deref(), Some("hvc1.1.6.L60.90"));
    rig.finish_and_judge();
}

#[test]
fn invalid_parameter_sets_leave_the_valid_ones_in_use() {
    let mut rig = Rig::on_air();
    rig.frames(60);
    let at = rig.now();
    for _ in 0..5 {
        let record = Bytes::from_static(&[1, 0x64, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1e, 1, 0, 0]);
        rig.packager.take(
            MediaEvent::VideoConfig(VideoConfig { codec: VideoCodec::H264, record }),
            at,
            &mut rig.out,
        );
    }
    // A damaged SPS inside a keyframe: the picture is kept, the set is ignored.
    let keyframe = prefixed(&[&[0x67, 0x64, 0, 0x1e, 0xff], &[0x65, 9, 9]]);
    rig.sent.push(keyframe.clone());
    rig.send_raw(keyframe, true);
    step(&mut rig);
    rig.frames(60);
    let refused =
        rig.facts().iter().filter(|fact| matches!(fact, FactKind::ParametersRefused { .. })).count();
    assert_eq!(refused, 2, "one for five equal records, one for the set in the stream");
    assert!(!rig.facts().contains(&&FactKind::ParametersChanged));
    assert!(rig.parts().iter().all(|part| !part.discontinuity));
    rig.finish_and_judge();
}

#[test]
fn pictures_before_the_first_keyframe_are_counted() {
    let mut rig = Rig::on_air();
    for _ in 0..7 {
        rig.send_raw(prefixed(&[&[0x41, 1]]), false);
        step(&mut rig);
    }
    rig.frames(50);
    assert_eq!(waited(&rig), Some(7));
    assert_eq!(rig.packager.counters().waiting_dropped, 7);
    rig.finish_and_judge();
}

#[test]
fn a_camera_that_never_sends_a_keyframe_is_reported() {
    let mut rig = Rig::on_air();
    for _ in 0..100 {
        rig.send_raw(prefixed(&[&[0x41, 1]]), false);
        step(&mut rig);
    }
    rig.packager.tick(rig.now(), &mut rig.out);
    assert_eq!(waited(&rig), Some(100));
}

#[test]
fn configurations_of_another_length_size_are_written_with_four() {
    let config = config_180();
    let mut record = config.record.to_vec();
    record[4] = 0xfd;
    let mut rig = Rig::new();
    let at = rig.now();
    rig.packager.connected("rtmp".to_owned(), at, &mut rig.out);
    let two_bytes = VideoConfig { codec: VideoCodec::H264, record: record.into() };
    rig.packager.take(MediaEvent::VideoConfig(two_bytes), at, &mut rig.out);
    rig.frames(20);
    rig.flush();
    let init =
        rig.out.iter().find_map(|out| if let Output::Init(init) = out { Some(init) } else { None }).unwrap();
    assert!(init.bytes.windows(config.record.len()).any(|window| window == config.record));
}
