//! The check: reads everything and reports what is wrong where: every checksum, every segment's SHA-256 against its
//! record, every camera's chain, every sidecar against its journal. Read-only; a running archive may be checked too.

mod removed;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::io;
use std::path::Path;

use ashkar_evidence::{Chain, ChainError, Record};
use ashkar_media::PAST_SEGMENTS_FROM;
use ashkar_terms::{Blame, CameraId, MediaTime, Span, UtcMicros};
use sha2::{Digest, Sha256};

use crate::coverage::is_ahead;
use crate::disk::{Disk, RealDisk, read_all};
use crate::error::OpenError;
use crate::format::name::JournalName;
use crate::format::payload::decode_init;
use crate::format::sidecar::Sidecar;
use crate::format::{Header, Kind};
use crate::identity;
use crate::options::{INDEX_BYTES_MAX, RUN_TOLERANCE_TICKS};
use crate::recover::{Listing, list};
use crate::scan::{Depth, Hint, scan};

/// Number of records of a camera that are remembered, so that duplicates are recognised.
const REMEMBERED_RECORDS: usize = 256;
/// Number of faults reported in full; beyond it, they are only counted.
const FAULTS_MAX: usize = 10_000;

/// Progress of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Journals read.
    pub journals: u32,
    /// Total number of journals.
    pub of: u32,
    /// Bytes read.
    pub bytes: u64,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The archive's id.
    pub archive: String,
    /// Journals read.
    pub journals: u32,
    /// Journals without a sidecar: one that is being written, or one that the next start seals.
    pub unsealed: u32,
    /// Cameras with recordings.
    pub cameras: u32,
    /// Segments whose bytes match the hash in their record.
    pub segments: u64,
    /// Gap records.
    pub gaps: u64,
    /// Of these, those that say that their media may still arrive, from a recording at the station.
    pub gaps_that_may_fill: u64,
    /// Bytes of journals that were read.
    pub bytes: u64,
    /// Journals that retention removed; that is no fault.
    pub removed: u64,
    /// Bytes of their records.
    pub removed_bytes: u64,
    /// The faults, at most some thousand, in the order of the journals.
    pub faults: Vec<Fault>,
    /// Total number of faults.
    pub fault_count: u64,
    /// Recordings that claim time that had not passed yet, at most some thousand, by camera. Not a fault of the files,
    /// and nothing is lost; they count for the time of their arrival, or not at all.
    pub future: Vec<Future>,
}

/// A stretch of a camera's recording that claims time that had not passed yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Future {
    /// The camera.
    pub camera: CameraId,
    /// Its first and last segment.
    pub segments: (u64, u64),
    /// The time that it claims.
    pub span: Span,
    /// When it was claimed, by the clock of that time.
    pub claimed_at: UtcMicros,
    /// `camera` if it sent faster than real time, `centre` if its wall clock was wrong and went back.
    pub blame: Blame,
}

impl std::fmt::Display for Future {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (first, last) = self.segments;
        let seconds = self.span.micros() / 1_000_000;
        let ahead = self.span.to.since(self.claimed_at) / 1_000_000;
        write!(
            f,
            "camera {}, segments {first} to {last}: {seconds} s for a time that had not been, up to {ahead} s ahead",
            self.camera
        )
    }
}

impl Report {
    /// Whether there are no faults.
    pub const fn is_well(&self) -> bool {
        self.fault_count == 0
    }
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}: {problem}", self.place())]
pub struct Fault {
    /// The file, relative to the archive's directory.
    pub path: String,
    /// Its byte in the file.
    pub offset: Option<u64>,
    /// The camera of the record.
    pub camera: Option<CameraId>,
    /// The segment.
    pub segment: Option<u64>,
    /// The kind of fault.
    pub problem: Problem,
    /// Whose fault it is: as far as files show, that of the machine that stores them.
    pub blame: Blame,
}

