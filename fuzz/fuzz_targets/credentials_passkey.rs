//! What browsers, authenticators and the store send of passkeys.
#![no_main]

use ashkar_credentials::passkey::{Passkey, fuzz};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    fuzz::read(bytes);
    let stored = std::str::from_utf8(bytes).ok().and_then(|text| Passkey::from_json(text).ok());
    if let Some(passkey) = stored {
        assert_eq!(Passkey::from_json(&passkey.to_json()), Ok(passkey));
    }
});
