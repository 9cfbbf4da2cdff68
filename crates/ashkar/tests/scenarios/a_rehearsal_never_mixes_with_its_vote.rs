//! A rehearsal and the vote in one data directory, with real pictures: no byte, minute or count of one appears under the
//! other, by every address of the table from which the site is built, whichever is current, and after a crash and a restart.
//! The report of the rehearsal is there afterwards too, and its results are recorded once.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::time::Duration;

use ashkar_election::{Actor, DayPlan, Election, ElectionKey, Minute, SqliteStore, Store};
use ashkar_terms::{CameraId, Clock, Span, SystemClock, UtcMicros};
use jiff::ToSpan;
use serde_json::Value;

use crate::common::{Centre, Publish, add_camera, ashkar, ashkar_output, eventually};
use crate::what_nobody_approved_or_somebody_hid_is_at_no_address::public_side::{self, Seen, ask_all, seen};

const CAMERA: CameraId = CameraId::new(7, 12, 1);
const SOON: Duration = Duration::from_secs(40);
const MINUTE_US: i64 = 60_000_000;
/// What the rehearsal must have left of its time when it begins to be recorded.
const ROOM_US: i64 = 45_000_000;
const REHEARSAL: &str = "vote-rehearsal-1";

fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

/// The vote, which goes on air at a whole minute soon.
fn put_vote(data: &Path) -> Election {
    let begins = UtcMicros((now().0 + ROOM_US).div_euclid(MINUTE_US) * MINUTE_US + MINUTE_US);
    let (date, minute) = ashkar_election::Zone::baku().local(begins);
    let mut vote = Election::of_date(date);
    vote.key = ElectionKey::new("vote").unwrap();
    vote.policy.archive_public_after = true;
    vote.plan = DayPlan {
        on_air: minute,
        empty_boxes: minute,
        voting_from: minute,
        voting_to: Minute(minute.0 + 1),
        turnout: Vec::new(),
        nights: Vec::new(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = SqliteStore::open(data).await.unwrap();
        store.put_election(&vote, &Actor::new("test", now())).await.unwrap();
        store.close().await;
    });
    assert_eq!(vote.on_air_at(), begins);
    vote
}

/// `ashkar ARGUMENTS --data DATA`.
fn at(data: &Path, arguments: &[&str]) -> String {
    ashkar(&[arguments, &["--data", data.to_str().unwrap()]].concat())
}

/// A public list of one station.
fn import(data: &Path) {
    let file = data.join("list.csv");
    for text in [
        "number,name_az,name_en,name_status\n7,Naxçıvan,Nakhchivan,confirmed\n",
        "constituency,station,venue,address,voters,cameras\n7,12,34 nömrəli məktəb,Nizami küç. 5,991,1\n",
    ] {
        std::fs::write(&file, text).unwrap();
        at(data, &["stations", "import", "--publish", file.to_str().unwrap()]);
    }
}

/// Plans the rehearsal that began a minute ago at most, and ends when the vote begins.
fn plan(data: &Path, vote: &Election) -> Span {
    let ends = vote.on_air_at();
    let began = UtcMicros(now().0.div_euclid(MINUTE_US) * MINUTE_US);
    let minutes = u16::try_from(ends.since(began) / MINUTE_US).unwrap();
    // Yesterday's count of hours goes on until now, so that it is another date.
    let until = Minute(vote.plan.on_air.0 + 24 * 60);
    let on = (vote.date - 1.day()).to_string();
    let on_air = Minute(until.0 - minutes).to_string();
    let times = ["--on", &on, "--on-air", &on_air, "--until", &until.to_string()];
    at(data, &[&["election", "rehearse"], &times[..]].concat());
    assert!(at(data, &["election", "list"]).contains("* vote:"), "planned, and not current yet");
    Span { from: began, to: ends }
}

