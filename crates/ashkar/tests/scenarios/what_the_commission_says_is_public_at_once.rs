//! Official turnout and versions of the list: entered on the command line while a centre runs, read from its site.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::common::{Centre, ashkar, ashkar_output, eventually, header};
use serde_json::{Value, json};

/// A running server notices a change within two seconds; this machine may be busy.
const NOTICED: Duration = Duration::from_secs(10);

const ELECTION: &str = r#"
key = "2024-02-07"
date = "2024-02-07"
time_zone = "Asia/Baku"
sample = false
[names]
az = "Seçki"
en = "Election"
ru = "Выборы"
[plan]
on_air = "07:30"
empty_boxes = "07:50"
voting_from = "08:00"
voting_to = "19:00"
turnout = ["10:00", "12:00"]
[policy]
sound = false
rewind_on_day = true
archive_public_after = false
retention_years = 5
"#;
const CONSTITUENCIES: &str = "number,name_az\n7,Naxçıvan\n8,Səbail\n";
const STATIONS: &str = "constituency,station,venue,address,voters,cameras
7,12,34 nömrəli məktəb,Nizami küç. 5,991,1
8,1,Gənclər evi,Neftçilər pr. 1,1200,1
";

/// Runs a command on `data`.
fn on(data: &Path, arguments: &[&str]) -> String {
    let mut all = arguments.to_vec();
    let data = data.display().to_string();
    all.extend(["--data", &data]);
    ashkar(&all)
}

/// The output of a command that must fail.
fn refused(data: &Path, arguments: &[&str]) -> String {
    let mut all = arguments.to_vec();
    let data = data.display().to_string();
    all.extend(["--data", &data]);
    let output = ashkar_output(&all);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn import(dir: &Path, data: &Path, csv: &str) {
    let file = dir.join("list.csv");
    std::fs::write(&file, csv).unwrap();
    on(data, &["stations", "import", "--publish", &file.display().to_string()]);
}

fn described(dir: &Path) -> std::path::PathBuf {
    let (data, file) = (dir.join("data"), dir.join("election.toml"));
    std::fs::write(&file, ELECTION).unwrap();
    on(&data, &["election", "set", &file.display().to_string()]);
    import(dir, &data, CONSTITUENCIES);
    import(dir, &data, STATIONS);
    data
}

fn cache_control(centre: &Centre, path: &str) -> String {
    header(&centre.request(path, &[]).1, "cache-control").unwrap().to_owned()
}

#[test]
fn turnout_is_entered_corrected_and_removed_while_the_site_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = described(dir.path());
    let centre = Centre::start(&data);
    let shown = || centre.json("/api/v1/turnout")["items"].clone();
    let becomes = |expected: &Value| {
        eventually("the site shows it", NOTICED, || (shown() == *expected).then_some(()));
    };
    assert_eq!(centre.json("/api/v1/election")["turnout"], json!([]));
    assert_eq!(on(&data, &["turnout", "list"]).trim(), "No turnout is entered yet.");

    let source = "https://example.org/fəallıq";
    let figure = |percent: f64| json!({ "at": "2024-02-07T10:00:00+04:00", "constituency": null, "percent": percent, "source": source });
    let said = on(&data, &["turnout", "set", "10:00", "8.12", "--source", source, "--json"]);
    let expected = json!({ "at": "10:00", "constituency": null, "percent": 8.12, "source": source });
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap(), expected);
    becomes(&json!([figure(8.12)]));
    on(&data, &["turnout", "set", "10:00", "8,21", "--source", source]);
    on(&data, &["turnout", "set", "12:00", "20", "--source", "MSK", "--constituency", "7"]);
    let of_seven =
        json!({ "at": "2024-02-07T12:00:00+04:00", "constituency": 7, "percent": 20.0, "source": "MSK" });
    becomes(&json!([figure(8.21), of_seven]));
    let country = json!([{ "at": "2024-02-07T10:00:00+04:00", "percent": 8.21, "source": source }]);
    assert_eq!(centre.json("/api/v1/election")["turnout"], country, "the country's alone");
    let listed = on(&data, &["turnout", "list"]);
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["10:00", "whole", "country", "8.21", "%", source],
            vec!["12:00", "constituency", "7", "20.00", "%", "MSK"]
        ]
    );
    on(&data, &["turnout", "remove", "10:00"]);
    becomes(&json!([of_seven]));
    assert_eq!(cache_control(&centre, "/api/v1/turnout"), "public, max-age=2");
    centre.stop();
}

