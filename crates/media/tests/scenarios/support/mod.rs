//! A camera for scenario tests, and a judge that reads the packager's output with an independent parser.

pub mod judge;

use ashkar_media::codec::{ConfigError, ParameterSets, VideoCodec};
use ashkar_media::{
    AccessUnit, FactKind, Gap, MAX_LEAD_TICKS, MediaEvent, Options, Output, Packager, Part, Resume,
    SegmentEnd, VideoConfig,
};
use ashkar_terms::{CameraId, MediaTime, Moment, UtcMicros};
use bytes::Bytes;

/// 320x180, constrained baseline, as x264 writes it.
pub const SPS_180: &[u8] = &[
    0x67, 0x42, 0xc0, 0x0c, 0xd9, 0x01, 0x41, 0x9f, 0x9f, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
    0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0xa4, 0x80,
];
pub const PPS_180: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];
/// 640x360, high, as x264 writes it.
pub const SPS_360: &[u8] = &[
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00, 0x01,
    0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16, 0x2d, 0x96,
];
pub const PPS_360: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];
/// 320x180, main, as x265 writes it.
pub const HEVC_VPS: &[u8] = &[
    0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00,
    0x00, 0x03, 0x00, 0x3c, 0x95, 0x98, 0x09,
];
pub const HEVC_SPS: &[u8] = &[
    0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
    0x3c, 0xa0, 0x0a, 0x08, 0x0b, 0x9f, 0x79, 0x65, 0x66, 0x92, 0x4c, 0xaf, 0x01, 0x68, 0x08, 0x00, 0x00,
    0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x00, 0xc8, 0x40,
];
pub const HEVC_PPS: &[u8] = &[0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40];

/// The camera's tick of 25 frames a second.
pub const FRAME_TICKS: i64 = 3600;
pub const FRAME_US: u64 = 40_000;

/// 2026-11-22 08:00:00 UTC.
pub const MORNING: UtcMicros = UtcMicros(1_795_334_400_000_000);

/// A configuration of these parameter sets.
pub fn config_of(codec: VideoCodec, sets: &[&[u8]]) -> Result<VideoConfig, ConfigError> {
    ParameterSets::of(codec, sets.iter().copied())?.config()
}

pub fn config_180() -> VideoConfig {
    config_of(VideoCodec::H264, &[SPS_180, PPS_180]).unwrap()
}

pub fn config_360() -> VideoConfig {
    config_of(VideoCodec::H264, &[SPS_360, PPS_360]).unwrap()
}

pub fn config_hevc() -> VideoConfig {
    config_of(VideoCodec::H265, &[HEVC_VPS, HEVC_SPS, HEVC_PPS]).unwrap()
}

/// The moment `us` after the test's monotonic zero.
pub fn moment(us: u64) -> Moment {
    Moment { wall: MORNING.plus(us as i64), mono_us: us }
}

/// NAL units behind their lengths.
pub fn prefixed(units: &[&[u8]]) -> Bytes {
    units
        .iter()
        .flat_map(|unit| [&(unit.len() as u32).to_be_bytes()[..], unit].concat())
        .collect::<Vec<_>>()
        .into()
}

/// The beginning of the first slice of a picture: its header byte, `first_mb_in_slice` 0, a P slice.
pub fn first_slice(header: u8) -> Vec<u8> {
    vec![header, 0x9a]
}

/// A number in bytes that need no emulation prevention.
pub fn escaped(number: i64) -> impl Iterator<Item = u8> {
    (0..10).map(move |n| 0x80 | (number >> (7 * n)) as u8)
}

/// A camera, its packager, and all outputs.
pub struct Rig {
    pub packager: Packager,
    pub out: Vec<Output>,
    /// Access units that must be found again, in order.
    pub sent: Vec<Bytes>,
    /// Arrival of the next access unit, microseconds.
    pub now_us: u64,
    /// Decoding time of the next access unit on the camera's clock.
    pub dts: i64,
    /// How far the wall clock is ahead.
    pub wall_ahead_us: i64,
    /// Distance of keyframes, in frames.
    pub gop: u64,
    pub frames: u64,
}

impl Rig {
    pub fn new() -> Self {
        Self::with(Resume { next_segment: 100, ..Resume::default() }, Options::default())
    }

    pub fn with(resume: Resume, options: Options) -> Self {
        Self {
            packager: Packager::new(CameraId::new(7, 12, 1), resume, options),
            out: Vec::new(),
            sent: Vec::new(),
            now_us: 1_000_000,
            dts: 7_777_777,
            wall_ahead_us: 0,
            gop: 50,
            frames: 0,
        }
    }

    /// Connected, with parameters.
    pub fn on_air() -> Self {
        let mut rig = Self::new();
        rig.connect();
        rig
    }

