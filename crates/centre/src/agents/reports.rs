//! What devices measure of their stations: room for it, and where their reports go. All of it is a device's word.

use std::collections::HashMap;
use std::sync::Arc;

use ashkar_archive::{Archive, ReadError};
use ashkar_election::{Actor, NewReport, NewStill, ReportOccasion};
use ashkar_media::Output;
use ashkar_terms::{CameraId, Moment, Span};
use ashkar_uplink::{
    Conditions, DeviceId, Occasion, PROBE_BYTES_MAX, PartPath, ReferencePath, Refusal, RefusalCode,
};
use bytes::Bytes;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use super::session::Session;
use crate::Centre;

/// Time after which everything may be used again, microseconds.
const WINDOW_US: u64 = 600_000_000;
/// Bytes that one device may measure with in that time, either way; and all of them: 28 Mbit/s on average.
const PROBE_BYTES: (u64, u64) = (8 << 20, 2 << 30);
/// What a measurement counts at least, bytes: each is a request.
const PROBE_BYTES_MIN: u64 = 16 << 10;
/// Reports that one device may send in that time, and all of them.
const REPORTS: (u64, u64) = (60, 20_000);

/// Bytes of the first marker of a JPEG.
const START_OF_IMAGE: [u8; 2] = [0xff, 0xd8];

/// So much of something for each device, and for all together, in a window of time.
#[derive(Debug)]
pub(super) struct Allowance {
    of_device: u64,
    of_all: u64,
    window: Mutex<Window>,
}

#[derive(Debug, Default)]
struct Window {
    began_us: u64,
    used: u64,
    /// No more than devices that are enrolled.
    devices: HashMap<DeviceId, u64>,
}

impl Allowance {
    pub(super) fn of_probes() -> Self {
        Self { of_device: PROBE_BYTES.0, of_all: PROBE_BYTES.1, window: Mutex::default() }
    }

    pub(super) fn of_reports() -> Self {
        Self { of_device: REPORTS.0, of_all: REPORTS.1, window: Mutex::default() }
    }

    /// Takes `amount`, if there is so much left.
    fn take(&self, device: DeviceId, amount: u64, now: Moment) -> bool {
        let mut window = self.window.lock();
        if now.mono_us.saturating_sub(window.began_us) >= WINDOW_US {
            *window = Window { began_us: now.mono_us, ..Window::default() };
        }
        let used = window.devices.get(&device).copied().unwrap_or_default().saturating_add(amount);
        let all = window.used.saturating_add(amount);
        if used > self.of_device || all > self.of_all {
            return false;
        }
        window.used = all;
        window.devices.insert(device, used);
        true
    }
}

