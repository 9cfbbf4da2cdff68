//! A code is issued, given out as text and as a QR code, and used; devices are listed and revoked; all by the real
//! binary.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::common::{ASHKAR, Centre, ashkar, eventually, tool};
use ashkar_election::{Actor, NewDevice, SqliteStore, Store, StoreError, sample_election_on_air};
use ashkar_terms::{CameraId, Clock, SystemClock, UtcMicros};
use ashkar_uplink::EnrolmentCode;
use serde_json::Value;

const CENTRE: &str = "https://centre.example:8443";
const DEVICE: &str = "0123456789abcdef";
const HOUR_US: i64 = 3_600_000_000;

/// A data directory whose cameras all come from the list.
fn with_list(data: &Path) {
    let parent = data.parent().unwrap();
    let files = [
        ("constituencies.csv", "number,name_az,name_en,name_status\n7,Naxçıvan,Nakhchivan,confirmed\n"),
        (
            "stations.csv",
            "constituency,station,venue,address,voters,cameras\n7,12,Məktəb,Nizami küç. 5,991,2\n",
        ),
    ];
    for (name, text) in files {
        let file = parent.join(name);
        std::fs::write(&file, text).unwrap();
        ashkar(&[
            "stations",
            "import",
            "--publish",
            file.to_str().unwrap(),
            "--data",
            data.to_str().unwrap(),
        ]);
    }
}

fn run(data: &Path, arguments: &[&str]) -> String {
    ashkar(&[&["camera"], arguments, &["--data", data.to_str().unwrap()]].concat())
}

fn json(data: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&run(data, &[arguments, &["--json"]].concat())).unwrap()
}

/// What a command says that must fail.
fn refused(data: &Path, arguments: &[&str]) -> String {
    let output = Command::new(ASHKAR).arg("camera").args(arguments).arg("--data").arg(data).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn now() -> UtcMicros {
    SystemClock::new().now().wall
}

/// Does something in the registry that no command does.
fn with_store<T>(data: &Path, work: impl AsyncFnOnce(&SqliteStore) -> T) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = SqliteStore::open(data).await.unwrap();
        let done = work(&store).await;
        store.close().await;
        done
    })
}

/// What the centre does when a device shows `code`.
fn use_code(data: &Path, code: &str) -> Result<Vec<CameraId>, StoreError> {
    let code: EnrolmentCode = code.parse().unwrap();
    let device = NewDevice { id: DEVICE.to_owned(), public_key: [7; 32], name: "Səs qutusu".to_owned() };
    let by = Actor::new("device", now());
    with_store(data, async |store| store.enrol_device(code.hash().0, &device, &by).await)
}

#[test]
fn a_code_is_issued_used_listed_and_revoked() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    with_list(&data);
    assert_eq!(run(&data, &["devices"]), "No device is enrolled yet.\n");

    // A camera of the list needs not be added.
    let first = json(&data, &["enrol", "7/12/1"]);
    assert!(first["uri"].is_null() && first["centre"].is_null(), "{first}");
    let second = json(&data, &["enrol", "7/12/1", "--hours", "2", "--centre", CENTRE]);
    let code = second["code"].as_str().unwrap();
    assert_eq!(second["command"], format!("ashkar agent enrol {code} --centre {CENTRE}"));
    assert_eq!(second["uri"], format!("ashkar:enrol?centre={CENTRE}&code={code}"));
    let left = second["expires_at"].as_i64().unwrap() - now().0;
    assert!((HOUR_US..=2 * HOUR_US).contains(&left), "{left}");

    let camera = CameraId::new(7, 12, 1);
    let replaced = use_code(&data, first["code"].as_str().unwrap());
    assert!(matches!(replaced, Err(StoreError::CodeReplaced(id)) if id == camera), "{replaced:?}");
    // As somebody types it.
    assert_eq!(use_code(&data, &code.to_lowercase().replace('-', " ")).unwrap(), [camera]);

    let listed = run(&data, &["devices"]);
    assert!(listed.starts_with(&format!("7/12/1       {DEVICE}  since 20")), "{listed}");
    assert!(listed.ends_with("  Səs qutusu\n"), "{listed}");
    assert_eq!(run(&data, &["devices", "7/12/2"]), "No device is enrolled yet.\n");
    assert!(refused(&data, &["devices", "9/9/9"]).contains("there is no camera 9/9/9"));
    let listed = run(&data, &["list"]);
    assert_eq!(listed, "7/12/1       sent by a device\n7/12/2       no key yet\n");

    let said = refused(&data, &["revoke", "7/12/2", DEVICE]);
    assert!(said.contains("no device 0123456789abcdef is enrolled for camera 7/12/2"), "{said}");
    run(&data, &["revoke", "7/12/1", DEVICE]);
    let listed = json(&data, &["devices", "7/12/1"]);
    let device = &listed[0];
    assert_eq!((&device["camera"], &device["device"]), (&"7/12/1".into(), &DEVICE.into()));
    assert!(device["revoked_at"].as_i64() >= device["enrolled_at"].as_i64(), "{device}");
    assert!(run(&data, &["devices"]).contains("  (revoked 20"));
}

