//! A budget shared fairly among clients: for the bytes of responses under way, and for connections.
//!
//! While a budget lasts, clients may hold as much as they like. When it is spent, the client that holds most is evicted
//! in favour of one that holds less, its largest connections first. Within one client, a larger connection is evicted
//! in favour of a smaller one, so those who read their responses are served even behind a shared address. Evicted
//! connections are closed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use axum::body::{Body, HttpBody, to_bytes};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use crate::http::client::Client;
use crate::http::problem::Problem;

/// Bytes of all responses that their clients have not read yet. Together with the media cache this stays below what the
/// centre reserves for reading media, so a slow reader never keeps others from reading (I1, I11).
const RESPONSE_BUDGET_BYTES: u64 = 160 << 20;
/// Cost of a response beside its bytes.
const RESPONSE_OVERHEAD_BYTES: u64 = 512;
/// This many bytes are freed at once, since finding the largest holder means looking at all of them.
const EVICT_BYTES: u64 = RESPONSE_BUDGET_BYTES / 32;

/// One budget for all listeners.
static RESPONSES: LazyLock<Arc<Budget>> =
    LazyLock::new(|| Arc::new(Budget::new(RESPONSE_BUDGET_BYTES, EVICT_BYTES)));

/// For `/metrics`.
pub(crate) fn responses() -> &'static Budget {
    &RESPONSES
}

/// A connection, on behalf of one client.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    client: Client,
    number: u64,
    close: CloseHandle,
}

/// Closes a connection, even if it is used before the connection's task is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct CloseHandle(Arc<CloseState>);

#[derive(Debug, Default)]
struct CloseState {
    task: OnceLock<AbortHandle>,
    is_closed: AtomicBool,
}

impl CloseHandle {
    pub(crate) fn set_task(&self, task: AbortHandle) {
        let _ = self.0.task.set(task);
        if self.0.is_closed.load(Ordering::SeqCst) {
            self.close();
        }
    }

    fn close(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        if let Some(task) = self.0.task.get() {
            task.abort();
        }
    }
}

impl Holder {
    pub(crate) fn new(client: Client, close: CloseHandle) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { client, number: NEXT.fetch_add(1, Ordering::Relaxed), close }
    }

    /// The same connection, on behalf of the client `client` of a proxy.
    pub(crate) fn on_behalf(&self, client: Client) -> Self {
        if client == self.client { self.clone() } else { Self::new(client, self.close.clone()) }
    }
}

/// A limited amount of something, shared among clients.
#[derive(Debug)]
pub(crate) struct Budget {
    ledger: Mutex<Ledger>,
    evicted: AtomicU64,
    refused: AtomicU64,
}

/// A part of a budget, released when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    number: u64,
    amount: u64,
    shared: Option<usize>,
}

