//! Official turnout in SQLite: one figure per time, for the country or for a constituency.

use serde_json::json;
use sqlx::SqliteConnection;

use super::super::{Actor, StoreError};
use super::elections::{self, Current};
use super::lists;
use super::record::{self, Change};
use super::row::row;
use crate::model::{Minute, Percent, Turnout};

/// Stands for the whole country: constituencies count from 1.
const COUNTRY: u16 = 0;

const CORRUPT: StoreError = StoreError::Corrupt { what: "a turnout" };

row! {
    struct TurnoutRow {
        minute: u16,
        constituency: u16,
        percent_e2: u16,
        source: String,
    }
}

impl TryFrom<TurnoutRow> for Turnout {
    type Error = StoreError;

    fn try_from(row: TurnoutRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: Minute(row.minute),
            constituency: (row.constituency != COUNTRY).then_some(row.constituency),
            percent: Percent::from_hundredths(row.percent_e2).ok_or(CORRUPT)?,
            source: row.source.parse().map_err(|_| CORRUPT)?,
        })
    }
}

/// The figures for the plan's times, by time and constituency. Those for times that are no longer in the plan are left
/// out.
pub(super) async fn all(tx: &mut SqliteConnection) -> Result<Vec<Turnout>, StoreError> {
    let Some(Current { id, election, .. }) = elections::current(tx).await? else { return Ok(Vec::new()) };
    let rows: Vec<TurnoutRow> = sqlx::query_as(
        "SELECT minute, constituency, percent_e2, source FROM turnout \
         WHERE election_id = $1 ORDER BY minute, constituency",
    )
    .bind(id)
    .fetch_all(tx)
    .await?;
    let planned = |row: &TurnoutRow| election.plan.turnout.contains(&Minute(row.minute));
    rows.into_iter().filter(planned).map(Turnout::try_from).collect()
}

pub(super) async fn set(tx: &mut SqliteConnection, figure: &Turnout, by: &Actor) -> Result<(), StoreError> {
    let Current { id: election, election: described, .. } = elections::required(tx).await?;
    if !described.plan.turnout.contains(&figure.at) {
        return Err(StoreError::NoTurnoutTime { at: figure.at, times: described.plan.turnout });
    }
    if let Some(number) = figure.constituency
        && lists::newest(tx).await?.1.constituency(number).is_none()
    {
        return Err(StoreError::NoConstituency(number));
    }
    let before = one(tx, election, figure.at, figure.constituency).await?;
    if before.as_ref() == Some(figure) {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO turnout (election_id, minute, constituency, percent_e2, source) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (election_id, minute, constituency) \
         DO UPDATE SET percent_e2 = excluded.percent_e2, source = excluded.source",
    )
    .bind(election)
    .bind(figure.at.0)
    .bind(figure.constituency.unwrap_or(COUNTRY))
    .bind(figure.percent.hundredths())
    .bind(figure.source.as_str())
    .execute(&mut *tx)
    .await?;
    note(tx, by, "turnout.set", before.as_ref(), Some(figure)).await
}

pub(super) async fn remove(
    tx: &mut SqliteConnection,
    at: Minute,
    constituency: Option<u16>,
    by: &Actor,
) -> Result<(), StoreError> {
    let election = elections::required(tx).await?.id;
    let before = one(tx, election, at, constituency).await?;
    let before = before.ok_or(StoreError::NoTurnout { at, constituency })?;
    sqlx::query("DELETE FROM turnout WHERE election_id = $1 AND minute = $2 AND constituency = $3")
        .bind(election)
        .bind(at.0)
        .bind(constituency.unwrap_or(COUNTRY))
        .execute(&mut *tx)
        .await?;
    note(tx, by, "turnout.remove", Some(&before), None).await
}

async fn one(
    tx: &mut SqliteConnection,
    election: i64,
    at: Minute,
    constituency: Option<u16>,
) -> Result<Option<Turnout>, StoreError> {
    let row: Option<TurnoutRow> = sqlx::query_as(
        "SELECT minute, constituency, percent_e2, source FROM turnout \
         WHERE election_id = $1 AND minute = $2 AND constituency = $3",
    )
    .bind(election)
    .bind(at.0)
    .bind(constituency.unwrap_or(COUNTRY))
    .fetch_optional(tx)
    .await?;
    row.map(Turnout::try_from).transpose()
}

async fn note(
    tx: &mut SqliteConnection,
    by: &Actor,
    what: &'static str,
    before: Option<&Turnout>,
    after: Option<&Turnout>,
) -> Result<(), StoreError> {
    let subject = after.or(before).map(subject).unwrap_or_default();
    let json = |figure: Option<&Turnout>| figure.map(|figure| json!(figure));
    record::write(tx, by, Change { what, subject, before: json(before), after: json(after) }).await
}

fn subject(figure: &Turnout) -> String {
    match figure.constituency {
        Some(number) => format!("{} constituency {number}", figure.at),
        None => figure.at.to_string(),
    }
}
