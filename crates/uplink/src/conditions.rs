//! The technical conditions of a station as its agent measured them: what is sent to the centre as evidence, and kept
//! there.

use ashkar_terms::{Blame, CameraId, UtcMicros};
use serde::{Deserialize, Serialize};

use crate::{
    BodyError, CAMERAS_MAX, CONDITIONS_BYTES_MAX, FINDINGS_MAX, PROGRAM_BYTES_MAX, SignOff, is_line,
};

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Whether the centre takes this device's recordings.
    Centre,
    /// Median time of an exchange with the centre, milliseconds.
    LineDelay,
    /// Of what this computer sent over TCP meanwhile, the share that was sent again, thousandths.
    LineLoss,
    /// Rate at which the line carries data to the centre: what live takes and what is left beside it, kbit/s.
    LineUp,
    /// Rate from the centre, kbit/s.
    LineDown,
    /// For how long the line was down within the last hour, seconds.
    LineBreaks,
    /// Rate at which the disk takes data for good, kbit/s.
    DiskSpeed,
    /// Longest time until a small write was durable, milliseconds.
    DiskSync,
    /// For how long the free room lasts at the cameras' rate, hours.
    DiskRoom,
    /// Of the hottest sensor, degrees Celsius.
    Temperature,
    /// Charge of the battery or the reserve, percent; and what feeds the computer.
    Power,
    /// Memory that programs can still have, megabytes.
    Memory,
    /// Share of the processors' time that is used, percent.
    Processor,
    /// Whether the system's time service keeps the clock.
    ClockService,
    /// By how much the clock is ahead of the centre's, milliseconds.
    ClockOffset,
    /// Whether the camera's pictures come and are recorded.
    Picture,
    /// Height of its picture, pixels.
    Resolution,
    /// Its pictures in a thousand seconds.
    FrameRate,
    /// Longest distance between its keyframes, milliseconds.
    Keyframes,
    /// Its rate, kbit/s.
    BitRate,
    /// How its pictures are coded; the note says it.
    Codec,
    /// Whether its sound is recorded: 0 or 1.
    Sound,
    /// By how much its own clock is ahead of the station's computer, milliseconds.
    CameraClock,
}

impl Subject {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 23] = [
        Self::Centre,
        Self::LineDelay,
        Self::LineLoss,
        Self::LineUp,
        Self::LineDown,
        Self::LineBreaks,
        Self::DiskSpeed,
        Self::DiskSync,
        Self::DiskRoom,
        Self::Temperature,
        Self::Power,
        Self::Memory,
        Self::Processor,
        Self::ClockService,
        Self::ClockOffset,
        Self::Picture,
        Self::Resolution,
        Self::FrameRate,
        Self::Keyframes,
        Self::BitRate,
        Self::Codec,
        Self::Sound,
        Self::CameraClock,
    ];

    /// Whose fault it is if this is not good enough.
    pub const fn blame(self) -> Blame {
        match self {
            Self::Centre => Blame::Operator,
            Self::LineDelay | Self::LineLoss | Self::LineUp | Self::LineDown | Self::LineBreaks => {
                Blame::Line
            }
            Self::DiskSpeed
            | Self::DiskSync
            | Self::DiskRoom
            | Self::Temperature
            | Self::Power
            | Self::Memory
            | Self::Processor
            | Self::ClockService
            | Self::ClockOffset => Blame::Station,
            Self::Picture
            | Self::Resolution
            | Self::FrameRate
            | Self::Keyframes
            | Self::BitRate
            | Self::Codec
            | Self::Sound
            | Self::CameraClock => Blame::Camera,
        }
    }
}

/// Whether it is good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Good enough.
    Good,
    /// It could not be measured; the note says why.
    Unmeasured,
    /// It will do, and leaves nothing in reserve.
    Weak,
    /// Not good enough.
    Bad,
}

