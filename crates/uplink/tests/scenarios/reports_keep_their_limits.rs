//! Reports of a station's conditions: what is written is read back, and a hostile one is not taken.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use ashkar_terms::{CameraId, MediaTime, UtcMicros};
use ashkar_uplink::{
    CameraWork, Check, CheckItem, Conditions, EndToEnd, Finding, Legibility, Note, Occasion, PROBE_BYTES_MAX,
    PartPath, Proof, Reference, ReferencePath, SignOff, Subject, Verdict, probe_bytes,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const CAMERA: CameraId = CameraId::new(7, 12, 1);

fn report() -> Conditions {
    let work = CameraWork {
        camera: CAMERA,
        checks: vec![Check { item: CheckItem::Box, holds: false, remark: "behind a pillar".to_owned() }],
        legibility: Some(Legibility {
            at_us: UtcMicros(7),
            picture_at_us: UtcMicros(6),
            from_centre: true,
            sha256: "0b".repeat(32),
            rows: 8,
            read: 6,
            smallest: Some(70),
        }),
        reference: Some(Reference { at_us: UtcMicros(5), sha256: "0a".repeat(32), bytes: 7 }),
        end_to_end: Some(EndToEnd {
            at_us: UtcMicros(6),
            proof: Proof::Proved,
            recorded_ms: Some(900),
            returned_ms: Some(1400),
            sha256: Some("0b".repeat(32)),
        }),
    };
    let finding = |subject, camera| Finding {
        subject,
        camera,
        verdict: Verdict::Weak,
        value: Some(-3),
        limit: Some(4),
        note: Some(Note::MainsAlone),
    };
    Conditions {
        occasion: Occasion::SignOff,
        at_us: UtcMicros(1_707_291_000_123_456),
        program: "ashkar 0.1.0".to_owned(),
        cameras: vec![CAMERA],
        findings: vec![finding(Subject::Power, None), finding(Subject::BitRate, Some(CAMERA))],
        sign_off: Some(SignOff {
            name: "Aynur Quliyeva".to_owned(),
            role: "texnik".to_owned(),
            remark: "sütun".to_owned(),
            open: 1,
            cameras: vec![work],
        }),
    }
}

/// The report with one member changed.
fn changed(pointer: &str, value: Value) -> Vec<u8> {
    let mut json: Value = serde_json::from_slice(&report().to_json()).unwrap();
    *json.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer} is in it")) = value;
    json.to_string().into_bytes()
}

#[test]
fn a_report_is_read_back() {
    assert_eq!(Conditions::from_json(&report().to_json()).unwrap(), report());
    assert_eq!(report().worst(), Verdict::Weak);
    let more = changed("/program", json!("x")).to_vec();
    let more = String::from_utf8(more).unwrap().replacen('{', "{\"later\":[1],", 1);
    assert!(Conditions::from_json(more.as_bytes()).is_ok(), "a later version says more");
}

#[test]
fn what_is_said_of_a_camera_can_be_left_out() {
    let other = CameraId::new(7, 12, 2);
    let mut both = report();
    both.cameras.push(other);
    both.findings.push(Finding { camera: Some(other), ..report().findings[1].clone() });
    let signed = both.sign_off.as_mut().unwrap();
    signed.cameras.push(CameraWork { camera: other, ..signed.cameras[0].clone() });
    assert_eq!(Conditions::from_json(&both.to_json()).unwrap(), both);
    assert_eq!(both.clone().without(&[other]), Some(report()));
    assert_eq!(both.clone().without(&[]), Some(both.clone()));
    assert_eq!(both.without(&[CAMERA, other]), None);
}

#[test]
fn what_is_out_of_its_range_is_refused() {
    for (pointer, value) in [
        ("/cameras", json!([])),
        ("/cameras", json!(["8/1/1"])),
        ("/cameras", json!(vec!["7/12/1"; 17])),
        ("/program", json!("a\u{1b}[2J")),
        ("/program", json!("x".repeat(65))),
        ("/findings/1/camera", json!("8/1/1")),
        ("/findings/0/verdict", json!("splendid")),
        ("/findings/0/value", json!(1.5)),
        ("/occasion", json!("hour")),
        ("/sign_off", Value::Null),
        ("/sign_off/name", json!(" ")),
        ("/sign_off/name", json!("a\u{202e}b")),
        ("/sign_off/role", json!("x".repeat(81))),
        ("/sign_off/remark", json!("")),
        ("/sign_off/cameras/0/camera", json!("8/1/1")),
        ("/sign_off/cameras/0/checks/0/item", json!("something")),
        ("/sign_off/cameras/0/checks/0/remark", json!("x".repeat(501))),
        ("/sign_off/cameras/0/reference/sha256", json!("0A".repeat(32))),
        ("/sign_off/cameras/0/end_to_end/sha256", json!("")),
        ("/sign_off/cameras/0/reference/bytes", json!((256 << 10) + 1)),
        ("/sign_off/cameras/0/legibility/sha256", json!("0B".repeat(32))),
        ("/sign_off/cameras/0/legibility/read", json!(9)),
        ("/sign_off/cameras/0/legibility/rows", json!(33)),
    ] {
        assert!(Conditions::from_json(&changed(pointer, value.clone())).is_err(), "{pointer} {value}");
    }
    let finding = serde_json::to_value(&report().findings[0]).unwrap();
    assert!(Conditions::from_json(&changed("/findings", json!(vec![finding; 129]))).is_err());
    assert!(Conditions::from_json(&vec![b' '; 65 << 10]).is_err(), "too long");
}

#[test]
fn addresses_of_parts_and_measurements_have_one_spelling() {
    let path = PartPath { camera: CAMERA, at: MediaTime(-90_000) };
    assert_eq!(path.to_string(), "/in/v1/7/12/1/part?at=-90000");
    assert_eq!(PartPath::parse("/in/v1/7/12/1/part", "at=-90000"), Ok(path));
    for query in ["", "at=", "at=+1", "at=01", "at=1&x=2", "at=9007199254740993"] {
        assert!(PartPath::parse("/in/v1/7/12/1/part", query).is_err(), "{query}");
    }
    let path = ReferencePath { camera: CAMERA, sha256: "0a".repeat(32) };
    let query = format!("sha256={}", path.sha256);
    assert_eq!(path.to_string(), format!("/in/v1/7/12/1/reference?{query}"));
    assert_eq!(ReferencePath::parse("/in/v1/7/12/1/reference", &query), Ok(path));
    for query in ["", "sha256=0a", &query.to_uppercase(), &format!("{query}&x=2")] {
        assert!(ReferencePath::parse("/in/v1/7/12/1/reference", query).is_err(), "{query}");
    }
    assert_eq!(probe_bytes(&format!("bytes={PROBE_BYTES_MAX}")), Ok(PROBE_BYTES_MAX));
    for query in ["", "bytes=0", "bytes=-1", "bytes=262145", "bytes=01", "bytes=1&bytes=2"] {
        assert!(probe_bytes(query).is_err(), "{query}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..900, byte: u8) {
        let _ = Conditions::from_json(&bytes);
        let mut near = report().to_json();
        let at = at % near.len();
        near[at] = byte;
        if let Ok(read) = Conditions::from_json(&near) {
            prop_assert_eq!(Conditions::from_json(&read.to_json()).unwrap(), read);
        }
    }
}
