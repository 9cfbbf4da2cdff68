//! The port with real sockets: who may publish, who is turned away, and that nobody suffers from others.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::rtmp_support::{HeldClock, KEY, PANICKING_KEY, TestGate, eventually, picture};
use ashkar_ingest::rtmp::client::{MediaHeader, PublisherError};
use ashkar_ingest::rtmp::{PublisherSession, RtmpMetrics, RtmpOptions, RtmpServer};
use ashkar_ingest::{End, Gate};
use ashkar_media::VideoCodec;
use ashkar_terms::Cause;

struct Port {
    gate: Arc<TestGate>,
    clock: Arc<HeldClock>,
    server: RtmpServer,
}

impl Port {
    fn open(options: RtmpOptions) -> Self {
        Self::with_gate(TestGate::default(), options)
    }

    fn with_gate(gate: TestGate, options: RtmpOptions) -> Self {
        let (gate, clock) = (Arc::new(gate), HeldClock::new());
        let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
        let usual = options.gather == RtmpOptions::default().gather;
        let gather = if usual { Duration::from_millis(2) } else { options.gather };
        let options = RtmpOptions { gather, ..options };
        let for_server: Arc<dyn Gate> = gate.clone();
        let server = RtmpServer::bind(any_port, for_server, clock.clone(), options).unwrap();
        Self { gate, clock, server }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server.local_addr()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        stream
    }

    fn until(&self, what: &str, is_so: impl Fn(RtmpMetrics) -> bool) {
        eventually(what, || is_so(self.server.metrics()).then_some(()));
    }

    fn end(&self) -> End {
        eventually("the end of the sink", || self.gate.end())
    }

    /// A connection that publishes.
    fn publish(&self, key: &str) -> Result<TcpStream, PublisherError> {
        let mut stream = self.connect();
        let mut session = PublisherSession::new("ingest", key, "rtmp://centre/ingest");
        let mut buffer = [0; 8192];
        while !session.is_publishing() {
            if let Some(bytes) = session.poll_output() {
                stream.write_all(&bytes).unwrap();
            }
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "the server closed without a word");
            session.feed(&buffer[..count])?;
        }
        Ok(stream)
    }
}

fn send_picture(stream: &mut TcpStream, ms: u32) {
    let unit = picture(1000, 7);
    let header = MediaHeader::video(VideoCodec::H264, ms, 0, true, unit.len());
    stream.write_all(&[header.as_bytes(), &unit].concat()).unwrap();
}

/// Whether the server has closed, by an end or by a reset.
fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(error) => {
            assert_ne!(error.kind(), ErrorKind::WouldBlock, "the server did not close");
            true
        }
    }
}

#[test]
fn a_picture_arrives_and_a_closed_connection_is_the_sources_doing() {
    let port = Port::open(RtmpOptions::default());
    let mut stream = port.publish(KEY).unwrap();
    send_picture(&mut stream, 40);
    eventually("the picture", || (port.gate.videos().len() == 1).then_some(()));
    drop(stream);
    assert_eq!(port.end().cause, Cause::Source);
    port.until("nobody is left", |metrics| metrics.connections == 0 && metrics.publishing == 0);
}

#[test]
fn a_reset_is_the_lines_doing() {
    let port = Port::open(RtmpOptions::default());
    let stream = port.publish(KEY).unwrap();
    // Without lingering, closing is a reset.
    rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
    drop(stream);
    assert_eq!(port.end().cause, Cause::Uplink);
}

#[test]
fn a_publisher_that_falls_silent_is_the_lines_doing() {
    let port = Port::open(RtmpOptions::default());
    let mut stream = port.publish(KEY).unwrap();
    port.clock.advance(Duration::from_secs(14));
    send_picture(&mut stream, 0);
    eventually("the picture", || (port.gate.videos().len() == 1).then_some(()));
    port.clock.advance(Duration::from_secs(14));
    send_picture(&mut stream, 14_000);
    eventually("the picture", || (port.gate.videos().len() == 2).then_some(()));
    port.clock.advance(Duration::from_secs(15));
    assert_eq!(port.end(), End::new(Cause::Uplink, "the publisher fell silent"));
    assert!(is_closed(&mut stream));
}

