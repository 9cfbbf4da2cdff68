//! Passwords: read, checked against the policy, hashed with Argon2id, verified.
//!
//! A [`Password`] is what somebody typed. A [`NewPassword`] has passed the policy; only that can be hashed, so no other
//! password is ever stored. Hashing and verifying are slow by design, so they are done in a [`PasswordPool`], which
//! bounds how much of it is done at once and how much waits.

mod common;
mod hash;
mod policy;
mod pool;

use std::fmt;

use serde::{Deserialize, Deserializer};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub use hash::{ParsePasswordHashError, PasswordHash};
pub use policy::{NewPassword, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, PasswordRefusal};
pub use pool::{PasswordPool, PoolError, Verdict};

/// Longest text that is considered, bytes: [`PASSWORD_CHARS_MAX`] characters, each of them with an accent of its own.
const TEXT_BYTES_MAX: usize = 2048;

/// A password as somebody typed it. `Debug` hides it, and it is overwritten when it is dropped.
///
/// It is normalised to NFC, as RFC 8265 asks, and nothing else is changed: what looks the same is the same on every
/// keyboard, and nothing that looks different becomes the same. No space is trimmed, no letter made small.
#[derive(Clone)]
pub struct Password {
    /// `None`: too long to be anybody's.
    text: Option<Zeroizing<String>>,
}

impl Password {
    /// What was typed, of any length.
    pub fn new(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        if typed.len() > TEXT_BYTES_MAX {
            return Self { text: None };
        }
        // NFC is at most three times as long in UTF-8, so the text is never moved and no copy of it is left behind.
        let mut text = Zeroizing::new(String::with_capacity(typed.len() * 3));
        text.extend(typed.nfc());
        Self { text: Some(text) }
    }

    /// The text, unless it is too long to be anybody's.
    fn text(&self) -> Option<&str> {
        self.text.as_ref().map(|text| text.as_str())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}
