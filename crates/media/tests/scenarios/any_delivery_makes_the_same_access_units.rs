//! Whichever way an encoder delivers a picture, the recording has its NAL units in one access unit, byte-exact (I4).

use ashkar_media::{FactKind, Framing, MediaEvent, VideoCodec, VideoConfig};
use bytes::Bytes;
use proptest::prelude::*;

use crate::support::{
    FRAME_TICKS, FRAME_US, HEVC_PPS, HEVC_SPS, HEVC_VPS, PPS_180, Rig, SPS_180, config_180, config_hevc,
    config_of, escaped, prefixed,
};

/// How one picture is delivered.
#[derive(Debug, Clone, Copy)]
enum Delivery {
    Whole,
    /// Start codes of three or four bytes only.
    AnnexB(usize),
    /// One length, and start codes behind it.
    OneLength(usize),
    /// Empty NAL units before, between and behind.
    Empties,
    /// This many zeros at the end, included in the last NAL unit's length.
    Zeros(usize),
    /// A message for each NAL unit.
    Alone,
    /// The same, with the NAL units before the slices at the time of the picture before.
    SetsEarly,
    /// A message for each NAL unit, stamped as it leaves, 1 ms apart.
    Stamped,
}

fn delivery() -> impl Strategy<Value = Delivery> {
    prop_oneof![
        Just(Delivery::Whole),
        (3_usize..6).prop_map(Delivery::AnnexB),
        (3_usize..5).prop_map(Delivery::OneLength),
        Just(Delivery::Empties),
        (1_usize..9).prop_map(Delivery::Zeros),
        Just(Delivery::Alone),
        Just(Delivery::SetsEarly),
        Just(Delivery::Stamped),
    ]
}

fn start_code(bytes: usize) -> Vec<u8> {
    let mut code = vec![0; bytes - 1];
    code.push(1);
    code
}

/// The messages of one picture: their bytes, and their times relative to the picture's.
fn messages(units: &[Vec<u8>], how: Delivery) -> Vec<(Vec<u8>, i64)> {
    let all: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    let coded =
        |code: usize| all.iter().flat_map(|unit| [&start_code(code)[..], unit].concat()).collect::<Vec<_>>();
    let alone = |time: &dyn Fn(usize, &[u8]) -> i64| {
        all.iter().enumerate().map(|(n, unit)| (prefixed(&[unit]).to_vec(), time(n, unit))).collect()
    };
    match how {
        Delivery::Whole => vec![(prefixed(&all).to_vec(), 0)],
        Delivery::AnnexB(code) => vec![(coded(code), 0)],
        Delivery::OneLength(code) => vec![(prefixed(&[&coded(code)[code..]]).to_vec(), 0)],
        Delivery::Empties => {
            let empty: &[u8] = &[];
            let units: Vec<&[u8]> = all.iter().flat_map(|unit| [empty, unit]).chain([empty]).collect();
            vec![(prefixed(&units).to_vec(), 0)]
        }
        Delivery::Zeros(count) => {
            let mut last = all.last().unwrap().to_vec();
            last.resize(last.len() + count, 0);
            let mut units = all.clone();
            *units.last_mut().unwrap() = &last;
            vec![([&prefixed(&units)[..], &vec![0; count]].concat(), 0)]
        }
        Delivery::Alone => alone(&|_, _| 0),
        Delivery::SetsEarly => alone(&|_, unit| if is_slice(unit) { 0 } else { -FRAME_TICKS }),
        Delivery::Stamped => alone(&|n, _| n as i64 * 90),
    }
}

/// Only the units that these tests make.
fn is_slice(unit: &[u8]) -> bool {
    matches!(unit[0], 0x65 | 0x41 | 0x26 | 0x02)
}

/// The NAL units of picture `n` in slices.
fn picture(codec: VideoCodec, n: u64, slices: u8) -> Vec<Vec<u8>> {
    let key = n.is_multiple_of(50);
    let mut units: Vec<Vec<u8>> = match (codec, key) {
        (VideoCodec::H264, true) => {
            vec![vec![0x09, 0x10], SPS_180.into(), PPS_180.into(), vec![0x06, 5, 2, 0xaa, 0xbb, 0x80]]
        }
        (VideoCodec::H264, false) => vec![vec![0x09, 0x30]],
        (VideoCodec::H265, true) => {
            vec![vec![0x46, 1, 0x10], HEVC_VPS.into(), HEVC_SPS.into(), HEVC_PPS.into()]
        }
        (VideoCodec::H265, false) => vec![vec![0x46, 1, 0x50]],
    };
    for slice in 0..slices.max(1) {
        let mut unit = match (codec, key, slice) {
            (VideoCodec::H264, true, 0) => vec![0x65, 0x88],
            (VideoCodec::H264, false, 0) => vec![0x41, 0x9a],
            (VideoCodec::H264, true, _) => vec![0x65, 0x42, 0x10],
            (VideoCodec::H264, false, _) => vec![0x41, 0x46, 0x80],
            (VideoCodec::H265, true, 0) => vec![0x26, 1, 0xaf],
            (VideoCodec::H265, false, 0) => vec![0x02, 1, 0xd0],
            (VideoCodec::H265, true, _) => vec![0x26, 1, 0x2f],
            (VideoCodec::H265, false, _) => vec![0x02, 1, 0x50],
        };
        unit.extend(escaped(n as i64));
        unit.push(0x80 | slice);
        // Lengths on both sides of 256 and 512, where a length looks like a start code.
        unit.resize(
            20 + usize::from(slice) * 40 + usize::from(n % 7 == 3) * 250 + usize::from(key) * 400,
            0xb7,
        );
        units.push(unit);
    }
    units
}

