//! NAL units: their headers, and their lengths.

use bytes::{BufMut, BytesMut};

use super::VideoCodec;

/// Maximum number of NAL units in an access unit; real ones have fewer than two hundred.
pub const MAX_NAL_UNITS: usize = 4096;

/// Bytes of the length before each NAL unit in everything that is output, stored and served: `lengthSizeMinusOne` 3.
pub const LENGTH_BYTES: usize = 4;

/// Why an access unit is not a valid row of length-prefixed NAL units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NalError {
    /// It is empty.
    #[error("the access unit is empty")]
    EmptyAccessUnit,
    /// Fewer than four bytes are left where a length is required.
    #[error("NAL unit {index} at byte {offset}: its length field is cut off")]
    CutLength {
        /// Which NAL unit, from 0.
        index: usize,
        /// Where its length field begins.
        offset: usize,
    },
    /// A length of zero, or shorter than the NAL unit header.
    #[error("NAL unit {index} at byte {offset} is empty")]
    Empty {
        /// Which NAL unit, from 0.
        index: usize,
        /// Where its length field begins.
        offset: usize,
    },
    /// The length points beyond the access unit.
    #[error("NAL unit {index} at byte {offset} claims {claimed} bytes, {left} are left")]
    BeyondEnd {
        /// Which NAL unit, from 0.
        index: usize,
        /// Where its length field begins.
        offset: usize,
        /// The length declared.
        claimed: u32,
        /// The bytes left.
        left: usize,
    },
    /// More than [`MAX_NAL_UNITS`].
    #[error("more than {MAX_NAL_UNITS} NAL units in one access unit")]
    TooMany,
}

/// Iterates over the NAL units of an access unit (ISO/IEC 14496-15, 5.3.4.2.1, with four length bytes), with bounds
/// checks. It ends after an error. Bytes are only borrowed, never changed (I4).
#[derive(Debug, Clone)]
pub struct NalUnits<'a> {
    data: &'a [u8],
    offset: usize,
    index: usize,
    ended: bool,
}

impl<'a> NalUnits<'a> {
    /// The NAL units of `access_unit`.
    pub const fn new(access_unit: &'a [u8]) -> Self {
        Self { data: access_unit, offset: 0, index: 0, ended: false }
    }

    fn read(&mut self) -> Result<&'a [u8], NalError> {
        let (index, offset) = (self.index, self.offset);
        if index >= MAX_NAL_UNITS {
            return Err(NalError::TooMany);
        }
        let rest = self.data.get(offset..).unwrap_or_default();
        let (length, body) =
            rest.split_first_chunk::<LENGTH_BYTES>().ok_or(NalError::CutLength { index, offset })?;
        let claimed = u32::from_be_bytes(*length);
        if claimed == 0 {
            return Err(NalError::Empty { index, offset });
        }
        let beyond = NalError::BeyondEnd { index, offset, claimed, left: body.len() };
        let length = usize::try_from(claimed).map_err(|_| beyond)?;
        let unit = body.get(..length).ok_or(beyond)?;
        self.offset += LENGTH_BYTES + length;
        self.index += 1;
        Ok(unit)
    }
}

impl<'a> Iterator for NalUnits<'a> {
    type Item = Result<&'a [u8], NalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended || (self.offset == self.data.len() && self.index > 0) {
            return None;
        }
        let unit = if self.data.is_empty() { Err(NalError::EmptyAccessUnit) } else { self.read() };
        self.ended = unit.is_err();
        Some(unit)
    }
}

/// The role of a NAL unit, as far as the packager cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NalKind {
    /// Video parameter set (H.265).
    Vps,
    /// Sequence parameter set.
    Sps,
    /// Picture parameter set.
    Pps,
    /// Supplemental enhancement information that precedes the picture.
    Sei,
    /// A coded slice of an IDR picture (H.264) or of an IRAP picture (H.265): decoding can start here.
    KeySlice,
    /// Any other coded slice.
    Slice,
    /// NAL units behind a picture's slices: filler, ends of sequence and stream, messages that follow it, slices of
    /// other views and layers.
    Behind,
    /// Anything else: delimiters, reserved and unspecified types.
    Other,
}

