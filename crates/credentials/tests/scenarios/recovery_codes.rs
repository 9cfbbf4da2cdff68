//! Recovery codes: ten, read as people type them, each found among the stored hashes.

use std::collections::BTreeSet;

use ashkar_credentials::recovery::{ParseRecoveryCodeError, RECOVERY_CODES, RecoveryCode, find};
use proptest::prelude::*;

#[test]
fn ten_codes_are_all_different_and_each_is_found() {
    let codes = RecoveryCode::generate().unwrap();
    let texts: BTreeSet<String> = codes.iter().map(|code| code.reveal().to_string()).collect();
    assert_eq!((codes.len(), texts.len()), (RECOVERY_CODES, RECOVERY_CODES));
    let mut hashes = codes.each_ref().map(RecoveryCode::hash).to_vec();
    for (at, code) in codes.iter().enumerate() {
        assert_eq!(find(code, &hashes), Some(at));
    }
    hashes.remove(3);
    assert_eq!(find(&codes[3], &hashes), None, "used up");
    assert_eq!(find(&codes[4], &hashes), Some(3));
    assert_eq!(find(&codes[0], &[]), None);
    for shown in [format!("{:?}", codes[0]), format!("{:?}", hashes[0])] {
        assert!(shown.ends_with("(***)"), "{shown}");
    }
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let [code, ..] = RecoveryCode::generate().unwrap();
    let text = code.reveal().to_string();
    assert_eq!(text.len(), 19, "{text}");
    for typed in [
        text.to_lowercase(),
        text.replace('-', ""),
        format!(" {} ", text.replace('-', " - ")),
        text.replace('0', "o").replace('1', "l"),
        text.replace('0', "O").replace('1', "I"),
    ] {
        assert_eq!(find(&typed.parse().unwrap(), &[code.hash()]), Some(0), "{typed}");
    }
}

#[test]
fn letters_that_look_like_digits_are_read_as_digits() {
    let meant: RecoveryCode = "7K2M-1101-0010-HZ8C".parse().unwrap();
    for typed in ["7k2m-iLoI-oOlO-hz8c", "7K2M lI0i O0Io HZ8C"] {
        assert_eq!(find(&typed.parse().unwrap(), &[meant.hash()]), Some(0), "{typed}");
    }
}

#[test]
fn what_is_no_code_is_refused() {
    for wrong in
        ["", "7K2M-9QXW-40TB-HZ8", "7K2M-9QXW-40TB-HZ8CC", "7K2M-9QXW-40TB-HZ8U", "7K2M_9QXW_40TB_HZ8C"]
    {
        assert_eq!(wrong.parse::<RecoveryCode>().unwrap_err(), ParseRecoveryCodeError, "{wrong}");
    }
    assert!(format!("{}7K2M-9QXW-40TB-HZ8C", " ".repeat(64)).parse::<RecoveryCode>().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}|[0-9a-zA-Z -]{16,22}") {
        if let Ok(code) = text.parse::<RecoveryCode>() {
            prop_assert_eq!(find(&code.reveal().parse().unwrap(), &[code.hash()]), Some(0));
        }
    }
}
