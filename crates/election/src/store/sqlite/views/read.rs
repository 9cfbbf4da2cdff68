//! All approvals and hidings of the current election, by camera.

use std::collections::BTreeMap;

use ashkar_terms::{CameraId, UtcMicros};
use sqlx::SqliteConnection;

use super::super::super::StoreError;
use super::super::elections;
use super::super::row::row;
use crate::model::{Approval, Hiding, HidingReason, StillHash, ViewPhase};

row! {
    struct ApprovalRow {
        constituency: u16,
        station: u16,
        camera: u8,
        phase: String,
        still: Option<Vec<u8>>,
        zones: String,
        checks: String,
        at_us: i64,
        proposed_by: String,
        approved_by: String,
        by_owner: bool,
    }
}

row! {
    struct HidingRow {
        id: i64,
        constituency: u16,
        station: u16,
        camera: u8,
        from_us: i64,
        to_us: Option<i64>,
        reason: String,
        words: String,
        by_name: String,
        at_us: i64,
        show_proposed_by: Option<String>,
        shown_by: Option<String>,
    }
}

/// The approvals of each camera, oldest first.
pub(in super::super) async fn approvals(
    tx: &mut SqliteConnection,
) -> Result<BTreeMap<CameraId, Vec<Approval>>, StoreError> {
    let Some(current) = elections::current(tx).await? else { return Ok(BTreeMap::new()) };
    let rows: Vec<ApprovalRow> = sqlx::query_as(
        "SELECT constituency, station, camera, phase, still, zones, checks, at_us, proposed_by, approved_by, by_owner \
         FROM view_approval WHERE election_id = $1 ORDER BY id",
    )
    .bind(current.gear)
    .fetch_all(tx)
    .await?;
    let mut all: BTreeMap<CameraId, Vec<Approval>> = BTreeMap::new();
    for row in rows {
        let approval = approval(row)?;
        all.entry(approval.camera).or_default().push(approval);
    }
    Ok(all)
}

fn approval(row: ApprovalRow) -> Result<Approval, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "an approved view" };
    Ok(Approval {
        camera: CameraId::new(row.constituency, row.station, row.camera),
        phase: ViewPhase::named(&row.phase).ok_or_else(corrupt)?,
        still: row.still.map(|hash| hash.try_into().map(StillHash)).transpose().map_err(|_| corrupt())?,
        zones: serde_json::from_str(&row.zones).map_err(|_| corrupt())?,
        checks: serde_json::from_str(&row.checks).map_err(|_| corrupt())?,
        at: UtcMicros(row.at_us),
        proposed_by: row.proposed_by,
        approved_by: row.approved_by,
        owner: row.by_owner,
    })
}

/// The hidings of each camera, oldest first.
pub(in super::super) async fn hidings(
    tx: &mut SqliteConnection,
) -> Result<BTreeMap<CameraId, Vec<Hiding>>, StoreError> {
    let Some(current) = elections::current(tx).await? else { return Ok(BTreeMap::new()) };
    let rows: Vec<HidingRow> = sqlx::query_as(
        "SELECT id, constituency, station, camera, from_us, to_us, reason, words, by_name, at_us, show_proposed_by, \
         shown_by FROM hiding WHERE election_id = $1 ORDER BY id",
    )
    .bind(current.gear)
    .fetch_all(tx)
    .await?;
    let mut all: BTreeMap<CameraId, Vec<Hiding>> = BTreeMap::new();
    for row in rows {
        let hiding = hiding(row)?;
        all.entry(hiding.camera).or_default().push(hiding);
    }
    Ok(all)
}

fn hiding(row: HidingRow) -> Result<Hiding, StoreError> {
    Ok(Hiding {
        id: row.id,
        camera: CameraId::new(row.constituency, row.station, row.camera),
        from: UtcMicros(row.from_us),
        to: row.to_us.map(UtcMicros),
        reason: HidingReason::named(&row.reason).ok_or(StoreError::Corrupt { what: "a hiding" })?,
        text: row.words,
        by: row.by_name,
        at: UtcMicros(row.at_us),
        shown_by: row.show_proposed_by.zip(row.shown_by).map(<[String; 2]>::from),
    })
}
