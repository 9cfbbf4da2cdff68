//! From appended outputs to records: headers, payloads, and the evidence of segments and gaps.

use ashkar_evidence::{Chain, GapRecord, Link, Record as Evidence, SegmentRecord};
use ashkar_media::{Fact, Gap, PAST_SEGMENTS_FROM, Part, SegmentEnd};
use ashkar_terms::CameraId;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::engine::{Stage, WriterEngine};
use super::journal::Record;
use crate::append_queue::Entry;
use crate::coverage::Effect;
use crate::error::ReadError;
use crate::format::header::{AFTER_HOLE, DISCONTINUITY, INDEPENDENT, PAST, RECOVERED};
use crate::format::{Header, Kind, fact};
use crate::now::Now;

/// A segment that gets no end from the packager, with the parts with which it ends.
#[derive(Debug)]
pub(super) struct Interrupted {
    pub(super) camera: CameraId,
    segment: u64,
    /// Never empty, in order.
    parts: Vec<(Header, Bytes)>,
}

impl Interrupted {
    /// The required init segment.
    pub(super) fn init(&self) -> [u8; 8] {
        self.parts.first().map_or([0; 8], |(header, _)| header.init)
    }
}

impl WriterEngine {
    /// The record of an entry; an init segment is only kept, until a journal needs it.
    pub(super) fn record_of(&mut self, now: &Now, entry: Entry) -> Option<Record> {
        match entry {
            Entry::Init(camera, init) => {
                self.inits.insert((camera, false), init);
                None
            }
            Entry::PastInit(camera, init) => {
                self.inits.insert((camera, true), init);
                None
            }
            Entry::Part { camera, part, after_hole } => Some(self.part_record(camera, part, after_hole)),
            Entry::PastPart(camera, part) => Some(self.part_record(camera, part, false)),
            Entry::End(camera, end) | Entry::PastEnd(camera, end) => {
                Some(self.end_record(now, camera, &end, false))
            }
            Entry::Gap(camera, gap, may_still_arrive) => {
                Some(self.gap_record(now, camera, &gap, may_still_arrive))
            }
            Entry::Fact(camera, fact) => Some(fact_record(camera, &fact)),
            Entry::Interrupted(..) => unreachable!("its parts are asked for first"),
        }
    }

    fn part_record(&self, camera: CameraId, part: Part, after_hole: bool) -> Record {
        let header = part_header(camera, &part, after_hole);
        let init = self.inits.get(&(camera, header.is_past()));
        let init = init.filter(|init| init.sha256.starts_with(&part.init)).cloned();
        Record { init, ..Record::new(header, part.bytes, Effect::None) }
    }

    fn link(&self, now: &Now, camera: CameraId) -> Link {
        let chain = self.chains.get(&camera).copied().unwrap_or_default();
        chain.link(camera, self.boot_id, now.moment, now.clock)
    }

    fn evidence(&mut self, mut header: Header, evidence: &Evidence) -> Record {
        header.flags |= u8::from(matches!(evidence, Evidence::Segment(s) if s.recovered)) * RECOVERED;
        let chain = Chain::after(evidence);
        self.chains.insert(header.camera, chain);
        Record::new(header, Bytes::from(evidence.encode()), Effect::Chain(chain))
    }

    fn end_record(&mut self, now: &Now, camera: CameraId, end: &SegmentEnd, recovered: bool) -> Record {
        let header = Header {
            flags: past_flag(end.segment),
            part: end.parts,
            segment: end.segment,
            start: end.start,
            duration: end.duration,
            init: *end.init_sha256.first_chunk().unwrap_or(&[0; 8]),
            ..Header::empty(Kind::SegmentEnd, camera, end.last_arrival)
        };
        let evidence = Evidence::Segment(SegmentRecord {
            link: self.link(now, camera),
            segment: end.segment,
            start: end.start,
            duration: end.duration,
            parts: end.parts,
            arrival: end.last_arrival,
            init_sha256: end.init_sha256,
            byte_length: end.byte_length,
            sha256: end.sha256,
            recovered,
        });
        self.evidence(header, &evidence)
    }

    fn gap_record(&mut self, now: &Now, camera: CameraId, gap: &Gap, may_still_arrive: bool) -> Record {
        let link = self.link(now, camera);
        let mut header = Header {
            part: u16::from(gap.cause as u8),
            segment: gap.next_segment,
            start: gap.from,
            ..Header::empty(Kind::Gap, camera, link.at)
        };
        header.set_gap_to(gap.to);
        let evidence = Evidence::Gap(GapRecord {
            link,
            from: gap.from,
            to: gap.to,
            cause: gap.cause,
            next_segment: gap.next_segment,
            may_still_arrive,
        });
        self.evidence(header, &evidence)
    }

