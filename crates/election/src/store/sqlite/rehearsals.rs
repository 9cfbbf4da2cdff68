//! Rehearsals in SQLite: planned, and made the current election and back.

use serde_json::json;
use sqlx::SqliteConnection;

use super::super::{Actor, StoreError};
use super::record::{self, Change};
use super::{elections, lists};
use crate::model::{Election, ElectionKey, NewRehearsal};

/// Plans a rehearsal of the current election, or of the one that the current one rehearses.
pub(super) async fn plan(
    tx: &mut SqliteConnection,
    new: &NewRehearsal,
    by: &Actor,
) -> Result<Election, StoreError> {
    let current = elections::required(tx).await?.election;
    let key = current.rehearsed_key();
    let (_, vote) =
        elections::find(tx, key).await?.ok_or_else(|| StoreError::UnknownElection(key.clone()))?;
    let all = elections::all(tx).await?;
    let earlier = all
        .iter()
        .filter(|known| known.election.rehearsal.as_ref().is_some_and(|rehearsal| rehearsal.of == vote.key));
    let made = vote.rehearsed(new, earlier.count() + 1)?;
    if elections::find(tx, &made.key).await?.is_some() {
        return Err(StoreError::ElectionExists(made.key));
    }
    elections::write(tx, &made).await?;
    let change = Change {
        what: "election.rehearse",
        subject: made.key.to_string(),
        before: None,
        after: Some(json!(made)),
    };
    record::write(tx, by, change).await?;
    Ok(made)
}

/// Makes an election the current one. A rehearsal takes over the list that was published last of what it rehearses.
pub(super) async fn switch(
    tx: &mut SqliteConnection,
    key: &ElectionKey,
    by: &Actor,
) -> Result<Election, StoreError> {
    let before = elections::current(tx).await?.map(|current| current.election.key);
    let (id, election) =
        elections::find(tx, key).await?.ok_or_else(|| StoreError::UnknownElection(key.clone()))?;
    if before.as_ref() == Some(key) {
        return Ok(election);
    }
    sqlx::query("UPDATE registry SET election_id = $1").bind(id).execute(&mut *tx).await?;
    let list = match &election.rehearsal {
        None => None,
        Some(rehearsal) => {
            let from = elections::find(tx, &rehearsal.of).await?;
            let (from, _) = from.ok_or(StoreError::Corrupt { what: "a rehearsal" })?;
            lists::take_over(tx, from, id).await?
        }
    };
    let change = Change {
        what: "election.use",
        subject: key.to_string(),
        before: Some(json!({ "current": before })),
        after: Some(json!({ "current": key, "list": list })),
    };
    record::write(tx, by, change).await?;
    Ok(election)
}
