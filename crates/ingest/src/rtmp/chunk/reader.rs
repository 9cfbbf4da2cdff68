//! From chunks to messages (Adobe RTMP 1.0, sections 5.3.1, 5.4.1 and 5.4.2). The peer decides how chunks are cut; what
//! they may cost in memory and work is limited here.

use bytes::Bytes;

use super::header::{Header, MAX_HEADER, header_size};
use super::{DEFAULT_CHUNK_SIZE, Message, kind};

/// Limits on what a peer may make the reader keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Chunk streams that the peer may use. Encoders use four at most.
    pub streams: usize,
    /// Bytes in one message.
    pub message_bytes: usize,
    /// Bytes announced by all unfinished messages together.
    pub buffered_bytes: usize,
}

impl Limits {
    /// For a peer that has not shown a valid key: commands only.
    pub const UNAUTHENTICATED: Self = Self { streams: 8, message_bytes: 64 << 10, buffered_bytes: 128 << 10 };
    /// For a publisher: a keyframe of an 8K camera fits.
    pub const PUBLISHER: Self = Self { streams: 8, message_bytes: 8 << 20, buffered_bytes: 12 << 20 };
}

/// Smallest chunk size that is accepted, as in the specification: the work that small chunks cause has its own limit.
/// There is no upper bound, since a chunk ends with its message.
const MIN_CHUNK_SIZE: u32 = 1;
/// When sound is dropped, messages up to this size are still assembled: the AAC parameters are among them.
const SHORT_AUDIO_BYTES: usize = 64;
/// Of longer ones, this many bytes are kept: they name the codec.
const AUDIO_NAME_BYTES: usize = 5;

/// The peer broke the framing. Nothing after it can be trusted, so the connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// More chunk streams than the limit allows.
    #[error("chunk stream {id}: more than {limit} chunk streams")]
    TooManyStreams {
        /// The chunk stream that is one too many.
        id: u32,
        /// The limit.
        limit: usize,
    },
    /// A message longer than the limit allows.
    #[error("chunk stream {id}: a message of {length} bytes, at most {limit} are taken")]
    MessageTooLong {
        /// Chunk stream.
        id: u32,
        /// Announced length.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// Unfinished messages that together are too long.
    #[error("chunk stream {id}: unfinished messages of more than {limit} bytes")]
    TooMuchBuffered {
        /// Chunk stream.
        id: u32,
        /// The limit.
        limit: usize,
    },
    /// A new message begins before the previous one was complete.
    #[error("chunk stream {id}: a new header after {received} of {length} bytes")]
    HeaderInsideMessage {
        /// Chunk stream.
        id: u32,
        /// Bytes received.
        received: usize,
        /// Bytes announced.
        length: usize,
    },
    /// A chunk size that is not accepted.
    #[error("a chunk size of {size}, at least 1 and less than 2^31 is needed")]
    ChunkSize {
        /// The size.
        size: u32,
    },
    /// More chunks than were allowed.
    #[error("too many chunks for their bytes")]
    TooManyChunks,
}

/// Puts messages together from the chunks in a stream of bytes, cut anywhere. The payload is copied once.
///
/// Set Chunk Size and Abort are applied here, and handed out as well.
///
/// ```
/// use ashkar_ingest::rtmp::chunk::{ChunkReader, Limits};
///
/// // Chunk stream 3, type 0, timestamp 40, length 2, message type 8, message stream 1.
/// let bytes = [0x03, 0, 0, 40, 0, 0, 2, 8, 1, 0, 0, 0, 0xAF, 0x01];
/// let mut reader = ChunkReader::new(Limits::PUBLISHER);
/// let (mut first, mut second) = bytes.split_at(5);
/// assert_eq!(reader.next(&mut first), Ok(None));
/// let message = reader.next(&mut second).unwrap().unwrap();
/// assert_eq!((message.timestamp, &message.payload[..]), (40, &[0xAF, 0x01][..]));
/// ```
#[derive(Debug)]
pub struct ChunkReader {
    limits: Limits,
    chunk_size: usize,
    drops_audio: bool,
    /// How many more chunks may begin.
    allowance: u32,
    streams: Vec<Stream>,
    /// Announced bytes of all unfinished messages.
    buffered: usize,
    phase: Phase,
    /// Bytes that looked like a repeated timestamp and were not: to be read again before any others.
    again: Pushback,
}

#[derive(Debug, Default)]
struct Stream {
    id: u32,
    /// Absolute time of the message that is being received, or of the last one.
    timestamp: u32,
    /// Delta that the next message adds if its chunk has no time of its own.
    delta: u32,
    /// The extended timestamp field, if the last header had one.
    extended: Option<u32>,
    length: usize,
    kind: u8,
    stream: u32,
    /// Between the first chunk of a message and its last.
    unfinished: bool,
    received: usize,
    /// How many bytes of the message are kept.
    wanted: usize,
    payload: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    /// A header is being received; this many of its bytes have come.
    Header { bytes: [u8; MAX_HEADER], have: usize },
    /// The extended timestamp may be repeated; this many of its bytes have matched so far.
    RepeatedTime { slot: usize, time: [u8; 4], matched: usize },
    /// This much of the current chunk's payload is still to come.
    Payload { slot: usize, rest: usize },
}

