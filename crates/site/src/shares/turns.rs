//! Turns at something that only a few may do at once: made answers, reads of the archive, decoders.
//!
//! Who has had least of it has the next turn, measured in time; of one client the first that came. So a client that asks a
//! thousand dear questions waits for the end of them, and one that asks a single question waits for those under way.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

use super::Client;
use crate::problem::Problem;

/// Requests that wait for one kind of turn, of all clients. Of the client with most of them the newest is refused.
const MAX_WAITING: usize = 1024;
/// What a turn counts as while it is not known how long it takes, microseconds.
const SUPPOSED_US: u64 = 10_000;
/// Clients that are remembered, beside those that wait or are having a turn.
const REMEMBERED: usize = 4096;

/// Turns of one kind, shared out among clients.
#[derive(Debug)]
pub(crate) struct Turns {
    queue: Mutex<Queue<oneshot::Sender<Turn>>>,
    within: Duration,
    refused: AtomicU64,
}

/// A turn that is being had; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    turns: Arc<Turns>,
    client: Client,
    since: Instant,
}

impl Turns {
    /// `at_once` turns, for each of which a request waits no longer than `within`.
    pub(crate) fn new(at_once: usize, within: Duration) -> Arc<Self> {
        let queue = Mutex::new(Queue::new(at_once.max(1)));
        Arc::new(Self { queue, within, refused: AtomicU64::new(0) })
    }

    /// A turn for `client`. Who stops waiting gives up its place.
    ///
    /// # Errors
    /// 503 where its turn does not come in time, or too many wait.
    pub(crate) async fn take(self: &Arc<Self>, client: Client) -> Result<Turn, Problem> {
        let (called, turn) = oneshot::channel();
        let refused = self.queue.lock().join(client, called);
        drop(refused);
        self.call();
        match timeout(self.within, turn).await {
            Ok(Ok(turn)) => Ok(turn),
            Ok(Err(_)) | Err(_) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(Problem::unavailable("Too much is asked for; try again in a moment."))
            }
        }
    }

    /// Requests whose turn did not come.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Requests that wait now.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.lock().waiting
    }

    /// Gives the turns that are free to those who wait.
    fn call(self: &Arc<Self>) {
        loop {
            let next = self.queue.lock().next(oneshot::Sender::is_closed);
            let Some((client, called)) = next else { return };
            let turn = Turn { turns: Arc::clone(self), client, since: Instant::now() };
            // Who left meanwhile gets none: what comes back is dropped, which calls the next.
            drop(called.send(turn));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let took_us = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.turns.queue.lock().end(self.client, took_us);
        self.turns.call();
    }
}

/// Who waits, and who has had how much: without a clock and without tasks. `T` is how a waiter is called.
#[derive(Debug)]
struct Queue<T> {
    free: usize,
    waiting: usize,
    clients: HashMap<Client, Had<T>>,
    /// What the client of the newest turn had had before it: newcomers begin there, so nobody saves up turns.
    level_us: u64,
}

#[derive(Debug)]
struct Had<T> {
    us: u64,
    having: usize,
    waiters: VecDeque<T>,
}

impl<T> Had<T> {
    fn is_idle(&self) -> bool {
        self.having == 0 && self.waiters.is_empty()
    }
}

impl<T> Queue<T> {
    fn new(at_once: usize) -> Self {
        Self { free: at_once, waiting: 0, clients: HashMap::new(), level_us: 0 }
    }

    /// Lets a request of `client` wait. Gives the one that is refused for it where too many wait, which may be itself.
    fn join(&mut self, client: Client, waiter: T) -> Option<T> {
        let level_us = self.level_us;
        let new = || Had { us: level_us, having: 0, waiters: VecDeque::new() };
        let had = self.clients.entry(client).or_insert_with(new);
        if had.is_idle() {
            had.us = had.us.max(level_us);
        }
        had.waiters.push_back(waiter);
        self.waiting += 1;
        if self.waiting <= MAX_WAITING {
            return None;
        }
        let (_, most) = self.clients.iter_mut().max_by_key(|(_, had)| had.waiters.len())?;
        self.waiting -= 1;
        most.waiters.pop_back()
    }

    /// The next to have a turn, where one is free. Those for whom `has_left` holds are passed over.
    fn next(&mut self, has_left: impl Fn(&T) -> bool) -> Option<(Client, T)> {
        while self.free > 0 && self.waiting > 0 {
            let waiting = self.clients.iter_mut().filter(|(_, had)| !had.waiters.is_empty());
            let (client, had) = waiting.min_by_key(|(client, had)| (had.us, **client))?;
            let waiter = had.waiters.pop_front()?;
            self.waiting -= 1;
            if has_left(&waiter) {
                continue;
            }
            self.level_us = self.level_us.max(had.us);
            had.us = had.us.saturating_add(SUPPOSED_US);
            had.having += 1;
            self.free -= 1;
            return Some((*client, waiter));
        }
        None
    }

