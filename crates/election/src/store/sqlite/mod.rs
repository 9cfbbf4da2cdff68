//! The embedded store: one SQLite file, `election.db`, in the data directory.
//!
//! Everything specific to SQLite is in `open.rs` (pragmas, `BEGIN IMMEDIATE`) and in the migrations' folder. The other
//! statements keep to what PostgreSQL also has: `$1` parameters, `ON CONFLICT`, partial indices, multi-row inserts.

mod cameras;
mod conditions;
mod desk;
mod devices;
mod elections;
mod enrolments;
mod lists;
mod marks;
mod open;
mod people;
mod programme;
mod proposals;
mod publications;
mod record;
mod rehearsals;
mod row;
mod secrets;
mod sessions;
mod stills;
mod sub_streams;
mod trail;
mod turnout;
mod views;
mod whole;

use std::sync::Arc;

use ashkar_terms::{CameraId, UtcMicros};
use async_trait::async_trait;
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::seal::Sealer;
use super::{
    Actor, Applied, AuditCheck, AuditEntry, AuditQuery, Camera, ChangeToken, Device, DeviceReport,
    ListDecision, ListVersion, NewApproval, NewCamera, NewDevice, NewInvitation, NewReport, NewStill,
    NewViewStill, PullUrl, Snapshot, Store, StoreError, StreamKey, ViewStill, ViewStore,
};
use crate::import::ImportPlan;
use crate::model::{
    Act, Election, ElectionKey, HidingReason, KnownElection, Minute, NewRehearsal, PersonName, Profile,
    StationId, StationList, StillHash, Turnout,
};

pub use open::Making;

type Tx = Transaction<'static, Sqlite>;

/// The store in one SQLite file. Clones share its connections.
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    sealer: Arc<Sealer>,
    /// An election to look at as if it were the current one.
    looks_at: Option<ElectionKey>,
}

impl SqliteStore {
    /// Adds a camera whose key takes effect only if `show` could show it: there is never a key that nobody saw. The
    /// inner result is that of `show`.
    ///
    /// # Errors
    /// Those of [`Store::add_camera`]; one after `show` means that the key it showed is not valid.
    pub async fn add_camera_shown<E>(
        &self,
        camera: &NewCamera,
        by: &Actor,
        show: impl FnOnce(&StreamKey) -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let mut tx = self.write(by).await?;
        let key = cameras::add(&mut tx, &self.sealer, camera, by).await?;
        commit_shown(tx, show(&key)).await
    }

    /// Replaces a camera's key if `show` could show the new one; otherwise the old one stays in force.
    ///
    /// # Errors
    /// Those of [`Store::replace_keys`]; one after `show` means that the key it showed is not valid.
    pub async fn replace_key_shown<E>(
        &self,
        camera: CameraId,
        by: &Actor,
        show: impl FnOnce(&StreamKey) -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let mut tx = self.write(by).await?;
        let keys = cameras::replace_keys(&mut tx, &[camera], by).await?;
        let key = keys.first().ok_or(StoreError::NoCamera(camera))?;
        commit_shown(tx, show(key)).await
    }

    /// Issues a code of enrolment that is good only if `show` could show it; otherwise the former one stays so.
    ///
    /// # Errors
    /// Those of [`Store::issue_enrolment`]; one after `show` means that the code it showed is good for nothing.
    pub async fn issue_enrolment_shown<E>(
        &self,
        camera: CameraId,
        code_hash: [u8; 32],
        expires_at: UtcMicros,
        by: &Actor,
        show: impl FnOnce() -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let mut tx = self.write(by).await?;
        enrolments::issue(&mut tx, camera, &code_hash, expires_at, by).await?;
        commit_shown(tx, show()).await
    }

    /// Makes an account whose invitation is good only if `show` could show it.
    ///
    /// # Errors
    /// Those of [`super::PeopleStore::invite`]; one after `show` means that the link it showed is good for nothing.
    pub async fn invite_shown<E>(
        &self,
        name: &PersonName,
        profile: &Profile,
        invitation: &NewInvitation,
        by: &Actor,
        show: impl FnOnce() -> Result<(), E>,
    ) -> Result<Result<(), E>, StoreError> {
        let mut tx = self.write(by).await?;
        people::invite(&mut tx, name, profile, invitation, by).await?;
        commit_shown(tx, show()).await
    }

