//! From access units to CMAF: parameters, sane timestamps, parts, segments, gaps and facts.
//!
//! Pure: no I/O, no clock. Every time that it knows came in as an argument.
//!
//! In: [`VideoConfig`], [`AccessUnit`], connects, disconnects and ticks, per camera. Out: [`Output`], in order.
//! What must never happen: a panic, an unbounded buffer, a changed NAL unit (I4), or one bad access unit ending
//! the stream (I3).

mod assembly;
mod bits;
mod boxes;
mod cmaf;
mod config;
mod init;
mod input;
mod nal;
mod options;
mod output;
mod packager;
mod timeline;
mod unwrap;

pub use assembly::{Framing, begins_picture, split_at_start_codes, starts_with_start_code};
pub use cmaf::empty_part;
pub use config::{
    AudioParameters, ConfigError, MAX_PARAMETER_SET_BYTES, MAX_PARAMETER_SETS, MAX_PICTURE_SIDE,
    MAX_RECORD_BYTES, MIN_PICTURE_SIDE, VideoParameters, h264_config_from_parameter_sets,
    h265_config_from_parameter_sets,
};
pub use init::{AUDIO_TRACK, TIMESCALE, VIDEO_TRACK, init_segment};
pub use input::{AccessUnit, AudioConfig, AudioFrame, VideoCodec, VideoConfig};
pub use nal::{MAX_NAL_UNITS, NalError, NalKind, NalUnits};
pub use options::{
    Counters, GAP_SEGMENT_TICKS, LIVE_WITHIN_US, MAX_ACCESS_UNIT_BYTES, MAX_LEAD_TICKS, MIN_GAP_TICKS,
    MIN_SAMPLE_TICKS, Options, Resume,
};
pub use output::{Fact, FactKind, Gap, InitSegment, Output, Part, SegmentEnd};
pub use packager::{Packager, Unusable};
pub use unwrap::Unwrapper;
