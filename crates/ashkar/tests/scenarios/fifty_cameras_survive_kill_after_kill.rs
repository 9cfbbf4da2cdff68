//! I2 and I5 with the real server under fifty publishers: it is killed with `kill -9` time after time on one data
//! directory: six times, or twenty with `TEST_LONG`. Each time it opens by itself; what was durable is there byte for
//! byte, at most the last second of what had been received is missing, numbers continue, and the gap names the centre
//! as its cause.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::collections::{BTreeMap, HashMap};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Centre, ashkar, eventually, is_long, simulate_cameras};
use jiff::{SignedDuration, Timestamp};

const CAMERAS: usize = 50;
/// Cameras of which every part is noted as soon as it can be seen.
const WATCHED: usize = 5;
/// Time from receiving a part until it is durable, on a disk that keeps up.
const LOSS_MAX: Duration = Duration::from_secs(1);
/// A longer wait than this means that the disk does not keep up at the moment, seconds.
const KEEPS_UP_SECONDS: f64 = 0.3;
/// The first pictures have to be drawn and encoded.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Below the ports that the system assigns: nobody else takes one between two lives of the server, and no publisher
/// that connects to it while nobody listens can get the same port as its own.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

type Media = BTreeMap<String, Vec<u8>>;

#[test]
fn fifty_cameras_survive_kill_after_kill() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let rtmp = free_port();
    let begun = Timestamp::now();
    let mut centre = start(&data, &rtmp);
    let simulator = simulate_cameras(&data, &rtmp, CAMERAS, &[]);
    let mut durable = Media::new();
    let mut killed = Vec::new();
    let kills = if is_long() { 20 } else { 6 };
    for kill in 0..kills {
        let since = Timestamp::now();
        let mut witness = Witness::new(&centre);
        witness.watch_until_all_record(&centre);
        if kill % 4 == 0 {
            witness.watch_until_all_have(&centre, since);
        }
        witness.watch_for(&centre, LOSS_MAX + Duration::from_millis(15 * kill as u64));
        let listed = durable_since(&centre, &witness.cameras, since);
        witness.watch_until_the_disk_keeps_up(&centre);
        let (at, at_wall) = (Instant::now(), Timestamp::now());
        centre.kill();
        killed.push(at_wall);

        centre = start(&data, &rtmp);
        assert_same(&centre, &listed, &format!("kill {kill}"));
        witness.assert_only_the_newest_is_lost(&centre, at, &format!("kill {kill}"));
        durable.extend(listed);
    }
    let witness = Witness::new(&centre);
    assert_eq!(witness.cameras.len(), CAMERAS);
    witness.assert_all_record(&centre);
    drop(simulator);
    assert_same(&centre, &durable, "after all kills");
    assert_numbers_go_on(&centre, &witness.cameras, begun, kills);
    let losses = losses(&centre, &witness.cameras, begun, &killed);
    println!(
        "{CAMERAS} cameras, {kills} kills, {} segments compared; from the end of what is recorded to the kill: p50 {:?}, max {:?}",
        durable.len(),
        losses[losses.len() / 2],
        losses[losses.len() - 1]
    );
    centre.stop();
    let report = ashkar(&["archive", "check", "--json", "--data", &data.display().to_string()]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["problems"].as_array().map(Vec::len), Some(0), "{report:#}");
}

fn start(data: &Path, rtmp: &str) -> Centre {
    Centre::start_with(data, &["--listen", "127.0.0.1:0", "--rtmp", rtmp, "--log", "warn"])
}

fn free_port() -> String {
    let first = PORTS.start + u16::try_from(std::process::id() % 11_000).unwrap();
    let free = (first..PORTS.end).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    format!("127.0.0.1:{}", free.expect("a free port"))
}

/// What can be seen of a running server from outside.
struct Witness {
    cameras: Vec<String>,
    /// Address and bytes of each part of the watched cameras, and when it was first seen.
    parts: HashMap<String, (Instant, Vec<u8>)>,
}

impl Witness {
    /// Waits until all cameras send.
    fn new(centre: &Centre) -> Self {
        let cameras = eventually("every camera sends", TIMEOUT, || {
            let sending = cameras_with(centre, "ashkar_camera_parts_total", 1.0);
            (sending.len() == CAMERAS).then_some(sending)
        });
        Self { cameras, parts: HashMap::new() }
    }

    fn assert_all_record(&self, centre: &Centre) {
        let since = Timestamp::now();
        eventually("every camera is recorded", TIMEOUT, || {
            let has = |camera: &String| !listed(centre, camera, since).is_empty();
            self.cameras.iter().all(has).then_some(())
        });
    }

    fn watch_until_all_record(&mut self, centre: &Centre) {
        eventually("two parts of every camera", TIMEOUT, || {
            self.watch(centre);
            (cameras_with(centre, "ashkar_camera_parts_total", 2.0).len() == CAMERAS).then_some(())
        });
    }

    /// Watches until each camera has a whole segment in the archive.
    fn watch_until_all_have(&mut self, centre: &Centre, since: Timestamp) {
        let mut waiting = self.cameras.clone();
        eventually("a segment of every camera", TIMEOUT, || {
            self.watch(centre);
            waiting.retain(|camera| listed(centre, camera, since).is_empty());
            waiting.is_empty().then_some(())
        });
    }

