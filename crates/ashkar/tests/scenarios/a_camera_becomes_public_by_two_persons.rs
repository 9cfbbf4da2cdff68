//! The gate at the desk, with a real camera: two persons make it public, one hides it at once, two show it again; and
//! whoever asks for it meanwhile sees what they may.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::time::{Duration, Instant};

use ashkar_election::Role;
use serde_json::{Value, json};

use crate::common::desk::{Person, profile};
use crate::common::{Centre, Publish, ashkar, eventually, fetch, header};

/// Time within which the centre must have taken a picture away.
const GONE_WITHIN: Duration = Duration::from_secs(2);

struct Hall {
    centre: Centre,
    first: Person,
    second: Person,
}

impl Hall {
    fn status(&self, path: &str) -> u16 {
        fetch(&format!("{}{path}", self.centre.http), &[]).0
    }

    fn is_live(&self) -> bool {
        self.status("/live/7/12/1/index.m3u8") == 200
    }

    fn wait_until_live(&self) {
        eventually("the camera is public", Duration::from_secs(10), || self.is_live().then_some(()));
    }

    fn view(&self) -> Value {
        self.first.get("/views/7/12/1").ok()
    }

    /// The first proposes, and the second approves.
    fn agreed(&self, what: &Value) -> Value {
        let id = self.first.post("/proposals", what).ok()["id"].clone();
        self.second.post(&format!("/proposals/{id}/approve"), &json!({})).ok()
    }
}

/// A camera that sends and that nobody has approved.
fn hall(dir: &std::path::Path) -> (Hall, crate::common::Running) {
    let data = dir.display().to_string();
    let printed = ashkar(&["camera", "add", "7/12/1", "--json", "--data", &data]);
    let key = serde_json::from_str::<Value>(&printed).unwrap()["stream_key"].as_str().unwrap().to_owned();
    let centre = Centre::start(dir);
    let camera = centre.publish(&key, &Publish::default());
    let first = Person::signed_in(dir, &centre.http, "orxan", Role::Operator);
    let second = Person::signed_in(dir, &centre.http, "ofelya", Role::Operator);
    (Hall { centre, first, second }, camera)
}

