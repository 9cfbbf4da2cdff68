//! Finds the first sample of a part and its parameter sets, as an Annex B byte stream.

use mp4_atom::{Atom, Header, Moof, Moov, ReadFrom};
use thiserror::Error;

use crate::unfiltered::ParameterSets;

/// Annex B start code (ITU-T H.264, B.1.1).
const START_CODE: [u8; 4] = [0, 0, 0, 1];
/// The largest box header that is read, bytes.
const BOX_HEADER_BYTES: usize = 8;

/// Why the given bytes have no keyframe.
#[derive(Debug, Error)]
pub enum KeyframeError {
    /// The boxes cannot be read.
    #[error("the recorded boxes cannot be read: {0}")]
    Boxes(#[from] mp4_atom::Error),
    /// A required box is missing.
    #[error("the recording has no {0}")]
    Missing(&'static str),
    /// The picture is not H.264.
    #[error("stills are made from H.264 only")]
    Codec,
    /// A length points outside the data.
    #[error("a sample's length points outside of its part")]
    OutOfBounds,
}

/// Parameter sets of `init` and the first video sample of `part`, each NAL unit behind a start code. Pictures wider
/// than `small` pixels, which are averaged down later, are returned without their deblocking filter if that can be
/// removed.
///
/// # Errors
/// If either was not written by the packager.
pub(crate) fn annex_b(init: &[u8], part: &[u8], small: usize) -> Result<Vec<u8>, KeyframeError> {
    let sample = first_sample(part)?;
    let mut stream = Vec::with_capacity(sample.len() + 256);
    let moov: Moov = find(init)?;
    let video = moov.trak.iter().flat_map(|trak| &trak.mdia.minf.stbl.stsd.codecs).next();
    let Some(mp4_atom::Codec::Avc1(avc1)) = video else { return Err(KeyframeError::Codec) };
    let (sps, pps) = (&avc1.avcc.sequence_parameter_sets, &avc1.avcc.picture_parameter_sets);
    let wide = ParameterSets::of_wider_than(small, sps, pps);
    for nal in sps.iter().chain(pps) {
        stream.extend_from_slice(&START_CODE);
        stream.extend_from_slice(nal);
    }
    let mut rest = sample;
    while let Some((length, tail)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let nal = tail.get(..length).ok_or(KeyframeError::OutOfBounds)?;
        let unfiltered = wide.as_ref().and_then(|sets| sets.unfiltered(nal));
        stream.extend_from_slice(&START_CODE);
        stream.extend_from_slice(unfiltered.as_deref().unwrap_or(nal));
        rest = tail.get(length..).unwrap_or_default();
    }
    Ok(stream)
}

fn first_sample(part: &[u8]) -> Result<&[u8], KeyframeError> {
    let moof: Moof = find(part)?;
    let traf = moof.traf.first().ok_or(KeyframeError::Missing("traf"))?;
    let trun = traf.trun.first().ok_or(KeyframeError::Missing("trun"))?;
    let size = trun
        .samples
        .iter()
        .next()
        .and_then(|entry| entry.size)
        .ok_or(KeyframeError::Missing("sample size"))?;
    // The data offset counts from the first byte of the moof (default-base-is-moof); parts begin with it.
    let offset =
        trun.data_offset.and_then(|offset| usize::try_from(offset).ok()).ok_or(KeyframeError::OutOfBounds)?;
    let end = offset.checked_add(size as usize).ok_or(KeyframeError::OutOfBounds)?;
    part.get(offset..end).ok_or(KeyframeError::OutOfBounds)
}

fn find<A: Atom>(mut bytes: &[u8]) -> Result<A, KeyframeError> {
    while bytes.len() >= BOX_HEADER_BYTES {
        let mut cursor = bytes;
        let header = Header::read_from(&mut cursor)?;
        let size = header.size.ok_or(KeyframeError::OutOfBounds)?;
        let body = cursor.get(..size).ok_or(KeyframeError::OutOfBounds)?;
        if header.kind == A::KIND {
            let mut body = body;
            return Ok(A::decode_body(&mut body)?);
        }
        bytes = cursor.get(size..).unwrap_or_default();
    }
    Err(KeyframeError::Missing("box"))
}
