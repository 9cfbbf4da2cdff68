//! Removing whole journals, which only a retention policy may ask for (I10). First its evidence records go to a file of
//! their own, then a durable line to the file `removed`, then the files are unlinked. A crash in between is finished by
//! the next start. Behind it, numbers, chains and the search go on.

mod log;

use std::io;

use ashkar_media::{Fact, Gap, Output};
use ashkar_terms::{CameraId, UtcMicros};
use sha2::{Digest, Sha256};

use crate::archive::Archive;
use crate::coverage::Coverage;
use crate::disk::{Space, read_all, replace};
use crate::error::{ReadError, RemoveError};
use crate::format::name::JournalName;
use crate::format::removed::{Hash, RemovedJournal, RemovedSpan};
use crate::format::sidecar::{Block, Sidecar};
use crate::format::{Header, Kind, fact};
use crate::options::{INDEX_BYTES_MAX, REMOVED_BYTES_MAX};
use crate::planted::{Planted, is_planted};
use crate::read::{self, payload};
use crate::sealer::note_space;
use crate::shared::Shared;
use log::FILE;
pub(crate) use log::RemovedLog;

/// What retention has removed so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Journals.
    pub journals: u64,
    /// Bytes of their records.
    pub bytes: u64,
    /// When the last of them was, by the wall clock of that time.
    pub last_at: Option<UtcMicros>,
}

/// What a sealed journal holds.
#[derive(Debug, Clone, Default)]
pub struct JournalContent {
    /// Bytes of its records.
    pub bytes: u64,
    /// Each camera of which there is something in it.
    pub cameras: Vec<CameraContent>,
}

/// What a sealed journal holds of one camera.
#[derive(Debug, Clone)]
pub struct CameraContent {
    /// The camera.
    pub camera: CameraId,
    /// The numbers of the segments of which it holds a part or the end, in order; without those that are gone because
    /// another journal with something of them was removed.
    pub segments: Vec<u64>,
    /// Its facts, and its gaps as they are known now: one that was over later has its end, with its latest cause.
    pub metadata: Vec<Output>,
}

impl Archive {
    /// Numbers of the sealed journals, oldest first: those that may be removed. From memory.
    pub fn sealed_journals(&self) -> Vec<u32> {
        let catalog = self.shared().catalog.read();
        catalog.journals.keys().copied().filter(|number| !catalog.unsealed.contains_key(number)).collect()
    }

    /// What a sealed journal holds; `None` if there is no such journal.
    ///
    /// # Errors
    /// See [`ReadError`]; then it must not be taken to hold nothing.
    pub fn journal_content(&self, number: u32) -> Result<Option<JournalContent>, ReadError> {
        let shared = &**self.shared();
        let Some((_, sidecar)) = sealed(shared, number)? else { return Ok(None) };
        let mut content = JournalContent { bytes: sidecar.journal_bytes.into(), cameras: Vec::new() };
        for (camera, block) in &sidecar.cameras {
            let is_segment = |header: &&Header| matches!(header.kind, Kind::Part | Kind::SegmentEnd);
            let mut segments: Vec<u64> =
                block.headers.iter().filter(is_segment).map(|header| header.segment).collect();
            segments.sort_unstable();
            segments.dedup();
            let log = shared.removed.lock();
            let gone = |segment: &u64| log.journals.iter().any(|journal| journal.has(*camera, *segment));
            segments.retain(|segment| !gone(segment));
            drop(log);
            let metadata = metadata(shared, *camera, number, block)?;
            content.cameras.push(CameraContent { camera: *camera, segments, metadata });
        }
        Ok(Some(content))
    }

    /// Removes a sealed journal for good, and says so in the archive first; its evidence records stay. `persisted_at` is
    /// who called everything in it persisted. Returns the bytes of its records. May wait for the disk.
    ///
    /// # Errors
    /// [`RemoveError`]; then it is still there, or, after [`RemoveError::Io`], perhaps removed by the next start.
    pub fn remove_journal(&self, number: u32, persisted_at: &str) -> Result<u64, RemoveError> {
        let shared = &**self.shared();
        let disk = &*shared.disk;
        let io = |source| RemoveError::Io { source };
        let mut log = shared.removed.lock();
        if log.unreadable {
            return Err(RemoveError::Unreadable);
        }
        // What a crash leaves is of the last line alone.
        log.finish(disk).map_err(io)?;
        let (name, sidecar) = sealed(shared, number)?.ok_or(RemoveError::NotSealed(number))?;
        may_go(shared, number, &sidecar)?;
        let evidence = evidence(shared, &sidecar)?;
        let hash = Hash(Sha256::digest(&evidence).into());
        let at = shared.clock.now().wall;
        let mut journal = RemovedJournal::new(shared.id, name, &sidecar, at, persisted_at, hash);
        for own in &mut journal.cameras {
            own.spans.iter_mut().try_for_each(|span| complete(shared, own.camera, span))?;
        }
        let line = journal.encode().map_err(|error| io(io::Error::other(error)))?;
        if is_planted(Planted::RemoveBeforeRecord) {
            disk.remove(&name.journal()).map_err(io)?;
        }
        if !is_planted(Planted::RemoveWithoutRecord) {
            let text: String = log.lines.iter().chain([&line]).map(String::as_str).collect();
            if text.len() as u64 > REMOVED_BYTES_MAX {
                return Err(RemoveError::Long(text.len()));
            }
            // A crash after it leaves a file that nobody reads, until this journal is removed.
            replace(disk, &name.evidence(), evidence).map_err(io)?;
            // A crash after it: the next start unlinks the journal.
            replace(disk, FILE, text.into_bytes()).map_err(io)?;
        }
        log.lines.push(line);
        forget(shared, name, &journal);
        let bytes = u64::from(journal.bytes);
        log.journals.push(journal);
        log.journals.sort_by_key(|journal| journal.journal);
        shared.meters.lock().removed = log.total();
        log.unfinished.push(name);
        if let Err(error) = log.finish(disk) {
            tracing::warn!(journal = number, cause = %error, blame = "station",
                "a journal that retention removed is still on the disk; tried again");
        }
        Ok(bytes)
    }

