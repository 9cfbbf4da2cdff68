//! The parameter sets of one stream: the newest of each number.

use bytes::{Bytes, BytesMut};

use super::error::check_set_length;
use super::nal::put_unit;
use super::{ConfigError, MAX_PARAMETER_SETS, NalKind, VideoCodec, avc, hevc, renumbering};
use crate::VideoConfig;

/// Parameter sets as NAL units, by kind. Readers of a record use its first set, so the set in use comes first.
///
/// At most [`MAX_PARAMETER_SETS`] of a kind, each of at most [`super::MAX_PARAMETER_SET_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterSets {
    pub(super) codec: VideoCodec,
    /// H.265 only.
    pub(super) vps: Vec<Bytes>,
    pub(super) sps: Vec<Bytes>,
    pub(super) pps: Vec<Bytes>,
}

impl ParameterSets {
    /// No sets yet.
    pub const fn new(codec: VideoCodec) -> Self {
        Self { codec, vps: Vec::new(), sps: Vec::new(), pps: Vec::new() }
    }

    /// The sets among `units`.
    ///
    /// # Errors
    /// [`ConfigError`], like [`ParameterSets::insert`].
    pub fn of<'a>(codec: VideoCodec, units: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, ConfigError> {
        let mut sets = Self::new(codec);
        for unit in units {
            sets.insert(unit)?;
        }
        Ok(sets)
    }

    /// Adds a NAL unit: a set replaces the one with its number, and a new number is placed before the others. `false`
    /// if that changes nothing, since the set is known or the unit is not a set.
    ///
    /// # Errors
    /// [`ConfigError`] for a set that is too long or cannot be parsed. All existing sets stay (I3).
    pub fn insert(&mut self, unit: &[u8]) -> Result<bool, ConfigError> {
        let kind = NalKind::of(self.codec, unit);
        let Some(known) = self.of_kind(kind) else { return Ok(false) };
        if known.iter().any(|set| set == unit) {
            return Ok(false);
        }
        check_set_length("parameter set", unit)?;
        match self.codec {
            VideoCodec::H264 => avc::check_set(kind, unit)?,
            VideoCodec::H265 => hevc::check_set(kind, unit)?,
        }
        self.put(kind, unit);
        Ok(true)
    }

    /// A configuration of all sets.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] if a kind is missing. Whether the picture is acceptable is not checked here: the
    /// packager checks and reports that.
    pub fn config(&self) -> Result<VideoConfig, ConfigError> {
        let mut usable = self.clone();
        usable.drop_strays();
        Ok(VideoConfig { codec: self.codec, record: usable.build_record()? })
    }

    pub(super) fn build_record(&self) -> Result<Bytes, ConfigError> {
        match self.codec {
            VideoCodec::H264 => avc::build_record(self),
            VideoCodec::H265 => hevc::build_record(self),
        }
    }

    /// Drops the picture parameter sets of H.264 whose sequence parameter set is missing: no reader accepts a record
    /// with them.
    pub(super) fn drop_strays(&mut self) {
        if self.codec == VideoCodec::H264 {
            let there: Vec<_> = self.sps.iter().map(|sps| avc::set_number(NalKind::Sps, sps)).collect();
            self.pps.retain(|pps| there.contains(&avc::referred_set(pps)));
        }
    }

    /// All sets in a row, as they stand in a stream.
    pub(super) fn row(&self) -> Bytes {
        let mut row = BytesMut::new();
        for set in self.vps.iter().chain(&self.sps).chain(&self.pps) {
            put_unit(&mut row, set);
        }
        row.freeze()
    }

    /// Whether `unit` brings nothing new: it is not a set, or it is known apart from its number.
    pub(super) fn knows(&self, unit: &[u8]) -> bool {
        let kind = NalKind::of(self.codec, unit);
        self.of_kind(kind).is_none_or(|list| list.iter().any(|set| set == unit))
            || self.has_but_for_numbers(kind, unit)
    }

    /// Whether all sets of `other` are known, apart from their numbers.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let mut all = other.vps.iter().chain(&other.sps).chain(&other.pps);
        all.all(|set| self.knows(set))
    }

    fn put(&mut self, kind: NalKind, unit: &[u8]) {
        let codec = self.codec;
        let list = match kind {
            NalKind::Vps => &mut self.vps,
            NalKind::Sps => &mut self.sps,
            _ => &mut self.pps,
        };
        let new = Bytes::copy_from_slice(unit);
        let number = number(codec, kind, unit);
        if let Some(old) = list.iter_mut().find(|set| self::number(codec, kind, set) == number) {
            *old = new;
        } else {
            list.insert(0, new);
            list.truncate(MAX_PARAMETER_SETS);
        }
    }

    fn of_kind(&self, kind: NalKind) -> Option<&Vec<Bytes>> {
        match kind {
            NalKind::Vps => Some(&self.vps),
            NalKind::Sps => Some(&self.sps),
            NalKind::Pps => Some(&self.pps),
            _ => None,
        }
    }

    /// Whether there is a set that differs from `unit` only in its number, and refers to the same ones.
    fn has_but_for_numbers(&self, kind: NalKind, unit: &[u8]) -> bool {
        let codec = self.codec;
        let (Some(list), Some(content)) = (self.of_kind(kind), renumbering::content(codec, kind, unit))
        else {
            return false;
        };
        // A set with the number of another one replaces it.
        if list.iter().any(|set| number(codec, kind, set) == number(codec, kind, unit)) {
            return false;
        }
        let of = refers(codec, kind, unit);
        // A referenced set that is not here differed itself only in its number.
        let is_known = of.is_some() && self.sps.iter().any(|sps| number(codec, NalKind::Sps, sps) == of);
        list.iter().any(|set| {
            renumbering::content(codec, kind, set).as_ref() == Some(&content)
                && (!is_known || refers(codec, kind, set) == of)
        })
    }
}

