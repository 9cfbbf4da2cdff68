//! Admission of connections: how many at once, in total and per client.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::http::budget::{Budget, Holder, Reservation};
use crate::http::client::{Client, Peer, Proxies};
use crate::http::server::{Counters, Limits};

/// When there is no room, this many connections of the client that has most of them are closed at once.
const EVICT: u64 = 8;

/// Connections by client.
type Clients = Arc<Mutex<HashMap<Client, usize>>>;

/// Admits as many connections as the limits allow.
pub(crate) struct Admission {
    budget: Arc<Budget>,
    clients: Clients,
    limit_per_client: usize,
    pub(crate) proxies: Arc<Proxies>,
    counters: Arc<Counters>,
}

/// A connection that was admitted; its place is freed when this is dropped.
pub(crate) struct Permit {
    _reservation: Reservation,
    _counted: Option<Counted>,
    counters: Arc<Counters>,
}

/// One of a client's connections.
struct Counted(Clients, Client);

impl Admission {
    pub(crate) fn new(limits: Limits, counters: Arc<Counters>) -> Self {
        Self {
            budget: Arc::new(Budget::new(limits.connections as u64, EVICT)),
            clients: Arc::default(),
            limit_per_client: limits.connections_per_client,
            proxies: limits.proxies,
            counters,
        }
    }

    pub(crate) fn admit(&self, peer: &Peer, holder: &Holder) -> Option<Permit> {
        let permit = self.try_admit(peer, holder);
        let counter = if permit.is_some() { &self.counters.accepted } else { &self.counters.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        self.counters.evicted.store(self.budget.evicted(), Ordering::Relaxed);
        permit
    }

    fn try_admit(&self, peer: &Peer, holder: &Holder) -> Option<Permit> {
        let counted = if peer.is_proxy() { None } else { Some(self.count(peer.client())?) };
        let reservation = self.budget.reserve(holder, 1, None, peer.is_proxy())?;
        self.counters.open.fetch_add(1, Ordering::Relaxed);
        Some(Permit { _reservation: reservation, _counted: counted, counters: Arc::clone(&self.counters) })
    }

    fn count(&self, client: Client) -> Option<Counted> {
        let mut clients = self.clients.lock();
        let inside = clients.entry(client).or_default();
        if *inside >= self.limit_per_client {
            return None;
        }
        *inside += 1;
        Some(Counted(Arc::clone(&self.clients), client))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut clients = self.0.lock();
        if let Some(inside) = clients.get_mut(&self.1) {
            *inside = inside.saturating_sub(1);
            if *inside == 0 {
                clients.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::budget::CloseHandle;

    fn admission(connections: usize, connections_per_client: usize) -> Admission {
        let proxies = Arc::new("127.0.0.1".parse().unwrap());
        Admission::new(
            Limits { connections, connections_per_client, proxies, ..Limits::default() },
            Arc::default(),
        )
    }

    fn connect(admission: &Admission, address: &str) -> Option<Permit> {
        let peer = Peer::new(address.parse().unwrap(), &admission.proxies);
        admission.admit(&peer, &Holder::new(peer.client(), CloseHandle::default()))
    }

    #[test]
    fn one_client_cannot_take_every_place() {
        let admission = admission(10, 2);
        let inside: Vec<_> = (0..5).filter_map(|_| connect(&admission, "192.0.2.1")).collect();
        assert_eq!(inside.len(), 2);
        assert!(connect(&admission, "192.0.2.2").is_some());
        drop(inside);
        assert!(connect(&admission, "192.0.2.1").is_some());
        assert!(admission.clients.lock().is_empty(), "clients that left are forgotten");
    }

    #[test]
    fn a_network_behind_one_address_has_what_is_free_until_others_come() {
        let admission = admission(100, 4096);
        let network: Vec<_> = (0..120).filter_map(|_| connect(&admission, "192.0.2.1")).collect();
        assert_eq!(network.len(), 100);
        assert!(connect(&admission, "192.0.2.2").is_some());
        assert!(admission.counters.evicted.load(Ordering::Relaxed) > 0);
    }

    #[test]
    fn a_cache_is_bounded_by_the_total_only() {
        let admission = admission(3, 1);
        let inside: Vec<_> = (0..5).filter_map(|_| connect(&admission, "127.0.0.1")).collect();
        assert_eq!(inside.len(), 3);
        assert_eq!(admission.counters.open.load(Ordering::Relaxed), 3);
        assert_eq!(admission.counters.refused.load(Ordering::Relaxed), 2);
    }
}
