//! Primitives shared by all formats on disk: big-endian fields and CRC-32C. No input makes a reader panic.

use ashkar_terms::{CameraId, Moment, UtcMicros};

/// The bytes are not valid in this version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FormatError {
    #[error("the bytes end too early")]
    Short,
    #[error("not the beginning that this kind of file or record has")]
    Magic,
    #[error("the checksum does not fit")]
    Checksum,
    #[error("a value without a meaning")]
    Value,
    #[error("longer than what is read")]
    Long,
}

/// Reads big-endian fields in order; every read is checked.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], FormatError> {
        let (field, rest) = self.rest.split_at_checked(count).ok_or(FormatError::Short)?;
        self.rest = rest;
        Ok(field)
    }

    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let (field, rest) = self.rest.split_first_chunk::<N>().ok_or(FormatError::Short)?;
        self.rest = rest;
        Ok(*field)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, FormatError> {
        Ok(self.take::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, FormatError> {
        self.take().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, FormatError> {
        self.take().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, FormatError> {
        self.take().map(u64::from_be_bytes)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, FormatError> {
        self.take().map(i64::from_be_bytes)
    }

    pub(crate) fn moment(&mut self) -> Result<Moment, FormatError> {
        Ok(Moment { wall: UtcMicros(self.i64()?), mono_us: self.u64()? })
    }

    /// Six bytes: constituency, station, camera, zero.
    pub(crate) fn camera(&mut self) -> Result<CameraId, FormatError> {
        let camera = CameraId::new(self.u16()?, self.u16()?, self.u8()?);
        if self.u8()? == 0 { Ok(camera) } else { Err(FormatError::Value) }
    }

    /// A text behind its length of two bytes.
    pub(crate) fn text(&mut self) -> Result<&'a str, FormatError> {
        let length = self.u16()?;
        std::str::from_utf8(self.bytes(usize::from(length))?).map_err(|_| FormatError::Value)
    }

    pub(crate) fn end(&self) -> Result<(), FormatError> {
        if self.rest.is_empty() { Ok(()) } else { Err(FormatError::Value) }
    }
}

/// Appends big-endian fields.
pub(crate) trait Writer {
    fn moment(&mut self, moment: Moment);
    fn camera(&mut self, camera: CameraId);
    fn text(&mut self, text: &str, bytes_max: usize);
}

impl Writer for Vec<u8> {
    fn moment(&mut self, moment: Moment) {
        self.extend(moment.wall.0.to_be_bytes());
        self.extend(moment.mono_us.to_be_bytes());
    }

    fn camera(&mut self, camera: CameraId) {
        self.extend(camera.constituency.to_be_bytes());
        self.extend(camera.station.to_be_bytes());
        self.extend([camera.camera, 0]);
    }

    fn text(&mut self, text: &str, bytes_max: usize) {
        let end = text.floor_char_boundary(bytes_max.min(usize::from(u16::MAX)));
        let cut = &text.as_bytes()[..end];
        self.extend((cut.len() as u16).to_be_bytes());
        self.extend(cut);
    }
}

/// Splits off the last four bytes and checks that they are the CRC-32C of the others.
pub(crate) fn checked(bytes: &[u8]) -> Result<&[u8], FormatError> {
    let (body, crc) = bytes.split_last_chunk::<4>().ok_or(FormatError::Short)?;
    if fits(body, u32::from_be_bytes(*crc)) { Ok(body) } else { Err(FormatError::Checksum) }
}

/// Whether `crc` is the CRC-32C of `bytes`. When fuzzing, every checksum counts as correct, since a fuzzer cannot guess
/// one and is to reach the code behind it.
pub(crate) fn fits(bytes: &[u8], crc: u32) -> bool {
    cfg!(fuzzing) || crc32c::crc32c(bytes) == crc
}

/// Appends the CRC-32C of all bytes from `start` on.
pub(crate) fn seal(bytes: &mut Vec<u8>, start: usize) {
    let crc = crc32c::crc32c(bytes.get(start..).unwrap_or_default());
    bytes.extend(crc.to_be_bytes());
}
