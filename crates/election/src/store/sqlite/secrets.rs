//! What proves who somebody is, in SQLite: passwords, one-time passwords, passkeys, recovery codes.

use ashkar_terms::UtcMicros;
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::people::{FactorUse, PASSKEYS_MAX, Passkey, SecretChange, Secrets};
use super::super::seal::Sealer;
use super::super::{Actor, StoreError};
use super::people::audited;
use super::row::row;
use super::{people, record, sessions};
use crate::model::{PersonError, PersonName};

row! {
    struct SecretRow {
        password: Option<String>,
        totp_sealed: Option<Vec<u8>>,
        totp_step: i64,
    }
}

row! {
    struct PasskeyRow {
        id: i64,
        credential_id: String,
        credential: String,
        label: String,
        added_at_us: i64,
        used_at_us: Option<i64>,
    }
}

/// The row for which a secret of one-time passwords is sealed. No election has this name.
fn totp_row(name: &PersonName) -> String {
    format!("person {name} totp")
}

/// Nothing of a disabled account.
pub(super) async fn of(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    name: &PersonName,
) -> Result<Option<Secrets>, StoreError> {
    let row: Option<SecretRow> = sqlx::query_as(
        "SELECT password, totp_sealed, totp_step FROM person WHERE name = $1 AND disabled_at_us IS NULL",
    )
    .bind(name.as_str())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let open = |sealed: Vec<u8>| {
        sealer
            .open_sealed(&totp_row(name), &sealed)
            .ok_or(StoreError::Corrupt { what: "a sealed secret of one-time passwords" })
    };
    let passkeys: Vec<PasskeyRow> = sqlx::query_as(
        "SELECT id, credential_id, credential, label, added_at_us, used_at_us FROM passkey WHERE name = $1 ORDER BY id",
    )
    .bind(name.as_str())
    .fetch_all(&mut *tx)
    .await?;
    let recovery: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT hash FROM recovery_code WHERE name = $1 AND used_at_us IS NULL")
            .bind(name.as_str())
            .fetch_all(tx)
            .await?;
    Ok(Some(Secrets {
        password: row.password,
        totp: row.totp_sealed.map(open).transpose()?,
        totp_step: u64::try_from(row.totp_step).unwrap_or(0),
        passkeys: passkeys.into_iter().map(passkey).collect(),
        recovery: recovery.iter().map(|hash| record::hash_of(hash)).collect::<Result<_, _>>()?,
    }))
}

fn passkey(row: PasskeyRow) -> Passkey {
    Passkey {
        id: row.id,
        credential_id: row.credential_id,
        credential: row.credential,
        label: row.label,
        added_at: UtcMicros(row.added_at_us),
        used_at: row.used_at_us.map(UtcMicros),
    }
}

pub(super) async fn change(
    tx: &mut SqliteConnection,
    sealer: &Sealer,
    name: &PersonName,
    change: &SecretChange,
    keep: i64,
    by: &Actor,
) -> Result<(), StoreError> {
    let person = people::required(tx, name).await?;
    if person.disabled {
        return Err(PersonError::Disabled(name.clone()).into());
    }
    match change {
        SecretChange::Password(phc) => {
            sqlx::query("UPDATE person SET password = $2 WHERE name = $1")
                .bind(name.as_str())
                .bind(phc)
                .execute(&mut *tx)
                .await?;
            sessions::end_all(tx, name, Some(keep), by.at).await?;
            audited(tx, "person.password", name, None, None, by).await
        }
        SecretChange::Totp { secret, step } => {
            let sealed = sealer.seal(&totp_row(name), secret)?;
            sqlx::query("UPDATE person SET totp_sealed = $2, totp_step = $3 WHERE name = $1")
                .bind(name.as_str())
                .bind(sealed)
                .bind(i64::try_from(*step).unwrap_or(i64::MAX))
                .execute(&mut *tx)
                .await?;
            audited(tx, "person.totp", name, None, None, by).await
        }
        SecretChange::AddPasskey { credential_id, credential, label } => {
            add_passkey(tx, name, (credential_id, credential, label), by).await
        }
        SecretChange::RemovePasskey(id) => remove_passkey(tx, name, *id, by).await,
        SecretChange::RecoveryCodes(hashes) => replace_recovery(tx, name, hashes, by).await,
    }
}

