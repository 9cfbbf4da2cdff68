//! Late media of one camera in one session: whole segments of the agent, or the rest of those that live had begun,
//! become segments of the past in the archive.

use std::sync::Arc;

use ashkar_archive::{Archive, GapEntry, IntervalKind, PartEntry, Refused};
use ashkar_media::{
    Fact, Gap, InitSegment, MAX_LEAD_TICKS, Output, Part, SegmentEnd, cause_at_station, is_init, is_part,
    past_segment,
};
use ashkar_terms::{CameraId, MediaTime, Moment, Span};
use ashkar_uplink::{HavePart, RefusalCode};
use sha2::{Digest, Sha256};

use super::planted::{Planted, is_planted};

/// Init segments that are kept until a part needs them.
const INITS_MAX: usize = 3;

/// What became of a late record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is durable with its segment's end.
    OfSegment,
    /// The segment ended here.
    Ended,
    /// It was appended by itself.
    Appended,
    /// Nothing was to be done.
    Nothing,
    /// The archive has these very bytes, durably.
    Persisted,
}

/// What the archive has at the place of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing, or media that begin elsewhere.
    Nothing,
    /// This very part.
    Same,
    /// Another part that begins there.
    Other,
    /// Live parts of this time are not durable: whether it is among them can be told in a moment.
    Unsettled,
}

/// The media of the past that one agent sends for one camera.
#[derive(Debug, Default)]
pub(super) struct LateIntake {
    inits: Vec<Arc<InitSegment>>,
    open: Option<Open>,
}

/// A segment of the past that was begun.
#[derive(Debug)]
struct Open {
    /// The agent's number of the segment, and of the part that comes next.
    theirs: u64,
    next_index: u16,
    number: u64,
    start: MediaTime,
    end: MediaTime,
    parts: u16,
    bytes: u64,
    sha256: Sha256,
    init: Arc<InitSegment>,
    /// Those of its parts that came, for recognising them when they come again.
    came: Vec<HavePart>,
    last_arrival: Moment,
}

/// Whether live parts of the time of `part` were taken and are not durable yet, as when the disk hangs: then the archive does not tell of
/// them, and the same media would be recorded twice. To be asked before [`look`]: what is durable by then is found there. From memory.
pub(super) fn is_unsettled(archive: &Archive, camera: CameraId, part: &Part) -> bool {
    let end = part.start.plus(part.duration.into());
    archive.is_undurable(camera, part.start, end) && !is_planted(Planted::OverlookUndurable)
}

/// Whether the archive has media for all of the time of `part`: then it must be read to tell whether they are the same.
/// From memory.
pub(super) fn may_be_known(archive: &Archive, camera: CameraId, part: &Part) -> bool {
    if is_planted(Planted::BelieveRepetition) {
        return part.index > 0;
    }
    is_covered(archive, camera, part.start, part.start.plus(part.duration.into()))
}

fn is_covered(archive: &Archive, camera: CameraId, from: MediaTime, to: MediaTime) -> bool {
    let Some(span) = Span::new(from.to_utc(), to.to_utc()) else { return false };
    let is_media = |kind: IntervalKind| matches!(kind, IntervalKind::Recorded { .. });
    archive.coverage(camera, span).iter().all(|interval| is_media(interval.kind))
}

/// Looks into the archive. Blocks.
pub(super) fn look(archive: &Archive, camera: CameraId, part: &Part) -> Known {
    if is_planted(Planted::BelieveRepetition) && may_be_known(archive, camera, part) {
        return Known::Same;
    }
    let found = archive.parts(camera, part.start, part.start.plus(1)).unwrap_or_default();
    let own = HavePart::of(part);
    match found.iter().map(have).any(|found| found == own) {
        true => Known::Same,
        false if found.is_empty() => Known::Nothing,
        false => Known::Other,
    }
}

/// Whether this fact is recorded already. Blocks.
pub(super) fn look_for_fact(archive: &Archive, camera: CameraId, fact: &Fact) -> Known {
    let span = Span { from: fact.at.wall, to: fact.at.wall.plus(1) };
    let found = archive.facts(camera, span).unwrap_or_default();
    if found.contains(fact) { Known::Same } else { Known::Nothing }
}

