//! What pulling costs when sockets are read at ticks and when they are read as bytes come: CPU of the reading thread
//! alone.
//!
//! `cargo run --release -p ashkar-ingest --example rtsp_gather -- [cameras] [seconds]`
//!
//! The cameras are threads of this program: 25 pictures a second of 5 KB, each in four packets that are written one by
//! one, 1 Mbit/s per camera.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ashkar_ingest::rtsp::{
    Event, LowerTransport, PullOptions, RtspPuller, RtspSource, Session, SessionConfig, Transport,
};
use ashkar_ingest::{End, MediaSink, PullGate, Refusal};
use ashkar_media::MediaEvent;
use ashkar_terms::{CameraId, Clock, Moment, SystemClock};

const SDP: &str = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n\
    a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAH6zZQFAFuwEQ,aOvjyw==\r\n";
const PACKETS: usize = 4;
const PAYLOAD_BYTES: usize = 1250;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let (cameras, seconds) = (numbers.next().unwrap_or(200_u16), numbers.next().unwrap_or(10_u16));
    for (name, tick_ms) in
        [("when bytes come", 0), ("each 10 ms", 10), ("each 25 ms", 25), ("each 40 ms", 40)]
    {
        let port = serve(cameras);
        let units = Arc::new(AtomicU64::new(0));
        let (reader_units, gate) = (Arc::clone(&units), Counting(Arc::clone(&units)));
        let (told, thread) = std::sync::mpsc::channel();
        let (_done, done) = tokio::sync::oneshot::channel::<()>();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            let _ = told.send(thread_id());
            runtime.block_on(async {
                read(port, cameras, tick_ms, gate, reader_units).await;
                let _ = done.await;
            });
        });
        let thread = thread.recv().expect("the reader's thread");
        std::thread::sleep(Duration::from_secs(3));
        let (cpu, wakes, before, began) =
            (cpu_ms(&thread), switches(&thread), units.load(Ordering::Relaxed), Instant::now());
        std::thread::sleep(Duration::from_secs(u64::from(seconds)));
        let elapsed = began.elapsed().as_secs_f64();
        let used = (cpu_ms(&thread) - cpu) / 10.0 / elapsed;
        let switched = (switches(&thread) - wakes) as f64 / elapsed;
        let rate = (units.load(Ordering::Relaxed) - before) as f64 / elapsed;
        println!(
            "read {name}: {cameras} cameras, {rate:.0} pictures/s, {used:.2} % of a core, {switched:.0} wake-ups/s"
        );
    }
}

async fn read(port: u16, cameras: u16, tick_ms: u64, gate: Counting, units: Arc<AtomicU64>) {
    let handle = tokio::runtime::Handle::current();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let gate: Arc<dyn PullGate> = Arc::new(gate);
    for camera in 1..=cameras {
        let url = format!("rtsp://127.0.0.1:{port}/camera");
        if tick_ms == 0 {
            handle.spawn(read_at_once(port, url, Arc::clone(&clock), Arc::clone(&units)));
            continue;
        }
        let source =
            RtspSource::parse(CameraId::new(camera, 1, 1), &url, Transport::Tcp).expect("an address");
        let options = PullOptions { gather: Duration::from_millis(tick_ms), ..PullOptions::default() };
        // Runs until the runtime is dropped.
        std::mem::forget(RtspPuller::spawn(&handle, source, Arc::clone(&gate), Arc::clone(&clock), options));
    }
}

/// What the puller would be without ticks: the same session, read as soon as the runtime reports bytes.
async fn read_at_once(port: u16, url: String, clock: Arc<dyn Clock>, units: Arc<AtomicU64>) {
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let (answer_timeout_us, silence_us) = (10_000_000, 10_000_000);
    let config = SessionConfig {
        url,
        credentials: None,
        transport: LowerTransport::Tcp,
        answer_timeout_us,
        silence_us,
    };
    let mut session = Session::new(config, clock.now());
    let mut events = Vec::new();
    loop {
        let _ = stream.try_write(session.output()).map(|count| drop(session.output().drain(..count)));
        stream.readable().await.expect("a readable stream");
        while let Ok(count @ 1..) = stream.try_read(session.space()) {
            session.received(count, clock.now(), &mut events).expect("a session");
        }
        for event in std::mem::take(&mut events) {
            match event {
                Event::Described => session.proceed(false, clock.now(), &mut events),
                Event::Media(MediaEvent::Video(_)) => drop(units.fetch_add(1, Ordering::Relaxed)),
                _ => {}
            }
        }
    }
}

