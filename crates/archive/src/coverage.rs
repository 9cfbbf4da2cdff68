//! The part of a camera's recording that is kept in memory: where media is, where none is, and which journals to read.
//! A camera's day takes some kilobytes.

mod past;
mod removed;
#[cfg(test)]
mod tests;

use ashkar_evidence::Chain;
use ashkar_terms::{Cause, MediaTime, Span, UtcMicros};

pub(crate) use past::OpenPast;

use crate::format::state::CameraState;
use crate::format::{Header, Kind};
use crate::options::{
    AHEAD_AFTER_US, INITS_MAX, LATE_AFTER_US, MARK_SPACING_TICKS, MARKS_MAX, RUN_TOLERANCE_TICKS,
};

/// What is recorded for an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalKind {
    /// There is media.
    Recorded {
        /// There is media that arrived more than [`crate::options::LATE_AFTER_US`] after it happened.
        late: bool,
    },
    /// A gap is declared.
    Gap {
        /// Its cause.
        cause: Cause,
    },
    /// Neither media nor a gap: before the first picture, after now, or removed by retention.
    Nothing,
}

/// An interval of a camera's time and its coverage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    /// The time.
    pub span: Span,
    /// The coverage.
    pub kind: IntervalKind,
}

/// A declared gap of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GapEntry {
    /// First tick without media.
    pub from: MediaTime,
    /// First tick with media again; `None` while it lasts.
    pub to: Option<MediaTime>,
    /// Its cause.
    pub cause: Cause,
    /// First media sequence number of the gap.
    pub first_segment: u64,
    /// First media sequence number after it.
    pub next_segment: u64,
}

/// The place of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) journal: u32,
    pub(crate) offset: u32,
}

/// A mark for searching a run: segment `segment` starts at `start`, and its first part is in `journal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) segment: u64,
    pub(crate) start: MediaTime,
    pub(crate) journal: u32,
}

/// Media without a hole; its journals, segments and times are all in increasing order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) from: MediaTime,
    pub(crate) to: MediaTime,
    pub(crate) first_segment: u64,
    pub(crate) last_segment: u64,
    /// The last journal with a part or an end of its segments.
    pub(crate) last_journal: u32,
    pub(crate) late: bool,
    /// Its arrival, if it lies [`AHEAD_AFTER_US`] or more after that: then it does not count for the time that it
    /// claims.
    pub(crate) ahead: Option<Span>,
    /// Time after this was recorded by a wall clock that was wrong: the clock went back to here afterwards.
    pub(crate) told_to: MediaTime,
    /// Minimum distance to the next mark.
    pub(crate) spacing: i64,
    /// Never empty.
    pub(crate) marks: Vec<Mark>,
}

/// The fields of a record that its payload adds to its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    None,
    /// The chain after the record.
    Chain(Chain),
    /// SHA-256 of the init segment.
    Init([u8; 32]),
}

/// The whole coverage of one camera.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Coverage {
    pub(crate) state: CameraState,
    /// Number of segments that are discontinuities: what a live playlist counts as its discontinuities.
    pub(crate) discontinuities: u64,
    pub(crate) runs: Vec<Run>,
    /// Media of the past, by time. None of these runs has a hole, however short.
    pub(crate) past: Vec<Run>,
    /// How many segments of the past count.
    pub(crate) past_segments: u64,
    /// The segment of the past that has parts and no end yet.
    pub(crate) open_past: Option<OpenPast>,
    pub(crate) gaps: Vec<GapEntry>,
    /// Journals with facts about it, in increasing order.
    pub(crate) fact_journals: Vec<u32>,
    /// Journals in which numbers go back, in increasing order: they hold parts of segments that came before, or of
    /// segments of the past that were given up. No search may rely on the order there.
    pub(crate) irregular: Vec<u32>,
    /// Latest place of each init segment, by the first bytes of its SHA-256: at a start that journal is in memory.
    pub(crate) inits: Vec<([u8; 8], Place)>,
    /// Time that retention removed. Not in the summary: each start takes it from the file `removed`.
    pub(crate) removed: Vec<(MediaTime, MediaTime)>,
}

