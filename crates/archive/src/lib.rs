//! The archive: the cameras' recordings on disk, durable within a fraction of a second, found by time and number, and
//! recovered after any crash by reading alone.
//!
//! All cameras share one journal, because one file can be synced often. A journal is a sequence of records, each with
//! checksums over header and payload; when it is full, a sidecar with the same headers sorted by camera is written
//! beside it. The bytes are described in `docs/reference/archive-format.md`, the reasons in `docs/design/archive.md`.
//!
//! Invariants guarded here: I1 (`append` never waits for the disk), I2 (what [`Archive::flush`] acknowledged is there
//! after any crash), I8 ([`options`]), I10 (nothing is deleted but whole journals, when a policy says so; with a full disk, parts are refused, the gap is
//! declared, and recording resumes by itself).

mod append_queue;
mod archive;
mod catalog;
pub mod check;
mod coverage;
pub mod disk;
mod error;
mod format;
#[doc(hidden)]
pub mod fuzz;
mod identity;
mod now;
pub mod options;
mod planted;
mod read;
mod recover;
mod retention;
mod rewrite;
mod scan;
mod sealer;
mod search;
mod shared;
#[cfg(test)]
mod simulation;
mod status;
#[doc(hidden)]
pub mod stepped;
mod window;
mod writer;

pub use append_queue::Resumed;
pub use archive::{Archive, Undeclared};
pub use coverage::{GapEntry, Interval, IntervalKind};
pub use disk::Space;
pub use error::{FlushError, OpenError, ReadError, Refused, RemoveError};
pub use options::Options;
pub use read::{PartEntry, SegmentEntry};
pub use recover::{DamagedRange, Recovery};
pub use retention::{CameraContent, JournalContent, Removed};
pub use status::{DiskState, Status, Times};