#[test]
fn two_open_it_one_hides_it_and_two_show_it_again() {
    let dir = tempfile::tempdir().unwrap();
    let (hall, _camera) = hall(dir.path());
    eventually("the camera sends", Duration::from_secs(20), || (hall.view()["on_air"] == true).then_some(()));
    assert_eq!(hall.view()["public"], "unapproved");
    assert_eq!(hall.status("/live/7/12/1/index.m3u8"), 403, "it is recorded, and nobody sees it");
    assert_eq!(hall.status("/still/7/12/1.jpg"), 403);

    // Those at the desk see it, at full size.
    let now = hall.first.get("/views/7/12/1/now.jpg");
    assert_eq!((now.status, header(&now.headers, "content-type")), (200, Some("image/jpeg")));
    let still = hall.first.post("/views/7/12/1/still", &json!({})).ok();
    assert_eq!((&still["width"], &still["height"]), (&json!(320), &json!(180)));
    let kept = format!("/views/stills/{}.jpg", still["sha256"].as_str().unwrap());
    assert!(
        hall.second.get(&kept).body.starts_with(&[0xff, 0xd8]),
        "the second person sees what the first saw"
    );
    let elsewhere = Person::at(
        dir.path(),
        &hall.centre.http,
        "elsewhere",
        profile(Role::Operator, Some(&[8])),
        ashkar_election::SignInStage::Full,
    );
    assert_eq!(elsewhere.get(&kept).status, 404);

    let checks = json!({ "no_booth": true, "box_visible": true, "tables_visible": true, "counting_visible": true, "lit": true });
    let zones = json!([{ "kind": "box", "x": 400, "y": 300, "w": 200, "h": 300 }]);
    let approval = |checks: &Value| {
        json!({ "kind": "view.approve", "why": "seen", "payload": {
        "camera": "7/12/1", "phase": "voting", "still": still["sha256"], "zones": zones, "checks": checks } })
    };
    let mut with_booth = checks.clone();
    with_booth["no_booth"] = json!(false);
    assert_eq!(hall.first.post("/proposals", &approval(&with_booth)).refused(422), "/problems/refused");
    let proposed = hall.first.post("/proposals", &approval(&checks)).ok();
    assert_eq!(hall.view()["proposal"], proposed["id"]);
    let path = format!("/proposals/{}/approve", proposed["id"]);
    assert_eq!(
        hall.first.post(&path, &json!({})).refused(422),
        "/problems/refused",
        "nobody is both persons"
    );
    assert_eq!(hall.status("/live/7/12/1/index.m3u8"), 403);
    let seen = hall.second.get(&format!("/proposals/{}", proposed["id"])).ok();
    assert_eq!((&seen["payload"], &seen["seen"]), (&proposed["payload"], &proposed["seen"]));
    hall.second.post(&path, &json!({ "why": "the same" })).ok();
    // The live list begins anew, so that nothing of before is in it: until a segment of now has ended, there is none.
    hall.wait_until_live();
    assert_eq!(hall.view()["approved"][0]["by"], json!(["desk:orxan", "desk:ofelya"]));

    // Hiding takes one person, and effect at once.
    let hidden = hall
        .second
        .post("/views/7/12/1/hide", &json!({ "reason": "secrecy", "text": "Kabinə görünür" }))
        .ok();
    let at = Instant::now();
    assert_eq!(hidden["public"], "hidden");
    assert_eq!(hall.status("/live/7/12/1/index.m3u8"), 403, "gone with the answer");
    assert_eq!(hall.status("/still/7/12/1.jpg"), 403);
    assert!(at.elapsed() < GONE_WITHIN);
    assert_eq!(hall.view()["on_air"], true, "recording goes on");
    let show =
        json!({ "kind": "view.show", "why": "the booth was turned", "payload": { "camera": "7/12/1" } });
    hall.agreed(&show);
    hall.wait_until_live();
    let view = hall.view();
    assert_eq!(view["hidings"][0]["shown_by"], json!(["desk:orxan", "desk:ofelya"]));

    // Everything of it is on record, and the record is whole.
    let trail = Person::signed_in(dir.path(), &hall.centre.http, "auditor", Role::Auditor);
    let found = trail.get("/audit?subject=7/12/1&what=view").ok();
    let what: Vec<_> = found["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(what, ["view.show", "view.hide", "view.approve"]);
    assert_eq!(found["entries"][1]["why"], "Kabinə görünür");
    let lines = trail.get("/audit.ndjson");
    let last = String::from_utf8(lines.body).unwrap().lines().last().unwrap().to_owned();
    let last: Value = serde_json::from_str(&last).unwrap();
    let check: Value = serde_json::from_str(&ashkar(&[
        "audit",
        "check",
        "--json",
        "--data",
        &hall.centre.data.display().to_string(),
    ]))
    .unwrap();
    assert_eq!((&check["fault"], &check["head"]), (&Value::Null, &last["hash"]));
}

#[test]
fn the_desk_may_have_an_address_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    crate::common::add_camera(dir.path(), "7/12/1");
    let arguments = ["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0"];
    let centre = Centre::start_with(dir.path(), &arguments);
    let desk = centre.desk.clone().unwrap();
    for path in ["/desk", "/desk/", "/en/desk/views", "/desk/api/v1/me", "/desk/api/v1/login"] {
        let (status, headers, _) = fetch(&format!("{}{path}", centre.http), &[]);
        assert_eq!(status, 404, "{path}");
        assert!(headers.iter().all(|(name, _)| name != "set-cookie"), "{path}");
    }
    let person = Person::signed_in(dir.path(), &desk, "kamran", Role::Commission);
    assert_eq!(person.get("/me").ok()["name"], "kamran");
    let (status, headers, _) = fetch(&format!("{desk}/ru/desk/views"), &[]);
    assert_eq!(status, 200);
    let policy = header(&headers, "content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
    for path in ["/", "/stations/7/12", "/live/7/12/1/index.m3u8", "/api/v1/election"] {
        assert_eq!(
            fetch(&format!("{desk}{path}"), &[]).0,
            404,
            "{path}: the desk's address shows nothing of the site"
        );
    }
}
