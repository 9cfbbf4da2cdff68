//! People, for the administrator: invite, change, disable.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ashkar_credentials::token::Token;
use ashkar_election::{Language, NewInvitation, PersonError, PersonName, Profile, Role, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::PersonView;
use crate::caller::{Asked, Caller};
use crate::given::{At, Given};
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// How long an invitation is good.
const INVITATION: Duration = Duration::from_secs(3 * 24 * 3600);

/// A new invitation with its link. The token stands in the fragment, which browsers do not send.
pub(super) struct Invitation {
    pub(super) stored: NewInvitation,
    pub(super) view: Value,
}

pub(super) fn invitation(desk: &Desk, asked: &Asked, headers: &HeaderMap) -> Result<Invitation, Refusal> {
    let token = Token::generate()?;
    let expires_at = asked.ends_after(INVITATION);
    let link = format!("{}/desk/invitation#{}", origin(desk, headers), *token.reveal());
    let view = json!({ "link": link, "expires_at": times::text(expires_at) });
    Ok(Invitation { stored: NewInvitation { token_hash: token.hash().0, expires_at }, view })
}

/// Scheme and host by which people reach the desk; without a setting, as the request names them.
pub(super) fn origin(desk: &Desk, headers: &HeaderMap) -> String {
    if let Some(origin) = &desk.options.origin {
        return origin.to_string();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("{}://{host}", if desk.options.tls { "https" } else { "http" })
}

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Answer<Vec<PersonView>> {
    Ok(Json(desk.store.people().await?.iter().map(PersonView::from).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invite {
    name: String,
    display_name: String,
    role: Role,
    #[serde(default)]
    constituencies: Option<BTreeSet<u16>>,
    language: Language,
}

pub(super) async fn invite(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    headers: HeaderMap,
    Given(invite): Given<Invite>,
) -> Answer<Value> {
    let name = named(&invite.name)?;
    let profile = Profile {
        display_name: invite.display_name,
        role: invite.role,
        constituencies: invite.constituencies,
        language: invite.language,
    };
    let Invitation { stored, mut view } = invitation(&desk, &asked, &headers)?;
    desk.store.invite(&name, &profile, &stored, &caller.actor(None)).await?;
    view["person"] = json!(shown(&desk, &name).await?);
    Ok(Json(view))
}

fn named(text: &str) -> Result<PersonName, Refusal> {
    text.parse().map_err(|error: PersonError| StoreError::from(error).into())
}

async fn shown(desk: &Desk, name: &PersonName) -> Result<PersonView, Refusal> {
    let person = desk.store.person(name).await?;
    let nobody = || StoreError::from(PersonError::Nobody(name.clone()));
    Ok(PersonView::from(&person.ok_or_else(nobody)?))
}

/// What is left out stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    display_name: Option<String>,
    role: Option<Role>,
    /// `null` is for all of them, which is not the same as to leave it out.
    #[serde(default, deserialize_with = "given")]
    constituencies: Option<Option<BTreeSet<u16>>>,
    disabled: Option<bool>,
    why: String,
}

fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    At(name): At<String>,
    Given(change): Given<Change>,
) -> Answer<PersonView> {
    let name = named(&name)?;
    ashkar_election::check_why(&change.why).map_err(StoreError::from)?;
    let nobody = || StoreError::from(PersonError::Nobody(name.clone()));
    let person = desk.store.person(&name).await?.ok_or_else(nobody)?;
    let before = person.profile;
    let profile = Profile {
        display_name: change.display_name.unwrap_or(before.display_name),
        role: change.role.unwrap_or(before.role),
        constituencies: change.constituencies.unwrap_or(before.constituencies),
        language: before.language,
    };
    let disabled = change.disabled.unwrap_or(person.disabled);
    desk.store.change_person(&name, &profile, disabled, &caller.actor(Some(change.why))).await?;
    desk.is_strange(&name);
    Ok(Json(shown(&desk, &name).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InviteAgain {
    why: String,
}

pub(super) async fn invite_again(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    headers: HeaderMap,
    At(name): At<String>,
    Given(again): Given<InviteAgain>,
) -> Answer<Value> {
    let name = named(&name)?;
    ashkar_election::check_why(&again.why).map_err(StoreError::from)?;
    let Invitation { stored, view } = invitation(&desk, &asked, &headers)?;
    desk.store.invite_again(&name, &stored, &caller.actor(Some(again.why))).await?;
    Ok(Json(view))
}
