//! FLV as a stream (Adobe Flash Video File Format Specification 10.1, Annex E): what an encoder writes to its standard
//! output. The payloads of its tags are those of RTMP's messages, and are read by the same code.
//!
//! ```text
//!  header  "FLV" | version:8 = 1 | flags:8 | length of the header:32 | the rest of that length | 0:32
//!  tag     reserved:2 filter:1 type:5 | length:24 | time:24 (ms) | upper time:8 | stream:24 | payload | 11 + length:32
//! ```
//!
//! Each tag's length stands before and behind it. Where the two differ, the place of the next tag is not known, so the
//! stream ends there: it comes from a process that can be started again. A tag that is only of no use is refused alone
//! (I3). What must never happen: memory for more than one tag, or for bytes that have not come.

use ashkar_media::{MAX_ACCESS_UNIT_BYTES, MediaEvent};
use ashkar_terms::Moment;
use bytes::{Buf, Bytes};

use crate::rtmp::flv::TagMedia;

/// Longest payload of a tag that is kept, bytes: the largest access unit, with room for what stands before it. A longer
/// one is refused and passed over; it is at most 16 MiB, since its length has 24 bits.
pub const MAX_TAG_BYTES: usize = MAX_ACCESS_UNIT_BYTES + 64;
/// Longest header, bytes. Version 1 has 9; a later one may have more, which are passed over.
pub const MAX_HEADER_BYTES: u32 = 1024;

const SIGNATURE: &[u8] = b"FLV";
const FILE_HEADER_BYTES: usize = 9;
const TAG_HEADER_BYTES: usize = 11;
const TRAILER_BYTES: usize = 4;

/// The stream cannot be read any further. `offset` counts from its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlvError {
    /// It does not begin like an FLV stream.
    #[error("this is no FLV stream")]
    NotFlv,
    /// A version that is not defined.
    #[error("FLV version {0} is not known")]
    Version(u8),
    /// A length of the header that no version has.
    #[error("an FLV header of {0} bytes")]
    HeaderLength(u32),
    /// What stands behind a tag is not its length.
    #[error("byte {offset}: {found} stands behind a tag of {expected} bytes")]
    Trailer {
        /// Where it stands.
        offset: u64,
        /// The length of header and payload.
        expected: u32,
        /// What was read.
        found: u32,
    },
    /// Neither sound nor picture nor data.
    #[error("byte {offset}: a tag of type {kind}")]
    TagType {
        /// Where the tag begins.
        offset: u64,
        /// Its type.
        kind: u8,
    },
}

/// A reader of one stream: bytes in, media out.
#[derive(Debug)]
pub struct FlvReader {
    stage: Stage,
    /// What came of the present piece: a header, a payload, or the length behind it.
    held: Vec<u8>,
    /// Bytes consumed so far.
    offset: u64,
    media: TagMedia,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    FileHeader,
    TagHeader,
    Payload(Tag),
    /// Bytes of no use, and then the length that stands behind them.
    Skip {
        left: usize,
        trailer: u32,
    },
    Trailer(u32),
}

#[derive(Debug, Clone, Copy)]
struct Tag {
    kind: Kind,
    length: usize,
    timestamp_ms: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Audio,
    Video,
}

impl Tag {
    /// What stands behind it.
    fn trailer(self) -> u32 {
        trailer(self.length)
    }
}

/// The length of a tag with `length` bytes of payload, which has 24 bits.
fn trailer(length: usize) -> u32 {
    u32::try_from(length + TAG_HEADER_BYTES).unwrap_or(u32::MAX)
}

impl FlvReader {
    /// A reader before the first byte; `wants_audio` according to the policy.
    pub fn new(wants_audio: bool) -> Self {
        let mut media = TagMedia::default();
        media.set_wants_audio(wants_audio);
        Self { stage: Stage::FileHeader, held: Vec::new(), offset: 0, media }
    }

    /// Whether sound is handed out, from the next tag on.
    pub fn set_wants_audio(&mut self, wants: bool) {
        self.media.set_wants_audio(wants);
    }