/// The kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Bytes differ from what was written.
    #[error("{bytes} bytes are damaged")]
    Damaged {
        /// How many, as far as records show.
        bytes: u64,
    },
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// There is a sidecar without a journal.
    #[error("the journal is missing")]
    JournalMissing,
    /// The sidecar is damaged; the next reader rebuilds it.
    #[error("the sidecar is damaged")]
    SidecarDamaged,
    /// Journal and sidecar contradict each other.
    #[error("the sidecar does not fit its journal")]
    SidecarDiffers,
    /// The journal belongs to another archive, according to its boot record.
    #[error("it belongs to archive {0}")]
    Foreign(String),
    /// An evidence record or an init segment cannot be parsed though its checksum matches.
    #[error("a record says what it cannot mean")]
    Nonsense,
    /// The bytes of a segment do not match the hash, length or number of parts in its record.
    #[error("the segment is not the one that its evidence record names")]
    SegmentDiffers,
    /// A part is in a journal that does not hold the init segment it needs in front of it.
    #[error("the init segment of its parts is missing in this journal")]
    InitMissing,
    /// A camera's chain of records is broken.
    #[error("{0}")]
    Chain(ChainError),
    /// Lines of the list of removed journals cannot be read, or are another archive's.
    #[error("{0} lines do not count: damaged, or of another archive")]
    RemovedLines(u32),
    /// A journal is there although the list says that it was removed; the next start keeps it.
    #[error("the list says that this journal was removed, and it is there")]
    RemovedIsThere,
    /// The evidence records of a removed journal are not those that the list names.
    #[error("the evidence of a removed journal is missing or damaged")]
    RemovedEvidence,
}

impl Fault {
    fn place(&self) -> String {
        let mut place = self.offset.map_or_else(String::new, |offset| format!(", byte {offset}"));
        place.extend(self.camera.map(|camera| format!(", camera {camera}")));
        place.extend(self.segment.map(|segment| format!(", segment {segment}")));
        place
    }
}

/// Checks the archive in `directory`; `progress` is called after each journal.
///
/// # Errors
/// [`OpenError`] if there is no archive or its directory cannot be read. Everything else is in the report.
pub fn run(directory: &Path, progress: impl FnMut(Progress)) -> Result<Report, OpenError> {
    let disk = RealDisk::existing(directory)
        .map_err(|source| OpenError::Io { path: directory.display().to_string(), source })?;
    run_on(&disk, progress)
}

/// Checks the archive on any disk.
///
/// # Errors
/// Like [`run`].
pub fn run_on(disk: &dyn Disk, mut progress: impl FnMut(Progress)) -> Result<Report, OpenError> {
    let mut listing = list(disk)?;
    let id = identity::read(disk)?.ok_or_else(|| OpenError::Unusable {
        path: "ARCHIVE".to_owned(),
        reason: "it is missing: no archive, or one that lost its name".to_owned(),
    })?;
    listing.removed.keep_own(id);
    let mut check = Check::new(id);
    let of = u32::try_from(listing.journals.len()).unwrap_or(u32::MAX);
    check.missing_journals(&listing);
    let mut removed = listing.removed.journals.iter().peekable();
    for (name, journals) in listing.journals.values().zip(1..) {
        while let Some(before) = removed.next_if(|removed| removed.journal < name.number) {
            check.removed(disk, before);
        }
        check.journal(disk, *name, listing.sidecars.contains(&name.number));
        progress(Progress { journals, of, bytes: check.report.bytes });
    }
    removed.for_each(|removed| check.removed(disk, removed));
    check.report.journals = of;
    check.report.future =
        check.cameras.values().flat_map(|camera| &camera.future).take(FAULTS_MAX).copied().collect();
    check.report.cameras = u32::try_from(check.cameras.len()).unwrap_or(u32::MAX);
    Ok(check.report)
}

struct Check {
    archive: [u8; 8],
    cameras: BTreeMap<CameraId, Camera>,
    report: Report,
    path: String,
    /// Init segments seen in the journal so far.
    inits: HashSet<(CameraId, [u8; 8])>,
}

