//! `ashkar simulate`.

mod agents;
pub(crate) mod fleet;

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use ashkar_election::{NewCamera, SqliteStore, Store, StreamKey, sample_election, sample_import};
use ashkar_synthetic::{LoopOptions, Loops};
use ashkar_terms::CameraId;
use jiff::tz::TimeZone;

use crate::cli::{Simulate, SimulateCameras};
use crate::{output, serve, store, viewers};

/// How often figures are printed.
const REPORT: Duration = Duration::from_secs(5);

pub(crate) async fn run(command: Simulate) -> anyhow::Result<()> {
    match command {
        Simulate::Cameras(options) => cameras(options).await,
        Simulate::Viewers(options) => viewers::run(options).await,
        Simulate::Agents(options) => agents::run(options).await,
    }
}

async fn cameras(options: SimulateCameras) -> anyhow::Result<()> {
    let store = store::open_or_make(&options.data.data).await?;
    ensure_sample(&store).await?;
    let listed: Vec<CameraId> = store.snapshot().await?.cameras.iter().map(|camera| camera.id).collect();
    let wanted: Vec<CameraId> = listed.iter().copied().skip(options.skip).take(options.count).collect();
    anyhow::ensure!(
        wanted.len() == options.count,
        "the list has {} cameras, fewer than {}",
        listed.len(),
        options.skip.saturating_add(options.count)
    );
    let keys = new_keys(&store, &wanted).await?;
    let zone = zone_of(&store).await?;
    let loop_options = loops_of(zone, options.bitrate, &options.data.data);
    output::note("drawing and encoding the polling stations …");
    let loops = tokio::task::spawn_blocking(move || Loops::new(loop_options)).await??;
    let background = loops.clone();
    let rooms = tokio::task::spawn_blocking(move || background.prepare_all());
    let load = loops.publish(options.rtmp, keys.iter().map(|key| (key.camera(), key.reveal())))?;
    let end = async {
        if options.seconds == 0 {
            std::future::pending::<()>().await;
        } else {
            tokio::time::sleep(Duration::from_secs(options.seconds)).await;
        }
    };
    tokio::pin!(end);
    let mut reports = tokio::time::interval(REPORT);
    loop {
        tokio::select! {
            _ = reports.tick() => {
                let stats = load.stats();
                output::note(format_args!("{} of {} cameras publish; {} pictures, {} MB sent, {} pictures left out, {} connections lost",
                    stats.publishing, wanted.len(), stats.frames, stats.bytes / 1_000_000, stats.behind, stats.lost));
            }
            () = &mut end => break,
            signal = serve::until_signal_or_hangup() => { signal?; break }
        }
    }
    let stats = tokio::task::spawn_blocking(move || load.stop()).await?;
    output::line(
        serde_json::json!({ "frames": stats.frames, "bytes": stats.bytes, "left_out": stats.behind, "lost": stats.lost }),
    )?;
    rooms.await.context("drawing failed")??;
    Ok(())
}

/// Pictures of `bitrate` bits a second, or as they need if it is 0.
fn loops_of(zone: TimeZone, bitrate: u32, data: &Path) -> LoopOptions {
    let bitrate = (bitrate > 0).then_some(bitrate);
    LoopOptions { zone, bitrate, cache: Some(loop_cache(data)), ..LoopOptions::default() }
}

/// Where drawn and encoded rooms are kept between runs.
pub(crate) fn loop_cache(data: &Path) -> std::path::PathBuf {
    data.join("loops")
}

/// Creates the sample election and its list if there is none yet.
async fn ensure_sample(store: &SqliteStore) -> anyhow::Result<()> {
    if store.list().await?.0.is_some() {
        return Ok(());
    }
    if store.election().await?.is_none() {
        let (today, _) = ashkar_election::Zone::baku().local(store::now());
        store.put_election(&sample_election(today), &store::actor()).await?;
    }
    import_sample(store).await
}

/// Makes the synthetic list the newest version.
async fn import_sample(store: &SqliteStore) -> anyhow::Result<()> {
    let (_, current) = store.list().await?;
    let plan = sample_import(&current).map_err(|errors| anyhow::anyhow!("{errors}"))?;
    store.apply_import(&plan, "stations-synthetic.csv", &store::actor()).await?;
    crate::stations::publish_newest(store).await?;
    Ok(())
}

/// Creates new keys for `cameras`, whether they had one or not, and makes them public.
pub(crate) async fn new_keys(store: &SqliteStore, cameras: &[CameraId]) -> anyhow::Result<Vec<StreamKey>> {
    let known = store.cameras().await?;
    let (with_key, without): (Vec<CameraId>, Vec<CameraId>) =
        cameras.iter().partition(|id| known.iter().any(|camera| camera.id == **id && camera.key.is_some()));
    let mut keys = store.replace_keys(&with_key, &store::actor()).await?;
    for id in without {
        keys.push(
            store
                .add_camera(
                    &NewCamera { id, pull: None, unlisted: false, sub_of: None, approved: true },
                    &store::actor(),
                )
                .await?,
        );
    }
    store.approve_all_as_owner(&with_key, &store::actor()).await?;
    Ok(keys)
}

/// The zone of the current election: the clocks in the pictures show it.
pub(crate) async fn zone_of(store: &SqliteStore) -> anyhow::Result<TimeZone> {
    Ok(jiff::tz::TimeZoneDatabase::bundled().get(&zone_name(store).await?)?)
}

async fn zone_name(store: &SqliteStore) -> anyhow::Result<String> {
    let election = store.election().await?.context("there is no election")?;
    Ok(election.time_zone.name().to_owned())
}
