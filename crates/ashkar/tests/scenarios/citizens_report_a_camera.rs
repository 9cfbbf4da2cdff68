//! A citizen says what is wrong with a picture: it is an entry at the desk, which closes it. A flood of one keeps nobody
//! else from being heard, and nothing tells of a camera that is not public.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_election::{EntryId, Role};
use serde_json::{Value, json};

use crate::common::desk::{Answer, Person};
use crate::common::{Centre, add_camera, ashkar, header};

/// A report as the page sends it, from this address through a cache.
fn report(centre: &Centre, camera: &str, from: &str, body: &Value) -> Answer {
    let more = [("x-forwarded-for", from)];
    raw(centre, camera, "POST", Some(&body.to_string()), &more)
}

fn raw(centre: &Centre, camera: &str, method: &str, body: Option<&str>, more: &[(&str, &str)]) -> Answer {
    let url = format!("{}/api/v1/cameras/{camera}/reports", centre.http);
    Person::nobody(&centre.http).send(method, &url, body, more)
}

fn outcome(answer: Answer) -> String {
    assert_eq!(header(&answer.headers, "cache-control"), Some("no-store"));
    assert!(header(&answer.headers, "set-cookie").is_none());
    answer.ok()["outcome"].as_str().unwrap().to_owned()
}

#[test]
fn a_report_is_heard_and_closed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let at = data.display().to_string();
    add_camera(&data, "7/12/1");
    add_camera(&data, "7/12/3");
    ashkar(&["camera", "add", "7/12/2", "--data", &at]);
    ashkar(&["camera", "hide", "7/12/3", "--reason", "person", "--why", "somebody asked", "--data", &at]);
    let centre = Centre::start(&data);
    let unseen = json!({ "kind": "box-unseen" });

    assert_eq!(outcome(report(&centre, "7/12/1", "192.0.2.1", &unseen)), "received");
    assert_eq!(outcome(report(&centre, "7/12/1", "192.0.2.2", &unseen)), "known");
    for absent in ["7/12/2", "7/12/3", "7/12/4"] {
        assert_eq!(report(&centre, absent, "192.0.2.3", &unseen).refused(404), "/problems/not-found");
    }

    what_pages_of_other_sites_send_is_refused(&centre);
    one_senders_flood_keeps_no_other_out(&centre);

    // A restart keeps what was received, and the limits of that moment alone are forgotten.
    centre.stop();
    let centre = Centre::start(&data);
    assert_eq!(outcome(report(&centre, "7/12/1", "192.0.2.9", &unseen)), "known");
    the_desk_closes_it(&centre);
    assert_eq!(outcome(report(&centre, "7/12/1", "192.0.2.9", &unseen)), "received", "it is so again");

    let trail = ashkar(&["audit", "export", "--data", &at]);
    assert!(trail.contains("report.open") && trail.contains("public"), "{trail}");
    assert!(!trail.contains("192.0.2."), "nothing says who: {trail}");
}

fn what_pages_of_other_sites_send_is_refused(centre: &Centre) {
    let body = r#"{"kind":"dark"}"#;
    let send = |more: &[(&str, &str)]| raw(centre, "7/12/1", "POST", Some(body), more);
    assert_eq!(send(&[("sec-fetch-site", "cross-site")]).refused(403), "/problems/foreign");
    assert_eq!(send(&[("origin", "https://other.example")]).refused(403), "/problems/foreign");
    assert_eq!(send(&[("content-type", "text/plain")]).refused(415), "/problems/no-json");
    let preflight = raw(centre, "7/12/1", "OPTIONS", None, &[("origin", "https://other.example")]);
    assert_eq!(preflight.status, 405);
    assert!(header(&preflight.headers, "access-control-allow-origin").is_none());
    for (wrong, status) in [
        (json!({ "kind": "dark", "who": "me" }), 400),
        (json!({ "kind": "nothing" }), 400),
        (json!({ "kind": "other" }), 422),
        (json!({ "kind": "dark", "text": "a\u{7}b" }), 422),
        (json!({ "kind": "dark", "text": "ə".repeat(301) }), 422),
        (json!({ "kind": "dark", "text": "a".repeat(5000) }), 413),
    ] {
        assert_eq!(report(centre, "7/12/1", "192.0.2.4", &wrong).status, status, "{wrong}");
    }
    assert_eq!(raw(centre, "7/12/1", "GET", None, &[]).status, 405);
}

fn one_senders_flood_keeps_no_other_out(centre: &Centre) {
    let words = |n: u32| json!({ "kind": "other", "text": format!("flood {n}") });
    let answers: Vec<Answer> = (0..8).map(|n| report(centre, "7/12/1", "198.51.100.7", &words(n))).collect();
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 4);
    let last = answers.into_iter().last().unwrap();
    let wait: u64 = header(&last.headers, "retry-after").unwrap().parse().unwrap();
    assert!((1..=600).contains(&wait));
    assert!(last.json()["detail"].as_str().unwrap().contains(&format!("in {wait} seconds")));
    assert_eq!(last.refused(429), "/problems/too-many");
    assert_eq!(outcome(report(centre, "7/12/1", "198.51.100.8", &json!({ "kind": "covered" }))), "received");
}

fn the_desk_closes_it(centre: &Centre) {
    let operator = Person::signed_in(&centre.data, &centre.http, "orxan", Role::Operator);
    let open = operator.get("/reports").ok();
    let items = open["items"].as_array().unwrap();
    assert_eq!((items.len(), &open["total"]), (6, &json!(6)), "{open}");
    let first = &items[0];
    assert_eq!(
        (&first["camera"], &first["kind"], &first["text"]),
        (&json!("7/12/1"), &json!("box-unseen"), &json!(""))
    );
    let fact = json!({ "what": "report-closed", "camera": "7/12/1", "report": first["id"], "words": "The camera was turned." });
    let closing = json!({ "id": EntryId::generate().unwrap().to_string(), "fact": fact });
    assert_eq!(operator.post("/programme", &closing).ok()["recorded"], "now");
    assert_eq!(operator.get("/reports").ok()["total"], 5);
    let elsewhere = Person::at(
        &centre.data,
        &centre.http,
        "other",
        crate::common::desk::profile(Role::Operator, Some(&[8])),
        ashkar_election::SignInStage::Full,
    );
    assert_eq!(elsewhere.get("/reports").ok()["total"], 0, "what somebody else looks after");
}
