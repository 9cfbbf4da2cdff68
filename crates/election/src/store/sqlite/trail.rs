//! Looking into the audit trail: by what is asked for, and over all of it.

use sqlx::SqliteConnection;

use super::super::{AuditCheck, AuditEntry, AuditFault, AuditQuery, StoreError};
use super::record::{self, AuditRow};

/// Most entries of one answer.
const LIMIT_MAX: u32 = 500;

/// The entries that `query` asks for, newest first.
pub(super) async fn find(
    tx: &mut SqliteConnection,
    query: &AuditQuery,
) -> Result<Vec<AuditEntry>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!(
        "{} WHERE ($1 IS NULL OR audit.id < $1) AND ($2 IS NULL OR by_name = $2) \
         AND ($3 IS NULL OR what = $3 OR what LIKE $4 ESCAPE '\\') AND ($5 IS NULL OR subject = $5) \
         AND ($6 IS NULL OR by_name LIKE $6 ESCAPE '\\' OR what LIKE $6 ESCAPE '\\' OR subject LIKE $6 ESCAPE '\\' \
         OR why LIKE $6 ESCAPE '\\' OR from_where LIKE $6 ESCAPE '\\' OR before_json LIKE $6 ESCAPE '\\' \
         OR after_json LIKE $6 ESCAPE '\\') ORDER BY audit.id DESC LIMIT $7",
        record::SELECT
    ));
    let below = query.what.as_deref().map(|what| format!("{}.%", escaped(what)));
    let words = query.words.as_deref().map(|words| format!("%{}%", escaped(words)));
    let rows: Vec<AuditRow> = sqlx::query_as(statement)
        .bind(query.before)
        .bind(&query.by)
        .bind(&query.what)
        .bind(below)
        .bind(&query.subject)
        .bind(words)
        .bind(i64::from(query.limit.min(LIMIT_MAX)))
        .fetch_all(tx)
        .await?;
    rows.into_iter().map(record::entry).collect()
}

/// Text as itself in a pattern.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Reads the whole trail, and computes every hash anew.
pub(super) async fn check(tx: &mut SqliteConnection) -> Result<AuditCheck, StoreError> {
    let mut check = AuditCheck { good: 0, head: None, fault: None };
    let (mut after, mut previous) = (0, [0; 32]);
    loop {
        let rows = record::rows(tx, after).await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        for row in rows {
            // Numbers are given without a break: an entry that is gone left its number.
            if u64::try_from(row.id).ok() != Some(check.good + 1) {
                check.fault = Some(AuditFault::Missing { id: i64::try_from(check.good).unwrap_or(0) + 1 });
                return Ok(check);
            }
            let expected = row.stored().hash_after(&previous);
            check.fault = match row.hash.as_deref() {
                None => Some(AuditFault::Unchained { id: row.id }),
                Some(hash) if hash != expected => Some(AuditFault::Changed { id: row.id }),
                Some(_) => None,
            };
            if check.fault.is_some() {
                return Ok(check);
            }
            previous = expected;
            check.good += 1;
            check.head = Some(record::hex(&expected));
        }
    }
    check.fault = last_missing(tx, after).await?.map(|id| AuditFault::Missing { id });
    Ok(check)
}

/// A hash, or a number that was given, after the last entry: what belonged to it was taken from the end.
async fn last_missing(tx: &mut SqliteConnection, last: i64) -> Result<Option<i64>, StoreError> {
    let given: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(id) FROM (SELECT MAX(audit_id) AS id FROM audit_chain \
         UNION ALL SELECT seq FROM sqlite_sequence WHERE name = 'audit')",
    )
    .fetch_one(tx)
    .await?;
    Ok(given.filter(|given| *given > last).map(|_| last + 1))
}
