//! New, removed, renumbered, moved, changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::collections::BTreeMap;

use crate::common::{constituency, station};
use ashkar_election::{Diff, FieldChange, Station, StationChange, StationId, StationList};
use proptest::prelude::*;

fn list(stations: Vec<Station>) -> StationList {
    StationList::new((1..=9).map(constituency).collect(), stations)
}

/// One line for each change, as the command line shows it.
#[track_caller]
fn check(old: Vec<Station>, new: Vec<Station>, expected: &[&str]) {
    let diff = Diff::between(&list(old), &list(new));
    let lines: Vec<String> = diff.stations.iter().map(ToString::to_string).collect();
    assert_eq!(lines, expected);
}

#[test]
fn nothing_changed() {
    check(vec![station(1, 1, "A", "x")], vec![station(1, 1, "A", "x")], &[]);
}

#[test]
fn new_and_removed() {
    check(
        vec![station(1, 1, "A", "x")],
        vec![station(1, 2, "B", "y")],
        &["removed 1/1: A, x", "new 1/2: B, y; voters 1000, cameras 1"],
    );
}

#[test]
fn a_number_that_slid_is_a_renumbering_and_not_a_move() {
    // A new first station pushes all others on by one.
    let old = ["A", "B", "C"].iter().zip(1..).map(|(venue, n)| station(1, n, venue, "x")).collect();
    let new = ["N", "A", "B", "C"].iter().zip(1..).map(|(venue, n)| station(1, n, venue, "x")).collect();
    check(
        old,
        new,
        &[
            "new 1/1: N, x; voters 1000, cameras 1",
            "renumbered 1/1 -> 1/2: A, x",
            "renumbered 1/2 -> 1/3: B, x",
            "renumbered 1/3 -> 1/4: C, x",
        ],
    );
}

#[test]
fn swapped_numbers_are_two_renumberings() {
    check(
        vec![station(1, 1, "A", "x"), station(1, 2, "B", "x")],
        vec![station(1, 1, "B", "x"), station(1, 2, "A", "x")],
        &["renumbered 1/2 -> 1/1: B, x", "renumbered 1/1 -> 1/2: A, x"],
    );
}

#[test]
fn a_renumbering_keeps_to_its_constituency() {
    check(
        vec![station(1, 1, "A", "x")],
        vec![station(2, 1, "A", "x")],
        &["removed 1/1: A, x", "new 2/1: A, x; voters 1000, cameras 1"],
    );
}

#[test]
fn another_house_is_a_move() {
    check(vec![station(1, 1, "A", "x")], vec![station(1, 1, "A", "y")], &["moved 1/1: A, x -> A, y"]);
}

