//! Reports of the technical conditions at stations: what devices measured and sent. Nothing here is the centre's own
//! knowledge.

use ashkar_terms::{CameraId, UtcMicros};
use serde::Serialize;

/// Longest report, bytes.
pub(super) const REPORT_BYTES_MAX: usize = 64 << 10;

/// What made a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportOccasion {
    /// An hour was over.
    Hour,
    /// Somebody at the station asked.
    Asked,
    /// The technician signed off.
    SignOff,
}

impl ReportOccasion {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::Hour, Self::Asked, Self::SignOff];

    /// Its name in the database.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Asked => "asked",
            Self::SignOff => "sign-off",
        }
    }

    /// How many of a device are kept; the oldest goes first. Three days of hours, and more signatures than a station
    /// has technicians.
    pub const fn kept(self) -> u32 {
        match self {
            Self::Hour => 72,
            Self::Asked | Self::SignOff => 20,
        }
    }
}

/// A report to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewReport<'a> {
    /// The device that sent it.
    pub device: &'a str,
    /// The cameras that it is about.
    pub cameras: &'a [CameraId],
    /// What made it.
    pub occasion: ReportOccasion,
    /// JSON, at most 64 KiB.
    pub report: &'a str,
}

/// Longest reference still, bytes.
pub(super) const STILL_BYTES_MAX: usize = 256 << 10;
/// Reference stills that are kept of a device and a camera: as many as sign-offs.
pub(super) const STILLS_KEPT: u32 = ReportOccasion::SignOff.kept();

/// A reference still to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewStill<'a> {
    /// The device that sent it.
    pub device: &'a str,
    /// The camera that it shows.
    pub camera: CameraId,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: &'a str,
    /// JPEG, as the device calls it; at most 256 KiB.
    pub jpeg: &'a [u8],
}

/// A report that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceReport {
    /// The device that sent it.
    pub device: String,
    /// The cameras that it is about, in order.
    pub cameras: Vec<CameraId>,
    /// What made it.
    pub occasion: ReportOccasion,
    /// When it came, by the clock of the centre.
    pub received_at: UtcMicros,
    /// JSON, as it came.
    pub report: String,
}
