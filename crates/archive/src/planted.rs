//! Faults that the simulation must find: each is a plausible mistake. Only tests can plant them; in every other build
//! [`is_planted`] is the constant `false`.

/// A mistake in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planted {
    /// Everything is reported as durable as soon as it is written.
    AcknowledgeBeforeSync,
    /// A full journal is ended without its last sync.
    SealBeforeSync,
    /// A new journal's name is not made durable.
    ForgetToSyncName,
    /// A journal in which a sync failed is written to the end.
    GoOnAfterFailedSync,
    /// Records that were not durable in a journal that failed are not written again.
    ForgetToWriteAgain,
    /// A start trusts data that may only be pages in the kernel's memory.
    BelieveBeforeDurable,
    /// A camera continues with a number that it has used already.
    ReuseNumber,
    /// Parts are refused, and the gap is not reported.
    ForgetGapOfRefused,
    /// Parts are accepted however many wait.
    ForgetQueueLimit,
    /// A failed write is not tried again before the next append.
    ForgetToRetry,
    /// Media of the past count before their segment's end is durable.
    TellPastBeforeItsEnd,
    /// A journal is removed, and nothing says so.
    RemoveWithoutRecord,
    /// A journal is unlinked before the record that says so is durable.
    RemoveBeforeRecord,
    /// An appending thread panics.
    PanicWhileAppending,
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

    /// Runs `body` with this fault in the archive, in this thread.
    pub(crate) fn with<T>(fault: Option<Planted>, body: impl FnOnce() -> T) -> T {
        let before = PLANTED.replace(fault);
        let result = body();
        PLANTED.set(before);
        result
    }

    #[test]
    fn a_fault_is_there_only_where_it_was_planted() {
        let there = || is_planted(Planted::ReuseNumber);
        assert_eq!((with(Some(Planted::ReuseNumber), there), there()), (true, false));
    }
}
