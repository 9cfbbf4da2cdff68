//! `ashkar serve`: the centre and its site, until a signal ends them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ashkar_centre::{Centre, Options};
use ashkar_desk::Desk;
use ashkar_door::Door;
use ashkar_duty::Duty;
use ashkar_election::{ProgrammeStore, SqliteStore, Store};
use ashkar_ingest::rtmp::RtmpOptions;
use ashkar_site::http::server;
use ashkar_site::http::server::{Counters, Limits};
use ashkar_site::http::tls::Certificate;
use ashkar_site::{Metrics, Site, SiteOptions, metrics_router};
use ashkar_terms::SystemClock;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cli::Serve;
use crate::manager::Manager;
use crate::reload::{self, Reloader};
use crate::{data, logging, output, reserve, store};

/// First argument of a child process that decodes stills.
pub(crate) const STILL_WORKER: &str = "still-worker";
/// Free space below which the state becomes "nearly full": this many times the reserve.
const NEARLY_FULL_FACTOR: u64 = 10;

/// Open files reserved for everything but viewers and publishers: the archive, the store, stills, readers.
const FILES_FOR_OURSELVES: usize = 512;
/// Connections that the kernel keeps until they are accepted; it may allow fewer. A client that finds no place waits a
/// second.
const ACCEPT_QUEUE: i32 = 4096;
/// How long a stop waits for work of the registry.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// Maximum number of connections to the separate address for `/metrics`.
const METRICS_CONNECTIONS: usize = 64;
/// Maximum number of connections to the agents' door: two from each of two thousand stations.
const AGENT_CONNECTIONS: usize = 4096;
/// Maximum number of connections to the separate address of the desk.
const DESK_CONNECTIONS: usize = 1024;
/// Bytes that an agent may send before they are taken, of one request and of a connection: 4 MB at a delay of 200 ms
/// are 160 Mbit/s.
const AGENT_WINDOW_BYTES: (u32, u32) = (2 << 20, 4 << 20);

/// A running centre with its site.
pub(crate) struct Running {
    pub(crate) centre: Arc<Centre>,
    /// Address of the site.
    pub(crate) http: SocketAddr,
    /// Address for publishers.
    pub(crate) rtmp: SocketAddr,
    /// Address for the stations' agents.
    pub(crate) agents: Option<SocketAddr>,
    /// Address of the desk, if it has one of its own.
    pub(crate) desk: Option<SocketAddr>,
    /// The site's certificate, if it has TLS.
    certificate: Option<Arc<Certificate>>,
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
    store: Arc<SqliteStore>,
}

pub(crate) async fn run(options: Serve) -> anyhow::Result<()> {
    let scheme = if options.tls_certificate.is_some() { "https" } else { "http" };
    // From the very beginning: a signal that asks for a reload while the archive recovers must not end the process, and
    // one that ends it must end it cleanly.
    let (reloads, mut ends) = (Reloads::new()?, Ends::new()?);
    let manager = Arc::new(Manager::of_environment());
    let running = tokio::select! {
        running = start(&options) => running?,
        () = ends.next() => {
            tracing::info!("ended before it was on air");
            return Ok(());
        }
    };
    // The only line on standard output: for scripts, and for people who started it by hand.
    let agents = running.agents.map_or_else(String::new, |agents| format!(" agents {scheme}://{agents}"));
    let desk = running.desk.map_or_else(String::new, |desk| format!(" desk {scheme}://{desk}"));
    if let Err(error) =
        output::line(format_args!("ready {scheme}://{} rtmp://{}{agents}{desk}", running.http, running.rtmp))
    {
        tracing::warn!(cause = %error, blame = "operator", "on air all the same");
    }
    manager.tell("READY=1");
    // Separate tasks: a disk that hangs while a certificate is read delays neither the stop nor a beat.
    let data = options.data.data.clone();
    let reloader = Reloader::new(options, running.certificate.clone());
    let aside = [
        tokio::spawn(follow(reloader, reloads)),
        tokio::spawn(beat(manager.clone())),
        tokio::spawn(keep_room(data)),
    ];
    ends.next().await;
    aside.iter().for_each(JoinHandle::abort);
    manager.tell("STOPPING=1");
    running.stop().await;
    Ok(())
}

async fn follow(mut reloader: Reloader, mut reloads: Reloads) {
    let mut looks = interval(reload::LOOK_EVERY);
    loop {
        tokio::select! {
            signal = reloads.next() => reloader.reload(signal).await,
            _ = looks.tick() => reloader.look().await,
        }
    }
}

