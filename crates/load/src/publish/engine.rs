//! The thread that drives all connections.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ashkar_terms::{Clock, MediaTime, SystemClock};
use mio::{Events, Poll, Token};

use super::connection::Connection;
use super::{Counters, PublishOptions, PublishStats, Publisher};
use crate::Source;

/// One wake-up serves everything that is due. Cameras take their pictures on this grid.
const TICK: Duration = Duration::from_millis(10);
/// Connections opened in one tick: a thousand cameras connect within half a second, and no listen queue overflows.
const CONNECTS_PER_TICK: usize = 20;
/// Socket events handled in one poll.
const EVENTS: usize = 1024;
const READ_BUFFER_BYTES: usize = 16 << 10;
/// Ticks between checks of connections that are being opened.
const TIMEOUT_TICKS: u64 = 50;

#[derive(Debug)]
pub(super) struct Engine<S> {
    poll: Poll,
    events: Events,
    clock: SystemClock,
    options: PublishOptions,
    connections: Vec<Connection<S>>,
    /// When each connection's next picture is due: stored contiguously, because every tick looks at all of them.
    due: Vec<MediaTime>,
    buffer: Vec<u8>,
    stats: PublishStats,
    counters: Arc<Counters>,
}

/// Not due until something changes.
const NEVER: MediaTime = MediaTime(i64::MAX);

impl<S: Source> Engine<S> {
    pub(super) fn new(
        publishers: Vec<Publisher<S>>,
        options: PublishOptions,
        counters: Arc<Counters>,
    ) -> io::Result<Self> {
        let connections: Vec<Connection<S>> = publishers.into_iter().map(Connection::new).collect();
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            clock: SystemClock::new(),
            due: vec![NEVER; connections.len()],
            connections,
            options,
            buffer: vec![0; READ_BUFFER_BYTES],
            stats: PublishStats::default(),
            counters,
        })
    }

    /// Runs until `stop`.
    pub(super) fn run(&mut self, stop: &AtomicBool) {
        let mut next_tick = Instant::now();
        for tick in 0u64.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            self.tick(tick);
            next_tick += TICK;
            match next_tick.checked_duration_since(Instant::now()) {
                Some(pause) => thread::sleep(pause),
                // Late: due pictures are sent now, and the grid starts anew.
                None => next_tick = Instant::now(),
            }
        }
        self.connections.iter_mut().for_each(Connection::finish);
        self.stats.publishing = 0;
        self.counters.store(self.stats);
    }

    fn tick(&mut self, tick: u64) {
        let moment = self.clock.now();
        let now = (MediaTime::from_utc(moment.wall), moment.mono_us);
        self.connect_some(now.1);
        self.serve_ready(now);
        self.send_due(now);
        if tick.is_multiple_of(TIMEOUT_TICKS) {
            self.connections
                .iter_mut()
                .for_each(|connection| connection.check_timeout(now.1, &mut self.stats));
        }
        self.counters.store(self.stats);
    }

    fn connect_some(&mut self, mono_us: u64) {
        let registry = self.poll.registry();
        let waiting = self
            .connections
            .iter_mut()
            .enumerate()
            .filter(|(_, connection)| connection.wants_to_connect(mono_us));
        for (index, connection) in waiting.take(CONNECTS_PER_TICK) {
            connection.connect(&self.options, registry, Token(index), mono_us, &mut self.stats);
        }
    }

    fn serve_ready(&mut self, now: (MediaTime, u64)) {
        if let Err(error) = self.poll.poll(&mut self.events, Some(Duration::ZERO))
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::warn!(cause = %error, blame = "centre", "cannot poll");
        }
        for event in &self.events {
            let Token(index) = event.token();
            if let (Some(connection), Some(due)) = (self.connections.get_mut(index), self.due.get_mut(index))
            {
                connection.serve(&self.options.config, &mut self.buffer, now, &mut self.stats);
                *due = connection.due().unwrap_or(NEVER);
            }
        }
    }

    fn send_due(&mut self, now: (MediaTime, u64)) {
        for (connection, due) in self.connections.iter_mut().zip(&mut self.due) {
            if *due <= now.0 {
                connection.send_due(now, &mut self.stats);
                *due = connection.due().unwrap_or(NEVER);
            }
        }
    }
}
