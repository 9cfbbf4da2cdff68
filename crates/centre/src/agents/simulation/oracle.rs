//! What must hold, looked at from outside: at each start of the centre, once a second, and in the end.

use std::collections::BTreeMap;
use std::ops::Range;

use ashkar_archive::{Archive, IntervalKind, PartEntry};
use ashkar_media::{Gap, Output, Part, cause_at_station};
use ashkar_terms::{CameraId, Cause, Clock, MediaTime, Span};
use ashkar_uplink::{HavePart, RecordingId};

use super::agent::{Agent, EVER};
use super::retention::Removed;
use super::world::{SECOND, World};
use super::{MORNING, Violation};
use crate::agents::late::have;

/// What a rounded offset leaves, ticks.
const ROUNDING_TICKS: i64 = 9;
/// Gaps of twice this are looked at, ticks: a second.
const GAP_TICKS: i64 = 45_000;

impl World {
    /// When all is well, each camera that has pictures is live.
    pub(super) fn verify_live(&self) -> Result<(), Violation> {
        let Some(hall) = &self.hall.running else { return Err("no centre".to_owned()) };
        let sources = self.stations.iter().flat_map(|station| &station.agent.sources);
        for source in sources.filter(|source| source.is_steady(self.now)) {
            if !hall.is_live(source.camera, self.clock.now()) {
                let status = hall.status(source.camera, self.clock.now());
                let what = format!("camera {} is not live, long after the last trouble", source.camera);
                return Err(format!("{what}: {status:?}; {:?}", self.backlog()));
            }
        }
        Ok(())
    }

    /// What the ledgers of this centre call persisted is in its archive.
    pub(super) fn verify_persisted(&mut self) -> Result<(), Violation> {
        let Some(hall) = &self.hall.running else { return Ok(()) };
        let centre: Option<RecordingId> = hall.store.archive().id().parse().ok();
        for agent in self.stations.iter_mut().map(|station| &mut station.agent) {
            let Some(running) = &agent.running else { continue };
            let ledger = running.sender.ledger().clone();
            if ledger.centre() != centre {
                continue;
            }
            let cameras: Vec<CameraId> = agent.sources.iter().map(|source| source.camera).collect();
            for camera in cameras {
                let ours = all_parts(hall.store.archive(), camera)?;
                for range in ledger.persisted(camera) {
                    verify_segments(agent, &ours, camera, range)?;
                }
            }
        }
        Ok(())
    }

    /// What stations removed because this centre had it.
    fn removed_at(&self, centre: &Archive) -> impl Iterator<Item = &Removed> {
        let id: Option<RecordingId> = centre.id().parse().ok();
        let all = self.stations.iter().map(|station| &station.agent.removed);
        all.filter(move |removed| removed.centre == id)
    }

    /// What stations removed is in the centre's archive.
    pub(super) fn verify_removed(&mut self) -> Result<(), Violation> {
        let Some(hall) = &self.hall.running else { return Ok(()) };
        let archive = hall.store.archive();
        self.tally.removed = self.stations.iter().map(|station| station.agent.removed.journals).sum();
        let has_lost = self.stations.iter().any(|station| station.agent.has_lost);
        for removed in self.removed_at(archive) {
            let ours: BTreeMap<CameraId, Vec<PartEntry>> = removed
                .parts
                .chunk_by(|(one, _), (other, _)| one == other)
                .filter_map(|parts| parts.first())
                .map(|(camera, _)| Ok((*camera, all_parts(archive, *camera)?)))
                .collect::<Result<_, Violation>>()?;
            for (camera, part) in &removed.parts {
                let is_there = ours.get(camera).is_some_and(|ours| is_among(ours, part));
                if !is_there {
                    let at = (part.segment, part.index, part.start.0);
                    return Err(format!(
                        "camera {camera}: {at:?} was removed, and the centre does not have it"
                    ));
                }
            }
            for (camera, gap) in &removed.gaps {
                verify_gap(archive, *camera, has_lost, (gap.from, gap.to, gap.cause))?;
            }
        }
        Ok(())
    }

