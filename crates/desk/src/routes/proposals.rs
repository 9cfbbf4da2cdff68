//! Proposals: what one person asks for and another one decides.

use std::sync::Arc;

use ashkar_election::{Person, Proposal, ProposalState, Proposed, Ruling, StoreError};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::people::{Invitation, invitation};
use crate::caller::{Asked, Caller};
use crate::given::{At, Given, Wanted, read_value};
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// Proposals in one answer, newest first.
const LIST_MAX: u32 = 200;

fn covers(person: &Person, what: &Proposed) -> bool {
    what.constituency().is_none_or(|constituency| person.profile.covers(constituency))
}

/// Whether somebody may look at a proposal: whoever could make or decide it, and whoever may read the trail.
fn may_see(caller: &Caller, what: &Proposed) -> bool {
    let (propose, decide) = what.permissions();
    let part = (caller.may(propose) || caller.may(decide)) && covers(&caller.person, what);
    part || caller.may(ashkar_election::Permission::ReadAudit)
}

fn may_decide(caller: &Caller, proposal: &Proposal) -> bool {
    let (_, decide) = proposal.what.permissions();
    caller.may(decide) && covers(&caller.person, &proposal.what) && proposal.proposed_by != caller.person.name
}

fn view(caller: &Caller, proposal: &Proposal) -> Value {
    let mut view = json!(proposal.what);
    let seen = Sha256::digest(proposal.seen.to_string());
    let decided = proposal.decided.as_ref();
    view["id"] = json!(proposal.id);
    view["facts"] = proposal.seen.clone();
    view["seen"] = json!(seen.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    view["state"] = json!(proposal.state);
    view["proposed_by"] = json!(proposal.proposed_by);
    view["proposed_at"] = json!(times::text(proposal.proposed_at));
    view["why"] = json!(proposal.why);
    view["decided_by"] = json!(decided.map(|decided| &decided.by));
    view["decided_at"] = json!(decided.map(|decided| times::text(decided.at)));
    view["decided_why"] = json!(decided.and_then(|decided| decided.why.as_ref()));
    view["mine"] = json!(proposal.proposed_by == caller.person.name);
    view["may_decide"] = json!(proposal.state == ProposalState::Open && may_decide(caller, proposal));
    view
}

/// How many of those that the caller may see are open, and how many of them wait for the caller's decision.
pub(super) async fn waiting(desk: &Desk, caller: &Caller) -> Result<(usize, usize), Refusal> {
    let mut open = desk.store.proposals(true, LIST_MAX).await?;
    open.retain(|proposal| may_see(caller, &proposal.what));
    Ok((open.len(), open.iter().filter(|proposal| may_decide(caller, proposal)).count()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    #[serde(default)]
    state: Those,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Those {
    #[default]
    Open,
    All,
}

pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Wanted(which): Wanted<Which>,
) -> Answer<Vec<Value>> {
    let proposals = desk.store.proposals(which.state == Those::Open, LIST_MAX).await?;
    let shown = proposals.iter().filter(|proposal| may_see(&caller, &proposal.what));
    Ok(Json(shown.map(|proposal| view(&caller, proposal)).collect()))
}

/// One that the caller may see; others are told like those that do not exist.
async fn visible(desk: &Desk, caller: &Caller, id: i64) -> Result<Proposal, Refusal> {
    let proposal = desk.store.proposal(id).await?;
    if may_see(caller, &proposal.what) {
        Ok(proposal)
    } else {
        Err(StoreError::from(ashkar_election::ProposalError::Unknown(id)).into())
    }
}

pub(super) async fn show(State(desk): State<Arc<Desk>>, caller: Caller, At(id): At<i64>) -> Answer<Value> {
    let proposal = visible(&desk, &caller, id).await?;
    Ok(Json(view(&caller, &proposal)))
}

pub(super) async fn propose(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(mut body): Given<Value>,
) -> Answer<Value> {
    let why = match body.as_object_mut().and_then(|body| body.remove("why")) {
        None => String::new(),
        Some(Value::String(why)) => why,
        Some(_) => return Err(Refusal::malformed("\"why\" is no text.")),
    };
    let what: Proposed =
        read_value(body).map_err(|error| Refusal::malformed(format!("This is no proposal: {error}.")))?;
    let (permission, _) = what.permissions();
    if !caller.may(permission) || !covers(&caller.person, &what) {
        return Err(Refusal::not_your_role());
    }
    let by = caller.actor(Some(why.clone()));
    let proposal = desk.store.propose(&what, &caller.person.name, &why, &by).await?;
    Ok(Json(view(&caller, &proposal)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Why {
    #[serde(default)]
    why: Option<String>,
}

pub(super) async fn approve(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    caller: Caller,
    headers: HeaderMap,
    At(id): At<i64>,
    Given(Why { why }): Given<Why>,
) -> Answer<Value> {
    check_decider(&desk, &caller, id).await?;
    let Invitation { stored, view: link } = invitation(&desk, &asked, &headers)?;
    let decision = Ruling::Approve { invitation: stored };
    let proposal = desk.store.decide(id, decision, &caller.person.name, &caller.actor(why)).await?;
    if proposal.state == ProposalState::Stale {
        return Err(Refusal::stale());
    }
    desk.centre.refresh().await;
    let mut view = view(&caller, &proposal);
    if let Proposed::RecoverPerson { name } = &proposal.what {
        desk.is_strange(name);
        view["link"] = link["link"].clone();
        view["expires_at"] = link["expires_at"].clone();
    }
    Ok(Json(view))
}

/// Whoever may decide about the kind; that it is somebody else is the store's to say, in words.
async fn check_decider(desk: &Desk, caller: &Caller, id: i64) -> Result<(), Refusal> {
    let proposal = visible(desk, caller, id).await?;
    let (_, decide) = proposal.what.permissions();
    if caller.may(decide) && covers(&caller.person, &proposal.what) {
        Ok(())
    } else {
        Err(Refusal::not_your_role())
    }
}

pub(super) async fn refuse(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    At(id): At<i64>,
    Given(Why { why }): Given<Why>,
) -> Answer<Value> {
    check_decider(&desk, &caller, id).await?;
    decided(&desk, &caller, id, Ruling::Refuse, why).await
}

pub(super) async fn withdraw(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    At(id): At<i64>,
    Given(Why { why }): Given<Why>,
) -> Answer<Value> {
    visible(&desk, &caller, id).await?;
    decided(&desk, &caller, id, Ruling::Withdraw, why).await
}

async fn decided(
    desk: &Desk,
    caller: &Caller,
    id: i64,
    decision: Ruling,
    why: Option<String>,
) -> Answer<Value> {
    let proposal = desk.store.decide(id, decision, &caller.person.name, &caller.actor(why)).await?;
    Ok(Json(view(caller, &proposal)))
}
