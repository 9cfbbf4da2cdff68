//! Elections in SQLite, and which of them is the current one.

use serde_json::json;
use sqlx::SqliteConnection;

use super::super::{Actor, StoreError};
use super::record::{self, Change};
use crate::model::Election;

/// The current election with its row.
pub(super) struct Current {
    pub(super) id: i64,
    pub(super) election: Election,
}

pub(super) async fn current(tx: &mut SqliteConnection) -> Result<Option<Current>, StoreError> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "SELECT election.id, election.description FROM registry JOIN election ON election.id = registry.election_id",
    )
    .fetch_optional(tx)
    .await?;
    row.map(|(id, description)| Ok(Current { id, election: parse(&description)? })).transpose()
}

/// The current election, which must exist.
pub(super) async fn required(tx: &mut SqliteConnection) -> Result<Current, StoreError> {
    current(tx).await?.ok_or(StoreError::NoElection)
}

pub(super) async fn put(
    tx: &mut SqliteConnection,
    election: &Election,
    by: &Actor,
) -> Result<(), StoreError> {
    let before: Option<String> = sqlx::query_scalar("SELECT description FROM election WHERE key = $1")
        .bind(election.key.as_str())
        .fetch_optional(&mut *tx)
        .await?;
    let is_current = current(tx).await?.is_some_and(|current| current.election == *election);
    if is_current {
        return Ok(());
    }
    let description = json!(election);
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO election (key, description) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET description = excluded.description RETURNING id",
    )
    .bind(election.key.as_str())
    .bind(description.to_string())
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query("UPDATE registry SET election_id = $1").bind(id).execute(&mut *tx).await?;
    let change = Change {
        what: "election.put",
        subject: election.key.to_string(),
        before: before.map(|before| parse(&before).map(|before| json!(before))).transpose()?,
        after: Some(description),
    };
    record::write(tx, by, change).await
}

fn parse(description: &str) -> Result<Election, StoreError> {
    serde_json::from_str(description).map_err(|_| StoreError::Corrupt { what: "an election" })
}
