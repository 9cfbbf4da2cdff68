//! A table of bounded size that drops what was used least recently.

use std::collections::HashMap;
use std::hash::Hash;

/// Values by key: at least the `many` that were used most recently, at most twice as many.
///
/// It is two maps. When the newer one is full, the older one is dropped and the newer takes its place; what is used moves
/// into the newer. So each use takes constant time on average, without a list of all in order.
pub(super) struct Recent<K, V> {
    many: usize,
    newer: HashMap<K, V>,
    older: HashMap<K, V>,
}

impl<K: Copy + Eq + Hash, V: Default> Recent<K, V> {
    pub(super) fn new(many: usize) -> Self {
        Self { many, newer: HashMap::new(), older: HashMap::new() }
    }

    /// The value of `key`, which does not count as a use.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.newer.get(key).or_else(|| self.older.get(key))
    }

    /// The value of `key`, a new one if there is none.
    pub(super) fn entry(&mut self, key: K) -> &mut V {
        if !self.newer.contains_key(&key) {
            let value = self.older.remove(&key).unwrap_or_default();
            if self.newer.len() >= self.many {
                self.older = std::mem::take(&mut self.newer);
            }
            self.newer.insert(key, value);
        }
        self.newer.entry(key).or_default()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_most_recent_are_kept_and_no_more_than_twice_as_many(keys in prop::collection::vec(0..40_u8, 0..400)) {
            let mut table = Recent::<u8, u32>::new(8);
            for (at, &key) in keys.iter().enumerate() {
                let used = keys.iter().take(at).filter(|&&used| used == key).count() as u32;
                let mut since: Vec<u8> = keys.iter().take(at).rev().take_while(|&&used| used != key).copied().collect();
                since.sort_unstable();
                since.dedup();
                let is_recent = used > 0 && since.len() < 8;
                let value = table.entry(key);
                if is_recent {
                    prop_assert!(*value >= 1, "{} was dropped", key);
                }
                *value += 1;
                prop_assert!(table.len() <= 16);
            }
        }
    }
}
