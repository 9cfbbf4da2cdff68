//! How long answers took, by what was asked for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(Default)]
pub struct Timed(BTreeMap<String, Vec<Duration>>);

impl Timed {
    /// Does `work`, and keeps how long it took.
    pub fn take<T>(&mut self, what: &str, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        self.0.entry(what.to_owned()).or_default().push(begun.elapsed());
        done
    }

    /// Number, median, ninety-ninth percentile and longest of each, in milliseconds.
    pub fn print(&mut self) {
        println!("{:44} {:>6} {:>8} {:>8} {:>8}", "milliseconds", "asked", "median", "p99", "longest");
        for (what, all) in &mut self.0 {
            all.sort_unstable();
            let at = |per_mille: usize| all[(all.len() - 1) * per_mille / 1000].as_secs_f64() * 1e3;
            println!("{what:44} {:6} {:8.1} {:8.1} {:8.1}", all.len(), at(500), at(990), at(1000));
        }
    }
}
