//! Publications of the list in SQLite: a version becomes public, with its decision and with the programme's records of
//! both, in one transaction. What must never happen: an older version after a newer one, one person for two, or anything
//! published in a rehearsal, which has what its vote published.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::super::programme::ProgrammeError;
use super::super::{Actor, ListDecision, ListVersion, StoreError};
use super::programme::entries;
use super::record::{self, Change};
use super::{cameras, elections, lists};
use crate::diff::Diff;
use crate::model::{ProposalError, StationId};
use crate::programme::{Fact, NewEntry};

/// Stations that only drafts of the current election have; of a rehearsal, of its vote, because it has no drafts.
pub(super) async fn never_published(tx: &mut SqliteConnection) -> Result<BTreeSet<StationId>, StoreError> {
    let Some(current) = elections::current(tx).await? else { return Ok(BTreeSet::new()) };
    let stations: Vec<(u16, u16)> = sqlx::query_as(
        "SELECT constituency, station FROM list_station WHERE election_id = $1 AND version NOT IN \
         (SELECT version FROM list_publication WHERE election_id = $1) \
         EXCEPT SELECT constituency, station FROM list_station WHERE election_id = $1 AND version IN \
         (SELECT version FROM list_publication WHERE election_id = $1)",
    )
    .bind(current.gear)
    .fetch_all(tx)
    .await?;
    Ok(stations.into_iter().map(|(constituency, station)| StationId::new(constituency, station)).collect())
}

/// What somebody sees who proposes to publish version `number`: the list by its digest, and what it changes. Both digests
/// together say each of the differences.
pub(super) async fn facts(tx: &mut SqliteConnection, number: u32) -> Result<Value, StoreError> {
    lists::changeable(tx).await?;
    let (version, list) = lists::version(tx, number).await?;
    let versions = lists::versions(tx).await?;
    let published = last_published(&versions);
    let counts = match published {
        Some(published) => Diff::between(&lists::version(tx, published.number).await?.1, &list).counts(),
        None => Diff::default().counts(),
    };
    Ok(json!({
        "version": number,
        "sha256": version.sha256_hex(),
        "constituencies": version.constituencies,
        "stations": version.stations,
        "newest": versions.last().map(|version| version.number),
        "published": published.map(|one| json!({ "version": one.number, "sha256": one.sha256_hex() })),
        "changes": counts,
    }))
}

fn last_published(versions: &[ListVersion]) -> Option<&ListVersion> {
    versions.iter().rfind(|version| version.publication.is_some())
}

/// Publishes the newest version on the word of two persons, of whom `by` is the second.
pub(super) async fn publish(
    tx: &mut SqliteConnection,
    number: u32,
    decision: &ListDecision,
    proposed_by: &str,
    by: &Actor,
) -> Result<(), StoreError> {
    if proposed_by == by.name {
        return Err(StoreError::SamePerson);
    }
    let versions = lists::versions(tx).await?;
    let newest = versions.last().map_or(0, |version| version.number);
    if versions.iter().any(|version| version.number == number) && newest != number {
        return Err(StoreError::NotNewest { newest });
    }
    let row = Row { number, decision: Some(decision), proposed_by, by_owner: false };
    insert(tx, &row, by, "list.publish").await?;
    note(tx, decided(number, decision), by).await?;
    let approved_by = [proposed_by.to_owned(), by.name.clone()];
    note(tx, Fact::Publication { list_version: number, approved_by }, by).await
}

pub(super) async fn publish_as_owner(
    tx: &mut SqliteConnection,
    number: u32,
    decision: Option<&ListDecision>,
    by: &Actor,
) -> Result<(), StoreError> {
    let row = Row { number, decision, proposed_by: &by.name, by_owner: true };
    insert(tx, &row, by, "list.owner").await?;
    match decision {
        Some(decision) => note(tx, decided(number, decision), by).await,
        None => Ok(()),
    }
}

/// The publication of the same version in another election.
pub(super) async fn copy(
    tx: &mut SqliteConnection,
    from: i64,
    to: i64,
    number: u32,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO list_publication (election_id, version, at_us, decision_number, decided_on, proposed_by, \
         approved_by, by_owner) SELECT $2, version, at_us, decision_number, decided_on, proposed_by, approved_by, \
         by_owner FROM list_publication WHERE election_id = $1 AND version = $3",
    )
    .bind(from)
    .bind(to)
    .bind(number)
    .execute(tx)
    .await?;
    Ok(())
}

fn decided(list_version: u32, decision: &ListDecision) -> Fact {
    Fact::Decision { number: decision.number.clone(), date: decision.date, list_version }
}

/// Makes a record of the programme.
async fn note(tx: &mut SqliteConnection, fact: Fact, by: &Actor) -> Result<(), StoreError> {
    match entries::record(tx, &NewEntry::now(fact)?, by).await {
        Ok(_) => Ok(()),
        Err(ProgrammeError::Store(error)) => Err(error),
        Err(ProgrammeError::Refused(refusal)) => Err(refusal.into()),
    }
}

/// The columns of a publication.
struct Row<'a> {
    number: u32,
    decision: Option<&'a ListDecision>,
    proposed_by: &'a str,
    by_owner: bool,
}

async fn insert(
    tx: &mut SqliteConnection,
    row: &Row<'_>,
    by: &Actor,
    what: &'static str,
) -> Result<(), StoreError> {
    let current = lists::changeable(tx).await?;
    let (version, list) = lists::version(tx, row.number).await?;
    let versions = lists::versions(tx).await?;
    let before = last_published(&versions);
    if let Some(last) = before.filter(|last| last.number >= row.number) {
        return Err(StoreError::AlreadyPublished(last.number, row.number));
    }
    let (today, _) = current.election.time_zone.local(by.at);
    if row.decision.is_some_and(|decision| decision.date > today) {
        return Err(ProposalError::Future.into());
    }
    sqlx::query(
        "INSERT INTO list_publication (election_id, version, at_us, decision_number, decided_on, proposed_by, \
         approved_by, by_owner) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(current.id)
    .bind(row.number)
    .bind(by.at.0)
    .bind(row.decision.map(|decision| decision.number.as_str()))
    .bind(row.decision.map(|decision| decision.date.to_string()))
    .bind(row.proposed_by)
    .bind(&by.name)
    .bind(row.by_owner)
    .execute(&mut *tx)
    .await?;
    let (_, newest) = lists::newest(tx).await?;
    let (_, disabled) = cameras::follow_lists(tx, current.id, [&newest, &list], by.at).await?;
    let change = Change {
        what,
        subject: format!("version {}", row.number),
        before: before.map(|before| json!({ "version": before.number, "sha256": before.sha256_hex() })),
        after: Some(json!({
            "version": row.number,
            "sha256": version.sha256_hex(),
            "decision": row.decision,
            "proposed_by": row.proposed_by,
            "cameras_disabled": disabled,
        })),
    };
    record::write(tx, by, change).await
}
