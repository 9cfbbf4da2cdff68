//! Stream keys and their hashes: generated, parsed, verified in constant time. The secret is never stored, and shown
//! only by [`StreamKey::reveal`].

use std::fmt;
use std::str::FromStr;

use ashkar_terms::CameraId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::StoreError;

/// Random bytes of a key: 160 bits, 32 characters.
const SECRET_BYTES: usize = 20;

/// Characters that encode them, five bits each.
const SECRET_CHARS: usize = SECRET_BYTES * 8 / 5;

/// Crockford's base 32 in lower case: none of its letters can be mistaken for a digit when read out over the telephone.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The longest key text that is considered, in bytes.
const MAX_KEY_BYTES: usize = 64;

/// A stream key, `7-12-1.<secret>`: the camera, and 160 random bits that prove it.
///
/// It exists when it is generated and when a publisher shows it; only [`StreamKey::hash`] is stored. `Debug` and
/// `Display` show the camera alone.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamKey {
    camera: CameraId,
    secret: [u8; SECRET_BYTES],
}

impl StreamKey {
    /// A new key from the system's random numbers.
    ///
    /// # Errors
    /// [`StoreError::Random`] if there are none.
    pub(crate) fn generate(camera: CameraId) -> Result<Self, StoreError> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(|_| StoreError::Random)?;
        Ok(Self { camera, secret })
    }

    /// The camera whose key it claims to be.
    pub fn camera(&self) -> CameraId {
        self.camera
    }

    /// The key's text, for the person or the encoder that will use it. Never log it.
    pub fn reveal(&self) -> String {
        let mut text = self.camera.dashed();
        text.push('.');
        for group in self.secret.chunks(5) {
            let bits = group.iter().fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
            for shift in (0..8).rev() {
                let index = (bits >> (shift * 5) & 31) as usize;
                text.extend(ALPHABET.get(index).map(|&c| char::from(c)));
            }
        }
        text
    }

    /// The hash that is stored.
    ///
    /// A plain SHA-256 suffices: slow password hashes make guessing expensive, and 160 random bits cannot be guessed
    /// anyway. A fast one lets the gate check every attempt at no cost, so attempts cannot overload it.
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.secret).into())
    }
}

/// The text is not a stream key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a stream key is written like 7-12-1.<32 characters>")]
pub struct ParseStreamKeyError;

impl FromStr for StreamKey {
    type Err = ParseStreamKeyError;

    /// Reads [`StreamKey::reveal`]. The secret may be typed in capitals, with `o` for 0 and `i` or `l` for 1.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > MAX_KEY_BYTES {
            return Err(ParseStreamKeyError);
        }
        let (camera, secret) = text.split_once('.').ok_or(ParseStreamKeyError)?;
        let camera: CameraId = camera.parse().map_err(|_| ParseStreamKeyError)?;
        // One spelling per camera: a key with slashes would need another path of the address.
        if text.contains('/') {
            return Err(ParseStreamKeyError);
        }
        Ok(Self { camera, secret: secret_bytes(secret)? })
    }
}

fn secret_bytes(text: &str) -> Result<[u8; SECRET_BYTES], ParseStreamKeyError> {
    if text.len() != SECRET_CHARS {
        return Err(ParseStreamKeyError);
    }
    let mut secret = [0; SECRET_BYTES];
    for (bytes, chars) in secret.chunks_mut(5).zip(text.as_bytes().chunks(8)) {
        let mut bits = 0_u64;
        for &c in chars {
            bits = bits << 5 | u64::from(value(c).ok_or(ParseStreamKeyError)?);
        }
        for (byte, shift) in bytes.iter_mut().rev().zip(0..) {
            *byte = (bits >> (shift * 8) & 0xff) as u8;
        }
    }
    Ok(secret)
}

fn value(c: u8) -> Option<u8> {
    let c = match c.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        c => c,
    };
    ALPHABET.iter().position(|&letter| letter == c).and_then(|at| u8::try_from(at).ok())
}

impl fmt::Display for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.***", self.camera.dashed())
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamKey({self})")
    }
}

/// The stored hash of a stream key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyHash(pub(super) [u8; 32]);

impl KeyHash {
    /// Whether `key` is the one that was hashed; takes the same time whatever the bytes are.
    pub fn verify(&self, key: &StreamKey) -> bool {
        self.0.ct_eq(&key.hash().0).into()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(***)")
    }
}

/// Why a key is refused. For logs and counters only: a publisher learns no more than that it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// Not in the form of a stream key.
    #[error("it is no stream key")]
    Malformed,
    /// No such camera.
    #[error("there is no camera {0}")]
    NoCamera(CameraId),
    /// No key of that camera was ever requested.
    #[error("camera {0} has no key")]
    NoKey(CameraId),
    /// Not the camera's secret.
    #[error("the secret is not that of camera {0}")]
    Wrong(CameraId),
    /// The right key of a camera that is disabled.
    #[error("camera {0} is disabled")]
    Disabled(CameraId),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> StreamKey {
        StreamKey::generate(CameraId::new(7, 12, 1)).unwrap()
    }

    #[test]
    fn a_key_survives_being_written_and_typed() {
        let key = key();
        let text = key.reveal();
        assert!(text.starts_with("7-12-1.") && text.len() == 7 + 32, "{text}");
        assert_eq!(text.parse(), Ok(key.clone()));
        assert_eq!(
            text.to_uppercase().replace('0', "O").replace('1', "l").replacen("7-l2-l", "7-12-1", 1).parse(),
            Ok(key)
        );
    }

    #[test]
    fn only_its_own_secret_verifies() {
        let (one, other) = (key(), key());
        assert!(one.hash().verify(&one));
        assert!(!one.hash().verify(&other));
        for bit in 0..SECRET_BYTES * 8 {
            let mut wrong = one.clone();
            wrong.secret[bit / 8] ^= 1 << (bit % 8);
            assert!(!one.hash().verify(&wrong));
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let key = key();
        let secret = key.reveal().split_off(7);
        for shown in [format!("{key}"), format!("{key:?}"), format!("{:?}", key.hash())] {
            assert!(!shown.contains(&secret) && shown.contains("***"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let good = key().reveal();
        for text in [
            "",
            "7-12-1",
            "7-12-1.",
            ".",
            "7/12/1.x",
            &good[..good.len() - 1],
            &format!("{good}0"),
            &good.replace('-', "/"),
        ] {
            assert_eq!(text.parse::<StreamKey>(), Err(ParseStreamKeyError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_secret_survives_its_text(secret: [u8; SECRET_BYTES]) {
            let key = StreamKey { camera: CameraId::new(1, 2, 3), secret };
            prop_assert_eq!(key.reveal().parse(), Ok(key));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}|7-12-1\\.[0-9a-zA-Zəİ]{30,34}") {
            if let Ok(key) = text.parse::<StreamKey>() {
                prop_assert_eq!(key.reveal().parse(), Ok(key));
            }
        }
    }
}
