//! One camera sends, its neighbour and another station never do: what was owed is exactly the sum of what became of it, of
//! a centre at work and of its recordings at rest, and the station without any video is named.

use std::path::Path;
use std::time::Duration;

use ashkar_terms::{Clock, SystemClock, UtcMicros};
use serde_json::Value;

use crate::common::station::put_election;
use crate::common::{Centre, Publish, add_camera, ashkar, ashkar_output, eventually, header};

const SOON: Duration = Duration::from_secs(30);
const PARTS: [&str; 5] = ["on_time_s", "late_s", "arriving_s", "missing_s", "hidden_s"];

fn us(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1e6).round() as i64
}

/// That each thing with times in `report` adds up, and so do cameras, stations and constituencies.
fn adds_up(report: &Value) {
    let owed = |of: &Value| us(&of["owed_s"]);
    let sum = |all: &Value| all.as_array().unwrap().iter().map(owed).sum::<i64>();
    let stations = report["stations"].as_array().unwrap();
    let cameras = stations.iter().flat_map(|station| station["cameras"].as_array().unwrap());
    let constituencies = report["constituencies"].as_array().unwrap();
    for of in cameras.chain(stations).chain(constituencies).chain([&report["totals"]]) {
        assert_eq!(owed(of), PARTS.map(|part| us(&of[part])).iter().sum::<i64>(), "{of:#}");
        let causes = of["causes"].as_object().unwrap();
        assert_eq!(us(&of["missing_s"]), causes.values().map(us).sum::<i64>(), "{of:#}");
    }
    for station in stations {
        assert_eq!(owed(station), sum(&station["cameras"]));
    }
    assert_eq!(owed(&report["totals"]), sum(&report["stations"]));
    assert_eq!(owed(&report["totals"]), sum(&report["constituencies"]));
}

fn station<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["stations"].as_array().unwrap().iter().find(|station| station["id"] == id).unwrap()
}

fn at_rest(data: &Path, more: &[&str]) -> String {
    let data = data.to_str().unwrap();
    ashkar(&[&["report", "completeness", "--data", data], more].concat())
}

#[test]
fn completeness_adds_up_to_what_was_owed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let on_air = put_election(&data);
    let key = add_camera(&data, "7/12/1");
    add_camera(&data, "7/12/2");
    add_camera(&data, "7/13/1");
    let centre = Centre::start(&data);
    let publisher = centre.publish(&key, &Publish::default());
    let report = eventually("something is there", SOON, || {
        let report = centre.json("/api/v1/completeness");
        (us(&station(&report, "7/12")["on_time_s"]) > 2_000_000).then_some(report)
    });
    adds_up(&report);
    assert_eq!((&report["totals"]["owing"], &report["totals"]["without_video"]), (&2.into(), &1.into()));
    let silent = &station(&report, "7/13");
    assert_eq!((&silent["without_video"], &silent["percent"]["missing"]), (&true.into(), &100.0.into()));
    assert!(us(&silent["causes"]["neverconnected"]) == us(&silent["owed_s"]), "{silent:#}");
    // It has two cameras. Of the one that sends, the pictures of the last seconds are on their way, and counted when they came.
    let on_its_way = 2 * us(&silent["owed_s"]) - us(&station(&report, "7/12")["owed_s"]);
    assert!((0..8_000_000).contains(&on_its_way), "{on_its_way} µs: {report:#}");
    tables(&centre);
    let data_text = data.to_str().unwrap();
    let refused = ashkar_output(&["report", "completeness", "--data", data_text]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("/api/v1/completeness"), "{refused:?}");
    drop(publisher);
    centre.stop();

    let report: Value = serde_json::from_str(&at_rest(&data, &["--format", "json"])).unwrap();
    adds_up(&report);
    let sent = station(&report, "7/12");
    assert!(us(&sent["on_time_s"]) > 2_000_000 && us(&sent["causes"]["neverconnected"]) > 0, "{sent:#}");
    assert_eq!(sent["cameras"][1]["without_video"], true);
    let text = at_rest(&data, &[]);
    assert!(text.contains("WITHOUT ANY VIDEO: 1 of 2 stations") && text.contains("\n  7/13"), "{text}");
    until_a_moment(&data, on_air);
}

fn tables(centre: &Centre) {
    let (status, headers, body) = centre.request("/api/v1/completeness.csv?level=camera", &[]);
    let name = header(&headers, "content-disposition").unwrap().to_owned();
    assert_eq!((status, header(&headers, "cache-control")), (200, Some("public, max-age=10")));
    assert!(name.contains("completeness-camera-sample.csv"), "{name}");
    let table = String::from_utf8(body).unwrap();
    assert!(table.lines().count() == 4 && table.contains("\n7/13/1,7,13,,yes,"), "{table}");
    assert_eq!(centre.request("/api/v1/completeness?constituency=8", &[]).0, 404);
    assert_eq!(centre.request("/api/v1/completeness.csv?level=country", &[]).0, 400);
}

/// The future is not owed, and neither is time before the day; a moment between owes what passed until then.
fn until_a_moment(data: &Path, on_air: UtcMicros) {
    let rfc = |at: UtcMicros| jiff::Timestamp::from_microsecond(at.0).unwrap().to_string();
    let before = at_rest(data, &["--at", &rfc(on_air.plus(-1))]);
    assert!(before.starts_with("Nothing is owed yet: the day begins at"), "{before}");
    let ten = rfc(on_air.plus(600_000_001));
    let report = at_rest(data, &["--format", "json", "--constituency", "7", "--at", &ten]);
    let report: Value = serde_json::from_str(&report).unwrap();
    adds_up(&report);
    assert_eq!(us(&report["totals"]["owed_s"]), 3 * 600_000_001);
    assert_eq!(us(&report["totals"]["missing_s"]), 3 * 600_000_001, "nobody had connected by then");
    let later = rfc(SystemClock::new().now().wall.plus(3_600_000_000));
    let data = data.to_str().unwrap();
    for wrong in [["--at", &later], ["--constituency", "8"]] {
        let refused = ashkar_output(&[&["report", "completeness", "--data", data], &wrong[..]].concat());
        assert!(!refused.status.success(), "{wrong:?}");
    }
}
