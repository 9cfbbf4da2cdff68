//! The puller's shell against cameras that close, say nothing, or trigger a defect of ours.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use crate::rtsp_support::{Gate, KEY, PICTURE, eventually, interleaved, rtp, sdp};
use ashkar_ingest::rtsp::{BackoffLimits, PullOptions, PullState, RtspPuller, RtspSource, Transport};
use ashkar_terms::{Blame, CameraId, Cause, SystemClock};
use tokio::runtime::Handle;

const PATIENCE: Duration = Duration::from_secs(10);

fn pull(port: u16, gate: &Gate) -> RtspPuller {
    pull_from(&format!("rtsp://127.0.0.1:{port}/camera"), Transport::Tcp, gate)
}

fn pull_from(address: &str, transport: Transport, gate: &Gate) -> RtspPuller {
    let source = RtspSource::parse(CameraId::new(7, 12, 1), address, transport).unwrap();
    let options = PullOptions {
        answer_timeout: Duration::from_millis(300),
        silence: Duration::from_millis(500),
        backoff: BackoffLimits { first: Duration::from_millis(40), longest: Duration::from_millis(80) },
        ..PullOptions::default()
    };
    RtspPuller::spawn(
        &Handle::current(),
        source,
        Arc::new(gate.clone()),
        Arc::new(SystemClock::new()),
        options,
    )
}

/// A camera that serves each connection with `serve`, on a thread that ends with the process.
fn camera(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(&serve));
    port
}

/// The next request, without anything that is not text; `None` if the connection ended.
fn request(mut stream: &TcpStream) -> Option<String> {
    let (mut request, mut byte) = (String::new(), [0]);
    while !request.ends_with("\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        request.push(char::from(byte[0]));
    }
    let begin =
        ["OPTIONS ", "GET_PARAMETER ", "SET_PARAMETER "].iter().find_map(|method| request.rfind(method));
    Some(request[begin.unwrap_or(0)..].to_owned())
}

fn answer(mut stream: &TcpStream, request: &str, status: &str, headers: &str, body: &str) {
    let cseq = request.lines().find_map(|line| line.strip_prefix("CSeq: ")).unwrap();
    let length = body.len();
    let head = format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{headers}Content-Length: {length}\r\n\r\n");
    let _ = stream.write_all((head + body).as_bytes());
}

/// Answers requests until PLAY, then sends `pictures` pictures.
fn play(mut stream: &TcpStream, pictures: u16) {
    loop {
        let Some(request) = request(stream) else { return };
        let body = if request.starts_with("DESCRIBE") { sdp("") } else { String::new() };
        let more = "Session: 1;timeout=4\r\nPublic: GET_PARAMETER\r\n";
        answer(stream, &request, "200 OK", more, &body);
        if request.starts_with("PLAY") {
            break;
        }
    }
    for n in 0..pictures {
        let picture = if n == 0 { KEY } else { PICTURE };
        let _ = stream.write_all(&interleaved(0, &rtp(n, u32::from(n) * 3600, true, picture)));
    }
}

#[tokio::test]
async fn a_camera_that_closes_is_tried_again_with_waits() {
    let port = camera(|stream| play(&stream, 3));
    let gate = Gate::default();
    let puller = pull(port, &gate);
    eventually(PATIENCE, "three sessions", || gate.memory.lock().ends.len() >= 3).await;
    puller.stop().await;
    let memory = gate.memory.lock();
    assert_eq!(memory.units.len(), 3 * memory.opened, "what came before the end is taken");
    assert_eq!(memory.ends[0].cause, Cause::Source);
    assert_eq!(memory.opened, memory.ends.len());
}

#[tokio::test]
async fn half_open_connections_end_in_time() {
    let port = camera(std::mem::forget);
    let gate = Gate::default();
    let puller = pull(port, &gate);
    eventually(PATIENCE, "two attempts", || puller.status().attempts >= 2).await;
    let fault = puller.status().last_fault.unwrap();
    assert_eq!(fault.blame, Blame::Line);
    assert!(fault.reason.contains("did not answer OPTIONS"), "{}", fault.reason);
    puller.stop().await;
    assert_eq!(gate.memory.lock().opened, 0);
}

#[tokio::test]
async fn a_camera_that_plays_and_falls_silent_is_the_lines_fault() {
    let port = camera(|stream| {
        play(&stream, 2);
        std::mem::forget(stream);
    });
    let gate = Gate::default();
    let puller = pull(port, &gate);
    eventually(PATIENCE, "two ends", || gate.memory.lock().ends.len() >= 2).await;
    assert_eq!(gate.memory.lock().ends[0].cause, Cause::Uplink);
    puller.stop().await;
}

