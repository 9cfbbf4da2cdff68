//! The link by which the chair of a station's commission tests it: a secret, of which only the hash is kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Refusal;
use super::id::digits_to_bytes;

/// Random bytes of a link's secret: nobody guesses 160 bits.
const SECRET_BYTES: usize = 20;

/// The secret part of a link. It is shown once, when it is made.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkToken([u8; SECRET_BYTES]);

impl LinkToken {
    /// A new one.
    ///
    /// # Errors
    /// [`Refusal::Random`] if the system gives no random numbers.
    pub fn generate() -> Result<Self, Refusal> {
        let mut secret = [0; SECRET_BYTES];
        getrandom::fill(&mut secret).map_err(|_| Refusal::Random)?;
        Ok(Self(secret))
    }

    /// The text for the link: 40 hexadecimal digits. For the one who gets the link, and for nobody else.
    pub fn reveal(&self) -> String {
        hex(&self.0)
    }

    /// What is kept of it.
    pub fn hash(&self) -> LinkHash {
        LinkHash(Sha256::digest(self.0).into())
    }
}

impl FromStr for LinkToken {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        digits_to_bytes(text.as_bytes()).map(Self).ok_or(Refusal::Link)
    }
}

impl fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkToken(***)")
    }
}

/// SHA-256 of a link's secret. It opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkHash(pub(crate) [u8; 32]);

impl fmt::Debug for LinkHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkHash(***)")
    }
}

impl Serialize for LinkHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for LinkHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom("a hash has 64 hexadecimal digits");
        digits_to_bytes(text.as_bytes()).map(Self).ok_or_else(wrong)
    }
}

/// Lower-case hexadecimal digits of bytes.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_its_text_and_shows_no_secret() {
        let token = LinkToken::generate().unwrap();
        let text = token.reveal();
        assert_eq!(text.parse(), Ok(token.clone()));
        assert_ne!(LinkToken::generate().unwrap().hash(), token.hash());
        for shown in [format!("{token:?}"), format!("{:?}", token.hash())] {
            assert!(!shown.contains(&text) && shown.contains("***"), "{shown}");
        }
        assert_eq!("zz".parse::<LinkToken>(), Err(Refusal::Link));
        assert_eq!(text[1..].parse::<LinkToken>(), Err(Refusal::Link));
    }
}
