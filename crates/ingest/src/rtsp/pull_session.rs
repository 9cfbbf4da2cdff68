//! One session with a pulled camera: connect, drive the session at ticks, hand over its events.

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ashkar_media::MediaEvent;
use ashkar_terms::{Blame, Clock, Moment};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{info, warn};

use super::connection::{Connection, ConnectionError};
use super::event::Event;
use super::keepalive::Quirks;
use super::puller::{PullError, PullOptions, Shared};
use super::session::{Session, SessionConfig};
use super::source::RtspSource;
use crate::{End, MediaSink, PullGate};

/// How often a camera over UDP is sent a packet that keeps firewalls open.
const HOLE_PUNCH_EVERY_US: u64 = 10_000_000;

/// How often a camera's refusals are logged; those in between are counted.
const REFUSAL_LOG_EVERY_US: u64 = 10_000_000;

/// How a session ended.
pub(super) struct SessionEnd {
    pub(super) error: PullError,
    /// What the next session should know.
    pub(super) quirks: Quirks,
    /// The camera ended it while a stream was being set up.
    pub(super) in_setup: bool,
}

/// What all sessions with one camera share.
pub(super) struct PullContext<'a> {
    pub(super) source: &'a RtspSource,
    pub(super) gate: &'a dyn PullGate,
    pub(super) clock: &'a dyn Clock,
    pub(super) options: &'a PullOptions,
    pub(super) shared: &'a Shared,
}

/// A connected session.
struct PullSession<'a> {
    context: &'a PullContext<'a>,
    connection: Connection,
    session: Session,
    sink: Option<Box<dyn MediaSink>>,
    events: Vec<Event>,
    hole_punched_us: u64,
    over_udp: bool,
    refusal_log: RefusalLog,
}

impl PullContext<'_> {
    /// Runs until something ends it, and returns what did.
    pub(super) async fn run(
        &self,
        over_udp: bool,
        quirks: Quirks,
        mut stopped: watch::Receiver<bool>,
    ) -> SessionEnd {
        let connected = tokio::select! {
            connected = self.connect(over_udp, quirks.clone()) => connected,
            _ = stopped.wait_for(|stopped| *stopped) => Err(PullError::Stopped),
        };
        let mut session = match connected {
            Ok(session) => session,
            Err(error) => return SessionEnd { error, quirks, in_setup: false },
        };
        let tick = if over_udp { self.options.gather_udp } else { self.options.gather };
        let error = loop {
            if let Err(error) = session.step(self.clock.now()) {
                break error;
            }
            tokio::select! {
                () = sleep_until(next_tick(tick)) => {}
                _ = stopped.wait_for(|stopped| *stopped) => break PullError::Stopped,
            }
        };
        session.end(error, self.clock.now())
    }

    async fn connect(&self, over_udp: bool, quirks: Quirks) -> Result<PullSession<'_>, PullError> {
        let address = (self.source.host(), self.source.port());
        let limit = self.options.connect_timeout;
        let tcp = timeout(limit, TcpStream::connect(address)).await;
        let tcp = tcp.map_err(|_| PullError::ConnectTimeout(limit))?.map_err(PullError::Connect)?;
        let tcp = tcp.into_std().map_err(PullError::Connect)?;
        let (connection, transport) = Connection::new(tcp, over_udp).map_err(PullError::Ports)?;
        let config = SessionConfig {
            url: self.source.url().as_str().to_owned(),
            credentials: self.source.credentials().cloned(),
            transport,
            answer_timeout_us: micros(self.options.answer_timeout),
            silence_us: micros(self.options.silence),
        };
        let session = Session::with_quirks(config, quirks, self.clock.now());
        Ok(PullSession {
            context: self,
            connection,
            session,
            sink: None,
            events: Vec::new(),
            hole_punched_us: 0,
            over_udp,
            refusal_log: RefusalLog::default(),
        })
    }
}