    /// Consumes bytes from the front of `input` up to the next event, or all of them.
    ///
    /// # Errors
    /// [`FlvError`], after which the reader is of no use any more.
    pub fn next(&mut self, input: &mut &[u8], now: Moment) -> Result<Option<MediaEvent>, FlvError> {
        loop {
            let event = match self.stage {
                Stage::FileHeader => {
                    let Some(header) = self.fill(input, FILE_HEADER_BYTES) else {
                        // Said at once: a program that has written a short message may write nothing more.
                        let is_flv = SIGNATURE.iter().zip(&self.held).all(|(wanted, byte)| wanted == byte);
                        return if is_flv { Ok(None) } else { Err(FlvError::NotFlv) };
                    };
                    self.begin(&header)?;
                    None
                }
                Stage::TagHeader => {
                    let Some(header) = self.fill(input, TAG_HEADER_BYTES) else { return Ok(None) };
                    self.begin_tag(header)?
                }
                Stage::Payload(tag) => {
                    let Some(payload) = self.fill(input, tag.length) else { return Ok(None) };
                    self.stage = Stage::Trailer(tag.trailer());
                    match tag.kind {
                        Kind::Audio => self.media.take_audio(tag.timestamp_ms, payload, now),
                        Kind::Video => self.media.take_video(tag.timestamp_ms, payload, now),
                    }
                }
                Stage::Skip { left, trailer } => {
                    let Some(left) = self.skip(input, left) else {
                        self.stage = Stage::Trailer(trailer);
                        continue;
                    };
                    self.stage = Stage::Skip { left, trailer };
                    return Ok(None);
                }
                Stage::Trailer(expected) => {
                    let Some(found) = self.fill(input, TRAILER_BYTES) else { return Ok(None) };
                    self.end_tag(expected, found)?;
                    None
                }
            };
            if event.is_some() {
                return Ok(event);
            }
        }
    }

    /// The next `wanted` bytes, once they have all come.
    fn fill(&mut self, input: &mut &[u8], wanted: usize) -> Option<Bytes> {
        let missing = wanted.saturating_sub(self.held.len());
        let (now, later) = input.split_at(missing.min(input.len()));
        // Grows with what comes, not with what is announced.
        self.held.extend_from_slice(now);
        self.offset += now.len() as u64;
        *input = later;
        (self.held.len() == wanted).then(|| Bytes::from(std::mem::take(&mut self.held)))
    }

    /// Passes over `left` bytes; `None` once that is done.
    fn skip(&mut self, input: &mut &[u8], left: usize) -> Option<usize> {
        let now = left.min(input.len());
        input.advance(now);
        self.offset += now as u64;
        (left > now).then_some(left - now)
    }

    fn begin(&mut self, header: &[u8]) -> Result<(), FlvError> {
        let [b'F', b'L', b'V', version, _flags, length @ ..] = header else { return Err(FlvError::NotFlv) };
        if *version != 1 {
            return Err(FlvError::Version(*version));
        }
        let length = u32::from_be_bytes(*length.first_chunk().ok_or(FlvError::NotFlv)?);
        let rest = usize::try_from(length).unwrap_or(usize::MAX).checked_sub(FILE_HEADER_BYTES);
        let left = rest.filter(|_| length <= MAX_HEADER_BYTES).ok_or(FlvError::HeaderLength(length))?;
        // Before the first tag stands the length of none.
        self.stage = Stage::Skip { left, trailer: 0 };
        Ok(())
    }

    /// Reads the header of a tag; an event if the tag is refused for it.
    fn begin_tag(&mut self, mut header: Bytes) -> Result<Option<MediaEvent>, FlvError> {
        let offset = self.offset - TAG_HEADER_BYTES as u64;
        let first = header.get_u8();
        let length = usize::try_from(header.get_uint(3)).unwrap_or(usize::MAX);
        let [a, b, c, upper] = header.get_u32().to_be_bytes();
        let timestamp_ms = u32::from_be_bytes([upper, a, b, c]);
        let kind = match first & 0x1F {
            8 => Some(Kind::Audio),
            9 => Some(Kind::Video),
            18 => None,
            kind => return Err(FlvError::TagType { offset, kind }),
        };
        self.stage = Stage::Skip { left: length, trailer: trailer(length) };
        let Some(kind) = kind else { return Ok(None) };
        let refused = if first & 0x20 != 0 {
            "an encrypted tag is not taken in".to_owned()
        } else if length > MAX_TAG_BYTES {
            format!("a tag of {length} bytes; the limit is {MAX_TAG_BYTES}")
        } else {
            self.stage = Stage::Payload(Tag { kind, length, timestamp_ms });
            return Ok(None);
        };
        Ok(Some(MediaEvent::Refused { reason: refused, camera_dts: Some(self.media.ticks(timestamp_ms)) }))
    }

    fn end_tag(&mut self, expected: u32, mut found: Bytes) -> Result<(), FlvError> {
        let found = found.get_u32();
        if found != expected {
            return Err(FlvError::Trailer { offset: self.offset - TRAILER_BYTES as u64, expected, found });
        }
        self.stage = Stage::TagHeader;
        Ok(())
    }
}