/// Checks periodically, on a thread that may wait for a disk.
async fn keep_room(data: PathBuf) {
    let mut looks = interval(reserve::LOOK_EVERY);
    loop {
        looks.tick().await;
        let data = data.clone();
        let _ = tokio::task::spawn_blocking(move || reserve::keep(&data)).await;
    }
}

pub(crate) async fn beat(manager: Arc<Manager>) {
    let Some(every) = manager.beat else { return };
    let mut beats = interval(every);
    loop {
        beats.tick().await;
        manager.tell("WATCHDOG=1");
    }
}

pub(crate) fn interval(period: Duration) -> tokio::time::Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    ticks
}

/// The signals that ask a server to reload; logrotate, renewal hooks and closing terminals send them.
pub(crate) struct Reloads {
    hangup: Signal,
    user1: Signal,
    user2: Signal,
    /// A file that reached its size limit, such as a log: the write fails, and that is enough.
    _file_size: Signal,
}

impl Reloads {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            user1: signal(SignalKind::user_defined1())?,
            user2: signal(SignalKind::user_defined2())?,
            _file_size: signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?,
        })
    }

    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.hangup.recv() => "SIGHUP",
            _ = self.user1.recv() => "SIGUSR1",
            _ = self.user2.recv() => "SIGUSR2",
        }
    }
}

/// Opens everything; returns when viewers and publishers can connect.
pub(crate) async fn start(options: &Serve) -> anyhow::Result<Running> {
    let certificate = match (&options.tls_certificate, &options.tls_key) {
        (Some(certificate), Some(key)) => Some(Certificate::read(certificate, key)?),
        _ => None,
    };
    raise_open_files();
    let agents = options.agent_listen.map_or(0, |_| AGENT_CONNECTIONS);
    let desk = options.desk_listen.map_or(0, |_| DESK_CONNECTIONS);
    let connections = shared_out(open_files().saturating_sub(desk), options.max_connections, agents);
    let store = Arc::new(open_data(&options.data.data).await?);
    // Bind first: an address in use should not cost a recovery.
    let listener = bind(options.listen).await?;
    let http = listener.local_addr()?;
    let settings = centre_options(options, connections.publishers)?;
    let centre =
        Centre::start(settings, Arc::clone(&store) as Arc<dyn Store>, Arc::new(SystemClock::new())).await?;
    if let Err(error) = data::remember(&options.data.data, Some(centre.archive().id())) {
        tracing::warn!(cause = %format_args!("{error:#}"), blame = "centre", "whose recordings these are cannot be written down");
    }
    let rtmp = centre.rtmp_address().context("the RTMP port is not open")?;
    let counters = Arc::new(Counters::default());
    let metrics = Arc::new(Metrics::new(Arc::clone(&centre), Arc::clone(&counters), logging::counters()));
    let tls = certificate.as_ref().map(Certificate::acceptor).transpose()?;
    let limits = Limits {
        connections: connections.viewers,
        connections_per_client: options.max_connections_per_client,
        proxies: Arc::new(options.trusted_proxies.clone()),
        ..Limits::default()
    };
    let stop = watch::Sender::new(false);
    let site_options = SiteOptions {
        with_metrics: options.metrics_listen.is_none(),
        tls: tls.is_some(),
        origin: options.public_url.as_deref().map(Arc::from),
    };
    let programme = Arc::clone(&store) as Arc<dyn ProgrammeStore>;
    let site = Site::new(Arc::clone(&centre), programme, Arc::clone(&metrics), site_options);
    let desk_listener = match options.desk_listen {
        Some(address) => Some(bind_apart("the desk", address, tls.is_some()).await?),
        None => None,
    };
    let desk_address = desk_listener.as_ref().map(TcpListener::local_addr).transpose()?;
    let desk = desk_of(options, &store, &centre, desk_address.unwrap_or(http), tls.is_some());
    desk.remember().await?;
    let site = if desk_listener.is_none() { site.with_desk(desk.router()) } else { site };
    let door = match options.agent_listen {
        Some(address) => Some(bind_apart("agents", address, tls.is_some()).await?),
        None => None,
    };
    let agents = door.as_ref().map(TcpListener::local_addr).transpose()?;
    let mut listeners = vec![tokio::spawn(on_duty(server::serve(
        listener,
        tls.clone(),
        site,
        limits.clone(),
        counters,
        stop.subscribe(),
    )))];
    if let Some(address) = options.metrics_listen {
        let listener = bind(address).await?;
        let limits = Limits { connections: METRICS_CONNECTIONS, ..limits.clone() };
        let apart = metrics_router(metrics);
        let serving = server::serve(listener, None, apart, limits, Arc::default(), stop.subscribe());
        listeners.push(tokio::spawn(on_duty(serving)));
    }
    if let Some(listener) = desk_listener {
        let limits = Limits {
            connections: DESK_CONNECTIONS,
            connections_per_client: DESK_CONNECTIONS,
            ..limits.clone()
        };
        let serving =
            server::serve(listener, tls.clone(), desk.router(), limits, Arc::default(), stop.subscribe());
        listeners.push(tokio::spawn(on_duty(serving)));
    }
    if let Some(listener) = door {
        let limits = Limits {
            connections: connections.agents,
            connections_per_client: connections.agents,
            window_bytes: AGENT_WINDOW_BYTES,
            ..limits
        };
        let door = Door::new(Arc::clone(&centre));
        let serving = server::serve(listener, tls, door, limits, Arc::default(), stop.subscribe());
        listeners.push(tokio::spawn(on_duty(serving)));
    }
    tracing::info!(%http, %rtmp, agents = agents.map(tracing::field::display), data = %options.data.data.display(), "on air");
    Ok(Running { centre, http, rtmp, agents, desk: desk_address, certificate, stop, listeners, store })
}

