//! Times counted by size: log-linear, exact to 1.6 %.

use serde::{Deserialize, Serialize};

/// Equal steps in each power of two: 64.
const STEP_BITS: u32 = 6;
const STEPS: usize = 1 << STEP_BITS;
/// Values are held to this, microseconds: nineteen hours.
const MAX_VALUE: u64 = (1 << 36) - 1;
const BUCKETS: usize = (36 - STEP_BITS as usize + 1) * STEPS;

/// How often which value came, microseconds. Two of them add up to what one would have counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Sparse", into = "Sparse")]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

/// Only the buckets that are not empty: what processes tell each other.
#[derive(Debug, Serialize, Deserialize)]
struct Sparse {
    max: u64,
    counts: Vec<(usize, u64)>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0, max: 0 }
    }
}

impl Histogram {
    /// Counts a value.
    pub fn record(&mut self, value_us: u64) {
        let value = value_us.min(MAX_VALUE);
        self.add(bucket_of(value), 1);
        self.max = self.max.max(value);
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, count) in other.counts.iter().enumerate() {
            self.add(bucket, *count);
        }
        self.max = self.max.max(other.max);
    }

    /// Values counted.
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The largest value.
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// The value that `percent` of all values do not exceed, rounded up to its bucket's end; 0 where there is none.
    pub fn percentile(&self, percent: f64) -> u64 {
        let rank = ((percent / 100.0 * self.total as f64).ceil() as u64).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return end_of(bucket).min(self.max);
            }
        }
        self.max
    }

    fn add(&mut self, bucket: usize, count: u64) {
        if let Some(slot) = self.counts.get_mut(bucket) {
            *slot = slot.saturating_add(count);
            self.total = self.total.saturating_add(count);
        }
    }
}

impl From<Sparse> for Histogram {
    fn from(sparse: Sparse) -> Self {
        let mut histogram = Self { max: sparse.max.min(MAX_VALUE), ..Self::default() };
        for (bucket, count) in sparse.counts {
            histogram.add(bucket, count);
        }
        histogram
    }
}

impl From<Histogram> for Sparse {
    fn from(histogram: Histogram) -> Self {
        let counts = histogram.counts.into_iter().enumerate().filter(|(_, count)| *count > 0).collect();
        Self { max: histogram.max, counts }
    }
}

fn bucket_of(value: u64) -> usize {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(STEP_BITS + 1);
    shift as usize * STEPS + (value >> shift) as usize
}

/// The largest value of a bucket.
fn end_of(bucket: usize) -> u64 {
    let shift = (bucket / STEPS).saturating_sub(1);
    let step = (bucket - shift * STEPS) as u64;
    ((step + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percentiles_are_close() {
        let mut histogram = Histogram::default();
        (1..=10_000).for_each(|value| histogram.record(value));
        assert_eq!(histogram.total(), 10_000);
        for (percent, exact) in [(50.0, 5_000_u64), (95.0, 9_500), (99.0, 9_900), (100.0, 10_000)] {
            let found = histogram.percentile(percent);
            assert!(found >= exact && found <= exact + exact / 60, "{percent}: {found}");
        }
        assert_eq!(Histogram::default().percentile(99.0), 0);
    }

    proptest! {
        #[test]
        fn a_value_lies_in_its_bucket(value in 0..=MAX_VALUE) {
            let bucket = bucket_of(value);
            prop_assert!(bucket < BUCKETS);
            prop_assert!(value <= end_of(bucket));
            prop_assert!(bucket == 0 || value > end_of(bucket - 1));
            prop_assert!(end_of(bucket) - value <= value / 60);
        }

        #[test]
        fn parts_add_up(values in prop::collection::vec(any::<u64>(), 0..50), at in 0_usize..50) {
            let (mut whole, mut left, mut right) = (Histogram::default(), Histogram::default(), Histogram::default());
            for (index, value) in values.iter().enumerate() {
                whole.record(*value);
                if index < at { left.record(*value) } else { right.record(*value) }
            }
            left.merge(&right);
            prop_assert_eq!(&left, &whole);
            prop_assert_eq!(Histogram::from(Sparse::from(left)), whole);
        }
    }
}
