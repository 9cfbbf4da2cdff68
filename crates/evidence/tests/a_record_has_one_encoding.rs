//! Round trips of the encoding, and the refusal of everything else.

use ashkar_evidence::{
    Chain, ChainError, DecodeError, GAP_RECORD_BYTES, GapRecord, Link, Record, SEGMENT_RECORD_BYTES,
    SegmentRecord,
};
use ashkar_terms::{CameraId, Cause, ClockState, MediaTime, Moment, UtcMicros};
use proptest::prelude::*;

fn link() -> impl Strategy<Value = Link> {
    let camera = (any::<u16>(), any::<u16>(), any::<u8>());
    (camera, any::<[u8; 16]>(), any::<u64>(), any::<[u8; 32]>(), any::<(i64, u64)>(), 0u8..3).prop_map(
        |((constituency, station, camera), boot_id, sequence, previous, (wall, mono_us), clock)| Link {
            camera: CameraId::new(constituency, station, camera),
            boot_id,
            sequence,
            previous,
            at: Moment { wall: UtcMicros(wall), mono_us },
            clock: ClockState::from_u8(clock),
        },
    )
}

fn segment() -> impl Strategy<Value = Record> {
    let numbers = any::<(u64, i64, u32, u16, i64, u64, u64)>();
    (link(), numbers, any::<([u8; 32], [u8; 32], bool)>()).prop_map(
        |(
            link,
            (segment, start, duration, parts, wall, mono_us, byte_length),
            (init_sha256, sha256, recovered),
        )| {
            Record::Segment(SegmentRecord {
                link,
                segment,
                start: MediaTime(start),
                duration,
                parts,
                arrival: Moment { wall: UtcMicros(wall), mono_us },
                init_sha256,
                byte_length,
                sha256,
                recovered,
            })
        },
    )
}

fn gap() -> impl Strategy<Value = Record> {
    (link(), any::<(i64, Option<i64>, u64, bool)>(), 0u8..9).prop_map(
        |(link, (from, to, next_segment, may_still_arrive), cause)| {
            Record::Gap(GapRecord {
                link,
                from: MediaTime(from),
                to: to.map(MediaTime),
                cause: Cause::from_u8(cause),
                next_segment,
                may_still_arrive,
            })
        },
    )
}

fn record() -> impl Strategy<Value = Record> {
    prop_oneof![segment(), gap()]
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded(record in record()) {
        let bytes = record.encode();
        prop_assert_eq!(Record::decode(&bytes), Ok(record));
    }

    #[test]
    fn what_is_decoded_is_what_was_encoded(record in record(), place in any::<prop::sample::Index>(), value: u8) {
        let mut bytes = record.encode();
        let at = place.index(bytes.len());
        bytes[at] = value;
        if let Ok(decoded) = Record::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes);
        }
    }

    #[test]
    fn every_byte_counts(record in record(), place in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut bytes = record.encode();
        let at = place.index(bytes.len());
        bytes[at] ^= flip;
        prop_assert!(Record::decode(&bytes).map_or(true, |changed| changed.hash() != record.hash()));
    }

    #[test]
    fn other_lengths_are_refused(record in record(), cut in 0usize..SEGMENT_RECORD_BYTES, extra in 1usize..9) {
        let bytes = record.encode();
        let short = &bytes[..cut.min(bytes.len() - 1)];
        let mut long = bytes.clone();
        long.extend(vec![0; extra]);
        prop_assert!(Record::decode(short).is_err());
        prop_assert_eq!(
            Record::decode(&long),
            Err(DecodeError::Length { expected: bytes.len(), found: bytes.len() + extra })
        );
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = Record::decode(&bytes);
    }
}

fn link_after(chain: &Chain, mono_us: u64) -> Link {
    let at = Moment { wall: UtcMicros(1_707_282_000_000_000), mono_us };
    chain.link(CameraId::new(7, 12, 1), [9; 16], at, ClockState::Synchronised)
}

fn gap_after(chain: &Chain, mono_us: u64) -> Record {
    Record::Gap(GapRecord {
        link: link_after(chain, mono_us),
        from: MediaTime(90_000),
        to: None,
        cause: Cause::Uplink,
        next_segment: 5,
        may_still_arrive: false,
    })
}

#[test]
fn a_chain_goes_on_and_shows_what_breaks_it() {
    let mut chain = Chain::default();
    let first = gap_after(&chain, 1);
    assert_eq!(chain.follow(&first), Ok(()));
    let second = gap_after(&chain, 2);
    let camera = CameraId::new(7, 12, 1);

    let mut without_first = Chain::default();
    assert_eq!(without_first.follow(&second), Err(ChainError::Sequence { camera, expected: 0, found: 1 }));
    let mut other_first = Chain::default();
    let changed = gap_after(&other_first, 3);
    assert_eq!(other_first.follow(&changed), Ok(()));
    assert_eq!(other_first.follow(&second), Err(ChainError::Previous { camera, sequence: 1 }));

    assert_eq!(chain.follow(&second), Ok(()));
    assert_eq!(chain, Chain::after(&second));
}

#[test]
fn the_encoding_of_version_1_stays_as_it_is() {
    let segment = Record::Segment(SegmentRecord {
        link: link_after(&Chain { next_sequence: 3, previous: [7; 32] }, 77),
        segment: 42,
        start: MediaTime(153_655_380_000_000),
        duration: 180_000,
        parts: 4,
        arrival: Moment { wall: UtcMicros(1_707_282_002_000_000), mono_us: 76 },
        init_sha256: [1; 32],
        byte_length: 250_000,
        sha256: [2; 32],
        recovered: false,
    });
    let gap = gap_after(&Chain::default(), 78);
    assert_eq!((segment.encode().len(), gap.encode().len()), (SEGMENT_RECORD_BYTES, GAP_RECORD_BYTES));
    assert_eq!(hex(&segment.hash()), SEGMENT_HASH);
    assert_eq!(hex(&gap.hash()), GAP_HASH);
}

/// Computed from the documented layout by another program.
const SEGMENT_HASH: &str = "f8fc9a7dc80768d3a836fa428f9ea96750af4b7972a6e585d98e96f9aa2712c5";
const GAP_HASH: &str = "55e53abaf75a0452c07c7f897f715c0a08d37a18e07dab4f7430027c20a42884";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
