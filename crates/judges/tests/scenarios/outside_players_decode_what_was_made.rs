use std::path::Path;
use std::process::Command;

use ashkar_media::{AccessUnit, AudioFrame, MediaEvent, Options, Output, Packager, Resume};
use ashkar_terms::CameraId;
use shiguredo_mp4::demux::Fmp4SegmentDemuxer;
use tempfile::tempdir;

use crate::clip::{Clip, encode};
use crate::support::judge::judge;
use crate::support::{moment, parts};

/// Plays `clip` into a packager, with each sample arriving when it is due.
fn package(clip: &Clip, sound: bool) -> Vec<Output> {
    let mut packager =
        Packager::new(CameraId::new(7, 12, 1), Resume::default(), Options { sound, ..Options::default() });
    let (mut out, start) = (Vec::new(), moment(0));
    packager.connected("file".to_owned(), start, &mut out);
    packager.take(MediaEvent::VideoConfig(clip.config.clone()), start, &mut out);
    if let Some(audio) = &clip.audio {
        packager.take(MediaEvent::AudioConfig(audio.clone()), start, &mut out);
    }
    let mut sound = clip.sound.iter().peekable();
    for picture in &clip.pictures {
        while let Some(frame) = sound.next_if(|frame| frame.dts < picture.dts) {
            let (data, arrival) = (frame.data.clone(), moment(due_us(picture.dts)));
            packager.take(
                MediaEvent::Audio(AudioFrame { data, camera_dts: frame.dts, arrival }),
                arrival,
                &mut out,
            );
        }
        packager.take(
            MediaEvent::Video(AccessUnit {
                data: picture.data.clone(),
                camera_dts: picture.dts,
                composition_offset: picture.composition_offset,
                keyframe: picture.keyframe,
                arrival: moment(due_us(picture.dts)),
            }),
            moment(due_us(picture.dts)),
            &mut out,
        );
    }
    packager.flush(moment(60_000_000), &mut out);
    out
}

fn due_us(dts: i64) -> u64 {
    dts.unsigned_abs() * 100 / 9
}

fn file_of(out: &[Output]) -> Vec<u8> {
    let chunks = out.iter().filter_map(|output| match output {
        Output::Init(init) => Some(&init.bytes),
        Output::Part(part) => Some(&part.bytes),
        _ => None,
    });
    chunks.flat_map(|bytes| bytes.iter().copied()).collect()
}

/// The hash of each decoded frame of stream `map`; any complaint by ffmpeg is a failure.
fn frames(file: &Path, map: &str) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "warning", "-err_detect", "explode", "-i"])
        .arg(file)
        .args(["-map", map, "-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .output()
        .expect("ffmpeg is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit(',').next().unwrap().trim().to_owned()).collect()
}

fn check(encoder: &[&str], sound: bool) -> Vec<Output> {
    let directory = tempdir().unwrap();
    let clip = encode(directory.path(), 5, sound, encoder);
    let out = package(&clip, sound);
    let judged = judge(&out);
    assert_eq!(judged.samples.len(), clip.pictures.len());
    assert!(
        judged.samples.iter().zip(&clip.pictures).all(|(found, sent)| found.data == sent.data),
        "byte-exact (I4)"
    );
    let ours = directory.path().join("ours.mp4");
    std::fs::write(&ours, file_of(&out)).unwrap();
    let reference = frames(&directory.path().join("clip.mp4"), "0:v");
    assert_eq!(reference.len(), 125);
    assert_eq!(frames(&ours, "0:v"), reference, "ffmpeg decodes the same pictures");
    demux_with_shiguredo(&out, clip.pictures.len());
    out
}

fn demux_with_shiguredo(out: &[Output], pictures: usize) {
    let init = out.iter().find_map(|o| if let Output::Init(init) = o { Some(init) } else { None }).unwrap();
    let mut demuxer = Fmp4SegmentDemuxer::new();
    demuxer.handle_init_segment(&init.bytes).unwrap();
    let mut found = 0;
    for part in parts(out) {
        let samples = demuxer.handle_media_segment(&part.bytes).unwrap();
        let video: Vec<_> = samples.iter().filter(|sample| sample.track.track_id == 1).collect();
        assert_eq!(video[0].timestamp as i64, part.start.0);
        assert_eq!(video[0].keyframe, part.independent);
        found += video.len();
    }
    assert_eq!(found, pictures);
}

#[test]
fn h264_with_b_frames() {
    let out = check(&["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "50"], false);
    assert_eq!(out.iter().filter(|output| matches!(output, Output::SegmentEnd(_))).count(), 3);
}

#[test]
fn h264_without_b_frames_and_many_slices() {
    check(
        &["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-slices", "4", "-g", "25"],
        false,
    );
}

#[test]
fn h265() {
    let x265 = "log-level=none:keyint=50:min-keyint=50:open-gop=0";
    check(&["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", x265, "-tag:v", "hvc1"], false);
}

#[test]
fn h264_with_aac_muxed_beside_it() {
    let out = check(&["-c:v", "libx264", "-preset", "ultrafast", "-g", "50"], true);
    let init = out.iter().find_map(|o| if let Output::Init(init) = o { Some(init) } else { None }).unwrap();
    assert!(init.codecs.ends_with(",mp4a.40.2"), "{}", init.codecs);
    let judged = judge(&out);
    assert!(judged.sound.len() > 220, "{} of 234 frames", judged.sound.len());
    let contiguous = judged.sound.windows(2).all(|pair| pair[0].time + pair[0].duration == pair[1].time);
    assert!(contiguous, "sound has no cracks");
    let directory = tempdir().unwrap();
    let ours = directory.path().join("sound.mp4");
    std::fs::write(&ours, file_of(&out)).unwrap();
    assert!(frames(&ours, "0:a").len() > 220);
}

/// The init segment as another library reads it.
#[test]
fn mp4_atom_reads_the_init_segment() {
    use mp4_atom::{Any, Codec, DecodeMaybe};
    let directory = tempdir().unwrap();
    let clip = encode(directory.path(), 1, true, &["-c:v", "libx264", "-preset", "ultrafast"]);
    let out = package(&clip, true);
    let init = out.iter().find_map(|o| if let Output::Init(init) = o { Some(init) } else { None }).unwrap();
    let mut bytes = init.bytes.as_ref();
    assert!(matches!(Any::decode_maybe(&mut bytes).unwrap(), Some(Any::Ftyp(_))));
    let Some(Any::Moov(moov)) = Any::decode_maybe(&mut bytes).unwrap() else { panic!("moov follows ftyp") };
    assert!(bytes.is_empty());
    let codecs: Vec<_> = moov.trak.iter().map(|trak| &trak.mdia.minf.stbl.stsd.codecs[0]).collect();
    let [Codec::Avc1(avc1), Codec::Mp4a(mp4a)] = codecs[..] else { panic!("{codecs:?}") };
    assert_eq!((avc1.visual.width, avc1.visual.height), (320, 180));
    assert_eq!(mp4a.audio.channel_count, 1);
    let record = &clip.config.record;
    assert!(init.bytes.windows(record.len()).any(|window| window == record), "avcC byte-exact");
}
