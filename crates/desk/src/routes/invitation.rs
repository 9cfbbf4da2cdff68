//! Invitations: a link that is good once, by which somebody chooses a password. The token stands in the fragment of the
//! page's address, which is never sent, and comes in a body: no proxy writes that down.

use std::sync::Arc;
use std::time::Instant;

use ashkar_credentials::password::{NewPassword, Password};
use ashkar_credentials::throttle::Name;
use ashkar_credentials::token::Token;
use ashkar_election::{Person, PersonError, StoreError};
use ashkar_terms::UtcMicros;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::sign_in::{Stepped, check_secure, new_session, stage_after_password};
use crate::caller::Asked;
use crate::given::Given;
use crate::refusal::{Refusal, sentence};
use crate::table::Answer;
use crate::{Desk, times};

/// All links count as one account: nobody has 256 random bits to guess, and a limit costs nobody anything.
const LINKS: Name<'static> = Name::Unknown("invitation");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    token: String,
}

pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    Given(look): Given<Look>,
) -> Answer<Value> {
    let (person, expires, _) = invited(&desk, &asked, &look.token).await?;
    Ok(Json(json!({
        "name": person.name,
        "display_name": person.profile.display_name,
        "role": person.profile.role,
        "language": person.profile.language,
        "expires_at": times::text(expires),
    })))
}

async fn invited(desk: &Desk, asked: &Asked, token: &str) -> Result<(Person, UtcMicros, [u8; 32]), Refusal> {
    let attempt = desk.attempts.attempt(LINKS, asked.client, Instant::now())?;
    let void = || Refusal::from(StoreError::from(PersonError::Invitation));
    let token: Token = token.parse().map_err(|_| void())?;
    let hash = token.hash().0;
    let (person, expires) = desk.store.invitation(&hash, asked.at).await?.ok_or_else(void)?;
    desk.attempts.take_back(attempt);
    Ok((person, expires, hash))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accept {
    token: String,
    password: Password,
}

pub(super) async fn accept(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    headers: HeaderMap,
    Given(accept): Given<Accept>,
) -> Result<Stepped, Refusal> {
    check_secure(&desk, &headers)?;
    let (person, _, hash) = invited(&desk, &asked, &accept.token).await?;
    let password = new_password(accept.password, &person)?;
    let password = desk.passwords.hash(password).await?.to_phc();
    let stage = stage_after_password(&person);
    let (token, session) = new_session(&asked, &headers, stage)?;
    let by = asked.actor_again(person.name.as_str());
    desk.store.accept_invitation(&hash, &password, &session, &by).await?;
    Ok(Stepped { token, stage, more: json!({}) })
}

/// A password that the person may have.
pub(super) fn new_password(password: Password, person: &Person) -> Result<NewPassword, Refusal> {
    let names = [person.name.as_str(), person.profile.display_name.as_str()];
    NewPassword::new(password, &names).map_err(|refusal| Refusal::impossible(sentence(&refusal)))
}
