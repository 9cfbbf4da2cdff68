//! Passkeys: registered and used with an authenticator in software, and everything that is wrong with an answer.

use std::time::{Duration, Instant};

use ashkar_credentials::passkey::{CEREMONY, PASSKEYS_MAX, Passkey, PasskeyError, Passkeys};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::authenticator::{Authenticator, base64};

fn site() -> Passkeys {
    Passkeys::new("https://desk.example:8443").expect("an origin").expect("a name")
}

fn register(site: &Passkeys, with: &Authenticator) -> Result<Passkey, PasskeyError> {
    let now = Instant::now();
    let options = site.start_registration("s1", "leyla", "Leyla", &[], now)?;
    site.finish_registration("s1", &with.create(&options), &[], now)
}

/// Asks for `passkey` and lets `answer` answer.
fn authenticate(
    site: &Passkeys,
    passkey: &Passkey,
    answer: impl FnOnce(&Value) -> Value,
) -> Result<(Passkey, bool), PasskeyError> {
    let (now, all) = (Instant::now(), std::slice::from_ref(passkey));
    let options = site.start_authentication("s1", all, now)?;
    let used = site.finish_authentication("s1", "leyla", &answer(&options), all, now)?;
    Ok((used.passkey, used.user_verified))
}

#[test]
fn a_passkey_is_registered_stored_and_used_again_and_again() {
    let site = site();
    for mut with in [Authenticator::p256(), Authenticator::ed25519()] {
        let passkey = register(&site, &with).unwrap();
        assert_eq!(passkey.id(), base64(&with.id));
        let mut stored = passkey.to_json();
        for verified in [true, false, true] {
            with.counter += 1;
            with.flags = if verified { 0b101 } else { 0b001 };
            let passkey = Passkey::from_json(&stored).unwrap();
            let (used, was_verified) = authenticate(&site, &passkey, |options| with.get(options)).unwrap();
            assert_eq!((used.id(), was_verified), (passkey.id(), verified));
            assert_ne!(used.to_json(), stored, "the counter is another");
            stored = used.to_json();
        }
    }
}

#[test]
fn options_ask_for_what_is_wanted() {
    let (site, now) = (site(), Instant::now());
    let passkey = register(&site, &Authenticator::p256()).unwrap();
    let all = [passkey.clone()];
    let descriptor = json!([{ "type": "public-key", "id": passkey.id(), "transports": ["usb"] }]);

    let create = site.start_registration("s1", "leyla", "Leyla Həsənova", &all, now).unwrap();
    let create = &create["publicKey"];
    assert_eq!(create["excludeCredentials"], descriptor);
    assert_eq!((&create["rp"]["id"], &create["attestation"]), (&json!("desk.example"), &json!("none")));
    assert_eq!((&create["user"]["name"], &create["timeout"]), (&json!("leyla"), &json!(300_000)));
    assert_eq!(create["authenticatorSelection"]["userVerification"], "preferred");
    let algorithms = create["pubKeyCredParams"].as_array().unwrap();
    assert_eq!(algorithms.iter().map(|one| one["alg"].as_i64().unwrap()).collect::<Vec<_>>(), [-7, -8, -257]);
    assert!(!create["user"]["id"].to_string().contains("leyla"));

    let get = site.start_authentication("s2", &all, now).unwrap();
    assert_eq!(
        (&get["publicKey"]["allowCredentials"], &get["publicKey"]["rpId"]),
        (&descriptor, &json!("desk.example"))
    );
    assert_ne!(get["publicKey"]["challenge"], create["challenge"]);
    assert_eq!(get["publicKey"]["challenge"].as_str().unwrap().len(), 43);
}

