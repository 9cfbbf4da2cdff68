//! Records of one thing in the order in which they were found, in whatever order they come.

use ashkar_terms::UtcMicros;
use serde::Serialize;

use super::Entry;

/// A record with its time and its author.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dated<T> {
    /// Its number: of two that were found at the same time, the one that came later counts.
    pub number: i64,
    /// The time that counts, see [`Entry::at`].
    pub at: UtcMicros,
    /// When it came.
    pub came_at: UtcMicros,
    /// Who recorded it.
    pub by: String,
    /// What.
    pub what: T,
}

/// Records in order. The last one is in force.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Timeline<T>(Vec<Dated<T>>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Timeline<T> {
    /// Puts a record in its place.
    pub(super) fn put(&mut self, entry: &Entry, what: T) {
        self.put_at(entry.at, entry, what);
    }

    /// Puts a record behind all others: it speaks of what was known when it came, whatever it says of its time.
    pub(super) fn put_last(&mut self, entry: &Entry, what: T) {
        let last = self.last().map_or(entry.came_at, |last| last.at);
        self.put_at(entry.came_at.max(last), entry, what);
    }

    fn put_at(&mut self, at: UtcMicros, entry: &Entry, what: T) {
        let dated = Dated { number: entry.number, at, came_at: entry.came_at, by: entry.by.clone(), what };
        let place = self.0.partition_point(|before| (before.at, before.number) < (dated.at, dated.number));
        self.0.insert(place, dated);
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All, oldest first.
    pub(super) fn all(&self) -> &[Dated<T>] {
        &self.0
    }

    /// The one in force.
    pub(super) fn last(&self) -> Option<&Dated<T>> {
        self.0.last()
    }

    /// Since when none of the records fulfils `good`, up to the last one; nothing if the last one does, or there is none.
    pub(super) fn bad_since(&self, good: impl Fn(&T) -> bool) -> Option<UtcMicros> {
        self.0.iter().rev().take_while(|dated| !good(&dated.what)).last().map(|dated| dated.at)
    }

    /// Whether any record fulfils `good`.
    pub(super) fn ever(&self, good: impl Fn(&T) -> bool) -> bool {
        self.0.iter().any(|dated| good(&dated.what))
    }
}
