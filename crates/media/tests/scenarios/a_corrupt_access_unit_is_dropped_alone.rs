use ashkar_media::{FactKind, MediaEvent, Options, Resume};
use bytes::Bytes;

use crate::support::{FRAME_TICKS, FRAME_US, Rig, prefixed};

#[test]
fn a_corrupt_access_unit_is_dropped_alone() {
    let mut rig = Rig::on_air();
    rig.frames(60);
    let corrupt: [(&[u8], &str); 4] = [
        (&[], "the access unit is empty"),
        (&[0, 0, 0, 9, 0x41, 1, 2], "NAL unit 0 at byte 0 claims 9 bytes, 3 are left"),
        (&[0xff, 0xff, 0xff, 0xff, 0x41], "NAL unit 0 at byte 0 claims 4294967295 bytes, 1 are left"),
        (&[0, 0, 0, 2, 0x41, 0x9a, 0, 7], "NAL unit 1 at byte 6: its length field is cut off"),
    ];
    let mut expected = Vec::new();
    for (bytes, reason) in corrupt {
        expected.push(FactKind::AccessUnitRefused { camera_dts: rig.dts, reason: reason.to_owned() });
        rig.send_raw(Bytes::from_static(bytes), false);
        rig.dts += FRAME_TICKS;
        rig.now_us += FRAME_US;
        rig.frames(3);
    }
    let refused: Vec<_> =
        rig.facts().into_iter().filter(|fact| matches!(fact, FactKind::AccessUnitRefused { .. })).collect();
    assert_eq!(refused, expected.iter().collect::<Vec<_>>());
    assert_eq!(rig.packager.counters().refused, 4);
    assert!(rig.gaps().is_empty() && rig.parts().iter().all(|part| !part.discontinuity));
    let judged = rig.finish_and_judge();
    let doubled = judged.samples.iter().filter(|sample| sample.duration == 2 * FRAME_TICKS).count();
    assert_eq!(doubled, 4, "the picture before a dropped one stands twice as long");
}

#[test]
fn an_access_unit_above_the_limit_is_dropped_alone() {
    let mut rig = Rig::on_air();
    rig.frames(10);
    let limit = Options::default().max_access_unit_bytes;
    let mut huge = vec![0x41; limit + 1];
    huge[..4].copy_from_slice(&(limit as u32 - 3).to_be_bytes());
    rig.send_raw(huge.into(), false);
    rig.frames(10);
    assert!(rig.facts().iter().any(|fact| matches!(fact, FactKind::AccessUnitRefused { .. })));
    rig.finish_and_judge();
}

#[test]
fn what_the_protocol_could_not_parse_is_a_fact() {
    let mut rig = Rig::on_air();
    rig.frames(10);
    let at = rig.now();
    rig.packager.take(
        MediaEvent::Refused { reason: "FU-A fragment lost".to_owned(), camera_dts: Some(123) },
        at,
        &mut rig.out,
    );
    let fact = FactKind::AccessUnitRefused { camera_dts: 123, reason: "FU-A fragment lost".to_owned() };
    assert!(rig.facts().contains(&&fact));
    rig.frames(10);
    rig.finish_and_judge();
}

/// A broken camera cannot fill the archive with facts.
#[test]
fn facts_that_come_thick_are_counted_instead() {
    let mut rig = Rig::on_air();
    for _ in 0..1000 {
        rig.frame();
        rig.send_raw(Bytes::new(), false);
    }
    let told = rig.facts().iter().filter(|fact| matches!(fact, FactKind::AccessUnitRefused { .. })).count();
    assert!((20..=70).contains(&told), "{told} facts in 40 s");
    let counters = rig.packager.counters();
    assert_eq!((counters.refused, counters.facts_suppressed), (1000, 1000 - told as u64));
    rig.finish_and_judge();
}

/// Parameter sets in an access unit of their own are no picture; they are kept and placed before the next one.
#[test]
fn an_access_unit_without_a_picture_is_put_before_the_next_one() {
    let mut rig = Rig::on_air();
    rig.frames(10);
    let delimiter = prefixed(&[&[0x09, 0xf0], &[0x06, 1, 1, 0x80]]);
    rig.send_raw(delimiter.clone(), false);
    let picture = rig.picture();
    rig.send_raw(picture.clone(), false);
    rig.sent.push([delimiter, picture].concat().into());
    rig.dts += FRAME_TICKS;
    rig.now_us += FRAME_US;
    rig.frames(10);
    rig.finish_and_judge();
}

#[test]
fn large_pictures_close_a_part_before_it_grows_beyond_its_limit() {
    let mut rig = Rig::on_air();
    for _ in 0..10 {
        let keyframe = rig.frames == 0;
        let mut slice = vec![if keyframe { 0x65 } else { 0x41 }; 3 << 20];
        slice[1] = 0x9a;
        slice[2] = 0x80 | rig.frames as u8;
        let data = prefixed(&[&slice]);
        rig.sent.push(data.clone());
        rig.send_raw(data, keyframe);
        rig.frames += 1;
        rig.dts += FRAME_TICKS;
        rig.now_us += FRAME_US;
    }
    let limit = Options::default().max_part_bytes;
    assert!(rig.parts().len() >= 4 && rig.parts().iter().all(|part| part.bytes.len() < limit + 1000));
    rig.finish_and_judge();
}

/// A part for each picture, a thousand in a second: `mfhd` counts 256 for each segment.
#[test]
fn a_segment_ends_after_256_parts() {
    let options = Options { max_part_bytes: 100, ..Options::default() };
    let mut rig = Rig::with(Resume { next_segment: 100, ..Resume::default() }, options);
    rig.connect();
    rig.gop = u64::MAX;
    for _ in 0..1000 {
        rig.frame_of(90, 1000);
    }
    let longest = rig.parts().iter().map(|part| part.index).max();
    assert_eq!(longest, Some(255));
    rig.finish_and_judge();
}
