//! Persistence: one trait, so that other databases can implement it, and the embedded SQLite store behind it.

mod audit;
mod camera;
mod conditions;
mod device;
mod error;
mod key;
mod people;
mod programme;
mod proposals;
mod pull;
mod seal;
mod snapshot;
mod sqlite;
mod sub_stream;
mod version;
mod views;

use ashkar_terms::{CameraId, UtcMicros};
use async_trait::async_trait;

pub use audit::{Actor, AuditCheck, AuditEntry, AuditFault, AuditQuery, RequestId};
pub use camera::{Camera, NewCamera};
pub use conditions::{DeviceReport, NewReport, NewStill, ReportOccasion};
pub use device::{Device, DeviceError, NewDevice};
pub use error::StoreError;
pub use key::{KeyHash, KeyRefusal, StreamKey};
pub use people::{
    FactorUse, NewInvitation, NewSession, Passkey, PeopleStore, SecretChange, Secrets, Session, SignInStage,
};
pub use programme::{Answers, KeptPhoto, NewSheet, ProgrammeError, ProgrammeStore};
pub use proposals::{ProposalStore, Ruling};
pub use pull::{PullUrl, PullUrlError};
pub use seal::give_to_owner;
pub use snapshot::{ChangeToken, Snapshot};
pub use sqlite::{Making, SqliteStore};
pub use sub_stream::SubStreamRefusal;
pub use version::{Applied, ListChanges, ListDecision, ListPublication, ListVersion};
pub use views::{NewApproval, NewViewStill, ViewStill, ViewStore};

use crate::diff::Diff;
use crate::import::ImportPlan;
use crate::model::{
    Act, Election, ElectionKey, KnownElection, Minute, NewRehearsal, StationId, StationList, Turnout,
};

/// The registry: the current election with its list, cameras, marks and turnout, and the record of every change.
///
/// * Every method that changes something takes an [`Actor`] and writes the audit entry in the same transaction:
///   after a crash there are both or neither. Devices' measurements change nothing of the registry: of reports, only
///   sign-offs are audited.
/// * Several processes may work on one store at a time. A change by any of them moves [`Store::change_token`].
/// * Without an election, reads return nothing, and changes fail with [`StoreError::NoElection`].
/// * All data returned by one call are of one moment.
#[async_trait]
pub trait Store: ViewStore + Send + Sync {
    /// The current election.
    async fn election(&self) -> Result<Option<Election>, StoreError>;

    /// Creates the election with that key, or updates it, and makes it the current one.
    async fn put_election(&self, election: &Election, by: &Actor) -> Result<(), StoreError>;

    /// All elections of the registry, in the order in which they were made.
    async fn elections(&self) -> Result<Vec<KnownElection>, StoreError>;

    /// Plans a rehearsal of the current election, or of the one that the current one rehearses. The current one stays so.
    ///
    /// # Errors
    /// [`StoreError::Election`] if it cannot be held on that day.
    async fn plan_rehearsal(&self, new: &NewRehearsal, by: &Actor) -> Result<Election, StoreError>;

    /// Makes an election the current one; the public sees it from then on, and nothing of the former one. A rehearsal takes
    /// over the list that was published last of what it rehearses, never a draft. Cameras, keys, devices, views and the
    /// programme are the same under both.
    ///
    /// # Errors
    /// [`StoreError::UnknownElection`].
    async fn use_election(&self, key: &ElectionKey, by: &Actor) -> Result<Election, StoreError>;

    /// The newest list with its version, a draft or not; an empty list without a version before the first import.
    async fn list(&self) -> Result<(Option<ListVersion>, StationList), StoreError>;

    /// All versions of the list, oldest first.
    async fn list_versions(&self) -> Result<Vec<ListVersion>, StoreError>;

    /// The list as it was in version `number`.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`] if there is none.
    async fn list_version(&self, number: u32) -> Result<(ListVersion, StationList), StoreError>;

