//! Who is let in: how many connections at once, and how many of one client.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;

use crate::server::{Counters, Limits};
use crate::shares::{Claim, Client, Peer, Proxies, Room, Visit};

/// Where there is no room, so many of the client with most connections are ended at once.
const STEP: u64 = 8;

/// Connections by client.
type Clients = Arc<Mutex<HashMap<Client, usize>>>;

/// Counts who is inside, and lets in as many as the limits say.
pub(crate) struct Door {
    room: Arc<Room>,
    clients: Clients,
    limit_per_client: usize,
    pub(crate) proxies: Arc<Proxies>,
    counters: Arc<Counters>,
}

/// A connection that was let in.
pub(crate) struct Pass {
    _claim: Claim,
    _counted: Option<Counted>,
    counters: Arc<Counters>,
}

/// A place among those of one client.
struct Counted(Clients, Client);

impl Door {
    pub(crate) fn new(limits: Limits, counters: Arc<Counters>) -> Self {
        Self {
            room: Arc::new(Room::new(limits.connections as u64, STEP)),
            clients: Arc::default(),
            limit_per_client: limits.connections_per_client,
            proxies: limits.proxies,
            counters,
        }
    }

    pub(crate) fn admit(&self, peer: &Peer, visit: &Visit) -> Option<Pass> {
        let pass = self.try_admit(peer, visit);
        let counter = if pass.is_some() { &self.counters.accepted } else { &self.counters.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        self.counters.gave_way.store(self.room.gave_way(), Ordering::Relaxed);
        pass
    }

    fn try_admit(&self, peer: &Peer, visit: &Visit) -> Option<Pass> {
        let counted = if peer.is_proxy() { None } else { Some(self.count(peer.client())?) };
        let claim = self.room.claim(visit, 1, None, peer.is_proxy())?;
        self.counters.open.fetch_add(1, Ordering::Relaxed);
        Some(Pass { _claim: claim, _counted: counted, counters: Arc::clone(&self.counters) })
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

impl Drop for Pass {
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
    use crate::shares::End;

    fn door(connections: usize, connections_per_client: usize) -> Door {
        let proxies = Arc::new("127.0.0.1".parse().unwrap());
        Door::new(Limits { connections, connections_per_client, proxies }, Arc::default())
    }

    fn come(door: &Door, address: &str) -> Option<Pass> {
        let peer = Peer::new(address.parse().unwrap(), &door.proxies);
        door.admit(&peer, &Visit::new(peer.client(), End::default()))
    }

    #[test]
    fn one_client_cannot_take_every_place() {
        let door = door(10, 2);
        let inside: Vec<_> = (0..5).filter_map(|_| come(&door, "192.0.2.1")).collect();
        assert_eq!(inside.len(), 2);
        assert!(come(&door, "192.0.2.2").is_some());
        drop(inside);
        assert!(come(&door, "192.0.2.1").is_some());
        assert!(door.clients.lock().is_empty(), "clients that left are forgotten");
    }

    #[test]
    fn a_network_behind_one_address_has_what_is_free_and_gives_way_to_others() {
        let door = door(100, 4096);
        let network: Vec<_> = (0..120).filter_map(|_| come(&door, "192.0.2.1")).collect();
        assert_eq!(network.len(), 100);
        assert!(come(&door, "192.0.2.2").is_some());
        assert!(door.counters.gave_way.load(Ordering::Relaxed) > 0);
    }

    #[test]
    fn a_cache_is_bounded_by_the_total_only() {
        let door = door(3, 1);
        let inside: Vec<_> = (0..5).filter_map(|_| come(&door, "127.0.0.1")).collect();
        assert_eq!(inside.len(), 3);
        assert_eq!(door.counters.open.load(Ordering::Relaxed), 3);
        assert_eq!(door.counters.refused.load(Ordering::Relaxed), 2);
    }
}
