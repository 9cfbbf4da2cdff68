//! Lines of the file `removed`: what retention took out of the archive, with all that a reader of the rest needs of it.

use ashkar_evidence::Chain;
use ashkar_terms::{CameraId, Cause, MediaTime, UtcMicros};
use serde::{Deserialize, Serialize};

use super::name::JournalName;
use super::state::CameraState;
use super::wire::FormatError;
use super::{Header, Kind};
use crate::coverage::{Coverage, Effect};
use crate::format::sidecar::{Block, Sidecar};
use crate::options::RUN_TOLERANCE_TICKS;

/// Hexadecimal digits of the checksum in front of each line.
const CHECKSUM_CHARS: usize = 8;

/// A journal that was removed by retention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemovedJournal {
    /// Id of the archive.
    pub(crate) archive: String,
    pub(crate) journal: u32,
    /// Its path.
    pub(crate) file: String,
    pub(crate) salt: u32,
    /// Length of its records.
    pub(crate) bytes: u32,
    /// When it was decided, by the wall clock of that time.
    pub(crate) at_us: UtcMicros,
    /// Who had called all of it persisted.
    pub(crate) persisted_at: String,
    /// SHA-256 of the file with its evidence records.
    pub(crate) evidence: Hash,
    pub(crate) cameras: Vec<RemovedCamera>,
}

/// What it held of one camera.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemovedCamera {
    pub(crate) camera: CameraId,
    pub(crate) spans: Vec<RemovedSpan>,
    /// Gaps that were over: from, to.
    pub(crate) gaps: Vec<(MediaTime, MediaTime)>,
    pub(crate) discontinuities: u64,
    /// Sequence number of the first evidence record after it.
    pub(crate) next_sequence: u64,
    /// SHA-256 of the last evidence record up to its end, in hexadecimal digits.
    pub(crate) last_record: Hash,
    /// SHA-256 of the last init segment.
    pub(crate) init: Option<Hash>,
    /// Where the timeline stood at its end; none if it held only facts.
    pub(crate) timeline: Option<Timeline>,
}

/// Segments of which it held something, one after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RemovedSpan {
    pub(crate) first_segment: u64,
    pub(crate) last_segment: u64,
    pub(crate) from: MediaTime,
    pub(crate) to: MediaTime,
}

/// Where a camera's timeline stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timeline {
    pub(crate) next_segment: u64,
    pub(crate) end: Option<MediaTime>,
    pub(crate) open_gap: Option<(MediaTime, Cause)>,
    /// The number that the open gap began with, as far as this journal shows; 0 if there is none.
    pub(crate) gap_first_segment: u64,
    /// The segment without an end, and the number of its parts.
    pub(crate) open_segment: Option<(u64, u16)>,
}

/// 32 bytes, as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Hash(pub(crate) [u8; 32]);

impl From<Hash> for String {
    fn from(Hash(bytes): Hash) -> Self {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Hash {
    type Error = FormatError;

    fn try_from(text: String) -> Result<Self, FormatError> {
        let mut bytes = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(FormatError::Value);
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let digits = std::str::from_utf8(pair).map_err(|_| FormatError::Value)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| FormatError::Value)?;
        }
        Ok(Self(bytes))
    }
}

impl RemovedJournal {
    /// Of a sealed journal.
    pub(crate) fn new(
        archive: [u8; 8],
        name: JournalName,
        sidecar: &Sidecar,
        at_us: UtcMicros,
        persisted_at: &str,
        evidence: Hash,
    ) -> Self {
        Self {
            archive: String::from_utf8_lossy(&archive).into_owned(),
            journal: name.number,
            file: name.journal(),
            salt: sidecar.salt,
            bytes: sidecar.journal_bytes,
            at_us,
            persisted_at: persisted_at.to_owned(),
            evidence,
            cameras: sidecar
                .cameras
                .iter()
                .map(|(camera, block)| RemovedCamera::new(*camera, block))
                .collect(),
        }
    }

    /// The name of its file.
    pub(crate) fn name(&self) -> Option<JournalName> {
        let (day, file) = self.file.split_once('/')?;
        let (name, is_sidecar) = JournalName::parse(day, file)?;
        (!is_sidecar && name.number == self.journal).then_some(name)
    }

    /// Whether it held something of this segment.
    pub(crate) fn has(&self, camera: CameraId, segment: u64) -> bool {
        let spans = self.cameras.iter().filter(|own| own.camera == camera).flat_map(|own| &own.spans);
        spans.into_iter().any(|span| (span.first_segment..=span.last_segment).contains(&segment))
    }

