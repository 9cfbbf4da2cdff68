//! How opening, appending, reading and flushing fail, and whose fault it is.

use std::io;

use ashkar_terms::{Blame, CameraId};

use crate::window::is_of_medium;

/// The archive cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes there.
    #[error("another process writes to this archive")]
    Locked,
    /// A file of the archive is of a version that this program does not know, or is damaged beyond use.
    #[error("{path}: {reason}")]
    Unusable {
        /// Which file, from the archive's directory.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file, from the archive's directory.
        path: String,
        /// What it said.
        source: io::Error,
    },
    /// No thread could be started.
    #[error("cannot start the archive's threads: {0}")]
    Thread(io::Error),
}

/// What was handed in was not taken, and never will be. The archive itself declares the gap that follows from a
/// refused part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no room on the disk but the reserve.
    #[error("camera {camera}: the archive's disk is full")]
    Full {
        /// Whose part it was.
        camera: CameraId,
    },
    /// The disk does not keep up or does not answer.
    #[error("camera {camera}: {waiting_bytes} bytes wait for the archive's disk already")]
    QueueFull {
        /// Whose it was.
        camera: CameraId,
        /// Bytes that wait.
        waiting_bytes: usize,
    },
    /// An earlier part of the same segment was refused.
    #[error("camera {camera}: an earlier part of segment {segment} was refused")]
    Incomplete {
        /// Whose it was.
        camera: CameraId,
        /// Its segment.
        segment: u64,
    },
    /// It does not follow on what was handed in before: numbers only rise, parts come in order.
    #[error("camera {camera}: segment {segment} part {part} does not follow on what came before")]
    OutOfOrder {
        /// Whose it was.
        camera: CameraId,
        /// Its segment.
        segment: u64,
        /// Its index, or the number of parts that a segment's end names.
        part: u16,
    },
    /// The init segment that it needs did not come before it.
    #[error("camera {camera}: segment {segment} came before its init segment")]
    UnknownInit {
        /// Whose it was.
        camera: CameraId,
        /// Its segment.
        segment: u64,
    },
    /// Longer than [`crate::options::PART_BYTES_MAX`] or [`crate::options::INIT_BYTES_MAX`].
    #[error("camera {camera}: {bytes} bytes are too long for a record")]
    TooLong {
        /// Whose it was.
        camera: CameraId,
        /// Its length.
        bytes: usize,
    },
    /// The archive is closed.
    #[error("the archive is closed")]
    Closed,
    /// Not everything became durable in the time that the caller gave it.
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

    /// Whether it is for want of room or speed of the disk.
    pub const fn is_disk(&self) -> bool {
        matches!(self, Self::Full { .. } | Self::QueueFull { .. } | Self::Incomplete { .. })
    }
}

/// What was asked for cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system refused.
    #[error("journal {journal}: {source}")]
    Io {
        /// In which journal or in whose sidecar.
        journal: u32,
        /// What it said.
        source: io::Error,
    },
    /// What lies there is not what was written there.
    #[error("journal {journal}, byte {offset}: the record of camera {camera} is damaged")]
    Damaged {
        /// In which journal.
        journal: u32,
        /// Where in it.
        offset: u32,
        /// Whose it is.
        camera: CameraId,
    },
    /// A journal and its sidecar are missing, or both are damaged.
    #[error("journal {journal} is missing or unreadable")]
    Missing {
        /// Which.
        journal: u32,
    },
    /// The span holds more than [`crate::options::QUERY_SEGMENTS_MAX`] segments.
    #[error("camera {camera}: the span holds too many segments for one answer")]
    TooMany {
        /// Whose they are.
        camera: CameraId,
    },
}

impl ReadError {
    /// Whether it is lost, as far as the medium says: asking again does not help.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::Missing { .. } => true,
            Self::Io { source, .. } => is_of_medium(source),
            Self::TooMany { .. } => false,
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

/// Not everything that was handed in is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FlushError {
    /// A write or a sync failed meanwhile; what waits is still in memory and is tried again elsewhere.
    #[error("the disk failed; what waits is tried again")]
    Failing,
    /// The archive was closed before.
    #[error("the archive is closed")]
    Closed,
    /// Not everything became durable in the time that the caller gave it.
    #[error("the disk is slow; not everything is durable yet")]
    TimedOut,
}