impl Coverage {
    /// Adds a durable record. Records come in the order in which they were written; a repeated one, which the archive
    /// wrote again after a failed sync, changes nothing. Repetition is recognised by content, not by place in the
    /// chain: behind a journal that was unreadable for a while, other records have the same places.
    pub(crate) fn apply(&mut self, header: &Header, effect: Effect) {
        match header.kind {
            Kind::Part if header.is_past() => self.apply_past_part(header),
            Kind::SegmentEnd if header.is_past() => self.apply_past_end(header),
            Kind::Part => self.apply_part(header),
            Kind::SegmentEnd => self.apply_end(header),
            Kind::Gap => self.apply_gap(header),
            Kind::Fact => {
                if self.fact_journals.last() != Some(&header.journal) {
                    self.fact_journals.push(header.journal);
                }
            }
            Kind::Init => self.apply_init(header),
            Kind::Boot | Kind::Commit => {}
        }
        match effect {
            Effect::Chain(chain) => self.extend_chain(chain),
            Effect::Init(sha256) if !header.is_past() => self.state.init_sha256 = Some(sha256),
            Effect::Init(_) | Effect::None => {}
        }
    }

    /// Takes over from a sidecar's state what headers do not contain.
    pub(crate) fn apply_state(&mut self, state: &CameraState) {
        self.extend_chain(state.chain);
        self.state.init_sha256 = state.init_sha256.or(self.state.init_sha256);
    }

    fn extend_chain(&mut self, chain: Chain) {
        if chain.next_sequence > self.state.chain.next_sequence {
            self.state.chain = chain;
        }
    }

    fn apply_part(&mut self, header: &Header) {
        let expected = match self.state.open_segment {
            Some((segment, parts)) if segment == header.segment => header.part >= parts,
            _ => header.segment >= self.state.next_segment,
        };
        if !expected {
            return self.note_irregular(header.journal);
        }
        let opens = self.state.open_segment.is_none_or(|(segment, _)| segment != header.segment);
        if opens && header.begins_anew() {
            self.discontinuities = self.discontinuities.saturating_add(1);
        }
        self.state.open_segment = Some((header.segment, header.part.saturating_add(1)));
        self.state.next_segment = self.state.next_segment.max(header.segment.saturating_add(1));
        self.state.timeline_end = Some(header.end());
        self.state.open_gap = None;
        self.close_gap(header.start);
        let late = header.arrival.wall.since(header.end().to_utc()) > LATE_AFTER_US;
        match self.runs.last_mut() {
            Some(run) if run.goes_on(header, late) => run.extend(header),
            _ => {
                self.cut_future(header);
                self.runs.push(Run::new(header, late));
            }
        }
    }

    fn note_irregular(&mut self, journal: u32) {
        if let Err(at) = self.irregular.binary_search(&journal) {
            self.irregular.insert(at, journal);
        }
    }

    /// Media recorded before, for a time later than a part that comes now, was recorded by a wrong clock. It stays
    /// where it is, and does not count for time that had not come.
    fn cut_future(&mut self, header: &Header) {
        let is_after =
            |run: &&mut Run| run.ahead.is_none() && run.to.since(header.start) > RUN_TOLERANCE_TICKS;
        for run in self.runs.iter_mut().filter(is_after) {
            run.told_to = run.told_to.min(header.start);
        }
    }

    fn apply_end(&mut self, header: &Header) {
        if self.state.open_segment.is_some_and(|(segment, _)| segment == header.segment) {
            self.state.open_segment = None;
        }
        let its_run = self.runs.iter_mut().rev().find(|run| run.has(header.segment));
        if let Some(run) = its_run {
            run.last_journal = run.last_journal.max(header.journal);
        }
    }

    fn apply_gap(&mut self, header: &Header) {
        let to = header.gap_to();
        // With another cause it is no repetition: what was declared first is put right.
        let is_same = |gap: &GapEntry| to.is_none() || gap.to == to && gap.cause == header.cause();
        let known = |gap: &GapEntry| gap.from == header.start && gap.to.is_some() && is_same(gap);
        if self.gaps.iter().rev().any(known) {
            return;
        }
        if self.is_afterwards(header) {
            self.apply_gap_afterwards(header);
            return;
        }
        let mut gap = GapEntry {
            from: header.start,
            to,
            cause: header.cause(),
            first_segment: self.state.next_segment,
            next_segment: header.segment,
        };
        self.state.timeline_end = Some(to.unwrap_or(header.start));
        self.state.open_gap = to.is_none().then_some((header.start, gap.cause));
        let goes_on = |last: &GapEntry| last.to.is_none() || last.cause == gap.cause;
        match self.gaps.last_mut() {
            Some(last) if last.from == gap.from && goes_on(last) => {
                gap.first_segment = last.first_segment;
                *last = gap;
                // While it lasted, numbers may have been reserved; its end states which one follows.
                self.state.next_segment = header.segment.max(gap.first_segment);
            }
            _ => {
                self.close_gap(gap.from);
                // While it lasted, its station may have told a better cause of some of it, which stays.
                let told_since = self.gaps.iter().position(|other| to.is_some() && other.from >= gap.from);
                self.gaps.insert(told_since.unwrap_or(self.gaps.len()), gap);
                self.state.next_segment = self.state.next_segment.max(header.segment);
            }
        }
    }

