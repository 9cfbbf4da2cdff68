//! What kind a NAL unit is: H.264, 7.3.1 and table 7-1; H.265, 7.3.1.2 and table 7-1.

use ashkar_media::VideoCodec;

/// As much of a NAL unit's kind as taking streams apart needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NalKind {
    /// Part of a picture.
    Slice {
        /// Whether decoding can start at the picture.
        key: bool,
        /// Whether it is the picture's first slice.
        first: bool,
    },
    /// Video parameter set (H.265).
    Vps,
    /// Sequence parameter set.
    Sps,
    /// Picture parameter set.
    Pps,
    /// Anything else: supplementary information, delimiters, filler.
    Other,
}

/// Looks at the header of `nal` and at the first bit behind it.
pub(super) fn kind_of(codec: VideoCodec, nal: &[u8]) -> NalKind {
    let starts_picture = |byte: Option<&u8>| byte.is_some_and(|byte| byte & 0x80 != 0);
    let Some(first_byte) = nal.first() else { return NalKind::Other };
    match codec {
        VideoCodec::H264 => match first_byte & 0x1f {
            kind @ (1 | 2 | 5) => NalKind::Slice { key: kind == 5, first: starts_picture(nal.get(1)) },
            3 | 4 => NalKind::Slice { key: false, first: false },
            7 => NalKind::Sps,
            8 => NalKind::Pps,
            _ => NalKind::Other,
        },
        VideoCodec::H265 => match first_byte >> 1 & 0x3f {
            kind @ 0..=31 => {
                NalKind::Slice { key: (16..=23).contains(&kind), first: starts_picture(nal.get(2)) }
            }
            32 => NalKind::Vps,
            33 => NalKind::Sps,
            34 => NalKind::Pps,
            _ => NalKind::Other,
        },
    }
}

/// Splits at Annex B start codes, which cannot stand inside a NAL unit (H.264 and H.265, 7.4.1). The zero byte
/// that may stand before a start code belongs to it.
pub(super) fn split_at_start_codes(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let Some(at) = here.windows(3).position(|three| three == [0, 0, 1]) else { return rest.take() };
        rest = here.get(at + 3..);
        let before = here.get(..at)?;
        Some(before.strip_suffix(&[0]).unwrap_or(before))
    })
    .filter(|nal| !nal.is_empty())
}

/// Whether a start code stands anywhere inside.
pub(super) fn has_start_code(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|three| three == [0, 0, 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_codes_split() {
        let split = |bytes: &'static [u8]| split_at_start_codes(bytes).collect::<Vec<_>>();
        assert_eq!(split(&[0, 0, 0, 1, 7, 8, 0, 0, 1, 9, 0, 0, 0, 1]), [&[7, 8][..], &[9]]);
        assert_eq!(split(&[7, 0, 0, 3, 1]), [&[7, 0, 0, 3, 1]]);
        assert!(split(&[]).is_empty());
    }

    #[test]
    fn kinds() {
        assert_eq!(kind_of(VideoCodec::H264, &[0x65, 0x88]), NalKind::Slice { key: true, first: true });
        assert_eq!(kind_of(VideoCodec::H264, &[0x41, 0x40]), NalKind::Slice { key: false, first: false });
        assert_eq!(kind_of(VideoCodec::H265, &[0x26, 0x01, 0xaf]), NalKind::Slice { key: true, first: true });
        assert_eq!(
            kind_of(VideoCodec::H265, &[0x02, 0x01, 0x50]),
            NalKind::Slice { key: false, first: false }
        );
        assert_eq!(kind_of(VideoCodec::H264, &[]), NalKind::Other);
    }
}
