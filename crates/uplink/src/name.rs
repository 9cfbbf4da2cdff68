//! The names of recordings and of the records in them, as they stand in a request's path.

use std::fmt;
use std::str::FromStr;

use ashkar_media::{FactKind, Output};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{PART_INDEX_END, SEGMENT_END, TICKS_MAX, wire};

/// Longest name that is considered, bytes.
const NAME_BYTES_MAX: usize = 64;

/// The id of an archive: eight lower-case hex digits, as in its file `ARCHIVE`.
///
/// An agent's recording is named by it, so that numbers from two recordings are never confused; and so is the centre's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordingId(pub u32);

impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for RecordingId {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        hex::<4>(text).map(|bytes| Self(u32::from_be_bytes(bytes))).ok_or(ParseNameError)
    }
}

impl Serialize for RecordingId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordingId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The name of a record within one camera of one recording: the last part of its path.
///
/// A part, an init segment or a segment's end with the same name is the same record. A gap is declared again under its
/// name when its end is known, and two facts of one microsecond and kind share a name: of these, a name alone says
/// nothing about sameness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordName {
    /// `init-<16 hex>`: an init segment, by the first 8 bytes of its SHA-256.
    Init([u8; 8]),
    /// `<segment>.<index>`: a part.
    Part {
        /// Media sequence number.
        segment: u64,
        /// Index in the segment, from 0.
        index: u16,
    },
    /// `<segment>.end`: the end of a segment.
    End {
        /// Media sequence number.
        segment: u64,
    },
    /// `gap-<ticks>`: a gap, by where it begins.
    Gap {
        /// Media time at which it begins, ticks.
        from: i64,
    },
    /// `fact-<wall>-<code>`: a fact.
    Fact {
        /// When, on the agent's wall clock, microseconds.
        wall_us: i64,
        /// The number of its kind.
        code: u16,
    },
}

impl RecordName {
    /// The name of `output`.
    pub fn of(output: &Output) -> Self {
        match output {
            Output::Init(init) => {
                let [a, b, c, d, e, f, g, h, ..] = init.sha256;
                Self::Init([a, b, c, d, e, f, g, h])
            }
            Output::Part(part) => Self::Part { segment: part.segment, index: part.index },
            Output::SegmentEnd(end) => Self::End { segment: end.segment },
            Output::Gap(gap) => Self::Gap { from: gap.from.0 },
            Output::Fact(fact) => Self::Fact { wall_us: fact.at.wall.0, code: code(&fact.kind) },
        }
    }

    /// The segment to which it belongs, if it is a part or an end.
    pub const fn segment(&self) -> Option<u64> {
        match *self {
            Self::Part { segment, .. } | Self::End { segment } => Some(segment),
            Self::Init(_) | Self::Gap { .. } | Self::Fact { .. } => None,
        }
    }
}

fn code(kind: &FactKind) -> u16 {
    wire::fact_code(kind)
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Init(id) => write!(f, "init-{:016x}", u64::from_be_bytes(*id)),
            Self::Part { segment, index } => write!(f, "{segment}.{index}"),
            Self::End { segment } => write!(f, "{segment}.end"),
            Self::Gap { from } => write!(f, "gap-{from}"),
            Self::Fact { wall_us, code } => write!(f, "fact-{wall_us}-{code}"),
        }
    }
}

/// The text names no recording, or no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "neither a recording, such as 0f3a9c21, nor a record, such as 4711.3, 4711.end or init-00f1a2b3c4d5e6f7"
)]
pub struct ParseNameError;

impl FromStr for RecordName {
    type Err = ParseNameError;

    /// Reads exactly what `Display` writes, and numbers within their limits: each record has one name.
    fn from_str(text: &str) -> Result<Self, ParseNameError> {
        if text.len() > NAME_BYTES_MAX {
            return Err(ParseNameError);
        }
        read(text).ok_or(ParseNameError)
    }
}

fn read(text: &str) -> Option<RecordName> {
    if let Some(id) = text.strip_prefix("init-") {
        return Some(RecordName::Init(hex(id)?));
    }
    if let Some(from) = text.strip_prefix("gap-") {
        let from = number::<i64>(from).filter(|from| from.unsigned_abs() <= TICKS_MAX.unsigned_abs())?;
        return Some(RecordName::Gap { from });
    }
    if let Some(fact) = text.strip_prefix("fact-") {
        let (wall, code) = fact.rsplit_once('-')?;
        let code = number::<u16>(code).filter(|code| wire::FACT_CODES.contains(code))?;
        return Some(RecordName::Fact { wall_us: number(wall)?, code });
    }
    let (segment, rest) = text.split_once('.')?;
    let segment = number::<u64>(segment).filter(|&segment| segment < SEGMENT_END)?;
    if rest == "end" {
        return Some(RecordName::End { segment });
    }
    let index = number::<u16>(rest).filter(|&index| index < PART_INDEX_END)?;
    Some(RecordName::Part { segment, index })
}

/// A number in its only spelling: no plus sign, no leading zeros.
pub(crate) fn number<N: FromStr + ToString>(text: &str) -> Option<N> {
    // The longest is −2^63.
    if text.len() > 20 {
        return None;
    }
    text.parse::<N>().ok().filter(|number| number.to_string() == text)
}

/// `N` bytes in lower-case hex digits.
pub(crate) fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let &[high, low] = pair else { return None };
        *byte = nibble(high)? << 4 | nibble(low)?;
    }
    Some(bytes)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