/// The number by which others refer to a set.
fn number(codec: VideoCodec, kind: NalKind, set: &[u8]) -> Option<u32> {
    match codec {
        VideoCodec::H264 => avc::set_number(kind, set),
        VideoCodec::H265 => hevc::set_number(kind, set),
    }
}

/// The number of the sequence parameter set to which a picture parameter set refers.
fn refers(codec: VideoCodec, kind: NalKind, set: &[u8]) -> Option<u32> {
    match (codec, kind) {
        (VideoCodec::H264, NalKind::Pps) => avc::referred_set(set),
        (VideoCodec::H265, NalKind::Pps) => hevc::referred_set(set),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::MAX_PARAMETER_SET_BYTES;
    use super::*;

    /// Constrained baseline, 320x180; its only picture parameter set refers to number 0.
    const AVC_SPS: &[u8] = &[
        0x67, 0x42, 0xc0, 0x0c, 0xd9, 0x01, 0x41, 0x9f, 0x9f, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
        0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0xa4, 0x80,
    ];
    const AVC_PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];
    /// From x265: Main profile, level 3.1, 1280x720, 4:2:0, 8 bits.
    const HEVC_SPS: &[u8] = &[
        0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
        0x5d, 0xa0, 0x02, 0x80, 0x80, 0x2d, 0x16, 0x59, 0x59, 0xa4, 0x93, 0x2b, 0x80, 0x40, 0x00, 0x00,
    ];

    #[test]
    fn a_set_replaces_the_one_with_its_number() {
        let mut sets = ParameterSets::new(VideoCodec::H264);
        assert_eq!(sets.insert(AVC_SPS), Ok(true));
        assert_eq!(sets.config(), Err(ConfigError::Missing { what: "H.264 picture parameter set" }));
        assert_eq!((sets.insert(AVC_PPS), sets.insert(AVC_PPS)), (Ok(true), Ok(false)));
        assert_eq!(sets.insert(&[0x65, 0x88]), Ok(false), "a slice");
        let changed = [&[0x67, 0x42, 0xc0, 0x1e], &AVC_SPS[4..]].concat();
        assert_eq!(sets.insert(&changed), Ok(true));
        let record = sets.config().unwrap().record;
        assert_eq!(&record[..6], &[1, 0x42, 0xc0, 0x1e, 0xff, 0xe1]);
    }

    #[test]
    fn picture_sets_may_come_first_and_strays_are_left_out() {
        let stray = [0x68, 0b0110_0110, 0x80];
        let sets = ParameterSets::of(VideoCodec::H264, [AVC_PPS, &stray, AVC_SPS]).unwrap();
        assert_eq!(sets.pps.len(), 2);
        let alone = ParameterSets::of(VideoCodec::H264, [AVC_SPS, AVC_PPS]).unwrap();
        assert_eq!(sets.config(), alone.config());
    }

    #[test]
    fn bad_sets_are_refused_and_cost_nothing() {
        let mut sets = ParameterSets::of(VideoCodec::H264, [AVC_SPS, AVC_PPS]).unwrap();
        let before = sets.clone();
        let long = [AVC_SPS, &[0x55; MAX_PARAMETER_SET_BYTES]].concat();
        assert!(matches!(sets.insert(&long), Err(ConfigError::TooLong { .. })));
        for cut in 1..9 {
            assert!(matches!(sets.insert(&AVC_SPS[..cut]), Err(ConfigError::Truncated { .. })), "{cut}");
        }
        assert_eq!(sets, before);
    }

    #[test]
    fn an_endless_supply_of_numbers_is_kept_short() {
        let mut sets = ParameterSets::of(VideoCodec::H264, [AVC_SPS, AVC_PPS]).unwrap();
        for (first, second) in (2..16_u8).flat_map(|first| (0..=255_u8).map(move |second| (first, second))) {
            let _ = sets.insert(&[0x68, first, second, 0xff]);
        }
        assert_eq!(sets.pps.len(), MAX_PARAMETER_SETS);
        assert!(sets.config().is_ok());
    }

    #[test]
    fn an_hevc_record_repeats_the_profile() {
        let (vps, pps) = ([0x40, 0x01, 0x0c, 0x01], [0x44, 0x01, 0xc1, 0x72]);
        let sets = ParameterSets::of(VideoCodec::H265, [HEVC_SPS, &vps, &pps]).unwrap();
        let record = sets.config().unwrap().record;
        assert_eq!(&record[..13], &[1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x5d]);
        assert_eq!(&record[13..23], &[0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 3]);
        assert_eq!(&record[23..28], &[0x80 | 32, 0, 1, 0, 4]);
    }

    #[test]
    fn an_hevc_set_cut_anywhere_is_refused_without_panic() {
        for length in 2..HEVC_SPS.len() - 10 {
            let cut = ParameterSets::new(VideoCodec::H265).insert(&HEVC_SPS[..length]);
            assert!(matches!(cut, Err(ConfigError::Truncated { .. })), "{length}");
        }
    }
}
