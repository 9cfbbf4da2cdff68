//! Connections of strangers: from many addresses of this machine, with small buffers, closed rudely.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket, sockopt};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Connections from one source address: fewer than one client may have.
const PER_ADDRESS: usize = 1000;
/// A receive buffer that is full at once, bytes. The kernel uses its minimum.
const TINY: usize = 1;

/// Raises this process's limit of open files to its maximum.
pub fn raise_open_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("the limit can be raised");
}

/// The source address of the `number`th connection.
pub fn source(number: usize) -> Ipv4Addr {
    let group = u32::try_from(number / PER_ADDRESS).expect("few groups");
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 0, 1, 1).to_bits() + group)
}

pub fn connect_from(source: Ipv4Addr, to: SocketAddr) -> TcpStream {
    open(source, to, None).expect("a connection")
}

/// A connection whose receive buffer is as small as possible.
pub fn connect_tiny(to: SocketAddr) -> TcpStream {
    open(Ipv4Addr::new(127, 0, 1, 1), to, Some(TINY)).expect("a connection")
}

fn open(source: Ipv4Addr, to: SocketAddr, receive_buffer: Option<usize>) -> rustix::io::Result<TcpStream> {
    let opened = socket(AddressFamily::INET, SocketType::STREAM, None)?;
    if let Some(bytes) = receive_buffer {
        sockopt::set_socket_recv_buffer_size(&opened, bytes)?;
    }
    bind(&opened, &SocketAddrV4::new(source, 0))?;
    connect(&opened, &to)?;
    Ok(opened.into())
}

/// `count` silent connections.
pub fn idle(count: usize, per_second: f64, to: SocketAddr) -> Vec<TcpStream> {
    let pace = Pace::new(per_second);
    let one = |number| {
        pace.wait_for(number);
        connect_from(source(number), to)
    };
    (0..count).map(one).collect()
}

/// `count` connections in sequence, each closed at once: half of them cleanly, the others with a reset.
pub fn connect_and_disconnect(count: usize, per_second: f64, to: SocketAddr) {
    let pace = Pace::new(per_second);
    for number in 0..count {
        pace.wait_for(number);
        let stream = connect_from(source(number), to);
        if number % 2 == 0 {
            reset(stream);
        }
    }
}

/// Closes with a reset.
pub fn reset(stream: TcpStream) {
    sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).expect("a socket option");
    drop(stream);
}

/// Writes as much of `bytes` as is accepted within `limit`. The other side may close.
pub fn send(stream: &mut TcpStream, bytes: &[u8], limit: Duration) {
    let end = Instant::now() + limit;
    stream.set_write_timeout(Some(Duration::from_millis(100))).expect("a socket option");
    let mut rest = bytes;
    while !rest.is_empty() && Instant::now() < end {
        match stream.write(rest) {
            Ok(count) => rest = &rest[count..],
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => return,
        }
    }
}

/// Reads until the other side closes or `limit` is over; returns whether it closed.
pub fn closes_within(stream: &mut TcpStream, limit: Duration) -> bool {
    let end = Instant::now() + limit;
    let mut buffer = [0; 64 << 10];
    stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a socket option");
    while Instant::now() < end {
        match stream.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => return true,
        }
    }
    false
}

/// A rate per second.
pub struct Pace {
    begun: Instant,
    per_second: f64,
}

impl Pace {
    pub fn new(per_second: f64) -> Self {
        Self { begun: Instant::now(), per_second }
    }

    /// Waits until the `number`th is due.
    pub fn wait_for(&self, number: usize) {
        let due = Duration::from_secs_f64(number as f64 / self.per_second);
        std::thread::sleep(due.saturating_sub(self.begun.elapsed()));
    }
}
