//! Blocked requests and how they are woken: at a constant cost for the publisher, however many there are.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;

/// What a viewer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    /// A playlist that contains this part of this segment.
    Listed(u64, u32),
    /// A playlist in which this segment is complete, or has more than this many parts.
    Grown(u64, usize),
    /// The moment at which this part is no longer the hinted one: it is there then, or will never be.
    Part(u64, u32),
}

/// Waiting viewers, grouped by what they wait for. There are few groups, since requests far ahead are refused.
///
/// The publisher wakes one viewer of a group, and every viewer that wakes up wakes two more ([`Ticket::wait`]): the
/// publisher's cost is the same for one viewer and for 15,000 (I1), and no viewer wakes for anything else than what it
/// waits for.
#[derive(Debug, Default)]
pub(crate) struct Waiters {
    groups: Vec<(Awaited, Arc<Notify>)>,
}

impl Waiters {
    /// Joins a group. The ticket counts from now on, even before it is first polled.
    pub(crate) fn join(&mut self, awaited: Awaited) -> Ticket {
        let known =
            self.groups.iter().find(|(other, _)| *other == awaited).map(|(_, notify)| Arc::clone(notify));
        let notify = known.unwrap_or_else(|| {
            let notify = Arc::new(Notify::new());
            self.groups.push((awaited, Arc::clone(&notify)));
            notify
        });
        Ticket { notified: Arc::clone(&notify).notified_owned(), notify }
    }

    /// Removes and returns the groups whose wait is over.
    pub(crate) fn release(&mut self, is_over: impl Fn(Awaited) -> bool) -> Released {
        let mut released = Released(Vec::new());
        self.groups.retain(|(awaited, notify)| {
            let over = is_over(*awaited);
            if over {
                released.0.push(Arc::clone(notify));
            }
            !over
        });
        released
    }
}

/// Groups to be woken, once the lock is released.
#[must_use]
pub(crate) struct Released(Vec<Arc<Notify>>);

impl Released {
    /// Wakes one viewer of each group. If none waits any more, the wake-up stays with the group, which can no longer be
    /// joined, and is dropped with it.
    pub(crate) fn wake(self) {
        for notify in self.0 {
            notify.notify_one();
        }
    }
}

/// One viewer's place in a group.
pub(crate) struct Ticket {
    notified: OwnedNotified,
    notify: Arc<Notify>,
}

impl Ticket {
    /// Waits to be woken, and wakes two more. A viewer that goes away while it is being woken passes its wake-up on:
    /// `Notify` guarantees that for `notify_one`.
    pub(crate) async fn wait(self) {
        self.notified.await;
        self.notify.notify_one();
        self.notify.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn who_joins_before_the_wake_up_is_woken_however_late_it_is_polled() {
        let mut waiters = Waiters::default();
        let awaited = Awaited::Listed(7, 1);
        let [first, second, third] = [(); 3].map(|()| waiters.join(awaited).wait());
        let (mut first, mut second, mut third) = (pin!(first), pin!(second), pin!(third));
        assert!(poll(first.as_mut()).is_pending());
        waiters.release(|other| other == awaited).wake();
        // The one that waits has the wake-up; the two that were not polled yet get theirs from it.
        assert!(poll(second.as_mut()).is_pending());
        assert!(poll(first.as_mut()).is_ready());
        assert!(poll(second.as_mut()).is_ready());
        assert!(poll(third.as_mut()).is_ready());
    }

    #[test]
    fn a_wake_up_waits_for_those_that_were_not_polled_yet() {
        let mut waiters = Waiters::default();
        let tickets = [(); 50].map(|()| waiters.join(Awaited::Part(7, 1)));
        waiters.release(|_| true).wake();
        for ticket in tickets {
            assert!(poll(pin!(ticket.wait())).is_ready());
        }
    }

    #[test]
    fn who_leaves_while_being_woken_hands_it_on() {
        let mut waiters = Waiters::default();
        let awaited = Awaited::Part(7, 1);
        let mut leaving = Box::pin(waiters.join(awaited).wait());
        let mut staying = pin!(waiters.join(awaited).wait());
        assert!(poll(leaving.as_mut()).is_pending());
        assert!(poll(staying.as_mut()).is_pending());
        waiters.release(|_| true).wake();
        drop(leaving);
        assert!(poll(staying.as_mut()).is_ready());
    }

    #[test]
    fn groups_are_shared_and_only_those_that_are_over_are_woken() {
        let mut waiters = Waiters::default();
        let mut early = pin!(waiters.join(Awaited::Listed(7, 1)).wait());
        let mut late = pin!(waiters.join(Awaited::Grown(7, 0)).wait());
        let _same = waiters.join(Awaited::Grown(7, 0));
        assert_eq!(waiters.groups.len(), 2);
        assert!(poll(early.as_mut()).is_pending() && poll(late.as_mut()).is_pending());
        waiters.release(|awaited| awaited == Awaited::Listed(7, 1)).wake();
        assert!(poll(early.as_mut()).is_ready());
        assert!(poll(late.as_mut()).is_pending());
        assert_eq!(waiters.groups.len(), 1);
    }
}
