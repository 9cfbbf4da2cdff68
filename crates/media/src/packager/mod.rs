//! The engine of one camera: access units in, parts, segments, gaps and facts out.

mod even_parts;
mod facts;
mod gaps;
mod parameters;
mod pictures;
mod random_access;
mod segmenter;
mod sound;
mod unusable;

use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use bytes::BytesMut;

use crate::assembly::Framing;
use crate::timeline::{Timeline, WallClock};
use crate::{
    AccessUnit, AudioConfig, AudioFrame, AudioParameters, Counters, FactKind, MediaEvent, Options, Output,
    PAST_SEGMENTS_FROM, Resume, VideoConfig,
};
pub(crate) use facts::Facts;
pub(crate) use gaps::{REFILL_TICKS, silent_ticks};
use parameters::Parameters;
use random_access::RandomAccessPolicy;
use segmenter::{Picture, Segmenter};
pub use unusable::Unusable;

/// Facts that could repeat for ever are reported at most once per this many microseconds.
const REPORT_INTERVAL_US: u64 = 60_000_000;
/// Upper bound of every timeline, 2^53: ticks must fit a JavaScript number.
const LAST_TICK: i64 = 1 << 53;
/// Upper bound of the media sequence number from which a camera resumes. At two seconds a segment it is reached in 280
/// million years, so adding to it never overflows.
const LAST_SEGMENT: u64 = PAST_SEGMENTS_FROM;

/// Turns the stream of one camera into CMAF.
///
/// Pure and deterministic: the same calls give the same outputs. Calls must be in order of arrival; each one appends to
/// `out`. No input from the camera makes it panic, end, or grow beyond its [`Options`].
///
/// ```
/// use ashkar_media::{Options, Packager, Resume};
/// use ashkar_terms::{CameraId, Moment, UtcMicros};
///
/// let mut packager = Packager::new(CameraId::new(7, 12, 1), Resume::default(), Options::default());
/// let mut out = Vec::new();
/// let at = Moment { wall: UtcMicros(1_700_000_000_000_000), mono_us: 0 };
/// packager.connected("rtmp 10.1.2.3:50123".to_owned(), at, &mut out);
/// assert!(packager.is_connected());
/// assert_eq!(out.len(), 1, "one fact");
/// ```
#[derive(Debug)]
pub struct Packager {
    camera: CameraId,
    options: Options,
    segmenter: Segmenter,
    parameters: Parameters,
    audio: Audio,
    facts: Facts,
    counters: Counters,
    wall: WallClock,
    connected: bool,
    /// Of this connection; made at its first keyframe.
    timeline: Option<Timeline>,
    /// The last picture. Its duration is known only when the next one arrives.
    pending: Option<Picture>,
    /// End of the last picture that was output.
    end: Option<MediaTime>,
    gap: Option<OpenGap>,
    /// Cause of the gap that was open before the restart.
    resumed_gap: Option<Cause>,
    /// What was recorded before the restart has the times of another clock.
    resumes_other_clock: bool,
    rhythm: Rhythm,
    framing: Framing,
    random_access: RandomAccessPolicy,
    ahead_of_picture: BytesMut,
    /// Camera time of the last picture that was dropped: its further pieces are dropped too.
    dropped_dts: Option<i64>,
    waiting_dropped: u32,
    /// Pictures came faster than real time; the stream resumes at the next keyframe that fits.
    too_fast: bool,
    /// What was wrong with everything that arrived since the last picture.
    unusable: Unusable,
    connected_at: Option<Moment>,
    last_picture: Option<Moment>,
    last_arrival: Option<Moment>,
    /// Since when data arrive without a long pause.
    arriving_since: Option<Moment>,
    resumed_init: Option<[u8; 32]>,
    drift: Report<i32>,
    waiting: Report<()>,
}

#[derive(Debug, Clone, Copy)]
struct OpenGap {
    from: MediaTime,
    cause: Cause,
}

/// Sound of this connection.
#[derive(Debug, Default)]
struct Audio {
    parameters: Option<AudioParameters>,
    changed: bool,
    drop_reported: bool,
}

