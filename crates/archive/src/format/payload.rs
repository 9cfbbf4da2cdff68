//! Payloads of boot, commit and init records.

use std::sync::Arc;

use ashkar_media::InitSegment;
use ashkar_terms::{ClockState, Moment};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::wire::{FormatError, Reader, Writer};

/// Longest text of a codecs parameter, bytes.
const CODECS_BYTES_MAX: usize = 256;
/// Longest name of the program that wrote a journal, bytes.
const PROGRAM_BYTES_MAX: usize = 64;

/// The payload of a boot record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Boot {
    /// Id of the archive, eight lower-case hex digits.
    pub(crate) archive: [u8; 8],
    pub(crate) boot_id: [u8; 16],
    pub(crate) created: Moment,
    pub(crate) clock: ClockState,
    /// Name and version of the program that wrote it.
    pub(crate) program: String,
}

impl Boot {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend(self.archive);
        out.extend(self.boot_id);
        out.moment(self.created);
        out.push(self.clock as u8);
        out.text(&self.program, PROGRAM_BYTES_MAX);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut r = Reader::new(bytes);
        let boot = Self {
            archive: r.take()?,
            boot_id: r.take()?,
            created: r.moment()?,
            clock: ClockState::from_u8(r.u8()?),
            program: r.text()?.to_owned(),
        };
        r.end()?;
        Ok(boot)
    }
}

/// The payload of a commit: an earlier sync covers everything before this byte.
pub(crate) fn encode_commit(durable_to: u32) -> Vec<u8> {
    durable_to.to_be_bytes().to_vec()
}

pub(crate) fn decode_commit(bytes: &[u8]) -> Result<u32, FormatError> {
    let mut r = Reader::new(bytes);
    let durable_to = r.u32()?;
    r.end()?;
    Ok(durable_to)
}

pub(crate) fn encode_init(init: &InitSegment) -> Vec<u8> {
    let mut out = Vec::with_capacity(init.bytes.len() + 64);
    out.extend(init.sha256);
    out.extend(init.width.to_be_bytes());
    out.extend(init.height.to_be_bytes());
    out.text(&init.codecs, CODECS_BYTES_MAX);
    out.extend_from_slice(&init.bytes);
    out
}

/// Parses an init segment; its bytes must match the hash stored with it.
pub(crate) fn decode_init(bytes: &[u8]) -> Result<Arc<InitSegment>, FormatError> {
    let mut r = Reader::new(bytes);
    let sha256: [u8; 32] = r.take()?;
    let (width, height) = (r.u16()?, r.u16()?);
    let codecs = r.text()?.to_owned();
    let bytes = Bytes::copy_from_slice(r.rest());
    let own: [u8; 32] = Sha256::digest(&bytes).into();
    if own != sha256 {
        return Err(FormatError::Checksum);
    }
    Ok(Arc::new(InitSegment { sha256, bytes, codecs, width, height }))
}
