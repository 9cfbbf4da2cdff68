//! Photos: a bounded number of each station, named by the SHA-256 of their bytes.

use ashkar_terms::UtcMicros;
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::super::programme::{KeptPhoto, ProgrammeError};
use super::super::super::{Actor, StoreError};
use super::super::elections;
use super::super::record::{self, Change};
use super::super::row::row;
use super::require_station;
use crate::model::StationId;
use crate::programme::{PHOTOS_OF_STATION_MAX, PhotoHash, Refusal};

row! {
    struct PhotoRow {
        sha256: String,
        bytes: u32,
        came_at_us: i64,
        by_name: String,
    }
}

/// Keeps a photo, unless it is kept already.
pub(super) async fn keep(
    tx: &mut SqliteConnection,
    station: StationId,
    name: PhotoHash,
    jpeg: &[u8],
    by: &Actor,
) -> Result<(), ProgrammeError> {
    let election = elections::required(tx).await?.gear;
    require_station(tx, election, station).await?;
    let kept = of(tx, station).await?;
    if kept.iter().any(|photo| photo.sha256 == name) {
        return Ok(());
    }
    if kept.len() >= PHOTOS_OF_STATION_MAX as usize {
        return Err(Refusal::ManyPhotos(PHOTOS_OF_STATION_MAX).into());
    }
    sqlx::query(
        "INSERT INTO programme_photo (election_id, constituency, station, sha256, came_at_us, by_name, jpeg) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(election)
    .bind(station.constituency)
    .bind(station.station)
    .bind(name.to_string())
    .bind(by.at.0)
    .bind(&by.name)
    .bind(jpeg)
    .execute(&mut *tx)
    .await?;
    let after = Some(json!({ "sha256": name, "bytes": jpeg.len() }));
    let subject = format!("station {station}");
    record::write(tx, by, Change { what: "programme.photo", subject, before: None, after }).await?;
    Ok(())
}

pub(super) async fn find(
    tx: &mut SqliteConnection,
    station: StationId,
    name: PhotoHash,
) -> Result<Option<Vec<u8>>, ProgrammeError> {
    let Some(election) = elections::current(tx).await?.map(|current| current.gear) else {
        return Ok(None);
    };
    let found = sqlx::query_scalar(
        "SELECT jpeg FROM programme_photo \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND sha256 = $4",
    )
    .bind(election)
    .bind(station.constituency)
    .bind(station.station)
    .bind(name.to_string())
    .fetch_optional(tx)
    .await?;
    Ok(found)
}

pub(super) async fn of(
    tx: &mut SqliteConnection,
    station: StationId,
) -> Result<Vec<KeptPhoto>, ProgrammeError> {
    let Some(election) = elections::current(tx).await?.map(|current| current.gear) else {
        return Ok(Vec::new());
    };
    let rows: Vec<PhotoRow> = sqlx::query_as(
        "SELECT sha256, length(jpeg) AS bytes, came_at_us, by_name FROM programme_photo \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 ORDER BY came_at_us, sha256",
    )
    .bind(election)
    .bind(station.constituency)
    .bind(station.station)
    .fetch_all(tx)
    .await?;
    let photo = |row: PhotoRow| {
        let corrupt = |_| StoreError::Corrupt { what: "the name of a photo" };
        let sha256 = row.sha256.parse().map_err(corrupt)?;
        Ok(KeptPhoto { sha256, bytes: row.bytes, came_at: UtcMicros(row.came_at_us), by: row.by_name })
    };
    rows.into_iter().map(photo).collect()
}
