//! Load on a centre: cameras that publish, and viewers that watch, thousands of each from one thread.
//!
//! - [`Publishers`] publish any number of [`Source`]s over RTMP.
//! - [`viewers`] watch over HTTP.
//!
//! In: what cameras show; what the centre answers. Out: RTMP; figures. What must never happen: that a viewer's stall is
//! not counted, or that a late camera shortens the day instead of leaving pictures out and reporting that.

mod error;
mod feed;
pub mod line;
mod publish;
mod source;
pub mod viewers;

pub use error::LoadError;
pub use feed::{Feed, Feeds};
pub use publish::{PublishOptions, PublishStats, Publisher, Publishers};
pub use source::{SharedAccessUnit, Source};
