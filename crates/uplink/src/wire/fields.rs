//! Big-endian fields: written to a vector, read from a body without copying its payload.

use ashkar_terms::{Moment, UtcMicros};
use bytes::{Buf, Bytes};

use super::WireError;

/// Reads fields in order. Every read is checked, and names its field if the body ends before it.
pub(super) struct Reader {
    rest: Bytes,
}

impl Reader {
    pub(super) fn new(body: Bytes) -> Self {
        Self { rest: body }
    }

    pub(super) fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], WireError> {
        let bytes = *self.rest.first_chunk::<N>().ok_or(WireError::Short(field))?;
        self.rest.advance(N);
        Ok(bytes)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, WireError> {
        self.take(field).map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, WireError> {
        self.take(field).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, WireError> {
        self.take(field).map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self, field: &'static str) -> Result<u64, WireError> {
        self.take(field).map(u64::from_be_bytes)
    }

    pub(super) fn i64(&mut self, field: &'static str) -> Result<i64, WireError> {
        self.take(field).map(i64::from_be_bytes)
    }

    pub(super) fn moment(&mut self, field: &'static str) -> Result<Moment, WireError> {
        Ok(Moment { wall: UtcMicros(self.i64(field)?), mono_us: self.u64(field)? })
    }

    /// A text behind its length of two bytes.
    pub(super) fn text(&mut self, field: &'static str, bytes_max: usize) -> Result<String, WireError> {
        let length = usize::from(self.u16(field)?);
        if length > bytes_max {
            return Err(WireError::Value(field));
        }
        let bytes = self.slice(length, field)?;
        std::str::from_utf8(&bytes).map(str::to_owned).map_err(|_| WireError::Value(field))
    }

    /// The payload, which is not empty, behind its length of four bytes.
    pub(super) fn payload(&mut self, bytes_max: usize) -> Result<Bytes, WireError> {
        let length = self.u32("payload length")? as usize;
        if (1..=bytes_max).contains(&length) {
            self.slice(length, "payload")
        } else {
            Err(WireError::Value("payload length"))
        }
    }

    fn slice(&mut self, length: usize, field: &'static str) -> Result<Bytes, WireError> {
        if length > self.rest.len() {
            return Err(WireError::Short(field));
        }
        Ok(self.rest.split_to(length))
    }

    pub(super) fn end(&self) -> Result<(), WireError> {
        if self.rest.is_empty() { Ok(()) } else { Err(WireError::Trailing(self.rest.len())) }
    }
}

/// Appends fields.
pub(super) trait Writer {
    fn moment(&mut self, moment: Moment);
    /// A text, cut between two letters if it is longer than `bytes_max`.
    fn text(&mut self, text: &str, bytes_max: usize);
    /// The length of a payload.
    fn length(&mut self, bytes: usize);
}

impl Writer for Vec<u8> {
    fn moment(&mut self, moment: Moment) {
        self.extend(moment.wall.0.to_be_bytes());
        self.extend(moment.mono_us.to_be_bytes());
    }

    fn text(&mut self, text: &str, bytes_max: usize) {
        let end = text.floor_char_boundary(bytes_max.min(usize::from(u16::MAX)));
        let cut = text.as_bytes().get(..end).unwrap_or_default();
        self.extend((cut.len() as u16).to_be_bytes());
        self.extend(cut);
    }

    fn length(&mut self, bytes: usize) {
        self.extend(u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes());
    }
}
