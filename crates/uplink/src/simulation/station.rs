//! A camera at the station: what its packager gives, and what the agent's archive keeps of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashkar_media::{Fact, FactKind, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::random::Random;
use crate::sender::RangeSet;

/// Wall clock at the beginning, microseconds.
const BEGIN_US: i64 = 1_707_291_000_000_000;
/// Between two parts, microseconds.
pub(super) const PART_US: u64 = 500_000;
const PART_TICKS: u32 = 45_000;

pub(super) fn moment(now: u64) -> Moment {
    Moment { wall: UtcMicros(BEGIN_US + now as i64), mono_us: now }
}

#[derive(Debug)]
pub(super) struct Station {
    pub(super) camera: CameraId,
    random: Random,
    init: Arc<InitSegment>,
    /// The init segment is to be given before the next part.
    init_due: bool,
    segment: u64,
    parts: Vec<Part>,
    parts_max: u64,
    gap: Option<Gap>,
    /// Segments with their init segment, and whether they have ended.
    pub(super) disk: BTreeMap<u64, Vec<Output>>,
    /// Gaps and facts.
    pub(super) metadata: Vec<Output>,
}

impl Station {
    pub(super) fn new(camera: CameraId, seed: u64) -> Self {
        let mut random = Random(seed);
        let init = init(&mut random);
        Self {
            camera,
            init,
            init_due: true,
            segment: 100,
            parts: Vec::new(),
            parts_max: random.between(3, 9),
            random,
            gap: None,
            disk: BTreeMap::new(),
            metadata: Vec::new(),
        }
    }

    /// Half a second later: what the packager gives and the archive accepts.
    pub(super) fn record(&mut self, now: u64) -> Vec<Output> {
        let mut out = Vec::new();
        let now_media = MediaTime::from_utc(moment(now).wall);
        if let Some(gap) = self.gap {
            if self.random.chance(700) {
                return out;
            }
            self.gap = None;
            out.push(Output::Gap(Gap { to: Some(now_media), next_segment: self.segment, ..gap }));
        } else if self.random.chance(15) {
            self.end(&mut out);
            let gap = Gap { from: now_media, to: None, cause: Cause::Source, next_segment: self.segment };
            self.gap = Some(gap);
            out.push(Output::Gap(gap));
            self.keep(&out);
            return out;
        }
        if self.random.chance(30) {
            let kind = FactKind::CameraClockDrifts { ppm: self.random.between(0, 100) as i32 };
            out.push(Output::Fact(Fact { at: moment(now), kind }));
        }
        if self.parts.is_empty() && self.random.chance(30) {
            self.init = init(&mut self.random);
            self.init_due = true;
        }
        if std::mem::take(&mut self.init_due) {
            out.push(Output::Init(Arc::clone(&self.init)));
        }
        let part = self.part(now, now_media);
        self.parts.push(part.clone());
        out.push(Output::Part(part));
        if self.parts.len() as u64 >= self.parts_max {
            self.end(&mut out);
        }
        self.keep(&out);
        out
    }

    fn part(&mut self, now: u64, start: MediaTime) -> Part {
        let id = RecordId::of(&self.init);
        let length = self.random.between(60, 140);
        let seed = self.random.number().to_be_bytes();
        Part {
            segment: self.segment,
            index: self.parts.len() as u16,
            start,
            duration: PART_TICKS,
            independent: self.parts.is_empty(),
            init: id,
            discontinuity: false,
            camera_dts: 0,
            first_arrival: moment(now),
            last_arrival: moment(now),
            samples: 12,
            bytes: seed.into_iter().cycle().take(length as usize).collect(),
        }
    }

    /// Ends the segment, if one has begun: the packager does it, and so does an archive that opens after a crash.
    pub(super) fn end(&mut self, out: &mut Vec<Output>) {
        let parts = std::mem::take(&mut self.parts);
        let Some(first) = parts.first() else { return };
        out.push(Output::SegmentEnd(SegmentEnd {
            segment: self.segment,
            start: first.start,
            duration: parts.iter().map(|part| part.duration).sum(),
            parts: parts.len() as u16,
            byte_length: parts.iter().map(|part| part.bytes.len() as u64).sum(),
            sha256: [1; 32],
            init_sha256: self.init.sha256,
            last_arrival: first.last_arrival,
        }));
        self.segment += 1;
        self.parts_max = self.random.between(3, 9);
    }

    /// The agent was killed and starts again: its archive ends what was open.
    pub(super) fn restart(&mut self) {
        let mut out = Vec::new();
        self.end(&mut out);
        self.keep(&out);
        self.gap = None;
        self.init_due = true;
    }

    pub(super) fn keep(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Part(part) => {
                    let init = Output::Init(Arc::clone(&self.init));
                    self.disk.entry(part.segment).or_insert_with(|| vec![init]).push(output.clone());
                }
                Output::SegmentEnd(end) => self.disk.entry(end.segment).or_default().push(output.clone()),
                Output::Gap(_) | Output::Fact(_) => self.metadata.push(output.clone()),
                Output::Init(_) => {}
            }
        }
    }

    /// The complete segments.
    pub(super) fn complete(&self) -> RangeSet {
        let is_complete = |outputs: &Vec<Output>| matches!(outputs.last(), Some(Output::SegmentEnd(_)));
        self.disk.iter().filter(|(_, outputs)| is_complete(outputs)).map(|(&at, _)| at..at + 1).collect()
    }
}

struct RecordId;

impl RecordId {
    fn of(init: &InitSegment) -> [u8; 8] {
        *init.sha256.first_chunk().expect("32 bytes")
    }
}

fn init(random: &mut Random) -> Arc<InitSegment> {
    let bytes = Bytes::from(random.number().to_be_bytes().to_vec());
    let sha256 = Sha256::digest(&bytes).into();
    Arc::new(InitSegment { sha256, bytes, codecs: "avc1.64001f".to_owned(), width: 1280, height: 720 })
}
