//! The contents of the parts of a generated day, the same for the program that makes it and those that read it.

#![allow(dead_code, reason = "each example uses its own share of it")]

use std::sync::LazyLock;

use ashkar_terms::CameraId;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// Parts of a segment.
pub const PARTS: u16 = 4;
/// Half a second of 1 Mbit/s.
pub const PART_BYTES: usize = 62_500;
/// Number of different payloads.
const CONTENTS: u64 = 64;

/// A payload, and the hash of a segment that consists of it.
pub struct Content {
    pub bytes: Bytes,
    pub segment_sha256: [u8; 32],
}

static ALL_CONTENTS: LazyLock<Vec<Content>> = LazyLock::new(|| (0..CONTENTS).map(Content::draw).collect());

/// The payload of each part of a segment.
pub fn content(camera: CameraId, segment: u64) -> &'static Content {
    &ALL_CONTENTS[usize::try_from((mix(camera, segment) >> 32) % CONTENTS).unwrap_or_default()]
}

/// A pseudo-random number (SplitMix64).
pub fn mix(camera: CameraId, number: u64) -> u64 {
    let whose = u64::from(camera.constituency) << 48 | u64::from(camera.station) << 32;
    let mut z = (whose ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Content {
    fn draw(number: u64) -> Self {
        let word = |at: u64| mix(CameraId::new(0, 0, 0), number << 32 | at).to_le_bytes();
        let bytes: Bytes = (0..).flat_map(word).take(PART_BYTES).collect();
        let mut whole = Sha256::new();
        (0..PARTS).for_each(|_| whole.update(&bytes));
        Self { segment_sha256: whole.finalize().into(), bytes }
    }
}
