//! RTSP (RFC 2326): the centre pulls from IP cameras.
//!
//! [`Session`] is the protocol without sockets and clocks; [`RtspPuller`] is the thin shell around it, one
//! supervised task per camera that connects, reads, and connects again. What a camera may cost is limited by the
//! constants named here (invariant I8).

mod aac;
mod access_unit;
mod audio;
mod auth;
mod backoff;
mod codec_detector;
mod connection;
mod decode_times;
mod error;
mod event;
mod h264;
mod h265;
mod keepalive;
mod message;
mod pull_session;
mod puller;
mod receiver_report;
mod refusal_limit;
mod reorder;
mod requests;
mod resync;
mod rtp;
mod sdp;
mod senders;
mod session;
mod source;
mod stream_selection;
mod streams;
mod transport;
mod video;

pub use access_unit::MAX_ACCESS_UNIT_BYTES;
pub use auth::AuthError;
pub use backoff::BackoffLimits;
pub use error::SessionError;
pub use event::Event;
pub use keepalive::{Keepalive, Quirks};
pub use message::{
    Headers, Item, MAX_BODY_BYTES, MAX_HEAD_BYTES, MAX_HEADERS, MessageError, Receiver, Request, Response,
};
pub use puller::{PullFault, PullOptions, PullState, PullStatus, RtspPuller};
pub use rtp::{Goodbye, Rtcp, RtpPacket, SenderReport, parse_rtcp};
pub use sdp::{AacFormat, Description, Format, MAX_MEDIA, Media, SdpError};
pub use senders::{MAX_HELD_BYTES, SENDER_SILENT_US};
pub use session::{LowerTransport, MAX_OUTPUT_BYTES, Session, SessionConfig};
pub use source::{Credentials, RtspSource, SourceError, Transport};
pub use streams::MediaKind;
