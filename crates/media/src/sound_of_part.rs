//! The first frame of sound in a part, found by the part's own boxes (ISO/IEC 14496-12, 8.8): nothing is copied.
//!
//! In: a part, made here or by an agent. Out: the bytes of one AAC frame. Any bytes may come in.

use crate::init::AUDIO_TRACK;
use crate::shift::{HEADER_BYTES, box_end, boxes};

/// `trun`: version and flags, sample count, data offset; then for each sample duration, size, flags and composition offset.
const TRUN_FLAGS: u32 = 0x0f01;
const TRUN_HEAD_BYTES: usize = 12;
const TRUN_SAMPLE_BYTES: usize = 16;

/// The first AAC frame in `part`, whose boxes are written as [`Packager`](crate::Packager) writes them. `None` if there is
/// no sound in it, or it is written otherwise.
pub fn first_sound_of(part: &[u8]) -> Option<&[u8]> {
    let moof_end = box_end(part, 0, b"moof")?;
    for (kind, from, to) in boxes(part, HEADER_BYTES, moof_end)? {
        if &kind != b"traf" {
            continue;
        }
        let inner = boxes(part, from, to)?;
        let body = |wanted: &[u8; 4]| {
            let (_, from, to) = inner.iter().find(|(kind, ..)| kind == wanted)?;
            part.get(*from..*to)
        };
        if word(body(b"tfhd")?, 4)? == AUDIO_TRACK {
            return first_sample(part, body(b"trun")?);
        }
    }
    None
}

fn first_sample<'a>(part: &'a [u8], trun: &[u8]) -> Option<&'a [u8]> {
    let is_ours = word(trun, 0)? & 0x00ff_ffff == TRUN_FLAGS && word(trun, 4)? > 0;
    let is_whole = trun.len() >= TRUN_HEAD_BYTES + TRUN_SAMPLE_BYTES;
    let from = word(trun, 8).filter(|_| is_ours && is_whole)? as usize;
    let size = word(trun, TRUN_HEAD_BYTES + 4)? as usize;
    part.get(from..from.checked_add(size)?)
}

/// The 32 bits at `at`.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::cmaf::{Dependence, Run, Sample, write_part};

    fn part(sound: &[&'static [u8]]) -> Bytes {
        let sample = |data: &'static [u8]| Sample::new(Bytes::from_static(data), 1000, 0, Dependence::Sync);
        let pictures = [sample(b"picture"), sample(b"another")];
        let frames: Vec<_> = sound.iter().map(|data| sample(data)).collect();
        let sound = Some(Run { start: 90_000, samples: &frames });
        write_part(1, Run { start: 90_000, samples: &pictures }, sound)
    }

    #[test]
    fn the_first_frame_is_found_as_it_was_written() {
        assert_eq!(first_sound_of(&part(&[b"first", b"second"])), Some(&b"first"[..]));
        assert_eq!(first_sound_of(&part(&[])), None);
        assert_eq!(first_sound_of(b""), None);
    }

    proptest! {
        #[test]
        fn damaged_parts_are_no_danger(at in 0_usize..220, byte in any::<u8>(), cut in 0_usize..260) {
            let mut bytes = part(&[b"first", b"second"]).to_vec();
            if let Some(place) = bytes.get_mut(at) { *place = byte; }
            bytes.truncate(cut);
            let _ = first_sound_of(&bytes);
        }
    }
}
