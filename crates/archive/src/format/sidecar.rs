//! Sidecar files: a head, a directory sorted by camera, and a block of record headers for each camera, so that two
//! reads find all records of a camera in a journal.

use std::collections::BTreeMap;
use std::io;

use ashkar_terms::CameraId;

use super::header::{HEADER_BYTES, Header};
use super::state::{CameraState, STATE_BYTES};
use super::wire::{FormatError, Reader, Writer, checked, fits, seal};
use crate::disk::DiskFile;

const MAGIC: [u8; 4] = [b'A', b'K', b'X', 1];
const HEAD_BYTES: usize = 32;
const ENTRY_BYTES: usize = 20;
/// No journal has more cameras than this; a greater count is damage.
const CAMERAS_MAX: u32 = 1 << 20;
/// Size of the first read of a sidecar: head and directory of 1000 cameras.
const FIRST_READ_BYTES: usize = HEAD_BYTES + 1000 * ENTRY_BYTES + 4;

/// One camera's entry in a journal's index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Block {
    /// The camera's state at the end of the journal.
    pub(crate) state: CameraState,
    /// Its records in the order in which they were written.
    pub(crate) headers: Vec<Header>,
}

/// The index of one journal, camera by camera.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sidecar {
    pub(crate) journal: u32,
    pub(crate) salt: u32,
    /// Length of the valid part of the journal, bytes; anything behind it is ignored.
    pub(crate) journal_bytes: u32,
    pub(crate) cameras: BTreeMap<CameraId, Block>,
}

struct Head {
    journal: u32,
    salt: u32,
    journal_bytes: u32,
    cameras: u32,
}

struct Entry {
    camera: CameraId,
    offset: u32,
    headers: u32,
    crc: u32,
}

impl Entry {
    fn block_bytes(&self) -> u64 {
        STATE_BYTES as u64 + u64::from(self.headers) * HEADER_BYTES as u64
    }
}

impl Sidecar {
    /// # Errors
    /// [`FormatError::Long`] if no reader would accept it: more cameras, or more records of one, than a journal can
    /// hold.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, FormatError> {
        let cameras = number(self.cameras.len())
            .and_then(|cameras| if cameras <= CAMERAS_MAX { Ok(cameras) } else { Err(FormatError::Long) })?;
        let directory_end = HEAD_BYTES + self.cameras.len() * ENTRY_BYTES + 4;
        let blocks: Vec<(CameraId, u32, Vec<u8>)> = self
            .cameras
            .iter()
            .map(|(id, block)| Ok((*id, number(block.headers.len())?, block.encode())))
            .collect::<Result<_, _>>()?;
        let mut out = Vec::with_capacity(directory_end);
        self.encode_head(cameras, &mut out);
        let mut offset = directory_end;
        for (camera, headers, block) in &blocks {
            out.camera(*camera);
            out.extend([0; 2]);
            out.extend(number(offset)?.to_be_bytes());
            out.extend(headers.to_be_bytes());
            out.extend(crc32c::crc32c(block).to_be_bytes());
            offset += block.len();
        }
        seal(&mut out, HEAD_BYTES);
        for (_, _, block) in blocks {
            out.extend(block);
        }
        Ok(out)
    }

    fn encode_head(&self, cameras: u32, out: &mut Vec<u8>) {
        out.extend(MAGIC);
        out.extend(self.journal.to_be_bytes());
        out.extend(self.salt.to_be_bytes());
        out.extend(self.journal_bytes.to_be_bytes());
        out.extend(cameras.to_be_bytes());
        out.extend([0; 8]);
        seal(out, 0);
    }

    /// Reads a whole sidecar; every checksum is verified.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        let head = decode_head(bytes)?;
        let mut sidecar = Self {
            journal: head.journal,
            salt: head.salt,
            journal_bytes: head.journal_bytes,
            cameras: BTreeMap::new(),
        };
        for entry in entries(directory(bytes, &head)?) {
            let entry = entry?;
            let from = usize::try_from(entry.offset).map_err(|_| FormatError::Short)?;
            let length = usize::try_from(entry.block_bytes()).map_err(|_| FormatError::Short)?;
            let block = bytes.get(from..).and_then(|rest| rest.get(..length)).ok_or(FormatError::Short)?;
            sidecar.cameras.insert(entry.camera, Block::decode(block, &entry, head.journal)?);
        }
        Ok(sidecar)
    }

    /// Reads only the entry of `camera`, in two reads. `None` if the journal has none.
    pub(crate) fn read_block(
        file: &dyn DiskFile,
        journal: u32,
        camera: CameraId,
    ) -> io::Result<Result<Option<Block>, FormatError>> {
        let mut first = vec![0; FIRST_READ_BYTES];
        let read = file.read_at(0, &mut first)?;
        first.truncate(read);
        let head = match decode_head(&first) {
            Ok(head) if head.journal == journal => head,
            Ok(_) => return Ok(Err(FormatError::Value)),
            Err(error) => return Ok(Err(error)),
        };
        let needed = directory_end(&head);
        if needed > first.len() {
            first.resize(needed, 0);
            let read = file.read_at(0, &mut first)?;
            first.truncate(read);
        }
        let entry = match directory(&first, &head).and_then(|directory| find(directory, camera)) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(Ok(None)),
            Err(error) => return Ok(Err(error)),
        };
        if entry.block_bytes() > file.length()? {
            return Ok(Err(FormatError::Short));
        }
        let Ok(length) = usize::try_from(entry.block_bytes()) else { return Ok(Err(FormatError::Short)) };
        let mut block = vec![0; length];
        let read = file.read_at(u64::from(entry.offset), &mut block)?;
        block.truncate(read);
        Ok(Block::decode(&block, &entry, journal).map(Some))
    }
}

