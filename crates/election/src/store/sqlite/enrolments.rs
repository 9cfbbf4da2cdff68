//! One-time codes in SQLite: issued for a camera, used once by one device.

use ashkar_terms::{CameraId, UtcMicros};
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::{Actor, NewDevice, StoreError};
use super::record::{self, Change};
use super::row::row;
use super::{cameras, devices, elections};

row! {
    struct CodeRow {
        constituency: u16,
        station: u16,
        camera: u8,
        expires_at_us: i64,
        replaced_at_us: Option<i64>,
        device_id: Option<String>,
    }
}

/// Stores a new code of `camera`; a former one that nobody used is good for nothing from now on.
pub(super) async fn issue(
    tx: &mut SqliteConnection,
    camera: CameraId,
    code_hash: &[u8; 32],
    expires_at: UtcMicros,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = elections::required(tx).await?.gear;
    cameras::require_enabled(tx, election, camera).await?;
    let replaced = replace_open(tx, election, camera, by).await?;
    sqlx::query(
        "INSERT INTO enrolment (election_id, constituency, station, camera, code_hash, issued_at_us, expires_at_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(&code_hash[..])
    .bind(by.at.0)
    .bind(expires_at.0)
    .execute(&mut *tx)
    .await?;
    let after = json!({ "expires_at": expires_at, "replaces_a_code": replaced });
    let change =
        Change { what: "camera.enrol", subject: camera.to_string(), before: None, after: Some(after) };
    record::write(tx, by, change).await
}

async fn replace_open(
    tx: &mut SqliteConnection,
    election: i64,
    camera: CameraId,
    by: &Actor,
) -> Result<bool, StoreError> {
    let replaced = sqlx::query(
        "UPDATE enrolment SET replaced_at_us = $5 WHERE election_id = $1 AND constituency = $2 AND station = $3 \
         AND camera = $4 AND used_at_us IS NULL AND replaced_at_us IS NULL",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(by.at.0)
    .execute(tx)
    .await?;
    Ok(replaced.rows_affected() > 0)
}

/// Enrols `device` by a code, and returns all cameras that it may send. Called again by the same device, because the
/// answer was lost on its way, it answers the same and changes nothing.
pub(super) async fn redeem(
    tx: &mut SqliteConnection,
    code_hash: &[u8; 32],
    device: &NewDevice,
    by: &Actor,
) -> Result<Vec<CameraId>, StoreError> {
    let election = elections::required(tx).await?.gear;
    let code = find(tx, election, code_hash).await?.ok_or(StoreError::CodeUnknown)?;
    let camera = CameraId::new(code.constituency, code.station, code.camera);
    if code.replaced_at_us.is_some() {
        return Err(StoreError::CodeReplaced(camera));
    }
    if code.device_id.as_ref().is_some_and(|used_by| *used_by != device.id) {
        return Err(StoreError::CodeUsed(camera));
    }
    if by.at.0 >= code.expires_at_us {
        return Err(StoreError::CodeExpired(camera));
    }
    cameras::require_enabled(tx, election, camera).await?;
    if code.device_id.is_none() {
        mark_used(tx, election, code_hash, device, by).await?;
        devices::enrol(tx, election, camera, device, by).await?;
    } else if !devices::is_enrolled(tx, election, camera, device).await? {
        // It was revoked after it had used the code, which must not bring it back.
        return Err(StoreError::CodeUsed(camera));
    }
    devices::cameras_of(tx, election, device).await
}

async fn find(
    tx: &mut SqliteConnection,
    election: i64,
    code_hash: &[u8; 32],
) -> Result<Option<CodeRow>, StoreError> {
    let query = sqlx::query_as(
        "SELECT constituency, station, camera, expires_at_us, replaced_at_us, device_id FROM enrolment \
         WHERE election_id = $1 AND code_hash = $2",
    );
    Ok(query.bind(election).bind(&code_hash[..]).fetch_optional(tx).await?)
}

async fn mark_used(
    tx: &mut SqliteConnection,
    election: i64,
    code_hash: &[u8; 32],
    device: &NewDevice,
    by: &Actor,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE enrolment SET used_at_us = $3, device_id = $4 WHERE election_id = $1 AND code_hash = $2",
    )
    .bind(election)
    .bind(&code_hash[..])
    .bind(by.at.0)
    .bind(&device.id)
    .execute(tx)
    .await?;
    Ok(())
}
