//! The supervisor of one pulled camera: a session, a wait, the next session, and a status that can be queried.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ashkar_terms::{Blame, Cause, Clock, Moment};
use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tracing::{error, info, warn};

use super::backoff::{Backoff, BackoffLimits};
use super::error::SessionError;
use super::keepalive::Quirks;
use super::pull_session::{PullContext, SessionEnd};
use super::source::{RtspSource, Transport};
use crate::{PullGate, Refusal};

/// Pause before a camera is pulled again after a panic outside a session.
const AFTER_PANIC: Duration = Duration::from_secs(5);

/// Time limits of pulling from a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullOptions {
    /// For resolving the camera's address and connecting.
    pub connect_timeout: Duration,
    /// For the answer to a request.
    pub answer_timeout: Duration,
    /// For a playing camera to deliver an access unit; after it, the camera counts as dead.
    pub silence: Duration,
    /// How long data gather in a TCP connection before they are read.
    pub gather: Duration,
    /// The same over UDP, where the kernel's buffer is small.
    pub gather_udp: Duration,
    /// Waits between attempts.
    pub backoff: BackoffLimits,
    /// Waits after the camera refused the password: cameras lock accounts on frequent attempts.
    pub lasting_backoff: BackoffLimits,
}

impl Default for PullOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            answer_timeout: Duration::from_secs(10),
            silence: Duration::from_secs(10),
            gather: Duration::from_millis(25),
            gather_udp: Duration::from_millis(20),
            backoff: BackoffLimits { first: Duration::from_millis(500), longest: Duration::from_secs(30) },
            lasting_backoff: BackoffLimits {
                first: Duration::from_secs(60),
                longest: Duration::from_secs(600),
            },
        }
    }
}

/// What a puller is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PullState {
    /// Resolving, connecting, asking.
    Connecting,
    /// The camera plays.
    Playing,
    /// Waiting before the next attempt.
    Waiting,
    /// Stopped for good.
    Stopped,
}

/// Why the last session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullFault {
    /// Whose fault it is.
    pub blame: Blame,
    /// Cause of the gap, if the camera was on air.
    pub cause: Cause,
    /// In words, without secrets.
    pub reason: String,
    /// When it ended.
    pub at: Moment,
}

/// Status of pulling from a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullStatus {
    /// What it is doing.
    pub state: PullState,
    /// Why the last session ended; kept while the next one plays.
    pub last_fault: Option<PullFault>,
    /// Connections tried.
    pub attempts: u64,
    /// Sessions in which the camera played.
    pub sessions: u64,
    /// Panics caught. Each is a defect of ours.
    pub panics: u64,
    /// Access units taken.
    pub access_units: u64,
    /// Items refused.
    pub refused: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// Why a session with a camera ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum PullError {
    #[error("the camera's name cannot be found, or it cannot be reached: {0}")]
    Connect(io::Error),
    #[error("the camera could not be reached within {} s", .0.as_secs())]
    ConnectTimeout(Duration),
    #[error("no ports for the camera's packets: {0}")]
    Ports(io::Error),
    #[error("the camera closed the connection")]
    Closed,
    #[error("the connection broke: {0}")]
    Broken(io::Error),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error("the camera is not taken: {0}")]
    Gate(Refusal),
    #[error("the camera was taken over by another connection, or is no longer fetched")]
    Superseded,
    #[error("a defect of this software ended the session")]
    Panicked,
    #[error("the centre stopped fetching")]
    Stopped,
}

impl PullError {
    pub(super) const fn cause(&self) -> Cause {
        match self {
            Self::Connect(_) | Self::ConnectTimeout(_) | Self::Broken(_) => Cause::Uplink,
            Self::Closed => Cause::Source,
            Self::Session(error) => error.cause(),
            Self::Ports(_) | Self::Gate(_) | Self::Superseded | Self::Panicked | Self::Stopped => {
                Cause::Centre
            }
        }
    }

