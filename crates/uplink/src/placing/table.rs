//! The eras of a station's recording, and what is decided of each.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ashkar_media::{Fact, Gap, Part};
use ashkar_terms::{CameraId, Cause, ClockState, MediaTime, Moment};
use serde::{Deserialize, Serialize};

use super::era::{Era, Verdict, zero_us};
use super::{EDGE_US, ERAS_MAX, RIGHT_WITHIN_US, SEEN_EVERY_US, UNSEEN_US, copy};
use crate::{BodyError, TICKS_MAX};

mod judge;

/// Version of the state file.
const VERSION: u32 = 1;
/// The name of a boot of which the kernel does not tell one.
const UNKNOWN_BOOT: &str = "unknown";

/// What a run of the agent begins with.
#[derive(Debug, Clone)]
pub struct Run {
    /// The boot, as the kernel names it; `unknown` if it does not.
    pub boot: String,
    /// The kernel's monotonic clock when the agent's was zero, microseconds.
    pub zero_mono_us: i64,
    /// The first segment that each camera will record.
    pub firsts: BTreeMap<CameraId, u64>,
    /// Whether the kernel's word about its clock counts.
    pub believes_kernel: bool,
}

/// What the centre's answers say of the wall clock here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CentreTime {
    /// How far it is ahead of the centre's, microseconds.
    pub ahead_us: i64,
    /// What the line explains of that, either way, microseconds.
    pub margin_us: u64,
}

/// The table, and its state file. Times are microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placing {
    version: u32,
    eras: Vec<Era>,
    #[serde(skip)]
    run: u64,
    #[serde(skip)]
    boot: String,
    #[serde(skip)]
    run_us: i64,
    #[serde(skip)]
    believes_kernel: bool,
    #[serde(skip)]
    follows_other_boot: bool,
    /// Cameras whose first segment of this run is known; of the others the least that it can be.
    #[serde(skip)]
    begun: BTreeSet<CameraId>,
    #[serde(skip, default = "unknown")]
    kernel: ClockState,
    /// Since when the kernel has called it synchronised, by the run's monotonic clock.
    #[serde(skip)]
    synchronised_since: Option<u64>,
    /// Since when there is a centre's time that is not exact enough.
    #[serde(skip)]
    inexact_since: Option<u64>,
    /// Counts changes that are to be written.
    #[serde(skip)]
    changes: u64,
    #[serde(skip)]
    written: u64,
}

impl Placing {
    /// Goes on from the state file, if there is one that can be used, with a run that begins at `now`.
    pub fn begin(saved: Option<Self>, run: Run, now: Moment, kernel: ClockState) -> Self {
        let mut eras = saved.map(|saved| saved.eras).unwrap_or_default();
        join(&mut eras);
        let number = eras.iter().map(|era| era.run).max().map_or(0, |last| last.saturating_add(1));
        let follows_other_boot = eras.last().is_some_and(|era| era.boot != run.boot);
        let boot = if run.boot == UNKNOWN_BOOT { format!("{UNKNOWN_BOOT}-{number}") } else { run.boot };
        let is_synchronised = kernel == ClockState::Synchronised;
        let mut placing = Self {
            version: VERSION,
            eras,
            run: number,
            boot,
            run_us: run.zero_mono_us,
            believes_kernel: run.believes_kernel,
            follows_other_boot,
            begun: BTreeSet::new(),
            kernel,
            // It may have been for long.
            synchronised_since: is_synchronised.then_some(0),
            inexact_since: None,
            changes: 1,
            written: 0,
        };
        // Of what has no number yet, nothing is left: an era that was to begin there recorded nothing.
        for era in &mut placing.eras {
            era.firsts.retain(|camera, first| run.firsts.get(camera).is_none_or(|next| *first < *next));
        }
        if let Some(at) = placing.push(now) {
            placing.eras[at].firsts = run.firsts;
        }
        placing
    }

