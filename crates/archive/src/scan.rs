//! Reading a journal from its beginning without any other knowledge: what recovery, repair and the check stand on.

use std::io;

use ashkar_evidence::{Chain, Record};

use crate::coverage::Effect;
use crate::disk::DiskFile;
use crate::format::header::{ALIGNMENT, HEADER_BYTES, MAGIC};
use crate::format::payload::{Boot, decode_commit};
use crate::format::{Header, Kind};
use crate::options::{INIT_BYTES_MAX, PART_BYTES_MAX};

/// Bytes read at once while walking from header to header: a header and the payload of a small record.
const STEP_BYTES: usize = 1 << 10;
/// Bytes read at once while searching or verifying.
const BLOCK_BYTES: usize = 4 << 20;

/// How much of a journal is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Headers; and payloads only behind what an earlier sync is known to cover.
    Tail,
    /// Everything.
    All,
}

/// A part of a journal that is not what was written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// The record that it hit, where its header can still be read.
    pub(crate) header: Option<Header>,
}

/// What a journal holds.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) salt: u32,
    pub(crate) boot: Option<Boot>,
    /// Every record that counts, in order, but boot and commits.
    pub(crate) records: Vec<(Header, Effect)>,
    /// First byte that does not count any more.
    pub(crate) end: u64,
    /// Behind this byte nothing of this journal is found at all.
    pub(crate) traces_end: u64,
    /// Length of the file.
    pub(crate) length: u64,
    /// Damage in front of `end`: not a torn tail, but decay.
    pub(crate) damage: Vec<Damage>,
}

struct Found {
    header: Header,
    /// Payload of everything but parts.
    payload: Option<Vec<u8>>,
}

/// What a sidecar says of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) salt: u32,
    /// In front of this byte everything was acknowledged.
    pub(crate) durable_to: u64,
}

/// Scans journal `number`. With [`Depth::All`], `visit` is given every record that counts with its payload.
pub(crate) fn scan(
    file: &dyn DiskFile,
    number: u32,
    hint: Option<Hint>,
    depth: Depth,
    visit: &mut dyn FnMut(&Header, &[u8]),
) -> io::Result<Scan> {
    let length = file.length()?;
    let mut window = Window::new(file, length);
    let mut scan = Scan { length, ..Scan::default() };
    let known_salt = hint.map(|hint| hint.salt);
    let Some(salt) = find_salt(&mut window, number, known_salt)? else { return Ok(scan) };
    scan.salt = salt;
    let durable_to = hint.map_or(0, |hint| hint.durable_to);
    let mut walk = Walk { window, number, salt, found: Vec::new(), damage: Vec::new(), durable_to };
    walk.walk()?;
    walk.judge(&mut scan, depth, visit)?;
    Ok(scan)
}

/// The salt is in every header of a journal. The first record says it; if that is lost, most headers do.
fn find_salt(window: &mut Window<'_>, number: u32, known: Option<u32>) -> io::Result<Option<u32>> {
    if let Ok(first) = Header::decode(window.get(0, HEADER_BYTES, STEP_BYTES)?)
        && first.kind == Kind::Boot
        && first.journal == number
        && first.offset == 0
    {
        return Ok(Some(first.salt));
    }
    if known.is_some() {
        return Ok(known);
    }
    let mut votes = std::collections::BTreeMap::<u32, usize>::new();
    let mut at = 0;
    while let Some(header) = search(window, at, number, None)? {
        *votes.entry(header.salt).or_default() += 1;
        at = header.next();
    }
    Ok(votes.into_iter().max_by_key(|(_, count)| *count).map(|(salt, _)| salt))
}

/// The first header at or behind `from` that belongs to journal `number`, and to `salt` where it is known.
fn search(window: &mut Window<'_>, from: u64, number: u32, salt: Option<u32>) -> io::Result<Option<Header>> {
    let mut at = from.next_multiple_of(ALIGNMENT as u64);
    while at < window.length {
        let block = window.get(at, BLOCK_BYTES, BLOCK_BYTES)?;
        let candidates = block.chunks(ALIGNMENT).enumerate().filter(|(_, chunk)| chunk.starts_with(&MAGIC));
        let places: Vec<u64> = candidates.map(|(index, _)| at + (index * ALIGNMENT) as u64).collect();
        at += (block.len() as u64).max(1);
        for place in places {
            if let Some(header) = header_at(window, place, number, salt, HEADER_BYTES)? {
                return Ok(Some(header));
            }
        }
    }
    Ok(None)
}

fn header_at(
    window: &mut Window<'_>,
    place: u64,
    number: u32,
    salt: Option<u32>,
    ahead: usize,
) -> io::Result<Option<Header>> {
    let length = window.length;
    let header = Header::decode(window.get(place, HEADER_BYTES, ahead)?).ok();
    Ok(header.filter(|header| {
        header.journal == number
            && u64::from(header.offset) == place
            && salt.is_none_or(|salt| salt == header.salt)
            && header.payload_bytes as usize <= PART_BYTES_MAX.max(INIT_BYTES_MAX + 1024)
            && header.next() <= length
    }))
}

struct Walk<'a> {
    window: Window<'a>,
    number: u32,
    salt: u32,
    found: Vec<Found>,
    damage: Vec<Damage>,
    /// The furthest place that a commit in this journal, or its sidecar, says to be durable.
    durable_to: u64,
}

