//! Accounts in SQLite.

use std::collections::BTreeSet;

use ashkar_terms::UtcMicros;
use serde_json::json;
use sqlx::SqliteConnection;

use super::super::people::NewInvitation;
use super::super::{Actor, StoreError};
use super::record::{self, Change};
use super::row::row;
use super::sessions;
use crate::model::{Language, Person, PersonError, PersonName, Profile, Role};

row! {
    struct PersonRow {
        name: String,
        display_name: String,
        role: String,
        constituencies: Option<String>,
        language: String,
        disabled_at_us: Option<i64>,
        has_password: bool,
        second_factor: bool,
        invited_until_us: Option<i64>,
        last_seen_us: Option<i64>,
    }
}

const SELECT: &str = "SELECT person.name, display_name, role, constituencies, language, disabled_at_us, \
     password IS NOT NULL AS has_password, \
     (totp_sealed IS NOT NULL OR EXISTS (SELECT 1 FROM passkey WHERE passkey.name = person.name)) AS second_factor, \
     (SELECT MAX(expires_at_us) FROM invitation WHERE invitation.name = person.name AND used_at_us IS NULL \
     AND replaced_at_us IS NULL) AS invited_until_us, \
     (SELECT MAX(seen_at_us) FROM session WHERE session.name = person.name AND stage = 'full') AS last_seen_us \
     FROM person";

pub(super) async fn all(tx: &mut SqliteConnection) -> Result<Vec<Person>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY person.name"));
    let rows: Vec<PersonRow> = sqlx::query_as(statement).fetch_all(tx).await?;
    rows.into_iter().map(person).collect()
}

pub(super) async fn find(tx: &mut SqliteConnection, name: &PersonName) -> Result<Option<Person>, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!("{SELECT} WHERE person.name = $1"));
    let row: Option<PersonRow> = sqlx::query_as(statement).bind(name.as_str()).fetch_optional(tx).await?;
    row.map(person).transpose()
}

pub(super) async fn required(tx: &mut SqliteConnection, name: &PersonName) -> Result<Person, StoreError> {
    Ok(find(tx, name).await?.ok_or_else(|| PersonError::Nobody(name.clone()))?)
}

fn person(row: PersonRow) -> Result<Person, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "a person" };
    let numbers = row.constituencies.map(|text| serde_json::from_str::<BTreeSet<u16>>(&text));
    let language = Language::ALL.into_iter().find(|language| language.tag() == row.language);
    Ok(Person {
        name: row.name.parse().map_err(|_| corrupt())?,
        profile: Profile {
            display_name: row.display_name,
            role: row.role.parse::<Role>().map_err(|_| corrupt())?,
            constituencies: numbers.transpose().map_err(|_| corrupt())?,
            language: language.ok_or_else(corrupt)?,
        },
        disabled: row.disabled_at_us.is_some(),
        has_password: row.has_password,
        second_factor: row.second_factor,
        invited_until: row.invited_until_us.map(UtcMicros),
        last_seen: row.last_seen_us.map(UtcMicros),
    })
}

fn numbers(profile: &Profile) -> Option<String> {
    profile.constituencies.as_ref().map(|numbers| json!(numbers).to_string())
}

