//! A keyframe becomes a JPEG that another decoder can read, small enough, with the camera's brightness.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use ashkar_stills::{KeyframeError, MAX_WIDTH, StillError, still};
use proptest::prelude::*;
use support::half_and_half;

/// The picture decoded by ffmpeg: width, height, grey bytes.
fn grey(jpeg: &[u8]) -> (usize, usize, Vec<u8>) {
    let pgm =
        ["-v", "error", "-f", "mjpeg", "-i", "-", "-f", "image2pipe", "-c:v", "pgm", "-pix_fmt", "gray", "-"];
    let mut child = Command::new("ffmpeg")
        .args(pgm)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ffmpeg is needed for this test");
    child.stdin.take().unwrap().write_all(jpeg).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let header: Vec<_> = output.stdout.splitn(4, |byte| byte.is_ascii_whitespace()).collect();
    let number = |at: usize| String::from_utf8(header[at].to_vec()).unwrap().parse::<usize>().unwrap();
    let (width, height) = (number(1), number(2));
    let pixels = output.stdout[output.stdout.len() - width * height..].to_vec();
    (width, height, pixels)
}

fn check(size: (usize, usize), expected: (usize, usize)) {
    let (init, part) = half_and_half(size.0, size.1);
    let jpeg = still(&init, &part).unwrap();
    let (width, height, pixels) = grey(&jpeg);
    assert_eq!((width, height), expected, "of {size:?}");
    let at = |x: usize| pixels[height / 2 * width + x];
    assert!(at(width / 8) < 12, "black stays black: {}", at(width / 8));
    assert!(at(width * 7 / 8) > 243, "white stays white: {}", at(width * 7 / 8));
}

#[test]
fn small_pictures_keep_their_size() {
    check((320, 180), (320, 180));
    check((640, 360), (640, 360));
}

#[test]
fn wide_pictures_are_averaged_down_by_a_whole_factor() {
    check((1280, 720), (640, 360));
    check((1920, 1080), (640, 360));
    check((704, 576), (352, 288));
    assert!(1280_usize.div_ceil(MAX_WIDTH) == 2);
}

#[test]
fn what_is_not_a_recorded_keyframe_is_named() {
    let (init, part) = half_and_half(64, 48);
    assert!(matches!(still(&init, b""), Err(StillError::Keyframe(KeyframeError::Missing(_)))));
    assert!(matches!(still(b"", &part), Err(StillError::Keyframe(KeyframeError::Missing(_)))));
    assert!(matches!(still(&part, &init), Err(StillError::Keyframe(_))));
}

proptest! {
    /// Only the boxes are cut and changed here: decoding of changed pictures stays in its own process.
    #[test]
    fn cut_boxes_are_an_error(cut in 0_usize..400) {
        let (init, part) = half_and_half(64, 48);
        let boxes = part.windows(4).position(|window| window == b"mdat").unwrap() + 4;
        let short = &part[..cut.min(boxes)];
        prop_assert!(still(&init, short).is_err());
        let short = &init[..cut.min(init.len() - 1)];
        prop_assert!(still(short, &part).is_err());
    }
}