/// Cameras that all send from one thread, spread over the 40 ms of a picture.
fn serve(cameras: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        let connections = listener.incoming().flatten().take(usize::from(cameras));
        let greeting: Vec<_> = connections.map(|stream| std::thread::spawn(|| greeted(stream))).collect();
        let streams: Vec<TcpStream> = greeting.into_iter().filter_map(|thread| thread.join().ok()).collect();
        send(&streams);
    });
    port
}

fn greeted(mut stream: TcpStream) -> TcpStream {
    let _ = stream.set_nodelay(true);
    let (mut request, mut byte) = (String::new(), [0]);
    while !request.starts_with("PLAY") {
        request.clear();
        while !request.ends_with("\r\n\r\n") && stream.read_exact(&mut byte).is_ok() {
            request.push(char::from(byte[0]));
        }
        let cseq = request.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap_or("0");
        let body = if request.starts_with("DESCRIBE") { SDP } else { "" };
        let length = body.len();
        let _ = write!(
            stream,
            "RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nSession: 1\r\nContent-Length: {length}\r\n\r\n{body}"
        );
    }
    stream
}

/// Runs until the reader is gone.
fn send(streams: &[TcpStream]) {
    let began = Instant::now();
    let slot = Duration::from_millis(40) / u32::try_from(streams.len()).unwrap_or(1);
    for picture in 0_u32.. {
        for (mut stream, place) in streams.iter().zip(0_u32..) {
            let due = Duration::from_millis(40) * picture + slot * place;
            if let Some(early) = due.checked_sub(began.elapsed()).filter(|early| early.as_millis() > 0) {
                std::thread::sleep(early);
            }
            for n in 0..PACKETS {
                if stream.write_all(&packet(picture, n)).is_err() {
                    return;
                }
            }
        }
    }
}

fn packet(picture: u32, n: usize) -> Vec<u8> {
    let length = u16::try_from(14 + PAYLOAD_BYTES).unwrap_or(0);
    let sequence = u16::try_from((u64::from(picture) * PACKETS as u64 + n as u64) % 65_536).unwrap_or(0);
    let marker = u8::from(n + 1 == PACKETS) << 7;
    let mut out = vec![b'$', 0];
    out.extend(length.to_be_bytes());
    out.extend([0x80, marker | 96]);
    out.extend(sequence.to_be_bytes());
    out.extend(picture.wrapping_mul(3600).to_be_bytes());
    out.extend([0, 0, 0, 1, 0x7c, u8::from(n == 0) << 7 | marker >> 1 | 1]);
    out.resize(out.len() + PAYLOAD_BYTES, 0x9a);
    out
}

struct Counting(Arc<AtomicU64>);

impl PullGate for Counting {
    fn open(&self, _camera: CameraId, _source: &str, _now: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        Ok(Box::new(Self(Arc::clone(&self.0))))
    }
}

impl MediaSink for Counting {
    fn media(&mut self, event: MediaEvent, _now: Moment) {
        if matches!(event, MediaEvent::Video(_)) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    fn wants_audio(&self) -> bool {
        false
    }
    fn superseded(&self) -> bool {
        false
    }
    fn end(self: Box<Self>, _end: End, _now: Moment) {}
}

fn thread_id() -> String {
    let link = std::fs::read_link("/proc/thread-self").expect("procfs");
    link.file_name().expect("a thread").to_string_lossy().into_owned()
}

/// Time that the thread ran, milliseconds.
fn cpu_ms(thread: &str) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).expect("procfs");
    text.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()).unwrap_or(0.0) / 1e6
}

fn switches(thread: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/status")).expect("procfs");
    let line = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}