    /// The changes from the last version that was published before version `number` to that one, be it a draft or not.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`] if there is none.
    async fn list_changes(&self, number: u32) -> Result<ListChanges, StoreError> {
        let (version, list) = self.list_version(number).await?;
        let is_before = |one: &&ListVersion| one.number < number && one.publication.is_some();
        let before = self.list_versions().await?.iter().rfind(is_before).map(|one| one.number);
        // What is published stays so.
        let (previous, diff) = match before {
            Some(before) => {
                let (previous, before) = self.list_version(before).await?;
                (Some(previous), Diff::between(&before, &list))
            }
            None => (None, Diff::default()),
        };
        Ok(ListChanges { version, previous, counts: diff.counts(), diff })
    }

    /// Makes the planned list the newest version, as a draft. A plan without changes creates none. Earlier versions stay.
    ///
    /// The cameras follow the list: the stations' cameras are created (without a key), those that neither it nor the
    /// published list has are disabled, and enabled again when it has them again. Cameras added by hand stay as they are.
    ///
    /// # Errors
    /// [`StoreError::ListChanged`] if the list is no longer the one that the plan was made against;
    /// [`StoreError::RehearsalList`] in a rehearsal.
    async fn apply_import(&self, plan: &ImportPlan, source: &str, by: &Actor) -> Result<Applied, StoreError>;

    /// Publishes version `number` at once, by one person: the owner's way. Cameras that neither this list nor the newest
    /// one has are disabled.
    ///
    /// # Errors
    /// [`StoreError::NoVersion`]; [`StoreError::AlreadyPublished`] if it or a later one is published;
    /// [`StoreError::Programme`] if the decision has no number; [`StoreError::RehearsalList`] in a rehearsal.
    async fn publish_as_owner(
        &self,
        number: u32,
        decision: Option<&ListDecision>,
        by: &Actor,
    ) -> Result<ListVersion, StoreError>;

    /// All cameras in the order of their numbers, with pull addresses in the clear.
    async fn cameras(&self) -> Result<Vec<Camera>, StoreError>;

    /// Adds a camera, or takes over one that came with the list and has no key yet, and gives it a key.
    ///
    /// # Errors
    /// [`StoreError::CameraExists`] if it has a key already (see [`Store::replace_keys`]), [`StoreError::NotInList`] if
    /// its station is not in the list and the camera is not marked as unlisted, [`StoreError::NoCamera`] and
    /// [`StoreError::SubStream`] if it cannot be a sub-stream of that other camera.
    async fn add_camera(&self, camera: &NewCamera, by: &Actor) -> Result<StreamKey, StoreError>;

    /// New keys for all of `cameras`, in one transaction and in the given order; the former ones are void at once.
    ///
    /// # Errors
    /// [`StoreError::NoCamera`] for the first that does not exist; then none is replaced.
    async fn replace_keys(&self, cameras: &[CameraId], by: &Actor) -> Result<Vec<StreamKey>, StoreError>;

    /// Sets where the centre pulls the camera from; none if it publishes by itself.
    async fn set_pull(&self, camera: CameraId, pull: Option<&PullUrl>, by: &Actor) -> Result<(), StoreError>;

    /// Enables or disables a camera. A disabled one is refused by the gate; its recordings stay. A sub-stream is off
    /// while its camera is.
    ///
    /// # Errors
    /// [`StoreError::SubStream`] if it is a sub-stream and its camera has got another one in the meantime.
    async fn set_enabled(&self, camera: CameraId, enabled: bool, by: &Actor) -> Result<(), StoreError>;

