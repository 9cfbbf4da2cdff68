//! What callers of `append` meet: the order that is kept, what is refused and why, and the queue to the writer.
//! Pure: neither I/O nor clock, so a caller never waits for the disk (I1).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ashkar_media::{Fact, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Span};

use crate::error::Refused;
use crate::format::state::CameraState;
use crate::options::{
    INIT_BYTES_MAX, METADATA_QUEUE_BYTES, PART_BYTES_MAX, REFUSED_NUMBERS_AHEAD, WAKE_BYTES,
};
use crate::recover::Uncertain;

/// Memory that an entry of the queue is counted as, beside its media bytes.
const ENTRY_BYTES: usize = 512;

/// Where a camera goes on after a restart or a reconnection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumed {
    /// First media sequence number that is not taken.
    pub next_segment: u64,
    /// End of what is recorded: of the last media or closed gap, or the beginning of the open one.
    pub timeline_end: MediaTime,
    /// Why there is no media since `timeline_end`, if that was said.
    pub open_gap: Option<Cause>,
    /// SHA-256 of the last init segment.
    pub init_sha256: Option<[u8; 32]>,
}

/// Something for the writer, in the order in which it was handed in.
#[derive(Debug)]
pub(crate) enum Work {
    Init(CameraId, Arc<InitSegment>),
    Part {
        camera: CameraId,
        part: Part,
        after_hole: bool,
    },
    End(CameraId, SegmentEnd),
    /// The segment gets no more parts and no end of its own.
    Interrupted(CameraId, u64),
    Gap(CameraId, Gap),
    Fact(CameraId, Fact),
}

/// Everything behind the one short lock of `append`.
#[derive(Default)]
pub(crate) struct Front {
    cameras: BTreeMap<CameraId, FrontCamera>,
    pub(crate) queue: VecDeque<Work>,
    /// Bytes that are not durable: in the queue, or taken from it by the writer.
    pub(crate) waiting_bytes: usize,
    pub(crate) queue_limit: usize,
    /// How often the writer has taken the queue, and the first of its turns that is not durable.
    turn: u64,
    undurable: u64,
    /// When the oldest entry of the queue came, microseconds of the monotonic clock.
    pub(crate) queued_since: Option<u64>,
    /// The same for what the writer has taken and not yet made durable.
    pub(crate) taken_since: Option<u64>,
    /// Entries handed in, and entries durable, since the start.
    pub(crate) appended: u64,
    pub(crate) durable: u64,
    /// Failed writes and syncs since the start.
    pub(crate) failures: u64,
    pub(crate) refused: u64,
    /// First number of a camera that is not known.
    pub(crate) first_segment: u64,
    /// No room but the reserve, by what the file system says.
    pub(crate) low_space: bool,
    /// A write was refused for lack of room, and none has succeeded since.
    pub(crate) no_space: bool,
    /// Writing failed, and has not succeeded since.
    pub(crate) failing: bool,
    pub(crate) flush_wanted: bool,
    pub(crate) closing: bool,
    pub(crate) closed: bool,
}

#[derive(Default)]
struct FrontCamera {
    next_segment: u64,
    timeline_end: Option<MediaTime>,
    open_gap: Option<Cause>,
    init: Option<Arc<InitSegment>>,
    init_sha256: Option<[u8; 32]>,
    current: Option<Current>,
    hole: Option<Hole>,
    waiting: Waiting,
}

/// Bytes of one camera's parts that are not durable. The writer takes the whole queue and makes all of it durable, so the
/// number of its turn says of each byte whether it still waits, and nothing is counted back camera by camera.
#[derive(Debug, Default, Clone, Copy)]
struct Waiting {
    /// Bytes that wait for the turn with this number.
    turn: u64,
    bytes: usize,
    /// Bytes that were taken in turns up to this one.
    taken_turn: u64,
    taken: usize,
}

