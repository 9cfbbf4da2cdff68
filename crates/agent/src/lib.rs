//! The station's agent: records what its cameras show on the station's own disk, and only then hands it on to be sent.
//!
//! In: cameras (pulled, pushing, or encoded by a child process). Out: recordings, and every recorded output to an
//! `Outlet`. What must never happen: losing what was recorded and not acknowledged; a source that hangs unnoticed.

pub mod config;

pub use config::Config;
