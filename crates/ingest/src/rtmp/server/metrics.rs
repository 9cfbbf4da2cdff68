//! Counters of an RTMP port, and snapshots of them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::Refusal;

/// Counters of an RTMP port since it was opened. The first two are current values, the rest only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RtmpMetrics {
    /// Open connections.
    pub connections: u64,
    /// Those of them that a gate let in.
    pub publishing: u64,
    /// Connections accepted.
    pub accepted: u64,
    /// Publishers let in by the gate.
    pub admitted: u64,
    /// Publishers with a wrong key.
    pub refused_wrong_key: u64,
    /// Publishers for a camera that is live already.
    pub refused_already_live: u64,
    /// Publishers refused for another reason.
    pub refused_other: u64,
    /// Connections closed at once because there were too many, all together or from one address.
    pub refused_connections: u64,
    /// Connections without a key that were closed to make room for others.
    pub made_room: u64,
    /// Times that the system gave no socket for a waiting connection.
    pub accept_errors: u64,
    /// Connections that broke the protocol.
    pub protocol_errors: u64,
    /// Connections that did not publish in time, and publishers that fell silent.
    pub timeouts: u64,
    /// Panics that ended one connection.
    pub panics: u64,
    /// Reads that brought something.
    pub reads: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// The live counters.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) connections: AtomicU64,
    pub(super) publishing: AtomicU64,
    pub(super) accepted: AtomicU64,
    pub(super) admitted: AtomicU64,
    refused_wrong_key: AtomicU64,
    refused_already_live: AtomicU64,
    refused_other: AtomicU64,
    pub(super) refused_connections: AtomicU64,
    pub(super) made_room: AtomicU64,
    pub(super) accept_errors: AtomicU64,
    pub(super) protocol_errors: AtomicU64,
    pub(super) timeouts: AtomicU64,
    pub(super) panics: AtomicU64,
    reads: AtomicU64,
    bytes: AtomicU64,
}

impl Counters {
    pub(super) fn snapshot(&self) -> RtmpMetrics {
        RtmpMetrics {
            connections: self.connections.load(Relaxed),
            publishing: self.publishing.load(Relaxed),
            accepted: self.accepted.load(Relaxed),
            admitted: self.admitted.load(Relaxed),
            refused_wrong_key: self.refused_wrong_key.load(Relaxed),
            refused_already_live: self.refused_already_live.load(Relaxed),
            refused_other: self.refused_other.load(Relaxed),
            refused_connections: self.refused_connections.load(Relaxed),
            made_room: self.made_room.load(Relaxed),
            accept_errors: self.accept_errors.load(Relaxed),
            protocol_errors: self.protocol_errors.load(Relaxed),
            timeouts: self.timeouts.load(Relaxed),
            panics: self.panics.load(Relaxed),
            reads: self.reads.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
        }
    }

    pub(super) fn refused(&self, refusal: Refusal) {
        let counter = match refusal {
            Refusal::WrongKey => &self.refused_wrong_key,
            Refusal::AlreadyLive => &self.refused_already_live,
            _ => &self.refused_other,
        };
        add(counter);
    }

    pub(super) fn read(&self, bytes: usize) {
        add(&self.reads);
        self.bytes.fetch_add(bytes as u64, Relaxed);
    }
}

pub(super) fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}
