//! Reference stills in SQLite: a bounded number of each device and camera.

use ashkar_terms::CameraId;
use sqlx::SqliteConnection;

use super::super::conditions::{STILL_BYTES_MAX, STILLS_KEPT};
use super::super::{Actor, NewStill, StoreError};
use super::elections;

/// Keeps a still, and removes the oldest of the same device and camera that are too many. It changes nothing of the
/// registry; the sign-off that names it is what is audited.
pub(super) async fn keep(
    tx: &mut SqliteConnection,
    new: &NewStill<'_>,
    by: &Actor,
) -> Result<(), StoreError> {
    if new.jpeg.len() > STILL_BYTES_MAX {
        return Err(StoreError::LongStill(new.jpeg.len()));
    }
    let election = elections::required(tx).await?.gear;
    let NewStill { device, camera, sha256, jpeg } = *new;
    sqlx::query(
        "INSERT INTO reference_still (election_id, device_id, constituency, station, camera, sha256, received_at_us, jpeg) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(election)
    .bind(device)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(sha256)
    .bind(by.at.0)
    .bind(jpeg)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "DELETE FROM reference_still WHERE election_id = $1 AND device_id = $2 AND constituency = $3 AND station = $4 \
         AND camera = $5 AND id NOT IN (SELECT id FROM reference_still WHERE election_id = $1 AND device_id = $2 \
         AND constituency = $3 AND station = $4 AND camera = $5 ORDER BY id DESC LIMIT $6)",
    )
    .bind(election)
    .bind(device)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(i64::from(STILLS_KEPT))
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// The still of the current election with that hash.
pub(super) async fn find(
    tx: &mut SqliteConnection,
    device: &str,
    camera: CameraId,
    sha256: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(election) = elections::current(tx).await?.map(|current| current.gear) else {
        return Ok(None);
    };
    let found = sqlx::query_scalar(
        "SELECT jpeg FROM reference_still WHERE election_id = $1 AND device_id = $2 AND constituency = $3 \
         AND station = $4 AND camera = $5 AND sha256 = $6",
    )
    .bind(election)
    .bind(device)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(sha256)
    .fetch_optional(&mut *tx)
    .await?;
    Ok(found)
}
