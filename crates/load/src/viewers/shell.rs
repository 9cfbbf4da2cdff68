//! The thread that drives all viewers: sockets, clocks and timers, nothing else.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ashkar_terms::SystemClock;
use mio::{Events, Poll, Token, Waker};
use parking_lot::Mutex;

use super::ViewerOptions;
use super::client::{Client, Resources};
use super::figures::Figures;
use super::playlist_cache::PlaylistCache;
use super::viewer::{Profile, Viewer};

/// Socket events handled in one poll.
const EVENTS: usize = 4096;
/// Bytes read at once; parts of 1 Mbit/s are 62 kB.
const READ_BUFFER_BYTES: usize = 256 << 10;
/// How often viewers are checked for overdue responses, and figures are published.
const SWEEP_US: u64 = 1_000_000;
/// Viewers that join before sockets are checked again.
const JOINS_AT_ONCE: usize = 64;
/// Viewers that share a source address on the loopback interface, where an address has some 28,000 ports to one target.
const VIEWERS_PER_SOURCE: u64 = 2000;
/// The token that only wakes the thread.
pub(super) const WAKE: Token = Token(usize::MAX);

/// The viewers of a thread.
#[derive(Debug)]
pub(super) struct Shell {
    poll: Poll,
    resources: Resources,
    paths: Vec<Rc<str>>,
    clients: Vec<Client>,
    /// When each client needs attention.
    timers: BinaryHeap<Reverse<(u64, usize)>>,
    buffer: Vec<u8>,
    count: usize,
    first: u64,
    ramp_us: u64,
    begun_us: u64,
}

impl Shell {
    pub(super) fn new(options: ViewerOptions, poll: Poll) -> io::Result<Self> {
        let clock = SystemClock::new();
        let path = |camera| format!("/live/{camera}/index.m3u8").into();
        let resources = Resources {
            registry: poll.registry().try_clone()?,
            clock,
            target: options.target,
            profile: Profile { host: options.host, gzip: options.gzip, wait_only: options.wait_only },
            playlists: options.cameras.iter().map(|_| PlaylistCache::default()).collect(),
            figures: Figures::default(),
            scratch: Vec::new(),
        };
        Ok(Self {
            poll,
            begun_us: resources.now_us(),
            resources,
            paths: options.cameras.into_iter().map(path).collect(),
            clients: Vec::new(),
            timers: BinaryHeap::new(),
            buffer: vec![0; READ_BUFFER_BYTES],
            count: options.count,
            first: options.first,
            ramp_us: u64::try_from(options.ramp.as_micros()).unwrap_or(u64::MAX),
        })
    }

    /// Runs until `stop`; reports figures once a second, and at the end.
    pub(super) fn run(&mut self, stop: &AtomicBool, published: &Mutex<Figures>) {
        let mut events = Events::with_capacity(EVENTS);
        let mut sweep_us = self.begun_us;
        while !stop.load(Ordering::Relaxed) {
            let now_us = self.resources.now_us();
            self.join(now_us);
            self.wake(now_us);
            if sweep_us <= now_us {
                self.sweep(now_us);
                *published.lock() = self.resources.figures.clone();
                sweep_us = now_us + SWEEP_US;
            }
            self.wait(&mut events, sweep_us);
        }
        let now_us = self.resources.now_us();
        self.sweep(now_us);
        self.clients.iter_mut().for_each(|client| client.leave(now_us, &mut self.resources.figures));
        *published.lock() = std::mem::take(&mut self.resources.figures);
    }

