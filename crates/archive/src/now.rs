//! Time as a value that the threads of writer and sealer pass to their engines.

use std::time::Duration;

use ashkar_terms::{ClockState, Moment};

/// The current time, as passed to an engine by its shell. Engines read no clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Since the shell began, on the monotonic clock: the basis of all due times.
    pub(crate) elapsed: Duration,
    /// The time written to records.
    pub(crate) moment: Moment,
    /// The known state of the wall clock.
    pub(crate) clock: ClockState,
}
