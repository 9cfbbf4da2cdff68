//! The hash chain of a camera's evidence records: a record that is missing, repeated or changed breaks it.

use ashkar_terms::{CameraId, ClockState, Moment};

use crate::{Link, Record};

/// Where a camera's chain of records stands: what the next record must carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Chain {
    /// Sequence number of the next record.
    pub next_sequence: u64,
    /// Hash of the last record; zeros before the first.
    pub previous: [u8; 32],
}

/// A record does not continue its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// A record is missing, came twice or came out of order.
    #[error("camera {camera}: record {found} stands where record {expected} belongs")]
    Sequence {
        /// Whose chain.
        camera: CameraId,
        /// The sequence number that continues the chain.
        expected: u64,
        /// The one that stands there.
        found: u64,
    },
    /// The record before it was changed.
    #[error("camera {camera}: record {sequence} does not carry the hash of the record before it")]
    Previous {
        /// Whose chain.
        camera: CameraId,
        /// The record that says otherwise.
        sequence: u64,
    },
}

impl Chain {
    /// The link of the next record of this chain.
    pub const fn link(&self, camera: CameraId, boot_id: [u8; 16], at: Moment, clock: ClockState) -> Link {
        Link { camera, boot_id, sequence: self.next_sequence, previous: self.previous, at, clock }
    }

    /// The chain with `record`, made from [`Chain::link`], at its end. It checks nothing.
    #[must_use]
    pub fn after(record: &Record) -> Self {
        Self { next_sequence: record.link().sequence.wrapping_add(1), previous: record.hash() }
    }

    /// Goes on to `record` if it continues the chain; otherwise leaves the chain as it is.
    ///
    /// # Errors
    /// [`ChainError::Sequence`] if its number is not the next, [`ChainError::Previous`] if its hash is not that of
    /// the record before it.
    pub fn follow(&mut self, record: &Record) -> Result<(), ChainError> {
        let link = record.link();
        if link.sequence != self.next_sequence {
            return Err(ChainError::Sequence {
                camera: link.camera,
                expected: self.next_sequence,
                found: link.sequence,
            });
        }
        if link.previous != self.previous {
            return Err(ChainError::Previous { camera: link.camera, sequence: link.sequence });
        }
        *self = Self::after(record);
        Ok(())
    }
}
