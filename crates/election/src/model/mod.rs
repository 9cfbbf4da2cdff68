//! Pure values: no I/O and no clock; times are arguments.

mod access;
mod day;
mod election;
mod language;
mod list;
mod marks;
mod names;
mod people;
mod proposal;
mod rehearsal;
mod rfc3339;
mod station;
mod turnout;
mod views;

pub use access::{Access, Asked, Case, Denial, Standing};
pub use day::{DayPlan, DayTime, Minute, Night};
pub use election::{Election, ElectionError, ElectionKey, Policy, Zone};
pub use language::{Language, Names};
pub use list::StationList;
pub use marks::{Act, Mark, Owed, Phase, StationMarks};
pub use people::{Permission, Person, PersonError, PersonName, Profile, Role};
pub use proposal::{Decided, Proposal, ProposalError, ProposalState, Proposed, check_why};
pub use rehearsal::{Days, KnownElection, NewRehearsal, Rehearsal};
pub use station::{
    Constituency, Coordinates, NameStatus, ParseStationIdError, Station, StationId, StationView,
};
pub use turnout::{Percent, Turnout, TurnoutSource};
pub use views::{
    Approval, Checks, Hidden, HiddenTime, HiddenWhy, Hiding, HidingReason, ParseStillHashError, StillHash,
    ViewError, ViewPhase, ViewZone, ZoneKind,
};
pub(crate) use views::{check_hiding_text, check_zones};
