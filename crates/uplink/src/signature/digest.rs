//! The digest of a body in a header (RFC 9530), SHA-256 only.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{SignatureError, byte_sequence};

/// `Content-Digest` of `body`: `sha-256=:…:`.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// Whether `header` is the digest of `body`, and of nothing else beside it.
pub(super) fn verify(header: &str, body: &[u8]) -> Result<(), SignatureError> {
    let stated: [u8; 32] =
        byte_sequence(header, "sha-256").ok_or(SignatureError::Header("Content-Digest"))?;
    let own: [u8; 32] = Sha256::digest(body).into();
    if own.ct_eq(&stated).into() { Ok(()) } else { Err(SignatureError::Digest) }
}
