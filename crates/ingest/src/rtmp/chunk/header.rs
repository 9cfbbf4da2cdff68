//! Chunk headers: basic header, message header and extended timestamp (Adobe RTMP 1.0, section 5.3.1).

use super::EXTENDED;

/// The longest header: basic header 3, message header 11, extended timestamp 4.
pub(super) const MAX_HEADER: usize = 18;

/// One chunk header, as it stands on the wire.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Header {
    /// Chunk type, 0 to 3.
    pub(super) format: u8,
    pub(super) id: u32,
    /// Timestamp or delta, from the extended field if there is one.
    pub(super) time: u32,
    pub(super) is_extended: bool,
    pub(super) length: usize,
    pub(super) kind: u8,
    pub(super) stream: u32,
}

/// Length of the header that begins with `bytes`, as far as they show: called again with that many bytes, the answer is
/// final once it stays the same.
pub(super) fn header_size(bytes: &[u8]) -> usize {
    let Some(&first) = bytes.first() else { return 1 };
    let basic = basic_size(first);
    let message = message_size(first >> 6);
    let fields = bytes.get(basic..).unwrap_or_default();
    let extended = first >> 6 < 3 && fields.first_chunk() == Some(&[0xFF; 3]);
    basic + message + if extended && fields.len() >= message { 4 } else { 0 }
}

const fn basic_size(first: u8) -> usize {
    match first & 0x3F {
        0 => 2,
        1 => 3,
        _ => 1,
    }
}

const fn message_size(format: u8) -> usize {
    match format {
        0 => 11,
        1 => 7,
        2 => 3,
        _ => 0,
    }
}

impl Header {
    /// Reads a complete header; bytes after it are ignored.
    ///
    /// ```text
    ///  basic  fmt:2 id:6 | fmt:2 0:6 id-64:8 | fmt:2 1:6 id-64:16 little-endian
    ///  type 0 time:24 length:24 kind:8 stream:32 little-endian
    ///  type 1 delta:24 length:24 kind:8
    ///  type 2 delta:24
    ///  then   extended:32 if the 24 bits are all ones
    /// ```
    pub(super) fn parse(bytes: &[u8; MAX_HEADER]) -> Self {
        let [first, second, third, ..] = *bytes;
        let id = match first & 0x3F {
            0 => u32::from(second) + 64,
            1 => u32::from(u16::from_le_bytes([second, third])) + 64,
            id => u32::from(id),
        };
        let format = first >> 6;
        let mut fields = bytes.get(basic_size(first)..).unwrap_or_default().iter().copied();
        let mut byte = || fields.next().unwrap_or_default();
        let mut header = Self { format, id, ..Self::default() };
        if format < 3 {
            header.time = u32::from_be_bytes([0, byte(), byte(), byte()]);
        }
        if format < 2 {
            let length = u32::from_be_bytes([0, byte(), byte(), byte()]);
            header.length = usize::try_from(length).unwrap_or(usize::MAX);
            header.kind = byte();
        }
        if format == 0 {
            header.stream = u32::from_le_bytes([byte(), byte(), byte(), byte()]);
        }
        if header.time == EXTENDED {
            header.time = u32::from_be_bytes([byte(), byte(), byte(), byte()]);
            header.is_extended = true;
        }
        header
    }
}
