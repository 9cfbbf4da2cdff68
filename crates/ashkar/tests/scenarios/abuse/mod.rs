//! Strangers at every port, and those who must not notice them.
#![allow(unreachable_pub, reason = "a module of one test")]

pub mod dice;
pub mod http;
pub mod http2;
pub mod plain_http;
pub mod publisher;
pub mod rtmp;
pub mod rtsp;
pub mod sockets;
pub mod stage;
pub mod tls;
pub mod vanish;
pub mod vitals;
pub mod witness;