impl Waiting {
    /// What waits, where `next` is the turn to come and all before `undurable` are durable.
    fn settle(&mut self, next: u64, undurable: u64) -> usize {
        if self.turn != next {
            self.taken = self.taken.saturating_add(std::mem::take(&mut self.bytes));
            self.taken_turn = std::mem::replace(&mut self.turn, next);
        }
        if self.taken_turn < undurable {
            self.taken = 0;
        }
        self.taken.saturating_add(self.bytes)
    }
}

/// The segment whose parts are being handed in.
#[derive(Clone, Copy)]
struct Current {
    segment: u64,
    parts: u16,
    bytes: u64,
}

/// Parts are being refused.
#[derive(Clone, Copy)]
struct Hole {
    from: MediaTime,
    cause: Cause,
    /// Numbers below this one are taken, as the last declaration of the gap says.
    declared: u64,
    reason: Refused,
}

impl Front {
    pub(crate) fn new(queue_limit: usize) -> Self {
        Self { queue_limit, ..Self::default() }
    }

    /// Goes on where `camera` stands in the archive.
    pub(crate) fn adopt(&mut self, camera: CameraId, state: &CameraState) {
        let own = self.cameras.entry(camera).or_default();
        own.next_segment = state.next_segment;
        own.timeline_end = state.timeline_end;
        own.open_gap = state.open_gap.map(|(_, cause)| cause);
        own.init_sha256 = state.init_sha256;
    }

    /// A segment that has no end gets one from what is recorded. Where more of it may turn up at a later start, it must
    /// not: that end would not be its end.
    pub(crate) fn end_interrupted(&mut self, camera: CameraId, state: &CameraState) {
        if let Some((segment, _)) = state.open_segment {
            self.push(Work::Interrupted(camera, segment), 0);
        }
    }

    /// Declares numbers as taken that records may have which cannot be read, and the time since the last readable
    /// record as missing. A crash before this is durable does no harm: the next start declares it again.
    pub(crate) fn pass_over(&mut self, uncertain: &Uncertain) {
        self.first_segment = uncertain.unknown_camera;
        for (camera, first) in &uncertain.cameras {
            let own = self.cameras.entry(*camera).or_default();
            own.next_segment = own.next_segment.max(*first);
            let Some(from) = own.timeline_end else { continue };
            let cause = *own.open_gap.get_or_insert(Cause::Centre);
            let gap = Gap { from, to: None, cause, next_segment: own.next_segment };
            self.push(Work::Gap(*camera, gap), 0);
        }
    }

    /// Declares a gap that was over before what was said of `camera` last, which goes on where it was.
    pub(crate) fn declare_afterwards(
        &mut self,
        camera: CameraId,
        span: Span,
        cause: Cause,
    ) -> Result<(), Refused> {
        if self.closing {
            return Err(Refused::Closed);
        }
        self.room_for_metadata(camera)?;
        let next_segment = self.cameras.get(&camera).map_or(0, |own| own.next_segment);
        let (from, to) = (MediaTime::from_utc(span.from), Some(MediaTime::from_utc(span.to)));
        self.push(Work::Gap(camera, Gap { from, to, cause, next_segment }), 0);
        Ok(())
    }

    /// All that waits, for the writer, who will say when everything that it has taken is durable.
    pub(crate) fn take_queue(&mut self) -> VecDeque<Work> {
        self.turn += 1;
        self.taken_since = self.taken_since.or(self.queued_since);
        self.queued_since = None;
        std::mem::take(&mut self.queue)
    }

    /// Everything that was taken is durable: so many entries and bytes.
    pub(crate) fn is_durable(&mut self, entries: u64, bytes: usize) {
        self.undurable = self.turn;
        self.durable += entries;
        self.waiting_bytes = self.waiting_bytes.saturating_sub(bytes);
        self.taken_since = None;
    }

    pub(crate) fn resume(&self, camera: CameraId) -> Option<Resumed> {
        let own = self.cameras.get(&camera)?;
        Some(Resumed {
            next_segment: own.next_segment,
            timeline_end: own.timeline_end?,
            open_gap: own.open_gap,
            init_sha256: own.init_sha256,
        })
    }