    /// Ends a gap that was left open, if the next record does not: its end was declared behind a journal that was
    /// unreadable for a while, by a process that did not know when it began.
    fn close_gap(&mut self, at: MediaTime) {
        if let Some(last) = self.gaps.last_mut().filter(|last| last.to.is_none()) {
            last.to = Some(at.max(last.from));
        }
    }

    /// Whether a gap that was over before the latest record is declared, as in a repair of an archive. A regular gap
    /// begins where the recording ends.
    fn is_afterwards(&self, header: &Header) -> bool {
        let ends_before =
            |to: MediaTime| header.start < to && self.state.timeline_end.is_some_and(|end| to <= end);
        let closes = self.gaps.last().is_some_and(|last| last.from == header.start && last.to.is_none());
        !closes && header.gap_to().is_some_and(ends_before)
    }

    /// It takes no numbers, and the camera continues where it was. Its cause is that of all its time.
    fn apply_gap_afterwards(&mut self, header: &Header) {
        let gap = GapEntry {
            from: header.start,
            to: header.gap_to(),
            cause: header.cause(),
            first_segment: header.segment,
            next_segment: header.segment,
        };
        if !self.gaps.contains(&gap) {
            let later = self.gaps.iter().position(|other| gap.to.is_some_and(|to| other.from >= to));
            self.gaps.insert(later.unwrap_or(self.gaps.len()), gap);
        }
    }

    pub(crate) fn apply_init(&mut self, header: &Header) {
        let place = Place { journal: header.journal, offset: header.offset };
        if let Some((_, known)) = self.inits.iter_mut().find(|(id, _)| *id == header.init) {
            *known = place;
            return;
        }
        if self.inits.len() >= INITS_MAX {
            self.inits.remove(0);
        }
        self.inits.push((header.init, place));
    }

    /// The coverage of `span`: intervals that touch each other and fill it. If several overlap, media wins over a gap,
    /// media on time over late media, and the latter over media of the past. An open gap ends at `now`.
    pub(crate) fn intervals(&self, span: Span, now: UtcMicros) -> Vec<Interval> {
        let mut claims = Vec::new();
        let mut claim = |from: MediaTime, to: UtcMicros, kind: IntervalKind| {
            let own = Span::new(from.to_utc(), to).and_then(|own| own.intersection(&span));
            claims.extend(own.map(|span| Interval { span, kind }));
        };
        for gap in &self.gaps {
            let until = gap.to.map_or(now, MediaTime::to_utc);
            claim(gap.from, until, IntervalKind::Gap { cause: gap.cause });
        }
        for (from, to) in self.past_counts_for() {
            claim(from, to, IntervalKind::Recorded { late: true });
        }
        for late in [true, false] {
            for run in self.runs.iter().filter(|run| run.late == late) {
                let (from, to) = run.counts_for();
                claim(from, to, IntervalKind::Recorded { late });
            }
        }
        tile(span, &claims)
    }

    /// Time between the camera's records for which nothing is recorded, and its cause (I5). Such time remains after a
    /// recording that claimed time that had not passed: the recording counts for its arrival, and the next gap was
    /// declared from the false time on.
    pub(crate) fn undeclared(&self, now: UtcMicros) -> Vec<(Span, Cause)> {
        let runs = self.runs.iter().map(Run::counts_for).filter(|(from, to)| from.to_utc() < *to);
        let from = runs.map(|(from, _)| from).chain(self.gaps.iter().map(|gap| gap.from)).min();
        // Time after the latest record is declared when the camera continues.
        let span = from.zip(self.state.timeline_end);
        let Some(span) = span.and_then(|(from, to)| Span::new(from.to_utc(), to.to_utc().min(now))) else {
            return Vec::new();
        };
        let is_nothing = |interval: &Interval| interval.kind == IntervalKind::Nothing;
        let holes = self.intervals(span, now).into_iter().filter(is_nothing);
        let holes = holes.flat_map(|hole| self.without_removed(hole.span)).filter(|hole| {
            MediaTime::from_utc(hole.to).since(MediaTime::from_utc(hole.from)) > RUN_TOLERANCE_TICKS
        });
        holes.map(|hole| (hole, self.cause_of_hole(hole))).collect()
    }