    const fn blame(&self) -> Blame {
        match self {
            Self::Connect(_) | Self::ConnectTimeout(_) | Self::Broken(_) => Blame::Line,
            Self::Closed => Blame::Camera,
            Self::Session(error) => error.blame(),
            Self::Gate(refusal) => refusal.blame(),
            Self::Ports(_) | Self::Panicked => Blame::Centre,
            Self::Superseded | Self::Stopped => Blame::Operator,
        }
    }

    const fn is_lasting(&self) -> bool {
        matches!(self, Self::Session(error) if error.is_lasting())
    }

    /// Whether the camera ended the session, rather than the centre or a line that fell silent.
    pub(super) const fn is_by_camera(&self) -> bool {
        let ended = SessionError::is_by_camera;
        matches!(self, Self::Closed | Self::Broken(_)) || matches!(self, Self::Session(error) if ended(error))
    }
}

/// Pulls from one camera for as long as it exists: connects, plays, and connects again.
///
/// Each camera has a task of its own; a panic in it is caught, counted, and ends the session only.
#[derive(Debug)]
pub struct RtspPuller {
    stop: watch::Sender<bool>,
    task: Option<JoinHandle<()>>,
    shared: Arc<Shared>,
}

/// What the task reports.
#[derive(Debug)]
pub(super) struct Shared {
    progress: Mutex<Progress>,
    pub(super) attempts: AtomicU64,
    pub(super) access_units: AtomicU64,
    pub(super) refused: AtomicU64,
    pub(super) bytes: AtomicU64,
}

#[derive(Debug)]
struct Progress {
    state: PullState,
    last_fault: Option<PullFault>,
    sessions: u64,
    panics: u64,
}

impl RtspPuller {
    /// Begins to pull from `source` on `handle`, and opens its camera at `gate` each time it answers.
    pub fn spawn(
        handle: &Handle,
        source: RtspSource,
        gate: Arc<dyn PullGate>,
        clock: Arc<dyn Clock>,
        options: PullOptions,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let shared = Arc::new(Shared::new());
        let supervisor = Supervisor { source, gate, clock, options, shared: Arc::clone(&shared), stopped };
        Self { stop, task: Some(handle.spawn(supervisor.run())), shared }
    }

    /// Current status.
    pub fn status(&self) -> PullStatus {
        let progress = self.shared.progress.lock();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PullStatus {
            state: progress.state,
            last_fault: progress.last_fault.clone(),
            attempts: count(&self.shared.attempts),
            sessions: progress.sessions,
            panics: progress.panics,
            access_units: count(&self.shared.access_units),
            refused: count(&self.shared.refused),
            bytes: count(&self.shared.bytes),
        }
    }

    /// Tears down the session, ends its sink with [`Cause::Centre`], and waits until that is done.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        if let Some(task) = self.task.take() {
            // Its panics are caught inside; what remains is a runtime that shuts down.
            let _ = task.await;
        }
    }
}

