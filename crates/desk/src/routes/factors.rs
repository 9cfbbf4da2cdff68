//! Second factors of one's own account: one-time passwords, passkeys, recovery codes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use ashkar_credentials::passkey::{Passkey, PasskeyError, Passkeys};
use ashkar_credentials::recovery::RecoveryCode;
use ashkar_credentials::totp::TotpSecret;
use ashkar_election::{FactorUse, SecretChange, Secrets, SignInStage};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Value, json};

use super::sign_in::{Stepped, new_session, totp_refusal};
use crate::Desk;
use crate::caller::{Asked, BEGUN, Caller};
use crate::given::{At, Given};
use crate::refusal::Refusal;
use crate::table::Answer;

/// What codes are told to be for.
const ISSUER: &str = "Aşkar";
/// Secrets that were shown and not confirmed yet, at most.
const UNCONFIRMED_MAX: usize = 1000;
/// Longest name of a passkey, characters.
const LABEL_CHARS_MAX: usize = 60;

/// Secrets that were shown in a session and not confirmed yet. A restart forgets them, and they are shown anew.
#[derive(Default)]
pub(crate) struct Unconfirmed(Mutex<HashMap<i64, (TotpSecret, Instant)>>);

impl Unconfirmed {
    fn keep(&self, session: i64, secret: TotpSecret, now: Instant) {
        let mut all = self.0.lock();
        all.retain(|_, (_, shown)| now.saturating_duration_since(*shown) < BEGUN);
        if all.len() >= UNCONFIRMED_MAX {
            let oldest = all.iter().min_by_key(|(_, (_, shown))| *shown).map(|(session, _)| *session);
            oldest.and_then(|oldest| all.remove(&oldest));
        }
        all.insert(session, (secret, now));
    }

    fn of(&self, session: i64, now: Instant) -> Option<TotpSecret> {
        let all = self.0.lock();
        let (secret, shown) = all.get(&session)?;
        (now.saturating_duration_since(*shown) < BEGUN).then(|| secret.clone())
    }

    fn forget(&self, session: i64) {
        self.0.lock().remove(&session);
    }
}

