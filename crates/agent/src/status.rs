//! What each camera of the station is doing, for a person at the device and for programs.

use std::fmt::Write as _;

use ashkar_terms::{Blame, CameraId, Cause, UtcMicros};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::agent::{Agent, Running};
use crate::config::Source;
use crate::uplink::{LineStatus, SentStatus, Uplink};

/// The whole station at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Now.
    #[serde(serialize_with = "in_utc")]
    pub at: UtcMicros,
    /// The cameras, in the order of the settings.
    pub cameras: Vec<CameraStatus>,
    /// Room on the disk that recordings may still use, bytes.
    pub free_bytes: u64,
    /// For how long that room lasts at the present rate if nothing is removed, seconds; none while nothing is recorded.
    pub lasts_s: Option<u64>,
    /// What was removed for lack of room, ever; the centre has all of it.
    pub removed: RemovedStatus,
    /// The line to the centre, if the settings name one.
    pub line: Option<LineStatus>,
    #[serde(skip)]
    zone: TimeZone,
}

/// What was removed for lack of room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct RemovedStatus {
    /// Journals of the recordings.
    pub journals: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the last of them was.
    #[serde(serialize_with = "in_utc_if_any")]
    pub last_at: Option<UtcMicros>,
}

/// One camera.
#[derive(Debug, Clone, Serialize)]
pub struct CameraStatus {
    /// Its id.
    pub camera: CameraId,
    /// Its source, without credentials.
    pub source: String,
    /// Whether pictures come and the disk takes them.
    pub recording: bool,
    /// Since when that is so; none before its first picture ever.
    #[serde(serialize_with = "in_utc_if_any")]
    pub since: Option<UtcMicros>,
    /// The cause of the gap, if it is not being recorded.
    pub cause: Option<Cause>,
    /// Whose fault that is.
    pub blame: Option<Blame>,
    /// What is wrong, in words.
    pub reason: Option<String>,
    /// What of it was sent, if the settings name a centre.
    pub sent: Option<SentStatus>,
    /// Access units taken since the agent's start.
    pub pictures: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Agent {
    /// What the station is doing now.
    pub fn status(&self) -> Status {
        let archive = self.archive.status();
        let sending = self.uplink.as_ref().and_then(Uplink::sending);
        let cameras = self.sources.iter().map(|(id, running)| {
            let sent = sending.as_ref().map(|sending| sending.of(*id));
            CameraStatus { sent, ..self.status_of(*id, running) }
        });
        let cameras: Vec<CameraStatus> = cameras.collect();
        let now = self.clock.now();
        let free_bytes = archive.space.free.saturating_sub(self.config.disk_reserve_bytes);
        let recorded = cameras.iter().map(|camera| camera.bytes).sum();
        let rate = self.rate.lock().take(now.mono_us, recorded);
        let removed = self.archive.removed();
        Status {
            at: now.wall,
            cameras,
            free_bytes,
            lasts_s: rate.and_then(|rate| free_bytes.checked_div(rate)),
            removed: RemovedStatus {
                journals: removed.journals,
                bytes: removed.bytes,
                last_at: removed.last_at,
            },
            line: sending.map(|sending| sending.line),
            zone: TimeZone::get(&self.config.zone).unwrap_or(TimeZone::UTC),
        }
    }

    fn status_of(&self, id: CameraId, running: &Running) -> CameraStatus {
        let source = self.config.camera(id).map(|camera| &camera.source).map(Source::shown);
        let mut status = CameraStatus {
            camera: id,
            source: source.unwrap_or_default(),
            recording: false,
            since: None,
            cause: None,
            blame: None,
            reason: None,
            sent: None,
            pictures: 0,
            bytes: 0,
        };
        let Some(recording) = self.station.recordings.get(&id) else { return status };
        let found = recording.found(self.clock.now());
        (status.recording, status.since, status.cause) = (found.recording, found.since, found.cause);
        (status.pictures, status.bytes) = (found.pictures, found.bytes);
        if !found.recording {
            let told = found
                .trouble
                .or_else(|| running.fault(found.connected))
                .map(|(blame, why)| (Some(blame), why));
            let (blame, reason) = told.unwrap_or_else(|| (None, "waiting for its first picture".to_owned()));
            (status.blame, status.reason) = (blame, Some(reason));
        }
        status
    }
}

impl Running {
    /// Why the source gives nothing, as far as it knows.
    fn fault(&self, connected: bool) -> Option<(Blame, String)> {
        match self {
            Self::Child(child) => child.fault().map(|fault| (fault.blame, fault.reason)),
            Self::Pull(_) | Self::Push if connected => None,
            Self::Pull(puller) => puller.status().last_fault.map(|fault| (fault.blame, fault.reason)),
            Self::Push => Some((Blame::Station, "no encoder sends to it".to_owned())),
        }
    }
}

impl Status {
    /// One line for a terminal.
    pub fn line(&self) -> String {
        let mut line = String::new();
        for camera in &self.cameras {
            let _ = write!(line, "{} ", camera.camera);
            line.push_str(if camera.recording { "recording" } else { "NOT RECORDING" });
            if let Some(since) = camera.since {
                let _ = write!(line, " since {}", self.clock(since));
            }
            if let Some(reason) = &camera.reason {
                let _ = write!(line, ": {reason}");
            }
            if let Some(blame) = camera.blame {
                let _ = write!(line, " ({})", blame.name());
            }
            if let Some(sent) = &camera.sent {
                let _ = write!(line, ", {}", sent.words());
            }
            line.push_str(" | ");
        }
        if let Some(to_centre) = &self.line {
            self.write_line(to_centre, &mut line);
        }
        let _ = write!(line, "{} GB free", self.free_bytes / 1_000_000_000);
        if let Some(lasts) = self.lasts_s.map(|seconds| seconds / 60) {
            let _ = write!(line, ", for {}:{:02} h", lasts / 60, lasts % 60);
        }
        if self.removed.journals > 0 {
            let _ = write!(line, ", {:.1} GB removed that the centre has", self.removed.bytes as f64 / 1e9);
        }
        line
    }

