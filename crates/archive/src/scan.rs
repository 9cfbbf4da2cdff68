//! Reading a journal from its beginning without any other knowledge: the basis of recovery, repair and check.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use ashkar_evidence::{Chain, Record};
use ashkar_terms::CameraId;

use crate::coverage::Effect;
use crate::disk::DiskFile;
use crate::format::header::{ALIGNMENT, HEADER_BYTES, MAGIC};
use crate::format::payload::{Boot, decode_commit};
use crate::format::wire::fits;
use crate::format::{Header, Kind};
use crate::options::JOURNAL_BYTES_MAX;
use crate::window::{Window, overlaps};
use crate::writer::journal::PAYLOAD_BYTES_MAX;

/// Bytes read at once while walking from header to header: a header and the payload of a small record.
const STEP_BYTES: usize = 1 << 10;
/// Bytes read at once while searching or verifying.
const BLOCK_BYTES: usize = 4 << 20;

/// How much of a journal is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Headers; and payloads only behind the part known to be covered by an earlier sync.
    Tail,
    /// Everything.
    All,
}

/// A part of a journal that differs from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// The record that is hit, if its header can still be read.
    pub(crate) header: Option<Header>,
    /// The medium returns an error there, so its content is unknown.
    pub(crate) unreadable: bool,
}

/// The contents of a journal.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) salt: u32,
    pub(crate) boot: Option<Boot>,
    /// Every valid record, in order, except boot and commits.
    pub(crate) records: Vec<(Header, Effect)>,
    /// End of the valid part, bytes.
    pub(crate) end: u64,
    /// Everything before this byte was made durable by its writer. The bytes from here to `end` were written; whether
    /// they are more than pages in the kernel's memory cannot be found out by reading them.
    pub(crate) durable_to: u64,
    /// Nothing of this journal is found behind this byte.
    pub(crate) traces_end: u64,
    /// Length of the file.
    pub(crate) length: u64,
    /// Damage before `end`, as opposed to a torn tail; and all unreadable ranges, also behind it.
    pub(crate) damage: Vec<Damage>,
    /// Unreadable ranges that may have held records of which nothing is known, in order.
    pub(crate) unknown: Vec<Range<u64>>,
}

impl Scan {
    /// Of a journal that is completely unreadable.
    pub(crate) fn unreadable(length: u64) -> Self {
        let whole = Damage { from: 0, to: length, header: None, unreadable: true };
        Self { length, damage: vec![whole], unknown: std::iter::once(0..length).collect(), ..Self::default() }
    }

    /// Treats everything behind `durable_to` as unreadable: it may have been acknowledged, and must not be trusted.
    /// Returns the cameras with records there.
    pub(crate) fn disbelieve(&mut self) -> BTreeSet<CameraId> {
        let (from, to) = (self.durable_to, self.end.max(self.traces_end));
        let cut = self.records.partition_point(|(header, _)| header.next() <= from);
        let cameras = self.records.drain(cut..).map(|(header, _)| header.camera).collect();
        self.damage.retain(|damage| damage.from < from);
        self.damage.push(Damage { from, to, header: None, unreadable: true });
        self.unknown.retain(|range| range.start < from);
        self.unknown.push(from..to);
        self.end = self.end.min(from);
        cameras
    }

    /// End of the valid part, as stored in a sidecar.
    pub(crate) fn end_in_journal(&self) -> u32 {
        // No record is accepted that ends behind the longest journal.
        u32::try_from(self.end).expect("a scan ends within the longest journal")
    }

    /// Whether all of it was readable.
    pub(crate) fn is_readable(&self) -> bool {
        !self.damage.iter().any(|damage| damage.unreadable)
    }
}

struct Found {
    header: Header,
    /// Payload of all records except parts.
    payload: Option<Vec<u8>>,
}

/// The fields of a sidecar that describe its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) salt: u32,
    /// Everything before this byte was acknowledged.
    pub(crate) durable_to: u64,
}

