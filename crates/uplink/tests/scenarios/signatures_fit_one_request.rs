//! Signatures: the RFC's own vector, what is signed is verified, and nothing else is.

use ashkar_terms::UtcMicros;
use ashkar_uplink::signature::{
    Claim, NonceError, SIGNATURE_WINDOW_S, SignatureError, SignatureHeaders, SignatureInput, SignedRequest,
    content_digest, draw_nonce, parse_signature, sign, signature_base,
};
use ashkar_uplink::{DeviceId, DeviceKey, KeyError, Nonces, PublicKey, RefusalCode, SESSIONS_PATH};
use proptest::prelude::*;

/// RFC 9421, appendix B.1.4: `d` and `x` of `test-key-ed25519`.
const RFC_SECRET: &str = "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU";
const RFC_PUBLIC: &str = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs";

/// Appendix B.2.6.
const RFC_INPUT: &str = "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
    \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";
const RFC_SIGNATURE: &str = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1\
    u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:";
const RFC_BASE: &str = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\
    \"@method\": POST\n\
    \"@path\": /foo\n\
    \"@authority\": example.com\n\
    \"content-type\": application/json\n\
    \"content-length\": 18\n\
    \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \
    \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"";

#[test]
fn the_vector_of_rfc_9421_b_2_6() {
    let input: SignatureInput = RFC_INPUT.parse().unwrap();
    assert_eq!(input.to_string(), RFC_INPUT);
    let values = ["Tue, 20 Apr 2021 02:07:55 GMT", "POST", "/foo", "example.com", "application/json", "18"];
    let components: Vec<_> = input.components().zip(values).collect();
    let base = signature_base(&components, &input);
    assert_eq!(base, RFC_BASE);

    let signature = parse_signature(RFC_SIGNATURE, input.label()).unwrap();
    let public: PublicKey = RFC_PUBLIC.parse().unwrap();
    assert!(public.verify(base.as_bytes(), &signature));
    assert!(!public.verify(base.replace("18", "19").as_bytes(), &signature));

    // Ed25519 signs the same message always the same.
    let key: DeviceKey = RFC_SECRET.parse().unwrap();
    assert_eq!(key.public(), public);
    assert_eq!(key.sign(base.as_bytes()), signature);
}

