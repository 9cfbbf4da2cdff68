//! The cost of the country's day: `cargo run --release -p ashkar-centre --example day_cost -- DIR`.
//!
//! Makes in DIR, which must be empty, the sample's 1000 cameras with 16.5 hours behind them: most with three to six
//! gaps, every tenth with 60 to 76 and every fiftieth with 500 to 516, and an eighth of these cameras late. Prints
//! milliseconds of CPU for a picture of the country and of a constituency, and for the history. `ashkar serve --data
//! DIR` then serves the same day.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ashkar_archive::Archive;
use ashkar_centre::{Centre, Options};
use ashkar_election::{Actor, SqliteStore, Store, sample_election_on_air, sample_import};
use ashkar_ingest::rtmp::RtmpOptions;
use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, Clock, MediaTime, Moment, SystemClock, UtcMicros};
use bytes::Bytes;

const HOURS: u32 = 16;
const DAY_US: i64 = 16 * 3_600_000_000 + 1_800_000_000;
/// A part that arrives this long after it happened is late, microseconds.
const LATE_US: i64 = 60_000_000;
const ROUNDS: u32 = 50;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("DIR is missing")?;
    let directory = Path::new(&directory);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let store = SqliteStore::open(directory).await?;
    let cameras = installed(&store, clock.now().wall).await?;
    let archive =
        Archive::open(&directory.join("archive"), ashkar_archive::Options::default(), clock.clone())?;
    for (number, camera) in cameras.iter().enumerate() {
        let gaps = if number % 50 == 0 {
            500
        } else if number % 10 == 0 {
            60
        } else {
            3
        };
        record(&archive, *camera, clock.now(), gaps)?;
        archive.flush()?;
    }
    archive.close()?;
    drop(archive);

    let centre = Centre::start(options(directory)?, Arc::new(store), clock).await?;
    let first = cameras.first().map(|camera| camera.constituency);
    let day = centre.day(None);
    println!("{} cameras, {:?}, {} cells a row", cameras.len(), day.minutes, day.grid.cells());
    println!("picture of the country:      {:7.2} ms", mean(|| drop(centre.day(None))));
    println!("picture of a constituency:   {:7.2} ms", mean(|| drop(centre.day(first))));
    println!("completeness of all:         {:7.2} ms", mean(|| drop(centre.completeness(None))));
    println!("history of all stations:     {:7.2} ms", mean(|| drop(centre.history(None))));
    centre.stop().await;
    Ok(())
}

/// The sample's cameras, with keys, so that they owe a picture.
async fn installed(store: &SqliteStore, now: UtcMicros) -> Result<Vec<CameraId>, Box<dyn Error>> {
    let by = Actor::new("bench", now);
    store.put_election(&sample_election_on_air(now.plus(-1_800_000_000), HOURS), &by).await?;
    let (_, list) = store.list().await?;
    store.apply_import(&sample_import(&list)?, "sample", &by).await?;
    store.publish_as_owner(1, None, &by).await?;
    let cameras: Vec<CameraId> = store.cameras().await?.iter().map(|camera| camera.id).collect();
    store.replace_keys(&cameras, &by).await?;
    store.approve_all_as_owner(&cameras, &by).await?;
    Ok(cameras)
}

/// The day of camera `number` up to `now`: one part for each stretch without a gap, however long.
fn record(archive: &Archive, camera: CameraId, now: Moment, number: i64) -> Result<(), Box<dyn Error>> {
    let is_bad = number % 10 == 0;
    let gaps = match number {
        _ if number % 50 == 0 => 500 + number % 17,
        _ if is_bad => 60 + number % 17,
        _ => 3 + number % 4,
    };
    let gap_us = (10 + number % 49) * 1_000_000;
    let stretch_us = DAY_US / (gaps + 1);
    let mut segment = archive.first_segment();
    archive.append(camera, &Output::Init(Arc::new(init())))?;
    for stretch in 0..=gaps {
        let from = now.wall.plus(stretch * stretch_us - DAY_US);
        let to = from.plus(stretch_us - gap_us);
        let delay = if is_bad && stretch % 8 == 1 { LATE_US } else { 0 };
        let arrival = Moment { wall: to.plus(delay), ..now };
        let (start, end) = (MediaTime::from_utc(from), MediaTime::from_utc(to));
        archive.append(camera, &Output::Part(part(segment, start, end, arrival)))?;
        archive.append(camera, &Output::SegmentEnd(segment_end(segment, start, end, arrival)))?;
        segment += 1;
        let again = (stretch < gaps).then(|| MediaTime::from_utc(to.plus(gap_us)));
        archive.append(camera, &Output::Gap(gap(end, None, segment)))?;
        if again.is_some() {
            archive.append(camera, &Output::Gap(gap(end, again, segment)))?;
        }
    }
    Ok(())
}

fn init() -> InitSegment {
    let (codecs, bytes) = ("avc1.64001f".to_owned(), Bytes::from_static(&[0; 64]));
    InitSegment { sha256: [0; 32], bytes, codecs, width: 1280, height: 720 }
}

fn part(segment: u64, start: MediaTime, end: MediaTime, arrival: Moment) -> Part {
    Part {
        segment,
        index: 0,
        start,
        duration: u32::try_from(end.since(start)).unwrap_or(u32::MAX),
        independent: true,
        init: [0; 8],
        discontinuity: true,
        camera_dts: 0,
        first_arrival: arrival,
        last_arrival: arrival,
        samples: 1,
        bytes: Bytes::from_static(&[0; 64]),
    }
}

fn segment_end(segment: u64, start: MediaTime, end: MediaTime, arrival: Moment) -> SegmentEnd {
    SegmentEnd {
        segment,
        start,
        duration: u32::try_from(end.since(start)).unwrap_or(u32::MAX),
        parts: 1,
        byte_length: 64,
        sha256: [0; 32],
        init_sha256: [0; 32],
        last_arrival: arrival,
    }
}

fn gap(from: MediaTime, to: Option<MediaTime>, next_segment: u64) -> Gap {
    Gap { from, to, cause: Cause::Uplink, next_segment }
}

fn options(directory: &Path) -> Result<Options, Box<dyn Error>> {
    Ok(Options {
        archive: directory.join("archive"),
        archive_options: ashkar_archive::Options::default(),
        rtmp: "127.0.0.1:0".parse()?,
        rtmp_options: RtmpOptions::default(),
        still_program: "/bin/false".into(),
        still_worker: String::new(),
        still_workers: 1,
    })
}

/// Milliseconds of CPU, averaged over some rounds.
fn mean(mut work: impl FnMut()) -> f64 {
    let start = on_cpu();
    (0..ROUNDS).for_each(|_| work());
    on_cpu().saturating_sub(start).as_secs_f64() * 1e3 / f64::from(ROUNDS)
}

/// CPU time of this thread, without the time in which others used its core.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}