#[test]
fn passkeys_are_where_browsers_have_them() {
    let host = |origin: &str| {
        let site = Passkeys::new(origin).unwrap();
        let now = Instant::now();
        site.map(|site| site.start_registration("s", "leyla", "Leyla", &[], now).unwrap())
            .map(|options| options["publicKey"]["rp"]["id"].as_str().unwrap().to_owned())
    };
    for (origin, expected) in [
        ("https://desk.example", Some("desk.example")),
        ("https://DESK.example:8443/", Some("desk.example")),
        ("http://localhost:8080", Some("localhost")),
        ("https://10.0.0.7", None),
        ("https://[2001:db8::7]:8443", None),
        ("http://127.0.0.1", None),
        ("http://desk.example", None),
    ] {
        assert_eq!(host(origin).as_deref(), expected, "{origin}");
    }
    for wrong in [
        "",
        "desk.example",
        "ftp://desk.example",
        "https://desk.example/desk",
        "https://a:b@desk.example",
        "https://desk.example?x",
    ] {
        assert!(Passkeys::new(wrong).is_err(), "{wrong}");
    }
    // A port that goes without saying is not in the browser's origin.
    let site = Passkeys::new("https://desk.example:443").unwrap().unwrap();
    let mut with = Authenticator::p256();
    with.origin = "https://desk.example".to_owned();
    assert!(register(&site, &with).is_ok());
}

#[test]
fn an_answer_counts_once_in_its_session_within_its_time() {
    let (site, mut with, now) = (site(), Authenticator::p256(), Instant::now());
    let all = [register(&site, &with).unwrap()];
    with.counter += 1;
    let finish =
        |session: &str, answer: &Value, now| site.finish_authentication(session, "leyla", answer, &all, now);

    let options = site.start_authentication("s1", &all, now).unwrap();
    let answer = with.get(&options);
    assert_eq!(finish("s2", &answer, now), Err(PasskeyError::NoCeremony), "another session");
    assert!(finish("s1", &answer, now).is_ok());
    assert_eq!(finish("s1", &answer, now), Err(PasskeyError::NoCeremony), "again");

    site.start_authentication("s1", &all, now).unwrap();
    assert_eq!(finish("s1", &answer, now), Err(PasskeyError::Foreign), "of the ceremony before");

    let options = site.start_authentication("s1", &all, now).unwrap();
    assert_eq!(finish("s1", &with.get(&options), now + CEREMONY), Err(PasskeyError::NoCeremony), "too late");
    let options = site.start_authentication("s1", &all, now).unwrap();
    assert!(finish("s1", &with.get(&options), now + CEREMONY - Duration::from_secs(1)).is_ok());

    let options = site.start_registration("s1", "leyla", "Leyla", &all, now).unwrap();
    assert_eq!(
        finish("s1", &with.get(&options), now),
        Err(PasskeyError::NoCeremony),
        "begun for a registration"
    );
}

type Spoil = fn(&mut Authenticator);

#[test]
fn what_is_wrong_with_an_answer_is_told() {
    let site = site();
    let wrong: [(Spoil, PasskeyError); 9] = [
        (|with| with.origin = "https://desk.example".to_owned(), PasskeyError::Foreign),
        (|with| with.origin = "https://desk.example:8443.evil.example".to_owned(), PasskeyError::Foreign),
        (|with| with.host = "evil.example".to_owned(), PasskeyError::Foreign),
        (|with| with.cross_origin = Some(true), PasskeyError::Foreign),
        (|with| with.kind = Some("payment.get"), PasskeyError::Foreign),
        (|with| with.flags = 0b100, PasskeyError::NotPresent),
        // Backed up without being eligible.
        (|with| with.flags = 0b1_0001, PasskeyError::Form),
        (|with| with.extensions = vec![0x01], PasskeyError::Form),
        (|with| with.trailing = vec![0xa0], PasskeyError::Form),
    ];
    for (number, (spoil, why)) in wrong.into_iter().enumerate() {
        let mut with = Authenticator::p256();
        let passkey = register(&site, &with).unwrap();
        with.counter += 1;
        spoil(&mut with);
        assert_eq!(register(&site, &with), Err(why), "registration {number}");
        assert_eq!(authenticate(&site, &passkey, |options| with.get(options)), Err(why), "use {number}");
    }
}

