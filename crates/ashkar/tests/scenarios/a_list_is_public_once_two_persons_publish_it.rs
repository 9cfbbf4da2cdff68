//! A list that was imported is a draft: nothing of it is public by any address, whatever was approved. Two persons at the
//! desk publish it. A draft that follows changes nothing for the public until it is published, by the owner too.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ashkar_election::Role;
use ashkar_site::routes::table::{PUBLIC, Shows};
use ashkar_terms::CameraId;
use serde_json::{Value, json};

use crate::common::desk::{Person, new_key};
use crate::common::{Centre, Publish, ashkar, eventually, fetch};
use crate::what_nobody_approved_or_somebody_hid_is_at_no_address::public_side::{
    Seen, ask_all, seen, statuses,
};

const SOON: Duration = Duration::from_secs(40);
/// A rehearsal at a station that no list has: as public as ever.
const REHEARSAL: CameraId = CameraId::new(9, 99, 1);
const STAYS: CameraId = CameraId::new(7, 12, 1);
const LEAVES: CameraId = CameraId::new(7, 13, 1);
const CONSTITUENCIES: &str = "number,name_az,name_status\n7,Naxçıvan,confirmed\n8,Səbail,confirmed\n";
const FIRST: &str = "constituency,station,venue,address,voters,cameras
7,12,Birinci məktəb,Nizami küç. 5,991,1
7,13,Mədəniyyət evi,,800,1
";
/// Without 7/13, with another venue and a second camera at 7/12, and with a station in constituency 8.
const SECOND: &str = "constituency,station,venue,address,voters,cameras
7,12,İkinci bağça,Füzuli küç. 1,991,2
8,1,Üçüncü kitabxana,,700,1
";

fn import(data: &Path, csv: &str) -> String {
    let file = data.join("list.csv");
    std::fs::write(&file, csv).unwrap();
    ashkar(&["stations", "import", &file.display().to_string(), "--data", &data.display().to_string()])
}

fn key_of(data: &Path, camera: CameraId) -> String {
    let printed = ashkar(&[
        "camera",
        "add",
        &camera.to_string(),
        "--approved",
        "--json",
        "--data",
        &data.display().to_string(),
    ]);
    serde_json::from_str::<Value>(&printed).unwrap()["stream_key"].as_str().unwrap().to_owned()
}

/// What every address says that shows no camera, for this station and camera where it asks for one; without the answers
/// that change by themselves.
fn told(centre: &Centre, camera: CameraId) -> BTreeMap<String, (u16, String)> {
    let mut told = BTreeMap::new();
    let mut ask = |address: String| {
        let (status, _, body) = fetch(&format!("{}{address}", centre.http), &[]);
        told.insert(address, (status, String::from_utf8_lossy(&body).into_owned()));
    };
    for route in PUBLIC {
        let Shows::Nothing = route.shows else { continue };
        // The description of the interface has examples.
        if route.path.ends_with("openapi.json") {
            continue;
        }
        // It takes citizens' reports, and tells nothing.
        if route.path.ends_with("/reports") {
            continue;
        }
        let names = [
            ("{constituency}", camera.constituency.to_string()),
            ("{station}", camera.station.to_string()),
            ("{camera}", camera.camera.to_string()),
        ];
        ask(names.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value)));
    }
    for word in ["məktəb", "bağça", "kitabxana"] {
        ask(format!("/api/v1/stations?q={}", percent(word)));
    }
    ask(format!("/stations/{}/{}", camera.constituency, camera.station));
    ask(format!("/constituencies/{}", camera.constituency));
    told
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// No address gives the camera, or says a word of its station.
fn is_nowhere(centre: &Centre, like: &Seen, camera: CameraId, words: &[&str]) {
    for (address, status, _) in ask_all(&centre.http, &Seen { camera, ..like.clone() }) {
        assert_eq!(status, 404, "{address}");
    }
    let of_one = [format!("/{}/{}", camera.constituency, camera.station)];
    for (address, (status, body)) in told(centre, camera) {
        assert!(
            status == 404 || !of_one.iter().any(|one| address.contains(one)),
            "{address}: {status} {body}"
        );
        for word in words {
            assert!(status != 200 || !body.contains(word), "{address}: {body}");
        }
    }
}