/// Makes an election current while the centre runs.
fn switch(centre: &Centre, key: &str) {
    at(&centre.data, &["election", "use", key]);
    let is_rehearsal = key == REHEARSAL;
    eventually("the centre knows", SOON, || {
        (centre.json("/api/v1/election")["rehearsal"] == is_rehearsal).then_some(())
    });
}

/// Nothing that was seen, and no time around it, is given by any address; nor told by the timeline and the counts.
fn nothing_is_there(centre: &Centre, of: &Seen, day: Span) {
    for (address, status, body) in ask_all(&centre.http, of) {
        let is_of_then = [".m4s", "?at=", "/dvr/"].iter().any(|part| address.contains(part));
        assert!(!is_of_then || [403, 404].contains(&status) || !shows(&body), "{address}: {status}");
    }
    let (from, to) = (text(day.from.plus(-MINUTE_US)), text(day.to));
    let told = centre.json(&format!("/api/v1/cameras/{CAMERA}/timeline?from={from}&to={to}"));
    let within = |entry: &&Value| {
        let time = |name: &str| public_side::time(entry[name].as_str().unwrap());
        time("from") < day.to && day.from < time("to")
    };
    let mut entries = told.as_array().unwrap().iter().filter(within);
    assert!(entries.all(|entry| entry["state"] == "due" && entry["hidden"].is_null()), "{told}");
}

/// Whether an answer has pictures, or names some.
fn shows(body: &[u8]) -> bool {
    body.starts_with(&[0xff, 0xd8])
        || body.windows(4).any(|four| four == b"mdat")
        || String::from_utf8_lossy(body).contains("/media/")
}

fn text(at: UtcMicros) -> String {
    jiff::Timestamp::from_microsecond(at.0).unwrap().to_string()
}

fn all_is_there(centre: &Centre, seen: &Seen) {
    let answers = ask_all(&centre.http, seen);
    assert!(answers.iter().all(|(_, status, _)| [200, 404].contains(status)));
    assert!(answers.iter().filter(|(_, status, body)| *status == 200 && shows(body)).count() > 4);
}

/// What was owed and what was there, without what depends on when it is asked.
fn figures(report: &Value) -> Value {
    let mut figures = report["totals"].clone();
    figures.as_object_mut().unwrap().retain(|name, _| name.ends_with("_s") || name == "stations");
    figures
}

fn marks(centre: &Centre) -> usize {
    centre.json("/api/v1/stations/7/12")["marks"].as_array().unwrap().len()
}

#[test]
fn a_rehearsal_never_mixes_with_its_vote() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let vote = put_vote(&data);
    import(&data);
    let key = add_camera(&data, &CAMERA.to_string());
    let day = plan(&data, &vote);
    at(&data, &["election", "use", REHEARSAL]);
    let centre = Centre::start(&data);
    let publisher = centre.publish(&key, &Publish::default());
    let practised = eventually("the rehearsal is on air", SOON, || seen(&centre, CAMERA, 4));
    assert!(day.from <= practised.from && practised.to <= day.to, "there was time: {practised:?}");
    all_is_there(&centre, &practised);
    assert_eq!(centre.json("/api/v1/election")["rehearsal"], true);
    assert!(centre.text("/").contains("data-rehearsal=\"yes\""));
    at(&data, &["mark", "7/12", "closed"]);
    eventually("the act is told", SOON, || (marks(&centre) == 1).then_some(()));

    // Before the vote has begun, it has nothing of its rehearsal; also after a crash.
    switch(&centre, "vote");
    nothing_is_there(&centre, &practised, day);
    assert_eq!(marks(&centre), 0);
    assert_eq!(centre.json("/api/v1/completeness")["totals"]["owed_s"].as_f64(), Some(0.0));
    drop(publisher);
    centre.kill();
    let centre = Centre::start(&data);
    nothing_is_there(&centre, &practised, day);
    switch(&centre, REHEARSAL);
    all_is_there(&centre, &practised);
    switch(&centre, "vote");
    let publisher = centre.publish(&key, &Publish::default());

    // The rehearsal ends by the clock: what comes then is the vote's, and the first that it lists.
    let voted = eventually("the vote is on air", Duration::from_secs(150), || seen(&centre, CAMERA, 4));
    assert!(voted.from >= day.to, "{voted:?}");
    all_is_there(&centre, &voted);
    nothing_is_there(&centre, &practised, day);
    let counted = centre.json("/api/v1/completeness");
    assert_eq!(public_side::time(counted["from"].as_str().unwrap()), day.to);
    let owed = counted["totals"]["owed_s"].as_f64().unwrap();
    assert!(owed > 0.0 && owed <= now().since(day.to) as f64 / 1e6, "{counted:#}");
    drop(publisher);
    centre.stop();

    let centre = Centre::start(&data);
    nothing_is_there(&centre, &practised, day);
    switch(&centre, REHEARSAL);
    let report = the_rehearsal_is_over(&centre, day);
    nothing_is_there(&centre, &voted, Span { from: day.to, to: now() });
    all_is_there_of_the_past(&centre, &practised);
    assert_eq!(marks(&centre), 1);
    switch(&centre, "vote");
    assert_eq!(marks(&centre), 0);
    centre.stop();
    the_report_is_there_afterwards(&data, &report);
}

