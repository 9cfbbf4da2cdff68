//! A reserve on the disk of the data directory, so that a centre can start even if somebody has filled it.
//!
//! The registry cannot be opened without some kilobytes for SQLite's own files. So a file holds a few megabytes, and a
//! start that finds no room releases it; recordings have a reserve of their own. It is created again once there is
//! room.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FallocateFlags, fallocate, statvfs};

const FILE: &str = "RESERVE";
const BYTES: u64 = 8 << 20;
/// It is created only if this much is free, so that it is never what fills a disk.
const LAID_ABOVE_BYTES: u64 = 4 * BYTES;
/// Less than this counts as full: it is what opening the registry and the recordings takes, with a large margin.
const NO_ROOM_BYTES: u64 = 1 << 20;
/// How often a running centre checks whether it can be created again.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Creates it if it is missing and there is room. It is a precaution: a directory in which that fails works without it.
pub(crate) fn keep(data: &Path) {
    if let Err(error) = try_keep(data) {
        tracing::debug!(%error, data = %data.display(), "no room is kept back for a full disk");
    }
}

fn try_keep(data: &Path) -> io::Result<()> {
    let path = data.join(FILE);
    let length = match fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error),
    };
    if length >= BYTES || free(data)? < LAID_ABOVE_BYTES {
        return Ok(());
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
    ashkar_election::give_to_owner(&path)?;
    if let Err(error) = fallocate(&file, FallocateFlags::empty(), 0, BYTES) {
        // A file system without preallocation, or one that has filled up meanwhile: half a reserve helps nobody.
        fs::remove_file(&path)?;
        return Err(error.into());
    }
    Ok(())
}

/// Releases it if there is no room. Returns whether there is none.
pub(crate) fn give_up_if_needed(data: &Path) -> bool {
    if !is_full(data) {
        return false;
    }
    let given = fs::remove_file(data.join(FILE)).is_ok();
    tracing::error!(data = %data.display(), given_up_bytes = if given { BYTES } else { 0 }, cause = "no room", blame = "operator",
        "the disk of the data directory is full: make room; until then nothing may be recorded, and live goes on if it can");
    true
}

/// Whether the disk of `data` is full.
pub(crate) fn is_full(data: &Path) -> bool {
    free(data).is_ok_and(|free| free < NO_ROOM_BYTES)
}

/// Bytes that this process may use on the disk of `data`.
fn free(data: &Path) -> io::Result<u64> {
    let space = statvfs(data)?;
    Ok(space.f_bavail.saturating_mul(space.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_laid_once_and_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        for _ in 0..2 {
            keep(dir.path());
            assert_eq!(fs::metadata(&path).unwrap().len(), BYTES);
        }
        fs::write(&path, "cut off").unwrap();
        keep(dir.path());
        assert_eq!(fs::metadata(&path).unwrap().len(), BYTES);
        assert!(!give_up_if_needed(dir.path()) && path.exists(), "there is room");
        keep(&dir.path().join("missing"));
        assert!(!dir.path().join("missing").exists());
    }
}
