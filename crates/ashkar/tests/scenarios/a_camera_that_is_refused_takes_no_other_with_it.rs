//! A device with two cameras is revoked for one of them while both are live: nothing more of that one is taken, and it says so; the
//! other one goes on, also after the agent was killed, and what is measured of it is kept. With a new code both go on.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::common::station::{
    newest_status, put_election, settings_for, start_agent_under, start_centre, stop_agent,
};
use crate::common::{Centre, add_camera, ashkar, ashkar_output, eventually};

const SOON: Duration = Duration::from_secs(30);
const CAMERAS: [&str; 2] = ["7/12/1", "7/12/2"];

fn states(centre: &Centre, camera: &str) -> Vec<String> {
    let told = centre.json(&format!("/api/v1/cameras/{camera}/timeline"));
    told.as_array().unwrap().iter().map(|entry| entry["state"].as_str().unwrap().to_owned()).collect()
}

fn wait_for_live(centre: &Centre, camera: &str) {
    eventually(&format!("{camera} is live"), SOON, || {
        (states(centre, camera).iter().rfind(|state| *state != "due")? == "live").then_some(())
    });
}

fn enrol(data: &Path, camera: &str, url: &str, config: &str) {
    let code = ashkar(&["camera", "enrol", camera, "--json", "--data", data.to_str().unwrap()]);
    let code: Value = serde_json::from_str(&code).unwrap();
    ashkar(&["agent", "enrol", code["code"].as_str().unwrap(), "--centre", url, "--config", config]);
}

/// What the agent says of sending each camera.
fn sent(status: &Path) -> Option<[String; 2]> {
    let status = newest_status(status)?;
    let state = |camera: usize| status["cameras"][camera]["sent"]["state"].as_str().map(str::to_owned);
    Some([state(0)?, state(1)?])
}

#[test]
fn a_camera_that_is_refused_takes_no_other_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("centre");
    put_election(&data);
    CAMERAS.iter().for_each(|camera| drop(add_camera(&data, camera)));
    let (centre, door) = start_centre(&data);
    let url = format!("http://{door}");
    let settings = settings_for(dir.path(), &url, "");
    let more = "[[camera]]\nid = \"7/12/2\"\nsource = \"file:clip.mp4\"\nwidth = 320\nheight = 240\n";
    std::fs::write(&settings, std::fs::read_to_string(&settings).unwrap() + more).unwrap();
    let config = settings.to_str().unwrap();
    CAMERAS.iter().for_each(|camera| enrol(&data, camera, &url, config));
    let (log, status) = (dir.path().join("log"), dir.path().join("status"));
    let mut agent = start_agent_under(&settings, &log, &status, &[]);
    CAMERAS.iter().for_each(|camera| wait_for_live(&centre, camera));

    let devices = ashkar(&["camera", "devices", "7/12/2", "--json", "--data", data.to_str().unwrap()]);
    let devices: Value = serde_json::from_str(&devices).unwrap();
    let device = devices.as_array().unwrap()[0]["device"].as_str().unwrap();
    ashkar(&["camera", "revoke", "7/12/2", device, "--data", data.to_str().unwrap()]);
    let expected = ["live", "not-enrolled"].map(str::to_owned);
    eventually("one goes on, and the other is refused", SOON, || (sent(&status)? == expected).then_some(()));
    wait_for_live(&centre, CAMERAS[0]);
    assert!(std::fs::read_to_string(&log).unwrap().contains("the centre does not take this camera"));

    agent.0.kill().unwrap();
    agent.0.wait().unwrap();
    std::fs::remove_file(&status).unwrap();
    let agent = start_agent_under(&settings, &log, &status, &[]);
    eventually("so it is from the start", SOON, || (sent(&status)? == expected).then_some(()));
    wait_for_live(&centre, CAMERAS[0]);
    let examined = ashkar_output(&["agent", "doctor", "--send", "--json", "--config", config]);
    let examined: Value = serde_json::from_slice(&examined.stdout).unwrap();
    assert_eq!(examined["sent_to"], url.as_str(), "{examined}");
    assert_eq!(examined["report"]["cameras"], serde_json::json!(CAMERAS));
    let conditions =
        |camera| ashkar(&["camera", "conditions", camera, "--json", "--data", data.to_str().unwrap()]);
    let told: Value = serde_json::from_str(&conditions(CAMERAS[0])).unwrap();
    let report = &told["reports"][0]["report"];
    assert_eq!(report["cameras"], serde_json::json!([CAMERAS[0]]), "what is said of the other is left out");
    assert!(!report.to_string().contains(CAMERAS[1]), "{report}");
    stop_agent(agent);

    enrol(&data, CAMERAS[1], &url, config);
    let _agent = start_agent_under(&settings, &log, &status, &[]);
    CAMERAS.iter().for_each(|camera| wait_for_live(&centre, camera));
    eventually("what was recorded meanwhile comes, too", SOON, || {
        states(&centre, CAMERAS[1]).iter().any(|state| state == "late").then_some(())
    });
}
