//! How sending stands, in plain words.

use ashkar_terms::{Blame, CameraId, Moment, UtcMicros};
use ashkar_uplink::SenderStatus;
use ashkar_uplink::placing::Verdict;
use serde::Serialize;

use super::fault::Fault;
use crate::status::in_utc;

/// A live record without an answer for so long is behind, microseconds.
const BEHIND_US: u64 = 2_000_000;

/// What is sent and not durable at the centre yet is no backlog, seconds.
const SETTLING_S: u64 = 20;

/// The line to the centre.
#[derive(Debug, Clone, Serialize)]
pub struct LineStatus {
    /// The centre's address.
    pub centre: String,
    /// Whether a connection stands.
    pub up: bool,
    /// Since when that is so.
    #[serde(serialize_with = "in_utc")]
    pub since: UtcMicros,
    /// Whether the centre knows this agent at the moment.
    pub session: bool,
    /// How long the last answer to live took, milliseconds.
    pub delay_ms: Option<u64>,
    /// The backlog's rate, bytes a second.
    pub backlog_rate: u64,
    /// By how much this computer's clock is ahead of the centre's, milliseconds.
    pub clock_ahead_ms: Option<i64>,
    /// By how much what is recorded now is moved before it is sent, milliseconds, since the clock of this computer is wrong; 0 if it is
    /// right, none while that is not known.
    pub moved_ms: Option<i64>,
    /// Whose fault it is that nothing is sent.
    pub blame: Option<Blame>,
    /// Why nothing is sent.
    pub reason: Option<String>,
}

/// What of a camera was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentStatus {
    /// Where it stands.
    pub state: SentState,
    /// For how long the oldest live record has waited for an answer, seconds.
    pub behind_s: u64,
    /// About how much media waits to be sent later, or to be durable at the centre, seconds.
    pub waits_s: u64,
    /// About how much media waits because a wrong clock recorded it and nobody knows yet by how much it was wrong, seconds.
    pub unplaced_s: u64,
    /// Segments that the centre does not take.
    pub refused_segments: u64,
    /// Records that this centre took on the live line since it is used; one that was sent twice counts twice.
    pub live_records: u64,
    /// The same on the late line.
    pub late_records: u64,
    /// Bytes that wait for the live line, or for its answer.
    pub live_bytes: usize,
    /// Segments that this centre received live as a whole, and has not called durable yet.
    pub unconfirmed_segments: u64,
    /// Segments of this recording that are durable at this centre.
    pub persisted_segments: u64,
}

/// Where sending a camera stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SentState {
    /// At once.
    Live,
    /// Some seconds later.
    Behind,
    /// Not now; it waits on this computer's disk.
    No,
    /// The device was not enrolled for it.
    NotEnrolled,
}

impl SentStatus {
    /// In plain words.
    pub(crate) fn words(&self) -> String {
        let mut words = match self.state {
            SentState::Live => "sent live".to_owned(),
            SentState::Behind => format!("sent {} s behind", self.behind_s),
            SentState::No => "NOT SENT".to_owned(),
            SentState::NotEnrolled => return "NOT SENT: not enrolled (operator)".to_owned(),
        };
        if self.waits_s > 0 {
            // Rounded up: what waits is never nothing.
            let minutes = self.waits_s.div_ceil(60);
            words.push_str(&format!(", {}:{:02} h wait", minutes / 60, minutes % 60));
        }
        if self.unplaced_s > 0 {
            let minutes = self.unplaced_s.div_ceil(60);
            let (hours, minutes) = (minutes / 60, minutes % 60);
            words.push_str(&format!(
                ", {hours}:{minutes:02} h NOT SENT until the true time is known (station)"
            ));
        }
        if self.refused_segments > 0 {
            words.push_str(&format!(", {} segments refused", self.refused_segments));
        }
        words
    }
}

/// How sending stands.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub(crate) line: LineStatus,
    cameras: Vec<(CameraId, SentStatus)>,
}

