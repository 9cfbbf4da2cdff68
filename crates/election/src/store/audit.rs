//! The audit trail: who changed what, and when. No secret may get into an entry.

use ashkar_terms::UtcMicros;
use serde::Serialize;

/// Who makes a change, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Such as `cli:aysel`, `desk:rauf`, `demo`.
    pub name: String,
    /// When, by the wall clock of the machine that makes it.
    pub at: UtcMicros,
}

impl Actor {
    /// `name` at `at`.
    pub fn new(name: impl Into<String>, at: UtcMicros) -> Self {
        Self { name: name.into(), at }
    }
}

/// One change, as it was recorded. Entries are never changed or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEntry {
    /// Its number; later ones are larger.
    pub id: i64,
    /// When.
    pub at: UtcMicros,
    /// Who.
    pub by: String,
    /// What was done: `election.put`, `list.import`, `camera.add`, `camera.key`, `camera.pull`, `camera.enabled`,
    /// `camera.enrol`, `device.enrol`, `device.revoke`, `mark.set`, `mark.withdraw`, `turnout.set`, `turnout.remove`,
    /// `archive.mend`, `station.sign-off`; of the programme, `programme.import`, `programme.photo` and one for each kind of
    /// [`crate::Fact`], such as `programme.finding`, `stock.hand-over` or `report.open`.
    pub what: String,
    /// The object: an election's key, a list version, a camera, a station, a time.
    pub subject: String,
    /// Its state before. Without secrets.
    pub before: Option<serde_json::Value>,
    /// Its state after. Without secrets.
    pub after: Option<serde_json::Value>,
}
