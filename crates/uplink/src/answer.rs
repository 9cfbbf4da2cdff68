//! What the centre answers to a record, and to the question what it has.

use ashkar_terms::{MediaTime, UtcMicros};
use serde::{Deserialize, Serialize};

use crate::{BodyError, HAVE_PARTS_MAX, JSON_BYTES_MAX};

/// How far a record got at the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerState {
    /// The centre has taken it over; a crash may still lose it.
    Received,
    /// The centre had these very bytes already, and no crash loses them.
    Persisted,
}

/// The answer to a `PUT` of a record.
///
/// `count` and `persisted` count the records of one camera on one line in one session. A session ends with the process
/// that opened it, so a crash of the centre cannot make them mean other records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// How far this record got.
    pub state: AnswerState,
    /// This record was the n-th that the centre received. A record that was sent twice may have been given two numbers;
    /// each is good.
    pub count: u64,
    /// All records up to this number are durable.
    pub persisted: u64,
    /// The same of the late line, whichever this record came on: nothing more may come on that one for a long time.
    #[serde(default)]
    pub persisted_late: u64,
    /// The centre's wall clock, microseconds.
    pub now_us: UtcMicros,
}

impl Answer {
    /// Reads the body of an answer.
    ///
    /// # Errors
    /// [`BodyError`] if it is not one, or longer than any.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
        BodyError::read(bytes)
    }

    /// The body of this answer.
    pub fn to_json(&self) -> Vec<u8> {
        BodyError::write(self)
    }
}

/// One part that the centre has, durably: `[start, duration, bytes, crc32c]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(MediaTime, u32, u32, u32)", into = "(MediaTime, u32, u32, u32)")]
pub struct HavePart {
    /// Media time of its first sample.
    pub start: MediaTime,
    /// Its duration, ticks.
    pub duration: u32,
    /// The length of its bytes.
    pub bytes: u32,
    /// The CRC-32C of its bytes.
    pub crc32c: u32,
}

impl From<(MediaTime, u32, u32, u32)> for HavePart {
    fn from((start, duration, bytes, crc32c): (MediaTime, u32, u32, u32)) -> Self {
        Self { start, duration, bytes, crc32c }
    }
}

impl From<HavePart> for (MediaTime, u32, u32, u32) {
    fn from(part: HavePart) -> Self {
        (part.start, part.duration, part.bytes, part.crc32c)
    }
}

impl HavePart {
    /// What a centre says that has `part`.
    pub fn of(part: &ashkar_media::Part) -> Self {
        Self {
            start: part.start,
            duration: part.duration,
            bytes: u32::try_from(part.bytes.len()).unwrap_or(u32::MAX),
            crc32c: crc32c::crc32c(&part.bytes),
        }
    }
}

/// The answer to the question what the centre has of a span: the parts that begin in it, sorted by start.
///
/// Only what no crash loses is named. Late parts belong to it from the time at which their segment's end is durable.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Have {
    /// The parts, by start.
    pub parts: Vec<HavePart>,
}

impl Have {
    /// Reads the body of an answer.
    ///
    /// # Errors
    /// [`BodyError`] if it is not one, longer than [`JSON_BYTES_MAX`], has more than [`HAVE_PARTS_MAX`] parts, or is
    /// not sorted by start.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
        let have: Self = BodyError::read(bytes)?;
        let sorted = have.parts.is_sorted_by_key(|part| part.start);
        if sorted && have.parts.len() <= HAVE_PARTS_MAX { Ok(have) } else { Err(BodyError::Value("parts")) }
    }

    /// The body of this answer; parts beyond [`HAVE_PARTS_MAX`] are left out, as if the centre did not have them.
    pub fn to_json(&self) -> Vec<u8> {
        let parts = self.parts.get(..HAVE_PARTS_MAX).unwrap_or(&self.parts).to_vec();
        let body = BodyError::write(&Self { parts });
        debug_assert!(body.len() <= JSON_BYTES_MAX);
        body
    }

    /// Whether this very part is among them.
    pub fn contains(&self, part: &HavePart) -> bool {
        let from = self.parts.partition_point(|known| known.start < part.start);
        self.parts.iter().skip(from).take_while(|known| known.start == part.start).any(|known| known == part)
    }
}
