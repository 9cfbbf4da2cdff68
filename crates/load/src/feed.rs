//! Many cameras handed to recordings in this process, from one thread: no socket between.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ashkar_ingest::{End, MediaSink};
use ashkar_media::{AccessUnit, MediaEvent, VideoConfig};
use ashkar_terms::{Cause, Clock, MediaTime, Moment, TICKS_PER_SECOND};

use crate::{LoadError, Source};

/// One wake-up serves all cameras whose pictures are due.
const TICK: Duration = Duration::from_millis(10);
/// Pictures that are older than this are left out: this thread was held up. 90 kHz ticks.
const BEHIND_TICKS: i64 = 5 * TICKS_PER_SECOND;

/// A camera, and who takes its pictures.
pub struct Feed<S> {
    /// Its pictures.
    pub source: S,
    /// Its recording.
    pub sink: Box<dyn MediaSink>,
}

impl<S: Source> std::fmt::Debug for Feed<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed").field("camera", &self.source.id()).finish_non_exhaustive()
    }
}

/// Counters of the cameras.
#[derive(Debug, Default)]
struct Counters {
    pictures: AtomicU64,
    behind: AtomicU64,
}

/// Cameras that are fed from a thread of their own until they are stopped.
#[derive(Debug)]
pub struct Feeds {
    stop: Arc<AtomicBool>,
    counters: Arc<Counters>,
    thread: Option<JoinHandle<()>>,
}

impl Feeds {
    /// Begins with each camera's next keyframe. `clock` is the one of those who take the pictures.
    ///
    /// # Errors
    /// [`LoadError::Start`] if the system gives no thread.
    pub fn start<S: Source>(
        feeds: Vec<Feed<S>>,
        config: VideoConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, LoadError> {
        let (stop, counters) = (Arc::new(AtomicBool::new(false)), Arc::new(Counters::default()));
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&counters));
        let run = move || run(feeds, &config, &*clock, &stopped, &counted);
        let thread = thread::Builder::new().name("load-feeds".into()).spawn(run).map_err(LoadError::Start)?;
        Ok(Self { stop, counters, thread: Some(thread) })
    }

    /// Pictures handed over.
    pub fn pictures(&self) -> u64 {
        self.counters.pictures.load(Ordering::Relaxed)
    }

    /// Pictures left out because this thread was late.
    pub fn behind(&self) -> u64 {
        self.counters.behind.load(Ordering::Relaxed)
    }

    /// Ends all of them like a camera that is switched off, and waits for the thread.
    pub fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // The thread ends by itself; had it panicked, what it fed is not recorded any more, and told so.
            let _ = thread.join();
        }
    }
}

impl Drop for Feeds {
    fn drop(&mut self) {
        self.end();
    }
}

/// A camera at work.
struct Fed<S> {
    source: S,
    sink: Box<dyn MediaSink>,
    /// Its next picture, once it has begun.
    next: Option<i64>,
    due: MediaTime,
}

fn run<S: Source>(
    feeds: Vec<Feed<S>>,
    config: &VideoConfig,
    clock: &dyn Clock,
    stop: &AtomicBool,
    counters: &Counters,
) {
    let mut all: Vec<Fed<S>> = feeds
        .into_iter()
        .map(|Feed { source, sink }| Fed { source, sink, next: None, due: MediaTime(0) })
        .collect();
    while !stop.load(Ordering::Relaxed) {
        let now = clock.now();
        all.iter_mut().for_each(|fed| fed.serve(config, now, counters));
        thread::sleep(TICK);
    }
    let now = clock.now();
    for fed in all {
        fed.sink.end(End::new(Cause::Source, "switched off"), now);
    }
}

impl<S: Source> Fed<S> {
    fn serve(&mut self, config: &VideoConfig, now: Moment, counters: &Counters) {
        let time = MediaTime::from_utc(now.wall);
        if time < self.due {
            // A wall clock that stepped back stops no camera.
            if self.due.0 - time.0 > BEHIND_TICKS {
                self.go_to_keyframe(time);
            }
            return;
        }
        let Some(next) = self.next else {
            self.sink.media(MediaEvent::VideoConfig(config.clone()), now);
            return self.go_to_keyframe(time);
        };
        if time.0 - self.due.0 > BEHIND_TICKS {
            self.go_to_keyframe(time);
            let left_out = self.next.map_or(0, |reached| reached.saturating_sub(next));
            counters.behind.fetch_add(u64::try_from(left_out).unwrap_or(0), Ordering::Relaxed);
            return;
        }
        let mut frame = next;
        while self.source.time_of(frame) <= time {
            self.hand_over(frame, now);
            counters.pictures.fetch_add(1, Ordering::Relaxed);
            frame += 1;
        }
        (self.next, self.due) = (Some(frame), self.source.time_of(frame));
    }