/// Its cameras owe nothing more, and nothing of what they send is its own; its report is that of its whole day.
fn the_rehearsal_is_over(centre: &Centre, day: Span) -> Value {
    let over = centre.json("/api/v1/stations/7/12")["cameras"][0].clone();
    assert_eq!((&over["state"], &over["hidden"]), (&"due".into(), &"other_day".into()), "{over}");
    assert_ne!(centre.request(&format!("/live/{CAMERA}/index.m3u8"), &[]).0, 200);
    let report = centre.json("/api/v1/completeness");
    assert_eq!(report["totals"]["owed_s"].as_f64(), Some(day.micros() as f64 / 1e6), "{report:#}");
    assert!(report["totals"]["on_time_s"].as_f64().unwrap() > 2.0, "{report:#}");
    report
}

/// What left the live window long ago: pieces and stills by their names and times.
fn all_is_there_of_the_past(centre: &Centre, seen: &Seen) {
    for (address, status, body) in ask_all(&centre.http, seen) {
        let is_of_then = [".m4s", "?at="].iter().any(|part| address.contains(part));
        assert!(!is_of_then || (status == 200 && shows(&body)) || status == 404, "{address}: {status}");
    }
}

fn the_report_is_there_afterwards(data: &Path, report: &Value) {
    let of = ["report", "completeness", "--format", "json", "--election", REHEARSAL];
    let at_rest: Value = serde_json::from_str(&at(data, &of)).unwrap();
    assert_eq!(figures(&at_rest), figures(report), "the centre at work and at rest say the same");
    assert_eq!(at_rest["stations"].as_array().unwrap().len(), 1);
    let results = |more: &[&str]| -> Value {
        let command = ["programme", "rehearsal-results", REHEARSAL, "--json"];
        serde_json::from_str(&at(data, &[&command[..], more].concat())).unwrap()
    };
    let strict = results(&["--at-least", "100", "--dry-run"]);
    assert_eq!(
        (&strict["results"][0]["passed"], &strict["recorded"]),
        (&false.into(), &0.into()),
        "{strict}"
    );
    let passed = results(&["--at-least", "1"]);
    assert_eq!((&passed["results"][0]["passed"], &passed["recorded"]), (&true.into(), &1.into()), "{passed}");
    assert_eq!(results(&["--at-least", "1"])["recorded"], 0, "recorded once");
    let text = data.to_str().unwrap();
    let other = ["programme", "rehearsal-results", REHEARSAL, "--at-least", "2", "--data", text];
    assert!(!ashkar_output(&other).status.success(), "a result is not replaced by another one");
    assert!(!ashkar_output(&["programme", "rehearsal-results", "vote", "--data", text]).status.success());
}
