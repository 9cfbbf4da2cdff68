//! The start: finding what is there, from a summary, from sidecars, or from the journals themselves. The data read may
//! only be pages in the kernel's memory that a power cut loses, so they are made durable before they are trusted: the
//! same bytes are written to the same places, and nothing else, so a crash in the meantime leaves everything as it was.
//! Unfinished work goes the normal way, through writer and sealer. Recovery is the normal path: a clean start finds
//! less to do, and nothing else.

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
use crate::format::{Header, Kind};
use crate::options::{INDEX_BYTES_MAX, JOURNAL_BYTES_MAX, JOURNAL_NUMBERS_MAX, SUMMARY_WAITS_JOURNALS};
use crate::retention::RemovedLog;
use crate::rewrite::make_durable;
use crate::scan::{Damage, Depth, Scan, scan};
use crate::window::is_of_medium;

/// Name of the summary.
pub(crate) const CACHE_FILE: &str = "coverage";

/// The findings and repairs of a start.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Journals found.
    pub journals: u32,
    /// Whether the summary was found intact.
    pub summary_used: bool,
    /// Sidecars that were read because the summary did not cover them.
    pub sidecars_read: u32,
    /// Journals that were scanned because they had no sidecar, or a damaged one.
    pub journals_scanned: u32,
    /// Bytes behind the last complete record of the scanned journals that were written and never acknowledged.
    pub torn_bytes: u64,
    /// Segments that had no end, and get one from their recorded parts.
    pub interrupted_segments: u32,
    /// Ranges in which acknowledged bytes are damaged, and in which journals are unreadable.
    pub damage: Vec<DamagedRange>,
    /// Cameras of which records may be in the unreadable part of a journal: they continue with numbers so far ahead
    /// that none is used twice, and media that they may have sent are declared missing.
    pub uncertain_cameras: u32,
    /// Duration of the start, microseconds.
    pub took_us: u64,
}

impl Recovery {
    /// Total bytes of the ranges in which journals are unreadable.
    pub fn unreadable_bytes(&self) -> u64 {
        let ranges = self.damage.iter().filter(|range| range.unreadable);
        ranges.map(|range| range.to.saturating_sub(range.from)).sum()
    }
}

/// A part of a journal that differs from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DamagedRange {
    /// The journal.
    pub journal: u32,
    /// First damaged byte, as far as records show.
    pub from: u64,
    /// First byte that is intact again.
    pub to: u64,
    /// The camera of the record that was hit, if that can be read.
    pub camera: Option<CameraId>,
    /// The medium returns an error there.
    pub unreadable: bool,
}

/// The result of a start, for the threads that continue from it.
pub(crate) struct Found {
    pub(crate) catalog: Catalog,
    pub(crate) recovery: Recovery,
    pub(crate) uncertain: Uncertain,
    /// Cameras with data that could be read but not made durable. They may belong to a segment that has no end.
    pub(crate) unbelieved: BTreeSet<CameraId>,
    pub(crate) removed: RemovedLog,
}

/// Sequence numbers that may have been used in unreadable records.
#[derive(Debug, Default)]
pub(crate) struct Uncertain {
    /// The first number of each camera that is certainly free.
    pub(crate) cameras: BTreeMap<CameraId, u64>,
    /// The same for cameras without known records.
    pub(crate) unknown_camera: u64,
}

impl Uncertain {
    /// Notes that records of any camera may be in journal `number`, behind those in `catalog`.
    ///
    /// Within a journal a camera takes less than [`JOURNAL_NUMBERS_MAX`] numbers, or a start makes it skip as many as
    /// here. So up to the end of this journal it has taken less than that for each journal, whatever is unreadable.
    fn add(&mut self, catalog: &Catalog, number: u32) {
        let first = (u64::from(number) + 1) * JOURNAL_NUMBERS_MAX;
        self.unknown_camera = self.unknown_camera.max(first);
        for (camera, coverage) in &catalog.cameras {
            // For a camera whose numbers did not begin at 0.
            let first = first.max(coverage.state.next_segment.saturating_add(JOURNAL_NUMBERS_MAX));
            self.cameras.insert(*camera, first);
        }
    }

    /// Notes a record behind an unreadable range: it shows how far the numbers had come.
    fn resolve(&mut self, header: &Header) {
        if matches!(header.kind, Kind::Part | Kind::Gap) && !header.is_past() {
            self.cameras.remove(&header.camera);
        }
    }
}

