//! An IP camera that sends H.265: pulled, recorded and served byte-exact, though not every browser can show it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{Centre, Running, ashkar, eventually, fetch, tool};

/// GStreamer's RTSP server with a test picture, and its address.
fn camera() -> (Running, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/test-camera.py");
    let mut child = Command::new("/usr/bin/python3")
        .args([script, "--codec", "h265", "--auth", "digest"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 with GStreamer is installed");
    let mut ready = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let address = ready.trim().strip_prefix("ready rtsp://").expect("the camera is ready").to_owned();
    (Running(child), format!("rtsp://camera:pass%3Aword@{address}"))
}

#[test]
fn h265_is_fetched_recorded_and_served() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let (_camera, address) = camera();
    ashkar(&[
        "camera",
        "add",
        "7/12/1",
        "--approved",
        "--pull",
        &address,
        "--data",
        &data.display().to_string(),
    ]);
    let centre = Centre::start(&data);
    let live = format!("{}/live/7/12/1/index.m3u8", centre.http);
    eventually("three segments", Duration::from_secs(40), || {
        let (status, _, body) = fetch(&live, &[]);
        (status == 200 && String::from_utf8_lossy(&body).matches("#EXTINF").count() >= 3).then_some(())
    });
    let codec =
        tool("ffprobe", &["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", &live]);
    assert!(codec.contains("hevc"), "{codec}");
    let decoded = ["-v", "error", "-xerror", "-t", "3", "-i", &live, "-f", "null", "-"];
    tool("ffmpeg", &decoded);

    let (status, _, body) = centre.request("/still/7/12/1.jpg", &[]);
    let problem = String::from_utf8_lossy(&body).into_owned();
    assert!((400..500).contains(&status) && problem.contains("H.265"), "{status}: {problem}");
}
