//! An estimate of a camera's viewers from the requests for its live playlist; nobody is identified.

use std::sync::atomic::{AtomicU32, Ordering};

/// How far back requests count, seconds: a player that does not wait for parts sends one request per target duration.
const SECONDS: usize = crate::limits::TARGET_DURATION_S as usize;

/// The number of a camera's viewers, as far as its live playlist shows: nobody is identified, so a cache counts as one.
///
/// A viewer who waits for parts is away for a moment after each of them; so the maximum of simultaneous waiters within
/// the last seconds counts. Viewers who do not wait count by their requests. Costs an addition at each end of a wait.
#[derive(Debug, Default)]
pub(crate) struct Audience {
    waiting: AtomicU32,
    /// Maximum of simultaneous waiters, by second, the current one first.
    most: [AtomicU32; SECONDS],
    /// Requests that did not wait, by second, the current one first.
    asked: [AtomicU32; SECONDS],
}

impl Audience {
    /// Counts a viewer for as long as it waits.
    pub(crate) fn wait(&self) -> Waiting<'_> {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        let [present, ..] = &self.most;
        if waiting > present.load(Ordering::Relaxed) {
            present.fetch_max(waiting, Ordering::Relaxed);
        }
        Waiting(&self.waiting)
    }

    /// Counts a request that does not wait.
    pub(crate) fn ask(&self) {
        let [present, ..] = &self.asked;
        present.fetch_add(1, Ordering::Relaxed);
    }

    /// A second is over.
    pub(crate) fn tick(&self) {
        shift(&self.most, self.waiting.load(Ordering::Relaxed));
        shift(&self.asked, 0);
    }

    /// The number of viewers.
    pub(crate) fn count(&self) -> u32 {
        let read = |second: &AtomicU32| second.load(Ordering::Relaxed);
        let waited = self.most.iter().map(read).max().unwrap_or_default();
        self.asked.iter().map(read).fold(waited, u32::saturating_add)
    }
}

/// Moves each second back by one. Counts made in the meantime may be missing from one of them.
fn shift(seconds: &[AtomicU32; SECONDS], mut next: u32) {
    for second in seconds {
        next = second.swap(next, Ordering::Relaxed);
    }
}

/// A viewer who waits.
#[must_use]
pub(crate) struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_counts_while_it_waits_and_some_seconds_more() {
        let audience = Audience::default();
        let viewers = [(); 3].map(|()| audience.wait());
        assert_eq!(audience.count(), 3);
        (0..100).for_each(|_| audience.tick());
        assert_eq!(audience.count(), 3, "a long wait is a wait");
        drop(viewers);
        for _ in 0..SECONDS {
            assert_eq!(audience.count(), 3);
            audience.tick();
        }
        assert_eq!(audience.count(), 0);
    }

    #[test]
    fn a_viewer_who_waits_again_and_again_is_one() {
        let audience = Audience::default();
        for _ in 0..50 {
            drop(audience.wait());
        }
        assert_eq!(audience.count(), 1);
    }

    #[test]
    fn who_does_not_wait_counts_by_its_requests_within_a_target_duration() {
        let audience = Audience::default();
        let viewer = audience.wait();
        for _ in 0..10 {
            (0..2).for_each(|_| audience.ask());
            (0..SECONDS).for_each(|_| audience.tick());
        }
        assert_eq!(audience.count(), 1, "two asked a target duration ago");
        audience.ask();
        assert_eq!(audience.count(), 2);
        drop(viewer);
    }
}
