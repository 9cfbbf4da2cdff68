//! One visit to a camera: connect, drive the session at ticks, hand over what comes out of it.

use ashkar_media::MediaEvent;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ashkar_terms::{Blame, Clock, Moment};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::{info, warn};

use super::event::Event;
use super::keepalive::Lessons;
use super::link::{Link, LinkError};
use super::puller::{PullError, PullOptions, Shared};
use super::session::{Session, SessionConfig};
use super::source::RtspSource;
use crate::{End, MediaSink, PullGate};

/// How often a camera over UDP is sent a packet that keeps the way open.
const OPEN_WAY_EVERY_US: u64 = 10_000_000;

/// How often a camera's refusals are logged; those between are counted.
const COMPLAIN_EVERY_US: u64 = 10_000_000;

/// A visit's end.
pub(super) struct Left {
    pub(super) error: PullError,
    /// What the next visit should know.
    pub(super) lessons: Lessons,
    /// The camera ended it while it was asked for its picture.
    pub(super) in_setup: bool,
}

/// What a visit works with.
pub(super) struct Visit<'a> {
    pub(super) source: &'a RtspSource,
    pub(super) gate: &'a dyn PullGate,
    pub(super) clock: &'a dyn Clock,
    pub(super) options: &'a PullOptions,
    pub(super) shared: &'a Shared,
}

/// A visit that is connected.
struct Conversation<'a> {
    visit: &'a Visit<'a>,
    link: Link,
    session: Session,
    sink: Option<Box<dyn MediaSink>>,
    events: Vec<Event>,
    way_opened_us: u64,
    over_udp: bool,
    complaints: Complaints,
}

impl Visit<'_> {
    /// Runs until something ends it, and says what.
    pub(super) async fn run(
        &self,
        over_udp: bool,
        lessons: Lessons,
        mut stopped: watch::Receiver<bool>,
    ) -> Left {
        let connected = tokio::select! {
            connected = self.connect(over_udp, lessons.clone()) => connected,
            _ = stopped.wait_for(|stopped| *stopped) => Err(PullError::Stopped),
        };
        let mut conversation = match connected {
            Ok(conversation) => conversation,
            Err(error) => return Left { error, lessons, in_setup: false },
        };
        let tick = if over_udp { self.options.gather_udp } else { self.options.gather };
        let error = loop {
            if let Err(error) = conversation.step(self.clock.now()) {
                break error;
            }
            tokio::select! {
                () = sleep_until(next_tick(tick)) => {}
                _ = stopped.wait_for(|stopped| *stopped) => break PullError::Stopped,
            }
        };
        conversation.end(error, self.clock.now())
    }

    async fn connect(&self, over_udp: bool, lessons: Lessons) -> Result<Conversation<'_>, PullError> {
        let address = (self.source.host(), self.source.port());
        let limit = self.options.connect_timeout;
        let tcp = timeout(limit, TcpStream::connect(address)).await;
        let tcp = tcp.map_err(|_| PullError::ConnectTimeout(limit))?.map_err(PullError::Connect)?;
        let tcp = tcp.into_std().map_err(PullError::Connect)?;
        let (link, way) = Link::new(tcp, over_udp).map_err(PullError::Ports)?;
        let config = SessionConfig {
            url: self.source.url().as_str().to_owned(),
            credentials: self.source.credentials().cloned(),
            way,
            answer_timeout_us: micros(self.options.answer_timeout),
            silence_us: micros(self.options.silence),
        };
        let session = Session::with_lessons(config, lessons, self.clock.now());
        Ok(Conversation {
            visit: self,
            link,
            session,
            sink: None,
            events: Vec::new(),
            way_opened_us: 0,
            over_udp,
            complaints: Complaints::default(),
        })
    }
}

