//! The start: finding again what is there, from a summary, from sidecars, or from the journals themselves. It only
//! reads, so a crash during it leaves everything as it was; what it finds unfinished goes the normal way, through
//! writer and keeper. Recovery is the normal path: a clean start finds less to do, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use ashkar_terms::CameraId;

use crate::catalog::{Catalog, Unsealed};
use crate::coverage::{Coverage, Effect};
use crate::disk::{Disk, read_all};
use crate::error::OpenError;
use crate::format::cache::{self, Cache};
use crate::format::name::{JournalName, is_day};
use crate::format::sidecar::{Block, Sidecar};
use crate::options::INDEX_BYTES_MAX;
use crate::scan::{Depth, Scan, scan};

/// Name of the summary.
pub(crate) const CACHE_FILE: &str = "coverage";

/// What was found at the start, and what was repaired.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Journals that are there.
    pub journals: u32,
    /// Whether the summary was there and whole.
    pub summary_used: bool,
    /// Sidecars that were read because the summary did not cover them.
    pub sidecars_read: u32,
    /// Journals that were scanned because they had no sidecar, or a damaged one.
    pub journals_scanned: u32,
    /// Bytes behind the last whole record of the scanned journals that were written and never acknowledged.
    pub torn_bytes: u64,
    /// Segments that had no end, and get one from what is recorded of them.
    pub interrupted_segments: u32,
    /// Where bytes that had been acknowledged are damaged.
    pub damage: Vec<DamagedRange>,
    /// How long it took, microseconds.
    pub took_us: u64,
}

/// A part of a journal that is not what was written there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedRange {
    /// In which journal.
    pub journal: u32,
    /// First damaged byte, as far as records tell.
    pub from: u64,
    /// First byte that is whole again.
    pub to: u64,
    /// Whose record was hit, where that can be read.
    pub camera: Option<CameraId>,
}

/// The files of an archive.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) journals: BTreeMap<u32, JournalName>,
    pub(crate) sidecars: BTreeSet<u32>,
}

pub(crate) fn list(disk: &dyn Disk) -> Result<Listing, OpenError> {
    let io = |path: &str, source| OpenError::Io { path: path.to_owned(), source };
    let mut listing = Listing::default();
    for day in disk.list("").map_err(|error| io("", error))?.iter().filter(|name| is_day(name)) {
        for file in disk.list(day).map_err(|error| io(day, error))? {
            match JournalName::parse(day, &file) {
                Some((name, true)) => drop(listing.sidecars.insert(name.number)),
                Some((name, false)) => drop(listing.journals.insert(name.number, name)),
                None => {}
            }
        }
    }
    Ok(listing)
}

/// Fills a catalog with what is there.
pub(crate) fn recover(
    disk: &dyn Disk,
    archive: [u8; 8],
    listing: Listing,
) -> Result<(Catalog, Recovery), OpenError> {
    let started = Instant::now();
    let cache = load_cache(disk, archive);
    let mut recovery = Recovery { summary_used: cache.is_some(), ..Recovery::default() };
    recovery.journals = u32::try_from(listing.journals.len()).unwrap_or(u32::MAX);
    let mut catalog = Catalog { journals: listing.journals, ..Catalog::default() };
    if let Some(cache) = cache {
        catalog.covered = (cache.journal, cache.offset);
        catalog.cameras = cache.cameras;
    }
    for name in catalog.journals.values().copied().collect::<Vec<_>>() {
        let sealed = listing.sidecars.contains(&name.number);
        take_journal(disk, &mut catalog, &mut recovery, name, sealed)?;
    }
    let open = catalog.cameras.values().filter(|coverage| coverage.state.open_segment.is_some()).count();
    recovery.interrupted_segments = u32::try_from(open).unwrap_or(u32::MAX);
    recovery.took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok((catalog, recovery))
}

fn load_cache(disk: &dyn Disk, archive: [u8; 8]) -> Option<Cache> {
    let bytes = read_all(disk, CACHE_FILE, INDEX_BYTES_MAX).ok()?;
    cache::decode(&bytes).ok().filter(|cache| cache.archive == archive)
}

