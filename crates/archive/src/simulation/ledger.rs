//! What was appended, which of it was acknowledged or read, and whether that is there.

use std::collections::{BTreeMap, VecDeque};

use ashkar_media::{Fact, Gap, Output};
use ashkar_terms::{CameraId, Span};

use super::camera::{MORNING, content};
use super::random::Random;
use crate::archive::Archive;
use crate::coverage::IntervalKind;
use crate::error::{ReadError, Refused};
use crate::retention::CameraContent;

/// Number of the newest segments that are read after each start; of the others, some are.
const NEWEST: usize = 25;
const OLDER: u64 = 6;

/// An output that the append queue accepted; it is durable when this many entries are.
struct Taken {
    ticket: u64,
    what: What,
}

enum What {
    Part {
        segment: u64,
        index: u16,
        sent: SentPart,
    },
    End {
        segment: u64,
        parts: u16,
    },
    Gap(Gap),
    Fact(Fact),
    /// The number of a part that was refused: the live window has used it.
    Number(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SentPart {
    generation: u32,
    length: usize,
}

/// What must be there of a segment.
#[derive(Debug, Default, Clone)]
struct Promised {
    parts: BTreeMap<u16, SentPart>,
    /// Its number of parts, if its end was accepted.
    ended: Option<u16>,
}

/// The ledger of one camera.
#[derive(Default)]
pub(super) struct Ledger {
    taken: VecDeque<Taken>,
    segments: BTreeMap<u64, Promised>,
    gaps: Vec<Gap>,
    facts: Vec<Fact>,
    /// Numbers below this one are used.
    pub(super) next_segment: u64,
    /// Time of parts that were refused.
    refused: Vec<Span>,
}

/// A violation, in words.
pub(super) type Violation = String;

impl Ledger {
    /// Notes the result of an append; `ticket` is the number of entries at that time.
    pub(super) fn note(
        &mut self,
        generation: u32,
        ticket: u64,
        output: &Output,
        result: Result<(), Refused>,
    ) {
        let what = match (output, result) {
            (Output::Part(part), Ok(())) => {
                let sent = SentPart { generation, length: part.bytes.len() };
                What::Part { segment: part.segment, index: part.index, sent }
            }
            (Output::Part(part), Err(_)) => {
                let to = part.start.plus(i64::from(part.duration)).to_utc();
                // For a camera without durable records, a crash leaves nothing after which a gap could be declared.
                let is_known = !self.segments.is_empty() || !self.gaps.is_empty();
                self.refused.extend(Span::new(part.start.to_utc(), to).filter(|_| is_known));
                What::Number(part.segment)
            }
            (Output::SegmentEnd(end), Ok(())) => What::End { segment: end.segment, parts: end.parts },
            (Output::Gap(gap), Ok(())) => What::Gap(*gap),
            (Output::Fact(fact), Ok(())) => What::Fact(fact.clone()),
            _ => return,
        };
        self.taken.push_back(Taken { ticket, what });
    }

    /// Everything up to the entry `durable` was acknowledged.
    pub(super) fn acknowledge(&mut self, durable: u64) {
        while let Some(taken) = self.taken.pop_front_if(|taken| taken.ticket <= durable) {
            self.promise(taken.what);
        }
    }

    fn promise(&mut self, what: What) {
        match what {
            What::Part { segment, index, sent } => {
                self.segments.entry(segment).or_default().parts.insert(index, sent);
                self.next_segment = self.next_segment.max(segment + 1);
            }
            What::End { segment, parts } => self.segments.entry(segment).or_default().ended = Some(parts),
            What::Gap(gap) => self.gaps.push(gap),
            What::Fact(fact) => self.facts.push(fact),
            What::Number(segment) => self.next_segment = self.next_segment.max(segment + 1),
        }
    }

    /// The process is dead: entries that are not acknowledged yet are not promised to anybody.
    pub(super) fn forget_taken(&mut self) {
        self.taken.clear();
    }

    /// What a removed journal held is no longer promised.
    pub(super) fn forget_removed(&mut self, content: &CameraContent) {
        content.segments.iter().for_each(|number| drop(self.segments.remove(number)));
        for output in &content.metadata {
            match output {
                Output::Gap(gap) => {
                    self.gaps.retain(|own| own.from != gap.from);
                    let to = gap.to.unwrap_or(gap.from);
                    let lies_in = |span: &Span| gap.from.to_utc() < span.to && span.from < to.to_utc();
                    self.refused.retain(|refused| !lies_in(refused));
                }
                Output::Fact(fact) => self.facts.retain(|own| own != fact),
                _ => {}
            }
        }
    }

    /// Reads data that may not be acknowledged yet. From then on a reader has seen them.
    pub(super) fn read_some(
        &mut self,
        archive: &Archive,
        camera: CameraId,
        random: &mut Random,
    ) -> Result<bool, Violation> {
        let at = random.index(self.taken.len());
        let Some(What::Part { segment, index, sent }) = self.taken.get(at).map(|taken| &taken.what) else {
            return Ok(false);
        };
        let (segment, index, sent) = (*segment, *index, *sent);
        let found = archive.read_part(camera, segment, index).map_err(|error| error.to_string())?;
        let Some(bytes) = found else { return Ok(false) };
        if bytes != content(camera, sent.generation, segment, index, sent.length) {
            return Err(format!("camera {camera}: segment {segment} part {index} has other bytes"));
        }
        self.promise(What::Part { segment, index, sent });
        Ok(true)
    }

    /// Reads the newest segments and some others, or all: everything promised is there, byte for byte. If the disk has
    /// lied, it may be missing; returns the numbers of incomplete segments.
    pub(super) fn verify(
        &self,
        archive: &Archive,
        camera: CameraId,
        depth: Depth<'_>,
        lenient: bool,
    ) -> Result<Vec<u64>, Violation> {
        let numbers: Vec<u64> = match depth {
            Depth::All => self.segments.keys().copied().collect(),
            Depth::Newest(random) => {
                let mut numbers: Vec<u64> = self.segments.keys().rev().take(NEWEST).copied().collect();
                let last = self.segments.keys().next_back().copied().unwrap_or_default();
                let older = (0..OLDER).filter_map(|_| self.segments.range(random.below(last + 1)..).next());
                numbers.extend(older.map(|(number, _)| *number));
                numbers
            }
        };
        let mut missing = Vec::new();
        for number in numbers {
            let promised = self.segments.get(&number).cloned().unwrap_or_default();
            if let Err(absence) = verify_segment(archive, camera, number, &promised)? {
                if !lenient {
                    return Err(absence);
                }
                missing.push(number);
            }
        }
        Ok(missing)
    }

    /// Missing data are no longer promised. Returns whether later data are there.
    pub(super) fn give_up(&mut self, missing: &[u64]) -> bool {
        missing.iter().for_each(|number| drop(self.segments.remove(number)));
        let last = self.segments.keys().next_back();
        last.is_some_and(|last| missing.iter().any(|number| number < last))
    }

    /// Numbers increase with time, acknowledged gaps and facts are there, and no time is left for which nothing is
    /// recorded.
    pub(super) fn verify_order(
        &self,
        archive: &Archive,
        camera: CameraId,
        clock_is_true: bool,
        was_readable: bool,
    ) -> Result<(), Violation> {
        let all = Span { from: MORNING.plus(-86_400_000_000), to: MORNING.plus(2 * 86_400_000_000) };
        let segments = archive.segments(camera, all).map_err(|error| error.to_string())?;
        if let Some(pair) = segments.windows(2).find(|pair| pair[0].segment >= pair[1].segment) {
            let numbers = (pair[0].segment, pair[1].segment);
            return Err(format!("camera {camera}: segments {numbers:?} stand in the order of their times"));
        }
        let gaps = archive.gaps(camera, all);
        for gap in &self.gaps {
            // One that begins there and lasts longer may have replaced it.
            let is_there =
                |found: &crate::GapEntry| found.from == gap.from && (gap.to.is_none() || found.to >= gap.to);
            if !gaps.iter().any(is_there) {
                return Err(format!("camera {camera}: {gap:?} is not there"));
            }
        }
        if !clock_is_true {
            return Ok(());
        }
        let facts = archive.facts(camera, all).map_err(|error| error.to_string())?;
        if let Some(fact) = self.facts.iter().find(|fact| !facts.contains(fact)) {
            return Err(format!("camera {camera}: {fact:?} is not there"));
        }
        // A process that began while a journal was unreadable did not know where to begin the gap; [`Archive::declare`]
        // repairs that.
        if was_readable { self.verify_declared(archive, camera) } else { Ok(()) }
    }

    fn verify_declared(&self, archive: &Archive, camera: CameraId) -> Result<(), Violation> {
        if let Some(undeclared) = archive.undeclared().iter().find(|undeclared| undeclared.camera == camera) {
            return Err(format!("camera {camera}: nothing is said of {:?}", undeclared.span));
        }
        for refused in &self.refused {
            let nothing = |interval: &&crate::Interval| interval.kind == IntervalKind::Nothing;
            if let Some(hole) = archive.coverage(camera, *refused).iter().find(nothing) {
                return Err(format!("camera {camera}: parts were refused, and nothing is said of {hole:?}"));
            }
        }
        Ok(())
    }
}

/// How much is read.
pub(super) enum Depth<'a> {
    All,
    Newest(&'a mut Random),
}

/// The inner `Err` if something promised is missing; the outer one if existing data are wrong.
fn verify_segment(
    archive: &Archive,
    camera: CameraId,
    number: u64,
    promised: &Promised,
) -> Result<Result<(), Violation>, Violation> {
    let what = format!("camera {camera} segment {number}");
    let absent = |error: ReadError| Ok(Err(format!("{what}: {error}")));
    if let Some(parts) = promised.ended {
        let entry = match archive.segment(camera, number) {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(Err(format!("{what} is not there"))),
            Err(error) => return absent(error),
        };
        let bytes = match archive.read_segment(&entry) {
            Ok(bytes) => bytes,
            Err(error) => return absent(error),
        };
        if entry.parts != parts {
            return Ok(Err(format!("{what} has {} parts of {parts}", entry.parts)));
        }
        for (index, sent) in &promised.parts {
            let found = bytes.get(usize::from(*index));
            if found != Some(&content(camera, sent.generation, number, *index, sent.length)) {
                return Err(format!("{what} part {index} has other bytes"));
            }
        }
        return Ok(Ok(()));
    }
    for (index, sent) in &promised.parts {
        match archive.read_part(camera, number, *index) {
            Ok(Some(bytes)) if bytes == content(camera, sent.generation, number, *index, sent.length) => {}
            Ok(Some(_)) => return Err(format!("{what} part {index} has other bytes")),
            Ok(None) => return Ok(Err(format!("{what} part {index} is not there"))),
            Err(error) => return absent(error),
        }
    }
    Ok(Ok(()))
}