    /// Whose claim covers the hole: that of a camera that sent faster than real time, or one by a wrong clock.
    fn cause_of_hole(&self, hole: Span) -> Cause {
        let claims = |run: &&Run| run.from.to_utc() < hole.to && hole.from < run.to.to_utc();
        let mut claimed = self.runs.iter().filter(claims).peekable();
        if claimed.peek().is_none() {
            return Cause::Unknown;
        }
        if claimed.any(|run| run.ahead.is_some()) { Cause::Source } else { Cause::Clock }
    }
}

/// Fills `span`; of several claims to an instant the last wins.
fn tile(span: Span, claims: &[Interval]) -> Vec<Interval> {
    let mut tiles = vec![Interval { span, kind: IntervalKind::Nothing }];
    for claim in claims {
        // Claims come sorted within their kind, so almost always only the last tiles are affected.
        let first = tiles.partition_point(|tile| tile.span.to <= claim.span.from);
        let mut end = first;
        let mut new = Vec::with_capacity(3);
        let mut rest = None;
        while let Some(tile) = tiles.get(end).filter(|tile| tile.span.from < claim.span.to) {
            if end == first {
                new.extend(Span::new(tile.span.from, claim.span.from).map(|span| Interval { span, ..*tile }));
            }
            rest = Span::new(claim.span.to, tile.span.to).map(|span| Interval { span, ..*tile });
            end += 1;
        }
        new.push(*claim);
        new.extend(rest);
        tiles.splice(first..end, new);
    }
    tiles.dedup_by(|next, tile| {
        let same = tile.kind == next.kind && tile.span.to == next.span.from;
        if same {
            tile.span.to = next.span.to;
        }
        same
    });
    tiles
}

/// When the pictures of a part arrived.
fn arrived(header: &Header) -> Option<Span> {
    let to = header.arrival.wall;
    Span::new(to.plus(-i64::from(header.arrival_spread_us).max(1)), to)
}

/// Whether a part is placed so far after its arrival that it claims time that had not passed.
pub(crate) fn is_ahead(header: &Header) -> bool {
    header.end().to_utc().since(header.arrival.wall) > AHEAD_AFTER_US
}

impl Run {
    fn new(header: &Header, late: bool) -> Self {
        Self {
            from: header.start,
            to: header.end(),
            first_segment: header.segment,
            last_segment: header.segment,
            last_journal: header.journal,
            late,
            ahead: arrived(header).filter(|_| is_ahead(header)),
            told_to: MediaTime(i64::MAX),
            spacing: MARK_SPACING_TICKS,
            marks: vec![Mark { segment: header.segment, start: header.start, journal: header.journal }],
        }
    }

    /// A segment never lies in two runs: its parts are found by walking one of them.
    fn goes_on(&self, header: &Header, late: bool) -> bool {
        if header.part > 0 && header.segment == self.last_segment {
            return true;
        }
        let step = header.start.since(self.to);
        late == self.late
            && is_ahead(header) == self.ahead.is_some()
            && step.saturating_abs() <= RUN_TOLERANCE_TICKS
            && header.start >= self.from
            && (header.segment == self.last_segment || header.segment == self.last_segment.saturating_add(1))
    }

    fn extend(&mut self, header: &Header) {
        self.to = self.to.max(header.end());
        if let (Some(all), Some(own)) = (&mut self.ahead, arrived(header)) {
            (all.from, all.to) = (all.from.min(own.from), all.to.max(own.to));
        }
        self.last_segment = header.segment;
        self.last_journal = header.journal;
        if header.part == 0 {
            self.mark(Mark { segment: header.segment, start: header.start, journal: header.journal });
        }
    }

    fn thin_marks(&mut self) {
        if self.marks.len() > MARKS_MAX {
            let mut at = 0;
            self.marks.retain(|_| {
                at += 1;
                at % 2 == 1
            });
            self.spacing = self.spacing.saturating_mul(2);
        }
    }

    /// The time that it covers.
    fn counts_for(&self) -> (MediaTime, UtcMicros) {
        match self.ahead {
            Some(arrived) => (MediaTime::from_utc(arrived.from), arrived.to),
            None => (self.from, self.to.min(self.told_to).to_utc()),
        }
    }

    pub(crate) fn has(&self, segment: u64) -> bool {
        (self.first_segment..=self.last_segment).contains(&segment)
    }
}
