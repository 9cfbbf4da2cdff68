//! Where records are made: in memory, or in a store as well. Both must refuse the same, and give the same programme.

use std::collections::BTreeSet;

use ashkar_election::{Actor, Entry, EntryId, NewEntry, Programme, ProgrammeStore, SqliteStore};
use ashkar_terms::UtcMicros;

#[derive(Default)]
pub struct Book {
    pub programme: Programme,
    store: Option<SqliteStore>,
    made: BTreeSet<EntryId>,
    number: i64,
}

impl Book {
    /// One that also makes them in `store`.
    pub fn with(store: SqliteStore) -> Self {
        Self { store: Some(store), ..Self::default() }
    }

    /// Makes these records, of which some may be sent again. Returns those that are new, with their numbers.
    pub async fn make(&mut self, new: &[NewEntry], came_at: UtcMicros) -> Vec<Entry> {
        let mut entries = Vec::new();
        for new in new.iter().filter(|new| self.made.insert(new.id)) {
            self.number += 1;
            let entry = Entry::new(self.number, new.clone(), came_at, "test");
            if self.store.is_none() {
                self.programme.check(&new.fact).unwrap();
                self.programme.apply(&entry);
            }
            entries.push(entry);
        }
        if let Some(store) = &self.store {
            let by = Actor::new("test", came_at);
            assert_eq!(store.record_all(new, "phones", &by).await.unwrap(), entries.len());
            let is_changed = store.catch_up(&mut self.programme).await.unwrap();
            assert!(is_changed || entries.is_empty());
        }
        entries
    }
}
