//! The parameter sets of a stream, from the description and from the stream itself, and the records made of them.

use ashkar_media::{NalKind, VideoCodec, VideoConfig};
use bytes::{BufMut, Bytes, BytesMut};

use super::bits::BitReader;
use super::sdp::MAX_PARAMETER_SET_BYTES;

/// Most VPS and SPS that are kept, the newest; a camera uses one.
const MAX_SEQUENCE_SETS: usize = 4;
/// Most PPS that are kept, the newest; a camera uses one or two.
const MAX_PICTURE_SETS: usize = 16;

/// Why a parameter set is not taken. What was valid before goes on (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SetError {
    #[error("a parameter set is longer than {MAX_PARAMETER_SET_BYTES} bytes")]
    TooLong,
    #[error("a parameter set is cut short or says what no stream may say")]
    Unreadable,
}

/// The newest sets of each kind and number.
#[derive(Debug)]
pub(super) struct ParameterSets {
    codec: VideoCodec,
    vps: Sets,
    sps: Sets,
    pps: Sets,
    changed: bool,
}

/// Sets of one kind: identifier and bytes, the newest first. Readers of a record look at its first SPS.
type Sets = Vec<(u32, Bytes)>;

impl ParameterSets {
    pub(super) const fn new(codec: VideoCodec) -> Self {
        Self { codec, vps: Vec::new(), sps: Vec::new(), pps: Vec::new(), changed: false }
    }

    /// Takes note of a NAL unit of this kind; one that is no parameter set is passed over.
    pub(super) fn note(&mut self, nal: &[u8]) -> Result<(), SetError> {
        let (sets, limit) = match NalKind::of(self.codec, nal) {
            NalKind::Vps => (&mut self.vps, MAX_SEQUENCE_SETS),
            NalKind::Sps => (&mut self.sps, MAX_SEQUENCE_SETS),
            NalKind::Pps => (&mut self.pps, MAX_PICTURE_SETS),
            _ => return Ok(()),
        };
        if sets.iter().any(|(_, known)| known == nal) {
            return Ok(());
        }
        if nal.len() > MAX_PARAMETER_SET_BYTES {
            return Err(SetError::TooLong);
        }
        let number = identifier(self.codec, nal).ok_or(SetError::Unreadable)?;
        sets.retain(|(known, _)| *known != number);
        sets.insert(0, (number, Bytes::copy_from_slice(nal)));
        sets.truncate(limit);
        self.changed = true;
        Ok(())
    }

    /// The record of all sets, where they are complete and were changed since the last call.
    pub(super) fn config_if_changed(&mut self) -> Option<VideoConfig> {
        if !self.changed {
            return None;
        }
        let record = match self.codec {
            VideoCodec::H264 => self.avc_record(),
            VideoCodec::H265 => self.hevc_record(),
        }?;
        self.changed = false;
        Some(VideoConfig { codec: self.codec, record })
    }

    /// `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 5.3.3.1).
    fn avc_record(&self) -> Option<Bytes> {
        let (_, sps) = self.sps.first()?;
        let &[_, profile, compatibility, level, ..] = sps.as_ref() else { return None };
        if self.pps.is_empty() {
            return None;
        }
        let mut out = BytesMut::with_capacity(64);
        out.put_slice(&[1, profile, compatibility, level, 0xff, 0xe0 | count(&self.sps)]);
        put_sets(&mut out, &self.sps);
        out.put_u8(count(&self.pps));
        put_sets(&mut out, &self.pps);
        if matches!(profile, 100 | 110 | 122 | 144) {
            let [chroma, luma_depth, chroma_depth] = avc_formats(sps)?;
            out.put_slice(&[0xfc | chroma, 0xf8 | luma_depth, 0xf8 | chroma_depth, 0]);
        }
        Some(out.freeze())
    }

    /// `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15, 8.3.3.1). The sets also stay in the stream, so no
    /// array is declared complete.
    fn hevc_record(&self) -> Option<Bytes> {
        let (_, sps) = self.sps.first()?;
        let facts = HevcFacts::read(sps)?;
        let arrays = [(32, &self.vps), (33, &self.sps), (34, &self.pps)];
        if arrays.iter().any(|(_, sets)| sets.is_empty()) {
            return None;
        }
        let mut out = BytesMut::with_capacity(128);
        out.put_u8(1);
        out.put_slice(&facts.profile_tier_level);
        out.put_slice(&[
            0xf0,
            0,
            0xfc,
            0xfc | facts.chroma,
            0xf8 | facts.luma_depth,
            0xf8 | facts.chroma_depth,
            0,
            0,
        ]);
        out.put_u8(facts.temporal_layers << 3 | u8::from(facts.temporal_nesting) << 2 | 3);
        out.put_u8(3);
        for (nal_type, sets) in arrays {
            out.put_u8(nal_type);
            out.put_u16(u16::from(count(sets)));
            put_sets(&mut out, sets);
        }
        Some(out.freeze())
    }
}

