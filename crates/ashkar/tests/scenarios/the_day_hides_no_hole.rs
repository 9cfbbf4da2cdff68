//! Cameras are on air, one goes off and comes back, a station completes its protocol: the country's day, the minutes of
//! each station and the orders of the list show that, and nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::common::{ASHKAR, Centre, Publish, add_camera, ashkar, eventually, fetch, header, tool};
use serde_json::Value;

const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
/// The first two of constituency 1, and the first of constituency 2.
const STATIONS: [&str; 3] = ["1/2", "1/17", "2/1"];
const DAY: u64 = 24 * 3600;
/// A response is at most five seconds old; a busy machine takes its time.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn the_day_hides_no_hole() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock { file: dir.path().join("clock") };
    clock.set(0);
    let data = dir.path().join("data");
    // The list belongs to the election, so the election comes first; its day begins later.
    describe(&data, seconds_now().next_multiple_of(60) + 3600);
    for file in ["constituencies", "stations-synthetic"] {
        let file = format!("{}/../../data/{file}.csv", env!("CARGO_MANIFEST_DIR"));
        ashkar(&["stations", "import", "--publish", &file, "--data", &data.display().to_string()]);
    }
    let keys = STATIONS.map(|station| add_camera(&data, &format!("{station}/1")));
    let centre = clock.start(&data);
    let [first, _second, _third] = keys.each_ref().map(|key| centre.publish(key, &Publish::default()));
    eventually("three cameras on air", SOON, || (ids(&centre, "state=live") == STATIONS).then_some(()));

    let on_air = clock.go_on_air(&data);
    all_is_well(&centre, &on_air);
    fewest_viewers_come_first(&centre);
    drop(first);
    a_hole_shows(&centre);
    let _first = centre.publish(&keys[0], &Publish::default());
    the_hole_stays(&centre);
    boxes_are_opened(&centre, &clock);
    what_is_over_is_over(&centre, &clock);
    everybody_gets_the_same(&centre);
    centre.stop();
}

/// A connection with sound alone is not live, and a file that is sent as fast as it can be read is live for as long as
/// sending it takes.
#[test]
fn live_is_what_was_recorded_in_time_that_has_been() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let camera = "7/12/1";
    let key = add_camera(&data, camera);
    let centre = Centre::start(&data);
    let sound = Publish { input: &["-f", "lavfi", "-i", "sine"], encode: &["-c:a", "aac"] };
    let only_sound = centre.publish(&key, &sound);
    let unusable = format!("ashkar_camera_unusable{{camera=\"{camera}\",reason=\"only_sound\"}} 1.0");
    let metrics = eventually("it is told why", SOON, || {
        let metrics = centre.text("/metrics");
        metrics.contains(&unusable).then_some(metrics)
    });
    assert!(metrics.contains(&format!("ashkar_camera_live{{camera=\"{camera}\"}} 0.0")), "{metrics}");
    assert_eq!(centre.request(&format!("/live/{camera}/index.m3u8"), &[]).0, 404);
    let log = crate::common::log_of(&data);
    assert_eq!(log.matches("connected, and nothing usable comes").count(), 1, "{log}");
    drop(only_sound);

    let url = format!("{}/ingest/{key}", centre.rtmp);
    let begun = std::time::Instant::now();
    let picture = "testsrc=size=160x90:rate=25:duration=900";
    let encode = [
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-tune",
        "zerolatency",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "50",
    ];
    // On a fast machine it is disconnected before its end, for sending more messages a second than allowed.
    Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", picture])
        .args(encode)
        .args(["-f", "flv", &url])
        .stdin(Stdio::null())
        .status()
        .expect("ffmpeg runs");
    let live = eventually("something of it is recorded", SOON, || {
        let timeline = centre.json(&format!("/api/v1/cameras/{camera}/timeline"));
        let live = timeline.as_array().unwrap().iter().filter(|entry| entry["state"] == "live");
        let time = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        let seconds: f64 =
            live.map(|entry| time(&entry["to"]).duration_since(time(&entry["from"])).as_secs_f64()).sum();
        (seconds > 0.0).then_some(seconds)
    });
    // A second more than the lead that a picture may have: it began before the clock here did.
    let passed = begun.elapsed().as_secs_f64();
    assert!(live <= passed + 4.0, "{live} s are live, and {passed} s passed");
    centre.stop();
}