    /// Takes what the packager gave, or says why not; and whether the writer must be woken. What is refused leaves a
    /// gap to be written, so it may wake the writer too.
    pub(crate) fn append(&mut self, camera: CameraId, output: &Output) -> (Result<(), Refused>, bool) {
        if self.closing {
            return (Err(Refused::Closed), false);
        }
        let (was_empty, before) = (self.queue.is_empty(), self.waiting_bytes);
        let result = match output {
            Output::Init(init) => self.append_init(camera, init),
            Output::Part(part) => self.append_part(camera, part),
            Output::SegmentEnd(end) => self.append_end(camera, end),
            Output::Gap(gap) => self.append_gap(camera, gap),
            Output::Fact(fact) => self.append_fact(camera, fact),
        };
        self.refused += u64::from(result.is_err());
        let crossed = before < WAKE_BYTES && self.waiting_bytes >= WAKE_BYTES;
        let wake = !self.queue.is_empty() && (was_empty || crossed);
        (result, wake)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.low_space || self.no_space
    }

    fn append_init(&mut self, camera: CameraId, init: &Arc<InitSegment>) -> Result<(), Refused> {
        if init.bytes.len() > INIT_BYTES_MAX {
            return Err(Refused::TooLong { camera, bytes: init.bytes.len() });
        }
        self.room_for_metadata(camera)?;
        self.cameras.entry(camera).or_default().init = Some(init.clone());
        self.push(Work::Init(camera, init.clone()), init.bytes.len());
        Ok(())
    }

    fn append_part(&mut self, camera: CameraId, part: &Part) -> Result<(), Refused> {
        if let Err(reason) = self.judge_part(camera, part) {
            self.refuse(camera, part, reason);
            return Err(reason);
        }
        let (next, undurable) = (self.turn, self.undurable);
        let own = self.cameras.entry(camera).or_default();
        own.waiting.settle(next, undurable);
        own.waiting.bytes = own.waiting.bytes.saturating_add(part.bytes.len());
        let interrupted = own.current.filter(|current| current.segment != part.segment);
        let hole = own.hole.take();
        let current = own.current.get_or_insert(Current { segment: part.segment, parts: 0, bytes: 0 });
        if interrupted.is_some() {
            *current = Current { segment: part.segment, parts: 0, bytes: 0 };
        }
        current.parts = part.index.saturating_add(1);
        current.bytes = current.bytes.saturating_add(part.bytes.len() as u64);
        own.next_segment = own.next_segment.max(part.segment.saturating_add(1));
        own.timeline_end = Some(part.start.plus(i64::from(part.duration)));
        own.open_gap = None;
        own.init_sha256 = own.init.as_ref().map(|init| init.sha256);
        if let Some(current) = interrupted {
            self.push(Work::Interrupted(camera, current.segment), 0);
        }
        if let Some(hole) = hole {
            self.push_gap(camera, hole, Some(part.start.max(hole.from)), part.segment);
        }
        self.push(Work::Part { camera, part: part.clone(), after_hole: hole.is_some() }, part.bytes.len());
        Ok(())
    }

    fn judge_part(&self, camera: CameraId, part: &Part) -> Result<(), Refused> {
        let own = self.cameras.get(&camera);
        let order = Refused::OutOfOrder { camera, segment: part.segment, part: part.index };
        let current = own.and_then(|own| own.current);
        match current {
            Some(current) if (current.segment, current.parts) == (part.segment, part.index) => {}
            Some(current) if current.segment == part.segment => return Err(order),
            _ if part.index != 0 => {
                let hole = own.and_then(|own| own.hole);
                return Err(hole.map_or(order, |_| Refused::Incomplete { camera, segment: part.segment }));
            }
            _ if part.segment < own.map_or(0, |own| own.next_segment) => return Err(order),
            _ => {}
        }
        let init = own.and_then(|own| own.init.as_ref());
        if init.is_none_or(|init| init.sha256.first_chunk() != Some(&part.init)) {
            return Err(Refused::UnknownInit { camera, segment: part.segment });
        }
        if part.bytes.len() > PART_BYTES_MAX {
            return Err(Refused::TooLong { camera, bytes: part.bytes.len() });
        }
        if self.is_full() {
            return Err(Refused::Full { camera });
        }
        // Nobody may have more than what is left: so the queue is never full of one camera's parts, however much it sends, and
        // where all send alike all of it can be used.
        let room = self.queue_limit.saturating_sub(self.waiting_bytes);
        let own_bytes = own.map_or(0, |own| {
            let mut waiting = own.waiting;
            waiting.settle(self.turn, self.undurable)
        });
        let length = part.bytes.len();
        if length > room || own_bytes > 0 && own_bytes.saturating_add(length) > room {
            return Err(Refused::QueueFull { camera, waiting_bytes: self.waiting_bytes });
        }
        Ok(())
    }

