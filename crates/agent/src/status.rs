//! What each camera of the station is doing, for a person at the device and for programs.

use std::fmt::Write as _;

use ashkar_terms::{Blame, CameraId, Cause, UtcMicros};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use crate::agent::{Agent, Running};
use crate::config::Source;

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
    #[serde(skip)]
    zone: TimeZone,
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
    /// Access units taken since the agent's start.
    pub pictures: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Agent {
    /// What the station is doing now.
    pub fn status(&self) -> Status {
        let archive = self.archive.status();
        let cameras = self.sources.iter().map(|(id, running)| self.status_of(*id, running)).collect();
        Status {
            at: self.clock.now().wall,
            cameras,
            free_bytes: archive.space.free.saturating_sub(self.config.disk_reserve_bytes),
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
            line.push_str(" | ");
        }
        let _ = write!(line, "{} GB free", self.free_bytes / 1_000_000_000);
        line
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

fn in_utc<S: Serializer>(at: &UtcMicros, serializer: S) -> Result<S::Ok, S::Error> {
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
            pictures: 0,
            bytes: 0,
        };
        let status = Status {
            at: UtcMicros(1_700_000_000_000_000),
            cameras: vec![camera(1, true, 1_699_999_990_000_000), camera(2, false, 1_699_000_000_000_000)],
            free_bytes: 31_900_000_000,
            zone: TimeZone::get("Asia/Baku").unwrap(),
        };
        assert_eq!(
            status.line(),
            "7/12/1 recording since 02:13:10 | 7/12/2 NOT RECORDING since 2023-11-03 12:26:40: \
             no encoder sends to it (station) | 31 GB free"
        );
    }
}