/// The files of an archive.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) journals: BTreeMap<u32, JournalName>,
    pub(crate) sidecars: BTreeSet<u32>,
    /// What retention removed: none of that is in the others.
    pub(crate) removed: RemovedLog,
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
    // After the names: whatever is removed before it is read is in it.
    RemovedLog::load(disk).compare(disk, &mut listing);
    Ok(listing)
}

/// Fills a catalog with the recordings found.
pub(crate) fn recover(disk: &dyn Disk, archive: [u8; 8], listing: Listing) -> Result<Found, OpenError> {
    let started = Instant::now();
    let cache = load_cache(disk, archive);
    let recovery = Recovery { summary_used: cache.is_some(), ..Recovery::default() };
    let catalog = Catalog { journals: listing.journals, ..Catalog::default() };
    let mut removed = listing.removed;
    removed.keep_own(archive);
    removed.tell();
    let (uncertain, unbelieved) = (Uncertain::default(), BTreeSet::new());
    let mut found = Found { catalog, recovery, uncertain, unbelieved, removed };
    if let Some(cache) = cache {
        found.catalog.covered = (cache.journal, cache.offset);
        found.catalog.cameras = cache.cameras;
    }
    let removed: Vec<u32> = found.removed.journals.iter().map(|journal| journal.journal).collect();
    let mut removed = removed.into_iter().enumerate().peekable();
    for name in found.catalog.journals.values().copied().collect::<Vec<_>>() {
        while let Some((index, _)) = removed.next_if(|(_, number)| *number < name.number) {
            found.pass_removed(index);
        }
        found.take_journal(disk, name, listing.sidecars.contains(&name.number))?;
    }
    removed.for_each(|(index, _)| found.pass_removed(index));
    found.forget_removed();
    found.sum_up(started);
    Ok(found)
}

fn load_cache(disk: &dyn Disk, archive: [u8; 8]) -> Option<Cache> {
    let bytes = read_all(disk, CACHE_FILE, INDEX_BYTES_MAX).ok()?;
    cache::decode(&bytes).ok().filter(|cache| cache.archive == archive)
}

impl Found {
    /// Adds one journal. Journals come in increasing order.
    fn take_journal(&mut self, disk: &dyn Disk, name: JournalName, sealed: bool) -> Result<(), OpenError> {
        let covered = self.catalog.covered;
        let behind = name.number < covered.0;
        if behind && sealed {
            return Ok(());
        }
        let from = if name.number == covered.0 { covered.1 } else { 0 };
        if sealed && let Some(sidecar) = load_sidecar(disk, name) {
            self.recovery.sidecars_read += 1;
            self.take_sidecar(&sidecar, from);
            self.catalog.keep_newest(sidecar);
            return Ok(());
        }
        self.recovery.journals_scanned += 1;
        let mut scan = scan_journal(disk, name)?;
        if let Err(error) = make_durable(disk, name, &scan) {
            tracing::error!(file = %name.journal(), from = scan.durable_to, to = scan.end, cause = %error, blame = "centre",
                "what was written last before the start cannot be made durable; it does not count until a start can");
            self.unbelieved.append(&mut scan.disbelieve());
        }
        self.note(name, &scan);
        let length = scan.end_in_journal();
        if !behind {
            self.take_scan(name, &scan, from);
            if !scan.is_readable() && self.catalog.summary_waits_to == 0 {
                self.catalog.summary_waits_to = name.number + SUMMARY_WAITS_JOURNALS;
            }
            self.catalog.covered = (name.number, length.max(from));
        }
        let unsealed = Unsealed {
            salt: scan.salt,
            length,
            // Nothing is ever written again to an unreadable journal.
            cut_to: u32::try_from(scan.end.max(scan.traces_end)).ok().filter(|_| scan.is_readable()),
            finished: Some(Arc::new(sidecar_of(name.number, &scan))),
            unreadable: !scan.is_readable(),
            ..Unsealed::default()
        };
        self.catalog.unsealed.insert(name.number, unsealed);
        Ok(())
    }