    fn wait(&mut self, events: &mut Events, sweep_us: u64) {
        let timer_us = self.timers.peek().map(|Reverse((at_us, _))| *at_us);
        let until_us = timer_us.into_iter().chain(self.next_join_us()).fold(sweep_us, u64::min);
        let pause = Duration::from_micros(until_us.saturating_sub(self.resources.now_us()));
        if let Err(error) = self.poll.poll(events, Some(pause))
            && error.kind() != io::ErrorKind::Interrupted
        {
            tracing::warn!(cause = %error, blame = "centre", "cannot poll");
        }
        for event in &*events {
            let (index, which) = Client::of_token(event.token());
            if let Some(client) = self.clients.get_mut(index) {
                let closing = event.is_read_closed() || event.is_error();
                client.serve(which, closing, &mut self.buffer, &mut self.resources);
                self.ask(index);
            }
        }
    }

    /// When the next viewer joins.
    fn next_join_us(&self) -> Option<u64> {
        let index = self.clients.len();
        let after_us = (u128::from(self.ramp_us) * index as u128).checked_div(self.count as u128)?;
        (index < self.count)
            .then(|| self.begun_us.saturating_add(u64::try_from(after_us).unwrap_or(u64::MAX)))
    }

    fn join(&mut self, now_us: u64) {
        for _ in 0..JOINS_AT_ONCE {
            if self.next_join_us().is_none_or(|at_us| at_us > now_us) {
                return;
            }
            let index = self.clients.len();
            let number = self.first + index as u64;
            let playlists = (number % self.paths.len().max(1) as u64) as usize;
            let Some(path) = self.paths.get(playlists) else { return };
            let viewer = Viewer::new(number, Rc::clone(path));
            self.clients.push(Client::new(
                viewer,
                index,
                playlists,
                source_of(self.resources.target, number),
            ));
            self.resources.figures.viewers += 1;
            self.ask(index);
        }
    }

    fn wake(&mut self, now_us: u64) {
        while let Some(Reverse((at_us, index))) = self.timers.peek().copied()
            && at_us <= now_us
        {
            self.timers.pop();
            self.ask(index);
        }
    }

    fn ask(&mut self, index: usize) {
        let Some(client) = self.clients.get_mut(index) else { return };
        if let Some(later_us) = client.ask(&mut self.resources) {
            self.timers.push(Reverse((later_us, index)));
        }
    }

    fn sweep(&mut self, now_us: u64) {
        let (mut playing, mut stalled) = (0, 0);
        for index in 0..self.clients.len() {
            let (moves, stands) = self.clients[index].look_after(now_us, &mut self.resources);
            playing += u64::from(moves);
            stalled += u64::from(stands);
            self.ask(index);
        }
        let figures = &mut self.resources.figures;
        (figures.playing, figures.stalled) = (playing, stalled);
        figures.elapsed_us = now_us - self.begun_us;
    }
}

/// The source address of a viewer, if the server is on this machine.
fn source_of(target: SocketAddr, number: u64) -> Option<Ipv4Addr> {
    let block = number / VIEWERS_PER_SOURCE;
    // 127.1.0.1 and upwards; after the last address, from the first again.
    let low = u16::try_from(block % 0xffff).unwrap_or(0).to_be_bytes();
    matches!(target, SocketAddr::V4(v4) if v4.ip().is_loopback())
        .then(|| Ipv4Addr::new(127, 1_u8.saturating_add(low[0]), low[1], 1))
}

/// Wakes the thread so that it sees that it must stop.
pub(super) fn waker(poll: &Poll) -> io::Result<Arc<Waker>> {
    Ok(Arc::new(Waker::new(poll.registry(), WAKE)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_of_this_machine_come_from_many_addresses() {
        let here = "127.0.0.1:80".parse().unwrap();
        let source = |number| source_of(here, number).map(|address| address.to_string());
        assert_eq!(source(0).as_deref(), Some("127.1.0.1"));
        assert_eq!(source(VIEWERS_PER_SOURCE).as_deref(), Some("127.1.1.1"));
        assert_eq!(source(VIEWERS_PER_SOURCE * 256).as_deref(), Some("127.2.0.1"));
        assert_eq!(source_of("192.0.2.1:80".parse().unwrap(), 0), None);
        assert_eq!(source_of("[::1]:80".parse().unwrap(), 0), None);
    }
}