    fn hand_over(&mut self, frame: i64, now: Moment) {
        let shared = self.source.access_unit(frame);
        let unit = AccessUnit {
            data: shared.to_bytes(),
            camera_dts: self.source.time_of(frame).0,
            composition_offset: 0,
            keyframe: shared.keyframe,
            arrival: now,
        };
        self.sink.received(now);
        self.sink.media(MediaEvent::Video(unit), now);
    }

    fn go_to_keyframe(&mut self, time: MediaTime) {
        let mut frame = self.source.frame_from(time);
        while !self.source.is_keyframe(frame) {
            frame += 1;
        }
        (self.next, self.due) = (Some(frame), self.source.time_of(frame));
    }
}

#[cfg(test)]
mod tests {
    use ashkar_media::VideoCodec;
    use ashkar_terms::{CameraId, UtcMicros};
    use bytes::Bytes;
    use parking_lot::Mutex;

    use super::*;
    use crate::SharedAccessUnit;

    /// Ten pictures a second, a keyframe every two seconds.
    #[derive(Debug)]
    struct Ticking;

    impl Source for Ticking {
        fn id(&self) -> CameraId {
            CameraId::new(7, 12, 1)
        }

        fn frame_from(&self, at: MediaTime) -> i64 {
            (at.0 + 8999).div_euclid(9000)
        }

        fn time_of(&self, frame: i64) -> MediaTime {
            MediaTime(frame * 9000)
        }

        fn is_keyframe(&self, frame: i64) -> bool {
            frame.rem_euclid(20) == 0
        }

        fn access_unit(&mut self, frame: i64) -> SharedAccessUnit {
            let mut unit = SharedAccessUnit::new(self.is_keyframe(frame));
            unit.push(Bytes::from(frame.to_string()));
            unit
        }
    }

    /// What came, in words.
    #[derive(Clone, Default)]
    struct Taken(Arc<Mutex<Vec<String>>>);

    impl MediaSink for Taken {
        fn media(&mut self, event: MediaEvent, _now: Moment) {
            let word = match event {
                MediaEvent::Video(unit) => String::from_utf8(unit.data.to_vec()).unwrap(),
                _ => "config".to_owned(),
            };
            self.0.lock().push(word);
        }

        fn wants_audio(&self) -> bool {
            false
        }

        fn superseded(&self) -> bool {
            false
        }

        fn end(self: Box<Self>, _end: End, _now: Moment) {}
    }

    #[test]
    fn pictures_come_once_and_begin_with_a_keyframe() {
        let taken = Taken::default();
        let mut fed = Fed { source: Ticking, sink: Box::new(taken.clone()), next: None, due: MediaTime(0) };
        let config = VideoConfig { codec: VideoCodec::H264, record: Bytes::new() };
        let counters = Counters::default();
        let mut at = |ms: i64| {
            let mono_us = ms.unsigned_abs() * 1000;
            fed.serve(&config, Moment { wall: UtcMicros(ms * 1000), mono_us }, &counters);
            std::mem::take(&mut *taken.0.lock()).join(" ")
        };
        let told = [100_050, 101_900, 102_000, 102_090, 102_350, 102_350].map(&mut at);
        assert_eq!(told, ["config", "", "1020", "", "1021 1022 1023", ""]);
        // This thread was held up for a minute; then the wall clock stepped back by one.
        let told = [162_010, 163_990, 164_000, 104_000, 104_100].map(at);
        assert_eq!(told, ["", "", "1640", "", "1040 1041"]);
        assert_eq!(counters.pictures.load(Ordering::Relaxed), 7);
        assert_eq!(counters.behind.load(Ordering::Relaxed), 1640 - 1024);
    }
}
