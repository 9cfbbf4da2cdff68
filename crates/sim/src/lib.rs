//! Load made here. Cameras: a polling station drawn, encoded once, and replayed as any number of them. Viewers: players of
//! what the centre shows.
//!
//! - [`Reel`] holds the encoded loops; [`Camera`] replays them with its own plate and clock, a pure function of
//!   camera and wall time. Nothing is encoded per camera: see `docs/design/sim.md`.
//! - [`History`] gives the pictures of a camera between two moments, as fast as they can be taken.
//! - [`Simulator`] publishes many cameras over RTMP from one thread.
//! - [`viewers`] watch over HTTP, thousands from one thread.

mod cache;
mod camera;
#[cfg(test)]
mod decoded;
mod encode;
mod error;
mod h264;
mod history;
mod options;
mod picture;
mod publish;
mod reel;
mod scene;
mod strip;
pub mod viewers;

pub use camera::{Camera, SharedAu};
pub use error::SimError;
pub use history::History;
pub use options::{DayHours, FrameRate, ParseFrameRateError, ReelOptions};
pub use publish::{Publisher, SimOptions, SimStats, Simulator};
pub use reel::Reel;
pub use scene::{Act, draw_picture};
