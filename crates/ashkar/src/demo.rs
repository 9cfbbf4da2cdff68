//! `ashkar demo`: everything on embedded defaults, with some hours already behind it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ashkar_archive::Archive;
use ashkar_election::{NewCamera, SqliteStore, Store, sample_election_on_air};
use ashkar_media::{Options as MediaOptions, Output, Packager, Resume};
use ashkar_sim::{DayHours, FrameRate, Reel, ReelOptions, SimOptions, Simulator};
use ashkar_terms::{CameraId, Cause, Clock, Moment, Span, SystemClock, UtcMicros};

use crate::cli::{Data, Demo, Serve};
use crate::{serve, simulate, store};

/// Marks a directory as one that the demo may delete.
const MARKER: &str = "THIS-IS-A-DEMO";
/// Archive bytes in memory at which history waits for the disk.
const HISTORY_QUEUE_BYTES: u64 = 128 << 20;
/// Threads that make history.
const HISTORY_THREADS: usize = 2;
const MINUTE_US: i64 = 60_000_000;

pub(crate) async fn run(options: Demo) -> anyhow::Result<()> {
    let started = Instant::now();
    println!("Aşkar: a demo with made-up stations. Preparing …");
    let reel_cache = keep_reel(&options.data)?;
    fresh_directory(&options.data)?;
    let now = store::now();
    let registry = store::open(&options.data).await?;
    registry.put_election(&sample_election_on_air(now, u32::from(options.hours)), &store::actor()).await?;
    simulate::import_sample(&registry).await?;
    let (on_air, thirteenth) = chosen_cameras(&registry, usize::from(options.stations)).await?;
    let publishers = simulate::publishers(&registry, &on_air).await?;
    let key = registry
        .add_camera(&NewCamera { id: thirteenth, pull: None, unlisted: false }, &store::actor())
        .await?;
    let zone = simulate::zone_of(&registry).await?;
    say(started, "the list is imported; drawing and encoding the rooms");

    let hours = day_hours(&registry).await?;
    let reel = make_reel(ReelOptions {
        rate: FrameRate::HALF,
        zone,
        hours,
        cache: Some(reel_cache),
        ..ReelOptions::default()
    })
    .await?;
    say(started, "the rooms are drawn; recording the hours behind");
    let election = registry.election().await?.context("the election was just made")?;
    make_history(&options.data, &reel, &on_air, election.on_air_at(), started).await?;

    let running = serve::start(&serve_options(&options)).await?;
    let simulator = Simulator::start(
        &reel,
        SimOptions { target: running.rtmp, application: "ingest".to_owned(), publishers },
    )?;
    let more = reel.clone();
    let rooms = tokio::task::spawn_blocking(move || more.prepare_all());
    announce(&running, started, on_air.len(), thirteenth, &key.reveal());
    serve::until_signal().await?;
    println!("\nStopping …");
    tokio::task::spawn_blocking(move || simulator.stop()).await?;
    running.stop().await;
    drop(rooms);
    Ok(())
}

/// The demo makes its directory anew, but never one that it did not make.
fn fresh_directory(data: &Path) -> anyhow::Result<()> {
    let marker = data.join(MARKER);
    if data.exists() {
        if !marker.exists() && std::fs::read_dir(data)?.next().is_some() {
            bail!("{} is not a demo's directory; name another one with --data", data.display());
        }
        for entry in std::fs::read_dir(data)? {
            let path = entry?.path();
            if path.file_name() == Some("reel".as_ref()) {
                continue;
            }
            if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) }
                .with_context(|| {
                    format!("{}: cannot be removed; is another demo running?", path.display())
                })?;
        }
    }
    std::fs::create_dir_all(data).with_context(|| format!("{}: cannot be made", data.display()))?;
    std::fs::write(&marker, "This directory is made anew by each `ashkar demo`.\n")?;
    Ok(())
}

fn keep_reel(data: &Path) -> anyhow::Result<std::path::PathBuf> {
    Ok(std::path::absolute(simulate::reel_cache(data))?)
}

/// Stations spread over the country, and one more for the visitor's own camera.
async fn chosen_cameras(store: &SqliteStore, count: usize) -> anyhow::Result<(Vec<CameraId>, CameraId)> {
    let cameras = store.cameras().await?;
    let step = (cameras.len() / (count + 1)).max(1);
    let mut spread: Vec<CameraId> =
        cameras.iter().step_by(step).map(|camera| camera.id).take(count + 1).collect();
    anyhow::ensure!(spread.len() == count + 1, "the list has too few stations");
    let own = spread.pop().context("the list is empty")?;
    Ok((spread, own))
}

