//! Cameras and sub-streams in SQLite: keys as hashes, addresses encrypted; and how the cameras follow the newest list.

use std::collections::{BTreeMap, BTreeSet};

use ashkar_terms::{CameraId, UtcMicros};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::seal::Sealer;
use super::super::{Actor, Camera, KeyHash, NewCamera, PullUrl, StoreError, StreamKey};
use super::elections::{self, Current};
use super::record::{self, Change};
use super::row::row;
use super::{lists, sub_streams, views};
use crate::model::{ElectionKey, Station, StationId, StationList};

row! {
    pub(super) struct CameraRow {
        constituency: u16,
        station: u16,
        camera: u8,
        listed: bool,
        pub(super) disabled_by: Option<String>,
        key_hash: Option<Vec<u8>>,
        pull_sealed: Option<Vec<u8>>,
        sub_of: Option<u8>,
        added_at_us: i64,
    }
}

impl CameraRow {
    pub(super) fn id(&self) -> CameraId {
        CameraId::new(self.constituency, self.station, self.camera)
    }

    pub(super) fn sub_of(&self) -> Option<CameraId> {
        self.sub_of.map(|main| CameraId { camera: main, ..self.id() })
    }
}

/// All cameras of the current election with their sub-streams, in order.
pub(super) async fn all(tx: &mut SqliteConnection, sealer: &Sealer) -> Result<Vec<Camera>, StoreError> {
    let Some(current) = elections::current(tx).await? else { return Ok(Vec::new()) };
    let rows = rows(tx, current.gear).await?;
    let off: BTreeSet<CameraId> =
        rows.iter().filter(|row| row.disabled_by.is_some()).map(CameraRow::id).collect();
    let cameras = rows.into_iter().map(|row| {
        let camera = camera(sealer, current.election.rehearsed_key(), row)?;
        let is_without_main = camera.sub_of.is_some_and(|main| off.contains(&main));
        Ok(Camera { enabled: camera.enabled && !is_without_main, ..camera })
    });
    cameras.collect()
}

/// Refuses a camera that does not exist, or is off by itself or with its main camera.
pub(super) async fn require_enabled(
    tx: &mut SqliteConnection,
    election: i64,
    id: CameraId,
) -> Result<(), StoreError> {
    let known = row(tx, election, id).await?.ok_or(StoreError::NoCamera(id))?;
    let main = match known.sub_of() {
        Some(main) => row(tx, election, main).await?,
        None => None,
    };
    let is_off = [Some(known), main].into_iter().flatten().any(|row| row.disabled_by.is_some());
    if is_off { Err(StoreError::CameraOff(id)) } else { Ok(()) }
}

pub(super) async fn rows(tx: &mut SqliteConnection, election: i64) -> Result<Vec<CameraRow>, StoreError> {
    let query = sqlx::query_as(
        "SELECT constituency, station, camera, listed, disabled_by, key_hash, pull_sealed, sub_of, added_at_us FROM camera \
         WHERE election_id = $1 ORDER BY constituency, station, camera",
    );
    Ok(query.bind(election).fetch_all(tx).await?)
}

pub(super) async fn row(
    tx: &mut SqliteConnection,
    election: i64,
    id: CameraId,
) -> Result<Option<CameraRow>, StoreError> {
    let query = sqlx::query_as(
        "SELECT constituency, station, camera, listed, disabled_by, key_hash, pull_sealed, sub_of, added_at_us FROM camera \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4",
    );
    let query = query.bind(election).bind(id.constituency).bind(id.station).bind(id.camera);
    Ok(query.fetch_optional(tx).await?)
}

fn camera(sealer: &Sealer, election: &ElectionKey, row: CameraRow) -> Result<Camera, StoreError> {
    let (id, sub_of) = (row.id(), row.sub_of());
    let key = row.key_hash.map(|hash| hash.try_into().map(KeyHash));
    let pull = row.pull_sealed.as_deref().map(|sealed| open_pull(sealer, election, id, sealed));
    Ok(Camera {
        id,
        listed: row.listed,
        enabled: row.disabled_by.is_none(),
        key: key.transpose().map_err(|_| StoreError::Corrupt { what: "a camera's key" })?,
        pull_unreadable: matches!(pull, Some(None)),
        pull: pull.flatten(),
        sub_of,
        added_at: UtcMicros(row.added_at_us),
    })
}

