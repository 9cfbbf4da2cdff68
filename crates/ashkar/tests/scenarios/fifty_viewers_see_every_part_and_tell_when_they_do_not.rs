//! `ashkar simulate viewers` against the real centre: while it works, nobody stalls; while it is stopped, all do, and
//! report it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{ASHKAR, Centre, Running, eventually, simulate_cameras};
use serde_json::Value;

/// Time for drawing and encoding rooms on a busy machine.
const DRAWN: Duration = Duration::from_secs(180);

#[test]
fn fifty_viewers_see_every_part_and_tell_when_they_do_not() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let centre = Centre::start(&data);
    let _cameras = cameras(&centre, 2);
    eventually("two cameras with some segments", DRAWN, || {
        let live = live_cameras(&centre);
        (live.len() == 2 && live.iter().all(|id| segments(&centre, id) >= 4)).then_some(())
    });

    while_the_centre_works(&centre);
    while_the_centre_stands(&centre);
    several_processes_add_up(&centre);
}

fn while_the_centre_works(centre: &Centre) {
    let told = watch(centre, &["--count", "50", "--seconds", "12", "--ramp", "1"], || {});
    assert_eq!(told["errors_total"], 0, "{told:#}");
    assert_eq!(
        (&told["stalls"], &told["jumps"], &told["gaps"]),
        (&0.into(), &0.into(), &0.into()),
        "{told:#}"
    );
    assert_eq!((&told["viewers"], &told["playing"]), (&50.into(), &50.into()), "{told:#}");
    // Two parts a second per viewer, for at least ten seconds.
    assert!(told["part"]["answered"].as_u64().unwrap() > 50 * 2 * 9, "{told:#}");
    assert!(told["part_late"]["count"].as_u64().unwrap() > 50 * 2 * 8, "{told:#}");
    assert!(told["part_late"]["p50_ms"].as_f64().unwrap() < 500.0, "{told:#}");
    let behind = |which: &str| told["behind_media"][which].as_f64().unwrap();
    // A camera whose first picture was delayed on its way is ahead of the time of day for a while.
    assert!(behind("max_ms") > 0.0 && behind("p50_ms") < 3000.0, "{told:#}");
}

/// A server that does not answer for five seconds exhausts the second and a half in each buffer.
fn while_the_centre_stands(centre: &Centre) {
    let id = centre.process.0.id().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    let told = watch(centre, &["--count", "50", "--seconds", "15", "--ramp", "1", "--uncompressed"], || {
        std::thread::sleep(Duration::from_secs(4));
        signal("-STOP");
        std::thread::sleep(Duration::from_secs(5));
        signal("-CONT");
    });
    assert!(told["stalls"].as_u64().unwrap() >= 50, "{told:#}");
    assert!(told["longest_stall_seconds"].as_f64().unwrap() > 2.0, "{told:#}");
    assert_eq!(told["playing"], 50, "and then they go on: {told:#}");
}

/// If the limit of open files is too low for all viewers, there is a parent and its children.
fn several_processes_add_up(centre: &Centre) {
    let few_files = format!("ulimit -n 104 && exec {ASHKAR} simulate viewers --url {} ", centre.http);
    let output = Command::new("sh")
        .args(["-c", &(few_files + "--count 100 --wait-only --seconds 4 --ramp 0.5 --json")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("3 processes"), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&told["viewers"], &told["errors_total"]), (&100.into(), &0.into()), "{told:#}");
    assert!(told["reload"]["answered"].as_u64().unwrap() > 100, "{told:#}");
    assert_eq!((&told["part"]["sent"], &told["connections"]), (&0.into(), &100.into()), "{told:#}");
}

/// Runs viewers, and `meanwhile`; returns their summary.
fn watch(centre: &Centre, arguments: &[&str], meanwhile: impl FnOnce()) -> Value {
    let child = Command::new(ASHKAR)
        .args(["simulate", "viewers", "--json", "--url", &centre.http])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    meanwhile();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn cameras(centre: &Centre, count: usize) -> Running {
    let rtmp = centre.rtmp.strip_prefix("rtmp://").unwrap();
    simulate_cameras(&centre.data, rtmp, count, &["--bitrate", "300000"])
}

fn live_cameras(centre: &Centre) -> Vec<String> {
    let page = centre.json("/api/v1/stations");
    let stations = page["items"].as_array().unwrap().iter();
    let cameras = stations.flat_map(|station| station["cameras"].as_array().unwrap());
    let live = cameras.filter(|camera| camera["state"] == "live");
    live.map(|camera| camera["id"].as_str().unwrap().to_owned()).collect()
}

fn segments(centre: &Centre, camera: &str) -> usize {
    let (status, _, body) = centre.request(&format!("/live/{camera}/index.m3u8"), &[]);
    if status == 200 { String::from_utf8_lossy(&body).matches("#EXTINF").count() } else { 0 }
}