/// All three are live from the first moment; the other stations owe nothing.
fn all_is_well(centre: &Centre, on_air: &str) {
    let day = eventually("the day begins", SOON, || {
        let day = centre.json("/api/v1/day?constituency=1");
        (cells(&day, "1/2") == "L" && cells(&day, "1/17") == "L").then_some(day)
    });
    assert_eq!((&day["from"], &day["step_s"]), (&on_air.into(), &300.into()));
    assert_eq!(cells(&day, "1/26"), "D", "no camera is installed there");
    assert_eq!((&day["minutes"]["missing"], &day["notes"]), (&0.into(), &Value::Array(Vec::new())));
    let country = eventually("the country's day", SOON, || {
        let day = centre.json("/api/v1/day");
        (cells(&day, "1") == "L" && cells(&day, "2") == "L").then_some(day)
    });
    assert_eq!((rows(&country), &country["step_s"]), (119, &600.into()));
}

fn fewest_viewers_come_first(centre: &Centre) {
    let _many = centre.watch("1/2/1", 6);
    let _few = centre.watch("2/1/1", 2);
    eventually("viewers are counted", SOON, || {
        let page = centre.json("/api/v1/stations?order=least_watched");
        let watched: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| &item["watched"]).collect();
        (watched == [0, 2, 6]).then_some(())
    });
    assert_eq!(ids(centre, "order=least_watched"), ["1/17", "2/1", "1/2"]);
}

fn a_hole_shows(centre: &Centre) {
    let day = eventually("the hole is in the day", SOON, || {
        let day = centre.json("/api/v1/day");
        (cells(&day, "1") == "M").then_some(day)
    });
    assert_eq!(cells(&day, "2"), "L", "{:#}", day["minutes"]);
    let note = &day["notes"][0];
    assert_eq!(
        (&note["constituency"], &note["state"], &note["stations"]),
        (&1.into(), &"missing".into(), &1.into())
    );
    assert!(note["minutes"].as_u64() >= Some(1) && note["to"] == day["to"], "{note:#}");
    assert_eq!(ids(centre, "order=least_watched"), ["1/17", "2/1"], "only who is live can be watched");
    let status = eventually("the hole is in the minutes", SOON, || {
        Some(status_of(centre, "1/2")).filter(|status| status["state"] == "missing")
    });
    assert_eq!((&status["gaps"], &status["cause"]), (&1.into(), &note["cause"]), "{status:#}");
}

fn the_hole_stays(centre: &Centre) {
    let status = eventually("it is back", SOON, || {
        Some(status_of(centre, "1/2")).filter(|status| status["state"] == "live")
    });
    let (minutes, causes) = (&status["minutes"], status["causes"].as_object().unwrap());
    assert!(minutes["missing"].as_u64() >= Some(1), "{status:#}");
    assert_eq!(causes.values().map(|minutes| minutes.as_u64().unwrap()).sum::<u64>(), minutes["missing"]);
    assert!(status["gaps"] == 1 && status["longest"]["from"].as_str() < status["longest"]["to"].as_str());
    let day = centre.json("/api/v1/day?constituency=1");
    assert!(cells(&day, "1/2").contains('M') && !cells(&day, "1/17").contains('M'), "{day:#}");
    for item in centre.json("/api/v1/status")["items"].as_array().unwrap() {
        let of = |name: &str| item["minutes"][name].as_u64().unwrap();
        assert_eq!(
            of("owed"),
            ["live", "late", "arriving", "missing", "hidden"].map(of).iter().sum::<u64>(),
            "{item:#}"
        );
    }
}

fn boxes_are_opened(centre: &Centre, clock: &Clock) {
    assert_eq!(ids(centre, "order=boxes_opened"), [""; 0]);
    clock.mark(&centre.data, "1/17", "mobile-box");
    clock.mark(&centre.data, "2/1", "stationary-box");
    eventually("the newest comes first", SOON, || {
        (ids(centre, "order=boxes_opened") == ["2/1", "1/17"]).then_some(())
    });
    let page = centre.json("/api/v1/stations?order=boxes_opened");
    assert!(
        page["items"][0]["boxes_opened"].as_str() > page["items"][1]["boxes_opened"].as_str(),
        "{page:#}"
    );
}

/// The only camera of constituency 2 owes nothing any more: its day ends, although the camera stays on air.
fn what_is_over_is_over(centre: &Centre, clock: &Clock) {
    clock.mark(&centre.data, "2/1", "protocol-completed");
    let completed = eventually("the protocol is completed", SOON, || {
        let marks = centre.json("/api/v1/stations/2/1")["marks"].clone();
        let mark = marks.as_array().unwrap().iter().find(|mark| mark["act"] == "protocol_completed").cloned();
        mark.map(|mark| mark["at"].clone())
    });
    for path in ["/api/v1/day?constituency=2", "/api/v1/status?constituency=2"] {
        eventually(path, SOON, || (centre.json(path)["to"] == completed).then_some(()));
    }
    let csv = centre.text("/api/v1/status.csv");
    let row = csv.lines().find(|line| line.starts_with("1/2,1,2,"));
    assert!(
        csv.starts_with("\u{feff}id,constituency,") && row.is_some_and(|row| row.contains(",live,")),
        "{row:?}"
    );
}

