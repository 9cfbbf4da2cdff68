//! Keys that publishers show at the gate, and addresses that operators type.
#![no_main]

use ashkar_election::{PullUrl, StreamKey, collate, fold};

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(key) = text.parse::<StreamKey>() {
        assert_eq!(key.reveal().parse(), Ok(key));
    }
    if let Ok(url) = text.parse::<PullUrl>() {
        let password = url.expose().password().unwrap_or_default();
        assert!(
            password.len() < 8
                || !url.to_string().contains(password)
                || url.expose().host_str().unwrap_or_default().contains(password)
        );
    }
    let folded = fold(text);
    assert_eq!(fold(&folded), folded);
    assert!(collate(text, text).is_eq());
});
