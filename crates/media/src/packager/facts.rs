//! A limit on how many facts a camera can cause, so that a broken one does not flood the archive.

use ashkar_terms::Moment;

use crate::{Counters, Fact, FactKind, Output};

/// Number of facts, of the kinds that a broken camera can cause with each picture, allowed at once …
const BURST: u32 = 20;
/// … plus one more for each period of this many microseconds.
const REFILL_US: u64 = 1_000_000;

/// Rate limit of facts that a broken camera could cause with each picture. Suppressed facts are still counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    budget: u32,
    refilled_us: u64,
}

impl Facts {
    pub(crate) const fn new() -> Self {
        Self { budget: BURST, refilled_us: 0 }
    }

    pub(crate) fn emit(
        &mut self,
        kind: FactKind,
        at: Moment,
        counters: &mut Counters,
        out: &mut Vec<Output>,
    ) {
        if is_rate_limited(&kind) && !self.spend(at) {
            counters.facts_suppressed += 1;
            return;
        }
        out.push(Output::Fact(Fact { at, kind }));
    }

    fn spend(&mut self, at: Moment) -> bool {
        let earned = at.mono_us.saturating_sub(self.refilled_us) / REFILL_US;
        if earned > 0 {
            self.refilled_us = at.mono_us;
            self.budget = self.budget.saturating_add(u32::try_from(earned).unwrap_or(BURST)).min(BURST);
        }
        let left = self.budget > 0;
        self.budget = self.budget.saturating_sub(1);
        left
    }
}

const fn is_rate_limited(kind: &FactKind) -> bool {
    !matches!(
        kind,
        FactKind::Connected { .. }
            | FactKind::Disconnected { .. }
            | FactKind::PublisherRefused { .. }
            | FactKind::PublisherTookOver { .. }
            | FactKind::SoundDropped { .. }
            | FactKind::WaitingForKeyframe { .. }
            | FactKind::CentreClockStepped { .. }
    )
}
