//! What good enough is: numbers in, findings out. Nothing is measured here.

use ashkar_terms::{CameraId, ClockState};
use ashkar_uplink::{Finding, Note, Subject, Verdict};

/// A number in the unit of its subject, or why there is none.
pub(crate) type Reading = Result<i64, Note>;

/// What was measured of a station.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Whether the centre takes this device's recordings.
    pub(crate) centre: Result<(), Note>,
    pub(crate) delay_ms: Reading,
    pub(crate) loss_permille: Reading,
    pub(crate) up_kbit: Reading,
    pub(crate) down_kbit: Reading,
    pub(crate) breaks_s: Reading,
    pub(crate) disk_kbit: Reading,
    pub(crate) sync_ms: Reading,
    /// Room that recordings may still use.
    pub(crate) free_bytes: Reading,
    pub(crate) celsius: Reading,
    pub(crate) power: Power,
    pub(crate) memory_mb: Reading,
    pub(crate) processor_percent: Reading,
    pub(crate) clock: ClockState,
    pub(crate) clock_ahead_ms: Reading,
    /// What the line explains of that.
    pub(crate) clock_margin_ms: i64,
    pub(crate) cameras: Vec<(CameraId, CameraMeasured)>,
}

/// What the system tells of its power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Power {
    /// Whether the mains feed it, if told.
    pub(crate) mains: Option<bool>,
    /// Charge of its battery, percent.
    pub(crate) battery: Option<i64>,
}

/// What was measured of a camera.
#[derive(Debug, Clone)]
pub(crate) struct CameraMeasured {
    /// Whether its pictures come and are recorded.
    pub(crate) picture: Result<(), Note>,
    /// Of its last minute.
    pub(crate) facts: Option<Facts>,
    /// The rate that the settings allow it, if they say one.
    pub(crate) planned_kbit: Option<i64>,
    /// Whether its sound is to be recorded.
    pub(crate) wants_sound: bool,
    /// By how much its own clock is ahead of this computer's, and what is not known of that, milliseconds: nothing if it
    /// is no IP camera, or if it does not tell.
    pub(crate) clock: Option<Option<(i64, i64)>>,
}

/// The stream of a camera, as recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) height: i64,
    /// Pictures in a thousand seconds.
    pub(crate) frame_rate: i64,
    /// Longest distance of keyframes, if there were two.
    pub(crate) keyframes_ms: Option<i64>,
    pub(crate) kbit: i64,
    pub(crate) is_h265: bool,
    /// Pictures are shown in another order than they come (B-frames).
    pub(crate) is_reordered: bool,
    pub(crate) has_sound: bool,
}

/// From which number on it is good, and from which it will just do.
#[derive(Clone, Copy)]
enum Scale {
    AtLeast(i64, i64),
    AtMost(i64, i64),
}

impl Scale {
    fn judge(self, value: i64) -> (Verdict, i64) {
        let (good, is_good, is_weak) = match self {
            Self::AtLeast(good, weak) => (good, value >= good, value >= weak),
            Self::AtMost(good, weak) => (good, value <= good, value <= weak),
        };
        let verdict = match (is_good, is_weak) {
            (true, _) => Verdict::Good,
            (false, true) => Verdict::Weak,
            (false, false) => Verdict::Bad,
        };
        (verdict, good)
    }
}

/// A live record takes a round trip and its transmission, and a part comes every half second.
const DELAY_MS: Scale = Scale::AtMost(150, 350);
const LOSS_PERMILLE: Scale = Scale::AtMost(10, 50);
/// Reports and answers come down; the centre sends no pictures.
const DOWN_KBIT: Scale = Scale::AtLeast(500, 100);
/// Less than the twelve seconds after which viewers are told of a gap.
const BREAKS_S: Scale = Scale::AtMost(10, 120);
const SYNC_MS: Scale = Scale::AtMost(250, 1000);
/// The day from the first camera to the last signature, and half a day in reserve; or just the day.
const ROOM_HOURS: Scale = Scale::AtLeast(36, 24);
const CELSIUS: Scale = Scale::AtMost(70, 85);
const BATTERY_PERCENT: Scale = Scale::AtLeast(101, 50);
const MEMORY_MB: Scale = Scale::AtLeast(256, 96);
const PROCESSOR_PERCENT: Scale = Scale::AtMost(75, 92);
const CLOCK_MS: Scale = Scale::AtMost(200, 500);
/// Its clock stands in its picture, and beside others' a minute is a lie.
const CAMERA_CLOCK_MS: Scale = Scale::AtMost(2_000, 60_000);
const HEIGHT: Scale = Scale::AtLeast(720, 480);
const FRAME_RATE: Scale = Scale::AtLeast(12_000, 5_000);
const KEYFRAMES_MS: Scale = Scale::AtMost(2_500, 6_000);
const BIT_RATE: Scale = Scale::AtLeast(500, 150);
/// More is no better to see, and hard on every viewer's line.
const BIT_RATE_MAX: Scale = Scale::AtMost(6_000, 12_000);

