//! A line in this process: connections to its address go on to the target, as its schedule lets them.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::pipe::Pipe;
use super::schedule::{Carries, Schedule, Stretch};

/// Bytes that are sent as one.
const PIECE_BYTES: usize = 8 << 10;
/// Bytes of one direction of a connection that may be on their way.
const FLIGHT_BYTES: usize = 128 << 10;
/// Connections that wait to be accepted.
const QUEUE: u32 = 64;
/// What would arrive later than this after its sender has gone is lost: no real connection lives so long.
const OUTLIVES: Duration = Duration::from_secs(15);
/// How long a connection to the target may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Pause after the system gave no socket.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A line, with an address of its own on this machine. It is perfect until it [begins](Line::begin), and gone when it is
/// dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    wires: Arc<Wires>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Wires {
    target: SocketAddr,
    /// The address from which connections go on.
    from: Option<IpAddr>,
    began: OnceLock<Instant>,
    /// Tells the listener that it began.
    begins: watch::Sender<bool>,
    /// To the target, and back.
    pipes: [Mutex<Pipe>; 2],
    /// The stretch that was asked for last, and those after it.
    now: Mutex<(Stretch, Schedule)>,
}

impl Line {
    /// A line to `target`, on whose side connections come `from` an address of this machine, if one is given: a centre
    /// knows stations by their addresses.
    ///
    /// # Errors
    /// If the system gives no socket.
    pub fn open(target: SocketAddr, from: Option<IpAddr>, schedule: Schedule) -> io::Result<Self> {
        // Bound and never listening: while the line is down, connections are refused, and nobody else gets the address.
        let place = socket(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = place.local_addr()?;
        let mut stretches = schedule.clone();
        let first = stretches.next().ok_or_else(|| io::Error::other("a line without a schedule"))?;
        let wires = Arc::new(Wires {
            target,
            from,
            pipes: [Mutex::new(Pipe::new(schedule.clone())), Mutex::new(Pipe::new(schedule))],
            now: Mutex::new((first, stretches)),
            began: OnceLock::new(),
            begins: watch::Sender::new(false),
        });
        let listener = socket(address)?.listen(QUEUE)?;
        let task = tokio::spawn(listen(place, listener, address, Arc::clone(&wires)));
        Ok(Self { address, wires, task })
    }

    /// Where to connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is as its schedule says.
    pub fn begin(&self) {
        self.begin_at(Instant::now());
    }

    fn begin_at(&self, began: Instant) {
        let _ = self.wires.began.set(began);
        self.wires.begins.send_replace(true);
    }

    /// What it does now, and until when; nothing before it begins.
    pub fn now(&self) -> Option<(Carries, Duration)> {
        let now_us = self.wires.now_us()?;
        let stretch = self.wires.stretch_at(now_us);
        Some((stretch.carries, Duration::from_micros(stretch.to_us.saturating_sub(now_us))))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn socket(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts connections while the line is up. All of them end with this task.
async fn listen(_place: TcpSocket, listener: TcpListener, address: SocketAddr, wires: Arc<Wires>) {
    let mut connections = JoinSet::new();
    let mut begins = wires.begins.subscribe();
    let mut listening = Some(listener);
    loop {
        let (is_down, changes) = wires.listening();
        if is_down {
            listening = None;
        } else if listening.is_none() {
            listening = socket(address).and_then(|socket| socket.listen(QUEUE)).ok();
        }
        let again = Instant::now() + AGAIN_AFTER;
        let wake = changes.filter(|at| is_down || listening.is_some() || *at < again).unwrap_or(again);
        tokio::select! {
            accepted = accept(listening.as_ref()) => match accepted {
                Ok(here) => {
                    connections.spawn(Arc::clone(&wires).connect(here));
                }
                Err(_) => sleep(AGAIN_AFTER).await,
            },
            () = sleep_until(wake) => {}
            _ = begins.changed() => {}
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

impl Wires {
    /// Microseconds since it began.
    fn now_us(&self) -> Option<u64> {
        let began = self.began.get()?;
        Some(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The stretch at `now_us`, which rises.
    fn stretch_at(&self, now_us: u64) -> Stretch {
        let mut now = self.now.lock();
        let (stretch, rest) = &mut *now;
        while stretch.to_us <= now_us {
            let Some(next) = rest.next() else { break };
            *stretch = next;
        }
        *stretch
    }

    /// Whether connections are refused, and when to look again.
    fn listening(&self) -> (bool, Option<Instant>) {
        let Some((now_us, &began)) = self.now_us().zip(self.began.get()) else { return (false, None) };
        let stretch = self.stretch_at(now_us);
        (stretch.carries == Carries::Down, Some(began + Duration::from_micros(stretch.to_us)))
    }

    async fn connect(self: Arc<Self>, here: TcpStream) {
        let there = timeout(CONNECT_WITHIN, self.to_target()).await;
        let Ok(Ok(there)) = there else { return };
        let _ = (here.set_nodelay(true), there.set_nodelay(true));
        let ((from_here, to_here), (from_there, to_there)) = (here.into_split(), there.into_split());
        let [up, down] = &self.pipes;
        // Either end: whoever closes half of a connection of HTTP has gone.
        tokio::select! {
            _ = self.carry(from_here, to_there, up) => {}
            _ = self.carry(from_there, to_here, down) => {}
        }
    }

    async fn to_target(&self) -> io::Result<TcpStream> {
        let socket = if self.target.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(from) = self.from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        socket.connect(self.target).await
    }

    /// Carries everything of one direction.
    async fn carry(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        pipe: &Mutex<Pipe>,
    ) -> io::Result<()> {
        let mut flight: VecDeque<(Instant, Bytes)> = VecDeque::new();
        let mut flight_bytes = 0;
        let mut is_open = true;
        let mut buffer = BytesMut::with_capacity(PIECE_BYTES);
        while is_open || !flight.is_empty() {
            let arrives = flight.front().map(|(at, _)| *at);
            tokio::select! {
                read = from.read_buf(&mut buffer), if is_open && flight_bytes < FLIGHT_BYTES => {
                    let length = read?;
                    if length == 0 {
                        is_open = false;
                        if flight.back().is_some_and(|(at, _)| *at > Instant::now() + OUTLIVES) {
                            return Ok(());
                        }
                        continue;
                    }
                    flight_bytes += length;
                    flight.push_back((self.arrival(pipe, length), buffer.split().freeze()));
                    buffer.reserve(PIECE_BYTES);
                }
                () = until(arrives), if arrives.is_some() => {
                    let Some((_, piece)) = flight.pop_front() else { continue };
                    flight_bytes -= piece.len();
                    to.write_all(&piece).await?;
                }
            }
        }
        to.shutdown().await
    }

    fn arrival(&self, pipe: &Mutex<Pipe>, bytes: usize) -> Instant {
        let Some((now_us, &began)) = self.now_us().zip(self.began.get()) else { return Instant::now() };
        began + Duration::from_micros(pipe.lock().send(now_us, bytes))
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::super::schedule::LineModel;
    use super::*;

    /// A server that gives back what it gets.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    /// A line that is up for 180 s, down for 60, and began so long ago.
    async fn began(ago: Duration) -> Line {
        let line = Line::open(echo().await, None, Schedule::new(LineModel::OnOff, 0)).unwrap();
        line.begin_at(Instant::now() - ago);
        line
    }

    /// How long a byte takes there and back.
    async fn round_trip(stream: &mut TcpStream) -> io::Result<Duration> {
        let sent = Instant::now();
        stream.write_all(b"x").await?;
        let mut byte = [0];
        stream.read_exact(&mut byte).await?;
        Ok(sent.elapsed())
    }

    async fn refusal(line: &Line) -> Option<ErrorKind> {
        TcpStream::connect(line.address()).await.err().map(|error| error.kind())
    }

    #[tokio::test]
    async fn a_line_is_perfect_until_it_begins_and_then_as_slow_as_it_says() {
        let line = Line::open(echo().await, None, Schedule::new(LineModel::OnOff, 0)).unwrap();
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        round_trip(&mut stream).await.unwrap();
        assert_eq!(line.now(), None);
        line.begin();
        assert!(round_trip(&mut stream).await.unwrap() >= Duration::from_millis(120));
        let (carries, left) = line.now().unwrap();
        assert_eq!(carries, Carries::Bytes { rate: 50_000, delay_us: 60_000 });
        assert!(left <= Duration::from_secs(180));
    }

    #[tokio::test]
    async fn a_line_that_goes_refuses_connections_holds_what_is_sent_and_comes_back() {
        let line = began(Duration::from_millis(179_000)).await;
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        round_trip(&mut stream).await.unwrap();
        while refusal(&line).await.is_none() {
            sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(refusal(&line).await, Some(ErrorKind::ConnectionRefused));
        assert!(timeout(Duration::from_millis(300), round_trip(&mut stream)).await.is_err());
        assert!(matches!(line.now(), Some((Carries::Down, _))));

        let line = began(Duration::from_millis(238_500)).await;
        while refusal(&line).await.is_none() {
            sleep(Duration::from_millis(5)).await;
        }
        while refusal(&line).await.is_some() {
            sleep(Duration::from_millis(20)).await;
        }
        let mut stream = TcpStream::connect(line.address()).await.unwrap();
        round_trip(&mut stream).await.unwrap();
    }

    #[tokio::test]
    async fn a_line_that_is_dropped_is_gone_with_its_connections() {
        let line = began(Duration::ZERO).await;
        let address = line.address();
        let mut stream = TcpStream::connect(address).await.unwrap();
        round_trip(&mut stream).await.unwrap();
        drop(line);
        while TcpStream::connect(address).await.is_ok() {
            sleep(Duration::from_millis(5)).await;
        }
        assert!(round_trip(&mut stream).await.is_err());
    }
}
