//! The protocol between centre and worker: frames of a 32-bit big-endian length and that many bytes. The worker begins:
//! it reports that it can reach nothing any more. Then it gets a request in three frames, the widest still in pixels (16
//! bits, big-endian), init segment and part, and responds. The first byte of each of its frames is a status.

use std::io::{self, Read, Write};

/// The longest frame, bytes: a part is bounded by the packager at 8 MiB.
pub(crate) const MAX_FRAME_BYTES: usize = 16 << 20;
/// The longest response accepted, bytes. A still has some tens of kilobytes.
pub(crate) const MAX_ANSWER_BYTES: usize = 4 << 20;
/// First byte of a response that holds a JPEG.
pub(crate) const OK: u8 = 0;
/// First byte of a response that holds an error message.
pub(crate) const FAILED: u8 = 1;
/// First byte of the first message of a worker that could not give up its rights; followed by the reason as text.
pub(crate) const NOT_SHUT_IN: u8 = 2;
/// First message of a worker that is ready for a request.
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