/// The rhythm of keyframes.
#[derive(Debug, Clone, Copy, Default)]
struct Rhythm {
    last: Option<MediaTime>,
    distance: Option<i64>,
}

/// `at`, clamped to a range in which no sum of times overflows: from the epoch to [`LAST_TICK`], which is in the year
/// 5138, and as many microseconds of the monotonic clock, which are 285 years. No working clock leaves it.
pub(crate) fn in_range(at: Moment) -> Moment {
    let last = MediaTime(LAST_TICK).to_utc();
    Moment { wall: at.wall.clamp(UtcMicros(0), last), mono_us: at.mono_us.min(LAST_TICK.unsigned_abs()) }
}

/// The last report, and its time.
#[derive(Debug, Clone, Copy, Default)]
struct Report<T> {
    value: T,
    at_us: Option<u64>,
}

impl<T> Report<T> {
    fn due(&self, now: Moment) -> bool {
        self.at_us.is_none_or(|at| now.mono_us.saturating_sub(at) >= REPORT_INTERVAL_US)
    }
}

impl Packager {
    /// A packager that continues from `resume`.
    ///
    /// # Panics
    /// If `options` contradict each other: see [`Options`].
    pub fn new(camera: CameraId, resume: Resume, options: Options) -> Self {
        options.check();
        // An archive with larger values is no recording of ours.
        let end = resume.timeline_end.map(|end| end.clamp(MediaTime(0), MediaTime(LAST_TICK)));
        let next_segment = resume.next_segment.min(LAST_SEGMENT);
        Self {
            camera,
            options,
            segmenter: Segmenter::new(options, next_segment),
            parameters: Parameters::default(),
            audio: Audio::default(),
            facts: Facts::new(),
            counters: Counters::default(),
            wall: WallClock::default(),
            connected: false,
            timeline: None,
            pending: None,
            end,
            gap: None,
            resumed_gap: resume.open_gap,
            resumes_other_clock: resume.is_by_other_clock,
            rhythm: Rhythm::default(),
            framing: Framing::default(),
            random_access: RandomAccessPolicy::default(),
            ahead_of_picture: BytesMut::new(),
            dropped_dts: None,
            waiting_dropped: 0,
            too_fast: false,
            unusable: Unusable::default(),
            connected_at: None,
            last_picture: None,
            last_arrival: None,
            arriving_since: None,
            resumed_init: resume.init_sha256,
            drift: Report::default(),
            waiting: Report::default(),
        }
    }

    /// A publisher or a pulled camera begins to send. `source` names protocol and peer, never a key. A connection that
    /// was still open is treated as lost.
    pub fn connected(&mut self, source: String, at: Moment, out: &mut Vec<Output>) {
        let at = in_range(at);
        if self.connected {
            self.disconnected(Cause::Unknown, "replaced by another connection".to_owned(), at, out);
        }
        self.observe_wall_clock(at, out);
        self.connected = true;
        (self.connected_at, self.arriving_since, self.unusable) = (Some(at), None, Unusable::default());
        self.parameters = Parameters::default();
        self.framing = Framing::default();
        self.audio = Audio::default();
        self.open_gap(Cause::Centre, out);
        self.report(FactKind::Connected { source }, at, out);
    }

    /// An event of the connection, handed on at `now`. Parameters come into use at the next keyframe; unusable data are
    /// reported as a fact and dropped alone (I3).
    pub fn take(&mut self, event: MediaEvent, now: Moment, out: &mut Vec<Output>) {
        let now = in_range(now);
        match event {
            MediaEvent::Video(unit) => {
                let arrival = in_range(unit.arrival);
                self.video(AccessUnit { arrival, ..unit }, out);
            }
            MediaEvent::Audio(frame) => {
                let arrival = in_range(frame.arrival);
                self.audio(AudioFrame { arrival, ..frame }, out);
            }
            MediaEvent::VideoConfig(config) => self.video_config(&config, now, out),
            MediaEvent::AudioConfig(config) => self.audio_config(&config, now, out),
            MediaEvent::SoundRefused { codec } => self.sound_refused(&codec, now, out),
            MediaEvent::Refused { reason, camera_dts } => {
                self.note_arrival(now);
                self.refuse(reason, camera_dts, now, out);
            }
        }
    }

