//! One camera's connection.

use std::io::{self, Read};
use std::net::SocketAddr;

use ashkar_ingest::rtmp::PublisherSession;
use ashkar_ingest::rtmp::client::{MediaHeader, PublisherError, video_config_message};
use ashkar_media::{VideoCodec, VideoConfig};
use ashkar_terms::MediaTime;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

use super::outbox::Outbox;
use super::{PublishOptions, PublishStats, Publisher};
use crate::Source;

/// The first pause before connecting again; it doubles up to the longest.
const FIRST_PAUSE_US: u64 = 500_000;
const LONGEST_PAUSE_US: u64 = 15_000_000;
/// A connection that does not publish within this time is given up.
const TIMEOUT_US: u64 = 10_000_000;
/// Pictures that may be sent at once after a delay; older ones are left out up to the next keyframe.
const MAX_LATE_FRAMES: i64 = 50;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
enum ConnectionError {
    #[error(transparent)]
    Socket(#[from] io::Error),
    #[error(transparent)]
    Session(#[from] PublisherError),
    #[error("the centre closed the connection")]
    Closed,
    #[error("the centre did not answer in time")]
    TimedOut,
}

/// A camera that publishes, or is about to.
#[derive(Debug)]
pub(super) struct Connection<S> {
    source: S,
    key: String,
    state: State,
    outbox: Outbox,
    failures: u32,
}

#[derive(Debug)]
enum State {
    /// No connection; the next attempt is at this monotonic time.
    Pausing { until_us: u64 },
    /// Connecting, handshake, publish request; given up at this monotonic time.
    Opening { socket: TcpStream, session: Box<PublisherSession>, until_us: u64 },
    /// Media flow.
    Publishing { socket: TcpStream, session: Box<PublisherSession>, first: i64, next: i64 },
}

impl<S: Source> Connection<S> {
    pub(super) fn new(publisher: Publisher<S>) -> Self {
        Self {
            source: publisher.source,
            key: publisher.key,
            state: State::Pausing { until_us: 0 },
            outbox: Outbox::default(),
            failures: 0,
        }
    }

    /// Whether a new connection is due.
    pub(super) fn wants_to_connect(&self, mono_us: u64) -> bool {
        matches!(self.state, State::Pausing { until_us } if until_us <= mono_us)
    }

    /// When the next picture is due, 90 kHz ticks; `None` unless publishing.
    pub(super) fn due(&self) -> Option<MediaTime> {
        match self.state {
            State::Publishing { next, .. } => Some(self.source.time_of(next)),
            _ => None,
        }
    }

    /// Opens a connection.
    pub(super) fn connect(
        &mut self,
        options: &PublishOptions,
        registry: &Registry,
        token: Token,
        mono_us: u64,
        stats: &mut PublishStats,
    ) {
        let address = format!("rtmp://{}/{}", options.target, options.application);
        let session = Box::new(PublisherSession::new(&options.application, &self.key, &address));
        match open(options.target, registry, token) {
            Ok(socket) => self.state = State::Opening { socket, session, until_us: mono_us + TIMEOUT_US },
            Err(error) => self.fail(&ConnectionError::Socket(error), mono_us, stats),
        }
    }

    /// Handles an event of the socket: reads, answers, and continues writing.
    pub(super) fn serve(
        &mut self,
        config: &VideoConfig,
        buffer: &mut [u8],
        now: (MediaTime, u64),
        stats: &mut PublishStats,
    ) {
        if let Err(error) = self.try_serve(config, buffer, now.0, stats) {
            self.fail(&error, now.1, stats);
        }
    }

    /// Gives up a connection that takes too long to publish.
    pub(super) fn check_timeout(&mut self, mono_us: u64, stats: &mut PublishStats) {
        if matches!(self.state, State::Opening { until_us, .. } if until_us <= mono_us) {
            self.fail(&ConnectionError::TimedOut, mono_us, stats);
        }
    }

    /// Sends the pictures that are due at `now`.
    pub(super) fn send_due(&mut self, now: (MediaTime, u64), stats: &mut PublishStats) {
        if let Err(error) = self.try_send_due(now.0, stats) {
            self.fail(&error.into(), now.1, stats);
        }
    }

    /// Ends the stream, as far as the socket accepts that at once.
    pub(super) fn finish(&mut self) {
        if let State::Publishing { socket, session, .. } = &mut self.state {
            session.finish();
            self.outbox.push(session.poll_output().unwrap_or_default());
            let _ = self.outbox.flush(socket);
        }
        self.state = State::Pausing { until_us: u64::MAX };
    }

    fn try_serve(
        &mut self,
        config: &VideoConfig,
        buffer: &mut [u8],
        now: MediaTime,
        stats: &mut PublishStats,
    ) -> Result<(), ConnectionError> {
        let (State::Opening { socket, session, .. } | State::Publishing { socket, session, .. }) =
            &mut self.state
        else {
            return Ok(());
        };
        read_all(socket, session, buffer)?;
        if let Some(output) = session.poll_output() {
            self.outbox.push(output);
        }
        stats.bytes += self.outbox.flush(socket)? as u64;
        if matches!(self.state, State::Opening { .. }) {
            self.start_if_accepted(config, now, stats);
        }
        Ok(())
    }

    /// Once the centre agrees: sends parameter sets, and then pictures from the next keyframe on.
    fn start_if_accepted(&mut self, config: &VideoConfig, now: MediaTime, stats: &mut PublishStats) {
        let until_us = u64::MAX;
        self.state = match std::mem::replace(&mut self.state, State::Pausing { until_us }) {
            State::Opening { socket, session, .. } if session.is_publishing() => {
                self.outbox.push(video_config_message(config, 0));
                let first = keyframe_from(&self.source, self.source.frame_from(now));
                self.failures = 0;
                stats.publishing += 1;
                State::Publishing { socket, session, first, next: first }
            }
            other => other,
        };
    }

    fn try_send_due(&mut self, now: MediaTime, stats: &mut PublishStats) -> io::Result<()> {
        let State::Publishing { socket, first, next, .. } = &mut self.state else { return Ok(()) };
        let due = self.source.frame_from(now.plus(1));
        let skipping = due - *next > MAX_LATE_FRAMES || (self.outbox.is_full() && *next < due);
        if skipping {
            let resume = keyframe_from(&self.source, due.max(*next + 1));
            stats.behind += u64::try_from(resume - *next).unwrap_or(0);
            *next = resume;
        }
        while *next < due {
            let unit = self.source.access_unit(*next);
            let timestamp_ms = self.source.time_of(*next).since(self.source.time_of(*first)) / 90;
            // RTMP timestamps wrap at 32 bits.
            let header =
                MediaHeader::video(VideoCodec::H264, timestamp_ms as u32, 0, unit.keyframe, unit.len());
            stats.bytes += self.outbox.flush(socket)? as u64;
            stats.bytes += self.outbox.send(header.as_bytes(), unit.chunks(), socket)? as u64;
            stats.frames += 1;
            *next += 1;
        }
        Ok(())
    }

    fn fail(&mut self, error: &ConnectionError, mono_us: u64, stats: &mut PublishStats) {
        tracing::debug!(camera = %self.source.id(), %error, "connection lost");
        if matches!(self.state, State::Publishing { .. }) {
            stats.publishing -= 1;
        }
        stats.lost += 1;
        let pause_us = (FIRST_PAUSE_US << self.failures.min(5)).min(LONGEST_PAUSE_US);
        // Cameras that were disconnected together must not all come back at once.
        let spread_us = pause_us * u64::from(self.source.id().station % 16) / 32;
        self.failures += 1;
        self.outbox = Outbox::default();
        self.state = State::Pausing { until_us: mono_us + pause_us + spread_us };
    }
}

fn keyframe_from(source: &impl Source, mut frame: i64) -> i64 {
    while !source.is_keyframe(frame) {
        frame += 1;
    }
    frame
}

fn open(target: SocketAddr, registry: &Registry, token: Token) -> io::Result<TcpStream> {
    let mut socket = TcpStream::connect(target)?;
    socket.set_nodelay(true)?;
    registry.register(&mut socket, token, Interest::READABLE | Interest::WRITABLE)?;
    Ok(socket)
}

fn read_all(
    socket: &mut TcpStream,
    session: &mut PublisherSession,
    buffer: &mut [u8],
) -> Result<(), ConnectionError> {
    loop {
        match socket.read(buffer) {
            Ok(0) => return Err(ConnectionError::Closed),
            Ok(length) => session.feed(&buffer[..length])?,
            Err(error) => match error.kind() {
                // A socket that is still connecting reports that it is not connected.
                io::ErrorKind::WouldBlock | io::ErrorKind::NotConnected => return Ok(()),
                io::ErrorKind::Interrupted => {}
                _ => return Err(error.into()),
            },
        }
    }
}
