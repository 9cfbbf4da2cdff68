//! The size of a JPEG, from its frame header (ITU-T T.81, B.2.2). The picture itself is not read.

/// Markers that begin a frame: baseline, extended sequential, progressive.
const FRAMES: std::ops::RangeInclusive<u8> = 0xc0..=0xc2;

/// Pixels in a line, and lines; nothing if there is no frame header where one must be.
pub fn size(jpeg: &[u8]) -> Option<(u32, u32)> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let (&[0xff, marker, high, low], _) = rest.split_first_chunk::<4>()? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = rest.get(4..2 + length)?;
        if FRAMES.contains(&marker) {
            let (&[_, y1, y0, x1, x0], _) = segment.split_first_chunk::<5>()?;
            let pixels = |high, low| u32::from(u16::from_be_bytes([high, low]));
            return Some((pixels(x1, x0), pixels(y1, y0)));
        }
        rest = rest.get(2 + length..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: &[u8] =
        &[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 9, 8, 0x04, 0x38, 0x07, 0x80, 3, 1, 0xff, 0xda];

    #[test]
    fn the_size_is_in_the_frame_header() {
        assert_eq!(size(PICTURE), Some((1920, 1080)));
    }

    #[test]
    fn what_is_cut_or_changed_has_some_size_or_none() {
        for cut in 0..17 {
            assert_eq!(size(&PICTURE[..cut]), None, "{cut}");
        }
        for at in 0..PICTURE.len() {
            for value in 0..=255 {
                let mut changed = PICTURE.to_vec();
                changed[at] = value;
                let _ = size(&changed);
            }
        }
        assert_eq!(size(&[0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0]), None, "a length of nothing");
    }
}
