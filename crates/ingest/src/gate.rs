//! The boundary between protocols and the rest of the centre: who may send, where media go, and how a connection ends.

use std::fmt;
use std::net::SocketAddr;

use ashkar_media::MediaEvent;
use ashkar_terms::{Blame, CameraId, Cause, Moment};

/// Decides which publisher may send, and for which camera. Called from the reactor threads: no I/O, no waiting.
pub trait Gate: Send + Sync + 'static {
    /// Opens the camera that `key` stands for.
    ///
    /// `key` is the secret that the publisher sent: at most 256 bytes of anything. It must not be logged.
    ///
    /// # Errors
    /// A [`Refusal`]; the publisher gets it in the terms of its protocol, and the connection is closed.
    fn admit(
        &self,
        key: &str,
        peer: SocketAddr,
        protocol: Protocol,
        now: Moment,
    ) -> Result<Box<dyn MediaSink>, Refusal>;
}

/// Opens cameras that the centre itself connects to. The configuration already names them.
pub trait PullGate: Send + Sync + 'static {
    /// Opens `camera`, whose media now arrive from `source` (protocol and address, without credentials).
    ///
    /// # Errors
    /// [`Refusal::AlreadyLive`] if a publisher holds the camera, [`Refusal::Unknown`] if it is not listed.
    fn open(&self, camera: CameraId, source: &str, now: Moment) -> Result<Box<dyn MediaSink>, Refusal>;
}

/// One camera that is on air. All calls to one sink come from one thread at a time, in order of arrival.
///
/// After a panic in one of the calls, [`MediaSink::end`] is still tried once, with [`Cause::Centre`]; if that panics
/// too, the sink is dropped without it, and the implementation must then close the camera.
pub trait MediaSink: Send {
    /// An event of the session, handed over at `now`; parts of it may have [arrived](MediaEvent::arrival) earlier.
    /// Audio frames and audio parameters come only while [`MediaSink::wants_audio`].
    fn media(&mut self, event: MediaEvent, now: Moment);

    /// Bytes of the connection arrived, whatever they were. This distinguishes a camera that sends nothing usable from
    /// a line that delivers nothing. Called for each read: it must cost next to nothing.
    fn received(&mut self, _now: Moment) {}

    /// Whether the election's policy includes sound. If it does not, sound is dropped before it is assembled.
    fn wants_audio(&self) -> bool;

    /// Whether this connection lost its camera: key replaced, camera removed, or taken over by a new publisher. The
    /// shell asks at each tick on which bytes came, and at least once a second; it then closes and calls `end`.
    fn superseded(&self) -> bool;

    /// The connection is over. Called at most once, and last.
    fn end(self: Box<Self>, end: End, now: Moment);
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Cause of the gap that follows.
    pub cause: Cause,
    /// What was reported or observed, in English, without secrets.
    pub reason: String,
}

impl End {
    /// An end with this cause and reason.
    pub fn new(cause: Cause, reason: impl Into<String>) -> Self {
        Self { cause, reason: reason.into() }
    }
}

/// How a camera's media arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// RTMP, pushed.
    Rtmp,
    /// RTMP inside TLS, pushed.
    Rtmps,
    /// RTSP, pulled.
    Rtsp,
}

impl Protocol {
    /// The name used in logs, facts and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rtmp => "rtmp",
            Self::Rtmps => "rtmps",
            Self::Rtsp => "rtsp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a publisher may not send. The texts are sent to the publisher: they never contain a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// No camera has this key, or it was replaced. Both cases get the same text.
    #[error("the stream key is not valid")]
    WrongKey,
    /// Another publisher is live on this camera.
    #[error("another publisher is live on this camera")]
    AlreadyLive,
    /// The camera is not on the list, or is switched off.
    #[error("the camera is not enabled")]
    Unknown,
    /// A limit of the centre is reached; trying later may help.
    #[error("the centre takes no more publishers now")]
    Busy,
}

impl Refusal {
    /// The name used in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong_key",
            Self::AlreadyLive => "already_live",
            Self::Unknown => "unknown",
            Self::Busy => "busy",
        }
    }

    /// Whose fault it is.
    pub const fn blame(self) -> Blame {
        match self {
            Self::WrongKey | Self::AlreadyLive => Blame::Station,
            Self::Unknown => Blame::Operator,
            Self::Busy => Blame::Centre,
        }
    }
}
