//! Whether a camera is being recorded, and if not, why and whose fault it is.

use std::sync::atomic::Ordering;

use ashkar_terms::{Blame, Cause, Moment, UtcMicros};

use super::Recording;

/// What is found of a camera, without what its source knows.
#[derive(Debug)]
pub(crate) struct Found {
    /// Whether pictures come and the disk takes them.
    pub(crate) recording: bool,
    /// Since when it is being recorded, or not.
    pub(crate) since: Option<UtcMicros>,
    /// Whether a source is connected.
    pub(crate) connected: bool,
    /// The cause of the gap.
    pub(crate) cause: Option<Cause>,
    /// Why nothing is recorded although a source is connected.
    pub(crate) trouble: Option<(Blame, String)>,
    /// Access units recorded since the agent's start.
    pub(crate) pictures: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

/// "The centre" of a room that is built for both is this machine here, and it stands at the station.
pub(super) const fn at_the_station(blame: Blame) -> Blame {
    match blame {
        Blame::Centre => Blame::Station,
        other => other,
    }
}

impl Recording {
    pub(crate) fn found(&self, now: Moment) -> Found {
        let mut work = self.work.lock();
        self.note_received(&mut work, now);
        let connected = self.owner.load(Ordering::Acquire) != 0;
        let is_shown = connected && work.has_recent_picture(now);
        let recording = is_shown && work.refused.is_none() && work.recording_since.is_some();
        let counters = work.packager.counters();
        let mut found = Found {
            recording,
            since: work.recording_since,
            connected,
            cause: None,
            trouble: None,
            pictures: counters.access_units,
            bytes: counters.access_unit_bytes,
        };
        if recording {
            return found;
        }
        let last_picture = work.packager.last_picture().map(|last| last.wall);
        found.since = last_picture.or(work.disconnected_at).or(work.connected_at);
        // Time that a wrong clock has put into the future has not ended there.
        found.since = found.since.map(|since| since.min(now.wall));
        let trouble = work.packager.trouble(now).filter(|_| connected);
        (found.cause, found.trouble) = match (&work.refused, trouble) {
            (Some(refused), _) => {
                (Some(Cause::Disk), Some((at_the_station(refused.blame()), refused.to_string())))
            }
            (None, Some((Cause::Source, unusable))) => {
                (Some(Cause::Source), Some((Blame::Camera, unusable.to_string())))
            }
            (None, Some((cause, _))) => {
                (Some(cause), Some((Blame::Line, "nothing comes over its connection".to_owned())))
            }
            (None, None) if connected => (None, None),
            (None, None) => (Some(work.packager.open_gap_cause().unwrap_or(work.cause)), None),
        };
        found
    }
}
