//! A journal as seen by a scan: read through a buffer that moves forward, skipping what the medium cannot read.

use std::io;
use std::ops::Range;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::disk::DiskFile;
use crate::options::{READ_FAULTS_MS_MAX, UNREADABLE_STEP_BYTES};

/// A file read through a buffer. Unreadable ranges read as zeros, and are noted.
pub(crate) struct Window<'a> {
    file: &'a dyn DiskFile,
    /// Length of the file.
    pub(crate) length: u64,
    /// Only zeros follow behind it.
    pub(crate) data_end: u64,
    start: u64,
    bytes: Vec<u8>,
    /// The unreadable ranges: whole steps, in order, none touching another.
    pub(crate) unreadable: Vec<Range<u64>>,
    /// Time taken by reads that failed.
    failing: Duration,
}

impl<'a> Window<'a> {
    pub(crate) fn new(file: &'a dyn DiskFile) -> io::Result<Self> {
        let length = file.length()?;
        Ok(Self {
            file,
            length,
            // Most of the last journal is only reserved.
            data_end: file.data_end()?.min(length),
            start: 0,
            bytes: Vec::new(),
            unreadable: Vec::new(),
            failing: Duration::ZERO,
        })
    }

    /// Up to `count` bytes from `offset`, fewer only at the end of the file. If they must be read from the file,
    /// `ahead` bytes are read.
    ///
    /// # Errors
    /// Any error of the file system that is not an error of the medium.
    pub(crate) fn get(&mut self, offset: u64, count: usize, ahead: usize) -> io::Result<&[u8]> {
        let count = (count as u64).min(self.length.saturating_sub(offset));
        let within = offset >= self.start
            && offset.saturating_add(count) <= self.start.saturating_add(self.bytes.len() as u64);
        if !within {
            let wanted = count.max(ahead as u64).min(self.length.saturating_sub(offset));
            self.fill(offset, usize::try_from(wanted).unwrap_or_default())?;
        }
        let from = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        Ok(rest.get(..usize::try_from(count).unwrap_or_default()).unwrap_or(rest))
    }

    fn fill(&mut self, offset: u64, wanted: usize) -> io::Result<()> {
        self.start = offset;
        self.bytes.clear();
        self.bytes.resize(wanted, 0);
        if self.gave_up() || overlaps(&self.unreadable, &(offset..offset + wanted as u64)) {
            return self.fill_by_steps();
        }
        match timed(&mut self.failing, self.file, offset, &mut self.bytes)? {
            Some(read) => {
                self.bytes.truncate(read);
                Ok(())
            }
            None => self.fill_by_steps(),
        }
    }

    /// Reads around the fault, in steps that the kernel reads independently.
    fn fill_by_steps(&mut self) -> io::Result<()> {
        self.bytes.fill(0);
        let mut at = self.start;
        let end = at.saturating_add(self.bytes.len() as u64);
        while at < end {
            let step_start = at - at % UNREADABLE_STEP_BYTES;
            let next = step_start.saturating_add(UNREADABLE_STEP_BYTES).min(end);
            let step = step_start..step_start.saturating_add(UNREADABLE_STEP_BYTES).min(self.length);
            if !overlaps(&self.unreadable, &step) && !self.read_step(at, next)? {
                note(&mut self.unreadable, step);
            }
            at = next;
        }
        Ok(())
    }

    fn read_step(&mut self, from: u64, to: u64) -> io::Result<bool> {
        if self.gave_up() {
            return Ok(false);
        }
        let place = |at: u64| usize::try_from(at - self.start).unwrap_or(usize::MAX);
        let Some(into) = self.bytes.get_mut(place(from)..place(to)) else { return Ok(true) };
        let read = timed(&mut self.failing, self.file, from, into)?;
        if read.is_none() {
            into.fill(0);
        }
        Ok(read.is_some())
    }

    /// Whether failing reads took so long that the rest of the file counts as unreadable.
    fn gave_up(&self) -> bool {
        self.failing > Duration::from_millis(READ_FAULTS_MS_MAX)
    }
}

/// Reads; `None` if the medium cannot, and then the time taken is added to `failing`.
fn timed(
    failing: &mut Duration,
    file: &dyn DiskFile,
    offset: u64,
    into: &mut [u8],
) -> io::Result<Option<usize>> {
    let started = Instant::now();
    match file.read_at(offset, into) {
        Ok(read) => Ok(Some(read)),
        Err(error) if is_of_medium(&error) => {
            *failing = failing.saturating_add(started.elapsed());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether an error means that the medium does not return what was written to it, or returns nonsense: repeating the
/// read does not help. Lack of memory, files or rights is not such an error.
pub(crate) fn is_of_medium(error: &io::Error) -> bool {
    // ext4 and XFS report damage of their own as EUCLEAN and EBADMSG; the others come from devices.
    const ERRORS: [Errno; 7] = [
        Errno::IO,
        Errno::UCLEAN,
        Errno::BADMSG,
        Errno::NODATA,
        Errno::ILSEQ,
        Errno::REMOTEIO,
        Errno::TIMEDOUT,
    ];
    Errno::from_io_error(error).is_some_and(|errno| ERRORS.contains(&errno))
}

/// Whether a byte of `range` is in any of `ranges`, which are in order.
pub(crate) fn overlaps(ranges: &[Range<u64>], range: &Range<u64>) -> bool {
    let first = ranges.partition_point(|other| other.end <= range.start);
    ranges.get(first).is_some_and(|other| other.start < range.end)
}

/// Adds a range that overlaps none of `ranges`, merging it with those that it touches.
fn note(ranges: &mut Vec<Range<u64>>, range: Range<u64>) {
    let at = ranges.partition_point(|other| other.end < range.start);
    let touching = ranges.iter().skip(at).take_while(|other| other.start <= range.end).count();
    let joined = ranges
        .drain(at..at + touching)
        .fold(range, |joined, other| joined.start.min(other.start)..joined.end.max(other.end));
    ranges.insert(at, joined);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        let mut ranges = Vec::new();
        for start in [8, 0, 24, 16, 4] {
            note(&mut ranges, start..start + 4);
        }
        assert_eq!(ranges, [0..12, 16..20, 24..28]);
        note(&mut ranges, 12..16);
        assert_eq!(ranges, [0..20, 24..28]);
        assert!(overlaps(&ranges, &(19..21)) && overlaps(&ranges, &(0..1)));
        assert!(!overlaps(&ranges, &(20..24)) && !overlaps(&ranges, &(28..90)));
    }

    #[test]
    fn want_of_files_is_no_fault_of_the_medium() {
        assert!(is_of_medium(&io::Error::from_raw_os_error(5)));
        assert!(!is_of_medium(&io::Error::from_raw_os_error(24)));
        assert!(!is_of_medium(&io::ErrorKind::NotFound.into()));
    }
}
