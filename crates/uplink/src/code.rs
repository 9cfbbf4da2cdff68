//! One-time codes of enrolment: read out, typed or scanned at the station, they bring a device's public key to the
//! centre. Only their hash is stored.

use std::fmt;
use std::str::FromStr;

use ashkar_terms::UtcMicros;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::KeyError;

/// Random bytes of a code: 80 bits.
const CODE_BYTES: usize = 10;
/// Symbols that encode them, five bits each; a check symbol follows.
const SYMBOLS: usize = CODE_BYTES * 8 / 5;
/// Longest text that is considered, bytes.
const TEXT_BYTES_MAX: usize = 64;
/// Crockford's base 32: no letter can be mistaken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A one-time code, such as `7K2M-9QXW-40TB-HZ8C-5`. `Debug` hides it, and it is overwritten when it is dropped.
#[derive(Clone)]
pub struct EnrolmentCode(Zeroizing<[u8; CODE_BYTES]>);

impl EnrolmentCode {
    /// A new code from the system's random numbers.
    ///
    /// # Errors
    /// [`KeyError::Random`] if there are none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; CODE_BYTES]);
        getrandom::fill(&mut *bytes).map_err(|_| KeyError::Random)?;
        Ok(Self(bytes))
    }

    /// The code's text in groups of four, for the technician. Never log it.
    pub fn reveal(&self) -> Zeroizing<String> {
        let symbols = self.symbols();
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS + SYMBOLS / 4 + 1));
        for group in symbols.chunks(4) {
            text.extend(group.iter().filter_map(|&symbol| letter(symbol)));
            text.push('-');
        }
        text.extend(letter(check(&*symbols)));
        text
    }

    /// What a QR code for a device holds: the code, and by which address the centre is reached.
    pub fn link(&self, centre: &str) -> String {
        format!("ashkar:enrol?centre={centre}&code={}", *self.reveal())
    }

    /// The hash that is stored. A plain SHA-256 suffices: 80 random bits cannot be guessed within a code's life.
    pub fn hash(&self) -> CodeHash {
        CodeHash(Sha256::digest(*self.0).into())
    }

    fn symbols(&self) -> Zeroizing<[u8; SYMBOLS]> {
        let mut symbols = Zeroizing::new([0; SYMBOLS]);
        for (group, bytes) in symbols.chunks_mut(8).zip(self.0.chunks(5)) {
            let bits = bytes.iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
            for (symbol, shift) in group.iter_mut().rev().zip((0_u32..).step_by(5)) {
                *symbol = (bits >> shift & 31) as u8;
            }
        }
        symbols
    }
}

/// The check symbol: the value at x of the polynomial whose coefficients are the symbols, in GF(32) modulo x⁵ + x² + 1.
/// So one wrong symbol is always noticed, and two that were exchanged, wherever they are.
fn check(symbols: &[u8]) -> u8 {
    let times_x = |value: u8| if value & 16 == 0 { value << 1 } else { (value << 1 & 31) ^ 0b00101 };
    symbols.iter().fold(0, |value, symbol| times_x(value ^ symbol))
}

fn letter(symbol: u8) -> Option<char> {
    ALPHABET.get(usize::from(symbol)).map(|&letter| char::from(letter))
}

fn symbol(letter: u8) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        letter => letter,
    };
    ALPHABET.iter().position(|&known| known == letter).and_then(|at| u8::try_from(at).ok())
}

/// The text is no code of enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseCodeError {
    /// Not 17 letters and digits.
    #[error("a code has 17 letters and digits, such as 7K2M-9QXW-40TB-HZ8C-5")]
    Form,
    /// The check symbol does not fit: something was mistyped.
    #[error("a letter of the code was mistyped")]
    Check,
}

impl FromStr for EnrolmentCode {
    type Err = ParseCodeError;

    /// Reads what people type: small letters, `o` for 0, `i` and `l` for 1, spaces and dashes anywhere or nowhere.
    fn from_str(text: &str) -> Result<Self, ParseCodeError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ParseCodeError::Form);
        }
        let letters = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
        let symbols: Option<Vec<u8>> = letters.map(symbol).collect();
        let symbols = Zeroizing::new(symbols.ok_or(ParseCodeError::Form)?);
        let (&last, symbols) = symbols.split_last().ok_or(ParseCodeError::Form)?;
        if symbols.len() != SYMBOLS {
            return Err(ParseCodeError::Form);
        }
        if check(symbols) != last {
            return Err(ParseCodeError::Check);
        }
        let mut code = Zeroizing::new([0; CODE_BYTES]);
        for (bytes, group) in code.chunks_mut(5).zip(symbols.chunks(8)) {
            let bits = group.iter().fold(0_u64, |bits, &symbol| bits << 5 | u64::from(symbol));
            for (byte, shift) in bytes.iter_mut().rev().zip((0_u32..).step_by(8)) {
                *byte = (bits >> shift & 0xff) as u8;
            }
        }
        Ok(Self(code))
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(***)")
    }
}

/// The stored hash of a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

impl CodeHash {
    /// Whether `code` is the one that was hashed; takes the same time whatever the bytes are.
    pub fn verify(&self, code: &EnrolmentCode) -> bool {
        self.0.ct_eq(&code.hash().0).into()
    }
}

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(***)")
    }
}

/// What the centre stores of a code that was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuedCode {
    /// Its hash.
    pub hash: CodeHash,
    /// From when on it is good for nothing.
    pub expires: UtcMicros,
}

impl IssuedCode {
    /// Whether its time is over.
    pub fn is_expired(&self, now: UtcMicros) -> bool {
        now >= self.expires
    }
}
