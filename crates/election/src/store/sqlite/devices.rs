//! Devices in SQLite: enrolled, revoked, and enrolled again.

use ashkar_terms::{CameraId, UtcMicros};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::{Actor, Device, NewDevice, StoreError};
use super::elections;
use super::record::{self, Change};
use super::row::row;

row! {
    struct DeviceRow {
        constituency: u16,
        station: u16,
        camera: u8,
        device_id: String,
        public_key: Vec<u8>,
        name: String,
        enrolled_at_us: i64,
        revoked_at_us: Option<i64>,
    }
}

/// All devices of the current election, also revoked ones, by camera and time.
pub(super) async fn all(tx: &mut SqliteConnection) -> Result<Vec<Device>, StoreError> {
    let Some(current) = elections::current(tx).await? else { return Ok(Vec::new()) };
    let rows: Vec<DeviceRow> = sqlx::query_as(
        "SELECT constituency, station, camera, device_id, public_key, name, enrolled_at_us, revoked_at_us FROM device \
         WHERE election_id = $1 ORDER BY constituency, station, camera, enrolled_at_us, device_id",
    )
    .bind(current.gear)
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(device).collect()
}

async fn find(
    tx: &mut SqliteConnection,
    election: i64,
    camera: CameraId,
    id: &str,
) -> Result<Option<Device>, StoreError> {
    let row: Option<DeviceRow> = sqlx::query_as(
        "SELECT constituency, station, camera, device_id, public_key, name, enrolled_at_us, revoked_at_us FROM device \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4 AND device_id = $5",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.map(device).transpose()
}

fn device(row: DeviceRow) -> Result<Device, StoreError> {
    let public_key = row.public_key.try_into();
    Ok(Device {
        camera: CameraId::new(row.constituency, row.station, row.camera),
        id: row.device_id,
        public_key: public_key.map_err(|_| StoreError::Corrupt { what: "a device's key" })?,
        name: row.name,
        enrolled_at: UtcMicros(row.enrolled_at_us),
        revoked_at: row.revoked_at_us.map(UtcMicros),
    })
}

/// Whether the device, with this key, is enrolled for the camera and not revoked.
pub(super) async fn is_enrolled(
    tx: &mut SqliteConnection,
    election: i64,
    camera: CameraId,
    device: &NewDevice,
) -> Result<bool, StoreError> {
    let known = find(tx, election, camera, &device.id).await?;
    Ok(known.is_some_and(|known| known.revoked_at.is_none() && known.public_key == device.public_key))
}

/// Enrols a device for a camera. One that was revoked is enrolled again.
pub(super) async fn enrol(
    tx: &mut SqliteConnection,
    election: i64,
    camera: CameraId,
    device: &NewDevice,
    by: &Actor,
) -> Result<(), StoreError> {
    let before = find(tx, election, camera, &device.id).await?;
    sqlx::query(
        "INSERT INTO device (election_id, constituency, station, camera, device_id, public_key, name, enrolled_at_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (election_id, constituency, station, camera, device_id) DO UPDATE SET \
         public_key = excluded.public_key, name = excluded.name, enrolled_at_us = excluded.enrolled_at_us, \
         revoked_at_us = NULL",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(&device.id)
    .bind(&device.public_key[..])
    .bind(&device.name)
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    let before = before.map(|before| state(&before.id, &before.name, before.revoked_at));
    note(tx, by, "device.enrol", camera, before, state(&device.id, &device.name, None)).await
}

/// The cameras for which the device, with this key, is enrolled and not revoked, in order.
pub(super) async fn cameras_of(
    tx: &mut SqliteConnection,
    election: i64,
    device: &NewDevice,
) -> Result<Vec<CameraId>, StoreError> {
    let rows: Vec<(u16, u16, u8)> = sqlx::query_as(
        "SELECT constituency, station, camera FROM device \
         WHERE election_id = $1 AND device_id = $2 AND public_key = $3 AND revoked_at_us IS NULL \
         ORDER BY constituency, station, camera",
    )
    .bind(election)
    .bind(&device.id)
    .bind(&device.public_key[..])
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(constituency, station, camera)| CameraId::new(constituency, station, camera))
        .collect())
}

/// Takes a device's right to send the camera.
pub(super) async fn revoke(
    tx: &mut SqliteConnection,
    camera: CameraId,
    id: &str,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = elections::required(tx).await?.gear;
    let before = find(tx, election, camera, id).await?;
    let before = before.ok_or_else(|| StoreError::NoDevice { camera, device: id.to_owned() })?;
    if before.revoked_at.is_some() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE device SET revoked_at_us = $6 \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4 AND device_id = $5",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(id)
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    let after = state(id, &before.name, Some(by.at));
    note(tx, by, "device.revoke", camera, Some(state(id, &before.name, None)), after).await
}

fn state(id: &str, name: &str, revoked_at: Option<UtcMicros>) -> Value {
    json!({ "device": id, "name": name, "revoked_at": revoked_at })
}

async fn note(
    tx: &mut SqliteConnection,
    by: &Actor,
    what: &'static str,
    camera: CameraId,
    before: Option<Value>,
    after: Value,
) -> Result<(), StoreError> {
    record::write(tx, by, Change { what, subject: camera.to_string(), before, after: Some(after) }).await
}