    /// The owner's way for many cameras, all or none.
    ///
    /// # Errors
    /// Those of [`ViewStore::approve_as_owner`], for the first that is refused.
    pub async fn approve_all_as_owner(&self, cameras: &[CameraId], by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        for camera in cameras {
            views::approve_as_owner(&mut tx, *camera, by).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The same store, as if `election` were the current one: for its report. It only reads. Each read holds the lock of
    /// those who write for its time.
    ///
    /// # Errors
    /// [`StoreError::UnknownElection`].
    pub async fn looking_at(&self, election: &ElectionKey) -> Result<Self, StoreError> {
        let found = elections::find(&mut *self.pool.acquire().await?, election).await?;
        found.ok_or_else(|| StoreError::UnknownElection(election.clone()))?;
        Ok(Self { looks_at: Some(election.clone()), ..self.clone() })
    }

    /// Closes all connections once their current work is done.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn commit_shown<E>(tx: Tx, shown: Result<(), E>) -> Result<Result<(), E>, StoreError> {
    if shown.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(shown)
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SqliteStore")
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn election(&self) -> Result<Option<Election>, StoreError> {
        let mut tx = self.read().await?;
        Ok(elections::current(&mut tx).await?.map(|current| current.election))
    }

    async fn put_election(&self, election: &Election, by: &Actor) -> Result<(), StoreError> {
        election.check()?;
        let mut tx = self.write(by).await?;
        elections::put(&mut tx, election, by).await?;
        Ok(tx.commit().await?)
    }

    async fn elections(&self) -> Result<Vec<KnownElection>, StoreError> {
        let mut tx = self.read().await?;
        elections::all(&mut tx).await
    }

    async fn plan_rehearsal(&self, new: &NewRehearsal, by: &Actor) -> Result<Election, StoreError> {
        let mut tx = self.write(by).await?;
        let planned = rehearsals::plan(&mut tx, new, by).await?;
        tx.commit().await?;
        Ok(planned)
    }

    async fn use_election(&self, key: &ElectionKey, by: &Actor) -> Result<Election, StoreError> {
        let mut tx = self.write(by).await?;
        let election = rehearsals::switch(&mut tx, key, by).await?;
        tx.commit().await?;
        Ok(election)
    }

    async fn list(&self) -> Result<(Option<ListVersion>, StationList), StoreError> {
        let mut tx = self.read().await?;
        lists::newest(&mut tx).await
    }

    async fn list_versions(&self) -> Result<Vec<ListVersion>, StoreError> {
        let mut tx = self.read().await?;
        lists::versions(&mut tx).await
    }

    async fn list_version(&self, number: u32) -> Result<(ListVersion, StationList), StoreError> {
        let mut tx = self.read().await?;
        lists::version(&mut tx, number).await
    }

    async fn apply_import(&self, plan: &ImportPlan, source: &str, by: &Actor) -> Result<Applied, StoreError> {
        let mut tx = self.write(by).await?;
        let applied = lists::apply(&mut tx, plan, source, by).await?;
        tx.commit().await?;
        Ok(applied)
    }

    async fn publish_as_owner(
        &self,
        number: u32,
        decision: Option<&ListDecision>,
        by: &Actor,
    ) -> Result<ListVersion, StoreError> {
        let mut tx = self.write(by).await?;
        publications::publish_as_owner(&mut tx, number, decision, by).await?;
        let (version, _) = lists::version(&mut tx, number).await?;
        tx.commit().await?;
        Ok(version)
    }

    async fn cameras(&self) -> Result<Vec<Camera>, StoreError> {
        let mut tx = self.read().await?;
        cameras::all(&mut tx, &self.sealer).await
    }

    async fn add_camera(&self, camera: &NewCamera, by: &Actor) -> Result<StreamKey, StoreError> {
        let mut tx = self.write(by).await?;
        let key = cameras::add(&mut tx, &self.sealer, camera, by).await?;
        tx.commit().await?;
        Ok(key)
    }

    async fn replace_keys(&self, cameras: &[CameraId], by: &Actor) -> Result<Vec<StreamKey>, StoreError> {
        let mut tx = self.write(by).await?;
        let keys = cameras::replace_keys(&mut tx, cameras, by).await?;
        tx.commit().await?;
        Ok(keys)
    }

    async fn set_pull(&self, camera: CameraId, pull: Option<&PullUrl>, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        cameras::set_pull(&mut tx, &self.sealer, camera, pull, by).await?;
        Ok(tx.commit().await?)
    }

    async fn set_enabled(&self, camera: CameraId, enabled: bool, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        cameras::set_enabled(&mut tx, camera, enabled, by).await?;
        Ok(tx.commit().await?)
    }

    async fn issue_enrolment(
        &self,
        camera: CameraId,
        code_hash: [u8; 32],
        expires_at: UtcMicros,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        enrolments::issue(&mut tx, camera, &code_hash, expires_at, by).await?;
        Ok(tx.commit().await?)
    }

    async fn enrol_device(
        &self,
        code_hash: [u8; 32],
        device: &NewDevice,
        by: &Actor,
    ) -> Result<Vec<CameraId>, StoreError> {
        device.check()?;
        let mut tx = self.write(by).await?;
        let cameras = enrolments::redeem(&mut tx, &code_hash, device, by).await?;
        tx.commit().await?;
        Ok(cameras)
    }

    async fn revoke_device(&self, camera: CameraId, device_id: &str, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        devices::revoke(&mut tx, camera, device_id, by).await?;
        Ok(tx.commit().await?)
    }

    async fn devices(&self) -> Result<Vec<Device>, StoreError> {
        let mut tx = self.read().await?;
        devices::all(&mut tx).await
    }

    async fn keep_report(&self, report: &NewReport<'_>, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        conditions::keep(&mut tx, report, by).await?;
        Ok(tx.commit().await?)
    }

    async fn reports(&self, camera: Option<CameraId>, limit: u32) -> Result<Vec<DeviceReport>, StoreError> {
        let mut tx = self.read().await?;
        conditions::newest(&mut tx, camera, limit).await
    }

    async fn keep_still(&self, still: &NewStill<'_>, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        stills::keep(&mut tx, still, by).await?;
        Ok(tx.commit().await?)
    }

    async fn still(
        &self,
        device: &str,
        camera: CameraId,
        sha256: &str,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut tx = self.read().await?;
        stills::find(&mut tx, device, camera, sha256).await
    }

    async fn mark(&self, station: StationId, act: Act, at: UtcMicros, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        marks::set(&mut tx, station, act, at, by).await?;
        Ok(tx.commit().await?)
    }

    async fn withdraw_mark(&self, station: StationId, act: Act, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        marks::withdraw(&mut tx, station, act, by).await?;
        Ok(tx.commit().await?)
    }

    async fn turnout(&self) -> Result<Vec<Turnout>, StoreError> {
        let mut tx = self.read().await?;
        turnout::all(&mut tx).await
    }

    async fn set_turnout(&self, figure: &Turnout, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        turnout::set(&mut tx, figure, by).await?;
        Ok(tx.commit().await?)
    }

    async fn remove_turnout(
        &self,
        at: Minute,
        constituency: Option<u16>,
        by: &Actor,
    ) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        turnout::remove(&mut tx, at, constituency, by).await?;
        Ok(tx.commit().await?)
    }

    async fn note_archive_mended(&self, gaps: u64, cameras: u64, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        let after = Some(serde_json::json!({ "gaps": gaps, "cameras": cameras }));
        let change =
            record::Change { what: "archive.mend", subject: "archive".to_owned(), before: None, after };
        record::write(&mut tx, by, change).await?;
        Ok(tx.commit().await?)
    }

    async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let mut tx = self.read().await?;
        whole::snapshot(&mut tx, &self.sealer).await
    }

