//! Chunks to messages and back (Adobe RTMP 1.0, section 5.3).

mod header;
mod reader;
mod writer;

pub use reader::{ChunkError, ChunkReader, Limits};
pub(crate) use writer::MessageHeader;
pub use writer::{ChunkWriter, put_message};

use bytes::Bytes;

/// Payload bytes in a chunk until a peer sets another size.
pub(crate) const DEFAULT_CHUNK_SIZE: usize = 128;
/// Timestamps from this value on stand in a field of their own.
const EXTENDED: u32 = 0xFF_FFFF;

/// A complete message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Chunk stream that carried it, 2 to 65,599.
    pub chunk_stream: u32,
    /// Milliseconds on the sender's clock, modulo 2^32.
    pub timestamp: u32,
    /// Message type: one of [`kind`], or anything else.
    pub kind: u8,
    /// Message stream.
    pub stream: u32,
    /// The payload; truncated if the reader was set to drop it.
    pub payload: Bytes,
}

/// Message type ids.
pub mod kind {
    /// Set Chunk Size.
    pub const SET_CHUNK_SIZE: u8 = 1;
    /// Abort Message.
    pub const ABORT: u8 = 2;
    /// Acknowledgement.
    pub(crate) const ACKNOWLEDGEMENT: u8 = 3;
    /// User Control Message.
    pub const USER_CONTROL: u8 = 4;
    /// Window Acknowledgement Size.
    pub const WINDOW_SIZE: u8 = 5;
    /// Set Peer Bandwidth.
    pub(crate) const PEER_BANDWIDTH: u8 = 6;
    /// Audio.
    pub const AUDIO: u8 = 8;
    /// Video.
    pub const VIDEO: u8 = 9;
    /// Command, AMF 3.
    pub(crate) const COMMAND_AMF3: u8 = 17;
    /// Data, AMF 0: `onMetaData` and the like.
    pub const DATA: u8 = 18;
    /// Command, AMF 0.
    pub const COMMAND: u8 = 20;
    /// Aggregate: several tags in one message.
    pub const AGGREGATE: u8 = 22;
}
