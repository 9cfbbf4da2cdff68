//! What happens to the stations: surveys that find fault, what is mended and what is not, late phones, withdrawn
//! acceptances, chairs who see a booth.

use ashkar_election::{Fact, Item, Met, Stage, StationId};

use super::commission::Commission;
use crate::common::is_long;

/// One station in so many passes through everything, unless the run is long.
const STEP: usize = 25;

/// Every third, seventh and so on of those that take part.
const fn each(number: usize, of: usize) -> bool {
    number.is_multiple_of(of)
}

fn finding(station: StationId, item: Item, met: Met, note: &str) -> Fact {
    let measured = (item == Item::Line).then(|| serde_json::json!({ "up_mbit_s": 4.2 }));
    Fact::Finding { station, item, met, note: note.to_owned(), measured, evidence: Vec::new() }
}

pub fn tell(commission: &mut Commission) {
    let step = if is_long() { 1 } else { STEP };
    let stations: Vec<(usize, StationId)> =
        commission.stations().into_iter().step_by(step).enumerate().collect();

    // Two thirds should have been surveyed last week; the views of all are due next month.
    let early: Vec<_> = stations.iter().filter(|(n, _)| !each(*n, 3)).map(|(_, at)| *at).collect();
    commission.date(Stage::Surveyed, "Aysel", -7, &early);
    let all: Vec<_> = stations.iter().map(|(_, at)| *at).collect();
    commission.date(Stage::Public, "", 30, &all);
    commission.compare("the dates");

    // Each thirteenth is not visited. Each seventh has no good power, each fifth a line that nobody measured.
    for (n, station) in stations.iter().filter(|(n, _)| !each(*n, 13)) {
        for item in Item::ALL {
            let met = if item == Item::Power && each(*n, 7) { Met::No } else { Met::Yes };
            let note = if met == Met::No { "the socket is loose" } else { "" };
            let mut fact = finding(*station, item, met, note);
            if let Fact::Finding { measured, .. } = &mut fact
                && each(*n, 5)
            {
                *measured = None;
            }
            commission.found(*station, fact, Some(-3_600));
        }
    }
    commission.compare("the surveys");

    // Half of what was wrong is mended. A phone that was without a line sends what it found before: that changes nothing.
    for (n, station) in stations.iter().filter(|(n, _)| !each(*n, 13)) {
        if each(*n, 7) && !each(*n, 2) {
            commission.found(*station, finding(*station, Item::Power, Met::Yes, ""), None);
            commission.found(*station, finding(*station, Item::Power, Met::No, "late"), Some(-7_200));
        }
        if each(*n, 5) && !each(*n, 2) {
            commission.found(*station, finding(*station, Item::Line, Met::Yes, ""), None);
        }
    }
    commission.compare("what was mended");

    let installed: Vec<_> = stations.iter().filter(|(n, _)| !each(*n, 17)).map(|(_, at)| *at).collect();
    commission.install(&installed);
    commission.compare("the cameras");

    for (n, station) in stations.iter().filter(|(n, _)| !each(*n, 13)) {
        let accepted = || Fact::Acceptance {
            station: *station,
            chair: "Aysel Kərimova".to_owned(),
            technician: "Tural Nəbiyev".to_owned(),
            words: String::new(),
        };
        commission.found(*station, accepted(), None);
        if each(*n, 6) {
            let words = "the mount came down".to_owned();
            commission.found(*station, Fact::AcceptanceWithdrawn { station: *station, words }, None);
        }
        if each(*n, 12) {
            commission.found(*station, accepted(), None);
        }
    }
    commission.compare("the acceptances");

    for (n, station) in stations.iter().filter(|(n, _)| !each(*n, 4)) {
        commission.chair_tests(*station, !each(*n, 3));
        if each(*n, 9) {
            commission.chair_tests(*station, true);
        }
    }
    commission.compare("the chairs' tests");

    let seen: Vec<_> = stations.iter().filter(|(n, _)| !each(*n, 11)).map(|(_, at)| *at).collect();
    commission.approve(&seen);
    commission.compare("the approvals");
    let reached = commission.reached();
    for stage in [Stage::Chosen, Stage::Surveyed, Stage::ConditionsMet, Stage::Accepted, Stage::Public] {
        assert!(reached.contains(&Some(stage)), "{stage:?} is nobody's last stage: {reached:?}");
    }
}