impl NalKind {
    /// Parses the header of `unit` (H.264 7.3.1, H.265 7.3.1.2); an empty unit is [`NalKind::Other`].
    pub fn of(codec: VideoCodec, unit: &[u8]) -> Self {
        let Some(header) = unit.first() else { return Self::Other };
        match codec {
            VideoCodec::H264 => match header & 0x1f {
                1..=4 => Self::Slice,
                5 => Self::KeySlice,
                6 => Self::Sei,
                7 => Self::Sps,
                8 => Self::Pps,
                10..=12 | 19..=21 => Self::Behind,
                _ => Self::Other,
            },
            VideoCodec::H265 => match header >> 1 & 0x3f {
                0..=15 => Self::Slice,
                16..=23 => Self::KeySlice,
                32 => Self::Vps,
                33 => Self::Sps,
                34 => Self::Pps,
                39 => Self::Sei,
                36..=38 | 40 => Self::Behind,
                _ => Self::Other,
            },
        }
    }
}

/// Whether a NAL unit of `codec` may begin as `unit` does (H.264, 7.3.1 and table 7-1; H.265, 7.3.1.2 and table 7-1).
pub(crate) fn may_begin(codec: VideoCodec, unit: &[u8]) -> bool {
    match (codec, unit) {
        (VideoCodec::H264, [header, ..]) => header & 0x80 == 0 && matches!(header & 0x1f, 1..=23),
        (VideoCodec::H265, [header, second, ..]) => {
            header & 0x80 == 0 && matches!(header >> 1 & 0x3f, 0..=9 | 16..=21 | 32..=40) && second & 7 != 0
        }
        _ => false,
    }
}

/// The length field before a NAL unit.
///
/// # Panics
/// If it does not fit [`LENGTH_BYTES`]: access units are limited to some megabytes well before that.
pub fn length_field(unit_bytes: usize) -> [u8; LENGTH_BYTES] {
    u32::try_from(unit_bytes).expect("a NAL unit lies within a limited access unit").to_be_bytes()
}

/// Appends `unit` to a row of NAL units, behind its length.
///
/// # Panics
/// Like [`length_field`].
pub fn put_unit(row: &mut BytesMut, unit: &[u8]) {
    row.put_slice(&length_field(unit.len()));
    row.put_slice(unit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prefixed(units: &[&[u8]]) -> BytesMut {
        let mut row = BytesMut::new();
        units.iter().for_each(|unit| put_unit(&mut row, unit));
        row
    }

    #[test]
    fn every_broken_length_is_named_with_its_place() {
        let errors = |bytes: &[u8]| NalUnits::new(bytes).find_map(Result::err);
        assert_eq!(errors(&[]), Some(NalError::EmptyAccessUnit));
        assert_eq!(errors(&[0, 0, 1]), Some(NalError::CutLength { index: 0, offset: 0 }));
        assert_eq!(errors(&[0, 0, 0, 0]), Some(NalError::Empty { index: 0, offset: 0 }));
        let cut = [0, 0, 0, 1, 0x65, 0xff, 0xff, 0xff, 0xff, 1];
        let beyond = NalError::BeyondEnd { index: 1, offset: 5, claimed: u32::MAX, left: 1 };
        assert_eq!(errors(&cut), Some(beyond));
        assert_eq!(errors(&[0, 0, 0, 1, 0x65, 9]), Some(NalError::CutLength { index: 1, offset: 5 }));
        let many = [0, 0, 0, 1, 9].repeat(MAX_NAL_UNITS + 1);
        assert_eq!(errors(&many), Some(NalError::TooMany));
    }

    proptest! {
        #[test]
        fn what_was_prefixed_is_read_back(units in prop::collection::vec(
            prop::collection::vec(any::<u8>(), 1..40), 1..20)
        ) {
            let units: Vec<&[u8]> = units.iter().map(Vec::as_slice).collect();
            let read: Result<Vec<_>, _> = NalUnits::new(&prefixed(&units)).map(|u| u.map(<[u8]>::to_vec)).collect();
            prop_assert_eq!(read.unwrap(), units);
        }
    }
}