    /// Ends the segment with what was taken of it, and declares the gap that begins; again from time to time, so
    /// that the numbers that live has given meanwhile are known to be taken after a crash too.
    fn refuse(&mut self, camera: CameraId, part: &Part, reason: Refused) {
        let own = self.cameras.entry(camera).or_default();
        let skips =
            own.current.is_some_and(|current| current.segment == part.segment && current.parts < part.index);
        if matches!(reason, Refused::OutOfOrder { .. }) && part.segment < own.next_segment && !skips {
            // Something that came before, again: no time is missing.
            return;
        }
        let interrupted = own.current.take();
        own.next_segment = own.next_segment.max(part.segment.saturating_add(1));
        let from = own.timeline_end.unwrap_or(part.start);
        let cause = if reason.is_disk() { Cause::Disk } else { Cause::Unknown };
        let hole = own.hole.get_or_insert(Hole { from, cause, declared: 0, reason });
        let declare = part.segment >= hole.declared;
        if declare {
            hole.declared = part.segment.saturating_add(REFUSED_NUMBERS_AHEAD);
        }
        let hole = *hole;
        own.open_gap = Some(hole.cause);
        if let Some(current) = interrupted {
            self.push(Work::Interrupted(camera, current.segment), 0);
        }
        if declare {
            self.push_gap(camera, hole, None, hole.declared);
        }
    }

    fn append_end(&mut self, camera: CameraId, end: &SegmentEnd) -> Result<(), Refused> {
        let own = self.cameras.entry(camera).or_default();
        let fits = |current: &Current| {
            (current.segment, current.parts, current.bytes) == (end.segment, end.parts, end.byte_length)
        };
        let Some(current) = own.current.take() else {
            let order = Refused::OutOfOrder { camera, segment: end.segment, part: end.parts };
            let hole = own.hole.map(|hole| hole.reason);
            return Err(hole.map_or(order, |_| Refused::Incomplete { camera, segment: end.segment }));
        };
        if fits(&current) {
            self.push(Work::End(camera, end.clone()), 0);
            return Ok(());
        }
        self.push(Work::Interrupted(camera, current.segment), 0);
        Err(Refused::OutOfOrder { camera, segment: end.segment, part: end.parts })
    }

    fn append_gap(&mut self, camera: CameraId, gap: &Gap) -> Result<(), Refused> {
        self.room_for_metadata(camera)?;
        let own = self.cameras.entry(camera).or_default();
        let interrupted = own.current.take();
        let hole = own.hole.take();
        own.next_segment = own.next_segment.max(gap.next_segment);
        own.timeline_end = Some(gap.to.unwrap_or(gap.from));
        own.open_gap = gap.to.is_none().then_some(gap.cause);
        if let Some(current) = interrupted {
            self.push(Work::Interrupted(camera, current.segment), 0);
        }
        // The refused parts end where the packager's own gap begins.
        if let Some(hole) = hole {
            self.push_gap(camera, hole, Some(gap.from.max(hole.from)), gap.next_segment);
        }
        self.push(Work::Gap(camera, *gap), 0);
        Ok(())
    }

    fn append_fact(&mut self, camera: CameraId, fact: &Fact) -> Result<(), Refused> {
        self.room_for_metadata(camera)?;
        self.push(Work::Fact(camera, fact.clone()), 0);
        Ok(())
    }

