//! Reading: from a camera and a time or a number to records, and from records to bytes. Everything here blocks.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use ashkar_evidence::Record as Evidence;
use ashkar_media::{Fact, InitSegment, Output, PAST_SEGMENTS_FROM, Part, SegmentEnd};
use ashkar_terms::{CameraId, MediaTime, Moment, Span, UtcMicros};
use bytes::Bytes;
use rustix::io::Errno;

use crate::catalog::Unsealed;
use crate::coverage::{Place, Run};
use crate::error::ReadError;
use crate::format::header::{HEADER_BYTES, INDEPENDENT, RECOVERED};
use crate::format::sidecar::Sidecar;
use crate::format::{Header, Kind, fact, payload as payloads};
use crate::options::{PART_BYTES_MAX, QUERY_FACTS_MAX, QUERY_SEGMENTS_MAX};
use crate::recover::sidecar_of;
use crate::rewrite::make_durable;
use crate::scan::{Depth, scan};
use crate::search::{Key, walk};
use crate::shared::Shared;
use crate::window::is_of_medium;

/// A fact is searched for this much before and after its journal's time: the wall clock may have stepped.
const FACT_SLACK_US: i64 = 60_000_000;

/// A segment that is recorded and has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentEntry {
    /// Its camera.
    pub camera: CameraId,
    /// Media sequence number.
    pub segment: u64,
    /// Start of its first part.
    pub start: MediaTime,
    /// Sum of its parts' durations, ticks.
    pub duration: u32,
    /// Sum of its parts' lengths.
    pub byte_length: u64,
    /// First 8 bytes of the SHA-256 of the required init segment.
    pub init: [u8; 8],
    /// First after a gap, a change of parameters, a step of the timeline, or refused parts.
    pub discontinuity: bool,
    /// Whether decoding can begin at its first part.
    pub independent: bool,
    /// Whether it was cut short and ended with the parts recorded so far.
    pub recovered: bool,
    /// When its last access unit arrived.
    pub last_arrival: UtcMicros,
    /// Number of its parts.
    pub parts: u16,
    places: Vec<PartPlace>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PartPlace {
    journal: u32,
    offset: u32,
    payload_bytes: u32,
    part: u16,
}

impl SegmentEntry {
    /// First tick after it.
    pub const fn end(&self) -> MediaTime {
        self.start.plus(self.duration as i64)
    }
}

pub(crate) fn segments(
    shared: &Shared,
    camera: CameraId,
    span: Span,
) -> Result<Vec<SegmentEntry>, ReadError> {
    let overlaps = |from: MediaTime, to: MediaTime| from.to_utc() < span.to && to.to_utc() > span.from;
    // Media that a wrong clock recorded for a time that had not come is not what happened then.
    let runs = runs(shared, camera, |run| overlaps(run.from, run.to.min(run.told_to)));
    let mut found = Vec::new();
    for run in runs {
        let keys = (Key::Time(MediaTime::from_utc(span.from)), Key::Time(MediaTime::from_utc(span.to)));
        let headers = walk(shared, camera, &run, keys, |header| header.start.to_utc() >= span.to)?;
        let is_told = |entry: &SegmentEntry| overlaps(entry.start, entry.end()) && entry.start < run.told_to;
        found.extend(assemble(camera, &headers).filter(is_told));
        if found.len() > QUERY_SEGMENTS_MAX {
            return Err(ReadError::TooMany { camera });
        }
    }
    found.sort_by_key(|entry| (entry.start, entry.segment, longest_first(entry)));
    found.dedup_by_key(|entry| entry.segment);
    Ok(found)
}

/// A part that is durable and, if it is of the past, belongs to a segment that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartEntry {
    /// Media time of its first sample.
    pub start: MediaTime,
    /// Its duration, ticks.
    pub duration: u32,
    /// The length of its bytes.
    pub bytes: u32,
    /// The CRC-32C of its bytes.
    pub crc32c: u32,
}

