//! The documents as others read them: poppler, qpdf and zbar. A tool that is missing is a failure.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod changes;
mod hostile;
mod list;
mod papers;
mod tools;

use ashkar_election::{
    Election, Language, ListPublication, ListVersion, StationList, list_digest, sample_election, sample_list,
};
use ashkar_print::Issue;
use ashkar_terms::UtcMicros;
use jiff::civil::date;

/// 18 November 2026, 11:06:40 UTC.
const MADE: UtcMicros = UtcMicros(1_795_000_000_000_000);

fn election() -> Election {
    let mut election = sample_election(date(2026, 11, 29));
    election.sample = false;
    election
}

fn issue(election: &Election, language: Language) -> Issue<'_> {
    Issue { language, election, made: MADE }
}

fn sample() -> StationList {
    sample_list().unwrap()
}

fn version(number: u32, list: &StationList) -> ListVersion {
    ListVersion {
        number,
        at: MADE,
        by: "cli:aysel".into(),
        source: "stations.csv".into(),
        constituencies: u32::try_from(list.constituencies().len()).unwrap(),
        stations: u32::try_from(list.stations().len()).unwrap(),
        sha256: list_digest(list),
        publication: Some(ListPublication {
            at: MADE,
            decision: None,
            by_owner: true,
            proposed_by: "cli:aysel".into(),
            approved_by: "cli:aysel".into(),
        }),
    }
}