impl Drop for RtspPuller {
    /// The task ends by itself.
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

impl Shared {
    fn new() -> Self {
        let progress = Progress { state: PullState::Connecting, last_fault: None, sessions: 0, panics: 0 };
        Self {
            progress: Mutex::new(progress),
            attempts: AtomicU64::new(0),
            access_units: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    pub(super) fn playing(&self) {
        let mut progress = self.progress.lock();
        progress.state = PullState::Playing;
        progress.sessions += 1;
    }

    fn state(&self, state: PullState) {
        self.progress.lock().state = state;
    }

    fn failed(&self, error: &PullError, at: Moment) {
        let mut progress = self.progress.lock();
        progress.panics += u64::from(matches!(error, PullError::Panicked));
        progress.last_fault =
            Some(PullFault { blame: error.blame(), cause: error.cause(), reason: error.to_string(), at });
    }
}

struct Supervisor {
    source: RtspSource,
    gate: Arc<dyn PullGate>,
    clock: Arc<dyn Clock>,
    options: PullOptions,
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
}

impl Supervisor {
    /// Panics of a session are caught in [`Self::pull_once`]. After a panic anywhere else the whole loop begins anew:
    /// its camera would otherwise stay "connecting" forever. The other cameras do not notice.
    async fn run(mut self) {
        while AssertUnwindSafe(self.pull()).catch_unwind().await.is_err() {
            self.log_fault(&PullError::Panicked);
            self.wait(AFTER_PANIC).await;
        }
    }

    async fn pull(&mut self) {
        let mut backoff = Backoff::new();
        let mut over_udp = self.source.transport() == Transport::Udp;
        let (mut quirks, mut answered) = (Quirks::default(), false);
        while !*self.stopped.borrow() {
            let (end, played) = self.pull_once(over_udp, quirks).await;
            if matches!(end.error, PullError::Stopped) {
                break;
            }
            self.log_fault(&end.error);
            let other_transport = self.wants_other_transport(&end, over_udp, played);
            quirks = end.quirks;
            // If a camera closes after its 401, the answer goes on the next connection: once.
            let answers = quirks.closed_behind_401() && !answered;
            answered = answers;
            let to_udp = other_transport && !over_udp;
            over_udp ^= other_transport;
            if answers || to_udp {
                continue;
            }
            let lasting = end.error.is_lasting();
            let limits = if lasting { self.options.lasting_backoff } else { self.options.backoff };
            self.shared.state(PullState::Waiting);
            self.wait(backoff.next(limits, played)).await;
        }
        self.shared.state(PullState::Stopped);
    }

    /// One connection, from resolving the camera to the end; and how long it lasted, if pictures came.
    async fn pull_once(&self, over_udp: bool, quirks: Quirks) -> (SessionEnd, Duration) {
        self.shared.attempts.fetch_add(1, Ordering::Relaxed);
        self.shared.state(PullState::Connecting);
        let context = PullContext {
            source: &self.source,
            gate: self.gate.as_ref(),
            clock: self.clock.as_ref(),
            options: &self.options,
            shared: &self.shared,
        };
        let (began, units) = (self.clock.now(), self.shared.access_units.load(Ordering::Relaxed));
        // What a panic leaves inconsistent belongs to the session, and is dropped with it.
        let outcome =
            AssertUnwindSafe(context.run(over_udp, quirks, self.stopped.clone())).catch_unwind().await;
        let lost = |_| SessionEnd { error: PullError::Panicked, quirks: Quirks::default(), in_setup: false };
        let end = outcome.unwrap_or_else(lost);
        let pictures = self.shared.access_units.load(Ordering::Relaxed) > units;
        let us = if pictures { self.clock.now().mono_us.saturating_sub(began.mono_us) } else { 0 };
        (end, Duration::from_micros(us))
    }

    /// Whether the next session asks for the other of TCP and UDP: cameras refuse one of them with any code, or close.
    /// If no picture came over UDP, TCP is asked for again.
    fn wants_other_transport(&self, end: &SessionEnd, over_udp: bool, played: Duration) -> bool {
        if self.source.transport() != Transport::Auto {
            return false;
        }
        let refused = matches!(end.error, PullError::Session(SessionError::TransportRefused { .. }));
        if over_udp { played.is_zero() } else { refused || end.in_setup }
    }

    fn log_fault(&self, fault: &PullError) {
        self.shared.failed(fault, self.clock.now());
        let (camera, source, blame) = (self.source.camera(), &self.source, fault.blame().name());
        match fault {
            PullError::Panicked => {
                error!(%camera, %source, cause = %fault, blame, "no pictures from its address");
            }
            PullError::Superseded => info!(%camera, %source, blame, "{fault}"),
            _ => warn!(%camera, %source, cause = %fault, blame, "no pictures from its address"),
        }
    }

    async fn wait(&mut self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = self.stopped.wait_for(|stopped| *stopped) => {}
        }
    }
}
