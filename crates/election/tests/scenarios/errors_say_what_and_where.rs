//! Every text that a person may read when something is refused, beside its cause.
//!
//! The texts are in `testdata/error-texts.txt`. `UPDATE_TESTDATA=1` writes them anew; then review the diff.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::fmt::Write;
use std::path::Path;

use crate::common::{CONSTITUENCIES, list};
use ashkar_election::{
    Act, ElectionKey, KeyRefusal, Minute, PullUrl, StationId, StationList, StoreError, Zone, plan_import,
};
use ashkar_terms::CameraId;

const STATION_ROWS: &str = "constituency,station,venue,address,voters,cameras,latitude,longitude
7,1,Məktəb,,900,1,40.4,49.8
7,1,Klub,,900,1,,
,2,Məktəb,,900,1,,
8,,Məktəb,,900,1,,
0,3,Məktəb,,900,1,,
8,-3,Məktəb,,900,1,,
8,10000,Məktəb,,900,1,,
16.0,4,Məktəb,,900,1,,
77,5,Məktəb,,900,1,,
16,6,,,900,1,,
16,7,M?kt?b,,900,1,,
16,8,\"=HYPERLINK(\"\"http://example.com\"\")\",,900,1,,
16,9,Mək\u{202e}təb,,900,1,,
16,10,Məktəb,Küçə\u{7},900,1,,
16,11,Məktəb,,12o0,1,,
16,12,Məktəb,,0,1,,
16,13,Məktəb,,99999999999,1,,
16,14,Məktəb,,900,0,,
16,15,Məktəb,,900,17,,
16,16,Məktəb,,900,1,40.4,
16,17,Məktəb,,900,1,,49.8
16,18,Məktəb,,900,1,91,49.8
16,19,Məktəb,,900,1,40.4,-180.5
16,20,Məktəb,,900,1,4e1,NaN
16,21,Məktəb,,900
16,22,Məktəb,,900,1,,,extra
x,y,,?ə,z,w,a,b
16,23,\"Məktəb
";

const CONSTITUENCY_ROWS: &str = "number,name_az,name_en,name_status
1,Bir,One,confirmed
1,İki,Two,confirmed
2,,,confirmed
3,Üç,,unknown
4,Dörd,,perhaps
five,,,
";

fn import_cases() -> Vec<(&'static str, Vec<u8>)> {
    let long = format!("constituency,station,venue,voters\n7,1,{},900\n", "uzun ".repeat(80));
    vec![
        ("rows of stations", STATION_ROWS.into()),
        ("rows of constituencies", CONSTITUENCY_ROWS.into()),
        ("a venue that is too long", long.into()),
        ("an empty file", Vec::new()),
        ("a workbook", b"PK\x03\x04".to_vec()),
        ("no header", b"7,12,school,900\n".to_vec()),
        ("columns missing", b"station,address\n1,x\n".to_vec()),
        ("columns doubled", b"number,no,name\n1,2,x\n".to_vec()),
    ]
}

fn errors_of(current: &StationList, file: &[u8]) -> String {
    plan_import(current, file).unwrap_err().to_string()
}

fn texts() -> String {
    let mut texts = String::new();
    for (case, file) in import_cases() {
        writeln!(texts, "# {case}\n{}\n", errors_of(&list(), &file)).unwrap();
    }
    let first = errors_of(&StationList::default(), b"constituency,station,venue,voters\n7,1,x,1\n");
    writeln!(texts, "# stations before constituencies\n{first}\n").unwrap();
    let in_use = CONSTITUENCIES.replace("7,Nax", "17,Nax");
    writeln!(texts, "# a constituency with stations left out\n{}\n", errors_of(&list(), in_use.as_bytes()))
        .unwrap();
    for (title, errors) in [
        ("elections", election_errors()),
        ("addresses and keys", key_errors()),
        ("the store", store_errors()),
    ] {
        writeln!(texts, "# {title}\n{}\n", errors.join("\n")).unwrap();
    }
    texts
}

fn election_errors() -> Vec<String> {
    let mut plan = crate::common::election();
    plan.plan.voting_to = Minute::at(7, 0);
    vec![
        ElectionKey::new("A B").unwrap_err().to_string(),
        Zone::new("Baku").unwrap_err().to_string(),
        "7:30".parse::<Minute>().unwrap_err().to_string(),
        "finished".parse::<Act>().unwrap_err().to_string(),
        "7".parse::<StationId>().unwrap_err().to_string(),
        plan.check().unwrap_err().to_string(),
    ]
}

fn key_errors() -> Vec<String> {
    let camera = CameraId::new(7, 12, 1);
    let addresses = ["no address", "http://192.0.2.7/", "rtsp:///stream"];
    let mut errors: Vec<String> =
        addresses.iter().map(|text| text.parse::<PullUrl>().unwrap_err().to_string()).collect();
    let refusals = [
        KeyRefusal::Malformed,
        KeyRefusal::NoCamera(camera),
        KeyRefusal::NoKey(camera),
        KeyRefusal::Wrong(camera),
        KeyRefusal::Disabled(camera),
    ];
    errors.extend(refusals.iter().map(ToString::to_string));
    errors
}

fn store_errors() -> Vec<String> {
    let (camera, station) = (CameraId::new(7, 12, 1), StationId::new(7, 12));
    let errors = [
        StoreError::NoElection,
        StoreError::ListChanged,
        StoreError::NoVersion(3),
        StoreError::NoCamera(camera),
        StoreError::CameraExists(camera),
        StoreError::NotInList(station),
        StoreError::AlreadyMarked { station, act: Act::Closed.name() },
        StoreError::NotMarked { station, act: Act::Closed.name() },
        StoreError::SecretKey("data/secret.key".into()),
        StoreError::Corrupt { what: "a mark" },
    ];
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn the_texts_are_the_recorded_ones() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/error-texts.txt");
    let texts = texts();
    if std::env::var_os("UPDATE_TESTDATA").is_some() {
        std::fs::write(&path, &texts).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), texts);
}
