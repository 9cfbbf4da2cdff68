//! Start and stop of a centre, and its two recurring tasks.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use ashkar_archive::{Archive, OpenError};
use ashkar_duty::Duty;
use ashkar_election::{Store, StoreError};
use ashkar_ingest::rtmp::{RtmpOptions, RtmpServer};
use ashkar_live::{LiveCamera, WindowOptions};
use ashkar_stills::Pool;
use ashkar_terms::{CameraId, Clock, ClockState};
use parking_lot::{Mutex, RwLock};
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::agents::Agents;
use crate::dvr::SegmentPieces;
use crate::media::MediaReader;
use crate::pulls::Pulls;
use crate::registry::Registry;
use crate::stills::{LatestStills, MomentStills};
use crate::views::ApprovedStills;
use crate::{Camera, Centre};

/// Threads that restore cameras' newest minute at the start. Each waits for the disk by itself.
const RESTORERS: usize = 8;
/// How often silences are checked for.
const TICK: Duration = Duration::from_secs(1);
/// How often the store is checked for changes by other processes.
const POLL: Duration = Duration::from_secs(1);

/// How long a start waits for the ends of segments that a crash interrupted; a thousand take half a second. A slow disk
/// does not delay live: a start is to be ready within three seconds.
const INTERRUPTED_WITHIN: Duration = Duration::from_secs(1);

/// Configuration of a centre.
#[derive(Debug, Clone)]
pub struct Options {
    /// Directory of the archive.
    pub archive: PathBuf,
    /// Settings of the archive.
    pub archive_options: ashkar_archive::Options,
    /// Address for RTMP publishers.
    pub rtmp: SocketAddr,
    /// Settings of the RTMP port.
    pub rtmp_options: RtmpOptions,
    /// The program that decodes stills when its first argument is `still_worker`.
    pub still_program: PathBuf,
    /// That argument.
    pub still_worker: String,
    /// Number of these processes.
    pub still_workers: usize,
}

