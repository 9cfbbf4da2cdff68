//! The queue in which sound waits for its part, and in which its timestamps are smoothed.

use ashkar_terms::{MediaTime, TICKS_PER_SECOND};
use bytes::Bytes;

use crate::cmaf::{Dependence, Run, Sample};
use crate::codec::aac::MAX_FRAME_BYTES;

/// Most AAC frames that wait for their part: six seconds at 48 kHz are 282.
const MAX_WAITING: usize = 512;
/// If timestamps and the sum of frame lengths differ by more than this, the timestamps win: 50 ms in ticks.
const LARGEST_OFFSET_TICKS: f64 = TICKS_PER_SECOND as f64 / 20.0;

/// AAC frames on their way into parts, each placed exactly behind the one before.
///
/// A frame's length is its samples divided by their rate, not the difference of two timestamps: millisecond timestamps
/// would leave cracks. If timestamps and lengths diverge by more than 50 ms, the frame before is stretched, or frames
/// are dropped, until the time is right again.
#[derive(Debug, Default)]
pub(super) struct SoundQueue {
    waiting: Vec<Sample>,
    /// Start of the first waiting frame.
    start: i64,
    /// End of the last frame, including the fraction.
    end: Option<f64>,
    taken: usize,
    taken_start: i64,
}

impl SoundQueue {
    /// Adds a frame that lasts `length` ticks and belongs at `time`, if the camera's clock can place it. False if it
    /// was dropped.
    pub(super) fn push(&mut self, data: Bytes, time: Option<MediaTime>, length: f64) -> bool {
        if self.waiting.len() >= MAX_WAITING || data.is_empty() || data.len() > MAX_FRAME_BYTES {
            return false;
        }
        let Some(wanted) = time.map(|time| time.0 as f64).or(self.end) else { return false };
        let begin = match self.end {
            None => wanted,
            Some(end) if wanted - end > LARGEST_OFFSET_TICKS => {
                self.stretch_last(end, wanted);
                wanted
            }
            Some(end) if end - wanted > LARGEST_OFFSET_TICKS => return false,
            Some(end) => end,
        };
        // With the centre's clock at the epoch, sound ahead of the first picture would be before the epoch.
        let duration = (begin + length).round() as i64 - begin.round() as i64;
        if begin < 0.0 || duration <= 0 {
            return false;
        }
        if self.waiting.is_empty() {
            self.start = begin.round() as i64;
        }
        self.end = Some(begin + length);
        self.waiting.push(Sample::new(data, duration, 0, Dependence::Sync));
        true
    }

    /// The frames that begin before `end`, for the part that ends there. [`Self::clear_taken`] must follow.
    pub(super) fn take_until(&mut self, end: MediaTime) -> Option<Run<'_>> {
        let mut at = self.start;
        let mut count = 0;
        for sample in &self.waiting {
            if at >= end.0 {
                break;
            }
            at += i64::from(sample.duration());
            count += 1;
        }
        (self.taken, self.taken_start, self.start) = (count, self.start, at);
        let samples = self.waiting.get(..count).filter(|samples| !samples.is_empty())?;
        Some(Run { start: self.taken_start, samples })
    }

    pub(super) fn clear_taken(&mut self) {
        self.waiting.drain(..self.taken.min(self.waiting.len()));
        self.taken = 0;
    }

    /// Discards waiting frames: the picture to which they belong does not come.
    pub(super) fn reset(&mut self) {
        *self = Self { waiting: std::mem::take(&mut self.waiting), ..Self::default() };
        self.waiting.clear();
    }

    fn stretch_last(&mut self, end: f64, to: f64) {
        if let Some(last) = self.waiting.last_mut() {
            last.stretch(to.round() as i64 - end.round() as i64);
        }
    }
}
