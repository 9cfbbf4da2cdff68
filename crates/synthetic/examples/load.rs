//! The cost of a thousand cameras: publishes to a sink in this process and reports the CPU time of the publishing
//! thread alone. `load [CAMERAS] [BITS PER SECOND] [SECONDS] [DIRECTORY FOR ENCODED LOOPS]`.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use ashkar_ingest::rtmp::{RtmpOptions, RtmpServer};
use ashkar_ingest::{End, Gate, MediaSink, Protocol, Refusal};
use ashkar_media::MediaEvent;
use ashkar_synthetic::{LoopOptions, Loops};
use ashkar_terms::{CameraId, Moment, SystemClock};

/// Accepts everything and keeps nothing.
struct Sink;

impl Gate for Sink {
    fn admit(&self, _: &str, _: SocketAddr, _: Protocol, _: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        Ok(Box::new(Self))
    }
}

impl MediaSink for Sink {
    fn media(&mut self, _: MediaEvent, _: Moment) {}
    fn wants_audio(&self) -> bool {
        false
    }
    fn superseded(&self) -> bool {
        false
    }
    fn end(self: Box<Self>, _: End, _: Moment) {}
}

fn argument(n: usize, default: u32) -> Result<u32, Box<dyn Error>> {
    Ok(std::env::args().nth(n).map_or(Ok(default), |text| text.parse())?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (count, bitrate, seconds) = (argument(1, 1000)?, argument(2, 1_000_000)?, argument(3, 20)?);
    let started = Instant::now();
    let cache = std::env::args().nth(4).map(Into::into);
    let loops =
        Loops::new(LoopOptions { bitrate: Some(bitrate), rooms: 1, cache, ..LoopOptions::default() })?;
    println!("first loop ready after {:.2} s", started.elapsed().as_secs_f64());
    let clock = Arc::new(SystemClock::new());
    let server = RtmpServer::bind("127.0.0.1:0".parse()?, Arc::new(Sink), clock, RtmpOptions::default())?;
    let cameras = (0..count)
        .map(|n| CameraId::new(1 + (n % 119) as u16, 1 + (n / 119) as u16, 1))
        .map(|camera| (camera, camera.dashed()));
    let load = loops.publish(server.local_addr(), cameras)?;
    sleep(Duration::from_secs(5));
    let (before, cpu_before, at) = (load.stats(), cpu_ms("load-cameras")?, Instant::now());
    sleep(Duration::from_secs(u64::from(seconds)));
    let (after, cpu_after, wall_s) = (load.stats(), cpu_ms("load-cameras")?, at.elapsed().as_secs_f64());
    println!(
        "{} cameras, {:.0} access units/s, {:.1} Mbit/s, {} behind, {} lost: {:.1} % of a core",
        after.publishing,
        (after.frames - before.frames) as f64 / wall_s,
        (after.bytes - before.bytes) as f64 * 8e-6 / wall_s,
        after.behind,
        after.lost,
        (cpu_after - cpu_before) / wall_s / 10.0,
    );
    load.stop();
    Ok(())
}

/// CPU time of the thread with this name, milliseconds.
fn cpu_ms(name: &str) -> Result<f64, Box<dyn Error>> {
    for task in std::fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if std::fs::read_to_string(task.join("comm"))?.trim() == name {
            let spent = std::fs::read_to_string(task.join("schedstat"))?;
            let ns: f64 = spent.split_whitespace().next().unwrap_or_default().parse()?;
            return Ok(ns / 1e6);
        }
    }
    Err("no such thread".into())
}
