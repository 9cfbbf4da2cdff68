//! A gate that remembers, a clock that stands still, and RTMP bytes.
// Each test file uses another part of it.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ashkar_ingest::rtmp::PublisherSession;
use ashkar_ingest::rtmp::session::{Event, Session, SessionError};
use ashkar_ingest::{End, Gate, MediaSink, Protocol, Refusal};
use ashkar_media::{AccessUnit, MediaEvent};
use ashkar_terms::{Clock, Moment, UtcMicros};
use bytes::Bytes;

/// The key of the one camera that the test gate knows.
pub const KEY: &str = "7-12-1.s3cretS3CRETs3cret";
/// The key whose sink panics at its first picture.
pub const PANICKING_KEY: &str = "7-13-1.panic";

pub const NOW: Moment = Moment { wall: UtcMicros(1_700_000_000_000_000), mono_us: 5_000_000 };

/// What a sink received.
#[derive(Debug, Clone, PartialEq)]
pub enum Seen {
    Media(MediaEvent),
    End(End),
}

#[derive(Debug, Default)]
pub struct TestGate {
    pub seen: Arc<Mutex<Vec<Seen>>>,
    pub wants_audio: bool,
    pub superseded: Arc<AtomicBool>,
    pub live: Arc<AtomicBool>,
    pub any_key: bool,
}

impl TestGate {
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn videos(&self) -> Vec<AccessUnit> {
        self.seen()
            .into_iter()
            .filter_map(
                |seen| if let Seen::Media(MediaEvent::Video(unit)) = seen { Some(unit) } else { None },
            )
            .collect()
    }

    pub fn end(&self) -> Option<End> {
        self.seen().into_iter().find_map(|seen| if let Seen::End(end) = seen { Some(end) } else { None })
    }
}

impl Gate for TestGate {
    fn admit(&self, key: &str, _: SocketAddr, _: Protocol, _: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        if !self.any_key && key != KEY && key != PANICKING_KEY {
            return Err(Refusal::WrongKey);
        }
        if !self.any_key && key == KEY && self.live.swap(true, Ordering::SeqCst) {
            return Err(Refusal::AlreadyLive);
        }
        Ok(Box::new(TestSink {
            seen: Arc::clone(&self.seen),
            wants_audio: self.wants_audio,
            superseded: Arc::clone(&self.superseded),
            live: Arc::clone(&self.live),
            panics: key == PANICKING_KEY,
        }))
    }
}

struct TestSink {
    seen: Arc<Mutex<Vec<Seen>>>,
    wants_audio: bool,
    superseded: Arc<AtomicBool>,
    live: Arc<AtomicBool>,
    panics: bool,
}

impl TestSink {
    fn note(&self, seen: Seen) {
        self.seen.lock().unwrap().push(seen);
    }
}

impl MediaSink for TestSink {
    fn media(&mut self, event: MediaEvent, _: Moment) {
        let is_picture = matches!(event, MediaEvent::Video(_));
        assert!(!(self.panics && is_picture), "a fault in the code behind the gate, made on purpose");
        self.note(Seen::Media(event));
    }
    fn wants_audio(&self) -> bool {
        self.wants_audio
    }
    fn superseded(&self) -> bool {
        self.superseded.load(Ordering::SeqCst)
    }
    fn end(self: Box<Self>, end: End, _: Moment) {
        self.note(Seen::End(end));
        if !self.panics {
            self.live.store(false, Ordering::SeqCst);
        }
    }
}

/// A clock that moves only when it is set.
#[derive(Debug)]
pub struct HeldClock(AtomicU64);

impl HeldClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(NOW.mono_us)))
    }

    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Moment {
        let mono_us = self.0.load(Ordering::SeqCst);
        Moment { wall: NOW.wall.plus(i64::try_from(mono_us).unwrap()), mono_us }
    }
}

/// Waits until `what` is there; fails after 15 s.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(15);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain waited for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// All events that a session makes of these bytes; publishers are let in.
pub fn events(session: &mut Session, mut input: &[u8]) -> Result<Vec<Event>, SessionError> {
    let mut out = Vec::new();
    let mut events = Vec::new();
    while let Some(event) = session.next(&mut input, NOW, &mut out)? {
        if matches!(event, Event::Publish(_)) {
            session.accept(true, &mut out);
        }
        events.push(event);
    }
    Ok(events)
}

/// A session, and a publisher of ours that it has let in; also the publisher's bytes up to that point.
pub fn publishing(wants_audio: bool) -> (Session, PublisherSession, Vec<u8>) {
    let mut session = Session::new(1);
    let mut publisher = PublisherSession::new("ingest", KEY, "rtmp://centre/ingest");
    let mut sent = Vec::new();
    while !publisher.is_publishing() {
        let bytes = publisher.poll_output().expect("a publisher with something to say");
        let (mut input, mut out) = (&bytes[..], Vec::new());
        while let Some(event) = session.next(&mut input, NOW, &mut out).unwrap() {
            assert!(matches!(event, Event::Publish(Some(ref key)) if key.expose() == KEY));
            session.accept(wants_audio, &mut out);
        }
        publisher.feed(&out).unwrap();
        sent.extend_from_slice(&bytes);
    }
    (session, publisher, sent)
}

/// One H.264 access unit with four-byte lengths, of the given length.
pub fn picture(length: usize, fill: u8) -> Bytes {
    let mut unit = u32::try_from(length).unwrap().to_be_bytes().to_vec();
    unit.extend(std::iter::repeat_n(fill, length));
    unit.into()
}
