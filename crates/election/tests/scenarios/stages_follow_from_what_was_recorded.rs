//! A station's stage, what blocks the next one and what is late: told by the board as a slow reading of all records tells
//! it, for any records in any order; and in words for one station, step by step.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::sync::LazyLock;

use ashkar_election::{
    Block, Blocker, Board, Entry, EntryId, Fact, Item, LinkToken, Met, NewEntry, Programme, PullUrl,
    Question, Snapshot, Stage, StationBoard, StationId, Store,
};
use ashkar_terms::{CameraId, UtcMicros};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::json;

use crate::a_programme_of_a_thousand_stations_is_told_truly::truth::Truth;
use crate::common::store_with_list;

/// Two cameras.
const STATION: StationId = StationId::new(7, 13);
const DAY_US: i64 = 86_400_000_000;
/// 7 January 2024, 10:00 in Baku.
const BEGIN: UtcMicros = UtcMicros(1_704_607_200_000_000);

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { store_with_list(dir.path()).await.snapshot().await.unwrap() })
});

fn link() -> LinkToken {
    "0123456789abcdef0123456789abcdef01234567".parse().unwrap()
}

fn finding(item: Item, met: Met) -> Fact {
    let measured = (met == Met::Yes).then(|| json!({ "up_mbit_s": 4 }));
    Fact::Finding { station: STATION, item, met, note: format!("{met:?}"), measured, evidence: Vec::new() }
}

fn self_test(room: bool, box_and_tables: bool, no_booth: bool) -> Fact {
    Fact::SelfTest { station: STATION, link: link().hash(), room, box_and_tables, no_booth }
}

/// The programme of some facts: each with the time at which it was found and came.
#[derive(Default)]
struct Told {
    programme: Programme,
    truth: Truth,
}

impl Told {
    fn tell(&mut self, fact: Fact, found_at: UtcMicros, came_at: UtcMicros) {
        let number = self.programme.last() + 1;
        let id = EntryId::from_bytes(u128::from(number.unsigned_abs()).to_be_bytes());
        let new = NewEntry { id, found_at: Some(found_at), fact };
        if self.programme.check(&new.fact).is_err() {
            return;
        }
        let entry = Entry::new(number, new, came_at, "test");
        self.programme.apply(&entry);
        self.truth.records.push(entry);
    }

    fn at(&mut self, day: i64, fact: Fact) {
        let at = BEGIN.plus(day * DAY_US);
        self.tell(fact, at, at);
    }

    fn board(&self, now: UtcMicros) -> Board {
        let mut snapshot = SNAPSHOT.clone();
        for (camera, (enabled, installed, _)) in snapshot
            .cameras
            .iter_mut()
            .filter(|camera| StationId::from(camera.id) == STATION)
            .zip(&self.truth.cameras)
        {
            camera.enabled = *enabled;
            camera.pull = installed.then(|| "rtsp://10.0.0.1/".parse::<PullUrl>().unwrap());
        }
        let is_public = |camera: CameraId| {
            StationId::from(camera) == STATION && self.truth.cameras[usize::from(camera.camera) - 1].2
        };
        Board::of(&snapshot, &self.programme, now, is_public)
    }

    fn station(&self, day: i64) -> StationBoard {
        self.board(BEGIN.plus(day * DAY_US)).station(STATION).unwrap().clone()
    }
}

fn facts() -> impl Strategy<Value = Fact> {
    let station = STATION;
    let words = || "words".to_owned();
    let met = prop_oneof![4 => Just(Met::Yes), 1 => Just(Met::No), 1 => Just(Met::Unknown)];
    prop_oneof![
        20 => (0..10_usize, met, any::<bool>(), 0..8_u8).prop_map(move |(item, met, measured, _)| {
            let measured = measured.then(|| json!({ "up": 1 }));
            let (item, note) = (Item::ALL[item], String::new());
            Fact::Finding { station, item, met, note, measured, evidence: Vec::new() }
        }),
        3 => Just(Fact::Acceptance { station, chair: "A".into(), technician: "B".into(), words: words() }),
        1 => Just(Fact::AcceptanceWithdrawn { station, words: words() }),
        2 => any::<bool>().prop_map(move |passed| Fact::Rehearsal { station, passed, words: words() }),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(room, booth)| self_test(room, true, booth)),
        3 => (0..7_usize, proptest::option::of(1..28_i8)).prop_map(move |(stage, day)| Fact::Due {
            station,
            stage: Stage::ALL[stage],
            responsible: "Rauf".into(),
            due: day.map(|day| date(2024, 1, day)),
        }),
    ]
}

