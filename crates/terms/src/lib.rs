//! The words that every room shares: which camera, when, and in what state.
//!
//! Pure values: no I/O, no clock. Times are UTC microseconds ([`UtcMicros`]); media time is in 90 kHz ticks of
//! the same epoch ([`MediaTime`]); durations come from the monotonic clock ([`Moment::mono_us`]).

mod camera;
mod clock;
mod state;
mod time;

pub use camera::{CameraId, ParseCameraIdError};
pub use clock::{Clock, SystemClock};
pub use state::{Blame, Cause, ClockState, State};
pub use time::{MediaTime, Moment, Span, TICKS_PER_SECOND, UtcMicros};
