//! What the cameras record, on its way to the sender: as it is, as a copy, or not yet.

use std::collections::{BTreeMap, VecDeque};

use ashkar_media::{Output, Part};
use ashkar_terms::CameraId;
use sha2::{Digest, Sha256};

use super::era::Verdict;
use super::{Placing, Waiting, copy};
use crate::ReadError;

/// What of the segment that a camera records waits in memory until its place is known, bytes.
const WAITING_BYTES_MAX: usize = 4 << 20;

/// Most gaps and facts of a camera that wait for their place. What is more is offered from the recording at the next start.
const HELD_MAX: usize = 256;

/// What goes on.
#[derive(Debug, Clone)]
pub enum Placed {
    /// This is to be sent.
    Now(Output),
    /// This segment has ended and waits, or is at least not sent as it was recorded: it is backlog.
    Left(u64),
}

/// The segment that a camera records.
#[derive(Debug)]
struct Growing {
    segment: u64,
    verdict: Verdict,
    sha256: Sha256,
    /// Its parts while that is not known: mostly it is known in a moment. None if they are too much.
    waiting: Option<Vec<Part>>,
    bytes: usize,
}

impl Growing {
    fn new(segment: u64, verdict: Verdict) -> Self {
        Self { segment, verdict, sha256: Sha256::new(), waiting: Some(Vec::new()), bytes: 0 }
    }

    fn wait(&mut self, part: &Part) {
        self.bytes += part.bytes.len();
        match self.waiting.as_mut().filter(|_| self.bytes <= WAITING_BYTES_MAX) {
            Some(waiting) => waiting.push(part.clone()),
            None => self.waiting = None,
        }
    }

    fn copy(&mut self, part: &Part, offset_us: i64) -> Option<Placed> {
        let copied = copy::part(part, offset_us);
        match &copied {
            Some(copied) if offset_us != 0 => self.sha256.update(&copied.bytes),
            Some(_) => {}
            None => (self.verdict, self.waiting) = (Verdict::Waits, None),
        }
        copied.map(|part| Placed::Now(Output::Part(part)))
    }
}

/// The segments that are being recorded. Lost with the process: what is on the disk is placed when it is read.
#[derive(Debug, Default)]
pub struct Flow {
    growing: BTreeMap<CameraId, Growing>,
    /// Gaps that are over: by which clock is known when the next part comes, at once. And what waits until the time is known.
    held: BTreeMap<CameraId, VecDeque<Output>>,
}

impl Flow {
    /// What becomes of `output`, which was recorded just now. Gaps and facts whose place is not known wait here.
    pub fn take(&mut self, placing: &mut Placing, camera: CameraId, output: &Output) -> Vec<Placed> {
        match output {
            Output::Init(_) => vec![Placed::Now(output.clone())],
            Output::Part(part) => self.part(placing, camera, part),
            Output::SegmentEnd(end) => {
                let growing = self.growing.remove(&camera).filter(|growing| growing.segment == end.segment);
                let copied = match growing {
                    // It was not seen from its beginning: whoever sends it knows that, too.
                    None => Some(end.clone()).filter(|_| placing.is_plain()),
                    Some(Growing { verdict: Verdict::By(offset_us), sha256, .. }) => {
                        copy::end(end, offset_us, sha256.finalize().into())
                    }
                    Some(_) => None,
                };
                vec![copied.map_or(Placed::Left(end.segment), |end| Placed::Now(Output::SegmentEnd(end)))]
            }
            Output::Gap(gap) => {
                let mut placed: Vec<Placed> = self.left(camera).into_iter().collect();
                placed.extend(self.release(placing, camera));
                self.hold(camera, output);
                if gap.to.is_none() {
                    placed.extend(self.release(placing, camera));
                }
                placed
            }
            Output::Fact(fact) => match placing.fact(fact) {
                Ok(fact) => vec![Placed::Now(Output::Fact(fact))],
                Err(Waiting) => {
                    self.hold(camera, output);
                    Vec::new()
                }
            },
        }
    }

