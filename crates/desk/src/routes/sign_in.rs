//! Signing in: a password, then a second factor; and out.

use std::sync::Arc;
use std::time::Instant;

use ashkar_credentials::password::{Password, PasswordHash, Verdict};
use ashkar_credentials::recovery::{self, RecoveryCode, RecoveryHash};
use ashkar_credentials::throttle::Name;
use ashkar_credentials::token::Token;
use ashkar_credentials::totp::{TotpRefusal, TotpSecret};
use ashkar_election::{FactorUse, NewSession, Person, PersonName, Secrets, SignInStage};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::account::ways;
use super::factors;
use crate::caller::{Asked, BEGUN, Caller, SESSION};
use crate::given::Given;
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, cookie};

/// Characters of a browser's name that are kept.
const AGENT_CHARS_MAX: usize = 200;

/// What is awaited next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Next {
    Done,
    Second,
    Enrol,
}

impl From<SignInStage> for Next {
    fn from(stage: SignInStage) -> Self {
        match stage {
            SignInStage::Full => Self::Done,
            SignInStage::Second => Self::Second,
            SignInStage::Enrol => Self::Enrol,
        }
    }
}

/// The answer of a step: what is next, and the cookie for it.
pub(super) struct Stepped {
    pub(super) token: Token,
    pub(super) stage: SignInStage,
    pub(super) more: Value,
}

impl IntoResponse for Stepped {
    fn into_response(self) -> Response {
        let lasts = if self.stage == SignInStage::Full { SESSION } else { BEGUN };
        let mut body = self.more;
        body["next"] = json!(Next::from(self.stage));
        (AppendHeaders([(header::SET_COOKIE, cookie::set(&self.token, lasts))]), Json(body)).into_response()
    }
}

/// A session for `stage`, and the token for its cookie.
pub(super) fn new_session(
    asked: &Asked,
    headers: &HeaderMap,
    stage: SignInStage,
) -> Result<(Token, NewSession), Refusal> {
    let token = Token::generate()?;
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let session = NewSession {
        token_hash: token.hash().0,
        stage,
        expires_at: asked.ends_after(if stage == SignInStage::Full { SESSION } else { BEGUN }),
        from: asked.client.to_string(),
        agent: agent.chars().take(AGENT_CHARS_MAX).collect(),
    };
    Ok((token, session))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    name: String,
    password: Password,
}

/// The same sentence whether nobody has the name or the password is another: the answer tells neither.
const WRONG: &str = "The name or the password is not right.";

pub(super) async fn with_password(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    headers: HeaderMap,
    Given(login): Given<Login>,
) -> Result<Stepped, Refusal> {
    check_secure(&desk, &headers)?;
    let name: Option<PersonName> = login.name.trim().to_lowercase().parse().ok();
    let secrets = match &name {
        Some(name) => desk.store.secrets(name).await?,
        None => None,
    };
    let known = match (&name, &secrets) {
        (Some(name), Some(_)) => Name::Known(name.as_str()),
        _ => Name::Unknown(&login.name),
    };
    let attempt = desk.attempts.attempt(known, asked.client, Instant::now())?;
    let stored = secrets.as_ref().and_then(|secrets| secrets.password.as_deref());
    let stored: Option<PasswordHash> = stored.and_then(|text| text.parse().ok());
    let verdict = match desk.passwords.verify(login.password, stored).await {
        Ok(verdict) => verdict,
        Err(error) => {
            desk.attempts.take_back(attempt);
            return Err(error.into());
        }
    };
    let (Verdict::Right { .. }, Some(name), Some(secrets)) = (verdict, name, secrets) else {
        tracing::info!(client = %asked.client, "somebody could not sign in at the desk");
        return Err(Refusal::wrong_credentials(WRONG));
    };
    let person = desk.store.person(&name).await?.ok_or_else(|| Refusal::wrong_credentials(WRONG))?;
    let stage = stage_after_password(&person);
    desk.attempts.take_back(attempt);
    let (token, session) = new_session(&asked, &headers, stage)?;
    desk.store.begin_session(&name, &session, &asked.actor_again(name.as_str())).await?;
    if stage == SignInStage::Full {
        desk.is_familiar(&name, asked.client);
    }
    Ok(Stepped { token, stage, more: json!({ "second": ways(&desk, &secrets) }) })
}

