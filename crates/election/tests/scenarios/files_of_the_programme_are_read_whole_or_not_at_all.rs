//! The files of responsible persons and of stations without a camera: what they change, what they leave, and how each
//! mistake in them is named.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use ashkar_election::{
    Board, Entry, Fact, NewEntry, NoCameraReason, OfConstituency, Programme, ProgrammeStore, SqliteStore,
    Stage, StationId, Store, plan_dues, plan_without_camera,
};
use jiff::civil::date;
use proptest::prelude::*;

use crate::common::{by, list, store_with_list};

const DUES: &str = "constituency,station,stage,responsible,due
7,12,surveyed,Rauf Əliyev,2024-01-10
7,12,Conditions met,Rauf Əliyev,15.01.2024
7,13,surveyed,,2024-01-12
";
const WITHOUT: &str = "Dairə;Məntəqə;Səbəb;Qeyd
7;1;hospital;
7;2;Prison;
9;4;other;a lighthouse
";

async fn record(store: &SqliteStore, facts: Vec<Fact>) -> usize {
    let new: Vec<NewEntry> = facts.into_iter().map(|fact| NewEntry::now(fact).unwrap()).collect();
    store.record_all(&new, "file.csv", &by("cli:x")).await.unwrap()
}

#[tokio::test]
async fn dues_are_taken_over_and_a_second_time_nothing_changes() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let list = store.list().await.unwrap().1;
    let plan = plan_dues(&list, &Programme::default(), DUES.as_bytes()).unwrap();
    assert_eq!((plan.rows, plan.facts.len(), plan.notes.len()), (3, 3, 0));
    record(&store, plan.facts).await;
    let programme = store.programme().await.unwrap();
    let station = programme.station(StationId::new(7, 12)).unwrap();
    assert_eq!(station.due(Stage::ConditionsMet).unwrap().due, Some(date(2024, 1, 15)));
    assert_eq!(station.due(Stage::Surveyed).unwrap().responsible, "Rauf Əliyev");
    assert!(plan_dues(&list, &programme, DUES.as_bytes()).unwrap().facts.is_empty());
    let gone = "constituency,station,stage,responsible,due\n7,12,surveyed,,\n";
    record(&store, plan_dues(&list, &programme, gone.as_bytes()).unwrap().facts).await;
    let programme = store.programme().await.unwrap();
    let station = programme.station(StationId::new(7, 12)).unwrap();
    assert!(station.due(Stage::Surveyed).is_none() && station.due(Stage::ConditionsMet).is_some());
}

#[test]
fn every_wrong_cell_is_named() {
    let wrong = "constituency,station,stage,responsible,due\n7,99,surveyed,,\n7,x,gone,,\n7,12,public,=1+1,5.13.2024\n\
                 7,12,public,,2024-01-01\n";
    let errors = plan_dues(&list(), &Programme::default(), wrong.as_bytes()).unwrap_err();
    let told: Vec<String> = errors.all().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 2, column \"station\", value \"99\": the list has no such station",
            "line 3, column \"station\", value \"x\": is not a whole number",
            "line 3, column \"stage\", value \"gone\": is none of chosen, surveyed, conditions-met, installed, accepted, \
             rehearsed, public",
            "line 4, column \"responsible\", value \"=1+1\": begins with '=', which a spreadsheet would take for a formula",
            "line 4, column \"due\", value \"5.13.2024\": is not a date such as 2024-02-05 or 05.02.2024",
            "line 5, column \"stage\", value \"public\": is already on line 4",
        ]
    );
    let wrong = "constituency,station,reason,words\n7,12,hospital,\n77,1,small,\n7,1,other,\n7,2,club,\n";
    let errors = plan_without_camera(&list(), &Programme::default(), wrong.as_bytes()).unwrap_err();
    let told: Vec<String> = errors.all().iter().map(|error| error.reason.code().to_owned()).collect();
    assert_eq!(told, ["has_camera", "unknown_constituency", "other_without_words", "not_a_reason"]);
    for (file, says) in [
        ("a,b\n1,2\n", "this file has constituency,station,stage,responsible,due"),
        ("constituency,station\n1,2\n", "the column \"stage\" is missing"),
        ("", "the file has no rows"),
    ] {
        let told = plan_dues(&list(), &Programme::default(), file.as_bytes()).unwrap_err().to_string();
        assert!(told.contains(says), "{told}");
    }
}

