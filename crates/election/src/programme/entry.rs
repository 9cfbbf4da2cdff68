//! One record of the programme: what, when it was found and when it came, and who says so.

use ashkar_terms::UtcMicros;
use serde::Serialize;

use super::{EntryId, Fact, Refusal};

/// How much earlier than it came a record may have been found; an earlier claim counts as this one. A phone that lost
/// its clock would otherwise make every new record the oldest.
const FOUND_BEFORE_US: i64 = 30 * 24 * 3_600_000_000;

/// A record to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEntry {
    /// Its id, chosen by whoever makes it: sent again, it is recorded once.
    pub id: EntryId,
    /// When it was found, as the phone says; without, when it comes.
    pub found_at: Option<UtcMicros>,
    /// What.
    pub fact: Fact,
}

impl NewEntry {
    /// A record with a new id of something found now.
    ///
    /// # Errors
    /// [`Refusal::Random`] if the system gives no random numbers.
    pub fn now(fact: Fact) -> Result<Self, Refusal> {
        Ok(Self { id: EntryId::generate()?, found_at: None, fact })
    }
}

/// A record that was made. It is never changed or deleted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its number; later ones are larger.
    pub number: i64,
    /// Its id.
    pub id: EntryId,
    /// When it was found, as claimed.
    pub found_at: UtcMicros,
    /// When it came, by the clock of the centre.
    pub came_at: UtcMicros,
    /// The time that counts: when it was found, if that is not later than it came nor more than thirty days earlier.
    pub at: UtcMicros,
    /// Who recorded it.
    pub by: String,
    /// What.
    pub fact: Fact,
}

impl Entry {
    /// The record `number`, as `new` came at `came_at` from `by`.
    pub fn new(number: i64, new: NewEntry, came_at: UtcMicros, by: &str) -> Self {
        let found_at = new.found_at.unwrap_or(came_at);
        let at = found_at.clamp(came_at.plus(-FOUND_BEFORE_US), came_at);
        Self { number, id: new.id, found_at, came_at, at, by: by.to_owned(), fact: new.fact }
    }
}

/// What became of a record that was to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recorded {
    /// It is recorded now.
    Now,
    /// It was recorded before.
    Before,
}