#[test]
fn what_is_no_turnout_is_refused_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let data = described(dir.path());
    let set = |arguments: &[&str]| {
        let mut all = vec!["turnout", "set"];
        all.extend(arguments);
        refused(&data, &all)
    };
    let said = set(&["10:30", "8", "--source", "MSK"]);
    assert!(said.contains("the plan has 10:00, 12:00; `ashkar election set` changes the plan"), "{said}");
    let said = set(&["10:00", "8", "--source", "MSK", "--constituency", "9"]);
    assert!(said.contains("constituency 9 is not in the list; `ashkar stations export"), "{said}");
    let said = set(&["10:00", "8.125", "--source", "MSK"]);
    assert!(said.contains("one is written like 8.12"), "{said}");
    let said = set(&["10", "8", "--source", "MSK"]);
    assert!(said.contains("one is written like 07:30"), "{said}");
    let said = set(&["10:00", "8", "--source", " "]);
    assert!(said.contains("an address or a text of 1 to 500 bytes"), "{said}");
    assert!(set(&["10:00", "8"]).contains("--source"));
    let said = refused(&data, &["turnout", "remove", "12:00", "--constituency", "7"]);
    assert!(
        said.contains("no turnout of constituency 7 is entered for 12:00; `ashkar turnout list`"),
        "{said}"
    );
    let empty = dir.path().join("empty");
    let said = refused(&empty, &["turnout", "set", "10:00", "8", "--source", "MSK"]);
    assert!(said.contains("`ashkar init` makes a new one"), "{said}");
    on(&empty, &["init"]);
    let said = refused(&empty, &["turnout", "set", "10:00", "8", "--source", "MSK"]);
    assert!(said.contains("there is no election yet; `ashkar election set` describes one"), "{said}");
    assert_eq!(on(&data, &["turnout", "list", "--json"]).trim(), "[]");
}

/// The list as a PDF: the site's file is that of the command, and poppler reads it.
fn on_paper(centre: &Centre, dir: &Path, data: &Path) {
    let file = dir.join("list.pdf");
    for (version, language, title) in [
        ("2", "az", "Veb-kamera quraşdırılmış seçki məntəqələrinin siyahısı"),
        ("3", "en", "List of polling stations with webcams"),
        ("4", "ru", "Список избирательных участков с веб-камерами"),
    ] {
        let out = ["--list-version", version, "--language", language, "--out", file.to_str().unwrap()];
        on(data, &[&["list", "pdf"], &out[..]].concat());
        let path = format!("/list/stations.pdf?version={version}&language={language}");
        let (status, headers, body) = centre.request(&path, &[]);
        assert_eq!((status, header(&headers, "content-type")), (200, Some("application/pdf")), "{path}");
        let name = format!("inline; filename=\"stations-v{version}-{language}.pdf\"");
        assert_eq!(header(&headers, "content-disposition"), Some(&*name));
        assert!(body == std::fs::read(&file).unwrap(), "{path}");
        let read = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output();
        let read =
            read.unwrap_or_else(|error| panic!("pdftotext is needed (scripts/tools.sh test): {error}"));
        let text = String::from_utf8(read.stdout).unwrap();
        assert!(text.contains(title) && text.contains("34 nömrəli məktəb"), "{text}");
        assert_eq!(text.contains("Gənclər evi"), version != "4", "8/1 is not in the fourth version");
        let tag = header(&headers, "etag").unwrap();
        assert_eq!(centre.request(&path, &[("if-none-match", tag)]).0, 304);
    }
    let usual = centre.request("/list/stations.pdf", &[]).2;
    assert!(usual == centre.request("/list/stations.pdf?version=4&language=az", &[]).2);
    assert_eq!(cache_control(centre, "/list/stations.pdf"), "public, max-age=2");
    for (path, status) in [("?language=de", 400), ("?version=x", 400), ("?version=9", 404)] {
        assert_eq!(centre.request(&format!("/list/stations.pdf{path}"), &[]).0, status, "{path}");
    }
    let signed = ["--decision", "12/47", "--decision-date", "2024-01-15", "--approved-by", "A. B."];
    let signed = [&["list", "pdf", "--out", file.to_str().unwrap()], &signed[..]].concat();
    on(data, &signed);
    assert!(std::fs::read(&file).unwrap() != usual, "it names its decision");
}