/// Why a centre does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The archive cannot be opened.
    #[error("the archive cannot be opened: {0}")]
    Archive(#[from] OpenError),
    /// The store cannot be read.
    #[error("the store cannot be read: {0}")]
    Store(#[from] StoreError),
    /// The RTMP port cannot be opened.
    #[error("the RTMP address {address} cannot be opened: {error}")]
    Rtmp {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        error: std::io::Error,
    },
}

impl Centre {
    /// Opens the archive, resumes every camera where it ended, and accepts publishers.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(
        options: Options,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, StartError> {
        let (path, settings, archive_clock) =
            (options.archive.clone(), options.archive_options, Arc::clone(&clock));
        let opened = tokio::task::spawn_blocking(move || open_archive(&path, settings, archive_clock)).await;
        let archive = opened.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        let registry = Registry::read(&*store, clock.now().wall).await?;
        let now = clock.now().wall;
        let centre = Arc::new(Self {
            clock,
            archive,
            store,
            registry: ArcSwap::from_pointee(registry),
            cameras: RwLock::default(),
            media: MediaReader::default(),
            dvr: SegmentPieces::default(),
            stills: Pool::new(options.still_program, options.still_worker, options.still_workers),
            latest_stills: LatestStills::default(),
            moment_stills: MomentStills::default(),
            approved_stills: ApprovedStills::default(),
            rtmp: Mutex::new(None),
            pulls: Pulls::default(),
            agents: Agents::new(now),
            reading: tokio::sync::Mutex::default(),
            following: tokio::sync::Mutex::default(),
            stopping: watch::Sender::new(false),
            tasks: Mutex::default(),
        });
        let taking_up = Instant::now();
        centre.follow_registry().await;
        let cameras = centre.cameras.read().len();
        tracing::info!(cameras, took_ms = milliseconds(taking_up), "cameras are taken up");
        centre.open_rtmp(options.rtmp, options.rtmp_options)?;
        let tasks = [
            tokio::spawn(Arc::clone(&centre).tick_cameras()),
            tokio::spawn(Arc::clone(&centre).poll_store()),
        ];
        centre.tasks.lock().extend(tasks);
        Ok(centre)
    }

    fn open_rtmp(self: &Arc<Self>, address: SocketAddr, options: RtmpOptions) -> Result<(), StartError> {
        let gate: Arc<dyn ashkar_ingest::Gate> = Arc::<Self>::clone(self);
        let server = RtmpServer::bind(address, gate, Arc::clone(&self.clock), options)
            .map_err(|error| StartError::Rtmp { address, error })?;
        *self.rtmp.lock() = Some(Arc::new(server));
        Ok(())
    }

    /// The address for publishers; `None` once the centre was stopped.
    pub fn rtmp_address(&self) -> Option<SocketAddr> {
        self.rtmp.lock().as_ref().map(|server| server.local_addr())
    }

    /// Ends every connection, completes every segment, and makes all of it durable. Later calls do nothing.
    pub async fn stop(&self) {
        self.stopping.send_replace(true);
        let tasks = std::mem::take(&mut *self.tasks.lock());
        for task in tasks {
            let _ = task.await;
        }
        self.pulls.stop().await;
        self.end_sessions(self.now());
        let rtmp = self.rtmp.lock().take();
        let cameras: Vec<_> = self.cameras.read().values().cloned().collect();
        let (archive, now) = (self.archive.clone(), self.now());
        let stopped = tokio::task::spawn_blocking(move || {
            if let Some(rtmp) = rtmp {
                rtmp.shutdown();
            }
            cameras.iter().for_each(|camera| camera.flush(now));
            archive.close()
        })
        .await;
        match stopped {
            Ok(Ok(())) => tracing::info!("stopped; everything is durable"),
            Ok(Err(error)) => {
                tracing::error!(cause = %error, blame = "centre", "the archive did not close cleanly");
            }
            Err(error) => tracing::error!(cause = %error, blame = "centre", "stopping failed"),
        }
    }

    /// Applies the registry: new cameras are added, connections with void keys end, pulled cameras are pulled.
    async fn follow_registry(self: &Arc<Self>) {
        let _turn = self.following.lock().await;
        let registry = self.registry.load_full();
        let wanted: Vec<CameraId> = registry.snapshot.with_sub_streams().map(|camera| camera.id).collect();
        self.archive.set_recorded_at_station(registry.with_agents());
        let centre = Arc::clone(self);
        let sound = registry.election.policy.sound;
        let made = tokio::task::spawn_blocking(move || centre.make_cameras(&wanted, sound)).await;
        if let Err(error) = made {
            tracing::error!(cause = %error, blame = "centre", "cameras could not be taken up");
        }
        let now = self.now();
        let cameras: Vec<_> = self.cameras.read().values().cloned().collect();
        for camera in &cameras {
            camera.enforce(&registry, now);
            // What was hidden is not listed again with what is live.
            if let Some(from) = registry.listed_from(camera.id, now.wall) {
                camera.live.list_from(from);
            }
        }
        self.pulls.follow(self, &registry).await;
    }

    /// Adds the cameras that do not exist yet. Reads the archive, so never on a runtime thread.
    fn make_cameras(&self, wanted: &[CameraId], sound: bool) {
        let new: Vec<CameraId> = {
            let known = self.cameras.read();
            wanted.iter().copied().filter(|id| !known.contains_key(id)).collect()
        };
        let share = new.len().div_ceil(RESTORERS).max(1);
        std::thread::scope(|scope| {
            for ids in new.chunks(share) {
                scope.spawn(move || ids.iter().for_each(|&id| self.make_camera(id, sound)));
            }
        });
    }

    fn make_camera(&self, id: CameraId, sound: bool) {
        let live = LiveCamera::new(self.archive.id(), id, WindowOptions::default());
        if let Some(restored) = crate::restore::newest(&self.archive, id, self.now().wall) {
            live.restore(restored);
        }
        let camera = Arc::new(Camera::new(id, self.archive.clone(), live, sound, self.now()));
        self.cameras.write().entry(id).or_insert(camera);
    }

    async fn tick_cameras(self: Arc<Self>) {
        let _duty = Duty::of("tick");
        let mut stop = self.stopping.subscribe();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.wait_for(|stopping| *stopping) => return,
            }
            let cameras: Vec<_> = self.cameras.read().values().cloned().collect();
            observe_clock(&self.archive);
            let now = self.now();
            self.agents.tick(now);
            cameras.iter().for_each(|camera| camera.tick(now));
        }
    }

    async fn poll_store(self: Arc<Self>) {
        let _duty = Duty::of("store-poll");
        let mut stop = self.stopping.subscribe();
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = stop.wait_for(|stopping| *stopping) => return,
            }
            self.refresh().await;
        }
    }

    /// Takes over what other processes, or this one, wrote into the store.
    pub(crate) async fn reload_if_changed(self: &Arc<Self>) -> Result<(), StoreError> {
        {
            let _turn = self.reading.lock().await;
            if self.store.change_token().await? == self.registry.load().snapshot.token {
                return Ok(());
            }
            let registry = Registry::read(&*self.store, self.now().wall).await?;
            tracing::info!(cameras = registry.snapshot.cameras.len(), "the registry was changed; taken over");
            self.registry.store(Arc::new(registry));
        }
        self.follow_registry().await;
        Ok(())
    }

    /// Takes over what was just written into the store, without waiting for the next look at it: what was hidden is
    /// refused once this returns. If the store cannot be read, what was known stays valid until it can.
    pub async fn refresh(self: &Arc<Self>) {
        if let Err(error) = self.reload_if_changed().await {
            tracing::error!(cause = %error, blame = "centre", "the store cannot be read; what was known stays valid");
        }
    }
}

/// Opens the archive, and waits until it has ended the segments that a crash interrupted: the live windows list them.
fn open_archive(
    path: &Path,
    options: ashkar_archive::Options,
    clock: Arc<dyn Clock>,
) -> Result<Archive, OpenError> {
    let archive = Archive::open(path, options, clock)?;
    observe_clock(&archive);
    let found = archive.recovery();
    tracing::info!(
        journals = found.journals,
        summary = found.summary_used,
        sidecars_read = found.sidecars_read,
        journals_scanned = found.journals_scanned,
        interrupted_segments = found.interrupted_segments,
        took_ms = found.took_us / 1000,
        "the archive is open"
    );
    let waiting = Instant::now();
    match archive.flush_within(INTERRUPTED_WITHIN) {
        Ok(()) => tracing::info!(took_ms = milliseconds(waiting), "interrupted segments are ended"),
        Err(error) => {
            tracing::warn!(cause = %error, blame = "centre", "interrupted segments are not ended yet; going on air without them");
        }
    }
    Ok(archive)
}

/// Whole milliseconds since `start`.
fn milliseconds(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// Lets evidence records state whether the wall clock is disciplined; logs changes of that.
fn observe_clock(archive: &Archive) {
    let state = ashkar_kernel_clock::state();
    if state == archive.clock_state() {
        return;
    }
    archive.set_clock_state(state);
    match state {
        ClockState::Synchronised => tracing::info!("the kernel says that the wall clock is synchronised"),
        ClockState::Unsynchronised | ClockState::Unknown => {
            tracing::warn!(
                ?state,
                cause = "no time service keeps it",
                blame = "operator",
                "the wall clock is not known to be synchronised; run chrony or systemd-timesyncd"
            );
        }
    }
}