    fn write_line(&self, to_centre: &LineStatus, line: &mut String) {
        let state = if to_centre.up { "line up" } else { "line DOWN" };
        let _ = write!(line, "{state} since {}", self.clock(to_centre.since));
        if let Some(delay) = to_centre.delay_ms {
            let _ = write!(line, ", {delay} ms");
        }
        match to_centre.moved_ms {
            None => line.push_str(", NOT KNOWN whether the clock is right (station)"),
            Some(0) => {}
            Some(moved) => {
                let (seconds, which) =
                    (moved.unsigned_abs() / 1000, if moved > 0 { "BEHIND" } else { "AHEAD" });
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                let _ = write!(
                    line,
                    ", clock {hours}:{minutes:02}:{:02} h {which} (station): put right as it is sent",
                    seconds % 60
                );
            }
        }
        if let (Some(reason), Some(blame)) = (&to_centre.reason, to_centre.blame) {
            let _ = write!(line, ": {reason} ({})", blame.name());
        }
        line.push_str(" | ");
    }

    /// The time of day in the election's zone, and the date if it is not today.
    fn clock(&self, at: UtcMicros) -> String {
        let zoned =
            |at: UtcMicros| Timestamp::from_microsecond(at.0).unwrap_or_default().to_zoned(self.zone.clone());
        let (at, now) = (zoned(at), zoned(self.at));
        let format = if at.date() == now.date() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
        at.strftime(format).to_string()
    }
}

fn text(at: UtcMicros) -> String {
    Timestamp::from_microsecond(at.0).unwrap_or_default().to_string()
}

pub(crate) fn in_utc<S: Serializer>(at: &UtcMicros, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(*at))
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn in_utc_if_any<S: Serializer>(at: &Option<UtcMicros>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(text).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_which_camera_is_recorded_and_what_is_wrong_with_the_other() {
        let camera = |number, recording, since| CameraStatus {
            camera: CameraId::new(7, 12, number),
            source: "rtmp".to_owned(),
            recording,
            since: Some(UtcMicros(since)),
            cause: None,
            blame: (!recording).then_some(Blame::Station),
            reason: (!recording).then(|| "no encoder sends to it".to_owned()),
            sent: None,
            pictures: 0,
            bytes: 0,
        };
        let status = Status {
            at: UtcMicros(1_700_000_000_000_000),
            cameras: vec![camera(1, true, 1_699_999_990_000_000), camera(2, false, 1_699_000_000_000_000)],
            free_bytes: 31_900_000_000,
            lasts_s: Some(187_000),
            removed: RemovedStatus { journals: 20, bytes: 1_300_000_000, last_at: None },
            line: None,
            zone: TimeZone::get("Asia/Baku").unwrap(),
        };
        assert_eq!(
            status.line(),
            "7/12/1 recording since 02:13:10 | 7/12/2 NOT RECORDING since 2023-11-03 12:26:40: \
             no encoder sends to it (station) | 31 GB free, for 51:56 h, 1.3 GB removed that the centre has"
        );
    }
}
