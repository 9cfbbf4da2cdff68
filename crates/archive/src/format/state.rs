//! The state from which a camera's numbers, timeline and evidence continue: 112 bytes, in sidecars and in the summary.

use ashkar_evidence::Chain;
use ashkar_terms::{Cause, MediaTime};

use super::wire::{FormatError, Reader};

/// Length of an encoded state.
pub(crate) const STATE_BYTES: usize = 112;

const HAS_TIMELINE: u8 = 1;
const HAS_GAP: u8 = 2;
const HAS_INIT: u8 = 4;
const HAS_SEGMENT: u8 = 8;
const FLAGS_KNOWN: u8 = HAS_TIMELINE | HAS_GAP | HAS_INIT | HAS_SEGMENT;

/// A camera's state after its last durable record: all that is needed to continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct CameraState {
    pub(crate) chain: Chain,
    /// First free media sequence number.
    pub(crate) next_segment: u64,
    /// End of the last media or closed gap; beginning of the open gap.
    pub(crate) timeline_end: Option<MediaTime>,
    pub(crate) open_gap: Option<(MediaTime, Cause)>,
    /// SHA-256 of the last init segment.
    pub(crate) init_sha256: Option<[u8; 32]>,
    /// The segment that has parts and no end, and the number of its parts.
    pub(crate) open_segment: Option<(u64, u16)>,
}

impl CameraState {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        let (gap_from, cause) = self.open_gap.unwrap_or((MediaTime(0), Cause::Unknown));
        let (segment, parts) = self.open_segment.unwrap_or_default();
        out.extend(self.chain.next_sequence.to_be_bytes());
        out.extend(self.chain.previous);
        out.extend(self.next_segment.to_be_bytes());
        out.extend(self.timeline_end.map_or(0, |end| end.0).to_be_bytes());
        out.extend([self.flags(), cause as u8]);
        out.extend(parts.to_be_bytes());
        out.extend([0; 4]);
        out.extend(gap_from.0.to_be_bytes());
        out.extend(self.init_sha256.unwrap_or_default());
        out.extend(segment.to_be_bytes());
    }

    fn flags(&self) -> u8 {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        flag(self.timeline_end.is_some(), HAS_TIMELINE)
            | flag(self.open_gap.is_some(), HAS_GAP)
            | flag(self.init_sha256.is_some(), HAS_INIT)
            | flag(self.open_segment.is_some(), HAS_SEGMENT)
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Self, FormatError> {
        let chain = Chain { next_sequence: r.u64()?, previous: r.take()? };
        let next_segment = r.u64()?;
        let timeline_end = MediaTime(r.i64()?);
        let (flags, cause, parts) = (r.u8()?, Cause::from_u8(r.u8()?), r.u16()?);
        if flags & !FLAGS_KNOWN != 0 || r.take::<4>()? != [0; 4] {
            return Err(FormatError::Value);
        }
        let gap_from = MediaTime(r.i64()?);
        let init_sha256 = r.take()?;
        let segment = r.u64()?;
        Ok(Self {
            chain,
            next_segment,
            timeline_end: (flags & HAS_TIMELINE != 0).then_some(timeline_end),
            open_gap: (flags & HAS_GAP != 0).then_some((gap_from, cause)),
            init_sha256: (flags & HAS_INIT != 0).then_some(init_sha256),
            open_segment: (flags & HAS_SEGMENT != 0).then_some((segment, parts)),
        })
    }
}