/// How many times the cameras' rate the line and the disk carry: good, and just enough.
const LINE_TIMES_PERCENT: (i64, i64) = (200, 125);
const DISK_TIMES_PERCENT: (i64, i64) = (800, 300);

/// The findings, in the order in which they are told.
pub(crate) fn judge(measured: &Measured) -> Vec<Finding> {
    let rate = rate_of(&measured.cameras);
    let of = |subject, reading, scale| finding(subject, reading, Some(scale));
    let times = |(good, weak): (i64, i64)| {
        rate.map(|kbit| Scale::AtLeast(kbit.saturating_mul(good) / 100, kbit.saturating_mul(weak) / 100))
    };
    let mut all = vec![
        centre(measured.centre),
        of(Subject::LineDelay, measured.delay_ms, DELAY_MS),
        of(Subject::LineLoss, measured.loss_permille, LOSS_PERMILLE),
        finding(Subject::LineUp, measured.up_kbit, times(LINE_TIMES_PERCENT)),
        of(Subject::LineDown, measured.down_kbit, DOWN_KBIT),
        of(Subject::LineBreaks, measured.breaks_s, BREAKS_S),
        finding(Subject::DiskSpeed, measured.disk_kbit, times(DISK_TIMES_PERCENT)),
        of(Subject::DiskSync, measured.sync_ms, SYNC_MS),
        of(Subject::DiskRoom, room_hours(measured.free_bytes, rate), ROOM_HOURS),
        of(Subject::Temperature, measured.celsius, CELSIUS),
        power(measured.power),
        of(Subject::Memory, measured.memory_mb, MEMORY_MB),
        of(Subject::Processor, measured.processor_percent, PROCESSOR_PERCENT),
        clock_service(measured.clock),
        clock_offset(measured.clock_ahead_ms, measured.clock_margin_ms),
    ];
    for (id, camera) in &measured.cameras {
        all.extend(of_camera(camera).into_iter().map(|finding| Finding { camera: Some(*id), ..finding }));
    }
    all
}

/// What all cameras together take, kbit/s; nothing if it is not known of one.
fn rate_of(cameras: &[(CameraId, CameraMeasured)]) -> Option<i64> {
    cameras.iter().try_fold(0_i64, |sum, (_, camera)| {
        let seen = camera.facts.map(|facts| facts.kbit);
        // What is planned counts while less comes: a picture in which nothing moves needs little.
        let kbit = seen.max(camera.planned_kbit)?;
        Some(sum.saturating_add(kbit.max(1)))
    })
}

fn room_hours(free: Reading, rate_kbit: Option<i64>) -> Reading {
    let rate = rate_kbit.ok_or(Note::NoPictures)?;
    let bytes_an_hour = rate.saturating_mul(1000 / 8 * 3600).max(1);
    free.map(|bytes| bytes.max(0) / bytes_an_hour)
}

fn plain(subject: Subject, verdict: Verdict) -> Finding {
    Finding { subject, camera: None, verdict, value: None, limit: None, note: None }
}

/// Without a scale there is a number and nothing to hold it against.
fn finding(subject: Subject, reading: Reading, scale: Option<Scale>) -> Finding {
    match (reading, scale) {
        (Ok(value), Some(scale)) => {
            let (verdict, limit) = scale.judge(value);
            Finding { value: Some(value), limit: Some(limit), ..plain(subject, verdict) }
        }
        (Ok(value), None) => Finding {
            value: Some(value),
            note: Some(Note::NoPictures),
            ..plain(subject, Verdict::Unmeasured)
        },
        (Err(note), _) => Finding { note: Some(note), ..plain(subject, not_measured(subject, note)) },
    }
}

/// A disk that refuses is no disk; everything else is only not known.
fn not_measured(subject: Subject, note: Note) -> Verdict {
    let is_disk = matches!(subject, Subject::DiskSpeed | Subject::DiskSync | Subject::DiskRoom);
    if is_disk && note == Note::DiskFails { Verdict::Bad } else { Verdict::Unmeasured }
}