    fn end(&mut self, client: Client, took_us: u64) {
        self.free += 1;
        if let Some(had) = self.clients.get_mut(&client) {
            had.having = had.having.saturating_sub(1);
            had.us = had.us.saturating_add(took_us.saturating_sub(SUPPOSED_US));
        }
        if self.waiting == 0 || self.clients.len() > REMEMBERED {
            let level_us = self.level_us;
            self.clients.retain(|_, had| !had.is_idle() || (had.us > level_us && self.waiting > 0));
        }
        if self.clients.len() > REMEMBERED {
            self.clients.retain(|_, had| !had.is_idle());
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
            queue.join(client(1), number);
        }
        assert_eq!(queue.next(never), Some((client(1), 0)));
        queue.join(client(2), 7777);
        assert_eq!(queue.next(never), None, "one at a time");
        queue.end(client(1), 500_000);
        assert_eq!(queue.next(never), Some((client(2), 7777)));
        queue.end(client(2), 1000);
        assert_eq!(queue.next(never), Some((client(1), 1)), "alone it has all turns");
    }

    #[test]
    fn where_too_many_wait_the_client_with_most_is_refused() {
        let mut queue = Queue::new(1);
        let refused: Vec<u32> = (0..1030).filter_map(|number| queue.join(client(1), number)).collect();
        assert_eq!(refused, [1024, 1025, 1026, 1027, 1028, 1029]);
        assert_eq!(queue.join(client(2), 7777), Some(1023));
        assert_eq!(queue.waiting, MAX_WAITING);
    }

    #[test]
    fn who_left_is_passed_over_and_who_was_quiet_is_forgotten() {
        let mut queue = Queue::new(2);
        for number in 0..5 {
            queue.join(client(1), number);
        }
        let has_left = |number: &u32| *number < 4;
        assert_eq!(queue.next(has_left), Some((client(1), 4)));
        assert_eq!((queue.waiting, queue.free), (0, 1));
        queue.end(client(1), 5);
        assert!(queue.clients.is_empty());
    }

    proptest! {
        /// However many an abuser asks for and however dear they are: of two clients that always wait, neither gets much
        /// more of the time.
        #[test]
        fn time_is_shared_evenly(dear in 10_000..900_000_u64, cheap in 10_000..900_000_u64, many in 50..900_u32) {
            let mut queue = Queue::new(1);
            for number in 0..many {
                queue.join(client(1), number);
            }
            let mut had = [0_u64; 2];
            queue.join(client(2), 7777);
            while had[0] + had[1] < 20_000_000 && queue.waiting > 1 {
                let (whose, _) = queue.next(never).unwrap();
                let (place, took) = if whose == client(1) { (0, dear) } else { (1, cheap) };
                had[place] += took;
                if place == 1 {
                    queue.join(client(2), 7777);
                }
                queue.end(whose, took);
            }
            prop_assert!(had[0] <= had[1] + 2 * dear, "{had:?}");
        }

        /// Nothing gets lost: each who waits has a turn, leaves or is refused, and all turns come back.
        #[test]
        fn every_turn_comes_back(steps in prop::collection::vec((0..4_u8, 1..5_u8), 1..300)) {
            let mut queue = Queue::new(3);
            let (mut having, mut joined, mut had) = (Vec::new(), 0_u32, 0_u32);
            for (step, who) in steps {
                match step {
                    0 | 1 => { queue.join(client(who), joined); joined += 1; }
                    2 => if let Some((client, _)) = queue.next(never) { having.push(client); had += 1; },
                    _ => if let Some(client) = having.pop() { queue.end(client, u64::from(who) * 7000) },
                }
                prop_assert_eq!(queue.free + having.len(), 3);
                prop_assert_eq!(queue.waiting as u32 + had, joined);
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_comes_in_time_or_not_at_all_and_is_given_back() {
        let turns = Turns::new(1, Duration::from_secs(10));
        let first = turns.take(client(1)).await.unwrap();
        assert_eq!(turns.take(client(2)).await.unwrap_err().status, 503);
        assert_eq!(turns.refused(), 1);
        let mut waiting = Box::pin(turns.take(client(2)));
        assert!(timeout(Duration::from_secs(1), &mut waiting).await.is_err());
        drop(waiting);
        let third = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.take(client(3)).await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert!(third.await.unwrap(), "who left in front of it is passed over");
        assert_eq!((turns.waiting(), turns.queue.lock().free), (0, 1));
    }
}