#[test]
fn spelling_and_an_address_that_became_known_are_no_move() {
    check(
        vec![station(1, 1, "Məktəb", "")],
        vec![station(1, 1, "MƏKTƏB", "x")],
        &[r#"changed 1/1; venue "Məktəb" -> "MƏKTƏB"; address "" -> "x""#],
    );
}

#[test]
fn figures_change() {
    let new = Station { voters: 900, cameras: 2, ..station(1, 1, "A", "x") };
    check(
        vec![station(1, 1, "A", "x")],
        vec![new],
        &[r#"changed 1/1; voters "1000" -> "900"; cameras "1" -> "2""#],
    );
}

#[test]
fn without_addresses_a_common_venue_proves_nothing() {
    let school = |n, voters| Station { voters, ..station(1, n, "Tam orta məktəb", "") };
    check(
        vec![school(3, 700)],
        vec![school(29, 1100)],
        &["removed 1/3: Tam orta məktəb", "new 1/29: Tam orta məktəb; voters 1100, cameras 1"],
    );
    check(vec![school(3, 700)], vec![school(29, 700)], &["renumbered 1/3 -> 1/29: Tam orta məktəb"]);
}

#[test]
fn constituencies_change_too() {
    let mut renamed = constituency(2);
    renamed.name_en = Some("Second".into());
    let old = StationList::new(vec![constituency(1), constituency(2)], Vec::new());
    let new = StationList::new(vec![renamed, constituency(3)], Vec::new());
    let lines: Vec<String> =
        Diff::between(&old, &new).constituencies.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["removed constituency 1", r#"renamed constituency 2; name_en "" -> "Second""#, "new constituency 3"]
    );
}

#[test]
fn the_json_form_is_stable() {
    let old = list(vec![station(1, 1, "A", "x"), station(1, 2, "B", "")]);
    let new = list(vec![station(1, 1, "C", "x"), Station { voters: 5, ..station(1, 2, "B", "") }]);
    let diff = Diff::between(&old, &new);
    let json = serde_json::to_string(&diff).unwrap();
    assert_eq!(
        json,
        r#"{"constituencies":[],"stations":[{"change":"moved","id":"1/1","from":{"venue":"A","address":"x"},"to":{"venue":"C","address":"x"},"fields":[]},{"change":"changed","id":"1/2","place":{"venue":"B","address":""},"fields":[{"field":"voters","from":"1000","to":"5"}]}]}"#
    );
    assert_eq!(serde_json::from_str::<Diff>(&json).unwrap(), diff);
}

/// Few venues and numbers, so that everything collides.
fn stations() -> impl Strategy<Value = StationList> {
    let one = (0usize..4, 0usize..3, 0u32..3);
    proptest::collection::btree_map((1u16..3, 1u16..9), one, 0..12).prop_map(|stations| {
        let stations =
            stations.into_iter().map(|((constituency, number), (venue, address, voters))| Station {
                voters,
                ..station(constituency, number, ["A", "B", "C", "a"][venue], ["", "x", "y"][address])
            });
        list(stations.collect())
    })
}

/// Applies the differences to the old list; the result must be the new one.
fn replay(old: &StationList, diff: &Diff) -> BTreeMap<StationId, Station> {
    let mut stations: BTreeMap<StationId, Station> =
        old.stations().iter().map(|station| (station.id, station.clone())).collect();
    // All that give up their number leave first: numbers may be exchanged.
    let taken: Vec<Option<Station>> = diff
        .stations
        .iter()
        .map(|change| match change {
            StationChange::New { .. } => None,
            StationChange::Renumbered { from, .. } => {
                Some(stations.remove(from).expect("it had that number"))
            }
            change => Some(stations.remove(&change.id()).expect("it was there")),
        })
        .collect();
    for (change, before) in diff.stations.iter().zip(taken) {
        let id = change.id();
        let after = match (change, before) {
            (StationChange::New { place, voters, .. }, _) => Some(Station {
                voters: *voters,
                ..station(id.constituency, id.station, &place.venue, &place.address)
            }),
            (StationChange::Moved { to, fields, .. }, Some(before)) => {
                let place = Station { venue: to.venue.clone(), address: to.address.clone(), ..before };
                Some(with_fields(place, fields))
            }
            (
                StationChange::Renumbered { fields, .. } | StationChange::Changed { fields, .. },
                Some(before),
            ) => Some(with_fields(Station { id, ..before }, fields)),
            _ => None,
        };
        if let Some(after) = after {
            assert!(stations.insert(id, after).is_none(), "{id} twice");
        }
    }
    stations
}

fn with_fields(mut station: Station, fields: &[FieldChange]) -> Station {
    for field in fields {
        match field.field.as_str() {
            "voters" => station.voters = field.to.parse().unwrap(),
            "venue" => station.venue = field.to.clone(),
            "address" => station.address = field.to.clone(),
            other => unreachable!("{other}"),
        }
    }
    station
}

proptest! {
    // A failing case is printed; this crate has no source folder to keep it in.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_differences_turn_the_old_list_into_the_new_one(old in stations(), new in stations()) {
        let diff = Diff::between(&old, &new);
        prop_assert_eq!(diff.is_empty(), old == new);
        let replayed: Vec<Station> = replay(&old, &diff).into_values().collect();
        prop_assert_eq!(replayed.as_slice(), new.stations());
    }

    #[test]
    fn a_list_does_not_differ_from_itself(list in stations()) {
        prop_assert!(Diff::between(&list, &list).is_empty());
    }
}
