//! Citizens' reports of cameras: those that are open, for those who look after the constituency. One is closed by a record of
//! the programme ([`super::programme::decide`]).

use std::sync::Arc;

use ashkar_election::{PublicReport, StationId};
use ashkar_terms::CameraId;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::programme::with_times;
use crate::Desk;
use crate::caller::Caller;
use crate::table::Answer;

/// Most reports of one answer; `total` says how many there are.
const LISTED_MAX: usize = 500;

/// The open reports of what the caller looks after, oldest first: the one that has waited longest.
pub(super) async fn open(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Value> {
    let registry = desk.centre.registry();
    let profile = &caller.person.profile;
    let row = |camera: &CameraId, report: &PublicReport| {
        let venue = registry.station(StationId::from(*camera)).map(|station| station.venue.clone());
        json!({ "camera": camera.to_string(), "venue": venue, "id": report.id, "kind": report.kind,
            "text": report.text, "at": report.at })
    };
    let (total, items) = desk
        .programme
        .with(&desk, |programme| {
            let theirs = programme.reports().iter().filter(|(camera, _)| profile.covers(camera.constituency));
            let mut open: Vec<_> = theirs
                .flat_map(|(camera, reports)| reports.iter().map(move |report| (camera, report)))
                .filter(|(_, report)| report.closed.is_none())
                .collect();
            open.sort_by_key(|(_, report)| report.at);
            let items: Vec<_> =
                open.iter().take(LISTED_MAX).map(|(camera, report)| row(camera, report)).collect();
            (open.len(), items)
        })
        .await?;
    Ok(Json(with_times(json!({ "total": total, "items": items }))))
}