/// Scans journal `number`. Unreadable ranges are skipped like damage. With [`Depth::All`], `visit` is called with every
/// valid record and its payload.
pub(crate) fn scan(
    file: &dyn DiskFile,
    number: u32,
    hint: Option<Hint>,
    depth: Depth,
    visit: &mut dyn FnMut(&Header, &[u8]),
) -> io::Result<Scan> {
    let mut window = Window::new(file)?;
    // Headers are far apart; one large read is quicker than thousands of small ones that wait for each other.
    file.will_need(0, window.data_end);
    let mut scan = Scan { length: window.length, ..Scan::default() };
    let known_salt = hint.map(|hint| hint.salt);
    let salt = find_salt(&mut window, number, known_salt)?;
    let durable_to = hint.map_or(0, |hint| hint.durable_to);
    let mut walk = Walk {
        window,
        number,
        salt: salt.unwrap_or_default(),
        found: Vec::new(),
        damage: Vec::new(),
        durable_to,
    };
    if salt.is_some() {
        walk.walk()?;
    }
    scan.salt = walk.salt;
    walk.judge(&mut scan, depth, visit)?;
    walk.note_unreadable(&mut scan);
    scan.durable_to = walk.durable_to;
    Ok(scan)
}

/// The salt is in every header of a journal. The first record has it; if that is lost, most headers do.
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

/// The first header at or behind `from` that belongs to journal `number`, and to `salt` if that is known.
fn search(window: &mut Window<'_>, from: u64, number: u32, salt: Option<u32>) -> io::Result<Option<Header>> {
    let mut at = from.next_multiple_of(ALIGNMENT as u64);
    while at < window.data_end {
        let count = usize::try_from(window.data_end - at).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let block = window.get(at, count, count)?;
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
            && header.payload_bytes as usize <= PAYLOAD_BYTES_MAX
            && header.next() <= length.min(u64::from(JOURNAL_BYTES_MAX))
    }))
}

struct Walk<'a> {
    window: Window<'a>,
    number: u32,
    salt: u32,
    found: Vec<Found>,
    damage: Vec<Damage>,
    /// The highest offset that a commit in this journal, or its sidecar, declares durable.
    durable_to: u64,
}