impl Walk<'_> {
    /// Goes from header to header; over what is none, to the next that is.
    fn walk(&mut self) -> io::Result<()> {
        let mut at = 0;
        loop {
            let next = match header_at(&mut self.window, at, self.number, Some(self.salt), STEP_BYTES)? {
                Some(header) => header,
                None => match search(&mut self.window, at + 1, self.number, Some(self.salt))? {
                    Some(header) => {
                        let to = u64::from(header.offset);
                        self.damage.push(Damage { from: at, to, header: None });
                        header
                    }
                    None => return Ok(()),
                },
            };
            at = next.next();
            self.keep(next)?;
        }
    }

    fn keep(&mut self, header: Header) -> io::Result<()> {
        let payload = match header.kind {
            Kind::Part => None,
            _ => self.payload(&header, STEP_BYTES)?,
        };
        if header.kind == Kind::Commit
            && let Some(durable_to) = payload.as_deref().and_then(|bytes| decode_commit(bytes).ok())
        {
            self.durable_to = self.durable_to.max(u64::from(durable_to));
        }
        self.found.push(Found { header, payload });
        Ok(())
    }

    /// The payload, if it has the checksum that its header names.
    fn payload(&mut self, header: &Header, ahead: usize) -> io::Result<Option<Vec<u8>>> {
        let length = header.payload_bytes as usize;
        let bytes = self.window.get(header.payload_offset(), length, ahead)?;
        let whole = bytes.len() == length && crc32c::crc32c(bytes) == header.payload_crc;
        Ok(whole.then(|| bytes.to_vec()))
    }

    /// Decides what counts. In front of `durable_to` a fault is decay: it is noted, and what follows counts.
    /// Behind it a fault is where the last writing stopped: nothing that follows was ever acknowledged.
    fn judge(
        mut self,
        scan: &mut Scan,
        depth: Depth,
        visit: &mut dyn FnMut(&Header, &[u8]),
    ) -> io::Result<()> {
        scan.traces_end = self.found.last().map_or(0, |found| found.header.next());
        let torn_at = self.damage.iter().map(|damage| damage.from).find(|from| *from >= self.durable_to);
        scan.damage.extend(self.damage.iter().filter(|damage| damage.from < self.durable_to));
        for found in std::mem::take(&mut self.found) {
            let header = found.header;
            let durable = header.next() <= self.durable_to;
            if torn_at.is_some_and(|torn| u64::from(header.offset) >= torn) {
                break;
            }
            let payload = match found.payload {
                None if header.kind == Kind::Part && durable && depth == Depth::Tail => Some(Vec::new()),
                None if header.kind == Kind::Part => self.payload(&header, BLOCK_BYTES)?,
                other => other,
            };
            match payload {
                Some(payload) => {
                    scan.end = header.next();
                    take(scan, header, &payload);
                    if depth == Depth::All {
                        visit(&header, &payload);
                    }
                }
                None if durable => {
                    let (from, to) = (u64::from(header.offset), header.next());
                    scan.end = to;
                    scan.damage.push(Damage { from, to, header: Some(header) });
                }
                None => break,
            }
        }
        Ok(())
    }
}

fn take(scan: &mut Scan, header: Header, payload: &[u8]) {
    match header.kind {
        Kind::Boot => scan.boot = Boot::decode(payload).ok(),
        Kind::Commit => {}
        _ => scan.records.push((header, effect_of(&header, payload))),
    }
}

/// What the payload of a record adds to its header.
pub(crate) fn effect_of(header: &Header, payload: &[u8]) -> Effect {
    match header.kind {
        Kind::SegmentEnd | Kind::Gap => {
            Record::decode(payload).map_or(Effect::None, |record| Effect::Chain(Chain::after(&record)))
        }
        Kind::Init => payload.first_chunk().map_or(Effect::None, |sha256| Effect::Init(*sha256)),
        _ => Effect::None,
    }
}

/// A file read through a buffer that moves forward.
struct Window<'a> {
    file: &'a dyn DiskFile,
    length: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl<'a> Window<'a> {
    fn new(file: &'a dyn DiskFile, length: u64) -> Self {
        Self { file, length, start: 0, bytes: Vec::new() }
    }

    /// Up to `count` bytes from `offset`, fewer only at the end of the file. What must be read anew is read
    /// `ahead` bytes far.
    fn get(&mut self, offset: u64, count: usize, ahead: usize) -> io::Result<&[u8]> {
        let count = (count as u64).min(self.length.saturating_sub(offset));
        let within = offset >= self.start
            && offset.saturating_add(count) <= self.start.saturating_add(self.bytes.len() as u64);
        if !within {
            let wanted = count.max(ahead as u64).min(self.length.saturating_sub(offset));
            self.bytes.resize(usize::try_from(wanted).unwrap_or_default(), 0);
            let read = self.file.read_at(offset, &mut self.bytes)?;
            self.bytes.truncate(read);
            self.start = offset;
        }
        let from = usize::try_from(offset.saturating_sub(self.start)).unwrap_or(usize::MAX);
        let rest = self.bytes.get(from..).unwrap_or_default();
        Ok(rest.get(..usize::try_from(count).unwrap_or_default()).unwrap_or(rest))
    }
}
