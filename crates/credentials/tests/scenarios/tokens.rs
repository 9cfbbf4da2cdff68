//! Tokens are read in one spelling, and shown by nothing else.

use ashkar_credentials::token::{ParseTokenError, Token};
use proptest::prelude::*;

#[test]
fn a_token_is_read_back_and_only_it_is_verified() {
    let (token, other) = (Token::generate().unwrap(), Token::generate().unwrap());
    let text = token.reveal();
    assert_eq!(text.len(), 43);
    assert!(token.hash().verify(&text.parse().unwrap()));
    assert!(!token.hash().verify(&other));
    assert_ne!(token.hash(), other.hash());
    for shown in [format!("{token:?}"), format!("{:?}", token.hash())] {
        assert!(shown.ends_with("(***)"), "{shown}");
    }
}

#[test]
fn a_token_has_one_spelling() {
    // The last letter has two bits that mean nothing.
    let text = format!("{}A", "A".repeat(42));
    assert!(text.parse::<Token>().is_ok());
    for wrong in [
        String::new(),
        "A".repeat(42),
        "A".repeat(44),
        format!("{}B", "A".repeat(42)),
        format!("{}=", "A".repeat(42)),
        format!("{}+", "A".repeat(42)),
        format!("{}ə", "A".repeat(41)),
    ] {
        assert_eq!(wrong.parse::<Token>().unwrap_err(), ParseTokenError, "{wrong}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}|[A-Za-z0-9_-]{43}") {
        if let Ok(token) = text.parse::<Token>() {
            prop_assert_eq!(&**token.reveal(), &text);
        }
    }
}
