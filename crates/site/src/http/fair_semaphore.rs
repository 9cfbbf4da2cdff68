//! A semaphore that is fair among clients: for generated responses, reads of the archive, and decoders.
//!
//! The next permit goes to the client that has used the least, measured in time; within one client, to the oldest
//! request. A client that makes a thousand expensive requests queues behind everybody else; one that makes a single
//! request waits only for those already running.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use crate::http::client::Client;
use crate::http::problem::Problem;

/// Requests of all clients that may wait for one semaphore. Beyond that, the newest of the client with the most is
/// refused.
const MAX_WAITING: usize = 1024;
/// What a permit is charged until it is known how long it was held, microseconds.
const ASSUMED_US: u64 = 10_000;
/// Idle clients whose usage is remembered.
const REMEMBERED: usize = 4096;

/// A number of permits, handed out fairly among clients.
#[derive(Debug)]
pub(crate) struct FairSemaphore {
    queue: Mutex<Queue<oneshot::Sender<Permit>>>,
    queue_timeout: Duration,
    granted: AtomicU64,
    refused: AtomicU64,
}

/// Released when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    semaphore: Arc<FairSemaphore>,
    client: Client,
    since: Instant,
}

impl FairSemaphore {
    /// A semaphore of `permits`; no request waits for one longer than `queue_timeout`.
    pub(crate) fn new(permits: usize, queue_timeout: Duration) -> Arc<Self> {
        let queue = Mutex::new(Queue::new(permits.max(1)));
        Arc::new(Self { queue, queue_timeout, granted: AtomicU64::new(0), refused: AtomicU64::new(0) })
    }

    /// Waits for a permit for `client`. Dropping the future gives up the place in the queue.
    ///
    /// # Errors
    /// 503 if no permit comes in time, or too many wait.
    pub(crate) async fn acquire(self: &Arc<Self>, client: Client) -> Result<Permit, Problem> {
        let (sender, permit) = oneshot::channel();
        let refused = self.queue.lock().push(client, sender);
        drop(refused);
        self.wake();
        match timeout(self.queue_timeout, permit).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(Problem::unavailable("Too much is asked for; try again in a moment."))
            }
        }
    }

    /// Permits handed out.
    pub(crate) fn granted(&self) -> u64 {
        self.granted.load(Ordering::Relaxed)
    }

    /// Requests that got no permit.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Requests that are waiting.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.lock().waiting
    }

    /// Hands free permits to waiting requests.
    fn wake(self: &Arc<Self>) {
        loop {
            let next = self.queue.lock().next(oneshot::Sender::is_closed);
            let Some((client, sender)) = next else { return };
            self.granted.fetch_add(1, Ordering::Relaxed);
            let permit = Permit { semaphore: Arc::clone(self), client, since: Instant::now() };
            // If the receiver has gone, the permit comes back and is dropped, which wakes the next.
            drop(sender.send(permit));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let took_us = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.semaphore.queue.lock().release(self.client, took_us);
        self.semaphore.wake();
    }
}

/// Who waits, and how much each client has used. No clock, no tasks. `T` is how a waiter is notified.
#[derive(Debug)]
struct Queue<T> {
    free: usize,
    waiting: usize,
    clients: HashMap<Client, Usage<T>>,
    /// The usage at which the last permit was granted. Newcomers begin there, so nobody saves up credit.
    level_us: u64,
}

#[derive(Debug)]
struct Usage<T> {
    us: u64,
    running: usize,
    waiters: VecDeque<T>,
}

impl<T> Usage<T> {
    fn is_idle(&self) -> bool {
        self.running == 0 && self.waiters.is_empty()
    }
}

impl<T> Queue<T> {
    fn new(permits: usize) -> Self {
        Self { free: permits, waiting: 0, clients: HashMap::new(), level_us: 0 }
    }

    /// Queues a request of `client`. If too many wait, returns the one that is refused for it, which may be itself.
    fn push(&mut self, client: Client, waiter: T) -> Option<T> {
        let level_us = self.level_us;
        let new = || Usage { us: level_us, running: 0, waiters: VecDeque::new() };
        let usage = self.clients.entry(client).or_insert_with(new);
        if usage.is_idle() {
            usage.us = usage.us.max(level_us);
        }
        usage.waiters.push_back(waiter);
        self.waiting += 1;
        if self.waiting <= MAX_WAITING {
            return None;
        }
        let (_, most) = self.clients.iter_mut().max_by_key(|(_, usage)| usage.waiters.len())?;
        self.waiting -= 1;
        most.waiters.pop_back()
    }

    /// The next to get a permit, if one is free. Waiters for which `is_gone` holds are skipped.
    fn next(&mut self, is_gone: impl Fn(&T) -> bool) -> Option<(Client, T)> {
        while self.free > 0 && self.waiting > 0 {
            let waiting = self.clients.iter_mut().filter(|(_, usage)| !usage.waiters.is_empty());
            let (client, usage) = waiting.min_by_key(|(client, usage)| (usage.us, **client))?;
            let waiter = usage.waiters.pop_front()?;
            self.waiting -= 1;
            if is_gone(&waiter) {
                continue;
            }
            self.level_us = self.level_us.max(usage.us);
            usage.us = usage.us.saturating_add(ASSUMED_US);
            usage.running += 1;
            self.free -= 1;
            return Some((*client, waiter));
        }
        None
    }

