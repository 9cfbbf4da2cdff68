//! How sending stands, for the technician's page.

use ashkar_terms::{CameraId, TICKS_PER_SECOND};

use super::{Sender, Session};
use crate::Line;

/// How sending stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderStatus {
    /// Whether the centre knows this agent at the moment.
    pub has_session: bool,
    /// Since when the live line is down, monotonic microseconds.
    pub live_down_since: Option<u64>,
    /// Since when the late line is down.
    pub late_down_since: Option<u64>,
    /// How long the last answer on the live line took, microseconds.
    pub live_delay_us: Option<u64>,
    /// The backlog's rate at the moment, bytes a second.
    pub rate: u64,
    /// Each camera.
    pub cameras: Vec<CameraStatus>,
}

/// How sending stands for one camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraStatus {
    /// The camera.
    pub camera: CameraId,
    /// For how long its oldest live record has had no answer, microseconds; 0 if all have.
    pub live_age_us: u64,
    /// Bytes that wait for the live line.
    pub live_bytes: usize,
    /// Segments that wait to be sent as late, or to be persisted.
    pub backlog_segments: u64,
    /// About how much media that is, seconds.
    pub backlog_s: u64,
    /// Segments that a wrong clock recorded, and of which it is not known yet when.
    pub unplaced_segments: u64,
    /// About how much media that is, seconds.
    pub unplaced_s: u64,
    /// Records of the backlog in memory.
    pub backlog_records: usize,
    /// Gaps and facts that wait.
    pub metadata: usize,
    /// Gaps and facts that were dropped because too many waited; they stay in the agent's archive.
    pub metadata_dropped: u64,
    /// Segments that the centre does not take.
    pub refused_segments: u64,
    /// Segments that were to be sent and are not in the agent's archive.
    pub gone_segments: u64,
    /// Records that the centre took on the live line since this sender began; one that was sent twice counts twice.
    pub live_records: u64,
    /// The same on the late line.
    pub late_records: u64,
    /// Segments that the centre received live as a whole, and has not called durable yet.
    pub unconfirmed_segments: u64,
    /// Segments of the recording that are durable at the centre.
    pub persisted_segments: u64,
}

impl Sender {
    /// How sending stands at `now`.
    pub fn status(&self, now: u64) -> SenderStatus {
        let down_since = |line: Line| {
            let (is_up, since) = self.lines[line as usize];
            (!is_up).then_some(since)
        };
        let cameras = self.cameras.iter().map(|(&id, camera)| {
            let segments = camera.late.segments();
            let seconds = |segments: u64| {
                segments.saturating_mul(u64::from(camera.segment_ticks)) / TICKS_PER_SECOND.unsigned_abs()
            };
            let unplaced = camera.late.unplaced();
            CameraStatus {
                camera: id,
                live_age_us: camera.live.age(now),
                live_bytes: camera.live.bytes(),
                backlog_segments: segments,
                backlog_s: seconds(segments),
                unplaced_segments: unplaced,
                unplaced_s: seconds(unplaced),
                backlog_records: camera.late.records(),
                metadata: camera.metadata.len(),
                metadata_dropped: camera.metadata.dropped(),
                refused_segments: camera.late.refused(),
                gone_segments: camera.late.gone_count(),
                live_records: camera.taken[Line::Live as usize],
                late_records: camera.taken[Line::Late as usize],
                unconfirmed_segments: camera.live.unconfirmed(),
                persisted_segments: self.ledger.persisted(id).map(|range| range.end - range.start).sum(),
            }
        });
        SenderStatus {
            has_session: self.session == Session::Open,
            live_down_since: down_since(Line::Live),
            late_down_since: down_since(Line::Late),
            live_delay_us: self.pace.delay(),
            rate: self.pace.rate(),
            cameras: cameras.collect(),
        }
    }
}
