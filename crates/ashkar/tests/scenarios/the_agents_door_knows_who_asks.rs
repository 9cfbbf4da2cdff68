//! The port for the stations' agents, met by strangers, by a device with tricks, and by one that was revoked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use ashkar_terms::{CameraId, ClockState, UtcMicros};
use ashkar_uplink::signature::{SignedRequest, draw_nonce, sign};
use ashkar_uplink::{
    CONDITIONS_PATH, DeviceKey, ENROLMENTS_PATH, EnrolmentRequest, PROBE_PATH, RecordingId, SESSIONS_PATH,
    SessionRequest, SessionResponse, TIME_PATH,
};

use crate::common::{Centre, add_camera, ashkar, eventually};

const CAMERA: &str = "7/12/1";

/// A request over a connection of its own: status and body.
fn ask(door: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(door).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {door}\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Content-Length") {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(b"\r\n").unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

struct Device {
    key: DeviceKey,
    now_s: i64,
}

impl Device {
    /// The headers and the body with which it opens a session for `camera`.
    fn session(&self, camera: &str) -> (Vec<(&'static str, String)>, Vec<u8>) {
        let body = SessionRequest {
            recording: RecordingId(7),
            cameras: vec![camera.parse::<CameraId>().unwrap()],
            program: "test".to_owned(),
            clock: ClockState::Synchronised,
            now_us: UtcMicros(self.now_s * 1_000_000),
        }
        .to_json();
        let request = SignedRequest { method: "POST", path: SESSIONS_PATH, body: &body };
        let signed = sign(&self.key, &request, self.now_s, draw_nonce().unwrap());
        let headers = vec![
            ("Content-Digest", signed.content_digest),
            ("Signature-Input", signed.signature_input),
            ("Signature", signed.signature),
        ];
        (headers, body)
    }

    fn open(&self, door: &str, camera: &str) -> (u16, String) {
        let (headers, body) = self.session(camera);
        post(door, &headers, &body)
    }
}

fn post(door: &str, headers: &[(&'static str, String)], body: &[u8]) -> (u16, String) {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ask(door, "POST", SESSIONS_PATH, &headers, body)
}

fn enrol(door: &str, code: &str, key: &DeviceKey) -> (u16, String) {
    let request = EnrolmentRequest {
        code: code.to_owned(),
        public_key: key.public().to_string(),
        device: "kit 3".to_owned(),
    };
    ask(door, "POST", ENROLMENTS_PATH, &[], &request.to_json())
}

fn code(data: &Path) -> String {
    let text = ashkar(&["camera", "enrol", CAMERA, "--json", "--data", &data.display().to_string()]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["code"].as_str().unwrap().to_owned()
}

/// Whoever has a session may measure a little, and say what was found of its own cameras.
/// Stills come under the hash of their bytes, for the device's own camera alone.
fn references_are_what_they_say(door: &str, known: &[(&str, &str)]) {
    const STILL: &[u8] = b"\xff\xd8\xff still";
    let of_still = "51797c6e1bbea86ea70b749ebb02ed9351d17e74b3c2765b45390c7b64609c89";
    let of_text = "d70e930135d859474535d834e555bf470393f2b3a8fbaaedd4d800975c166ae1";
    let path = |camera: &str, sha256: &str| format!("/in/v1/{camera}/reference?sha256={sha256}");
    let own = path(CAMERA, of_still);
    let long = vec![0xff; (256 << 10) + 1];
    assert_eq!(ask(door, "PUT", &own, &[], STILL).0, 401);
    for (path, body, expected, code) in [
        (path("7/12/2", of_still), STILL, 403, "revoked"),
        (path(CAMERA, of_text), STILL, 400, "malformed"),
        (path(CAMERA, of_text), &b"no JPEG"[..], 400, "malformed"),
        (path(CAMERA, "0a"), STILL, 400, "malformed"),
        (own.clone(), &long[..], 413, "too-long"),
        (own.clone(), STILL, 201, "{}"),
        (own, STILL, 201, "{}"),
    ] {
        let (status, answer) = ask(door, "PUT", &path, known, body);
        assert!(status == expected && answer.contains(code), "{path}: {status} {answer}");
    }
}

fn measurements_have_limits(door: &str, bearer: &str) {
    let known = [("Authorization", bearer)];
    for (method, path) in
        [("GET", "/in/v1/probe?bytes=1000"), ("POST", PROBE_PATH), ("POST", CONDITIONS_PATH)]
    {
        let (status, body) = ask(door, method, path, &[("Content-Length", "60000")], b"");
        assert!(status == 401 && body.contains("unknown-session"), "{path}: {status} {body}");
    }
    assert_eq!(ask(door, "GET", "/in/v1/probe?bytes=262145", &known, b"").0, 400);
    assert_eq!(ask(door, "POST", PROBE_PATH, &known, &vec![7; 262_145]).0, 413);
    let (status, body) = ask(door, "GET", "/in/v1/probe?bytes=262144", &known, b"");
    assert!(status == 200 && body.len() > 100_000);
    let (status, body) = ask(door, "POST", PROBE_PATH, &known, &vec![7; 100_000]);
    assert_eq!((status, body.as_str()), (200, "{\"bytes\":100000}"));
    let most = (0..40).map(|_| ask(door, "GET", "/in/v1/probe?bytes=262144", &known, b"").0);
    let (allowed, refused): (Vec<u16>, Vec<u16>) = most.partition(|status| *status == 200);
    assert!(allowed.len() <= 31 && refused.iter().all(|status| *status == 503), "{allowed:?} {refused:?}");

    let report = |camera: &str, program: &str| {
        format!(
            r#"{{"occasion":"hour","at_us":1,"program":"{program}","cameras":["{camera}"],"findings":[]}}"#
        )
    };
    for (body, expected, code) in [
        (report("7/12/2", "x"), 403, "revoked"),
        (report(CAMERA, "\\u001b[2J"), 400, "malformed"),
        ("{}".to_owned(), 400, "malformed"),
        (" ".repeat(70_000), 413, "too-long"),
        (report(CAMERA, "x"), 201, "{}"),
    ] {
        let (status, answer) = ask(door, "POST", CONDITIONS_PATH, &known, body.as_bytes());
        assert!(status == expected && answer.contains(code), "{body:.200}: {status} {answer}");
    }
    references_are_what_they_say(door, &known);
    let many = (0..70).map(|_| ask(door, "POST", CONDITIONS_PATH, &known, b"{}").0);
    assert!(many.into_iter().any(|status| status == 503), "reports are not endless");
}

#[test]
fn strangers_tricks_and_revoked_devices_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    add_camera(&data, CAMERA);
    add_camera(&data, "7/12/2");
    let centre = Centre::start_with(
        &data,
        &["--listen", "127.0.0.1:0", "--rtmp", "127.0.0.1:0", "--agent-listen", "127.0.0.1:0"],
    );
    let door = centre.agents.clone().unwrap();
    let (status, time) = ask(&door, "GET", TIME_PATH, &[], b"");
    assert_eq!(status, 200);
    let time: serde_json::Value = serde_json::from_str(&time).unwrap();
    let now_s = time["now_us"].as_i64().unwrap() / 1_000_000 + 1;
    let device = Device { key: DeviceKey::generate().unwrap(), now_s };

    // Strangers: nothing of a body is waited for.
    let began = Instant::now();
    let record = "/in/v1/7/12/1/00000007/1.0?as=live";
    for headers in [
        &[("Content-Length", "8000000")][..],
        &[("Content-Length", "8000000"), ("Authorization", "Bearer abc")],
    ] {
        let (status, body) = ask(&door, "PUT", record, headers, b"");
        assert_eq!(status, 401, "{body}");
        assert!(body.contains("unknown-session"), "{body}");
    }
    assert!(began.elapsed() < Duration::from_secs(5));
    let (status, body) = device.open(&door, CAMERA);
    assert!(status == 403 && body.contains("unknown-device"), "{status} {body}");
    for path in ["/", "/in/v1/sessions", "/in/v1/7/12/1/have?from=0&to=99999999999", "/api/v1/election"] {
        assert_eq!(ask(&door, "GET", path, &[], b"").0 / 100, 4, "{path}");
    }

    // A code is for one device.
    let secret = code(&data);
    let (status, body) = enrol(&door, &secret, &device.key);
    assert_eq!(status, 201, "{body}");
    let (status, body) = enrol(&door, &secret, &DeviceKey::generate().unwrap());
    assert_eq!(status, 403, "{body}");

    // A request that was signed opens one session, for the cameras of the device.
    let opened = eventually("the device is known", Duration::from_secs(10), || {
        let (status, body) = device.open(&door, CAMERA);
        (status == 201).then_some(body)
    });
    let token = SessionResponse::from_json(opened.as_bytes()).unwrap().token;
    let (headers, body) = device.session(CAMERA);
    assert_eq!(post(&door, &headers, &body).0, 201);
    let (status, answer) = post(&door, &headers, &body);
    assert!(status == 401 && answer.contains("replayed"), "{status} {answer}");
    let changed = String::from_utf8(body).unwrap().replace("7/12/1", "7/12/2");
    let (status, answer) = post(&door, &headers, changed.as_bytes());
    assert!(status == 401 && answer.contains("bad-signature"), "{status} {answer}");
    let (status, answer) = device.open(&door, "7/12/2");
    assert!(status == 403 && answer.contains("revoked"), "{status} {answer}");

    // The session before it is over; the new one takes records of its camera and its recording alone.
    let bearer = format!("Bearer {token}");
    let (status, answer) = ask(&door, "PUT", record, &[("Authorization", &bearer)], b"x");
    assert!(status == 401 && answer.contains("unknown-session"), "{status} {answer}");
    let token = SessionResponse::from_json(device.open(&door, CAMERA).1.as_bytes()).unwrap().token;
    let bearer = format!("Bearer {token}");
    let put = |path: &str, body: &[u8]| ask(&door, "PUT", path, &[("Authorization", &bearer)], body);
    for (path, expected) in [
        (record, "malformed"),
        ("/in/v1/7/12/2/00000007/1.0?as=live", "revoked"),
        ("/in/v1/7/12/1/00000008/1.0?as=live", "unknown-session"),
        ("/in/v1/7/12/1/backlog", "malformed"),
    ] {
        let (status, answer) = put(path, b"rubbish");
        assert!(status / 100 == 4 && answer.contains(expected), "{path}: {status} {answer}");
    }
    assert_eq!(put("/in/v1/7/12/1/backlog", br#"{"spans":[[0,90000]]}"#).0, 200);

    measurements_have_limits(&door, &bearer);

    // Guessing codes is slow.
    let tried = (0..12).map(|_| enrol(&door, "0000-0000-0000-0000-0", &device.key).0).collect::<Vec<_>>();
    assert!(tried.contains(&503), "{tried:?}");

    let id = device.key.public().id().to_string();
    ashkar(&["camera", "revoke", CAMERA, &id, "--data", &data.display().to_string()]);
    eventually("it is revoked", Duration::from_secs(10), || {
        let (status, answer) = put(record, b"rubbish");
        (status == 403 && answer.contains("revoked")).then_some(())
    });
    let log = crate::common::log_of(&data);
    assert!(!log.contains(&token) && !log.contains(&secret), "no secret in the log");
    centre.stop();
}
