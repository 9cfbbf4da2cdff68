//! Codes of enrolment: forgiving about letters, strict about errors.

use ashkar_terms::UtcMicros;
use ashkar_uplink::{EnrolmentCode, IssuedCode, ParseCodeError};
use proptest::prelude::*;

const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

fn code() -> (EnrolmentCode, String) {
    let code = EnrolmentCode::generate().expect("random numbers");
    let text = code.reveal().to_string();
    (code, text)
}

#[test]
fn a_code_is_read_as_people_type_it() {
    let (code, text) = code();
    assert_eq!(text.len(), 21, "{text}");
    let typed = [
        text.clone(),
        text.to_lowercase(),
        text.replace('-', ""),
        format!(" {} ", text.replace('-', " - ")),
        text.replace('0', "o").replace('1', "l"),
        text.replace('0', "O").replace('1', "I"),
    ];
    for text in typed {
        let read: EnrolmentCode = text.parse().unwrap();
        assert!(code.hash().verify(&read), "{text}");
    }
    assert!(!code.hash().verify(&EnrolmentCode::generate().unwrap()));
}

#[test]
fn the_code_of_the_reference_is_one() {
    let text = "7K2M-9QXW-40TB-HZ8C-5";
    assert_eq!(*text.parse::<EnrolmentCode>().unwrap().reveal(), text);
}

#[test]
fn every_wrong_letter_is_noticed() {
    let (_, text) = code();
    for at in (0..text.len()).filter(|&at| !text[at..].starts_with('-')) {
        for letter in ALPHABET.chars().filter(|&letter| !text[at..].starts_with(letter)) {
            let wrong = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
            assert_eq!(wrong.parse::<EnrolmentCode>().unwrap_err(), ParseCodeError::Check, "{wrong}");
        }
    }
}

#[test]
fn all_letters_that_were_exchanged_are_noticed() {
    let letters: Vec<char> = code().1.replace('-', "").chars().collect();
    for (one, other) in (0..17).flat_map(|one| (one + 1..17).map(move |other| (one, other))) {
        let mut wrong = letters.clone();
        wrong.swap(one, other);
        let read = wrong.iter().collect::<String>().parse::<EnrolmentCode>();
        assert_eq!(read.is_ok(), letters[one] == letters[other], "{wrong:?}");
    }
}

#[test]
fn nothing_prints_a_code() {
    let (code, text) = code();
    for shown in [format!("{code:?}"), format!("{:?}", code.hash())] {
        assert!(!shown.contains(&text) && shown.contains("***"), "{shown}");
    }
}

#[test]
fn a_code_expires() {
    let issued = IssuedCode { hash: code().0.hash(), expires: UtcMicros(100) };
    assert!(!issued.is_expired(UtcMicros(99)));
    assert!(issued.is_expired(UtcMicros(100)));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,70}|[0-9A-Za-z -]{15,24}") {
        if let Ok(code) = text.parse::<EnrolmentCode>() {
            let again: EnrolmentCode = code.reveal().parse().unwrap();
            prop_assert!(code.hash().verify(&again));
        }
    }
}