/// Takes in one journal. Journals come in rising order.
fn take_journal(
    disk: &dyn Disk,
    catalog: &mut Catalog,
    recovery: &mut Recovery,
    name: JournalName,
    sealed: bool,
) -> Result<(), OpenError> {
    let behind = name.number < catalog.covered.0;
    if behind && sealed {
        return Ok(());
    }
    let from = if name.number == catalog.covered.0 { catalog.covered.1 } else { 0 };
    if sealed && let Some(sidecar) = load_sidecar(disk, name) {
        recovery.sidecars_read += 1;
        take_sidecar(catalog, &sidecar, from);
        return Ok(());
    }
    recovery.journals_scanned += 1;
    let found = scan_journal(disk, name)?;
    note(recovery, name, &found);
    let length = u32::try_from(found.end).unwrap_or(u32::MAX);
    if !behind {
        for (header, effect) in found.records.iter().filter(|(header, _)| header.offset >= from) {
            catalog.cameras.entry(header.camera).or_default().apply(header, *effect);
        }
        catalog.covered = (name.number, length.max(from));
    }
    let unsealed = Unsealed {
        salt: found.salt,
        length,
        cut_to: u32::try_from(found.end.max(found.traces_end)).ok(),
        finished: Some(Arc::new(sidecar_of(name.number, &found))),
        ..Unsealed::default()
    };
    catalog.unsealed.insert(name.number, unsealed);
    Ok(())
}

fn scan_journal(disk: &dyn Disk, name: JournalName) -> Result<Scan, OpenError> {
    let path = name.journal();
    let scanned =
        disk.open(&path, false).and_then(|file| scan(&*file, name.number, None, Depth::Tail, &mut |_, _| {}));
    scanned.map_err(|source| OpenError::Io { path, source })
}

fn note(recovery: &mut Recovery, name: JournalName, found: &Scan) {
    recovery.torn_bytes += found.traces_end.saturating_sub(found.end);
    let range = |damage: &crate::scan::Damage| DamagedRange {
        journal: name.number,
        from: damage.from,
        to: damage.to,
        camera: damage.header.map(|header| header.camera),
    };
    recovery.damage.extend(found.damage.iter().map(range));
}

fn load_sidecar(disk: &dyn Disk, name: JournalName) -> Option<Sidecar> {
    let bytes = read_all(disk, &name.sidecar(), INDEX_BYTES_MAX).ok()?;
    Sidecar::decode(&bytes).ok().filter(|sidecar| sidecar.journal == name.number)
}

/// Takes in the records of a sidecar from byte `from` of its journal. What only payloads say, the end of the chain
/// and the hash of the init segment, comes from the states in it.
fn take_sidecar(catalog: &mut Catalog, sidecar: &Sidecar, from: u32) {
    for (camera, block) in &sidecar.cameras {
        let coverage = catalog.cameras.entry(*camera).or_default();
        for header in block.headers.iter().filter(|header| header.offset >= from) {
            coverage.apply(header, Effect::None);
        }
        coverage.apply_state(&block.state);
    }
    catalog.covered = (sidecar.journal, sidecar.journal_bytes.max(from));
}

/// The sidecar that a scanned journal gets.
pub(crate) fn sidecar_of(number: u32, found: &Scan) -> Sidecar {
    let mut cameras = BTreeMap::<CameraId, (Coverage, Block)>::new();
    for (header, effect) in &found.records {
        let (coverage, block) = cameras.entry(header.camera).or_default();
        coverage.apply(header, *effect);
        block.headers.push(*header);
    }
    let with_state = |(camera, (coverage, block)): (CameraId, (Coverage, Block))| {
        (camera, Block { state: coverage.state, ..block })
    };
    Sidecar {
        journal: number,
        salt: found.salt,
        journal_bytes: u32::try_from(found.end).unwrap_or(u32::MAX),
        cameras: cameras.into_iter().map(with_state).collect(),
    }
}