    pub fn now(&self) -> Moment {
        let now = moment(self.now_us);
        Moment { wall: now.wall.plus(self.wall_ahead_us), ..now }
    }

    pub fn connect(&mut self) {
        let at = self.now();
        self.packager.connected("rtmp 10.1.2.3:50123".to_owned(), at, &mut self.out);
        self.packager.take(MediaEvent::VideoConfig(config_180()), at, &mut self.out);
        self.frames = 0;
    }

    pub fn disconnect(&mut self, cause: ashkar_terms::Cause) {
        let at = self.now();
        self.packager.disconnected(cause, "end".to_owned(), at, &mut self.out);
    }

    /// One access unit of `data` with the current dts, arriving now.
    pub fn send_raw(&mut self, data: Bytes, keyframe: bool) {
        let (camera_dts, arrival) = (self.dts, self.now());
        let unit = AccessUnit { data, camera_dts, composition_offset: 0, keyframe, arrival };
        let at = unit.arrival;
        self.packager.take(MediaEvent::Video(unit), at, &mut self.out);
    }

    /// A picture with bytes of its own; a keyframe at the start of a GOP.
    pub fn picture(&mut self) -> Bytes {
        let keyframe = self.frames.is_multiple_of(self.gop);
        let header = if keyframe { 0x65 } else { 0x41 };
        let mut slice = first_slice(header);
        slice.extend(escaped(self.frames as i64));
        slice.extend(escaped(self.dts));
        slice.resize(if keyframe { 600 } else { 60 }, 0xa5);
        self.frames += 1;
        prefixed(&[&slice])
    }

    /// Sends one picture, then advances each clock by one frame.
    pub fn frame(&mut self) {
        self.frame_of(FRAME_TICKS, FRAME_US);
    }

    /// Sends one picture; then the camera's clock advances by `ticks`, and time by `us`.
    pub fn frame_of(&mut self, ticks: i64, us: u64) {
        let keyframe = self.frames.is_multiple_of(self.gop);
        let data = self.picture();
        let refused = self.packager.counters().too_fast;
        let claimed = self.packager.timeline_end();
        self.send_raw(data.clone(), keyframe);
        if self.packager.counters().too_fast == refused {
            self.sent.push(data);
        }
        self.assert_claims_no_future(claimed);
        self.dts += ticks;
        self.now_us += us;
    }

    /// No picture claims time that has not passed, apart from the few seconds by which it may be ahead of its arrival.
    /// What was claimed before it, when the wall clock said that it had passed, stays.
    fn assert_claims_no_future(&self, before: Option<MediaTime>) {
        let Some(end) = self.packager.timeline_end().filter(|end| Some(*end) != before) else { return };
        let lead = end.since(MediaTime::from_utc(self.now().wall));
        assert!(lead <= MAX_LEAD_TICKS, "the timeline leads the present by {lead} ticks");
    }

    pub fn frames(&mut self, count: u64) {
        for _ in 0..count {
            self.frame();
        }
    }

    /// Nothing arrives for this long; the shell ticks every second.
    pub fn silence(&mut self, us: u64) {
        let until = self.now_us + us;
        while self.now_us + 1_000_000 <= until {
            self.now_us += 1_000_000;
            self.packager.tick(self.now(), &mut self.out);
        }
        self.now_us = until;
    }

    pub fn flush(&mut self) {
        let at = self.now();
        self.packager.flush(at, &mut self.out);
    }

    pub fn parts(&self) -> Vec<&Part> {
        parts(&self.out)
    }

    pub fn segments(&self) -> Vec<&SegmentEnd> {
        self.out
            .iter()
            .filter_map(|o| if let Output::SegmentEnd(end) = o { Some(end) } else { None })
            .collect()
    }

    pub fn gaps(&self) -> Vec<Gap> {
        self.out.iter().filter_map(|o| if let Output::Gap(gap) = o { Some(*gap) } else { None }).collect()
    }

    pub fn facts(&self) -> Vec<&FactKind> {
        self.out
            .iter()
            .filter_map(|o| if let Output::Fact(fact) = o { Some(&fact.kind) } else { None })
            .collect()
    }

    /// Ends the stream, judges all outputs, and checks that every access unit that was sent is found.
    pub fn finish_and_judge(mut self) -> judge::Judged {
        self.flush();
        let judged = judge::judge(&self.out);
        let found: Vec<_> = judged.samples.iter().map(|sample| sample.data.clone()).collect();
        assert_eq!(found.len(), self.sent.len(), "access units found and sent");
        assert!(found == self.sent, "every access unit byte-exact and in order");
        judged
    }
}

pub fn parts(out: &[Output]) -> Vec<&Part> {
    out.iter().filter_map(|o| if let Output::Part(part) = o { Some(part) } else { None }).collect()
}
