//! Values that are made once and may be requested again: a bounded number, of which the oldest are dropped first.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

/// A bounded cache of values by key.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    most: usize,
    entries: Mutex<Entries<K, V>>,
}

#[derive(Debug)]
struct Entries<K, V> {
    by_key: HashMap<K, Arc<OnceLock<Arc<V>>>>,
    oldest_first: VecDeque<K>,
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    /// A cache of at most `most` values.
    pub(crate) fn new(most: usize) -> Self {
        let entries = Entries { by_key: HashMap::new(), oldest_first: VecDeque::new() };
        Self { most, entries: Mutex::new(entries) }
    }

    /// The value of `key`. It is made outside the lock: only callers that request the same key wait for it.
    pub(crate) fn get_or_make(&self, key: &K, make: impl FnOnce() -> V) -> Arc<V> {
        let place = self.place(key);
        place.get_or_init(|| Arc::new(make())).clone()
    }

    fn place(&self, key: &K) -> Arc<OnceLock<Arc<V>>> {
        let mut entries = self.entries.lock();
        if let Some(known) = entries.by_key.get(key) {
            return known.clone();
        }
        if entries.oldest_first.len() >= self.most
            && let Some(oldest) = entries.oldest_first.pop_front()
        {
            entries.by_key.remove(&oldest);
        }
        let place = Arc::default();
        entries.oldest_first.push_back(key.clone());
        entries.by_key.insert(key.clone(), Arc::clone(&place));
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_made_once_until_others_push_it_out() {
        let kept = Kept::new(3);
        let mut made = Vec::new();
        for key in [1, 2, 1, 3, 2, 4, 2, 1] {
            let value = *kept.get_or_make(&key, || {
                made.push(key);
                key * 10
            });
            assert_eq!(value, key * 10);
        }
        assert_eq!(made, [1, 2, 3, 4, 1]);
    }
}