#[test]
fn a_second_publisher_is_refused_and_the_first_goes_on() {
    let port = Port::open(RtmpOptions::default());
    let mut first = port.publish(KEY).unwrap();
    let refused = port.publish(KEY).unwrap_err().to_string();
    assert!(refused.contains("another publisher is live"), "{refused}");
    send_picture(&mut first, 0);
    eventually("the picture", || (port.gate.videos().len() == 1).then_some(()));
    assert_eq!(port.server.metrics().refused_already_live, 1);
}

#[test]
fn a_superseded_publisher_is_closed() {
    let port = Port::open(RtmpOptions::default());
    let mut stream = port.publish(KEY).unwrap();
    port.gate.superseded.store(true, Ordering::SeqCst);
    port.clock.advance(Duration::from_secs(1));
    assert_eq!(port.end().cause, Cause::Unknown);
    assert!(is_closed(&mut stream));
}

#[test]
fn clients_that_close_before_their_first_byte_leave_nothing() {
    let port = Port::open(RtmpOptions::default());
    for _ in 0..50 {
        drop(port.connect());
    }
    port.until("all were seen and are gone", |metrics| metrics.accepted == 50 && metrics.connections == 0);
    assert_eq!(port.server.metrics().reads, 0);
}

#[test]
fn other_protocols_are_sent_away() {
    let port = Port::open(RtmpOptions::default());
    for bytes in
        [&b"GET / HTTP/1.1\r\nHost: centre\r\n\r\n"[..], &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC], &[0xFF; 5000]]
    {
        let mut stream = port.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert_eq!(answer, b"");
    }
    port.until("three errors", |metrics| metrics.protocol_errors == 3);
    assert!(port.publish(KEY).is_ok());
}

#[test]
fn half_open_and_slow_connections_end_by_the_clock_and_hinder_nobody() {
    let port = Port::open(RtmpOptions::default());
    let mut half_open: Vec<_> = (0..200).map(|_| port.connect()).collect();
    let mut slow = port.connect();
    port.until("all are there", |metrics| metrics.connections == 201);
    let mut publisher = port.publish(KEY).unwrap();
    for _ in 0..5 {
        // A byte now and then does not move the deadline.
        slow.write_all(&[3]).unwrap();
        port.clock.advance(Duration::from_millis(1900));
        send_picture(&mut publisher, 0);
    }
    assert_eq!(port.server.metrics().connections, 202);
    port.clock.advance(Duration::from_millis(600));
    port.until("only the publisher is left", |metrics| metrics.connections == 1 && metrics.timeouts == 201);
    assert!(half_open.iter_mut().all(is_closed) && is_closed(&mut slow));
    eventually("the pictures", || (port.gate.videos().len() == 5).then_some(()));
}

/// Each of them would wait a second or more if the kernel had no place for it.
#[test]
fn a_thousand_may_come_at_the_same_moment() {
    let port = Port::open(RtmpOptions { gather: Duration::from_millis(400), ..RtmpOptions::default() });
    let begun = std::time::Instant::now();
    let crowd: Vec<_> = (0..1000).map(|_| port.connect()).collect();
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    port.until("all are inside", |metrics| metrics.connections == 1000);
    drop(crowd);
}

#[test]
fn strangers_make_room_for_whoever_comes_after_them() {
    let port = Port::open(RtmpOptions { max_pending: 50, ..RtmpOptions::default() });
    let publisher = port.publish(KEY).unwrap();
    let mut crowd: Vec<_> = (0..80).map(|_| port.connect()).collect();
    port.until("all came", |metrics| metrics.accepted == 81);
    port.clock.advance(Duration::from_secs(1));
    port.until("the oldest made room", |metrics| metrics.made_room == 30 && metrics.connections == 51);
    assert!(crowd.iter_mut().take(30).all(is_closed));
    drop((crowd, publisher));
}

#[test]
fn one_address_has_so_many_pending() {
    let port = Port::open(RtmpOptions {
        max_pending_per_peer: 10,
        trusts_loopback: false,
        ..RtmpOptions::default()
    });
    let publisher = port.publish(KEY).unwrap();
    let waiting: Vec<_> = (0..30).map(|_| port.connect()).collect();
    port.until("twenty were sent away", |metrics| metrics.refused_connections == 20);
    assert_eq!(port.server.metrics().connections, 11, "publishers do not count");
    drop(waiting);
    port.until("a place is free", |metrics| metrics.connections == 1);
    drop(publisher);
}

