//! The file `ARCHIVE`: the archive's identity and format.

use std::io;

use ashkar_terms::UtcMicros;

use crate::disk::{Disk, read_all, replace};
use crate::error::OpenError;
use crate::recover::Listing;
use crate::scan::{Depth, scan};
use crate::window::is_of_medium;

const FILE: &str = "ARCHIVE";
const FIRST_LINE: &str = "ashkar-archive 1";
const FILE_BYTES_MAX: u64 = 4096;

/// Reads the archive's identity. A new archive gets an id; one that lost the file takes the id from its journals.
pub(crate) fn read_or_make(
    disk: &dyn Disk,
    listing: &Listing,
    now: UtcMicros,
    entropy: &Entropy,
) -> Result<[u8; 8], OpenError> {
    let id = match read(disk) {
        Ok(Some(id)) => return Ok(id),
        Ok(None) => match id_from_journals(disk, listing) {
            Some(id) => id,
            None => hex(random(entropy)?),
        },
        // As good as lost, if journals have the id. If not, none is drawn: one day the old one may be readable again.
        Err(OpenError::Io { source, .. }) if is_of_medium(&source) => {
            id_from_journals(disk, listing).ok_or_else(|| io_error(source))?
        }
        Err(error) => return Err(error),
    };
    let text = format!("{FIRST_LINE}\nid {}\ncreated {}\n", String::from_utf8_lossy(&id), now.0);
    replace(disk, FILE, text.into_bytes()).map_err(io_error)?;
    Ok(id)
}

/// Reads the archive's identity; `None` if the file does not exist.
pub(crate) fn read(disk: &dyn Disk) -> Result<Option<[u8; 8]>, OpenError> {
    let bytes = match read_all(disk, FILE, FILE_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(error)),
    };
    let unusable = |reason: &str| OpenError::Unusable { path: FILE.to_owned(), reason: reason.to_owned() };
    let text = std::str::from_utf8(&bytes).map_err(|_| unusable("not text"))?;
    let mut lines = text.lines();
    if lines.next() != Some(FIRST_LINE) {
        return Err(unusable("its first line is not `ashkar-archive 1`: another version, or damaged"));
    }
    let id = lines.find_map(|line| line.strip_prefix("id ")).and_then(parse_id);
    id.map(Some).ok_or_else(|| unusable("it names no id of eight hex digits"))
}

fn parse_id(text: &str) -> Option<[u8; 8]> {
    let id: [u8; 8] = text.as_bytes().try_into().ok()?;
    id.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')).then_some(id)
}

fn id_from_journals(disk: &dyn Disk, listing: &Listing) -> Option<[u8; 8]> {
    let of_journals = listing.journals.values().rev().find_map(|name| {
        let file = disk.open(&name.journal(), false).ok()?;
        let found = scan(&*file, name.number, None, Depth::Tail, &mut |_, _| {}).ok()?;
        found.boot.map(|boot| boot.archive)
    });
    // Of an archive of which everything was removed.
    let removed = || parse_id(&listing.removed.journals.last()?.archive);
    of_journals.or_else(removed)
}

fn hex(bytes: [u8; 4]) -> [u8; 8] {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let mut text = [0; 8];
    for (pair, byte) in text.chunks_mut(2).zip(bytes) {
        pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
    }
    text
}

/// Sixteen random bytes that identify the start of the process from which a record comes.
pub(crate) fn boot_id(entropy: &Entropy) -> Result<[u8; 16], OpenError> {
    random(entropy)
}

/// A source of random bytes.
pub(crate) type Entropy = dyn Fn(&mut [u8]) -> io::Result<()> + Send + Sync;

/// The kernel's source.
pub(crate) fn kernel_entropy(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
}

fn random<const N: usize>(entropy: &Entropy) -> Result<[u8; N], OpenError> {
    let mut bytes = [0; N];
    entropy(&mut bytes).map_err(io_error)?;
    Ok(bytes)
}

fn io_error(source: io::Error) -> OpenError {
    OpenError::Io { path: FILE.to_owned(), source }
}
