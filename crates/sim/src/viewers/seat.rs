//! A viewer's two sockets.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ashkar_terms::{Clock, SystemClock};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, ipproto, socket_with};

use super::board::Board;
use super::figures::{Fault, Figures};
use super::viewer::{Context, Manner, Viewer, Which};

/// What all seats use.
#[derive(Debug)]
pub(super) struct Hall {
    pub(super) registry: Registry,
    pub(super) clock: SystemClock,
    pub(super) target: SocketAddr,
    pub(super) manner: Manner,
    /// One for each camera.
    pub(super) boards: Vec<Board>,
    pub(super) figures: Figures,
    /// Requests are written here first.
    pub(super) scratch: Vec<u8>,
}

impl Hall {
    pub(super) fn now_us(&self) -> u64 {
        self.clock.now().mono_us
    }

    fn context(&mut self, board: usize) -> Context<'_> {
        let now = self.clock.now();
        Context {
            manner: &self.manner,
            board: &mut self.boards[board],
            figures: &mut self.figures,
            now_us: now.mono_us,
            utc_us: now.wall.0,
        }
    }
}

/// A viewer with its sockets.
#[derive(Debug)]
pub(super) struct Seat {
    viewer: Viewer,
    index: usize,
    board: usize,
    /// Its address, where the server is on this machine.
    source: Option<Ipv4Addr>,
    wires: [Wire; 2],
}

#[derive(Debug, Default)]
struct Wire {
    socket: Option<TcpStream>,
    connected: bool,
    /// What waits for the connection, or for room in the socket: one request.
    unsent: Vec<u8>,
}

impl Seat {
    /// The viewer of `board` that sits at `index`.
    pub(super) fn new(viewer: Viewer, index: usize, board: usize, source: Option<Ipv4Addr>) -> Self {
        Self { viewer, index, board, source, wires: <[Wire; 2]>::default() }
    }

    /// Which seat and which of its sockets a token means.
    pub(super) fn of_token(token: Token) -> (usize, Which) {
        (token.0 / 2, if token.0.is_multiple_of(2) { Which::Playlist } else { Which::Media })
    }

    /// Something happened on a socket. `closing`: the other side sends no more.
    pub(super) fn serve(&mut self, which: Which, closing: bool, buffer: &mut [u8], hall: &mut Hall) {
        if let Err(fault) = self.wires[which as usize].flush() {
            self.close(which, fault, hall);
        }
        self.read(which, closing, buffer, hall);
    }

    /// Sends what is due; says when something else will be.
    pub(super) fn ask(&mut self, hall: &mut Hall) -> Option<u64> {
        let now_us = hall.now_us();
        let mut later = None;
        for which in [Which::Playlist, Which::Media] {
            // A request that fails is due again after a pause, so this comes to an end.
            while self.viewer.due_us(which).is_some_and(|due_us| due_us <= now_us) {
                if let Err(fault) = self.send(which, hall) {
                    self.close(which, fault, hall);
                }
            }
            later = later.into_iter().chain(self.viewer.due_us(which)).min();
        }
        later
    }

    /// Gives up what takes too long; says whether the picture moves, and whether it stands.
    pub(super) fn look_after(&mut self, now_us: u64, hall: &mut Hall) -> (bool, bool) {
        for which in [Which::Playlist, Which::Media] {
            if self.viewer.is_overdue(which, now_us) {
                let connected = self.wires[which as usize].connected;
                self.close(which, if connected { Fault::Timeout } else { Fault::Connect }, hall);
            }
        }
        self.viewer.picture(now_us)
    }

    /// The viewer goes.
    pub(super) fn leave(&mut self, now_us: u64, figures: &mut Figures) {
        self.viewer.leave(now_us, figures);
    }

    fn send(&mut self, which: Which, hall: &mut Hall) -> Result<(), Fault> {
        let wire = &mut self.wires[which as usize];
        if wire.socket.is_none() {
            let token = Token(self.index * 2 + which as usize);
            let socket = open(hall.target, self.source, &hall.registry, token).map_err(|_| Fault::Connect)?;
            *wire = Wire { socket: Some(socket), connected: false, unsent: Vec::new() };
            hall.figures.connections += 1;
        }
        let mut request = std::mem::take(&mut hall.scratch);
        request.clear();
        self.viewer.ask(which, &mut hall.context(self.board), &mut request);
        let outcome = wire.write(&request);
        hall.scratch = request;
        outcome
    }

    fn read(&mut self, which: Which, closing: bool, buffer: &mut [u8], hall: &mut Hall) {
        loop {
            let wire = &mut self.wires[which as usize];
            let lost = wire.lost();
            let Some(socket) = &mut wire.socket else { return };
            let length = match socket.read(buffer) {
                Ok(0) => return self.close(which, lost, hall),
                Ok(length) => length,
                Err(error) => match error.kind() {
                    // A socket that is still connecting says that it is not connected.
                    io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected => return,
                    io::ErrorKind::Interrupted => continue,
                    _ => return self.close(which, lost, hall),
                },
            };
            match self.viewer.received(which, &buffer[..length], &mut hall.context(self.board)) {
                Err(fault) => return self.close(which, fault, hall),
                Ok(true) => return self.close(which, Fault::Reset, hall),
                // A read that does not fill the buffer has emptied the socket; what comes later is another event.
                Ok(false) if length < buffer.len() && !closing => return,
                Ok(false) => {}
            }
        }
    }

    fn close(&mut self, which: Which, fault: Fault, hall: &mut Hall) {
        self.wires[which as usize] = Wire::default();
        self.viewer.closed(which, fault, &mut hall.context(self.board));
    }
}

impl Wire {
    /// What the end of this connection is called.
    fn lost(&self) -> Fault {
        if self.connected { Fault::Reset } else { Fault::Connect }
    }

    fn write(&mut self, request: &[u8]) -> Result<(), Fault> {
        self.unsent.extend_from_slice(request);
        if self.connected { self.flush() } else { Ok(()) }
    }

    /// Writes what waits. On a socket that was connecting, this tells whether it is connected.
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

/// Begins to connect, from `source` where one is given.
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
