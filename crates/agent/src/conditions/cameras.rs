//! The streams as they are recorded: rate, size, pictures, keyframes. Seen at the seam to whatever sends.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use ashkar_media::{InitSegment, Output, Part};
use ashkar_terms::{CameraId, MediaTime, TICKS_PER_SECOND};
use parking_lot::Mutex;

use super::judge::Facts;
use super::reorder::is_reordered;
use crate::outlet::Outlet;

/// How much of a stream counts, ticks.
const WINDOW_TICKS: i64 = 60 * TICKS_PER_SECOND;
/// Parts that are remembered of one camera: a minute of parts of a tenth of a second.
const PARTS_MAX: usize = 600;
/// Pictures since the newest keyframe that are kept to be shown, bytes of each camera, and parts.
const NEWEST_BYTES_MAX: usize = 8 << 20;
const NEWEST_MAX: usize = 64;
/// Less of a stream tells nothing, ticks.
const LEAST_TICKS: i64 = 3 * TICKS_PER_SECOND;

/// The streams of all cameras.
#[derive(Debug, Default)]
pub(crate) struct Streams(Mutex<BTreeMap<CameraId, Stream>>);

/// The newest pictures of a stream that can be shown: from a keyframe on.
#[derive(Debug, Clone)]
pub(crate) struct Newest {
    pub(crate) init: Arc<InitSegment>,
    /// From a keyframe, or from where somebody was.
    pub(crate) parts: Vec<Part>,
    /// The first of them can be decoded without any before it.
    pub(crate) is_whole: bool,
}

#[derive(Debug, Default)]
struct Stream {
    init: Option<Arc<InitSegment>>,
    parts: VecDeque<Seen>,
    /// Since the newest keyframe.
    newest: Vec<Part>,
    newest_bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    start: MediaTime,
    ticks: i64,
    samples: i64,
    bytes: i64,
    is_independent: bool,
    is_reordered: bool,
}

impl Outlet for Streams {
    fn recorded(&self, camera: CameraId, output: &Output) {
        let mut streams = self.0.lock();
        let stream = streams.entry(camera).or_default();
        match output {
            Output::Init(init) => {
                // Another size, another stream.
                stream.clear();
                stream.init = Some(Arc::clone(init));
            }
            Output::Part(part) => stream.push(part),
            Output::Gap(_) => stream.clear(),
            _ => {}
        }
    }
}

impl Streams {
    /// What was seen of `camera` in its last minute without a gap; nothing in its first seconds.
    pub(crate) fn facts(&self, camera: CameraId) -> Option<Facts> {
        self.0.lock().get(&camera)?.facts()
    }

    /// What of `camera` comes after the part that begins at `after`, if that is still known; else from the newest
    /// keyframe on.
    pub(crate) fn newest(&self, camera: CameraId, after: Option<MediaTime>) -> Option<Newest> {
        let streams = self.0.lock();
        let stream = streams.get(&camera)?;
        let init = Arc::clone(stream.init.as_ref()?);
        let known = stream.newest.iter().position(|part| Some(part.start) == after);
        let keyframe = || stream.newest.iter().rposition(|part| part.independent);
        let from = known.map(|at| at + 1).or_else(keyframe)?;
        let parts: Vec<Part> = stream.newest.get(from..).unwrap_or_default().to_vec();
        let is_whole = known.is_none() && parts.first().is_some_and(|part| part.independent);
        // Somebody who was elsewhere gets nothing that cannot be decoded.
        (known.is_some() || is_whole).then_some(Newest { init, parts, is_whole })
    }
}

impl Stream {
    fn clear(&mut self) {
        self.parts.clear();
        self.newest.clear();
        self.newest_bytes = 0;
    }

    /// The one before a keyframe stays, for those who were there.
    fn push_newest(&mut self, part: &Part) {
        if part.independent {
            let before = self.newest.pop();
            self.newest = before.into_iter().collect();
            self.newest_bytes = self.newest.iter().map(|part| part.bytes.len()).sum();
        }
        self.newest_bytes = self.newest_bytes.saturating_add(part.bytes.len());
        if self.newest_bytes > NEWEST_BYTES_MAX || self.newest.len() >= NEWEST_MAX {
            self.newest.clear();
            self.newest_bytes = part.bytes.len();
        }
        self.newest.push(part.clone());
    }

    fn push(&mut self, part: &Part) {
        self.push_newest(part);
        self.parts.push_back(Seen {
            start: part.start,
            ticks: i64::from(part.duration),
            samples: i64::from(part.samples),
            bytes: i64::try_from(part.bytes.len()).unwrap_or(i64::MAX),
            is_independent: part.independent,
            is_reordered: is_reordered(&part.bytes),
        });
        while self.parts.len() > PARTS_MAX
            || self.parts.front().is_some_and(|first| part.start.0 - first.start.0 > WINDOW_TICKS)
        {
            self.parts.pop_front();
        }
    }