/// An address that cannot be decrypted must not stop the other cameras: the camera reports it, and so does the log.
fn open_pull(sealer: &Sealer, election: &ElectionKey, id: CameraId, sealed: &[u8]) -> Option<PullUrl> {
    let pull = sealer.open_sealed(&row_name(election, id), sealed).and_then(|url| url.parse().ok());
    if pull.is_none() {
        tracing::error!(camera = %id, cause = "it was sealed with another secret.key", blame = "operator", "the camera's address does not open with this data directory's secret.key");
    }
    pull
}

/// What an encrypted address is bound to.
fn row_name(election: &ElectionKey, id: CameraId) -> String {
    format!("{election} {id}")
}

pub(super) async fn add(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    new: &NewCamera,
    by: &Actor,
) -> Result<StreamKey, StoreError> {
    let Current { gear: election, election: described, .. } = elections::required(tx).await?;
    let before = row(tx, election, new.id).await?;
    if before.as_ref().is_some_and(|before| before.key_hash.is_some()) {
        return Err(StoreError::CameraExists(new.id));
    }
    if let Some(main) = new.sub_of {
        sub_streams::allow(tx, election, new.id, main).await?;
    }
    let station = StationId::from(new.id);
    if !new.unlisted && lists::newest_of(tx, election).await?.1.station(station).is_none() {
        return Err(StoreError::NotInList(station));
    }
    let key = StreamKey::generate(new.id)?;
    let sealed = seal(sealer, described.rehearsed_key(), new.id, new.pull.as_ref())?;
    sqlx::query(
        "INSERT INTO camera (election_id, constituency, station, camera, listed, key_hash, pull_sealed, sub_of, added_at_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (election_id, constituency, station, camera) \
         DO UPDATE SET disabled_by = NULL, key_hash = excluded.key_hash, \
         pull_sealed = COALESCE(excluded.pull_sealed, camera.pull_sealed)",
    )
    .bind(election)
    .bind(new.id.constituency)
    .bind(new.id.station)
    .bind(new.id.camera)
    .bind(false)
    .bind(&key.hash().0[..])
    .bind(sealed)
    .bind(new.sub_of.map(|main| main.camera))
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    let change = Change {
        what: "camera.add",
        subject: new.id.to_string(),
        before: before.map(|before| json!({ "listed": before.listed, "disabled_by": before.disabled_by })),
        after: Some(json!({ "pull": new.pull, "sub_of": new.sub_of })),
    };
    record::write(tx, by, change).await?;
    if new.approved {
        views::approve_as_owner(tx, new.id, by).await?;
    }
    Ok(key)
}

fn seal(
    sealer: &Sealer,
    election: &ElectionKey,
    id: CameraId,
    pull: Option<&PullUrl>,
) -> Result<Option<Vec<u8>>, StoreError> {
    pull.map(|pull| sealer.seal(&row_name(election, id), pull.expose().as_str())).transpose()
}

pub(super) async fn replace_keys(
    tx: &mut SqliteConnection,
    cameras: &[CameraId],
    by: &Actor,
) -> Result<Vec<StreamKey>, StoreError> {
    let election = elections::required(tx).await?.gear;
    let mut keys = Vec::with_capacity(cameras.len());
    for &id in cameras {
        let before = row(tx, election, id).await?.ok_or(StoreError::NoCamera(id))?;
        let key = StreamKey::generate(id)?;
        let hash = key.hash();
        update(tx, election, id, Update::Key(&hash)).await?;
        let had_key = json!({ "key": before.key_hash.is_some() });
        note(tx, by, "camera.key", id, had_key, json!({ "key": true })).await?;
        keys.push(key);
    }
    Ok(keys)
}

pub(super) async fn set_pull(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    id: CameraId,
    pull: Option<&PullUrl>,
    by: &Actor,
) -> Result<(), StoreError> {
    let Current { gear: election, election: described, .. } = elections::required(tx).await?;
    let row = row(tx, election, id).await?.ok_or(StoreError::NoCamera(id))?;
    let before = camera(sealer, described.rehearsed_key(), row)?;
    if !before.pull_unreadable && before.pull.as_ref() == pull {
        return Ok(());
    }
    let sealed = seal(sealer, described.rehearsed_key(), id, pull)?;
    update(tx, election, id, Update::Pull(sealed.as_deref())).await?;
    note(tx, by, "camera.pull", id, json!({ "pull": before.pull }), json!({ "pull": pull })).await
}

