//! Faults that the simulation must find: each removes a rule of acknowledgement. Only tests can plant them; in every
//! other build [`is_planted`] is the constant `false`.

/// A mistake in what agents are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Planted {
    /// What was received is called durable.
    AcknowledgeReceived,
    /// A late segment is called durable when its end was only received.
    AcknowledgeEndAtOnce,
    /// Time that has media already is taken for the same media.
    BelieveRepetition,
    /// Live media that are not durable yet are taken for missing.
    OverlookUndurable,
    /// What was shown and not recorded is called durable.
    AcknowledgeShown,
    /// A station removes journals, whatever its centre has of them.
    #[cfg(test)]
    RemoveUnpersisted,
    /// A station sends what a wrong clock recorded as it was recorded.
    #[cfg(test)]
    SendUnplaced,
    /// A station does not tell the gap that its archive declares.
    #[cfg(test)]
    ConcealGap,
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

    /// Runs `body` with this fault, in this thread.
    pub(crate) fn with<T>(fault: Option<Planted>, body: impl FnOnce() -> T) -> T {
        let before = PLANTED.replace(fault);
        let result = body();
        PLANTED.set(before);
        result
    }
}
