//! ffmpeg and GStreamer publish into a real port. A missing tool is a failure.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::process::{Command, Output};
use std::sync::Arc;

use crate::rtmp_support::{KEY, Seen, TestGate, eventually};
use ashkar_ingest::End;
use ashkar_ingest::rtmp::{RtmpOptions, RtmpServer};
use ashkar_media::{AccessUnit, MediaEvent, VideoCodec};
use ashkar_terms::{Cause, SystemClock};

struct Port {
    gate: Arc<TestGate>,
    server: RtmpServer,
}

impl Port {
    fn open(wants_audio: bool) -> Self {
        let gate = Arc::new(TestGate { wants_audio, ..TestGate::default() });
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let clock = Arc::new(SystemClock::new());
        let server = RtmpServer::bind(address, gate.clone(), clock, RtmpOptions::default()).unwrap();
        Self { gate, server }
    }

    fn url(&self, key: &str) -> String {
        format!("rtmp://{}/ingest/{key}", self.server.local_addr())
    }

    fn end(&self) -> End {
        eventually("the end of the sink", || self.gate.end())
    }
}

fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program).args(arguments).output();
    output.unwrap_or_else(|error| panic!("{program} is needed for this test: {error}"))
}

fn ffmpeg(arguments: &str, url: &str) -> Output {
    let mut arguments: Vec<_> = arguments.split_whitespace().collect();
    arguments.extend(["-f", "flv", url]);
    run("ffmpeg", &[&["-hide_banner", "-loglevel", "error"], &arguments[..]].concat())
}

/// NAL unit types; checks that their lengths add up.
fn nal_types(unit: &AccessUnit) -> Vec<u8> {
    let mut rest = &unit.data[..];
    let mut types = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (nal, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        types.push(nal[0] & 0x1F);
        rest = after;
    }
    assert!(rest.is_empty());
    types
}

fn check_pictures(units: &[AccessUnit], count: usize) {
    assert_eq!(units.len(), count);
    assert!(units[0].keyframe && nal_types(&units[0]).contains(&5));
    for (unit, next) in units.iter().zip(&units[1..]) {
        let step = next.camera_dts - unit.camera_dts;
        assert!((39 * 90..=41 * 90).contains(&step), "a step of {step} ticks");
        assert_eq!(unit.keyframe, nal_types(unit).contains(&5));
        assert!(next.arrival.mono_us >= unit.arrival.mono_us);
    }
}

const PICTURES: &str = "-f lavfi -i testsrc2=size=320x180:rate=25:duration=4";
const H264: &str = "-c:v libx264 -preset ultrafast -g 25";

#[test]
fn ffmpeg_with_sound() {
    let port = Port::open(true);
    let tone = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=4 -c:a aac";
    let output = ffmpeg(&format!("{PICTURES} {tone} {H264} -bf 2"), &port.url(KEY));
    assert!(output.status.success(), "{output:?}");
    assert_eq!(port.end().cause, Cause::Source);
    let units = port.gate.videos();
    check_pictures(&units, 100);
    assert!(units.iter().any(|unit| unit.composition_offset > 0), "there are B-frames");
    let told = port.gate.seen();
    assert!(
        matches!(told[0], Seen::Media(MediaEvent::VideoConfig(ref config)) if config.codec == VideoCodec::H264)
    );
    assert!(told.iter().any(
        |told| matches!(told, Seen::Media(MediaEvent::AudioConfig(config)) if config.record.len() >= 2)
    ));
    // 4 s of 1024 samples at 48 kHz, and one frame or two of priming.
    let frames = told.iter().filter(|told| matches!(told, Seen::Media(MediaEvent::Audio(_)))).count();
    assert!((187..=191).contains(&frames), "{frames} frames");
    assert!(!told.iter().any(|told| matches!(
        told,
        Seen::Media(MediaEvent::Refused { .. }) | Seen::Media(MediaEvent::SoundRefused { .. })
    )));
}

#[test]
fn ffmpeg_past_the_extended_timestamp_and_without_wanted_sound() {
    let port = Port::open(false);
    // ffmpeg begins every stream at zero: its clock jumps to just before the wrap, in two steps, since a single jump
    // that far would itself look like a 24-bit wrap.
    let leap = "-vf setpts=PTS+(gt(N\\,0)+gt(N\\,1))*8387.6/TB \
        -af asetpts=PTS+(gt(N\\,0)+gt(N\\,1))*8387.6/TB -vsync passthrough";
    let tone = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=4 -c:a aac";
    let output = ffmpeg(&format!("{PICTURES} {tone} {leap} {H264}"), &port.url(KEY));
    assert!(output.status.success(), "{output:?}");
    port.end();
    let units = port.gate.videos();
    assert_eq!(units.len(), 100);
    let short_field = 0xFF_FFFF_i64 * 90;
    assert!(units[2].camera_dts < short_field && units[99].camera_dts > short_field);
    let steps: Vec<_> = units[2..].windows(2).map(|two| two[1].camera_dts - two[0].camera_dts).collect();
    assert!(steps.iter().all(|step| (39 * 90..=41 * 90).contains(step)), "{steps:?}");
    assert!(units.iter().all(|unit| !nal_types(unit).is_empty()));
    let told = port.gate.seen();
    assert_eq!(
        told.iter()
            .filter(|told| **told == Seen::Media(MediaEvent::SoundRefused { codec: "AAC".to_owned() }))
            .count(),
        1
    );
    assert!(!told.iter().any(|told| matches!(
        told,
        Seen::Media(MediaEvent::Audio(_)) | Seen::Media(MediaEvent::Refused { .. })
    )));
}

#[test]
fn ffmpeg_with_a_wrong_key_is_told_so() {
    let port = Port::open(false);
    let output = ffmpeg(&format!("{PICTURES} {H264}"), &port.url("7-12-1.wrong"));
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the stream key is not valid"), "{said}");
    assert_eq!(port.server.metrics().refused_wrong_key, 1);
}

#[test]
fn gstreamer() {
    let port = Port::open(true);
    let pipeline = "videotestsrc num-buffers=100 ! video/x-raw,width=320,height=180,framerate=25/1 \
        ! x264enc tune=zerolatency key-int-max=25 ! h264parse ! flvmux name=mux streamable=true \
        ! rtmp2sink sync=false async-connect=false audiotestsrc num-buffers=200 ! voaacenc ! aacparse ! mux.";
    let url = port.url(KEY);
    let location = format!("location={url}");
    let arguments: Vec<_> = pipeline
        .split_whitespace()
        .flat_map(|word| if word == "rtmp2sink" { vec![word, &location] } else { vec![word] })
        .collect();
    let output = run("gst-launch-1.0", &[&["-q"], &arguments[..]].concat());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(port.end().cause, Cause::Source);
    check_pictures(&port.gate.videos(), 100);
    let told = port.gate.seen();
    assert!(told.iter().any(|told| matches!(told, Seen::Media(MediaEvent::Audio(_)))));
    assert!(!told.iter().any(|told| matches!(told, Seen::Media(MediaEvent::Refused { .. }))));
}
