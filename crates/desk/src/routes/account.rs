//! One's own account: who one is, what one may do, sessions, password, language.

use std::sync::Arc;
use std::time::Instant;

use ashkar_credentials::password::{Password, PasswordHash, Verdict};
use ashkar_credentials::throttle::Name;
use ashkar_election::{Language, Permission, Person, SecretChange, Secrets, Session, SignInStage};
use ashkar_terms::UtcMicros;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::invitation::new_password;
use crate::caller::Caller;
use crate::given::{At, Given};
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// A person, as the API shows one.
#[derive(Serialize)]
pub(super) struct PersonView {
    name: String,
    display_name: String,
    role: ashkar_election::Role,
    constituencies: Option<Vec<u16>>,
    language: Language,
    disabled: bool,
    second_factor: bool,
    signed_in_before: bool,
    #[serde(serialize_with = "times::maybe")]
    invited_until: Option<UtcMicros>,
    #[serde(serialize_with = "times::maybe")]
    last_seen: Option<UtcMicros>,
}

impl From<&Person> for PersonView {
    fn from(person: &Person) -> Self {
        let profile = &person.profile;
        Self {
            name: person.name.to_string(),
            display_name: profile.display_name.clone(),
            role: profile.role,
            constituencies: profile.constituencies.as_ref().map(|all| all.iter().copied().collect()),
            language: profile.language,
            disabled: person.disabled,
            second_factor: person.second_factor,
            signed_in_before: person.has_password,
            invited_until: person.invited_until,
            last_seen: person.last_seen,
        }
    }
}

/// By what the second factor may be given.
pub(super) fn ways(desk: &Desk, secrets: &Secrets) -> Value {
    json!({
        "totp": secrets.totp.is_some(),
        "passkey": desk.passkeys.is_some() && !secrets.passkeys.is_empty(),
        "recovery": !secrets.recovery.is_empty(),
    })
}

pub(super) async fn me(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let person = &caller.person;
    let secrets = desk.store.secrets(&person.name).await?.ok_or_else(Refusal::signed_out)?;
    let is_full = caller.session.stage == SignInStage::Full;
    let mut me = json!(PersonView::from(person));
    let permissions: Vec<_> = Permission::ALL.into_iter().filter(|one| is_full && caller.may(*one)).collect();
    me["stage"] = json!(caller.session.stage.name());
    me["session"] = json!({ "id": caller.session.id, "expires_at": times::text(caller.session.expires_at) });
    me["permissions"] = json!(permissions);
    me["passkeys_possible"] = json!(desk.passkeys.is_some());
    me["totp"] = json!(secrets.totp.is_some());
    if caller.session.stage == SignInStage::Second {
        me["second"] = ways(&desk, &secrets);
    }
    me["recovery_codes_left"] = json!(secrets.recovery.len());
    let passkeys = secrets.passkeys.iter().map(|passkey| {
        json!({
            "id": passkey.id,
            "name": passkey.label,
            "added_at": times::text(passkey.added_at),
            "last_used_at": passkey.used_at.map(times::text),
        })
    });
    me["passkeys"] = if is_full { passkeys.collect() } else { json!([]) };
    Ok(Json(me))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeLanguage {
    language: Language,
}

pub(super) async fn change_language(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(change): Given<ChangeLanguage>,
) -> Answer<Value> {
    desk.store.set_language(&caller.person.name, change.language, &caller.actor(None)).await?;
    Ok(Json(json!({})))
}

pub(super) async fn sessions(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Vec<Value>> {
    let sessions = desk.store.sessions_of(&caller.person.name, desk.now()).await?;
    let view = |session: &Session| {
        json!({
            "id": session.id,
            "current": session.id == caller.session.id,
            "began_at": times::text(session.began_at),
            "seen_at": times::text(session.seen_at),
            "expires_at": times::text(session.expires_at),
            "from": session.from,
            "agent": session.agent,
        })
    };
    Ok(Json(sessions.iter().map(view).collect()))
}

pub(super) async fn end_session(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    At(id): At<i64>,
) -> Answer<Value> {
    desk.store.end_session(&caller.person.name, id, &caller.actor(None)).await?;
    Ok(Json(json!({})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    old: Password,
    new: Password,
}

/// Whoever holds a session must also know the password that it is about; guesses are counted as at the door.
pub(super) async fn change_password(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(change): Given<ChangePassword>,
) -> Answer<Value> {
    let name = &caller.person.name;
    let attempt = desk.attempts.attempt(Name::Known(name.as_str()), caller.client(), Instant::now())?;
    let secrets = desk.store.secrets(name).await?.ok_or_else(Refusal::signed_out)?;
    let stored: Option<PasswordHash> = secrets.password.as_deref().and_then(|text| text.parse().ok());
    if desk.passwords.verify(change.old, stored).await? == Verdict::Wrong {
        return Err(Refusal::impossible("The present password is not right."));
    }
    desk.attempts.take_back(attempt);
    let password = new_password(change.new, &caller.person)?;
    let password = SecretChange::Password(desk.passwords.hash(password).await?.to_phc());
    desk.store.change_secret(name, &password, caller.session.id, &caller.actor(None)).await?;
    Ok(Json(json!({})))
}
