//! The hash chain of a camera's evidence records: a missing, repeated or changed record breaks it.

use ashkar_terms::{CameraId, ClockState, Moment};

use crate::{Link, Record};

/// The end of a camera's chain of records: what the next record must carry.
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
    /// A record is missing, repeated or out of order.
    #[error("camera {camera}: record {found} stands where record {expected} belongs")]
    Sequence {
        /// The camera.
        camera: CameraId,
        /// The sequence number that continues the chain.
        expected: u64,
        /// The one found.
        found: u64,
    },
    /// The record before it was changed.
    #[error("camera {camera}: record {sequence} does not carry the hash of the record before it")]
    Previous {
        /// The camera.
        camera: CameraId,
        /// The record whose `previous` differs.
        sequence: u64,
    },
}

impl Chain {
    /// The link of the next record of this chain.
    pub const fn link(&self, camera: CameraId, boot_id: [u8; 16], at: Moment, clock: ClockState) -> Link {
        Link { camera, boot_id, sequence: self.next_sequence, previous: self.previous, at, clock }
    }

    /// The chain extended by `record`, which was made from [`Chain::link`]. Nothing is checked.
    #[must_use]
    pub fn after(record: &Record) -> Self {
        Self { next_sequence: record.link().sequence.wrapping_add(1), previous: record.hash() }
    }

    /// Advances to `record` if it continues the chain; otherwise leaves the chain as it is.
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
