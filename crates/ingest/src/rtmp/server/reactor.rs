//! The threads of an RTMP port: each reads its sockets once a tick, and the first one accepts for all. A fault of one
//! connection must not stop the others.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use ashkar_terms::{Cause, Moment};
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use parking_lot::Mutex;
use rustix::net::sockopt;

use super::Shared;
use super::connection::{Connection, Outcome};
use super::metrics::add;
use super::peers::Pending;

const LISTENER: Token = Token(0);
const WAKER: Token = Token(1);
const FIRST_CONNECTION: usize = 2;
/// Bytes read from one connection in one tick: 80 Mbit/s.
const READ_BYTES: usize = 256 << 10;
/// Connections accepted in one tick.
const MAX_ACCEPTS: usize = 128;
/// Pause after the system gave no socket.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);
/// How often deadlines are checked.
const SWEEP_US: u64 = 250_000;
/// The kernel notices a dead line too, should nothing else do so.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);

/// One thread with its sockets.
pub(super) struct Reactor {
    poll: Poll,
    listener: Option<Listener>,
    connections: HashMap<Token, Box<Connection<TcpStream>>>,
    /// To be handled in the next tick even without an event; true if the peer has closed.
    again: BTreeMap<Token, bool>,
    next_token: usize,
    next_sweep_us: u64,
    buffer: Vec<u8>,
    index: usize,
    inboxes: Arc<[Inbox]>,
    shared: Arc<Shared>,
}

/// The listening socket, which belongs to the first thread.
struct Listener {
    socket: TcpListener,
    may_have_more: bool,
    closed_until: Option<Instant>,
    next_inbox: usize,
}

/// How a connection reaches its thread.
pub(super) struct Inbox {
    waker: Waker,
    arrivals: Mutex<Vec<Arrival>>,
}

struct Arrival {
    stream: TcpStream,
    peer: SocketAddr,
    pending: Pending,
}

impl Inbox {
    /// Makes the thread look at once if it is blocked, otherwise at its next tick.
    pub(super) fn wake(&self) {
        if let Err(error) = self.waker.wake() {
            tracing::error!(cause = %error, blame = "centre", "an RTMP thread cannot be woken");
        }
    }
}

impl Reactor {
    pub(super) fn build(
        count: usize,
        mut listener: TcpListener,
        shared: &Arc<Shared>,
    ) -> io::Result<(Vec<Self>, Arc<[Inbox]>)> {
        let polls = (0..count).map(|_| Poll::new()).collect::<io::Result<Vec<_>>>()?;
        let inboxes = polls.iter().map(Inbox::new).collect::<io::Result<Arc<[_]>>>()?;
        if let Some(first) = polls.first() {
            first.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        }
        let mut listener =
            Some(Listener { socket: listener, may_have_more: true, closed_until: None, next_inbox: 0 });
        let reactors = polls.into_iter().enumerate().map(|(index, poll)| Self {
            poll,
            listener: listener.take(),
            connections: HashMap::new(),
            again: BTreeMap::new(),
            next_token: FIRST_CONNECTION,
            next_sweep_us: 0,
            buffer: vec![0; READ_BYTES],
            index,
            inboxes: Arc::clone(&inboxes),
            shared: Arc::clone(shared),
        });
        Ok((reactors.collect(), inboxes))
    }

    /// Runs ticks until the port is shut down.
    pub(super) fn run(mut self) {
        // Room for every socket, so that one call a tick reports all of them.
        let sockets = self.shared.options.max_connections.saturating_add(FIRST_CONNECTION);
        let mut events = Events::with_capacity(sockets);
        let mut last_tick = Instant::now();
        while !self.shared.is_stopping.load(Ordering::Acquire) {
            let timeout = self.rest_until_tick(&mut last_tick);
            if let Err(error) = self.tick(&mut events, timeout) {
                tracing::error!(cause = %error, blame = "centre", "epoll failed");
                thread::sleep(ACCEPT_RETRY);
            }
        }
        let now = self.shared.clock.now();
        for token in self.connections.keys().copied().collect::<Vec<_>>() {
            self.with_connection(token, |connection, _| {
                connection.end(Cause::Centre, "the centre is stopping", now);
                Outcome::Closed
            });
        }
    }

    /// Sleeps until the next tick is due, and returns how long to wait for the kernel then: not at all while there are
    /// connections, forever if there are none.
    fn rest_until_tick(&self, last_tick: &mut Instant) -> Option<Duration> {
        if self.connections.is_empty() {
            return self.listener.as_ref().and_then(Listener::wait);
        }
        thread::sleep(self.shared.options.gather.saturating_sub(last_tick.elapsed()));
        *last_tick = Instant::now();
        Some(Duration::ZERO)
    }

    fn tick(&mut self, events: &mut Events, timeout: Option<Duration>) -> io::Result<()> {
        let mut again = std::mem::take(&mut self.again);
        if let Err(error) = self.poll.poll(events, timeout)
            && error.kind() != ErrorKind::Interrupted
        {
            return Err(error);
        }
        let now = self.shared.clock.now();
        for event in events.iter() {
            let was_closed = again.remove(&event.token()).unwrap_or_default();
            let is_closed = was_closed || event.is_read_closed() || event.is_error();
            self.on_event(event.token(), is_closed, now);
        }
        for (token, is_closed) in again {
            self.on_ready(token, is_closed, now);
        }
        // Last, so that no event of this tick can hit a connection accepted in this tick.
        self.take_arrivals(now);
        self.accept(now);
        if now.mono_us >= self.next_sweep_us {
            self.next_sweep_us = now.mono_us.saturating_add(SWEEP_US);
            self.sweep(now);
        }
        Ok(())
    }

