//! Errors of opening, appending, reading and flushing, and whose fault they are.

use std::io;

use ashkar_terms::{Blame, CameraId};

use crate::window::is_of_medium;

/// The archive cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes there.
    #[error("another process writes to this archive")]
    Locked,
    /// A file of the archive has a version that this program does not know, or is damaged beyond use.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file, relative to the archive's directory.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// An error of the file system.
    #[error("{path}: {source}")]
    Io {
        /// The file, relative to the archive's directory.
        path: String,
        /// Its error.
        source: io::Error,
    },
    /// No thread could be started.
    #[error("cannot start the archive's threads: {0}")]
    Thread(io::Error),
}

/// An output was not accepted, and never will be. If it is a part, the archive itself declares the resulting gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Only the reserve is left on the disk.
    #[error("camera {camera}: the archive's disk is full")]
    Full {
        /// The camera.
        camera: CameraId,
    },
    /// The disk does not keep up or does not respond.
    #[error("camera {camera}: {waiting_bytes} bytes wait for the archive's disk already")]
    QueueFull {
        /// The camera.
        camera: CameraId,
        /// Bytes waiting.
        waiting_bytes: usize,
    },
    /// An earlier part of the same segment was refused.
    #[error("camera {camera}: an earlier part of segment {segment} was refused")]
    Incomplete {
        /// The camera.
        camera: CameraId,
        /// The segment.
        segment: u64,
    },
    /// It does not continue what was appended before: numbers only increase, parts come in order.
    #[error("camera {camera}: segment {segment} part {part} does not follow on what came before")]
    OutOfOrder {
        /// The camera.
        camera: CameraId,
        /// The segment.
        segment: u64,
        /// Its index, or the number of parts in a segment's end.
        part: u16,
    },
    /// The init segment that it needs was not appended before it.
    #[error("camera {camera}: segment {segment} came before its init segment")]
    UnknownInit {
        /// The camera.
        camera: CameraId,
        /// The segment.
        segment: u64,
    },
    /// Longer than [`crate::options::PART_BYTES_MAX`] or [`crate::options::INIT_BYTES_MAX`].
    #[error("camera {camera}: {bytes} bytes are too long for a record")]
    TooLong {
        /// The camera.
        camera: CameraId,
        /// Its length.
        bytes: usize,
    },
    /// The archive is closed.
    #[error("the archive is closed")]
    Closed,
    /// Not everything became durable within the caller's time limit.
    #[error("the disk is slow; not everything is durable yet")]
    TimedOut,
}

impl Refused {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Full { .. } => Blame::Operator,
            Self::TooLong { .. } => Blame::Camera,
            _ => Blame::Centre,
        }
    }

    /// Whether the cause is lack of room or speed of the disk.
    pub const fn is_disk(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::QueueFull { .. } | Self::Incomplete { .. })
    }
}

/// The requested data cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// An error of the file system.
    #[error("journal {journal}: {source}")]
    Io {
        /// The journal, itself or its sidecar.
        journal: u32,
        /// The error.
        source: io::Error,
    },
    /// The data differ from what was written.
    #[error("journal {journal}, byte {offset}: the record of camera {camera} is damaged")]
    Damaged {
        /// The journal.
        journal: u32,
        /// The place in it.
        offset: u32,
        /// The camera.
        camera: CameraId,
    },
    /// A journal and its sidecar are missing, or both are damaged.
    #[error("journal {journal} is missing or unreadable")]
    Missing {
        /// The journal.
        journal: u32,
    },
    /// A later version of this program wrote something in it that this one does not know.
    #[error("journal {journal} holds a record that this version does not know")]
    Unknown {
        /// The journal.
        journal: u32,
    },
    /// The span holds more than [`crate::options::QUERY_SEGMENTS_MAX`] segments.
    #[error("camera {camera}: the span holds too many segments for one answer")]
    TooMany {
        /// The camera.
        camera: CameraId,
    },
}

impl ReadError {
    /// Whether the data are lost, according to the medium: repeating the request does not help.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Missing { .. } => true,
            Self::Io { source, .. } => is_of_medium(source),
            Self::Unknown { .. } | Self::TooMany { .. } => false,
        }
    }

    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::TooMany { .. } => Blame::Operator,
            _ => Blame::Centre,
        }
    }
}

/// A journal cannot be removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// There is no sealed journal of this number.
    #[error("journal {0} is not there, or not sealed")]
    NotSealed(u32),
    /// It holds something of a segment that is being recorded, or the beginning of a gap that lasts.
    #[error("journal {0} holds what is still being recorded")]
    InUse(u32),
    /// The archive holds media of the past, as a centre's does: retention is made for stations.
    #[error("the archive holds media of the past, of which nothing is removed")]
    Past,
    /// What it holds cannot be read, so it cannot be said either.
    #[error("what is removed cannot be told: {0}")]
    Read(#[from] ReadError),
    /// The list of what was removed cannot be read, so nothing may be added to it.
    #[error("the list of what was removed cannot be read")]
    Unreadable,
    /// The list of what was removed has become too long, bytes.
    #[error("the list of what was removed would have {0} bytes")]
    Long(usize),
    /// The list of what was removed cannot be written.
    #[error("the list of what is removed cannot be written: {source}")]
    Io {
        /// The error.
        source: io::Error,
    },
}

/// Not everything appended is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlushError {
    /// A write or a sync failed in the meantime; the waiting data are still in memory and are tried again elsewhere.
    #[error("the disk failed; what waits is tried again")]
    Failing,
    /// The archive was closed before.
    #[error("the archive is closed")]
    Closed,
    /// Not everything became durable within the caller's time limit.
    #[error("the disk is slow; not everything is durable yet")]
    TimedOut,
}