impl Budget {
    pub(crate) fn new(capacity: u64, step: u64) -> Self {
        Self {
            ledger: Mutex::new(Ledger::new(capacity, step)),
            evicted: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// The amount that is held.
    pub(crate) fn used(&self) -> u64 {
        self.ledger.lock().used
    }

    /// Connections that were closed to make room for others.
    pub(crate) fn evicted(&self) -> u64 {
        self.evicted.load(Ordering::Relaxed)
    }

    /// Reservations that were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Reserves `amount` for `holder`. An amount that is `shared` under a name counts once, however many hold it. An
    /// `exempt` holder is never evicted.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        holder: &Holder,
        amount: u64,
        shared: Option<usize>,
        exempt: bool,
    ) -> Option<Reservation> {
        let (granted, to_close) = self.ledger.lock().reserve(holder, amount, shared, exempt);
        self.evicted.fetch_add(to_close.len() as u64, Ordering::Relaxed);
        to_close.iter().for_each(CloseHandle::close);
        if !granted {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(Reservation { budget: Arc::clone(self), number: holder.number, amount, shared })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.ledger.lock().release(self.number, self.amount, self.shared);
    }
}

fn reserve_in(budget: &Arc<Budget>, holder: &Holder, bytes: &Bytes) -> Option<Reservation> {
    // Copies of the same bytes are one allocation.
    let shared = bytes.as_ptr() as usize;
    budget.reserve(holder, bytes.len() as u64 + RESPONSE_OVERHEAD_BYTES, Some(shared), false)
}

/// Charges `response` to `holder`, or replaces it by a 503 if the budget is spent. The reservation lasts until the last
/// byte was written to the client's socket or the response was given up.
pub(crate) async fn charge(holder: Holder, response: Response) -> Response {
    charge_in(&RESPONSES, &holder, response).await
}

/// Bytes with their reservation.
struct Held {
    bytes: Bytes,
    _reservation: Reservation,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

async fn charge_in(budget: &Arc<Budget>, holder: &Holder, response: Response) -> Response {
    if response.body().is_end_stream() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    match reserve_in(budget, holder, &bytes) {
        Some(reservation) => Response::from_parts(
            parts,
            Body::from(Bytes::from_owner(Held { bytes, _reservation: reservation })),
        ),
        None => Problem::unavailable("Too much is being sent; try again in a moment.").into_response(),
    }
}

/// Who holds how much. No clock, no I/O.
#[derive(Debug)]
struct Ledger {
    capacity: u64,
    /// How far the capacity may be exceeded while evicted connections are closing.
    slack: u64,
    step: u64,
    used: u64,
    /// The share of `used` that evicted connections still hold.
    evicted_bytes: u64,
    accounts: HashMap<u64, Account>,
    clients: HashMap<Client, u64>,
    /// Shared amounts: the number of holders, and the amount.
    shared: HashMap<usize, (u32, u64)>,
}

#[derive(Debug)]
struct Account {
    client: Client,
    held: u64,
    close: CloseHandle,
    exempt: bool,
    evicted: bool,
}

impl Ledger {
    fn new(capacity: u64, step: u64) -> Self {
        Self {
            capacity,
            slack: (4 * step).min(capacity / 4),
            step,
            used: 0,
            evicted_bytes: 0,
            accounts: HashMap::new(),
            clients: HashMap::new(),
            shared: HashMap::new(),
        }
    }

    /// Whether `holder` gets `amount`, and whose connections are to be closed to make room for it.
    fn reserve(
        &mut self,
        holder: &Holder,
        amount: u64,
        shared: Option<usize>,
        exempt: bool,
    ) -> (bool, Vec<CloseHandle>) {
        let cost = match shared {
            Some(name) if self.shared.contains_key(&name) => 0,
            _ => amount,
        };
        let mut to_close = Vec::new();
        if !self.fits(cost) {
            self.evict(holder, amount, &mut to_close);
        }
        // Closing takes a moment; meanwhile the slack may be used.
        if !self.fits(cost) || self.used + cost > self.capacity + self.slack {
            return (false, to_close);
        }
        if let Some(name) = shared {
            self.shared.entry(name).or_insert((0, cost)).0 += 1;
        }
        self.used += cost;
        let new = || Account {
            client: holder.client,
            held: 0,
            close: holder.close.clone(),
            exempt,
            evicted: false,
        };
        let account = self.accounts.entry(holder.number).or_insert_with(new);
        account.held += amount;
        if account.evicted {
            self.evicted_bytes += amount;
        } else if !account.exempt {
            *self.clients.entry(account.client).or_default() += amount;
        }
        (true, to_close)
    }

    fn release(&mut self, number: u64, amount: u64, shared: Option<usize>) {
        let freed = match shared.and_then(|name| Some((name, self.shared.get_mut(&name)?))) {
            Some((_, (count, _))) if *count > 1 => {
                *count -= 1;
                0
            }
            Some((name, _)) => self.shared.remove(&name).map_or(0, |(_, cost)| cost),
            None => amount,
        };
        self.used = self.used.saturating_sub(freed);
        let Some(account) = self.accounts.get_mut(&number) else { return };
        account.held = account.held.saturating_sub(amount);
        if account.evicted {
            self.evicted_bytes = self.evicted_bytes.saturating_sub(amount);
        } else if !account.exempt {
            let client = account.client;
            subtract(&mut self.clients, client, amount);
        }
        if self.accounts.get(&number).is_some_and(|account| account.held == 0) {
            self.accounts.remove(&number);
        }
    }

    fn fits(&self, cost: u64) -> bool {
        self.used.saturating_sub(self.evicted_bytes) + cost <= self.capacity
    }

    /// Evicts those who would hold more than `holder`.
    fn evict(&mut self, holder: &Holder, amount: u64, to_close: &mut Vec<CloseHandle>) {
        let own = self.clients.get(&holder.client).copied().unwrap_or_default() + amount;
        let most = self.clients.iter().map(|(client, held)| (*held, *client)).max();
        let Some((held, client)) = most else { return };
        let of_another = client != holder.client && held > own;
        let client = if of_another { client } else { holder.client };
        // Of the same client, only connections larger than this one; of another client, only as much as it holds in
        // excess.
        let own_total = self.accounts.get(&holder.number).map_or(0, |account| account.held) + amount;
        let above = if of_another { 0 } else { own_total };
        let mut excess = if of_another { held - own } else { u64::MAX };
        let mut largest: Vec<(u64, u64)> = self
            .accounts
            .iter()
            .filter(|(number, account)| {
                let may_go = !account.evicted && !account.exempt && **number != holder.number;
                may_go && account.client == client && account.held > above
            })
            .map(|(number, account)| (account.held, *number))
            .collect();
        // The largest first; among equals, the oldest.
        largest.sort_unstable_by(|(a, one), (b, other)| b.cmp(a).then(one.cmp(other)));
        let mut freed = 0;
        for (held, number) in largest {
            if freed >= amount.max(self.step) || excess == 0 {
                break;
            }
            let Some(account) = self.accounts.get_mut(&number) else { continue };
            account.evicted = true;
            to_close.push(account.close.clone());
            subtract(&mut self.clients, client, held);
            self.evicted_bytes += held;
            freed += held;
            excess = excess.saturating_sub(held);
        }
    }
}

fn subtract(clients: &mut HashMap<Client, u64>, client: Client, amount: u64) {
    if let Some(held) = clients.get_mut(&client) {
        *held = held.saturating_sub(amount);
        if *held == 0 {
            clients.remove(&client);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use proptest::prelude::*;

    use super::*;

    fn holder(client: u8) -> Holder {
        Holder::new(IpAddr::from(Ipv4Addr::new(192, 0, 2, client)).into(), CloseHandle::default())
    }

    #[test]
    fn alone_a_client_has_all_of_it() {
        let budget = Arc::new(Budget::new(100, 1));
        let held: Vec<Reservation> =
            (0..12).filter_map(|_| budget.reserve(&holder(1), 10, None, false)).collect();
        assert_eq!((held.len(), budget.refused(), budget.evicted()), (10, 2, 0));
        drop(held);
        assert_eq!(budget.used(), 0);
        let ledger = budget.ledger.lock();
        assert!(ledger.accounts.is_empty() && ledger.clients.is_empty());
    }

    #[test]
    fn who_holds_most_gives_way_to_who_holds_less() {
        let budget = Arc::new(Budget::new(100, 10));
        let _small = budget.reserve(&holder(1), 20, None, false).unwrap();
        let hoard: Vec<Reservation> =
            (0..4).map(|_| budget.reserve(&holder(2), 20, None, false).unwrap()).collect();
        assert!(budget.reserve(&holder(3), 15, None, false).is_some());
        assert_eq!(
            (budget.evicted(), budget.used()),
            (1, 100),
            "it was dropped again, and who has to go is going"
        );
        assert_eq!(budget.ledger.lock().evicted_bytes, 20);
        drop(hoard);
        assert_eq!((budget.used(), budget.ledger.lock().evicted_bytes), (20, 0));
    }

    #[test]
    fn behind_one_address_the_largest_connection_gives_way() {
        let budget = Arc::new(Budget::new(100, 10));
        let (hoarder, viewer) = (holder(1), holder(1));
        let hoard: Vec<Reservation> =
            (0..5).map(|_| budget.reserve(&hoarder, 20, None, false).unwrap()).collect();
        assert!(budget.reserve(&hoarder, 20, None, false).is_none(), "not to itself");
        assert!(budget.reserve(&viewer, 20, None, false).is_some());
        assert_eq!(budget.evicted(), 1);
        drop(hoard);
    }

    #[test]
    fn connections_that_are_alike_do_not_drive_each_other_out() {
        let budget = Arc::new(Budget::new(5, 1));
        let _inside: Vec<Reservation> =
            (1..6).map(|n| budget.reserve(&holder(n), 1, None, false).unwrap()).collect();
        assert!(budget.reserve(&holder(9), 1, None, false).is_none());
        assert!(budget.reserve(&holder(1), 1, None, false).is_none());
        assert_eq!(budget.evicted(), 0);
    }

    #[test]
    fn what_is_shared_counts_once() {
        let budget = Arc::new(Budget::new(100, 1));
        let many: Vec<Reservation> =
            (0..50).map(|n| budget.reserve(&holder(n), 90, Some(7), false).unwrap()).collect();
        assert_eq!(budget.used(), 90);
        drop(many);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_proxy_is_never_evicted() {
        let budget = Arc::new(Budget::new(3, 1));
        let proxy = holder(1);
        let _all: Vec<Reservation> = (0..3).map(|_| budget.reserve(&proxy, 1, None, true).unwrap()).collect();
        assert!(budget.reserve(&holder(2), 1, None, false).is_none());
        assert_eq!(budget.evicted(), 0);
    }

    #[tokio::test]
    async fn responses_that_are_not_read_stay_within_the_budget_and_release_it() {
        let budget = Arc::new(Budget::new(100_000, 10_000));
        let (slow, quick) = (holder(1), holder(2));
        let first = charge_in(&budget, &slow, vec![b'x'; 90_000].into_response()).await;
        assert_eq!(charge_in(&budget, &slow, vec![b'x'; 60_000].into_response()).await.status(), 503);
        assert_eq!(charge_in(&budget, &quick, vec![b'x'; 30_000].into_response()).await.status(), 200);
        assert_eq!(budget.evicted(), 1);
        let bytes = to_bytes(first.into_body(), usize::MAX).await.unwrap();
        assert_eq!((bytes.len(), budget.used()), (90_000, 90_512), "it is still being sent");
        drop(bytes);
        assert_eq!(budget.used(), 0);
    }

    proptest! {
        /// Whatever is reserved and released: use never exceeds the capacity by more than a quarter, and in the end
        /// everything is released.
        #[test]
        fn the_books_are_right(steps in prop::collection::vec((0..3_u8, 0..12_usize, 1..60_u64, 0..4_usize), 1..200)) {
            let budget = Arc::new(Budget::new(200, 10));
            let accounts: Vec<Holder> = (0..12).map(|n| holder(n / 3)).collect();
            let mut reservations = Vec::new();
            for (step, who, amount, name) in steps {
                match step {
                    0 => reservations.extend(budget.reserve(&accounts[who], amount, None, who == 0)),
                    // The same name always has the same amount.
                    1 => reservations.extend(budget.reserve(&accounts[who], 20, Some(name), false)),
                    _ if reservations.is_empty() => {}
                    _ => { reservations.swap_remove(who % reservations.len()); }
                }
                let ledger = budget.ledger.lock();
                prop_assert!(ledger.used <= 250);
                let of_accounts: u64 = ledger.accounts.values().filter(|account| !account.evicted && !account.exempt).map(|account| account.held).sum();
                prop_assert_eq!(of_accounts, ledger.clients.values().sum::<u64>());
            }
            drop(reservations);
            let ledger = budget.ledger.lock();
            prop_assert_eq!((ledger.used, ledger.evicted_bytes), (0, 0));
            prop_assert!(ledger.accounts.is_empty() && ledger.clients.is_empty() && ledger.shared.is_empty());
        }
    }
}
