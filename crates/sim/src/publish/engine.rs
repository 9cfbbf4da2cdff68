//! The thread that drives all connections.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ashkar_media::VideoConfig;
use ashkar_terms::{Clock, MediaTime, SystemClock};
use mio::{Events, Poll, Token};

use super::line::Line;
use super::{Counters, SimOptions, SimStats};
use crate::Reel;

/// One wake-up serves everything that is due. Cameras take their pictures on this grid.
const TICK: Duration = Duration::from_millis(10);
/// Connections opened in one tick: a thousand cameras are there after half a second, and no listen queue overflows.
const CONNECTS_PER_TICK: usize = 20;
/// Sockets looked at in one poll.
const EVENTS: usize = 1024;
const READ_BUFFER_BYTES: usize = 16 << 10;
/// Ticks between looks at connections that are being opened.
const TIMEOUT_TICKS: u64 = 50;

#[derive(Debug)]
pub(super) struct Engine {
    poll: Poll,
    events: Events,
    clock: SystemClock,
    options: SimOptions,
    config: VideoConfig,
    lines: Vec<Line>,
    /// When each line's next picture is due: beside each other, because every tick looks at all of them.
    due: Vec<MediaTime>,
    buffer: Vec<u8>,
    stats: SimStats,
    counters: Arc<Counters>,
}

/// Not due before anything changes.
const NEVER: MediaTime = MediaTime(i64::MAX);

impl Engine {
    pub(super) fn new(reel: &Reel, mut options: SimOptions, counters: Arc<Counters>) -> io::Result<Self> {
        let publishers = std::mem::take(&mut options.publishers);
        let lines: Vec<Line> = publishers
            .into_iter()
            .map(|publisher| Line::new(reel.camera(publisher.camera), publisher))
            .collect();
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            clock: SystemClock::new(),
            config: reel.config(),
            due: vec![NEVER; lines.len()],
            lines,
            options,
            buffer: vec![0; READ_BUFFER_BYTES],
            stats: SimStats::default(),
            counters,
        })
    }

    /// Works until `stop`.
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
                // Late: what is due is sent now, and the grid starts anew.
                None => next_tick = Instant::now(),
            }
        }
        self.lines.iter_mut().for_each(Line::finish);
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
            self.lines.iter_mut().for_each(|line| line.check_timeout(now.1, &mut self.stats));
        }
        self.counters.store(self.stats);
    }

    fn connect_some(&mut self, mono_us: u64) {
        let registry = self.poll.registry();
        let waiting = self.lines.iter_mut().enumerate().filter(|(_, line)| line.wants_to_connect(mono_us));
        for (index, line) in waiting.take(CONNECTS_PER_TICK) {
            line.connect(&self.options, registry, Token(index), mono_us, &mut self.stats);
        }
    }

    fn serve_ready(&mut self, now: (MediaTime, u64)) {
        if let Err(error) = self.poll.poll(&mut self.events, Some(Duration::ZERO))
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::warn!(%error, "cannot poll");
        }
        for event in &self.events {
            let Token(index) = event.token();
            if let (Some(line), Some(due)) = (self.lines.get_mut(index), self.due.get_mut(index)) {
                line.serve(&self.config, &mut self.buffer, now, &mut self.stats);
                *due = line.due().unwrap_or(NEVER);
            }
        }
    }

    fn send_due(&mut self, now: (MediaTime, u64)) {
        for (line, due) in self.lines.iter_mut().zip(&mut self.due) {
            if *due <= now.0 {
                line.send_due(now, &mut self.stats);
                *due = line.due().unwrap_or(NEVER);
            }
        }
    }
}
