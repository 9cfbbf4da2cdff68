//! The content of a parameter set apart from its number.

use super::bits::BitReader;
use super::{NalKind, VideoCodec};

/// Longer sets are not compared, in bytes: real ones have less than 200.
const MAX_COMPARED_BYTES: usize = 256;

/// The bits of `unit` without its own number and the numbers of the sets to which it refers; equal if two sets differ
/// only in numbers. Some encoders count these up with each IDR picture, and nothing else changes.
pub(super) fn content(codec: VideoCodec, kind: NalKind, unit: &[u8]) -> Option<Vec<bool>> {
    if unit.len() > MAX_COMPARED_BYTES {
        return None;
    }
    let mut bits = BitReader::rbsp(unit.get(codec.header_bytes()..)?);
    let mut content = Vec::with_capacity(unit.len() * 8);
    match (codec, kind) {
        (VideoCodec::H264, NalKind::Sps) => {
            take(&mut bits, 24, &mut content)?;
            bits.ue()?;
        }
        (VideoCodec::H265, NalKind::Vps) => bits.skip(4)?,
        (VideoCodec::H265, NalKind::Sps) => {
            bits.skip(4)?;
            let sub_layers_minus1 = bits.clone().bits(3)?;
            let end = {
                let mut ahead = bits.clone();
                ahead.skip(4 + 96)?;
                super::hevc::skip_sub_layers(&mut ahead, sub_layers_minus1)?;
                ahead
            };
            while bits.position() < end.position() {
                take(&mut bits, 1, &mut content)?;
            }
            bits.ue()?;
        }
        (_, NalKind::Pps) => {
            bits.ue()?;
            bits.ue()?;
        }
        _ => return None,
    }
    while let Some(bit) = bits.flag() {
        content.push(bit);
    }
    // Behind the last bit set there is only alignment.
    content.truncate(content.iter().rposition(|bit| *bit)? + 1);
    Some(content)
}

fn take(bits: &mut BitReader<'_>, count: usize, content: &mut Vec<bool>) -> Option<()> {
    for _ in 0..count {
        content.push(bits.flag()?);
    }
    Some(())
}