    async fn change_token(&self) -> Result<ChangeToken, StoreError> {
        let mut connection = self.pool.acquire().await?;
        record::token(&mut connection).await
    }

    async fn audit(&self, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let mut tx = self.read().await?;
        record::entries(&mut tx, after, limit).await
    }

    async fn find_audit(&self, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        let mut tx = self.read().await?;
        trail::find(&mut tx, query).await
    }

    async fn check_audit(&self) -> Result<AuditCheck, StoreError> {
        let mut tx = self.read().await?;
        trail::check(&mut tx).await
    }
}

#[async_trait]
impl ViewStore for SqliteStore {
    async fn keep_view_still(&self, still: &NewViewStill<'_>, by: &Actor) -> Result<StillHash, StoreError> {
        let mut tx = self.write(by).await?;
        let sha256 = views::keep(&mut tx, still).await?;
        tx.commit().await?;
        Ok(sha256)
    }

    async fn view_still(&self, sha256: StillHash) -> Result<Option<ViewStill>, StoreError> {
        let mut tx = self.read().await?;
        views::find(&mut tx, sha256).await
    }

    async fn approve_view(&self, approval: &NewApproval, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        views::approve(&mut tx, approval, by).await?;
        Ok(tx.commit().await?)
    }

    async fn approve_as_owner(&self, camera: CameraId, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        views::approve_as_owner(&mut tx, camera, by).await?;
        Ok(tx.commit().await?)
    }

    async fn hide(
        &self,
        camera: CameraId,
        from: UtcMicros,
        reason: HidingReason,
        text: &str,
        by: &Actor,
    ) -> Result<i64, StoreError> {
        let mut tx = self.write(by).await?;
        let id = views::hide(&mut tx, camera, from, reason, text, by).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn show_again(&self, camera: CameraId, proposed_by: &str, by: &Actor) -> Result<(), StoreError> {
        let mut tx = self.write(by).await?;
        views::show_again(&mut tx, camera, proposed_by, by).await?;
        Ok(tx.commit().await?)
    }
}
