//! One date and one responsible person for a stage of many stations at once.

use std::sync::Arc;

use ashkar_election::{EntryId, Fact, NewEntry, Permission, Stage, StationId};
use axum::Json;
use axum::extract::State;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::programme::{in_list, require};
use crate::Desk;
use crate::caller::Caller;
use crate::given::Given;
use crate::refusal::Refusal;
use crate::table::Answer;

/// Most stations at once: so many names fit into a body.
pub(crate) const STATIONS_MAX: u32 = 8_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dates {
    /// Its name: sent again, it is recorded once.
    id: EntryId,
    stage: Stage,
    #[serde(default)]
    responsible: String,
    #[serde(default)]
    due: Option<Date>,
    stations: Vec<StationId>,
}

impl Dates {
    /// One record of each station; its name follows from that of all of them.
    fn entries(&self) -> Vec<NewEntry> {
        let record = |station: &StationId| NewEntry {
            id: EntryId::of_text(&format!("{} {station}", self.id)),
            found_at: None,
            fact: Fact::Due {
                station: *station,
                stage: self.stage,
                responsible: self.responsible.clone(),
                due: self.due,
            },
        };
        self.stations.iter().map(record).collect()
    }

    /// What the audit trail calls it.
    fn subject(&self) -> String {
        let due = self.due.map_or_else(|| "-".to_owned(), |due| due.to_string());
        format!("{} {due}", self.stage.name())
    }
}

/// Records them all or none. What is sent again is recorded once: `made` says how many are new.
pub(super) async fn set(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Given(mut new): Given<Dates>,
) -> Answer<Value> {
    new.stations.sort_unstable();
    new.stations.dedup();
    if new.stations.is_empty() || new.stations.len() > STATIONS_MAX as usize {
        return Err(Refusal::malformed(format!("Name from one to {STATIONS_MAX} stations.")));
    }
    for station in &new.stations {
        require(&caller, Permission::EditProgramme, station.constituency)?;
        in_list(&desk, *station)?;
    }
    let made = desk.store.record_all(&new.entries(), &new.subject(), &caller.actor_again()).await?;
    desk.centre.refresh().await;
    Ok(Json(json!({ "id": new.id, "stations": new.stations.len(), "made": made })))
}
