//! Photos that technicians take as evidence. Bytes from outside go in; whether they may be kept comes out. They are never
//! decoded here: only the markers before the picture's data are read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::Refusal;
use super::id::digits_to_bytes;
use super::link::hex;

/// Longest photo, bytes.
pub(crate) const PHOTO_BYTES_MAX: usize = 2 << 20;
/// Photos that are kept of one station.
pub(crate) const PHOTOS_OF_STATION_MAX: u32 = 40;
/// Longest side of a photo, pixels.
const SIDE_MAX: u16 = 16_384;
/// Most pixels of a photo: whoever decodes it needs so much memory.
const PIXELS_MAX: u32 = 64_000_000;

/// SHA-256 of a photo's bytes: its name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhotoHash([u8; 32]);

impl PhotoHash {
    /// The name of a photo that may be kept.
    ///
    /// # Errors
    /// [`Refusal::LongPhoto`], [`Refusal::NotJpeg`], [`Refusal::LargePhoto`].
    pub(crate) fn of_jpeg(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > PHOTO_BYTES_MAX {
            return Err(Refusal::LongPhoto(bytes.len()));
        }
        let (width, height) = jpeg_size(bytes).ok_or(Refusal::NotJpeg)?;
        if width > SIDE_MAX || height > SIDE_MAX || u32::from(width) * u32::from(height) > PIXELS_MAX {
            return Err(Refusal::LargePhoto { width, height });
        }
        Ok(Self(Sha256::digest(bytes).into()))
    }
}

/// Width and height of a JPEG in pixels, from its frame header (ITU-T T.81, B.2.2); nothing if these are no JPEG's bytes. The
/// picture itself is not read.
pub fn jpeg_size(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let [0xff, marker, after @ ..] = rest else { return None };
        // Any number of 0xff may stand before a marker.
        if *marker == 0xff {
            rest = rest.get(1..)?;
            continue;
        }
        let [high, low, ..] = after else { return None };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let segment = after.get(2..length).filter(|_| length >= 2)?;
        match marker {
            // Baseline, extended and progressive frames; 0xc4, 0xc8 and 0xcc are other things.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                let [_, h1, h0, w1, w0, ..] = segment else { return None };
                let size = (u16::from_be_bytes([*w1, *w0]), u16::from_be_bytes([*h1, *h0]));
                return (size.0 > 0 && size.1 > 0).then_some(size);
            }
            // The picture's data, or its end, before any frame; 0 and 0x01 are no markers of a header.
            0xd0..=0xda | 0x00 | 0x01 => return None,
            _ => rest = after.get(length..)?,
        }
    }
}

impl fmt::Display for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for PhotoHash {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        digits_to_bytes(text.as_bytes()).map(Self).ok_or(Refusal::PhotoName)
    }
}

impl Serialize for PhotoHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PhotoHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The markers of a JPEG of that size, without a picture.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc0, 0, 11, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([1, 1, 0x11, 0, 0xff, 0xd9]);
        bytes
    }

    #[test]
    fn only_jpegs_within_the_limits_are_taken() {
        let good = PhotoHash::of_jpeg(&jpeg(4000, 3000)).unwrap();
        assert_eq!(good.to_string().parse(), Ok(good));
        assert_eq!(
            PhotoHash::of_jpeg(&jpeg(16_000, 16_000)),
            Err(Refusal::LargePhoto { width: 16_000, height: 16_000 })
        );
        assert_eq!(
            PhotoHash::of_jpeg(&jpeg(20_000, 1)),
            Err(Refusal::LargePhoto { width: 20_000, height: 1 })
        );
        for bad in [&b""[..], b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"<html>", &jpeg(0, 5), &jpeg(5, 5)[..14]] {
            assert_eq!(PhotoHash::of_jpeg(bad), Err(Refusal::NotJpeg), "{bad:?}");
        }
        let mut long = jpeg(10, 10);
        long.resize(PHOTO_BYTES_MAX, 0);
        assert!(PhotoHash::of_jpeg(&long).is_ok(), "what follows the header is not read");
        long.push(0);
        assert_eq!(PhotoHash::of_jpeg(&long), Err(Refusal::LongPhoto(PHOTO_BYTES_MAX + 1)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(
            start in prop_oneof![Just(vec![]), Just(vec![0xff, 0xd8]), Just(jpeg(9, 9))],
            cut in 0..30_usize,
            rest: Vec<u8>,
        ) {
            let mut bytes = start;
            bytes.truncate(cut);
            bytes.extend(rest);
            let _ = PhotoHash::of_jpeg(&bytes);
        }
    }

    const PICTURE: &[u8] =
        &[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 9, 8, 0x04, 0x38, 0x07, 0x80, 3, 1, 0xff, 0xda];

    #[test]
    fn the_size_is_in_the_frame_header() {
        assert_eq!(jpeg_size(PICTURE), Some((1920, 1080)));
    }

    #[test]
    fn what_is_cut_or_changed_has_some_size_or_none() {
        for cut in 0..17 {
            assert_eq!(jpeg_size(&PICTURE[..cut]), None, "{cut}");
        }
        for at in 0..PICTURE.len() {
            for value in 0..=255 {
                let mut changed = PICTURE.to_vec();
                changed[at] = value;
                let _ = jpeg_size(&changed);
            }
        }
        assert_eq!(jpeg_size(&[0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xe0, 0, 0]), None, "a length of nothing");
    }
}
