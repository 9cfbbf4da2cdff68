//! A station whose encoder is not switched on yet, over HTTP/1.1, which has no pings: the line stays up for longer than the centre
//! leaves an idle connection open, the clocks go on being compared, and the centre counts the station as there. A centre that
//! stands still is noticed all the same.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::common::station::{enrol, newest_status, put_election, start_agent_under, start_centre};
use crate::common::{Centre, add_camera, eventually};

/// The centre closes a connection that has been idle for 15 s.
const SILENT_FOR: Duration = Duration::from_secs(18);

/// A question after four seconds of silence, and ten for its answer.
const NOTICED_WITHIN: Duration = Duration::from_secs(40);

fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

fn on_line(centre: &Centre) -> bool {
    centre.text("/metrics").lines().any(|line| line == "ashkar_agent_cameras_on_line 1.0")
}

#[test]
fn an_agent_whose_cameras_are_silent_keeps_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    put_election(&data);
    add_camera(&data, "7/12/1");
    let (centre, door) = start_centre(&data);
    let url = format!("http://{door}");
    let settings = dir.path().join("agent.toml");
    let text = format!(
        "time_zone = \"Asia/Baku\"\ndata = \"agent\"\ncentres = [\"{url}\"]\nrtmp = \"127.0.0.1:0\"\n\
        disk_reserve_bytes = 16777216\n[[camera]]\nid = \"7/12/1\"\nsource = \"rtmp\"\n"
    );
    std::fs::write(&settings, text).unwrap();
    enrol(&data, &url, settings.to_str().unwrap());
    let (log, status_file) = (dir.path().join("log"), dir.path().join("status"));
    let _agent = start_agent_under(&settings, &log, &status_file, &[]);
    let line = || Some(newest_status(&status_file)?["line"].clone());
    let opened = eventually("a session is open", Duration::from_secs(20), || {
        line().filter(|line| line["session"] == true && line["up"] == true)
    });

    let began = Instant::now();
    while began.elapsed() < SILENT_FOR {
        std::thread::sleep(Duration::from_millis(500));
        let now = line().unwrap();
        assert_eq!((&now["up"], &now["since"]), (&true.into(), &opened["since"]), "{now:#}");
        assert!(now["clock_ahead_ms"].is_i64(), "{now:#}");
        assert!(on_line(&centre), "after {:?}", began.elapsed());
    }
    let told = std::fs::read_to_string(&log).unwrap();
    assert_eq!(told.matches("the line to the centre is up").count(), 1, "{told}");

    signal("-STOP", centre.process.0.id());
    let stopped = Instant::now();
    while !std::fs::read_to_string(&log).unwrap().contains("no answer within 10 s") {
        let told = || std::fs::read_to_string(&log).unwrap();
        assert!(stopped.elapsed() < NOTICED_WITHIN, "{}\n{:#}", told(), line().unwrap());
        std::thread::sleep(Duration::from_millis(200));
    }
    signal("-CONT", centre.process.0.id());
    eventually("the station is there again", Duration::from_secs(40), || on_line(&centre).then_some(()));
}