/// What a number does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Note {
    /// The system does not tell.
    NotTold,
    /// The settings name no centre.
    NoCentre,
    /// The centre is not reached.
    NoLine,
    /// The centre does not know the device, or refuses it.
    NotEnrolled,
    /// The centre, or live, had no room for a measurement.
    Busy,
    /// No agent records here at the moment.
    NoAgent,
    /// No pictures come.
    NoPictures,
    /// The mains feed it, and there is a battery.
    MainsAndBattery,
    /// The mains feed it, and no battery is told.
    MainsAlone,
    /// It runs on its battery.
    OnBattery,
    /// The disk refuses.
    DiskFails,
    /// The device's key cannot be read, or the centre does not take what it signs.
    KeyFails,
    /// The centre answers, and not as it must.
    CentreFails,
    /// Too little was sent to tell.
    TooLittle,
    /// H.264.
    H264,
    /// H.264 whose pictures are shown in another order than they come (B-frames).
    H264Reordered,
    /// H.265.
    H265,
}

/// One thing that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub subject: Subject,
    /// Of which camera, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<CameraId>,
    /// Whether it is good enough.
    pub verdict: Verdict,
    /// The measured value, in the unit of the subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<i64>,
    /// What good enough is, in the same unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// What the numbers do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

impl Finding {
    /// Whose fault it is, if it is not good.
    pub const fn blame(&self) -> Option<Blame> {
        match (self.verdict, self.note) {
            (Verdict::Good, _) => None,
            // What nobody can know is nobody's fault.
            (Verdict::Unmeasured, Some(Note::NotTold | Note::TooLittle)) => None,
            (_, Some(Note::NoLine)) => Some(Blame::Line),
            (_, Some(Note::NoCentre | Note::NotEnrolled)) => Some(Blame::Operator),
            (_, Some(Note::NoAgent | Note::NotTold | Note::DiskFails | Note::KeyFails)) => {
                Some(Blame::Station)
            }
            (_, Some(Note::CentreFails)) => Some(Blame::Centre),
            _ => Some(self.subject.blame()),
        }
    }
}

/// What made the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// An hour was over.
    Hour,
    /// Somebody asked.
    Asked,
    /// The technician signed off.
    SignOff,
}

impl Occasion {
    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Asked => "asked",
            Self::SignOff => "sign-off",
        }
    }
}

/// A report: `POST /in/v1/conditions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// What made it.
    pub occasion: Occasion,
    /// When it was measured, by the clock of the station.
    pub at_us: UtcMicros,
    /// Name and version of the agent.
    pub program: String,
    /// The cameras of the station that the device sends.
    pub cameras: Vec<CameraId>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The sign-off, on that occasion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_off: Option<SignOff>,
}

impl Conditions {
    /// Reads a report. Members that are not known are left out of what is kept.
    ///
    /// # Errors
    /// [`BodyError`] if it is none, or a member is out of its range.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BodyError> {
        if bytes.len() > CONDITIONS_BYTES_MAX {
            return Err(BodyError::Long(bytes.len()));
        }
        let report: Self = BodyError::read(bytes)?;
        report.check().map(|()| report)
    }

    /// The body.
    pub fn to_json(&self) -> Vec<u8> {
        BodyError::write(self)
    }

    /// The same without what is said of some cameras; nothing if it is about no other.
    pub fn without(mut self, cameras: &[CameraId]) -> Option<Self> {
        let stays = |camera: &CameraId| !cameras.contains(camera);
        self.cameras.retain(stays);
        self.findings.retain(|finding| finding.camera.as_ref().is_none_or(stays));
        if let Some(sign_off) = &mut self.sign_off {
            sign_off.cameras.retain(|work| stays(&work.camera));
        }
        (!self.cameras.is_empty()).then_some(self)
    }

    /// The worst verdict in it.
    pub fn worst(&self) -> Verdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Unmeasured)
    }

    fn check(&self) -> Result<(), BodyError> {
        BodyError::require((1..=CAMERAS_MAX).contains(&self.cameras.len()), "cameras")?;
        BodyError::require(self.findings.len() <= FINDINGS_MAX, "findings")?;
        BodyError::require(is_line(&self.program, PROGRAM_BYTES_MAX), "program")?;
        let is_own = |camera: &CameraId| self.cameras.contains(camera);
        let of = self.findings.iter().filter_map(|finding| finding.camera.as_ref());
        BodyError::require(of.clone().all(is_own), "findings")?;
        let is_signed = self.occasion == Occasion::SignOff;
        BodyError::require(is_signed == self.sign_off.is_some(), "sign_off")?;
        self.sign_off.as_ref().map_or(Ok(()), |sign_off| sign_off.check(is_own))
    }
}
