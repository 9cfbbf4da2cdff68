//! Sessions in SQLite.

use ashkar_terms::UtcMicros;
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::people::{FactorUse, NewSession, SESSIONS_MAX, Session, SignInStage};
use super::super::{Actor, StoreError};
use super::row::row;
use super::{people, secrets};
use crate::model::{Person, PersonError, PersonName};

row! {
    struct SessionRow {
        id: i64,
        name: String,
        stage: String,
        began_at_us: i64,
        seen_at_us: i64,
        expires_at_us: i64,
        from_where: String,
        agent: String,
    }
}

fn session(row: SessionRow) -> Result<Session, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "a session" };
    Ok(Session {
        id: row.id,
        name: row.name.parse().map_err(|_| corrupt())?,
        stage: SignInStage::of(&row.stage).ok_or_else(corrupt)?,
        began_at: UtcMicros(row.began_at_us),
        seen_at: UtcMicros(row.seen_at_us),
        expires_at: UtcMicros(row.expires_at_us),
        from: row.from_where,
        agent: row.agent,
    })
}

pub(super) async fn begin(
    tx: &mut SqliteConnection,
    name: &PersonName,
    new: &NewSession,
    by: &Actor,
) -> Result<(), StoreError> {
    insert(tx, name, new, by.at).await?;
    if new.stage == SignInStage::Full { signed_in(tx, name, new, None, by).await } else { Ok(()) }
}

async fn insert(
    tx: &mut SqliteConnection,
    name: &PersonName,
    new: &NewSession,
    now: UtcMicros,
) -> Result<(), StoreError> {
    if people::required(tx, name).await?.disabled {
        return Err(PersonError::Disabled(name.clone()).into());
    }
    sqlx::query(
        "INSERT INTO session (token_hash, name, stage, began_at_us, seen_at_us, expires_at_us, from_where, agent) \
         VALUES ($1, $2, $3, $4, $4, $5, $6, $7)",
    )
    .bind(&new.token_hash[..])
    .bind(name.as_str())
    .bind(new.stage.name())
    .bind(now.0)
    .bind(new.expires_at.0)
    .bind(&new.from)
    .bind(&new.agent)
    .execute(&mut *tx)
    .await?;
    end_oldest(tx, name, now).await
}

/// Only the newest of an account go on.
async fn end_oldest(tx: &mut SqliteConnection, name: &PersonName, now: UtcMicros) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE session SET ended_at_us = $2 WHERE name = $1 AND ended_at_us IS NULL AND id NOT IN (SELECT id FROM session \
         WHERE name = $1 AND ended_at_us IS NULL ORDER BY id DESC LIMIT $3)",
    )
    .bind(name.as_str())
    .bind(now.0)
    .bind(i64::try_from(SESSIONS_MAX).unwrap_or(i64::MAX))
    .execute(tx)
    .await?;
    Ok(())
}

async fn signed_in(
    tx: &mut SqliteConnection,
    name: &PersonName,
    session: &NewSession,
    factor: Option<&FactorUse>,
    by: &Actor,
) -> Result<(), StoreError> {
    let factor = match factor {
        None => "none",
        Some(FactorUse::Totp(_)) => "totp",
        Some(FactorUse::Recovery(_)) => "recovery code",
        Some(FactorUse::Passkey { .. }) => "passkey",
    };
    let after = json!({ "agent": session.agent, "second_factor": factor, "expires_at": session.expires_at });
    people::audited(tx, "session.begin", name, None, Some(after), by).await
}

const SELECT: &str =
    "SELECT id, name, stage, began_at_us, seen_at_us, expires_at_us, from_where, agent FROM session";