/// The part, as an agent is told of it.
pub(super) fn have(entry: &PartEntry) -> HavePart {
    let PartEntry { start, duration, bytes, crc32c } = *entry;
    HavePart { start, duration, bytes, crc32c }
}

impl LateIntake {
    /// Takes one record; `known` is what the archive has in its place.
    pub(super) fn take(
        &mut self,
        archive: &Archive,
        camera: CameraId,
        output: &Output,
        known: Known,
        now: Moment,
    ) -> Result<Taken, RefusalCode> {
        let append =
            |output: &Output| archive.append_past(camera, output).map_err(|refused| code_of(&refused));
        match output {
            Output::Init(init) => self.init(init),
            Output::Part(part) => match known {
                Known::Same => Ok(Taken::Persisted),
                Known::Other => Err(RefusalCode::Differs),
                Known::Unsettled => Err(RefusalCode::Busy),
                Known::Nothing => {
                    let taken = self.part(part, now, append);
                    // Another refusal may end; then the part comes again.
                    self.open.take_if(|_| taken == Err(RefusalCode::OutOfOrder));
                    taken
                }
            },
            Output::SegmentEnd(end) => {
                self.end(end, append, |from, to| is_covered(archive, camera, from, to))
            }
            Output::Gap(gap) => {
                let gap = Gap { cause: cause_at_station(gap.cause), ..*gap };
                if gap.to.is_none() || is_declared(archive, camera, &gap) {
                    return Ok(Taken::Nothing);
                }
                append(&Output::Gap(gap)).map(|()| Taken::Appended)
            }
            Output::Fact(_) if known == Known::Same => Ok(Taken::Persisted),
            Output::Fact(_) => append(output).map(|()| Taken::Appended),
        }
    }

