//! Times counted by size, exact to 1 %, which processes can exchange and add up.

use serde::{Deserialize, Serialize};

/// Longer times count as this, microseconds: nineteen hours.
const LONGEST_US: u64 = (1 << 36) - 1;
/// Values within 1 % of each other are counted as one.
const DIGITS: u8 = 2;

/// How often each value occurred, microseconds. Two of them add up to what one would have counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Sparse", into = "Sparse")]
pub struct Histogram {
    counts: hdrhistogram::Histogram<u64>,
    max: u64,
}

/// Only the values that occurred: the form that processes exchange.
#[derive(Debug, Serialize, Deserialize)]
struct Sparse {
    max: u64,
    counts: Vec<(u64, u64)>,
}

impl Default for Histogram {
    fn default() -> Self {
        let counts = hdrhistogram::Histogram::new_with_max(LONGEST_US, DIGITS).expect("the bounds are sound");
        Self { counts, max: 0 }
    }
}

impl Histogram {
    /// Counts a value.
    pub fn record(&mut self, value_us: u64) {
        let value = value_us.min(LONGEST_US);
        self.counts.saturating_record(value);
        self.max = self.max.max(value);
    }

    /// Adds the counts of another one.
    pub fn merge(&mut self, other: &Self) {
        self.counts += &other.counts;
        self.max = self.max.max(other.max);
    }

    /// Number of values counted.
    pub fn total(&self) -> u64 {
        self.counts.len()
    }

    /// The largest value.
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// The value that `percent` of all values do not exceed, rounded up by 1 % at most; 0 if there are none.
    pub fn percentile(&self, percent: f64) -> u64 {
        self.counts.value_at_quantile(percent / 100.0).min(self.max)
    }
}

impl From<Sparse> for Histogram {
    fn from(sparse: Sparse) -> Self {
        let mut histogram = Self { max: sparse.max.min(LONGEST_US), ..Self::default() };
        for (value, count) in sparse.counts {
            histogram.counts.saturating_record_n(value.min(LONGEST_US), count);
        }
        histogram
    }
}

impl From<Histogram> for Sparse {
    fn from(histogram: Histogram) -> Self {
        let counted = histogram.counts.iter_recorded();
        let counts = counted.map(|step| (step.value_iterated_to(), step.count_at_value())).collect();
        Self { max: histogram.max, counts }
    }
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
        fn a_value_is_found_again(value in 0..=LONGEST_US) {
            let mut histogram = Histogram::default();
            histogram.record(value);
            histogram.record(LONGEST_US);
            let found = histogram.percentile(50.0);
            prop_assert!(found >= value && found - value <= value / 100, "{found}");
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
