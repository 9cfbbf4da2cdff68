//! HTTP/2 frames by hand (RFC 9113), in orders that no browser sends.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::plain_http::Line;
use super::sockets::{connect_from, connect_tiny, send, source};
use super::stage::Stage;

pub const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `:method GET`, `:scheme http`, `:path` and `:authority x` in HPACK (RFC 7541), without its tables.
fn get(path: &str) -> Vec<u8> {
    let length = u8::try_from(path.len()).expect("short");
    [&[0x82, 0x86, 0x04, length][..], path.as_bytes(), &[0x41, 1, b'x']].concat()
}

fn opening(settings: &[u8]) -> Vec<u8> {
    [PREFACE, &frame(SETTINGS, 0, 0, settings)].concat()
}

/// Initial window of 0: the responses can never be sent.
const NO_WINDOW: [u8; 6] = [0, 4, 0, 0, 0, 0];

/// Many connections of each kind at once; whatever they make the centre hold is released with them.
pub fn broken_rules(stage: &Stage) {
    let attacks = attacks(&stage.cameras[0]);
    let mut open = Vec::new();
    for (number, bytes) in attacks.iter().cycle().take(5 * attacks.len()).enumerate() {
        let mut stream =
            if number % 2 == 0 { connect_tiny(stage.site) } else { connect_from(source(number), stage.site) };
        send(&mut stream, bytes, Duration::from_millis(300));
        open.push(stream);
    }
    std::thread::sleep(Duration::from_secs(2));
}

/// Connections that make as many requests as they may, read nothing of the responses, and answer every ping.
pub const DEAF: usize = 60;
const STREAMS: u32 = 32;
/// From the response heads until they are closed: 30 s, 15 s for other responses in flight, plus what a busy machine
/// adds.
const ENDED_WITHIN: Duration = Duration::from_secs(60);
/// How long another client may wait meanwhile for a response of the API.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

/// Responses that cannot be sent for want of a window are given up, and nobody else goes without meanwhile.
pub fn no_window(stage: &Stage) {
    let mut paths = vec!["/".to_owned(), "/list/stations.json".to_owned(), "/list/stations.csv".to_owned()];
    paths.extend(["stations?limit=1000", "day", "status", "turnout"].map(|name| format!("/api/v1/{name}")));
    paths.extend(stage.cameras.iter().map(|camera| format!("/live/{camera}/index.m3u8")));
    let mut deaf: Vec<Deaf> = (0..DEAF).map(|number| Deaf::ask(stage, number, &paths)).collect();
    let begun = Instant::now();
    let mut asked = Instant::now();
    while !deaf.is_empty() {
        assert!(begun.elapsed() < ENDED_WITHIN, "{} are still answered", deaf.len());
        deaf.retain_mut(Deaf::goes_on);
        if asked.elapsed() > Duration::from_secs(1) {
            asked = Instant::now();
            let answer =
                Line::open(stage.site, ANSWERED_WITHIN).and_then(|mut line| line.text("/api/v1/stations"));
            assert!(answer.is_ok(), "another client, after {:?}: {answer:?}", begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A client that reads its socket and opens no window.
struct Deaf {
    stream: TcpStream,
    came: Vec<u8>,
}

impl Deaf {
    fn ask(stage: &Stage, number: usize, paths: &[String]) -> Self {
        let mut stream = connect_from(source(0), stage.site);
        let requests = (0..STREAMS).map(|request| {
            let path = &paths[(number * STREAMS as usize + request as usize) % paths.len()];
            frame(HEADERS, END_STREAM | END_HEADERS, 2 * request + 1, &get(path))
        });
        let bytes = [opening(&NO_WINDOW), requests.collect::<Vec<_>>().concat()].concat();
        send(&mut stream, &bytes, Duration::from_secs(5));
        stream.set_nonblocking(true).expect("a socket option");
        Self { stream, came: Vec::new() }
    }

    /// Answers what keeps it alive; returns whether it is still open.
    fn goes_on(&mut self) -> bool {
        let mut bytes = [0; 16 << 10];
        match self.stream.read(&mut bytes) {
            Ok(0) => return false,
            Ok(count) => self.came.extend_from_slice(&bytes[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Err(_) => return false,
        }
        while let Some((kind, flags, payload)) = self.next_frame() {
            let replies = matches!(kind, PING | SETTINGS) && flags & ACK == 0;
            let payload = if kind == PING { payload } else { Vec::new() };
            // A closed socket is detected above.
            let _ = if replies { self.stream.write(&frame(kind, ACK, 0, &payload)) } else { Ok(0) };
        }
        true
    }

    fn next_frame(&mut self) -> Option<(u8, u8, Vec<u8>)> {
        let [l1, l2, l3, kind, flags, ..] = *self.came.first_chunk::<9>()?;
        let end = 9 + u32::from_be_bytes([0, l1, l2, l3]) as usize;
        let payload = self.came.get(9..end)?.to_vec();
        self.came.drain(..end);
        Some((kind, flags, payload))
    }
}

fn attacks(camera: &str) -> Vec<Vec<u8>> {
    let request = |stream: u32, path: &str| frame(HEADERS, END_STREAM | END_HEADERS, stream, &get(path));
    let streams = || (0..5000_u32).map(|number| 2 * number + 1);
    let live = format!("/live/{camera}/index.m3u8");
    let behind = |settings: &[u8], frames: Vec<u8>| [opening(settings), frames].concat();
    let reset = |stream| [request(stream, "/"), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat();
    vec![
        behind(&[], streams().flat_map(reset).collect()),
        behind(
            &NO_WINDOW,
            streams().take(200).flat_map(|stream| request(stream, "/list/stations.json")).collect(),
        ),
        behind(&[], streams().take(500).flat_map(|stream| request(stream, &live)).collect()),
        behind(&[], frame(PING, 0, 0, &[7; 8]).repeat(20_000)),
        behind(&[], frame(SETTINGS, 0, 0, &[]).repeat(20_000)),
        behind(
            &[],
            [frame(HEADERS, 0, 1, &get("/")), frame(CONTINUATION, 0, 1, &[0; 16_000]).repeat(200)].concat(),
        ),
        behind(&[], frame(DATA, 0, 1, &[0; 16_000]).repeat(50)),
        behind(&[], frame(WINDOW_UPDATE, 0, 0, &[0x7F, 0xFF, 0xFF, 0xFF]).repeat(10)),
        behind(&[], frame(HEADERS, END_HEADERS, 1, &[0xFF; 200])),
        behind(&[], [0xFF; 9].repeat(100)),
        PREFACE.to_vec(),
    ]
}
