//! Time as a value that the writer's and the sealer's threads hand to their engines.

use std::time::Duration;

use ashkar_terms::{ClockState, Moment};

/// What a shell tells an engine of the time. Engines ask no clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Since the shell began, on the monotonic clock: what is due is reckoned by this.
    pub(crate) elapsed: Duration,
    /// What records state.
    pub(crate) moment: Moment,
    /// What is known of the wall clock.
    pub(crate) clock: ClockState,
}
