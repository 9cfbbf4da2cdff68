//! Admission before a key is shown: how many connections an address may hold, which one gives way, and how long the
//! answer to a wrong key takes.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::RtmpOptions;

/// Addresses whose wrong keys are remembered.
const MAX_REMEMBERED: usize = 4096;
/// How long they are remembered.
const FORGET_AFTER: Duration = Duration::from_secs(600);
/// The longest delay of the answer to a wrong key. Shorter than any encoder waits before it gives up.
const MAX_DELAY: Duration = Duration::from_secs(8);

/// Connections that do not publish yet, and wrong keys, per address.
///
/// At the limit, a newcomer is accepted all the same, and another connection is evicted: the one that has waited
/// longest of the address that has the most of them. A camera shows its key within a second and comes alone, so
/// strangers can neither keep it out nor push it away.
#[derive(Debug)]
pub(super) struct Peers {
    max_pending: usize,
    max_pending_per_peer: usize,
    trusts_loopback: bool,
    first_delay: Duration,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// The connections of each address, in order of arrival.
    pending: HashMap<IpAddr, BTreeMap<u64, Arc<AtomicBool>>>,
    /// Total over all addresses.
    total: usize,
    arrivals: u64,
    failures: HashMap<IpAddr, Failures>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last_us: u64,
}

/// One connection that does not publish yet. Dropped when it does, or when it is gone.
#[derive(Debug)]
pub(super) struct Pending {
    peers: Arc<Peers>,
    group: IpAddr,
    number: u64,
    is_evicted: Arc<AtomicBool>,
}

impl Pending {
    /// Whether it is to be closed to make room for others.
    pub(super) fn is_evicted(&self) -> bool {
        self.is_evicted.load(Ordering::Relaxed)
    }
}

impl Peers {
    pub(super) fn new(options: &RtmpOptions) -> Self {
        Self {
            max_pending: options.max_pending.max(1),
            max_pending_per_peer: options.max_pending_per_peer,
            trusts_loopback: options.trusts_loopback,
            first_delay: options.wrong_key_delay,
            table: Mutex::default(),
        }
    }

    /// A new connection. `None`: its address has too many already.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Pending> {
        let group = group(address);
        let is_exempt = self.trusts_loopback && address.to_canonical().is_loopback();
        let mut table = self.table.lock();
        let here = table.pending.get(&group).map_or(0, BTreeMap::len);
        if here >= self.max_pending_per_peer && !is_exempt {
            return None;
        }
        if table.total >= self.max_pending {
            table.evict_one();
        }
        let (number, is_evicted) = table.add(group);
        Some(Pending { peers: Arc::clone(self), group, number, is_evicted })
    }

    /// A wrong key came from this address: how long the answer has to wait. Right keys never wait, whatever address
    /// they come from: many stations may share one.
    pub(super) fn failed(&self, address: IpAddr, now_us: u64) -> Duration {
        let group = group(address);
        let mut table = self.table.lock();
        table.make_room(group, now_us);
        let failures = table.failures.entry(group).or_insert(Failures { count: 0, last_us: now_us });
        failures.last_us = now_us;
        failures.count = failures.count.saturating_add(1);
        let doublings = failures.count.saturating_sub(1).min(16);
        self.first_delay.saturating_mul(1 << doublings).min(MAX_DELAY)
    }
}

impl Table {
    fn add(&mut self, group: IpAddr) -> (u64, Arc<AtomicBool>) {
        let is_evicted = Arc::new(AtomicBool::new(false));
        self.arrivals += 1;
        self.total += 1;
        self.pending.entry(group).or_default().insert(self.arrivals, Arc::clone(&is_evicted));
        (self.arrivals, is_evicted)
    }

    fn evict_one(&mut self) {
        let rank = |there: &BTreeMap<u64, _>| (there.len(), Reverse(there.keys().next().copied()));
        let crowd = self.pending.iter().max_by_key(|(_, there)| rank(there)).map(|(group, _)| *group);
        let oldest = crowd.and_then(|group| Some((group, *self.pending.get(&group)?.keys().next()?)));
        if let Some((group, number)) = oldest
            && let Some(is_evicted) = self.remove(group, number)
        {
            is_evicted.store(true, Ordering::Relaxed);
        }
    }