async fn add_passkey(
    tx: &mut SqliteConnection,
    name: &PersonName,
    (credential_id, credential, label): (&str, &str, &str),
    by: &Actor,
) -> Result<(), StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM passkey WHERE name = $1")
        .bind(name.as_str())
        .fetch_one(&mut *tx)
        .await?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= PASSKEYS_MAX {
        return Err(PersonError::TooMany("passkeys", PASSKEYS_MAX).into());
    }
    let added = sqlx::query(
        "INSERT INTO passkey (name, credential_id, credential, label, added_at_us) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING",
    )
    .bind(name.as_str())
    .bind(credential_id)
    .bind(credential)
    .bind(label)
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    if added.rows_affected() == 0 {
        return Err(PersonError::PasskeyTaken.into());
    }
    audited(tx, "person.passkey-add", name, None, Some(json!({ "label": label })), by).await
}

async fn remove_passkey(
    tx: &mut SqliteConnection,
    name: &PersonName,
    id: i64,
    by: &Actor,
) -> Result<(), StoreError> {
    let label: Option<String> =
        sqlx::query_scalar("DELETE FROM passkey WHERE name = $1 AND id = $2 RETURNING label")
            .bind(name.as_str())
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
    let label = label.ok_or(PersonError::NotOurs("passkey"))?;
    let person = people::required(tx, name).await?;
    if person.profile.role.needs_second_factor() && !person.second_factor {
        return Err(PersonError::OnlyFactor.into());
    }
    audited(tx, "person.passkey-remove", name, Some(json!({ "label": label })), None, by).await
}

async fn replace_recovery(
    tx: &mut SqliteConnection,
    name: &PersonName,
    hashes: &[[u8; 32]],
    by: &Actor,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_code WHERE name = $1").bind(name.as_str()).execute(&mut *tx).await?;
    for hash in hashes {
        sqlx::query("INSERT INTO recovery_code (name, hash) VALUES ($1, $2)")
            .bind(name.as_str())
            .bind(&hash[..])
            .execute(&mut *tx)
            .await?;
    }
    audited(tx, "person.recovery-codes", name, None, Some(json!({ "count": hashes.len() })), by).await
}

/// Takes note of the use of a second factor, and refuses one that was made before: of two requests with the same code,
/// one gets in.
pub(super) async fn consume(
    tx: &mut SqliteConnection,
    name: &PersonName,
    factor: &FactorUse,
    now: UtcMicros,
) -> Result<(), StoreError> {
    let used = match factor {
        FactorUse::Totp(step) => {
            sqlx::query("UPDATE person SET totp_step = $2 WHERE name = $1 AND totp_step < $2")
                .bind(name.as_str())
                .bind(i64::try_from(*step).unwrap_or(i64::MAX))
                .execute(tx)
                .await?
        }
        FactorUse::Recovery(hash) => sqlx::query(
            "UPDATE recovery_code SET used_at_us = $3 WHERE name = $1 AND hash = $2 AND used_at_us IS NULL",
        )
        .bind(name.as_str())
        .bind(&hash[..])
        .bind(now.0)
        .execute(tx)
        .await?,
        FactorUse::Passkey { id, credential } => {
            sqlx::query("UPDATE passkey SET credential = $3, used_at_us = $4 WHERE name = $1 AND id = $2")
                .bind(name.as_str())
                .bind(id)
                .bind(credential)
                .bind(now.0)
                .execute(tx)
                .await?
        }
    };
    if used.rows_affected() == 1 { Ok(()) } else { Err(StoreError::FactorUsed) }
}
