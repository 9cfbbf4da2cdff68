//! The agent at work: opens the recordings, begins with every source, and ends them all cleanly.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ashkar_archive::{Archive, OpenError};
use ashkar_duty::Duty;
use ashkar_ingest::rtmp::{RtmpOptions, RtmpServer};
use ashkar_ingest::rtsp::{PullOptions, RtspPuller};
use ashkar_ingest::{MediaSink, PullGate, Refusal};
use ashkar_live::{LiveCamera, WindowOptions};
use ashkar_terms::{CameraId, Cause, Clock, ClockState};
use ashkar_uplink::ParseNameError;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::child::{ChildLimits, ChildSource, ChildTask};
use crate::conditions::{Examiner, Known, ReportTimes, Reports, Streams};
use crate::config::{CameraConfig, Config, Source};
use crate::key::Keys;
use crate::last_run::LastRun;
use crate::outlet::{Both, Outlet};
use crate::placing::{self, SharedPlacing};
use crate::rate::Rate;
use crate::recording::{Before, Recording};
use crate::station::Station;
use crate::technician::Technician;
use crate::uplink::{Parts, Queue, Uplink};

/// How often silences are looked for.
const TICK: Duration = Duration::from_secs(1);
/// How long a start waits for the ends of segments that a crash interrupted.
const INTERRUPTED_WITHIN: Duration = Duration::from_millis(300);
/// Time from one sync to the next, milliseconds: a memory card wears out with each, and a part comes twice a second.
const SYNC_INTERVAL_MS: u32 = 500;
/// Recordings that may wait in memory for the disk, bytes: half a minute of two cameras of 4 Mbit/s.
const QUEUE_BYTES: usize = 32 << 20;
/// Free space below which the disk counts as nearly full: this many times the reserve.
const NEARLY_FULL_FACTOR: u64 = 3;
/// Connections to the RTMP port: encoders of this station, and strangers.
const RTMP_CONNECTIONS: usize = 64;

/// What the command line adds to the settings.
#[derive(Debug, Clone)]
pub struct Options {
    /// Time limits of child processes.
    pub child: ChildLimits,
    /// Time limits of pulling from IP cameras.
    pub pull: PullOptions,
    /// When the conditions of the station are measured, if they are: the computer of many agents is no station's.
    pub reports: Option<ReportTimes>,
    /// The program that decodes stills in a process of its own, and its argument; without one no still is kept.
    pub still_worker: Option<(PathBuf, String)>,
}

impl Default for Options {
    fn default() -> Self {
        let (child, pull) = (ChildLimits::default(), PullOptions::default());
        Self { child, pull, reports: Some(ReportTimes::default()), still_worker: None }
    }
}