/// The state of a camera while its journals are read.
#[derive(Default)]
struct Camera {
    chain: Chain,
    /// Hashes of the newest records, the latest last.
    recent: VecDeque<[u8; 32]>,
    current: Option<Current>,
    /// The same of the past, where a segment without an end counts for nothing.
    past: Option<Current>,
    next_segment: u64,
    /// Segments of which retention removed something, as ranges.
    removed: Vec<(u64, u64)>,
    /// First and last segment, start and end of a stretch without a step back in time.
    era: Option<(u64, u64, MediaTime, MediaTime)>,
    future: Vec<Future>,
}

/// The segment whose parts are being read.
#[derive(Default)]
struct Current {
    segment: u64,
    /// Length and hash up to each of its parts.
    parts: Vec<(u64, Sha256)>,
}

impl Current {
    /// Adds the next part; one that comes again is left out.
    fn add(&mut self, header: &Header, payload: &[u8]) {
        if self.parts.len() != usize::from(header.part) {
            return;
        }
        let (bytes, mut sha256) = self.parts.last().cloned().unwrap_or_default();
        sha256.update(payload);
        self.parts.push((bytes + payload.len() as u64, sha256));
    }
}

impl Check {
    fn new(archive: [u8; 8]) -> Self {
        let report = Report { archive: String::from_utf8_lossy(&archive).into_owned(), ..Report::default() };
        Self { archive, cameras: BTreeMap::new(), report, path: String::new(), inits: HashSet::new() }
    }

    fn missing_journals(&mut self, listing: &Listing) {
        for number in listing.sidecars.iter().filter(|number| !listing.journals.contains_key(number)) {
            self.path = format!("journal {number}");
            self.fault(None, None, None, Problem::JournalMissing);
        }
        "removed".clone_into(&mut self.path);
        if listing.removed.damaged > 0 {
            self.fault(None, None, None, Problem::RemovedLines(listing.removed.damaged));
        }
        if listing.removed.unreadable {
            self.fault(None, None, None, Problem::Unreadable("the list of removed journals".to_owned()));
        }
        for number in &listing.removed.kept {
            self.path = format!("journal {number}");
            self.fault(None, None, None, Problem::RemovedIsThere);
        }
    }