#[tokio::test]
async fn a_panic_ends_one_session_and_is_counted() {
    let port = camera(|stream| {
        play(&stream, 5);
        std::mem::forget(stream);
    });
    let gate = Gate { panics_at: Some(3), ..Gate::default() };
    let puller = pull(port, &gate);
    eventually(PATIENCE, "the next session", || gate.memory.lock().units.len() >= 5).await;
    let status = puller.status();
    assert_eq!(status.panics, 1);
    assert_eq!(status.last_fault.unwrap().blame, Blame::Centre);
    puller.stop().await;
}

#[tokio::test]
async fn nothing_listens_and_stopping_does_not_wait() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let gate = Gate::default();
    let puller = pull(port, &gate);
    eventually(PATIENCE, "two attempts", || puller.status().attempts >= 2).await;
    assert_eq!(puller.status().last_fault.unwrap().blame, Blame::Line);
    assert_ne!(puller.status().state, PullState::Playing);
    tokio::time::timeout(Duration::from_secs(1), puller.stop()).await.unwrap();
}

#[tokio::test]
async fn stopping_says_goodbye_to_the_camera() {
    let (said, heard) = std::sync::mpsc::channel();
    let port = camera(move |stream| {
        play(&stream, 5);
        let mut rest = String::new();
        let _ = (&stream).read_to_string(&mut rest);
        let _ = said.send(rest);
    });
    let gate = Gate::default();
    let puller = pull(port, &gate);
    eventually(PATIENCE, "pictures", || gate.memory.lock().units.len() == 5).await;
    puller.stop().await;
    assert!(heard.recv_timeout(PATIENCE).unwrap().starts_with("TEARDOWN rtsp://127.0.0.1:"));
    assert_eq!(gate.memory.lock().ends[0].cause, Cause::Centre);
}

#[tokio::test]
async fn a_camera_that_closes_behind_its_401_is_answered_on_the_next_connection_at_once() {
    let (said, heard) = std::sync::mpsc::channel();
    let port = camera(move |stream| {
        let Some(request) = request(&stream) else { return };
        let challenge = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\nConnection: close\r\n";
        answer(&stream, &request, "401 Unauthorized", challenge, "");
        if request.contains("\r\nAuthorization: Digest") {
            let _ = said.send(request);
        }
    });
    let gate = Gate::default();
    let address = format!("rtsp://user:secret@127.0.0.1:{port}/camera");
    let puller = pull_from(&address, Transport::Auto, &gate);
    let authorised =
        tokio::task::spawn_blocking(move || heard.recv_timeout(PATIENCE)).await.unwrap().unwrap();
    assert!(authorised.starts_with("OPTIONS") && authorised.contains("nonce=\"1\""), "{authorised}");
    puller.stop().await;
}

#[tokio::test]
async fn a_camera_that_refuses_tcp_with_any_code_is_asked_for_udp() {
    let (said, heard) = std::sync::mpsc::channel();
    let port = camera(move |stream| {
        while let Some(request) = request(&stream) {
            if request.starts_with("SETUP") {
                let transport =
                    request.lines().find(|line| line.starts_with("Transport")).unwrap().to_owned();
                let refused = transport.contains("TCP");
                let _ = said.send(transport);
                answer(&stream, &request, if refused { "400 Bad Request" } else { "500 No" }, "", "");
            } else {
                answer(&stream, &request, "200 OK", "", &sdp(""));
            }
        }
    });
    let gate = Gate::default();
    let puller = pull_from(&format!("rtsp://127.0.0.1:{port}/camera"), Transport::Auto, &gate);
    let transports =
        tokio::task::spawn_blocking(move || heard.iter().take(3).collect::<Vec<_>>()).await.unwrap();
    let tcp: Vec<bool> = transports.iter().map(|transport| transport.contains("TCP")).collect();
    assert_eq!(tcp, [true, false, true], "and TCP again, where UDP brings nothing: {transports:?}");
    puller.stop().await;
}

#[tokio::test]
async fn a_keepalive_at_which_the_camera_closes_is_not_sent_again() {
    let (said, heard) = std::sync::mpsc::channel();
    let port = camera(move |stream| {
        play(&stream, 1);
        let sender = stream.try_clone().unwrap();
        std::thread::spawn(move || {
            for n in 1..200_u16 {
                std::thread::sleep(Duration::from_millis(50));
                if (&sender).write_all(&interleaved(0, &rtp(n, u32::from(n) * 4500, true, PICTURE))).is_err()
                {
                    return;
                }
            }
        });
        if let Some(request) = request(&stream) {
            let _ = said.send(request.split(' ').next().unwrap().to_owned());
        }
        let _ = stream.shutdown(std::net::Shutdown::Both);
    });
    let gate = Gate::default();
    let puller = pull(port, &gate);
    let methods =
        tokio::task::spawn_blocking(move || heard.iter().take(2).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(methods, ["GET_PARAMETER", "OPTIONS"]);
    puller.stop().await;
}