#[test]
fn browsers_and_authenticators_may_say_more_or_less() {
    let site = site();
    let harmless: [Spoil; 4] = [
        |with| with.cross_origin = None,
        |with| with.flags = 0b1_1101,
        // {"credProtect": 2}
        |with| with.extensions = b"\xa1\x6bcredProtect\x02".to_vec(),
        |with| with.user_handle = Some(String::new()),
    ];
    for (number, vary) in harmless.into_iter().enumerate() {
        let mut with = Authenticator::p256();
        vary(&mut with);
        let passkey = register(&site, &with).unwrap();
        with.counter += 1;
        assert!(authenticate(&site, &passkey, |options| with.get(options)).is_ok(), "{number}");
    }
}

#[test]
fn a_passkey_is_of_one_person() {
    let (site, now) = (site(), Instant::now());
    let mut with = Authenticator::p256();
    let options = site.start_registration("s1", "leyla", "Leyla", &[], now).unwrap();
    let passkey = site.finish_registration("s1", &with.create(&options), &[], now).unwrap();
    with.counter += 1;
    with.user_handle = options["publicKey"]["user"]["id"].as_str().map(str::to_owned);
    assert!(authenticate(&site, &passkey, |options| with.get(options)).is_ok());
    // One that says that it belongs to somebody else.
    let other = site.start_registration("s2", "rauf", "Rauf", &[], now).unwrap();
    with.user_handle = other["publicKey"]["user"]["id"].as_str().map(str::to_owned);
    let used = authenticate(&site, &passkey, |options| with.get(options));
    assert_eq!(used, Err(PasskeyError::Unknown));
    // One that is not hers, and the signature of another under the id of hers.
    with.user_handle = None;
    let mut stranger = Authenticator::p256();
    stranger.counter = 8;
    let used = authenticate(&site, &passkey, |options| stranger.get(options));
    assert_eq!(used, Err(PasskeyError::Unknown));
    stranger.id = with.id;
    let used = authenticate(&site, &passkey, |options| stranger.get(options));
    assert_eq!(used, Err(PasskeyError::Signature));
    assert_eq!(site.start_authentication("s1", &[], now), Err(PasskeyError::Unknown));
}

#[test]
fn every_byte_that_is_signed_matters() {
    let (site, mut with) = (site(), Authenticator::p256());
    let passkey = register(&site, &with).unwrap();
    with.counter += 1;
    for field in ["clientDataJSON", "authenticatorData", "signature"] {
        for at in (0..32).chain([33, 34, 35, 36]) {
            let spoiled = |options: &Value| {
                let mut answer = with.get(options);
                let text = answer["response"][field].as_str().unwrap().to_owned();
                let mut bytes: Vec<u8> =
                    base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text).unwrap();
                bytes[at] ^= 2;
                answer["response"][field] = json!(base64(&bytes));
                answer
            };
            assert!(authenticate(&site, &passkey, spoiled).is_err(), "{field} {at}");
        }
    }
}

#[test]
fn a_counter_goes_up_or_is_not_used() {
    let (site, mut with) = (site(), Authenticator::p256());
    let passkey = register(&site, &with).unwrap();
    for counter in [7, 6, 0] {
        with.counter = counter;
        let used = authenticate(&site, &passkey, |options| with.get(options));
        assert_eq!(used, Err(PasskeyError::Counter), "{counter}");
    }
    with.counter = 0;
    let passkey = register(&site, &with).unwrap();
    let (passkey, _) = authenticate(&site, &passkey, |options| with.get(options)).unwrap();
    assert!(authenticate(&site, &passkey, |options| with.get(options)).is_ok());
}

#[test]
fn a_passkey_is_registered_once_and_a_person_has_so_many() {
    let (site, with, now) = (site(), Authenticator::ed25519(), Instant::now());
    let passkey = register(&site, &with).unwrap();
    let options = site.start_registration("s1", "leyla", "Leyla", &[], now).unwrap();
    let again = site.finish_registration("s1", &with.create(&options), std::slice::from_ref(&passkey), now);
    assert_eq!(again, Err(PasskeyError::Registered));
    let mut many: Vec<Passkey> =
        (0..PASSKEYS_MAX).map(|_| register(&site, &Authenticator::ed25519()).unwrap()).collect();
    assert_eq!(site.start_registration("s1", "leyla", "Leyla", &many, now), Err(PasskeyError::TooMany));
    let last = many.pop().unwrap();
    let options = site.start_registration("s1", "leyla", "Leyla", &many, now).unwrap();
    many.push(last);
    let more = site.finish_registration("s1", &with.create(&options), &many, now);
    assert_eq!(more, Err(PasskeyError::TooMany), "registered meanwhile");
}