#[test]
fn the_digest_of_rfc_9530() {
    // RFC 9421, appendix B.2: the body of its requests; the digest is that of RFC 9530, appendix D.
    assert_eq!(
        content_digest(br#"{"hello": "world"}"#),
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    );
}

const BODY: &[u8] = b"{}";
const REQUEST: SignedRequest<'static> = SignedRequest { method: "POST", path: SESSIONS_PATH, body: BODY };

fn key() -> DeviceKey {
    RFC_SECRET.parse().expect("the key of the RFC")
}

fn signed() -> SignatureHeaders {
    sign(&key(), &REQUEST, 1_707_291_000, [7; 16])
}

fn check(headers: &SignatureHeaders, request: &SignedRequest<'_>) -> Result<(), SignatureError> {
    let claim = Claim::parse(&headers.signature_input)?;
    claim.verify(&key().public(), request, &headers.content_digest, &headers.signature)
}

#[test]
fn headers_are_those_of_the_reference() {
    let headers = signed();
    assert_eq!(
        headers.signature_input,
        "sig1=(\"@method\" \"@path\" \"content-digest\");created=1707291000;\
         nonce=\"BwcHBwcHBwcHBwcHBwcHBw==\";keyid=\"b16c2d1bead12626\";alg=\"ed25519\""
    );
    assert_eq!(headers.content_digest, "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:");
    assert_eq!(
        headers.signature,
        "sig1=:kPBH7daHUpGCZevMw5wrQnvuRyt3c3Ceg6CvTaCUxP/klbBlnycpqZ4kRM5l2jTKAkR2L3aonED9FZHWrHsODQ==:"
    );
    assert_eq!(check(&headers, &REQUEST), Ok(()));
}

#[test]
fn another_request_body_or_key_does_not_fit() {
    let headers = signed();
    let other = |request| check(&headers, &request);
    assert_eq!(other(SignedRequest { method: "PUT", ..REQUEST }), Err(SignatureError::Wrong));
    assert_eq!(other(SignedRequest { path: "/in/v1/enrolments", ..REQUEST }), Err(SignatureError::Wrong));
    assert_eq!(other(SignedRequest { body: b"{ }", ..REQUEST }), Err(SignatureError::Digest));
    let own_digest = SignatureHeaders { content_digest: content_digest(b"{ }"), ..headers.clone() };
    assert_eq!(check(&own_digest, &SignedRequest { body: b"{ }", ..REQUEST }), Err(SignatureError::Wrong));

    let stranger = DeviceKey::generate().unwrap();
    assert_ne!(draw_nonce().unwrap(), draw_nonce().unwrap());
    let claim = Claim::parse(&headers.signature_input).unwrap();
    let verified = claim.verify(&stranger.public(), &REQUEST, &headers.content_digest, &headers.signature);
    assert_eq!(verified, Err(SignatureError::Wrong));
    // A stranger's signature under the name of this device.
    let theirs = sign(&stranger, &REQUEST, 1_707_291_000, [7; 16]);
    let id = key().public().id().to_string();
    let input = theirs.signature_input.replace(&stranger.public().id().to_string(), &id);
    assert_eq!(
        check(&SignatureHeaders { signature_input: input, ..theirs }, &REQUEST),
        Err(SignatureError::Wrong)
    );
}

#[test]
fn every_bit_of_a_signature_counts() {
    let headers = signed();
    let claim = Claim::parse(&headers.signature_input).unwrap();
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    for at in 0..headers.signature.len() {
        let mut changed = headers.signature.clone().into_bytes();
        changed[at] = if base64(changed[at]) && changed[at] != b'A' { b'A' } else { b'B' };
        let changed = String::from_utf8(changed).unwrap();
        let verified = claim.verify(&key().public(), &REQUEST, &headers.content_digest, &changed);
        assert!(verified.is_err(), "{changed}");
    }
}

#[test]
fn parameters_are_covered() {
    let headers = signed();
    let altered = |from: &str, to: &str| {
        let signature_input = headers.signature_input.replacen(from, to, 1);
        assert_ne!(signature_input, headers.signature_input);
        check(&SignatureHeaders { signature_input, ..headers.clone() }, &REQUEST)
    };
    assert_eq!(altered("1707291000", "1707291001"), Err(SignatureError::Wrong));
    assert_eq!(altered("BwcH", "CwcH"), Err(SignatureError::Wrong));
    assert_eq!(altered("b16c", "b16d"), Err(SignatureError::Wrong));
    assert_eq!(altered(";alg=\"ed25519\"", ""), Err(SignatureError::Wrong));
    assert!(matches!(altered("ed25519", "rsa-v1_5-sha256"), Err(SignatureError::Lacks(_))));
    assert!(matches!(altered("sig1", "sig2"), Err(SignatureError::Lacks(_))));
    assert!(matches!(altered(" \"content-digest\"", ""), Err(SignatureError::Lacks(_))));
    assert!(matches!(
        altered("\"@method\" \"@path\"", "\"@path\" \"@method\""),
        Err(SignatureError::Lacks(_))
    ));
    assert!(matches!(altered("created=1707291000;", ""), Err(SignatureError::Lacks("created"))));
    assert!(matches!(altered("nonce", "tag"), Err(SignatureError::Lacks("nonce"))));
    for (from, to) in [
        ("sig1=", "sig1= "),
        (" \"@path\"", "  \"@path\""),
        (";created", "; created"),
        ("\"@path\"", "\"@method\""),
        ("created=", "created=0"),
        ("created=", "created=-"),
        ("created=", "creator="),
        ("keyid", "nonce"),
        ("\"@path\"", "\"@path\";req"),
        ("\"@path\"", "\"@signature-params\""),
        ("\"@path\"", "\"Path\""),
        ("BwcH", "Bw\\H"),
        ("BwcH", "Bw\nH"),
    ] {
        assert_eq!(altered(from, to), Err(SignatureError::Header("Signature-Input")), "{from} to {to}");
    }
    let long = format!("{};tag=\"{}\"", headers.signature_input, "a".repeat(1024));
    assert_eq!(Claim::parse(&long), Err(SignatureError::Header("Signature-Input")));
    assert_eq!(SignatureError::Header("Signature").code(), RefusalCode::Malformed);
    assert_eq!(SignatureError::Wrong.code(), RefusalCode::BadSignature);
}

#[test]
fn keys_survive_their_text_and_show_no_secret() {
    let key = DeviceKey::generate().unwrap();
    let secret = key.reveal();
    let again: DeviceKey = secret.parse().unwrap();
    assert_eq!(again.public(), key.public());
    assert!(!format!("{key:?}").contains(&**secret));
    let public = key.public().to_string();
    assert_eq!(public.parse::<PublicKey>().unwrap(), key.public());
    assert_eq!(key.public().id().to_string().parse::<DeviceId>().unwrap(), key.public().id());
    for text in ["", "a", &public[1..], &format!("{public}="), &public.replace(|_| true, "+")] {
        assert_eq!(text.parse::<PublicKey>().unwrap_err(), KeyError::Malformed, "{text}");
    }
    // The neutral point: every message has a signature under it that anybody can make.
    let weak = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(weak.parse::<PublicKey>().unwrap_err(), KeyError::Weak);
}

const START_S: i64 = 1_707_290_000;

fn at(second: i64) -> UtcMicros {
    UtcMicros(second * 1_000_000)
}

fn claim(created_s: i64, nonce: u8) -> Claim {
    Claim::parse(&sign(&key(), &REQUEST, created_s, [nonce; 16]).signature_input).expect("a claim")
}

#[test]
fn a_nonce_is_accepted_once() {
    let mut nonces = Nonces::new(at(START_S));
    let now = START_S + 1000;
    assert_eq!(nonces.accept(&claim(now, 1), at(now)), Ok(()));
    assert_eq!(nonces.accept(&claim(now, 1), at(now)), Err(NonceError::Replayed));
    assert_eq!(nonces.accept(&claim(now + 1, 1), at(now + 5)), Err(NonceError::Replayed));
    assert_eq!(nonces.accept(&claim(now, 2), at(now + 5)), Ok(()));
    // It is forgotten when its date is too old anyway.
    let later = now + SIGNATURE_WINDOW_S;
    assert_eq!(nonces.accept(&claim(now, 1), at(later)), Err(NonceError::Replayed));
    let clock = Err(NonceError::Clock { now: at(later + 1) });
    assert_eq!(nonces.accept(&claim(now, 1), at(later + 1)), clock);
    assert_eq!(nonces.accept(&claim(later + 2 + SIGNATURE_WINDOW_S, 3), at(later + 1)), clock);
}

#[test]
fn a_restart_or_a_step_back_makes_no_old_signature_good() {
    let mut nonces = Nonces::new(at(START_S));
    // Whose clock is right learns that the centre was not there, and nothing about clocks.
    assert_eq!(nonces.accept(&claim(START_S, 1), at(START_S + 1)), Err(NonceError::Started));
    assert_eq!(NonceError::Started.code(), RefusalCode::Busy);
    assert!(matches!(nonces.accept(&claim(START_S, 1), at(START_S + 2)), Err(NonceError::Clock { .. })));
    assert_eq!(nonces.accept(&claim(START_S + 1, 1), at(START_S + 1)), Ok(()));
    let ahead = START_S + 3600;
    assert_eq!(nonces.accept(&claim(ahead, 2), at(ahead)), Ok(()));
    // The clock steps back by an hour: whoever signs by the time that the refusal tells is let in.
    let back = at(START_S + 2);
    let Err(NonceError::Clock { now }) = nonces.accept(&claim(START_S + 1, 1), back) else {
        panic!("an old signature is good again")
    };
    assert_eq!(now, nonces.time(back));
    assert_eq!(nonces.accept(&claim(now.0 / 1_000_000, 3), back), Ok(()));
}

#[test]
fn one_device_does_not_fill_the_memory() {
    let mut nonces = Nonces::new(at(START_S));
    let now = START_S + 1000;
    let accepted = (0..=u8::MAX).filter(|&nonce| nonces.accept(&claim(now, nonce), at(now)).is_ok());
    assert_eq!(accepted.count(), 64);
    assert_eq!(nonces.accept(&claim(now, 255), at(now)), Err(NonceError::Full));
    assert_eq!(NonceError::Full.code(), RefusalCode::Busy);
    let other = DeviceKey::generate().unwrap();
    let theirs = Claim::parse(&sign(&other, &REQUEST, now, [1; 16]).signature_input).unwrap();
    assert_eq!(nonces.accept(&theirs, at(now)), Ok(()));
    let later = now + SIGNATURE_WINDOW_S + 1;
    assert_eq!(nonces.accept(&claim(later, 1), at(later)), Ok(()));
}

proptest! {
    #[test]
    fn any_input_is_read_or_refused(
        text in "\\PC{0,80}|sig1=\\((\"@?[a-z-]{0,8}\" ?){0,3}\\)(;(created|nonce|keyid|alg|x)=(\"?[a-z0-9]{0,4}\"?)){0,4}",
    ) {
        if let Ok(input) = text.parse::<SignatureInput>() {
            prop_assert_eq!(input.to_string(), &*text);
        }
        let _ = Claim::parse(&text);
        let _ = parse_signature(&text, "sig1");
    }

    #[test]
    fn what_is_signed_is_verified(created_s in 0_i64..1 << 40, nonce: [u8; 16], body in prop::collection::vec(any::<u8>(), 0..50)) {
        let request = SignedRequest { body: &body, ..REQUEST };
        let headers = sign(&key(), &request, created_s, nonce);
        prop_assert_eq!(check(&headers, &request), Ok(()));
        let claim = Claim::parse(&headers.signature_input).unwrap();
        prop_assert_eq!((claim.created_s, claim.nonce, claim.device), (created_s, nonce, key().public().id()));
    }
}