pub(super) async fn begin_totp(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let secret = TotpSecret::generate()?;
    let account = caller.person.name.as_str();
    let qr = secret.qr(ISSUER, account).map_err(|error| Refusal::impossible(error.to_string()))?;
    let (revealed, uri) = (secret.reveal(), secret.uri(ISSUER, account));
    let shown: (&str, &str) = (&revealed, &uri);
    let answer = json!({ "secret": shown.0, "uri": shown.1, "qr_svg_path": (qr.width, &*qr.path) });
    desk.unconfirmed.keep(caller.session.id, secret, Instant::now());
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmTotp {
    code: String,
}

pub(super) async fn confirm_totp(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    headers: HeaderMap,
    Given(confirm): Given<ConfirmTotp>,
) -> Result<Response, Refusal> {
    let secret = desk.unconfirmed.of(caller.session.id, Instant::now()).ok_or_else(|| {
        Refusal::impossible("The secret was shown too long ago. Begin again; it will be another one.")
    })?;
    let step = secret.verify(&confirm.code, asked.at, None).map_err(totp_refusal)?;
    let change =
        SecretChange::Totp { secret: secret.reveal().to_string(), step: u64::try_from(step).unwrap_or(0) };
    let done = added(&desk, &asked, &caller, &headers, &change).await;
    desk.unconfirmed.forget(caller.session.id);
    done
}

/// Keeps a new second factor. The first one comes with recovery codes, and lets whoever must have one in.
async fn added(
    desk: &Desk,
    asked: &Asked,
    caller: &Caller,
    headers: &HeaderMap,
    change: &SecretChange,
) -> Result<Response, Refusal> {
    let (name, session) = (&caller.person.name, caller.session.id);
    desk.store.change_secret(name, change, session, &caller.actor(None)).await?;
    let secrets = desk.store.secrets(name).await?.ok_or_else(Refusal::signed_out)?;
    let codes = if secrets.recovery.is_empty() { Some(new_codes(desk, asked, caller).await?) } else { None };
    let more = json!({ "recovery_codes": codes });
    if caller.session.stage == SignInStage::Full {
        return Ok(Json(more).into_response());
    }
    let (token, full) = new_session(asked, headers, SignInStage::Full)?;
    desk.store.raise_session(session, None, &full, &asked.actor_again(name.as_str())).await?;
    desk.is_familiar(name, asked.client);
    Ok(Stepped { token, stage: SignInStage::Full, more }.into_response())
}

async fn new_codes(desk: &Desk, asked: &Asked, caller: &Caller) -> Result<Vec<String>, Refusal> {
    let codes = RecoveryCode::generate()?;
    let hashes = SecretChange::RecoveryCodes(codes.iter().map(|code| code.hash().0).collect());
    let by = asked.actor_again(caller.person.name.as_str());
    desk.store.change_secret(&caller.person.name, &hashes, caller.session.id, &by).await?;
    Ok(codes.iter().map(|code| code.reveal().to_string()).collect())
}

pub(super) async fn renew_recovery_codes(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
) -> Answer<Value> {
    Ok(Json(json!({ "recovery_codes": new_codes(&desk, &asked, &caller).await? })))
}

/// The passkeys of an account; one that cannot be read is left out, and proves nobody.
fn stored(secrets: &Secrets) -> Vec<(i64, Passkey)> {
    let read =
        |stored: &ashkar_election::Passkey| Some((stored.id, Passkey::from_json(&stored.credential).ok()?));
    secrets.passkeys.iter().filter_map(read).collect()
}

fn only_passkeys(secrets: &Secrets) -> Vec<Passkey> {
    stored(secrets).into_iter().map(|(_, passkey)| passkey).collect()
}

fn possible(desk: &Desk) -> Result<&Passkeys, Refusal> {
    desk.passkeys.as_ref().ok_or_else(|| {
        Refusal::impossible(
            "Passkeys need a desk with a host name and TLS (--desk-url). Use one-time passwords instead.",
        )
    })
}

fn refused(error: PasskeyError) -> Refusal {
    Refusal::wrong_credentials(&format!("The passkey was not accepted: {error}."))
}

pub(super) fn passkey_options(desk: &Desk, caller: &Caller, secrets: &Secrets) -> Result<Value, Refusal> {
    let session = caller.session.id.to_string();
    possible(desk)?.start_authentication(&session, &only_passkeys(secrets), Instant::now()).map_err(refused)
}

pub(super) fn used_passkey(
    desk: &Desk,
    caller: &Caller,
    secrets: &Secrets,
    answer: &Value,
) -> Result<FactorUse, Refusal> {
    let stored = stored(secrets);
    let passkeys: Vec<_> = stored.iter().map(|(_, passkey)| passkey.clone()).collect();
    let (session, name) = (caller.session.id.to_string(), caller.person.name.as_str());
    let used = possible(desk)?
        .finish_authentication(&session, name, answer, &passkeys, Instant::now())
        .map_err(refused)?;
    let id = stored.iter().find(|(_, passkey)| passkey.id() == used.passkey.id()).map(|(id, _)| *id);
    let id = id.ok_or_else(|| refused(PasskeyError::Unknown))?;
    Ok(FactorUse::Passkey { id, credential: used.passkey.to_json() })
}

pub(super) async fn begin_passkey(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let person = &caller.person;
    let secrets = desk.store.secrets(&person.name).await?.ok_or_else(Refusal::signed_out)?;
    let options = possible(&desk)?.start_registration(
        &caller.session.id.to_string(),
        person.name.as_str(),
        &person.profile.display_name,
        &only_passkeys(&secrets),
        Instant::now(),
    );
    Ok(Json(json!({ "options": options.map_err(refused)? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmPasskey {
    name: String,
    credential: Value,
}

pub(super) async fn confirm_passkey(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    headers: HeaderMap,
    Given(confirm): Given<ConfirmPasskey>,
) -> Result<Response, Refusal> {
    let label = confirm.name.trim().to_owned();
    if label.is_empty() || label.chars().count() > LABEL_CHARS_MAX || label.chars().any(char::is_control) {
        return Err(Refusal::impossible(
            "Name the passkey in 1 to 60 characters, so that you know it again.",
        ));
    }
    let secrets = desk.store.secrets(&caller.person.name).await?.ok_or_else(Refusal::signed_out)?;
    let session = caller.session.id.to_string();
    let passkey = possible(&desk)?
        .finish_registration(&session, &confirm.credential, &only_passkeys(&secrets), Instant::now())
        .map_err(refused)?;
    let change = SecretChange::AddPasskey {
        credential_id: passkey.id().to_owned(),
        credential: passkey.to_json(),
        label,
    };
    added(&desk, &asked, &caller, &headers, &change).await
}

pub(super) async fn remove_passkey(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    At(id): At<i64>,
) -> Answer<Value> {
    let change = SecretChange::RemovePasskey(id);
    desk.store.change_secret(&caller.person.name, &change, caller.session.id, &caller.actor(None)).await?;
    Ok(Json(json!({})))
}
