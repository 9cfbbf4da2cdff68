//! Opaque tokens: 256 random bits that whoever shows them was given. For sessions and invitations. Only their hash is
//! stored.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{NoRandomError, random};

/// Random bytes of a token: 256 bits.
const BYTES: usize = 32;
/// Letters that encode them.
const LETTERS: usize = 43;

/// A token. It exists when it is issued and when somebody shows it; `Debug` hides it.
#[derive(Clone)]
pub struct Token(Zeroizing<[u8; BYTES]>);

impl Token {
    /// A new token from the system's random numbers.
    ///
    /// # Errors
    /// [`NoRandomError`] if there are none.
    pub fn generate() -> Result<Self, NoRandomError> {
        random().map(Self)
    }

    /// The token's text, 43 letters of base64url, for the one whom it is issued to. Never log it.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*self.0))
    }

    /// The hash that is stored, and by which a token is looked up. A plain SHA-256 suffices: 256 random bits cannot be
    /// guessed.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(*self.0).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// The text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token has 43 letters of base64url")]
pub struct ParseTokenError;

impl FromStr for Token {
    type Err = ParseTokenError;

    /// Reads [`Token::reveal`], in that one spelling.
    fn from_str(text: &str) -> Result<Self, ParseTokenError> {
        if text.len() != LETTERS {
            return Err(ParseTokenError);
        }
        let mut bytes = Zeroizing::new([0; BYTES]);
        let read = BASE64_URL_SAFE_NO_PAD.decode_slice_unchecked(text, &mut *bytes);
        if read != Ok(BYTES) {
            return Err(ParseTokenError);
        }
        Ok(Self(bytes))
    }
}

/// The stored hash of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// Whether `token` is the one that was hashed; takes the same time whatever the bytes are.
    pub fn verify(&self, token: &Token) -> bool {
        self.0.ct_eq(&token.hash().0).into()
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(***)")
    }
}
