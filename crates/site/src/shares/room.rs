//! Room: bytes of answers that are under way, and connections.
//!
//! Everybody holds what he likes while there is room. Where there is none, the client that holds most gives way to one that
//! holds less, with its largest connections first; and of one client the largest connection to a smaller one, so that behind
//! one address too those who take what they ask for are answered. Who gives way is disconnected.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};

use axum::body::{Body, HttpBody, to_bytes};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::task::AbortHandle;

use super::Client;
use crate::problem::Problem;

/// Bytes of all answers that their clients have not taken yet. With the cache of media they stay below what the centre
/// keeps for media that are read, so nobody who reads slowly keeps others from reading (I1, I11).
const MAX_HELD_BYTES: u64 = 160 << 20;
/// What an answer costs beside its bytes.
const ANSWER_BYTES: u64 = 512;
/// Where bytes are short, so many are made free at once, since who holds most is looked for among all.
const STEP_BYTES: u64 = MAX_HELD_BYTES / 32;

/// Of all listeners.
static HELD: LazyLock<Arc<Room>> = LazyLock::new(|| Arc::new(Room::new(MAX_HELD_BYTES, STEP_BYTES)));

/// For `/metrics`.
pub(crate) fn held() -> &'static Room {
    &HELD
}

/// A connection, on behalf of one client.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    client: Client,
    number: u64,
    end: End,
}

/// Ends a connection, also where its task begins before it is known here.
#[derive(Debug, Clone, Default)]
pub(crate) struct End(Arc<Ending>);

#[derive(Debug, Default)]
struct Ending {
    task: OnceLock<AbortHandle>,
    is_due: AtomicBool,
}

impl End {
    pub(crate) fn is(&self, task: AbortHandle) {
        let _ = self.0.task.set(task);
        if self.0.is_due.load(Ordering::SeqCst) {
            self.now();
        }
    }

    fn now(&self) {
        self.0.is_due.store(true, Ordering::SeqCst);
        if let Some(task) = self.0.task.get() {
            task.abort();
        }
    }
}

impl Visit {
    pub(crate) fn new(client: Client, end: End) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { client, number: NEXT.fetch_add(1, Ordering::Relaxed), end }
    }

    /// The same connection, on behalf of the client `client` of a proxy.
    pub(crate) fn on_behalf(&self, client: Client) -> Self {
        if client == self.client { self.clone() } else { Self::new(client, self.end.clone()) }
    }
}

/// Something of which there is only so much.
#[derive(Debug)]
pub(crate) struct Room {
    ledger: Mutex<Ledger>,
    gave_way: AtomicU64,
    refused: AtomicU64,
}

/// A part of a room, until this is dropped.
#[derive(Debug)]
pub(crate) struct Claim {
    room: Arc<Room>,
    number: u64,
    amount: u64,
    shared: Option<usize>,
}