    /// Adds the records of a scanned journal from byte `from` on. Behind an unreadable range, numbers are uncertain
    /// until a record shows them again.
    fn take_scan(&mut self, name: JournalName, scan: &Scan, from: u32) {
        let mut unknown = scan.unknown.iter().filter(|range| range.end > u64::from(from)).peekable();
        for (header, effect) in scan.records.iter().filter(|(header, _)| header.offset >= from) {
            while unknown.next_if(|range| range.start <= u64::from(header.offset)).is_some() {
                self.uncertain.add(&self.catalog, name.number);
            }
            self.catalog.cameras.entry(header.camera).or_default().apply(header, *effect);
            self.uncertain.resolve(header);
        }
        if unknown.next().is_some() {
            self.uncertain.add(&self.catalog, name.number);
        }
    }

    /// Adds the records of a sidecar from byte `from` of its journal. What only payloads contain, the end of the chain
    /// and the hash of the init segment, comes from the states in it.
    fn take_sidecar(&mut self, sidecar: &Sidecar, from: u32) {
        for (camera, block) in &sidecar.cameras {
            let coverage = self.catalog.cameras.entry(*camera).or_default();
            for header in block.headers.iter().filter(|header| header.offset >= from) {
                coverage.apply(header, Effect::None);
                self.uncertain.resolve(header);
            }
            coverage.apply_state(&block.state);
        }
        self.catalog.covered = (sidecar.journal, sidecar.journal_bytes.max(from));
    }

    /// Takes from the record of a removed journal what a later one continues, unless the summary has it.
    fn pass_removed(&mut self, index: usize) {
        let Some(journal) = self.removed.journals.get(index) else { return };
        if (journal.journal, journal.bytes) <= self.catalog.covered {
            return;
        }
        for own in &journal.cameras {
            self.catalog.cameras.entry(own.camera).or_default().pass_removed(own);
        }
        self.catalog.covered = (journal.journal, journal.bytes);
    }

    /// The summary may still tell what was removed after it was written, and journals have pieces of what is not whole
    /// any more.
    fn forget_removed(&mut self) {
        for journal in &self.removed.journals {
            for own in &journal.cameras {
                let coverage = self.catalog.cameras.entry(own.camera).or_default();
                coverage.remove(journal.journal, own);
            }
        }
    }

    fn note(&mut self, name: JournalName, scan: &Scan) {
        self.recovery.torn_bytes += scan.traces_end.saturating_sub(scan.end);
        let range = |damage: &Damage| DamagedRange {
            journal: name.number,
            from: damage.from,
            to: damage.to,
            camera: damage.header.map(|header| header.camera),
            unreadable: damage.unreadable,
        };
        for damage in scan.damage.iter().map(range) {
            tracing::error!(file = %name.journal(), from = damage.from, to = damage.to,
                camera = damage.camera.map(tracing::field::display), blame = "centre",
                cause = if damage.unreadable { "the disk gives an error" } else { "decay" },
                "a journal is damaged; everything else in it is kept");
            self.recovery.damage.push(damage);
        }
    }

    fn sum_up(&mut self, started: Instant) {
        let is_open = |coverage: &&Coverage| coverage.state.open_segment.is_some();
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.recovery.journals = count(self.catalog.journals.len());
        self.recovery.interrupted_segments = count(self.catalog.cameras.values().filter(is_open).count());
        self.recovery.uncertain_cameras = count(self.uncertain.cameras.len());
        self.recovery.took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    }
}

fn scan_journal(disk: &dyn Disk, name: JournalName) -> Result<Scan, OpenError> {
    let path = name.journal();
    let scanned =
        disk.open(&path, false).and_then(|file| scan(&*file, name.number, None, Depth::Tail, &mut |_, _| {}));
    match scanned {
        // Not even its length is known.
        Err(error) if is_of_medium(&error) => Ok(Scan::unreadable(u64::from(JOURNAL_BYTES_MAX))),
        scanned => scanned.map_err(|source| OpenError::Io { path, source }),
    }
}

fn load_sidecar(disk: &dyn Disk, name: JournalName) -> Option<Sidecar> {
    let bytes = read_all(disk, &name.sidecar(), INDEX_BYTES_MAX).ok()?;
    Sidecar::decode(&bytes).ok().filter(|sidecar| sidecar.journal == name.number)
}

/// The sidecar for a scanned journal.
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
        journal_bytes: found.end_in_journal(),
        cameras: cameras.into_iter().map(with_state).collect(),
    }
}
