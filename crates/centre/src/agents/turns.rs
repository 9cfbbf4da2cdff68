//! Requests of one line are taken in the order in which they came, although each is read and answered by itself: the
//! parts of a segment follow one another.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::unconstrained;

/// Those who wait, in order.
pub(super) type Turns = Arc<Mutex<()>>;

type Waiting = Pin<Box<dyn Future<Output = OwnedMutexGuard<()>> + Send>>;

/// A place in the order, from the moment at which it was taken. Dropped, it is free for the next.
pub struct Turn(Place);

enum Place {
    First(OwnedMutexGuard<()>),
    Waiting(Waiting),
}

impl Turn {
    /// Takes the next place.
    pub(super) fn take(turns: &Turns) -> Self {
        let mut waiting: Waiting = Box::pin(unconstrained(Arc::clone(turns).lock_owned()));
        // The first look enters it into the mutex's own queue, which is first come, first served.
        Self(match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(guard) => Place::First(guard),
            Poll::Pending => Place::Waiting(waiting),
        })
    }

    /// Waits until all before it are done.
    pub(super) async fn come(self) -> OwnedMutexGuard<()> {
        match self.0 {
            Place::First(guard) => guard,
            Place::Waiting(waiting) => waiting.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn whoever_came_first_is_first_however_late_it_asks() {
        let turns = Turns::default();
        let places: Vec<Turn> = (0..20).map(|_| Turn::take(&turns)).collect();
        let order = Arc::new(parking_lot::Mutex::new(Vec::new()));
        let tasks: Vec<_> = places
            .into_iter()
            .enumerate()
            .map(|(number, turn)| {
                let order = Arc::clone(&order);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(20 - number as u64)).await;
                    if number == 7 {
                        return;
                    }
                    let _guard = turn.come().await;
                    order.lock().push(number);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let expected: Vec<usize> = (0..20).filter(|number| *number != 7).collect();
        assert_eq!(*order.lock(), expected);
    }
}