impl Sending {
    pub(super) fn new(
        origin: &str,
        (up, since): (bool, Moment),
        sender: &SenderStatus,
        fault: Option<&Fault>,
        (ahead_us, verdict): (Option<i64>, Verdict),
    ) -> Self {
        let is_on = up && sender.has_session;
        let cameras = sender.cameras.iter().map(|camera| {
            let state = match camera.live_age_us {
                // What waits until the time is known is not sent, whatever the line does.
                _ if !is_on || verdict == Verdict::Waits => SentState::No,
                ..BEHIND_US => SentState::Live,
                _ => SentState::Behind,
            };
            let sent = SentStatus {
                state,
                behind_s: camera.live_age_us / 1_000_000,
                waits_s: camera.backlog_s,
                unplaced_s: camera.unplaced_s,
                refused_segments: camera.refused_segments,
                live_records: camera.live_records,
                late_records: camera.late_records,
                live_bytes: camera.live_bytes,
                unconfirmed_segments: camera.unconfirmed_segments,
                persisted_segments: camera.persisted_segments,
            };
            (camera.camera, sent)
        });
        let line = LineStatus {
            centre: origin.to_owned(),
            up,
            since: since.wall,
            session: sender.has_session,
            delay_ms: sender.live_delay_us.filter(|_| is_on).map(|us| us / 1000),
            backlog_rate: sender.rate,
            clock_ahead_ms: ahead_us.map(|us| us / 1000),
            moved_ms: match verdict {
                Verdict::By(offset_us) => Some(offset_us / 1000),
                Verdict::Waits => None,
            },
            blame: fault.map(|fault| fault.blame),
            reason: fault.map(|fault| fault.reason.clone()),
        };
        Self { line, cameras: cameras.collect() }
    }

    /// Whether live goes at once and nothing else waits to be sent.
    pub(crate) fn is_quiet(&self) -> bool {
        let is_live =
            |(_, sent): &(CameraId, SentStatus)| sent.state == SentState::Live && sent.waits_s <= SETTLING_S;
        self.line.up && self.line.session && self.cameras.iter().all(is_live)
    }

    /// What of `camera` was sent.
    pub(crate) fn of(&self, camera: CameraId) -> SentStatus {
        let found = self.cameras.iter().find(|(id, _)| *id == camera).map(|(_, sent)| sent.clone());
        found.unwrap_or(SentStatus {
            state: SentState::NotEnrolled,
            behind_s: 0,
            waits_s: 0,
            unplaced_s: 0,
            refused_segments: 0,
            live_records: 0,
            late_records: 0,
            live_bytes: 0,
            unconfirmed_segments: 0,
            persisted_segments: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_down() -> LineStatus {
        LineStatus {
            centre: String::new(),
            up: false,
            since: UtcMicros(0),
            session: false,
            delay_ms: None,
            backlog_rate: 0,
            clock_ahead_ms: None,
            moved_ms: Some(0),
            blame: None,
            reason: None,
        }
    }

    #[test]
    fn what_waits_is_told_in_hours_and_minutes() {
        let sending = Sending { cameras: Vec::new(), line: line_down() };
        let mut sent = SentStatus { state: SentState::Live, ..sending.of(CameraId::new(7, 12, 1)) };
        assert_eq!(sent.words(), "sent live");
        sent.waits_s = 1;
        assert_eq!(sent.words(), "sent live, 0:01 h wait");
        (sent.state, sent.waits_s) = (SentState::No, 4741);
        assert_eq!(sent.words(), "NOT SENT, 1:20 h wait");
        (sent.state, sent.behind_s, sent.waits_s) = (SentState::Behind, 4, 0);
        assert_eq!(sent.words(), "sent 4 s behind");
        sent.unplaced_s = 61;
        assert_eq!(sent.words(), "sent 4 s behind, 0:02 h NOT SENT until the true time is known (station)");
    }
}