    fn release(&mut self, client: Client, took_us: u64) {
        self.free += 1;
        if let Some(usage) = self.clients.get_mut(&client) {
            usage.running = usage.running.saturating_sub(1);
            usage.us = usage.us.saturating_add(took_us.saturating_sub(ASSUMED_US));
        }
        if self.waiting == 0 || self.clients.len() > REMEMBERED {
            let level_us = self.level_us;
            self.clients.retain(|_, usage| !usage.is_idle() || (usage.us > level_us && self.waiting > 0));
        }
        if self.clients.len() > REMEMBERED {
            self.clients.retain(|_, usage| !usage.is_idle());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;

    fn client(number: u8) -> Client {
        IpAddr::from(Ipv4Addr::new(192, 0, 2, number)).into()
    }

    fn never(_: &u32) -> bool {
        false
    }

    #[test]
    fn one_question_waits_for_those_under_way_and_not_for_a_thousand() {
        let mut queue = Queue::new(1);
        for number in 0..1000 {
            queue.push(client(1), number);
        }
        assert_eq!(queue.next(never), Some((client(1), 0)));
        queue.push(client(2), 7777);
        assert_eq!(queue.next(never), None, "one at a time");
        queue.release(client(1), 500_000);
        assert_eq!(queue.next(never), Some((client(2), 7777)));
        queue.release(client(2), 1000);
        assert_eq!(queue.next(never), Some((client(1), 1)), "alone it has all permits");
    }

    #[test]
    fn where_too_many_wait_the_client_with_most_is_refused() {
        let mut queue = Queue::new(1);
        let refused: Vec<u32> = (0..1030).filter_map(|number| queue.push(client(1), number)).collect();
        assert_eq!(refused, [1024, 1025, 1026, 1027, 1028, 1029]);
        assert_eq!(queue.push(client(2), 7777), Some(1023));
        assert_eq!(queue.waiting, MAX_WAITING);
    }

    #[test]
    fn who_left_is_passed_over_and_who_was_quiet_is_forgotten() {
        let mut queue = Queue::new(2);
        for number in 0..5 {
            queue.push(client(1), number);
        }
        let is_gone = |number: &u32| *number < 4;
        assert_eq!(queue.next(is_gone), Some((client(1), 4)));
        assert_eq!((queue.waiting, queue.free), (0, 1));
        queue.release(client(1), 5);
        assert!(queue.clients.is_empty());
    }

    proptest! {
        /// However many requests an abuser makes and however expensive they are: of two clients that always wait,
        /// neither gets much more of the time.
        #[test]
        fn time_is_shared_evenly(dear in 10_000..900_000_u64, cheap in 10_000..900_000_u64, many in 50..900_u32) {
            let mut queue = Queue::new(1);
            for number in 0..many {
                queue.push(client(1), number);
            }
            let mut usage = [0_u64; 2];
            queue.push(client(2), 7777);
            while usage[0] + usage[1] < 20_000_000 && queue.waiting > 1 {
                let (whose, _) = queue.next(never).unwrap();
                let (place, took) = if whose == client(1) { (0, dear) } else { (1, cheap) };
                usage[place] += took;
                if place == 1 {
                    queue.push(client(2), 7777);
                }
                queue.release(whose, took);
            }
            prop_assert!(usage[0] <= usage[1] + 2 * dear, "{usage:?}");
        }

        /// Nothing gets lost: each waiter gets a permit, leaves or is refused, and all permits come back.
        #[test]
        fn every_turn_comes_back(steps in prop::collection::vec((0..4_u8, 1..5_u8), 1..300)) {
            let mut queue = Queue::new(3);
            let (mut running, mut joined, mut usage) = (Vec::new(), 0_u32, 0_u32);
            for (step, who) in steps {
                match step {
                    0 | 1 => { queue.push(client(who), joined); joined += 1; }
                    2 => if let Some((client, _)) = queue.next(never) { running.push(client); usage += 1; },
                    _ => if let Some(client) = running.pop() { queue.release(client, u64::from(who) * 7000) },
                }
                prop_assert_eq!(queue.free + running.len(), 3);
                prop_assert_eq!(queue.waiting as u32 + usage, joined);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_comes_in_time_or_not_at_all_and_is_given_back() {
        let semaphore = FairSemaphore::new(1, Duration::from_secs(10));
        let first = semaphore.acquire(client(1)).await.unwrap();
        assert_eq!(semaphore.acquire(client(2)).await.unwrap_err().status, 503);
        assert_eq!(semaphore.refused(), 1);
        let mut waiting = Box::pin(semaphore.acquire(client(2)));
        assert!(timeout(Duration::from_secs(1), &mut waiting).await.is_err());
        drop(waiting);
        let third = tokio::spawn({
            let semaphore = Arc::clone(&semaphore);
            async move { semaphore.acquire(client(3)).await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(third.await.unwrap(), "who left in front of it is passed over");
        assert_eq!((semaphore.waiting(), semaphore.queue.lock().free), (0, 1));
    }
}
