//! The secrecy gate in SQLite: stills, approvals, hidings. Each function is one step of a transaction of its caller.

mod read;
mod still;

use ashkar_terms::{CameraId, UtcMicros};
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::views::OPEN_HIDINGS_MAX;
use super::super::{Actor, NewApproval, StoreError};
use super::record::{self, Change};
use super::{cameras, elections};
use crate::model::{Checks, HidingReason, ViewPhase, check_hiding_text, check_zones};

pub(super) use read::{approvals, hidings};
pub(super) use still::{find, keep};

/// The current election's row, if `camera` is one of its cameras and no sub-stream.
async fn election_of(tx: &mut SqliteConnection, camera: CameraId) -> Result<i64, StoreError> {
    let election = elections::required(tx).await?.gear;
    let row = cameras::row(tx, election, camera).await?.ok_or(StoreError::NoCamera(camera))?;
    match row.sub_of() {
        Some(main) => Err(StoreError::FollowsCamera { sub: camera, main }),
        None => Ok(election),
    }
}

pub(super) async fn approve(
    tx: &mut SqliteConnection,
    new: &NewApproval,
    by: &Actor,
) -> Result<(), StoreError> {
    check_zones(&new.zones)?;
    new.checks.check()?;
    let election = election_of(tx, new.camera).await?;
    if new.proposed_by == by.name {
        return Err(StoreError::SamePerson);
    }
    if !still::is_of(tx, election, new.camera, new.still).await? {
        return Err(StoreError::NoViewStill(new.camera));
    }
    let row = Row {
        camera: new.camera,
        phase: new.phase,
        still: Some(&new.still.0),
        zones: json!(new.zones).to_string(),
        checks: new.checks,
        proposed_by: &new.proposed_by,
    };
    insert(tx, election, &row, by).await?;
    let after = json!({
        "phase": new.phase, "still": new.still, "zones": new.zones, "checks": new.checks,
        "proposed_by": new.proposed_by,
    });
    note(tx, by, "view.approve", new.camera, None, after).await
}

pub(super) async fn approve_as_owner(
    tx: &mut SqliteConnection,
    camera: CameraId,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = election_of(tx, camera).await?;
    let before: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM view_approval WHERE election_id = $1 AND constituency = $2 AND station = $3 \
         AND camera = $4 AND by_owner = 1",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .fetch_one(&mut *tx)
    .await?;
    if before > 0 {
        return Ok(());
    }
    let row = Row {
        camera,
        phase: ViewPhase::Voting,
        still: None,
        zones: "[]".to_owned(),
        checks: Checks::default(),
        proposed_by: &by.name,
    };
    insert(tx, election, &row, by).await?;
    note(tx, by, "view.owner", camera, None, json!({ "public": true })).await
}

/// The columns of an approval; one without a still is by the owner's way.
struct Row<'a> {
    camera: CameraId,
    phase: ViewPhase,
    still: Option<&'a [u8]>,
    zones: String,
    checks: Checks,
    proposed_by: &'a str,
}

async fn insert(
    tx: &mut SqliteConnection,
    election: i64,
    row: &Row<'_>,
    by: &Actor,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO view_approval (election_id, constituency, station, camera, phase, still, zones, checks, at_us, \
         proposed_by, approved_by, by_owner) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(election)
    .bind(row.camera.constituency)
    .bind(row.camera.station)
    .bind(row.camera.camera)
    .bind(row.phase.name())
    .bind(row.still)
    .bind(&row.zones)
    .bind(json!(row.checks).to_string())
    .bind(by.at.0)
    .bind(row.proposed_by)
    .bind(&by.name)
    .bind(row.still.is_none())
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn hide(
    tx: &mut SqliteConnection,
    camera: CameraId,
    from: UtcMicros,
    reason: HidingReason,
    text: &str,
    by: &Actor,
) -> Result<i64, StoreError> {
    check_hiding_text(text)?;
    if from > by.at {
        return Err(StoreError::HiddenLater);
    }
    let election = election_of(tx, camera).await?;
    let (open, earliest): (i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(*), MIN(from_us) FROM hiding WHERE election_id = $1 AND constituency = $2 AND station = $3 \
         AND camera = $4 AND to_us IS NULL",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .fetch_one(&mut *tx)
    .await?;
    // Beyond the limit it is hidden too, only not from so early on.
    if earliest.is_some_and(|earliest| earliest <= from.0) || open >= OPEN_HIDINGS_MAX {
        return Err(StoreError::AlreadyHidden(camera));
    }
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO hiding (election_id, constituency, station, camera, from_us, reason, words, by_name, at_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(from.0)
    .bind(reason.name())
    .bind(text)
    .bind(&by.name)
    .bind(by.at.0)
    .fetch_one(&mut *tx)
    .await?;
    let after = json!({ "hiding": id, "from": from, "reason": reason, "text": text });
    note(tx, by, "view.hide", camera, None, after).await?;
    Ok(id)
}

pub(super) async fn show_again(
    tx: &mut SqliteConnection,
    camera: CameraId,
    proposed_by: &str,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = election_of(tx, camera).await?;
    if proposed_by == by.name {
        return Err(StoreError::SamePerson);
    }
    // A clock that went back ends no hiding before it began.
    let ended: Vec<i64> = sqlx::query_scalar(
        "UPDATE hiding SET to_us = CASE WHEN from_us > $5 THEN from_us ELSE $5 END, show_proposed_by = $6, \
         shown_by = $7 WHERE election_id = $1 AND constituency = $2 AND station = $3 AND camera = $4 \
         AND to_us IS NULL RETURNING id",
    )
    .bind(election)
    .bind(camera.constituency)
    .bind(camera.station)
    .bind(camera.camera)
    .bind(by.at.0)
    .bind(proposed_by)
    .bind(&by.name)
    .fetch_all(&mut *tx)
    .await?;
    if ended.is_empty() {
        return Err(StoreError::NotHidden(camera));
    }
    let before = json!({ "hidings": ended });
    let after = json!({ "shown_from": by.at, "proposed_by": proposed_by });
    note(tx, by, "view.show", camera, Some(before), after).await
}

async fn note(
    tx: &mut SqliteConnection,
    by: &Actor,
    what: &'static str,
    camera: CameraId,
    before: Option<serde_json::Value>,
    after: serde_json::Value,
) -> Result<(), StoreError> {
    record::write(tx, by, Change { what, subject: camera.to_string(), before, after: Some(after) }).await
}
