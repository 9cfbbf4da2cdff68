//! Why the centre refuses a request: a code for programs, a text for people, and whose fault it is.

use ashkar_terms::{Blame, UtcMicros};
use serde::{Deserialize, Serialize};

use crate::BodyError;

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// Too late to be live, or not what follows: send it, and the rest of its segment, as late.
    NotLive,
    /// A record of this name is there, with other bytes.
    Differs,
    /// The init segment that a part requires is not there: send that first.
    InitNeeded,
    /// Something before it is not there, such as the parts of a segment that ends.
    OutOfOrder,
    /// The token names no session: open a new one.
    UnknownSession,
    /// No such device is enrolled, or it has no such camera.
    UnknownDevice,
    /// The device, or its code of enrolment, was revoked.
    Revoked,
    /// The signature does not fit the request.
    BadSignature,
    /// The nonce was used before.
    Replayed,
    /// The date of the signature is too far from the centre's clock, which the refusal tells.
    Clock,
    /// The centre's disk takes nothing at the moment.
    Disk,
    /// The centre has too much to do at the moment.
    Busy,
    /// Somebody else sends this camera at the moment.
    Taken,
    /// Longer than the protocol allows.
    TooLong,
    /// Not a request of this protocol.
    Malformed,
}

impl RefusalCode {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::NotLive,
        Self::Differs,
        Self::InitNeeded,
        Self::OutOfOrder,
        Self::UnknownSession,
        Self::UnknownDevice,
        Self::Revoked,
        Self::BadSignature,
        Self::Replayed,
        Self::Clock,
        Self::Disk,
        Self::Busy,
        Self::Taken,
        Self::TooLong,
        Self::Malformed,
    ];

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotLive => "not-live",
            Self::Differs => "differs",
            Self::InitNeeded => "init-needed",
            Self::OutOfOrder => "out-of-order",
            Self::UnknownSession => "unknown-session",
            Self::UnknownDevice => "unknown-device",
            Self::Revoked => "revoked",
            Self::BadSignature => "bad-signature",
            Self::Replayed => "replayed",
            Self::Clock => "clock",
            Self::Disk => "disk",
            Self::Busy => "busy",
            Self::Taken => "taken",
            Self::TooLong => "too-long",
            Self::Malformed => "malformed",
        }
    }

    /// The type of the problem in words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::NotLive => "The record is not live any more",
            Self::Differs => "The centre has other bytes under this name",
            Self::InitNeeded => "The init segment is not there",
            Self::OutOfOrder => "What goes before it is not there",
            Self::UnknownSession => "There is no such session",
            Self::UnknownDevice => "There is no such device",
            Self::Revoked => "It was revoked",
            Self::BadSignature => "The signature does not fit",
            Self::Replayed => "The nonce was used before",
            Self::Clock => "The clocks differ too much",
            Self::Disk => "The centre cannot write",
            Self::Busy => "The centre is busy",
            Self::Taken => "Somebody else sends this camera",
            Self::TooLong => "The request is too long",
            Self::Malformed => "The request cannot be understood",
        }
    }

    /// The HTTP status that carries it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::UnknownSession | Self::BadSignature | Self::Replayed | Self::Clock => 401,
            Self::UnknownDevice | Self::Revoked => 403,
            Self::NotLive | Self::Differs | Self::OutOfOrder | Self::Taken => 409,
            Self::TooLong => 413,
            Self::InitNeeded => 428,
            Self::Busy => 503,
            Self::Disk => 507,
        }
    }

    /// Whether the same bytes may be accepted later: at once after what they need, or when the centre can again. A
    /// request to open a session is signed anew instead.
    pub const fn is_worth_repeating(self) -> bool {
        match self {
            Self::InitNeeded
            | Self::OutOfOrder
            | Self::UnknownSession
            | Self::Disk
            | Self::Busy
            | Self::Taken => true,
            Self::NotLive
            | Self::Differs
            | Self::UnknownDevice
            | Self::Revoked
            | Self::BadSignature
            | Self::Replayed
            | Self::Clock
            | Self::TooLong
            | Self::Malformed => false,
        }
    }

    /// Whose fault it is.
    pub const fn blame(self) -> Blame {
        match self {
            Self::NotLive | Self::Replayed => Blame::Line,
            Self::UnknownSession | Self::Disk | Self::Busy => Blame::Centre,
            Self::UnknownDevice | Self::Revoked => Blame::Operator,
            Self::Differs
            | Self::Taken
            | Self::InitNeeded
            | Self::OutOfOrder
            | Self::BadSignature
            | Self::Clock
            | Self::TooLong
            | Self::Malformed => Blame::Station,
        }
    }
}

/// The body of a refusal: a problem of RFC 9457 (`application/problem+json`) with a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Deserialize)]
#[error("{}: {detail}", code.name())]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// What happened here, for people.
    #[serde(default)]
    pub detail: String,
    /// The centre's wall clock, microseconds: always with [`RefusalCode::Clock`].
    #[serde(default)]
    pub now_us: Option<UtcMicros>,
}

impl Refusal {
    /// A refusal without the centre's time.
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), now_us: None }
    }

    /// Reads the body of a refusal. Members that it does not know are passed over.
    ///
    /// # Errors
    /// [`BodyError`] if there is no code that this version knows.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
        BodyError::read(bytes)
    }

    /// The body of this refusal.
    pub fn to_json(&self) -> Vec<u8> {
        BodyError::write(self)
    }
}

impl Serialize for Refusal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Problem<'a> {
            #[serde(rename = "type")]
            kind: String,
            title: &'static str,
            status: u16,
            code: RefusalCode,
            detail: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            now_us: Option<UtcMicros>,
        }
        let Self { code, detail, now_us } = self;
        let kind = format!("/problems/{}", code.name());
        Problem { kind, title: code.title(), status: code.status(), code: *code, detail, now_us: *now_us }
            .serialize(serializer)
    }
}
