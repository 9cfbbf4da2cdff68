//! Replacing the content of a file so that after a crash either the old or the new content is there.

use std::io;

use super::Disk;
use super::call::{Answer, Call, Payload, carry_out};

/// A file whose content is being replaced: which call comes next.
#[derive(Debug)]
pub(crate) struct Replacement {
    path: String,
    temporary: String,
    bytes: Vec<u8>,
    step: Step,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    RemoveLeftover,
    Create,
    Write,
    /// A crash here leaves a temporary file that is never read and that the next replacement removes.
    Sync,
    Rename,
    /// A crash here leaves the old or the new content under the path.
    SyncName,
}

impl Replacement {
    pub(crate) fn new(path: String, bytes: Vec<u8>) -> Self {
        let temporary = format!("{path}.tmp");
        Self { path, temporary, bytes, step: Step::RemoveLeftover }
    }

    /// The next call to be made.
    pub(crate) fn call(&self) -> Call<'_> {
        match self.step {
            Step::RemoveLeftover => Call::Remove(&self.temporary),
            Step::Create => Call::Create(&self.temporary),
            Step::Write => Call::Write(0, Payload::Bytes(&self.bytes)),
            Step::Sync => Call::Sync,
            Step::Rename => Call::Rename { from: &self.temporary, to: &self.path },
            Step::SyncName => {
                Call::SyncDirectory(self.path.rsplit_once('/').map_or("", |(directory, _)| directory))
            }
        }
    }

    /// Takes the result of that call. Returns whether the new content is in place for good.
    ///
    /// # Errors
    /// Any error of the disk; then the replacement is abandoned, and either the old or the new content is there.
    pub(crate) fn answer(&mut self, result: io::Result<Answer>) -> io::Result<bool> {
        self.step = match (self.step, result) {
            (Step::RemoveLeftover, Err(error)) if error.kind() == io::ErrorKind::NotFound => Step::Create,
            (_, Err(error)) => return Err(error),
            (Step::RemoveLeftover, Ok(_)) => Step::Create,
            (Step::Create, Ok(_)) => Step::Write,
            (Step::Write, Ok(_)) => Step::Sync,
            (Step::Sync, Ok(_)) => Step::Rename,
            (Step::Rename, Ok(_)) => Step::SyncName,
            (Step::SyncName, Ok(_)) => return Ok(true),
        };
        Ok(false)
    }
}

/// Replaces the content of `path` now.
pub(crate) fn replace(disk: &dyn Disk, path: &str, bytes: Vec<u8>) -> io::Result<()> {
    let mut replacement = Replacement::new(path.to_owned(), bytes);
    let mut file = None;
    loop {
        let result = carry_out(disk, &mut file, replacement.call());
        if replacement.answer(result)? {
            return Ok(());
        }
    }
}
