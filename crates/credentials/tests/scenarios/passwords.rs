//! Passwords: which may be chosen, and that only the right one proves anybody.

use ashkar_credentials::password::{
    NewPassword, Password, PasswordHash, PasswordPool, PasswordRefusal, Verdict,
};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

const GOOD: &str = "dörd kiçik qonur tülkü";

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn chosen(text: &str) -> Result<(), PasswordRefusal> {
    NewPassword::new(password(text), &["leyla.h", "Leyla Həsənova"]).map(|_| ())
}

#[tokio::test]
async fn only_the_right_password_of_somebody_proves_them() {
    let pool = PasswordPool::new(2, 8);
    let new = NewPassword::new(password(GOOD), &[]).unwrap();
    let hash = pool.hash(new.clone()).await.unwrap();
    assert_ne!(hash, pool.hash(new).await.unwrap(), "another salt");
    let stored = hash.to_phc();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    let hash: PasswordHash = stored.parse().unwrap();
    let verify = |text: &str, hash: Option<&PasswordHash>| pool.verify(password(text), hash.cloned());
    assert_eq!(verify(GOOD, Some(&hash)).await, Ok(Verdict::Right { needs_rehash: false }));
    assert_eq!(verify("dörd kiçik qonur tulku", Some(&hash)).await, Ok(Verdict::Wrong));
    assert_eq!(verify("", Some(&hash)).await, Ok(Verdict::Wrong));
    assert_eq!(verify(&GOOD.repeat(100), Some(&hash)).await, Ok(Verdict::Wrong));
    assert_eq!(verify(GOOD, None).await, Ok(Verdict::Wrong), "nobody");
    // The same letters as another keyboard sends them.
    let decomposed = GOOD.replace('ö', "o\u{308}").replace('ü', "u\u{308}").replace('ç', "c\u{327}");
    assert_eq!(verify(&decomposed, Some(&hash)).await, Ok(Verdict::Right { needs_rehash: false }));
    assert_eq!(verify(&format!("{GOOD} "), Some(&hash)).await, Ok(Verdict::Wrong), "nothing is trimmed");
}

#[test]
fn long_passwords_that_nobody_guesses_first_may_be_chosen() {
    for good in [
        GOOD,
        "correct horse battery",
        "qonşunun bağında 3 alma",
        "kX9#mQ2$vL7!",
        "в лесу родилась ёлочка",
        "leyla.h sevir çay və limon",
        "ночью пароль снится мне",
        "🦊🐻🐼🦁🐸🐙🦉🦋🐢🐬🦀 a",
        &"uzun söz ".repeat(28),
    ] {
        assert_eq!(chosen(good), Ok(()), "{good}");
    }
}

#[test]
fn others_are_refused_for_a_reason_that_is_told() {
    let long = "uzun söz ".repeat(29);
    let endless = "ə".repeat(5000);
    for (bad, why) in [
        ("", PasswordRefusal::Short),
        ("kX9#mQ2$vL7", PasswordRefusal::Short),
        (&long, PasswordRefusal::Long),
        (&endless, PasswordRefusal::Long),
        ("dörd kiçik\tqonur", PasswordRefusal::Control),
        ("dörd kiçik qonur\n", PasswordRefusal::Control),
        ("Leyla.H-leyla.h", PasswordRefusal::Name),
        ("leyla həsənova 1", PasswordRefusal::Name),
        ("aaaaaaaaaaaa", PasswordRefusal::Simple),
        ("abababababab", PasswordRefusal::Simple),
        ("994501234567", PasswordRefusal::Simple),
        ("13.02.2026 09:00", PasswordRefusal::Simple),
        ("abcdefghijkl", PasswordRefusal::Simple),
        ("zyxwvutsrqponm", PasswordRefusal::Simple),
        ("password1234", PasswordRefusal::Common),
        ("P@ssw0rd!2026", PasswordRefusal::Common),
        ("PasswordPassword", PasswordRefusal::Common),
        ("qwertyuiop123", PasswordRefusal::Common),
        ("1q2w3e4r5t6y", PasswordRefusal::Common),
        ("Azərbaycan2026", PasswordRefusal::Common),
        ("Пароль-пароль", PasswordRefusal::Common),
        ("welcome-to-1".replace("-to", "").repeat(2).as_str(), PasswordRefusal::Common),
        ("correct horse battery staple", PasswordRefusal::Common),
    ] {
        assert_eq!(chosen(bad), Err(why), "{bad}");
    }
}

#[test]
fn nothing_shows_a_password() {
    let new = NewPassword::new(password(GOOD), &[]).unwrap();
    let read: Password = serde_json::from_value(serde_json::json!(GOOD)).unwrap();
    for shown in [format!("{:?}", password(GOOD)), format!("{new:?}"), format!("{read:?}")] {
        assert!(shown.contains("***") && !shown.contains("tülkü"), "{shown}");
    }
}

#[test]
fn stored_hashes_have_one_spelling_and_a_limit() {
    let (salt, hash) = ("A".repeat(22), "A".repeat(43));
    let phc = |work: &str| format!("$argon2id$v=19${work}${salt}${hash}");
    let good = phc("m=19456,t=2,p=1");
    let read: PasswordHash = good.parse().unwrap();
    assert_eq!((read.to_phc(), read.needs_rehash()), (good.clone(), false));
    assert!(phc("m=65536,t=3,p=4").parse::<PasswordHash>().unwrap().needs_rehash());
    assert_eq!(format!("{read:?}"), "PasswordHash(***)");
    for wrong in [
        String::new(),
        "$argon2id$v=19$m=19456,t=2,p=1".to_owned(),
        good.replace("argon2id", "argon2i"),
        good.replace("v=19", "v=16"),
        format!("{good}="),
        format!("{good}A"),
        phc("m=4194304,t=2,p=1"),
        phc("m=19456,t=1000,p=1"),
        phc("m=19456,t=0,p=1"),
        phc("m=7,t=1,p=1"),
        phc("m=019456,t=2,p=1"),
        phc("m=+19456,t=2,p=1"),
        phc("t=2,m=19456,p=1"),
    ] {
        assert!(wrong.parse::<PasswordHash>().is_err(), "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_password_is_taken_or_refused(text in "\\PC{0,300}|.{0,40}|[a-c0-2]{10,14}") {
        let chars = Password::new(text.clone());
        if NewPassword::new(chars, &["leyla", "", "ab"]).is_ok() {
            // Some letters of Hebrew, for example, are two in NFC.
            prop_assert!(text.nfc().count() >= 12 && !text.contains('\n'));
        }
    }

    #[test]
    fn any_stored_text_is_read_or_refused(text in "\\PC{0,80}|\\$argon2id\\$v=19\\$m=[0-9]{1,6},t=[0-9],p=[0-9]\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}") {
        if let Ok(hash) = text.parse::<PasswordHash>() {
            prop_assert_eq!(hash.to_phc(), text);
        }
    }
}
