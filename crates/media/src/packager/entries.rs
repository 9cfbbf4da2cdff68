//! Where decoding may begin, in streams that have no IDR pictures too.

use ashkar_terms::Moment;

use crate::assembly::Entry;

/// Without a better one for this long, a recovery point that takes some pictures counts too: 4 s, microseconds. A camera
/// with IDR pictures every two seconds and recovery points between them is cut at its IDR pictures.
const GRADUAL_AFTER_US: u64 = 4_000_000;
/// Without any recovery point for this long, a picture that refers to no other counts too: 12 s, microseconds. A camera
/// with an IDR picture each ten seconds and intra pictures between them is cut at its IDR pictures.
const INTRA_AFTER_US: u64 = 12_000_000;
/// The same before the first picture, when nothing can be shown meanwhile: 4 s, microseconds.
const FIRST_INTRA_AFTER_US: u64 = 4_000_000;

/// The entry points of one connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entries {
    /// Arrival of the first picture.
    began_us: Option<u64>,
    /// Arrival of the last one at which decoding may begin.
    last_us: Option<u64>,
    /// The same for the best kinds, IDR pictures and exact recovery points.
    last_exact_us: Option<u64>,
}

impl Entries {
    /// What a picture counts as that shows itself to be `entry`.
    pub(super) fn judge(&mut self, entry: Entry, at: Moment) -> Entry {
        let began_us = *self.began_us.get_or_insert(at.mono_us);
        let waited =
            |since: Option<u64>, us: u64| since.is_none_or(|since| at.mono_us.saturating_sub(since) >= us);
        let counts = match entry {
            Entry::Key | Entry::Exact => true,
            Entry::Gradual => waited(self.last_exact_us, GRADUAL_AFTER_US),
            Entry::Intra if self.last_us.is_none() => waited(Some(began_us), FIRST_INTRA_AFTER_US),
            Entry::Intra => {
                waited(self.last_exact_us, INTRA_AFTER_US) && waited(self.last_us, INTRA_AFTER_US)
            }
            Entry::None => false,
        };
        if counts { entry } else { Entry::None }
    }

    /// A segment may begin with it.
    pub(super) const fn taken(&mut self, entry: Entry, at: Moment) {
        self.last_us = Some(at.mono_us);
        if matches!(entry, Entry::Key | Entry::Exact) {
            self.last_exact_us = Some(at.mono_us);
        }
    }
}
