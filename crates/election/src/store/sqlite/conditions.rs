//! Devices' reports in SQLite: a bounded history of each device.

use std::collections::BTreeMap;

use ashkar_terms::{CameraId, UtcMicros};
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::conditions::REPORT_BYTES_MAX;
use super::super::{Actor, DeviceReport, NewReport, ReportOccasion, StoreError};
use super::elections;
use super::record::{self, Change};
use super::row::row;

row! {
    struct ReportRow {
        id: i64,
        device_id: String,
        occasion: String,
        received_at_us: i64,
        report: String,
    }
}

/// Keeps a report, and removes those of the same device and occasion that are too many. A sign-off is an act of a
/// person, so it is audited; measurements change nothing of the registry, and would fill the trail.
pub(super) async fn keep(
    tx: &mut SqliteConnection,
    new: &NewReport<'_>,
    by: &Actor,
) -> Result<(), StoreError> {
    if new.report.len() > REPORT_BYTES_MAX {
        return Err(StoreError::LongReport(new.report.len()));
    }
    let election = elections::required(tx).await?.gear;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO conditions (election_id, device_id, occasion, received_at_us, report) \
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )
    .bind(election)
    .bind(new.device)
    .bind(new.occasion.name())
    .bind(by.at.0)
    .bind(new.report)
    .fetch_one(&mut *tx)
    .await?;
    for camera in new.cameras {
        sqlx::query(
            "INSERT INTO conditions_camera (conditions_id, constituency, station, camera) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(id)
        .bind(camera.constituency)
        .bind(camera.station)
        .bind(camera.camera)
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query(
        "DELETE FROM conditions WHERE election_id = $1 AND device_id = $2 AND occasion = $3 AND id NOT IN \
         (SELECT id FROM conditions WHERE election_id = $1 AND device_id = $2 AND occasion = $3 \
         ORDER BY id DESC LIMIT $4)",
    )
    .bind(election)
    .bind(new.device)
    .bind(new.occasion.name())
    .bind(i64::from(new.occasion.kept()))
    .execute(&mut *tx)
    .await?;
    if new.occasion == ReportOccasion::SignOff {
        let cameras: Vec<String> = new.cameras.iter().map(ToString::to_string).collect();
        let after = Some(json!({ "device": new.device, "cameras": cameras }));
        let change = Change { what: "station.sign-off", subject: cameras.join(" "), before: None, after };
        record::write(tx, by, change).await?;
    }
    Ok(())
}

/// The newest `limit` reports of the current election about `camera`, or of each device the newest one of each
/// occasion; newest first.
pub(super) async fn newest(
    tx: &mut SqliteConnection,
    camera: Option<CameraId>,
    limit: u32,
) -> Result<Vec<DeviceReport>, StoreError> {
    let Some(election) = elections::current(tx).await?.map(|current| current.gear) else {
        return Ok(Vec::new());
    };
    let rows: Vec<ReportRow> = match camera {
        Some(camera) => {
            sqlx::query_as(
                "SELECT id, device_id, occasion, received_at_us, report FROM conditions \
                 WHERE election_id = $1 AND id IN (SELECT conditions_id FROM conditions_camera \
                 WHERE constituency = $2 AND station = $3 AND camera = $4) ORDER BY id DESC LIMIT $5",
            )
            .bind(election)
            .bind(camera.constituency)
            .bind(camera.station)
            .bind(camera.camera)
            .bind(i64::from(limit))
            .fetch_all(&mut *tx)
            .await?
        }
        None => {
            sqlx::query_as(
                "SELECT id, device_id, occasion, received_at_us, report FROM conditions WHERE id IN \
                 (SELECT MAX(id) FROM conditions WHERE election_id = $1 GROUP BY device_id, occasion) \
                 ORDER BY id DESC LIMIT $2",
            )
            .bind(election)
            .bind(i64::from(limit))
            .fetch_all(&mut *tx)
            .await?
        }
    };
    let mut cameras = cameras_of(tx, &rows).await?;
    rows.into_iter().map(|row| report(row, &mut cameras)).collect()
}

async fn cameras_of(
    tx: &mut SqliteConnection,
    rows: &[ReportRow],
) -> Result<BTreeMap<i64, Vec<CameraId>>, StoreError> {
    let mut all: BTreeMap<i64, Vec<CameraId>> = BTreeMap::new();
    for row in rows {
        let found: Vec<(u16, u16, u8)> = sqlx::query_as(
            "SELECT constituency, station, camera FROM conditions_camera WHERE conditions_id = $1 \
             ORDER BY constituency, station, camera",
        )
        .bind(row.id)
        .fetch_all(&mut *tx)
        .await?;
        let cameras = found
            .into_iter()
            .map(|(constituency, station, camera)| CameraId::new(constituency, station, camera));
        all.insert(row.id, cameras.collect());
    }
    Ok(all)
}

fn report(row: ReportRow, cameras: &mut BTreeMap<i64, Vec<CameraId>>) -> Result<DeviceReport, StoreError> {
    let occasion = ReportOccasion::ALL.into_iter().find(|occasion| occasion.name() == row.occasion);
    Ok(DeviceReport {
        device: row.device_id,
        cameras: cameras.remove(&row.id).unwrap_or_default(),
        occasion: occasion.ok_or(StoreError::Corrupt { what: "a report's occasion" })?,
        received_at: UtcMicros(row.received_at_us),
        report: row.report,
    })
}