pub(super) async fn invite(
    tx: &mut SqliteConnection,
    name: &PersonName,
    profile: &Profile,
    invitation: &NewInvitation,
    by: &Actor,
) -> Result<(), StoreError> {
    profile.check()?;
    if find(tx, name).await?.is_some() {
        return Err(PersonError::Exists(name.clone()).into());
    }
    sqlx::query(
        "INSERT INTO person (name, display_name, role, constituencies, language, added_at_us) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(name.as_str())
    .bind(&profile.display_name)
    .bind(profile.role.name())
    .bind(numbers(profile))
    .bind(profile.language.tag())
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    let after = json!({ "profile": profile, "invited_until": invitation.expires_at });
    issue(tx, name, invitation, by).await?;
    audited(tx, "person.invite", name, None, Some(after), by).await
}

pub(super) async fn invite_again(
    tx: &mut SqliteConnection,
    name: &PersonName,
    invitation: &NewInvitation,
    by: &Actor,
) -> Result<(), StoreError> {
    let person = required(tx, name).await?;
    if person.disabled {
        return Err(PersonError::Disabled(name.clone()).into());
    }
    if person.has_password {
        return Err(PersonError::SignedInBefore(name.clone()).into());
    }
    issue(tx, name, invitation, by).await?;
    let after = json!({ "invited_until": invitation.expires_at });
    audited(tx, "person.invite", name, None, Some(after), by).await
}

/// Stores an invitation; the former ones of the same person are void.
async fn issue(
    tx: &mut SqliteConnection,
    name: &PersonName,
    invitation: &NewInvitation,
    by: &Actor,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE invitation SET replaced_at_us = $2 WHERE name = $1 AND used_at_us IS NULL AND replaced_at_us IS NULL",
    )
    .bind(name.as_str())
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO invitation (token_hash, name, issued_at_us, expires_at_us) VALUES ($1, $2, $3, $4)",
    )
    .bind(&invitation.token_hash[..])
    .bind(name.as_str())
    .bind(by.at.0)
    .bind(invitation.expires_at.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whose invitation it is, and until when it is good.
pub(super) async fn invited(
    tx: &mut SqliteConnection,
    token_hash: &[u8; 32],
    now: UtcMicros,
) -> Result<Option<(Person, UtcMicros)>, StoreError> {
    let found: Option<(String, i64)> = sqlx::query_as(
        "SELECT name, expires_at_us FROM invitation WHERE token_hash = $1 AND used_at_us IS NULL \
         AND replaced_at_us IS NULL AND expires_at_us > $2",
    )
    .bind(&token_hash[..])
    .bind(now.0)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((name, expires)) = found else { return Ok(None) };
    let name = name.parse().map_err(|_| StoreError::Corrupt { what: "an invitation" })?;
    let person = find(tx, &name).await?.filter(|person| !person.disabled);
    Ok(person.map(|person| (person, UtcMicros(expires))))
}

pub(super) async fn accept(
    tx: &mut SqliteConnection,
    token_hash: &[u8; 32],
    password: &str,
    by: &Actor,
) -> Result<PersonName, StoreError> {
    let (person, _) = invited(tx, token_hash, by.at).await?.ok_or(PersonError::Invitation)?;
    sqlx::query("UPDATE invitation SET used_at_us = $2 WHERE token_hash = $1")
        .bind(&token_hash[..])
        .bind(by.at.0)
        .execute(&mut *tx)
        .await?;
    sqlx::query("UPDATE person SET password = $2 WHERE name = $1")
        .bind(person.name.as_str())
        .bind(password)
        .execute(&mut *tx)
        .await?;
    audited(tx, "person.accept", &person.name, None, None, by).await?;
    Ok(person.name)
}

pub(super) async fn change(
    tx: &mut SqliteConnection,
    name: &PersonName,
    profile: &Profile,
    disabled: bool,
    by: &Actor,
) -> Result<(), StoreError> {
    profile.check()?;
    let person = required(tx, name).await?;
    if person.profile == *profile && person.disabled == disabled {
        return Ok(());
    }
    if (disabled || profile.role != Role::Administrator) && is_last_administrator(tx, &person).await? {
        return Err(PersonError::LastAdministrator(name.clone()).into());
    }
    sqlx::query(
        "UPDATE person SET display_name = $2, role = $3, constituencies = $4, language = $5, \
         disabled_at_us = CASE WHEN $6 THEN COALESCE(disabled_at_us, $7) END WHERE name = $1",
    )
    .bind(name.as_str())
    .bind(&profile.display_name)
    .bind(profile.role.name())
    .bind(numbers(profile))
    .bind(profile.language.tag())
    .bind(disabled)
    .bind(by.at.0)
    .execute(&mut *tx)
    .await?;
    sessions::end_all(tx, name, None, by.at).await?;
    let state = |profile: &Profile, disabled: bool| Some(json!({ "profile": profile, "disabled": disabled }));
    let (before, after) = (state(&person.profile, person.disabled), state(profile, disabled));
    audited(tx, "person.change", name, before, after, by).await
}

/// Whether nobody else could make accounts: administrators who never signed in do not count.
async fn is_last_administrator(tx: &mut SqliteConnection, person: &Person) -> Result<bool, StoreError> {
    if person.profile.role != Role::Administrator || person.disabled {
        return Ok(false);
    }
    let others: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM person WHERE role = 'administrator' AND disabled_at_us IS NULL \
         AND password IS NOT NULL AND name != $1",
    )
    .bind(person.name.as_str())
    .fetch_one(tx)
    .await?;
    Ok(others == 0)
}

pub(super) async fn set_language(
    tx: &mut SqliteConnection,
    name: &PersonName,
    language: Language,
    by: &Actor,
) -> Result<(), StoreError> {
    let person = required(tx, name).await?;
    sqlx::query("UPDATE person SET language = $2 WHERE name = $1")
        .bind(name.as_str())
        .bind(language.tag())
        .execute(&mut *tx)
        .await?;
    let (before, after) = (json!(person.profile.language), json!(language));
    audited(tx, "person.language", name, Some(before), Some(after), by).await
}

/// Takes away everything that proved who somebody was, and gives a new invitation instead.
pub(super) async fn recover(
    tx: &mut SqliteConnection,
    name: &PersonName,
    invitation: &NewInvitation,
    by: &Actor,
) -> Result<(), StoreError> {
    let person = required(tx, name).await?;
    if person.disabled {
        return Err(PersonError::Disabled(name.clone()).into());
    }
    for statement in [
        "UPDATE person SET password = NULL, totp_sealed = NULL WHERE name = $1",
        "DELETE FROM passkey WHERE name = $1",
        "DELETE FROM recovery_code WHERE name = $1",
    ] {
        sqlx::query(statement).bind(name.as_str()).execute(&mut *tx).await?;
    }
    sessions::end_all(tx, name, None, by.at).await?;
    issue(tx, name, invitation, by).await?;
    let after = json!({ "invited_until": invitation.expires_at });
    audited(tx, "person.recover", name, None, Some(after), by).await
}

pub(super) async fn audited(
    tx: &mut SqliteConnection,
    what: &'static str,
    name: &PersonName,
    before: Option<serde_json::Value>,
    after: Option<serde_json::Value>,
    by: &Actor,
) -> Result<(), StoreError> {
    record::write(tx, by, Change { what, subject: name.to_string(), before, after }).await
}
