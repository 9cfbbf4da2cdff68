//! Encoding of the summary file: the coverage of each camera up to one place in one journal, and a checksum.

use std::collections::BTreeMap;

use ashkar_terms::{CameraId, Cause, MediaTime, Span, UtcMicros};

use super::state::CameraState;
use super::wire::{FormatError, Reader, Writer, checked, seal};
use crate::coverage::{Coverage, GapEntry, Mark, OpenPast, Place, Run};

const MAGIC: [u8; 4] = [b'A', b'K', b'C', 4];
const LATE: u8 = 1;
const AHEAD: u8 = 2;
const OPEN: u8 = 1;

/// The summary from which a start begins: everything before byte `offset` of journal `journal`. Only an optimisation:
/// it can be rebuilt from sidecars and journals at any time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Cache {
    pub(crate) archive: [u8; 8],
    pub(crate) journal: u32,
    pub(crate) offset: u32,
    pub(crate) cameras: BTreeMap<CameraId, Coverage>,
}

pub(crate) fn encode(
    archive: [u8; 8],
    journal: u32,
    offset: u32,
    cameras: &BTreeMap<CameraId, Coverage>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(32 + cameras.len() * 4096);
    out.extend(MAGIC);
    out.extend(archive);
    out.extend(journal.to_be_bytes());
    out.extend(offset.to_be_bytes());
    out.extend(count(cameras.len()).to_be_bytes());
    for (camera, coverage) in cameras {
        out.camera(*camera);
        encode_coverage(coverage, &mut out);
    }
    seal(&mut out, 0);
    out
}

fn encode_coverage(coverage: &Coverage, out: &mut Vec<u8>) {
    coverage.state.encode(out);
    out.extend(coverage.discontinuities.to_be_bytes());
    out.extend(coverage.past_segments.to_be_bytes());
    let open_past = coverage.open_past.as_slice();
    for length in [
        coverage.runs.len(),
        coverage.past.len(),
        open_past.len(),
        coverage.gaps.len(),
        coverage.fact_journals.len(),
        coverage.irregular.len(),
        coverage.inits.len(),
    ] {
        out.extend(count(length).to_be_bytes());
    }
    for run in coverage.runs.iter().chain(&coverage.past) {
        encode_run(run, out);
    }
    for open in open_past {
        encode_run(&open.run, out);
        out.extend(open.parts.to_be_bytes());
    }
    for gap in &coverage.gaps {
        encode_gap(gap, out);
    }
    for journal in coverage.fact_journals.iter().chain(&coverage.irregular) {
        out.extend(journal.to_be_bytes());
    }
    for (id, place) in &coverage.inits {
        out.extend(id);
        out.extend(place.journal.to_be_bytes());
        out.extend(place.offset.to_be_bytes());
    }
}

fn encode_run(run: &Run, out: &mut Vec<u8>) {
    out.extend(run.from.0.to_be_bytes());
    out.extend(run.to.0.to_be_bytes());
    out.extend(run.first_segment.to_be_bytes());
    out.extend(run.last_segment.to_be_bytes());
    out.extend(run.last_journal.to_be_bytes());
    out.extend(run.spacing.to_be_bytes());
    out.push(if run.late { LATE } else { 0 } | if run.ahead.is_some() { AHEAD } else { 0 });
    let arrived = run.ahead.map_or((0, 0), |arrived| (arrived.from.0, arrived.to.0));
    for time in [arrived.0, arrived.1, run.told_to.0] {
        out.extend(time.to_be_bytes());
    }
    // A run keeps at most MARKS_MAX of them, and one that was read has no more than fit.
    let marks = u16::try_from(run.marks.len()).expect("a run has few marks");
    out.extend(marks.to_be_bytes());
    for mark in &run.marks {
        out.extend(mark.segment.to_be_bytes());
        out.extend(mark.start.0.to_be_bytes());
        out.extend(mark.journal.to_be_bytes());
    }
}

