//! A sub-stream is received, recorded and served like a camera, but is not a camera of its station.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::time::Duration;

use crate::common::{Centre, Publish, add_camera, ashkar, eventually, header};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(30);

fn camera(data: &Path, arguments: &[&str]) -> String {
    let mut all = vec!["camera"];
    all.extend(arguments);
    let data = data.display().to_string();
    all.extend(["--data", &data]);
    ashkar(&all)
}

/// The one camera of the station, as the API shows it.
fn shown(centre: &Centre) -> Value {
    let station = centre.json("/api/v1/stations/7/12");
    assert_eq!(station["cameras"].as_array().unwrap().len(), 1, "{station}");
    station["cameras"][0].clone()
}

#[test]
fn a_sub_stream_is_served_and_counted_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let main_key = add_camera(&data, "7/12/1");
    let added = camera(&data, &["add", "7/12/101", "--sub-of", "7/12/1", "--json"]);
    let added: Value = serde_json::from_str(&added).unwrap();
    let sub_key = added["stream_key"].as_str().unwrap();
    assert!(camera(&data, &["list"]).contains("(sub-stream of 7/12/1)"));
    let centre = Centre::start(&data);
    assert_eq!(shown(&centre)["sub"], "7/12/101");

    let sub = centre.publish(sub_key, &Publish::default());
    eventually("the sub-stream is served live", SOON, || {
        let (status, headers, _) = centre.request("/live/7/12/101/index.m3u8", &[]);
        (status == 200 && header(&headers, "content-type").unwrap().contains("mpegurl")).then_some(())
    });
    let states = || centre.json("/api/v1/election")["totals"].clone();
    let totals = |live: u32, others: &str| {
        let mut states = json!({ "live": live, "late": 0, "missing": 0, "hidden": 0, "due": 0 });
        states[others] = json!(1 - live);
        json!({ "constituencies": 1, "stations": 1, "cameras": 1, "states": states })
    };
    let off = shown(&centre)["state"].as_str().unwrap().to_owned();
    assert_ne!(off, "live", "the station's own camera sends nothing");
    assert_eq!(states(), totals(0, &off));
    assert_eq!(centre.json("/api/v1/stations?state=live")["total"], 0);
    assert!(!centre.text("/metrics").contains("7/12/101"));

    let _main = centre.publish(&main_key, &Publish::default());
    eventually("the camera is live", SOON, || (shown(&centre)["state"] == "live").then_some(()));
    assert_eq!(states(), totals(1, "due"));
    // The metrics are up to a second old.
    eventually("the camera has figures", SOON, || {
        centre.text("/metrics").contains("camera=\"7/12/1\"").then_some(())
    });
    eventually("the sub-stream is recorded", SOON, || {
        let timeline = centre.json("/api/v1/cameras/7/12/101/timeline");
        let states: Vec<_> = timeline.as_array().unwrap().iter().map(|entry| &entry["state"]).collect();
        assert!(!states.contains(&&json!("missing")), "it owes nothing: {timeline}");
        states.contains(&&json!("live")).then_some(())
    });
    let _light = centre.watch("7/12/101", 3);
    let _full = centre.watch("7/12/1", 2);
    eventually("viewers of both watch the station", SOON, || {
        (centre.json("/api/v1/stations/7/12")["watched"] == 5).then_some(())
    });

    // Removing the camera takes its sub-stream off air; its recordings stay.
    let said = camera(&data, &["remove", "7/12/1"]);
    assert!(said.contains("7/12/1 is switched off, and 7/12/101 with it"), "{said}");
    let mut sub = sub;
    eventually("it is sent away", SOON, || sub.0.try_wait().unwrap());
    eventually("no camera is counted", SOON, || (states()["cameras"] == 0).then_some(()));
    centre.stop();
}