    /// The line, with its end.
    ///
    /// # Errors
    /// [`FormatError::Value`] if it has no text, which cannot be.
    pub(crate) fn encode(&self) -> Result<String, FormatError> {
        let text = serde_json::to_string(self).map_err(|_| FormatError::Value)?;
        Ok(format!("{:08x} {text}\n", crc32c::crc32c(text.as_bytes())))
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    /// [`FormatError`] if it is damaged, or names no journal.
    pub(crate) fn decode(line: &str) -> Result<Self, FormatError> {
        let (checksum, text) = line.split_once(' ').ok_or(FormatError::Short)?;
        let checksum = Some(checksum).filter(|digits| digits.len() == CHECKSUM_CHARS);
        let checksum = checksum.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        if checksum != Some(crc32c::crc32c(text.as_bytes())) {
            return Err(FormatError::Checksum);
        }
        let removed: Self = serde_json::from_str(text).map_err(|_| FormatError::Value)?;
        if removed.name().is_some() { Ok(removed) } else { Err(FormatError::Value) }
    }
}

impl RemovedCamera {
    fn new(camera: CameraId, block: &Block) -> Self {
        let mut alone = Coverage::default();
        block.headers.iter().for_each(|header| alone.apply(header, Effect::None));
        let is_timeline = |header: &Header| matches!(header.kind, Kind::Part | Kind::SegmentEnd | Kind::Gap);
        let state = &block.state;
        Self {
            camera,
            spans: spans(&block.headers),
            gaps: gaps(&block.headers),
            discontinuities: alone.discontinuities,
            next_sequence: state.chain.next_sequence,
            last_record: Hash(state.chain.previous),
            init: state.init_sha256.map(Hash),
            timeline: block.headers.iter().any(is_timeline).then_some(Timeline {
                next_segment: state.next_segment,
                end: state.timeline_end,
                open_gap: state.open_gap,
                gap_first_segment: alone
                    .gaps
                    .last()
                    .filter(|gap| gap.to.is_none())
                    .map_or(0, |gap| gap.first_segment),
                open_segment: state.open_segment,
            }),
        }
    }

    pub(crate) const fn chain(&self) -> Chain {
        Chain { next_sequence: self.next_sequence, previous: self.last_record.0 }
    }

    /// The state of the camera at the journal's end, after `before`. `gap` is where and with which number the gap began
    /// that was open then: while it lasted numbers were reserved, and its end says which one follows.
    pub(crate) fn state_after(&self, before: &CameraState, gap: Option<(MediaTime, u64)>) -> CameraState {
        let mut state = *before;
        if self.next_sequence > state.chain.next_sequence {
            state.chain = self.chain();
        }
        state.init_sha256 = self.init.map(|Hash(bytes)| bytes).or(state.init_sha256);
        if let Some(timeline) = &self.timeline {
            let ended = gap.filter(|(from, _)| self.gaps.iter().any(|own| own.0 == *from));
            let least = ended.map_or(state.next_segment, |(_, first_segment)| first_segment);
            state.next_segment = least.max(timeline.next_segment);
            state.timeline_end = timeline.end.or(state.timeline_end);
            (state.open_gap, state.open_segment) = (timeline.open_gap, timeline.open_segment);
        }
        state
    }
}

/// The segments of which a journal holds a part or the end; only an end still says when its segment began.
fn spans(headers: &[Header]) -> Vec<RemovedSpan> {
    let mut spans: Vec<RemovedSpan> = Vec::new();
    for header in headers.iter().filter(|header| matches!(header.kind, Kind::Part | Kind::SegmentEnd)) {
        let (segment, from, to) = (header.segment, header.start, header.end());
        match spans.last_mut() {
            Some(last)
                if (last.first_segment..=last.last_segment.saturating_add(1)).contains(&segment)
                    && from.since(last.to) <= RUN_TOLERANCE_TICKS
                    && last.from.since(to) <= RUN_TOLERANCE_TICKS =>
            {
                last.last_segment = last.last_segment.max(segment);
                (last.from, last.to) = (last.from.min(from), last.to.max(to));
            }
            _ => spans.push(RemovedSpan { first_segment: segment, last_segment: segment, from, to }),
        }
    }
    spans
}

fn gaps(headers: &[Header]) -> Vec<(MediaTime, MediaTime)> {
    let gaps = headers.iter().filter(|header| header.kind == Kind::Gap);
    gaps.filter_map(|header| header.gap_to().map(|to| (header.start, to))).collect()
}
