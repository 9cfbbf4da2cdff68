//! Counters of the viewers of a process.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::AnswerError;
use super::histogram::Histogram;
use super::playback::Pause;
use super::playlist::PlaylistError;

/// Why a request failed, apart from its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No connection, or none in time.
    #[error("no connection")]
    Connect,
    /// The connection ended before the answer did.
    #[error("the connection was lost")]
    Reset,
    /// The response took longer than a player waits.
    #[error("no answer in time")]
    Timeout,
    /// The response is not HTTP/1.1, or exceeds a limit.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// The playlist cannot be followed.
    #[error(transparent)]
    Playlist(#[from] PlaylistError),
    /// A redirect to nowhere, to another server, or a second one.
    #[error("the redirect cannot be followed")]
    Redirect,
    /// A blocking response without the part that was waited for.
    #[error("the playlist lacks what was waited for")]
    Stale,
    /// A part or init segment that does not begin like one.
    #[error("the media file is none")]
    NotMedia,
    /// Bytes without a request.
    #[error("the server said something unasked")]
    Unasked,
}

/// The requested resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The current playlist.
    Playlist,
    /// The playlist, once the next part is listed.
    Reload,
    /// An init segment.
    Init,
    /// A part.
    Part,
}

/// Requests of one kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    /// Sent.
    pub sent: u64,
    /// Answered correctly.
    pub answered: u64,
    /// Bytes of all bodies, as transferred.
    pub bytes: u64,
    /// From when the request was due until the response's last byte, microseconds; including a new connection.
    pub time: Histogram,
}

/// Requests that failed, by kind.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// [`Fault::Connect`].
    pub connect: u64,
    /// [`Fault::Reset`].
    pub reset: u64,
    /// [`Fault::Timeout`].
    pub timeout: u64,
    /// Statuses other than 200 and redirects.
    pub status: BTreeMap<u16, u64>,
    /// All other faults, in words.
    pub protocol: BTreeMap<String, u64>,
}

/// All counters. All times are microseconds; definitions are in `docs/design/load.md`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Duration of the measurement.
    pub elapsed_us: u64,
    /// Viewers that have joined.
    pub viewers: u64,
    /// Viewers whose picture moves now.
    pub playing: u64,
    /// Viewers whose picture is stalled now, for no declared reason.
    pub stalled: u64,
    /// Plain playlist requests.
    pub playlists: Requests,
    /// Blocking ones; their time is mostly waiting.
    pub reloads: Requests,
    /// Init segments.
    pub inits: Requests,
    /// Parts.
    pub parts: Requests,
    /// Redirects followed.
    pub redirects: u64,
    /// Playlists reloaded whole at once, because a delta update skipped something unknown.
    pub reloaded_whole: u64,
    /// Connections opened.
    pub connections: u64,
    /// Requests repeated because the server had closed an idle connection at that moment: not an error.
    pub repeated: u64,
    /// Failures.
    pub errors: Errors,
    /// Times that a picture stopped.
    pub stalls: u64,
    /// Their total duration.
    pub stalled_us: u64,
    /// The longest of them.
    pub longest_stall_us: u64,
    /// Declared gaps that viewers reached: GAP segments and parts.
    pub gaps: u64,
    /// How long pictures stood at them.
    pub gap_us: u64,
    /// Times that a viewer was too far behind, and went to the live edge.
    pub jumps: u64,
    /// Blocking responses: delay after anyone in this process first saw the part listed.
    pub answer_late: Histogram,
    /// Complete parts: delay after the same moment.
    pub part_late: Histogram,
    /// Complete parts: delay of the wall clock after their media end.
    pub behind_media: Histogram,
}

impl Figures {
    pub(super) fn requests(&mut self, kind: Kind) -> &mut Requests {
        match kind {
            Kind::Playlist => &mut self.playlists,
            Kind::Reload => &mut self.reloads,
            Kind::Init => &mut self.inits,
            Kind::Part => &mut self.parts,
        }
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        match fault {
            Fault::Connect => self.errors.connect += 1,
            Fault::Reset => self.errors.reset += 1,
            Fault::Timeout => self.errors.timeout += 1,
            other => *self.errors.protocol.entry(other.to_string()).or_default() += 1,
        }
    }

    pub(super) fn paused(&mut self, pause: Pause) {
        match pause {
            Pause::Gap { length_us } => self.gap_us += length_us,
            Pause::Stall { length_us } => {
                self.stalls += 1;
                self.stalled_us += length_us;
                self.longest_stall_us = self.longest_stall_us.max(length_us);
            }
        }
    }

    /// Adds the counts of another process.
    pub fn merge(&mut self, other: &Self) {
        self.elapsed_us = self.elapsed_us.max(other.elapsed_us);
        self.longest_stall_us = self.longest_stall_us.max(other.longest_stall_us);
        for (mine, theirs) in [
            (&mut self.viewers, other.viewers),
            (&mut self.playing, other.playing),
            (&mut self.stalled, other.stalled),
            (&mut self.redirects, other.redirects),
            (&mut self.reloaded_whole, other.reloaded_whole),
            (&mut self.connections, other.connections),
            (&mut self.repeated, other.repeated),
            (&mut self.stalls, other.stalls),
            (&mut self.stalled_us, other.stalled_us),
            (&mut self.gaps, other.gaps),
            (&mut self.gap_us, other.gap_us),
            (&mut self.jumps, other.jumps),
        ] {
            *mine += theirs;
        }
        self.playlists.merge(&other.playlists);
        self.reloads.merge(&other.reloads);
        self.inits.merge(&other.inits);
        self.parts.merge(&other.parts);
        self.errors.merge(&other.errors);
        self.answer_late.merge(&other.answer_late);
        self.part_late.merge(&other.part_late);
        self.behind_media.merge(&other.behind_media);
    }
}

impl Requests {
    fn merge(&mut self, other: &Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        self.bytes += other.bytes;
        self.time.merge(&other.time);
    }
}

impl Errors {
    fn merge(&mut self, other: &Self) {
        self.connect += other.connect;
        self.reset += other.reset;
        self.timeout += other.timeout;
        for (status, count) in &other.status {
            *self.status.entry(*status).or_default() += count;
        }
        for (words, count) in &other.protocol {
            *self.protocol.entry(words.clone()).or_default() += count;
        }
    }

    /// Total over all kinds.
    pub fn total(&self) -> u64 {
        let by_status: u64 = self.status.values().sum();
        let by_protocol: u64 = self.protocol.values().sum();
        self.connect + self.reset + self.timeout + by_status + by_protocol
    }
}
