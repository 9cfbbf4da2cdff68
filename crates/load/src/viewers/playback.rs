//! A player's buffer, as arithmetic: when it runs empty, and for how long.

/// A pause of playback since the last call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    /// The buffer ran empty although nothing was declared missing.
    Stall { length_us: u64 },
    /// It ran empty at something declared missing.
    Gap { length_us: u64 },
}

/// Plays in real time what it gets. All moments are monotonic microseconds.
///
/// Media before and after a declared gap are played without a pause between them if both are there, since players skip
/// what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Playback {
    /// Nothing was requested yet.
    Idle,
    /// Fills up to `need_us` before the picture moves. `have_us` is negative while media before the start come in.
    /// `since_us` is when the picture stopped, if it has moved before.
    Filling { have_us: i64, need_us: u64, since_us: Option<u64>, gap: bool },
    /// Plays until this moment, if nothing more comes. `gap`: what comes next is declared missing.
    Playing { empty_us: u64, gap: bool },
}

impl Playback {
    /// Starts, or starts again elsewhere: `skip_us` of the first media lie before the start, and `need_us` after it are
    /// needed first. A picture that moved stands from now on, unless it already does.
    pub(super) fn start(&mut self, skip_us: u64, need_us: u64, now_us: u64) {
        let (since_us, gap) = match *self {
            Self::Idle => (None, false),
            Self::Filling { since_us, gap, .. } => (since_us, gap),
            Self::Playing { empty_us, gap } => (Some(empty_us.min(now_us)), gap && empty_us <= now_us),
        };
        *self = Self::Filling { have_us: 0_i64.saturating_sub_unsigned(skip_us), need_us, since_us, gap };
    }

    /// Whether the picture moves at `now_us`.
    pub(super) fn moves(self, now_us: u64) -> bool {
        matches!(self, Self::Playing { empty_us, .. } if now_us < empty_us)
    }

    /// Whether the picture has stopped, other than at something declared missing.
    pub(super) fn stalls(self, now_us: u64) -> bool {
        match self {
            Self::Idle => false,
            Self::Filling { since_us, gap, .. } => since_us.is_some() && !gap,
            Self::Playing { empty_us, gap } => empty_us <= now_us && !gap,
        }
    }

    /// `duration_us` more are there. `rebuffer_us` are needed before a picture that has stopped moves again, and
    /// `hold_back_us` after a gap, where a player waits as at its start.
    pub(super) fn add(
        &mut self,
        duration_us: u64,
        rebuffer_us: u64,
        hold_back_us: u64,
        now_us: u64,
    ) -> Option<Pause> {
        if let Self::Playing { empty_us, gap } = *self {
            if now_us < empty_us {
                *self = Self::Playing { empty_us: empty_us + duration_us, gap: false };
                return None;
            }
            let need_us = if gap { hold_back_us } else { rebuffer_us };
            *self = Self::Filling { have_us: 0, need_us, since_us: Some(empty_us), gap };
        }
        let Self::Filling { have_us, need_us, since_us, gap } = *self else { return None };
        let have_us = have_us.saturating_add_unsigned(duration_us);
        let Some(ready_us) = u64::try_from(have_us).ok().filter(|&have_us| have_us >= need_us) else {
            *self = Self::Filling { have_us, need_us, since_us, gap };
            return None;
        };
        *self = Self::Playing { empty_us: now_us + ready_us, gap: false };
        since_us.map(|since_us| pause(gap, since_us, now_us))
    }

    /// What comes next is declared missing.
    pub(super) fn gap(&mut self) {
        match self {
            Self::Idle => {}
            Self::Playing { gap, .. } => *gap = true,
            Self::Filling { gap, .. } => *gap = true,
        }
    }

    /// Ends playback, with the pause in progress.
    pub(super) fn stop(&mut self, now_us: u64) -> Option<Pause> {
        match std::mem::replace(self, Self::Idle) {
            Self::Filling { since_us: Some(since_us), gap, .. } => Some(pause(gap, since_us, now_us)),
            Self::Playing { empty_us, gap } if empty_us < now_us => Some(pause(gap, empty_us, now_us)),
            _ => None,
        }
    }
}

fn pause(gap: bool, since_us: u64, now_us: u64) -> Pause {
    let length_us = now_us.saturating_sub(since_us);
    if gap { Pause::Gap { length_us } } else { Pause::Stall { length_us } }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: u64 = 500_000;
    const HOLD: u64 = 3 * PART;

    fn started(skip_us: u64) -> Playback {
        let mut playback = Playback::Idle;
        playback.start(skip_us, HOLD, 0);
        playback
    }

    /// Adds a part at each moment.
    fn feed(playback: &mut Playback, moments: impl IntoIterator<Item = u64>) -> Vec<Pause> {
        moments.into_iter().filter_map(|now| playback.add(PART, PART, HOLD, now)).collect()
    }

    #[test]
    fn a_picture_that_gets_its_parts_in_time_never_stops() {
        let mut playback = started(0);
        let in_time = (0..3).chain((1..100).map(|n| n * PART));
        assert_eq!(feed(&mut playback, in_time), []);
        assert!(playback.moves(99 * PART) && !playback.stalls(99 * PART));
    }

    #[test]
    fn what_lies_before_the_start_is_not_played() {
        let mut playback = started(PART);
        feed(&mut playback, [0, 0, 0]);
        assert!(!playback.moves(0));
        feed(&mut playback, [0]);
        assert_eq!(playback, Playback::Playing { empty_us: HOLD, gap: false });
    }

    #[test]
    fn a_stall_lasts_until_a_part_target_is_there() {
        let mut playback = started(0);
        feed(&mut playback, [0, 0, 0]);
        assert!(!playback.stalls(HOLD - 1) && playback.stalls(HOLD));
        assert_eq!(playback.add(PART / 2, PART, HOLD, HOLD + 100), None);
        let stall = Some(Pause::Stall { length_us: 200 });
        assert_eq!(playback.add(PART / 2, PART, HOLD, HOLD + 200), stall);
        assert_eq!(playback, Playback::Playing { empty_us: HOLD + 200 + PART, gap: false });
        assert_eq!(playback.stop(HOLD + 300 + PART), Some(Pause::Stall { length_us: 100 }), "it lasts");
    }

    #[test]
    fn what_is_declared_missing_is_no_stall() {
        let mut playback = started(0);
        feed(&mut playback, [0, 0, 0]);
        playback.gap();
        assert!(!playback.stalls(10 * HOLD));
        assert_eq!(
            feed(&mut playback, [10 * HOLD, 10 * HOLD + 1, 10 * HOLD + 2]),
            [Pause::Gap { length_us: 9 * HOLD + 2 }]
        );
        assert_eq!(playback.stop(0), None);
    }

    #[test]
    fn a_gap_that_is_bridged_is_no_pause() {
        let mut playback = started(0);
        feed(&mut playback, [0, 0, 0]);
        playback.gap();
        assert_eq!(feed(&mut playback, [HOLD - 1]), []);
        assert!(playback.moves(HOLD + PART - 1));
    }

    #[test]
    fn who_jumps_to_the_edge_stands_from_then_on() {
        let mut playback = started(0);
        feed(&mut playback, [0, 0, 0]);
        playback.start(0, HOLD, 100);
        assert!(playback.stalls(100));
        assert_eq!(feed(&mut playback, [200, 300, 400]), [Pause::Stall { length_us: 300 }]);
    }
}
