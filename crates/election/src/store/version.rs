//! Versions of the list, the changes from one to the next, and the result of an import.

use ashkar_terms::UtcMicros;
use serde::{Serialize, Serializer};

use crate::diff::{Diff, DiffCounts};

/// A version of the published list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListVersion {
    /// From 1, one more for each import that changed something.
    pub number: u32,
    /// When it was made, microseconds UTC.
    pub at: UtcMicros,
    /// Who made it.
    pub by: String,
    /// The name of the file that it came from.
    pub source: String,
    /// How many constituencies it has.
    pub constituencies: u32,
    /// How many stations it has.
    pub stations: u32,
    /// [`crate::list_digest`] of it; in JSON as 64 hexadecimal digits.
    #[serde(serialize_with = "as_hex")]
    pub sha256: [u8; 32],
}

impl ListVersion {
    /// [`ListVersion::sha256`] in 64 hexadecimal digits.
    pub fn sha256_hex(&self) -> String {
        hex(&self.sha256)
    }
}

/// What one version of the list changed of the one before it: `/list/changes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListChanges {
    /// The version.
    pub version: ListVersion,
    /// The version before; none for the first one, of which nothing is said to have changed.
    pub previous: Option<ListVersion>,
    /// How many stations changed, by kind.
    pub counts: DiffCounts,
    /// What changed.
    #[serde(flatten)]
    pub diff: Diff,
}

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Applied {
    /// The list is a new version.
    NewVersion {
        /// That version.
        version: ListVersion,
        /// Cameras that were created or enabled again.
        cameras_enabled: usize,
        /// Cameras that were disabled, because the list no longer has them.
        cameras_disabled: usize,
    },
    /// The list already was as the file has it.
    NoChange,
}

fn as_hex<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex(bytes))
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
