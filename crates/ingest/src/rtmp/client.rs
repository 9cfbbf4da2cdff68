//! The publishing side, without its socket: what a synthetic camera or a relay needs to send to a centre.
//!
//! Media do not go through the session: each message is one chunk, a [`MediaHeader`] and then the payload as it lies in
//! memory, so both can be written with one vectored write and nothing is copied.

use ashkar_media::{VideoCodec, VideoConfig};

use super::amf0::{self, Value};
use super::chunk::{ChunkError, ChunkReader, Limits, Message, kind, put_message};
use super::command::{self, STREAM, encode};
use super::handshake::{ClientHandshake, HandshakeError};

/// Payload bytes in our chunks: every message is one chunk. Within what common servers accept.
const CHUNK_SIZE: usize = 4 << 20;

const COMMAND_CHUNKS: u32 = 3;
const VIDEO_CHUNKS: u32 = 6;
const CONNECT: f64 = 1.0;
const CREATE_STREAM: f64 = 4.0;

/// Publishing failed. Texts never contain the key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublisherError {
    /// The other side is not an RTMP server.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// The framing of the other side is broken.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// The server refused: its code and description.
    #[error("the server refused: {0}")]
    Refused(String),
}

/// A connection that publishes one stream.
///
/// ```
/// use ashkar_ingest::rtmp::PublisherSession;
///
/// let mut session = PublisherSession::new("ingest", "7-12-1.s3cret", "rtmp://centre/ingest");
/// let hello = session.poll_output().expect("C0 and C1 are sent first");
/// assert_eq!((hello.len(), session.is_publishing()), (1537, false));
/// ```
pub struct PublisherSession {
    stage: Stage,
    reader: ChunkReader,
    application: String,
    key: String,
    tc_url: String,
    out: Vec<u8>,
}

enum Stage {
    Handshake(ClientHandshake),
    Commands,
    Publishing,
}

impl PublisherSession {
    /// A session on a connection that was just opened. `tc_url` is the address without the key.
    pub fn new(application: &str, key: &str, tc_url: &str) -> Self {
        let mut out = Vec::new();
        let seed = tc_url.len() as u64;
        Self {
            stage: Stage::Handshake(ClientHandshake::new(seed, &mut out)),
            reader: ChunkReader::new(Limits::PUBLISHER),
            application: application.to_owned(),
            key: key.to_owned(),
            tc_url: tc_url.to_owned(),
            out,
        }
    }

    /// Processes bytes from the server.
    ///
    /// # Errors
    /// [`PublisherError`]; the connection is to be closed.
    pub fn feed(&mut self, mut input: &[u8]) -> Result<(), PublisherError> {
        if let Stage::Handshake(handshake) = &mut self.stage {
            if !handshake.feed(&mut input, &mut self.out)? {
                return Ok(());
            }
            self.stage = Stage::Commands;
            self.put_connect();
        }
        while let Some(message) = self.reader.next(&mut input)? {
            self.take(&message)?;
        }
        Ok(())
    }

    /// Bytes that are to be sent before anything else: all of them, once.
    pub fn poll_output(&mut self) -> Option<Vec<u8>> {
        (!self.out.is_empty()).then(|| std::mem::take(&mut self.out))
    }

    /// Whether media may be sent, once the output of [`Self::poll_output`] is.
    pub const fn is_publishing(&self) -> bool {
        matches!(self.stage, Stage::Publishing)
    }

    /// Ends the stream. The connection may be closed once the output is sent.
    pub fn finish(&mut self) {
        let key = self.key.as_str().into();
        self.put_command(&["FCUnpublish".into(), Value::Number(6.0), Value::Null, key]);
        let stream = Value::Number(f64::from(STREAM));
        self.put_command(&["deleteStream".into(), Value::Number(7.0), Value::Null, stream]);
    }

    fn put_connect(&mut self) {
        let size = u32::try_from(CHUNK_SIZE).unwrap_or(u32::MAX);
        put_message(2, kind::SET_CHUNK_SIZE, 0, &size.to_be_bytes(), &mut self.out);
        let codecs = ["avc1", "hvc1"].map(Value::string).to_vec();
        let properties = Value::object([
            ("app", self.application.as_str().into()),
            ("type", "nonprivate".into()),
            ("flashVer", "FMLE/3.0 (compatible; Ashkar)".into()),
            ("tcUrl", self.tc_url.as_str().into()),
            ("fourCcList", Value::Array(codecs)),
        ]);
        self.put_command(&["connect".into(), Value::Number(CONNECT), properties]);
    }