    fn remove(&mut self, group: IpAddr, number: u64) -> Option<Arc<AtomicBool>> {
        let there = self.pending.get_mut(&group)?;
        let removed = there.remove(&number)?;
        if there.is_empty() {
            self.pending.remove(&group);
        }
        self.total -= 1;
        Some(removed)
    }

    fn make_room(&mut self, group: IpAddr, now_us: u64) {
        let forget_us = FORGET_AFTER.as_micros() as u64;
        if self.failures.get(&group).is_some_and(|old| now_us.saturating_sub(old.last_us) > forget_us) {
            self.failures.remove(&group);
        }
        if self.failures.len() < MAX_REMEMBERED || self.failures.contains_key(&group) {
            return;
        }
        self.failures.retain(|_, old| now_us.saturating_sub(old.last_us) <= forget_us);
        // When so many addresses are at it, forgetting all of them costs less than remembering the wrong ones.
        if self.failures.len() >= MAX_REMEMBERED {
            self.failures.clear();
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // An evicted connection has no entry any more.
        self.peers.table.lock().remove(self.group, self.number);
    }
}

/// Whoever has one IPv6 address has its whole /64.
fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers() -> Arc<Peers> {
        Arc::new(Peers::new(&RtmpOptions { max_pending_per_peer: 2, ..RtmpOptions::default() }))
    }

    fn address(number: u32) -> IpAddr {
        IpAddr::V4((0x0A00_0000 + number).into())
    }

    #[test]
    fn the_oldest_of_the_address_with_most_pending_is_evicted() {
        let options = RtmpOptions { max_pending: 6, max_pending_per_peer: 4, ..RtmpOptions::default() };
        let peers = Arc::new(Peers::new(&options));
        let camera = peers.enter(address(0)).unwrap();
        let first: Vec<_> = (0..2).map(|_| peers.enter(address(1)).unwrap()).collect();
        let second: Vec<_> = (0..3).map(|_| peers.enter(address(2)).unwrap()).collect();
        let newcomers: Vec<_> = (10..12).map(|number| peers.enter(address(number)).unwrap()).collect();
        let give_way = |pending: &[Pending]| pending.iter().map(Pending::is_evicted).collect::<Vec<_>>();
        assert_eq!(give_way(&second), [true, false, false], "the greatest crowd first");
        assert_eq!(give_way(&first), [true, false], "then, of two alike, the one that came first");
        assert!(!camera.is_evicted(), "who is alone stays");
        drop((first, second, newcomers, camera));
        let table = peers.table.lock();
        assert_eq!((table.total, table.pending.len()), (0, 0), "who left is forgotten");
    }

    #[test]
    fn an_address_has_so_many_pending_and_no_more() {
        let peers = peers();
        let here: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        let elsewhere: IpAddr = "10.0.0.1".parse().unwrap();
        let first = peers.enter(here).unwrap();
        let _second = peers.enter(neighbour).unwrap();
        assert!(peers.enter(here).is_none());
        assert!(peers.enter(elsewhere).is_some());
        drop(first);
        assert!(peers.enter(here).is_some());
    }

    #[test]
    fn each_wrong_key_waits_longer_and_time_heals() {
        let peers = peers();
        let here: IpAddr = "10.0.0.1".parse().unwrap();
        let delays: Vec<_> = (0..7).map(|_| peers.failed(here, 0).as_millis()).collect();
        assert_eq!(delays, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(peers.failed("10.0.0.2".parse().unwrap(), 0).as_millis(), 500);
        assert_eq!(peers.failed(here, 601_000_000).as_millis(), 500);
    }

    #[test]
    fn the_table_of_wrong_keys_is_bounded() {
        let peers = peers();
        for n in 0..3 * MAX_REMEMBERED as u32 {
            peers.failed(IpAddr::V4(n.into()), 0);
        }
        assert!(peers.table.lock().failures.len() <= MAX_REMEMBERED);
    }
}