fn everybody_gets_the_same(centre: &Centre) {
    let tags: std::collections::BTreeSet<_> = (0..20)
        .map(|_| {
            let (status, headers, _) =
                fetch(&format!("{}/api/v1/day", centre.http), &[("accept-encoding", "gzip")]);
            assert_eq!((status, header(&headers, "cache-control")), (200, Some("public, max-age=10")));
            header(&headers, "etag").unwrap().to_owned()
        })
        .collect();
    assert!(tags.len() <= 2, "it is made once in five seconds: {tags:?}");
    for (path, status) in [
        ("/api/v1/day?constituency=999", 404),
        ("/api/v1/status?constituency=999", 404),
        ("/api/v1/day?constituency=x", 400),
        ("/api/v1/stations?order=worst", 400),
    ] {
        assert_eq!(centre.request(path, &[]).0, status, "{path}");
    }
}

/// What the centre and those who mark acts take for the time of day.
struct Clock {
    file: PathBuf,
}

impl Clock {
    fn set(&self, offset_seconds: u64) {
        let next = self.file.with_extension("next");
        std::fs::write(&next, format!("+{offset_seconds}\n")).unwrap();
        std::fs::rename(next, &self.file).unwrap();
    }

    fn environment(&self) -> [(&'static str, &OsStr); 5] {
        assert!(Path::new(FAKETIME).exists(), "libfaketime is needed for this test");
        [
            ("LD_PRELOAD", FAKETIME.as_ref()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.as_os_str()),
            ("FAKETIME_NO_CACHE", "1".as_ref()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".as_ref()),
            ("NO_FAKE_STAT", "1".as_ref()),
        ]
    }

    fn start(&self, data: &Path) -> Centre {
        Centre::start_under(data, &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0"], &self.environment())
    }

    fn mark(&self, data: &Path, station: &str, act: &str) {
        let marked = Command::new(ASHKAR)
            .args(["mark", station, act, "--data"])
            .arg(data)
            .envs(self.environment())
            .stdout(Stdio::null())
            .status();
        assert!(marked.unwrap().success(), "{station} {act}");
    }

    /// Lets the day begin at the next whole minute, and steps the clock to some seconds before it. Returns that minute.
    fn go_on_air(&self, data: &Path) -> String {
        const AHEAD: u64 = 8;
        let now = seconds_now();
        let begins = (now + AHEAD).next_multiple_of(60);
        let told = describe(data, begins);
        self.set(begins - AHEAD - now);
        told
    }
}

/// Creates an election that goes on air at the minute `begins`, seconds since 1970. Returns that minute.
fn describe(data: &Path, begins: u64) -> String {
    let date = |at: u64, form: &str| tool("date", &["-u", "-d", &format!("@{at}"), form]).trim().to_owned();
    // A plan may continue past midnight, so a day that began yesterday has room for any minute of today.
    let (yesterday, on_air) =
        (date(begins - DAY, "+%Y-%m-%d"), format!("{}:{}", 24 + begins % DAY / 3600, date(begins, "+%M")));
    let election = format!(
        "key = \"test\"\ndate = \"{yesterday}\"\ntime_zone = \"Etc/UTC\"\nsample = true\n\
         [names]\naz = \"Sınaq\"\nen = \"Test\"\nru = \"Проба\"\n\
         [plan]\non_air = \"{on_air}\"\nempty_boxes = \"{on_air}\"\nvoting_from = \"{on_air}\"\n\
         voting_to = \"48:00\"\nturnout = []\n\
         [policy]\nsound = false\nrewind_on_day = true\narchive_public_after = true\nretention_years = 5\n"
    );
    let file = data.join("election.toml");
    std::fs::create_dir_all(data).unwrap();
    std::fs::write(&file, election).unwrap();
    ashkar(&["election", "set", &file.display().to_string(), "--data", &data.display().to_string()]);
    date(begins, "+%Y-%m-%dT%H:%M:%S+00:00")
}

fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Stations that a query finds, in its order.
fn ids(centre: &Centre, query: &str) -> Vec<String> {
    let page = centre.json(&format!("/api/v1/stations?{query}"));
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn status_of(centre: &Centre, station: &str) -> Value {
    let status = centre.json("/api/v1/status?constituency=1");
    let items = status["items"].as_array().unwrap();
    items.iter().find(|item| item["id"] == station).unwrap().clone()
}

fn cells(day: &Value, key: &str) -> String {
    let mut rows = day["rows"].as_array().unwrap().iter();
    rows.find(|row| row["key"] == key).unwrap()["cells"].as_str().unwrap().to_owned()
}

fn rows(day: &Value) -> usize {
    day["rows"].as_array().unwrap().len()
}