fn rig(config: VideoConfig) -> Rig {
    let mut rig = Rig::new();
    rig.connect();
    let at = rig.now();
    rig.packager.take(MediaEvent::VideoConfig(config), at, &mut rig.out);
    rig
}

fn send(rig: &mut Rig, units: &[Vec<u8>], how: Delivery) {
    let time = rig.dts;
    for (bytes, offset) in messages(units, how) {
        rig.dts = time + offset;
        rig.send_raw(bytes.into(), false);
    }
    rig.dts = time + FRAME_TICKS;
    rig.now_us += FRAME_US;
    let all: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
    rig.sent.push(prefixed(&all));
}

fn no_refusal(rig: &Rig) {
    let refused: Vec<_> =
        rig.facts().into_iter().filter(|fact| matches!(fact, FactKind::AccessUnitRefused { .. })).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// One way for the whole stream, as real encoders do.
    #[test]
    fn one_way_after_the_other(how in delivery(), slices in 1_u8..6, h265 in any::<bool>()) {
        let (codec, config) =
            if h265 { (VideoCodec::H265, config_hevc()) } else { (VideoCodec::H264, config_180()) };
        let mut rig = rig(config);
        for n in 0..160 {
            send(&mut rig, &picture(codec, n, slices), how);
        }
        no_refusal(&rig);
        prop_assert!(rig.parts().iter().filter(|part| part.independent).count() >= 3);
        rig.finish_and_judge();
    }

    /// Every picture in another way and with other slices.
    #[test]
    fn any_ways_mixed(hows in prop::collection::vec((delivery(), 1_u8..6), 60..90)) {
        let mut rig = rig(config_180());
        for (n, (how, slices)) in hows.into_iter().enumerate() {
            // NAL units ahead of a picture, at the time of the one before, cannot be told from that one's own.
            send(&mut rig, &picture(VideoCodec::H264, n as u64, slices), how);
        }
        no_refusal(&rig);
        rig.finish_and_judge();
    }
}