    /// Parameter sets from the protocol; if they are unusable, the valid ones before stay in use.
    fn video_config(&mut self, config: &VideoConfig, at: Moment, out: &mut Vec<Output>) {
        self.note_arrival(at);
        self.framing.announced(config);
        match self.parameters.offer(config) {
            Ok(None) => {}
            Ok(Some(row)) => self.hold_for_picture(&row, None, at, out),
            Err(error) => self.parameters_refused(error.to_string(), at, out),
        }
    }

    /// AAC parameters. With sound off, this only notes that sound is dropped.
    fn audio_config(&mut self, config: &AudioConfig, at: Moment, out: &mut Vec<Output>) {
        match AudioParameters::parse(config) {
            Ok(parameters) if self.options.sound => {
                self.audio.changed |= self.audio.parameters.as_ref() != Some(&parameters);
                self.audio.parameters = Some(parameters);
            }
            Ok(parameters) => self.sound_refused(&parameters.codecs, at, out),
            Err(error) if self.options.sound => {
                self.report(FactKind::ParametersRefused { reason: error.to_string() }, at, out);
            }
            Err(_) => self.sound_refused("mp4a.40", at, out),
        }
    }

    /// Sound that cannot be passed through arrived, such as G.711. One fact per connection.
    fn sound_refused(&mut self, codec: &str, at: Moment, out: &mut Vec<Output>) {
        self.counters.sound_dropped += 1;
        self.unusable.sound();
        if !std::mem::replace(&mut self.audio.drop_reported, true) {
            self.report(FactKind::SoundDropped { codec: codec.to_owned() }, at, out);
        }
    }

    /// The policy on sound changed. Off takes effect at once; the sound track is removed or added at the next keyframe.
    pub fn set_sound(&mut self, sound: bool) {
        if std::mem::replace(&mut self.options.sound, sound) == sound {
            return;
        }
        self.audio = Audio { parameters: None, changed: true, drop_reported: false };
        self.segmenter.sound.reset();
    }

    /// One piece: a picture, several, a part of one, or NAL units that belong to one.
    fn video(&mut self, unit: AccessUnit, out: &mut Vec<Output>) {
        let at = unit.arrival;
        self.observe_wall_clock(at, out);
        self.note_arrival(at);
        let camera_dts = unit.camera_dts;
        if let Err(reason) = self.pieces(unit, out) {
            self.dropped_dts = Some(camera_dts);
            self.refuse(reason, Some(camera_dts), at, out);
        }
    }

    /// One AAC frame. It is dropped with sound off, and before the first picture.
    fn audio(&mut self, frame: AudioFrame, out: &mut Vec<Output>) {
        self.note_arrival(frame.arrival);
        self.unusable.sound();
        if !self.options.sound {
            return self.sound_refused("mp4a.40", frame.arrival, out);
        }
        let (Some(timeline), Some(parameters), None) = (&self.timeline, &self.audio.parameters, self.gap)
        else {
            self.counters.sound_dropped += 1;
            return;
        };
        let time = timeline.near(frame.camera_dts);
        if !self.segmenter.sound.push(frame.data, time, parameters.frame_ticks()) {
            self.counters.sound_dropped += 1;
        }
    }

    /// Bytes arrived on the connection at `at`, whatever they were: the line works.
    pub fn received(&mut self, at: Moment) {
        let at = in_range(at);
        if self.connected && self.last_arrival.is_none_or(|last| last.mono_us < at.mono_us) {
            self.note_arrival(at);
        }
    }

