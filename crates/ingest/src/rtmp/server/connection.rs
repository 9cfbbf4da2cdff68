//! One connection: its socket, its session and its sink, from accepting to closing. Every wait for the peer has a
//! limit.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;

use ashkar_terms::{Cause, Moment};
use mio::net::TcpStream;

use super::Shared;
use super::metrics::add;
use super::peers::Pending;
use crate::rtmp::StreamKey;
use crate::rtmp::session::{Event, Session};
use crate::{End, MediaSink, Protocol, Refusal};

/// Bytes of one read from a connection that has not shown a valid key.
const UNAUTHENTICATED_READ_BYTES: usize = 16 << 10;
/// Unsent responses to a peer that does not read them, bytes.
const MAX_UNSENT_BYTES: usize = 64 << 10;
/// Time that the peer has to read the last response.
const LINGER_US: u64 = 2_000_000;

/// What a connection needs of its socket, so that TLS can sit between them.
pub(super) trait Transport: Read + Write {
    /// No more will be written.
    fn finish(&mut self) -> io::Result<()>;
}

impl Transport for TcpStream {
    fn finish(&mut self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

/// State of a connection after it was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It waits for the next event.
    Idle,
    /// There may be more to read or to write: it is handled again at the next tick.
    Again,
    /// It is over, and can be dropped.
    Closed,
}

/// One accepted connection.
pub(super) struct Connection<T> {
    transport: T,
    peer: SocketAddr,
    session: Session,
    phase: Phase,
    out: Vec<u8>,
    last_bytes_us: u64,
    /// Its place among the connections without a valid key, until it publishes. Kept while it is delayed and while it
    /// lingers.
    pending: Option<Pending>,
    /// Whose budget it uses, once it publishes.
    budget: Option<u64>,
    shared: Arc<Shared>,
}

enum Phase {
    /// It has not shown a key.
    Greeting { since_us: u64 },
    /// Its key was wrong, and the response is delayed, even if the peer has left: its place stays taken.
    Delayed { until_us: u64 },
    /// It sends media.
    Publishing(Box<dyn MediaSink>),
    /// The last response is on its way. Further input is discarded, because closing with unread bytes would reset the
    /// connection, and the response would be lost.
    Lingering { until_us: u64, is_finished: bool },
    /// Nothing is left to do.
    Over,
}

impl<T: Transport> Connection<T> {
    pub(super) fn new(
        transport: T,
        peer: SocketAddr,
        pending: Pending,
        shared: Arc<Shared>,
        now: Moment,
    ) -> Self {
        let since_us = now.mono_us;
        add(&shared.counters.connections);
        Self {
            transport,
            peer,
            session: Session::new(since_us ^ u64::from(peer.port())),
            phase: Phase::Greeting { since_us },
            out: Vec::new(),
            last_bytes_us: since_us,
            pending: Some(pending),
            budget: None,
            shared,
        }
    }

