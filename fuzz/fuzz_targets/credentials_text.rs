//! What people type or show to prove who they are, and what is stored of passwords.
#![no_main]

use ashkar_credentials::password::{NewPassword, Password, PasswordHash};
use ashkar_credentials::qr::svg_path;
use ashkar_credentials::recovery::{RecoveryCode, find};
use ashkar_credentials::token::Token;
use ashkar_credentials::totp::TotpSecret;
use ashkar_terms::UtcMicros;

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Ok(token) = text.parse::<Token>() {
        assert_eq!(&**token.reveal(), text);
    }
    if let Ok(code) = text.parse::<RecoveryCode>() {
        assert_eq!(find(&code.reveal().parse().expect("its own text"), &[code.hash()]), Some(0));
    }
    if let Ok(hash) = text.parse::<PasswordHash>() {
        assert_eq!(hash.to_phc(), text);
    }
    if let Ok(secret) = text.parse::<TotpSecret>() {
        assert!(secret.reveal().eq_ignore_ascii_case(text));
    }
    let secret: TotpSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".parse().expect("a secret");
    if let Ok(step) = secret.verify(text, UtcMicros(59_000_000), None) {
        assert!((0..=2).contains(&step));
    }
    let uri = secret.uri(text, text);
    assert!(uri.is_ascii() && uri.matches(':').count() == 2);
    if let Ok(qr) = svg_path(text) {
        assert!(qr.path.len() <= qr.width * qr.width * 16);
    }
    let name = text.get(..8).unwrap_or_default();
    let _ = NewPassword::new(Password::new(text.to_owned()), &[name]);
});
