//! Making durable what another process wrote, before it is trusted.
//!
//! The data read from a journal may only be pages in the kernel's memory: its writer was killed before a sync, or a
//! sync failed. A sync now does not help in the second case, since Linux marks pages as clean whose writing has failed.
//! So the bytes are written once more to the same place, and then synced.

use std::io::{self, IoSlice};

use crate::disk::{Disk, DiskFile};
use crate::format::Header;
use crate::format::header::HEADER_BYTES;
use crate::format::name::JournalName;
use crate::format::wire::fits;
use crate::options::PART_BYTES_MAX;
use crate::planted::{Planted, is_planted};
use crate::scan::Scan;

/// Bytes read and written at once. The longest record fits.
const BLOCK_BYTES: usize = PART_BYTES_MAX + (4 << 20);
/// The first attempt may get an error of the dead process's writes: the kernel reports each error to somebody.
const ATTEMPTS: u32 = 2;

/// Makes durable what `scan` found in the journal `name` behind the last offset known to be durable: the data written
/// between two syncs, some megabytes at most.
///
/// A crash at any point leaves each byte as it was or as it is read now; the bytes before are not touched.
pub(crate) fn make_durable(disk: &dyn Disk, name: JournalName, scan: &Scan) -> io::Result<()> {
    if scan.durable_to >= scan.end || is_planted(Planted::BelieveBeforeDurable) {
        return Ok(());
    }
    let mut result = rewrite_and_sync(disk, name, scan);
    for _ in 1..ATTEMPTS {
        result = result.or_else(|_| rewrite_and_sync(disk, name, scan));
    }
    result
}

fn rewrite_and_sync(disk: &dyn Disk, name: JournalName, scan: &Scan) -> io::Result<()> {
    let file = disk.open(&name.journal(), true)?;
    rewrite(&*file, scan)?;
    file.sync()?;
    // The writer did this before it wrote anything, if the disk reported the truth.
    disk.sync_dir(&name.day())?;
    disk.sync_dir("")
}

fn rewrite(file: &dyn DiskFile, scan: &Scan) -> io::Result<()> {
    let mut at = scan.durable_to;
    let mut block = Vec::new();
    while at < scan.end {
        // Unreadable ranges are left alone. Records around them share no page with them.
        if let Some(damage) = scan.damage.iter().find(|damage| (damage.from..damage.to).contains(&at)) {
            at = damage.to;
            continue;
        }
        let next_damage = scan.damage.iter().map(|damage| damage.from).filter(|from| *from > at).min();
        let to = next_damage.unwrap_or(scan.end).min(scan.end).min(at + BLOCK_BYTES as u64);
        block.resize((to - at) as usize, 0);
        let read = file.read_at(at, &mut block)?;
        let whole = whole_records(block.get(..read).unwrap_or_default(), at, scan.salt);
        if whole == 0 {
            // Pages that were never written may leave memory at any time; then data that were read before are lost.
            return Err(io::Error::new(io::ErrorKind::InvalidData, "what was read is not there any more"));
        }
        file.write_at(at, &mut [IoSlice::new(block.get(..whole).unwrap_or_default())])?;
        at += whole as u64;
    }
    Ok(())
}

/// How many of `bytes`, which are at `place`, are complete records, counted from the first.
fn whole_records(bytes: &[u8], place: u64, salt: u32) -> usize {
    let mut end = 0;
    while let Some(rest) = bytes.get(end..).filter(|rest| !rest.is_empty()) {
        let own = |header: &Header| header.salt == salt && u64::from(header.offset) == place + end as u64;
        let Some(header) = Header::decode(rest).ok().filter(own) else { break };
        let payload_end = HEADER_BYTES + header.payload_bytes as usize;
        let next = (header.next() - u64::from(header.offset)) as usize;
        let whole = rest.get(HEADER_BYTES..payload_end).is_some_and(|bytes| fits(bytes, header.payload_crc));
        if !whole || next > rest.len() {
            break;
        }
        end += next;
    }
    end
}