    fn take(&mut self, message: &Message) -> Result<(), PublisherError> {
        match (message.kind, &message.payload[..]) {
            (kind::COMMAND, payload) => self.take_command(payload),
            (kind::USER_CONTROL, &[0, 6, a, b, c, d, ..]) => {
                command::put_pong([a, b, c, d], &mut self.out);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn take_command(&mut self, payload: &[u8]) -> Result<(), PublisherError> {
        // A command that cannot be read is not one that we wait for.
        let values = amf0::read_all(payload).unwrap_or_default();
        let name = values.first().and_then(Value::as_str).unwrap_or_default();
        let transaction = values.get(1).and_then(Value::as_number);
        let info = values.get(3).unwrap_or(&Value::Null);
        match (name, transaction) {
            ("_result", Some(CONNECT)) => self.put_create_stream(),
            ("_result", Some(CREATE_STREAM)) => self.put_publish(),
            ("_error", Some(CONNECT | CREATE_STREAM)) => return Err(refused(info)),
            ("onStatus", _) => return self.take_status(info),
            _ => {}
        }
        Ok(())
    }

    fn take_status(&mut self, info: &Value) -> Result<(), PublisherError> {
        let text = |name| info.property(name).and_then(Value::as_str).unwrap_or_default();
        if text("code") == "NetStream.Publish.Start" {
            self.stage = Stage::Publishing;
        }
        if text("level") == "error" { Err(refused(info)) } else { Ok(()) }
    }

    fn put_create_stream(&mut self) {
        let key = || self.key.as_str().into();
        let release = ["releaseStream".into(), Value::Number(2.0), Value::Null, key()];
        let publish = ["FCPublish".into(), Value::Number(3.0), Value::Null, key()];
        self.put_command(&release);
        self.put_command(&publish);
        self.put_command(&["createStream".into(), Value::Number(CREATE_STREAM), Value::Null]);
    }

    fn put_publish(&mut self) {
        let key = self.key.as_str().into();
        let values = ["publish".into(), Value::Number(5.0), Value::Null, key, "live".into()];
        put_message(COMMAND_CHUNKS, kind::COMMAND, STREAM, &encode(&values), &mut self.out);
    }

    fn put_command(&mut self, values: &[Value]) {
        put_message(COMMAND_CHUNKS, kind::COMMAND, 0, &encode(values), &mut self.out);
    }
}

impl std::fmt::Debug for PublisherSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublisherSession")
            .field("is_publishing", &self.is_publishing())
            .finish_non_exhaustive()
    }
}

fn refused(info: &Value) -> PublisherError {
    let text = |name| info.property(name).and_then(Value::as_str).unwrap_or_default();
    PublisherError::Refused(format!("{}: {}", text("code"), text("description")))
}

/// Everything on the wire before the payload of one media message: chunk header and tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaHeader {
    bytes: [u8; Self::MAX_LENGTH],
    length: usize,
}

impl MediaHeader {
    /// Chunk header 12, extended timestamp 4, enhanced tag 8.
    const MAX_LENGTH: usize = 24;

    /// Header of one access unit of `payload_length` bytes, which fits one chunk together with its tag, with four-byte
    /// NAL lengths. Times in milliseconds; `composition_ms` is presentation time minus decoding time.
    pub fn video(
        codec: VideoCodec,
        timestamp_ms: u32,
        composition_ms: i32,
        keyframe: bool,
        payload_length: usize,
    ) -> Self {
        let [_, a, b, c] = composition_ms.to_be_bytes();
        let frame = if keyframe { 1 } else { 2 };
        match codec {
            VideoCodec::H264 => Self::new(timestamp_ms, &[frame << 4 | 7, 1, a, b, c], payload_length),
            VideoCodec::H265 => {
                let tag = [0x80 | frame << 4 | 1, b'h', b'v', b'c', b'1', a, b, c];
                Self::new(timestamp_ms, &tag, payload_length)
            }
        }
    }

    fn new(timestamp_ms: u32, tag: &[u8], payload_length: usize) -> Self {
        let mut header = Vec::with_capacity(Self::MAX_LENGTH);
        super::chunk::MessageHeader {
            chunk_stream: VIDEO_CHUNKS,
            kind: kind::VIDEO,
            stream: STREAM,
            length: tag.len() + payload_length,
        }
        .put(0, timestamp_ms, &mut header);
        header.extend_from_slice(tag);
        let mut bytes = [0; Self::MAX_LENGTH];
        bytes.iter_mut().zip(&header).for_each(|(place, byte)| *place = *byte);
        Self { bytes, length: header.len() }
    }

    /// The bytes to write before the payload.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }
}

/// A whole message with parameter sets, to be sent before the first access unit.
pub fn video_config_message(config: &VideoConfig, timestamp_ms: u32) -> Vec<u8> {
    let tag: &[u8] = match config.codec {
        VideoCodec::H264 => &[0x17, 0, 0, 0, 0],
        VideoCodec::H265 => b"\x90hvc1",
    };
    let mut message = MediaHeader::new(timestamp_ms, tag, config.record.len()).as_bytes().to_vec();
    message.extend_from_slice(&config.record);
    message
}
