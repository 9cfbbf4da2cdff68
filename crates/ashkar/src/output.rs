//! Everything that a command writes for people and scripts goes through here.
//!
//! Standard output is the command's result: if it cannot be written, the command fails, and says so in a sentence if
//! somebody still reads. Standard error is a side channel: text that it does not accept is lost, without any other
//! effect.

use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Exit code of a command whose reader has gone: the one that a shell reports for a command ended by SIGPIPE.
const READER_GONE: u8 = 128 + 13;
/// Exit code of a command that failed.
const FAILED: u8 = 2;

/// Standard output did not accept the result.
#[derive(Debug)]
pub(crate) struct Unwritten(io::Error);

impl Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the answer cannot be written to standard output: {}", self.0)
    }
}

impl std::error::Error for Unwritten {}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

/// Writes `text` to standard output, and checks that it is accepted.
pub(crate) fn print(text: impl Display) -> Result<(), Unwritten> {
    let mut out = io::stdout().lock();
    write!(out, "{text}")?;
    // Text left in the buffer would be lost silently when the process ends.
    Ok(out.flush()?)
}

/// Writes a line to standard output, and checks that it is accepted.
pub(crate) fn line(text: impl Display) -> Result<(), Unwritten> {
    print(format_args!("{text}\n"))
}

/// The same for text that is shown only once: a file that receives it must hold it, even one that reports a full disk
/// late.
pub(crate) fn line_for_good(text: impl Display) -> Result<(), Unwritten> {
    line(text)?;
    match rustix::fs::fsync(io::stdout()) {
        // Pipes and terminals have nothing to make durable.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::ROFS | rustix::io::Errno::NOTSUP) | Ok(()) => {
            Ok(())
        }
        Err(error) => Err(Unwritten(error.into())),
    }
}

/// Writes text to standard output that nobody has to read.
pub(crate) fn tell(text: impl Display) {
    let _ = line(text);
}

/// Writes text to standard error.
pub(crate) fn note(text: impl Display) {
    note_raw(format_args!("{text}\n"));
}

/// The same, without a newline: for progress that is overwritten.
pub(crate) fn note_raw(text: impl Display) {
    let _ = write!(io::stderr().lock(), "{text}");
}

/// Ends a command that failed: with a sentence, but quietly if the only reason is that nobody reads any more.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    if reader_has_gone(error) {
        return ExitCode::from(READER_GONE);
    }
    note(format_args!("ashkar: {error:#}"));
    ExitCode::from(FAILED)
}

fn reader_has_gone(error: &anyhow::Error) -> bool {
    // A context that was added around it has something to say of its own.
    error.downcast_ref::<Unwritten>().is_some_and(|Unwritten(error)| error.kind() == ErrorKind::BrokenPipe)
        && error.chain().count() == 1
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn only_a_bare_closed_pipe_is_quiet() {
        let closed = || anyhow::Error::from(Unwritten(ErrorKind::BrokenPipe.into()));
        assert!(reader_has_gone(&closed()));
        assert!(!reader_has_gone(&Err::<(), _>(closed()).context("the key is lost").unwrap_err()));
        assert!(!reader_has_gone(&Unwritten(ErrorKind::StorageFull.into()).into()));
    }
}
