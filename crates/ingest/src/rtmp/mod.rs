//! RTMP publishers: OBS, ffmpeg, hardware encoders.
//!
//! The engines are Sans-IO: [`session::Session`] for the receiving side, [`client::PublisherSession`] for the sending
//! side. [`server::RtmpServer`] is the shell: one thread that reads all sockets at each tick. What is accepted, and the
//! reason for each leniency, is in `docs/reference/rtmp.md`.

pub mod amf0;
mod amf3;
mod budget;
pub mod chunk;
pub mod client;
mod clock;
mod command;
pub mod flv;
pub mod handshake;
mod key;
pub mod server;
pub mod session;

pub use client::PublisherSession;
pub use key::StreamKey;
pub use server::{RtmpMetrics, RtmpOptions, RtmpServer};

/// The application that cameras publish to: `rtmp://HOST/ingest/STREAM_KEY`.
pub(crate) const APPLICATION: &str = "ingest";