impl PullSession<'_> {
    /// One tick: read what has gathered, hand it over, check deadlines, write.
    fn step(&mut self, now: Moment) -> Result<(), PullError> {
        let read = self.connection.read(&mut self.session, now, &mut self.events);
        self.hand_over(now)?;
        let bytes = read?;
        self.context.shared.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if let Some(sink) = self.sink.as_mut().filter(|_| bytes > 0) {
            sink.received(now);
        }
        let looked = self.session.tick(now, &mut self.events);
        self.hand_over(now)?;
        looked?;
        if self.sink.as_ref().is_some_and(|sink| sink.superseded()) {
            return Err(PullError::Superseded);
        }
        self.keep_hole_open(now);
        self.connection.send_reports(&mut self.session);
        self.connection.write(&mut self.session)?;
        Ok(())
    }

    fn keep_hole_open(&mut self, now: Moment) {
        let due = now.mono_us.saturating_sub(self.hole_punched_us) >= HOLE_PUNCH_EVERY_US
            || self.hole_punched_us == 0;
        if self.over_udp && due && self.session.server_ports().next().is_some() {
            self.connection.punch_hole(&self.session);
            self.hole_punched_us = now.mono_us.max(1);
        }
    }

    fn hand_over(&mut self, now: Moment) -> Result<(), PullError> {
        while !self.events.is_empty() {
            let mut events = std::mem::take(&mut self.events);
            events.drain(..).try_for_each(|event| self.hand_over_one(event, now))?;
            if self.events.is_empty() {
                self.events = events;
            }
        }
        Ok(())
    }

    fn hand_over_one(&mut self, event: Event, now: Moment) -> Result<(), PullError> {
        let camera = self.context.source.camera();
        match event {
            Event::Described => self.open(now)?,
            Event::Playing => {
                self.context.shared.playing();
                info!(%camera, source = %self.context.source, "the camera plays");
            }
            Event::Diagnostic(text) => info!(%camera, "{text}"),
            Event::Media(event) => self.hand_over_media(event, now),
        }
        Ok(())
    }

    fn hand_over_media(&mut self, event: MediaEvent, now: Moment) {
        // There are no media before the description.
        let Some(sink) = &mut self.sink else { return };
        let shared = self.context.shared;
        match &event {
            MediaEvent::Video(_) => {
                shared.access_units.fetch_add(1, Ordering::Relaxed);
            }
            MediaEvent::Refused { reason, .. } => {
                shared.refused.fetch_add(1, Ordering::Relaxed);
                self.refusal_log.add(self.context.source, self.over_udp, reason, now);
            }
            _ => {}
        }
        sink.media(event, now);
    }

    /// The camera has answered: opens its sink, which decides whether sound is wanted.
    fn open(&mut self, now: Moment) -> Result<(), PullError> {
        if self.sink.is_some() {
            return Ok(());
        }
        let source = format!("rtsp {}:{}", self.context.source.host(), self.context.source.port());
        let sink =
            self.context.gate.open(self.context.source.camera(), &source, now).map_err(PullError::Gate)?;
        let wants_audio = sink.wants_audio();
        self.sink = Some(sink);
        self.session.proceed(wants_audio, now, &mut self.events);
        Ok(())
    }

    /// Tears the session down, since cameras allow only a few, and ends the sink.
    fn end(mut self, error: PullError, now: Moment) -> SessionEnd {
        let (foreign, refused) = (self.session.foreign_packets(), self.refusal_log.withheld);
        if foreign + refused > 0 {
            info!(camera = %self.context.source.camera(), foreign, refused, "packets of foreign senders, and refusals that were only counted");
        }
        let quirks = self.session.quirks(error.is_by_camera(), now);
        let in_setup = error.is_by_camera() && self.session.is_setting_up();
        self.session.teardown(now);
        // The camera may already be gone.
        let _ = self.connection.write(&mut self.session);
        if let Some(sink) = self.sink.take() {
            sink.end(End::new(error.cause(), error.to_string()), now);
        }
        SessionEnd { error, quirks, in_setup }
    }
}

/// Logs refusals, with a rate limit: a bad stream has many.
#[derive(Default)]
struct RefusalLog {
    logged_us: Option<u64>,
    withheld: u64,
}

impl RefusalLog {
    fn add(&mut self, source: &RtspSource, over_udp: bool, reason: &str, now: Moment) {
        if self.logged_us.is_some_and(|last| now.mono_us.saturating_sub(last) < REFUSAL_LOG_EVERY_US) {
            self.withheld += 1;
            return;
        }
        self.logged_us = Some(now.mono_us);
        let more = std::mem::take(&mut self.withheld);
        // Over UDP the line lost it; over TCP only the camera can leave something out.
        let blame = if over_udp && reason.ends_with("were lost") { Blame::Line } else { Blame::Camera };
        warn!(camera = %source.camera(), cause = %reason, blame = blame.name(), more, "not taken");
    }
}

impl From<ConnectionError> for PullError {
    fn from(error: ConnectionError) -> Self {
        match error {
            ConnectionError::Closed => Self::Closed,
            ConnectionError::Io(error) => Self::Broken(error),
            ConnectionError::Session(error) => Self::Session(error),
        }
    }
}

/// The next of the instants that all cameras share, so that one wake-up of the runtime serves many of them.
fn next_tick(tick: Duration) -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    let (origin, now) = (*ORIGIN.get_or_init(Instant::now), Instant::now());
    let tick_us = tick.as_micros().max(1000);
    let into_us = now.duration_since(origin).as_micros() % tick_us;
    now + Duration::from_micros(u64::try_from(tick_us - into_us).unwrap_or(1000))
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
