//! The doctor at a station: without an agent, beside one that records and sends, and over a line that is too thin. What it
//! finds is at the centre, as the device's word.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Value;

use crate::common::station::settings_of_size;
use crate::common::{ASHKAR, Centre, Running, add_camera, ashkar, ashkar_output, eventually};

const SOON: Duration = Duration::from_secs(20);
/// What the thin line carries, bytes a second: 1.6 Mbit/s.
const THIN: u64 = 200_000;

/// A line to the centre that carries so many bytes a second towards it; 0 for any number.
struct Line {
    address: SocketAddr,
    bytes_a_second: Arc<AtomicU64>,
}

impl Line {
    fn to(centre: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = Self { address: listener.local_addr().unwrap(), bytes_a_second: Arc::default() };
        let rate = Arc::clone(&line.bytes_a_second);
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                let there = TcpStream::connect(&centre).unwrap();
                let (up, down) = (rate.clone(), Arc::new(AtomicU64::new(0)));
                let ends = [(&here, &there, up), (&there, &here, down)];
                for (from, to, rate) in ends {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    std::thread::spawn(move || carry(from, to, &rate));
                }
            }
        });
        line
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, rate: &AtomicU64) {
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        let rate = rate.load(Ordering::Relaxed);
        let takes_us = (length as u64 * 1_000_000).checked_div(rate).unwrap_or_default();
        std::thread::sleep(Duration::from_micros(takes_us));
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// The doctor's report, and its exit code.
fn doctor(config: &str, arguments: &[&str]) -> (Value, i32, String) {
    let all = [&["agent", "doctor", "--json", "--config", config], arguments].concat();
    let output = ashkar_output(&all);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"));
    (json, output.status.code().unwrap(), told)
}

fn finding<'a>(answer: &'a Value, subject: &str) -> &'a Value {
    let findings = answer["report"]["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["subject"] == subject);
    found.unwrap_or_else(|| panic!("{subject} is not in {answer}"))
}

#[test]
fn stations_conditions_reach_the_centre() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("centre");
    add_camera(&data, "7/12/1");
    let centre = Centre::start_with(
        &data,
        &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0"],
    );
    let line = Line::to(centre.agents.clone().unwrap());
    let url = format!("http://{}", line.address);
    let settings = settings_of_size(dir.path(), &url, "", (640, 480));
    let config = settings.display().to_string();
    let data = data.to_str().unwrap();

    // Not enrolled: not enough, and it says whose fault that is.
    let (answer, code, _) = doctor(&config, &[]);
    assert_eq!(code, 1, "{answer}");
    assert_eq!(finding(&answer, "centre")["note"], "not-enrolled");
    assert_eq!(finding(&answer, "picture")["note"], "no-agent");
    assert!(finding(&answer, "line-delay")["value"].as_i64().unwrap() < 1000, "measured all the same");
    assert!(finding(&answer, "disk-speed")["value"].as_i64().unwrap() > 0);
    let enrolled = ashkar(&["camera", "enrol", "7/12/1", "--json", "--data", data]);
    let enrolled: Value = serde_json::from_str(&enrolled).unwrap();
    ashkar(&["agent", "enrol", enrolled["code"].as_str().unwrap(), "--centre", &url, "--config", &config]);
    assert!(ashkar(&["camera", "conditions", "--data", data]).contains("No device has sent a report yet."));

    // Enrolled, over a line that is too thin: measured within reason, and not enough.
    line.bytes_a_second.store(THIN, Ordering::Relaxed);
    let answer = eventually("the device is known", SOON, || {
        let answer = doctor(&config, &[]).0;
        (finding(&answer, "centre")["verdict"] == "good").then_some(answer)
    });
    let up = finding(&answer, "line-up");
    assert!((800..2600).contains(&up["value"].as_i64().unwrap()), "{up}");
    assert_eq!(up["limit"], 3000, "twice what the settings allow the camera");
    assert_ne!(up["verdict"], "good");
    line.bytes_a_second.store(0, Ordering::Relaxed);

    // Beside an agent: cameras are known, and the centre gets it.
    let agent = Command::new(ASHKAR)
        .args(["agent", "run", "--config", &config, "--json"])
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(dir.path().join("agent.log")).unwrap())
        .spawn();
    let _agent = Running(agent.unwrap());
    let (answer, code) = eventually("the agent records and is asked", Duration::from_secs(40), || {
        let (answer, code, _) = doctor(&config, &["--send"]);
        let is_known = answer["by_agent"] == true && answer["sent_to"] == url.as_str();
        let findings = answer["report"]["findings"].as_array().unwrap();
        (is_known && findings.iter().any(|finding| finding["subject"] == "keyframes"))
            .then_some((answer, code))
    });
    let of = |subject| finding(&answer, subject);
    assert_eq!((&of("picture")["verdict"], &of("resolution")["value"]), (&"good".into(), &480.into()));
    assert_eq!((&of("codec")["note"], &of("resolution")["verdict"]), (&"h264".into(), &"weak".into()));
    let fps = of("frame-rate")["value"].as_i64().unwrap();
    assert!((20_000..30_000).contains(&fps), "{answer}");
    let is_bad = answer.to_string().contains("\"bad\"");
    assert_eq!(code, i32::from(is_bad), "{answer}");

    let shown = ashkar(&["camera", "conditions", "7/12/1", "--data", data]);
    for words in ["Measured by the device itself", "480 pixels, good is 720 pixels (camera)", "asked"] {
        assert!(shown.contains(words), "{words} is not in {shown}");
    }
    assert!(ashkar(&["camera", "conditions", "--data", data]).contains("7/12/1       "));
    let json = ashkar(&["camera", "conditions", "7/12/1", "--json", "--data", data]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["measured_by"], "device");
    assert_eq!(json["reports"][0]["report"], answer["report"]);
    assert!(ashkar_output(&["camera", "conditions", "9/9/9", "--data", data]).status.code() == Some(2));

    // Without the centre: kept here, and said so.
    centre.stop();
    let (answer, code, told) = doctor(&config, &["--send"]);
    assert!(code == 1 && told.contains("not sent yet"), "{told}");
    assert_eq!((&finding(&answer, "centre")["note"], &answer["sent_to"]), (&"no-line".into(), &Value::Null));
    assert_eq!(std::fs::read_dir(dir.path().join("agent/reports")).unwrap().count(), 1);
}
