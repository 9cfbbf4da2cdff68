//! What centre and worker say to each other: frames of a 32-bit big-endian length and that many bytes. The worker begins:
//! it says that it can reach nothing any more. Then it is asked, in two frames, init segment and part, and answers. What it
//! says has a status byte in a frame's first place.

use std::io::{self, Read, Write};

/// The longest frame, bytes: a part is bounded by the packager at 8 MiB.
pub(crate) const MAX_FRAME_BYTES: usize = 16 << 20;
/// The longest answer that is taken, bytes. A still has some tens of kilobytes.
pub(crate) const MAX_ANSWER_BYTES: usize = 4 << 20;
/// First byte of an answer that holds a JPEG.
pub(crate) const OK: u8 = 0;
/// First byte of an answer that holds an error in words.
pub(crate) const FAILED: u8 = 1;
/// First byte of what a worker begins with that could not give up what it may do; why, in words.
pub(crate) const NOT_SHUT_IN: u8 = 2;
/// What a worker begins with that can be asked.
pub(crate) const SHUT_IN: u8 = 3;

/// Reads a frame; `None` at a clean end.
pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > MAX_FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame is longer than allowed"));
    }
    let mut frame = vec![0; length];
    from.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// Writes a frame whose bytes are `status` and `body`.
pub(crate) fn write(to: &mut impl Write, status: u8, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len() + 1).map_err(|_| io::Error::other("a frame is too long"))?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&[status])?;
    to.write_all(body)?;
    to.flush()
}