fn centre(reached: Result<(), Note>) -> Finding {
    match reached {
        Ok(()) => plain(Subject::Centre, Verdict::Good),
        Err(note) => Finding { note: Some(note), ..plain(Subject::Centre, Verdict::Bad) },
    }
}

fn power(Power { mains, battery }: Power) -> Finding {
    let told = |verdict, note| Finding { value: battery, note: Some(note), ..plain(Subject::Power, verdict) };
    match (mains, battery) {
        (Some(true), Some(_)) => told(Verdict::Good, Note::MainsAndBattery),
        (Some(true), None) => told(Verdict::Weak, Note::MainsAlone),
        (_, Some(percent)) => told(BATTERY_PERCENT.judge(percent).0, Note::OnBattery),
        _ => told(Verdict::Unmeasured, Note::NotTold),
    }
}

fn clock_service(state: ClockState) -> Finding {
    match state {
        ClockState::Synchronised => plain(Subject::ClockService, Verdict::Good),
        ClockState::Unsynchronised => plain(Subject::ClockService, Verdict::Weak),
        ClockState::Unknown => {
            Finding { note: Some(Note::NotTold), ..plain(Subject::ClockService, Verdict::Unmeasured) }
        }
    }
}

/// What a slow exchange explains is not held against the clock.
fn clock_offset(ahead: Reading, margin_ms: i64) -> Finding {
    let found = finding(Subject::ClockOffset, ahead, Some(CLOCK_MS));
    let surely = ahead.map(|ms| ms.saturating_abs().saturating_sub(margin_ms).max(0));
    Finding { verdict: finding(Subject::ClockOffset, surely, Some(CLOCK_MS)).verdict, ..found }
}

/// Cameras tell whole seconds, so what is not known is not held against the clock.
fn camera_clock(told: Option<(i64, i64)>) -> Finding {
    let Some((ahead, margin)) = told else {
        return finding(Subject::CameraClock, Err(Note::NotTold), Some(CAMERA_CLOCK_MS));
    };
    let found = finding(Subject::CameraClock, Ok(ahead), Some(CAMERA_CLOCK_MS));
    let surely = ahead.saturating_abs().saturating_sub(margin).max(0);
    Finding { verdict: CAMERA_CLOCK_MS.judge(surely).0, ..found }
}

fn of_camera(camera: &CameraMeasured) -> Vec<Finding> {
    let mut all = of_picture(camera);
    all.extend(camera.clock.map(camera_clock));
    all
}

fn of_picture(camera: &CameraMeasured) -> Vec<Finding> {
    let picture = match camera.picture {
        Ok(()) => plain(Subject::Picture, Verdict::Good),
        Err(note @ Note::NoAgent) => {
            Finding { note: Some(note), ..plain(Subject::Picture, Verdict::Unmeasured) }
        }
        Err(note) => Finding { note: Some(note), ..plain(Subject::Picture, Verdict::Bad) },
    };
    let Some(facts) = camera.facts else { return vec![picture] };
    let of = |subject, value, scale| finding(subject, Ok(value), Some(scale));
    let keyframes = facts.keyframes_ms.ok_or(Note::TooLittle);
    let (low, high) =
        (of(Subject::BitRate, facts.kbit, BIT_RATE), of(Subject::BitRate, facts.kbit, BIT_RATE_MAX));
    let mut all = vec![
        picture,
        of(Subject::Resolution, facts.height, HEIGHT),
        of(Subject::FrameRate, facts.frame_rate, FRAME_RATE),
        finding(Subject::Keyframes, keyframes, Some(KEYFRAMES_MS)),
        if high.verdict > low.verdict { high } else { low },
        codec(facts),
    ];
    if camera.wants_sound {
        let verdict = if facts.has_sound { Verdict::Good } else { Verdict::Weak };
        all.push(Finding {
            value: Some(i64::from(facts.has_sound)),
            limit: Some(1),
            ..plain(Subject::Sound, verdict)
        });
    }
    all
}

/// H.265 does not play in every browser; pictures in another order come later by some of them.
fn codec(facts: Facts) -> Finding {
    let (verdict, note) = match (facts.is_h265, facts.is_reordered) {
        (true, _) => (Verdict::Weak, Note::H265),
        (false, true) => (Verdict::Weak, Note::H264Reordered),
        (false, false) => (Verdict::Good, Note::H264),
    };
    Finding { note: Some(note), ..plain(Subject::Codec, verdict) }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