/// Lengths of one, two and three bytes, as declared by the record; and of four where the record declares two.
#[test]
fn lengths_of_any_size_become_four_bytes() {
    for size in 1..=4_usize {
        let mut record = config_180().record.to_vec();
        record[4] = 0xfc | (size - 1) as u8;
        let mut rig = rig(VideoConfig { codec: VideoCodec::H264, record: record.into() });
        for n in 0..60 {
            let mut units = picture(VideoCodec::H264, n, 2);
            if size == 1 {
                units.iter_mut().for_each(|unit| unit.truncate(200));
            }
            let row: Vec<u8> = units
                .iter()
                .flat_map(|unit| [&(unit.len() as u32).to_be_bytes()[4 - size..], unit].concat())
                .collect();
            rig.send_raw(row.into(), false);
            rig.dts += FRAME_TICKS;
            rig.now_us += FRAME_US;
            rig.sent.push(prefixed(&units.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        }
        no_refusal(&rig);
        rig.finish_and_judge();
    }
    let mut record = config_180().record.to_vec();
    record[4] = 0xfd;
    let mut rig = rig(VideoConfig { codec: VideoCodec::H264, record: record.into() });
    for n in 0..60 {
        send(&mut rig, &picture(VideoCodec::H264, n, 1), Delivery::Whole);
    }
    rig.finish_and_judge();
}

/// Two pictures in one message are separated.
#[test]
fn pictures_in_one_message_are_taken_apart() {
    for (codec, config) in [(VideoCodec::H264, config_180()), (VideoCodec::H265, config_hevc())] {
        let mut rig = rig(config);
        for n in 0..40 {
            let (first, second) = (picture(codec, 2 * n, 2), picture(codec, 2 * n + 1, 3));
            let both: Vec<&[u8]> = first.iter().chain(&second).map(Vec::as_slice).collect();
            rig.send_raw(prefixed(&both), false);
            for units in [&first, &second] {
                rig.sent.push(prefixed(&units.iter().map(Vec::as_slice).collect::<Vec<_>>()));
            }
            rig.dts += 2 * FRAME_TICKS;
            rig.now_us += 2 * FRAME_US;
        }
        rig.finish_and_judge();
    }
}

/// The two fields of a frame are one access unit, in one message and in two.
#[test]
fn two_fields_are_one_picture() {
    let field = |frame: u8, bottom: bool| {
        // first_mb 0, P, PPS 0, frame_num in four bits, field_pic_flag 1, bottom_field_flag.
        let bits = 0b1001_1010_0001_0000 | u16::from(frame) << 5 | u16::from(bottom) << 3 | 0b111;
        [&[0x41][..], &bits.to_be_bytes()].concat()
    };
    let config = field_config();
    let mut rig = rig(config);
    let key = picture(VideoCodec::H264, 0, 1);
    rig.send_raw(prefixed(&[key.last().unwrap()]), true);
    rig.sent.push(prefixed(&[key.last().unwrap()]));
    for frame in 1..10 {
        rig.dts += FRAME_TICKS;
        rig.now_us += FRAME_US;
        let (top, bottom) = (field(frame, false), field(frame, true));
        if frame % 2 == 0 {
            rig.send_raw(prefixed(&[&top, &bottom]), false);
        } else {
            rig.send_raw(prefixed(&[&top]), false);
            rig.send_raw(prefixed(&[&bottom]), false);
        }
        rig.sent.push(prefixed(&[&top, &bottom]));
    }
    rig.finish_and_judge();
}

/// 320x192 with fields.
fn field_config() -> VideoConfig {
    let golomb = |value: u32| {
        let code = format!("{:b}", value + 1);
        "0".repeat(code.len() - 1) + &code
    };
    // Number, frame_num of 4 bits, order count type 2, one reference, no gaps; 20 by 6 map units; fields, no adaptive
    // frames, direct inference, no cropping, no usability information.
    let mut bits: String = [0, 0, 2, 1].map(golomb).concat();
    bits += "0";
    bits += &golomb(19);
    bits += &golomb(5);
    bits += "0010";
    bits += "01";
    let length = bits.len().div_ceil(8) * 8;
    let bits = format!("{bits:0<length$}");
    let bytes = (0..length / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).unwrap());
    let sps: Vec<u8> = [0x67, 0x4d, 0x40, 0x1e].into_iter().chain(bytes).collect();
    config_of(VideoCodec::H264, &[&sps, PPS_180]).unwrap()
}

/// A message whose bytes look like a start code is one NAL unit all the same.
#[test]
fn a_start_code_is_one_only_where_a_nal_unit_follows() {
    let mut rig = rig(config_180());
    let odd = vec![0x06, 5, 6, 0xaa, 0, 0, 1, 0xff, 0xbb, 0x80];
    let units: Vec<Vec<u8>> =
        std::iter::once(odd).chain(picture(VideoCodec::H264, 0, 1).split_off(4)).collect();
    send(&mut rig, &units, Delivery::Whole);
    for n in 1..20 {
        send(&mut rig, &picture(VideoCodec::H264, n, 1), Delivery::Whole);
    }
    rig.finish_and_judge();
}

/// The record itself with start codes, and no record at all: the sets in the stream are enough.
#[test]
fn a_record_with_start_codes_is_read_and_none_is_not_missed() {
    let coded = [&[0, 0, 0, 1][..], SPS_180, &[0, 0, 1], PPS_180].concat();
    for record in [Bytes::from(coded), Bytes::new()] {
        let mut rig = Rig::new();
        let at = rig.now();
        rig.packager.connected("rtmp 10.1.2.3:50123".to_owned(), at, &mut rig.out);
        let bare = !record.is_empty();
        rig.packager.take(
            MediaEvent::VideoConfig(VideoConfig { codec: VideoCodec::H264, record }),
            at,
            &mut rig.out,
        );
        for n in 0..30 {
            let mut units = picture(VideoCodec::H264, n, 1);
            if bare {
                units.retain(|unit| is_slice(unit));
            }
            send(&mut rig, &units, Delivery::AnnexB(4));
        }
        rig.finish_and_judge();
    }
}

/// Lengths of one byte, empty NAL units, and one that consists only of a start code and a zero.
#[test]
fn what_was_given_out_stays_as_it_is_when_it_comes_back() {
    let mut framing = Framing::default();
    framing.announced(&VideoConfig { codec: VideoCodec::H264, record: Bytes::from(vec![0; 22]) });
    let odd = Bytes::from_static(&[0, 0, 2, 8, 10, 0, 0, 0, 4, 0, 0, 1, 0, 1, 4]);
    let row = framing.row(VideoCodec::H264, odd).unwrap();
    assert_eq!(row.as_ref(), [0, 0, 0, 2, 8, 10, 0, 0, 0, 1, 4]);
    assert_eq!(Framing::default().row(VideoCodec::H264, row.clone()).unwrap(), row);
}
