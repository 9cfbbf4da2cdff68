//! Signatures of requests: the part of RFC 9421 that opening a session needs, with Ed25519 and a digest of the body
//! (RFC 9530).
//!
//! In: a request and a device's key, or a request and its three headers. Out: the headers, or whether they fit. The
//! signature base is that of the RFC for any components; the protocol demands exactly [`COMPONENTS`].

mod digest;
mod input;
mod key;
mod nonces;

pub use digest::content_digest;
pub use input::{SignatureInput, signature_base};
pub use key::{DeviceId, DeviceKey, KeyError, PublicKey};
pub use nonces::{NONCES_MAX, NonceError, Nonces, SIGNATURE_WINDOW_S};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::RefusalCode;

/// The label of the protocol's signatures.
pub const LABEL: &str = "sig1";
/// What the protocol's signatures cover, in this order.
pub const COMPONENTS: [&str; 3] = ["@method", "@path", "content-digest"];
/// The only algorithm, as it may be named in `alg`.
pub const ALGORITHM: &str = "ed25519";
/// Random bytes of a nonce.
pub const NONCE_BYTES: usize = 16;

/// Longest header of a signature that is considered, bytes.
const HEADER_BYTES_MAX: usize = 1024;

/// A request that is signed.
#[derive(Debug, Clone, Copy)]
pub struct SignedRequest<'a> {
    /// Its method, in capitals.
    pub method: &'a str,
    /// Its path, without a query.
    pub path: &'a str,
    /// Its body.
    pub body: &'a [u8],
}

/// The headers that a signed request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `Content-Digest` (RFC 9530).
    pub content_digest: String,
    /// `Signature-Input`.
    pub signature_input: String,
    /// `Signature`.
    pub signature: String,
}

/// A signature is missing, wrong, or not of this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is not what its RFC allows, or what of it this protocol uses.
    #[error("the header {0} cannot be understood")]
    Header(&'static str),
    /// The signature does not cover what it must, or lacks a parameter.
    #[error("the signature lacks {0}")]
    Lacks(&'static str),
    /// The body is not that of the digest.
    #[error("the body is not that of its digest")]
    Digest,
    /// The signature is not that of this key over this request.
    #[error("the signature does not fit the request and the key")]
    Wrong,
}

impl SignatureError {
    /// The code with which a request is refused for it.
    pub const fn code(self) -> RefusalCode {
        match self {
            Self::Header(_) | Self::Lacks(_) => RefusalCode::Malformed,
            Self::Digest | Self::Wrong => RefusalCode::BadSignature,
        }
    }
}

/// Signs `request` as the device of `key`. `created_s` is the centre's time, as far as it is known, in seconds since
/// 1970; `nonce` is drawn at random for this request alone.
pub fn sign(
    key: &DeviceKey,
    request: &SignedRequest<'_>,
    created_s: i64,
    nonce: [u8; NONCE_BYTES],
) -> SignatureHeaders {
    let content_digest = content_digest(request.body);
    let nonce = STANDARD.encode(nonce);
    let input = SignatureInput::of_session(created_s, nonce, key.public().id());
    let base = base_of(&input, request, &content_digest);
    let signature = STANDARD.encode(key.sign(base.as_bytes()));
    SignatureHeaders {
        content_digest,
        signature_input: input.to_string(),
        signature: format!("{LABEL}=:{signature}:"),
    }
}

/// A nonce from the system's random numbers.
///
/// # Errors
/// [`KeyError::Random`] if there are none.
pub fn draw_nonce() -> Result<[u8; NONCE_BYTES], KeyError> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| KeyError::Random)?;
    Ok(nonce)
}

/// Who claims to have signed a request, before it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The device.
    pub device: DeviceId,
    /// When, by the centre's time as the device knows it, seconds since 1970.
    pub created_s: i64,
    /// Used once, for this request.
    pub nonce: [u8; NONCE_BYTES],
    input: SignatureInput,
}

impl Claim {
    /// Reads `Signature-Input`: one signature of the protocol's label, components and parameters.
    ///
    /// # Errors
    /// [`SignatureError::Header`] if it cannot be understood, [`SignatureError::Lacks`] if it covers anything but
    /// [`COMPONENTS`], or lacks a parameter.
    pub fn parse(signature_input: &str) -> Result<Self, SignatureError> {
        let input: SignatureInput = signature_input.parse()?;
        if input.label() != LABEL {
            return Err(SignatureError::Lacks("the label sig1"));
        }
        if !input.components().eq(COMPONENTS) {
            return Err(SignatureError::Lacks("the components @method, @path and content-digest"));
        }
        if input.text("alg").is_some_and(|algorithm| algorithm != ALGORITHM) {
            return Err(SignatureError::Lacks("the algorithm ed25519"));
        }
        let created_s = input.integer("created").ok_or(SignatureError::Lacks("created"))?;
        let nonce = input.text("nonce").and_then(decode_base64).ok_or(SignatureError::Lacks("nonce"))?;
        let device = input.text("keyid").ok_or(SignatureError::Lacks("keyid"))?;
        let device = device.parse().map_err(|_| SignatureError::Lacks("keyid"))?;
        Ok(Self { device, created_s, nonce, input })
    }

    /// Verifies that the holder of `key`'s secret signed this very request.
    ///
    /// # Errors
    /// [`SignatureError::Wrong`] if it is another key's or another request's signature, or `key` is not that of
    /// [`Claim::device`]; [`SignatureError::Digest`] if the body was changed; [`SignatureError::Header`] if a header
    /// cannot be understood.
    pub fn verify(
        &self,
        key: &PublicKey,
        request: &SignedRequest<'_>,
        content_digest: &str,
        signature: &str,
    ) -> Result<(), SignatureError> {
        digest::verify(content_digest, request.body)?;
        let signature = parse_signature(signature, self.input.label())?;
        let base = base_of(&self.input, request, content_digest);
        if key.id() == self.device && key.verify(base.as_bytes(), &signature) {
            Ok(())
        } else {
            Err(SignatureError::Wrong)
        }
    }
}

/// Reads `Signature`: one signature of 64 bytes under `label`.
pub fn parse_signature(header: &str, label: &str) -> Result<[u8; 64], SignatureError> {
    byte_sequence(header, label).ok_or(SignatureError::Header("Signature"))
}

fn base_of(input: &SignatureInput, request: &SignedRequest<'_>, content_digest: &str) -> String {
    let values = [request.method, request.path, content_digest];
    let pairs: Vec<_> = COMPONENTS.into_iter().zip(values).collect();
    signature_base(&pairs, input)
}

/// The bytes of `label=:base64:` (RFC 8941, sections 3.2 and 3.3.5).
fn byte_sequence<const N: usize>(header: &str, label: &str) -> Option<[u8; N]> {
    if header.len() > HEADER_BYTES_MAX {
        return None;
    }
    let base64 = header.strip_prefix(label)?.strip_prefix("=:")?.strip_suffix(':')?;
    decode_base64(base64)
}

/// Padded, and without bits that mean nothing: each value has one spelling.
fn decode_base64<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != N.div_ceil(3) * 4 {
        return None;
    }
    STANDARD.decode(text).ok()?.try_into().ok()
}
