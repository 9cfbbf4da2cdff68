//! A commission that starts with an empty election brings a thousand stations to a published system, over the desk's own
//! interface: numbers, drafts of the list, dates, surveys, what is mended, acceptances, the chairs' tests, publication by
//! two persons. After each part the board is what follows from everything that was sent, worked out in another way.
//! Every answer is timed. One station in twenty-five does all this; in a long run (`make test-long`) each does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

mod commission;
mod story;
mod timed;
#[allow(dead_code, reason = "its own crate's tests use all of it")]
#[path = "../../../election/tests/scenarios/a_programme_of_a_thousand_stations_is_told_truly/truth.rs"]
mod truth;

use serde_json::json;

use commission::Commission;

/// What was decided.
const STATIONS: usize = 1000;
const CONSTITUENCIES: usize = 119;
/// Stations that the first draft lacks.
const FORGOTTEN: usize = 10;

#[test]
fn a_thousand_stations_from_an_empty_list_to_the_published_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut commission = Commission::begin(dir.path());
    let decided =
        json!({ "what": "numbers", "stations": STATIONS, "constituencies": CONSTITUENCIES, "of_each": [] });
    commission.decide(&decided);
    commission.compare("nothing");
    assert_eq!(commission.distribution()["missing_stations"], STATIONS);

    commission.import("constituencies.csv", commission::CONSTITUENCIES);
    commission.import("first.csv", &commission::stations(STATIONS - FORGOTTEN));
    assert_eq!(commission.distribution()["missing_stations"], FORGOTTEN);
    commission.import("stations.csv", &commission::stations(STATIONS));
    commission.compare("the list");
    let whole = commission.distribution();
    assert_eq!(
        (&whole["stations"], &whole["constituencies"], &whole["missing_stations"]),
        (&json!(STATIONS), &json!(CONSTITUENCIES), &json!(0))
    );

    story::tell(&mut commission);

    assert_eq!(commission.public_stations(), 0, "a draft is nobody's");
    commission.publish_list();
    assert_eq!(commission.public_stations(), STATIONS);
    commission.compare("the publication");
    commission.look_at_every_page();
    commission.timed.print();
}
