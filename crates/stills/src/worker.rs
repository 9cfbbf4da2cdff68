//! The child process: reads one request from standard input, writes one still to standard output, and ends. Its
//! knowledge of a camera dies with it, so that not even a compromised decoder can show one camera's picture as
//! another's.

use std::io::{self, BufReader, BufWriter};

use crate::picture::still_within;
use crate::{sandbox, wire};

/// Reports that it is sandboxed, and serves one request, if one comes before standard input ends.
///
/// # Errors
/// If standard input or output breaks, or if the process cannot be sandboxed; then nothing has been read.
pub fn serve() -> io::Result<()> {
    let mut answers = BufWriter::new(io::stdout().lock());
    if let Err(error) = sandbox::enter() {
        wire::write(&mut answers, wire::NOT_SHUT_IN, error.to_string().as_bytes())?;
        return Err(error);
    }
    wire::write(&mut answers, wire::SHUT_IN, &[])?;
    let mut requests = BufReader::new(io::stdin().lock());
    let Some(widest) = wire::read(&mut requests)? else { return Ok(()) };
    let widest = <[u8; 2]>::try_from(&*widest).map_or(0, u16::from_be_bytes);
    let Some(init) = wire::read(&mut requests)? else { return Ok(()) };
    let Some(part) = wire::read(&mut requests)? else { return Ok(()) };
    match still_within(&init, &part, usize::from(widest).max(1)) {
        Ok(jpeg) => wire::write(&mut answers, wire::OK, &jpeg),
        Err(error) => wire::write(&mut answers, wire::FAILED, error.to_string().as_bytes()),
    }
}
