//! From messages to chunks (Adobe RTMP 1.0, section 5.3.1), for responses to publishers and for the publishing side.

use super::{DEFAULT_CHUNK_SIZE, EXTENDED, Message};

/// Cuts messages into chunks, with the shortest headers that the previous messages allow.
#[derive(Debug, Clone)]
pub struct ChunkWriter {
    chunk_size: usize,
    repeats_extended: bool,
    before: Vec<Before>,
}

/// Header fields of the last message of a chunk stream.
#[derive(Debug, Clone, Copy)]
struct Before {
    chunk_stream: u32,
    timestamp: u32,
    /// The time field of its header, if a chunk without one would repeat it.
    field: u32,
    length: usize,
    kind: u8,
    stream: u32,
}

impl Default for ChunkWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkWriter {
    /// A writer at the beginning of a chunk stream.
    pub const fn new() -> Self {
        Self { chunk_size: DEFAULT_CHUNK_SIZE, repeats_extended: true, before: Vec::new() }
    }

    /// Sets the payload bytes in a chunk from now on. The peer must have been told by a Set Chunk Size message.
    pub fn set_chunk_size(&mut self, bytes: usize) {
        self.chunk_size = bytes.max(1);
    }

    /// Whether extended timestamps are repeated in every chunk of a message. The specification says so, but some
    /// encoders do not: this exists to test the reader with both.
    pub fn set_repeats_extended(&mut self, repeats: bool) {
        self.repeats_extended = repeats;
    }

    /// Appends `message` to `out`.
    pub fn write(&mut self, message: &Message, out: &mut Vec<u8>) {
        let (format, field) = self.choose(message);
        put_header(format, field, message, out);
        let mut chunks = message.payload.chunks(self.chunk_size);
        out.extend_from_slice(chunks.next().unwrap_or_default());
        for chunk in chunks {
            put_basic_header(3, message.chunk_stream, out);
            if field >= EXTENDED && self.repeats_extended {
                out.extend_from_slice(&field.to_be_bytes());
            }
            out.extend_from_slice(chunk);
        }
        self.remember(message, field);
    }

    /// The chunk type and the value of its time field.
    fn choose(&self, message: &Message) -> (u8, u32) {
        let before = self.before.iter().find(|before| before.chunk_stream == message.chunk_stream);
        let Some(before) = before else { return (0, message.timestamp) };
        let delta = message.timestamp.wrapping_sub(before.timestamp);
        if before.stream != message.stream || delta >= EXTENDED {
            (0, message.timestamp)
        } else if before.length != message.payload.len() || before.kind != message.kind {
            (1, delta)
        } else if before.field != delta {
            (2, delta)
        } else {
            (3, delta)
        }
    }

    fn remember(&mut self, message: &Message, field: u32) {
        self.before.retain(|before| before.chunk_stream != message.chunk_stream);
        self.before.push(Before {
            chunk_stream: message.chunk_stream,
            timestamp: message.timestamp,
            field,
            length: message.payload.len(),
            kind: message.kind,
            stream: message.stream,
        });
    }
}

/// Appends a message as one chunk with a full header, which is how all our responses are sent. The payload must not be
/// longer than the chunk size that was announced.
pub fn put_message(chunk_stream: u32, kind: u8, stream: u32, payload: &[u8], out: &mut Vec<u8>) {
    let header = MessageHeader { chunk_stream, kind, stream, length: payload.len() };
    header.put(0, 0, out);
    out.extend_from_slice(payload);
}

/// Header fields other than the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageHeader {
    pub(crate) chunk_stream: u32,
    pub(crate) kind: u8,
    pub(crate) stream: u32,
    pub(crate) length: usize,
}

impl MessageHeader {
    /// Appends it as a header of type `format` whose time field is `field`.
    ///
    /// # Panics
    /// If the message length does not fit 24 bits: a reader would misread what follows.
    pub(crate) fn put(&self, format: u8, field: u32, out: &mut Vec<u8>) {
        put_basic_header(format, self.chunk_stream, out);
        if format < 3 {
            out.extend_from_slice(&low24(field.min(EXTENDED)));
        }
        if format < 2 {
            let length = u32::try_from(self.length).ok().filter(|length| *length < 1 << 24);
            out.extend_from_slice(&low24(length.expect("a message has fewer than 2^24 bytes")));
            out.push(self.kind);
        }
        if format == 0 {
            out.extend_from_slice(&self.stream.to_le_bytes());
        }
        if format < 3 && field >= EXTENDED {
            out.extend_from_slice(&field.to_be_bytes());
        }
    }
}

fn put_header(format: u8, field: u32, message: &Message, out: &mut Vec<u8>) {
    let header = MessageHeader {
        chunk_stream: message.chunk_stream,
        kind: message.kind,
        stream: message.stream,
        length: message.payload.len(),
    };
    header.put(format, field, out);
}

fn put_basic_header(format: u8, chunk_stream: u32, out: &mut Vec<u8>) {
    let format = format << 6;
    match chunk_stream {
        id @ 2..=63 => out.push(format | id as u8),
        id @ 64..=319 => out.extend_from_slice(&[format, (id - 64) as u8]),
        id => {
            let [low, high, ..] = id.wrapping_sub(64).to_le_bytes();
            out.extend_from_slice(&[format | 1, low, high]);
        }
    }
}

fn low24(value: u32) -> [u8; 3] {
    let [_, a, b, c] = value.to_be_bytes();
    [a, b, c]
}