#[test]
fn what_is_no_stored_passkey_is_refused() {
    let stored: Value =
        serde_json::from_str(&register(&site(), &Authenticator::p256()).unwrap().to_json()).unwrap();
    assert!(Passkey::from_json(&stored.to_string()).is_ok());
    let mut longer = Authenticator::p256().cose();
    assert_eq!(base64(&longer).len(), stored["key"].as_str().unwrap().len());
    longer.push(0);
    for (field, value) in [
        ("key", json!(base64(&longer))),
        ("id", json!("")),
        ("id", json!("A")),
        ("id", json!("A".repeat(2000))),
        ("key", json!("")),
        ("key", json!("oA")),
        ("counter", json!(-1)),
        ("transports", json!("usb")),
        ("more", json!(1)),
    ] {
        let mut wrong = stored.clone();
        wrong[field] = value;
        assert!(Passkey::from_json(&wrong.to_string()).is_err(), "{wrong}");
    }
    assert!(Passkey::from_json(&format!("{stored}{}", " ".repeat(9000))).is_err());
}

#[test]
fn answers_that_are_none_are_refused() {
    let (site, with, now) = (site(), Authenticator::p256(), Instant::now());
    let all = [register(&site, &with).unwrap()];
    let spoiled: [fn(&mut Value); 7] = [
        |answer| *answer = json!(null),
        |answer| *answer = json!([]),
        |answer| answer["type"] = json!("password"),
        |answer| answer["rawId"] = json!("not base64!"),
        |answer| answer["response"] = json!({}),
        |answer| answer["response"]["clientDataJSON"] = json!("e30"),
        |answer| answer["response"]["clientDataJSON"] = json!("A".repeat(100_000)),
    ];
    for (number, spoil) in spoiled.into_iter().enumerate() {
        let options = site.start_registration("s1", "leyla", "Leyla", &[], now).unwrap();
        let mut answer = with.create(&options);
        spoil(&mut answer);
        let registered = site.finish_registration("s1", &answer, &[], now);
        assert_eq!(registered, Err(PasskeyError::Form), "registration {number}");
        let options = site.start_authentication("s1", &all, now).unwrap();
        let mut answer = with.get(&options);
        spoil(&mut answer);
        let used = site.finish_authentication("s1", "leyla", &answer, &all, now);
        assert_eq!(used.map(|_| ()), Err(PasskeyError::Form), "use {number}");
    }
    // The id beside the authenticator's words is another than in them.
    let options = site.start_registration("s1", "leyla", "Leyla", &[], now).unwrap();
    let mut answer = with.create(&options);
    answer["rawId"] = json!(base64(&[7; 32]));
    assert_eq!(site.finish_registration("s1", &answer, &[], now), Err(PasskeyError::Form));
    let long = "s".repeat(200);
    assert_eq!(site.start_authentication(&long, &all, now), Err(PasskeyError::Form));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_spoiled_attestation_is_read_or_refused(at in 0..250_usize, byte: u8, length in 0..300_usize) {
        let (site, with, now) = (site(), Authenticator::p256(), Instant::now());
        let options = site.start_registration("s1", "leyla", "Leyla", &[], now).unwrap();
        let mut answer = with.create(&options);
        let text = answer["response"]["attestationObject"].as_str().unwrap().to_owned();
        let mut bytes = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text).unwrap();
        let whole = bytes.clone();
        bytes.truncate(length);
        if let Some(spoiled) = bytes.get_mut(at) {
            *spoiled = byte;
        }
        answer["response"]["attestationObject"] = json!(base64(&bytes));
        let registered = site.finish_registration("s1", &answer, &[], now);
        if bytes.len() < whole.len() {
            prop_assert!(registered.is_err());
        }
        if let Ok(passkey) = registered {
            prop_assert_eq!(Passkey::from_json(&passkey.to_json()), Ok(passkey));
        }
    }
}