/// At most [`MAX_PICTURE_SETS`].
fn count(sets: &Sets) -> u8 {
    u8::try_from(sets.len()).unwrap_or(u8::MAX)
}

/// Each set behind its length in two bytes; [`MAX_PARAMETER_SET_BYTES`] fits.
fn put_sets(out: &mut BytesMut, sets: &Sets) {
    for (_, set) in sets {
        out.put_u16(u16::try_from(set.len()).unwrap_or(u16::MAX));
        out.put_slice(set);
    }
}

/// The set's own number, by which a newer one replaces it.
fn identifier(codec: VideoCodec, nal: &[u8]) -> Option<u32> {
    match (codec, NalKind::of(codec, nal)) {
        (VideoCodec::H264, NalKind::Sps) => {
            avc_formats(nal)?;
            BitReader::new(nal.get(4..)?).ue().filter(|number| *number < 32)
        }
        (VideoCodec::H264, _) => BitReader::new(nal.get(1..)?).ue().filter(|number| *number < 256),
        (VideoCodec::H265, NalKind::Vps) => BitReader::new(nal.get(2..)?).bits(4),
        (VideoCodec::H265, NalKind::Sps) => HevcFacts::read(nal).map(|facts| facts.number),
        (VideoCodec::H265, _) => BitReader::new(nal.get(2..)?).ue().filter(|number| *number < 64),
    }
}

/// `chroma_format_idc`, `bit_depth_luma_minus8`, `bit_depth_chroma_minus8` of an H.264 SPS (7.3.2.1.1).
fn avc_formats(sps: &[u8]) -> Option<[u8; 3]> {
    let &[_, profile, _, _, ref rest @ ..] = sps else { return None };
    let mut reader = BitReader::new(rest);
    reader.ue()?;
    if !matches!(profile, 44 | 83 | 86 | 100 | 110 | 118 | 122 | 128 | 134 | 135 | 138 | 139 | 144 | 244) {
        return Some([1, 0, 0]);
    }
    let chroma = below(reader.ue()?, 4)?;
    if chroma == 3 {
        reader.bit()?;
    }
    Some([chroma, below(reader.ue()?, 7)?, below(reader.ue()?, 7)?])
}

/// What a record repeats of an H.265 SPS (7.3.2.2.1).
struct HevcFacts {
    number: u32,
    profile_tier_level: [u8; 12],
    temporal_layers: u8,
    temporal_nesting: bool,
    chroma: u8,
    luma_depth: u8,
    chroma_depth: u8,
}

impl HevcFacts {
    fn read(sps: &[u8]) -> Option<Self> {
        let mut reader = BitReader::new(sps.get(2..)?);
        reader.bits(4)?;
        let sub_layers = below(reader.bits(3)?, 7)?;
        let temporal_nesting = reader.bit()?;
        let mut profile_tier_level = [0; 12];
        for byte in &mut profile_tier_level {
            *byte = below(reader.bits(8)?, 256)?;
        }
        skip_sub_layers(&mut reader, sub_layers)?;
        let number = reader.ue().filter(|number| *number < 16)?;
        let chroma = below(reader.ue()?, 4)?;
        if chroma == 3 {
            reader.bit()?;
        }
        let _size = (reader.ue()?, reader.ue()?);
        if reader.bit()? {
            let _window = (reader.ue()?, reader.ue()?, reader.ue()?, reader.ue()?);
        }
        let (luma_depth, chroma_depth) = (below(reader.ue()?, 9)?, below(reader.ue()?, 9)?);
        // The record has three bits for each depth.
        let depths = (luma_depth.min(7), chroma_depth.min(7));
        Some(Self {
            number,
            profile_tier_level,
            temporal_layers: sub_layers + 1,
            temporal_nesting,
            chroma,
            luma_depth: depths.0,
            chroma_depth: depths.1,
        })
    }
}