    fn room_for_metadata(&self, camera: CameraId) -> Result<(), Refused> {
        let waiting_bytes = self.waiting_bytes;
        let limit = self.queue_limit.saturating_add(METADATA_QUEUE_BYTES);
        if waiting_bytes < limit { Ok(()) } else { Err(Refused::QueueFull { camera, waiting_bytes }) }
    }

    fn push_gap(&mut self, camera: CameraId, hole: Hole, to: Option<MediaTime>, next_segment: u64) {
        let gap = Gap { from: hole.from, to, cause: hole.cause, next_segment };
        self.push(Work::Gap(camera, gap), 0);
    }

    fn push(&mut self, work: Work, bytes: usize) {
        self.queue.push_back(work);
        self.waiting_bytes = self.waiting_bytes.saturating_add(bytes + ENTRY_BYTES);
        self.appended += 1;
    }
}

#[cfg(test)]
mod tests {
    use ashkar_terms::{Moment, UtcMicros};
    use bytes::Bytes;

    use super::*;

    const QUEUE_BYTES: usize = 1 << 20;
    const PART_BYTES: usize = 1000;

    fn camera(number: u16) -> CameraId {
        CameraId::new(1, number, 1)
    }

    fn init() -> Output {
        let bytes = Bytes::from_static(&[7; 600]);
        let init = InitSegment {
            sha256: [7; 32],
            bytes,
            codecs: "avc1.640028".to_owned(),
            width: 1280,
            height: 720,
        };
        Output::Init(Arc::new(init))
    }

    fn part(segment: u64) -> Output {
        let at = Moment { wall: UtcMicros(0), mono_us: 0 };
        Output::Part(Part {
            segment,
            index: 0,
            start: MediaTime(segment as i64 * 45_000),
            duration: 45_000,
            independent: true,
            init: [7; 8],
            discontinuity: false,
            camera_dts: 0,
            first_arrival: at,
            last_arrival: at,
            samples: 12,
            bytes: Bytes::from_static(&[1; PART_BYTES]),
        })
    }

    /// How many of `count` parts of `camera` are taken, one segment each.
    fn send(front: &mut Front, camera: CameraId, count: u64) -> usize {
        let first = front.cameras.get(&camera).map_or(0, |own| own.next_segment);
        front.append(camera, &init()).0.expect("there is room for it");
        (first..first + count).filter(|segment| front.append(camera, &part(*segment)).0.is_ok()).count()
    }

    /// The writer takes everything; the disk answers later.
    fn take(front: &mut Front) -> (u64, usize) {
        let _work = front.take_queue();
        (front.appended - front.durable, front.waiting_bytes)
    }

    #[test]
    fn a_camera_that_sends_without_end_leaves_as_much_as_it_takes() {
        let mut front = Front::new(QUEUE_BYTES);
        let taken = send(&mut front, camera(1), 5000) * PART_BYTES;
        assert!(taken > QUEUE_BYTES / 4 && taken < QUEUE_BYTES / 2, "{taken} bytes");
        for number in 2..60 {
            assert_eq!(send(&mut front, camera(number), 2), 2, "camera {number}");
        }
        let (entries, bytes) = take(&mut front);
        assert_eq!(send(&mut front, camera(1), 10), 0, "taken is not durable");
        assert_eq!(send(&mut front, camera(2), 2), 2);
        front.is_durable(entries, bytes);
        assert_eq!(send(&mut front, camera(1), 10), 10);
        assert_eq!(front.cameras[&camera(2)].waiting.bytes, 2 * PART_BYTES, "that came after the turn");
    }

    #[test]
    fn where_all_send_alike_nearly_all_of_the_queue_is_used() {
        let mut front = Front::new(QUEUE_BYTES);
        for _ in 0..20 {
            for number in 0..60 {
                send(&mut front, camera(number), 1);
            }
        }
        assert!(front.waiting_bytes > QUEUE_BYTES * 9 / 10, "{} bytes", front.waiting_bytes);
    }
}
