//! The decision about the list, its publication, and whether that was in time.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::{Decision, Programme, Publication};
use crate::store::Snapshot;

/// Days before the vote by which the list must be published.
const DAYS_BEFORE: i32 = 2;

/// Where the list stands with its decision and publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicationBoard {
    /// The last day on which publication is in time: two days before the vote. None while a rehearsal is current.
    pub deadline: Option<Date>,
    /// The newest version of the list.
    pub newest_version: Option<u32>,
    /// The commission's newest decision.
    pub decision: Option<Decision>,
    /// The newest publication; by the owner's way both names are the owner's.
    pub published: Option<Publication>,
    /// The list has changed since it was published, or since the decision.
    pub outdated: bool,
    /// It was not published by the deadline.
    pub late: bool,
}

pub(super) fn of(snapshot: &Snapshot, programme: &Programme, today: Option<Date>) -> PublicationBoard {
    let vote = snapshot.election.as_ref().filter(|one| one.rehearsal.is_none());
    let deadline = vote.map(|one| one.date.saturating_sub(DAYS_BEFORE.days()));
    let newest_version = snapshot.version.as_ref().map(|version| version.number);
    let publications = publications(snapshot, programme);
    let (decision, published) = (programme.decision(), publications.last());
    let differs = |version: u32| newest_version.is_some_and(|newest| newest != version);
    PublicationBoard {
        deadline,
        newest_version,
        decision: decision.cloned(),
        published: published.cloned(),
        outdated: published.is_some_and(|one| differs(one.list_version))
            || decision.is_some_and(|one| differs(one.list_version)),
        late: is_late(snapshot, &publications, deadline, today),
    }
}

/// Those that two persons approved, and those by the owner's way, by time.
fn publications(snapshot: &Snapshot, programme: &Programme) -> Vec<Publication> {
    let by_owner = snapshot.published_versions().filter_map(|version| {
        let one = version.publication.as_ref().filter(|publication| publication.by_owner)?;
        let approved_by = [one.proposed_by.clone(), one.approved_by.clone()];
        Some(Publication { list_version: version.number, approved_by, at: one.at })
    });
    let mut all: Vec<Publication> = programme.publications().iter().cloned().chain(by_owner).collect();
    all.sort_by_key(|publication| publication.at);
    all
}

/// Whether nothing was published by the deadline, and that has passed.
fn is_late(
    snapshot: &Snapshot,
    publications: &[Publication],
    deadline: Option<Date>,
    today: Option<Date>,
) -> bool {
    let (Some(election), Some(deadline), Some(today)) = (&snapshot.election, deadline, today) else {
        return false;
    };
    let in_time = |one: &Publication| election.time_zone.local(one.at).0 <= deadline;
    today > deadline && !publications.iter().any(in_time)
}
