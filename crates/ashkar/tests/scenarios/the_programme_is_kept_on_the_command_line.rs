//! The installation programme by the real binary: responsible persons, stations without a camera, decided numbers, the
//! decision, devices in stock and custody; and the board that follows from them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::path::Path;
use std::process::Command;

use crate::common::{ASHKAR, ashkar};
use serde_json::Value;

const CONSTITUENCIES: &str =
    "number,name_az,name_en,name_status\n7,Naxçıvan,Nakhchivan,confirmed\n8,Səbail,Sabail,confirmed\n";
const STATIONS: &str =
    "constituency,station,venue,address,voters,cameras\n7,12,Məktəb,Nizami küç. 5,991,1\n8,3,Klub,,700,1\n";

fn file(data: &Path, name: &str, text: &str) -> String {
    let file = data.parent().unwrap().join(name);
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

fn run(data: &Path, arguments: &[&str]) -> String {
    ashkar(&[arguments, &["--data", data.to_str().unwrap()]].concat())
}

fn json(data: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&run(data, &[arguments, &["--json"]].concat())).unwrap()
}

/// What a command says that must fail with `code`.
fn refused(data: &Path, code: i32, arguments: &[&str]) -> String {
    let output = Command::new(ASHKAR).args(arguments).arg("--data").arg(data).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    told
}

#[test]
fn the_board_says_what_was_entered() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    run(&data, &["stations", "import", &file(&data, "c.csv", CONSTITUENCIES)]);
    run(&data, &["stations", "import", &file(&data, "s.csv", STATIONS)]);
    let dues =
        "constituency,station,stage,responsible,due\n7,12,surveyed,Rauf Əliyev,2020-01-10\n8,3,surveyed,,\n";
    let dues = file(&data, "dues.csv", dues);
    let dry = run(&data, &["programme", "import", &dues, "--dry-run"]);
    assert_eq!(dry, "2 rows read: 1 changes.\nNothing was changed: this was a dry run.\n");
    assert_eq!(
        run(&data, &["programme", "import", &dues]),
        "2 rows read: 1 changes.\n1 changes are recorded.\n"
    );
    assert!(run(&data, &["programme", "import", &dues]).ends_with("All of it was so already.\n"));
    let wrong = file(&data, "wrong.csv", "constituency,station,stage\n7,99,surveyed\n");
    let told = refused(&data, 1, &["programme", "import", &wrong]);
    assert!(
        told.contains("line 2, column \"station\", value \"99\": the list has no such station"),
        "{told}"
    );

    let without =
        file(&data, "w.csv", "constituency,station,reason,words\n7,1,hospital,\n8,9,other,a lighthouse\n");
    run(&data, &["programme", "without-camera", "import", &without]);
    let listed = run(&data, &["programme", "without-camera", "list"]);
    assert_eq!(listed, "7/1       hospital\n8/9       other     a lighthouse\n");
    let decide = ["programme", "decide", "--stations", "3", "--constituencies", "2", "--of", "8=2,7=1"];
    run(&data, &decide);
    run(&data, &["programme", "decision", "12/45", "2024-01-20"]);

    let board = json(&data, &["programme", "board"]);
    assert_eq!(board["all"]["at"]["chosen"], 2);
    assert_eq!((&board["all"]["late"], &board["all"]["untested"]), (&1.into(), &2.into()));
    assert_eq!(board["distribution"]["missing_stations"], 1);
    assert_eq!(board["constituencies"][1]["missing"], 1);
    assert_eq!(board["publication"]["decision"]["list_version"], 2);
    let station = &board["stations"][0];
    assert_eq!((&station["station"], &station["next"]), (&"7/12".into(), &"surveyed".into()));
    assert_eq!(station["blocks"][0]["item"], "power");
    let text = run(&data, &["programme", "board"]);
    assert!(text.contains("cameras in 2 of 3 stations, in 2 of 2 constituencies"), "{text}");
    assert!(text.contains("7/12      surveyed by 2020-01-10 (Rauf Əliyev)"), "{text}");
    assert!(text.contains("decision 12/45 of 2024-01-20 about version 2"), "{text}");
    let one = json(&data, &["programme", "board", "--constituency", "8"]);
    assert_eq!(
        (one["stations"].as_array().unwrap().len(), &one["stations"][0]["station"]),
        (1, &"8/3".into())
    );
    let told = refused(&data, 2, &["programme", "board", "--constituency", "9"]);
    assert!(told.contains("constituency 9 is not in the list; `ashkar stations export`"), "{told}");
    let told = refused(&data, 2, &["programme", "decide", "--stations", "1", "--constituencies", "2"]);
    assert!(told.contains("these numbers cannot be"), "{told}");
}

#[test]
fn devices_go_from_hand_to_hand() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    run(&data, &["stations", "import", &file(&data, "c.csv", CONSTITUENCIES)]);
    run(&data, &["stations", "import", &file(&data, "s.csv", STATIONS)]);
    assert_eq!(run(&data, &["stock", "list"]), "No device is entered yet.\n");
    assert_eq!(run(&data, &["stock", "add", "sn-1", "--kind", "camera"]), "SN-1 is in stock.\n");
    run(&data, &["stock", "spare", "SN-1", "8/3"]);
    run(&data, &["stock", "hand-over", "SN-1", "--to", "person:Rauf Əliyev"]);
    let told = refused(&data, 2, &["stock", "hand-over", "SN-1", "--to", "station:7/12"]);
    assert!(told.contains("device SN-1 is not with stock: person:Rauf Əliyev has it"), "{told}");
    run(&data, &["stock", "hand-over", "SN-1", "--from", "person:Rauf Əliyev", "--to", "station:7/12"]);
    let item = &json(&data, &["stock", "list"])[0];
    assert_eq!((&item["holder"], &item["wiped"]), (&"station:7/12".into(), &false.into()));
    assert!(item["spare_for"].is_null() && item["movements"].as_array().unwrap().len() == 2);
    let told = run(&data, &["stock", "return", "SN-1"]);
    assert_eq!(
        told,
        "SN-1 is back in stock, from station:7/12. It was not wiped yet: `ashkar stock wipe` records that.\n"
    );
    let told = refused(&data, 2, &["stock", "return", "SN-1"]);
    assert!(told.contains("comes back by being returned"), "{told}");
    assert!(run(&data, &["stock", "list"]).trim_end().ends_with("not wiped"));
    run(&data, &["stock", "wipe", "SN-1"]);
    assert!(!run(&data, &["stock", "list"]).contains("not wiped"));
    let told = refused(&data, 2, &["stock", "wipe", "SN-2"]);
    assert!(told.contains("device SN-2 is not in the book; `ashkar stock add` enters it"), "{told}");
    let told = refused(&data, 2, &["stock", "hand-over", "SN-1", "--to", "station:7/99"]);
    assert!(told.contains("station 7/99 is not in the list"), "{told}");
}
