//! Proposals in SQLite: each is done in the transaction in which a second person approves it.

use ashkar_terms::UtcMicros;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use super::super::people::NewInvitation;
use super::super::proposals::Ruling;
use super::super::{Actor, ListDecision, NewApproval, StoreError};
use super::record::{self, Change};
use super::row::row;
use super::{elections, marks, people, publications, rehearsals, views};
use crate::model::{
    Act, Decided, Hiding, PersonName, Proposal, ProposalError, ProposalState, Proposed, check_why,
};

row! {
    struct ProposalRow {
        id: i64,
        election_id: Option<i64>,
        kind: String,
        payload: String,
        seen: String,
        state: String,
        proposed_by: String,
        proposed_at_us: i64,
        why: String,
        decided_by: Option<String>,
        decided_at_us: Option<i64>,
        decided_why: Option<String>,
    }
}

const SELECT: &str = "SELECT id, election_id, kind, payload, seen, state, proposed_by, proposed_at_us, why, decided_by, \
     decided_at_us, decided_why FROM proposal";

fn proposal(row: ProposalRow) -> Result<Proposal, StoreError> {
    let corrupt = || StoreError::Corrupt { what: "a proposal" };
    let json = |text: &str| serde_json::from_str::<Value>(text).map_err(|_| corrupt());
    let what = json!({ "kind": row.kind, "payload": json(&row.payload)? });
    let decided = match (row.decided_by, row.decided_at_us) {
        (Some(by), Some(at)) => {
            Some(Decided { by: by.parse().map_err(|_| corrupt())?, at: UtcMicros(at), why: row.decided_why })
        }
        _ => None,
    };
    Ok(Proposal {
        id: row.id,
        what: serde_json::from_value(what).map_err(|_| corrupt())?,
        seen: json(&row.seen)?,
        state: ProposalState::ALL.into_iter().find(|state| state.name() == row.state).ok_or_else(corrupt)?,
        proposed_by: row.proposed_by.parse().map_err(|_| corrupt())?,
        proposed_at: UtcMicros(row.proposed_at_us),
        why: row.why,
        decided,
    })
}

async fn find(tx: &mut SqliteConnection, id: i64) -> Result<ProposalRow, StoreError> {
    let statement = sqlx::AssertSqlSafe(format!("{SELECT} WHERE id = $1"));
    let row: Option<ProposalRow> = sqlx::query_as(statement).bind(id).fetch_optional(tx).await?;
    Ok(row.ok_or(ProposalError::Unknown(id))?)
}

pub(super) async fn one(tx: &mut SqliteConnection, id: i64) -> Result<Proposal, StoreError> {
    proposal(find(tx, id).await?)
}

pub(super) async fn all(
    tx: &mut SqliteConnection,
    open_only: bool,
    limit: u32,
) -> Result<Vec<Proposal>, StoreError> {
    let (election, gear) = elections::current(tx).await?.map(|current| (current.id, current.gear)).unzip();
    let statement = sqlx::AssertSqlSafe(format!(
        "{SELECT} WHERE (election_id IS NULL OR election_id = CASE WHEN kind IN ('view.approve', 'view.show') THEN $2 ELSE $1 END) \
         AND (state = 'open' OR NOT $3) ORDER BY id DESC LIMIT $4"
    ));
    let rows: Vec<ProposalRow> = sqlx::query_as(statement)
        .bind(election)
        .bind(gear)
        .bind(open_only)
        .bind(i64::from(limit))
        .fetch_all(tx)
        .await?;
    rows.into_iter().map(proposal).collect()
}

