//! A part moved in time: the same bytes, but for the decoding times in its `moof`. Nothing of a picture is touched (I4).

use bytes::Bytes;

/// Bytes of a box's header: its length, and its type (ISO/IEC 14496-12, 4.2).
pub(crate) const HEADER_BYTES: usize = 8;
/// Bytes of a `tfdt` of version 1, without its header: version and flags, then the decoding time (8.8.12).
const TFDT_BYTES: usize = 12;
const TFDT_VERSION: [u8; 4] = [1, 0, 0, 0];
/// Most boxes of one level that are looked at; a part has two or three.
const BOXES_MAX: usize = 16;
/// First decoding time that is too late, ticks: exact in JavaScript below it.
const TIME_END: i64 = 1 << 53;

/// `part`, one `moof` and one `mdat`, with each decoding time (`tfdt`) later by `by` ticks. Shifted back by the same, it is `part`
/// again, byte for byte.
///
/// `None` if it is no part, no `tfdt` of version 1 is in it, or a time would leave the range from the epoch to 2^53 ticks.
pub fn shift_part(part: &Bytes, by: i64) -> Option<Bytes> {
    let moof_end = box_end(part, 0, b"moof")?;
    let mut times = Vec::new();
    for (kind, from, to) in boxes(part, HEADER_BYTES, moof_end)? {
        if &kind != b"traf" {
            continue;
        }
        for (kind, from, to) in boxes(part, from, to)? {
            if &kind == b"tfdt" {
                let body = part.get(from..to).filter(|body| body.len() == TFDT_BYTES)?;
                let (version, time) = body.split_first_chunk::<4>()?;
                let time = i64::from_be_bytes(*time.first_chunk()?);
                let moved = time.checked_add(by).filter(|moved| (0..TIME_END).contains(moved))?;
                (*version == TFDT_VERSION && time >= 0).then(|| times.push((from + 4, moved)))?;
            }
        }
    }
    if times.is_empty() {
        return None;
    }
    let mut bytes = part.to_vec();
    for (at, time) in times {
        bytes.get_mut(at..at + 8)?.copy_from_slice(&time.to_be_bytes());
    }
    Some(bytes.into())
}

/// The first byte behind the box of this kind at `at`.
pub(crate) fn box_end(bytes: &[u8], at: usize, kind: &[u8; 4]) -> Option<usize> {
    boxes(bytes, at, bytes.len())?.first().filter(|first| &first.0 == kind).map(|first| first.2)
}

/// The boxes from `at` to `end`: kind, and where the body begins and ends. `None` if they do not fill it.
pub(crate) fn boxes(bytes: &[u8], mut at: usize, end: usize) -> Option<Vec<([u8; 4], usize, usize)>> {
    let mut found = Vec::new();
    while at < end {
        let head = bytes.get(at..end)?;
        let (length, behind) = head.split_first_chunk::<4>()?;
        let next = at.checked_add(u32::from_be_bytes(*length) as usize)?;
        let is_whole = next >= at + HEADER_BYTES && next <= end && found.len() < BOXES_MAX;
        is_whole.then(|| found.push((*behind.first_chunk().unwrap_or(b"    "), at + HEADER_BYTES, next)))?;
        at = next;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use ashkar_terms::MediaTime;
    use proptest::prelude::*;

    use super::*;
    use crate::assembly::RandomAccess;
    use crate::cmaf::{Dependence, Run, Sample, write_part};

    /// When the picture of `part` is to be decoded, by its first `tfdt`.
    fn part_time(part: &Bytes) -> Option<MediaTime> {
        let moof_end = box_end(part, 0, b"moof")?;
        let (_, from, to) =
            boxes(part, HEADER_BYTES, moof_end)?.into_iter().find(|(kind, ..)| kind == b"traf")?;
        let (_, from, to) = boxes(part, from, to)?.into_iter().find(|(kind, ..)| kind == b"tfdt")?;
        let body = part.get(from..to).filter(|body| body.len() == TFDT_BYTES)?;
        body.last_chunk().map(|time| MediaTime(i64::from_be_bytes(*time)))
    }

    fn part(start: i64, sound: Option<i64>) -> Bytes {
        let sample = |data: &'static [u8]| {
            Sample::new(Bytes::from_static(data), 3600, 0, Dependence::of(RandomAccess::Key))
        };
        let (video, audio) = ([sample(b"tfdt"), sample(b"moof")], [sample(b"traf")]);
        let audio = sound.map(|start| Run { start, samples: &audio });
        write_part(7, Run { start, samples: &video }, audio)
    }

    #[test]
    fn only_the_times_change() {
        let (before, after) = (part(90_000, Some(90_100)), part(180_000, Some(180_100)));
        assert_eq!(shift_part(&before, 90_000), Some(after.clone()));
        assert_eq!(
            (part_time(&before), part_time(&after)),
            (Some(MediaTime(90_000)), Some(MediaTime(180_000)))
        );
        assert_eq!(shift_part(&crate::empty_part(MediaTime(5)), 4), Some(crate::empty_part(MediaTime(9))));
    }

    #[test]
    fn a_time_out_of_range_is_refused() {
        for (start, by) in [(90_000, -90_001), (90_000, i64::MAX), (90_000, TIME_END), (0, i64::MIN), (0, -1)]
        {
            assert_eq!(shift_part(&part(start, None), by), None, "{start} by {by}");
        }
        assert!(shift_part(&part(TIME_END - 2, None), 1).is_some());
        assert_eq!(shift_part(&part(90_000, Some(10)), -11), None, "the sound would begin before the epoch");
    }

    #[test]
    fn what_is_no_part_is_refused() {
        let whole = part(90_000, None);
        assert!((0..60).all(|end| shift_part(&whole.slice(..end), 1).is_none()));
        let mut other = whole.to_vec();
        other[56] = 0;
        assert_eq!(shift_part(&other.into(), 1), None, "a decoding time of four bytes");
        let no_track = [&16_u32.to_be_bytes()[..], b"moof", &8_u32.to_be_bytes(), b"mfhd"].concat();
        assert_eq!(shift_part(&no_track.into(), 1), None);
    }

    proptest! {
        #[test]
        fn shifted_and_back_it_is_what_it_was(
            start in 0_i64..TIME_END, sound in prop::option::of(0_i64..TIME_END), by in -TIME_END..TIME_END,
            noise in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let before = part(start, sound);
            if let Some(after) = shift_part(&before, by) {
                prop_assert_eq!(part_time(&after), Some(MediaTime(start + by)));
                prop_assert_eq!(shift_part(&after, -by), Some(before));
            } else {
                let is_out = |time: i64| !(0..TIME_END).contains(&(time + by));
                prop_assert!(is_out(start) || sound.is_some_and(is_out));
            }
            let _ = (shift_part(&noise.clone().into(), by), part_time(&noise.into()));
        }
    }
}
