//! Synthetic cameras: a polling station drawn, encoded once in loops, and replayed as any number of cameras.
//!
//! - [`Loops`] holds the encoded loops; [`Camera`] replays them with its own plate and clock, a pure function of
//!   camera and wall time. Nothing is encoded per camera: see `docs/design/synthetic.md`.
//! - [`History`] gives the pictures of a camera between two moments, as fast as they can be taken.
//!
//! In: a camera's name and the time. Out: H.264 access units, and the same for the same camera and time for ever. What must
//! never happen: that a picture could be taken for a real one (each says that it is a sample).

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
