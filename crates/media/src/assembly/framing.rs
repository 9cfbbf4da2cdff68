//! How NAL units are delimited: by lengths, by start codes, or padded with zeros.

use bytes::{Bytes, BytesMut};

use crate::VideoConfig;
use crate::codec::annex_b::{
    has_start_code, split_at_start_codes, split_where_plausible, starts_with_start_code, without_zeros,
};
use crate::codec::nal::{LENGTH_BYTES, MAX_NAL_UNITS, NalError, may_begin, put_unit};
use crate::codec::{VideoCodec, avc, hevc};

/// How one connection delimits the NAL units of its access units: as its record declares, or as its bytes show.
#[derive(Debug, Clone)]
pub struct Framing {
    /// Bytes of each length, as declared by the decoder configuration record: 1 to 4.
    length_bytes: usize,
}

impl Default for Framing {
    fn default() -> Self {
        Self { length_bytes: LENGTH_BYTES }
    }
}

impl Framing {
    /// Takes `lengthSizeMinusOne` from a record (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).
    pub fn announced(&mut self, config: &VideoConfig) {
        let place = match config.codec {
            VideoCodec::H264 => avc::LENGTH_SIZE_BYTE,
            VideoCodec::H265 => hevc::LENGTH_SIZE_BYTE,
        };
        if let Some(byte) = config.record.get(place)
            && !starts_with_start_code(&config.record)
        {
            self.length_bytes = usize::from(byte & 3) + 1;
        }
    }

    /// The NAL units of `data` in a row, each behind a length of four bytes, without empty ones, start codes or the
    /// zeros that some encoders leave behind them. NAL units are never changed (I4); data already in this form are
    /// returned as they are. Empty if there were only empty NAL units.
    ///
    /// # Errors
    /// [`NalError`] if lengths do not fit and there are no start codes either.
    pub fn row(&self, codec: VideoCodec, data: Bytes) -> Result<Bytes, NalError> {
        if data.is_empty() {
            return Err(NalError::EmptyAccessUnit);
        }
        let coded = starts_with_start_code(&data);
        let by_length = Lengths::new(&data, self.length_bytes).check(codec);
        // A length of 256 to 511 looks like a start code. Lengths that fit, with NAL units behind them, are taken as
        // lengths: read as start codes, the first NAL unit's header would be the first byte of a slice, whose first bit
        // is set.
        let annex_b =
            coded && !by_length.is_ok_and(|check| check.plausible) && follows_plausibly(codec, &data);
        match by_length {
            _ if annex_b => gather(split_at_start_codes(&data), data.len()),
            Ok(check) if check.clean && self.length_bytes == LENGTH_BYTES => Ok(data),
            Ok(_) => gather_lengths(codec, &data, self.length_bytes),
            // Some records declare another size than the stream uses.
            Err(error) if self.length_bytes != LENGTH_BYTES => {
                let four = Lengths::new(&data, LENGTH_BYTES).check(codec);
                four.ok().filter(|check| check.plausible).ok_or(error)?;
                gather_lengths(codec, &data, LENGTH_BYTES)
            }
            Err(error) => Err(error),
        }
    }
}

fn gather_lengths(codec: VideoCodec, data: &[u8], size: usize) -> Result<Bytes, NalError> {
    // Without its zeros, so that splitting the result again changes nothing.
    let units = Lengths::new(data, size).map_while(Result::ok).map(without_zeros);
    let pieces = units.flat_map(|unit| {
        let stuffed = has_start_code(unit);
        let whole = (!stuffed).then_some(unit);
        let split = stuffed.then(|| split_where_plausible(codec, unit)).into_iter().flatten();
        whole.into_iter().chain(split)
    });
    gather(pieces, data.len())
}

/// The result of checking length-delimited data, which decides whether they are kept as they are.
#[derive(Debug, Clone, Copy)]
struct Check {
    /// No empty NAL units, no start codes, and no zeros at the end of any NAL unit.
    clean: bool,
    /// Every NAL unit begins like one of the codec.
    plausible: bool,
}

/// NAL units behind lengths; a length of zero yields an empty one, and zeros at the very end yield nothing.
struct Lengths<'a> {
    data: &'a [u8],
    size: usize,
    offset: usize,
    index: usize,
    /// Offset from which only zeros are left.
    end: usize,
    failed: bool,
}

impl<'a> Lengths<'a> {
    fn new(data: &'a [u8], size: usize) -> Self {
        Self { data, size, offset: 0, index: 0, end: without_zeros(data).len(), failed: false }
    }

    fn check(mut self, codec: VideoCodec) -> Result<Check, NalError> {
        let mut check = Check { clean: true, plausible: true };
        for unit in self.by_ref() {
            let unit = unit?;
            let sound = unit.last().is_some_and(|last| *last != 0);
            check.clean &= sound && !has_start_code(unit);
            check.plausible &= unit.is_empty() || may_begin(codec, unit);
        }
        check.clean &= self.offset == self.data.len();
        Ok(check)
    }

    fn read(&mut self) -> Result<&'a [u8], NalError> {
        let (index, offset) = (self.index, self.offset);
        if index >= MAX_NAL_UNITS {
            return Err(NalError::TooMany);
        }
        let rest = self.data.get(offset..).unwrap_or_default();
        let (length, body) = rest.split_at_checked(self.size).ok_or(NalError::CutLength { index, offset })?;
        let claimed = length.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
        let beyond = NalError::BeyondEnd { index, offset, claimed, left: body.len() };
        let length = usize::try_from(claimed).map_err(|_| beyond)?;
        let unit = body.get(..length).ok_or(beyond)?;
        self.offset += self.size + length;
        self.index += 1;
        Ok(unit)
    }
}

impl<'a> Iterator for Lengths<'a> {
    type Item = Result<&'a [u8], NalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.offset >= self.end {
            return None;
        }
        let unit = self.read();
        self.failed = unit.is_err();
        Some(unit)
    }
}

fn follows_plausibly(codec: VideoCodec, data: &[u8]) -> bool {
    split_at_start_codes(data).next().is_some_and(|unit| may_begin(codec, unit))
}

fn gather<'a>(units: impl Iterator<Item = &'a [u8]>, expected: usize) -> Result<Bytes, NalError> {
    let mut row = BytesMut::with_capacity(expected + 16 * LENGTH_BYTES);
    let units = units.map(without_zeros).filter(|unit| !unit.is_empty());
    for (index, unit) in units.enumerate() {
        if index >= MAX_NAL_UNITS {
            return Err(NalError::TooMany);
        }
        put_unit(&mut row, unit);
    }
    Ok(row.freeze())
}
