//! A file of the disk in memory: each call first checks for faults.

use std::io::{self, IoSlice};
use std::sync::Arc;

use parking_lot::Mutex;

use super::content::Content;
use super::{Fault, MemoryDisk, error_of};
use crate::disk::DiskFile;

pub(super) struct MemoryFile {
    pub(super) disk: MemoryDisk,
    pub(super) content: Arc<Mutex<Content>>,
}

impl MemoryFile {
    fn put(&self, offset: u64, pieces: &[IoSlice<'_>], bytes_max: usize) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let total: usize = pieces.iter().map(|piece| piece.len()).sum();
        self.disk.grow(&self.content, offset.saturating_add(total.min(bytes_max)))?;
        let mut content = self.content.lock();
        let (mut at, mut left) = (offset, bytes_max);
        for piece in pieces {
            let part = &piece[..piece.len().min(left)];
            content.put(at, part);
            at += part.len();
            left -= part.len();
        }
        Ok(())
    }
}

impl DiskFile for MemoryFile {
    fn allocate(&self, length: u64) -> io::Result<()> {
        self.disk.fail_if_told()?;
        self.disk.grow(&self.content, usize::try_from(length).map_err(io::Error::other)?)
    }

    fn write_at(&self, offset: u64, pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        match self.disk.count()? {
            None => self.put(offset, pieces, usize::MAX),
            Some(Fault::NoSpace) => Err(error_of(Fault::NoSpace)),
            Some(Fault::Lie) => Ok(()),
            Some(Fault::Short(bytes)) => {
                let _ = self.put(offset, pieces, bytes);
                Err(error_of(Fault::Short(bytes)))
            }
            Some(fault) => {
                // How far a failing write got is undefined; here it is complete, and a power cut may then tear it.
                let _ = self.put(offset, pieces, usize::MAX);
                Err(error_of(fault))
            }
        }
    }

    fn sync(&self) -> io::Result<()> {
        match self.disk.count()? {
            None => {
                self.content.lock().sync();
                Ok(())
            }
            Some(Fault::Lie) => {
                self.content.lock().forget_dirty();
                Ok(())
            }
            Some(Fault::Crash) => Err(error_of(Fault::Crash)),
            Some(fault) => {
                self.content.lock().forget_dirty();
                Err(error_of(fault))
            }
        }
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        self.disk.fail_question_if_told()?;
        let content = self.content.lock();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let rest = content.bytes().get(offset..).unwrap_or_default();
        let count = rest.len().min(into.len());
        if content.is_bad(&(offset..offset + count)) {
            return Err(error_of(Fault::Io));
        }
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn length(&self) -> io::Result<u64> {
        self.disk.fail_question_if_told()?;
        Ok(self.content.lock().length() as u64)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.disk.fail_if_told()?;
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let mut content = self.content.lock();
        if length < content.length() {
            content.set_length(length);
        }
        drop(content);
        self.disk.lengths_changed();
        Ok(())
    }
}