pub(super) async fn set_enabled(
    tx: &mut SqliteConnection,
    id: CameraId,
    enabled: bool,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = elections::required(tx).await?.gear;
    let before = row(tx, election, id).await?.ok_or(StoreError::NoCamera(id))?;
    if before.disabled_by.is_none() == enabled {
        return Ok(());
    }
    if let Some(main) = before.sub_of().filter(|_| enabled) {
        sub_streams::allow(tx, election, id, main).await?;
    }
    update(tx, election, id, Update::DisabledBy((!enabled).then_some("hand"))).await?;
    note(tx, by, "camera.enabled", id, json!({ "enabled": !enabled }), json!({ "enabled": enabled })).await
}

async fn note(
    tx: &mut SqliteConnection,
    by: &Actor,
    what: &'static str,
    id: CameraId,
    before: Value,
    after: Value,
) -> Result<(), StoreError> {
    record::write(tx, by, Change { what, subject: id.to_string(), before: Some(before), after: Some(after) })
        .await
}

/// One column of one camera.
enum Update<'a> {
    Key(&'a KeyHash),
    Pull(Option<&'a [u8]>),
    DisabledBy(Option<&'static str>),
    Listed { disabled_by: Option<&'a str>, listed: bool },
}

async fn update(
    tx: &mut SqliteConnection,
    election: i64,
    id: CameraId,
    update: Update<'_>,
) -> Result<(), StoreError> {
    const KEY: &str = "UPDATE camera SET key_hash = $5 \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4";
    const PULL: &str = "UPDATE camera SET pull_sealed = $5 \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4";
    const DISABLED_BY: &str = "UPDATE camera SET disabled_by = $5 \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4";
    const LISTED: &str = "UPDATE camera SET disabled_by = $5, listed = $6 \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4";
    let statement = match update {
        Update::Key(_) => KEY,
        Update::Pull(_) => PULL,
        Update::DisabledBy(_) => DISABLED_BY,
        Update::Listed { .. } => LISTED,
    };
    let query = sqlx::query(statement).bind(election).bind(id.constituency).bind(id.station).bind(id.camera);
    let query = match update {
        Update::Key(hash) => query.bind(&hash.0[..]),
        Update::Pull(sealed) => query.bind(sealed),
        Update::DisabledBy(by) => query.bind(by),
        Update::Listed { disabled_by, listed } => query.bind(disabled_by).bind(listed),
    };
    query.execute(tx).await?;
    Ok(())
}

/// Makes the cameras those of `lists`, the newest and the published one; returns how many were enabled and disabled.
/// The caller records it.
pub(super) async fn follow_lists(
    tx: &mut SqliteConnection,
    election: i64,
    lists: [&StationList; 2],
    at: UtcMicros,
) -> Result<(usize, usize), StoreError> {
    let before = rows(tx, election).await?;
    let before: BTreeMap<CameraId, CameraRow> = before.into_iter().map(|row| (row.id(), row)).collect();
    let stations = lists.into_iter().flat_map(StationList::stations);
    let wanted: BTreeSet<CameraId> = stations.flat_map(Station::camera_ids).collect();
    let mut enabled = 0;
    for &id in &wanted {
        enabled += usize::from(list_camera(tx, election, id, before.get(&id), at).await?);
    }
    let mut disabled = 0;
    for row in before.values().filter(|row| row.listed && !wanted.contains(&row.id())) {
        disabled += usize::from(row.disabled_by.is_none());
        let disabled_by = Some(row.disabled_by.as_deref().unwrap_or("list"));
        update(tx, election, row.id(), Update::Listed { disabled_by, listed: false }).await?;
    }
    Ok((enabled, disabled))
}

/// Adds a camera of the list; returns whether that enabled it. A camera that a person disabled stays disabled.
async fn list_camera(
    tx: &mut SqliteConnection,
    election: i64,
    id: CameraId,
    before: Option<&CameraRow>,
    at: UtcMicros,
) -> Result<bool, StoreError> {
    let Some(before) = before else {
        insert_listed(tx, election, id, at).await?;
        return Ok(true);
    };
    if before.listed {
        return Ok(false);
    }
    let disabled_by = before.disabled_by.as_deref().filter(|by| *by != "list");
    update(tx, election, id, Update::Listed { disabled_by, listed: true }).await?;
    Ok(before.disabled_by.is_some() && disabled_by.is_none())
}

async fn insert_listed(
    tx: &mut SqliteConnection,
    election: i64,
    id: CameraId,
    at: UtcMicros,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO camera (election_id, constituency, station, camera, listed, added_at_us) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(election)
    .bind(id.constituency)
    .bind(id.station)
    .bind(id.camera)
    .bind(true)
    .bind(at.0)
    .execute(tx)
    .await?;
    Ok(())
}
