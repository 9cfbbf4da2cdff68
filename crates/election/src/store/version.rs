//! Versions of the list, their publication, the changes from one to the next, and the result of an import.

use ashkar_terms::UtcMicros;
use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::diff::{Diff, DiffCounts};

/// A version of the list: a draft until it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListVersion {
    /// From 1; each import that changed something adds one.
    pub number: u32,
    /// When it was made, microseconds UTC.
    pub at: UtcMicros,
    /// Who made it. Names are not for the public, so JSON does not have it.
    #[serde(skip)]
    pub by: String,
    /// The name of the imported file.
    pub source: String,
    /// Number of constituencies in it.
    pub constituencies: u32,
    /// Number of stations in it.
    pub stations: u32,
    /// Its [`crate::list_digest`]; in JSON as 64 hexadecimal digits.
    #[serde(serialize_with = "as_hex")]
    pub sha256: [u8; 32],
    /// Its publication; none while it is a draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publication: Option<ListPublication>,
}

/// How a version of the list became public. In JSON without names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListPublication {
    /// When, microseconds UTC.
    pub at: UtcMicros,
    /// The commission's decision that it carries out; the owner's way may do without.
    pub decision: Option<ListDecision>,
    /// The owner's way, by one person; otherwise two persons approved it.
    pub by_owner: bool,
    /// Who proposed it.
    #[serde(skip)]
    pub proposed_by: String,
    /// Who approved it: somebody else, except by the owner's way.
    #[serde(skip)]
    pub approved_by: String,
}

/// The decision about a version of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListDecision {
    /// Its number, such as `12/45`.
    pub number: String,
    /// Its date.
    pub date: Date,
}

impl ListVersion {
    /// When it was published; nothing while it is a draft.
    pub fn published_at(&self) -> Option<UtcMicros> {
        self.publication.as_ref().map(|publication| publication.at)
    }

    /// [`ListVersion::sha256`] as 64 hexadecimal digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// The changes from the version published before it to this one: `/list/changes`, and what a draft would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListChanges {
    /// The version.
    pub version: ListVersion,
    /// The version published before it; none for the first one, for which no changes are listed.
    pub previous: Option<ListVersion>,
    /// How many stations changed, by kind.
    pub counts: DiffCounts,
    /// The changes.
    #[serde(flatten)]
    pub diff: Diff,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Applied {
    /// The list has a new version.
    NewVersion {
        /// That version.
        version: Box<ListVersion>,
        /// Cameras that were created or enabled again.
        cameras_enabled: usize,
        /// Cameras that were disabled, because the list no longer has them.
        cameras_disabled: usize,
    },
    /// The list already equals the file.
    NoChange,
}

fn as_hex<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(bytes))
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
