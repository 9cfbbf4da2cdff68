//! The cost of a still, through the real child process: CPU of the worker and of its parent, and the time until the
//! response.
//!
//! `cargo run --release -p ashkar-stills --example stills_bench -- [STILLS]`. The pictures are made by ffmpeg's x264 in
//! the manner of cameras: High profile, CABAC, 1 Mbit/s, a keyframe every two seconds, noise like that of a sensor.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a measurement ends where something is not as it must be"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::process::Command;
use std::time::{Duration, Instant};

use ashkar_media::codec::{ParameterSets, VideoCodec};
use ashkar_stills::Pool;
use bytes::Bytes;
use support::package;

const WORKER: &str = "still-worker";
/// A thousand cameras, each renewed every 30 s.
const STILLS_PER_SECOND: f64 = 1000.0 / 30.0;

fn main() {
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some(WORKER) {
        return ashkar_stills::zygote::run().unwrap();
    }
    let stills = argument.map_or(200, |count| count.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (width, height) in [(640, 360), (1280, 720), (1920, 1080)] {
        let (init, part, keyframe_bytes) = camera(width, height);
        let cost = runtime.block_on(measure(&init, &part, stills));
        println!(
            "{width}x{height}, keyframe of {} kB, JPEG of {} kB: worker {:.2} ms and parent {:.2} ms of CPU a still, \
             answer after {:.1} ms; a thousand cameras every 30 s: {:.3} of a core",
            keyframe_bytes / 1000,
            cost.jpeg_bytes / 1000,
            cost.worker.as_secs_f64() * 1e3,
            cost.parent.as_secs_f64() * 1e3,
            cost.answer.as_secs_f64() * 1e3,
            (cost.worker + cost.parent).as_secs_f64() * STILLS_PER_SECOND,
        );
    }
}

/// Cost of one still.
struct Cost {
    worker: Duration,
    parent: Duration,
    answer: Duration,
    jpeg_bytes: usize,
}

async fn measure(init: &[u8], part: &[u8], stills: u32) -> Cost {
    let pool = Pool::new(std::env::current_exe().unwrap(), WORKER, 1);
    // The first one starts a worker, and the following ones find it.
    let jpeg_bytes = pool.still(init, part).await.unwrap().len();
    let ((parent, workers), start) = (cpu(), Instant::now());
    for _ in 0..stills {
        pool.still(init, part).await.unwrap();
    }
    let took = start.elapsed();
    // The last one is to be counted too.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let now = cpu();
    Cost {
        answer: took / stills,
        worker: (now.1 - workers) / stills,
        parent: (now.0 - parent) / stills,
        jpeg_bytes,
    }
}

/// CPU of this process, of its child, and of that one's children, each of which has ended with its still.
fn cpu() -> (Duration, Duration) {
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap();
    let ([own, _], [child, copies]) = (times("self"), times(children.trim()));
    (own, child + copies)
}

/// CPU of a process, and of its children that have ended.
fn times(process: &str) -> [Duration; 2] {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_ascii_whitespace().collect();
    let tick = Duration::from_secs(1) / u32::try_from(rustix::param::clock_ticks_per_second()).unwrap();
    // Counted from the state, which is the third field: user and system time are the 14th to 17th.
    [11, 13].map(|at| tick * (fields[at].parse::<u32>().unwrap() + fields[at + 1].parse::<u32>().unwrap()))
}

/// Init segment, a part that begins with a keyframe, and that keyframe's length, of a camera of 1 Mbit/s.
fn camera(width: u32, height: u32) -> (Bytes, Bytes, usize) {
    let source = format!("mandelbrot=size={width}x{height}:rate=25:start_scale=0.4,noise=alls=6:allf=t");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", &source, "-t", "6", "-pix_fmt", "yuv420p"])
        .args(["-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-bf", "0"])
        .args(["-b:v", "1M", "-maxrate", "1M", "-bufsize", "1M"])
        .args(["-g", "50", "-sc_threshold", "0", "-x264-params", "slices=1:aud=0", "-f", "h264", "-"])
        .output()
        .expect("ffmpeg is needed for this measurement");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let units: Vec<&[u8]> = nal_units(&output.stdout).collect();
    let of_kind = |kind: u8| units.iter().copied().filter(move |unit| unit[0] & 0x1f == kind);
    let sets = ParameterSets::of(VideoCodec::H264, of_kind(7).take(1).chain(of_kind(8).take(1))).unwrap();
    let config = sets.config().unwrap();
    // The last keyframe: by then the encoder's rate has settled.
    let keyframe = of_kind(5).next_back().unwrap();
    let data = [&(keyframe.len() as u32).to_be_bytes()[..], keyframe].concat();
    let (init, part) = package(config, &data.into());
    (init, part, keyframe.len())
}

fn nal_units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    openh264::nal_units(stream).map(|unit| {
        let start = unit.iter().position(|&byte| byte == 1).unwrap();
        let nal = &unit[start + 1..];
        nal.strip_suffix(&[0]).unwrap_or(nal)
    })
}