/// Why an agent does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error("{path}: {source}")]
    Data {
        /// The file or the directory.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// The recordings cannot be opened.
    #[error("the recordings cannot be opened: {0}")]
    Archive(#[from] OpenError),
    /// The RTMP port cannot be opened.
    #[error("the RTMP address {address} cannot be opened; does another program listen there? {source}")]
    Rtmp {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
}

/// A running agent. It is to be [stopped](Agent::stop); dropped, it leaves what a crash leaves.
pub struct Agent {
    pub(crate) config: Arc<Config>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) archive: Archive,
    pub(crate) station: Arc<Station>,
    pub(crate) sources: Vec<(CameraId, Running)>,
    pub(crate) uplink: Option<Uplink>,
    reports: Reports,
    technician: Technician,
    pub(crate) rate: Mutex<Rate>,
    rtmp: Option<RtmpServer>,
    last_run: LastRun,
    stopping: watch::Sender<bool>,
    ticks: JoinHandle<()>,
}

/// The task of a source, if it needs one.
pub(crate) enum Running {
    Pull(RtspPuller),
    Child(ChildTask),
    /// It comes by itself.
    Push,
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Opened from the data directory, on a thread that may wait for the disk.
struct Opened {
    archive: Archive,
    keys: Keys,
    last_run: LastRun,
    hole: Option<Cause>,
    placing: SharedPlacing,
}

impl Agent {
    /// Continues every recording where it ended, and begins with every source.
    ///
    /// # Errors
    /// See [`StartError`]. A source that cannot be reached is no error: it is tried again for as long as the agent runs.
    pub async fn start(
        config: Config,
        options: Options,
        clock: Arc<dyn Clock>,
        outlet: Arc<dyn Outlet>,
    ) -> Result<Self, StartError> {
        let config = Arc::new(config);
        let (of_disk, of_clock) = (Arc::clone(&config), Arc::clone(&clock));
        let opened = tokio::task::spawn_blocking(move || open(&of_disk, of_clock)).await;
        let opened = opened.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
        let Opened { archive, keys, last_run, hole, placing } = opened;
        // Before the first source: nothing that is recorded passes it by.
        let queue = (!config.centres.is_empty()).then(|| Arc::new(Queue::default()));
        let streams = Arc::new(Streams::default());
        let outlet: Arc<dyn Outlet> = Arc::new(Both(outlet, Arc::<Streams>::clone(&streams)));
        let outlet: Arc<dyn Outlet> = match &queue {
            Some(queue) => Arc::new(Both(outlet, Arc::<Queue>::clone(queue))),
            None => outlet,
        };
        let before = Before { hole, by_other_clock: placing.lock().follows_other_boot() };
        let recordings = config.cameras.iter().map(|camera| {
            let live = LiveCamera::new(archive.id(), camera.id, WindowOptions::default());
            let (archive, outlet) = (archive.clone(), Arc::clone(&outlet));
            (camera.id, Arc::new(Recording::new(camera.id, archive, live, config.sound, outlet, before)))
        });
        let station = Arc::new(Station { recordings: recordings.collect(), keys });
        let rtmp = open_rtmp(&config, &station, &clock)?;
        let stopping = watch::Sender::new(false);
        let ticks = tokio::spawn(tick(
            Arc::clone(&station),
            archive.clone(),
            Arc::clone(&clock),
            SharedPlacing::clone(&placing),
            stopping.subscribe(),
        ));
        let begin = |queue| begin_sending(&config, &archive, (&clock, &station), queue, &placing);
        let uplink = queue.map(begin).transpose()?;
        let sending = uplink.as_ref().map(Uplink::shared).unwrap_or_default();
        let known = Known { station: Arc::clone(&station), streams, sending, placing };
        let examiner = Arc::new(Examiner::new(Arc::clone(&config), Arc::clone(&clock), Some(known)));
        let mut agent = Self {
            reports: Reports::spawn(&examiner, options.reports),
            technician: Technician::open(&examiner, options.still_worker.as_ref()).await,
            config,
            clock,
            archive,
            station,
            sources: Vec::new(),
            uplink,
            rate: Mutex::new(Rate::default()),
            rtmp,
            last_run,
            stopping,
            ticks,
        };
        for camera in &agent.config.cameras {
            agent.sources.push((camera.id, agent.begin(camera, &options)?));
        }
        Ok(agent)
    }

    fn begin(&self, camera: &CameraConfig, options: &Options) -> Result<Running, StartError> {
        let gate: Arc<dyn PullGate> = Arc::<Station>::clone(&self.station);
        let clock = Arc::clone(&self.clock);
        Ok(match &camera.source {
            Source::Rtmp | Source::Fed => Running::Push,
            Source::Rtsp(source) => {
                let handle = tokio::runtime::Handle::current();
                Running::Pull(RtspPuller::spawn(&handle, (**source).clone(), gate, clock, options.pull))
            }
            Source::V4l2(..) | Source::File(..) | Source::Command(_) => {
                let directory = self.config.data.join("run").join(camera.id.dashed());
                make_directory(&directory)?;
                Running::Child(ChildTask::spawn(ChildSource {
                    config: Arc::clone(&self.config),
                    camera: camera.clone(),
                    directory,
                    gate,
                    clock,
                    limits: options.child,
                }))
            }
        })
    }

    /// The address for encoders, if one of the cameras is pushed.
    pub fn rtmp_address(&self) -> Option<SocketAddr> {
        self.rtmp.as_ref().map(RtmpServer::local_addr)
    }

    /// Takes the pictures of a camera whose source is [`Source::Fed`]. `feeder` is who hands them over.
    ///
    /// # Errors
    /// If there is no such camera, or somebody else sends it.
    pub fn feed(&self, camera: CameraId, feeder: &str) -> Result<Box<dyn MediaSink>, Refusal> {
        PullGate::open(&*self.station, camera, feeder, self.clock.now())
    }

    /// Where the technician's page is, if it could be opened; and its code, if it can be reached from the network.
    pub fn technician(&self) -> Option<(SocketAddr, Option<&str>)> {
        let (address, code) = self.technician.shown.as_ref()?;
        Some((*address, code.as_deref()))
    }

    /// The station's recordings.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Ends every source and every child, completes every segment, and makes all of it durable.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        drop((self.reports, self.technician));
        // At the same time: a child may take three seconds.
        let ends: Vec<_> = self.sources.into_iter().map(|(_, source)| tokio::spawn(end(source))).collect();
        for ended in ends {
            let _ = ended.await;
        }
        let _ = self.ticks.await;
        let (station, archive, last_run) = (self.station, self.archive, self.last_run);
        let (rtmp, now) = (self.rtmp, self.clock.now());
        let flushed = tokio::task::spawn_blocking(move || {
            if let Some(rtmp) = rtmp {
                rtmp.shutdown();
            }
            station.recordings.values().for_each(|recording| recording.flush(now));
        });
        if let Err(error) = flushed.await {
            tracing::error!(cause = %error, blame = "centre", "stopping failed");
        }
        if let Some(uplink) = self.uplink {
            uplink.stop().await;
        }
        let stopped = tokio::task::spawn_blocking(move || archive.close().map(|()| last_run.end()));
        match stopped.await {
            Ok(Ok(Ok(()))) => tracing::info!("stopped; everything is durable"),
            Ok(Ok(Err(error))) => {
                tracing::warn!(cause = %error, blame = "station", "everything is durable; that it was stopped is not noted");
            }
            Ok(Err(error)) => {
                tracing::error!(cause = %error, blame = "station", "the archive did not close cleanly");
            }
            Err(error) => tracing::error!(cause = %error, blame = "centre", "stopping failed"),
        }
    }
}

fn begin_sending(
    config: &Arc<Config>,
    archive: &Archive,
    (clock, station): (&Arc<dyn Clock>, &Arc<Station>),
    queue: Arc<Queue>,
    placing: &SharedPlacing,
) -> Result<Uplink, StartError> {
    let recording = archive.id().parse().map_err(|error: ParseNameError| StartError::Data {
        path: recordings_of(&config.data).display().to_string(),
        source: io::Error::other(error),
    })?;
    let (at, station) = (Arc::clone(clock), Arc::clone(station));
    Ok(Uplink::spawn(Parts {
        config: Arc::clone(config),
        archive: archive.clone(),
        recording,
        clock: Arc::clone(clock),
        queue,
        placing: SharedPlacing::clone(placing),
        note: Box::new(move |camera, kind| {
            if let Some(recording) = station.recordings.get(&camera) {
                recording.note(kind, at.now());
            }
        }),
        sending: Arc::new(Mutex::new(None)),
    }))
}

async fn end(source: Running) {
    match source {
        Running::Pull(puller) => puller.stop().await,
        Running::Child(child) => child.stop().await,
        Running::Push => {}
    }
}

fn open_rtmp(
    config: &Config,
    station: &Arc<Station>,
    clock: &Arc<dyn Clock>,
) -> Result<Option<RtmpServer>, StartError> {
    if !config.cameras.iter().any(|camera| matches!(camera.source, Source::Rtmp)) {
        return Ok(None);
    }
    let options = RtmpOptions {
        max_connections: RTMP_CONNECTIONS,
        max_pending: RTMP_CONNECTIONS / 2,
        max_pending_per_peer: RTMP_CONNECTIONS / 4,
        ..RtmpOptions::default()
    };
    let gate: Arc<dyn ashkar_ingest::Gate> = Arc::<Station>::clone(station);
    let address = config.rtmp;
    RtmpServer::bind(address, gate, Arc::clone(clock), options)
        .map(Some)
        .map_err(|source| StartError::Rtmp { address, source })
}

/// Everything on the disk. The archive first: its lock says that no other agent works here.
fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Opened, StartError> {
    make_directory(&config.data)?;
    let run = config.data.join("run");
    let settings = ashkar_archive::Options {
        journal_bytes: config.journal_bytes,
        sync_interval_ms: SYNC_INTERVAL_MS,
        queue_bytes: QUEUE_BYTES,
        reserve_bytes: config.disk_reserve_bytes,
        nearly_full_bytes: config.disk_reserve_bytes.saturating_mul(NEARLY_FULL_FACTOR),
        ..ashkar_archive::Options::default()
    };
    let archive = Archive::open(&recordings_of(&config.data), settings, Arc::clone(&clock))?;
    observe_clock(&archive);
    let found = archive.recovery();
    tracing::info!(
        journals = found.journals,
        interrupted_segments = found.interrupted_segments,
        took_ms = found.took_us / 1000,
        "the recordings are open"
    );
    if let Err(error) = archive.flush_within(INTERRUPTED_WITHIN) {
        tracing::warn!(cause = %error, blame = "station", "interrupted segments are not ended yet; recording without waiting for them");
    }
    make_directory(&run)?;
    let last_run = LastRun::in_directory(&run);
    let hole = last_run.begin().map_err(|source| of(&run, source))?;
    let placing = placing::begin(config, &archive, &*clock, archive.clock_state());
    Ok(Opened { archive, keys: keys(config)?, last_run, hole, placing })
}

/// Where the recordings of a data directory are: as at the centre, so that `ashkar archive` reads them.
pub fn recordings_of(data: &Path) -> PathBuf {
    data.join("archive")
}

/// The keys of the cameras that are pushed, made where they are missing.
fn keys(config: &Config) -> Result<Keys, StartError> {
    let directory = config.data.join("keys");
    let pushed = config.cameras.iter().filter(|camera| matches!(camera.source, Source::Rtmp));
    Keys::read_or_make(&directory, pushed.map(|camera| camera.id)).map_err(|source| of(&directory, source))
}

/// The cameras that are pushed, with their keys: for the person who sets up an encoder, and never for a log.
///
/// # Errors
/// If they cannot be read or made.
pub fn reveal_keys(config: &Config) -> Result<Vec<(CameraId, String)>, StartError> {
    make_directory(&config.data)?;
    Ok(keys(config)?.reveal())
}

/// For the agent's user alone: recordings, and keys.
fn make_directory(path: &Path) -> Result<(), StartError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|source| of(path, source))
}

fn of(path: &Path, source: io::Error) -> StartError {
    StartError::Data { path: path.display().to_string(), source }
}

async fn tick(
    station: Arc<Station>,
    archive: Archive,
    clock: Arc<dyn Clock>,
    placing: SharedPlacing,
    mut stop: watch::Receiver<bool>,
) {
    let _duty = Duty::of("tick");
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stop.wait_for(|stopping| *stopping) => return,
        }
        observe_clock(&archive);
        let now = clock.now();
        placing.lock().observe(now, archive.clock_state());
        station.recordings.values().for_each(|recording| recording.tick(now));
    }
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
                blame = "station",
                "the wall clock is not known to be synchronised; run chrony or systemd-timesyncd"
            );
        }
    }
}
