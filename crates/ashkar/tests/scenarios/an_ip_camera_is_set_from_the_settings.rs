//! A station with simulated IP cameras: what the settings say is set, and told as the camera tells it; the doctor sees the
//! camera's clock; the password stands nowhere.

use std::path::Path;

use serde_json::Value;

use crate::common::ashkar_output;
use crate::simulated_camera::{Behaviour, PASSWORD, Simulated, USER};

/// Settings of a camera whose stream nobody serves.
fn station(dir: &Path, camera: &Simulated) -> String {
    let password = dir.join("password");
    std::fs::write(&password, format!("{PASSWORD}\n")).unwrap();
    std::fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let settings = dir.join("agent.toml");
    let text = format!(
        "time_zone = \"Asia/Baku\"\ndata = \"agent\"\nstation = \"Məntəqə 12\"\n\
        [[camera]]\nid = \"7/12/1\"\nsource = \"rtsp://{USER}@127.0.0.1:9/stream\"\npassword_file = \"password\"\n\
        [camera.onvif]\naddress = \"{}\"\nmasks = [[[0.0, 0.6], [0.3, 0.6], [0.3, 1.0], [0.0, 1.0]]]\n",
        camera.url()
    );
    std::fs::write(&settings, text).unwrap();
    settings.display().to_string()
}

/// Output, errors, and exit code; no part of it holds the password.
fn run(arguments: &[&str]) -> (String, i32) {
    let output = ashkar_output(arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!format!("{text}{errors}").contains("w0rd"), "{text}{errors}");
    (if text.is_empty() { errors } else { text }, output.status.code().unwrap())
}

fn clock_of(config: &str) -> Value {
    let (report, _) = run(&["agent", "doctor", "--json", "--config", config]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["report"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["subject"] == "camera-clock").unwrap().clone()
}

#[test]
fn an_ip_camera_is_set_from_the_settings() {
    let dir = tempfile::tempdir().unwrap();
    let camera = Simulated::new(Behaviour::Good);
    let config = station(dir.path(), &camera);
    let clock = clock_of(&config);
    assert_eq!((&clock["verdict"], &clock["camera"]), (&"bad".into(), &"7/12/1".into()), "{clock}");

    let (shown, code) = run(&["agent", "cameras", "--wait", "0", "--config", &config]);
    for words in [
        "7/12/1",
        "Simulated S1 1.2",
        "s AHEAD of this computer, zone CST-8:00:00",
        "main H264 High 1920x1080 rtsp://",
        "may have B-frames",
        "can be set: time, 2 texts, 4 masks",
    ] {
        assert!(code == 0 && shown.contains(words), "{words} is not in {shown}");
    }
    let (set, code) = run(&["agent", "cameras", "set", "7/12/1", "--config", &config]);
    assert_eq!(code, 0, "{set}");
    for words in [
        "done          zone     UTC-4",
        "done          name     7/12/1 Məntəqə 12",
        "done          mask 1   covered",
    ] {
        assert!(set.contains(words), "{words} is not in {set}");
    }
    assert_eq!(clock_of(&config)["verdict"], "good");
    let (json, _) = run(&["agent", "cameras", "--wait", "0", "--json", "--config", &config]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["clock"]["zone"], &json[0]["found"]), (&"UTC-4".into(), &false.into()), "{json}");

    // One that says yes and does nothing, and one that refuses the password.
    camera.state.lock().unwrap().behaviour = Behaviour::Lies;
    camera.state.lock().unwrap().ahead_s = 400;
    let (set, code) = run(&["agent", "cameras", "set", "7/12/1", "--json", "--config", &config]);
    let set: Value = serde_json::from_str(&set).unwrap();
    assert_eq!(
        (code, &set["items"][0]["result"], &set["items"][0]["blame"]),
        (1, &"refused".into(), &"camera".into())
    );
    camera.state.lock().unwrap().behaviour = Behaviour::Refuses;
    let (set, code) = run(&["agent", "cameras", "set", "7/12/1", "--config", &config]);
    assert!(
        code == 1
            && set.contains(
                "refuses the user name or password of the settings, or what that user may do (operator)"
            ),
        "{set}"
    );
    let (shown, _) = run(&["agent", "cameras", "--wait", "0", "--config", &config]);
    assert!(
        shown.contains("(operator)") && shown.contains("AHEAD"),
        "its clock is known all the same: {shown}"
    );
    assert!(!camera.state.lock().unwrap().heard.contains("w0rd"));
    let (refused, code) = run(&["agent", "cameras", "set", "7/12/2", "--config", &config]);
    assert!(code == 2 && refused.contains("7/12/2 is no camera with an rtsp:// source"), "{refused}");
}
