//! Elections in SQLite, and which of them is the current one.

use serde_json::json;
use sqlx::SqliteConnection;

use super::super::{Actor, StoreError};
use super::record::{self, Change};
use crate::model::{Days, Election, ElectionError, ElectionKey, KnownElection};

/// The current election with its row.
pub(super) struct Current {
    pub(super) id: i64,
    pub(super) election: Election,
    /// The row of the election to which the cameras belong, with their keys, devices, views and the programme: of a
    /// rehearsal, the one that is rehearsed. What is enrolled, approved, hidden or revoked under one is so under both,
    /// because there is only one of it.
    pub(super) gear: i64,
}

pub(super) async fn current(tx: &mut SqliteConnection) -> Result<Option<Current>, StoreError> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "SELECT election.id, election.description FROM registry JOIN election ON election.id = registry.election_id",
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some((id, description)) = row else { return Ok(None) };
    let election = parse(&description)?;
    let gear = match &election.rehearsal {
        None => id,
        Some(rehearsal) => {
            let row = find(tx, &rehearsal.of).await?;
            row.ok_or(StoreError::Corrupt { what: "a rehearsal" })?.0
        }
    };
    Ok(Some(Current { id, election, gear }))
}

/// The current election, which must exist.
pub(super) async fn required(tx: &mut SqliteConnection) -> Result<Current, StoreError> {
    current(tx).await?.ok_or(StoreError::NoElection)
}

/// The election with that key, with its row.
pub(super) async fn find(
    tx: &mut SqliteConnection,
    key: &ElectionKey,
) -> Result<Option<(i64, Election)>, StoreError> {
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, description FROM election WHERE key = $1")
        .bind(key.as_str())
        .fetch_optional(tx)
        .await?;
    row.map(|(id, description)| Ok((id, parse(&description)?))).transpose()
}

/// All elections, in the order in which they were made.
pub(super) async fn all(tx: &mut SqliteConnection) -> Result<Vec<KnownElection>, StoreError> {
    let rows: Vec<(bool, String)> = sqlx::query_as(
        "SELECT election.id = COALESCE(registry.election_id, 0), election.description FROM election, registry \
         ORDER BY election.id",
    )
    .fetch_all(tx)
    .await?;
    let known = |(current, description): (bool, String)| {
        Ok(KnownElection { election: parse(&description)?, current })
    };
    rows.into_iter().map(known).collect()
}

/// Which time is that of the current election.
pub(super) async fn days(tx: &mut SqliteConnection) -> Result<Days, StoreError> {
    let all = all(tx).await?;
    let current = all.iter().find(|known| known.current).map(|known| known.election.clone());
    let all: Vec<Election> = all.into_iter().map(|known| known.election).collect();
    Ok(current.map(|current| Days::of(&current, &all)).unwrap_or_default())
}

pub(super) async fn put(
    tx: &mut SqliteConnection,
    election: &Election,
    by: &Actor,
) -> Result<(), StoreError> {
    let before = find(tx, &election.key).await?.map(|(_, before)| before);
    let is_current = current(tx).await?.is_some_and(|current| current.election == *election);
    if is_current {
        return Ok(());
    }
    let rehearsed = |election: &Election| election.rehearsal.as_ref().map(|rehearsal| rehearsal.of.clone());
    if before.as_ref().and_then(rehearsed) != rehearsed(election) {
        return Err(ElectionError::RehearsalMark.into());
    }
    let id = write(tx, election).await?;
    sqlx::query("UPDATE registry SET election_id = $1").bind(id).execute(&mut *tx).await?;
    let change = Change {
        what: "election.put",
        subject: election.key.to_string(),
        before: before.map(|before| json!(before)),
        after: Some(json!(election)),
    };
    record::write(tx, by, change).await
}

/// Writes a description whose day can be told apart from those of the others; returns its row.
pub(super) async fn write(tx: &mut SqliteConnection, election: &Election) -> Result<i64, StoreError> {
    for other in all(tx).await? {
        election.check_apart(&other.election)?;
    }
    let id = sqlx::query_scalar(
        "INSERT INTO election (key, description) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET description = excluded.description RETURNING id",
    )
    .bind(election.key.as_str())
    .bind(json!(election).to_string())
    .fetch_one(tx)
    .await?;
    Ok(id)
}

fn parse(description: &str) -> Result<Election, StoreError> {
    serde_json::from_str(description).map_err(|_| StoreError::Corrupt { what: "an election" })
}