    fn on_event(&mut self, token: Token, is_closed: bool, now: Moment) {
        match token {
            LISTENER => {
                if let Some(listener) = &mut self.listener {
                    listener.may_have_more = true;
                }
            }
            WAKER => {}
            token => self.on_ready(token, is_closed, now),
        }
    }

    fn on_ready(&mut self, token: Token, is_closed: bool, now: Moment) {
        let outcome =
            self.with_connection(token, |connection, buffer| connection.on_ready(buffer, is_closed, now));
        if outcome == Outcome::Again {
            self.again.insert(token, is_closed);
        }
    }

    fn sweep(&mut self, now: Moment) {
        for token in self.connections.keys().copied().collect::<Vec<_>>() {
            let outcome = self.with_connection(token, |connection, _| connection.on_time(now));
            if outcome == Outcome::Again {
                self.again.entry(token).or_default();
            }
        }
    }

    /// Handles one connection, and drops it if it is over. A panic ends this connection and no other.
    fn with_connection(
        &mut self,
        token: Token,
        work: impl FnOnce(&mut Connection<TcpStream>, &mut [u8]) -> Outcome,
    ) -> Outcome {
        let Some(connection) = self.connections.get_mut(&token) else { return Outcome::Closed };
        let buffer = &mut self.buffer;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(connection, buffer)));
        let outcome = outcome.unwrap_or_else(|_| {
            add(&self.shared.counters.panics);
            tracing::error!(cause = "a panic", blame = "centre", "one RTMP connection ended");
            let now = self.shared.clock.now();
            let _ = catch_unwind(AssertUnwindSafe(|| {
                connection.end(Cause::Centre, "an internal error ended the connection", now);
            }));
            Outcome::Closed
        });
        if outcome == Outcome::Closed
            && let Some(connection) = self.connections.remove(&token)
        {
            // Closing the socket takes it out of the poll. Dropping a sink may panic as well.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(connection)));
        }
        outcome
    }

    fn accept(&mut self, now: Moment) {
        let Some(mut listener) = self.listener.take() else { return };
        let mut accepted = 0;
        while listener.is_open() && accepted < MAX_ACCEPTS {
            accepted += 1;
            match listener.socket.accept() {
                Ok((stream, peer)) => self.admit(stream, peer, &mut listener, now),
                Err(error) => listener.take_error(&error, &self.shared),
            }
        }
        self.listener = Some(listener);
    }

    fn admit(&mut self, stream: TcpStream, peer: SocketAddr, listener: &mut Listener, now: Moment) {
        add(&self.shared.counters.accepted);
        let open = self.shared.counters.connections.load(Ordering::Relaxed);
        let is_full = open >= self.shared.options.max_connections as u64;
        let pending = if is_full { None } else { self.shared.peers.enter(peer.ip()) };
        let Some(pending) = pending else {
            add(&self.shared.counters.refused_connections);
            if self.shared.refusals.may_log(now) {
                tracing::warn!(%peer, cause = "too many connections", blame = "station", "refused");
            }
            return;
        };
        listener.next_inbox = (listener.next_inbox + 1) % self.inboxes.len();
        let arrival = Arrival { stream, peer, pending };
        match self.inboxes.get(listener.next_inbox) {
            Some(inbox) if listener.next_inbox != self.index => {
                inbox.arrivals.lock().push(arrival);
                inbox.wake();
            }
            _ => self.enter(arrival, now),
        }
    }

    fn take_arrivals(&mut self, now: Moment) {
        let Some(inbox) = self.inboxes.get(self.index) else { return };
        let arrivals = std::mem::take(&mut *inbox.arrivals.lock());
        for arrival in arrivals {
            self.enter(arrival, now);
        }
    }

    fn enter(&mut self, arrival: Arrival, now: Moment) {
        let Arrival { stream, peer, pending } = arrival;
        let token = Token(self.next_token);
        self.next_token += 1;
        if let Err(error) = configure(&stream) {
            tracing::debug!(%peer, %error, "a socket option was not taken");
        }
        let shared = Arc::clone(&self.shared);
        let mut connection = Box::new(Connection::new(stream, peer, pending, shared, now));
        let registered = self.poll.registry().register(connection.transport_mut(), token, Interest::READABLE);
        match registered {
            Ok(()) => {
                self.connections.insert(token, connection);
            }
            Err(error) => {
                tracing::error!(%peer, cause = %error, blame = "centre", "a connection cannot be watched");
            }
        }
    }
}

fn configure(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEPALIVE_IDLE)?;
    Ok(())
}

impl Listener {
    fn is_open(&self) -> bool {
        self.may_have_more && self.closed_until.is_none_or(|until| Instant::now() >= until)
    }

    /// How long to wait when nothing but a new connection can happen.
    fn wait(&self) -> Option<Duration> {
        if !self.may_have_more {
            return None;
        }
        let until = self.closed_until.map(|until| until.saturating_duration_since(Instant::now()));
        Some(until.unwrap_or(Duration::ZERO))
    }

    fn take_error(&mut self, error: &io::Error, shared: &Shared) {
        match error.kind() {
            ErrorKind::WouldBlock => {
                self.may_have_more = false;
                self.closed_until = None;
            }
            ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset => {}
            // Out of descriptors or memory. The connection stays in the kernel's queue: asking again at once
            // would only burn the processor.
            _ => {
                add(&shared.counters.accept_errors);
                tracing::error!(cause = %error, blame = "centre", "no socket for a new RTMP connection");
                self.closed_until = Some(Instant::now() + ACCEPT_RETRY);
            }
        }
    }
}

impl Inbox {
    fn new(poll: &Poll) -> io::Result<Self> {
        Ok(Self { waker: Waker::new(poll.registry(), WAKER)?, arrivals: Mutex::default() })
    }
}