#[test]
fn there_is_a_limit_to_all_connections() {
    let port = Port::open(RtmpOptions { max_connections: 5, ..RtmpOptions::default() });
    let _waiting: Vec<_> = (0..8).map(|_| port.connect()).collect();
    port.until("three were sent away", |metrics| metrics.refused_connections == 3);
}

#[test]
fn wrong_keys_wait_for_their_answer_and_right_ones_do_not() {
    let port = Port::open(RtmpOptions::default());
    let wrong = std::thread::scope(|scope| {
        let wrong = scope.spawn(|| port.publish("7-12-1.guess").unwrap_err());
        port.until("the wrong key was seen", |metrics| metrics.refused_wrong_key == 1);
        port.publish(KEY).unwrap(); // from the same address, at once: the clock has not moved
        std::thread::sleep(Duration::from_millis(50));
        assert!(!wrong.is_finished());
        port.clock.advance(Duration::from_secs(1));
        wrong.join().unwrap()
    });
    assert!(wrong.to_string().ends_with("the stream key is not valid"), "{wrong}");
}

#[test]
fn a_wrong_key_keeps_its_place_even_if_it_leaves() {
    let port =
        Port::open(RtmpOptions { max_pending_per_peer: 1, trusts_loopback: false, ..RtmpOptions::default() });
    let mut stream = port.connect();
    let mut session = PublisherSession::new("ingest", "guess", "rtmp://centre/ingest");
    let mut buffer = [0; 8192];
    while port.server.metrics().refused_wrong_key == 0 {
        if let Some(bytes) = session.poll_output() {
            stream.write_all(&bytes).unwrap();
        }
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        if let Ok(count) = stream.read(&mut buffer) {
            session.feed(&buffer[..count]).unwrap();
        }
    }
    drop(stream);
    let mut next = port.connect();
    port.until("the next guess is sent away", |metrics| metrics.refused_connections == 1);
    assert!(is_closed(&mut next));
    port.clock.advance(Duration::from_millis(600));
    port.until("the delay is over", |metrics| metrics.connections == 0);
}

#[test]
fn a_panic_ends_one_connection_and_no_other() {
    let port = Port::open(RtmpOptions::default());
    let mut good = port.publish(KEY).unwrap();
    let mut bad = port.publish(PANICKING_KEY).unwrap();
    send_picture(&mut bad, 0);
    assert!(is_closed(&mut bad));
    let end = port.end();
    assert_eq!(end.cause, Cause::Centre);
    send_picture(&mut good, 0);
    eventually("the picture", || (port.gate.videos().len() == 1).then_some(()));
    let metrics = port.server.metrics();
    assert_eq!((metrics.panics, metrics.connections, metrics.publishing), (1, 1, 1));
}

#[test]
fn a_publisher_that_shuts_its_side_still_delivers_everything() {
    let port = Port::open(RtmpOptions::default());
    let mut stream = port.publish(KEY).unwrap();
    for n in 0..2000 {
        send_picture(&mut stream, n);
    }
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(port.end().cause, Cause::Source);
    assert_eq!(port.gate.videos().len(), 2000);
}

#[test]
fn a_shutdown_ends_sinks_as_the_centres_doing() {
    let port = Port::open(RtmpOptions { threads: 3, ..RtmpOptions::default() });
    let mut stream = port.publish(KEY).unwrap();
    port.server.shutdown();
    assert_eq!(port.gate.end(), Some(End::new(Cause::Centre, "the centre is stopping")));
    assert!(is_closed(&mut stream));
}

#[test]
fn several_threads_share_the_publishers() {
    let gate = TestGate { any_key: true, ..TestGate::default() };
    let port = Port::with_gate(gate, RtmpOptions { threads: 3, ..RtmpOptions::default() });
    let mut streams: Vec<_> = (0..30).map(|n| port.publish(&format!("key{n}")).unwrap()).collect();
    streams.iter_mut().for_each(|stream| send_picture(stream, 0));
    eventually("all pictures", || (port.gate.videos().len() == 30).then_some(()));
}
