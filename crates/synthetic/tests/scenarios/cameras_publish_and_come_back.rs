//! The publishing thread against the centre's own RTMP port.

// A test that cannot continue fails by panicking, in its helpers too.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use ashkar_ingest::rtmp::{RtmpOptions, RtmpServer};
use ashkar_ingest::{End, Gate, MediaSink, Protocol, Refusal};
use ashkar_load::{Publisher, Publishers};
use ashkar_media::{AccessUnit, MediaEvent, VideoConfig};
use ashkar_synthetic::{FrameRate, LoopOptions, Loops};
use ashkar_terms::{CameraId, Moment, SystemClock};

const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug)]
enum Seen {
    Config(String, VideoConfig),
    Unit(String, AccessUnit),
    End,
}

struct TestGate(Sender<Seen>);

struct Camera(String, Sender<Seen>);

impl Gate for TestGate {
    fn admit(&self, key: &str, _: SocketAddr, _: Protocol, _: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        Ok(Box::new(Camera(key.to_owned(), self.0.clone())))
    }
}

impl MediaSink for Camera {
    fn media(&mut self, event: MediaEvent, _: Moment) {
        let _ = match event {
            MediaEvent::VideoConfig(config) => self.1.send(Seen::Config(self.0.clone(), config)),
            MediaEvent::Video(unit) => self.1.send(Seen::Unit(self.0.clone(), unit)),
            MediaEvent::Refused { reason, .. } => panic!("{reason}"),
            MediaEvent::AudioConfig(_) | MediaEvent::Audio(_) | MediaEvent::SoundRefused { .. } => Ok(()),
        };
    }
    fn end(self: Box<Self>, _: End, _: Moment) {
        let _ = self.1.send(Seen::End);
    }
    fn wants_audio(&self) -> bool {
        false
    }
    fn superseded(&self) -> bool {
        false
    }
}

fn server(addr: &str) -> (RtmpServer, Receiver<Seen>) {
    let (sender, seen) = channel();
    let clock = Arc::new(SystemClock::new());
    let server =
        RtmpServer::bind(addr.parse().unwrap(), Arc::new(TestGate(sender)), clock, RtmpOptions::default());
    (server.unwrap(), seen)
}

fn start(target: SocketAddr) -> (Loops, Publishers) {
    let rate: FrameRate = "2".parse().unwrap();
    let loops = Loops::new(LoopOptions { rate, rooms: 1, ..LoopOptions::default() }).unwrap();
    let cameras = (1..=3).map(|station| (CameraId::new(7, station, 1), format!("7-{station}-1.key")));
    let load = loops.publish(target, cameras).unwrap();
    (loops, load)
}

/// Waits until each camera has sent parameter sets and then `units` access units, and returns those of the last.
fn watch(seen: &Receiver<Seen>, loops: &Loops, units: usize) {
    let mut left: Vec<(String, usize)> = Vec::new();
    while left.len() < 3 || left.iter().any(|(_, left)| *left > 0) {
        match seen.recv_timeout(TIMEOUT).unwrap() {
            Seen::Config(key, config) => {
                assert_eq!(config, loops.config());
                left.push((key, units));
            }
            Seen::Unit(key, unit) => {
                let (_, left) = left.iter_mut().find(|(known, _)| *known == key).unwrap();
                assert!(*left < units || unit.keyframe, "a stream starts with a keyframe");
                assert!(!unit.data.is_empty());
                *left = left.saturating_sub(1);
            }
            Seen::End => panic!("a camera went off air"),
        }
    }
}

#[test]
fn every_camera_starts_with_a_keyframe_and_ends_in_order() {
    let (server, seen) = server("127.0.0.1:0");
    let (loops, load) = start(server.local_addr());
    watch(&seen, &loops, 3);
    assert_eq!(load.stats().publishing, 3);
    let stats = load.stop();
    assert!(stats.frames >= 9 && stats.bytes > 0 && stats.lost == 0 && stats.behind == 0, "{stats:?}");
    let ends = std::iter::from_fn(|| seen.recv_timeout(TIMEOUT).ok())
        .filter(|event| matches!(event, Seen::End))
        .take(3);
    assert_eq!(ends.count(), 3);
}

#[test]
fn cameras_come_back_when_the_centre_does() {
    let (first, seen) = server("127.0.0.1:0");
    let addr = first.local_addr();
    let (loops, load) = start(addr);
    watch(&seen, &loops, 1);
    first.shutdown();
    drop(first);
    let (_second, seen) = server(&addr.to_string());
    watch(&seen, &loops, 2);
    let stats = load.stop();
    assert!(stats.lost >= 3, "{stats:?}");
}

#[test]
fn keys_show_in_no_debug_text() {
    let loops = Loops::new(LoopOptions { rooms: 1, ..LoopOptions::default() }).unwrap();
    let publisher = Publisher { source: loops.camera(CameraId::new(1, 2, 3)), key: "1-2-3.secret".into() };
    assert!(!format!("{publisher:?}").contains("secret"));
}
