//! Which of several centres is used: the first that answers, and the preferred one again once it answers well.

/// Without a session or an answer for so long, the next centre is tried, microseconds.
pub(super) const ANSWERS_WITHIN_US: u64 = 10_000_000;
/// How often the preferred centre is asked while another is used, microseconds.
pub(super) const PROBE_EVERY_US: u64 = 30_000_000;
/// Answers in a row after which it is used again.
pub(super) const PROBES: u32 = 3;

/// The choice. Times are microseconds of one monotonic clock.
#[derive(Debug)]
pub(super) struct Choice {
    centres: usize,
    current: usize,
    good_at: u64,
    probe_at: u64,
    probes: u32,
}

impl Choice {
    /// Among `centres` in order, of which there is at least one.
    pub(super) fn new(centres: usize, now: u64) -> Self {
        Self { centres, current: 0, good_at: now, probe_at: now, probes: 0 }
    }

    /// It answered, or nothing is to be asked.
    pub(super) fn is_good(&mut self, now: u64) {
        self.good_at = now;
    }

    /// The centre to go over to, if it is time.
    pub(super) fn next(&mut self, now: u64) -> Option<usize> {
        if self.centres < 2 || now.saturating_sub(self.good_at) < ANSWERS_WITHIN_US {
            return None;
        }
        Some(self.go((self.current + 1) % self.centres, now))
    }

    fn go(&mut self, centre: usize, now: u64) -> usize {
        self.current = centre;
        self.good_at = now;
        self.probe_at = now.saturating_add(PROBE_EVERY_US);
        self.probes = 0;
        centre
    }

    /// Whether the preferred centre is to be asked now; at most one question is under way.
    pub(super) fn probes_now(&mut self, now: u64) -> bool {
        let is_due = self.current != 0 && now >= self.probe_at;
        if is_due {
            self.probe_at = now.saturating_add(PROBE_EVERY_US);
        }
        is_due
    }

    /// What came of it; the centre to go over to, if it is the preferred one again.
    pub(super) fn probed(&mut self, answered: bool, now: u64) -> Option<usize> {
        self.probes = if answered { self.probes + 1 } else { 0 };
        (self.current != 0 && self.probes >= PROBES).then(|| self.go(0, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000;

    #[test]
    fn the_next_is_taken_and_the_first_again_when_it_answers_three_times() {
        let mut choice = Choice::new(2, 0);
        assert_eq!(choice.next(9 * S), None);
        choice.is_good(9 * S);
        assert_eq!((choice.next(18 * S), choice.probes_now(18 * S)), (None, false));
        assert_eq!((choice.next(19 * S), choice.current), (Some(1), 1));
        choice.is_good(20 * S);
        let mut asked = Vec::new();
        for s in 19..400 {
            choice.is_good(s * S);
            if choice.probes_now(s * S) {
                asked.push(s);
                // It fails once in between.
                if choice.probed(asked.len() != 2, s * S) == Some(0) {
                    break;
                }
            }
        }
        assert_eq!((asked, choice.current), (vec![49, 79, 109, 139, 169], 0));
        // Round and round while none answers.
        assert_eq!(choice.next(179 * S), Some(1));
        assert_eq!(choice.next(189 * S), Some(0));
    }

    #[test]
    fn the_only_one_is_never_left() {
        let mut choice = Choice::new(1, 0);
        assert_eq!((choice.next(1000 * S), choice.probes_now(1000 * S)), (None, false));
    }
}
