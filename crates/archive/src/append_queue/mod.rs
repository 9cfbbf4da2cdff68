//! The side of the archive that callers of `append` meet: the required order, refusals and their reasons, and the queue
//! to the writer. Pure: neither I/O nor clock, so a caller never waits for the disk (I1).

mod order;
mod past;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use ashkar_media::{Fact, Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Span};

use crate::error::Refused;
use crate::format::state::CameraState;
use crate::options::WAKE_BYTES;
use crate::planted::{Planted, is_planted};
use crate::recover::Uncertain;
use order::{QueuedCamera, Waiting};

/// Bytes of memory for which an entry of the queue counts, besides its media bytes.
const ENTRY_BYTES: usize = 512;

/// Where a camera continues after a restart or a reconnection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resumed {
    /// First free media sequence number.
    pub next_segment: u64,
    /// End of the recording: of the last media or closed gap, or the beginning of the open one.
    pub timeline_end: MediaTime,
    /// Cause of the missing media since `timeline_end`, if it was declared.
    pub open_gap: Option<Cause>,
    /// SHA-256 of the last init segment.
    pub init_sha256: Option<[u8; 32]>,
}

/// An entry for the writer, in the order in which it was appended.
#[derive(Debug)]
pub(crate) enum Entry {
    Init(CameraId, Arc<InitSegment>),
    Part {
        camera: CameraId,
        part: Part,
        after_hole: bool,
    },
    End(CameraId, SegmentEnd),
    /// The segment gets no more parts and no end from the packager.
    Interrupted(CameraId, u64),
    PastInit(CameraId, Arc<InitSegment>),
    PastPart(CameraId, Part),
    PastEnd(CameraId, SegmentEnd),
    /// A gap, and whether its media may still arrive.
    Gap(CameraId, Gap, bool),
    Fact(CameraId, Fact),
}

/// All waiting entries, as taken by the writer.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) entries: VecDeque<Entry>,
    /// Number and bytes of the entries that are not durable: these, and those that were taken before.
    pub(crate) undurable_entries: u64,
    pub(crate) undurable_bytes: usize,
    /// Only the reserve is left on the disk.
    pub(crate) full: bool,
    /// The queue is closed: nothing follows.
    pub(crate) closing: bool,
}

/// The basis on which the writer decides when to take the queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demand {
    pub(crate) is_empty: bool,
    pub(crate) waiting_bytes: usize,
    pub(crate) flush_wanted: bool,
    pub(crate) closing: bool,
}

/// Everything behind the one short lock of `append`.
#[derive(Default)]
pub(crate) struct AppendQueue {
    cameras: BTreeMap<CameraId, QueuedCamera>,
    /// Those that are recorded at their stations too.
    pub(crate) recorded_at_station: BTreeSet<CameraId>,
    pub(crate) entries: VecDeque<Entry>,
    /// Bytes that are not durable: in the queue, or taken from it by the writer.
    pub(crate) waiting_bytes: usize,
    pub(crate) queue_limit: usize,
    /// Bytes of the past, of all cameras, that are not durable.
    past_waiting: Waiting,
    /// Number of times that the writer has taken the queue, and the first of these turns that is not durable.
    turn: u64,
    undurable: u64,
    /// When the oldest entry of the queue was appended, microseconds of the monotonic clock.
    pub(crate) queued_since: Option<u64>,
    /// The same for entries that the writer has taken and not yet made durable.
    pub(crate) taken_since: Option<u64>,
    /// Entries appended, and entries durable, since the start.
    pub(crate) appended: u64,
    pub(crate) durable: u64,
    /// Failed writes and syncs since the start.
    pub(crate) failures: u64,
    pub(crate) refused: u64,
    /// The gap that the archive itself declared, or ended, with the last output that was appended.
    pub(crate) declared: Option<Gap>,
    /// First number of a camera that is not known.
    pub(crate) first_segment: u64,
    /// Only the reserve is left, according to the file system.
    pub(crate) low_space: bool,
    /// A write was refused for lack of room, and none has succeeded since.
    pub(crate) no_space: bool,
    /// Writing failed, and has not succeeded since.
    pub(crate) failing: bool,
    /// The archive's directory is not where it was.
    pub(crate) unreachable: bool,
    pub(crate) flush_wanted: bool,
    pub(crate) closing: bool,
    pub(crate) closed: bool,
}

impl AppendQueue {
    pub(crate) fn new(queue_limit: usize) -> Self {
        Self { queue_limit, ..Self::default() }
    }

    /// Continues from the recorded state of `camera`.
    pub(crate) fn adopt(&mut self, camera: CameraId, state: &CameraState) {
        let own = self.cameras.entry(camera).or_default();
        own.next_segment = state.next_segment.saturating_sub(u64::from(is_planted(Planted::ReuseNumber)));
        own.timeline_end = state.timeline_end;
        own.open_gap = state.open_gap.map(|(_, cause)| cause);
        own.init_sha256 = state.init_sha256;
    }

