//! Round trips of records, their one encoding, the refusal of everything else, and frozen bytes.

use ashkar_media::{Gap, Output, Part};
use ashkar_terms::{Cause, MediaTime, Moment, UtcMicros};
use ashkar_uplink::{BODY_BYTES_MAX, RecordName, WireError, decode, encode};
use bytes::Bytes;
use proptest::prelude::*;

use crate::support::output;

fn body(output: &Output) -> Vec<u8> {
    let (head, payload) = encode(output);
    [head, payload.to_vec()].concat()
}

fn part() -> Part {
    Part {
        segment: 4711,
        index: 3,
        start: MediaTime(153_656_190_000_000),
        duration: 45_000,
        independent: true,
        init: [0, 0xf1, 0xa2, 0xb3, 0xc4, 0xd5, 0xe6, 0xf7],
        discontinuity: false,
        camera_dts: 90_000,
        first_arrival: Moment { wall: UtcMicros(1_707_291_000_000_000), mono_us: 5_000_000 },
        last_arrival: Moment { wall: UtcMicros(1_707_291_000_480_000), mono_us: 5_480_000 },
        samples: 12,
        bytes: Bytes::from_static(b"moof mdat"),
    }
}

/// What docs/reference/uplink.md shows. These bytes never change their meaning.
const PART_HEX: &str = "01030100\
    0003000c0000000000001267\
    00008bbfde9f5b800000afc8\
    00f1a2b3c4d5e6f7\
    0000000000015f90\
    000610c5a9954e00\
    00000000004c4b40\
    000610c5a99ca100\
    0000000000539e40";

#[test]
fn a_part_has_the_bytes_of_the_reference() {
    let (head, payload) = encode(&Output::Part(part()));
    let hex: String = head.iter().map(|byte| format!("{byte:02x}")).collect();
    let crc = format!("{:08x}", crc32c::crc32c(b"moof mdat"));
    assert_eq!(hex, format!("{PART_HEX}{crc}00000009"));
    assert_eq!(payload, part().bytes);
}

#[test]
fn a_payload_is_not_copied() {
    let (head, payload) = encode(&Output::Part(part()));
    let kept = part().bytes;
    assert_eq!(encode(&Output::Part(Part { bytes: kept.clone(), ..part() })).1.as_ptr(), kept.as_ptr());
    let body = Bytes::from([head.clone(), payload.to_vec()].concat());
    let Ok(Output::Part(read)) = decode(body.clone()) else { panic!("not read back") };
    assert_eq!(read, part());
    assert_eq!(read.bytes.as_ptr(), body[head.len()..].as_ptr());
}

#[test]
fn what_is_out_of_its_range_is_refused() {
    let mut broken = vec![
        Part { segment: 1 << 52, ..part() },
        Part { index: u16::MAX, ..part() },
        Part { samples: 0, ..part() },
        Part { duration: 0, ..part() },
        Part { start: MediaTime((1 << 53) + 1), ..part() },
        Part { start: MediaTime(i64::MIN), ..part() },
        Part { bytes: Bytes::new(), ..part() },
        Part { bytes: vec![0; (8 << 20) + 1].into(), ..part() },
    ];
    for part in broken.drain(..) {
        assert!(
            matches!(decode(body(&Output::Part(part)).into()), Err(WireError::Value(_))),
            "a part out of range"
        );
    }
    let gap = Gap { from: MediaTime(10), to: Some(MediaTime(9)), cause: Cause::Power, next_segment: 1 };
    assert_eq!(decode(body(&Output::Gap(gap)).into()).unwrap_err(), WireError::Value("to"));
    let long = Bytes::from(vec![1; BODY_BYTES_MAX + 1]);
    assert_eq!(decode(long).unwrap_err(), WireError::Long(BODY_BYTES_MAX + 1));
}

#[test]
fn another_version_says_so() {
    let mut bytes = body(&Output::Part(part()));
    bytes[0] = 2;
    assert_eq!(decode(bytes.into()).unwrap_err(), WireError::Version(2));
}

proptest! {
    #[test]
    fn every_output_has_one_encoding(output in output()) {
        let bytes = body(&output);
        let read = decode(bytes.clone().into()).unwrap();
        prop_assert_eq!(format!("{read:?}"), format!("{output:?}"));
        prop_assert_eq!(body(&read), bytes);
        prop_assert_eq!(RecordName::of(&read), RecordName::of(&output));
    }

    #[test]
    fn what_is_cut_or_longer_is_refused(output in output(), cut in any::<prop::sample::Index>()) {
        let bytes = body(&output);
        let shorter = bytes[..cut.index(bytes.len())].to_vec();
        prop_assert!(decode(shorter.into()).is_err());
        prop_assert!(decode([bytes, vec![0]].concat().into()).is_err());
    }

    #[test]
    fn a_changed_byte_is_refused_or_another_record(
        output in output(), at in any::<prop::sample::Index>(), bit in 0..8,
    ) {
        let mut bytes = body(&output);
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        if let Ok(read) = decode(bytes.clone().into()) {
            prop_assert_eq!(body(&read), bytes);
            prop_assert_ne!(format!("{read:?}"), format!("{output:?}"));
        }
    }

    #[test]
    fn payloads_are_read_unchanged_or_refused(output in output(), bit in 0..8) {
        let (head, payload) = encode(&output);
        prop_assume!(!payload.is_empty());
        let mut payload = payload.to_vec();
        payload[0] ^= 1_u8 << bit;
        let changed = decode([head, payload].concat().into());
        prop_assert!(matches!(changed, Err(WireError::Checksum(_))));
    }

    #[test]
    fn any_bytes_are_read_or_refused(start in prop::option::of(0_u8..8), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = match start {
            Some(kind) => [vec![1, kind, 0, 0], bytes].concat(),
            None => bytes,
        };
        if let Ok(read) = decode(bytes.clone().into()) {
            prop_assert_eq!(body(&read), bytes);
        }
    }
}
