//! Evidence records: the archive's statements about every segment and every gap of a camera, in a form that is hashed
//! now and signed later.
//!
//! Pure: no I/O, no clock. A camera's records form a [`Chain`]: each carries the next sequence number and the hash of
//! the record before it, across restarts. A record has exactly one encoding ([`Record::encode`]), and its hash
//! ([`Record::hash`]) is the SHA-256 of those bytes, so that a signature, an epoch leaf or a log entry can be put
//! around a record later without changing one byte of it.
//!
//! The layout is written down byte by byte in `docs/reference/archive-format.md`.

mod chain;
mod codec;
mod record;

pub use chain::{Chain, ChainError};
pub use codec::{DecodeError, GAP_RECORD_BYTES, RECORD_BYTES_MAX, SEGMENT_RECORD_BYTES, VERSION};
pub use record::{GapRecord, Link, Record, SegmentRecord};