impl Centre {
    /// Whether the device of the session may measure its line with so many bytes now.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub fn allow_probe(&self, token: &str, bytes: usize) -> Result<(), Refusal> {
        let now = self.now();
        let session = self.agents.session(token, now)?;
        let amount = u64::try_from(bytes).unwrap_or(u64::MAX).max(PROBE_BYTES_MIN);
        self.may(&session)?;
        if self.agents.probes.take(session.device, amount, now) {
            return Ok(());
        }
        Err(Refusal::new(RefusalCode::Busy, "lines are measured by others, or too often; wait some minutes"))
    }

    /// Whether the device of the session may send a report now.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub fn allow_report(&self, token: &str) -> Result<(), Refusal> {
        let now = self.now();
        let session = self.agents.session(token, now)?;
        self.may(&session)?;
        if self.agents.reports.take(session.device, 1, now) {
            return Ok(());
        }
        Err(Refusal::new(RefusalCode::Busy, "too many reports; wait some minutes"))
    }

    /// Keeps what a device measured. Once this returns, no crash loses it.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub async fn take_report(&self, token: &str, report: &Conditions) -> Result<(), Refusal> {
        let now = self.now();
        let session = self.agents.session(token, now)?;
        for camera in &report.cameras {
            self.of_session(&session, *camera, None)?;
        }
        let device = session.device.to_string();
        // Members that are not known are not kept, and texts are those that were checked.
        let text = String::from_utf8(report.to_json()).unwrap_or_default();
        let cameras: Vec<CameraId> = report.cameras.clone();
        let new = NewReport {
            device: &device,
            cameras: &cameras,
            occasion: match report.occasion {
                Occasion::Hour => ReportOccasion::Hour,
                Occasion::Asked => ReportOccasion::Asked,
                Occasion::SignOff => ReportOccasion::SignOff,
            },
            report: &text,
        };
        let by = Actor::new(format!("device:{device}"), now.wall);
        self.store.keep_report(&new, &by).await.map_err(|error| {
            tracing::warn!(device, cause = %error, blame = "centre", "a device's report is not kept");
            Refusal::new(RefusalCode::Busy, "the registry cannot be written now")
        })
    }

    /// Keeps the still that shows how a camera was aimed. Once this returns, no crash loses it. Nothing here decodes it.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do.
    pub async fn take_reference(
        &self,
        token: &str,
        path: &ReferencePath,
        jpeg: &[u8],
    ) -> Result<(), Refusal> {
        let now = self.now();
        let session = self.agents.session(token, now)?;
        let camera = path.camera;
        self.of_session(&session, camera, None)?;
        let digest: String = Sha256::digest(jpeg).iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != path.sha256 || !jpeg.starts_with(&START_OF_IMAGE) {
            return Err(Refusal::new(
                RefusalCode::Malformed,
                "the bytes are not those that it names, or no JPEG",
            ));
        }
        let device = session.device.to_string();
        let new = NewStill { device: &device, camera, sha256: &digest, jpeg };
        let by = Actor::new(format!("device:{device}"), now.wall);
        self.store.keep_still(&new, &by).await.map_err(|error| {
            tracing::warn!(%camera, device, cause = %error, blame = "centre", "a reference still is not kept");
            Refusal::new(RefusalCode::Busy, "the registry cannot be written now")
        })
    }

    /// The bytes of a part as the recording has them, read from the disk: for the device that sent it, which compares
    /// them. Its segment has ended and is durable.
    ///
    /// # Errors
    /// A [`Refusal`] that says what to do: `out-of-order` if it is not durable here yet.
    pub async fn read_back(self: &Arc<Self>, token: &str, path: &PartPath) -> Result<Bytes, Refusal> {
        let session = self.agents.session(token, self.now())?;
        self.of_session(&session, path.camera, None)?;
        self.allow_probe(token, PROBE_BYTES_MAX)?;
        let (archive, path) = (self.archive.clone(), *path);
        let found = self.read_for_agent(move || part_of(&archive, &path)).await?;
        let found = found.map_err(|error| Refusal::new(RefusalCode::Busy, error.to_string()))?;
        found.ok_or_else(|| Refusal::new(RefusalCode::OutOfOrder, "this part is not in the recording yet"))
    }

    /// A device that was revoked for all of its cameras measures nothing any more.
    fn may(&self, session: &Session) -> Result<(), Refusal> {
        let allowed = session.cameras.keys().any(|camera| self.of_session(session, *camera, None).is_ok());
        if allowed { Ok(()) } else { Err(Refusal::new(RefusalCode::Revoked, "the device was revoked")) }
    }
}

/// The part of a whole segment that begins at that tick.
fn part_of(archive: &Archive, path: &PartPath) -> Result<Option<Bytes>, ReadError> {
    let at = path.at.to_utc();
    // A tick is no whole number of microseconds.
    let span = Span { from: at.plus(-1), to: at.plus(2) };
    for segment in archive.segments(path.camera, span)? {
        let outputs = archive.outputs(path.camera, segment.segment)?.unwrap_or_default();
        let part = outputs.into_iter().find_map(|output| match output {
            Output::Part(part) if part.start == path.at => Some(part.bytes),
            _ => None,
        });
        if part.is_some() {
            return Ok(part);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use ashkar_terms::UtcMicros;
    use ashkar_uplink::DeviceKey;

    use super::*;

    #[test]
    fn each_device_and_all_together_have_so_much() {
        let allowance = Allowance { of_device: 10, of_all: 25, window: Mutex::default() };
        let device = || DeviceKey::generate().unwrap().public().id();
        let (one, two, three) = (device(), device(), device());
        let at = |mono_us| Moment { wall: UtcMicros(0), mono_us };
        assert!(allowance.take(one, 10, at(0)) && !allowance.take(one, 1, at(1)));
        assert!(allowance.take(two, 10, at(2)) && !allowance.take(three, 6, at(3)));
        assert!(allowance.take(three, 5, at(4)), "what was refused was not taken");
        assert!(!allowance.take(two, u64::MAX, at(WINDOW_US)));
        assert!(allowance.take(one, 10, at(WINDOW_US)), "another window");
    }
}
