//! The bodies in JSON, as the reference shows them.

use ashkar_terms::{CameraId, ClockState, MediaTime, UtcMicros};
use ashkar_uplink::{
    Answer, AnswerState, BodyError, EnrolmentRequest, EnrolmentResponse, HAVE_PARTS_MAX, Have, HavePart,
    RecordingId, Refusal, RefusalCode, SessionRequest, SessionResponse,
};

fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).expect("JSON is UTF-8")
}

#[test]
fn an_answer() {
    let answer = Answer {
        state: AnswerState::Received,
        count: 12,
        persisted: 9,
        persisted_late: 4,
        now_us: UtcMicros(1_000),
    };
    let json = answer.to_json();
    assert_eq!(
        text(&json),
        r#"{"state":"received","count":12,"persisted":9,"persisted_late":4,"now_us":1000}"#
    );
    assert_eq!(Answer::from_json(&json).unwrap(), answer);
    for wrong in [
        &b""[..],
        b"{}",
        br#"{"state":"lost","count":12,"persisted":9,"now_us":1000}"#,
        br#"{"state":"received","count":-1,"persisted":9,"now_us":1000}"#,
    ] {
        assert!(matches!(Answer::from_json(wrong), Err(BodyError::Json(_))), "{}", text(wrong));
    }
}

#[test]
fn refusals() {
    for code in RefusalCode::ALL {
        let refusal = Refusal { now_us: Some(UtcMicros(7)), ..Refusal::new(code, "because") };
        let json = refusal.to_json();
        let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(value["code"], code.name());
        assert_eq!(value["type"], format!("/problems/{}", code.name()));
        assert_eq!(value["status"], code.status());
        assert_eq!(value["title"], code.title());
        assert!((400..600).contains(&code.status()));
        assert_eq!(Refusal::from_json(&json).unwrap(), refusal);
        // What repeats by itself never waits for a person.
        if code.is_worth_repeating() {
            assert_ne!(code.blame(), ashkar_terms::Blame::Operator, "{code:?}");
        }
    }
    assert_eq!(Refusal::from_json(br#"{"code":"busy"}"#).unwrap(), Refusal::new(RefusalCode::Busy, ""));
    assert!(Refusal::from_json(br#"{"code":"other"}"#).is_err());
}

#[test]
fn what_the_centre_has() {
    let part = |start| HavePart { start: MediaTime(start), duration: 45_000, bytes: 9, crc32c: 5 };
    let have = Have { parts: vec![part(0), part(45_000)] };
    let json = have.to_json();
    assert_eq!(text(&json), r#"{"parts":[[0,45000,9,5],[45000,45000,9,5]]}"#);
    assert_eq!(Have::from_json(&json).unwrap(), have);
    assert!(have.contains(&part(45_000)));
    assert!(!have.contains(&part(1)));
    assert!(!have.contains(&HavePart { crc32c: 6, ..part(0) }));
    assert!(Have::from_json(br#"{"parts":[[5,1,1,1],[4,1,1,1]]}"#).is_err());
    let longest =
        HavePart { start: MediaTime(-(1 << 53)), duration: u32::MAX, bytes: u32::MAX, crc32c: u32::MAX };
    let many = Have { parts: vec![longest; HAVE_PARTS_MAX + 1] };
    assert_eq!(Have::from_json(&many.to_json()).unwrap().parts.len(), HAVE_PARTS_MAX);
}

#[test]
fn sessions() {
    let request = SessionRequest {
        recording: RecordingId(0x0f3a_9c21),
        cameras: vec![CameraId::new(7, 12, 1)],
        program: "ashkar 0.1.0".to_owned(),
        clock: ClockState::Synchronised,
        now_us: UtcMicros(5),
    };
    let json = request.to_json();
    let expected = r#"{"recording":"0f3a9c21","cameras":["7/12/1"],"program":"ashkar 0.1.0","clock":"synchronised","now_us":5}"#;
    assert_eq!(text(&json), expected);
    assert_eq!(SessionRequest::from_json(&json).unwrap(), request);
    let none = SessionRequest { cameras: Vec::new(), ..request };
    assert!(matches!(SessionRequest::from_json(&none.to_json()), Err(BodyError::Value("cameras"))));

    let response = SessionResponse {
        sound: true,
        token: "abc-123".to_owned(),
        expires_s: 3600,
        now_us: UtcMicros(6),
        centre: RecordingId(1),
        refused: Vec::new(),
    };
    let json = response.to_json();
    assert_eq!(
        text(&json),
        r#"{"token":"abc-123","expires_s":3600,"now_us":6,"centre":"00000001","sound":true}"#
    );
    assert_eq!(SessionResponse::from_json(&json).unwrap(), response);
    assert!(!format!("{response:?}").contains("abc"));
    let in_part = SessionResponse { refused: vec![CameraId::new(7, 12, 2)], ..response.clone() };
    assert!(text(&in_part.to_json()).ends_with(r#","refused":["7/12/2"]}"#));
    assert_eq!(SessionResponse::from_json(&in_part.to_json()).unwrap(), in_part);
    let many = SessionResponse { refused: vec![CameraId::new(7, 12, 2); 16], ..response.clone() };
    assert!(matches!(SessionResponse::from_json(&many.to_json()), Err(BodyError::Value("refused"))));
    // A token goes into a header: nothing that could end one.
    for token in ["", "a b", "a\r\nb", "ə"] {
        let wrong = SessionResponse { token: token.to_owned(), ..response.clone() };
        assert!(SessionResponse::from_json(&wrong.to_json()).is_err(), "{token:?}");
    }
}

#[test]
fn enrolments() {
    let request = EnrolmentRequest {
        code: "ABCD-EFGH".to_owned(),
        public_key: "abc".to_owned(),
        device: "kit 3".to_owned(),
    };
    assert_eq!(EnrolmentRequest::from_json(&request.to_json()).unwrap(), request);
    assert!(!format!("{request:?}").contains("ABCD"));
    let response = EnrolmentResponse {
        device_id: "0123456789abcdef".to_owned(),
        cameras: vec![CameraId::new(7, 12, 1)],
    };
    let json = response.to_json();
    assert_eq!(text(&json), r#"{"device_id":"0123456789abcdef","cameras":["7/12/1"]}"#);
    assert_eq!(EnrolmentResponse::from_json(&json).unwrap(), response);
    let wrong = EnrolmentResponse { device_id: "kit".to_owned(), ..response };
    assert!(EnrolmentResponse::from_json(&wrong.to_json()).is_err());
}
