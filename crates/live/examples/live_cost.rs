//! The cost of a part and of a playlist: `cargo run --release -p ashkar-live --example live_cost`.
//!
//! Prints microseconds per part published (format, list, wake) and per playlist (render, hash), without viewers, and
//! with 1000 and 15,000 waiting for each part; for the last also the time until all of them have their response.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_live::{LiveCamera, Query, WindowOptions};
use ashkar_media::{InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, MediaTime, Moment, UtcMicros};
use bytes::Bytes;
use tokio::task::JoinSet;

const PARTS: u64 = 20_000;
const PARTS_PER_SEGMENT: u64 = 4;
const WAITED_PARTS: u64 = 40;
const PART_TICKS: u32 = 45_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    let Ok(runtime) = runtime else { return };
    let camera = Arc::new(LiveCamera::new("0a1b2c3d", CameraId::new(7, 12, 1), WindowOptions::default()));
    push(&camera, &[Output::Init(Arc::new(init()))]);
    runtime.block_on(alone(&camera));
    for viewers in [1_000, 15_000] {
        runtime.block_on(watched(&camera, viewers));
    }
    println!("memory of the camera: {} kB", camera.snapshot().memory / 1000);
}

async fn alone(camera: &LiveCamera) {
    let (mut publish, mut full, mut delta, mut again) =
        (Duration::ZERO, Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let mut length = 0;
    for number in 0..PARTS {
        let outputs = outputs(number);
        publish += timed(|| push(camera, &outputs));
        if number < 100 {
            continue;
        }
        let start = Instant::now();
        let playlist = camera.playlist(Query::default()).await;
        full += start.elapsed();
        length = playlist.map_or(0, |playlist| playlist.body.len());
        let start = Instant::now();
        let _ = camera.playlist(Query { skip: true, ..Query::default() }).await;
        delta += start.elapsed();
        let start = Instant::now();
        let _ = camera.playlist(Query::default()).await;
        again += start.elapsed();
    }
    let each = |total: Duration| total.as_secs_f64() * 1e6 / PARTS as f64;
    println!("part published, nobody waits:     {:8.2} us", each(publish));
    println!("playlist of {length} bytes, rendered: {:8.2} us", each(full));
    println!("delta update, rendered:           {:8.2} us", each(delta));
    println!("playlist, rendered already:       {:8.2} us", each(again));
}

async fn watched(camera: &Arc<LiveCamera>, viewers: usize) {
    let (mut publish, mut all) = (Duration::ZERO, Duration::ZERO);
    let first = camera
        .snapshot()
        .last_part
        .map_or(0, |(segment, part)| segment * PARTS_PER_SEGMENT + u64::from(part) + 1);
    for number in first..first + WAITED_PARTS {
        let query = Query {
            msn: Some(number / PARTS_PER_SEGMENT),
            part: Some((number % PARTS_PER_SEGMENT) as u32),
            skip: false,
        };
        let mut waiting = JoinSet::new();
        for _ in 0..viewers {
            let camera = Arc::clone(camera);
            waiting
                .spawn(async move { camera.playlist(query).await.map_or(0, |playlist| playlist.body.len()) });
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let outputs = outputs(number);
        let (start, busy) = (Instant::now(), on_cpu());
        push(camera, &outputs);
        publish += on_cpu().saturating_sub(busy);
        while waiting.join_next().await.is_some() {}
        all += start.elapsed();
    }
    let each = |total: Duration| total.as_secs_f64() * 1e6 / WAITED_PARTS as f64;
    println!("part published, {viewers:6} wait:      {:8.2} us", each(publish));
    println!(
        "  until all have their playlist:  {:8.2} us, {:.2} us each",
        each(all),
        each(all) / viewers as f64
    );
}

/// CPU time of this thread so far: with fewer cores than busy threads, elapsed time would also count the viewers' work.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0);
    Duration::from_nanos(nanos)
}

fn timed(act: impl FnOnce()) -> Duration {
    let start = Instant::now();
    act();
    start.elapsed()
}

fn push(camera: &LiveCamera, outputs: &[Output]) {
    if let Err(error) = camera.push_all(outputs) {
        println!("{error}");
    }
}

/// Part `number` in total, and the end of its segment if it is the last one.
fn outputs(number: u64) -> Vec<Output> {
    let (segment, index) = (number / PARTS_PER_SEGMENT, number % PARTS_PER_SEGMENT);
    let start =
        MediaTime::from_utc(UtcMicros(1_707_292_800_000_000)).plus(number as i64 * i64::from(PART_TICKS));
    let arrival = Moment { wall: start.to_utc(), mono_us: 0 };
    let mut outputs = vec![Output::Part(Part {
        segment,
        index: index as u16,
        start,
        duration: PART_TICKS,
        independent: index == 0,
        init: [1; 8],
        discontinuity: number == 0,
        camera_dts: 0,
        first_arrival: arrival,
        last_arrival: arrival,
        samples: 12,
        bytes: Bytes::from_static(&[0; 62_500]),
    })];
    if index + 1 == PARTS_PER_SEGMENT {
        outputs.push(Output::SegmentEnd(SegmentEnd {
            segment,
            start,
            duration: PART_TICKS * PARTS_PER_SEGMENT as u32,
            parts: PARTS_PER_SEGMENT as u16,
            byte_length: 250_000,
            sha256: [0; 32],
            init_sha256: [1; 32],
            last_arrival: arrival,
        }));
    }
    outputs
}

fn init() -> InitSegment {
    InitSegment {
        sha256: [1; 32],
        bytes: Bytes::from_static(b"init"),
        codecs: "avc1.64001f".to_owned(),
        width: 1280,
        height: 720,
    }
}