/// All conditions met, so that the later stages are reached too.
fn all_met() -> impl Iterator<Item = Fact> {
    Item::ALL.into_iter().map(|item| finding(item, Met::Yes))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn the_board_says_what_a_slow_reading_says(
        begun in any::<bool>(),
        facts in proptest::collection::vec((facts(), -40..3_i64, 0..3_i64), 0..30),
        cameras in proptest::array::uniform2((proptest::bool::weighted(0.8), proptest::bool::weighted(0.8), any::<bool>())),
        after in 0..40_i64,
    ) {
        let mut told = Told::default();
        told.truth.cameras = cameras.to_vec();
        told.at(0, Fact::Link { station: STATION, link: link().hash() });
        if begun {
            all_met().for_each(|fact| told.at(0, fact));
        }
        let mut day = 0;
        for (fact, found, later) in facts {
            day += later;
            let came = BEGIN.plus(day * DAY_US);
            told.tell(fact, came.plus(found * DAY_US / 2), came);
        }
        let now = BEGIN.plus((day + after) * DAY_US);
        let board = told.board(now);
        let station = board.station(STATION).unwrap();
        let today = date(2024, 1, 7).saturating_add(jiff::Span::new().days(day + after));
        let late: Vec<Stage> = station.late.iter().map(|late| late.stage).collect();
        prop_assert_eq!(station.stage, told.truth.stage());
        prop_assert_eq!(late, told.truth.late(today));
        prop_assert_eq!(station.untested, told.truth.is_untested());
        prop_assert_eq!(station.blocks.iter().any(Block::is_failure), told.truth.is_blocked());
        prop_assert_eq!(station.blocks.is_empty(), station.next.is_none());
        // The order in which the same records come makes no difference to what was found.
        prop_assert_eq!(board.all.stations, 3);
        prop_assert!(serde_json::to_string(&board).is_ok());
    }
}

#[test]
fn a_station_goes_through_all_stages_and_falls_back_with_the_reason() {
    let mut told = Told {
        truth: Truth { cameras: vec![(true, false, false); 2], ..Truth::default() },
        ..Told::default()
    };
    let stage = |told: &Told, day: i64| (told.station(day).stage, told.station(day).next);
    assert_eq!(stage(&told, 0), (Some(Stage::Chosen), Some(Stage::Surveyed)));
    assert_eq!(told.station(0).blocks.len(), Item::ALL.len(), "every item is open");
    for item in Item::ALL.into_iter().skip(1) {
        told.at(1, finding(item, Met::Yes));
    }
    let blocks = told.station(1).blocks;
    assert_eq!(blocks[0].what, Blocker::Unanswered { item: Item::Power });
    assert_eq!((blocks.len(), blocks[0].since, blocks[0].fell_back), (1, None, false));
    told.at(2, finding(Item::Power, Met::No));
    assert_eq!(stage(&told, 2), (Some(Stage::Surveyed), Some(Stage::ConditionsMet)));
    told.at(3, finding(Item::Power, Met::No));
    let block = told.station(3).blocks.remove(0);
    assert_eq!((block.what, block.words.as_str()), (Blocker::NotMet { item: Item::Power }, "No"));
    assert_eq!(
        (block.since, block.fell_back),
        (Some(BEGIN.plus(2 * DAY_US)), false),
        "since it was first found"
    );
    told.at(4, finding(Item::Power, Met::Yes));
    assert_eq!(stage(&told, 4), (Some(Stage::ConditionsMet), Some(Stage::Installed)));
    told.truth.cameras[0].1 = true;
    let blocks = told.station(4).blocks;
    assert_eq!((blocks.len(), &blocks[0].what), (1, &Blocker::NotInstalled { camera: STATION.camera(2) }));
    told.truth.cameras[1].1 = true;
    assert_eq!(told.station(4).blocks[0].what, Blocker::NotAccepted);
    let acceptance = || Fact::Acceptance {
        station: STATION,
        chair: "Leyla Məmmədova".into(),
        technician: "Rauf Əliyev".into(),
        words: String::new(),
    };
    told.at(5, acceptance());
    assert_eq!(told.station(5).blocks[0].what, Blocker::Untested);
    assert!(told.station(5).untested);
    told.at(5, Fact::Link { station: STATION, link: link().hash() });
    told.at(6, self_test(true, false, true));
    let block = told.station(6).blocks.remove(0);
    assert_eq!(block.what, Blocker::TestFailed { no: vec![Question::BoxAndTables] });
    told.at(7, self_test(true, true, true));
    assert_eq!(stage(&told, 7), (Some(Stage::Rehearsed), Some(Stage::Public)));
    told.truth.cameras = vec![(true, true, true), (true, true, false)];
    assert_eq!(told.station(7).blocks[0].what, Blocker::NotApproved { camera: STATION.camera(2) });
    told.truth.cameras[1].2 = true;
    assert_eq!(stage(&told, 7), (Some(Stage::Public), None));

    told.at(8, Fact::AcceptanceWithdrawn { station: STATION, words: "the mount came loose".into() });
    let fallen = told.station(8);
    assert_eq!((fallen.stage, fallen.next), (Some(Stage::Installed), Some(Stage::Accepted)));
    let block = &fallen.blocks[0];
    assert_eq!((&block.what, block.words.as_str()), (&Blocker::Withdrawn, "the mount came loose"));
    assert_eq!((block.since, block.fell_back), (Some(BEGIN.plus(8 * DAY_US)), true));
    told.at(9, finding(Item::LightCount, Met::No));
    let fallen = told.station(9);
    assert_eq!((fallen.stage, fallen.next), (Some(Stage::Surveyed), Some(Stage::ConditionsMet)));
    assert!(
        fallen.blocks[0].fell_back && fallen.blocks[0].what == Blocker::NotMet { item: Item::LightCount }
    );
    told.at(10, finding(Item::LightCount, Met::Yes));
    told.at(10, acceptance());
    assert_eq!(told.programme.station(STATION).unwrap().acceptances().len(), 3, "all are kept");
    assert_eq!(stage(&told, 10), (Some(Stage::Public), None), "what still holds need not be done again");
    told.truth.cameras = vec![(false, true, true); 2];
    assert_eq!(told.station(10).stage, None);
    assert_eq!(told.station(10).blocks[0].what, Blocker::NoCamera);
}

