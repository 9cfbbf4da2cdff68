//! Whether pictures of a part are shown in another order than they come (B-frames), by its own table of samples.

/// The table says how much later than decoded each picture is shown (ISO/IEC 14496-12, 8.8.8).
const OFFSETS: u32 = 0x800;
/// Fields before the table, and fields of a sample before that one.
const DATA_OFFSET: u32 = 0x1;
const FIRST_FLAGS: u32 = 0x4;
const BEFORE: [u32; 3] = [0x100, 0x200, 0x400];

/// Whether the pictures of `part` are not all shown equally late. Of bytes that are no part: no.
pub(super) fn is_reordered(part: &[u8]) -> bool {
    let run =
        inside(part, b"moof").and_then(|moof| inside(moof, b"traf")).and_then(|traf| inside(traf, b"trun"));
    run.and_then(offsets).is_some_and(|mut offsets| {
        let first = offsets.next();
        offsets.any(|offset| Some(offset) != first)
    })
}

fn offsets(run: &[u8]) -> Option<impl Iterator<Item = u32> + '_> {
    let flags = number(run, 0)? & 0x00ff_ffff;
    let has = |flag: u32| usize::from(flags & flag != 0);
    let before: usize = BEFORE.into_iter().map(has).sum();
    let start = 8 + 4 * (has(DATA_OFFSET) + has(FIRST_FLAGS));
    let table = run.get(start..).filter(|_| flags & OFFSETS != 0)?;
    Some(table.chunks_exact(4 * (before + 1)).filter_map(move |sample| number(sample, 4 * before)))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// What is in the first box of that kind.
fn inside<'a>(mut bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let size = usize::try_from(number(bytes, 0)?).ok()?;
        let found = bytes.get(8..size)?;
        if bytes.get(4..8)? == kind {
            return Some(found);
        }
        bytes = bytes.get(size..)?;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn boxed(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let size = u32::try_from(content.len() + 8).unwrap();
        [&size.to_be_bytes()[..], kind, content].concat()
    }

    fn part(flags: u32, numbers: &[u32]) -> Vec<u8> {
        let count = 2_u32;
        let run: Vec<u8> =
            [flags, count].iter().chain(numbers).flat_map(|number| number.to_be_bytes()).collect();
        let traf = boxed(b"traf", &[boxed(b"tfhd", &[0; 8]), boxed(b"trun", &run)].concat());
        boxed(b"moof", &[boxed(b"mfhd", &[0; 8]), traf].concat())
    }

    #[test]
    fn pictures_that_are_not_equally_late_are_in_another_order() {
        // Data offset; then duration, size, and how much later, of two pictures.
        assert!(is_reordered(&part(0xb01, &[0, 9, 9, 6000, 9, 9, 0])));
        assert!(!is_reordered(&part(0xb01, &[0, 9, 9, 6000, 9, 9, 6000])));
        assert!(!is_reordered(&part(0x301, &[0, 9, 9, 9, 8])), "no such table");
        assert!(is_reordered(&part(0x800, &[1, 2])));
        assert!(!is_reordered(&[]) && !is_reordered(&[0; 64]));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..100), at in 0_usize..90, byte: u8) {
            let _ = is_reordered(&bytes);
            let mut broken = part(0xb01, &[0, 9, 9, 6000, 9, 9, 0]);
            if let Some(place) = broken.get_mut(at) { *place = byte; }
            let _ = is_reordered(&broken);
        }
    }
}
