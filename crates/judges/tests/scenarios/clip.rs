//! Real pictures, encoded by ffmpeg and demuxed by shiguredo_mp4.

use std::path::Path;
use std::process::Command;

use ashkar_media::{AudioConfig, VideoCodec, VideoConfig};
use bytes::Bytes;
use shiguredo_mp4::demux::{Input, Mp4FileDemuxer};

/// One encoded clip.
pub struct Clip {
    pub config: VideoConfig,
    pub audio: Option<AudioConfig>,
    pub pictures: Vec<Sample>,
    pub sound: Vec<Sample>,
}

/// Times in 90 kHz ticks.
pub struct Sample {
    pub data: Bytes,
    pub dts: i64,
    pub composition_offset: i32,
    pub keyframe: bool,
}

/// Runs ffmpeg, which must be installed: a missing tool is a failure.
pub fn ffmpeg(arguments: &[&str]) {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments)
        .output()
        .expect("ffmpeg is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "ffmpeg {arguments:?}: {said}");
}

/// Encodes `seconds` of a moving test picture with `encoder` arguments.
pub fn encode(directory: &Path, seconds: u32, with_sound: bool, encoder: &[&str]) -> Clip {
    let file = directory.join("clip.mp4");
    let (length, path) = (seconds.to_string(), file.to_str().unwrap());
    let mut arguments = vec!["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"];
    if with_sound {
        arguments.extend(["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-c:a", "aac"]);
    }
    arguments.extend(["-t", &length]);
    arguments.extend(encoder);
    arguments.extend(["-video_track_timescale", "90000", "-f", "mp4", path]);
    ffmpeg(&arguments);
    demux(&std::fs::read(&file).unwrap())
}

fn demux(file: &[u8]) -> Clip {
    let mut demuxer = Mp4FileDemuxer::new();
    while let Some(required) = demuxer.required_input() {
        let start = required.position as usize;
        let end = required.size.map_or(file.len(), |size| start + size);
        demuxer.handle_input(Input { position: required.position, data: &file[start..end] });
    }
    let avc = record(file, b"avcC").map(|record| VideoConfig { codec: VideoCodec::H264, record });
    let config = avc.unwrap_or_else(|| VideoConfig {
        codec: VideoCodec::H265,
        record: record(file, b"hvcC").expect("a decoder configuration record"),
    });
    let (mut pictures, mut sound) = (Vec::new(), Vec::new());
    while let Some(sample) = demuxer.next_sample().unwrap() {
        let start = sample.data_offset as usize;
        let timescale = i64::from(sample.track.timescale.get());
        let found = Sample {
            data: Bytes::copy_from_slice(&file[start..start + sample.data_size]),
            dts: sample.timestamp as i64 * 90_000 / timescale,
            composition_offset: sample.composition_time_offset.unwrap_or(0) as i32,
            keyframe: sample.keyframe,
        };
        let is_video = sample.track.kind == shiguredo_mp4::TrackKind::Video;
        if is_video { &mut pictures } else { &mut sound }.push(found);
    }
    let audio = (!sound.is_empty()).then(|| AudioConfig { record: specific_config(file) });
    Clip { config, audio, pictures, sound }
}

/// The body of the first box of type `kind`, wherever it is.
fn record(file: &[u8], kind: &[u8; 4]) -> Option<Bytes> {
    let at = file.windows(4).position(|window| window == kind)?;
    let size = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
    Some(Bytes::copy_from_slice(&file[at + 4..at - 4 + size]))
}

/// AudioSpecificConfig in ffmpeg's `esds`, whose lengths are written in four bytes.
fn specific_config(file: &[u8]) -> Bytes {
    let esds = record(file, b"esds").expect("an elementary stream descriptor");
    let at = esds.windows(4).position(|window| window == [5, 0x80, 0x80, 0x80]).unwrap();
    let length = esds[at + 4] as usize;
    esds.slice(at + 5..at + 5 + length)
}
