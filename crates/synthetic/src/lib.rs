//! Synthetic cameras: a polling station drawn, encoded once in loops, and replayed as any number of cameras.
//!
//! - [`Loops`] holds the encoded loops; [`Camera`] replays them with its own plate and clock, a pure function of
//!   camera and wall time. Nothing is encoded per camera: see `docs/design/synthetic.md`.
//! - [`History`] yields the pictures of a camera between two moments, as fast as they can be consumed.
//!
//! In: a camera's name and the time. Out: H.264 access units, always the same for the same camera and time. What must
//! never happen: that a picture could be mistaken for a real one (each is marked as a sample).

mod cache;
mod camera;
#[cfg(test)]
mod decoded;
mod encode;
mod error;
mod h264;
mod history;
mod loops;
mod options;
mod overlay;
mod picture;
mod scene;

pub use camera::Camera;
pub use error::SyntheticError;
pub use history::History;
pub use loops::Loops;
pub use options::{DayHours, FrameRate, LoopOptions, ParseFrameRateError};
pub use scene::{Act, draw_picture};
