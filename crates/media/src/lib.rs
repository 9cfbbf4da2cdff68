//! From access units to CMAF: parameters, sane timestamps, parts, segments, gaps and facts.
//!
//! Pure: no I/O, no clock. All times are passed in as arguments.
//!
//! In: [`MediaEvent`]s, connects, disconnects and ticks, per camera. Out: [`Output`], in order.
//! What must never happen: a panic, an unbounded buffer, a changed NAL unit (I4), or one bad access unit ending
//! the stream (I3).

mod assembly;
mod boxes;
mod cmaf;
pub mod codec;
mod init;
mod input;
mod options;
mod output;
mod packager;
mod relay;
mod shift;
mod sound_of_part;
mod timeline;

pub use assembly::Framing;
pub use cmaf::empty_part;
pub use codec::{AudioParameters, ConfigError, VideoCodec, VideoParameters};
pub use init::init_segment;
pub use input::{AccessUnit, AudioConfig, AudioFrame, MediaEvent, VideoConfig};
pub use options::{
    Counters, GAP_SEGMENT_TICKS, LIVE_WITHIN_US, MAX_ACCESS_UNIT_BYTES, MAX_LEAD_TICKS, MIN_GAP_TICKS,
    MIN_SAMPLE_TICKS, Options, Resume,
};
pub use output::{
    Fact, FactKind, Gap, InitSegment, Output, PAST_SEGMENTS_FROM, Part, SegmentEnd, past_segment,
};
pub use packager::{Packager, Unusable};
pub use relay::check::{is_init, is_part};
pub use relay::{NotLive, Relay, cause_at_station};
pub use shift::shift_part;
pub use sound_of_part::first_sound_of;
