//! The output of independent decoders: ffmpeg must show the overlay exactly as computed here, to the last grey level,
//! and the scene as its encoder meant it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use ashkar_load::Source as _;
use ashkar_terms::{CameraId, MediaTime, Span, UtcMicros};
use openh264::OpenH264API;
use openh264::encoder::Encoder;
use openh264::formats::YUVSource;

use crate::encode::{Cut, config, encode_loop};
use crate::h264::intra::MB;
use crate::h264::params::sps;
use crate::h264::slice::Picture;
use crate::overlay::artwork::{Artist, CLOCK_COLUMNS, PLATE_COLUMNS, ROWS};
use crate::overlay::coder::ClockCoder;
use crate::picture::I420;
use crate::scene::{Act, HEIGHT, Stage, WIDTH};
use crate::{Camera, FrameRate, LoopOptions, Loops};

const CAMERA: CameraId = CameraId::new(16, 34, 1);
/// 11 May 2027, 13:46:40.123 UTC.
const START: UtcMicros = UtcMicros(1_810_043_200_123_000);
const OVERLAY_HEIGHT: usize = ROWS * MB;
const SECOND_US: i64 = 1_000_000;

fn loops() -> &'static Loops {
    static LOOPS: OnceLock<Loops> = OnceLock::new();
    LOOPS.get_or_init(|| {
        Loops::new(LoopOptions { rate: FrameRate::SLOW, rooms: 1, ..LoopOptions::default() }).unwrap()
    })
}

fn frames_of(camera: &Camera, seconds: i64) -> (Vec<i64>, Vec<u8>) {
    let history = camera_history(seconds);
    let mut frames = Vec::new();
    let mut stream = parameter_sets(loops());
    for unit in history {
        frames.push(camera.frame_from(MediaTime(unit.camera_dts)));
        append_annex_b(&unit.data, &mut stream);
    }
    (frames, stream)
}

fn camera_history(seconds: i64) -> crate::History {
    loops().history(CAMERA, Span { from: START, to: START.plus(seconds * SECOND_US) }, 0)
}

/// SPS and PPS of the record, behind start codes.
fn parameter_sets(loops: &Loops) -> Vec<u8> {
    let record = loops.config().record;
    let sps_length = usize::from(u16::from_be_bytes([record[6], record[7]]));
    let pps_at = 8 + sps_length + 3;
    [&[0, 0, 0, 1], &record[8..8 + sps_length], &[0, 0, 0, 1], &record[pps_at..]].concat()
}

fn append_annex_b(mut unit: &[u8], out: &mut Vec<u8>) {
    while let Some((length, rest)) = unit.split_first_chunk::<4>() {
        let (nal, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(nal);
        unit = rest;
    }
}

/// Decodes with ffmpeg, failing at any error; planar pictures.
fn decode(stream: &[u8]) -> Vec<u8> {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-err_detect", "explode", "-f", "h264", "-i", "-"])
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ffmpeg is installed");
    let mut input = child.stdin.take().unwrap();
    let stream = stream.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&stream));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "ffmpeg: {complaints}");
    output.stdout
}

fn pictures(planes: &[u8], height: usize) -> impl Iterator<Item = &[u8]> {
    planes.chunks_exact(WIDTH as usize * height * 3 / 2)
}

/// The overlay's luma in macroblock columns `from..from + count` of a picture.
fn overlay_part(picture: &[u8], from: usize, count: usize) -> Vec<u8> {
    let rows = picture.chunks_exact(WIDTH as usize).take(OVERLAY_HEIGHT);
    rows.flat_map(|row| &row[from * MB..(from + count) * MB]).copied().collect()
}