    fn watch_for(&mut self, centre: &Centre, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.watch(centre);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The promise of a second holds for a disk that keeps up.
    fn watch_until_the_disk_keeps_up(&mut self, centre: &Centre) {
        eventually("a disk that keeps up", TIMEOUT, || {
            self.watch(centre);
            (metric(centre, "ashkar_archive_oldest_unsynced_seconds") < KEEPS_UP_SECONDS).then_some(())
        });
    }

    /// Notes every part that is new in the watched cameras' live playlists.
    fn watch(&mut self, centre: &Centre) {
        for camera in self.cameras.iter().take(WATCHED) {
            // Before its first segment a camera has no playlist.
            let (_, _, body) = centre.request(&format!("/live/{camera}/index.m3u8"), &[]);
            let playlist = String::from_utf8(body).unwrap();
            let parts = playlist.lines().filter(|line| line.starts_with("#EXT-X-PART:"));
            for uri in parts.filter_map(|line| line.split("URI=\"").nth(1)?.split('"').next()) {
                let now = Instant::now();
                self.parts.entry(uri.to_owned()).or_insert_with(|| (now, centre.get(uri)));
            }
        }
    }

    /// What had been received a second before the kill is there; and what is there is what was received.
    fn assert_only_the_newest_is_lost(&self, centre: &Centre, killed: Instant, context: &str) {
        assert!(self.parts.len() >= WATCHED, "{context}: nothing was seen");
        for (uri, (seen, bytes)) in &self.parts {
            let (status, _, found) = centre.request(uri, &[]);
            let age = killed.duration_since(*seen);
            assert!(status == 200 || age <= LOSS_MAX, "{context}: {uri} is lost, received {age:?} before");
            assert!(status != 200 || found == *bytes, "{context}: {uri} has changed");
        }
    }
}

fn cameras_with(centre: &Centre, metric: &str, least: f64) -> Vec<String> {
    let text = centre.text("/metrics");
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix(metric)?.strip_prefix("{camera=\"")?.split_once("\"} "));
    rows.filter(|(_, value)| value.parse::<f64>().unwrap() >= least)
        .map(|(camera, _)| camera.to_owned())
        .collect()
}

fn metric(centre: &Centre, name: &str) -> f64 {
    let text = centre.text("/metrics");
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("no {name}")).parse().unwrap()
}

/// Addresses of the segments that the archive lists since then: only durable ones.
fn listed(centre: &Centre, camera: &str, since: Timestamp) -> Vec<String> {
    let to = Timestamp::now() + SignedDuration::from_secs(60);
    let (status, _, body) = centre.request(&format!("/dvr/{camera}/index.m3u8?from={since}&to={to}"), &[]);
    let text = String::from_utf8(body).unwrap();
    assert!(status == 200 || status == 404, "{status}: {text}");
    // The response starts at the whole second before the span, in which the gap of the last kill may lie.
    let mut is_gap = false;
    let mut uris = Vec::new();
    for line in text.lines() {
        is_gap |= line == "#EXT-X-GAP";
        if line.ends_with(".m4s") && !line.starts_with('#') && !std::mem::take(&mut is_gap) {
            uris.push(line.to_owned());
        }
    }
    uris
}

fn durable_since(centre: &Centre, cameras: &[String], since: Timestamp) -> Media {
    let uris = cameras.iter().flat_map(|camera| listed(centre, camera, since));
    uris.map(|uri| (uri.clone(), centre.get(&uri))).collect()
}

fn assert_same(centre: &Centre, media: &Media, context: &str) {
    for (uri, bytes) in media {
        let (status, _, found) = centre.request(uri, &[]);
        assert_eq!(status, 200, "{context}: {uri} is lost: {}", String::from_utf8_lossy(&found));
        assert!(found == *bytes, "{context}: {uri} has changed");
    }
}

fn assert_numbers_go_on(centre: &Centre, cameras: &[String], begun: Timestamp, kills: usize) {
    for camera in cameras {
        let uris = listed(centre, camera, begun);
        let number = |uri: &String| uri.rsplit('/').next()?.strip_suffix(".m4s")?.parse::<u64>().ok();
        let numbers: Vec<u64> = uris.iter().map(|uri| number(uri).unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{camera}: {numbers:?}");
        assert!(numbers.len() > kills, "{camera}: {numbers:?}");
    }
}

/// Asserts that each kill is a gap of each camera, with its cause, from the end of the recording to the kill, in order.
fn losses(
    centre: &Centre,
    cameras: &[String],
    begun: Timestamp,
    killed: &[Timestamp],
) -> Vec<SignedDuration> {
    let mut losses = Vec::new();
    for camera in cameras {
        let told = centre.json(&format!("/api/v1/cameras/{camera}/timeline?from={begun}"));
        let gaps = told.as_array().unwrap().iter().filter(|entry| entry["state"] == "missing");
        let gaps: Vec<_> = gaps.filter(|entry| entry["cause"] == "centre").collect();
        assert_eq!(gaps.len(), killed.len(), "{camera}: {told:#}");
        for (gap, killed) in gaps.iter().zip(killed) {
            let from: Timestamp = gap["from"].as_str().unwrap().parse().unwrap();
            let to: Timestamp = gap["to"].as_str().unwrap().parse().unwrap();
            assert!(to > *killed, "{camera}: the gap that ends at {to} is not that of the kill at {killed}");
            losses.push(killed.duration_since(from));
        }
    }
    losses.sort_unstable();
    losses
}