pub(crate) fn parts_in(
    shared: &Shared,
    camera: CameraId,
    (from, to): (MediaTime, MediaTime),
) -> Result<Vec<PartEntry>, ReadError> {
    let mut found = Vec::new();
    for run in runs(shared, camera, |run| run.from < to && run.to > from) {
        let headers =
            walk(shared, camera, &run, (Key::Time(from), Key::Time(to)), |header| header.start >= to)?;
        // A segment of the past that was given up and begun again has parts that belong to no segment that ended.
        let ended: BTreeSet<(u32, u32)> = assemble(camera, &headers)
            .flat_map(|entry| entry.places)
            .map(|place| (place.journal, place.offset))
            .collect();
        let begins_in = |header: &&Header| {
            let counts = !header.is_past() || ended.contains(&(header.journal, header.offset));
            header.kind == Kind::Part && (from..to).contains(&header.start) && counts
        };
        found.extend(headers.iter().filter(begins_in).map(|header| PartEntry {
            start: header.start,
            duration: header.duration,
            bytes: header.payload_bytes,
            crc32c: header.payload_crc,
        }));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// A segment as it was appended: its init segment, its parts, its end. `None` if it is not there or has not ended.
pub(crate) fn outputs(
    shared: &Shared,
    camera: CameraId,
    number: u64,
) -> Result<Option<Vec<Output>>, ReadError> {
    let headers = records_of_segment(shared, camera, number)?;
    let entry = assemble(camera, &headers).find(|entry| entry.segment == number);
    let end = headers.iter().rfind(|header| header.kind == Kind::SegmentEnd && header.segment == number);
    let Some((entry, end)) = entry.zip(end) else { return Ok(None) };
    let at = Place { journal: end.journal, offset: end.offset };
    let Ok(Evidence::Segment(evidence)) = Evidence::decode(&payload(shared, end)?) else {
        return Err(damaged(camera, at));
    };
    let Some(init) = init(shared, camera, entry.init)? else { return Err(damaged(camera, at)) };
    will_need(shared, std::slice::from_ref(&entry))?;
    let mut outputs = vec![Output::Init(init)];
    for place in &entry.places {
        let at = Place { journal: place.journal, offset: place.offset };
        let (header, bytes) = record(shared, camera, at, place.payload_bytes)?;
        outputs.push(Output::Part(part_of(&header, bytes)));
    }
    outputs.push(Output::SegmentEnd(SegmentEnd {
        segment: evidence.segment,
        start: evidence.start,
        duration: evidence.duration,
        parts: evidence.parts,
        byte_length: evidence.byte_length,
        sha256: evidence.sha256,
        init_sha256: evidence.init_sha256,
        last_arrival: evidence.arrival,
    }));
    Ok(Some(outputs))
}

/// The part of a record.
fn part_of(header: &Header, bytes: Bytes) -> Part {
    let spread = u64::from(header.arrival_spread_us);
    let last = header.arrival;
    let first_arrival = Moment {
        wall: last.wall.plus(-i64::from(header.arrival_spread_us)),
        mono_us: last.mono_us.saturating_sub(spread),
    };
    Part {
        segment: header.segment,
        index: header.part,
        start: header.start,
        duration: header.duration,
        independent: header.has(INDEPENDENT),
        init: header.init,
        discontinuity: header.begins_anew(),
        camera_dts: header.camera_dts,
        first_arrival,
        last_arrival: last,
        samples: header.samples,
        bytes,
    }
}

pub(crate) fn segment(
    shared: &Shared,
    camera: CameraId,
    number: u64,
) -> Result<Option<SegmentEntry>, ReadError> {
    let headers = records_of_segment(shared, camera, number)?;
    Ok(assemble(camera, &headers).find(|entry| entry.segment == number))
}

/// The durable parts of a segment in order, whether it has ended or not.
pub(crate) fn parts_of(shared: &Shared, camera: CameraId, number: u64) -> Result<Vec<Header>, ReadError> {
    let mut headers = records_of_segment(shared, camera, number)?;
    headers.retain(|header| header.kind == Kind::Part && header.segment == number);
    headers.sort_by_key(|header| header.part);
    headers.dedup_by_key(|header| header.part);
    Ok(headers)
}

pub(crate) fn part(
    shared: &Shared,
    camera: CameraId,
    number: u64,
    part: u16,
) -> Result<Option<Bytes>, ReadError> {
    let headers = parts_of(shared, camera, number)?;
    headers.iter().find(|header| header.part == part).map(|header| payload(shared, header)).transpose()
}

pub(crate) fn read_segment(shared: &Shared, entry: &SegmentEntry) -> Result<Vec<Bytes>, ReadError> {
    if entry.places.len() > 1 {
        will_need(shared, std::slice::from_ref(entry))?;
    }
    entry.places.iter().map(|place| read_part(shared, entry, *place)).collect()
}

fn read_part(shared: &Shared, entry: &SegmentEntry, place: PartPlace) -> Result<Bytes, ReadError> {
    let at = Place { journal: place.journal, offset: place.offset };
    let (header, bytes) = record(shared, entry.camera, at, place.payload_bytes)?;
    let own = header.kind == Kind::Part && (header.segment, header.part) == (entry.segment, place.part);
    if own { Ok(bytes) } else { Err(damaged(entry.camera, at)) }
}

/// Advises the disk that these segments are about to be read.
fn will_need(shared: &Shared, entries: &[SegmentEntry]) -> Result<(), ReadError> {
    for place in entries.iter().flat_map(|entry| &entry.places) {
        let length = HEADER_BYTES as u64 + u64::from(place.payload_bytes);
        journal(shared, place.journal)?.will_need(u64::from(place.offset), length);
    }
    Ok(())
}

pub(crate) fn init(
    shared: &Shared,
    camera: CameraId,
    id: [u8; 8],
) -> Result<Option<Arc<InitSegment>>, ReadError> {
    let catalog = shared.catalog.read();
    let inits = catalog.cameras.get(&camera).map(|coverage| &coverage.inits);
    let place = inits.and_then(|inits| inits.iter().find(|(other, _)| *other == id).map(|(_, place)| *place));
    drop(catalog);
    let is_own = |header: &Header| header.kind == Kind::Init && header.init == id;
    let found = match place {
        Some(at) => headers(shared, camera, at.journal)?.into_iter().find(is_own),
        None => other_init(shared, camera, is_own)?,
    };
    let Some(header) = &found else { return Ok(None) };
    let at = Place { journal: header.journal, offset: header.offset };
    let decoded = payloads::decode_init(&payload(shared, header)?);
    decoded.map(Some).map_err(|_| damaged(camera, at))
}

/// Retention may have removed the latest journal that holds an init segment; earlier ones hold it, too.
fn other_init(
    shared: &Shared,
    camera: CameraId,
    is_own: impl Fn(&Header) -> bool,
) -> Result<Option<Header>, ReadError> {
    if shared.meters.lock().removed.journals == 0 {
        return Ok(None);
    }
    let journals: Vec<u32> = shared.catalog.read().journals.keys().rev().copied().collect();
    for journal in journals {
        if let Some(header) = headers(shared, camera, journal)?.into_iter().find(&is_own) {
            if let Some(coverage) = shared.catalog.write().cameras.get_mut(&camera) {
                coverage.apply_init(&header);
            }
            return Ok(Some(header));
        }
    }
    Ok(None)
}

pub(crate) fn facts(shared: &Shared, camera: CameraId, span: Span) -> Result<Vec<Fact>, ReadError> {
    let mut facts = Vec::new();
    for journal in fact_journals(shared, camera, span) {
        for header in headers(shared, camera, journal)? {
            if header.kind != Kind::Fact || !span.contains(header.arrival.wall) {
                continue;
            }
            let bytes = payload(shared, &header)?;
            // A kind of fact written by a later version is skipped.
            let kind = fact::decode(header.part, &bytes).ok();
            facts.extend(kind.map(|kind| Fact { at: header.arrival, kind }));
        }
        if facts.len() >= QUERY_FACTS_MAX {
            break;
        }
    }
    facts.truncate(QUERY_FACTS_MAX);
    facts.sort_by_key(|fact| fact.at.wall);
    Ok(facts)
}

/// Journals with facts of `camera` whose time is near `span`.
fn fact_journals(shared: &Shared, camera: CameraId, span: Span) -> Vec<u32> {
    let catalog = shared.catalog.read();
    let all = catalog.cameras.get(&camera).map(|coverage| coverage.fact_journals.clone()).unwrap_or_default();
    let near = |number: &u32| {
        let begins = catalog.journals.get(number).map(|name| name.start);
        let next = catalog.journals.range(number.saturating_add(1)..).next().map(|(_, name)| name.start);
        begins.is_some_and(|begins| begins.plus(-FACT_SLACK_US) < span.to)
            && next.is_none_or(|next| next.plus(FACT_SLACK_US) > span.from)
    };
    all.into_iter().filter(near).collect()
}

fn runs(shared: &Shared, camera: CameraId, wanted: impl Fn(&Run) -> bool) -> Vec<Run> {
    let catalog = shared.catalog.read();
    let coverage = catalog.cameras.get(&camera);
    let all = coverage.into_iter().flat_map(|coverage| coverage.runs.iter().chain(&coverage.past));
    all.filter(|run| wanted(run)).cloned().collect()
}

fn records_of_segment(shared: &Shared, camera: CameraId, number: u64) -> Result<Vec<Header>, ReadError> {
    let mut found = Vec::new();
    for run in runs(shared, camera, |run| run.has(number)) {
        let key = Key::Segment(number);
        found.extend(walk(shared, camera, &run, (key, key), |header| header.segment > number)?);
    }
    Ok(found)
}

/// Assembles parts to segments. Segments without an end are left out.
fn assemble(camera: CameraId, headers: &[Header]) -> impl Iterator<Item = SegmentEntry> {
    let mut entries: Vec<(SegmentEntry, bool)> = Vec::new();
    for header in headers {
        let current = entries.last_mut().filter(|(entry, _)| entry.segment == header.segment);
        match (header.kind, current) {
            // A segment of the past without an end was begun anew.
            (Kind::Part, Some((entry, false))) if header.part == 0 && header.is_past() => {
                *entry = SegmentEntry::new(camera, header);
            }
            // It ended, and came again: whoever sent it did not learn of it.
            (Kind::Part, Some((_, true))) if header.part == 0 && header.is_past() => {
                entries.push((SegmentEntry::new(camera, header), false));
            }
            (Kind::Part, Some((entry, _))) => entry.add(header),
            (Kind::Part, None) if header.part == 0 => {
                entries.push((SegmentEntry::new(camera, header), false));
            }
            // Behind a journal that was unreadable for a while, a segment was ended with its readable parts. Now that
            // the journal is back, its own end counts.
            (Kind::SegmentEnd, Some((_, true))) if header.has(RECOVERED) => {}
            (Kind::SegmentEnd, Some((entry, ended))) => {
                *ended = true;
                entry.cut(header);
                entry.recovered = header.has(RECOVERED);
            }
            _ => {}
        }
    }
    // A record that was written twice, because a sync failed, makes its segment appear twice.
    entries.sort_by_key(|(entry, ended)| (entry.segment, !ended, longest_first(entry)));
    entries.dedup_by_key(|(entry, _)| entry.segment);
    entries.into_iter().filter_map(|(entry, ended)| ended.then_some(entry))
}

/// When a segment of the past came again, it may have had fewer parts, since those that were durable by then were not sent.
fn longest_first(entry: &SegmentEntry) -> Reverse<u16> {
    Reverse(if entry.segment >= PAST_SEGMENTS_FROM { entry.parts } else { 0 })
}

impl SegmentEntry {
    fn new(camera: CameraId, first: &Header) -> Self {
        let mut entry = Self {
            camera,
            segment: first.segment,
            start: first.start,
            duration: 0,
            byte_length: 0,
            init: first.init,
            discontinuity: first.begins_anew(),
            independent: first.has(INDEPENDENT),
            recovered: false,
            last_arrival: first.arrival.wall,
            parts: 0,
            places: Vec::new(),
        };
        entry.add(first);
        entry
    }

    fn add(&mut self, part: &Header) {
        if part.part != self.parts {
            return;
        }
        self.parts = self.parts.saturating_add(1);
        self.duration = self.duration.saturating_add(part.duration);
        self.byte_length = self.byte_length.saturating_add(u64::from(part.payload_bytes));
        self.last_arrival = part.arrival.wall;
        self.places.push(PartPlace {
            journal: part.journal,
            offset: part.offset,
            payload_bytes: part.payload_bytes,
            part: part.part,
        });
    }

    /// Leaves out parts that are not counted by the segment's end: they were unreadable when it was ended.
    fn cut(&mut self, end: &Header) {
        if end.part == 0 || end.part >= self.parts {
            return;
        }
        self.parts = end.part;
        self.duration = end.duration;
        self.places.truncate(usize::from(end.part));
        self.byte_length = self.places.iter().map(|place| u64::from(place.payload_bytes)).sum();
    }
}

/// All records of `camera` in a journal, in the order in which they were written.
pub(crate) fn headers(shared: &Shared, camera: CameraId, journal: u32) -> Result<Vec<Header>, ReadError> {
    let catalog = shared.catalog.read();
    if let Some(headers) = catalog.headers(journal, camera) {
        return Ok(headers);
    }
    // A number without a journal belongs to one that could not be created.
    let Some(name) = catalog.journals.get(&journal).copied() else { return Ok(Vec::new()) };
    drop(catalog);
    let block = shared.disk.open(&name.sidecar(), false).and_then(|file| {
        // The kernel's read-ahead would be six times the bytes needed, as seen with many readers at once.
        file.read_piecemeal();
        Sidecar::read_block(&*file, journal, camera)
    });
    let is_gone = || !shared.catalog.read().journals.contains_key(&journal);
    match block {
        // Removed by retention in the meantime.
        Err(_) if is_gone() => Ok(Vec::new()),
        Ok(Ok(block)) => Ok(block.map(|block| block.headers).unwrap_or_default()),
        Ok(Err(_)) => repair(shared, camera, journal),
        Err(error) if error.kind() == io::ErrorKind::NotFound || is_of_medium(&error) => {
            repair(shared, camera, journal)
        }
        Err(source) => Err(ReadError::Io { journal, source }),
    }
}

/// The sidecar is damaged or missing: rebuilds it from its journal. The sealer writes it.
fn repair(shared: &Shared, camera: CameraId, number: u32) -> Result<Vec<Header>, ReadError> {
    tracing::error!(
        journal = number,
        cause = "it is missing or damaged",
        blame = "centre",
        "a sidecar is made anew"
    );
    let file = journal(shared, number)?;
    let found = scan(&*file, number, None, Depth::Tail, &mut |_, _| {})
        .map_err(|source| ReadError::Io { journal: number, source })?;
    if !found.is_readable() {
        // Data that a disk does not return now may be readable later: nothing permanent is derived from them.
        return Err(ReadError::Io { journal: number, source: Errno::IO.into() });
    }
    if let Some(name) = shared.catalog.read().journals.get(&number).copied() {
        make_durable(&*shared.disk, name, &found)
            .map_err(|source| ReadError::Io { journal: number, source })?;
    }
    let sidecar = Arc::new(sidecar_of(number, &found));
    let headers = sidecar.cameras.get(&camera).map(|block| block.headers.clone()).unwrap_or_default();
    let unsealed = Unsealed {
        salt: sidecar.salt,
        length: sidecar.journal_bytes,
        finished: Some(sidecar),
        ..Unsealed::default()
    };
    let mut catalog = shared.catalog.write();
    if catalog.journals.contains_key(&number) {
        catalog.unsealed.entry(number).or_insert(unsealed);
    }
    Ok(headers)
}

/// The payload of a record whose header is known.
pub(crate) fn payload(shared: &Shared, header: &Header) -> Result<Bytes, ReadError> {
    let at = Place { journal: header.journal, offset: header.offset };
    let (found, bytes) = record(shared, header.camera, at, header.payload_bytes)?;
    if found == *header { Ok(bytes) } else { Err(damaged(header.camera, at)) }
}

/// Reads a record and verifies both its checksums.
fn record(
    shared: &Shared,
    camera: CameraId,
    at: Place,
    payload_bytes: u32,
) -> Result<(Header, Bytes), ReadError> {
    let file = journal(shared, at.journal)?;
    if payload_bytes as usize > PART_BYTES_MAX {
        return Err(damaged(camera, at));
    }
    let mut bytes = vec![0; HEADER_BYTES + payload_bytes as usize];
    let read = file
        .read_at(u64::from(at.offset), &mut bytes)
        .map_err(|source| ReadError::Io { journal: at.journal, source })?;
    bytes.truncate(read);
    let header = Header::decode(&bytes).map_err(|_| damaged(camera, at))?;
    let payload = Bytes::from(bytes).slice(HEADER_BYTES..);
    let own = (header.camera, header.journal, header.offset, header.payload_bytes)
        == (camera, at.journal, at.offset, payload_bytes);
    if own && payload.len() == payload_bytes as usize && crc32c::crc32c(&payload) == header.payload_crc {
        Ok((header, payload))
    } else {
        Err(damaged(camera, at))
    }
}

fn journal(shared: &Shared, number: u32) -> Result<Arc<dyn crate::disk::DiskFile>, ReadError> {
    let file = shared.journal(number).map_err(|source| ReadError::Io { journal: number, source })?;
    file.ok_or(ReadError::Missing { journal: number })
}

fn damaged(camera: CameraId, at: Place) -> ReadError {
    ReadError::Damaged { journal: at.journal, offset: at.offset, camera }
}