fn worst(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn psnr_db(a: &[u8], b: &[u8]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
    10.0 * (255.0f64.powi(2) * a.len() as f64 / squares.max(1e-9)).log10()
}

#[test]
fn clock_plate_and_scene_are_decoded_as_they_were_made() {
    let camera = loops().camera(CAMERA);
    // Longer than the loop, so that its seam is included.
    let (frames, stream) = frames_of(&camera, 50);
    let decoded = decode(&stream);
    let seen: Vec<&[u8]> = pictures(&decoded, HEIGHT as usize + OVERLAY_HEIGHT).collect();
    assert_eq!(seen.len(), frames.len());

    let artist = Artist::new();
    let mut clock: Option<(u32, ClockCoder)> = None;
    let mut seconds_seen = 0;
    for (&frame, picture) in frames.iter().zip(&seen) {
        let time = loops().local(camera.time_of(frame).0);
        let second = time.hour() as u32 * 3600 + time.minute() as u32 * 60 + time.second() as u32;
        let drawn = artist.clock(second);
        if camera.is_keyframe(frame) {
            let coder = ClockCoder::start(drawn.clone()).0;
            clock = Some((second, coder));
        }
        let (shown, coder) = clock.as_mut().unwrap();
        if *shown != second {
            coder.change(drawn.clone());
            *shown = second;
            seconds_seen += 1;
        }
        let part = overlay_part(picture, PLATE_COLUMNS, CLOCK_COLUMNS);
        assert_eq!(part, coder.decoded(), "clock at {time}");
        assert!(worst(&part, &drawn) <= 16, "clock at {time} is {} off its drawing", worst(&part, &drawn));
        let plate = artist.plate(CAMERA, time.date());
        assert!(worst(&overlay_part(picture, 0, PLATE_COLUMNS), &plate) <= 16, "plate at {time}");
    }
    assert!(seconds_seen >= 20, "{seconds_seen} seconds began within a group of pictures");
    scene_is_near_its_drawing(&camera, &frames, &seen);
}

fn scene_is_near_its_drawing(camera: &Camera, frames: &[i64], seen: &[&[u8]]) {
    let stage = Stage::new(0, Act::Voting);
    let mut canvas = stage.canvas().unwrap();
    let mut drawn = I420::new(WIDTH, HEIGHT);
    let luma = OVERLAY_HEIGHT * WIDTH as usize..(HEIGHT as usize + OVERLAY_HEIGHT) * WIDTH as usize;
    for (&frame, picture) in frames.iter().zip(seen).step_by(7) {
        stage.draw(camera.loop_s(frame), &mut canvas);
        drawn.fill_from(&canvas);
        let db = psnr_db(&picture[luma.clone()], drawn.y());
        assert!(db > 36.0, "frame {frame}: {db:.1} dB");
    }
}

#[test]
fn moving_the_scene_down_changes_no_pixel_of_it() {
    let rate = FrameRate::HALF;
    let cut = Cut { gops: 2, frames_per_gop: usize::from(rate.frames_per_gop()), frame_s: 0.08 };
    let stage = Stage::new(1, Act::Voting);
    let moved = encode_loop(&stage, cut).unwrap();

    let mut original = Vec::new();
    let mut canvas = stage.canvas().unwrap();
    let mut yuv = I420::new(WIDTH, HEIGHT);
    let mut with_overlay = Vec::new();
    for set in [sps(WIDTH, HEIGHT + OVERLAY_HEIGHT as u32), moved.pps.clone()] {
        with_overlay.extend_from_slice(&[0, 0, 0, 1]);
        with_overlay.extend_from_slice(&set);
    }
    for (gop, frames) in moved.gops.iter().enumerate() {
        let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config(cut)).unwrap();
        for (frame, slice) in frames.iter().enumerate() {
            stage.draw((gop * cut.frames_per_gop + frame) as f32 * cut.frame_s, &mut canvas);
            yuv.fill_from(&canvas);
            original.extend(encoder.encode(&yuv).unwrap().to_vec());
            let picture = match frame {
                0 => Picture::Idr { parity: gop == 1 },
                _ => Picture::Inter { frame_num: frame as u16 },
            };
            append_annex_b(&blank_overlay(picture), &mut with_overlay);
            append_annex_b(slice, &mut with_overlay);
        }
    }
    let (original, moved) = (decode(&original), decode(&with_overlay));
    let (width, height) = (WIDTH as usize, HEIGHT as usize);
    let pairs: Vec<_> = pictures(&original, height).zip(pictures(&moved, height + OVERLAY_HEIGHT)).collect();
    assert_eq!(pairs.len(), 2 * cut.frames_per_gop);
    for (n, (before, after)) in pairs.into_iter().enumerate() {
        let below = &after[OVERLAY_HEIGHT * width..(height + OVERLAY_HEIGHT) * width];
        assert!(below == &before[..height * width], "luma of picture {n}");
        let chroma = |picture: &[u8], overlay: usize| -> Vec<u8> {
            let planes = &picture[(height + overlay) * width..];
            let (u, v) = planes.split_at(planes.len() / 2);
            [&u[overlay / 2 * width / 2..], &v[overlay / 2 * width / 2..]].concat()
        };
        assert!(chroma(after, OVERLAY_HEIGHT) == chroma(before, 0), "chroma of picture {n}");
    }
}

/// An overlay with nothing on it.
fn blank_overlay(picture: Picture) -> Vec<u8> {
    use crate::overlay::coder::{plate_rows, unchanged};
    let Picture::Idr { .. } = picture else { return unchanged().slice(picture, 0, 26).to_vec() };
    let plate = plate_rows(&vec![34; PLATE_COLUMNS * ROWS * MB * MB]).slices(picture, 26);
    let clock = ClockCoder::start(vec![34; CLOCK_COLUMNS * ROWS * MB * MB]).1.slices(picture, 26);
    [&plate[0][..], &clock[0], &plate[1], &clock[1]].concat()
}

#[test]
fn a_loop_is_the_same_each_time_it_is_made() {
    let cut = Cut { gops: 2, frames_per_gop: 10, frame_s: 0.2 };
    for act in [Act::Voting, Act::Count] {
        let made = [0, 1].map(|_| encode_loop(&Stage::new(2, act), cut).unwrap());
        assert!(made[0] == made[1]);
    }
}
