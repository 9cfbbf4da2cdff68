//! How the store fails, in words for the operator, and whose fault it is.

use std::path::PathBuf;

use ashkar_terms::{Blame, CameraId};

use super::{DeviceError, SubStreamRefusal};
use crate::model::{ElectionError, ElectionKey, Minute, PersonError, ProposalError, StationId, ViewError};
use crate::programme::Refusal;

/// Why the store refused or failed. Nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The data directory holds nothing of this program, or does not exist.
    #[error("{path} is no data directory of a centre; is a disk not mounted? `ashkar init` makes a new one", path = .0.display())]
    NoData(PathBuf),
    /// The registry is gone, but something that belongs to it is still there.
    #[error(
        "{path}: the registry (election.db) is missing or empty, but there {beside}; put it back from a copy, or begin with an empty one by `ashkar init --anew`",
        path = path.display()
    )]
    NoRegistry {
        /// The data directory.
        path: PathBuf,
        /// What is there, such as "is a secret.key".
        beside: &'static str,
    },
    /// Camera addresses are encrypted with a key that is gone.
    #[error(
        "{path} is missing, and camera addresses in the registry open only with it; put it back from a copy, or give those addresses again after `ashkar init --anew`",
        path = .0.display()
    )]
    NoSecretKey(PathBuf),
    /// The same request was done before.
    #[error("this was done already; the request was repeated")]
    AlreadyDone,
    /// A request's key was used for another one.
    #[error("this request's key was used for another request; the client must make a new key for each")]
    OtherRequest,
    /// An account cannot be made or changed.
    #[error(transparent)]
    Person(#[from] PersonError),
    /// Something cannot be proposed or decided.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
    /// A second factor that must not be used twice.
    #[error("this code was used already; wait for the next one")]
    FactorUsed,
    /// There is no election yet.
    #[error("there is no election yet")]
    NoElection,
    /// No such election.
    #[error("there is no election {0}; `ashkar election list` lists those that are")]
    UnknownElection(ElectionKey),
    /// The key of a planned rehearsal is taken.
    #[error("there is an election {0} already")]
    ElectionExists(ElectionKey),
    /// A rehearsal's list is that of its election.
    #[error(
        "the list of a rehearsal is that of election {0} as it was published; make {0} the current one to import or publish a list"
    )]
    RehearsalList(ElectionKey),
    /// A store that looks at another election than the current one.
    #[error("nothing is changed in an election that is not the current one")]
    LooksOnly,
    /// The election's description is wrong.
    #[error(transparent)]
    Election(#[from] ElectionError),
    /// The list changed between plan and import.
    #[error("the list was changed by somebody else in the meantime; look at the differences again")]
    ListChanged,
    /// No such version of the list.
    #[error("the list has no version {0}")]
    NoVersion(u32),
    /// The version, or a later one, is public.
    #[error("version {0} of the list is published, so version {1} cannot be")]
    AlreadyPublished(u32, u32),
    /// Two persons publish the newest version.
    #[error("version {newest} of the list is the newest; propose that")]
    NotNewest {
        /// The newest version.
        newest: u32,
    },
    /// A record of the programme that belongs to a change cannot be made.
    #[error(transparent)]
    Programme(#[from] Refusal),
    /// No such camera.
    #[error("there is no camera {0}")]
    NoCamera(CameraId),
    /// The camera is switched off.
    #[error("camera {0} is switched off, so no device can be enrolled for it")]
    CameraOff(CameraId),
    /// What a device says of itself is wrong.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// No code of enrolment is this one.
    #[error(
        "this centre issued no such code for its current election; is it one of another centre, or of another election?"
    )]
    CodeUnknown,
    /// A newer code was issued before this one was used.
    #[error("this code of camera {0} was replaced by a newer one; use that")]
    CodeReplaced(CameraId),
    /// The code was used.
    #[error(
        "this code of camera {0} was used already, and each is good for one device; `ashkar camera enrol {0}` makes a new one"
    )]
    CodeUsed(CameraId),
    /// The code was not used in time.
    #[error("this code of camera {0} has expired; `ashkar camera enrol {0}` makes a new one")]
    CodeExpired(CameraId),
    /// No such device.
    #[error(
        "no device {device} is enrolled for camera {camera}; `ashkar camera devices {camera}` lists those that are"
    )]
    NoDevice {
        /// The camera.
        camera: CameraId,
        /// The id that was given.
        device: String,
    },
    /// A device's report is too long.
    #[error("a report of {0} bytes is too long")]
    LongReport(usize),
    /// A reference still is too long.
    #[error("a reference still of {0} bytes is too long")]
    LongStill(usize),
    /// As many reference stills of a camera as are kept.
    #[error("camera {0} has as many reference stills as are kept")]
    ManyStills(CameraId),
    /// The still is none of the camera's.
    #[error("camera {0} has no such reference still")]
    NoViewStill(CameraId),
    /// What was said of a view, or of a hiding, is wrong.
    #[error(transparent)]
    View(#[from] ViewError),
    /// Somebody approved what they proposed.
    #[error("whoever proposed it cannot approve it; a second person must")]
    SamePerson,
    /// A sub-stream has no view of its own.
    #[error("{sub} is a sub-stream of {main} and follows it; approve, hide or show {main}")]
    FollowsCamera {
        /// The sub-stream.
        sub: CameraId,
        /// Its camera.
        main: CameraId,
    },
    /// The camera is hidden from then on.
    #[error("camera {0} is hidden already")]
    AlreadyHidden(CameraId),
    /// Hiding begins now or earlier.
    #[error("a camera is hidden at once, or from an earlier time on; that time has not come yet")]
    HiddenLater,
    /// The camera is not hidden.
    #[error("camera {0} is not hidden")]
    NotHidden(CameraId),
    /// The camera has a key already.
    #[error("camera {0} exists and has a key; a new key makes the old one void")]
    CameraExists(CameraId),
    /// The camera's station is not in the list.
    #[error("station {0} is not in the list")]
    NotInList(StationId),
    /// It cannot be a sub-stream of that camera.
    #[error("{sub} cannot be a sub-stream of {main}: {why}")]
    SubStream {
        /// The camera that was to be the sub-stream.
        sub: CameraId,
        /// Its main camera.
        main: CameraId,
        /// Why not.
        why: SubStreamRefusal,
    },
    /// The act was marked before.
    #[error("{act} of station {station} is already marked; withdraw that mark first")]
    AlreadyMarked {
        /// The station.
        station: StationId,
        /// [`crate::Act::name`].
        act: &'static str,
    },
    /// The act is not marked.
    #[error("{act} of station {station} is not marked")]
    NotMarked {
        /// The station.
        station: StationId,
        /// [`crate::Act::name`].
        act: &'static str,
    },
    /// Turnout is not announced at that time.
    #[error("{at} is no time at which turnout is announced; the plan has {times}", times = joined(times))]
    NoTurnoutTime {
        /// The time.
        at: Minute,
        /// The times of the plan.
        times: Vec<Minute>,
    },
    /// No such constituency.
    #[error("constituency {0} is not in the list")]
    NoConstituency(u16),
    /// No figure was entered for that time.
    #[error("no turnout of {whom} is entered for {at}", whom = whom(*constituency))]
    NoTurnout {
        /// The time.
        at: Minute,
        /// The constituency; the whole country without one.
        constituency: Option<u16>,
    },
    /// A file of the data directory could not be read, made or locked.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The key file is not one.
    #[error("{path} does not hold a key of this program; it opens the stored camera addresses", path = .0.display())]
    SecretKey(PathBuf),
    /// A row that this program never writes.
    #[error("the database holds {what} that cannot be")]
    Corrupt {
        /// The field and its table.
        what: &'static str,
    },
    /// The database was made by a newer version of this program, or its migrations failed.
    #[error("the database cannot be brought to this version: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The database itself.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The system gave no random numbers.
    #[error("the system gives no random numbers")]
    Random,
}

fn joined(times: &[Minute]) -> String {
    match times {
        [] => "none".to_owned(),
        times => times.iter().map(Minute::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn whom(constituency: Option<u16>) -> String {
    constituency.map_or_else(|| "the whole country".to_owned(), |number| format!("constituency {number}"))
}

impl StoreError {
    /// Whose fault it is.
    pub const fn blame(&self) -> Blame {
        match self {
            Self::File { .. }
            | Self::Corrupt { .. }
            | Self::Migrate(_)
            | Self::Database(_)
            | Self::Random => Blame::Centre,
            Self::Device(_) | Self::CodeUnknown | Self::CodeReplaced(_) | Self::CodeUsed(_) => Blame::Station,
            _ => Blame::Operator,
        }
    }
}