pub(super) async fn propose(
    tx: &mut SqliteConnection,
    what: &Proposed,
    name: &PersonName,
    why: &str,
    by: &Actor,
) -> Result<Proposal, StoreError> {
    check_why(why)?;
    let election = election_of(tx, what).await?;
    if let Some(other) = open_one(tx, election, what).await? {
        return Err(ProposalError::AlreadyOpen(other).into());
    }
    let seen = facts(tx, what).await?;
    try_out(tx, what, by).await?;
    let payload = payload(what);
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO proposal (election_id, kind, payload, seen, state, proposed_by, proposed_at_us, why) \
         VALUES ($1, $2, $3, $4, 'open', $5, $6, $7) RETURNING id",
    )
    .bind(election)
    .bind(what.kind())
    .bind(payload.to_string())
    .bind(seen.to_string())
    .bind(name.as_str())
    .bind(by.at.0)
    .bind(why)
    .fetch_one(&mut *tx)
    .await?;
    let after = json!({ "proposal": id, "kind": what.kind(), "payload": payload });
    let change = Change { what: "proposal.open", subject: what.subject(), before: None, after: Some(after) };
    record::write(tx, by, change).await?;
    one(tx, id).await
}

fn payload(what: &Proposed) -> Value {
    json!(what).get("payload").cloned().unwrap_or_default()
}

/// The election that a proposal belongs to; none if it is about people.
async fn election_of(tx: &mut SqliteConnection, what: &Proposed) -> Result<Option<i64>, StoreError> {
    match what {
        Proposed::RecoverPerson { .. } => Ok(None),
        // A view is that of a camera, in its rehearsals too.
        Proposed::ApproveView { .. } | Proposed::ShowView { .. } => {
            Ok(Some(elections::required(tx).await?.gear))
        }
        _ => Ok(Some(elections::required(tx).await?.id)),
    }
}

/// Who proposed the same, if it waits.
async fn open_one(
    tx: &mut SqliteConnection,
    election: Option<i64>,
    what: &Proposed,
) -> Result<Option<PersonName>, StoreError> {
    let name: Option<String> = sqlx::query_scalar(
        "SELECT proposed_by FROM proposal WHERE state = 'open' AND kind = $1 AND payload = $2 \
         AND (election_id = $3 OR (election_id IS NULL AND $3 IS NULL))",
    )
    .bind(what.kind())
    .bind(payload(what).to_string())
    .bind(election)
    .fetch_optional(tx)
    .await?;
    name.map(|name| name.parse().map_err(|_| StoreError::Corrupt { what: "a proposal" })).transpose()
}

/// The facts on which a proposal rests. If they change before it is approved, it is stale.
async fn facts(tx: &mut SqliteConnection, what: &Proposed) -> Result<Value, StoreError> {
    Ok(match what {
        Proposed::ApproveView { camera, .. } | Proposed::ShowView { camera } => {
            let approvals = views::approvals(tx).await?;
            let hidings = views::hidings(tx).await?;
            let is_open = |hiding: &&Hiding| hiding.to.is_none();
            let open: Vec<_> = hidings.get(camera).into_iter().flatten().filter(is_open).collect();
            json!({ "approvals": approvals.get(camera), "hidings": open })
        }
        Proposed::CloseStation { station, .. } => {
            let marks = marks::all(tx).await?.remove(station).unwrap_or_default();
            let at = |act: Act| marks.at(act).map(|at| json!({ "act": act, "at": at }));
            json!({ "marks": Act::ALL.into_iter().filter_map(at).collect::<Vec<_>>() })
        }
        Proposed::PublishList { version, .. } => publications::facts(tx, *version).await?,
        Proposed::ChangePolicy { .. } => json!({ "election": elections::required(tx).await?.election }),
        Proposed::UseElection { key } => {
            let target = elections::find(tx, key).await?.map(|(_, election)| election);
            json!({ "election": target })
        }
        Proposed::RecoverPerson { name } => {
            let person = people::required(tx, name).await?;
            json!({ "profile": person.profile, "disabled": person.disabled })
        }
    })
}

/// Does it, and takes it back: what could not be done is not proposed.
async fn try_out(tx: &mut SqliteConnection, what: &Proposed, by: &Actor) -> Result<(), StoreError> {
    let invitation = NewInvitation { token_hash: [0; 32], expires_at: by.at };
    let mut trial = tx.begin().await?;
    // Somebody else will do it.
    let second = Actor { name: "the second person".to_owned(), request: None, ..by.clone() };
    let done = carry_out(&mut trial, what, &by.name, &invitation, &second).await;
    trial.rollback().await?;
    done
}

