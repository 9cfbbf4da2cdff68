//! I1 and I10 with the real server on real file systems: one that fills up and empties again, and one whose disk is
//! removed. Live goes on, the state is shown in `/metrics`, `/readyz` and the camera's timeline, and once there is room
//! again recording resumes by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::disk::Disk;
use crate::common::{Centre, Publish, Running, add_camera, ashkar, eventually, log_of};
use jiff::Timestamp;

const TIMEOUT: Duration = Duration::from_secs(90);
const RECORDING: &str = "ashkar_camera_recording{camera=\"7/12/1\"}";

/// A centre whose archive lies on a disk of its own, and a camera that sends.
struct OnAir {
    centre: Centre,
    data: PathBuf,
    begun: Timestamp,
    _publisher: Running,
    _directory: tempfile::TempDir,
}

impl OnAir {
    fn start(disk: &Path, arguments: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let key = add_camera(&data, "7/12/1");
        std::os::unix::fs::symlink(disk, data.join("archive")).unwrap();
        let listen = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"];
        let begun = Timestamp::now();
        let centre = Centre::start_with(&data, &[&listen, arguments].concat());
        let publisher = centre.publish(&key, &Publish::default());
        let on_air = Self { centre, data, begun, _publisher: publisher, _directory: directory };
        on_air.until_recorded_after(0);
        on_air
    }

    fn figure(&self, name: &str) -> Option<f64> {
        let text = self.centre.text("/metrics");
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    fn until_state(&self, state: &str, ready: bool) {
        let status = if ready { 200 } else { 503 };
        eventually(&format!("state {state}"), TIMEOUT, || {
            let told = self.figure(&format!("ashkar_archive_state{{state=\"{state}\"}}"));
            (told == Some(1.0) && self.centre.request("/readyz", &[]).0 == status).then_some(())
        });
    }

    /// Number of the newest segment that viewers can play.
    fn live(&self) -> u64 {
        let text = self.centre.text("/live/7/12/1/index.m3u8");
        let first = text.lines().find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:")).unwrap();
        let whole = text.lines().filter(|line| line.ends_with(".m4s") && !line.starts_with('#')).count();
        first.parse::<u64>().unwrap() + u64::try_from(whole).unwrap()
    }

    fn assert_live_goes_on(&self) {
        let before = self.live();
        eventually("live goes on", TIMEOUT, || (self.live() >= before + 3).then_some(()));
    }

    fn recorded(&self) -> Vec<u64> {
        let (from, to) = (self.begun, Timestamp::now());
        let (_, _, body) = self.centre.request(&format!("/dvr/7/12/1/index.m3u8?from={from}&to={to}"), &[]);
        let text = String::from_utf8(body).unwrap();
        let names = text.lines().filter_map(|line| line.rsplit('/').next()?.strip_suffix(".m4s"));
        names.filter_map(|name| name.parse().ok()).collect()
    }

    fn until_recorded_after(&self, number: u64) {
        eventually("a recorded segment", TIMEOUT, || {
            self.recorded().last().is_some_and(|last| *last > number).then_some(())
        });
    }

    fn assert_declared(&self, cause: &str) {
        let told = self.centre.json(&format!("/api/v1/cameras/7/12/1/timeline?from={}", self.begun));
        let is_it = |entry: &&serde_json::Value| entry["state"] == "missing" && entry["cause"] == cause;
        assert_eq!(told.as_array().unwrap().iter().filter(is_it).count(), 1, "{told:#}");
    }
}

#[test]
fn full_down_to_the_reserve() {
    fills_and_empties(&[]);
}

#[test]
fn full_to_the_last_byte() {
    fills_and_empties(&["--disk-reserve-bytes", "0", "--journal-bytes", "131072"]);
}

fn fills_and_empties(arguments: &[&str]) {
    let disk = Disk::tmpfs(64);
    let on_air = OnAir::start(&disk.path(), arguments);
    let ballast = disk.path().join("ballast");
    fill(&ballast);
    on_air.until_state("full", false);
    eventually("parts are refused", TIMEOUT, || (on_air.figure(RECORDING) == Some(0.0)).then_some(()));
    on_air.assert_live_goes_on();
    assert_eq!(on_air.figure(RECORDING), Some(0.0), "without room nothing is recorded");
    let before = on_air.live();

    std::fs::remove_file(&ballast).unwrap();
    on_air.until_state("ok", true);
    on_air.until_recorded_after(before);
    assert_eq!(on_air.figure(RECORDING), Some(1.0));
    on_air.assert_live_goes_on();
    on_air.assert_declared("disk");
    let recorded = on_air.recorded();
    assert!(recorded.windows(2).all(|pair| pair[0] < pair[1]), "{recorded:?}");
    let OnAir { centre, data, .. } = on_air;
    centre.stop();
    ashkar(&["archive", "check", "--data", &data.display().to_string()]);
}

/// The whole data directory is on a disk that was filled to the last byte before the start.
#[test]
fn full_at_the_start() {
    let disk = Disk::tmpfs(64);
    let data = disk.path().join("data");
    let key = add_camera(&data, "7/12/1");
    let ballast = disk.path().join("ballast");
    fill(&ballast);
    let listen = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"];
    let small = ["--disk-reserve-bytes", "33554432", "--journal-bytes", "131072"];
    let begun = Timestamp::now();
    let centre = Centre::start_with(&data, &[listen, small].concat());
    let publisher = centre.publish(&key, &Publish::default());
    let on_air =
        OnAir { centre, data, begun, _publisher: publisher, _directory: tempfile::tempdir().unwrap() };
    on_air.until_state("full", false);
    eventually("it is live", TIMEOUT, || {
        let (status, _, _) = on_air.centre.request("/live/7/12/1/index.m3u8", &[]);
        (status == 200).then_some(())
    });
    on_air.assert_live_goes_on();
    let told = log_of(&on_air.data);
    assert_eq!(told.matches("the disk of the data directory is full: make room").count(), 1, "{told}");

    std::fs::remove_file(&ballast).unwrap();
    on_air.until_state("nearly_full", true);
    on_air.until_recorded_after(0);
    on_air.centre.stop();
}

/// Uses up all free space.
fn fill(path: &Path) {
    let mut file = std::fs::File::create(path).unwrap();
    let block = vec![1; 64 << 10];
    while file.write_all(&block).is_ok() {}
}

#[test]
fn dead() {
    let mut disk = Disk::ext4(64);
    let on_air = OnAir::start(&disk.path(), &[]);
    disk.shrink();
    on_air.until_state("failing", false);
    on_air.assert_live_goes_on();
    on_air.until_state("failing", false);
    assert!(on_air.figure("ashkar_archive_errors_total").unwrap() >= 1.0);
    eventually("the oldest part that waits is told", TIMEOUT, || {
        (on_air.figure("ashkar_archive_oldest_unsynced_seconds")? > 1.0).then_some(())
    });
    on_air.centre.kill();
}
