//! The centre's wall clock steps by an hour and by a day, forward and back, and drifts; cameras have clocks that are
//! years off. No recording stops, live goes on, every step is recorded, and numbers are never used twice (I9).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::common::wall_clock::WallClock;
use crate::common::{Centre, Publish, Running, add_camera, ashkar, eventually, log_of, ten_viewers};
use serde_json::Value;

const CAMERAS: [&str; 2] = ["7/12/1", "7/13/1"];
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Offset of the clock after each step, seconds from the true time.
const OFFSETS: [i64; 5] = [HOUR, 0, DAY, 0, -DAY];
/// Drift of a bad crystal, as a factor.
const DRIFT: &str = "x1.0003";

#[test]
fn clocks_may_step_and_drift() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let clock = WallClock::in_directory(dir.path());
    let keys = CAMERAS.map(|camera| add_camera(&data, camera));
    let centre = start(&data, &clock);
    // The second camera's clock is 24 days ahead, the most that ffmpeg can express, and starts over while it is on air.
    let old = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25", "-output_ts_offset", "4294947"];
    let _first = centre.publish(&keys[0], &Publish::default());
    let _second = centre.publish(&keys[1], &Publish { input: &old, ..Publish::default() });
    for camera in CAMERAS {
        eventually("some segments", Duration::from_secs(40), || (newest(&centre, camera)? > 2).then_some(()));
    }

    let viewers = watch(&centre);
    for offset in OFFSETS {
        clock.set(offset, "");
        goes_on(&centre, &format!("with the clock {offset} s off"));
    }
    clock.set(-DAY, DRIFT);
    goes_on(&centre, "while it drifts");
    let told = summary(viewers);
    // A step of an hour is listed as a gap; after one of a day the window begins anew, and a player with it.
    assert_eq!((&told["errors_total"], &told["playing"]), (&0.into(), &10.into()), "{told:#}");
    assert!(told["longest_stall_seconds"].as_f64().unwrap() < 5.0, "{told:#}");
    every_step_is_recorded(&data);
    no_camera_left(&centre);

    let last = CAMERAS.map(|camera| newest(&centre, camera).unwrap());
    centre.kill();
    // It comes back with a clock that is a day behind its own recordings.
    let centre = start(&data, &clock);
    let _first = centre.publish(&keys[0], &Publish::default());
    let _second = centre.publish(&keys[1], &Publish::default());
    for (camera, last) in CAMERAS.into_iter().zip(last) {
        eventually("numbers go on", Duration::from_secs(30), || {
            (newest(&centre, camera)? > last + 2).then_some(())
        });
    }
    centre.stop();
    let report = ashkar(&["archive", "check", "--json", "--data", &data.display().to_string()]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(0), "{report:#}");
}

fn start(data: &Path, clock: &WallClock) -> Centre {
    Centre::start_under(data, &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"], &clock.environment())
}

/// Each camera's list changes, and then has two more segments: they are two seconds long. The first change may be
/// caused by the step itself, which ends a segment and skips a number.
fn goes_on(centre: &Centre, when: &str) {
    let before = CAMERAS.map(|camera| newest(centre, camera).unwrap());
    for (camera, before) in CAMERAS.into_iter().zip(before) {
        let first = eventually(&format!("{camera} is seen {when}"), Duration::from_secs(8), || {
            newest(centre, camera).filter(|number| *number > before)
        });
        eventually(&format!("{camera} goes on {when}"), Duration::from_secs(8), || {
            (newest(centre, camera)? >= first + 2).then_some(())
        });
    }
}

/// Number of the newest whole segment.
fn newest(centre: &Centre, camera: &str) -> Option<u64> {
    let (status, _, body) = centre.request(&format!("/live/{camera}/index.m3u8"), &[]);
    let text = String::from_utf8(body).unwrap();
    let line = text.lines().rev().find(|line| line.ends_with(".m4s") && !line.starts_with('#'));
    (status == 200).then_some(line?)?.rsplit('/').next()?.strip_suffix(".m4s")?.parse().ok()
}

fn watch(centre: &Centre) -> Running {
    ten_viewers(&centre.http, &CAMERAS.join(","))
}

/// Ends viewers like Ctrl+C.
fn summary(mut viewers: Running) -> Value {
    let id = viewers.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    serde_json::from_reader(viewers.0.stdout.take().unwrap()).unwrap()
}

fn every_step_is_recorded(data: &Path) {
    let log = log_of(data);
    let steps = log.lines().filter(|line| line.contains("CentreClockStepped")).count();
    assert!(steps >= OFFSETS.len() * CAMERAS.len(), "{steps} steps noted:\n{log}");
    eventually("the second camera's clock begins anew", Duration::from_secs(40), || {
        log_of(data).contains("CameraClockJumped").then_some(())
    });
}

/// Nobody was disconnected, and nothing is missing for any reason but the clock.
fn no_camera_left(centre: &Centre) {
    let metrics = centre.text("/metrics");
    assert!(metrics.contains("ashkar_rtmp_accepted_total 2.0"), "{metrics}");
    for camera in CAMERAS {
        let timeline = centre.json(&format!("/api/v1/cameras/{camera}/timeline"));
        let missing = timeline.as_array().unwrap().iter().filter(|entry| entry["state"] == "missing");
        for gap in missing {
            assert_eq!(gap["cause"], "clock", "{camera}: {timeline:#}");
        }
    }
}
