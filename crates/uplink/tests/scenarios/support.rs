//! Any output that a packager could give, and some that none gives.

use std::sync::Arc;

use ashkar_media::{Fact, FactKind, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{Cause, MediaTime, Moment, UtcMicros};
use ashkar_uplink::{PART_INDEX_END, SEGMENT_END, TICKS_MAX};
use bytes::Bytes;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

pub(crate) fn moment() -> impl Strategy<Value = Moment> {
    any::<(i64, u64)>().prop_map(|(wall, mono_us)| Moment { wall: UtcMicros(wall), mono_us })
}

fn payload() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 1..600).prop_map(Bytes::from)
}

fn ticks() -> impl Strategy<Value = MediaTime> {
    (-TICKS_MAX..=TICKS_MAX).prop_map(MediaTime)
}

fn cause() -> impl Strategy<Value = Cause> {
    (0_u8..9).prop_map(Cause::from_u8)
}

fn init() -> impl Strategy<Value = Output> {
    (payload(), "[a-z0-9.,ə]{0,40}", any::<(u16, u16)>()).prop_map(|(bytes, codecs, (width, height))| {
        Output::Init(Arc::new(InitSegment {
            sha256: Sha256::digest(&bytes).into(),
            bytes,
            codecs,
            width,
            height,
        }))
    })
}

prop_compose! {
    fn part()(
        (segment, index, start) in (0..SEGMENT_END, 0..PART_INDEX_END, ticks()),
        (duration, samples) in (1_u32.., 1_u16..),
        (independent, discontinuity, init, camera_dts) in any::<(bool, bool, [u8; 8], i64)>(),
        (first_arrival, last_arrival, bytes) in (moment(), moment(), payload()),
    ) -> Output {
        Output::Part(Part {
            segment, index, start, duration, independent, init, discontinuity, camera_dts,
            first_arrival, last_arrival, samples, bytes,
        })
    }
}

prop_compose! {
    fn end()(
        (segment, start, duration) in (0..SEGMENT_END, ticks(), 1_u32..),
        (parts, bytes) in (1_u16.., 1_u64..8 << 20),
        (sha256, init_sha256) in any::<([u8; 32], [u8; 32])>(),
        last_arrival in moment(),
    ) -> Output {
        Output::SegmentEnd(SegmentEnd {
            segment, start, duration, parts, byte_length: bytes * u64::from(parts), sha256, init_sha256,
            last_arrival,
        })
    }
}

prop_compose! {
    fn gap()(from in ticks(), to in prop::option::of(ticks()), cause in cause(), next in 0..SEGMENT_END) -> Output {
        let to = to.map(|to| to.max(from));
        Output::Gap(Gap { from, to, cause, next_segment: next })
    }
}

fn fact() -> impl Strategy<Value = Output> {
    let text = || "[a-z ə.:0-9]{0,60}".prop_map(String::from);
    let number = any::<i64>();
    let kind = prop_oneof![
        text().prop_map(|source| FactKind::Connected { source }),
        (cause(), text()).prop_map(|(cause, reason)| FactKind::Disconnected { cause, reason }),
        number.prop_map(|by| FactKind::CameraClockJumped { by }),
        any::<i32>().prop_map(|ppm| FactKind::CameraClockDrifts { ppm }),
        number.prop_map(|by| FactKind::TimelineReanchored { by }),
        number.prop_map(|camera_dts| FactKind::TimestampRepaired { camera_dts }),
        Just(FactKind::ParametersChanged),
        text().prop_map(|reason| FactKind::ParametersRefused { reason }),
        (number, text()).prop_map(|(camera_dts, reason)| FactKind::AccessUnitRefused { camera_dts, reason }),
        any::<u32>().prop_map(|dropped| FactKind::WaitingForKeyframe { dropped }),
        text().prop_map(|codec| FactKind::SoundDropped { codec }),
        number.prop_map(|by_us| FactKind::CentreClockStepped { by_us }),
        text().prop_map(|source| FactKind::PublisherRefused { source }),
        text().prop_map(|source| FactKind::PublisherTookOver { source }),
        text().prop_map(|source| FactKind::RecordDiffers { source }),
        (text(), ticks(), prop::option::of(1_i64..TICKS_MAX), any::<i64>()).prop_map(
            |(boot, from, to, offset_us)| FactKind::MediaPlaced {
                boot,
                from,
                to: to.map(MediaTime),
                offset_us
            }
        ),
    ];
    (moment(), kind).prop_map(|(at, kind)| Output::Fact(Fact { at, kind }))
}

/// Any output that can travel.
pub(crate) fn output() -> impl Strategy<Value = Output> {
    prop_oneof![init(), part(), end(), gap(), fact()]
}
