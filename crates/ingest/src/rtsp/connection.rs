//! The sockets of one session. They are read at ticks, not when bytes come: a camera sends a picture in several
//! packets, and each wake-up costs more than the bytes. So they are not registered with the runtime's poller.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream, UdpSocket};

use ashkar_terms::Moment;

use super::error::SessionError;
use super::event::Event;
use super::session::{LowerTransport, Session};
use super::streams::MediaKind;

/// Maximum number of bytes read from one camera at one tick, so that it cannot keep the others waiting.
const MAX_READ_BYTES: usize = 256 * 1024;
/// Maximum number of datagrams read from one port at one tick.
const MAX_READ_DATAGRAMS: usize = 512;
const MAX_DATAGRAM_BYTES: usize = 65_536;
/// Room for a keyframe that comes between two ticks. The kernel may give less.
const RECEIVE_BUFFER_BYTES: usize = 1024 * 1024;
const PORT_ATTEMPTS: usize = 32;

/// An RTP packet without payload (RFC 3550, 5.1): it opens a firewall between us and the camera. Receiver reports open
/// it for RTCP.
const HOLE_PUNCH_RTP: [u8; 12] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// Why a connection ended.
#[derive(Debug)]
pub(super) enum ConnectionError {
    /// The camera closed the connection.
    Closed,
    /// Reading or writing failed.
    Io(io::Error),
    /// The session cannot go on.
    Session(SessionError),
}

impl From<SessionError> for ConnectionError {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

/// The connection, and the UDP ports if there are any.
pub(super) struct Connection {
    tcp: TcpStream,
    peer: IpAddr,
    ports: Vec<Port>,
    datagram: Vec<u8>,
}

struct Port {
    kind: MediaKind,
    rtcp: bool,
    socket: UdpSocket,
}

impl Connection {
    /// A connection over `tcp`, which is connected and does not block; with UDP ports where `over_udp`.
    pub(super) fn new(tcp: TcpStream, over_udp: bool) -> io::Result<(Self, LowerTransport)> {
        tcp.set_nonblocking(true)?;
        tcp.set_nodelay(true)?;
        let peer = tcp.peer_addr()?.ip();
        let mut connection = Self { tcp, peer, ports: Vec::new(), datagram: Vec::new() };
        if !over_udp {
            return Ok((connection, LowerTransport::Tcp));
        }
        let local = connection.tcp.local_addr()?.ip();
        let video_port = connection.open_pair(MediaKind::Video, local)?;
        let audio_port = connection.open_pair(MediaKind::Audio, local)?;
        connection.datagram = vec![0; MAX_DATAGRAM_BYTES];
        Ok((connection, LowerTransport::Udp { video_port, audio_port }))
    }

    /// Two neighbouring ports, the first of them even (RFC 3550, 11).
    fn open_pair(&mut self, kind: MediaKind, local: IpAddr) -> io::Result<u16> {
        let mut last = io::Error::from(ErrorKind::AddrInUse);
        for _ in 0..PORT_ATTEMPTS {
            let any = UdpSocket::bind((local, 0))?;
            let port = any.local_addr()?.port();
            let neighbour = port ^ 1;
            match UdpSocket::bind((local, neighbour)) {
                Ok(other) => {
                    let (rtp, rtcp) = if port < neighbour { (any, other) } else { (other, any) };
                    self.add_port(kind, false, rtp)?;
                    self.add_port(kind, true, rtcp)?;
                    return Ok(port.min(neighbour));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn add_port(&mut self, kind: MediaKind, rtcp: bool, socket: UdpSocket) -> io::Result<()> {
        socket.set_nonblocking(true)?;
        if !rtcp {
            // The default holds a fifth of a second of a good camera; not getting more is no reason to stop.
            let _ = rustix::net::sockopt::set_socket_recv_buffer_size(&socket, RECEIVE_BUFFER_BYTES);
        }
        self.ports.push(Port { kind, rtcp, socket });
        Ok(())
    }

    /// Writes as much of the session's output as the connection accepts.
    pub(super) fn write(&mut self, session: &mut Session) -> Result<(), ConnectionError> {
        let output = session.output();
        while !output.is_empty() {
            match self.tcp.write(output) {
                Ok(0) => return Err(ConnectionError::Closed),
                Ok(count) => drop(output.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ConnectionError::Io(error)),
            }
        }
        Ok(())
    }

    /// Reads what has gathered and returns the number of bytes. Events before an error are in `events`.
    pub(super) fn read(
        &mut self,
        session: &mut Session,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<usize, ConnectionError> {
        let datagrams = self.read_ports(session, now, events)?;
        let mut total = 0;
        while total < MAX_READ_BYTES {
            let space = session.space();
            let room = space.len();
            match self.tcp.read(space) {
                Ok(0) => return Err(ConnectionError::Closed),
                Ok(count) => {
                    total += count;
                    session.received(count, now, events)?;
                    if count < room {
                        break;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ConnectionError::Io(error)),
            }
        }
        Ok(total + datagrams)
    }

    fn read_ports(
        &mut self,
        session: &mut Session,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<usize, ConnectionError> {
        let mut total = 0;
        for port in &self.ports {
            if !session.server_ports().any(|(kind, _)| kind == port.kind) {
                continue;
            }
            for _ in 0..MAX_READ_DATAGRAMS {
                // An error here is a refusal that came back by ICMP, or nothing to read: the TCP connection will show
                // which.
                let Ok((count, from)) = port.socket.recv_from(&mut self.datagram) else { break };
                if from.ip() != self.peer {
                    continue;
                }
                total += count;
                let data = self.datagram.get(..count).unwrap_or_default();
                session.datagram(port.kind, port.rtcp, from.port(), data, now, events)?;
            }
        }
        Ok(total)
    }

    /// Sends the camera a packet from each RTP port, so that firewalls let its packets in.
    pub(super) fn punch_hole(&self, session: &Session) {
        for (kind, server_ports) in session.server_ports() {
            if let Some((rtp, _)) = server_ports {
                self.send(kind, false, rtp, &HOLE_PUNCH_RTP);
            }
        }
    }

    /// Sends the receiver reports that are due.
    pub(super) fn send_reports(&self, session: &mut Session) {
        for (kind, report) in session.take_reports() {
            let named = session.server_ports().find(|(other, _)| *other == kind);
            if let Some((_, Some((_, rtcp)))) = named {
                self.send(kind, true, rtcp, &report);
            }
        }
    }

    fn send(&self, kind: MediaKind, rtcp: bool, to: u16, packet: &[u8]) {
        for port in self.ports.iter().filter(|port| port.kind == kind && port.rtcp == rtcp) {
            // A packet that cannot be sent counts as lost on the way.
            let _ = port.socket.send_to(packet, SocketAddr::new(self.peer, to));
        }
    }
}
