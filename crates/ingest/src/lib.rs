//! From sockets to access units: how cameras reach the centre.
//!
//! [`rtmp`] accepts what publishers push (OBS, ffmpeg, encoders); [`rtsp`] pulls from IP cameras. Both are Sans-IO
//! engines inside thin shells, and both hand over to the same two traits: a [`Gate`] (or a [`PullGate`]) that decides
//! whether a publisher may send, and the [`MediaSink`] that it opens for one camera. [`flv`] is an engine alone, for
//! what a child process writes.
//!
//! What must never happen here: a panic that reaches another camera, memory that an outsider can make grow, a
//! stream key in a log, an error or a `Debug` text.

pub mod flv;
mod gate;
pub mod rtmp;
pub mod rtsp;
mod timestamp;

pub use gate::{End, Gate, MediaSink, Protocol, PullGate, Refusal};
