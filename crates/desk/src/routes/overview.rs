//! What somebody sees first: the election, some counts, and what waits for them.

use std::sync::Arc;

use ashkar_centre::Registry;
use ashkar_terms::CameraId;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::{proposals, views};
use crate::Desk;
use crate::caller::Caller;
use crate::table::Answer;

pub(super) async fn show(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let registry = desk.centre.registry();
    let election = &registry.election;
    let (open, for_me) = proposals::waiting(&desk, &caller).await?;
    let mut counts = counts(&desk, &registry, &caller);
    counts["proposals_open"] = json!(open);
    counts["proposals_for_me"] = json!(for_me);
    Ok(Json(json!({
        "election": {
            "key": election.key,
            "names": election.names,
            "date": election.date,
            "time_zone": election.time_zone,
            "sample": election.sample,
            "rehearsal": election.rehearsal,
        },
        "counts": counts,
    })))
}

/// The whole description of the election, as a proposal to change it needs it.
pub(super) async fn election(State(desk): State<Arc<Desk>>) -> Answer<Value> {
    Ok(Json(json!(desk.centre.registry().election)))
}

/// Counts of what the caller looks after.
fn counts(desk: &Desk, registry: &Registry, caller: &Caller) -> Value {
    let profile = &caller.person.profile;
    let now = desk.centre.now();
    let stations = registry.snapshot.list.stations().iter().chain(&registry.unlisted);
    let stations = stations.filter(|station| profile.covers(station.id.constituency)).count();
    let cameras = registry.snapshot.cameras.iter();
    let cameras = cameras.filter(|camera| camera.enabled && profile.covers(camera.id.constituency));
    let cameras: Vec<_> = cameras.map(|camera| camera.id).collect();
    let is_live = |id: &&CameraId| desk.centre.camera(**id).is_some_and(|camera| camera.status(now).live);
    let [public, unapproved, hidden] = views::counts(registry, cameras.iter());
    json!({
        "stations": stations,
        "cameras": cameras.len(),
        "on_air": cameras.iter().filter(is_live).count(),
        "public": public,
        "unapproved": unapproved,
        "hidden": hidden,
    })
}
