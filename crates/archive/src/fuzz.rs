//! Entry points of the fuzz targets: every reader of stored bytes. Not part of the library's public interface.

use std::io::{self, IoSlice};

use crate::disk::{Disk, MemoryDisk};
use crate::format::removed::RemovedJournal;
use crate::format::sidecar::Sidecar;
use crate::format::{Header, cache, fact, payload};
use crate::retention::RemovedLog;
use crate::scan::{Depth, scan};

/// A record's header and payloads of every kind.
pub fn record(bytes: &[u8]) {
    if let Ok(header) = Header::decode(bytes) {
        assert_eq!(Header::decode(&header.encode()), Ok(header));
    }
    let _ = payload::Boot::decode(bytes);
    let _ = payload::decode_commit(bytes);
    let _ = payload::decode_init(bytes);
    if let Some((code, rest)) = bytes.split_first()
        && let Ok(kind) = fact::decode(u16::from(*code), rest)
    {
        assert_eq!(fact::decode(u16::from(*code), &fact::encode(&kind)), Ok(kind));
    }
}

/// A sidecar.
pub fn sidecar(bytes: &[u8]) {
    if let Ok(sidecar) = Sidecar::decode(bytes) {
        assert_eq!(sidecar.encode().and_then(|bytes| Sidecar::decode(&bytes)), Ok(sidecar));
    }
}

/// The list of what retention removed.
pub fn removed(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        if let Ok(journal) = RemovedJournal::decode(line) {
            let again = journal.encode().and_then(|line| RemovedJournal::decode(line.trim_end()));
            assert_eq!(again, Ok(journal));
        }
    }
    let _ = RemovedLog::parse(&text);
}

/// A summary.
pub fn summary(bytes: &[u8]) {
    if let Ok(found) = cache::decode(bytes) {
        let again = cache::encode(found.archive, found.journal, found.offset, &found.cameras);
        assert_eq!(cache::decode(&again), Ok(found));
    }
}

/// A journal.
///
/// # Errors
/// Never: the disk is in memory.
pub fn journal(bytes: &[u8]) -> io::Result<()> {
    let disk = MemoryDisk::new();
    let file = disk.create("journal")?;
    file.write_at(0, &mut [IoSlice::new(bytes)])?;
    for depth in [Depth::Tail, Depth::All] {
        let found = scan(&*file, 1, None, depth, &mut |_, _| {})?;
        assert!(found.end <= found.length && found.traces_end <= found.length);
        assert!(u64::from(found.end_in_journal()) == found.end);
    }
    Ok(())
}
