//! Faults that the simulation must find: each is a plausible mistake. Only tests can plant them; in every other build
//! [`is_planted`] is the constant `false`.

/// A mistake in the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planted {
    /// What the centre received is called persisted.
    BelieveReceived,
    /// Counts of one session are compared with those of the next.
    KeepCounts,
    /// What was received in a session that ended, and not persisted, is not sent again.
    ForgetUnpersisted,
    /// The rest of a segment is not sent once the centre has called it too late for live.
    ForgetRest,
    /// The live queue grows as long as the line is down.
    ForgetQueueLimit,
    /// The backlog is sent as fast as it goes, whatever live does.
    ForgetPace,
    /// Gaps and facts that were not sent as live are not sent at all.
    ForgetMetadata,
    /// That a gap lasts is said again after its end was.
    ReopenGap,
    /// A late segment's end is not sent.
    ForgetEnd,
    /// What one centre persisted is believed to be at another.
    BelieveOtherCentre,
}

#[cfg(not(test))]
pub(crate) const fn is_planted(_: Planted) -> bool {
    false
}

#[cfg(test)]
pub(crate) use in_tests::{is_planted, with};

#[cfg(test)]
mod in_tests {
    use std::cell::Cell;

    use super::Planted;

    thread_local! {
        static PLANTED: Cell<Option<Planted>> = const { Cell::new(None) };
    }

    pub(crate) fn is_planted(fault: Planted) -> bool {
        PLANTED.get() == Some(fault)
    }

    /// Runs `body` with this fault in the sender, in this thread.
    pub(crate) fn with<T>(fault: Option<Planted>, body: impl FnOnce() -> T) -> T {
        let before = PLANTED.replace(fault);
        let result = body();
        PLANTED.set(before);
        result
    }

    #[test]
    fn a_fault_is_there_only_where_it_was_planted() {
        let there = || is_planted(Planted::ForgetRest);
        assert_eq!((with(Some(Planted::ForgetRest), there), there()), (true, false));
    }
}