    fn facts(&self) -> Option<Facts> {
        let init = self.init.as_ref()?;
        let sum = |of: fn(&Seen) -> i64| self.parts.iter().map(of).fold(0, i64::saturating_add);
        let ticks = sum(|part| part.ticks);
        if ticks < LEAST_TICKS {
            return None;
        }
        let (first, last) = (self.parts.front()?, self.parts.back()?);
        let a_second = |count: i64| count.saturating_mul(TICKS_PER_SECOND) / ticks;
        Some(Facts {
            height: i64::from(init.height),
            frame_rate: a_second(sum(|part| part.samples).saturating_mul(1000)),
            keyframes_ms: self.keyframes_ms(first.start.0, last.start.0 + last.ticks),
            kbit: a_second(sum(|part| part.bytes).saturating_mul(8)) / 1000,
            is_h265: init.codecs.starts_with("hvc1") || init.codecs.starts_with("hev1"),
            is_reordered: self.parts.iter().any(|part| part.is_reordered),
            has_sound: init.codecs.contains("mp4a"),
        })
    }

    /// The longest distance, also to the ends of what was seen: a keyframe that never comes is far away.
    fn keyframes_ms(&self, from: i64, to: i64) -> Option<i64> {
        let mut keyframes = self.parts.iter().filter(|part| part.is_independent).map(|part| part.start.0);
        let first = keyframes.next();
        let (mut last, mut longest, mut seen) = (first?, first? - from, 1);
        for keyframe in keyframes {
            longest = longest.max(keyframe - last);
            (last, seen) = (keyframe, seen + 1);
        }
        longest = longest.max(to - last);
        (seen > 1).then_some(longest * 1000 / TICKS_PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use ashkar_media::Gap;
    use ashkar_terms::{Cause, Moment, UtcMicros};
    use bytes::Bytes;

    use super::*;

    const ID: CameraId = CameraId::new(7, 12, 1);

    fn part(at: i64, independent: bool) -> Output {
        let now = Moment { wall: UtcMicros(0), mono_us: 0 };
        Output::Part(Part {
            segment: 1,
            index: 0,
            start: MediaTime(at * 45_000),
            duration: 45_000,
            independent,
            init: [0; 8],
            discontinuity: false,
            camera_dts: 0,
            first_arrival: now,
            last_arrival: now,
            samples: 12,
            bytes: Bytes::from(vec![0; 50_000]),
        })
    }

    fn init(codecs: &str) -> Output {
        let (sha256, bytes) = ([0; 32], Bytes::new());
        let codecs = codecs.to_owned();
        Output::Init(Arc::new(InitSegment { sha256, bytes, codecs, width: 1280, height: 720 }))
    }

    #[test]
    fn the_newest_pictures_begin_with_a_keyframe_or_where_somebody_was() {
        let streams = Streams::default();
        let starts = |after: Option<i64>| {
            let found = streams.newest(ID, after.map(|at| MediaTime(at * 45_000)))?;
            Some((found.is_whole, found.parts.iter().map(|part| part.start.0 / 45_000).collect::<Vec<_>>()))
        };
        assert_eq!(starts(None), None);
        streams.recorded(ID, &init("avc1.64001f"));
        streams.recorded(ID, &part(0, false));
        assert_eq!(starts(None), None, "nothing before a keyframe");
        (1..6).for_each(|at| streams.recorded(ID, &part(at, at == 1)));
        assert_eq!(starts(None), Some((true, vec![1, 2, 3, 4, 5])));
        assert_eq!(starts(Some(3)), Some((false, vec![4, 5])));
        assert_eq!(starts(Some(5)), Some((false, vec![])));
        (6..8).for_each(|at| streams.recorded(ID, &part(at, at == 6)));
        assert_eq!(starts(Some(5)), Some((false, vec![6, 7])), "across a keyframe");
        assert_eq!(starts(Some(3)), Some((true, vec![6, 7])), "too far behind: from the keyframe");
        for at in 8..500 {
            streams.recorded(ID, &part(at, false));
        }
        assert!(streams.0.lock()[&ID].newest.len() <= NEWEST_MAX, "a keyframe that never comes");
    }

    #[test]
    fn a_minute_of_a_stream_is_summed_up() {
        let streams = Streams::default();
        streams.recorded(ID, &init("avc1.64001f,mp4a.40.2"));
        for at in 0..5 {
            streams.recorded(ID, &part(at, at == 0));
        }
        assert_eq!(streams.facts(ID), None, "two and a half seconds");
        for at in 5..300 {
            streams.recorded(ID, &part(at, at % 4 == 0));
        }
        let facts = streams.facts(ID).unwrap();
        let expected = Facts {
            height: 720,
            frame_rate: 24_000,
            keyframes_ms: Some(2000),
            kbit: 800,
            is_h265: false,
            is_reordered: false,
            has_sound: true,
        };
        assert_eq!(facts, expected);
        assert!(streams.0.lock()[&ID].parts.len() <= 121);
        // Another stream, of which there is no second keyframe yet.
        streams.recorded(ID, &init("hvc1.1.6.L93.B0"));
        for at in 300..320 {
            streams.recorded(ID, &part(at, at == 300));
        }
        let facts = streams.facts(ID).unwrap();
        assert_eq!((facts.is_h265, facts.keyframes_ms), (true, None));
        let gap = Gap { from: MediaTime(1), to: None, cause: Cause::Uplink, next_segment: 9 };
        streams.recorded(ID, &Output::Gap(gap));
        assert_eq!(streams.facts(ID), None, "nothing is told of before a gap");
    }
}