impl Walk<'_> {
    /// Goes from header to header, and across other bytes to the next header.
    fn walk(&mut self) -> io::Result<()> {
        let mut at = 0;
        loop {
            let next = match header_at(&mut self.window, at, self.number, Some(self.salt), STEP_BYTES)? {
                Some(header) => header,
                None => match search(&mut self.window, at + 1, self.number, Some(self.salt))? {
                    Some(header) => {
                        let to = u64::from(header.offset);
                        self.damage.push(Damage { from: at, to, header: None, unreadable: false });
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

    /// The payload, if it matches the checksum in its header.
    fn payload(&mut self, header: &Header, ahead: usize) -> io::Result<Option<Vec<u8>>> {
        let length = header.payload_bytes as usize;
        let bytes = self.window.get(header.payload_offset(), length, ahead)?;
        let whole = bytes.len() == length && fits(bytes, header.payload_crc);
        Ok(whole.then(|| bytes.to_vec()))
    }

    /// Decides which records are valid. Before `durable_to` a fault is damage: it is noted, and the records after it
    /// are valid. Behind it a fault is where the last write stopped: nothing after it was ever acknowledged. But
    /// unreadable bytes may well have been acknowledged, wherever they are, so records after them are valid.
    fn judge(
        &mut self,
        scan: &mut Scan,
        depth: Depth,
        visit: &mut dyn FnMut(&Header, &[u8]),
    ) -> io::Result<()> {
        scan.traces_end = self.found.last().map_or(0, |found| found.header.next());
        let torn_at = self.torn_at();
        let before_tear = |damage: &&Damage| torn_at.is_none_or(|torn| damage.from < torn);
        scan.damage.extend(self.damage.iter().filter(before_tear));
        for at in 0..self.found.len() {
            let Some(header) = self.found.get(at).map(|found| found.header) else { break };
            let (from, to) = (u64::from(header.offset), header.next());
            let durable = to <= self.durable_to;
            if torn_at.is_some_and(|torn| from >= torn) {
                break;
            }
            let kept = self.found.get_mut(at).and_then(|found| found.payload.take());
            let payload = match kept {
                None if header.kind == Kind::Part && durable && depth == Depth::Tail => Some(Vec::new()),
                None if header.kind == Kind::Part => self.payload(&header, BLOCK_BYTES)?,
                other => other,
            };
            let unreadable = overlaps(&self.window.unreadable, &(from..to));
            match payload {
                Some(payload) => {
                    scan.end = to;
                    take(scan, header, &payload);
                    if depth == Depth::All {
                        visit(&header, &payload);
                    }
                }
                None if durable || unreadable => {
                    scan.end = to;
                    scan.damage.push(Damage { from, to, header: Some(header), unreadable });
                }
                None => break,
            }
        }
        Ok(())
    }

    /// Where the last write stopped, if that can be seen between records.
    fn torn_at(&self) -> Option<u64> {
        let decay = |damage: &&Damage| {
            damage.from < self.durable_to || overlaps(&self.window.unreadable, &(damage.from..damage.to))
        };
        self.damage.iter().find(|damage| !decay(damage)).map(|damage| damage.from)
    }

    /// Reports all unreadable ranges: with the damage that they caused, with the record in which they lie, or alone,
    /// behind the last record.
    fn note_unreadable(&self, scan: &mut Scan) {
        for damage in &mut scan.damage {
            damage.unreadable |= overlaps(&self.window.unreadable, &(damage.from..damage.to));
        }
        for range in &self.window.unreadable {
            let told = |damage: &Damage| damage.from < range.end && range.start < damage.to;
            if !scan.damage.iter().any(told) {
                let header = self.record_at(range.start);
                let (from, to) = (range.start, range.end);
                scan.damage.push(Damage { from, to, header, unreadable: true });
            }
            self.add_unknown(scan, range);
        }
        scan.damage.sort_by_key(|damage| damage.from);
    }

    fn record_at(&self, place: u64) -> Option<Header> {
        let behind = self.found.partition_point(|found| u64::from(found.header.offset) <= place);
        let before = self.found.get(behind.checked_sub(1)?)?;
        (place < before.header.next()).then_some(before.header)
    }

    /// Adds the part of `range` that lies in no record with a readable header.
    fn add_unknown(&self, scan: &mut Scan, range: &Range<u64>) {
        let mut from = range.start;
        let first = self.found.partition_point(|found| found.header.next() <= range.start);
        for found in self.found.iter().skip(first) {
            let begins = u64::from(found.header.offset).min(range.end);
            if from < begins {
                scan.unknown.push(from..begins);
            }
            from = from.max(found.header.next());
            if from >= range.end {
                return;
            }
        }
        scan.unknown.push(from..range.end);
    }
}

fn take(scan: &mut Scan, header: Header, payload: &[u8]) {
    match header.kind {
        Kind::Boot => scan.boot = Boot::decode(payload).ok(),
        Kind::Commit => {}
        _ => scan.records.push((header, effect_of(&header, payload))),
    }
}

/// The fields that a record's payload adds to its header.
pub(crate) fn effect_of(header: &Header, payload: &[u8]) -> Effect {
    match header.kind {
        Kind::SegmentEnd | Kind::Gap => {
            Record::decode(payload).map_or(Effect::None, |record| Effect::Chain(Chain::after(&record)))
        }
        Kind::Init => payload.first_chunk().map_or(Effect::None, |sha256| Effect::Init(*sha256)),
        _ => Effect::None,
    }
}