/// The sub-layers' part of `profile_tier_level` (7.3.3).
fn skip_sub_layers(reader: &mut BitReader<'_>, sub_layers: u8) -> Option<()> {
    let mut present = [(false, false); 8];
    let used = present.get_mut(..usize::from(sub_layers))?;
    for flags in used.iter_mut() {
        *flags = (reader.bit()?, reader.bit()?);
    }
    if sub_layers > 0 {
        reader.bits((8 - sub_layers) * 2)?;
    }
    for (profile, level) in used.iter() {
        let bytes = u8::from(*profile) * 11 + u8::from(*level);
        (0..bytes).try_for_each(|_| reader.bits(8).map(drop))?;
    }
    Some(())
}

fn below(value: u32, limit: u32) -> Option<u8> {
    if value < limit { u8::try_from(value).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVC_SPS: &[u8] = &[0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x10];
    const AVC_PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb];

    #[test]
    fn an_avc_record_needs_both_sets_and_is_given_once() {
        let mut sets = ParameterSets::new(VideoCodec::H264);
        sets.note(AVC_SPS).unwrap();
        assert_eq!(sets.config_if_changed(), None);
        sets.note(AVC_PPS).unwrap();
        let record = sets.config_if_changed().unwrap().record;
        let expected = [
            &[1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 12][..],
            AVC_SPS,
            &[1, 0, 4],
            AVC_PPS,
            &[0xfd, 0xf8, 0xf8, 0],
        ];
        assert_eq!(record, expected.concat());
        sets.note(AVC_SPS).unwrap();
        assert_eq!(sets.config_if_changed(), None, "a repetition changes nothing");
    }

    #[test]
    fn a_newer_set_of_the_same_number_replaces_the_older() {
        let mut sets = ParameterSets::new(VideoCodec::H264);
        for set in [AVC_SPS, AVC_PPS] {
            sets.note(set).unwrap();
        }
        let changed = [&[0x67, 0x42, 0x00, 0x1e][..], &AVC_SPS[4..]].concat();
        let _ = sets.config_if_changed();
        sets.note(&changed).unwrap();
        let record = sets.config_if_changed().unwrap().record;
        assert_eq!(&record[..6], &[1, 0x42, 0, 0x1e, 0xff, 0xe1]);
    }

    #[test]
    fn bad_sets_are_refused_and_cost_nothing() {
        let mut sets = ParameterSets::new(VideoCodec::H264);
        for set in [AVC_SPS, AVC_PPS] {
            sets.note(set).unwrap();
        }
        let _ = sets.config_if_changed();
        let long = [AVC_SPS, &[0x55; MAX_PARAMETER_SET_BYTES]].concat();
        assert_eq!(sets.note(&long), Err(SetError::TooLong));
        assert_eq!(sets.note(&[0x67, 0x64, 0, 0x1f]), Err(SetError::Unreadable));
        assert_eq!(sets.note(&[0x67]), Err(SetError::Unreadable));
        assert_eq!(sets.config_if_changed(), None);
    }

    #[test]
    fn an_endless_supply_of_numbers_is_kept_short() {
        let mut sets = ParameterSets::new(VideoCodec::H264);
        sets.note(AVC_SPS).unwrap();
        for first in 0x10..=0xff_u8 {
            let _ = sets.note(&[0x68, first, 0x80]);
        }
        assert!(sets.pps.len() <= MAX_PICTURE_SETS);
        assert!(sets.config_if_changed().is_some());
    }

    /// From x265: Main profile, level 3.1, 1280x720, 4:2:0, 8 bits.
    const HEVC_SPS: &[u8] = &[
        0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
        0x5d, 0xa0, 0x02, 0x80, 0x80, 0x2d, 0x16, 0x59, 0x59, 0xa4, 0x93, 0x2b, 0x80, 0x40, 0x00, 0x00,
    ];

    #[test]
    fn an_hevc_record_repeats_the_profile() {
        let mut sets = ParameterSets::new(VideoCodec::H265);
        let (vps, pps) = ([0x40, 0x01, 0x0c, 0x01], [0x44, 0x01, 0xc1, 0x72]);
        for set in [HEVC_SPS, &vps, &pps] {
            sets.note(set).unwrap();
        }
        let record = sets.config_if_changed().unwrap().record;
        assert_eq!(&record[..13], &[1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 0x5d]);
        assert_eq!(&record[13..23], &[0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 3]);
        assert_eq!(&record[23..28], &[32, 0, 1, 0, 4]);
    }

    #[test]
    fn an_hevc_set_cut_anywhere_is_refused_without_panic() {
        for length in 2..HEVC_SPS.len() - 10 {
            assert_eq!(
                ParameterSets::new(VideoCodec::H265).note(&HEVC_SPS[..length]),
                Err(SetError::Unreadable)
            );
        }
    }
}