    fn part(&mut self, placing: &mut Placing, camera: CameraId, part: &Part) -> Vec<Placed> {
        let mut placed = Vec::new();
        let is_new = self.growing.get(&camera).is_none_or(|growing| growing.segment != part.segment);
        if is_new {
            placed.extend(self.left(camera));
            let verdict = placing.of_new_segment(camera, part);
            self.growing.insert(camera, Growing::new(part.segment, verdict));
        }
        let Some(growing) = self.growing.get_mut(&camera) else { return placed };
        if growing.verdict == Verdict::Waits && growing.waiting.is_some() {
            growing.verdict = placing.of_part(camera, part);
        }
        if matches!(growing.verdict, Verdict::By(_)) {
            placed.extend(self.release(placing, camera));
        }
        let Some(growing) = self.growing.get_mut(&camera) else { return placed };
        match growing.verdict {
            Verdict::By(offset_us) => {
                let waited = growing.waiting.replace(Vec::new()).unwrap_or_default();
                for part in waited.iter().chain([part]) {
                    placed.extend(growing.copy(part, offset_us));
                }
            }
            Verdict::Waits => growing.wait(part),
        }
        placed
    }

    /// A segment was recorded, and did not come this way.
    pub fn passed_by(&mut self, placing: &mut Placing, camera: CameraId, segment: u64) {
        placing.of_unseen_segment(camera, segment);
        self.growing.remove(&camera);
    }

    /// More is known of the time: what can be sent of what waited.
    pub fn known(&mut self, placing: &Placing) -> Vec<(CameraId, Placed)> {
        let cameras: Vec<CameraId> = self.held.keys().copied().collect();
        let released = |camera| self.release(placing, camera).into_iter().map(move |placed| (camera, placed));
        cameras.into_iter().flat_map(released).collect()
    }

    fn hold(&mut self, camera: CameraId, output: &Output) {
        let held = self.held.entry(camera).or_default();
        held.push_back(output.clone());
        if held.len() > HELD_MAX {
            held.pop_front();
        }
    }

    /// What of it has its place now.
    fn release(&mut self, placing: &Placing, camera: CameraId) -> Vec<Placed> {
        let held = self.held.remove(&camera).unwrap_or_default();
        let (mut placed, mut waits) = (Vec::new(), VecDeque::new());
        for output in held {
            match placing.metadata(camera, &output) {
                Ok(output) => placed.extend(output.map(Placed::Now)),
                Err(Waiting) => waits.push_back(output),
            }
        }
        if !waits.is_empty() {
            self.held.insert(camera, waits);
        }
        placed
    }

    /// The segment that is over without its end, if it waits.
    fn left(&mut self, camera: CameraId) -> Option<Placed> {
        let over = self.growing.remove(&camera)?;
        (over.verdict == Verdict::Waits).then_some(Placed::Left(over.segment))
    }
}

impl Placing {
    /// A part as it is sent; none while that is not known.
    pub fn part(&mut self, camera: CameraId, part: &Part) -> Option<Part> {
        match self.of_part(camera, part) {
            Verdict::By(offset_us) => copy::part(part, offset_us),
            Verdict::Waits => None,
        }
    }

    /// What becomes of a segment of the agent's archive.
    pub fn of_segment(&mut self, camera: CameraId, outputs: &[Output]) -> Verdict {
        let first = outputs.iter().find_map(|output| match output {
            Output::Part(part) => Some(part),
            _ => None,
        });
        first.map_or(Verdict::By(0), |first| self.of_part(camera, first))
    }

    /// A gap or a fact of the agent's archive, as it is sent; none if nothing of it is left.
    ///
    /// # Errors
    /// If it is not known yet where it belongs.
    pub fn metadata(&self, camera: CameraId, output: &Output) -> Result<Option<Output>, Waiting> {
        match output {
            Output::Gap(gap) => Ok(self.gap(camera, gap)?.map(Output::Gap)),
            Output::Fact(fact) => self.fact(fact).map(|fact| Some(Output::Fact(fact))),
            _ => Ok(None),
        }
    }
}

/// A segment of the agent's archive, as it is sent.
///
/// # Errors
/// [`ReadError::Waits`] if it is not known yet where it belongs.
pub fn segment_copy(outputs: Vec<Output>, verdict: Verdict) -> Result<Vec<Output>, ReadError> {
    match verdict {
        Verdict::By(0) => Ok(outputs),
        Verdict::By(offset_us) => copy::segment(outputs, offset_us).ok_or(ReadError::Waits),
        Verdict::Waits => Err(ReadError::Waits),
    }
}
