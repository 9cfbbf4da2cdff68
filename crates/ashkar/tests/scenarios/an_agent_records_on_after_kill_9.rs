//! The station's agent is killed and started again: each camera goes on with the next number, the hole is declared, what
//! was left of its children is ended, and a clean stop makes everything durable (I2, I5).

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_archive::{Archive, Options};
use ashkar_terms::{CameraId, Cause, Span, SystemClock, UtcMicros};
use serde_json::Value;

use crate::common::{ASHKAR, Running, ashkar, ashkar_output, eventually, tool};

const EVER: Span = Span { from: UtcMicros(0), to: UtcMicros(i64::MAX / 200) };
const TIMEOUT: Duration = Duration::from_secs(60);

/// A running agent, and its objects of each second.
struct Agent {
    process: Running,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Agent {
    fn start(settings: &Path) -> Self {
        let mut child = Command::new(ASHKAR)
            .args(["agent", "run", "--json", "--config"])
            .arg(settings)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { process: Running(child), lines }
    }

    /// The first object in which all `cameras` are so.
    fn until(&mut self, cameras: &[usize], is: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        for line in &mut self.lines {
            let status: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if cameras.iter().all(|camera| is(&status["cameras"][camera])) {
                return status;
            }
            assert!(began.elapsed() < TIMEOUT, "it stays so: {status}");
        }
        panic!("the agent has ended");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.process.0.id().to_string()]).status();
        assert!(status.unwrap().success());
    }
}

fn is_recording(camera: &Value) -> bool {
    camera["recording"] == true && camera["pictures"].as_u64() > Some(60)
}

fn child_of(data: &Path, camera: &str) -> String {
    let note = std::fs::read_to_string(data.join("run").join(camera).join("child")).unwrap();
    note.split(' ').next().unwrap().to_owned()
}

fn lives(process: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

fn last_number(archive: &Archive, camera: CameraId) -> u64 {
    archive.segments(camera, EVER).unwrap().last().unwrap().segment
}

/// With the segments that a kill interrupted, which are ended now.
fn open(data: &Path) -> Archive {
    let archive = Archive::open(&data.join("archive"), Options::default(), Arc::new(SystemClock::new()));
    let archive = archive.unwrap();
    archive.flush().unwrap();
    archive
}

#[test]
fn an_agent_records_on_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let clip = dir.path().join("clip.mp4");
    let pictures = "testsrc=size=320x240:rate=25:duration=3";
    tool("ffmpeg", &["-nostdin", "-v", "error", "-f", "lavfi", "-i", pictures, clip.to_str().unwrap()]);
    let settings = dir.path().join("agent.toml");
    // The third hangs, as encoders do: it lives on when its agent is killed, and then two would want its device.
    let text = "time_zone = \"Asia/Baku\"\ndata = \"data\"\nstation = \"Məntəqə 12\"\ndisk_reserve_bytes = 16777216\n\
        [[camera]]\nid = \"7/12/1\"\nsource = \"file:clip.mp4\"\nwidth = 320\nheight = 240\n\
        [[camera]]\nid = \"7/12/2\"\nsource = \"file:clip.mp4\"\nwidth = 160\nheight = 120\nclock = false\n\
        [[camera]]\nid = \"7/12/3\"\nsource = \"command: sleep 600\"\n";
    std::fs::write(&settings, text).unwrap();
    let data = dir.path().join("data");
    let cameras = [CameraId::new(7, 12, 1), CameraId::new(7, 12, 2)];

    let mut agent = Agent::start(&settings);
    agent.until(&[0, 1], is_recording);
    let silent = child_of(&data, "7-12-3");
    agent.signal("-KILL");
    agent.process.0.wait().unwrap();
    // It is held by nobody, and so can be looked at.
    let archive = open(&data);
    let last: Vec<u64> = cameras.iter().map(|camera| last_number(&archive, *camera)).collect();
    drop(archive);
    assert!(lives(&silent), "it hangs");

    let mut agent = Agent::start(&settings);
    agent.until(&[0, 1], is_recording);
    eventually("what was left is ended", TIMEOUT, || (!lives(&silent)).then_some(()));
    let children: Vec<String> =
        ["7-12-1", "7-12-2", "7-12-3"].iter().map(|camera| child_of(&data, camera)).collect();
    agent.signal("-TERM");
    assert!(agent.process.0.wait().unwrap().success());
    assert!(children.iter().all(|child| !lives(child)), "no child outlives a stop");

    ashkar(&["archive", "check", "--data", data.to_str().unwrap()]);
    let archive = open(&data);
    assert_eq!(archive.undeclared(), []);
    for (camera, last) in cameras.into_iter().zip(last) {
        let gaps = archive.gaps(camera, EVER);
        let hole = gaps.iter().find(|gap| gap.to.is_some()).expect("the hole is declared");
        assert_eq!(hole.cause, Cause::Centre, "the machine had power all the time");
        let numbers: Vec<u64> =
            archive.segments(camera, EVER).unwrap().iter().map(|entry| entry.segment).collect();
        let after = numbers.iter().find(|number| **number > last).unwrap();
        assert_eq!(
            archive.gap_of(camera, after - 1).map(|gap| gap.cause),
            Some(Cause::Centre),
            "{numbers:?}"
        );
        assert_eq!(archive.gap_of(camera, last + 1).map(|gap| gap.cause), Some(Cause::Centre), "{numbers:?}");
    }
}

#[test]
fn what_a_technician_asks_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let settings = dir.path().join("agent.toml");
    let settings_path = settings.to_str().unwrap();
    std::fs::write(
        &settings,
        "time_zone = \"Asia/Baku\"\nrtmp = \"[::]:1936\"\n[[camera]]\nid = \"7/12/2\"\nsource = \"rtmp\"\n",
    )
    .unwrap();
    let data = dir.path().join("elsewhere");
    let keys = ["agent", "keys", "--config", settings_path, "--data", data.to_str().unwrap()];
    let first = ashkar(&[&keys[..], &["--push-host", "10.0.0.2:1935"]].concat());
    assert!(first.starts_with("7/12/2 rtmp://10.0.0.2:1935/ingest/7-12-2."), "{first}");
    let second = ashkar(&keys);
    assert!(second.starts_with("7/12/2 rtmp://[::1]:1936/ingest/"), "the port of the settings: {second}");
    assert_eq!(second.rsplit('/').next(), first.rsplit('/').next(), "a key is made once");
    let devices = ashkar(&["agent", "devices"]);
    assert!(devices.contains("v4l2:/dev/video") || devices.starts_with("there is no webcam"), "{devices}");

    std::fs::write(&settings, "time_zone = \"Asia/Baku\"\ncolour = 1\n").unwrap();
    for (arguments, says) in [
        (&["agent", "run", "--config", settings_path][..], "agent.toml, line 2: unknown field `colour`"),
        (&["agent", "run"], "--config agent.toml"),
        (&["--config", settings_path, "archive", "check"], "colour: there is no such setting"),
    ] {
        let output = ashkar_output(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(says), "{arguments:?}: {told}");
    }
}
