//! What the sender asks of its shell, and how that can fail.

use ashkar_media::Output;
use ashkar_terms::CameraId;

#[cfg(doc)]
use super::Sender;
use crate::{HavePath, RecordPath, Refusal};

/// Names a request, so that its answer finds it. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(super) u64);

/// What the shell is to do. Each but [`Action::OpenSession`] is answered under its id, or times out.
#[derive(Debug, Clone)]
pub enum Action {
    /// Open a session, then [`Sender::session_opened`] or [`Sender::session_failed`].
    OpenSession,
    /// `PUT` this record to this address, on the connection of its line, then [`Sender::answered`].
    Send {
        /// The request.
        id: RequestId,
        /// Where to, and on which line.
        path: RecordPath,
        /// Request; [`crate::encode`] makes its body.
        record: Output,
    },
    /// Read a segment from the agent's archive (its init segment, its parts and its end, in order; gaps and facts
    /// beside it may come too), then [`Sender::read`].
    ReadSegment {
        /// The request.
        id: RequestId,
        /// The camera.
        camera: CameraId,
        /// Media sequence number.
        segment: u64,
    },
    /// `GET` what the centre has, on the late line's connection, then [`Sender::told`].
    AskHave {
        /// The request.
        id: RequestId,
        /// What to ask.
        path: HavePath,
    },
}

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The centre refused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No answer, or one that cannot be understood: nobody knows what became of it.
    #[error("no answer")]
    Unanswered,
}

/// Why a segment was not read from the agent's archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such segment any more.
    #[error("no such segment is recorded")]
    Gone,
    /// A wrong clock recorded it, and where it belongs is not known yet: until [`Sender::placed`].
    #[error("it is not known when the segment was recorded")]
    Waits,
    /// It could not be read now.
    #[error("the segment cannot be read")]
    Failed,
}