    pub(super) fn transport_mut(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Reads once, up to the fair share, and acts on it.
    pub(super) fn on_ready(&mut self, buffer: &mut [u8], is_closed: bool, now: Moment) -> Outcome {
        let share = match self.phase {
            Phase::Delayed { .. } => return Outcome::Idle,
            Phase::Over => return Outcome::Closed,
            Phase::Publishing(_) => buffer.len(),
            Phase::Greeting { .. } | Phase::Lingering { .. } => UNAUTHENTICATED_READ_BYTES.min(buffer.len()),
        };
        let Some(space) = buffer.get_mut(..share) else { return Outcome::Closed };
        let is_drained = match self.transport.read(space) {
            Ok(0) => {
                self.end(Cause::Source, "the publisher closed the connection", now);
                true
            }
            Ok(count) => {
                self.shared.counters.read(count);
                self.last_bytes_us = now.mono_us;
                self.feed(space.get(..count).unwrap_or_default(), now);
                count < share && !is_closed
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => true,
            Err(error) if error.kind() == ErrorKind::Interrupted => false,
            Err(error) => {
                self.end(Cause::Uplink, &format!("the connection broke: {}", error.kind()), now);
                true
            }
        };
        self.flush(now);
        self.outcome(is_drained)
    }

    /// Checks the deadlines, a few times a second.
    pub(super) fn on_time(&mut self, now: Moment) -> Outcome {
        if self.pending.as_ref().is_some_and(Pending::is_evicted) {
            add(&self.shared.counters.made_room);
            self.pending = None;
            self.phase = Phase::Over;
            return Outcome::Closed;
        }
        let options = &self.shared.options;
        let silence_us = micros(options.silence_timeout);
        let greeting_us = micros(options.greeting_timeout);
        let silent_for_us = now.mono_us.saturating_sub(self.last_bytes_us);
        match &mut self.phase {
            Phase::Greeting { since_us } if now.mono_us.saturating_sub(*since_us) >= greeting_us => {
                add(&self.shared.counters.timeouts);
                if self.shared.refusals.may_log(now) {
                    tracing::info!(peer = %self.peer, blame = "station", "no valid key in time");
                }
                self.phase = Phase::Over;
            }
            Phase::Delayed { until_us } if now.mono_us >= *until_us => {
                self.refuse(Refusal::WrongKey, now);
                self.flush(now);
                return self.outcome(false);
            }
            Phase::Publishing(_) if silent_for_us >= silence_us => {
                add(&self.shared.counters.timeouts);
                self.end(Cause::Uplink, "the publisher fell silent", now);
            }
            Phase::Publishing(sink) if sink.superseded() => self.supersede(now),
            Phase::Lingering { until_us, .. } if now.mono_us >= *until_us => self.phase = Phase::Over,
            _ => {}
        }
        self.outcome(true)
    }

    /// Ends the sink, if there is one; the connection is over. Only the first call has an effect.
    pub(super) fn end(&mut self, cause: Cause, reason: &str, now: Moment) {
        if let Phase::Publishing(sink) = std::mem::replace(&mut self.phase, Phase::Over) {
            self.count_end();
            if let Some(name) = self.budget.take() {
                self.shared.budgets.keep(name, self.session.budget(), now);
            }
            tracing::info!(peer = %self.peer, cause = cause.name(), reason, "publisher ended");
            sink.end(End::new(cause, reason), now);
        }
    }

    fn outcome(&self, is_drained: bool) -> Outcome {
        match self.phase {
            Phase::Over => Outcome::Closed,
            _ if is_drained && self.out.is_empty() => Outcome::Idle,
            _ => Outcome::Again,
        }
    }

    fn feed(&mut self, mut input: &[u8], now: Moment) {
        if let Phase::Publishing(sink) = &mut self.phase {
            if sink.superseded() {
                return self.supersede(now);
            }
            sink.received(now);
            self.session.set_wants_audio(sink.wants_audio());
        }
        while matches!(self.phase, Phase::Greeting { .. } | Phase::Publishing(_)) {
            match self.session.next(&mut input, now, &mut self.out) {
                Ok(Some(event)) => self.take(event, now),
                Ok(None) => return,
                Err(error) => return self.fail(&error.to_string(), now),
            }
        }
    }

    fn take(&mut self, event: Event, now: Moment) {
        match event {
            Event::Publish(key) => self.publish(key.as_ref(), now),
            Event::Ended(command) => self.goodbye(command, now),
            Event::Media(event) => {
                if let Phase::Publishing(sink) = &mut self.phase {
                    sink.media(event, now);
                }
            }
        }
    }

    fn publish(&mut self, key: Option<&StreamKey>, now: Moment) {
        let answer = key.map_or(Err(Refusal::WrongKey), |key| {
            self.shared.gate.admit(key.expose(), self.peer, Protocol::Rtmp, now)
        });
        match answer {
            Ok(sink) => {
                add(&self.shared.counters.admitted);
                add(&self.shared.counters.publishing);
                tracing::info!(peer = %self.peer, "publisher admitted");
                self.session.accept(sink.wants_audio(), &mut self.out);
                self.budget = key.map(|key| {
                    let (name, left) = self.shared.budgets.of(key.expose());
                    left.into_iter().for_each(|left| self.session.set_budget(left));
                    name
                });
                self.phase = Phase::Publishing(sink);
                self.pending = None;
            }
            Err(refusal) => {
                self.shared.counters.refused(refusal);
                let blame = refusal.blame().name();
                tracing::warn!(peer = %self.peer, cause = refusal.name(), blame, "publisher refused");
                if refusal == Refusal::WrongKey { self.delay(now) } else { self.refuse(refusal, now) }
            }
        }
    }

    fn delay(&mut self, now: Moment) {
        let delay = self.shared.peers.failed(self.peer.ip(), now.mono_us);
        self.phase = Phase::Delayed { until_us: now.mono_us.saturating_add(micros(delay)) };
    }

    fn refuse(&mut self, refusal: Refusal, now: Moment) {
        self.session.refuse(refusal, &mut self.out);
        self.linger(now);
    }

    fn goodbye(&mut self, command: &str, now: Moment) {
        self.end(Cause::Source, &format!("the publisher ended its stream ({command})"), now);
        self.linger(now);
    }

    fn supersede(&mut self, now: Moment) {
        let reason = "the key was replaced, the camera removed, or another publisher took over";
        self.end(Cause::Unknown, reason, now);
    }

    /// The publisher broke the protocol. Responses that are already written give the reason, if there is one to give.
    fn fail(&mut self, reason: &str, now: Moment) {
        add(&self.shared.counters.protocol_errors);
        if matches!(self.phase, Phase::Publishing(_)) || self.shared.refusals.may_log(now) {
            tracing::warn!(peer = %self.peer, cause = reason, blame = "camera", "a publisher broke the protocol");
        }
        self.end(Cause::Source, &format!("the publisher broke the protocol: {reason}"), now);
        self.linger(now);
    }

    fn linger(&mut self, now: Moment) {
        let until_us = now.mono_us.saturating_add(LINGER_US);
        self.phase = Phase::Lingering { until_us, is_finished: false };
    }

    fn flush(&mut self, now: Moment) {
        while !self.out.is_empty() {
            match self.transport.write(&self.out) {
                Ok(0) => return self.end(Cause::Uplink, "the connection takes no answers", now),
                Ok(count) => {
                    self.out.drain(..count.min(self.out.len()));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => {
                    let reason = format!("the connection broke: {}", error.kind());
                    return self.end(Cause::Uplink, &reason, now);
                }
            }
        }
        if self.out.len() > MAX_UNSENT_BYTES {
            return self.end(Cause::Uplink, "the publisher does not read our answers", now);
        }
        if let Phase::Lingering { is_finished: is_finished @ false, .. } = &mut self.phase
            && self.out.is_empty()
        {
            *is_finished = true;
            if self.transport.finish().is_err() {
                self.phase = Phase::Over;
            }
        }
    }

    fn count_end(&self) {
        self.shared.counters.publishing.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}

impl<T> Drop for Connection<T> {
    fn drop(&mut self) {
        self.shared.counters.connections.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }
}

fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