    fn journal(&mut self, disk: &dyn Disk, name: JournalName, sealed: bool) {
        let sidecar = if sealed { self.sidecar(disk, name) } else { None };
        self.report.unsealed += u32::from(!sealed);
        self.path = name.journal();
        self.inits.clear();
        let limit = sidecar.as_ref().map_or(u64::MAX, |sidecar| u64::from(sidecar.journal_bytes));
        let hint = sidecar.as_ref().map(|sidecar| Hint { salt: sidecar.salt, durable_to: limit });
        let scanned = disk.open(&self.path, false).and_then(|file| {
            scan(&*file, name.number, hint, Depth::All, &mut |header, payload| {
                if header.next() <= limit {
                    self.record(header, payload);
                }
            })
        });
        let found = match scanned {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return self.perhaps_removed(disk, name, &error);
            }
            Err(error) => return self.fault(None, None, None, Problem::Unreadable(error.to_string())),
        };
        self.report.bytes += found.end;
        if let Some(boot) = found.boot.as_ref().filter(|boot| boot.archive != self.archive) {
            let other = String::from_utf8_lossy(&boot.archive).into_owned();
            self.fault(Some(0), None, None, Problem::Foreign(other));
        }
        for damage in &found.damage {
            let whose = damage.header.map(|header| header.camera);
            let segment = damage.header.filter(|header| header.kind == Kind::Part).map(|h| h.segment);
            let bytes = damage.to.saturating_sub(damage.from);
            let problem = if damage.unreadable {
                Problem::Unreadable(format!("the disk gives an error within {bytes} bytes"))
            } else {
                Problem::Damaged { bytes }
            };
            self.fault(Some(damage.from), whose, segment, problem);
        }
        let Some(sidecar) = sidecar else { return };
        if found.end < limit {
            // Sealed means acknowledged to its end: missing bytes are not a torn tail.
            self.fault(Some(found.end), None, None, Problem::Damaged { bytes: limit - found.end });
        } else if found.damage.is_empty() && !fits(&sidecar, &found.records) {
            self.fault(None, None, None, Problem::SidecarDiffers);
        }
    }

    fn sidecar(&mut self, disk: &dyn Disk, name: JournalName) -> Option<Sidecar> {
        self.path = name.sidecar();
        match read_all(disk, &self.path, INDEX_BYTES_MAX).map(|bytes| Sidecar::decode(&bytes)) {
            Ok(Ok(sidecar)) if sidecar.journal == name.number => return Some(sidecar),
            Ok(_) => self.fault(None, None, None, Problem::SidecarDamaged),
            Err(error) => self.fault(None, None, None, Problem::Unreadable(error.to_string())),
        }
        None
    }

    fn record(&mut self, header: &Header, payload: &[u8]) {
        match header.kind {
            Kind::Part => {
                // Reported once for all parts that miss it.
                if self.inits.insert((header.camera, header.init)) {
                    self.fault_at(header, Problem::InitMissing);
                }
                let camera = self.cameras.entry(header.camera).or_default();
                if header.is_past() {
                    camera.past_part(header, payload);
                } else {
                    camera.judge_time(header);
                    camera.part(header, payload);
                }
            }
            Kind::SegmentEnd | Kind::Gap => self.evidence(header, payload),
            Kind::Init => match decode_init(payload) {
                Ok(init) if init.sha256.starts_with(&header.init) => {
                    self.inits.insert((header.camera, header.init));
                }
                _ => self.fault_at(header, Problem::Nonsense),
            },
            _ => {}
        }
    }

    fn evidence(&mut self, header: &Header, payload: &[u8]) {
        let record = match Record::decode(payload) {
            Ok(record) if record.link().camera == header.camera => record,
            _ => return self.fault_at(header, Problem::Nonsense),
        };
        let camera = self.cameras.entry(header.camera).or_default();
        if camera.recent.contains(&record.hash()) {
            // Written again after a sync had failed.
            return;
        }
        let followed = camera.follow(&record);
        let fits = camera.judge(&record) || camera.is_cut(&record);
        match (&record, fits) {
            (Record::Segment(_), true) => self.report.segments += 1,
            (Record::Gap(gap), _) => {
                self.report.gaps += 1;
                self.report.gaps_that_may_fill += u64::from(gap.may_still_arrive);
            }
            (Record::Segment(_), false) => self.fault_at(header, Problem::SegmentDiffers),
        }
        if let Err(error) = followed {
            self.fault_at(header, Problem::Chain(error));
        }
    }

    fn fault_at(&mut self, header: &Header, problem: Problem) {
        let of_segment = matches!(header.kind, Kind::Part | Kind::SegmentEnd);
        let segment = of_segment.then_some(header.segment);
        self.fault(Some(u64::from(header.offset)), Some(header.camera), segment, problem);
    }

    fn fault(
        &mut self,
        offset: Option<u64>,
        camera: Option<CameraId>,
        segment: Option<u64>,
        problem: Problem,
    ) {
        self.report.fault_count += 1;
        if self.report.faults.len() < FAULTS_MAX {
            let path = self.path.clone();
            self.report.faults.push(Fault { path, offset, camera, segment, problem, blame: Blame::Centre });
        }
    }
}

impl Camera {
    /// Notes recordings that claim time that had not passed when they arrived, and those that lie in the future of a
    /// clock that went back.
    fn judge_time(&mut self, header: &Header) {
        let (segment, start, end) = (header.segment, header.start, header.end());
        if is_ahead(header) {
            self.note_future(header, (segment, segment), (start, end), Blame::Camera);
            self.era = None;
            return;
        }
        match &mut self.era {
            Some((first, last, from, to)) if to.since(start) > RUN_TOLERANCE_TICKS && segment > *last => {
                let (segments, span) = ((*first, *last), (start.max(*from), *to));
                self.era = Some((segment, segment, start, end));
                self.note_future(header, segments, span, Blame::Centre);
            }
            Some((_, last, _, to)) => (*last, *to) = (segment.max(*last), end.max(*to)),
            None => self.era = Some((segment, segment, start, end)),
        }
    }

