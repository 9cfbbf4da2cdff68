//! Any text as what an agent's request says beside its record, and what the centre answers: addresses, headers of a
//! signature, codes, bodies in JSON.
#![no_main]

use ashkar_uplink::signature::{Claim, SignatureInput, SignedRequest, parse_signature};
use ashkar_uplink::{
    Answer, Conditions, DeviceId, DeviceKey, EnrolmentCode, EnrolmentRequest, EnrolmentResponse, Have,
    HavePath, Ledger, PartPath, PublicKey, RecordName, RecordPath, RecordingId, ReferencePath, Refusal,
    SessionRequest, SessionResponse,
};

/// The key of RFC 9421, appendix B.1.4.
const SECRET: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";

libfuzzer_sys::fuzz_target!(|text: &str| {
    addresses(text);
    signatures(text);
    bodies(text.as_bytes());
});

fn addresses(text: &str) {
    if let Ok(name) = text.parse::<RecordName>() {
        assert_eq!(name.to_string(), text);
    }
    if let Ok(id) = text.parse::<RecordingId>() {
        assert_eq!(id.to_string(), text);
    }
    let (path, query) = text.split_once('?').unwrap_or((text, "as=live"));
    let address = format!("{path}?{query}");
    if let Ok(read) = RecordPath::parse(path, query) {
        assert_eq!(read.to_string(), address);
    }
    if let Ok(read) = PartPath::parse(path, query) {
        assert_eq!(read.to_string(), address);
    }
    if let Ok(read) = ReferencePath::parse(path, query) {
        assert_eq!(read.to_string(), address);
    }
    if let Ok(read) = HavePath::parse(path, query) {
        assert_eq!(read.to_string(), address);
    }
}

fn signatures(text: &str) {
    if let Ok(input) = text.parse::<SignatureInput>() {
        assert_eq!(input.to_string(), text);
        let _ = parse_signature(text, input.label());
    }
    let (input, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (digest, signature) = rest.split_once('\n').unwrap_or((rest, ""));
    if let (Ok(claim), Ok(key)) = (Claim::parse(input), SECRET.parse::<DeviceKey>()) {
        let request = SignedRequest { method: "POST", path: "/in/v1/sessions", body: text.as_bytes() };
        // Nobody guesses a signature over a body that contains it.
        assert!(claim.verify(&key.public(), &request, digest, signature).is_err());
    }
    if let Ok(key) = text.parse::<PublicKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(id) = text.parse::<DeviceId>() {
        assert_eq!(id.to_string(), text);
    }
    if let Ok(code) = text.parse::<EnrolmentCode>() {
        assert!(code.reveal().parse::<EnrolmentCode>().is_ok_and(|again| code.hash().verify(&again)));
    }
}

fn bodies(body: &[u8]) {
    if let Ok(read) = Answer::from_json(body) {
        assert!(Answer::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Refusal::from_json(body) {
        assert!(Refusal::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Have::from_json(body) {
        assert!(Have::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = SessionRequest::from_json(body) {
        assert!(SessionRequest::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = SessionResponse::from_json(body) {
        assert!(SessionResponse::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = EnrolmentRequest::from_json(body) {
        assert!(EnrolmentRequest::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = EnrolmentResponse::from_json(body) {
        assert!(EnrolmentResponse::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Conditions::from_json(body) {
        assert!(Conditions::from_json(&read.to_json()).is_ok_and(|again| again == read));
    }
    if let Ok(read) = Ledger::from_json(body, RecordingId(7)) {
        assert!(Ledger::from_json(&read.to_json(), RecordingId(7)).is_ok_and(|again| again == read));
    }
}
