//! By how much a clock was wrong: who says so, and what follows for the eras before.

use ashkar_terms::{ClockState, Moment};

use super::{CentreTime, Placing};
use crate::placing::era::{is_offset, zero_us};
use crate::placing::{KERNEL_WITHIN_US, MARGIN_MAX_US, MARGIN_WITHIN_US, OFFSET_UNIT_US, RIGHT_WITHIN_US};

impl Placing {
    /// Decides what can be decided at `now`. True if something was: it is to be written, then used.
    ///
    /// The kernel's word that a time service disciplines its clock counts first: a centre whose own clock is wrong must not move the
    /// media of every station. Where no service does, the centre's time counts, whose timeline it is; and without a line, what was
    /// decided earlier in the same boot.
    pub fn judge(&mut self, now: Moment, centre: Option<CentreTime>) -> bool {
        self.observe(now, self.kernel);
        let Some(current) = self.of_run().next_back() else { return false };
        let era = &self.eras[current];
        if !era.has_zero(zero_us(now)) {
            return false;
        }
        let before = self.changes;
        let by_kernel = self.kernel_is_right(now);
        match era.offset_us {
            None if by_kernel => self.decide(current, 0),
            None => {
                let truth = self.truth(current);
                let by_centre = centre.and_then(|centre| self.by_centre(centre, now));
                let by_boot = truth.map(|truth| truth.saturating_sub(self.eras[current].clock_us()));
                // The kernel is about to say something.
                let is_soon = self.believes_kernel && self.kernel == ClockState::Synchronised;
                let offset_us = by_centre.or_else(|| by_boot.filter(|_| centre.is_none() && !is_soon));
                offset_us.into_iter().for_each(|offset_us| self.decide(current, offset_us));
            }
            // Whoever said that it was wrong was wrong: the next segments stay where they are.
            Some(offset_us) if offset_us != 0 && by_kernel => {
                if let Some(at) = self.push(now) {
                    self.decide(at, 0);
                }
            }
            Some(_) => {}
        }
        self.decide_others();
        self.changes > before
    }

    fn kernel_is_right(&self, now: Moment) -> bool {
        let since = self.synchronised_since.filter(|_| self.believes_kernel);
        since.is_some_and(|since| since == 0 || now.mono_us.saturating_sub(since) >= KERNEL_WITHIN_US)
    }

    /// The offset by the centre's time, if that is exact enough.
    fn by_centre(&mut self, centre: CentreTime, now: Moment) -> Option<i64> {
        let CentreTime { ahead_us, margin_us } = centre;
        let surely = ahead_us.saturating_abs().saturating_sub_unsigned(margin_us);
        let is_exact = margin_us <= MARGIN_MAX_US;
        let since = *self.inexact_since.get_or_insert(now.mono_us);
        if !is_exact && now.mono_us.saturating_sub(since) < MARGIN_WITHIN_US {
            return None;
        }
        Some(if surely > RIGHT_WITHIN_US { ahead_us.saturating_neg() } else { 0 })
    }

    /// The true time less the kernel's monotonic clock in the boot of this era, if something of it is decided.
    fn truth(&self, at: usize) -> Option<i64> {
        let boot = &self.eras.get(at)?.boot;
        let known = self.eras.iter().rev().filter(|era| era.boot == *boot && !era.is_joined);
        known.filter_map(|era| era.offset_us?.checked_add(era.clock_us())).next()
    }

    fn decide(&mut self, at: usize, offset_us: i64) {
        let is_right = offset_us.saturating_abs() <= RIGHT_WITHIN_US;
        let rounded =
            (offset_us.saturating_add(OFFSET_UNIT_US / 2)).div_euclid(OFFSET_UNIT_US) * OFFSET_UNIT_US;
        let offset_us = if is_right { 0 } else { rounded };
        if let Some(era) = self.eras.get_mut(at).filter(|_| is_offset(offset_us)) {
            (era.offset_us, era.is_unwritten) = (Some(offset_us), offset_us != 0);
            self.changes += 1;
        }
    }

    /// What follows for eras before: those of a boot of which the true time is known; and of the boot before this one, if this
    /// computer has a clock that was right when it was switched on.
    fn decide_others(&mut self) {
        let current = self.of_run().next_back();
        for at in (0..self.eras.len()).filter(|at| Some(*at) != current) {
            let truth = self.eras[at].offset_us.is_none().then(|| self.truth(at)).flatten();
            if let Some(truth) = truth {
                self.decide(at, truth.saturating_sub(self.eras[at].clock_us()));
            }
        }
        let boots: Vec<String> = self.eras.iter().map(|era| era.boot.clone()).collect();
        let Some(first) = boots.iter().position(|boot| *boot == self.boot) else { return };
        let began = &self.eras[first];
        if began.offset_us != Some(0) || began.began_synchronised || began.is_joined {
            return;
        }
        let Some(before) = first.checked_sub(1).map(|at| boots[at].clone()) else { return };
        let of_boot: Vec<usize> = (0..first).filter(|at| boots[*at] == before).collect();
        let one = self.eras[of_boot[0]].clock_us();
        let has_stepped =
            |at: &usize| self.eras[*at].clock_us().saturating_sub(one).saturating_abs() > RIGHT_WITHIN_US;
        let is_open = of_boot.iter().all(|at| self.eras[*at].offset_us.is_none());
        if is_open && !of_boot.iter().any(has_stepped) {
            of_boot.into_iter().for_each(|at| self.decide(at, 0));
        }
    }
}
