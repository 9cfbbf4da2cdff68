//! From what was handed in to records: headers, payloads, and the evidence that goes with segments and gaps.

use ashkar_evidence::{Chain, GapRecord, Link, Record as Evidence, SegmentRecord};
use ashkar_media::{Fact, Gap, Part, SegmentEnd};
use ashkar_terms::CameraId;
use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::coverage::Effect;
use crate::format::header::{AFTER_HOLE, DISCONTINUITY, INDEPENDENT, RECOVERED};
use crate::format::{Header, Kind, fact};
use crate::front::Work;
use crate::journal::Record;
use crate::read;
use crate::writer::Writer;

impl Writer {
    pub(crate) fn records_of(&mut self, work: Work) -> Option<Record> {
        match work {
            Work::Init(camera, init) => {
                self.inits.insert(camera, init);
                None
            }
            Work::Part { camera, part, after_hole } => {
                let init =
                    self.inits.get(&camera).filter(|init| init.sha256.starts_with(&part.init)).cloned();
                Some(Record { init, ..part_record(camera, part, after_hole) })
            }
            Work::End(camera, end) => Some(self.end_record(camera, &end, false)),
            Work::Interrupted(camera, segment) => self.interrupted_record(camera, segment),
            Work::Gap(camera, gap) => Some(self.gap_record(camera, &gap)),
            Work::Fact(camera, fact) => Some(fact_record(camera, &fact)),
        }
    }

    fn link(&self, camera: CameraId) -> Link {
        let chain = self.chains.get(&camera).copied().unwrap_or_default();
        chain.link(camera, self.shared.boot_id, self.shared.clock.now(), self.shared.clock_state())
    }

    fn evidence(&mut self, mut header: Header, evidence: &Evidence) -> Record {
        header.flags |= u8::from(matches!(evidence, Evidence::Segment(s) if s.recovered)) * RECOVERED;
        let chain = Chain::after(evidence);
        self.chains.insert(header.camera, chain);
        Record::new(header, Bytes::from(evidence.encode()), Effect::Chain(chain))
    }

    fn end_record(&mut self, camera: CameraId, end: &SegmentEnd, recovered: bool) -> Record {
        let header = Header {
            part: end.parts,
            segment: end.segment,
            start: end.start,
            duration: end.duration,
            init: *end.init_sha256.first_chunk().unwrap_or(&[0; 8]),
            ..Header::empty(Kind::SegmentEnd, camera, end.last_arrival)
        };
        let evidence = Evidence::Segment(SegmentRecord {
            link: self.link(camera),
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

    fn gap_record(&mut self, camera: CameraId, gap: &Gap) -> Record {
        let link = self.link(camera);
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
            // Cameras send by themselves: nothing at the station keeps what the centre did not get.
            may_still_arrive: false,
        });
        self.evidence(header, &evidence)
    }

    /// Ends a segment with the parts that are there, up to the first that is damaged. Where files cannot be opened
    /// now, the next start ends it.
    fn interrupted_record(&mut self, camera: CameraId, segment: u64) -> Option<Record> {
        let parts = match self.parts_of(camera, segment) {
            Ok(parts) if parts.is_empty() => return None,
            Ok(parts) => parts,
            Err(error) => {
                tracing::error!(%camera, segment, %error, "an interrupted segment stays without its record");
                return None;
            }
        };
        let (first, last) = (parts.first()?.0, parts.last()?.0);
        let mut sha256 = Sha256::new();
        for (_, bytes) in &parts {
            sha256.update(bytes);
        }
        let end = SegmentEnd {
            segment,
            start: first.start,
            duration: u32::try_from(last.end().since(first.start)).unwrap_or_default(),
            parts: u16::try_from(parts.len()).unwrap_or(u16::MAX),
            byte_length: parts.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
            sha256: sha256.finalize().into(),
            init_sha256: self.init_sha256(camera, first.init),
            last_arrival: last.arrival,
        };
        Some(self.end_record(camera, &end, true))
    }

    /// All parts of a segment in order: those that are durable, and those that are still in memory.
    fn parts_of(&self, camera: CameraId, segment: u64) -> Result<Vec<(Header, Bytes)>, crate::ReadError> {
        let mut parts = Vec::new();
        for header in read::parts_of(&self.shared, camera, segment)? {
            // Asked twice: what is left out here stays out of the segment's record for ever, and some faults pass.
            let read = || read::payload(&self.shared, &header);
            match read().or_else(|error| if error.is_damage() { read() } else { Err(error) }) {
                Ok(payload) => parts.push((header, payload)),
                Err(error) if error.is_damage() => {
                    tracing::error!(%camera, segment, %error, blame = "centre", "an interrupted segment is damaged");
                }
                Err(error) => return Err(error),
            }
        }
        let in_memory = self.pending.iter().map(|record| (record.header, record.payload.clone()));
        let own = |header: &Header| {
            header.kind == Kind::Part && header.camera == camera && header.segment == segment
        };
        parts.extend(in_memory.filter(|(header, _)| own(header)));
        parts.sort_by_key(|(header, _)| header.part);
        parts.dedup_by_key(|(header, _)| header.part);
        let whole = parts.iter().zip(0..).take_while(|((header, _), index)| header.part == *index).count();
        parts.truncate(whole);
        Ok(parts)
    }

    fn init_sha256(&self, camera: CameraId, id: [u8; 8]) -> [u8; 32] {
        let durable = || self.shared.catalog.read().cameras.get(&camera)?.state.init_sha256;
        let newest = self.inits.get(&camera).map(|init| init.sha256).or_else(durable);
        newest
            .filter(|sha256| sha256.starts_with(&id))
            .or_else(|| read::init(&self.shared, camera, id).ok().flatten().map(|init| init.sha256))
            .unwrap_or_default()
    }
}

fn part_record(camera: CameraId, part: Part, after_hole: bool) -> Record {
    Record::new(part_header(camera, &part, after_hole), part.bytes, Effect::None)
}

/// All of a part's header but what says where it lies and what its payload is.
pub(crate) fn part_header(camera: CameraId, part: &Part, after_hole: bool) -> Header {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    let spread = part.last_arrival.mono_us.saturating_sub(part.first_arrival.mono_us);
    Header {
        flags: flag(part.independent, INDEPENDENT)
            | flag(part.discontinuity, DISCONTINUITY)
            | flag(after_hole, AFTER_HOLE),
        part: part.index,
        samples: part.samples,
        segment: part.segment,
        start: part.start,
        duration: part.duration,
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