impl Room {
    pub(crate) fn new(capacity: u64, step: u64) -> Self {
        Self {
            ledger: Mutex::new(Ledger::new(capacity, step)),
            gave_way: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// What is held.
    pub(crate) fn used(&self) -> u64 {
        self.ledger.lock().used
    }

    /// Connections that were ended so that others have room.
    pub(crate) fn gave_way(&self) -> u64 {
        self.gave_way.load(Ordering::Relaxed)
    }

    /// What was not let in.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// `amount` for `visit`. What is `shared` by that name counts once, however many hold it. A visit that is `firm` never
    /// gives way.
    pub(crate) fn claim(
        self: &Arc<Self>,
        visit: &Visit,
        amount: u64,
        shared: Option<usize>,
        firm: bool,
    ) -> Option<Claim> {
        let (granted, ends) = self.ledger.lock().ask(visit, amount, shared, firm);
        self.gave_way.fetch_add(ends.len() as u64, Ordering::Relaxed);
        ends.iter().for_each(End::now);
        if !granted {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        Some(Claim { room: Arc::clone(self), number: visit.number, amount, shared })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.room.ledger.lock().give_back(self.number, self.amount, self.shared);
    }
}

/// Room for `bytes`, which `visit` did not take at once; none where it has to give them up.
pub(crate) fn claim_bytes(visit: &Visit, bytes: &Bytes) -> Option<Claim> {
    claim_in(&HELD, visit, bytes)
}

fn claim_in(room: &Arc<Room>, visit: &Visit, bytes: &Bytes) -> Option<Claim> {
    // Copies of the same bytes are one piece of memory.
    let shared = bytes.as_ptr() as usize;
    room.claim(visit, bytes.len() as u64 + ANSWER_BYTES, Some(shared), false)
}

/// Lets `response` through to `visit` where there is room for it; 503 otherwise. It is held until the last of its bytes
/// went to the client's socket or was given up.
pub(crate) async fn hold(visit: &Visit, response: Response) -> Response {
    hold_in(&HELD, visit, response).await
}

/// Bytes with their room.
struct Held {
    bytes: Bytes,
    _claim: Claim,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

async fn hold_in(room: &Arc<Room>, visit: &Visit, response: Response) -> Response {
    if response.body().is_end_stream() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    match claim_in(room, visit, &bytes) {
        Some(claim) => {
            Response::from_parts(parts, Body::from(Bytes::from_owner(Held { bytes, _claim: claim })))
        }
        None => Problem::unavailable("Too much is being sent; try again in a moment.").into_response(),
    }
}

/// Who holds how much.
#[derive(Debug)]
struct Ledger {
    capacity: u64,
    /// How much more may be used while those who were told to go are going.
    slack: u64,
    step: u64,
    used: u64,
    /// Of that, what those hold who were told to go.
    leaving: u64,
    visits: HashMap<u64, Holder>,
    clients: HashMap<Client, u64>,
    /// What several hold: how many, and how much it is.
    shared: HashMap<usize, (u32, u64)>,
}

#[derive(Debug)]
struct Holder {
    client: Client,
    held: u64,
    end: End,
    firm: bool,
    leaves: bool,
}

impl Ledger {
    fn new(capacity: u64, step: u64) -> Self {
        Self {
            capacity,
            slack: (4 * step).min(capacity / 4),
            step,
            used: 0,
            leaving: 0,
            visits: HashMap::new(),
            clients: HashMap::new(),
            shared: HashMap::new(),
        }
    }

    /// Whether `visit` gets `amount`, and who has to go for it.
    fn ask(&mut self, visit: &Visit, amount: u64, shared: Option<usize>, firm: bool) -> (bool, Vec<End>) {
        let cost = match shared {
            Some(name) if self.shared.contains_key(&name) => 0,
            _ => amount,
        };
        let mut ends = Vec::new();
        if !self.has_room(cost) {
            self.make_way(visit, amount, &mut ends);
        }
        // Who has to go takes a moment: so much more than there is may be used meanwhile.
        if !self.has_room(cost) || self.used + cost > self.capacity + self.slack {
            return (false, ends);
        }
        if let Some(name) = shared {
            self.shared.entry(name).or_insert((0, cost)).0 += 1;
        }
        self.used += cost;
        let new = || Holder { client: visit.client, held: 0, end: visit.end.clone(), firm, leaves: false };
        let holder = self.visits.entry(visit.number).or_insert_with(new);
        holder.held += amount;
        if holder.leaves {
            self.leaving += amount;
        } else if !holder.firm {
            *self.clients.entry(holder.client).or_default() += amount;
        }
        (true, ends)
    }

    fn give_back(&mut self, number: u64, amount: u64, shared: Option<usize>) {
        let freed = match shared.and_then(|name| Some((name, self.shared.get_mut(&name)?))) {
            Some((_, (holders, _))) if *holders > 1 => {
                *holders -= 1;
                0
            }
            Some((name, _)) => self.shared.remove(&name).map_or(0, |(_, cost)| cost),
            None => amount,
        };
        self.used = self.used.saturating_sub(freed);
        let Some(holder) = self.visits.get_mut(&number) else { return };
        holder.held = holder.held.saturating_sub(amount);
        if holder.leaves {
            self.leaving = self.leaving.saturating_sub(amount);
        } else if !holder.firm {
            let client = holder.client;
            take_off(&mut self.clients, client, amount);
        }
        if self.visits.get(&number).is_some_and(|holder| holder.held == 0) {
            self.visits.remove(&number);
        }
    }

    fn has_room(&self, cost: u64) -> bool {
        self.used.saturating_sub(self.leaving) + cost <= self.capacity
    }

    /// Sends away who holds more than `visit` would.
    fn make_way(&mut self, visit: &Visit, amount: u64, ends: &mut Vec<End>) {
        let own = self.clients.get(&visit.client).copied().unwrap_or_default() + amount;
        let most = self.clients.iter().map(|(client, held)| (*held, *client)).max();
        let Some((held, client)) = most else { return };
        let of_another = client != visit.client && held > own;
        let client = if of_another { client } else { visit.client };
        // Of the own client only what is larger than the asker itself; of another as much as it has more.
        let own_visit = self.visits.get(&visit.number).map_or(0, |holder| holder.held) + amount;
        let above = if of_another { 0 } else { own_visit };
        let mut spare = if of_another { held - own } else { u64::MAX };
        let mut largest: Vec<(u64, u64)> = self
            .visits
            .iter()
            .filter(|(number, holder)| {
                let may = !holder.leaves && !holder.firm && **number != visit.number;
                may && holder.client == client && holder.held > above
            })
            .map(|(number, holder)| (holder.held, *number))
            .collect();
        // The largest first; of those that are alike the one that is there longest.
        largest.sort_unstable_by(|(a, one), (b, other)| b.cmp(a).then(one.cmp(other)));
        let mut freed = 0;
        for (held, number) in largest {
            if freed >= amount.max(self.step) || spare == 0 {
                break;
            }
            let Some(holder) = self.visits.get_mut(&number) else { continue };
            holder.leaves = true;
            ends.push(holder.end.clone());
            take_off(&mut self.clients, client, held);
            self.leaving += held;
            freed += held;
            spare = spare.saturating_sub(held);
        }
    }
}

fn take_off(clients: &mut HashMap<Client, u64>, client: Client, amount: u64) {
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

    fn visit(client: u8) -> Visit {
        Visit::new(IpAddr::from(Ipv4Addr::new(192, 0, 2, client)).into(), End::default())
    }

    #[test]
    fn alone_a_client_has_all_of_it() {
        let room = Arc::new(Room::new(100, 1));
        let held: Vec<Claim> = (0..12).filter_map(|_| room.claim(&visit(1), 10, None, false)).collect();
        assert_eq!((held.len(), room.refused(), room.gave_way()), (10, 2, 0));
        drop(held);
        assert_eq!(room.used(), 0);
        let ledger = room.ledger.lock();
        assert!(ledger.visits.is_empty() && ledger.clients.is_empty());
    }

    #[test]
    fn who_holds_most_gives_way_to_who_holds_less() {
        let room = Arc::new(Room::new(100, 10));
        let _small = room.claim(&visit(1), 20, None, false).unwrap();
        let hoard: Vec<Claim> = (0..4).map(|_| room.claim(&visit(2), 20, None, false).unwrap()).collect();
        assert!(room.claim(&visit(3), 15, None, false).is_some());
        assert_eq!(
            (room.gave_way(), room.used()),
            (1, 100),
            "it was dropped again, and who has to go is going"
        );
        assert_eq!(room.ledger.lock().leaving, 20);
        drop(hoard);
        assert_eq!((room.used(), room.ledger.lock().leaving), (20, 0));
    }

    #[test]
    fn behind_one_address_the_largest_connection_gives_way() {
        let room = Arc::new(Room::new(100, 10));
        let (hoarder, viewer) = (visit(1), visit(1));
        let hoard: Vec<Claim> = (0..5).map(|_| room.claim(&hoarder, 20, None, false).unwrap()).collect();
        assert!(room.claim(&hoarder, 20, None, false).is_none(), "not to itself");
        assert!(room.claim(&viewer, 20, None, false).is_some());
        assert_eq!(room.gave_way(), 1);
        drop(hoard);
    }

    #[test]
    fn connections_that_are_alike_do_not_drive_each_other_out() {
        let room = Arc::new(Room::new(5, 1));
        let _inside: Vec<Claim> = (1..6).map(|n| room.claim(&visit(n), 1, None, false).unwrap()).collect();
        assert!(room.claim(&visit(9), 1, None, false).is_none());
        assert!(room.claim(&visit(1), 1, None, false).is_none());
        assert_eq!(room.gave_way(), 0);
    }

    #[test]
    fn what_is_shared_counts_once() {
        let room = Arc::new(Room::new(100, 1));
        let many: Vec<Claim> = (0..50).map(|n| room.claim(&visit(n), 90, Some(7), false).unwrap()).collect();
        assert_eq!(room.used(), 90);
        drop(many);
        assert_eq!(room.used(), 0);
    }

    #[test]
    fn a_proxy_never_gives_way() {
        let room = Arc::new(Room::new(3, 1));
        let proxy = visit(1);
        let _all: Vec<Claim> = (0..3).map(|_| room.claim(&proxy, 1, None, true).unwrap()).collect();
        assert!(room.claim(&visit(2), 1, None, false).is_none());
        assert_eq!(room.gave_way(), 0);
    }

    #[tokio::test]
    async fn answers_that_are_not_taken_leave_room_and_give_it_back() {
        let room = Arc::new(Room::new(100_000, 10_000));
        let (slow, quick) = (visit(1), visit(2));
        let first = hold_in(&room, &slow, vec![b'x'; 90_000].into_response()).await;
        assert_eq!(hold_in(&room, &slow, vec![b'x'; 60_000].into_response()).await.status(), 503);
        assert_eq!(hold_in(&room, &quick, vec![b'x'; 30_000].into_response()).await.status(), 200);
        assert_eq!(room.gave_way(), 1);
        let bytes = to_bytes(first.into_body(), usize::MAX).await.unwrap();
        assert_eq!((bytes.len(), room.used()), (90_000, 90_512), "it is still being sent");
        drop(bytes);
        assert_eq!(room.used(), 0);
    }

    proptest! {
        /// Whatever is asked for and given back: no more is used than a quarter above what there is, and in the end all is
        /// back.
        #[test]
        fn the_books_are_right(steps in prop::collection::vec((0..3_u8, 0..12_usize, 1..60_u64, 0..4_usize), 1..200)) {
            let room = Arc::new(Room::new(200, 10));
            let visits: Vec<Visit> = (0..12).map(|n| visit(n / 3)).collect();
            let mut claims = Vec::new();
            for (step, who, amount, name) in steps {
                match step {
                    0 => claims.extend(room.claim(&visits[who], amount, None, who == 0)),
                    // Of one name always the same amount.
                    1 => claims.extend(room.claim(&visits[who], 20, Some(name), false)),
                    _ if claims.is_empty() => {}
                    _ => { claims.swap_remove(who % claims.len()); }
                }
                let ledger = room.ledger.lock();
                prop_assert!(ledger.used <= 250);
                let of_visits: u64 = ledger.visits.values().filter(|holder| !holder.leaves && !holder.firm).map(|holder| holder.held).sum();
                prop_assert_eq!(of_visits, ledger.clients.values().sum::<u64>());
            }
            drop(claims);
            let ledger = room.ledger.lock();
            prop_assert_eq!((ledger.used, ledger.leaving), (0, 0));
            prop_assert!(ledger.visits.is_empty() && ledger.clients.is_empty() && ledger.shared.is_empty());
        }
    }
}
