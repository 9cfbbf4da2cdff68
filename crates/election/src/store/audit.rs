//! The audit trail: who changed what, when, why and from where. No secret may get into an entry.
//!
//! Entries are chained: each hash covers the one before it, so whoever changes, drops, inserts or reorders entries must
//! compute all later hashes anew, and then differs from every copy of a later hash that somebody kept.

use ashkar_terms::UtcMicros;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What the hash of every entry begins with.
const DOMAIN: &[u8] = b"ashkar audit 1\n";

/// Who makes a change, when, why, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Such as `cli:aysel`, `desk:rauf`, `device:0123456789abcdef`, `demo`.
    pub name: String,
    /// When, by the wall clock of the machine that makes it.
    pub at: UtcMicros,
    /// The reason that was given.
    pub why: Option<String>,
    /// The address from which it was asked for.
    pub from: Option<String>,
    /// The request, if it is one that may be repeated and must be done once.
    pub request: Option<RequestId>,
}

/// A request that is done once, whoever repeats it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId {
    /// The client's key.
    pub key: String,
    /// SHA-256 of what was asked for: the same key for something else is a fault of the client.
    pub digest: [u8; 32],
}

impl Actor {
    /// `name` at `at`, without a reason, an address or a request.
    pub fn new(name: impl Into<String>, at: UtcMicros) -> Self {
        Self { name: name.into(), at, why: None, from: None, request: None }
    }

    /// The same, for this reason.
    #[must_use]
    pub fn because(self, why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..self }
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
    /// What was done, such as `camera.add`: see docs/reference/audit.md.
    pub what: String,
    /// The object: an election's key, a list version, a camera, a station, a person, a time.
    pub subject: String,
    /// Why, if a reason was given.
    pub why: Option<String>,
    /// From where, if it was asked for over a network.
    pub from: Option<String>,
    /// Its state before. Without secrets.
    pub before: Option<serde_json::Value>,
    /// Its state after. Without secrets.
    pub after: Option<serde_json::Value>,
    /// SHA-256 over the hash before it and this entry, in hexadecimal digits.
    pub hash: String,
}

/// Which entries of the trail are asked for. Newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only those before this number.
    pub before: Option<i64>,
    /// By whom: the whole name.
    pub by: Option<String>,
    /// What, or how it begins: `camera` finds `camera.add`.
    pub what: Option<String>,
    /// The whole object.
    pub subject: Option<String>,
    /// Words that occur anywhere in the entry.
    pub words: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// What reading the whole trail again found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditCheck {
    /// Entries that are as they were chained.
    pub good: u64,
    /// The hash of the last one, in hexadecimal digits; of an empty trail none.
    pub head: Option<String>,
    /// The first entry that is not, and how.
    pub fault: Option<AuditFault>,
}

/// The first place at which the trail is not what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum AuditFault {
    /// The entry, or the hash before it, was changed.
    Changed {
        /// The entry's number.
        id: i64,
    },
    /// There is an entry without a hash: it was put in past the program.
    Unchained {
        /// The entry's number.
        id: i64,
    },
    /// There is a hash without its entry: it was taken out.
    Missing {
        /// The entry's number.
        id: i64,
    },
}

/// An entry as it is stored: the text that is hashed.
pub(super) struct Stored<'a> {
    pub(super) id: i64,
    pub(super) at_us: i64,
    pub(super) by: &'a str,
    pub(super) what: &'a str,
    pub(super) subject: &'a str,
    pub(super) why: Option<&'a str>,
    pub(super) from: Option<&'a str>,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
}

impl Stored<'_> {
    /// The hash of this entry after the one whose hash is `previous`; 32 zeros for the first.
    pub(super) fn hash_after(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        hash.update(previous);
        hash.update(self.id.to_be_bytes());
        hash.update(self.at_us.to_be_bytes());
        let fields = [
            Some(self.by),
            Some(self.what),
            Some(self.subject),
            self.why,
            self.from,
            self.before,
            self.after,
        ];
        for field in fields {
            let text = field.unwrap_or_default();
            hash.update([u8::from(field.is_some())]);
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry<'a>() -> Stored<'a> {
        Stored {
            id: 7,
            at_us: 1_707_277_800_000_000,
            by: "cli:aysel",
            what: "camera.add",
            subject: "7/12/1",
            why: None,
            from: None,
            before: None,
            after: Some("{}"),
        }
    }

    #[test]
    fn every_field_and_the_hash_before_it_count() {
        let hash = entry().hash_after(&[0; 32]);
        let others = [
            Stored { id: 8, ..entry() },
            Stored { at_us: 1, ..entry() },
            Stored { by: "cli:ayse", what: "lcamera.add", ..entry() },
            Stored { subject: "7/12/2", ..entry() },
            Stored { why: Some(""), ..entry() },
            Stored { from: Some(""), ..entry() },
            Stored { before: Some("{}"), after: None, ..entry() },
        ];
        assert!(others.iter().all(|other| other.hash_after(&[0; 32]) != hash));
        assert_ne!(entry().hash_after(&[1; 32]), hash);
        // Frozen: see docs/reference/audit.md.
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "9fbb051c67efbbab0165f40739e97be36ec825fc6ffa775d71d1f1d48b8a8903");
    }
}
