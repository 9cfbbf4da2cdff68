//! Encoded loops on disk, so that only the first start draws and encodes.
//!
//! ```text
//! magic "ASHKLOOP" | version u32 | pps length u32 | pps | gops u32 | frames per gop u32
//! per picture: length u32 | slice …                           all integers big-endian
//! CRC-32C of everything before it, u32
//! ```
//! A file that differs from this in layout or version is made anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::FrameRate;
use crate::encode::{Cut, EncodedLoop};
use crate::scene::Act;

const MAGIC: &[u8; 8] = b"ASHKLOOP";
/// To be increased with every change of the drawing, the encoder's settings, or this layout.
const VERSION: u32 = 2;
/// No loop is nearly as long; a longer file is not one of ours.
const MAX_BYTES: u64 = 64 << 20;

/// The file of a loop in `directory`.
pub(crate) fn file(directory: &Path, room: usize, act: Act, rate: FrameRate) -> PathBuf {
    directory.join(format!("room-{room}-{}-{}.loop", act.name(), rate.ticks()))
}

/// Reads a loop of shape `cut`. `None` if there is none, or it is of another version or damaged.
pub(crate) fn read(file: &Path, cut: Cut) -> Option<EncodedLoop> {
    if fs::metadata(file).ok()?.len() > MAX_BYTES {
        return None;
    }
    parse(&fs::read(file).ok()?, cut)
}

/// Stores a loop. A reader sees either the complete file or none: it is written to a temporary file and renamed. A
/// crash leaves at most the temporary file, which the next start overwrites.
pub(crate) fn write(file: &Path, encoded: &EncodedLoop) -> io::Result<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    let aside = file.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&aside, format(encoded))?;
    fs::rename(aside, file)
}

fn format(encoded: &EncodedLoop) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    put(VERSION, &mut out);
    put_bytes(&encoded.pps, &mut out);
    put(encoded.gops.len() as u32, &mut out);
    put(encoded.gops.first().map_or(0, Vec::len) as u32, &mut out);
    encoded.gops.iter().flatten().for_each(|frame| put_bytes(frame, &mut out));
    let checksum = crc32c::crc32c(&out);
    put(checksum, &mut out);
    out
}

fn put(value: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_be_bytes());
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put(bytes.len() as u32, out);
    out.extend_from_slice(bytes);
}

fn parse(file: &[u8], cut: Cut) -> Option<EncodedLoop> {
    let (body, checksum) = file.split_last_chunk::<4>()?;
    if crc32c::crc32c(body) != u32::from_be_bytes(*checksum) {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    let rest = &mut rest;
    if take(rest)? != VERSION {
        return None;
    }
    let pps = take_bytes(rest)?;
    let shape = (take(rest)? as usize, take(rest)? as usize);
    if shape != (cut.gops, cut.frames_per_gop) {
        return None;
    }
    let gops: Option<Vec<Vec<Vec<u8>>>> =
        (0..cut.gops).map(|_| (0..cut.frames_per_gop).map(|_| take_bytes(rest)).collect()).collect();
    rest.is_empty().then_some(EncodedLoop { pps, gops: gops? })
}

fn take(rest: &mut &[u8]) -> Option<u32> {
    let (value, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_be_bytes(*value))
}

fn take_bytes(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let length = take(rest)? as usize;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: Cut = Cut { gops: 2, frames_per_gop: 3, frame_s: 0.04 };

    fn sample() -> EncodedLoop {
        let gops =
            (0..2u8).map(|g| (0..3u8).map(|f| vec![g * 3 + f; usize::from(f) + 1]).collect()).collect();
        EncodedLoop { pps: vec![0x68, 1, 2], gops }
    }

    #[test]
    fn a_kept_loop_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = file(&directory.path().join("new"), 1, Act::Count, FrameRate::PAL);
        write(&file, &sample()).unwrap();
        assert_eq!(read(&file, CUT), Some(sample()));
        assert_eq!(read(&file, Cut { gops: 4, ..CUT }), None);
    }

    #[test]
    fn a_damaged_or_cut_file_is_no_loop() {
        let whole = format(&sample());
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            assert_eq!(parse(&damaged, CUT), None, "byte {at}");
            assert_eq!(parse(&whole[..at], CUT), None, "cut at {at}");
        }
    }

    #[test]
    fn lengths_that_lie_under_a_right_checksum_are_refused() {
        let mut body = format(&sample());
        body.truncate(body.len() - 4);
        for at in (12..body.len()).step_by(4) {
            let mut lying = body.clone();
            lying[at] = 0xff;
            let checksum = crc32c::crc32c(&lying);
            put(checksum, &mut lying);
            let _ = parse(&lying, CUT);
        }
    }
}
