//! Sets of segment numbers, as few ranges.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Most ranges of one set. A camera whose line breaks every minute of a day leaves fewer holes.
pub const RANGES_MAX: usize = 4096;

/// A set of numbers: sorted ranges that neither overlap nor touch. In JSON: `[[from,to],…]`, each without its `to`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub struct RangeSet {
    ranges: Vec<Range<u64>>,
}

impl RangeSet {
    /// The ranges, in order.
    pub fn ranges(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.ranges.iter().cloned()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many numbers are in it.
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }

    /// Whether `number` is in it.
    pub fn contains(&self, number: u64) -> bool {
        let after = self.ranges.partition_point(|range| range.end <= number);
        self.ranges.get(after).is_some_and(|range| range.start <= number)
    }

    /// The smallest number.
    pub fn first(&self) -> Option<u64> {
        self.ranges.first().map(|range| range.start)
    }

    /// Adds one number.
    pub fn insert(&mut self, number: u64) {
        self.insert_range(number..number.saturating_add(1));
    }

    /// Adds all numbers of `range`.
    pub fn insert_range(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        // All that overlap or touch it become one with it.
        let from = self.ranges.partition_point(|known| known.end < range.start);
        let to = self.ranges.partition_point(|known| known.start <= range.end).max(from);
        let joined: Vec<_> = self.ranges.splice(from..to, []).collect();
        let start = joined.first().map_or(range.start, |first| first.start.min(range.start));
        let end = joined.last().map_or(range.end, |last| last.end.max(range.end));
        self.ranges.insert(from, start..end);
    }

    /// Takes all numbers of `range` out.
    pub fn remove_range(&mut self, range: &Range<u64>) {
        if range.is_empty() {
            return;
        }
        let from = self.ranges.partition_point(|known| known.end <= range.start);
        let to = self.ranges.partition_point(|known| known.start < range.end).max(from);
        let cut: Vec<_> = self.ranges.splice(from..to, []).collect();
        let before = cut.first().map(|first| first.start..range.start);
        let after = cut.last().map(|last| range.end..last.end);
        let rest = [before, after].into_iter().flatten().filter(|rest| !rest.is_empty());
        self.ranges.splice(from..from, rest);
    }

    /// Takes one number out.
    pub fn remove(&mut self, number: u64) {
        self.remove_range(&(number..number.saturating_add(1)));
    }

    /// Keeps to [`RANGES_MAX`] by forgetting the shortest ranges: for sets of what need not be done again.
    pub(super) fn forget_shortest(&mut self) {
        while self.ranges.len() > RANGES_MAX {
            let length = |at: &usize| self.ranges.get(*at).map_or(u64::MAX, |range| range.end - range.start);
            let Some(shortest) = (0..self.ranges.len()).min_by_key(length) else { return };
            self.ranges.remove(shortest);
        }
    }

    /// Keeps to [`RANGES_MAX`] by filling the shortest holes: for sets of what is to be looked at.
    pub(super) fn fill_shortest(&mut self) {
        while self.ranges.len() > RANGES_MAX {
            let hole = |at: &usize| match (self.ranges.get(*at), self.ranges.get(*at + 1)) {
                (Some(one), Some(next)) => next.start - one.end,
                _ => u64::MAX,
            };
            let Some(shortest) = (0..self.ranges.len() - 1).min_by_key(hole) else { return };
            let end = self.ranges.remove(shortest + 1).end;
            if let Some(range) = self.ranges.get_mut(shortest) {
                range.end = end;
            }
        }
    }
}

impl FromIterator<Range<u64>> for RangeSet {
    fn from_iter<I: IntoIterator<Item = Range<u64>>>(ranges: I) -> Self {
        let mut set = Self::default();
        ranges.into_iter().for_each(|range| set.insert_range(range));
        set
    }
}

/// The ranges are empty, not in order, or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not ranges in order, at most {RANGES_MAX}")]
pub struct NoRanges;

impl TryFrom<Vec<(u64, u64)>> for RangeSet {
    type Error = NoRanges;

    fn try_from(pairs: Vec<(u64, u64)>) -> Result<Self, NoRanges> {
        let apart = pairs.iter().zip(pairs.iter().skip(1)).all(|(one, next)| one.1 < next.0);
        if apart && pairs.len() <= RANGES_MAX && pairs.iter().all(|(from, to)| from < to) {
            Ok(Self { ranges: pairs.into_iter().map(|(from, to)| from..to).collect() })
        } else {
            Err(NoRanges)
        }
    }
}

impl From<RangeSet> for Vec<(u64, u64)> {
    fn from(set: RangeSet) -> Self {
        set.ranges.into_iter().map(|range| (range.start, range.end)).collect()
    }
}