fn encode_gap(gap: &GapEntry, out: &mut Vec<u8>) {
    out.extend(gap.from.0.to_be_bytes());
    out.extend(gap.to.map_or(0, |to| to.0).to_be_bytes());
    out.extend(gap.first_segment.to_be_bytes());
    out.extend(gap.next_segment.to_be_bytes());
    out.extend([gap.cause as u8, if gap.to.is_none() { OPEN } else { 0 }]);
}

/// A count, as stored in a summary.
fn count(length: usize) -> u32 {
    u32::try_from(length).expect("more than memory holds")
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Cache, FormatError> {
    let mut r = Reader::new(checked(bytes)?);
    if r.take()? != MAGIC {
        return Err(FormatError::Magic);
    }
    let mut cache =
        Cache { archive: r.take()?, journal: r.u32()?, offset: r.u32()?, cameras: BTreeMap::new() };
    for _ in 0..r.u32()? {
        let camera = r.camera()?;
        cache.cameras.insert(camera, decode_coverage(&mut r)?);
    }
    r.end()?;
    Ok(cache)
}

fn decode_coverage(r: &mut Reader<'_>) -> Result<Coverage, FormatError> {
    let (state, discontinuities, past_segments) = (CameraState::decode(r)?, r.u64()?, r.u64()?);
    let mut coverage = Coverage { state, discontinuities, past_segments, ..Coverage::default() };
    let (runs, past, open_past) = (r.u32()?, r.u32()?, r.u32()?);
    let (gaps, facts, irregular, inits) = (r.u32()?, r.u32()?, r.u32()?, r.u32()?);
    for _ in 0..runs {
        coverage.runs.push(decode_run(r)?);
    }
    for _ in 0..past {
        coverage.past.push(decode_run(r)?);
    }
    for _ in 0..open_past {
        coverage.open_past = Some(OpenPast { run: decode_run(r)?, parts: r.u16()? });
    }
    for _ in 0..gaps {
        coverage.gaps.push(decode_gap(r)?);
    }
    for _ in 0..facts {
        coverage.fact_journals.push(r.u32()?);
    }
    for _ in 0..irregular {
        coverage.irregular.push(r.u32()?);
    }
    for _ in 0..inits {
        coverage.inits.push((r.take()?, Place { journal: r.u32()?, offset: r.u32()? }));
    }
    Ok(coverage)
}

fn decode_run(r: &mut Reader<'_>) -> Result<Run, FormatError> {
    let (from, to) = (MediaTime(r.i64()?), MediaTime(r.i64()?));
    let (first_segment, last_segment) = (r.u64()?, r.u64()?);
    let (last_journal, spacing, flags) = (r.u32()?, r.i64()?, r.u8()?);
    let arrived = Span { from: UtcMicros(r.i64()?), to: UtcMicros(r.i64()?) };
    let mut run = Run {
        from,
        to,
        first_segment,
        last_segment,
        last_journal,
        late: flags & LATE != 0,
        ahead: (flags & AHEAD != 0).then_some(arrived),
        told_to: MediaTime(r.i64()?),
        spacing,
        marks: Vec::new(),
    };
    for _ in 0..r.u16()? {
        run.marks.push(Mark { segment: r.u64()?, start: MediaTime(r.i64()?), journal: r.u32()? });
    }
    if run.marks.is_empty() { Err(FormatError::Value) } else { Ok(run) }
}

fn decode_gap(r: &mut Reader<'_>) -> Result<GapEntry, FormatError> {
    let (from, to) = (MediaTime(r.i64()?), MediaTime(r.i64()?));
    let (first_segment, next_segment) = (r.u64()?, r.u64()?);
    let (cause, flags) = (Cause::from_u8(r.u8()?), r.u8()?);
    let to = (flags & OPEN == 0).then_some(to);
    Ok(GapEntry { from, to, cause, first_segment, next_segment })
}