/// The desk of a centre that runs with `options`, at `address`. Without a name that was given, one on this machine alone is
/// `localhost` to browsers; others have no name to which passkeys could be bound.
fn desk_of(
    options: &Serve,
    store: &Arc<SqliteStore>,
    centre: &Arc<Centre>,
    address: SocketAddr,
    tls: bool,
) -> Arc<Desk> {
    let given = options.desk_url.as_deref().or(options.public_url.as_deref());
    let scheme = if tls { "https" } else { "http" };
    let here =
        || address.ip().is_loopback().then(|| format!("{scheme}://localhost:{}", address.port()).into());
    let options = ashkar_desk::Options {
        origin: given.map(Arc::from).or_else(here),
        tls,
        devices_reach: options.agent_url.as_deref().map(Arc::from),
        telephones: options.desk_phones.iter().flat_map(|phones| phones.0.iter().cloned()).collect(),
    };
    Desk::new(Arc::clone(store) as Arc<dyn ashkar_desk::DeskStore>, Arc::clone(centre), options)
}

/// The registry of a complete data directory; an empty one is reported as such, since it may be a mount point without
/// its disk.
async fn open_data(directory: &Path) -> anyhow::Result<SqliteStore> {
    anyhow::ensure!(
        directory.try_exists().with_context(|| format!("{}: cannot be read", directory.display()))?,
        "{}: there is no such data directory; is its disk not mounted? `ashkar init` makes a new one",
        directory.display()
    );
    data::require_recordings(directory)?;
    reserve::give_up_if_needed(directory);
    let store = store::open_or_make(directory).await?;
    if store.election().await?.is_none() {
        tracing::warn!(
            data = %directory.display(),
            cause = "it has no election and no camera",
            blame = "operator",
            "nothing is described in this data directory: is its disk not mounted? Not ready until \
             `ashkar stations import`, `ashkar camera add` or `ashkar election set` describes something"
        );
    }
    Ok(store)
}

/// Lets a listener's panic end the process: nobody would be let in any more, while the recording would look fine. A
/// panic over a connection ends that connection alone.
async fn on_duty(serving: impl Future<Output = ()>) {
    let _duty = Duty::of("http-listener");
    serving.await;
}

impl Running {
    /// Stops accepting cameras, makes everything durable, then lets the viewers' last responses finish.
    pub(crate) async fn stop(self) {
        tracing::info!("stopping");
        self.stop.send_replace(true);
        self.centre.stop().await;
        for listener in self.listeners {
            let _ = listener.await;
        }
        // SQLite then folds its log into the registry: a copy of a stopped centre's `election.db` is complete.
        if tokio::time::timeout(CLOSE_WITHIN, self.store.close()).await.is_err() {
            tracing::warn!(
                cause = "another process has it open",
                blame = "operator",
                "the registry is still in use; its log, election.db-wal, belongs to it"
            );
        }
    }
}

