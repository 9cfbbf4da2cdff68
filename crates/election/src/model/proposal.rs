//! What needs two persons: one proposes it, another one decides.

use ashkar_terms::{CameraId, UtcMicros};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Checks, Election, ElectionKey, Permission, PersonName, StationId, StillHash, ViewPhase, ViewZone,
};

/// The longest reason, bytes.
const WHY_BYTES_MAX: usize = 1000;

/// What is to be done. In JSON `{"kind": "station.close", "payload": {…}}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload", deny_unknown_fields)]
pub enum Proposed {
    /// A camera's view becomes public for a phase of the day.
    #[serde(rename = "view.approve")]
    ApproveView {
        /// The camera.
        camera: CameraId,
        /// The phase.
        phase: ViewPhase,
        /// The reference still.
        still: StillHash,
        /// What the view shows, and where.
        zones: Vec<ViewZone>,
        /// What was looked for.
        checks: Checks,
    },
    /// A hidden camera is shown again from then on.
    #[serde(rename = "view.show")]
    ShowView {
        /// The camera.
        camera: CameraId,
    },
    /// A station's protocol is completed: its cameras owe nothing from then on.
    #[serde(rename = "station.close")]
    CloseStation {
        /// The station.
        station: StationId,
        /// When the protocol was completed.
        #[serde(with = "super::rfc3339")]
        at: UtcMicros,
    },
    /// A version of the list becomes the published one, by a decision of the commission.
    #[serde(rename = "list.publish")]
    PublishList {
        /// The version.
        version: u32,
        /// The decision's number, such as `12/45`.
        decision_number: String,
        /// Its date.
        decision_date: Date,
    },
    /// The election's plan or policy becomes another one.
    #[serde(rename = "policy.change")]
    ChangePolicy {
        /// The whole election as it is to be, with the key of the current one.
        election: Box<Election>,
    },
    /// Another election of the registry becomes the current one: the public sees it from then on.
    #[serde(rename = "election.use")]
    UseElection {
        /// Which.
        key: ElectionKey,
    },
    /// Somebody who lost what proves who they are gets a new invitation.
    #[serde(rename = "person.recover")]
    RecoverPerson {
        /// Who.
        name: PersonName,
    },
}

impl Proposed {
    /// Its name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::ApproveView { .. } => "view.approve",
            Self::ShowView { .. } => "view.show",
            Self::CloseStation { .. } => "station.close",
            Self::PublishList { .. } => "list.publish",
            Self::ChangePolicy { .. } => "policy.change",
            Self::UseElection { .. } => "election.use",
            Self::RecoverPerson { .. } => "person.recover",
        }
    }

    /// What the first and what the second person must be permitted.
    pub const fn permissions(&self) -> (Permission, Permission) {
        match self {
            Self::ApproveView { .. } | Self::ShowView { .. } => {
                (Permission::ProposeViews, Permission::DecideViews)
            }
            Self::CloseStation { .. } => (Permission::ProposeClosing, Permission::DecideClosing),
            Self::PublishList { .. } => (Permission::ProposeList, Permission::DecideList),
            Self::ChangePolicy { .. } | Self::UseElection { .. } => {
                (Permission::ProposePolicy, Permission::DecidePolicy)
            }
            Self::RecoverPerson { .. } => (Permission::ManagePeople, Permission::ManagePeople),
        }
    }

    /// The constituency that both must look after; none if it is about the whole country.
    pub fn constituency(&self) -> Option<u16> {
        match self {
            Self::ApproveView { camera, .. } | Self::ShowView { camera } => Some(camera.constituency),
            Self::CloseStation { station, .. } => Some(station.constituency),
            Self::PublishList { .. }
            | Self::ChangePolicy { .. }
            | Self::UseElection { .. }
            | Self::RecoverPerson { .. } => None,
        }
    }

    /// What the audit trail says it is about.
    pub fn subject(&self) -> String {
        match self {
            Self::ApproveView { camera, .. } | Self::ShowView { camera } => camera.to_string(),
            Self::CloseStation { station, .. } => station.to_string(),
            Self::PublishList { version, .. } => format!("version {version}"),
            Self::ChangePolicy { election } => election.key.to_string(),
            Self::UseElection { key } => key.to_string(),
            Self::RecoverPerson { name } => name.to_string(),
        }
    }
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProposalState {
    /// It waits for the second person.
    Open,
    /// It was approved, and done.
    Approved,
    /// The second person refused it.
    Refused,
    /// The first person withdrew it.
    Withdrawn,
    /// What the first person saw had changed when the second one approved: nothing was done.
    Stale,
}

impl ProposalState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Approved, Self::Refused, Self::Withdrawn, Self::Stale];

    /// Its name, as it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Stale => "stale",
        }
    }
}

/// Something that one person proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Its number.
    pub id: i64,
    /// What is to be done.
    pub what: Proposed,
    /// What the first person saw of it, as facts of the registry.
    pub seen: serde_json::Value,
    /// What became of it.
    pub state: ProposalState,
    /// The first person.
    pub proposed_by: PersonName,
    /// When.
    pub proposed_at: UtcMicros,
    /// The reason.
    pub why: String,
    /// Who decided, when and why, unless it is open.
    pub decided: Option<Decided>,
}

/// The end of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// By whom.
    pub by: PersonName,
    /// When.
    pub at: UtcMicros,
    /// The reason, if one was given.
    pub why: Option<String>,
}

/// Why something cannot be proposed or decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposalError {
    /// No reason, or too long a one.
    #[error("say why, in at most 1000 bytes and without control characters but line breaks")]
    Why,
    /// No such proposal.
    #[error("there is no proposal {0}")]
    Unknown(i64),
    /// Somebody decided before.
    #[error("proposal {0} was decided already")]
    Decided(i64),
    /// The same person.
    #[error("whoever proposed it cannot approve it; a second person must")]
    SamePerson,
    /// Another person.
    #[error("only whoever proposed it can withdraw it")]
    OtherPerson,
    /// It belongs to another election.
    #[error("proposal {0} belongs to another election than the current one")]
    OtherElection(i64),
    /// The same is proposed already.
    #[error("the same is proposed already, by {0}; it waits for a second person")]
    AlreadyOpen(PersonName),
    /// Another election.
    #[error("this is another election; a proposal changes the plan or policy of the current one")]
    NotTheElection,
    /// The time has not come.
    #[error("this lies in the future")]
    Future,
}

/// Refuses a reason that cannot be one.
///
/// # Errors
/// [`ProposalError::Why`].
pub fn check_why(why: &str) -> Result<(), ProposalError> {
    let plain = why.chars().all(|character| character == '\n' || !character.is_control());
    if !why.trim().is_empty() && why.len() <= WHY_BYTES_MAX && plain {
        Ok(())
    } else {
        Err(ProposalError::Why)
    }
}
