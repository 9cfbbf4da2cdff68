//! Codes of an authenticator app (TOTP, RFC 6238): SHA-1, six digits, 30 seconds, which is what all apps know.
//!
//! In: the stored secret, what was typed, the time, the step of the last code that was accepted. Out: the step that the
//! caller stores, so that no code is accepted twice (RFC 6238, 5.2).

use std::fmt;
use std::str::FromStr;

use ashkar_terms::UtcMicros;
use ring::hmac;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::base32::{self, RFC_4648};
use crate::qr::{QrPath, TooLongError, svg_path};
use crate::{NoRandomError, random};

/// Random bytes of a secret: 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// A step, microseconds.
const STEP_US: i64 = 30_000_000;
/// Digits of a code.
const DIGITS: usize = 6;
/// Steps before and after the present one whose codes are accepted: clocks differ, and typing takes time.
const STEPS_ASIDE: i64 = 1;
/// Longest text that is considered, bytes.
const TEXT_BYTES_MAX: usize = 32;

/// The secret that an app and the centre share. `Debug` hides it, and it is overwritten when it is dropped.
#[derive(Clone)]
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

/// Why a code is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TotpRefusal {
    /// Not six digits.
    #[error("a code has six digits")]
    Form,
    /// Not the code of this time.
    #[error("it is not the code of this time")]
    Wrong,
    /// It was accepted before, or a later one was.
    #[error("this code was used already; the next one comes within 30 seconds")]
    Used,
}

impl TotpSecret {
    /// A new secret from the system's random numbers.
    ///
    /// # Errors
    /// [`NoRandomError`] if there are none.
    pub fn generate() -> Result<Self, NoRandomError> {
        random().map(Self)
    }

    /// The secret in base 32, for the store, and for people whose app reads no QR code. Never log it.
    pub fn reveal(&self) -> Zeroizing<String> {
        base32::encode(&*self.0, RFC_4648)
    }

    /// The address that apps read: what is proven (`issuer`) to whom (`account`), and the secret. Never log it.
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (escaped(issuer), escaped(account));
        let secret = self.reveal();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period=30",
            *secret
        ))
    }

    /// [`TotpSecret::uri`] as a QR code.
    ///
    /// # Errors
    /// [`TooLongError`] if the names are too long for one.
    pub fn qr(&self, issuer: &str, account: &str) -> Result<QrPath, TooLongError> {
        svg_path(&self.uri(issuer, account))
    }

    /// The step of `code` if it proves the secret at the time `now`. `last_used` is the step that was returned for the
    /// last code that was accepted; the caller stores the new one in the transaction in which it believes the code.
    ///
    /// # Errors
    /// [`TotpRefusal`]. All codes that could be meant are compared, so the time tells nothing.
    pub fn verify(&self, code: &str, now: UtcMicros, last_used: Option<i64>) -> Result<i64, TotpRefusal> {
        let typed = digits(code).ok_or(TotpRefusal::Form)?;
        let present = now.0.div_euclid(STEP_US);
        let mut found = Err(TotpRefusal::Wrong);
        for step in present - STEPS_ASIDE..=present + STEPS_ASIDE {
            if !bool::from(typed.ct_eq(&*self.code(step))) {
                continue;
            }
            if last_used.is_none_or(|last| step > last) {
                found = Ok(step);
            } else if found.is_err() {
                found = Err(TotpRefusal::Used);
            }
        }
        found
    }

    /// The code of a step.
    fn code(&self, step: i64) -> Zeroizing<[u8; DIGITS]> {
        let mut value = truncated(&*self.0, step);
        let mut digits = Zeroizing::new([0; DIGITS]);
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (value % 10) as u8;
            value /= 10;
        }
        digits
    }
}

/// The 31 bits of RFC 4226, 5.3, for a counter.
fn truncated(secret: &[u8], counter: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &counter.to_be_bytes());
    let offset = tag.as_ref().last().map_or(0, |last| usize::from(last & 15));
    let bytes = tag.as_ref().iter().skip(offset).take(4);
    bytes.fold(0, |value, &byte| value << 8 | u32::from(byte)) & 0x7fff_ffff
}

/// The digits of what was typed; apps show them in two groups.
fn digits(text: &str) -> Option<Zeroizing<[u8; DIGITS]>> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let mut digits = Zeroizing::new([0; DIGITS]);
    let mut typed = text.bytes().filter(|byte| *byte != b' ');
    for digit in digits.iter_mut() {
        *digit = typed.next().filter(u8::is_ascii_digit)?;
    }
    typed.next().is_none().then_some(digits)
}

/// Percent-encoding of all but the unreserved characters (RFC 3986, 2.3). A colon, which parts issuer and account even
/// when it is encoded, becomes a space.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() * 3);
    for byte in text.bytes().map(|byte| if byte == b':' { b' ' } else { byte }) {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

impl fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSecret(***)")
    }
}

/// The text is no secret of an authenticator app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret has 32 letters of base 32")]
pub struct ParseSecretError;

impl FromStr for TotpSecret {
    type Err = ParseSecretError;

    /// Reads [`TotpSecret::reveal`].
    fn from_str(text: &str) -> Result<Self, ParseSecretError> {
        base32::decode(text.as_bytes(), RFC_4648).map(Self).ok_or(ParseSecretError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

    #[test]
    fn values_are_those_of_rfc_4226() {
        let known =
            [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, value) in (0..).zip(known) {
            assert_eq!(truncated(RFC_SECRET, counter) % 1_000_000, value, "{counter}");
        }
    }

    #[test]
    fn values_are_those_of_rfc_6238() {
        let known = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (seconds, value) in known {
            assert_eq!(truncated(RFC_SECRET, seconds / 30) % 100_000_000, value, "{seconds}");
        }
        let secret = TotpSecret(Zeroizing::new(*RFC_SECRET));
        assert_eq!(secret.verify("081804", UtcMicros(1_111_111_109_000_000), None), Ok(37_037_036));
    }
}
