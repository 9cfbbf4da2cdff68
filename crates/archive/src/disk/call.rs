//! Calls to a disk as values: an engine requests one, and only its shell carries it out.

use std::io::{self, IoSlice};
use std::sync::Arc;

use super::{Disk, DiskFile, Space};
use crate::format::header::ALIGNMENT;
use crate::writer::journal::Record;

const PADDING: [u8; ALIGNMENT] = [0; ALIGNMENT];

/// One call. Those from [`Call::Reserve`] on are made to the file that was created or opened last.
#[derive(Debug)]
pub(crate) enum Call<'a> {
    Space,
    MakeDirectory(&'a str),
    SyncDirectory(&'a str),
    Create(&'a str),
    OpenToWrite(&'a str),
    Rename {
        from: &'a str,
        to: &'a str,
    },
    Remove(&'a str),
    /// This many bytes from the beginning.
    Reserve(u64),
    /// At this offset, bytes from the beginning.
    Write(u64, Payload<'a>),
    Sync,
    Length,
    /// To this many bytes.
    Truncate(u64),
}

/// The data of a write: never copied, handed to the disk as they lie in memory.
#[derive(Debug)]
pub(crate) enum Payload<'a> {
    Bytes(&'a [u8]),
    /// Consecutive records.
    Records(&'a [Record]),
}

/// The result of a successful call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Space(Space),
    /// Length of the file, bytes.
    Length(u64),
}

/// A disk and its current file.
pub(crate) struct Port {
    disk: Arc<dyn Disk>,
    file: Option<Arc<dyn DiskFile>>,
}

impl Port {
    pub(crate) fn new(disk: Arc<dyn Disk>) -> Self {
        Self { disk, file: None }
    }

    /// # Errors
    /// Any error of the disk.
    pub(crate) fn carry_out(&mut self, call: Call<'_>) -> io::Result<Answer> {
        carry_out(&*self.disk, &mut self.file, call)
    }

    /// Advises that this range of the file is no longer needed in memory, bytes.
    pub(crate) fn forget(&self, offset: u64, length: u64) {
        if let Some(file) = &self.file {
            file.forget(offset, length);
        }
    }

    /// Closes the file.
    pub(crate) fn close(&mut self) {
        self.file = None;
    }
}

/// Makes one call. `file` is the current file, before and after it.
pub(crate) fn carry_out(
    disk: &dyn Disk,
    file: &mut Option<Arc<dyn DiskFile>>,
    call: Call<'_>,
) -> io::Result<Answer> {
    match call {
        Call::Space => return disk.space().map(Answer::Space),
        Call::MakeDirectory(path) => disk.create_dir(path)?,
        Call::SyncDirectory(path) => disk.sync_dir(path)?,
        Call::Create(path) => *file = Some(disk.create(path)?),
        Call::OpenToWrite(path) => *file = Some(disk.open(path, true)?),
        Call::Rename { from, to } => disk.rename(from, to)?,
        Call::Remove(path) => disk.remove(path)?,
        Call::Reserve(length) => at_hand(file)?.allocate(length)?,
        Call::Write(offset, Payload::Bytes(bytes)) => {
            at_hand(file)?.write_at(offset, &mut [IoSlice::new(bytes)])?;
        }
        Call::Write(offset, Payload::Records(records)) => write_records(at_hand(file)?, offset, records)?,
        Call::Sync => at_hand(file)?.sync()?,
        Call::Length => return at_hand(file)?.length().map(Answer::Length),
        Call::Truncate(length) => at_hand(file)?.truncate(length)?,
    }
    Ok(Answer::Done)
}

fn at_hand(file: &Option<Arc<dyn DiskFile>>) -> io::Result<&dyn DiskFile> {
    file.as_deref().ok_or_else(|| io::Error::other("no file is open"))
}

/// Header, payload and padding of each record, in one call.
fn write_records(file: &dyn DiskFile, offset: u64, records: &[Record]) -> io::Result<()> {
    let heads: Vec<_> = records.iter().map(|record| record.header.encode()).collect();
    let mut pieces = Vec::with_capacity(records.len() * 3);
    for (record, head) in records.iter().zip(&heads) {
        let padding = record.bytes() as usize - head.len() - record.payload.len();
        pieces.push(IoSlice::new(head));
        pieces.push(IoSlice::new(&record.payload));
        pieces.push(IoSlice::new(&PADDING[..padding]));
    }
    file.write_at(offset, &mut pieces)
}
