//! How a session with a camera fails: the cause of the gap, whose fault it is, and whether an early retry helps.

use ashkar_terms::{Blame, Cause};

use super::auth::AuthError;
use super::message::MessageError;
use super::sdp::SdpError;

/// Why a session with a camera cannot go on. The texts hold neither credentials nor addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// The byte stream is not RTSP.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The camera's description cannot be read.
    #[error(transparent)]
    Description(#[from] SdpError),
    /// The camera refuses access.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The camera refused a request.
    #[error("the camera answered {method} with {status} {reason}")]
    Status {
        /// The request.
        method: &'static str,
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
    },
    /// The camera redirects to another address.
    #[error(
        "the camera answered {method} with {status}: it wants to be asked at another address; configure that one"
    )]
    Redirected {
        /// The request.
        method: &'static str,
        /// Status code.
        status: u16,
    },
    /// The camera refused the first SETUP: perhaps the transport, whatever its code says.
    #[error("the camera answered SETUP over {asked} with {status} {reason}")]
    TransportRefused {
        /// Status code.
        status: u16,
        /// Reason phrase.
        reason: String,
        /// Which transport was asked for.
        asked: &'static str,
    },
    /// The camera gave no session identifier, or one that cannot be sent back.
    #[error("the camera's answer to SETUP names no session")]
    NoSession,
    /// The description names no usable stream.
    #[error("the camera offers no H.264 and no H.265, only: {offered}")]
    NoVideo {
        /// What it offers.
        offered: String,
    },
    /// A request got no answer.
    #[error("the camera did not answer {method} within {seconds} s")]
    NoAnswer {
        /// The request.
        method: &'static str,
        /// How long the session waited.
        seconds: u64,
    },
    /// The camera plays, but nothing usable comes.
    #[error("no access unit came for {seconds} s")]
    Silent {
        /// How long the session waited.
        seconds: u64,
    },
    /// Packets come, but no picture can be made of them: the line is fine.
    #[error("packets came for {seconds} s, and no access unit could be made of them")]
    Unusable {
        /// How long the session waited.
        seconds: u64,
    },
    /// The camera ended the session: TEARDOWN, or an RTCP BYE.
    #[error("the camera ended its stream ({how})")]
    Ended {
        /// How it did so.
        how: &'static str,
    },
    /// 454 while playing.
    #[error("the camera has forgotten the session (454)")]
    SessionLost,
    /// Responses pile up that the camera does not read.
    #[error("the camera sends requests and reads no answers")]
    NotReading,
}

impl SessionError {
    /// Cause of the gap that follows.
    pub const fn cause(&self) -> Cause {
        match self {
            Self::Silent { .. } | Self::NoAnswer { .. } => Cause::Uplink,
            _ => Cause::Source,
        }
    }

    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Auth(AuthError::Needed | AuthError::Refused) | Self::Redirected { .. } => Blame::Operator,
            Self::Silent { .. } | Self::NoAnswer { .. } => Blame::Line,
            Self::Status { status: 404 | 403, .. } => Blame::Operator,
            _ => Blame::Camera,
        }
    }

    /// Whether the camera ended the session.
    pub(super) const fn is_by_camera(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::SessionLost)
    }

    /// Whether an early retry is of no use, and may lock the account at the camera.
    pub(super) const fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Auth(_) | Self::Status { status: 403, .. } | Self::TransportRefused { status: 403, .. }
        )
    }
}