pub(super) fn stage_after_password(person: &Person) -> SignInStage {
    match (person.second_factor, person.profile.role.needs_second_factor()) {
        (true, _) => SignInStage::Second,
        (false, true) => SignInStage::Enrol,
        (false, false) => SignInStage::Full,
    }
}

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A password over a plain line could be read by anybody on it. A browser on this machine needs no TLS.
pub(super) fn check_secure(desk: &Desk, headers: &HeaderMap) -> Result<(), Refusal> {
    let value = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = value(&header::HOST).unwrap_or_default();
    let name = host
        .strip_suffix(|last: char| last.is_ascii_digit())
        .map_or(host, |_| host.rsplit_once(':').map_or(host, |(name, _)| name));
    let is_here = matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost");
    if desk.options.tls || is_here || value(&FORWARDED_PROTO) == Some("https") {
        Ok(())
    } else {
        Err(Refusal::impossible("Passwords are taken over TLS alone: open the desk by https://."))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(super) enum Second {
    Totp(String),
    Recovery(String),
    Passkey(Value),
}

pub(super) async fn with_second_factor(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    headers: HeaderMap,
    Given(second): Given<Second>,
) -> Result<Stepped, Refusal> {
    let name = &caller.person.name;
    let secrets = desk.store.secrets(name).await?.ok_or_else(Refusal::signed_out)?;
    let attempt = desk.factors.attempt(Name::Known(name.as_str()), asked.client, Instant::now())?;
    let factor = match second {
        Second::Totp(code) => totp(&secrets, &code, &asked)?,
        Second::Recovery(code) => recovery_code(&secrets, &code)?,
        Second::Passkey(answer) => factors::used_passkey(&desk, &caller, &secrets, &answer)?,
    };
    let (token, session) = new_session(&asked, &headers, SignInStage::Full)?;
    let by = asked.actor_again(name.as_str());
    desk.store.raise_session(caller.session.id, Some(&factor), &session, &by).await?;
    desk.factors.take_back(attempt);
    desk.is_familiar(name, asked.client);
    Ok(Stepped { token, stage: SignInStage::Full, more: json!({}) })
}

fn totp(secrets: &Secrets, code: &str, asked: &Asked) -> Result<FactorUse, Refusal> {
    let secret: Option<TotpSecret> = secrets.totp.as_deref().and_then(|secret| secret.parse().ok());
    let secret =
        secret.ok_or_else(|| Refusal::wrong_credentials("This account has no one-time passwords."))?;
    let last = i64::try_from(secrets.totp_step).unwrap_or(i64::MAX);
    let step = secret.verify(code, asked.at, Some(last)).map_err(totp_refusal)?;
    Ok(FactorUse::Totp(u64::try_from(step).unwrap_or(0)))
}

pub(super) fn totp_refusal(refusal: TotpRefusal) -> Refusal {
    Refusal::wrong_credentials(match refusal {
        TotpRefusal::Form => "A code has six digits.",
        TotpRefusal::Wrong => "That is not the code of this time. Is the clock of the telephone right?",
        TotpRefusal::Used => "This code was used already; the next one comes within 30 seconds.",
    })
}

fn recovery_code(secrets: &Secrets, code: &str) -> Result<FactorUse, Refusal> {
    let wrong = || Refusal::wrong_credentials("That is none of the codes that are left.");
    let code: RecoveryCode = code.parse().map_err(|_| wrong())?;
    let hashes: Vec<_> = secrets.recovery.iter().copied().map(RecoveryHash).collect();
    recovery::find(&code, &hashes).ok_or_else(wrong)?;
    Ok(FactorUse::Recovery(code.hash().0))
}

pub(super) async fn ask_for_passkey(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let secrets = desk.store.secrets(&caller.person.name).await?.ok_or_else(Refusal::signed_out)?;
    Ok(Json(json!({ "options": factors::passkey_options(&desk, &caller, &secrets)? })))
}

pub(super) async fn out(State(desk): State<Arc<Desk>>, caller: Caller) -> Result<Response, Refusal> {
    desk.store.end_session(&caller.person.name, caller.session.id, &caller.actor(None)).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie::clear())]), Json(json!({}))).into_response())
}
