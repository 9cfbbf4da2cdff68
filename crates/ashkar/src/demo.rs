//! `ashkar demo`: everything on embedded defaults, with some hours of history.

mod agents;
mod commission;
mod desk;
mod disk;
mod history;
mod light;
mod programme;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use ashkar_election::{NewCamera, SqliteStore, StationId, Store, StreamKey, sample_election_on_air};
use ashkar_site::http::client::Proxies;
use ashkar_synthetic::{DayHours, FrameRate, LoopOptions, Loops};
use ashkar_terms::{CameraId, Span, UtcMicros};

use crate::cli::{Data, Demo, Serve};
use crate::{output, serve, simulate, store};
use commission::Commission;
use history::History;

/// Cameras that have a sub-stream.
const WITH_SUB_STREAM: usize = 3;
/// Cameras whose view for the count waits for a second person.
const PROPOSED: usize = 3;
/// Stations that have come as far as possible after the close.
const WITH_ACTS: usize = 2;

/// Marks a directory as one that the demo may delete.
const MARKER: &str = "THIS-IS-A-DEMO";

pub(crate) async fn run(options: Demo) -> anyhow::Result<()> {
    let started = Instant::now();
    output::tell("Aşkar: a demo with made-up stations. Preparing …");
    let loop_cache = keep_loops(&options.data)?;
    fresh_directory(&options.data)?;
    let now = store::now();
    let registry = store::open_or_make(&options.data).await?;
    registry.put_election(&sample_election_on_air(now, u32::from(options.hours)), &store::actor()).await?;
    let Cast { on_air, keys, with_agents, lighter, own, own_key } =
        Cast::call(&registry, usize::from(options.stations), now).await?;
    let logins = desk::make(&registry, &options.data).await?;
    programme::HalfWay { store: &registry, now, on_air: &on_air }.make().await?;
    let zone = simulate::zone_of(&registry).await?;
    say(started, "the list is imported; drawing and encoding the rooms");

    let hours = day_hours(&registry).await?;
    let loop_options =
        LoopOptions { rate: FrameRate::DEMO, zone, hours, cache: Some(loop_cache), ..LoopOptions::default() };
    let from = registry.election().await?.context("the election was just made")?.on_air_at();
    let cameras = on_air.clone();
    let drawn_with = loop_options.clone();
    let loops = tokio::task::spawn_blocking(move || draw(drawn_with, &cameras, from)).await??;
    say(started, "the rooms are drawn; recording the hours behind");
    let serve_options = serve_options(&options);
    let history = History {
        archive: store::archive_of(&options.data),
        archive_options: serve::archive_options(&serve_options)?,
        loops: loops.clone(),
        cameras: on_air.clone(),
        from,
    };
    make(history, started).await?;

    let running = serve::start(&serve_options).await?;
    let load = loops.publish(running.rtmp, keys.iter().map(|key| (key.camera(), key.reveal())))?;
    let door = running.agents.context("the demo's centre has a door for agents")?;
    let fleet = agents::start(&registry, &options.data, door, &with_agents, loops.clone()).await?;
    let rtmp = running.rtmp;
    let more = tokio::task::spawn_blocking(move || {
        let light = loops
            .prepare_all()
            .map_err(Into::into)
            .and_then(|()| light::publish(loop_options, &lighter, rtmp));
        light.inspect_err(
            |error| tracing::warn!(cause = %error, blame = "centre", "some rooms or the sub-streams cannot be drawn"),
        )
    });
    let told = agents::told(running.http, &with_agents) + "  " + &logins.told(running.http);
    let waiting = on_air.iter().copied().skip(on_air.len() / 2).take(PROPOSED).collect::<Vec<_>>();
    let centre = Arc::clone(&running.centre);
    let proposing = tokio::spawn(async move { desk::propose(&registry, &centre, &waiting).await });
    announce(&running, started, options.stations, &told, own, &own_key);
    serve::until_signal_or_hangup().await?;
    output::tell("\nStopping …");
    proposing.abort();
    fleet.stop().await;
    tokio::task::spawn_blocking(move || load.stop()).await?;
    if more.is_finished()
        && let Ok(light) = more.await?
    {
        tokio::task::spawn_blocking(move || light.stop()).await?;
    }
    running.stop().await;
    Ok(())
}

/// The cameras of the demo.
struct Cast {
    on_air: Vec<CameraId>,
    /// Of those that publish.
    keys: Vec<StreamKey>,
    /// Those that come through an agent.
    with_agents: Vec<CameraId>,
    /// The sub-streams; each plays the pictures of its camera.
    lighter: Vec<light::LightKey>,
    /// The visitor's own camera, and its stream key.
    own: CameraId,
    own_key: String,
}