    /// Reads the state file.
    ///
    /// # Errors
    /// [`BodyError`] if it is not one of this version, or has values out of their range.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
        let placing: Self = BodyError::read(bytes)?;
        BodyError::require(placing.version == VERSION, "version")?;
        BodyError::require(placing.eras.len() <= ERAS_MAX, "eras")?;
        BodyError::require(placing.eras.iter().all(Era::is_valid), "eras")?;
        Ok(placing)
    }

    /// The state file.
    pub fn to_json(&self) -> Vec<u8> {
        BodyError::write(self)
    }

    /// The state file with the number of its change, if it is to be written.
    pub fn unwritten(&self) -> Option<(u64, Vec<u8>)> {
        (self.written < self.changes).then(|| (self.changes, self.to_json()))
    }

    /// The state of that number is durable: what was decided by then is used. True if something is used from now on.
    pub fn wrote(&mut self, change: u64) -> bool {
        self.written = self.written.max(change);
        if self.written < self.changes {
            return false;
        }
        self.eras.iter_mut().fold(false, |any, era| std::mem::take(&mut era.is_unwritten) | any)
    }

    /// Whether the computer was switched on anew since the run before this one, as far as that is known.
    pub fn follows_other_boot(&self) -> bool {
        self.follows_other_boot
    }

    /// The first segment of `camera` in this run, or the least that it can be.
    pub fn begins_at(&self, camera: CameraId) -> Option<u64> {
        self.of_run().find_map(|at| self.eras[at].first(camera))
    }

    /// All eras, in the order in which they began.
    pub fn eras(&self) -> &[Era] {
        &self.eras
    }

    /// Whether every clock was right, as far as anything is remembered: then nothing is changed, and nothing waits.
    pub fn is_plain(&self) -> bool {
        self.eras.iter().all(|era| era.offset_us == Some(0))
    }

    /// Whether the media that are being recorded wait, or are moved.
    pub fn current(&self) -> Verdict {
        self.of_run().next_back().map_or(Verdict::Waits, |at| self.eras[at].verdict())
    }

    /// The eras of this run.
    fn of_run(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let run = self.run;
        self.eras.iter().enumerate().filter(move |(_, era)| era.run == run).map(|(at, _)| at)
    }

    fn push(&mut self, now: Moment) -> Option<usize> {
        self.insert(self.eras.len(), self.run, self.boot.clone(), self.run_us, now)
    }

    /// A new era, before that of index `at`.
    fn insert(&mut self, at: usize, run: u64, boot: String, run_us: i64, now: Moment) -> Option<usize> {
        if self.eras.len() >= ERAS_MAX {
            return None;
        }
        self.changes += 1;
        let era = Era {
            boot,
            run,
            run_us,
            zero_us: zero_us(now),
            offset_us: None,
            began_synchronised: self.kernel == ClockState::Synchronised,
            since_us: now.mono_us,
            seen_us: now.mono_us,
            firsts: BTreeMap::new(),
            is_joined: false,
            is_unwritten: false,
        };
        let is_valid = era.is_valid();
        is_valid.then(|| self.eras.insert(at, era))?;
        Some(at)
    }

    /// Once a second, whatever is recorded: notices that the wall clock stepped.
    pub fn observe(&mut self, now: Moment, kernel: ClockState) {
        let is_synchronised = kernel == ClockState::Synchronised;
        self.kernel = kernel;
        let current = self.of_run().next_back();
        let at = current.filter(|at| self.eras[*at].has_zero(zero_us(now)));
        if at.is_none() || !is_synchronised {
            self.synchronised_since = None;
        }
        if is_synchronised {
            self.synchronised_since.get_or_insert(now.mono_us);
        }
        match at.or_else(|| self.push(now)) {
            Some(at) => self.see(at, now.mono_us),
            None => self.inexact_since = None,
        }
    }

    /// The era lasts. That is written once a minute, whoever saw it first.
    fn see(&mut self, at: usize, mono_us: u64) {
        let era = &mut self.eras[at];
        let minutes = |us: u64| us / SEEN_EVERY_US;
        self.changes += u64::from(minutes(era.seen_us) < minutes(mono_us));
        era.seen_us = era.seen_us.max(mono_us);
    }

    /// The era in which `segment` of `camera` began, as far as it is noted; none before the first one.
    pub(super) fn era_at(&self, camera: CameraId, segment: u64) -> Option<usize> {
        self.eras.iter().rposition(|era| era.first(camera).is_some_and(|first| first <= segment))
    }

    /// What becomes of a segment, by one of its parts.
    pub(super) fn of_part(&mut self, camera: CameraId, part: &Part) -> Verdict {
        let Some(noted) = self.era_at(camera, part.segment) else { return Verdict::By(0) };
        let zero_us = zero_us(part.first_arrival);
        let (run, era) = (self.eras[noted].run, &self.eras[noted]);
        if era.has_zero(zero_us) {
            return era.verdict();
        }
        // The clock stepped, and the agent died before it was noted.
        let found = self.eras.iter().rposition(|era| era.run == run && era.has_zero(zero_us));
        let found = found.or_else(|| {
            let Era { boot, run_us, .. } = self.eras[noted].clone();
            // Among those of its run, in the order in which they began.
            self.insert(noted + 1, run, boot, run_us, part.first_arrival)
        });
        let Some(found) = found else { return Verdict::Waits };
        self.note_first(found, camera, part.segment);
        self.eras[found].verdict()
    }

    /// What becomes of a segment that begins now.
    pub(super) fn of_new_segment(&mut self, camera: CameraId, part: &Part) -> Verdict {
        let zero_us = zero_us(part.first_arrival);
        let found = self.of_run().rev().find(|at| self.eras[*at].has_zero(zero_us));
        let Some(found) = found.or_else(|| self.push(part.first_arrival)) else { return Verdict::Waits };
        self.see(found, part.first_arrival.mono_us);
        self.begins(found, camera, part.segment);
        self.note_first(found, camera, part.segment);
        self.eras[found].verdict()
    }

    /// A segment of `camera` was recorded in this run, of which nothing else is known: it is of its first era, if it is the first.
    pub(super) fn of_unseen_segment(&mut self, camera: CameraId, segment: u64) {
        let first = self.of_run().next();
        if let Some(first) = first {
            self.begins(first, camera, segment);
        }
    }

    /// The gap before the first segment has taken numbers: these are the era's before.
    fn begins(&mut self, at: usize, camera: CameraId, segment: u64) {
        if !self.begun.insert(camera) {
            return;
        }
        let of_run: Vec<usize> = self.of_run().collect();
        for other in of_run {
            self.eras[other].firsts.remove(&camera);
        }
        self.note_first(at, camera, segment);
    }

    fn note_first(&mut self, at: usize, camera: CameraId, segment: u64) {
        let Some(era) = self.eras.get_mut(at) else { return };
        let first = era.firsts.entry(camera).or_insert(u64::MAX);
        if segment < *first {
            *first = segment;
            self.changes += 1;
        }
    }

    /// What is sent of a gap that was recorded: nothing (`Ok(None)`) if there is none when all is in its place.
    ///
    /// # Errors
    /// If it is not known where it belongs.
    pub fn gap(&self, camera: CameraId, gap: &Gap) -> Result<Option<Gap>, Waiting> {
        if self.is_plain() {
            return Ok(Some(*gap));
        }
        let noted = self.era_at(camera, gap.next_segment.saturating_sub(1));
        let mut next = self.era_at(camera, gap.next_segment);
        // A step made it, and the part that was to follow is not recorded: the clock is the next one all the same.
        if gap.cause == Cause::Clock && next == noted {
            next = noted.map(|at| at + 1).filter(|at| self.eras.len() > *at).or(next);
        }
        let before = self.verdict_at(noted, next, gap.from);
        let after = gap.to.map_or(before, |to| self.verdict_at(next, next, to));
        match (before, after) {
            (Some(Verdict::By(before)), Some(Verdict::By(after))) => Ok(copy::gap(gap, before, after)),
            // No clock that is noted could have said so.
            (None, _) | (_, None) => Ok(None),
            _ => Err(Waiting),
        }
    }

    /// What becomes of a time at the edge of a segment: by the clock that is noted for it, or else by the newest up to `last` that could
    /// have told it. The part that was to follow may have been lost with its run, or refused by a full disk.
    fn verdict_at(&self, noted: Option<usize>, last: Option<usize>, time: MediaTime) -> Option<Verdict> {
        let Some(last) = last.max(noted) else { return Some(Verdict::By(0)) };
        let mut all = noted.into_iter().chain((0..=last).rev());
        let found = all.find(|at| self.could_tell(*at, time)).map(|at| self.eras[at].verdict());
        // Before the first clock that is noted.
        found.or_else(|| noted.is_none().then_some(Verdict::By(0)))
    }

    fn could_tell(&self, at: usize, time: MediaTime) -> bool {
        let era = &self.eras[at];
        if era.is_joined {
            return true;
        }
        if !(0..TICKS_MAX).contains(&time.0) {
            return false;
        }
        let (from, to) = era.walls_us();
        let goes_on = self.eras.get(at + 1).is_some_and(|next| next.run == era.run);
        // Of a run that died, the last note may be old.
        let unseen_us = if goes_on || era.run == self.run { EDGE_US } else { UNSEEN_US };
        (from.saturating_sub(EDGE_US)..=to.saturating_add(unseen_us)).contains(&time.to_utc().0)
    }

    /// What is sent of a fact that was recorded: by the run and the clock that its two times name.
    ///
    /// # Errors
    /// If it is not known when it happened.
    pub fn fact(&self, fact: &Fact) -> Result<Fact, Waiting> {
        let zero = zero_us(fact.at);
        let off = |era: &&Era| era.zero_us.saturating_sub(zero).saturating_abs();
        let known = self.eras.iter().filter(|era| !era.is_joined && off(era) <= RIGHT_WITHIN_US);
        match known.min_by_key(off).map_or(Verdict::By(0), Era::verdict) {
            Verdict::By(offset_us) => copy::fact(fact, offset_us).ok_or(Waiting),
            Verdict::Waits => Err(Waiting),
        }
    }

    /// Ranges of segments of `camera`, cut where another era begins, each with what becomes of it.
    pub fn split(
        &self,
        camera: CameraId,
        ranges: impl IntoIterator<Item = Range<u64>>,
    ) -> Vec<(Range<u64>, Verdict)> {
        let firsts: BTreeSet<u64> = self.eras.iter().filter_map(|era| era.first(camera)).collect();
        let mut all = Vec::new();
        for range in ranges {
            let mut from = range.start;
            let cuts =
                firsts.range(range.start.saturating_add(1)..).copied().take_while(|cut| *cut < range.end);
            for cut in cuts.chain([range.end]) {
                let verdict = self.era_at(camera, from).map_or(Verdict::By(0), |at| self.eras[at].verdict());
                all.push((from..cut, verdict));
                from = cut;
            }
        }
        all
    }

    /// The spans of segments of `camera` that are moved: the era, and its segments up to the first of the next one.
    pub fn moved(&self, camera: CameraId) -> Vec<(&Era, Range<u64>, bool)> {
        let firsts: Vec<(usize, u64)> =
            self.eras.iter().enumerate().filter_map(|(at, era)| Some((at, era.first(camera)?))).collect();
        let mut moved = Vec::new();
        for (index, (at, first)) in firsts.iter().enumerate() {
            let next = firsts.get(index + 1).map(|(_, next)| *next);
            let era = &self.eras[*at];
            let is_current = self.of_run().next_back() == Some(*at);
            let is_moved = era.offset_us.is_some_and(|offset_us| offset_us != 0) && !era.is_unwritten;
            if is_moved {
                moved.push((era, *first..next.unwrap_or(crate::SEGMENT_END), is_current));
            }
        }
        moved
    }
}

fn unknown() -> ClockState {
    ClockState::Unknown
}

/// It is not known yet where this belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock that recorded it was wrong, and by how much is not known")]
pub struct Waiting;

/// Neighbours whose clocks were right become one, so that the table stays short.
fn join(eras: &mut Vec<Era>) {
    let mut joined: Vec<Era> = Vec::new();
    for era in eras.drain(..) {
        match joined.last_mut().filter(|last| last.offset_us == Some(0) && era.offset_us == Some(0)) {
            Some(last) => {
                for (camera, first) in era.firsts {
                    last.firsts.entry(camera).or_insert(first);
                }
                (last.is_joined, last.run, last.boot) = (true, era.run, era.boot);
                (last.run_us, last.zero_us) = (era.run_us, era.zero_us);
                last.began_synchronised = true;
            }
            None => joined.push(era),
        }
    }
    *eras = joined;
}
