//! The audit table and the change counter: both are written by [`write`], in the transaction of the change.

use ashkar_terms::UtcMicros;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::super::{Actor, AuditEntry, ChangeToken, StoreError};
use super::row::row;

/// What a transaction changed.
pub(super) struct Change {
    pub(super) what: &'static str,
    pub(super) subject: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// Records a change. Every transaction that changes something calls this; a crash before its commit leaves neither
/// the change nor the entry.
pub(super) async fn write(tx: &mut SqliteConnection, by: &Actor, change: Change) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (at_us, by_name, what, subject, before_json, after_json) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(by.at.0)
    .bind(&by.name)
    .bind(change.what)
    .bind(change.subject)
    .bind(change.before.map(|value| value.to_string()))
    .bind(change.after.map(|value| value.to_string()))
    .execute(&mut *tx)
    .await?;
    sqlx::query("UPDATE registry SET changes = changes + 1").execute(tx).await?;
    Ok(())
}

/// The change counter. Unlike the largest audit id it also works with databases whose transactions overlap.
pub(super) async fn token(tx: &mut SqliteConnection) -> Result<ChangeToken, StoreError> {
    Ok(ChangeToken(sqlx::query_scalar("SELECT changes FROM registry").fetch_one(tx).await?))
}

row! {
    struct AuditRow {
        id: i64,
        at_us: i64,
        by_name: String,
        what: String,
        subject: String,
        before_json: Option<String>,
        after_json: Option<String>,
    }
}

pub(super) async fn entries(
    tx: &mut SqliteConnection,
    after: i64,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    let rows: Vec<AuditRow> = sqlx::query_as(
        "SELECT id, at_us, by_name, what, subject, before_json, after_json FROM audit WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(entry).collect()
}

fn entry(row: AuditRow) -> Result<AuditEntry, StoreError> {
    Ok(AuditEntry {
        id: row.id,
        at: UtcMicros(row.at_us),
        by: row.by_name,
        what: row.what,
        subject: row.subject,
        before: json(row.before_json)?,
        after: json(row.after_json)?,
    })
}

fn json(text: Option<String>) -> Result<Option<Value>, StoreError> {
    let broken = |_| StoreError::Corrupt { what: "an audit entry" };
    text.map(|text| serde_json::from_str(&text).map_err(broken)).transpose()
}