#[test]
fn what_cannot_be_enrolled_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    assert!(refused(&data, &["enrol", "7/12/1"]).contains("is no data directory of a centre"));
    with_list(&data);
    assert!(refused(&data, &["enrol", "9/9/9"]).contains("there is no camera 9/9/9"));
    run(&data, &["remove", "7/12/1"]);
    assert!(refused(&data, &["enrol", "7/12/1"]).contains("camera 7/12/1 is switched off"));
    let plain = refused(&data, &["enrol", "7/12/2", "--centre", "http://centre.example"]);
    assert!(plain.contains("write it like https://centre.example:8443"), "{plain}");
    assert!(refused(&data, &["enrol", "7/12/2", "--hours", "0"]).contains("--hours"));
    assert!(refused(&data, &["enrol", "7/12/2", "--qr"]).contains("--centre"));
}

/// The picture of a QR code that is written in blocks, as a PGM file.
fn picture(blocks: &str) -> String {
    const PIXELS: usize = 6;
    let mut rows = Vec::new();
    for line in blocks.lines() {
        let row = |dark: [char; 2]| -> String {
            let shade = |c: char| if dark.contains(&c) { "0 " } else { "255 " };
            line.chars().map(|c| shade(c).repeat(PIXELS)).collect()
        };
        for row in [row(['█', '▀']), row(['█', '▄'])] {
            rows.extend(std::iter::repeat_n(row, PIXELS));
        }
    }
    let width = blocks.lines().next().unwrap().chars().count() * PIXELS;
    let mut file = format!("P2 {width} {} 255\n", rows.len());
    for row in rows {
        writeln!(file, "{row}").unwrap();
    }
    file
}

#[test]
fn a_phone_reads_the_same_code() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    with_list(&data);
    let arguments = ["enrol", "7/12/1", "--centre", CENTRE];
    assert!(!run(&data, &arguments).contains(['█', '▀', '▄']), "a pipe gets none unless it asks");
    let shown = run(&data, &[&arguments[..], &["--qr"]].concat());
    let code = shown.lines().find_map(|line| line.strip_prefix("code           ")).unwrap();
    let (_, below) = shown.split_once("for one device\n\n").unwrap();
    let (blocks, _) = below.split_once("\n\nThe code is shown only now.").unwrap();
    let file = dir.path().join("code.pgm");
    std::fs::write(&file, picture(blocks)).unwrap();
    let read = tool("zbarimg", &["--quiet", "--raw", "--nodbus", file.to_str().unwrap()]);
    assert_eq!(read.trim(), format!("ashkar:enrol?centre={CENTRE}&code={code}"));
    use_code(&data, code).unwrap();
}

#[test]
fn a_terminal_gets_it_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    with_list(&data);
    let command = format!("{ASHKAR} camera enrol 7/12/1 --centre {CENTRE} --data {}", data.to_str().unwrap());
    // `script` gives it a terminal.
    let shown = tool("script", &["--quiet", "--return", "--command", &command, "/dev/null"]);
    assert!(shown.contains("\u{1b}[38;5;16;48;5;231m") && shown.contains('█'), "{shown}");
}

#[test]
fn a_camera_with_a_device_owes_its_day() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let election = sample_election_on_air(now(), 1);
    with_store(&data, async |store| store.put_election(&election, &Actor::new("test", now())).await.unwrap());
    with_list(&data);
    let centre = Centre::start(&data);
    let states = || centre.json("/api/v1/election")["totals"]["states"].clone();
    let until = |what: &str, state: &str| {
        eventually(what, Duration::from_secs(30), || (states()[state] == 1).then_some(()));
    };
    assert_eq!(states()["due"], 1, "none of its cameras was ever installed");
    let code = json(&data, &["enrol", "7/12/1"])["code"].as_str().unwrap().to_owned();
    use_code(&data, &code).unwrap();
    until("a camera that has a device and sends nothing is missing", "missing");
    run(&data, &["revoke", "7/12/1", DEVICE]);
    until("without a device it owes nothing", "due");
}
