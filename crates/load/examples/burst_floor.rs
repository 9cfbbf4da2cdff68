//! The minimum that a burst of responses costs on this machine: what no server can go below.
//!
//! `cargo run --release -p ashkar-load --example burst_floor -- [VIEWERS]`. Each viewer has two connections, like
//! LL-HLS players: one waits for a playlist, one for a part. Twice a second all are answered at once, from memory, by a
//! server that parses no request, looks nothing up, and makes only the two system calls that a response needs; clients
//! only read and request again. The time from the beginning of the burst until a response is read is the floor to
//! compare the centre's figures with. Both ends are in this process, so 20,000 open files suffice for 4,900 viewers.
#![allow(clippy::unwrap_used, reason = "a measurement ends where something is not as it must be")]

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

/// A request of the size that players send, bytes.
const REQUEST: [u8; 300] = [b'r'; 300];
/// A playlist and a part of 300 kbit/s, each with its head, bytes.
const ANSWERS: [usize; 2] = [3_700, 19_000];
const EVERY: Duration = Duration::from_millis(500);
const BURSTS: u32 = 20;
/// As many as the machine used for the figures has cores.
const SERVERS: usize = 2;

struct Clock {
    start: Instant,
    /// When the current burst began, microseconds.
    burst: AtomicU64,
    over: AtomicBool,
}

impl Clock {
    fn now_us(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }
}

fn main() {
    let viewers: usize = std::env::args().nth(1).map_or(4_900, |count| count.parse().unwrap());
    let clock = Clock { start: Instant::now(), burst: AtomicU64::new(0), over: AtomicBool::new(false) };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let late = thread::scope(|scope| {
        let clients = scope.spawn(|| ask(address, viewers * ANSWERS.len(), &clock));
        let mut served: Vec<Vec<_>> = (0..SERVERS).map(|_| Vec::new()).collect();
        for (number, socket) in listener.incoming().take(viewers * ANSWERS.len()).enumerate() {
            let socket = socket.unwrap();
            socket.set_nodelay(true).unwrap();
            socket.set_nonblocking(true).unwrap();
            served[number / ANSWERS.len() % SERVERS].push((socket, ANSWERS[number % ANSWERS.len()]));
        }
        thread::sleep(Duration::from_secs(1));
        for _ in 0..BURSTS {
            thread::sleep(EVERY);
            clock.burst.store(clock.now_us(), Ordering::SeqCst);
            thread::scope(|burst| {
                for sockets in &mut served {
                    burst.spawn(|| sockets.iter_mut().for_each(|(socket, bytes)| answer(socket, *bytes)));
                }
            });
        }
        thread::sleep(Duration::from_secs(2));
        clock.over.store(true, Ordering::SeqCst);
        clients.join().unwrap()
    });
    tell(viewers, late);
}

fn answer(socket: &mut std::net::TcpStream, bytes: usize) {
    let mut request = [0; REQUEST.len()];
    // A request that has not arrived yet is answered all the same: the floor stays the floor.
    let _ = socket.read(&mut request);
    let text = [b'a'; 20_000];
    if let Err(error) = socket.write_all(&text[..bytes]) {
        assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
    }
}

/// Opens `connections` connections, sends requests on each of them repeatedly, and returns how late each response was,
/// microseconds.
fn ask(address: SocketAddr, connections: usize, clock: &Clock) -> Vec<u64> {
    let mut poll = Poll::new().unwrap();
    let mut sockets: Vec<_> = (0..connections)
        .map(|number| {
            // Opened one after the other, so that the server knows them by their order.
            let socket = std::net::TcpStream::connect(address).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket.set_nodelay(true).unwrap();
            let mut socket = TcpStream::from_std(socket);
            poll.registry().register(&mut socket, Token(number), Interest::READABLE).unwrap();
            socket.write_all(&REQUEST).unwrap();
            (socket, 0)
        })
        .collect();
    let (mut events, mut late, mut buffer) = (Events::with_capacity(1024), Vec::new(), vec![0; 64 << 10]);
    while !clock.over.load(Ordering::Relaxed) {
        poll.poll(&mut events, Some(Duration::from_millis(100))).unwrap();
        for event in &events {
            let number = event.token().0;
            let (socket, read) = &mut sockets[number];
            while let Ok(length @ 1..) = socket.read(&mut buffer) {
                *read += length;
                if length < buffer.len() {
                    break;
                }
            }
            if *read >= ANSWERS[number % ANSWERS.len()] {
                *read = 0;
                late.push(clock.now_us() - clock.burst.load(Ordering::SeqCst));
                socket.write_all(&REQUEST).unwrap();
            }
        }
    }
    late
}

fn tell(viewers: usize, mut late: Vec<u64>) {
    late.sort_unstable();
    let percentile = |percent: usize| late[(late.len() - 1) * percent / 100] as f64 / 1000.0;
    println!(
        "{viewers} viewers, {} answers in {BURSTS} bursts: p50 {:.0}, p99 {:.0}, last {:.0} ms after the burst began",
        late.len(),
        percentile(50),
        percentile(99),
        percentile(100)
    );
}