const NEXT_HEADER: Phase = Phase::Header { bytes: [0; MAX_HEADER], have: 0 };

#[derive(Debug, Clone, Copy, Default)]
struct Pushback {
    bytes: [u8; 4],
    len: usize,
}

impl ChunkReader {
    /// A reader at the beginning of a chunk stream.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            chunk_size: DEFAULT_CHUNK_SIZE,
            drops_audio: false,
            allowance: u32::MAX,
            streams: Vec::new(),
            buffered: 0,
            phase: NEXT_HEADER,
            again: Pushback::default(),
        }
    }

    /// Sets other limits from the next message on.
    pub(crate) fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Sets how many more chunks may begin before reading fails.
    pub(crate) fn set_allowance(&mut self, chunks: u32) {
        self.allowance = chunks;
    }

    /// How many of them are left.
    pub(crate) const fn allowance(&self) -> u32 {
        self.allowance
    }

    /// Whether sound is dropped instead of assembled, from the next message on. Messages of at most 64 bytes still come
    /// whole; longer ones come with their first bytes, which name the codec.
    pub fn set_drops_audio(&mut self, drops: bool) {
        self.drops_audio = drops;
    }

    /// Consumes bytes from the front of `input` up to the end of the next message, or all of them.
    ///
    /// # Errors
    /// [`ChunkError`]; the reader must not be used afterwards.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Message>, ChunkError> {
        loop {
            let message = if self.again.len > 0 {
                let Pushback { bytes, len } = std::mem::take(&mut self.again);
                let mut first = bytes.get(..len).unwrap_or_default();
                let message = self.run(&mut first)?;
                self.push_back(first);
                message
            } else {
                let message = self.run(input)?;
                if self.again.len == 0 {
                    return Ok(message);
                }
                message
            };
            if message.is_some() {
                return Ok(message);
            }
        }
    }

    /// Goes on until a message is complete, the input is used up, or bytes were pushed back.
    fn run(&mut self, input: &mut &[u8]) -> Result<Option<Message>, ChunkError> {
        while !input.is_empty() {
            let message = match self.phase {
                Phase::Header { bytes, have } => self.take_header(bytes, have, input)?,
                Phase::RepeatedTime { slot, time, matched } => {
                    if self.take_repeated_time(slot, time, matched, input) {
                        return Ok(None);
                    }
                    None
                }
                Phase::Payload { slot, rest } => self.take_payload(slot, rest, input),
            };
            if let Some(message) = message {
                self.obey(&message)?;
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    fn take_header(
        &mut self,
        mut bytes: [u8; MAX_HEADER],
        mut have: usize,
        input: &mut &[u8],
    ) -> Result<Option<Message>, ChunkError> {
        loop {
            let needed = header_size(bytes.get(..have).unwrap_or_default());
            let missing = needed.saturating_sub(have);
            if missing == 0 {
                break;
            }
            let (now, later) = input.split_at(missing.min(input.len()));
            if let Some(place) = bytes.get_mut(have..have + now.len()) {
                place.copy_from_slice(now);
            }
            have += now.len();
            *input = later;
            if now.len() < missing {
                self.phase = Phase::Header { bytes, have };
                return Ok(None);
            }
        }
        self.begin_chunk(&Header::parse(&bytes))
    }

    /// A chunk begins. A message without any payload is complete at once.
    fn begin_chunk(&mut self, header: &Header) -> Result<Option<Message>, ChunkError> {
        self.allowance = self.allowance.checked_sub(1).ok_or(ChunkError::TooManyChunks)?;
        let slot = self.slot(header)?;
        let limits = self.limits;
        let chunk_size = self.chunk_size;
        let drops_audio = self.drops_audio;
        let Some(stream) = self.streams.get_mut(slot) else { return Ok(None) };
        let repeats_time = header.format == 3 && stream.extended.is_some();
        if stream.unfinished {
            if header.format != 3 {
                return Err(stream.header_inside_message());
            }
        } else {
            stream.begin_message(header, drops_audio);
            let (id, length) = (stream.id, stream.length);
            if length > limits.message_bytes {
                return Err(ChunkError::MessageTooLong { id, length, limit: limits.message_bytes });
            }
            if self.buffered + length > limits.buffered_bytes {
                return Err(ChunkError::TooMuchBuffered { id, limit: limits.buffered_bytes });
            }
            self.buffered += length;
            stream.payload = Vec::with_capacity(stream.wanted);
        }
        let rest = chunk_size.min(stream.length - stream.received);
        self.phase = match stream.extended {
            Some(time) if repeats_time => Phase::RepeatedTime { slot, time: time.to_be_bytes(), matched: 0 },
            _ => Phase::Payload { slot, rest },
        };
        if stream.length == 0 && !repeats_time { Ok(self.finish(slot)) } else { Ok(None) }
    }

    fn slot(&mut self, header: &Header) -> Result<usize, ChunkError> {
        let id = header.id;
        if let Some(slot) = self.streams.iter().position(|stream| stream.id == id) {
            return Ok(slot);
        }
        if self.streams.len() >= self.limits.streams {
            return Err(ChunkError::TooManyStreams { id, limit: self.limits.streams });
        }
        self.streams.push(Stream { id, ..Stream::default() });
        Ok(self.streams.len() - 1)
    }

    /// Compares with the extended timestamp, which some senders repeat in every chunk of a message (as the
    /// specification says) and some do not. True if bytes were pushed back.
    fn take_repeated_time(
        &mut self,
        slot: usize,
        time: [u8; 4],
        mut matched: usize,
        input: &mut &[u8],
    ) -> bool {
        let rest = self.rest_of_chunk(slot);
        while let (Some(expected), Some((&byte, later))) = (time.get(matched), input.split_first()) {
            if byte != *expected {
                self.phase = Phase::Payload { slot, rest };
                self.push_back(time.get(..matched).unwrap_or_default());
                return matched > 0;
            }
            matched += 1;
            *input = later;
        }
        self.phase = if matched == time.len() {
            Phase::Payload { slot, rest }
        } else {
            Phase::RepeatedTime { slot, time, matched }
        };
        false
    }

    fn rest_of_chunk(&self, slot: usize) -> usize {
        self.streams.get(slot).map_or(0, |stream| self.chunk_size.min(stream.length - stream.received))
    }

    /// Appends `bytes` to those that are to be read again. Together they are never more than three.
    fn push_back(&mut self, bytes: &[u8]) {
        let mut joined = Pushback::default();
        let already = self.again.bytes.get(..self.again.len).unwrap_or_default();
        for (place, byte) in joined.bytes.iter_mut().zip(already.iter().chain(bytes)) {
            *place = *byte;
            joined.len += 1;
        }
        self.again = joined;
    }

    fn take_payload(&mut self, slot: usize, rest: usize, input: &mut &[u8]) -> Option<Message> {
        let stream = self.streams.get_mut(slot)?;
        let (now, later) = input.split_at(rest.min(input.len()));
        let room = stream.wanted - stream.payload.len();
        stream.payload.extend_from_slice(now.get(..room).unwrap_or(now));
        stream.received += now.len();
        *input = later;
        if stream.received == stream.length {
            return self.finish(slot);
        }
        self.phase =
            if now.len() == rest { NEXT_HEADER } else { Phase::Payload { slot, rest: rest - now.len() } };
        None
    }

    fn finish(&mut self, slot: usize) -> Option<Message> {
        self.phase = NEXT_HEADER;
        let stream = self.streams.get_mut(slot)?;
        self.buffered -= stream.length;
        stream.unfinished = false;
        Some(Message {
            chunk_stream: stream.id,
            timestamp: stream.timestamp,
            kind: stream.kind,
            stream: stream.stream,
            payload: Bytes::from(std::mem::take(&mut stream.payload)),
        })
    }

    fn obey(&mut self, message: &Message) -> Result<(), ChunkError> {
        let argument = message.payload.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
        match (message.kind, argument) {
            (kind::SET_CHUNK_SIZE, Some(size)) => self.set_chunk_size(size),
            (kind::ABORT, Some(id)) => {
                self.abort(id);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn set_chunk_size(&mut self, size: u32) -> Result<(), ChunkError> {
        if !(MIN_CHUNK_SIZE..1 << 31).contains(&size) {
            return Err(ChunkError::ChunkSize { size });
        }
        self.chunk_size = usize::try_from(size).unwrap_or(usize::MAX);
        Ok(())
    }

    fn abort(&mut self, id: u32) {
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.id == id && stream.unfinished) {
            self.buffered -= stream.length;
            stream.unfinished = false;
            stream.payload = Vec::new();
        }
    }
}

impl Stream {
    fn begin_message(&mut self, header: &Header, drops_audio: bool) {
        match header.format {
            0 => {
                self.timestamp = header.time;
                // The specification lets a chunk of type 3 that follows repeat this time as a delta, and ffmpeg does so
                // for small ones. A repeated large one can only mean "the same time".
                self.delta = if header.is_extended { 0 } else { header.time };
            }
            1 | 2 => {
                self.delta = header.time;
                self.timestamp = self.timestamp.wrapping_add(self.delta);
            }
            _ => self.timestamp = self.timestamp.wrapping_add(self.delta),
        }
        if header.format < 3 {
            self.extended = header.is_extended.then_some(header.time);
        }
        if header.format < 2 {
            self.length = header.length;
            self.kind = header.kind;
        }
        if header.format == 0 {
            self.stream = header.stream;
        }
        self.received = 0;
        self.unfinished = true;
        let dropped = drops_audio && self.kind == kind::AUDIO && self.length > SHORT_AUDIO_BYTES;
        self.wanted = if dropped { AUDIO_NAME_BYTES } else { self.length };
    }

    fn header_inside_message(&self) -> ChunkError {
        ChunkError::HeaderInsideMessage { id: self.id, received: self.received, length: self.length }
    }
}