    /// What was removed so far, ever. From memory.
    pub fn removed(&self) -> Removed {
        self.shared().meters.lock().removed
    }

    /// Asks the disk for its room now, rather than within a second.
    ///
    /// # Errors
    /// Any error of the disk.
    pub fn look_at_space(&self) -> io::Result<Space> {
        let space = self.shared().disk.space()?;
        note_space(self.shared(), space);
        Ok(space)
    }
}

/// The sidecar of a sealed journal.
fn sealed(shared: &Shared, number: u32) -> Result<Option<(JournalName, Sidecar)>, ReadError> {
    let catalog = shared.catalog.read();
    let name = catalog.journals.get(&number).copied();
    let Some(name) = name.filter(|_| !catalog.unsealed.contains_key(&number)) else { return Ok(None) };
    drop(catalog);
    let bytes = read_all(&*shared.disk, &name.sidecar(), INDEX_BYTES_MAX)
        .map_err(|source| ReadError::Io { journal: number, source })?;
    let sidecar = Sidecar::decode(&bytes).ok().filter(|sidecar| sidecar.journal == number);
    sidecar.map(|sidecar| Some((name, sidecar))).ok_or(ReadError::Missing { journal: number })
}

fn metadata(shared: &Shared, camera: CameraId, number: u32, block: &Block) -> Result<Vec<Output>, ReadError> {
    let mut found = Vec::new();
    for header in &block.headers {
        match header.kind {
            Kind::Gap => {
                let catalog = shared.catalog.read();
                found.extend(catalog.cameras.get(&camera).and_then(|known| gap_now(known, header)));
            }
            Kind::Fact => {
                let bytes = payload(shared, header)?;
                // Written by a later version: nobody here can tell whether it is elsewhere.
                let kind =
                    fact::decode(header.part, &bytes).map_err(|_| ReadError::Unknown { journal: number })?;
                found.push(Output::Fact(Fact { at: header.arrival, kind }));
            }
            Kind::Part | Kind::SegmentEnd | Kind::Init | Kind::Boot | Kind::Commit => {}
        }
    }
    Ok(found)
}

/// The gap that a record is about; none if its end was in a journal that has been removed.
fn gap_now(known: &Coverage, header: &Header) -> Option<Output> {
    let same = known.gaps.iter().rev().find(|gap| gap.from == header.start)?;
    Some(Output::Gap(Gap {
        from: same.from,
        to: same.to,
        cause: same.cause,
        next_segment: same.next_segment,
    }))
}

/// Whatever is still being recorded stays.
fn may_go(shared: &Shared, number: u32, sidecar: &Sidecar) -> Result<(), RemoveError> {
    let catalog = shared.catalog.read();
    if catalog.cameras.values().any(|coverage| !coverage.past.is_empty() || coverage.open_past.is_some()) {
        return Err(RemoveError::Past);
    }
    for (camera, block) in &sidecar.cameras {
        let state = catalog.cameras.get(camera).map(|coverage| coverage.state).unwrap_or_default();
        let is_kept = |header: &Header| {
            header.kind == Kind::Part
                && state.open_segment.is_some_and(|(segment, _)| segment == header.segment)
                || header.kind == Kind::Gap && state.open_gap.is_some_and(|(from, _)| from == header.start)
        };
        if block.headers.iter().any(is_kept) {
            return Err(RemoveError::InUse(number));
        }
    }
    Ok(())
}

/// The evidence records of a journal, one after another in its order.
fn evidence(shared: &Shared, sidecar: &Sidecar) -> Result<Vec<u8>, ReadError> {
    let of_all = sidecar.cameras.values().flat_map(|block| &block.headers);
    let mut headers: Vec<&Header> =
        of_all.filter(|header| matches!(header.kind, Kind::SegmentEnd | Kind::Gap)).collect();
    headers.sort_by_key(|header| header.offset);
    let mut bytes = Vec::new();
    for header in headers {
        bytes.extend_from_slice(&payload(shared, header)?);
    }
    Ok(bytes)
}

/// A segment of which a part is removed is gone as a whole.
fn complete(shared: &Shared, camera: CameraId, span: &mut RemovedSpan) -> Result<(), ReadError> {
    for number in [span.first_segment, span.last_segment] {
        if let Some(segment) = read::segment(shared, camera, number)? {
            span.from = span.from.min(segment.start);
            span.to = span.to.max(segment.start.plus(i64::from(segment.duration)));
        }
    }
    Ok(())
}

/// From now on no reader looks for it.
fn forget(shared: &Shared, name: JournalName, journal: &RemovedJournal) {
    let mut catalog = shared.catalog.write();
    catalog.journals.remove(&name.number);
    catalog.newest.remove(&name.number);
    for own in &journal.cameras {
        if let Some(coverage) = catalog.cameras.get_mut(&own.camera) {
            coverage.remove(name.number, own);
        }
    }
    drop(catalog);
    shared.open_files.lock().forget(name.number);
}
