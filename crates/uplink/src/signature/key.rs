//! A device's key: made on the device, which it never leaves. The centre knows its public half.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::name::hex;

/// Bytes of either half.
const KEY_BYTES: usize = 32;

/// A key cannot be made, or a text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The text is not a key: 43 characters of base64url.
    #[error("not a key, which is 43 characters of base64url")]
    Malformed,
    /// The point is one for which anybody can sign.
    #[error("a public key for which anybody can sign")]
    Weak,
}

/// A device's secret key. `Debug` hides it, and it is overwritten in memory when it is dropped.
#[derive(Clone)]
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// A new key from the system's random numbers.
    ///
    /// # Errors
    /// [`KeyError::Random`] if there are none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(&mut *secret).map_err(|_| KeyError::Random)?;
        Ok(Self::from_bytes(&secret))
    }

    /// The key of these 32 bytes (RFC 8032, section 5.1.5).
    fn from_bytes(secret: &[u8; KEY_BYTES]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The secret as text, for the device's own file. Never log it.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(URL_SAFE_NO_PAD.encode(Zeroizing::new(self.0.to_bytes())))
    }

    /// Its public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl FromStr for DeviceKey {
    type Err = KeyError;

    /// Reads [`DeviceKey::reveal`].
    fn from_str(text: &str) -> Result<Self, KeyError> {
        Ok(Self::from_bytes(&*read(text)?))
    }
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({}, ***)", self.public().id())
    }
}

/// The public half of a device's key. As text: base64url without padding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The device's name, which follows from its key.
    pub fn id(&self) -> DeviceId {
        let hash: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        DeviceId([a, b, c, d, e, f, g, h])
    }

    /// Whether `signature` is that of its secret half over `message`: strictly, so each signature has one form.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl PublicKey {
    /// The key of these bytes.
    ///
    /// # Errors
    /// [`KeyError::Malformed`] if they are no key, [`KeyError::Weak`] if anybody could sign with it.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Malformed)?;
        if key.is_weak() { Err(KeyError::Weak) } else { Ok(Self(key)) }
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::from_bytes(&*read(text)?)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

fn read(text: &str) -> Result<Zeroizing<[u8; KEY_BYTES]>, KeyError> {
    // 43 characters are 258 bits: the decoder refuses those whose last two are not zero.
    if text.len() != (KEY_BYTES * 8).div_ceil(6) {
        return Err(KeyError::Malformed);
    }
    let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Malformed)?);
    let bytes: &[u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| KeyError::Malformed)?;
    Ok(Zeroizing::new(*bytes))
}

/// A device's name: the first 16 hex digits of the SHA-256 of its public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub [u8; 8]);

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceId({self})")
    }
}

impl FromStr for DeviceId {
    type Err = KeyError;

    /// Reads 16 lower-case hex digits.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        hex(text).map(Self).ok_or(KeyError::Malformed)
    }
}

impl Serialize for DeviceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DeviceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