    /// A segment without an end gets one from its recorded parts. It must not get one if more of it may turn up at a
    /// later start: that end would be wrong.
    pub(crate) fn end_interrupted(&mut self, camera: CameraId, state: &CameraState) {
        if let Some((segment, _)) = state.open_segment {
            self.push(Entry::Interrupted(camera, segment), 0);
        }
    }

    /// Declares as used the numbers that unreadable records may have, and as missing the time since the last readable
    /// record. A crash before this is durable does no harm: the next start declares it again.
    pub(crate) fn pass_over(&mut self, uncertain: &Uncertain) {
        self.first_segment = uncertain.unknown_camera;
        for (camera, first) in &uncertain.cameras {
            let own = self.cameras.entry(*camera).or_default();
            own.next_segment = own.next_segment.max(*first);
            let Some(from) = own.timeline_end else { continue };
            let cause = *own.open_gap.get_or_insert(Cause::Centre);
            let gap = Gap { from, to: None, cause, next_segment: own.next_segment };
            // What was lost here had been called durable: nobody keeps it any more.
            self.push(Entry::Gap(*camera, gap, false), 0);
        }
    }

    /// Declares a gap that was over before the last record of `camera`, which continues where it was.
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
        self.push(Entry::Gap(camera, Gap { from, to, cause, next_segment }, false), 0);
        Ok(())
    }

    /// Declares a gap of which the station may have a recording: if something recorded there, and the cause lies behind it.
    fn push_live_gap(&mut self, camera: CameraId, gap: Gap) {
        let is_behind_station =
            matches!(gap.cause, Cause::Unknown | Cause::Uplink | Cause::Disk | Cause::Centre);
        let may_still_arrive = is_behind_station && self.recorded_at_station.contains(&camera);
        self.push(Entry::Gap(camera, gap, may_still_arrive), 0);
    }

    pub(crate) fn demand(&self) -> Demand {
        Demand {
            is_empty: self.entries.is_empty(),
            waiting_bytes: self.waiting_bytes,
            flush_wanted: self.flush_wanted,
            closing: self.closing,
        }
    }

    /// All waiting entries, for the writer, which reports when everything that it has taken is durable.
    pub(crate) fn take(&mut self) -> Batch {
        self.turn += 1;
        self.taken_since = self.taken_since.or(self.queued_since);
        self.queued_since = None;
        self.flush_wanted = false;
        Batch {
            entries: std::mem::take(&mut self.entries),
            undurable_entries: self.appended - self.durable,
            undurable_bytes: self.waiting_bytes,
            full: self.is_full(),
            closing: self.closing,
        }
    }

    /// The taken entries are not durable and are tried again; `full` if there was no room for them.
    pub(crate) fn failed(&mut self, full: bool) {
        self.failures += 1;
        self.no_space = full;
        self.failing = !full;
    }

    /// All taken entries are durable: their number and bytes.
    pub(crate) fn is_durable(&mut self, entries: u64, bytes: usize) {
        assert!(bytes <= self.waiting_bytes, "{bytes} bytes are durable, and {} waited", self.waiting_bytes);
        self.undurable = self.turn;
        self.durable += entries;
        self.waiting_bytes -= bytes;
        self.taken_since = None;
        self.failing = false;
        self.no_space = false;
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

    /// Appends an output of the packager, or returns why it is refused; and whether the writer must be woken. A refusal
    /// leaves a gap to be written, so it may wake the writer too.
    pub(crate) fn append(&mut self, camera: CameraId, output: &Output) -> (Result<(), Refused>, bool) {
        self.append_by(|queue| match output {
            Output::Init(init) => queue.append_init(camera, init),
            Output::Part(part) => queue.append_part(camera, part),
            Output::SegmentEnd(end) => queue.append_end(camera, end),
            Output::Gap(gap) => queue.append_gap(camera, gap),
            Output::Fact(fact) => queue.append_fact(camera, fact),
        })
    }

    fn append_by(
        &mut self,
        append: impl FnOnce(&mut Self) -> Result<(), Refused>,
    ) -> (Result<(), Refused>, bool) {
        self.declared = None;
        if self.closing {
            return (Err(Refused::Closed), false);
        }
        let (was_empty, before) = (self.entries.is_empty(), self.waiting_bytes);
        let result = append(self);
        self.refused += u64::from(result.is_err());
        let crossed = before < WAKE_BYTES && self.waiting_bytes >= WAKE_BYTES;
        let wake = !self.entries.is_empty() && (was_empty || crossed);
        (result, wake)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.low_space || self.no_space
    }

    fn push(&mut self, entry: Entry, bytes: usize) {
        self.entries.push_back(entry);
        self.waiting_bytes += bytes + ENTRY_BYTES;
        self.appended += 1;
    }
}
