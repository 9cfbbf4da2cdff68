//! The disk of the recordings: how fast it takes data for good, and what room there is. A file of a megabyte or two is
//! written in small pieces, each made durable, and removed again.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use ashkar_terms::Clock;
use ashkar_uplink::Note;

use super::judge::Reading;

/// A piece, bytes: what a camera gives in a second.
const PIECE_BYTES: usize = 256 << 10;
/// A small write, bytes.
const SMALL_BYTES: usize = 4 << 10;
/// Pieces, and small writes.
const PIECES: usize = 6;
/// Pause between them, so that the recordings' own syncs come between.
const PAUSE: Duration = Duration::from_millis(100);
/// A disk that is slower than this is not measured further, microseconds.
const ENOUGH_US: u64 = 5_000_000;
/// The name of the file, in the agent's own directory.
const NAME: &str = "disk-speed";

/// What was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DiskMeasured {
    pub(crate) kbit: Reading,
    pub(crate) sync_ms: Reading,
    /// Beyond the reserve, bytes.
    pub(crate) free_bytes: Reading,
}

/// Measures the disk of `data`; waits for it. A crash leaves the file, which the next measurement takes over.
pub(crate) fn measure(data: &Path, reserve_bytes: u64, clock: &dyn Clock) -> DiskMeasured {
    // Before the first start there is none yet; what fails here fails below.
    let _ = DirBuilder::new().recursive(true).mode(0o700).create(data);
    let free = free(data, reserve_bytes);
    // Nothing is written into the reserve.
    let has_room = free.is_ok_and(|bytes| bytes > (PIECES * (PIECE_BYTES + SMALL_BYTES)) as i64);
    if !has_room {
        let note = free.err().unwrap_or(Note::Busy);
        return DiskMeasured { kbit: Err(note), sync_ms: Err(note), free_bytes: free };
    }
    let path = data.join(NAME);
    let measured = written(&path, clock);
    let _ = std::fs::remove_file(&path);
    match measured {
        Ok((kbit, sync_ms)) => DiskMeasured { kbit: Ok(kbit), sync_ms: Ok(sync_ms), free_bytes: free },
        Err(error) => {
            tracing::warn!(path = %path.display(), cause = %error, blame = "station", "the disk cannot be measured");
            DiskMeasured { kbit: Err(Note::DiskFails), sync_ms: Err(Note::DiskFails), free_bytes: free }
        }
    }
}

fn free(data: &Path, reserve_bytes: u64) -> Reading {
    let found = rustix::fs::statvfs(data).map_err(|_| Note::DiskFails)?;
    let bytes = found.f_bavail.saturating_mul(found.f_frsize).saturating_sub(reserve_bytes);
    Ok(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// kbit/s of pieces, and the longest time of a small write, milliseconds.
fn written(path: &Path, clock: &dyn Clock) -> std::io::Result<(i64, i64)> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut noise = vec![0; PIECE_BYTES];
    // A disk that compresses would be called faster than it is.
    getrandom::fill(&mut noise).map_err(|error| std::io::Error::other(error.to_string()))?;
    let (mut took_us, mut pieces, mut longest_us) = (0_u64, 0_u64, 0_u64);
    for _ in 0..PIECES {
        took_us += durable(&mut file, &noise, clock)?;
        pieces += 1;
        std::thread::sleep(PAUSE);
        longest_us = longest_us.max(durable(&mut file, &noise[..SMALL_BYTES], clock)?);
        if took_us + longest_us > ENOUGH_US {
            break;
        }
        std::thread::sleep(PAUSE);
    }
    let kbit = pieces * PIECE_BYTES as u64 * 8 * 1000 / took_us.max(1);
    let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    Ok((whole(kbit), whole(longest_us.div_ceil(1000))))
}

/// How long it takes until `bytes` are durable, microseconds.
fn durable(file: &mut File, bytes: &[u8], clock: &dyn Clock) -> std::io::Result<u64> {
    let began = clock.now().mono_us;
    file.write_all(bytes)?;
    file.sync_data()?;
    Ok(clock.now().mono_us.saturating_sub(began))
}

#[cfg(test)]
mod tests {
    use ashkar_terms::SystemClock;

    use super::*;

    #[test]
    fn a_disk_is_measured_and_left_as_it_was() {
        let directory = tempfile::tempdir().unwrap();
        let clock = SystemClock::new();
        let found = measure(directory.path(), 0, &clock);
        assert!(found.kbit.unwrap() > 0 && found.sync_ms.unwrap() >= 0, "{found:?}");
        assert!(found.free_bytes.unwrap() > 0);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn nothing_is_written_into_the_reserve_or_where_no_disk_is() {
        let directory = tempfile::tempdir().unwrap();
        let clock = SystemClock::new();
        let full = measure(directory.path(), u64::MAX, &clock);
        assert_eq!((full.kbit, full.free_bytes), (Err(Note::Busy), Ok(0)));
        std::fs::write(directory.path().join("file"), "").unwrap();
        let gone = measure(&directory.path().join("file/gone"), 0, &clock);
        assert_eq!((gone.kbit, gone.free_bytes), (Err(Note::DiskFails), Err(Note::DiskFails)));
    }
}
