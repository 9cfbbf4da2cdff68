//! What many cameras with the same loops have in common, and what not.

// A test that cannot continue fails by panicking, in its helpers too.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::HashMap;
use std::sync::OnceLock;

use ashkar_load::Source as _;
use ashkar_synthetic::{FrameRate, LoopOptions, Loops};
use ashkar_terms::{CameraId, MediaTime};

fn loops(bitrate: Option<u32>) -> Loops {
    let rate: FrameRate = "2".parse().unwrap();
    Loops::new(LoopOptions { rate, rooms: 1, bitrate, ..LoopOptions::default() }).unwrap()
}

/// Loops at the natural rate, for tests that only read.
fn natural() -> Loops {
    static LOOPS: OnceLock<Loops> = OnceLock::new();
    LOOPS.get_or_init(|| loops(None)).clone()
}

fn cameras() -> impl Iterator<Item = CameraId> {
    (0..1000).map(|n| CameraId::new(1 + n % 119, 1 + n / 119, 1))
}

const NOON: MediaTime = MediaTime(1_810_036_800 * 90_000);

#[test]
fn keyframes_of_a_thousand_cameras_are_spread_over_the_group() {
    let loops = natural();
    let mut by_tenth: HashMap<i64, u32> = HashMap::new();
    for id in cameras() {
        let camera = loops.camera(id);
        let mut frame = camera.frame_from(NOON);
        assert!(camera.time_of(frame) >= NOON && camera.time_of(frame - 1) < NOON);
        while !camera.is_keyframe(frame) {
            frame += 1;
        }
        *by_tenth.entry(camera.time_of(frame).since(NOON) / 18_000).or_default() += 1;
    }
    assert_eq!(by_tenth.len(), 10);
    assert!(by_tenth.values().all(|&count| (60..140).contains(&count)), "{by_tenth:?}");
}

#[test]
fn scenes_are_shared_and_plates_are_not() {
    let loops = natural();
    let mut seen: HashMap<*const u8, usize> = HashMap::new();
    let mut plates = Vec::new();
    for id in cameras() {
        let mut camera = loops.camera(id);
        let mut frame = camera.frame_from(NOON);
        while !camera.is_keyframe(frame) {
            frame += 1;
        }
        let unit = camera.access_unit(frame);
        assert!(unit.keyframe && unit.chunks().len() == 5);
        assert_eq!(unit.to_bytes().len(), unit.len());
        plates.push(unit.chunks()[0].clone());
        *seen.entry(unit.chunks()[4].as_ptr()).or_default() += 1;
        assert_eq!(camera.access_unit(frame + 1).chunks().len(), 2);
    }
    assert!(seen.len() <= 20, "{} copies of the scene", seen.len());
    plates.sort();
    plates.dedup();
    assert_eq!(plates.len(), 1000);
}

#[test]
fn filler_brings_the_rate_to_what_was_asked_for() {
    for bits in [600_000, 2_000_000] {
        let mut camera = loops(Some(bits)).camera(CameraId::new(7, 12, 1));
        let first = camera.frame_from(NOON);
        let bytes: usize = (first..first + 80).map(|frame| camera.access_unit(frame).len()).sum();
        let rate = bytes as f64 * 8.0 / 40.0;
        assert!((rate / f64::from(bits) - 1.0).abs() < 0.05, "{rate} instead of {bits}");
    }
}

#[test]
fn the_same_moment_gives_the_same_picture() {
    let loops = natural();
    let id = CameraId::new(16, 34, 1);
    let (mut one, mut other) = (loops.camera(id), loops.camera(id));
    let first = one.frame_from(NOON);
    let forwards: Vec<_> = (first..first + 30).map(|frame| one.access_unit(frame).to_bytes()).collect();
    let backwards: Vec<_> =
        (first..first + 30).rev().map(|frame| other.access_unit(frame).to_bytes()).collect();
    assert!(forwards.iter().eq(backwards.iter().rev()));
}
