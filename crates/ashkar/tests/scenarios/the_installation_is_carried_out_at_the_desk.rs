//! The programme at the desk: a technician records in a cellar and sends later, twice; the chair tests by a link; the board
//! says what was recorded, and a device has one holder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_election::{EntryId, Role, SignInStage};
use serde_json::{Value, json};

use crate::common::desk::{Person, new_key, profile};
use crate::common::{Centre, ashkar};

const ITEMS: [&str; 10] = [
    "power",
    "power-reserve",
    "line",
    "light-day",
    "light-count",
    "mount",
    "view",
    "legibility",
    "own-cameras",
    "notice",
];

/// A JPEG as a phone takes one, drawn by ffmpeg.
fn photo() -> Vec<u8> {
    let made = std::process::Command::new("ffmpeg")
        .args([
            "-hide_banner",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc=size=640x480",
            "-frames:v",
            "1",
        ])
        .args(["-f", "mjpeg", "-"])
        .output()
        .expect("ffmpeg is installed");
    made.stdout
}

fn uuid() -> String {
    EntryId::generate().unwrap().to_string()
}

fn record(person: &Person, station: &str, fact: &Value) -> Value {
    let body = json!({ "id": uuid(), "found_at": null, "fact": fact });
    person.post(&format!("/stations/{station}/records"), &body).ok()
}

fn finding(item: &str, met: &str, evidence: &[&str]) -> Value {
    let measured = if item == "line" { json!({ "up_mbit_s": 4.2 }) } else { Value::Null };
    json!({ "what": "finding", "station": "7/12", "item": item, "met": met, "note": "", "measured": measured,
        "evidence": evidence })
}

/// A list of two stations in two constituencies.
fn centre(dir: &std::path::Path) -> Centre {
    let data = dir.join("data");
    let at = data.display().to_string();
    for (name, text) in [
        ("constituencies.csv", "number,name_az,name_status\n7,Səbail,confirmed\n8,Binəqədi,confirmed\n"),
        (
            "stations.csv",
            "constituency,station,venue,address,voters,cameras\n7,12,Məktəb 34,,991,1\n8,1,Klub,,800,1\n",
        ),
    ] {
        let file = dir.join(name);
        std::fs::write(&file, text).unwrap();
        ashkar(&["stations", "import", "--publish", &file.display().to_string(), "--data", &at]);
    }
    Centre::start(&data)
}

