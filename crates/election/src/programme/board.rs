//! The board: where each station of the list stands, and what follows for constituencies and the country. The registry,
//! the programme and the time go in; nothing is remembered from one board to the next.

use std::collections::BTreeMap;

use ashkar_terms::{CameraId, UtcMicros};
use jiff::civil::Date;
use serde::Serialize;

use super::derive::Known;
use super::distribution::{self, Distribution};
use super::publication::{self, PublicationBoard};
use super::{Block, Programme, Stage, StationRecord};
use crate::model::StationId;
use crate::store::Snapshot;

/// The whole board.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Board {
    /// The moment.
    pub at: UtcMicros,
    /// All stations of the list together.
    pub all: Counts,
    /// The constituencies of the list, by number.
    pub constituencies: Vec<ConstituencyBoard>,
    /// The stations of the list, by number.
    pub stations: Vec<StationBoard>,
    /// The stations against the numbers that were decided.
    pub distribution: Distribution,
    /// The list's decision and publication.
    pub publication: PublicationBoard,
    /// The chairs' tests.
    pub self_tests: SelfTests,
    /// Citizens' reports that nobody has dealt with.
    pub open_reports: u32,
}

/// How many stations stand where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Stations of the list.
    pub stations: u32,
    /// Those whose cameras are all disabled, so that they are not even chosen.
    pub none: u32,
    /// For each stage those that have reached it, and not the next.
    pub at: BTreeMap<Stage, u32>,
    /// Those with a stage that is overdue.
    pub late: u32,
    /// Those that nobody has tested.
    pub untested: u32,
    /// Those whose next stage is blocked by something that somebody recorded as failing.
    pub blocked: u32,
}

impl Default for Counts {
    fn default() -> Self {
        let at = Stage::ALL.into_iter().map(|stage| (stage, 0)).collect();
        Self { stations: 0, none: 0, at, late: 0, untested: 0, blocked: 0 }
    }
}

impl Counts {
    fn add(&mut self, station: &StationBoard) {
        self.stations += 1;
        match station.stage {
            None => self.none += 1,
            Some(stage) => *self.at.entry(stage).or_default() += 1,
        }
        self.late += u32::from(!station.late.is_empty());
        self.untested += u32::from(station.untested);
        self.blocked += u32::from(station.blocks.iter().any(Block::is_failure));
    }
}

/// Where one constituency stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConstituencyBoard {
    /// Its number.
    pub constituency: u16,
    /// Its stations.
    #[serde(flatten)]
    pub counts: Counts,
    /// How many of its stations shall have cameras, if that was decided for it.
    pub decided: Option<u32>,
    /// How many are missing of these.
    pub missing: Option<u32>,
    /// Its stations that are recorded as without a camera.
    pub without_camera: u32,
}

/// Where one station stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StationBoard {
    /// The station.
    pub station: StationId,
    /// The highest stage that it has reached, with all before it; none if its cameras are all disabled.
    pub stage: Option<Stage>,
    /// The next one; none if it has reached all.
    pub next: Option<Stage>,
    /// What blocks the next one.
    pub blocks: Vec<Block>,
    /// Stages that are overdue, in order.
    pub late: Vec<Late>,
    /// The next stage's responsible person; empty if nobody is named.
    pub responsible: String,
    /// When the next stage is due.
    pub due: Option<Date>,
    /// Neither a self-test nor a rehearsal is recorded.
    pub untested: bool,
}

/// A stage that is overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Late {
    /// The stage.
    pub stage: Stage,
    /// Who answers for it; may be empty.
    pub responsible: String,
    /// The last day on which it would have been in time.
    pub due: Date,
}

/// How many chairs have tested their stations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct SelfTests {
    /// Stations of the list.
    pub of: u32,
    /// Those whose chair has answered.
    pub done: u32,
    /// Those whose chair's newest answers are three times yes.
    pub passed: u32,
}

impl Board {
    /// The board at `now`. `is_public` says whether what a camera shows is approved.
    pub fn of(
        snapshot: &Snapshot,
        programme: &Programme,
        now: UtcMicros,
        is_public: impl Fn(CameraId) -> bool,
    ) -> Self {
        let today = snapshot.election.as_ref().map(|election| election.time_zone.local(now).0);
        let nothing = StationRecord::default();
        let mut board = Self {
            at: now,
            all: Counts::default(),
            constituencies: distribution::constituencies(snapshot, programme),
            stations: Vec::with_capacity(snapshot.list.stations().len()),
            distribution: distribution::of(snapshot, programme),
            publication: publication::of(snapshot, programme, today),
            self_tests: SelfTests::default(),
            open_reports: open_reports(programme),
        };
        for station in snapshot.list.stations() {
            let record = programme.station(station.id).unwrap_or(&nothing);
            let known = Known { snapshot, station: station.id, record, is_public: &is_public };
            board.add(station_board(&known, today), record);
        }
        board
    }

    /// Where a station of the list stands.
    pub fn station(&self, id: StationId) -> Option<&StationBoard> {
        let at = self.stations.binary_search_by_key(&id, |station| station.station).ok()?;
        self.stations.get(at)
    }

    fn add(&mut self, station: StationBoard, record: &StationRecord) {
        self.all.add(&station);
        let number = station.station.constituency;
        let at = self.constituencies.binary_search_by_key(&number, |one| one.constituency);
        if let Some(one) = at.ok().and_then(|at| self.constituencies.get_mut(at)) {
            one.counts.add(&station);
        }
        let tested = record.self_tested_at();
        self.self_tests.of += 1;
        self.self_tests.done += u32::from(tested.is_some());
        self.self_tests.passed += u32::from(tested.is_some_and(|(_, passed)| passed));
        self.stations.push(station);
    }
}

fn station_board<P: Fn(CameraId) -> bool>(known: &Known<'_, P>, today: Option<Date>) -> StationBoard {
    let (stage, next, blocks) = known.stage();
    let record = known.record;
    let open = record.dues().filter(|(of, _)| stage.is_none_or(|stage| *of > stage));
    let late = open.filter_map(|(stage, due)| {
        let is_over = |date: &Date| today.is_some_and(|today| today > *date);
        let date = due.due.filter(is_over)?;
        Some(Late { stage, responsible: due.responsible.clone(), due: date })
    });
    let duty = next.and_then(|next| record.due(next));
    StationBoard {
        station: known.station,
        stage,
        next,
        late: late.collect(),
        responsible: duty.map(|duty| duty.responsible.clone()).unwrap_or_default(),
        due: duty.and_then(|duty| duty.due),
        untested: record.tests().is_empty(),
        blocks,
    }
}

fn open_reports(programme: &Programme) -> u32 {
    let all = programme.reports().values().flatten();
    u32::try_from(all.filter(|report| report.closed.is_none()).count()).unwrap_or(u32::MAX)
}