impl Conversation<'_> {
    /// One tick: read what has gathered, hand it over, look at the time, write.
    fn step(&mut self, now: Moment) -> Result<(), PullError> {
        let read = self.link.read(&mut self.session, now, &mut self.events);
        self.hand_over(now)?;
        let bytes = read?;
        self.visit.shared.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        if let Some(sink) = self.sink.as_mut().filter(|_| bytes > 0) {
            sink.received(now);
        }
        let looked = self.session.tick(now, &mut self.events);
        self.hand_over(now)?;
        looked?;
        if self.sink.as_ref().is_some_and(|sink| sink.superseded()) {
            return Err(PullError::Superseded);
        }
        self.keep_way_open(now);
        self.link.send_reports(&mut self.session);
        self.link.write(&mut self.session)?;
        Ok(())
    }

    fn keep_way_open(&mut self, now: Moment) {
        let due =
            now.mono_us.saturating_sub(self.way_opened_us) >= OPEN_WAY_EVERY_US || self.way_opened_us == 0;
        if self.over_udp && due && self.session.server_ports().next().is_some() {
            self.link.open_way(&self.session);
            self.way_opened_us = now.mono_us.max(1);
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
        let camera = self.visit.source.camera();
        match event {
            Event::Described => self.open(now)?,
            Event::Playing => {
                self.visit.shared.playing();
                info!(%camera, source = %self.visit.source, "the camera plays");
            }
            Event::Diagnostic(text) => info!(%camera, "{text}"),
            Event::Media(event) => self.hand_over_media(event, now),
        }
        Ok(())
    }

    fn hand_over_media(&mut self, event: MediaEvent, now: Moment) {
        // Before the description there are no media.
        let Some(sink) = &mut self.sink else { return };
        let shared = self.visit.shared;
        match &event {
            MediaEvent::Video(_) => {
                shared.access_units.fetch_add(1, Ordering::Relaxed);
            }
            MediaEvent::Refused { reason, .. } => {
                shared.refused.fetch_add(1, Ordering::Relaxed);
                self.complaints.tell(self.visit.source, self.over_udp, reason, now);
            }
            _ => {}
        }
        sink.media(event, now);
    }

    /// The camera has answered: its sink is opened, and says whether sound is wanted.
    fn open(&mut self, now: Moment) -> Result<(), PullError> {
        if self.sink.is_some() {
            return Ok(());
        }
        let source = format!("rtsp {}:{}", self.visit.source.host(), self.visit.source.port());
        let sink = self.visit.gate.open(self.visit.source.camera(), &source, now).map_err(PullError::Gate)?;
        let wants_audio = sink.wants_audio();
        self.sink = Some(sink);
        self.session.proceed(wants_audio, now, &mut self.events);
        Ok(())
    }

    /// Frees the camera's session, of which it has few, and ends the sink.
    fn end(mut self, error: PullError, now: Moment) -> Left {
        let (foreign, refused) = (self.session.foreign_packets(), self.complaints.withheld);
        if foreign + refused > 0 {
            info!(camera = %self.visit.source.camera(), foreign, refused, "packets of foreign senders, and refusals that were only counted");
        }
        let lessons = self.session.lessons(error.is_by_camera(), now);
        let in_setup = error.is_by_camera() && self.session.is_setting_up();
        self.session.teardown(now);
        // The camera may be gone already.
        let _ = self.link.write(&mut self.session);
        if let Some(sink) = self.sink.take() {
            sink.end(End::new(error.cause(), error.to_string()), now);
        }
        Left { error, lessons, in_setup }
    }
}

/// Log lines about what is not taken: few, since a bad stream has many of them.
#[derive(Default)]
struct Complaints {
    told_us: Option<u64>,
    withheld: u64,
}

impl Complaints {
    fn tell(&mut self, source: &RtspSource, over_udp: bool, reason: &str, now: Moment) {
        if self.told_us.is_some_and(|told| now.mono_us.saturating_sub(told) < COMPLAIN_EVERY_US) {
            self.withheld += 1;
            return;
        }
        self.told_us = Some(now.mono_us);
        let more = std::mem::take(&mut self.withheld);
        // What is lost over UDP the line lost; over TCP only the camera can leave something out.
        let blame = if over_udp && reason.ends_with("were lost") { Blame::Line } else { Blame::Camera };
        warn!(camera = %source.camera(), blame = blame.name(), more, "not taken: {reason}");
    }
}

impl From<LinkError> for PullError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Closed => Self::Closed,
            LinkError::Io(error) => Self::Broken(error),
            LinkError::Session(error) => Self::Session(error),
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