    /// Whether a segment is open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn init(&mut self, init: &Arc<InitSegment>) -> Result<Taken, RefusalCode> {
        if !is_init(&init.bytes) {
            return Err(RefusalCode::Malformed);
        }
        self.inits.retain(|known| known.sha256 != init.sha256);
        if self.inits.len() >= INITS_MAX {
            self.inits.remove(0);
        }
        self.inits.push(Arc::clone(init));
        Ok(Taken::Nothing)
    }

    /// What is answered to a part of the open segment that came before.
    fn again(&self, part: &Part) -> Option<Result<Taken, RefusalCode>> {
        let is_before = |open: &&Open| open.theirs == part.segment && part.index < open.next_index;
        let open = self.open.as_ref().filter(is_before)?;
        Some(match open.came.iter().find(|came| came.start == part.start) {
            Some(came) if *came == HavePart::of(part) => Ok(Taken::OfSegment),
            Some(_) => Err(RefusalCode::Differs),
            None => Err(RefusalCode::OutOfOrder),
        })
    }

    fn part(
        &mut self,
        part: &Part,
        now: Moment,
        append: impl Fn(&Output) -> Result<(), RefusalCode>,
    ) -> Result<Taken, RefusalCode> {
        let end = part.start.plus(part.duration.into());
        if !is_part(&part.bytes) {
            return Err(RefusalCode::Malformed);
        }
        if end.since(MediaTime::from_utc(now.wall)) > MAX_LEAD_TICKS {
            return Err(RefusalCode::Clock);
        }
        if let Some(came) = self.again(part) {
            return came;
        }
        let init = self.inits.iter().find(|init| init.sha256.starts_with(&part.init)).cloned();
        let init = init.ok_or(RefusalCode::InitNeeded)?;
        let goes_on = self.open.as_ref().is_some_and(|open| {
            (open.theirs, open.next_index, open.end) == (part.segment, part.index, part.start)
                && open.init.sha256 == init.sha256
        });
        if !goes_on {
            self.begin(part, init, now, &append)?;
        }
        let Some(open) = &mut self.open else { return Err(RefusalCode::OutOfOrder) };
        let appended = append(&Output::Part(Part {
            segment: open.number,
            index: open.parts,
            first_arrival: now,
            last_arrival: now,
            ..part.clone()
        }));
        if let Err(code) = appended {
            // Nothing is begun then: the parts behind it are refused for the same reason, and not as out of order.
            self.open.take_if(|open| open.parts == 0);
            return Err(code);
        }
        open.sha256.update(&part.bytes);
        open.bytes += part.bytes.len() as u64;
        open.parts += 1;
        open.next_index = part.index.saturating_add(1);
        open.end = end;
        open.last_arrival = now;
        open.came.push(HavePart::of(part));
        Ok(Taken::OfSegment)
    }

    /// A segment that live had taken some parts out of is several segments here.
    fn begin(
        &mut self,
        part: &Part,
        init: Arc<InitSegment>,
        now: Moment,
        append: &impl Fn(&Output) -> Result<(), RefusalCode>,
    ) -> Result<(), RefusalCode> {
        let number = past_segment(part.start).ok_or(RefusalCode::Malformed)?;
        let is_same = |open: &&Open| open.theirs == part.segment && part.index >= open.next_index;
        if let Some(before) = self.open.as_ref().filter(is_same) {
            append(&Output::SegmentEnd(before.ended()))?;
        }
        self.open = None;
        append(&Output::Init(Arc::clone(&init)))?;
        self.open = Some(Open {
            theirs: part.segment,
            next_index: part.index,
            number,
            start: part.start,
            end: part.start,
            parts: 0,
            bytes: 0,
            sha256: Sha256::new(),
            init,
            came: Vec::new(),
            last_arrival: now,
        });
        Ok(())
    }

    fn end(
        &mut self,
        end: &SegmentEnd,
        append: impl Fn(&Output) -> Result<(), RefusalCode>,
        is_covered: impl Fn(MediaTime, MediaTime) -> bool,
    ) -> Result<Taken, RefusalCode> {
        let Some(open) = self.open.as_ref().filter(|open| open.theirs == end.segment) else {
            // All its parts were there already.
            return Ok(Taken::Nothing);
        };
        // The parts that did not come must be there already.
        let theirs_end = end.start.plus(end.duration.into());
        if open.next_index != end.parts && !is_covered(open.end, theirs_end) {
            self.open = None;
            return Err(RefusalCode::OutOfOrder);
        }
        let ended = append(&Output::SegmentEnd(open.ended()));
        self.open.take_if(|_| matches!(ended, Ok(()) | Err(RefusalCode::OutOfOrder)));
        ended.map(|()| Taken::Ended)
    }
}

impl Open {
    fn ended(&self) -> SegmentEnd {
        SegmentEnd {
            segment: self.number,
            start: self.start,
            duration: u32::try_from(self.end.since(self.start)).unwrap_or(u32::MAX),
            parts: self.parts,
            byte_length: self.bytes,
            sha256: self.sha256.clone().finalize().into(),
            init_sha256: self.init.sha256,
            last_arrival: self.last_arrival,
        }
    }
}

/// Whether this very gap is declared already.
fn is_declared(archive: &Archive, camera: CameraId, gap: &Gap) -> bool {
    let to = gap.to.unwrap_or(gap.from);
    let Some(span) = Span::new(gap.from.to_utc(), to.to_utc()) else { return true };
    let is_same = |known: &GapEntry| (known.from, known.to, known.cause) == (gap.from, gap.to, gap.cause);
    archive.gaps(camera, span).iter().any(is_same)
}

fn code_of(refused: &Refused) -> RefusalCode {
    match refused {
        Refused::Full { .. } => RefusalCode::Disk,
        Refused::QueueFull { .. } | Refused::TimedOut | Refused::Closed => RefusalCode::Busy,
        Refused::TooLong { .. } => RefusalCode::TooLong,
        Refused::UnknownInit { .. } => RefusalCode::InitNeeded,
        Refused::OutOfOrder { .. } | Refused::Incomplete { .. } => RefusalCode::OutOfOrder,
    }
}
