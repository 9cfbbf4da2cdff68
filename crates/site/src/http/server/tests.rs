use std::net::SocketAddr;
use std::time::Instant;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::*;

/// Forty of them are all the room that there is.
const LARGE: usize = 4 << 20;
/// Each asks for two of them.
const ABUSERS: usize = 30;
const TIMEOUT: Duration = Duration::from_secs(20);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

async fn site() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/", get(async || vec![b'x'; LARGE]));
    tokio::spawn(async move {
        let (_go_on, stop) = watch::channel(false);
        serve(listener, None, router, Limits::default(), Arc::default(), stop).await;
    });
    address
}

async fn connect(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A client that asks twice and opens no window.
async fn takes_nothing(from: &str, to: SocketAddr) -> TcpStream {
    let mut stream = connect(from, to).await;
    let no_window = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let get = |stream| frame(1, 5, stream, b"\x82\x86\x84\x41\x01x");
    stream.write_all(&[PREFACE, &no_window, &get(1), &get(3)].concat()).await.unwrap();
    stream
}

/// A client that takes what it asks for.
async fn is_answered(from: &str, to: SocketAddr) -> bool {
    let mut stream = connect(from, to).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let whole = timeout(TIMEOUT, stream.read_to_end(&mut answer)).await;
    whole.is_ok_and(|read| read.is_ok()) && answer.starts_with(b"HTTP/1.1 200 ") && answer.len() > LARGE
}

/// Reads what there is; whether the other side has closed.
async fn has_ended(stream: &mut TcpStream) -> bool {
    let mut bytes = [0; 4096];
    loop {
        match timeout(Duration::from_millis(50), stream.read(&mut bytes)).await {
            Err(_) => return false,
            Ok(Ok(count)) if count > 0 => {}
            Ok(_) => return true,
        }
    }
}

/// Thirty connections ask for half as much again as there is room for, and take nothing. Everybody else is answered all the
/// while, also from the same address, and those who hold most are ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_nothing_keeps_nobody_from_being_answered() {
    let to = site().await;
    let mut abusers = Vec::new();
    for number in 0..ABUSERS {
        let from = if number % 2 == 0 { "127.0.9.1" } else { "127.0.9.2" };
        abusers.push(takes_nothing(from, to).await);
        if number % 6 == 5 {
            assert!(is_answered("127.0.9.3", to).await, "another, after {number}");
            assert!(is_answered("127.0.9.1", to).await, "from the same address, after {number}");
        }
    }
    let begun = Instant::now();
    let mut ended = 0;
    while ended == 0 && begun.elapsed() < TIMEOUT {
        for stream in &mut abusers {
            ended += usize::from(has_ended(stream).await);
        }
    }
    assert!(ended > 0, "some of them gave way");
}

/// Known floods end the connection at once, and not by its clock.
#[tokio::test]
async fn floods_of_frames_end_the_connection() {
    let to = site().await;
    let reset = |number: u32| {
        [frame(1, 5, 2 * number + 1, b"\x82\x86\x84\x41\x01x"), frame(3, 0, 2 * number + 1, &[0, 0, 0, 8])]
            .concat()
    };
    let continuation = [frame(1, 1, 1, b"\x82\x86"), frame(9, 0, 1, &[0; 16_000]).repeat(200)].concat();
    let floods = [
        frame(6, 0, 0, &[7; 8]).repeat(20_000),
        frame(4, 0, 0, &[]).repeat(20_000),
        (0..5000).flat_map(reset).collect(),
        continuation,
    ];
    for flood in floods {
        let (mut reads, mut writes) = connect("127.0.9.4", to).await.into_split();
        let sent = tokio::spawn(async move {
            let _ = writes.write_all(&[PREFACE, &frame(4, 0, 0, &[]), &flood].concat()).await;
            // Kept open: it is the other side that ends.
            std::future::pending::<()>().await;
        });
        let mut bytes = Vec::new();
        assert!(timeout(Duration::from_secs(10), reads.read_to_end(&mut bytes)).await.is_ok());
        sent.abort();
    }
}
