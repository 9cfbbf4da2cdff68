//! Agents in one process, over lines of several kinds, against a real centre: in the end nothing waits, and every part
//! that they recorded is at the centre, byte for byte.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use ashkar_archive::{Archive, Options};
use ashkar_media::Output;
use ashkar_terms::{CameraId, Span, SystemClock, UtcMicros};
use bytes::Bytes;
use serde_json::Value;

use crate::common::{ASHKAR, Centre, ashkar};

const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(i64::MAX / 200) };
/// How long the cameras send.
const SECONDS: u64 = 5;

fn simulate(data: &Path, agents: &Path, door: &str, more: &[&str]) -> std::process::Output {
    Command::new(ASHKAR)
        .args(["simulate", "agents", "--data"])
        .arg(data)
        .arg("--agents")
        .arg(agents)
        .args(["--centre", &format!("http://{door}")])
        .args(more)
        .output()
        .unwrap()
}

fn open(data: &Path) -> Archive {
    let archive = Archive::open(&data.join("archive"), Options::default(), Arc::new(SystemClock::new()));
    let archive = archive.unwrap();
    archive.flush().unwrap();
    archive
}

/// The bytes of every part that the agent in `data` recorded, by camera.
fn recorded(data: &Path) -> Vec<(CameraId, Bytes)> {
    let archive = open(data);
    let mut parts = Vec::new();
    for camera in archive.cameras() {
        let numbers = archive.numbers(camera).into_iter().flatten();
        for output in numbers.flat_map(|number| archive.outputs(camera, number).unwrap().unwrap()) {
            parts.extend(if let Output::Part(part) = output { Some((camera, part.bytes)) } else { None });
        }
    }
    parts
}

fn at_centre(data: &Path) -> HashSet<(CameraId, Bytes)> {
    let archive = open(data);
    let segments = archive.cameras().into_iter().flat_map(|camera| archive.segments(camera, EVER).unwrap());
    segments
        .flat_map(|segment| {
            let parts = archive.read_segment(&segment).unwrap();
            parts.into_iter().map(move |part| (segment.camera, part))
        })
        .collect()
}

#[test]
fn simulated_agents_send_all_that_they_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let (data, agents) = (dir.path().join("centre"), dir.path().join("agents"));
    ashkar(&["init", "--data", data.to_str().unwrap()]);
    let centre = Centre::start_with(
        &data,
        &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0"],
    );
    let door = centre.agents.clone().unwrap();

    let too_many = simulate(&data, &agents, &door, &["--count", "60000"]);
    assert!(!too_many.status.success());
    assert!(String::from_utf8_lossy(&too_many.stderr).contains("fewer than 60000"));

    let seconds = SECONDS.to_string();
    let arguments = ["--count", "3", "--lines", "good,mobile,terrible", "--seed", "7", "--seconds", &seconds];
    let ran = simulate(&data, &agents, &door, &[&arguments[..], &["--drain", "60", "--json"]].concat());
    let log = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{log}");
    let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let count = |name: &str| told[name].as_u64().unwrap();
    assert_eq!((count("agents"), count("seed"), count("waits_s")), (3, 7, 0), "{told}\n{log}");
    assert_eq!((count("not_sent"), count("refused_segments")), (0, 0), "{told}\n{log}");
    assert_eq!(told["lines"], serde_json::json!({ "good": 1, "mobile": 1, "terrible": 1 }));
    assert!(count("live_records") > 0 && count("pictures") > 3 * SECONDS, "{told}");
    assert!(count("persisted_segments") + count("unconfirmed_segments") >= 3, "{told}");
    centre.stop();

    let stations: Vec<_> = std::fs::read_dir(&agents).unwrap().map(|entry| entry.unwrap().path()).collect();
    let recorded: Vec<_> = stations.iter().flat_map(|station| recorded(station)).collect();
    let at_centre = at_centre(&data);
    let lacks = recorded.iter().filter(|part| !at_centre.contains(*part)).count();
    let cameras: HashSet<_> = recorded.iter().map(|(camera, _)| *camera).collect();
    assert_eq!((stations.len(), cameras.len(), lacks), (3, 3, 0), "of {} parts\n{log}", recorded.len());
}
