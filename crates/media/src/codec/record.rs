//! Reading and writing decoder configuration records (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1).

use bytes::Bytes;

use super::error::{check_length, check_set_length};
use super::{ConfigError, MAX_PARAMETER_SET_BYTES, MAX_PARAMETER_SETS, NalKind, VideoCodec};

/// Reads `record` from the front; every read past its end is [`ConfigError::Truncated`].
pub(super) struct RecordReader<'a> {
    record: &'a Bytes,
    at: usize,
    what: &'static str,
}

impl<'a> RecordReader<'a> {
    pub(super) const fn new(record: &'a Bytes, what: &'static str) -> Self {
        Self { record, at: 0, what }
    }

    pub(super) fn u8(&mut self) -> Result<u8, ConfigError> {
        let byte = *self.record.get(self.at).ok_or(ConfigError::Truncated { what: self.what })?;
        self.at += 1;
        Ok(byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ConfigError> {
        Ok(u16::from_be_bytes([self.u8()?, self.u8()?]))
    }

    pub(super) fn skip(&mut self, count: usize) -> Result<(), ConfigError> {
        (0..count).try_for_each(|_| self.u8().map(|_| ()))
    }

    /// A NAL unit behind its 16-bit length, sharing the record's memory.
    pub(super) fn nal_unit(&mut self) -> Result<Bytes, ConfigError> {
        let length = usize::from(self.u16()?);
        let end = self.at + length;
        if end > self.record.len() {
            return Err(ConfigError::Truncated { what: self.what });
        }
        check_length("parameter set", length, MAX_PARAMETER_SET_BYTES)?;
        let unit = self.record.slice(self.at..end);
        self.at = end;
        Ok(unit)
    }
}

/// Writes a record from the front.
#[derive(Debug, Default)]
pub(super) struct RecordWriter(Vec<u8>);

impl RecordWriter {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Each set behind its 16-bit length; [`check_sets`] has verified that it fits.
    pub(super) fn nal_units(&mut self, sets: &[Bytes]) {
        for set in sets {
            let length = u16::try_from(set.len()).expect("a set has at most MAX_PARAMETER_SET_BYTES");
            self.bytes(&length.to_be_bytes());
            self.bytes(set);
        }
    }

    pub(super) fn finish(self) -> Bytes {
        self.0.into()
    }
}

/// The number of `sets`; [`check_sets`] has verified that there are at most [`MAX_PARAMETER_SETS`].
pub(super) fn count(sets: &[Bytes]) -> u8 {
    assert!(sets.len() <= MAX_PARAMETER_SETS, "the number of sets was checked");
    sets.len() as u8
}

/// `record` with `lengthSizeMinusOne` 3 in its byte at `place`.
pub(super) fn with_four_length_bytes(record: &Bytes, place: usize) -> Bytes {
    if record.get(place).is_none_or(|byte| byte & 3 == 3) {
        return record.clone();
    }
    let mut changed = record.to_vec();
    if let Some(byte) = changed.get_mut(place) {
        *byte |= 3;
    }
    changed.into()
}

/// Checks that `sets` is not empty, that each is of `kind`, and that they are not too many or too long.
pub(super) fn check_sets(
    codec: VideoCodec,
    kind: NalKind,
    what: &'static str,
    sets: &[Bytes],
) -> Result<(), ConfigError> {
    if sets.is_empty() {
        return Err(ConfigError::Missing { what });
    }
    if sets.len() > MAX_PARAMETER_SETS {
        return Err(ConfigError::TooMany { what });
    }
    for set in sets {
        check_set_length(what, set)?;
        let header = *set.first().ok_or(ConfigError::Truncated { what })?;
        if NalKind::of(codec, set) != kind {
            return Err(ConfigError::WrongNalUnit { what, header });
        }
    }
    Ok(())
}
