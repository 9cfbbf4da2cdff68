//! Recovery codes: ten, printed or written down, each of which proves once who somebody is when the second factor is
//! lost. Only their hashes are stored.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::base32::{self, CROCKFORD};
use crate::{NoRandomError, random};

/// Codes that somebody has at once.
pub const RECOVERY_CODES: usize = 10;
/// Random bytes of a code: 80 bits.
const CODE_BYTES: usize = 10;
/// Longest text that is considered, bytes.
const TEXT_BYTES_MAX: usize = 64;

/// A recovery code, such as `7K2M-9QXW-40TB-HZ8C`. `Debug` hides it, and it is overwritten when it is dropped.
#[derive(Clone)]
pub struct RecoveryCode(Zeroizing<[u8; CODE_BYTES]>);

impl RecoveryCode {
    /// New codes from the system's random numbers.
    ///
    /// # Errors
    /// [`NoRandomError`] if there are none.
    pub fn generate() -> Result<[Self; RECOVERY_CODES], NoRandomError> {
        let all = random::<{ CODE_BYTES * RECOVERY_CODES }>()?;
        let mut codes = std::array::from_fn(|_| Self(Zeroizing::new([0; CODE_BYTES])));
        for (code, bytes) in codes.iter_mut().zip(all.chunks(CODE_BYTES)) {
            code.0.copy_from_slice(bytes);
        }
        Ok(codes)
    }

    /// The code's text in groups of four. Never log it.
    pub fn reveal(&self) -> Zeroizing<String> {
        let letters = base32::encode(&*self.0, CROCKFORD);
        let mut text = Zeroizing::new(String::with_capacity(letters.len() * 5 / 4));
        for (at, letter) in letters.chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    /// The hash that is stored. A plain SHA-256 suffices: 80 random bits cannot be guessed.
    pub fn hash(&self) -> RecoveryHash {
        RecoveryHash(Sha256::digest(*self.0).into())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(***)")
    }
}

/// The text is no recovery code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a recovery code has 16 letters and digits, such as 7K2M-9QXW-40TB-HZ8C")]
pub struct ParseRecoveryCodeError;

impl FromStr for RecoveryCode {
    type Err = ParseRecoveryCodeError;

    /// Reads what people type: small letters, `o` for 0, `i` and `l` for 1, spaces and dashes anywhere or nowhere.
    fn from_str(text: &str) -> Result<Self, ParseRecoveryCodeError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ParseRecoveryCodeError);
        }
        let mut letters = Zeroizing::new(Vec::with_capacity(TEXT_BYTES_MAX));
        letters.extend(text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')).map(as_meant));
        base32::decode(&letters, CROCKFORD).map(Self).ok_or(ParseRecoveryCodeError)
    }
}

/// The letter of the alphabet that somebody took `letter` for.
fn as_meant(letter: u8) -> u8 {
    match letter {
        b'o' | b'O' => b'0',
        b'i' | b'I' | b'l' | b'L' => b'1',
        letter => letter,
    }
}

/// The stored hash of a recovery code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RecoveryHash(pub [u8; 32]);

impl fmt::Debug for RecoveryHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryHash(***)")
    }
}

/// Which of `hashes` is that of `code`, so that it can be used up; all are compared, whichever it is.
pub fn find(code: &RecoveryCode, hashes: &[RecoveryHash]) -> Option<usize> {
    let hash = code.hash();
    let mut found = None;
    for (at, known) in hashes.iter().enumerate() {
        if known.0.ct_eq(&hash.0).into() {
            found = Some(at);
        }
    }
    found
}