/// Does what was proposed.
async fn carry_out(
    tx: &mut SqliteConnection,
    what: &Proposed,
    proposed_by: &str,
    invitation: &NewInvitation,
    by: &Actor,
) -> Result<(), StoreError> {
    match what {
        Proposed::ApproveView { camera, phase, still, zones, checks } => {
            let new = NewApproval {
                camera: *camera,
                phase: *phase,
                still: *still,
                zones: zones.clone(),
                checks: *checks,
                proposed_by: proposed_by.to_owned(),
            };
            views::approve(tx, &new, by).await
        }
        Proposed::ShowView { camera } => views::show_again(tx, *camera, proposed_by, by).await,
        Proposed::CloseStation { station, at } if *at <= by.at => {
            marks::set(tx, *station, Act::ProtocolCompleted, *at, by).await
        }
        Proposed::CloseStation { .. } => Err(ProposalError::Future.into()),
        Proposed::PublishList { version, decision_number, decision_date } => {
            let decision = ListDecision { number: decision_number.clone(), date: *decision_date };
            publications::publish(tx, *version, &decision, proposed_by, by).await
        }
        Proposed::ChangePolicy { election } => {
            let current = elections::required(tx).await?.election;
            if current.key != election.key {
                return Err(ProposalError::NotTheElection.into());
            }
            election.check()?;
            elections::put(tx, election, by).await
        }
        Proposed::UseElection { key } => rehearsals::switch(tx, key, by).await.map(drop),
        Proposed::RecoverPerson { name } => people::recover(tx, name, invitation, by).await,
    }
}

pub(super) async fn decide(
    tx: &mut SqliteConnection,
    id: i64,
    decision: Ruling,
    name: &PersonName,
    by: &Actor,
) -> Result<Proposal, StoreError> {
    let row = find(tx, id).await?;
    let belongs_to = row.election_id;
    let open = proposal(row)?;
    if election_of(tx, &open.what).await? != belongs_to {
        return Err(ProposalError::OtherElection(id).into());
    }
    if open.state != ProposalState::Open {
        return Err(ProposalError::Decided(id).into());
    }
    let is_own = open.proposed_by == *name;
    let state = match decision {
        Ruling::Withdraw if !is_own => return Err(ProposalError::OtherPerson.into()),
        Ruling::Withdraw => ProposalState::Withdrawn,
        _ if is_own => return Err(ProposalError::SamePerson.into()),
        Ruling::Refuse => {
            check_why(by.why.as_deref().unwrap_or_default())?;
            ProposalState::Refused
        }
        Ruling::Approve { invitation } => {
            if facts(tx, &open.what).await? == open.seen {
                carry_out(tx, &open.what, &format!("desk:{}", open.proposed_by), &invitation, by).await?;
                ProposalState::Approved
            } else {
                ProposalState::Stale
            }
        }
    };
    close(tx, &open, state, name, by).await?;
    one(tx, id).await
}

async fn close(
    tx: &mut SqliteConnection,
    open: &Proposal,
    state: ProposalState,
    name: &PersonName,
    by: &Actor,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE proposal SET state = $2, decided_by = $3, decided_at_us = $4, decided_why = $5 WHERE id = $1",
    )
    .bind(open.id)
    .bind(state.name())
    .bind(name.as_str())
    .bind(by.at.0)
    .bind(&by.why)
    .execute(&mut *tx)
    .await?;
    let what = match state {
        ProposalState::Approved => "proposal.approve",
        ProposalState::Refused => "proposal.refuse",
        ProposalState::Withdrawn => "proposal.withdraw",
        ProposalState::Stale | ProposalState::Open => "proposal.stale",
    };
    let before = json!({
        "proposal": open.id,
        "kind": open.what.kind(),
        "payload": payload(&open.what),
        "proposed_by": open.proposed_by,
        "proposed_at": open.proposed_at,
        "why": open.why,
    });
    let change = Change { what, subject: open.what.subject(), before: Some(before), after: None };
    record::write(tx, by, change).await
}