#[test]
fn what_a_wrong_clock_claims_does_not_count_for_ever() {
    let mut told =
        Told { truth: Truth { cameras: vec![(true, true, true); 2], ..Truth::default() }, ..Told::default() };
    all_met().for_each(|fact| told.at(0, fact));
    let (day, year) = (|day: i64| BEGIN.plus(day * DAY_US), 365 * DAY_US);
    told.tell(finding(Item::Power, Met::No), day(1).plus(year), day(1));
    assert_eq!(told.station(1).stage, Some(Stage::Surveyed));
    told.at(2, finding(Item::Power, Met::Yes));
    assert_eq!(
        told.station(2).stage,
        Some(Stage::Installed),
        "a claim of next year counts from when it came"
    );
    told.tell(finding(Item::Power, Met::No), day(1), day(3));
    assert_eq!(
        told.station(3).stage,
        Some(Stage::Installed),
        "what was found earlier and comes later is older"
    );
    told.tell(finding(Item::Power, Met::No), day(40).plus(-50 * year), day(40));
    assert_eq!(
        told.station(40).stage,
        Some(Stage::Surveyed),
        "a clock of 1970 makes it thirty days old, no more"
    );
    let line = Fact::Finding {
        station: STATION,
        item: Item::Line,
        met: Met::Yes,
        note: String::new(),
        measured: None,
        evidence: Vec::new(),
    };
    told.at(41, finding(Item::Power, Met::Yes));
    told.at(41, line);
    assert_eq!(told.station(41).blocks[0].what, Blocker::Unmeasured { item: Item::Line });
}

#[test]
fn what_is_overdue_is_late_until_it_is_reached() {
    let mut told = Told {
        truth: Truth { cameras: vec![(true, true, false); 2], ..Truth::default() },
        ..Told::default()
    };
    let due =
        |stage, due: Option<Date>| Fact::Due { station: STATION, stage, responsible: "Rauf".into(), due };
    told.at(0, due(Stage::Surveyed, Some(date(2024, 1, 8))));
    told.at(0, due(Stage::ConditionsMet, Some(date(2024, 1, 9))));
    told.at(0, due(Stage::Installed, None));
    let station = told.station(1);
    assert_eq!(
        (station.late.len(), station.responsible.as_str(), station.due),
        (0, "Rauf", Some(date(2024, 1, 8)))
    );
    assert_eq!(told.station(2).late[0].stage, Stage::Surveyed);
    assert_eq!(told.station(3).late.len(), 2);
    all_met().for_each(|fact| told.at(3, fact));
    assert!(told.station(9).late.is_empty());
    told.at(9, finding(Item::Mount, Met::No));
    assert_eq!(told.station(9).late[0].stage, Stage::ConditionsMet, "late again, since it fell back");
    told.at(9, due(Stage::ConditionsMet, Some(date(2024, 1, 20))));
    assert!(told.station(9).late.is_empty(), "it got more time");
}