/// What the public knows of the list.
fn public_list(centre: &Centre) -> [Vec<u8>; 5] {
    let of = [
        "/list/stations.csv",
        "/list/stations.json",
        "/list/versions",
        "/list/changes",
        "/list/stations.pdf",
    ];
    of.map(|address| fetch(&format!("{}{address}", centre.http), &[]).2)
}

fn ids(centre: &Centre) -> Vec<String> {
    let stations = centre.json("/api/v1/stations");
    stations["items"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

fn all_are(expected: &[u16], statuses: &[u16]) {
    assert!(statuses.iter().all(|status| expected.contains(status)), "{statuses:?}");
}

#[test]
fn a_list_is_public_once_two_persons_publish_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let rehearsal = key_of(&data, REHEARSAL);
    import(&data, CONSTITUENCIES);
    let said = import(&data, FIRST);
    assert!(said.contains("is a draft") && said.contains("/desk/list"), "{said}");
    assert!(said.contains("ashkar list publish --as-owner"), "{said}");
    let keys = [rehearsal, key_of(&data, STAYS), key_of(&data, LEAVES)];
    let centre = Centre::start(&data);
    let _publishers = keys.map(|key| centre.publish(&key, &Publish::default()));
    let like = eventually("the rehearsal is on air", SOON, || seen(&centre, REHEARSAL, 4));
    all_are(&[200, 404], &statuses(&centre.http, &like));
    let [first, second, outside] =
        [("aysel", Role::Commission), ("rauf", Role::Commission), ("vusal", Role::Operator)]
            .map(|(name, role)| Person::signed_in(&data, &centre.http, name, role));
    eventually("they are on air at the desk", SOON, || {
        let view = first.get(&format!("/views/{STAYS}")).ok();
        (view["on_air"] == true && view["public"] == "unpublished").then_some(())
    });

    // Nothing of the draft is anywhere.
    let words = ["Birinci", "Mədəniyyət evi", "7/12", "7/13"];
    for camera in [STAYS, LEAVES] {
        is_nowhere(&centre, &like, camera, &words);
    }
    assert_eq!(ids(&centre), ["9/99"]);
    let election = centre.json("/api/v1/election");
    assert_eq!((&election["list"], &election["totals"]["cameras"]), (&Value::Null, &json!(1)));

    // One proposes, another approves.
    let list = first.get("/list").ok();
    assert_eq!((&list["newest"], &list["published"], &list["late"]), (&json!(2), &Value::Null, &json!(true)));
    let what = publishing(&centre, 2);
    assert_eq!(outside.post("/proposals", &what).refused(403), "/problems/not-your-role");
    let open = first.post("/proposals", &what).ok();
    assert_eq!(first.get("/list").ok()["proposal"], open["id"]);
    let approve = format!("/proposals/{}/approve", open["id"]);
    first.post(&approve, &json!({})).refused(422);
    assert_eq!(ids(&centre), ["9/99"]);
    second.post(&approve, &json!({})).ok();
    assert_eq!(ids(&centre), ["7/12", "7/13", "9/99"], "what the desk did is in force");
    for camera in [STAYS, LEAVES] {
        let public = eventually("it is public", SOON, || seen(&centre, camera, 4));
        all_are(&[200, 404], &statuses(&centre.http, &public));
    }
    let versions = centre.json("/list/versions")["items"].clone();
    assert_eq!(versions.as_array().unwrap().len(), 1, "the draft before it does not count: {versions}");
    assert_eq!((&versions[0]["number"], &versions[0]["by_two"]), (&json!(2), &json!(true)));
    assert_eq!(versions[0]["decision"]["number"], "12/45");
    for text in public_list(&centre).map(|body| String::from_utf8_lossy(&body).into_owned()) {
        assert!(!text.contains("aysel") && !text.contains("rauf"), "names are the desk's: {text}");
    }
    let board = first.get("/programme").ok()["publication"].clone();
    assert_eq!((&board["published"]["list_version"], &board["late"]), (&json!(2), &json!(true)));
    assert_eq!(board["decision"]["number"], "12/45");

    a_draft_changes_nothing(&centre, &first, &like);
    owners_way(&centre, &first, &like);
}

fn publishing(centre: &Centre, version: u32) -> Value {
    let today = centre.json("/api/v1/election")["date"].clone();
    json!({ "kind": "list.publish", "why": "the commission decided", "payload": {
        "version": version, "decision_number": "12/45", "decision_date": today } })
}

fn a_draft_changes_nothing(centre: &Centre, commission: &Person, like: &Seen) {
    let before = public_list(centre);
    // At the desk: looked at first, then imported.
    let send = |path: &str, csv: &str| {
        let key = new_key();
        let more = [("content-type", "text/csv"), ("idempotency-key", &*key)];
        commission.send_bytes("POST", path, csv.as_bytes(), &more)
    };
    let wrong = send("/list/look", &SECOND.replace("700", "7oo")).ok();
    assert_eq!((&wrong["errors"]["errors"][0]["line"], &wrong["plan"]), (&json!(3), &Value::Null), "{wrong}");
    let looked = send("/list/look", SECOND).ok();
    let counts = looked["plan"]["diff"]["stations"].as_array().map_or(0, Vec::len);
    assert_eq!((counts, commission.get("/list").ok()["newest"].clone()), (3, json!(2)), "{looked}");
    let base = looked["base"].as_str().unwrap();
    send(&format!("/list/import?base={}&name=second.csv", "0".repeat(base.len())), SECOND).refused(422);
    let made = send(&format!("/list/import?base={base}&name=second.csv"), SECOND).ok();
    assert_eq!(made["version"], 3);
    let list = commission.get("/list").ok();
    assert_eq!((&list["newest"], &list["published"]), (&json!(3), &json!(2)));
    assert_eq!(list["versions"][0]["source"], "second.csv");
    let changes = commission.get("/list/3/changes").ok();
    assert_eq!((&changes["counts"]["new"], &changes["counts"]["removed"]), (&json!(1), &json!(1)));
    assert_eq!(&commission.get("/list/files/3.pdf").body[..5], b"%PDF-");
    assert!(String::from_utf8_lossy(&commission.get("/list/files/3.csv").body).contains("Üçüncü kitabxana"));

    assert_eq!(public_list(centre), before);
    assert_eq!(ids(centre), ["7/12", "7/13", "9/99"]);
    let station = centre.json("/api/v1/stations/7/12");
    assert_eq!(
        (&station["venue"], station["cameras"].as_array().unwrap().len()),
        (&json!("Birinci məktəb"), 1)
    );
    let removed = eventually("the removed one is on air as before", SOON, || seen(centre, LEAVES, 4));
    all_are(&[200, 404], &statuses(&centre.http, &removed));
    is_nowhere(centre, like, CameraId::new(8, 1, 1), &["Üçüncü", "İkinci bağça", "8/1"]);
    for (address, status, _) in
        ask_all(&centre.http, &Seen { camera: CameraId::new(7, 12, 2), ..like.clone() })
    {
        assert_eq!(status, 404, "{address}");
    }
    // Once it is decided about, the newer one makes it stale.
    assert_eq!(commission.get("/programme").ok()["publication"]["outdated"], true);
}

fn owners_way(centre: &Centre, commission: &Person, like: &Seen) {
    let data = centre.data.display().to_string();
    let today = centre.json("/api/v1/election")["date"].as_str().unwrap().to_owned();
    let decision = ["--decision", "13/1", "--decided-on", &today];
    ashkar(&[&["list", "publish", "--as-owner", "--data", &data], &decision[..]].concat());
    eventually("it is public", SOON, || (ids(centre) == ["7/12", "8/1", "9/99"]).then_some(()));
    let station = centre.json("/api/v1/stations/7/12");
    assert_eq!(
        (&station["venue"], station["cameras"].as_array().unwrap().len()),
        (&json!("İkinci bağça"), 2)
    );
    for (address, status, _) in ask_all(&centre.http, &Seen { camera: LEAVES, ..like.clone() }) {
        assert_eq!(status, 410, "{address}");
    }
    let versions = centre.json("/list/versions")["items"].clone();
    assert_eq!((&versions[0]["by_two"], &versions[0]["decision"]["number"]), (&json!(false), &json!("13/1")));
    let changes = centre.json("/list/changes");
    assert_eq!((&changes["version"]["number"], &changes["previous"]["number"]), (&json!(3), &json!(2)));
    let found = commission.get("/audit?what=list.owner").ok();
    assert_eq!(found["entries"][0]["subject"], "version 3", "{found}");
    let told = ashkar(&["list", "versions", "--data", &data]);
    assert!(told.starts_with("version 3: 2 stations, published ") && told.contains("a draft"), "{told}");
}
