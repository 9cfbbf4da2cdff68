//! The elections of the registry, and rehearsals that are planned. Which one becomes current is proposed, and decided by a
//! second person: see [`super::proposals`].

use std::sync::Arc;

use ashkar_election::{KnownElection, NewRehearsal};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::given::Given;
use crate::table::Answer;
use crate::{Desk, times};

fn view(known: &KnownElection) -> Value {
    let KnownElection { election, current } = known;
    let day = election.day();
    json!({
        "key": election.key,
        "names": election.names,
        "date": election.date,
        "plan": election.plan,
        "rehearsal": election.rehearsal,
        "current": current,
        "from": times::text(day.from),
        "to": times::text(day.to),
    })
}

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Answer<Vec<Value>> {
    Ok(Json(desk.centre.store().elections().await?.iter().map(view).collect()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    rehearsal: NewRehearsal,
    #[serde(default)]
    why: Option<String>,
}

pub(super) async fn plan(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(Plan { rehearsal, why }): Given<Plan>,
) -> Answer<Value> {
    let planned = desk.centre.store().plan_rehearsal(&rehearsal, &caller.actor(why)).await?;
    desk.centre.refresh().await;
    Ok(Json(view(&KnownElection { election: planned, current: false })))
}