async fn day_hours(store: &SqliteStore) -> anyhow::Result<DayHours> {
    let election = store.election().await?.context("the election was just made")?;
    let time = |minute: ashkar_election::Minute| {
        let minute = minute.0 % (24 * 60);
        jiff::civil::Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0)
    };
    Ok(DayHours { on_air: time(election.plan.on_air)?, closes: time(election.plan.voting_to)? })
}

async fn make_reel(options: ReelOptions) -> anyhow::Result<Reel> {
    Ok(tokio::task::spawn_blocking(move || Reel::new(options)).await??)
}

fn serve_options(options: &Demo) -> Serve {
    Serve {
        data: Data { data: options.data.clone() },
        listen: options.listen,
        rtmp: options.rtmp,
        metrics_listen: None,
        tls_certificate: None,
        tls_key: None,
        max_connections: 4096,
        max_connections_per_client: 256,
        journal_bytes: 64 << 20,
        disk_reserve_bytes: 256 << 20,
        still_workers: 1,
    }
}

/// Records what the cameras would have sent since `from`, each with the interruptions that a real day has.
async fn make_history(
    data: &Path,
    reel: &Reel,
    cameras: &[CameraId],
    from: UtcMicros,
    started: Instant,
) -> anyhow::Result<()> {
    let dir = store::archive_of(data);
    let (reel, cameras) = (reel.clone(), cameras.to_vec());
    let progress = Arc::new(AtomicU64::new(0));
    let total =
        u64::try_from(store::now().since(from) / MINUTE_US).unwrap_or(1).max(1) * cameras.len() as u64;
    let shown = Arc::clone(&progress);
    let mut work = tokio::task::spawn_blocking(move || record_days(&dir, &reel, &cameras, from, &progress));
    loop {
        tokio::select! {
            done = &mut work => return done?,
            () = tokio::time::sleep(Duration::from_secs(2)) => {
                say(started, &format!("{} % of the hours behind are recorded", shown.load(Ordering::Relaxed) * 100 / total));
            }
        }
    }
}

/// All days, on all cores. What passed meanwhile is recorded in a second, short round.
fn record_days(
    dir: &Path,
    reel: &Reel,
    cameras: &[CameraId],
    from: UtcMicros,
    progress: &AtomicU64,
) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let options = ashkar_archive::Options {
        journal_bytes: 64 << 20,
        reserve_bytes: 256 << 20,
        ..ashkar_archive::Options::default()
    };
    let archive = Archive::open(dir, options, clock)?;
    let until = store::now();
    let mut days: Vec<Day<'_>> = cameras
        .iter()
        .enumerate()
        .map(|(index, &camera)| Day::new(&archive, reel, camera, from, spans(index, from, until), progress))
        .collect();
    for round in 0..2 {
        let per_hand = days.len().div_ceil(HISTORY_THREADS).max(1);
        let failed = std::thread::scope(|scope| {
            let hands: Vec<_> = days
                .chunks_mut(per_hand)
                .map(|mine| {
                    scope.spawn(move || {
                        mine.iter_mut()
                            .try_for_each(|day| if round == 0 { day.record() } else { day.catch_up() })
                    })
                })
                .collect();
            hands
                .into_iter()
                .find_map(|hand| hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).err())
        });
        failed.map_or(Ok(()), Err)?;
    }
    archive.close().context("the history cannot be made durable")
}

/// The hours behind of one camera, through the same packager that live pictures take.
struct Day<'a> {
    archive: &'a Archive,
    reel: &'a Reel,
    camera: CameraId,
    from: UtcMicros,
    spans: Vec<(Span, Option<Cause>)>,
    packager: Packager,
    out: Vec<Output>,
    reached: UtcMicros,
    progress: &'a AtomicU64,
}

impl<'a> Day<'a> {
    fn new(
        archive: &'a Archive,
        reel: &'a Reel,
        camera: CameraId,
        from: UtcMicros,
        spans: Vec<(Span, Option<Cause>)>,
        progress: &'a AtomicU64,
    ) -> Self {
        let packager = Packager::new(camera, Resume::default(), MediaOptions::default());
        Self { archive, reel, camera, from, spans, packager, out: Vec::new(), reached: from, progress }
    }