#[test]
fn every_version_of_the_list_can_be_read_and_compared() {
    let dir = tempfile::tempdir().unwrap();
    let data = described(dir.path());
    import(dir.path(), &data, &STATIONS.replace("991", "992"));
    let centre = Centre::start(&data);
    let numbers = || -> Vec<u64> {
        let versions = centre.json("/list/versions");
        versions["items"].as_array().unwrap().iter().map(|one| one["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers(), [3, 2, 1]);
    let newest = &centre.json("/list/versions")["items"][0];
    assert_eq!((&newest["constituencies"], &newest["stations"]), (&json!(2), &json!(2)));
    assert_eq!(newest["sha256"], centre.json("/list/changes")["version"]["sha256"]);
    assert!(newest["published"].as_str().unwrap().ends_with("+04:00"), "{newest}");

    // A fourth version, while the site runs: like the second, without 8/1.
    import(dir.path(), &data, STATIONS.rsplit_once("8,1").unwrap().0);
    eventually("the fourth version is there", NOTICED, || (numbers() == [4, 3, 2, 1]).then_some(()));
    for version in 1..=4 {
        let from_site = centre.text(&format!("/list/stations.csv?version={version}"));
        assert!(from_site.starts_with('\u{feff}'), "spreadsheets know its letters by this mark");
        let number = version.to_string();
        assert_eq!(from_site, on(&data, &["stations", "export", "--list-version", &number]), "{version}");
        let document = centre.json(&format!("/list/stations.json?version={version}"));
        assert_eq!(document["version"]["number"], version);
        assert_eq!(document["stations"].as_array().unwrap().len(), from_site.lines().count() - 1);
    }
    assert_eq!(centre.text("/list/stations.csv?version=4"), centre.text("/list/stations.csv"));
    on_paper(&centre, dir.path(), &data);
    let (_, headers, _) = centre.request("/list/stations.csv?version=2", &[]);
    assert!(header(&headers, "content-disposition").unwrap().contains("stations-v2.csv"));

    let counts = |query: &str| {
        let changes = centre.json(&format!("/list/changes{query}"));
        let number = |side: &str| changes[side]["number"].as_u64();
        let count = |kind: &str| changes["counts"][kind].as_u64().unwrap();
        (number("previous"), number("version"), [count("new"), count("removed"), count("changed")])
    };
    assert_eq!(counts(""), (Some(3), Some(4), [0, 1, 1]));
    assert_eq!(counts("?from=2&to=4"), (Some(2), Some(4), [0, 1, 0]));
    assert_eq!(counts("?from=4&to=2"), (Some(4), Some(2), [1, 0, 0]));
    assert_eq!(counts("?from=3&to=3"), (Some(3), Some(3), [0, 0, 0]));
    assert_eq!(counts("?from=1"), (Some(1), Some(4), [1, 0, 0]));
    assert_eq!(counts("?to=2"), (Some(1), Some(2), [2, 0, 0]));
    assert_eq!(counts("?to=1"), (None, Some(1), [0, 0, 0]));
    assert_eq!(centre.json("/list/changes?from=3&to=4"), centre.json("/list/changes"));

    assert_eq!(cache_control(&centre, "/list/changes?from=2&to=4"), "public, max-age=300");
    for path in ["/list/changes", "/list/changes?from=2", "/list/versions", "/list/stations.csv?version=1"] {
        assert_eq!(cache_control(&centre, path), "public, max-age=2", "{path}");
    }
    for path in ["/list/changes?from=1&to=9", "/list/changes?from=0", "/list/stations.json?version=5"] {
        let (status, _, body) = centre.request(path, &[]);
        let problem: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((status, problem["type"].as_str()), (404, Some("/problems/not-found")), "{path}");
    }
    for path in ["/list/changes?from=x", "/list/stations.csv?version=-1", "/list/changes?from=1&from=1"] {
        assert_eq!(centre.request(path, &[]).0, 400, "{path}");
    }
    centre.stop();
}