    /// Stores the hash of a new one-time code, by which one device can be enrolled for `camera` until `expires_at`. A
    /// former code of the camera that nobody used is void.
    ///
    /// # Errors
    /// [`StoreError::NoCamera`] and [`StoreError::CameraOff`].
    async fn issue_enrolment(
        &self,
        camera: CameraId,
        code_hash: [u8; 32],
        expires_at: UtcMicros,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Enrols a device for the camera of the code, whether it is new, known or was revoked. Returns all cameras for
    /// which the device is enrolled, in order. Asked again by the same device while the code has not expired, it
    /// answers the same: the first answer may have been lost.
    ///
    /// # Errors
    /// [`StoreError::CodeUnknown`], [`StoreError::CodeReplaced`], [`StoreError::CodeUsed`],
    /// [`StoreError::CodeExpired`], by the clock of `by`; [`StoreError::CameraOff`]; [`StoreError::Device`].
    async fn enrol_device(
        &self,
        code_hash: [u8; 32],
        device: &NewDevice,
        by: &Actor,
    ) -> Result<Vec<CameraId>, StoreError>;

    /// Refuses a device for a camera from now on. It may be enrolled again by a new code.
    ///
    /// # Errors
    /// [`StoreError::NoDevice`] if it was never enrolled for the camera.
    async fn revoke_device(&self, camera: CameraId, device_id: &str, by: &Actor) -> Result<(), StoreError>;

    /// All devices, also revoked ones, by camera and time.
    async fn devices(&self) -> Result<Vec<Device>, StoreError>;

    /// Keeps a report of a device, and of that device and occasion only as many as
    /// [`ReportOccasion::kept`] says.
    ///
    /// # Errors
    /// [`StoreError::LongReport`].
    async fn keep_report(&self, report: &NewReport<'_>, by: &Actor) -> Result<(), StoreError>;

    /// The newest reports about `camera`, at most `limit`, newest first; without a camera the newest one of each device
    /// and occasion.
    async fn reports(&self, camera: Option<CameraId>, limit: u32) -> Result<Vec<DeviceReport>, StoreError>;

    /// Keeps a reference still, and of that device and camera only the newest twenty. One that is kept already stays.
    ///
    /// # Errors
    /// [`StoreError::LongStill`].
    async fn keep_still(&self, still: &NewStill<'_>, by: &Actor) -> Result<(), StoreError>;

    /// The reference still of `device` and `camera` whose bytes have this SHA-256; nothing if it is not kept.
    async fn still(
        &self,
        device: &str,
        camera: CameraId,
        sha256: &str,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Marks an act of a station's day as done at `at`.
    ///
    /// # Errors
    /// [`StoreError::AlreadyMarked`] if it is marked: a wrong mark is withdrawn first, so that both are recorded.
    async fn mark(&self, station: StationId, act: Act, at: UtcMicros, by: &Actor) -> Result<(), StoreError>;

    /// Withdraws a mark that was wrong.
    ///
    /// # Errors
    /// [`StoreError::NotMarked`] if there is none.
    async fn withdraw_mark(&self, station: StationId, act: Act, by: &Actor) -> Result<(), StoreError>;

    /// Official turnout at the plan's times, by time; the country before its constituencies.
    async fn turnout(&self) -> Result<Vec<Turnout>, StoreError>;

    /// Enters an official figure; it replaces one for the same time and constituency.
    ///
    /// # Errors
    /// [`StoreError::NoTurnoutTime`] if the plan has no such time, [`StoreError::NoConstituency`] if the list has no
    /// such constituency.
    async fn set_turnout(&self, figure: &Turnout, by: &Actor) -> Result<(), StoreError>;

    /// Removes an official figure that was wrong.
    ///
    /// # Errors
    /// [`StoreError::NoTurnout`] if there is none.
    async fn remove_turnout(
        &self,
        at: Minute,
        constituency: Option<u16>,
        by: &Actor,
    ) -> Result<(), StoreError>;

    /// Records that somebody had undeclared time declared as missing, in `gaps` gaps of `cameras` cameras.
    async fn note_archive_mended(&self, gaps: u64, cameras: u64, by: &Actor) -> Result<(), StoreError>;

    /// Everything that the server needs in memory, from one moment.
    async fn snapshot(&self) -> Result<Snapshot, StoreError>;

    /// A value that changes with any change of the store; reads one row.
    async fn change_token(&self) -> Result<ChangeToken, StoreError>;

    /// At most `limit` audit entries after entry `after` (0 for the first), oldest first.
    async fn audit(&self, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// The audit entries that `query` asks for, newest first.
    async fn find_audit(&self, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError>;

    /// Reads the whole audit trail and checks that it is what was recorded.
    async fn check_audit(&self) -> Result<AuditCheck, StoreError>;
}