    fn record(&mut self) -> anyhow::Result<()> {
        for (span, ended_by) in std::mem::take(&mut self.spans) {
            let at = self.moment(span.from);
            self.packager.connected("demo".to_owned(), at, &mut self.out);
            self.packager.video_config(self.reel.config(), at, &mut self.out);
            self.play(span)?;
            if let Some(cause) = ended_by {
                self.packager.disconnected(
                    cause,
                    "demo".to_owned(),
                    self.moment(self.reached),
                    &mut self.out,
                );
                deliver(self.archive, self.camera, &mut self.out)?;
            }
        }
        Ok(())
    }

    /// What passed since `record` began.
    fn catch_up(&mut self) -> anyhow::Result<()> {
        if let Some(rest) = Span::new(self.reached.plus(1), store::now()) {
            self.play(rest)?;
        }
        self.packager.flush(self.moment(self.reached), &mut self.out);
        deliver(self.archive, self.camera, &mut self.out)
    }

    fn play(&mut self, span: Span) -> anyhow::Result<()> {
        self.reel.prepare_for(self.camera, span)?;
        for unit in self.reel.history(self.camera, span, self.moment(span.from).mono_us) {
            if unit.arrival.wall.0 / MINUTE_US != self.reached.0 / MINUTE_US {
                self.progress.fetch_add(1, Ordering::Relaxed);
            }
            self.reached = unit.arrival.wall;
            self.packager.video(unit, &mut self.out);
            deliver(self.archive, self.camera, &mut self.out)?;
        }
        Ok(())
    }

    fn moment(&self, wall: UtcMicros) -> Moment {
        Moment { wall, mono_us: u64::try_from(wall.since(self.from.plus(-MINUTE_US))).unwrap_or(0) }
    }
}

fn deliver(archive: &Archive, camera: CameraId, out: &mut Vec<Output>) -> anyhow::Result<()> {
    if out.is_empty() {
        return Ok(());
    }
    while archive.status().queue_bytes > HISTORY_QUEUE_BYTES {
        std::thread::sleep(Duration::from_millis(5));
    }
    for output in out.drain(..) {
        archive.append(camera, &output).with_context(|| format!("history of {camera}"))?;
    }
    Ok(())
}

/// When camera number `index` was on air, and why it stopped each time. Some days have no interruption.
fn spans(index: usize, from: UtcMicros, now: UtcMicros) -> Vec<(Span, Option<Cause>)> {
    let minutes = now.since(from) / MINUTE_US;
    let at = |part: i64| from.plus(minutes * part / 100 * MINUTE_US);
    // Begin of each interruption in percent of the day so far, its length in minutes, its cause.
    let interruptions: &[(i64, i64, Cause)] = match index % 6 {
        1 => &[(35, 6, Cause::Uplink)],
        2 => &[(12, 2, Cause::Source), (70, 9, Cause::Power)],
        4 => &[(55, 1, Cause::Uplink), (58, 1, Cause::Uplink), (61, 3, Cause::Uplink)],
        5 => &[(80, 14, Cause::Power)],
        _ => &[],
    };
    let mut spans = Vec::new();
    // Cameras are switched on a little early; that of one station came on air some minutes after the others.
    let mut start = if index % 6 == 3 { from.plus(4 * MINUTE_US) } else { from.plus(-MINUTE_US) };
    for (part, length, cause) in interruptions {
        spans.extend(Span::new(start, at(*part)).map(|span| (span, Some(*cause))));
        start = at(*part).plus(length * MINUTE_US);
    }
    spans.extend(Span::new(start, now).map(|span| (span, None)));
    spans
}

fn announce(running: &serve::Running, started: Instant, stations: usize, own: CameraId, key: &str) {
    let (http, rtmp) = (running.http, running.rtmp);
    println!(
        "\n{stations} polling stations are on air after {:.1} s.\n\n  \
         Open           http://{http}/\n\n  \
         Your own camera as station {}/{}, in one line:\n  \
         ffmpeg -re -f lavfi -i testsrc=size=1280x720:rate=25 -c:v libx264 -preset veryfast -tune zerolatency -g 50 -pix_fmt yuv420p -f flv rtmp://{rtmp}/ingest/{key}\n  \
         and watch it at http://{http}/stations/{}/{}\n\n\
         Ctrl+C ends it.",
        started.elapsed().as_secs_f64(),
        own.constituency,
        own.station,
        own.constituency,
        own.station
    );
}

fn say(started: Instant, what: &str) {
    println!("  {:>4.1} s  {what}", started.elapsed().as_secs_f64());
}
