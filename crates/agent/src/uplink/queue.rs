//! What was recorded, on its way from the recordings to the loop: a queue with a limit that never waits (I1).

use std::collections::{BTreeMap, VecDeque};

use ashkar_media::Output;
use ashkar_terms::CameraId;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::outlet::Outlet;

/// Recorded media that wait for the loop, bytes. It takes them within milliseconds; what does not fit is in the archive.
const QUEUE_BYTES_MAX: usize = 16 << 20;
/// Gaps, facts and the like that wait.
const QUEUE_ITEMS_MAX: usize = 4096;

/// One thing that was recorded.
#[derive(Debug)]
pub(super) enum Item {
    Output(Output),
    /// A segment that has ended, of which something did not fit: it is backlog.
    Left(u64),
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wakes: Notify,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<(CameraId, Item)>,
    bytes: usize,
    cameras: BTreeMap<CameraId, Newest>,
    /// The newest init segment of each camera: a sender that begins later needs it, too.
    inits: BTreeMap<CameraId, Output>,
}

/// The newest segment of a camera.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Newest {
    pub(super) segment: u64,
    pub(super) has_ended: bool,
    /// Something of it did not fit.
    is_left: bool,
}

impl Outlet for Queue {
    fn recorded(&self, camera: CameraId, output: &Output) {
        self.state.lock().push(camera, output);
        self.wakes.notify_one();
    }
}

impl Queue {
    /// Returns when something may wait.
    pub(super) async fn filled(&self) {
        self.wakes.notified().await;
    }

    /// Everything that waits.
    pub(super) fn take(&self) -> VecDeque<(CameraId, Item)> {
        let mut state = self.state.lock();
        state.bytes = 0;
        std::mem::take(&mut state.items)
    }

    /// The newest init segment of `camera` in this run, if there was one.
    pub(super) fn init(&self, camera: CameraId) -> Option<Output> {
        self.state.lock().inits.get(&camera).cloned()
    }

    /// The newest segment of `camera` in this run, if there was one.
    pub(super) fn newest(&self, camera: CameraId) -> Option<Newest> {
        self.state.lock().cameras.get(&camera).copied()
    }
}

impl State {
    fn push(&mut self, camera: CameraId, output: &Output) {
        let is_full = self.items.len() >= QUEUE_ITEMS_MAX;
        let left = match output {
            Output::Part(part) => {
                let fits = !is_full && self.bytes + part.bytes.len() <= QUEUE_BYTES_MAX;
                let newest = self.cameras.entry(camera).or_default();
                let before = (newest.segment != part.segment && newest.is_left && !newest.has_ended)
                    .then_some(newest.segment);
                if newest.segment != part.segment || part.index == 0 {
                    *newest = Newest { segment: part.segment, ..Newest::default() };
                }
                // A segment with a hole must not look whole: all that follows is left out, too.
                newest.is_left |= !fits;
                let is_left = newest.is_left;
                self.leave(camera, before);
                if is_left {
                    return;
                }
                self.bytes += part.bytes.len();
                None
            }
            Output::SegmentEnd(end) => {
                let newest = self.cameras.entry(camera).or_default();
                newest.has_ended = true;
                (newest.is_left || is_full).then_some(end.segment)
            }
            Output::Init(_) => {
                self.inits.insert(camera, output.clone());
                None
            }
            Output::Gap(_) => {
                // A segment that was being recorded is over: the archive took no more of it.
                let cut = self.cameras.get_mut(&camera).filter(|newest| !newest.has_ended);
                let left = cut.and_then(|newest| {
                    newest.has_ended = true;
                    newest.is_left.then_some(newest.segment)
                });
                self.leave(camera, left);
                if is_full {
                    return;
                }
                None
            }
            Output::Fact(_) if is_full => return,
            Output::Fact(_) => None,
        };
        match left {
            Some(segment) => self.leave(camera, Some(segment)),
            None => self.items.push_back((camera, Item::Output(output.clone()))),
        }
    }

    /// A number takes no room to speak of; one comes every few seconds.
    fn leave(&mut self, camera: CameraId, segment: Option<u64>) {
        self.items.extend(segment.map(|segment| (camera, Item::Left(segment))));
    }
}

#[cfg(test)]
mod tests {
    use ashkar_media::{Gap, Part, SegmentEnd};
    use ashkar_terms::{Cause, MediaTime, Moment, UtcMicros};
    use bytes::Bytes;

    use super::*;

    const CAMERA: CameraId = CameraId::new(7, 12, 1);
    const NOW: Moment = Moment { wall: UtcMicros(0), mono_us: 0 };

    fn part(segment: u64, index: u16, bytes: usize) -> Output {
        Output::Part(Part {
            segment,
            index,
            independent: index == 0,
            discontinuity: false,
            start: MediaTime(0),
            duration: 1,
            samples: 1,
            init: [0; 8],
            camera_dts: 0,
            first_arrival: NOW,
            last_arrival: NOW,
            bytes: Bytes::from(vec![0; bytes]),
        })
    }

    fn end(segment: u64) -> Output {
        Output::SegmentEnd(SegmentEnd {
            segment,
            parts: 2,
            start: MediaTime(0),
            duration: 2,
            byte_length: 2,
            sha256: [0; 32],
            init_sha256: [0; 32],
            last_arrival: NOW,
        })
    }

    fn taken(queue: &Queue) -> Vec<String> {
        let name = |item| match item {
            Item::Output(Output::Part(part)) => format!("{}.{}", part.segment, part.index),
            Item::Output(Output::SegmentEnd(end)) => format!("{}.end", end.segment),
            Item::Output(_) => "other".to_owned(),
            Item::Left(segment) => format!("left {segment}"),
        };
        queue.take().into_iter().map(|(_, item)| name(item)).collect()
    }

    #[test]
    fn a_segment_with_a_hole_is_left_to_the_backlog_as_a_whole() {
        let queue = Queue::default();
        for output in [part(1, 0, 9), part(1, 1, QUEUE_BYTES_MAX), part(1, 2, 9), end(1), part(2, 0, 9)] {
            queue.recorded(CAMERA, &output);
        }
        assert_eq!(taken(&queue), ["1.0", "left 1", "2.0"]);
        // Without its end: the next one's beginning tells.
        for output in [part(3, 0, QUEUE_BYTES_MAX + 1), part(4, 0, 9), end(4)] {
            queue.recorded(CAMERA, &output);
        }
        assert_eq!(taken(&queue), ["left 3", "4.0", "4.end"]);
        let newest = queue.newest(CAMERA).unwrap();
        assert_eq!((newest.segment, newest.has_ended), (4, true));
        // The archive took no more of it: a gap tells, perhaps long before the next part.
        let gap = Gap { from: MediaTime(0), to: None, cause: Cause::Disk, next_segment: 70 };
        for output in [part(5, 0, QUEUE_BYTES_MAX + 1), Output::Gap(gap)] {
            queue.recorded(CAMERA, &output);
        }
        assert_eq!(taken(&queue), ["left 5", "other"]);
        let newest = queue.newest(CAMERA).unwrap();
        assert_eq!((newest.segment, newest.has_ended), (5, true));
    }
}
