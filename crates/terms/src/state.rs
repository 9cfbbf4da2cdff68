//! States of a camera's day, causes of gaps, blame for errors, trust in the wall clock. Stored numbers never change.

use serde::{Deserialize, Serialize};

/// What can be stated about an interval of a camera's day (invariant I5), and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Recorded, and arrived when it happened.
    Live,
    /// Recorded, but arrived later than it happened.
    Late,
    /// Owed, and not there.
    Missing,
    /// Recorded, and withheld from the public with a stated reason.
    Hidden,
    /// Not owed yet, or not owed at all; and the last seconds before now, until their pictures have come.
    Due,
}

impl State {
    /// The name used in the API: `live`, `late`, `missing`, `hidden`, `due`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Late => "late",
            Self::Missing => "missing",
            Self::Hidden => "hidden",
            Self::Due => "due",
        }
    }
}

/// Why an interval is missing. The discriminants are stored: never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Cause {
    /// Not known.
    Unknown = 0,
    /// The line between station and centre.
    Uplink = 1,
    /// The camera: it fell silent, ended its stream, or sent unusable data.
    Source = 2,
    /// The station had no power.
    Power = 3,
    /// The centre's disk was full or failing.
    Disk = 4,
    /// A clock stepped over the interval.
    Clock = 5,
    /// Withheld from the public.
    Hidden = 6,
    /// The centre itself was not running.
    Centre = 7,
    /// The camera has not sent anything yet today.
    NeverConnected = 8,
    /// The disk of the station's agent was full or failing, as it said itself.
    StationDisk = 9,
}

impl Cause {
    /// All causes, in the order of their discriminants.
    pub const ALL: [Self; 10] = [
        Self::Unknown,
        Self::Uplink,
        Self::Source,
        Self::Power,
        Self::Disk,
        Self::Clock,
        Self::Hidden,
        Self::Centre,
        Self::NeverConnected,
        Self::StationDisk,
    ];

    /// The cause of a stored discriminant; one that this version does not know is [`Cause::Unknown`].
    pub const fn from_u8(value: u8) -> Self {
        match value {
            1 => Self::Uplink,
            2 => Self::Source,
            3 => Self::Power,
            4 => Self::Disk,
            5 => Self::Clock,
            6 => Self::Hidden,
            7 => Self::Centre,
            8 => Self::NeverConnected,
            9 => Self::StationDisk,
            _ => Self::Unknown,
        }
    }

    /// The name used in the API and in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Uplink => "uplink",
            Self::Source => "source",
            Self::Power => "power",
            Self::Disk => "disk",
            Self::Clock => "clock",
            Self::Hidden => "hidden",
            Self::Centre => "centre",
            Self::NeverConnected => "neverconnected",
            Self::StationDisk => "stationdisk",
        }
    }
}

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Blame {
    /// The camera sent something wrong.
    Camera,
    /// Something at the polling station: power, cabling, a wrong key typed in.
    Station,
    /// The line between station and centre.
    Line,
    /// This software or its machine.
    Centre,
    /// The person who configured or commanded it.
    Operator,
}

impl Blame {
    /// The name used in logs and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Station => "station",
            Self::Line => "line",
            Self::Centre => "centre",
            Self::Operator => "operator",
        }
    }

    /// All of them.
    pub const ALL: [Self; 5] = [Self::Camera, Self::Station, Self::Line, Self::Centre, Self::Operator];

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|blame| blame.name() == name)
    }
}

/// What the machine knows of its own wall clock when it writes a record. The discriminants are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum ClockState {
    /// The kernel was not asked, or did not answer.
    Unknown = 0,
    /// Disciplined, according to the kernel (`adjtimex` without `STA_UNSYNC`).
    Synchronised = 1,
    /// Not disciplined, according to the kernel.
    Unsynchronised = 2,
}

impl ClockState {
    /// The state of a stored discriminant; one that this version does not know is [`ClockState::Unknown`].
    pub const fn from_u8(value: u8) -> Self {
        match value {
            1 => Self::Synchronised,
            2 => Self::Unsynchronised,
            _ => Self::Unknown,
        }
    }
}