#[test]
fn a_station_passes_its_stages_and_the_board_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let centre = centre(dir.path());
    let person = |name: &str, role, numbers: Option<&[u16]>| {
        Person::at(&centre.data, &centre.http, name, profile(role, numbers), SignInStage::Full)
    };
    let technician = person("tural", Role::Technician, Some(&[7]));
    let stage = || technician.get("/stations/7/12").ok()["board"]["stage"].clone();
    assert_eq!(stage(), "chosen");
    assert_eq!(technician.get("/stations/8/1").status, 403, "another constituency is somebody else's");

    // A photo, sent twice because its answer was lost, is one photo.
    let jpeg = photo();
    let send = |bytes: &[u8]| {
        let key = new_key();
        let more = [("idempotency-key", key.as_str()), ("content-type", "image/jpeg")];
        technician.send_bytes("POST", "/stations/7/12/photos", bytes, &more)
    };
    let name = send(&jpeg).ok()["sha256"].as_str().unwrap().to_owned();
    assert_eq!(send(&jpeg).ok()["sha256"], *name);
    assert_eq!(technician.get(&format!("/stations/7/12/photos/{name}.jpg")).body, jpeg);
    assert_eq!(send(b"no picture").refused(422), "/problems/refused");

    // Everything is surveyed; the power is not good yet.
    for item in ITEMS {
        let evidence: &[&str] = if item == "view" { &[&name] } else { &[] };
        record(&technician, "7/12", &finding(item, if item == "power" { "no" } else { "yes" }, evidence));
    }
    assert_eq!(stage(), "surveyed");
    let blocks = technician.get("/stations/7/12").ok()["board"]["blocks"].clone();
    assert!(blocks.to_string().contains("power"), "{blocks}");
    // What is sent again is recorded once, and something else under the same id is refused.
    let body = json!({ "id": uuid(), "found_at": null, "fact": finding("power", "yes", &[]) });
    assert_eq!(technician.post("/stations/7/12/records", &body).ok()["recorded"], "now");
    assert_eq!(technician.post("/stations/7/12/records", &body).ok()["recorded"], "before");
    let mut other = body;
    other["fact"]["met"] = json!("no");
    assert_eq!(technician.post("/stations/7/12/records", &other).refused(422), "/problems/refused");
    assert_eq!(stage(), "conditions-met");
    let foreign = json!({ "id": uuid(), "found_at": null, "fact": finding("power", "yes", &[]) });
    assert_eq!(technician.post("/stations/8/1/records", &foreign).status, 403);

    // The chair tests by the newest link, without an account.
    let operator = person("orxan", Role::Operator, None);
    assert_eq!(technician.post("/stations/7/12/link", &json!({})).status, 403);
    let link =
        |_: usize| operator.post("/stations/7/12/link", &json!({})).ok()["link"].as_str().unwrap().to_owned();
    let [old, new] = [0, 1].map(link).map(|link| link.split_once('#').unwrap().1.to_owned());
    let chair = Person::nobody(&centre.http);
    assert_eq!(chair.post("/self-test/look", &json!({ "token": old })).refused(422), "/problems/refused");
    let seen = chair.post("/self-test/look", &json!({ "token": new })).ok();
    assert_eq!((&seen["station"], &seen["cameras"]), (&json!("7/12"), &json!(["7/12/1"])));
    let picture =
        |camera: &str| chair.post("/self-test/picture", &json!({ "token": new, "camera": camera })).status;
    assert_eq!(
        (picture("7/12/1"), picture("8/1/1")),
        (503, 404),
        "its own camera, which sends nothing yet, and no other"
    );
    let answers =
        json!({ "token": new, "id": uuid(), "room": true, "box_and_tables": true, "no_booth": true });
    assert_eq!(chair.post("/self-test", &answers).ok()["recorded"], "now");
    assert_eq!(chair.post("/self-test", &answers).ok()["recorded"], "before");

    // The board counts it, and shows everybody what is theirs.
    let board = operator.get("/programme").ok();
    assert_eq!((&board["self_tests"]["done"], &board["self_tests"]["of"]), (&json!(1), &json!(2)));
    assert_eq!(board["stations"].as_array().unwrap().len(), 2);
    assert_eq!(technician.get("/programme").ok()["stations"].as_array().unwrap().len(), 1);
    assert!(board["at"].as_str().unwrap().ends_with('Z'), "{}", board["at"]);

    // Dates are the operator's, numbers the commission's.
    let due = json!({ "what": "due", "station": "7/12", "stage": "installed", "responsible": "Tural", "due": "2020-01-01" });
    operator.post("/programme", &json!({ "id": uuid(), "fact": due })).ok();
    assert_eq!(operator.get("/programme").ok()["all"]["late"], 1);
    let numbers = json!({ "id": uuid(), "fact": { "what": "numbers", "stations": 1000, "constituencies": 119, "of_each": [] } });
    assert_eq!(operator.post("/programme", &numbers).refused(403), "/problems/not-your-role");
    let commission = person("kamran", Role::Commission, None);
    commission.post("/programme", &numbers).ok();
}

#[test]
fn a_device_is_with_one_holder() {
    let dir = tempfile::tempdir().unwrap();
    let centre = centre(dir.path());
    let operator = Person::signed_in(&centre.data, &centre.http, "orxan", Role::Operator);
    let moved = |fact: Value| operator.post("/stock", &json!({ "id": uuid(), "fact": fact }));
    moved(json!({ "what": "stock-added", "serial": "CAM-0001", "kind": "camera", "note": "" })).ok();
    let stock = operator.get("/stock").ok();
    let store = stock[0]["holder"].clone();
    let hand_over = |from: &Value| {
        moved(
            json!({ "what": "handed-over", "serial": "CAM-0001", "from": from, "to": "station:7/12", "note": "" }),
        )
    };
    hand_over(&store).ok();
    assert_eq!(hand_over(&store).refused(422), "/problems/refused", "it is there no more");
    let stock = operator.get("/stock").ok();
    assert_eq!(stock[0]["holder"], "station:7/12");
    let movements = stock[0]["movements"].as_array().unwrap();
    assert_eq!(movements.len(), 1, "the refused one moved nothing: {stock}");
    assert_eq!((&movements[0]["to"], &movements[0]["by"]), (&json!("station:7/12"), &json!("desk:orxan")));
}