#[tokio::test]
async fn stations_without_a_camera_stand_beside_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let snapshot = store.snapshot().await.unwrap();
    let plan = plan_without_camera(&snapshot.list, &Programme::default(), WITHOUT.as_bytes()).unwrap();
    assert_eq!(record(&store, plan.facts).await, 3);
    let of_each = vec![
        OfConstituency { constituency: 7, stations: 5 },
        OfConstituency { constituency: 9, stations: 1 },
    ];
    record(&store, vec![Fact::Numbers { stations: 10, constituencies: 4, of_each }]).await;
    let programme = store.programme().await.unwrap();
    let board = Board::of(&snapshot, &programme, by("").at, |_| false);
    let all = &board.distribution;
    assert_eq!((all.stations, all.constituencies), (3, 2));
    assert_eq!((all.missing_stations, all.missing_constituencies), (Some(7), Some(2)));
    assert_eq!(all.without_camera[&NoCameraReason::Prison], 1);
    let seven = board.constituencies.iter().find(|one| one.constituency == 7).unwrap();
    assert_eq!(
        (seven.decided, seven.missing, seven.without_camera, seven.counts.stations),
        (Some(5), Some(3), 2, 2)
    );
    assert!(all.in_both.is_empty());
    // What the complete file no longer names is taken away.
    let plan = plan_without_camera(&snapshot.list, &programme, b"constituency,station,reason\n7,2,prison\n")
        .unwrap();
    assert_eq!(plan.facts.len(), 2);
    record(&store, plan.facts).await;
    assert_eq!(store.programme().await.unwrap().without_camera().len(), 1);
    let both = Fact::WithoutCamera {
        station: StationId::new(7, 12),
        reason: Some(NoCameraReason::Small),
        words: String::new(),
    };
    record(&store, vec![both]).await;
    let board = Board::of(&snapshot, &store.programme().await.unwrap(), by("").at, |_| false);
    assert_eq!(board.distribution.in_both, [StationId::new(7, 12)]);
}

#[tokio::test]
async fn the_list_is_published_in_time_or_late() {
    let dir = tempfile::tempdir().unwrap();
    let store = store_with_list(dir.path()).await;
    let snapshot = store.snapshot().await.unwrap();
    // The vote is on 7 February; `by` acts on the same day.
    let hours = |hours: i64| by("").at.plus(hours * 3_600_000_000);
    let board = async |at| {
        let programme = store.programme().await.unwrap();
        Board::of(&snapshot, &programme, at, |_| false).publication
    };
    let before = board(hours(-48)).await;
    assert_eq!(
        (before.deadline, before.late, before.newest_version),
        (Some(date(2024, 2, 5)), false, Some(2))
    );
    assert!(board(hours(0)).await.late);
    let decision = Fact::Decision { number: "12/45".into(), date: date(2024, 1, 20), list_version: 1 };
    record(&store, vec![decision]).await;
    assert!(board(hours(-48)).await.outdated, "it was decided about an earlier version");
    let publication = || Fact::Publication { list_version: 2, approved_by: ["Aysel".into(), "Rauf".into()] };
    let mut early = by("desk:aysel");
    early.at = hours(-48);
    store.record(&NewEntry::now(publication()).unwrap(), &early).await.unwrap();
    let published = board(hours(0)).await;
    assert!(!published.late);
    assert_eq!(store.programme().await.unwrap().publications().len(), 1);
    assert_eq!(published.published.unwrap().approved_by, ["Aysel", "Rauf"]);
    assert_eq!(published.decision.unwrap().number, "12/45");
}

#[test]
fn hostile_files_do_no_harm() {
    for file in [&b"\0\0\0"[..], b"PK\x03\x04", b"constituency,station,stage\n\"", &[0xff; 100]] {
        assert!(plan_dues(&list(), &Programme::default(), file).is_err());
        assert!(plan_without_camera(&list(), &Programme::default(), file).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn what_a_file_says_can_be_recorded_and_then_it_is_so(
        rows in proptest::collection::vec(
            (
                0..13_usize,
                0..28_usize,
                "[a-zəÇ =+-]{0,12}|\\PC{0,4}|[ə]{0,230}",
                "2024-0[1-9]-[012][1-9]|[12][0-9].1[0-2].2024||[0-9.-]{0,10}",
            ),
            0..4,
        ),
        delimiter in "[,;\t]",
    ) {
        // The last of each is wrong, and seldom drawn.
        let listed = ["7,12", "7,13", "8,1", "77,1"];
        let others = ["7,1", "7,2", "9,4", "7,12"];
        let stages = ["surveyed", "Public", "conditions met", "INSTALLED", "accepted", "chosen", "gone"];
        let reasons = ["hospital", "Other", "small", "ship", "abroad", "prison", "club"];
        let mut dues = String::from("constituency,station,stage,responsible,due\n");
        let mut without = String::from("constituency,station,reason,words\n");
        for (station, word, text, date) in rows {
            let text = text.replace(['"', '\n', '\r'], "");
            let (station, word) = (station / 4, word / 4);
            dues.push_str(&format!("{},{},\"{text}\",{date}\n", listed[station], stages[word]));
            without.push_str(&format!("{},{},\"{text}\"\n", others[station], reasons[word]));
        }
        for (file, plan) in [(dues, plan_dues as fn(&_, &_, &[u8]) -> _), (without, plan_without_camera)] {
            let file = file.replace(',', &delimiter);
            let mut programme = Programme::default();
            let Ok(planned) = plan(&list(), &programme, file.as_bytes()) else { continue };
            for (number, fact) in (1..).zip(planned.facts) {
                prop_assert_eq!(programme.check(&fact), Ok(()), "{:?}", fact);
                let text = serde_json::to_string(&fact).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Fact>(&text).unwrap(), &fact);
                programme.apply(&Entry::new(number, NewEntry::now(fact).unwrap(), by("").at, "test"));
            }
            prop_assert_eq!(plan(&list(), &programme, file.as_bytes()).unwrap().facts, []);
        }
    }
}
