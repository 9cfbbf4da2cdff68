//! The one door for changes: the audit table with its chain, requests that are done once, and the change counter. All
//! are written in the transaction of the change.

use ashkar_terms::UtcMicros;
use serde_json::Value;
use sqlx::SqliteConnection;

use super::super::audit::Stored;
use super::super::{Actor, AuditEntry, ChangeToken, StoreError};
use super::row::row;

/// What a transaction changed.
pub(super) struct Change {
    pub(super) what: &'static str,
    pub(super) subject: String,
    pub(super) before: Option<Value>,
    pub(super) after: Option<Value>,
}

/// Takes note that the request of `by` is done by this transaction, if it is done at all.
pub(super) async fn claim(tx: &mut SqliteConnection, by: &Actor) -> Result<(), StoreError> {
    let Some(request) = &by.request else { return Ok(()) };
    let digest: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT digest FROM request WHERE by_name = $1 AND key = $2")
            .bind(&by.name)
            .bind(&request.key)
            .fetch_optional(&mut *tx)
            .await?;
    match digest {
        Some(digest) if digest == request.digest => return Err(StoreError::AlreadyDone),
        Some(_) => return Err(StoreError::OtherRequest),
        None => {}
    }
    sqlx::query("INSERT INTO request (by_name, key, digest, at_us) VALUES ($1, $2, $3, $4)")
        .bind(&by.name)
        .bind(&request.key)
        .bind(&request.digest[..])
        .bind(by.at.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Records a change. Every transaction that changes something calls this; a crash before its commit leaves neither
/// the change nor the entry.
pub(super) async fn write(tx: &mut SqliteConnection, by: &Actor, change: Change) -> Result<(), StoreError> {
    let previous = head(tx).await?;
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let (before, after) = (text(change.before), text(change.after));
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO audit (at_us, by_name, what, subject, before_json, after_json, why, from_where) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
    )
    .bind(by.at.0)
    .bind(&by.name)
    .bind(change.what)
    .bind(&change.subject)
    .bind(&before)
    .bind(&after)
    .bind(&by.why)
    .bind(&by.from)
    .fetch_one(&mut *tx)
    .await?;
    let entry = Stored {
        id,
        at_us: by.at.0,
        by: &by.name,
        what: change.what,
        subject: &change.subject,
        why: by.why.as_deref(),
        from: by.from.as_deref(),
        before: before.as_deref(),
        after: after.as_deref(),
    };
    chain(tx, id, &entry.hash_after(&previous)).await?;
    sqlx::query("UPDATE registry SET changes = changes + 1").execute(tx).await?;
    Ok(())
}

/// The hash of the newest entry; 32 zeros before the first.
async fn head(tx: &mut SqliteConnection) -> Result<[u8; 32], StoreError> {
    let hash: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT hash FROM audit_chain ORDER BY audit_id DESC LIMIT 1")
            .fetch_optional(tx)
            .await?;
    hash.map_or(Ok([0; 32]), |hash| hash_of(&hash))
}

pub(super) fn hash_of(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt { what: "a hash" })
}

async fn chain(tx: &mut SqliteConnection, id: i64, hash: &[u8; 32]) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO audit_chain (audit_id, hash) VALUES ($1, $2)")
        .bind(id)
        .bind(&hash[..])
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether there is nothing to chain: a registry that was made before there was a chain has entries without one.
pub(super) async fn is_chained(tx: &mut SqliteConnection) -> Result<bool, StoreError> {
    let any = "SELECT EXISTS (SELECT 1 FROM audit_chain) OR NOT EXISTS (SELECT 1 FROM audit)";
    Ok(sqlx::query_scalar(any).fetch_one(tx).await?)
}

/// Chains the entries of a registry that was made before there was a chain.
pub(super) async fn chain_the_past(tx: &mut SqliteConnection) -> Result<(), StoreError> {
    if is_chained(tx).await? {
        return Ok(());
    }
    let (mut after, mut hash) = (0, [0; 32]);
    loop {
        let rows = rows(tx, after).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        for row in rows {
            hash = row.stored().hash_after(&hash);
            chain(tx, row.id, &hash).await?;
        }
    }
}

/// The change counter. Unlike the largest audit id it also works with databases whose transactions overlap.
pub(super) async fn token(tx: &mut SqliteConnection) -> Result<ChangeToken, StoreError> {
    Ok(ChangeToken(sqlx::query_scalar("SELECT changes FROM registry").fetch_one(tx).await?))
}

row! {
    pub(super) struct AuditRow {
        pub(super) id: i64,
        at_us: i64,
        by_name: String,
        what: String,
        subject: String,
        why: Option<String>,
        from_where: Option<String>,
        before_json: Option<String>,
        after_json: Option<String>,
        pub(super) hash: Option<Vec<u8>>,
    }
}

impl AuditRow {
    pub(super) fn stored(&self) -> Stored<'_> {
        Stored {
            id: self.id,
            at_us: self.at_us,
            by: &self.by_name,
            what: &self.what,
            subject: &self.subject,
            why: self.why.as_deref(),
            from: self.from_where.as_deref(),
            before: self.before_json.as_deref(),
            after: self.after_json.as_deref(),
        }
    }
}

/// All columns, for statements that say which entries.
pub(super) const SELECT: &str = "SELECT audit.id, at_us, by_name, what, subject, why, from_where, before_json, after_json, hash \
     FROM audit LEFT JOIN audit_chain ON audit_chain.audit_id = audit.id";

/// Entries read at once.
const PAGE: i64 = 1000;

/// The next entries after `after`, in order; none after the last.
pub(super) async fn rows(tx: &mut SqliteConnection, after: i64) -> Result<Vec<AuditRow>, StoreError> {
    page(tx, after, PAGE).await
}

async fn page(tx: &mut SqliteConnection, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!("{SELECT} WHERE audit.id > $1 ORDER BY audit.id LIMIT $2"));
    Ok(sqlx::query_as(statement).bind(after).bind(limit).fetch_all(tx).await?)
}

pub(super) async fn entries(
    tx: &mut SqliteConnection,
    after: i64,
    limit: u32,
) -> Result<Vec<AuditEntry>, StoreError> {
    page(tx, after, i64::from(limit)).await?.into_iter().map(entry).collect()
}

pub(super) fn entry(row: AuditRow) -> Result<AuditEntry, StoreError> {
    let hash = row.hash.as_deref().unwrap_or_default();
    Ok(AuditEntry {
        id: row.id,
        at: UtcMicros(row.at_us),
        by: row.by_name,
        what: row.what,
        subject: row.subject,
        why: row.why,
        from: row.from_where,
        before: json(row.before_json)?,
        after: json(row.after_json)?,
        hash: hex(hash),
    })
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json(text: Option<String>) -> Result<Option<Value>, StoreError> {
    let broken = |_| StoreError::Corrupt { what: "an audit entry" };
    text.map(|text| serde_json::from_str(&text).map_err(broken)).transpose()
}