    /// What the centre tells as recorded can be read.
    pub(super) fn verify_told(&mut self) -> Result<(), Violation> {
        let Some(hall) = &self.hall.running else { return Ok(()) };
        let archive = hall.store.archive();
        let cameras = self.cameras();
        let camera = cameras[self.random.below(cameras.len() as u64) as usize];
        let at = MORNING.plus(self.random.below(self.now) as i64);
        let span = Span { from: at, to: at.plus(100_000) };
        let told = archive.coverage(camera, span);
        let is_media = |kind: IntervalKind| matches!(kind, IntervalKind::Recorded { .. });
        // The segment that grows is told by its parts.
        let is_old = self.now as i64 - at.since(MORNING) > 30 * SECOND as i64;
        if is_old && told.iter().all(|interval| is_media(interval.kind)) {
            let found = archive.segments(camera, span).map_err(|error| error.to_string())?;
            let Some(first) = found.first() else {
                // A segment that a crash cut gets its end when the disk takes it: until then its parts can be read.
                let (from, to) = (MediaTime::from_utc(at).plus(-GAP_TICKS), MediaTime::from_utc(span.to));
                let parts = archive.parts(camera, from, to).map_err(|error| error.to_string())?;
                if archive.status().queue_bytes > 0 && !parts.is_empty() {
                    return Ok(());
                }
                return Err(format!("camera {camera}: {span:?} is told, and there is no segment"));
            };
            archive.read_segment(first).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// A list of the whole time has all media, each once, and none of another time.
    fn verify_listed(
        &self,
        has_lost: bool,
        theirs: u64,
        ours: &Archive,
        camera: CameraId,
    ) -> Result<(), Violation> {
        let all = Span { from: MORNING.plus(-1), to: MORNING.plus(self.now as i64 + 60 * SECOND as i64) };
        let listed = |span: Span| ours.segments(camera, span).map_err(|error| error.to_string());
        let ours_listed = listed(all)?;
        if let Some(other) = listed(EVER)?.iter().find(|one| !ours_listed.contains(one)) {
            return Err(format!("camera {camera}: something is listed at {:?}", other.start));
        }
        if let Some([one, _]) = ours_listed.array_windows().find(|[one, next]| next.start < one.end()) {
            return Err(format!("camera {camera}: something is listed twice, before {:?}", one.end()));
        }
        let removed = self.removed_at(ours).flat_map(|removed| &removed.ticks);
        let removed = removed.filter(|(own, _)| *own == camera).map(|(_, ticks)| ticks).sum::<u64>();
        let theirs = theirs + removed;
        let ours = ours_listed.iter().map(|segment| u64::from(segment.duration)).sum::<u64>();
        // What was sent and not durable there may be here alone.
        let is_all = if has_lost { ours >= theirs } else { ours == theirs };
        if is_all {
            Ok(())
        } else {
            Err(format!("camera {camera}: {ours} ticks are listed, and the agent has {theirs}"))
        }
    }

    pub(super) fn verify_all(&mut self) -> Result<(), Violation> {
        self.hall.write(self.now);
        self.verify_removed()?;
        let Some(hall) = &self.hall.running else { return Err("no centre".to_owned()) };
        let ours = hall.store.archive().clone();
        for at in 0..self.stations.len() {
            let agent = &mut self.stations[at].agent;
            let has_lost = agent.has_lost;
            let cameras: Vec<CameraId> = agent.sources.iter().map(|source| source.camera).collect();
            for camera in cameras {
                let agent = &mut self.stations[at].agent;
                let Some(running) = &agent.running else { continue };
                let theirs = running.store.archive().clone();
                let parts = all_parts(&ours, camera)?;
                let mut ticks = 0;
                for range in theirs.numbers(camera) {
                    ticks += verify_segments(agent, &parts, camera, range)?;
                }
                let gaps: Vec<Gap> = agent.gaps_as_sent(camera);
                self.verify_listed(has_lost, ticks, &ours, camera)?;
                if self.tally.replaced == 0 {
                    for gap in gaps {
                        verify_gap(&ours, camera, has_lost, (gap.from, gap.to, gap.cause))?;
                    }
                }
            }
        }
        self.hall.die(true, &mut self.random);
        let report =
            ashkar_archive::check::run_on(&self.hall.disk, |_| {}).map_err(|error| error.to_string())?;
        match report.faults.first() {
            Some(fault) => Err(format!("the check says: {fault}")),
            None => Ok(()),
        }
    }
}

/// All parts of a camera, in order.
fn all_parts(archive: &Archive, camera: CameraId) -> Result<Vec<PartEntry>, Violation> {
    archive.parts(camera, MediaTime(0), MediaTime(i64::MAX)).map_err(|error| error.to_string())
}

fn is_among(parts: &[PartEntry], part: &Part) -> bool {
    let from = parts.partition_point(|other| other.start < part.start);
    let there = parts.iter().skip(from).take_while(|other| other.start == part.start);
    there.map(have).any(|other| other == HavePart::of(part))
}

/// Each part of these segments of an agent is at the centre, by its length and the checksum of its bytes; those that a wrong clock
/// recorded where they truly happened. How many ticks that is.
fn verify_segments(
    agent: &mut Agent,
    ours: &[PartEntry],
    camera: CameraId,
    numbers: Range<u64>,
) -> Result<u64, Violation> {
    let Agent { running: Some(running), sources, .. } = agent else { return Ok(0) };
    let ahead_us = sources.iter().find(|source| source.camera == camera).map(|source| &source.ahead_us);
    let mut ticks = 0;
    for number in numbers {
        // Numbers of a gap, and of what was removed, are not there.
        let Some(recorded) =
            running.store.archive().outputs(camera, number).map_err(|error| error.to_string())?
        else {
            continue;
        };
        let Some(sent) = running.as_sent(camera, number)? else { continue };
        let ahead = ahead_us.and_then(|all| all.get(&number)).copied().unwrap_or(0);
        for (recorded, sent) in recorded.iter().zip(&sent) {
            let (Output::Part(recorded), Output::Part(sent)) = (recorded, sent) else { continue };
            let happened = recorded.start.plus(-ahead / 100 * 9);
            if happened.since(sent.start).abs() > ROUNDING_TICKS {
                return Err(format!(
                    "camera {camera}: {number} is sent as of {:?}, and it was {happened:?}",
                    sent.start
                ));
            }
            if !is_among(ours, sent) {
                let what = format!("camera {camera}: of {number}, the part at {}", sent.start.0);
                return Err(format!("{what} is called persisted, and is not there"));
            }
            ticks += u64::from(sent.duration);
        }
    }
    Ok(ticks)
}

/// In the middle of a gap of the agent the centre tells that gap with its cause.
fn verify_gap(
    ours: &Archive,
    camera: CameraId,
    has_lost: bool,
    (from, to, cause): (MediaTime, Option<MediaTime>, Cause),
) -> Result<(), Violation> {
    let Some(to) = to.filter(|to| to.since(from) > 2 * GAP_TICKS) else { return Ok(()) };
    let at = from.plus(to.since(from) / 2).to_utc();
    let told = ours.coverage(camera, Span { from: at, to: at.plus(1) });
    let cause = cause_at_station(cause);
    // A station that dies while its disk is full has lost what it recorded last, its word of the full disk too. Both reached the
    // centre, whose gap begins later, and keeps its cause.
    let is_of_disk = |told: Cause| has_lost && told == Cause::StationDisk;
    let is_told = |kind: IntervalKind| matches!(kind, IntervalKind::Gap { cause: told } if told == cause || is_of_disk(told));
    if !told.iter().all(|interval| is_told(interval.kind)) {
        return Err(format!(
            "camera {camera}: a gap from {from:?} to {to:?}, {cause:?}, is told as {told:?}"
        ));
    }
    Ok(())
}
