use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Forty of these fill all the room there is.
const LARGE: usize = 4 << 20;
/// Each asks for two of them.
const ABUSERS: usize = 30;
const TIMEOUT: Duration = Duration::from_secs(20);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

async fn site() -> SocketAddr {
    let (address, stop, _) = site_of(Router::new().route("/", get(async || vec![b'x'; LARGE]))).await;
    // Until the test ends.
    std::mem::forget(stop);
    address
}

/// A listener's address, the sender that stops it, and its task.
async fn site_of(router: Router) -> (SocketAddr, watch::Sender<bool>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(serve(listener, None, router, Limits::default(), Arc::default(), stopped));
    (address, stop, task)
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

/// A client that makes two requests and opens no window.
async fn takes_nothing(from: &str, to: SocketAddr) -> TcpStream {
    let mut stream = connect(from, to).await;
    let no_window = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let get = |stream| frame(1, 5, stream, b"\x82\x86\x84\x41\x01x");
    stream.write_all(&[PREFACE, &no_window, &get(1), &get(3)].concat()).await.unwrap();
    stream
}

/// A client that reads its response.
async fn is_answered(from: &str, to: SocketAddr) -> bool {
    let mut stream = connect(from, to).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let whole = timeout(TIMEOUT, stream.read_to_end(&mut answer)).await;
    whole.is_ok_and(|read| read.is_ok()) && answer.starts_with(b"HTTP/1.1 200 ") && answer.len() > LARGE
}

/// Reads what is available; returns whether the other side has closed.
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

/// Thirty connections ask for half as much again as there is room for, and read nothing. Everybody else is served all
/// the while, even from the same address, and the largest holders are closed.
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

/// Known floods end the connection at once, rather than by a time-out.
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

/// What a player asks for, and how many requests are awaited.
fn playlists(awaited: &Arc<AtomicUsize>) -> Router {
    struct Awaited(Arc<AtomicUsize>);
    impl Drop for Awaited {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }
    let awaited = Arc::clone(awaited);
    let waits = async move || {
        awaited.fetch_add(1, Ordering::SeqCst);
        let _awaited = Awaited(awaited);
        std::future::pending::<Response>().await
    };
    Router::new()
        .route("/waits", get(waits))
        .route("/fresh", get(async || axum::http::StatusCode::NOT_MODIFIED))
        .route(
            "/soon",
            get(async || {
                tokio::time::sleep(Duration::from_millis(300)).await;
                "soon"
            }),
        )
        .route("/{name}", get(async |axum::extract::Path(name): axum::extract::Path<String>| name))
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < TIMEOUT, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn read_to_end(mut stream: TcpStream) -> String {
    let mut text = String::new();
    timeout(TIMEOUT, stream.read_to_string(&mut text)).await.expect("the connection ends").unwrap();
    text
}

#[tokio::test]
async fn requests_that_come_together_are_answered_in_order() {
    let (to, _stop, _) = site_of(playlists(&Arc::default())).await;
    let mut client = connect("127.0.9.5", to).await;
    let asked =
        ["GET /a", "HEAD /bc", "GET /fresh", "GET /d"].map(|line| format!("{line} HTTP/1.1\r\nHost: x\r\n"));
    let asked = format!("{}Connection: close\r\n\r\n", asked.join("\r\n"));
    client.write_all(asked.as_bytes()).await.unwrap();
    let text = read_to_end(client).await;
    let answers: Vec<&str> = text.split("HTTP/1.1 ").skip(1).collect();
    assert_eq!(answers.len(), 4, "{text}");
    assert!(answers[0].starts_with("200 OK\r\n") && answers[0].ends_with("\r\n\r\na"), "{text}");
    assert!(answers[1].contains("content-length: 2\r\n") && answers[1].ends_with("\r\n\r\n"), "{text}");
    assert!(answers[2].starts_with("304 ") && !answers[2].contains("content-length"), "{text}");
    assert!(answers[3].contains("connection: close\r\n") && answers[3].ends_with("\r\n\r\nd"), "{text}");
    assert!(answers.iter().all(|answer| answer.contains("\r\ndate: ")), "{text}");
}

/// A blocking request costs nothing once nobody waits for its response, over HTTP/1.1 and HTTP/2.
#[tokio::test]
async fn who_leaves_while_waiting_is_waited_for_no_longer() {
    let awaited = Arc::new(AtomicUsize::new(0));
    let (to, _stop, _) = site_of(playlists(&awaited)).await;
    let get = frame(1, 5, 1, b"\x82\x86\x04\x06/waits\x41\x01x");
    let over_http2 = [PREFACE, &frame(4, 0, 0, &[]), &get].concat();
    for asked in [&b"GET /waits HTTP/1.1\r\nHost: x\r\n\r\n"[..], &over_http2] {
        let mut client = connect("127.0.9.6", to).await;
        client.write_all(asked).await.unwrap();
        until("it is asked", || awaited.load(Ordering::SeqCst) == 1).await;
        drop(client);
        until("nobody is waited for", || awaited.load(Ordering::SeqCst) == 0).await;
    }
}

#[tokio::test]
async fn at_a_stop_an_idle_connection_ends_and_one_under_way_is_answered_first() {
    let (to, stop, task) = site_of(playlists(&Arc::default())).await;
    let mut idle = connect("127.0.9.7", to).await;
    let mut under_way = connect("127.0.9.7", to).await;
    for (client, name) in [(&mut idle, "a"), (&mut under_way, "soon")] {
        client.write_all(format!("GET /{name} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
    }
    idle.readable().await.unwrap();
    stop.send(true).unwrap();
    assert!(read_to_end(idle).await.ends_with("\r\n\r\na"));
    assert!(read_to_end(under_way).await.ends_with("\r\n\r\nsoon"));
    timeout(TIMEOUT, task).await.expect("the listener ends").unwrap();
}

/// Viewers wait by the thousand: beside the library's buffers of 16 KiB each takes little.
#[test]
fn the_task_of_a_connection_is_small() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let size = runtime.block_on(async {
        let to = site().await;
        let limits = Limits::default();
        let peer = Peer::new(to.ip(), &limits.proxies);
        let close = CloseHandle::default();
        let holder = Holder::new(peer.client(), close);
        let permit = Arc::new(Admission::new(limits, Arc::default())).admit(&peer, &holder).unwrap();
        let watcher = GracefulShutdown::new().watcher();
        let window = Limits::default().window_bytes;
        let stream = connect("127.0.9.8", to).await;
        let connection = Connection { stream, peer, holder, permit, watcher, window };
        size_of_val(&connection.run(None, Router::new(), watch::channel(false).1))
    });
    assert!(size <= 1024, "{size} bytes");
}