    fn note_future(
        &mut self,
        header: &Header,
        segments: (u64, u64),
        (from, to): (MediaTime, MediaTime),
        blame: Blame,
    ) {
        if let Some(last) = self.future.last_mut()
            && blame == Blame::Camera
            && last.blame == blame
            && segments.0 <= last.segments.1.saturating_add(1)
        {
            last.segments.1 = segments.1;
            (last.span.to, last.claimed_at) = (to.to_utc(), header.arrival.wall);
            return;
        }
        let span = Span { from: from.to_utc(), to: to.to_utc() };
        let (camera, claimed_at) = (header.camera, header.arrival.wall);
        self.future.push(Future { camera, segments, span, claimed_at, blame });
    }

    fn part(&mut self, header: &Header, payload: &[u8]) {
        let same = self.current.as_ref().is_some_and(|current| current.segment == header.segment);
        if !same {
            if header.segment < self.next_segment {
                return;
            }
            self.current = Some(Current { segment: header.segment, ..Current::default() });
            self.next_segment = header.segment.saturating_add(1);
        }
        if let Some(current) = &mut self.current {
            current.add(header, payload);
        }
    }

    fn past_part(&mut self, header: &Header, payload: &[u8]) {
        if header.part == 0 {
            self.past = Some(Current { segment: header.segment, ..Current::default() });
        }
        if let Some(current) = self.past.as_mut().filter(|current| current.segment == header.segment) {
            current.add(header, payload);
        }
    }

    fn follow(&mut self, record: &Record) -> Result<(), ChainError> {
        let followed = self.chain.follow(record);
        self.chain = Chain::after(record);
        if self.recent.len() >= REMEMBERED_RECORDS {
            self.recent.pop_front();
        }
        self.recent.push_back(record.hash());
        followed
    }

    /// Whether retention removed some of its parts, so that nothing can be said of them.
    fn is_cut(&self, record: &Record) -> bool {
        let Record::Segment(segment) = record else { return false };
        self.removed.iter().any(|(first, last)| (*first..=*last).contains(&segment.segment))
    }

    /// Whether the parts just read are the segment that the record names. If some could not be read when the archive
    /// ended it, it consists of the parts before them.
    fn judge(&mut self, record: &Record) -> bool {
        let Record::Segment(segment) = record else { return true };
        let is_past = segment.segment >= PAST_SEGMENTS_FROM;
        let current = if is_past { &mut self.past } else { &mut self.current };
        let Some(current) = current.take() else { return false };
        let named = usize::from(segment.parts);
        let is_named = current.segment == segment.segment
            && (current.parts.len() == named || segment.recovered && named < current.parts.len());
        let Some((bytes, sha256)) = named.checked_sub(1).and_then(|last| current.parts.get(last)) else {
            return false;
        };
        is_named && *bytes == segment.byte_length && sha256.clone().finalize()[..] == segment.sha256
    }
}

/// Whether a sidecar lists exactly the records of its journal.
fn fits(sidecar: &Sidecar, records: &[(Header, crate::coverage::Effect)]) -> bool {
    let mut own = BTreeMap::<CameraId, Vec<Header>>::new();
    let counted = records.iter().filter(|(header, _)| header.next() <= u64::from(sidecar.journal_bytes));
    for (header, _) in counted {
        own.entry(header.camera).or_default().push(*header);
    }
    own.len() == sidecar.cameras.len()
        && own.iter().all(|(camera, headers)| {
            sidecar.cameras.get(camera).is_some_and(|block| block.headers == *headers)
        })
}
