//! Marks in SQLite: at most one per act and station is in force, and withdrawn ones stay on record.

use std::collections::BTreeMap;

use ashkar_terms::UtcMicros;
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::{Actor, StoreError};
use super::elections::{self, Current};
use super::lists;
use super::record::{self, Change};
use super::row::row;
use crate::model::{Act, Mark, StationId, StationMarks};

row! {
    struct MarkRow {
        constituency: u16,
        station: u16,
        act: String,
        at_us: i64,
        by_name: String,
        entered_at_us: i64,
    }
}

/// The marks in force.
pub(super) async fn all(tx: &mut SqliteConnection) -> Result<BTreeMap<StationId, StationMarks>, StoreError> {
    let Some(current) = elections::current(tx).await? else { return Ok(BTreeMap::new()) };
    let rows: Vec<MarkRow> = sqlx::query_as(
        "SELECT constituency, station, act, at_us, by_name, entered_at_us FROM mark \
         WHERE election_id = $1 AND withdrawn_at_us IS NULL",
    )
    .bind(current.id)
    .fetch_all(tx)
    .await?;
    let mut marks: BTreeMap<StationId, StationMarks> = BTreeMap::new();
    for row in rows {
        let station = StationId::new(row.constituency, row.station);
        marks.entry(station).or_default().set(mark(row)?);
    }
    Ok(marks)
}

fn mark(row: MarkRow) -> Result<Mark, StoreError> {
    Ok(Mark {
        act: row.act.parse().map_err(|_| StoreError::Corrupt { what: "a mark" })?,
        at: UtcMicros(row.at_us),
        by: row.by_name,
        entered_at: UtcMicros(row.entered_at_us),
    })
}

pub(super) async fn set(
    tx: &mut SqliteConnection,
    station: StationId,
    act: Act,
    at: UtcMicros,
    by: &Actor,
) -> Result<(), StoreError> {
    let Current { id: election, gear, .. } = elections::required(tx).await?;
    if !known(tx, gear, station).await? {
        return Err(StoreError::NotInList(station));
    }
    // The partial index allows one mark of an act in force, whoever else marks it at the same time.
    let set = sqlx::query(
        "INSERT INTO mark (election_id, constituency, station, act, at_us, by_name, entered_at_us) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    )
    .bind(election)
    .bind(station.constituency)
    .bind(station.station)
    .bind(act.name())
    .bind(at.0)
    .bind(&by.name)
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    if set.rows_affected() == 0 {
        return Err(StoreError::AlreadyMarked { station, act: act.name() });
    }
    let after = json!({ "act": act, "at": at });
    let change = Change { what: "mark.set", subject: station.to_string(), before: None, after: Some(after) };
    record::write(tx, by, change).await
}

/// Whether the station is in the list, or belongs to a camera that was added by hand.
async fn known(tx: &mut SqliteConnection, gear: i64, station: StationId) -> Result<bool, StoreError> {
    if lists::newest(tx).await?.1.station(station).is_some() {
        return Ok(true);
    }
    let cameras: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM camera WHERE election_id = $1 AND constituency = $2 AND station = $3",
    )
    .bind(gear)
    .bind(station.constituency)
    .bind(station.station)
    .fetch_one(tx)
    .await?;
    Ok(cameras > 0)
}

pub(super) async fn withdraw(
    tx: &mut SqliteConnection,
    station: StationId,
    act: Act,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = elections::required(tx).await?.id;
    let at: Option<i64> = sqlx::query_scalar(
        "UPDATE mark SET withdrawn_by = $5, withdrawn_at_us = $6 \
         WHERE election_id = $1 AND constituency = $2 AND station = $3 AND act = $4 AND withdrawn_at_us IS NULL \
         RETURNING at_us",
    )
    .bind(election)
    .bind(station.constituency)
    .bind(station.station)
    .bind(act.name())
    .bind(&by.name)
    .bind(by.at.0)
    .fetch_optional(&mut *tx)
    .await?;
    let at = at.ok_or(StoreError::NotMarked { station, act: act.name() })?;
    let before = json!({ "act": act, "at": at });
    let change =
        Change { what: "mark.withdraw", subject: station.to_string(), before: Some(before), after: None };
    record::write(tx, by, change).await
}
