//! What stands between NAL units: lengths, start codes, nothing but zeros.

use std::sync::LazyLock;

use bytes::{BufMut, Bytes, BytesMut};
use memchr::memmem::Finder;

use crate::nal::{MAX_NAL_UNITS, NalError};
use crate::{VideoCodec, VideoConfig};

/// Annex B start code (H.264 and H.265, B.1), without the zero byte that may stand before it.
const START_CODE: &[u8] = &[0, 0, 1];
/// Looks for it. One for all cameras, so that it stays in the processor's cache.
static START_CODES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(START_CODE));

/// Bytes of the length before each NAL unit in what is given out.
const LENGTH_BYTES: usize = 4;

/// How one connection divides its access units into NAL units: as its record says, or as its bytes show.
#[derive(Debug, Clone)]
pub struct Framing {
    /// Bytes of each length, as the decoder configuration record says: 1 to 4.
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
            VideoCodec::H264 => 4,
            VideoCodec::H265 => 21,
        };
        if let Some(byte) = config.record.get(place)
            && !starts_with_start_code(&config.record)
        {
            self.length_bytes = usize::from(byte & 3) + 1;
        }
    }

    /// The NAL units of `data` in a row, each behind a length of four bytes: without empty ones, without start codes,
    /// without the zeros that some encoders leave behind them. NAL units are never changed (I4), and what is such a row
    /// already is given back as it is. Empty where there was nothing but empty NAL units.
    ///
    /// # Errors
    /// [`NalError`] where lengths do not fit and there are no start codes either.
    pub fn row(&self, codec: VideoCodec, data: Bytes) -> Result<Bytes, NalError> {
        if data.is_empty() {
            return Err(NalError::EmptyAccessUnit);
        }
        let coded = starts_with_start_code(&data);
        let by_length = Lengths::new(&data, self.length_bytes).check(codec);
        // A length of 256 to 511 looks like a start code. Lengths that fit, with NAL units behind them, are lengths: what
        // would be their first NAL unit's header is a slice's first byte in the other reading, whose first bit is set.
        let annex_b =
            coded && !by_length.is_ok_and(|check| check.plausible) && follows_plausibly(codec, &data);
        match by_length {
            _ if annex_b => gather(split_at_start_codes(&data), data.len()),
            Ok(check) if check.clean && self.length_bytes == LENGTH_BYTES => Ok(data),
            Ok(_) => gather_lengths(codec, &data, self.length_bytes),
            // Some records say another size than the stream has.
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
    // Without its zeros, so that what is split here is split no further when it comes back.
    let units = Lengths::new(data, size).map_while(Result::ok).map(without_zeros);
    let pieces = units.flat_map(|unit| {
        let stuffed = START_CODES.find(unit).is_some();
        let whole = (!stuffed).then_some(unit);
        let split = stuffed.then(|| split_where_plausible(codec, unit)).into_iter().flatten();
        whole.into_iter().chain(split)
    });
    gather(pieces, data.len())
}

/// What stands behind lengths, and whether it may be kept as it is.
#[derive(Debug, Clone, Copy)]
struct Check {
    /// Neither empty NAL units, nor start codes, nor zeros at the end of any.
    clean: bool,
    /// Every NAL unit begins as the codec's do.
    plausible: bool,
}

/// NAL units behind lengths; one of length zero comes as an empty one, and zeros at the very end as nothing.
struct Lengths<'a> {
    data: &'a [u8],
    size: usize,
    offset: usize,
    index: usize,
    /// Where nothing but zeros is left.
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
            check.clean &= sound && START_CODES.find(unit).is_none();
            check.plausible &= unit.is_empty() || is_plausible(codec, unit);
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

/// Whether `data` begins with a start code, of three or four bytes, or with more zeros before it.
pub fn starts_with_start_code(data: &[u8]) -> bool {
    let zeros = data.iter().take_while(|byte| **byte == 0).count();
    zeros >= 2 && data.get(zeros) == Some(&1)
}

/// Whether a NAL unit of `codec` may begin as `unit` does (H.264, 7.3.1 and table 7-1; H.265, 7.3.1.2 and table 7-1).
fn is_plausible(codec: VideoCodec, unit: &[u8]) -> bool {
    match (codec, unit) {
        (VideoCodec::H264, [header, ..]) => header & 0x80 == 0 && matches!(header & 0x1f, 1..=23),
        (VideoCodec::H265, [header, second, ..]) => {
            header & 0x80 == 0 && matches!(header >> 1 & 0x3f, 0..=9 | 16..=21 | 32..=40) && second & 7 != 0
        }
        _ => false,
    }
}

fn follows_plausibly(codec: VideoCodec, data: &[u8]) -> bool {
    split_at_start_codes(data).next().is_some_and(|unit| is_plausible(codec, unit))
}

/// Splits at Annex B start codes, which cannot stand inside a NAL unit (H.264 and H.265, 7.4.1). Zeros before a start
/// code or at the end belong to no NAL unit. What is empty is left out.
pub fn split_at_start_codes(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let here = rest?;
        let Some(at) = START_CODES.find(here) else { return rest.take() };
        rest = here.get(at + START_CODE.len()..);
        here.get(..at)
    })
    .map(without_zeros)
    .filter(|unit| !unit.is_empty())
}

/// The same, but only where a NAL unit may begin: some encoders write messages whose bytes look like a start code.
fn split_where_plausible(codec: VideoCodec, unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(unit);
    std::iter::from_fn(move || {
        let here = rest?;
        let mut from = 0;
        while let Some(at) = here.get(from..).and_then(|part| START_CODES.find(part)) {
            let (end, next) = (from + at, from + at + START_CODE.len());
            let behind = here.get(next..).unwrap_or_default();
            if behind.is_empty() || is_plausible(codec, behind) || starts_with_start_code(behind) {
                rest = Some(behind);
                return here.get(..end);
            }
            from = next;
        }
        rest.take()
    })
}

fn without_zeros(unit: &[u8]) -> &[u8] {
    let length = unit.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    unit.get(..length).unwrap_or_default()
}

fn gather<'a>(units: impl Iterator<Item = &'a [u8]>, expected: usize) -> Result<Bytes, NalError> {
    let mut row = BytesMut::with_capacity(expected + 16 * LENGTH_BYTES);
    let units = units.map(without_zeros).filter(|unit| !unit.is_empty());
    for (index, unit) in units.enumerate() {
        if index >= MAX_NAL_UNITS {
            return Err(NalError::TooMany);
        }
        row.put_u32(u32::try_from(unit.len()).unwrap_or(u32::MAX));
        row.put_slice(unit);
    }
    Ok(row.freeze())
}
