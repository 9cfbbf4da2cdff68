use std::time::{Duration, Instant};

use ashkar_media::{
    AccessUnit, AudioConfig, AudioFrame, AudioParameters, Framing, MediaEvent, Options, Packager, Resume,
    VideoCodec, VideoConfig, VideoParameters,
};
use ashkar_terms::{CameraId, Cause, Moment, UtcMicros};
use bytes::Bytes;

use crate::support::{
    HEVC_PPS, HEVC_SPS, HEVC_VPS, PPS_180, SPS_180, SPS_360, config_180, config_360, config_hevc, config_of,
    prefixed,
};

/// How long each loop mutates. The same seed makes the same inputs; a slow machine gets through fewer of them.
const BUDGET: Duration = Duration::from_millis(1500);

/// xorshift64*: small, and the same on every platform.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below.max(1)
    }

    fn number(&mut self) -> u64 {
        (self.roll(1 << 30) as u64) << 40 ^ (self.roll(1 << 30) as u64) << 20 ^ self.roll(1 << 30) as u64
    }

    /// `seed` with a few bytes changed, cut, doubled or made extreme.
    fn mutate(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(4) {
            let at = self.roll(bytes.len());
            match self.roll(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.roll(256) as u8),
                2 if !bytes.is_empty() => bytes[at] = [0, 0xff, 0x7f, 0x80][self.roll(4)],
                3 if !bytes.is_empty() => bytes[at] ^= 1 << self.roll(8),
                4 if !bytes.is_empty() => bytes[at] = self.roll(256) as u8,
                _ => bytes.extend_from_slice(&seed[..seed.len().min(at)]),
            }
        }
        bytes
    }
}

fn seeds() -> Vec<Bytes> {
    vec![
        config_180().record,
        config_360().record,
        config_hevc().record,
        Bytes::from_static(SPS_180),
        Bytes::from_static(SPS_360),
        Bytes::from_static(HEVC_SPS),
        Bytes::from_static(&[0x12, 0x10]),
        prefixed(&[SPS_180, PPS_180, &[0x65, 1, 2, 3]]),
        prefixed(&[HEVC_VPS, HEVC_SPS, HEVC_PPS, &[0x26, 1, 2, 3]]),
        prefixed(&[&[0x41, 1, 2, 3]]),
    ]
}

#[test]
fn no_bytes_make_a_parser_panic() {
    let (mut dice, seeds, start) = (Dice(0x00a5_4a52), seeds(), Instant::now());
    while start.elapsed() < BUDGET {
        for seed in &seeds {
            let bytes = Bytes::from(dice.mutate(seed));
            for codec in [VideoCodec::H264, VideoCodec::H265] {
                let _ = Framing::default().row(codec, bytes.clone());
                if let Ok(parameters) = VideoParameters::parse(&VideoConfig { codec, record: bytes.clone() })
                {
                    assert!(parameters.width >= 16 && parameters.height <= 8192);
                }
            }
            let _ = AudioParameters::parse(&AudioConfig { record: bytes.clone() });
            let _ = config_of(VideoCodec::H264, &[&bytes, PPS_180]);
            let _ = config_of(VideoCodec::H264, &[SPS_180, &bytes]);
            let _ = config_of(VideoCodec::H265, &[HEVC_VPS, &bytes, HEVC_PPS]);
        }
    }
}

/// Every prefix of a record is either refused or parsed, and never read past its end.
#[test]
fn every_cut_of_a_record_is_an_error() {
    for config in [config_180(), config_hevc()] {
        for cut in 0..config.record.len() {
            let record = config.record.slice(..cut);
            assert!(
                VideoParameters::parse(&VideoConfig { record, ..config.clone() }).is_err(),
                "cut at {cut}"
            );
        }
        VideoParameters::parse(&config).unwrap();
    }
}

#[test]
fn no_sequence_of_calls_makes_the_packager_panic() {
    let (mut dice, seeds, start) = (Dice(7), seeds(), Instant::now());
    while start.elapsed() < BUDGET {
        let resume = Resume {
            next_segment: dice.number() << dice.roll(24),
            timeline_end: (dice.roll(2) == 0).then(|| ashkar_terms::MediaTime(dice.number() as i64)),
            open_gap: (dice.roll(2) == 0).then_some(Cause::Power),
            init_sha256: None,
            is_by_other_clock: dice.roll(2) == 0,
        };
        let options = Options { sound: dice.roll(2) == 0, ..Options::default() };
        let mut packager = Packager::new(CameraId::new(1, 1, 1), resume, options);
        let mut out = Vec::new();
        for _ in 0..400 {
            call(&mut packager, &mut dice, &seeds, &mut out);
        }
        assert!(out.len() < 4000, "outputs are bounded by calls");
    }
}

fn call(packager: &mut Packager, dice: &mut Dice, seeds: &[Bytes], out: &mut Vec<ashkar_media::Output>) {
    let at = Moment {
        wall: UtcMicros((dice.number() as i64) << dice.roll(8)),
        mono_us: dice.number() >> dice.roll(40),
    };
    let mut data = seeds[dice.roll(seeds.len())].clone();
    if dice.roll(2) == 0 {
        data = dice.mutate(&data).into();
    }
    let camera_dts = (dice.number() as i64) << dice.roll(20) >> dice.roll(60);
    match dice.roll(20) {
        0 => packager.connected("x".to_owned(), at, out),
        1 => packager.disconnected(Cause::from_u8(dice.roll(9) as u8), String::new(), at, out),
        2 => packager.tick(at, out),
        3 => packager.flush(at, out),
        4 => packager.take(MediaEvent::Refused { reason: String::new(), camera_dts: None }, at, out),
        5 => packager.take(MediaEvent::AudioConfig(AudioConfig { record: data }), at, out),
        6 => packager.take(MediaEvent::Audio(AudioFrame { data, camera_dts, arrival: at }), at, out),
        7 => packager.take(
            MediaEvent::VideoConfig(VideoConfig { codec: VideoCodec::H265, record: data }),
            at,
            out,
        ),
        8 | 9 => packager.take(
            MediaEvent::VideoConfig(VideoConfig { codec: VideoCodec::H264, record: data }),
            at,
            out,
        ),
        _ => {
            let composition_offset = dice.number() as i32;
            packager.take(
                MediaEvent::Video(AccessUnit {
                    data,
                    camera_dts,
                    composition_offset,
                    keyframe: true,
                    arrival: at,
                }),
                at,
                out,
            );
        }
    }
    let _ = (packager.live_delay_us(), packager.timeline_end(), packager.camera_clock_ppm());
}
