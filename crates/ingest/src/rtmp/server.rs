//! The RTMP port: sockets and threads around [`super::session::Session`].
//!
//! **Gathering.** Encoders send small TCP segments; waking up for each would cost more than all the work on the
//! bytes. So a reactor thread does not wait on its sockets: it sleeps until the next tick (25 ms), asks the kernel
//! which sockets have something, and reads each of them once. With 1000 cameras that is some 25,000 reads a
//! second, and 40 wake-ups. Without any connection it blocks, and does not wake at all.

mod budgets;
mod connection;
mod metrics;
mod peers;
mod reactor;

pub use metrics::RtmpMetrics;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ashkar_duty::Duty;
use ashkar_terms::Clock;
use mio::net::TcpListener;
use parking_lot::Mutex;

use crate::Gate;
use budgets::{Budgets, Refusals};
use metrics::Counters;
use peers::Peers;
use reactor::{Inbox, Reactor};

/// Connections that the kernel keeps until they are accepted; it may allow fewer. All cameras may come at the same
/// moment, when the centre has just started: those that find no place try again after one second, then three, then
/// seven.
const ACCEPT_QUEUE: i32 = 4096;

/// Limits of an RTMP port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtmpOptions {
    /// Reactor threads. One carries 1000 cameras of 1 Mbit/s; the sinks' work is done there too.
    pub threads: usize,
    /// How long bytes gather in the kernel before they are read.
    pub gather: Duration,
    /// Connections at once, in total.
    pub max_connections: usize,
    /// Connections that are not publishing yet, in total. Beyond it each newcomer evicts one of them.
    pub max_pending: usize,
    /// Connections from one address (IPv6: one /64) that are not publishing yet.
    pub max_pending_per_peer: usize,
    /// Whether connections from this machine are exempt from `max_pending_per_peer`: a proxy may speak for many.
    pub trusts_loopback: bool,
    /// Time from connecting to a valid key.
    pub greeting_timeout: Duration,
    /// A publisher that sends no byte for this long counts as dead.
    pub silence_timeout: Duration,
    /// Delay of the answer to an address's first wrong key; it doubles with each further one, up to 8 s.
    pub wrong_key_delay: Duration,
}

impl Default for RtmpOptions {
    fn default() -> Self {
        Self {
            threads: 1,
            gather: Duration::from_millis(25),
            max_connections: 4096,
            max_pending: 2048,
            max_pending_per_peer: 64,
            trusts_loopback: true,
            greeting_timeout: Duration::from_secs(10),
            silence_timeout: Duration::from_secs(15),
            wrong_key_delay: Duration::from_millis(500),
        }
    }
}

/// State shared by the threads of one port.
struct Shared {
    gate: Arc<dyn Gate>,
    clock: Arc<dyn Clock>,
    options: RtmpOptions,
    counters: Counters,
    peers: Arc<Peers>,
    budgets: Budgets,
    refusals: Refusals,
    is_stopping: AtomicBool,
}

/// An open RTMP port. Dropping it is [`RtmpServer::shutdown`].
pub struct RtmpServer {
    local_addr: SocketAddr,
    shared: Arc<Shared>,
    inboxes: Arc<[Inbox]>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl RtmpServer {
    /// Opens `addr` and accepts publishers from now on.
    ///
    /// # Errors
    /// If the address cannot be opened, or the machine gives no thread or no epoll.
    pub fn bind(
        addr: SocketAddr,
        gate: Arc<dyn Gate>,
        clock: Arc<dyn Clock>,
        options: RtmpOptions,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(addr)?;
        // Called again, because the library asks for 128 places.
        rustix::net::listen(&listener, ACCEPT_QUEUE)?;
        let local_addr = listener.local_addr()?;
        let count = options.threads.max(1);
        let peers = Arc::new(Peers::new(&options));
        let counters = Counters::default();
        let is_stopping = AtomicBool::new(false);
        let (budgets, refusals) = (Budgets::default(), Refusals::default());
        let shared =
            Arc::new(Shared { gate, clock, options, counters, peers, budgets, refusals, is_stopping });
        let (reactors, inboxes) = Reactor::build(count, listener, &shared)?;
        let server = Self { local_addr, shared, inboxes, threads: Mutex::default() };
        for (index, reactor) in reactors.into_iter().enumerate() {
            // Panics over a connection are caught; without the thread itself no camera would come in.
            let work = move || {
                let _duty = Duty::of("rtmp-reactor");
                reactor.run();
            };
            let thread = thread::Builder::new().name(format!("rtmp-{index}")).spawn(work)?;
            server.threads.lock().push(thread);
        }
        Ok(server)
    }

    /// Address on which it listens, with the real port even if 0 was asked for.
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Counters so far.
    pub fn metrics(&self) -> RtmpMetrics {
        self.shared.counters.snapshot()
    }

    /// Ends every sink with [`ashkar_terms::Cause::Centre`], closes everything, and returns when that is done.
    /// Further calls do nothing.
    pub fn shutdown(&self) {
        self.shared.is_stopping.store(true, Ordering::Release);
        self.inboxes.iter().for_each(Inbox::wake);
        for thread in std::mem::take(&mut *self.threads.lock()) {
            if thread.join().is_err() {
                tracing::error!(cause = "a panic", blame = "centre", "an RTMP thread had ended");
            }
        }
    }
}

impl Drop for RtmpServer {
    fn drop(&mut self) {
        self.shutdown();
    }
}

impl fmt::Debug for RtmpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RtmpServer").field("local_addr", &self.local_addr).finish_non_exhaustive()
    }
}