pub(super) async fn find(
    tx: &mut SqliteConnection,
    token_hash: &[u8; 32],
    now: UtcMicros,
    idle_since: UtcMicros,
) -> Result<Option<(Session, Person)>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE token_hash = $1 AND ended_at_us IS NULL AND expires_at_us > $2 AND seen_at_us >= $3"
    ));
    let row: Option<SessionRow> = sqlx::query_as(statement)
        .bind(&token_hash[..])
        .bind(now.0)
        .bind(idle_since.0)
        .fetch_optional(&mut *tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let session = session(row)?;
    let person = people::find(tx, &session.name).await?.filter(|person| !person.disabled);
    Ok(person.map(|person| (session, person)))
}

/// Another process may have ended it meanwhile; then nothing happens.
pub(super) async fn touch(tx: &mut SqliteConnection, id: i64, now: UtcMicros) -> Result<(), StoreError> {
    sqlx::query("UPDATE session SET seen_at_us = $2 WHERE id = $1 AND seen_at_us < $2")
        .bind(id)
        .bind(now.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends the session `id` and begins a full one in its place, under another cookie.
pub(super) async fn raise(
    tx: &mut SqliteConnection,
    id: i64,
    factor: Option<&FactorUse>,
    new: &NewSession,
    by: &Actor,
) -> Result<(), StoreError> {
    let ended: Option<String> = sqlx::query_scalar(
        "UPDATE session SET ended_at_us = $2 WHERE id = $1 AND ended_at_us IS NULL RETURNING name",
    )
    .bind(id)
    .bind(by.at.0)
    .fetch_optional(&mut *tx)
    .await?;
    let name: PersonName = ended
        .ok_or(PersonError::NotOurs("session"))?
        .parse()
        .map_err(|_| StoreError::Corrupt { what: "a session" })?;
    if let Some(factor) = factor {
        secrets::consume(tx, &name, factor, by.at).await?;
    }
    insert(tx, &name, new, by.at).await?;
    signed_in(tx, &name, new, factor, by).await
}

pub(super) async fn of(
    tx: &mut SqliteConnection,
    name: &PersonName,
    now: UtcMicros,
) -> Result<Vec<Session>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE name = $1 AND ended_at_us IS NULL AND expires_at_us > $2 ORDER BY id DESC"
    ));
    let rows: Vec<SessionRow> =
        sqlx::query_as(statement).bind(name.as_str()).bind(now.0).fetch_all(tx).await?;
    rows.into_iter().map(session).collect()
}

/// Sign-ins that are looked through at most.
const SIGN_INS_MAX: i64 = 5000;

pub(super) async fn sign_ins(
    tx: &mut SqliteConnection,
    since: UtcMicros,
) -> Result<Vec<(PersonName, String)>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, from_where FROM session WHERE stage = 'full' AND began_at_us >= $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(since.0)
    .bind(SIGN_INS_MAX)
    .fetch_all(tx)
    .await?;
    let named = |(name, from): (String, String)| {
        Ok((name.parse().map_err(|_| StoreError::Corrupt { what: "a session" })?, from))
    };
    rows.into_iter().map(named).collect()
}

pub(super) async fn end(
    tx: &mut SqliteConnection,
    name: &PersonName,
    id: i64,
    by: &Actor,
) -> Result<(), StoreError> {
    let ended = sqlx::query(
        "UPDATE session SET ended_at_us = $3 WHERE name = $1 AND id = $2 AND ended_at_us IS NULL",
    )
    .bind(name.as_str())
    .bind(id)
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        return Err(PersonError::NotOurs("session").into());
    }
    people::audited(tx, "session.end", name, Some(json!({ "session": id })), None, by).await
}

/// Ends all sessions of somebody but `keep`, as a part of another change.
pub(super) async fn end_all(
    tx: &mut SqliteConnection,
    name: &PersonName,
    keep: Option<i64>,
    now: UtcMicros,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE session SET ended_at_us = $2 WHERE name = $1 AND ended_at_us IS NULL AND id != COALESCE($3, -1)",
    )
    .bind(name.as_str())
    .bind(now.0)
    .bind(keep)
    .execute(tx)
    .await?;
    Ok(())
}
