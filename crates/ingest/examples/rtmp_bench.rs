//! What ingest costs: publishers in one thread, the port in another, both in this process, over loopback.
//!
//! `cargo run --release -p ashkar-ingest --example rtmp_bench -- [publishers] [seconds] [gather ms] [segments]`
//!
//! Each publisher sends 25 pictures a second, together 1 Mbit/s, each picture in `segments` TCP segments (1: as one
//! message; ffmpeg sends 4 and more).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ashkar_ingest::rtmp::client::MediaHeader;
use ashkar_ingest::rtmp::{PublisherSession, RtmpOptions, RtmpServer};
use ashkar_ingest::{End, Gate, MediaSink, Protocol, Refusal};
use ashkar_media::{MediaEvent, VideoCodec};
use ashkar_terms::{Moment, SystemClock};

const PICTURES_PER_SECOND: u32 = 25;
const BYTES_PER_SECOND: usize = 125_000;

struct OpenGate;

impl Gate for OpenGate {
    fn admit(&self, _: &str, _: SocketAddr, _: Protocol, _: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        Ok(Box::new(NoSink))
    }
}

struct NoSink;

impl MediaSink for NoSink {
    fn media(&mut self, event: MediaEvent, _: Moment) {
        match event {
            MediaEvent::Video(unit) => drop(std::hint::black_box(unit)),
            MediaEvent::Refused { reason, .. } => eprintln!("refused: {reason}"),
            _ => {}
        }
    }
    fn wants_audio(&self) -> bool {
        false
    }
    fn superseded(&self) -> bool {
        false
    }
    fn end(self: Box<Self>, _: End, _: Moment) {}
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let mut argument = |default| arguments.next().and_then(Result::ok).unwrap_or(default);
    let (count, seconds, gather_ms, segments) = (argument(200), argument(10), argument(25), argument(1));
    let options = RtmpOptions { gather: Duration::from_millis(gather_ms), ..RtmpOptions::default() };
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let server =
        RtmpServer::bind(address, Arc::new(OpenGate), Arc::new(SystemClock::new()), options).expect("a port");
    let mut streams = publish_all(&server, count);

    let (before, cpu) = (server.metrics(), server_cpu());
    let start = Instant::now();
    send(&mut streams, seconds, usize::try_from(segments).unwrap_or(1).max(1));
    let elapsed = start.elapsed().as_secs_f64();
    let (after, cpu_after) = (server.metrics(), server_cpu());
    let (user, system) = (cpu_after.0 - cpu.0, cpu_after.1 - cpu.1);
    println!(
        "{count} publishers, gather {gather_ms} ms, {segments} segments a picture: server thread {:.2} % of a core \
         ({:.2} % in the kernel; {:.4} % a camera), {:.0} reads/s, {:.1} Mbit/s, late {:.1} %",
        100.0 * (user + system) / elapsed,
        100.0 * system / elapsed,
        100.0 * (user + system) / elapsed / count as f64,
        (after.reads - before.reads) as f64 / elapsed,
        (after.bytes - before.bytes) as f64 * 8e-6 / elapsed,
        100.0 * (elapsed / seconds as f64 - 1.0),
    );
}

/// Each answer takes one tick of the port: if they published one after the other, the first would time out before the
/// last is in.
fn publish_all(server: &RtmpServer, count: u64) -> Vec<TcpStream> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|n| scope.spawn(move || publish(server, n))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a publisher")).collect()
    })
}

fn publish(server: &RtmpServer, n: u64) -> TcpStream {
    let mut stream = TcpStream::connect(server.local_addr()).expect("a connection");
    stream.set_nodelay(true).expect("a socket option");
    let mut session = PublisherSession::new("ingest", &format!("key{n}"), "rtmp://localhost/ingest");
    let mut buffer = [0; 8192];
    while !session.is_publishing() {
        if let Some(bytes) = session.poll_output() {
            stream.write_all(&bytes).expect("an open connection");
        }
        let count = stream.read(&mut buffer).expect("an answer");
        session.feed(&buffer[..count]).expect("admission");
    }
    stream
}

/// Every publisher has its own phase, like real cameras.
fn send(streams: &mut [TcpStream], seconds: u64, segments: usize) {
    let unit = picture(BYTES_PER_SECOND / PICTURES_PER_SECOND as usize);
    let period = Duration::from_secs(1) / PICTURES_PER_SECOND;
    let start = Instant::now();
    for frame in 0..u32::try_from(seconds).unwrap_or(u32::MAX) * PICTURES_PER_SECOND {
        let header = MediaHeader::video(VideoCodec::H264, frame * 40, 0, frame % 50 == 0, unit.len());
        let message = [header.as_bytes(), &unit].concat();
        let segment = message.len().div_ceil(segments);
        let count = u32::try_from(streams.len()).unwrap_or(1);
        for (n, stream) in streams.iter_mut().enumerate() {
            let due = period * frame + period * u32::try_from(n).unwrap_or(0) / count;
            let early = due.saturating_sub(start.elapsed());
            if early > Duration::from_millis(1) {
                thread::sleep(early);
            }
            for piece in message.chunks(segment) {
                stream.write_all(piece).expect("an open connection");
            }
        }
    }
}

fn picture(length: usize) -> Vec<u8> {
    let mut unit = u32::try_from(length - 4).unwrap_or(0).to_be_bytes().to_vec();
    unit.resize(length, 0x41);
    unit
}

/// Processor time of the port's thread, seconds: in user space, and in the kernel.
fn server_cpu() -> (f64, f64) {
    const TICKS_PER_SECOND: f64 = 100.0;
    let tasks = std::fs::read_dir("/proc/self/task").expect("procfs");
    let mut paths = tasks.filter_map(|task| Some(task.ok()?.path()));
    let thread = paths
        .find(|path| std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name.starts_with("rtmp-")))
        .expect("the port's thread");
    let stat = std::fs::read_to_string(thread.join("stat")).expect("procfs");
    let field = |n| stat.split_whitespace().nth(n).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (field(13) / TICKS_PER_SECOND, field(14) / TICKS_PER_SECOND)
}
