//! RTSP (RFC 2326): the centre fetches from IP cameras.
//!
//! [`Session`] is the protocol without sockets and clocks; [`RtspPuller`] is the thin shell around it, one
//! supervised task per camera that connects, reads, and connects again. What a camera may cost is limited by the
//! constants named here (invariant I8).

mod aac;
mod asking;
mod audio;
mod auth;
mod backoff;
mod error;
mod event;
mod evidence;
mod h264;
mod h265;
mod keepalive;
mod limit;
mod link;
mod message;
mod offer;
mod puller;
mod reception;
mod reorder;
mod resync;
mod rtp;
mod sdp;
mod senders;
mod session;
mod source;
mod streams;
mod timeline;
mod transport;
mod unit;
mod video;
mod visit;

pub use auth::AuthError;
pub use backoff::BackoffLimits;
pub use error::SessionError;
pub use event::Event;
pub use keepalive::{Keepalive, Lessons};
pub use message::{
    Headers, Item, MAX_BODY_BYTES, MAX_HEAD_BYTES, MAX_HEADERS, MessageError, Receiver, Request, Response,
};
pub use puller::{PullFault, PullOptions, PullState, PullStatus, RtspPuller};
pub use rtp::{Goodbye, Rtcp, RtpPacket, SenderReport, parse_rtcp};
pub use sdp::{AacFormat, Description, Format, MAX_MEDIA, Media, SdpError};
pub use senders::{MAX_HELD_BYTES, SENDER_SILENT_US};
pub use session::{MAX_OUTPUT_BYTES, Session, SessionConfig, Way};
pub use source::{Credentials, RtspSource, SourceError, Transport};
pub use streams::Kind;
pub use unit::MAX_ACCESS_UNIT_BYTES;
