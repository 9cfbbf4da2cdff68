//! Whether bytes from elsewhere have the outer form of what a packager makes. What is inside the boxes is the agent's:
//! it is stored and served as it came.

/// Bytes of a box's header: its length, and its type (ISO/IEC 14496-12, 4.2).
const HEADER_BYTES: usize = 8;

/// Whether `bytes` are one `ftyp` and one `moov` (ISO/IEC 23000-19, 7.3.1).
pub fn is_init(bytes: &[u8]) -> bool {
    is_sequence(bytes, [b"ftyp", b"moov"])
}

/// Whether `bytes` are one `moof` and one `mdat` (ISO/IEC 23000-19, 7.3.2.3).
pub fn is_part(bytes: &[u8]) -> bool {
    is_sequence(bytes, [b"moof", b"mdat"])
}

fn is_sequence(mut rest: &[u8], kinds: [&[u8; 4]; 2]) -> bool {
    for kind in kinds {
        let Some((length, behind)) = rest.split_first_chunk::<4>() else { return false };
        let length = u32::from_be_bytes(*length) as usize;
        if length < HEADER_BYTES || !behind.starts_with(kind) {
            return false;
        }
        let Some(next) = rest.get(length..) else { return false };
        rest = next;
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(kinds: &[(&[u8; 4], u32)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, length) in kinds {
            bytes.extend(length.to_be_bytes());
            bytes.extend(*kind);
            bytes.resize(bytes.len() + (*length as usize).saturating_sub(8), 0);
        }
        bytes
    }

    #[test]
    fn two_boxes_and_nothing_else() {
        assert!(is_part(&part(&[(b"moof", 20), (b"mdat", 8)])));
        assert!(is_init(&part(&[(b"ftyp", 9), (b"moov", 30)])));
        let wrong: [&[(&[u8; 4], u32)]; 4] = [
            &[(b"moof", 20)],
            &[(b"mdat", 20), (b"moof", 8)],
            &[(b"moof", 20), (b"mdat", 8), (b"moof", 8)],
            &[(b"moof", 7), (b"mdat", 8)],
        ];
        for boxes in wrong {
            assert!(!is_part(&part(boxes)), "{boxes:?}");
        }
        let whole = part(&[(b"moof", 20), (b"mdat", 8)]);
        assert!((0..whole.len()).all(|end| !is_part(&whole[..end])));
    }
}