/// The archive settings of a centre that runs with `options`.
pub(crate) fn archive_options(options: &Serve) -> anyhow::Result<ashkar_archive::Options> {
    Ok(ashkar_archive::Options {
        journal_bytes: u32::try_from(options.journal_bytes).context("a journal is at most 4 GiB")?,
        reserve_bytes: options.disk_reserve_bytes,
        nearly_full_bytes: options.disk_reserve_bytes.saturating_mul(NEARLY_FULL_FACTOR),
        ..ashkar_archive::Options::default()
    })
}

fn centre_options(options: &Serve, publishers: usize) -> anyhow::Result<Options> {
    Ok(Options {
        archive: store::archive_of(&options.data.data),
        archive_options: archive_options(options)?,
        rtmp: options.rtmp,
        rtmp_options: RtmpOptions { max_connections: publishers, ..RtmpOptions::default() },
        still_program: this_program()?,
        still_worker: STILL_WORKER.to_owned(),
        still_workers: options.still_workers,
    })
}

/// The running binary itself, even after its file was replaced by a newer one.
pub(crate) fn this_program() -> anyhow::Result<PathBuf> {
    let linked = PathBuf::from("/proc/self/exe");
    if linked.exists() {
        Ok(PathBuf::from(format!("/proc/{}/exe", std::process::id())))
    } else {
        Ok(std::env::current_exe()?)
    }
}

/// What agents bring and what people of the desk say goes over a network only encrypted.
async fn bind_apart(whom: &str, address: SocketAddr, is_encrypted: bool) -> anyhow::Result<TcpListener> {
    anyhow::ensure!(
        is_encrypted || address.ip().is_loopback(),
        "{whom} at {address} need TLS: give --tls-certificate and --tls-key, or an address of this machine such as \
         127.0.0.1:{} with a proxy in front that speaks TLS",
        address.port()
    );
    bind(address).await
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("the address {address} cannot be opened; is another server running there?")
    })?;
    // Called again, because the library asks for 1024 places.
    rustix::net::listen(&listener, ACCEPT_QUEUE)?;
    Ok(listener)
}

/// Each camera and each viewer is an open file; the soft limit is often far below the hard one.
pub(crate) fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })
    {
        tracing::warn!(cause = %error, blame = "operator", "the limit of open files stays as it is");
    }
}

/// Number of files that this process may have open.
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Maximum numbers of connections.
#[derive(Debug, PartialEq, Eq)]
struct Connections {
    agents: usize,
    publishers: usize,
    viewers: usize,
}

/// Divides `files`, so that viewers can never take those that publishers and the recording need (I11).
fn shared_out(files: usize, wanted: usize, agents: usize) -> Connections {
    let room = files.saturating_sub(FILES_FOR_OURSELVES + METRICS_CONNECTIONS);
    let agents = agents.min(room / 4);
    let room = room - agents;
    let publishers = RtmpOptions::default().max_connections.min(room / 2);
    let viewers = wanted.min(room - publishers);
    if viewers < wanted {
        tracing::warn!(
            files,
            wanted,
            viewers,
            publishers,
            cause = "the limit of open files",
            blame = "operator",
            "there is room for fewer connections than are wanted; raise the limit"
        );
    }
    Connections { agents, publishers, viewers }
}

/// The signals that end a process cleanly, from now on.
pub(crate) struct Ends {
    interrupt: Signal,
    terminate: Signal,
    quit: Signal,
}

impl Ends {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.quit.recv() => {}
        }
    }
}

/// Waits for one of them, for a command that somebody watches in a terminal: it also ends cleanly when the terminal is
/// closed.
pub(crate) async fn until_signal_or_hangup() -> anyhow::Result<()> {
    let (mut hangup, mut ends) = (signal(SignalKind::hangup())?, Ends::new()?);
    tokio::select! {
        () = ends.next() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_leave_files_to_publishers_and_to_the_recording() {
        let shared = |files, wanted| {
            let Connections { publishers, viewers, .. } = shared_out(files, wanted, 0);
            (publishers, viewers)
        };
        assert_eq!(shared(1 << 20, 16_000), (4096, 16_000));
        assert_eq!(shared(usize::MAX, 16_000), (4096, 16_000));
        assert_eq!(shared(20_000, 16_000), (4096, 20_000 - 576 - 4096));
        assert_eq!(shared(4096, 16_000), (1760, 1760));
        assert_eq!(shared(100, 16_000), (0, 0));
        let all = Connections { agents: 880, publishers: 1320, viewers: 1320 };
        assert_eq!(shared_out(4096, 16_000, 4096), all);
    }
}
