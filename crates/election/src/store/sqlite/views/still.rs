//! Reference stills of views: kept for good, a bounded number of each camera.

use ashkar_terms::{CameraId, UtcMicros};
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;

use super::super::super::views::{VIEW_STILL_BYTES_MAX, VIEW_STILLS_MAX};
use super::super::super::{NewViewStill, StoreError, ViewStill};
use super::super::row::row;
use super::election_of;
use crate::model::StillHash;

/// Keeps a still. It changes nothing of the registry; the approval that names it is what is audited.
pub(in super::super) async fn keep(
    tx: &mut SqliteConnection,
    new: &NewViewStill<'_>,
) -> Result<StillHash, StoreError> {
    if new.jpeg.len() > VIEW_STILL_BYTES_MAX {
        return Err(StoreError::LongStill(new.jpeg.len()));
    }
    let camera = new.camera;
    let election = election_of(tx, camera).await?;
    let sha256 = StillHash(Sha256::digest(new.jpeg).into());
    if is_of(tx, election, camera, sha256).await? {
        return Ok(sha256);
    }
    let kept: u32 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM view_still WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .fetch_one(&mut *tx)
    .await?;
    if kept >= VIEW_STILLS_MAX {
        return Err(StoreError::ManyStills(camera));
    }
    sqlx::query(
        "INSERT INTO view_still (election_id, constituency, station, camera, sha256, taken_at_us, width, height, jpeg) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(&sha256.0[..])
    .bind(new.taken_at.0)
    .bind(new.width)
    .bind(new.height)
    .bind(new.jpeg)
    .execute(tx)
    .await?;
    Ok(sha256)
}

/// Whether the still is one of `camera`.
pub(super) async fn is_of(
    tx: &mut SqliteConnection,
    election: i64,
    camera: CameraId,
    sha256: StillHash,
) -> Result<bool, StoreError> {
    let found: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM view_still WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4 \
         AND sha256 = $5",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(&sha256.0[..])
    .fetch_one(tx)
    .await?;
    Ok(found > 0)
}

row! {
    struct StillRow {
        constituency: u16,
        station: u16,
        camera: u8,
        taken_at_us: i64,
        width: u32,
        height: u32,
        jpeg: Vec<u8>,
    }
}

/// The still with that name.
pub(in super::super) async fn find(
    tx: &mut SqliteConnection,
    sha256: StillHash,
) -> Result<Option<ViewStill>, StoreError> {
    let row: Option<StillRow> = sqlx::query_as(
        "SELECT constituency, station, camera, taken_at_us, width, height, jpeg FROM view_still \
         WHERE sha256 = $1 ORDER BY election_id DESC LIMIT 1",
    )
    .bind(&sha256.0[..])
    .fetch_optional(tx)
    .await?;
    Ok(row.map(|row| ViewStill {
        sha256,
        camera: CameraId::new(row.constituency, row.station, row.camera),
        taken_at: UtcMicros(row.taken_at_us),
        width: row.width,
        height: row.height,
        jpeg: row.jpeg,
    }))
}