impl Block {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(STATE_BYTES + self.headers.len() * HEADER_BYTES);
        self.state.encode(&mut out);
        for header in &self.headers {
            out.extend(header.encode());
        }
        out
    }

    fn decode(bytes: &[u8], entry: &Entry, journal: u32) -> Result<Self, FormatError> {
        if bytes.len() as u64 != entry.block_bytes() {
            return Err(FormatError::Short);
        }
        if !fits(bytes, entry.crc) {
            return Err(FormatError::Checksum);
        }
        let mut r = Reader::new(bytes);
        let state = CameraState::decode(&mut r)?;
        let headers = r.rest().chunks(HEADER_BYTES).map(Header::decode).collect::<Result<Vec<_>, _>>()?;
        let own = |header: &Header| header.camera == entry.camera && header.journal == journal;
        if headers.iter().all(own) { Ok(Self { state, headers }) } else { Err(FormatError::Value) }
    }
}

/// A count or an offset, as stored in a sidecar.
fn number(count: usize) -> Result<u32, FormatError> {
    u32::try_from(count).map_err(|_| FormatError::Long)
}

fn decode_head(bytes: &[u8]) -> Result<Head, FormatError> {
    let head = bytes.first_chunk::<HEAD_BYTES>().ok_or(FormatError::Short)?;
    let mut r = Reader::new(head);
    if r.take()? != MAGIC {
        return Err(FormatError::Magic);
    }
    checked(head)?;
    let head = Head { journal: r.u32()?, salt: r.u32()?, journal_bytes: r.u32()?, cameras: r.u32()? };
    if head.cameras <= CAMERAS_MAX { Ok(head) } else { Err(FormatError::Value) }
}

fn directory_end(head: &Head) -> usize {
    HEAD_BYTES + head.cameras as usize * ENTRY_BYTES + 4
}

fn directory<'a>(bytes: &'a [u8], head: &Head) -> Result<&'a [u8], FormatError> {
    checked(bytes.get(HEAD_BYTES..directory_end(head)).ok_or(FormatError::Short)?)
}

fn entries(directory: &[u8]) -> impl Iterator<Item = Result<Entry, FormatError>> + '_ {
    directory.chunks(ENTRY_BYTES).map(decode_entry)
}

fn decode_entry(bytes: &[u8]) -> Result<Entry, FormatError> {
    let mut r = Reader::new(bytes);
    let camera = r.camera()?;
    r.u16()?;
    Ok(Entry { camera, offset: r.u32()?, headers: r.u32()?, crc: r.u32()? })
}

/// Entries are sorted by camera and have equal lengths.
fn find(directory: &[u8], camera: CameraId) -> Result<Option<Entry>, FormatError> {
    let (mut low, mut high) = (0, directory.len() / ENTRY_BYTES);
    while low < high {
        let middle = low.midpoint(high);
        let place = middle * ENTRY_BYTES;
        let entry = decode_entry(directory.get(place..place + ENTRY_BYTES).ok_or(FormatError::Short)?)?;
        match entry.camera.cmp(&camera) {
            std::cmp::Ordering::Equal => return Ok(Some(entry)),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(None)
}
