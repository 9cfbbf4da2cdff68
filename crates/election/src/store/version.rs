//! Versions of the list, the changes from one to the next, and the result of an import.

use ashkar_terms::UtcMicros;
use serde::{Serialize, Serializer};

use crate::diff::{Diff, DiffCounts};

/// A version of the published list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListVersion {
    /// From 1; each import that changed something adds one.
    pub number: u32,
    /// When it was made, microseconds UTC.
    pub at: UtcMicros,
    /// Who made it.
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
}

impl ListVersion {
    /// [`ListVersion::sha256`] as 64 hexadecimal digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// The changes from the previous version of the list to this one: `/list/changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListChanges {
    /// The version.
    pub version: ListVersion,
    /// The version before; none for the first one, for which no changes are listed.
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
        version: ListVersion,
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