    /// The connection ended. The segment ends, and a gap opens.
    pub fn disconnected(&mut self, cause: Cause, reason: String, at: Moment, out: &mut Vec<Output>) {
        let at = in_range(at);
        self.observe_wall_clock(at, out);
        self.report_waiting(at, out);
        // If nothing that arrived was usable, that remains the camera's fault, whichever side ended the connection.
        self.judge_gap(at, out);
        self.finish(out);
        match &mut self.gap {
            Some(gap) if gap.cause == Cause::Source && cause != Cause::Source => {
                self.split_gap(self.last_arrival.unwrap_or(at), cause, at, out);
            }
            Some(gap) => gap.cause = cause,
            None => {}
        }
        self.leave();
        self.report(FactKind::Disconnected { cause, reason }, at, out);
        self.open_gap(cause, out);
    }

    /// To be called once a second: notices silence and steps of the wall clock, and closes a part that is not followed
    /// by a picture.
    pub fn tick(&mut self, now: Moment, out: &mut Vec<Output>) {
        let now = in_range(now);
        self.observe_wall_clock(now, out);
        if !self.connected {
            return self.open_gap(Cause::Centre, out);
        }
        if self.waiting.due(now) {
            self.report_waiting(now, out);
        }
        self.report_drift(now, out);
        self.judge_gap(now, out);
        let stalled = |last| silent_ticks(last, now) >= self.options.stall_ticks;
        if self.timeline.is_some() && self.last_picture.is_some_and(stalled) {
            self.segmenter.close_part(&mut self.counters, out);
        }
    }

    /// To be called before the process stops: ends part and segment. No gap is opened; the packager that resumes
    /// declares it.
    pub fn flush(&mut self, at: Moment, out: &mut Vec<Output>) {
        let at = in_range(at);
        self.observe_wall_clock(at, out);
        self.report_waiting(at, out);
        self.finish(out);
        self.leave();
    }

    /// Its camera.
    pub const fn camera(&self) -> CameraId {
        self.camera
    }

    /// Whether a connection is open.
    pub const fn is_connected(&self) -> bool {
        self.connected
    }

    /// When anything last arrived.
    pub const fn last_arrival(&self) -> Option<Moment> {
        self.last_arrival
    }

    /// When the last picture that was kept arrived.
    pub const fn last_picture(&self) -> Option<Moment> {
        self.last_picture
    }

    /// Why the open connection has brought no picture for [`LIVE_WITHIN_US`]: the cause, and what was wrong with the
    /// data. `None` while pictures come.
    ///
    /// [`LIVE_WITHIN_US`]: crate::LIVE_WITHIN_US
    pub fn trouble(&self, now: Moment) -> Option<(Cause, &Unusable)> {
        self.fault(now).map(|cause| (cause, &self.unusable))
    }

    /// Cause of the open gap.
    pub fn open_gap_cause(&self) -> Option<Cause> {
        self.gap.map(|gap| gap.cause)
    }

    /// End of the last picture, including the pending one.
    pub fn timeline_end(&self) -> Option<MediaTime> {
        match (&self.pending, &self.timeline) {
            (Some(pending), Some(timeline)) => Some(pending.time.plus(timeline.usual_ticks())),
            _ => self.end,
        }
    }

    /// Media sequence number of the open segment, or the next free one.
    pub const fn segment(&self) -> u64 {
        self.segmenter.number()
    }

    /// How far the newest picture's media time is behind its arrival, microseconds; negative is ahead. `None` while
    /// there is no picture.
    pub fn live_delay_us(&self) -> Option<i64> {
        self.timeline.as_ref().map(Timeline::delay_us)
    }

    /// How much faster the camera's clock runs than the centre's, in parts per million.
    pub fn camera_clock_ppm(&self) -> Option<i32> {
        self.timeline.as_ref().map(Timeline::camera_ppm)
    }

    /// The counters so far.
    pub const fn counters(&self) -> Counters {
        self.counters
    }
}

impl Rhythm {
    fn keyframe(&mut self, time: MediaTime) {
        self.distance = self.last.map(|last| time.since(last));
        self.last = Some(time);
    }

    /// When the next keyframe is due, if the camera keeps its rhythm.
    fn next(&self) -> Option<MediaTime> {
        Some(self.last?.plus(self.distance?))
    }
}
