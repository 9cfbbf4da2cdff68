//! Values made once for all requests for them, on the first turn that any of these gets.
//!
//! In: a key, a way to wait for a turn, and a function that makes the value. Out: the value, cached. What must never
//! happen: a client whose turn would have come waits for the turn of another that has requested too much.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Notify;

/// Waiters are notified of new values in this many groups, by key: few wake up for nothing.
const GROUPS: usize = 64;

/// Grants access to something scarce, one client at a time for each turn.
pub trait AsyncAdmit<T>: Send + Sync {
    /// A turn; `None` if none comes in time. It ends when the returned value is dropped.
    fn turn(&self) -> impl Future<Output = Option<T>> + Send;
}

impl<T, F, W> AsyncAdmit<T> for F
where
    F: Fn() -> W + Send + Sync,
    W: Future<Output = Option<T>> + Send,
{
    fn turn(&self) -> impl Future<Output = Option<T>> + Send {
        self()
    }
}

/// Recently made values, and the requests waiting for more.
pub(crate) struct SingleFlight<K, V, W> {
    made: Cache<K, V, W>,
    ready: [Notify; GROUPS],
}

impl<K: Clone + Eq + Hash, V: Clone, W: Weighter<K, V> + Clone> SingleFlight<K, V, W> {
    pub(crate) fn new(made: Cache<K, V, W>) -> Self {
        Self { made, ready: std::array::from_fn(|_| Notify::new()) }
    }

    /// The value of `key`: a cached one, or made by `make` on a turn granted by `admit`; `busy` if none comes in time.
    /// A request that waits for a turn gets the value as soon as any other has made it, and gives up its place.
    pub(crate) async fn get<T: Send, E>(
        &self,
        key: &K,
        admit: &impl AsyncAdmit<T>,
        busy: E,
        make: impl Future<Output = Result<V, E>>,
    ) -> Result<V, E> {
        let ready = self.ready(key);
        let mut turn = std::pin::pin!(admit.turn());
        let turn = loop {
            // Registered here, so that no notification is missed between the lookup and the wait.
            let notified = ready.notified();
            if let Some(made) = self.made.get(key) {
                return Ok(made);
            }
            tokio::select! {
                turn = &mut turn => break turn,
                () = notified => {}
            }
        };
        let Some(_turn) = turn else { return self.made.get(key).ok_or(busy) };
        // The request that makes it now has a turn too, so this is short.
        let made = self.made.get_or_insert_async(key, make).await;
        ready.notify_waiters();
        made
    }

    fn ready(&self, key: &K) -> &Notify {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let [first, ..] = &self.ready;
        // Always present: the remainder is below the number of groups.
        self.ready.get(hasher.finish() as usize % GROUPS).unwrap_or(first)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use quick_cache::UnitWeighter;
    use tokio::time::timeout;

    use super::*;

    type Numbers = SingleFlight<u32, u32, UnitWeighter>;

    fn numbers() -> Arc<Numbers> {
        Arc::new(SingleFlight::new(Cache::with_weighter(100, 100, UnitWeighter)))
    }

    async fn at_once() -> Option<()> {
        Some(())
    }

    async fn refused() -> Option<()> {
        None
    }

    async fn made(number: u32) -> Result<u32, &'static str> {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok(number)
    }

    #[tokio::test(start_paused = true)]
    async fn whose_turn_comes_first_makes_it_for_those_who_asked_before() {
        let numbers = numbers();
        let asked: Vec<_> = (0..64)
            .map(|_| {
                let numbers = Arc::clone(&numbers);
                // The turn of a client that requests too much.
                let never = std::future::pending::<Option<()>>;
                tokio::spawn(async move { numbers.get(&7, &never, "busy", made(1)).await })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(1)).await;
        let other = timeout(Duration::from_secs(1), numbers.get(&7, &at_once, "busy", made(2)));
        assert_eq!(other.await, Ok(Ok(2)));
        for asked in asked {
            assert_eq!(timeout(Duration::from_secs(1), asked).await.unwrap().unwrap(), Ok(2));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_made_once_and_remembered() {
        let numbers = numbers();
        let times = Arc::new(AtomicU32::new(0));
        let asked: Vec<_> = (0..100)
            .map(|_| {
                let (numbers, times) = (Arc::clone(&numbers), Arc::clone(&times));
                let make = async move { made(times.fetch_add(1, Ordering::Relaxed)).await };
                tokio::spawn(async move { numbers.get(&7, &at_once, "busy", make).await })
            })
            .collect();
        for asked in asked {
            assert_eq!(asked.await.unwrap(), Ok(0));
        }
        assert_eq!(times.load(Ordering::Relaxed), 1);
        assert_eq!(numbers.get(&7, &refused, "busy", made(9)).await, Ok(0), "no turn is needed for it");
        assert_eq!(numbers.get(&8, &refused, "busy", made(9)).await, Err("busy"));
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_while_making_it_leaves_it_to_the_next_and_so_does_who_fails() {
        let numbers = numbers();
        let left = timeout(Duration::from_millis(5), numbers.get(&7, &at_once, "busy", made(1)));
        assert!(left.await.is_err());
        let failed = async { Err("the decoder died") };
        assert_eq!(numbers.get(&7, &at_once, "busy", failed).await, Err("the decoder died"));
        assert_eq!(numbers.get(&7, &at_once, "busy", made(3)).await, Ok(3));
    }
}
