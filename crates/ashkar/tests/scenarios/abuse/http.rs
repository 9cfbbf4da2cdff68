//! Abuse of the web server.

use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::dice::Dice;
use super::plain_http::Line;
use super::sockets::{self, closes_within, connect_from, connect_tiny, reset, send, source};
use super::stage::{Stage, until};

const IDLE: usize = 10_000;
const CONNECTS: usize = 40_000;
const PER_SECOND: f64 = 10_000.0;
/// One processor is left to those who must not notice.
const COMINGS_PER_SECOND: f64 = 4500.0;
const TIMEOUT: Duration = Duration::from_secs(20);
/// From the last byte of an unfinished head until the connection is closed: 15 s, plus what a busy machine adds.
const HEAD_WITHIN: Duration = Duration::from_secs(20);
/// From the moment at which nothing more is read until the connection is closed: 30 s, plus what a busy machine adds.
const TAKEN_WITHIN: Duration = Duration::from_secs(40);

/// Random bytes, some of them after the beginning of a request.
pub fn random_bytes(stage: &Stage, dice: &mut Dice) {
    let beginnings: [&[u8]; 4] = [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", b"GET /\xFF", super::http2::PREFACE];
    for number in 0..400 {
        let mut stream = connect_from(source(number), stage.site);
        let length = 1 + dice.below(8192);
        let bytes = [beginnings[number % beginnings.len()], &dice.bytes(length)].concat();
        send(&mut stream, &bytes, Duration::from_secs(1));
        if number % 3 == 0 {
            reset(stream);
        }
    }
}

/// Requests that no player sends. Each must be answered or closed soon.
pub fn strange_requests(stage: &Stage) {
    let camera = &stage.cameras[0];
    let get = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n");
    let live = format!("/live/{camera}/index.m3u8");
    let upgrade =
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    let requests = [
        get("/", &format!("X: {}\r\n", "a".repeat(1 << 20))),
        get("/", &"X: a\r\n".repeat(100_000)),
        get(&format!("/{}", "a".repeat(100_000)), ""),
        get(&format!("{live}?{}", "a=b&".repeat(3000)), ""),
        get(&format!("{live}?_HLS_msn=18446744073709551615"), ""),
        get(&format!("{live}?_HLS_msn=99999999999999999999999&_HLS_part=-1"), ""),
        get(&format!("{live}?_HLS_msn=0&_HLS_part=4294967295"), ""),
        get(&format!("{live}?_HLS_part=1"), ""),
        get(&live, "Range: bytes=0-,1-,2-,3-\r\n"),
        get(&live, &format!("Range: bytes={}\r\n", "0-1,".repeat(3000))),
        get("/api/v1/stations?limit=18446744073709551615", ""),
        get("/api/v1/stations?cursor=99999999999999999999", ""),
        get(&format!("/dvr/{camera}/index.m3u8?from=-9999-01-01T00:00:00Z&to=9999-01-01T00:00:00Z"), ""),
        get("/%2e%2e/%2e%2e/etc/passwd", ""),
        get("/", upgrade),
        "CONNECT example.org:443 HTTP/1.1\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            .to_owned(),
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
            .to_owned(),
    ];
    let mut asked: Vec<_> = requests.iter().map(|request| ask(stage.site, request.as_bytes())).collect();
    for (stream, request) in asked.iter_mut().zip(&requests) {
        assert!(closes_within(stream, HEAD_WITHIN), "{:.100}", request);
    }
}

fn ask(to: SocketAddr, request: &[u8]) -> TcpStream {
    let mut stream = connect_from(source(0), to);
    send(&mut stream, request, Duration::from_secs(1));
    stream
}

/// Bodies that never end, on requests that have none and on those whose body nobody wants.
pub fn endless_bodies(stage: &Stage) {
    let chunk = [&b"10000\r\n"[..], &[b'x'; 0x10000], b"\r\n"].concat();
    std::thread::scope(|scope| {
        for head in ["GET /api/v1/election", "POST /", "POST /live/7/12/1/index.m3u8", "PUT /api/v1/stations"]
        {
            for number in 0..4 {
                let chunk = &chunk;
                scope.spawn(move || {
                    let mut stream = connect_from(source(number), stage.site);
                    let head = format!("{head} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
                    send(&mut stream, head.as_bytes(), TIMEOUT);
                    let begun = Instant::now();
                    while begun.elapsed() < Duration::from_secs(3) {
                        send(&mut stream, chunk, Duration::from_millis(200));
                    }
                });
            }
        }
    });
}

/// Heads that come byte by byte, or not at all; beginnings of HTTP/2 that do not continue; and connections that were
/// used and then stay silent. All of them end by time-out.
pub fn slow_ones(stage: &Stage) {
    let head = b"GET / HTTP/1.1\r\nHost: centre\r\nX-Slow: abcdefghijklmnopqrstuvwxyz\r\n";
    let mut slow: Vec<_> = (0..500).map(|number| connect_from(source(number), stage.site)).collect();
    let mut silent: Vec<_> = (0..100).map(|number| connect_from(source(number), stage.site)).collect();
    for stream in silent.iter_mut().skip(50) {
        send(stream, b"PRI * HT", TIMEOUT);
    }
    let mut used: Vec<_> =
        (0..100).map(|_| ask(stage.site, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).collect();
    let begun = Instant::now();
    for byte in head {
        for stream in &mut slow {
            send(stream, &[*byte], Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let closed = |streams: &mut [TcpStream]| {
        let left = HEAD_WITHIN.saturating_sub(begun.elapsed());
        streams
            .iter_mut()
            .filter_map(|stream| (!closes_within(stream, left + Duration::from_millis(200))).then_some(()))
            .count()
    };
    assert_eq!(
        (closed(&mut slow), closed(&mut silent), closed(&mut used)),
        (0, 0, 0),
        "slow, silent, used and idle"
    );
}

/// Viewers that send requests and never read: one large response, and hundreds in sequence. Each is closed in the end,
/// and the memory of its responses is released.
pub fn deaf_ones(stage: &Stage) {
    let segments = segments(stage);
    let mut deaf = Vec::new();
    for number in 0..200 {
        let path = match number % 3 {
            0 => "/api/v1/stations?limit=10000",
            1 => "/list/stations.json",
            _ => &segments[number % segments.len()],
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let mut stream = connect_tiny(stage.site);
        let times = if number % 2 == 0 { 1 } else { 200 };
        send(&mut stream, request.repeat(times).as_bytes(), Duration::from_millis(100));
        deaf.push(stream);
    }
    let open = || stage.figure("ashkar_http_open_connections");
    assert!(open() > 100.0, "they are inside");
    // The viewers and newcomers meanwhile have some fifty; those who open no window are waited for longer.
    let others = 60.0 + super::http2::DEAF as f64;
    until("the deaf are sent away", TAKEN_WITHIN, || open() < others);
}

/// Addresses of segments of all cameras.
fn segments(stage: &Stage) -> Vec<String> {
    let mut line = Line::open(stage.site, TIMEOUT).expect("the site answers");
    let mut found = Vec::new();
    for camera in &stage.cameras {
        let playlist = line.text(&format!("/live/{camera}/index.m3u8")).expect("a playlist");
        found.extend(
            playlist
                .lines()
                .filter(|line| line.ends_with(".m4s") && !line.starts_with('#'))
                .map(str::to_owned),
        );
    }
    found
}

/// Ten thousand silent connections: as many as there is room for are admitted, and the others are refused.
pub fn idle(stage: &Stage) {
    let figure = super::witness::figure;
    // A client that has more than others is evicted in their favour.
    let sent_away = |metrics: &str| {
        let evicted = figure(metrics, "ashkar_http_evicted_connections_total");
        evicted + figure(metrics, "ashkar_http_refused_connections_total")
    };
    let before = sent_away(&stage.figures());
    let crowd = sockets::idle(IDLE, PER_SECOND, stage.site);
    // The centre sees a connection that the kernel has accepted for it only when its turn comes.
    until("the rooms are full and the others are sent away", HEAD_WITHIN, || {
        let metrics = stage.figures();
        let open = figure(&metrics, "ashkar_http_open_connections");
        assert!(open <= 8_000.0, "{open} are inside");
        open >= 7_000.0 && sent_away(&metrics) - before > 1_000.0
    });
    // They are closed by time-out too, and then there is room again, although the clients are still there.
    let camera = stage.cameras[0].clone();
    until("new viewers come in again", HEAD_WITHIN, || super::witness::newcomer(stage.site, &camera).is_ok());
    drop(crowd);
}

pub fn comings_and_goings(stage: &Stage) {
    sockets::connect_and_disconnect(CONNECTS, COMINGS_PER_SECOND, stage.site);
}
