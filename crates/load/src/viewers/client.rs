//! A viewer's two sockets.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ashkar_terms::{Clock, SystemClock};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, ipproto, socket_with};

use super::figures::{Fault, Figures};
use super::playlist_cache::PlaylistCache;
use super::viewer::{Context, Profile, Viewer, Which};

/// Resources that all clients share.
#[derive(Debug)]
pub(super) struct Resources {
    pub(super) registry: Registry,
    pub(super) clock: SystemClock,
    pub(super) target: SocketAddr,
    pub(super) profile: Profile,
    /// One for each camera.
    pub(super) playlists: Vec<PlaylistCache>,
    pub(super) figures: Figures,
    /// Requests are built here.
    pub(super) scratch: Vec<u8>,
}

impl Resources {
    pub(super) fn now_us(&self) -> u64 {
        self.clock.now().mono_us
    }

    fn context(&mut self, playlists: usize) -> Context<'_> {
        let now = self.clock.now();
        Context {
            profile: &self.profile,
            playlists: &mut self.playlists[playlists],
            figures: &mut self.figures,
            now_us: now.mono_us,
            utc_us: now.wall.0,
        }
    }
}

/// A viewer with its sockets.
#[derive(Debug)]
pub(super) struct Client {
    viewer: Viewer,
    index: usize,
    playlists: usize,
    /// Its source address, if the server is on this machine.
    source: Option<Ipv4Addr>,
    sockets: [Socket; 2],
}

#[derive(Debug, Default)]
struct Socket {
    socket: Option<TcpStream>,
    connected: bool,
    /// One request that waits for the connection, or for room in the socket.
    unsent: Vec<u8>,
}

impl Client {
    /// The viewer of `playlists` that sits at `index`.
    pub(super) fn new(viewer: Viewer, index: usize, playlists: usize, source: Option<Ipv4Addr>) -> Self {
        Self { viewer, index, playlists, source, sockets: <[Socket; 2]>::default() }
    }

    /// The client and the socket that a token identifies.
    pub(super) fn of_token(token: Token) -> (usize, Which) {
        (token.0 / 2, if token.0.is_multiple_of(2) { Which::Playlist } else { Which::Media })
    }

    /// Handles an event of a socket. `closing`: the other side sends no more.
    pub(super) fn serve(
        &mut self,
        which: Which,
        closing: bool,
        buffer: &mut [u8],
        resources: &mut Resources,
    ) {
        if let Err(fault) = self.sockets[which as usize].flush() {
            self.close(which, fault, resources);
        }
        self.read(which, closing, buffer, resources);
    }

    /// Sends what is due; returns when something else will be.
    pub(super) fn ask(&mut self, resources: &mut Resources) -> Option<u64> {
        let now_us = resources.now_us();
        let mut later = None;
        for which in [Which::Playlist, Which::Media] {
            // A request that fails is due again after a pause, so this terminates.
            while self.viewer.due_us(which).is_some_and(|due_us| due_us <= now_us) {
                if let Err(fault) = self.send(which, resources) {
                    self.close(which, fault, resources);
                }
            }
            later = later.into_iter().chain(self.viewer.due_us(which)).min();
        }
        later
    }

    /// Gives up what takes too long; returns whether the picture moves, and whether it is stalled.
    pub(super) fn look_after(&mut self, now_us: u64, resources: &mut Resources) -> (bool, bool) {
        for which in [Which::Playlist, Which::Media] {
            if self.viewer.is_overdue(which, now_us) {
                let connected = self.sockets[which as usize].connected;
                self.close(which, if connected { Fault::Timeout } else { Fault::Connect }, resources);
            }
        }
        self.viewer.picture(now_us)
    }

    /// The viewer leaves.
    pub(super) fn leave(&mut self, now_us: u64, figures: &mut Figures) {
        self.viewer.leave(now_us, figures);
    }

    fn send(&mut self, which: Which, resources: &mut Resources) -> Result<(), Fault> {
        let socket_of = &mut self.sockets[which as usize];
        if socket_of.socket.is_none() {
            let token = Token(self.index * 2 + which as usize);
            let socket = open(resources.target, self.source, &resources.registry, token)
                .map_err(|_| Fault::Connect)?;
            *socket_of = Socket { socket: Some(socket), connected: false, unsent: Vec::new() };
            resources.figures.connections += 1;
        }
        let mut request = std::mem::take(&mut resources.scratch);
        request.clear();
        self.viewer.ask(which, &mut resources.context(self.playlists), &mut request);
        let outcome = socket_of.write(&request);
        resources.scratch = request;
        outcome
    }

    fn read(&mut self, which: Which, closing: bool, buffer: &mut [u8], resources: &mut Resources) {
        loop {
            let socket_of = &mut self.sockets[which as usize];
            let lost = socket_of.lost();
            let Some(socket) = &mut socket_of.socket else { return };
            let length = match socket.read(buffer) {
                Ok(0) => return self.close(which, lost, resources),
                Ok(length) => length,
                Err(error) => match error.kind() {
                    // A socket that is still connecting reports that it is not connected.
                    io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected => return,
                    io::ErrorKind::Interrupted => continue,
                    _ => return self.close(which, lost, resources),
                },
            };
            match self.viewer.received(which, &buffer[..length], &mut resources.context(self.playlists)) {
                Err(fault) => return self.close(which, fault, resources),
                Ok(true) => return self.close(which, Fault::Reset, resources),
                // A read that does not fill the buffer has emptied the socket; later bytes are another event.
                Ok(false) if length < buffer.len() && !closing => return,
                Ok(false) => {}
            }
        }
    }

    fn close(&mut self, which: Which, fault: Fault, resources: &mut Resources) {
        self.sockets[which as usize] = Socket::default();
        self.viewer.closed(which, fault, &mut resources.context(self.playlists));
    }
}

impl Socket {
    /// The fault that the end of this connection counts as.
    fn lost(&self) -> Fault {
        if self.connected { Fault::Reset } else { Fault::Connect }
    }

    fn write(&mut self, request: &[u8]) -> Result<(), Fault> {
        self.unsent.extend_from_slice(request);
        if self.connected { self.flush() } else { Ok(()) }
    }

    /// Writes what waits. On a socket that was connecting, this shows whether it is connected.
    fn flush(&mut self) -> Result<(), Fault> {
        let Some(socket) = &mut self.socket else { return Ok(()) };
        while !self.unsent.is_empty() {
            match socket.write(&self.unsent) {
                Ok(length) => {
                    self.connected = true;
                    self.unsent.drain(..length);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected => return Ok(()),
                    io::ErrorKind::Interrupted => {}
                    _ => return Err(self.lost()),
                },
            }
        }
        Ok(())
    }
}

/// Begins to connect, from `source` if one is given.
fn open(
    target: SocketAddr,
    source: Option<Ipv4Addr>,
    registry: &Registry,
    token: Token,
) -> io::Result<TcpStream> {
    let family = if target.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP))?;
    if let Some(source) = source {
        bind(&socket, &SocketAddr::new(IpAddr::V4(source), 0))?;
    }
    match connect(&socket, &target) {
        Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
        Err(error) => return Err(error.into()),
    }
    let mut socket = TcpStream::from_std(socket.into());
    socket.set_nodelay(true)?;
    registry.register(&mut socket, token, Interest::READABLE | Interest::WRITABLE)?;
    Ok(socket)
}