    /// Ends a segment with its available parts: those that are durable and those that are still in memory, up to the
    /// first that is missing. If files cannot be opened now, the next start ends it.
    pub(super) fn take_parts(
        &mut self,
        now: &Now,
        camera: CameraId,
        segment: u64,
        durable: Result<Vec<(Header, Bytes)>, ReadError>,
    ) {
        let parts = match durable {
            Ok(durable) => self.with_pending(camera, segment, durable),
            Err(error) => {
                tracing::error!(%camera, segment, cause = %error, blame = error.blame().name(),
                    "an interrupted segment stays without its record");
                Vec::new()
            }
        };
        if !parts.is_empty() {
            let interrupted = Interrupted { camera, segment, parts };
            let newest = self.inits.get(&(camera, false)).map(|init| init.sha256);
            let Some(init) = newest.filter(|sha256| sha256.starts_with(&interrupted.init())) else {
                self.stage = Stage::InitHash(interrupted);
                return;
            };
            let record = self.interrupted_record(now, &interrupted, init);
            self.pending.push_back(record);
        }
        self.make_records(now);
    }

    fn with_pending(
        &self,
        camera: CameraId,
        segment: u64,
        mut parts: Vec<(Header, Bytes)>,
    ) -> Vec<(Header, Bytes)> {
        let own = |header: &Header| {
            header.kind == Kind::Part && header.camera == camera && header.segment == segment
        };
        let pending = self.pending.iter().filter(|record| own(&record.header));
        parts.extend(pending.map(|record| (record.header, record.payload.clone())));
        parts.sort_by_key(|(header, _)| header.part);
        parts.dedup_by_key(|(header, _)| header.part);
        let whole = parts.iter().zip(0..).take_while(|((header, _), index)| header.part == *index).count();
        parts.truncate(whole);
        parts
    }

    pub(super) fn interrupted_record(
        &mut self,
        now: &Now,
        interrupted: &Interrupted,
        init_sha256: [u8; 32],
    ) -> Record {
        let Interrupted { camera, segment, parts } = interrupted;
        let (mut sha256, mut byte_length) = (Sha256::new(), 0);
        for (_, bytes) in parts {
            sha256.update(bytes);
            byte_length += bytes.len() as u64;
        }
        let zero = Header::empty(Kind::Part, *camera, now.moment);
        let (first, last) = (parts.first().map_or(zero, |one| one.0), parts.last().map_or(zero, |one| one.0));
        let end = SegmentEnd {
            segment: *segment,
            start: first.start,
            duration: duration_of(*camera, *segment, last.end().since(first.start)),
            // Their indexes increase from 0, and the index 65535 is never appended; if a file has it, the count is
            // capped there.
            parts: last.part.saturating_add(1),
            byte_length,
            sha256: sha256.finalize().into(),
            init_sha256,
            last_arrival: last.arrival,
        };
        self.end_record(now, *camera, &end, true)
    }
}

/// Length of a segment, as stored in its record, ticks. Data in files may be nonsense; that is reported.
fn duration_of(camera: CameraId, segment: u64, ticks: i64) -> u32 {
    u32::try_from(ticks).unwrap_or_else(|_| {
        tracing::error!(%camera, segment, ticks, cause = "its parts are not in the order of time", blame = "centre",
            "the record of an interrupted segment states no length");
        0
    })
}

/// [`PAST`] if a segment of this number is of the past.
const fn past_flag(segment: u64) -> u8 {
    if segment >= PAST_SEGMENTS_FROM { PAST } else { 0 }
}

/// A part's header except for its place and its payload.
fn part_header(camera: CameraId, part: &Part, after_hole: bool) -> Header {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let spread = part.last_arrival.mono_us.saturating_sub(part.first_arrival.mono_us);
    Header {
        flags: flag(part.independent, INDEPENDENT)
            | flag(part.discontinuity, DISCONTINUITY)
            | flag(after_hole, AFTER_HOLE)
            | past_flag(part.segment),
        part: part.index,
        samples: part.samples,
        segment: part.segment,
        start: part.start,
        duration: part.duration,
        // A duration of more than 71 minutes is stored as 71 minutes.
        arrival_spread_us: u32::try_from(spread).unwrap_or(u32::MAX),
        camera_dts: part.camera_dts,
        init: part.init,
        ..Header::empty(Kind::Part, camera, part.last_arrival)
    }
}

fn fact_record(camera: CameraId, fact: &Fact) -> Record {
    let header = Header { part: fact::code(&fact.kind), ..Header::empty(Kind::Fact, camera, fact.at) };
    Record::new(header, Bytes::from(fact::encode(&fact.kind)), Effect::None)
}