impl Cast {
    /// Publishes the list, applies what the commission has done by `now`, and creates keys for the cameras of `count`
    /// stations.
    async fn call(store: &SqliteStore, count: usize, now: UtcMicros) -> anyhow::Result<Self> {
        let commission = Commission { store, now };
        commission.publish_list().await?;
        let (mut on_air, own) = chosen_cameras(store, count).await?;
        let stations: Vec<StationId> = on_air.iter().copied().map(StationId::from).collect();
        let with_two = *stations.first().context("no station is on air")?;
        commission.revise_list(with_two).await?;
        on_air.push(with_two.camera(2));
        commission.announce_turnout(&on_air).await?;
        commission.mark_acts(stations.get(..WITH_ACTS).unwrap_or(&stations)).await?;
        let with_agents = on_air.get(count - agents::of(count)..count).unwrap_or_default().to_vec();
        let publish: Vec<CameraId> =
            on_air.iter().copied().filter(|camera| !with_agents.contains(camera)).collect();
        let keys = simulate::new_keys(store, &publish).await?;
        let lighter = light::add(store, on_air.get(..WITH_SUB_STREAM).unwrap_or(&on_air)).await?;
        let visitor = NewCamera { id: own, pull: None, sub_of: None, unlisted: false, approved: true };
        let own_key = store.add_camera(&visitor, &store::actor()).await?.reveal();
        Ok(Self { on_air, keys, with_agents, lighter, own, own_key })
    }
}

/// The demo creates its directory anew, but never deletes one that it did not create.
fn fresh_directory(data: &Path) -> anyhow::Result<()> {
    let marker = data.join(MARKER);
    if data.exists() {
        if !marker.exists() && std::fs::read_dir(data)?.next().is_some() {
            bail!("{} is not a demo's directory; name another one with --data", data.display());
        }
        for entry in std::fs::read_dir(data)? {
            let path = entry?.path();
            if path.file_name() == Some("loops".as_ref()) {
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

fn keep_loops(data: &Path) -> anyhow::Result<std::path::PathBuf> {
    Ok(std::path::absolute(simulate::loop_cache(data))?)
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

/// Draws the rooms as `cameras` show them from `from` until now.
fn draw(options: LoopOptions, cameras: &[CameraId], from: UtcMicros) -> anyhow::Result<Loops> {
    let loops = Loops::new(options)?;
    if let Some(behind) = Span::new(from, store::now()) {
        cameras.iter().try_for_each(|&camera| loops.prepare_for(camera, behind))?;
    }
    Ok(loops)
}

/// Records `history`, and shows the progress.
async fn make(history: History, started: Instant) -> anyhow::Result<()> {
    let progress = Arc::new(AtomicU8::new(0));
    let shown = Arc::clone(&progress);
    let mut work = tokio::task::spawn_blocking(move || history.record(&progress));
    loop {
        tokio::select! {
            done = &mut work => return done?,
            () = tokio::time::sleep(Duration::from_secs(2)) => {
                say(started, &format!("{} % of the hours behind are recorded", shown.load(Ordering::Relaxed)));
            }
        }
    }
}

fn serve_options(options: &Demo) -> Serve {
    Serve {
        data: Data { data: options.data.clone() },
        listen: options.listen,
        rtmp: options.rtmp,
        desk_listen: None,
        desk_url: None,
        agent_url: None,
        desk_phones: None,
        agent_listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        metrics_listen: None,
        public_url: None,
        tls_certificate: None,
        tls_key: None,
        max_connections: 4096,
        max_connections_per_client: 256,
        trusted_proxies: Proxies::default(),
        journal_bytes: 64 << 20,
        disk_reserve_bytes: 256 << 20,
        still_workers: 1,
    }
}

fn announce(
    running: &serve::Running,
    started: Instant,
    stations: u16,
    agents: &str,
    own: CameraId,
    key: &str,
) {
    let (http, rtmp) = (running.http, running.rtmp);
    output::tell(format_args!(
        "\n{stations} polling stations are on air after {:.1} s.\n\n  \
         Open           http://{http}/\n\n  \
         {agents}  \
         Your own camera as station {}/{}, in one line:\n  \
         ffmpeg -re -f lavfi -i testsrc=size=1280x720:rate=25 -c:v libx264 -preset veryfast -tune zerolatency -g 50 -pix_fmt yuv420p -f flv rtmp://{rtmp}/ingest/{key}\n  \
         and watch it at http://{http}/stations/{}/{}\n\n\
         Ctrl+C ends it.",
        started.elapsed().as_secs_f64(),
        own.constituency,
        own.station,
        own.constituency,
        own.station
    ));
}

fn say(started: Instant, what: &str) {
    output::tell(format_args!("  {:>4.1} s  {what}", started.elapsed().as_secs_f64()));
}
