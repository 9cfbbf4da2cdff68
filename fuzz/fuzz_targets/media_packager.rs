//! The packager fed with arbitrary calls: it holds its promises after each.
#![no_main]

use ashkar_media::codec::ParameterSets;
use ashkar_media::{
    AccessUnit, AudioConfig, AudioFrame, MediaEvent, Options, Output, Packager, Resume, VideoCodec,
    VideoConfig,
};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use bytes::Bytes;

const SPS: &[u8] = &[
    0x67, 0x42, 0xc0, 0x0c, 0xd9, 0x01, 0x41, 0x9f, 0x9f, 0x01, 0x10, 0x00, 0x00, 0x03, 0x00, 0x10, 0x00,
    0x00, 0x03, 0x03, 0x20, 0xf1, 0x42, 0xa4, 0x80,
];
const PPS: &[u8] = &[0x68, 0xcb, 0x83, 0xcb, 0x20];

/// Takes numbers from the front of the input; zeros when it is used up.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> i64 {
        let size = self.byte() % 9;
        (0..size).fold(0, |sum, _| sum << 8 | i64::from(self.byte()))
    }

    fn bytes(&mut self) -> Bytes {
        let (taken, rest) = self.0.split_at(usize::from(self.byte()).min(self.0.len()));
        self.0 = rest;
        Bytes::copy_from_slice(taken)
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut source = Source(data);
    let sound = source.byte() & 1 == 1;
    let timeline_end = (source.byte() & 1 == 1).then(|| MediaTime(source.number()));
    let resume = Resume { next_segment: source.number() as u64, timeline_end, ..Resume::default() };
    let mut packager = Packager::new(CameraId::new(1, 1, 1), resume, Options { sound, ..Options::default() });
    let (mut mono_us, mut wall_us, mut dts) = (0_u64, 1_795_334_400_000_000_i64, 0_i64);
    let (mut out, mut end) = (Vec::new(), None);
    while !source.0.is_empty() {
        mono_us = mono_us.saturating_add(u64::from(source.byte()) * 20_000);
        let at = Moment { wall: UtcMicros(wall_us.saturating_add(mono_us as i64)), mono_us };
        call(&mut packager, &mut source, at, &mut dts, &mut wall_us, &mut out);
        for output in out.drain(..) {
            check(&output, &mut end);
        }
    }
});

fn call(
    packager: &mut Packager,
    source: &mut Source<'_>,
    at: Moment,
    dts: &mut i64,
    wall_us: &mut i64,
    out: &mut Vec<Output>,
) {
    match source.byte() % 16 {
        0 => packager.connected(String::new(), at, out),
        1 => packager.disconnected(Cause::Uplink, String::new(), at, out),
        2 => packager.tick(at, out),
        3 => packager.flush(at, out),
        4 => packager.take(MediaEvent::Refused { reason: String::new(), camera_dts: None }, at, out),
        5 => packager.take(MediaEvent::AudioConfig(AudioConfig { record: source.bytes() }), at, out),
        6 => packager.take(
            MediaEvent::Audio(AudioFrame { data: source.bytes(), camera_dts: *dts, arrival: at }),
            at,
            out,
        ),
        7 => packager.take(
            MediaEvent::VideoConfig(VideoConfig { codec: VideoCodec::H264, record: source.bytes() }),
            at,
            out,
        ),
        8 => packager.take(
            MediaEvent::VideoConfig(VideoConfig { codec: VideoCodec::H265, record: source.bytes() }),
            at,
            out,
        ),
        9 => ParameterSets::of(VideoCodec::H264, [SPS, PPS])
            .and_then(|sets| sets.config())
            .map_or((), |config| packager.take(MediaEvent::VideoConfig(config), at, out)),
        10 => *dts = dts.saturating_add(source.number()),
        11 => *wall_us = wall_us.saturating_add(source.number()),
        kind => {
            *dts = dts.saturating_add(3600);
            let header = if kind == 12 { 0x65 } else { 0x41 };
            let data = if kind == 15 {
                source.bytes()
            } else {
                Bytes::from(vec![0, 0, 0, 2, header, source.byte()])
            };
            let composition_offset = source.number() as i32;
            packager.take(
                MediaEvent::Video(AccessUnit {
                    data,
                    camera_dts: *dts,
                    composition_offset,
                    keyframe: true,
                    arrival: at,
                }),
                at,
                out,
            );
        }
    }
}

/// A part begins where the one before it ended, or there is a gap between them. Time goes back only with a new segment,
/// which begins anew: the wall clock was wrong.
fn check(output: &Output, end: &mut Option<MediaTime>) {
    match output {
        Output::Part(part) => {
            let begins_anew = part.index == 0 && part.discontinuity;
            assert!(end.is_none_or(|end| part.start == end || begins_anew && part.start < end));
            assert!(part.duration > 0 && (part.duration <= 48_600 || part.samples == 1));
            *end = Some(part.start.plus(part.duration.into()));
        }
        Output::Gap(gap) => {
            assert!(end.is_none_or(|end| gap.from == end));
            if let Some(to) = gap.to {
                assert!(to > gap.from);
                *end = Some(to);
            }
        }
        Output::Init(_) | Output::SegmentEnd(_) | Output::Fact(_) => {}
    }
}
