//! `/list`: the published list and what changed in it.

use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_election::{Diff, DiffCounts, ListDocument, ListVersion, export_stations_csv};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;

use crate::problem::Problem;
use crate::respond::{BRIEF, Cached};

/// `GET /list/stations.csv`
pub(crate) async fn csv(State(centre): State<Arc<Centre>>, headers: HeaderMap) -> Response {
    let registry = centre.registry();
    let text = export_stations_csv(&registry.snapshot.list);
    let mut response = Cached::new(text, "text/csv; charset=utf-8; header=present", BRIEF).respond(&headers);
    let sample = if registry.election.sample { "-sample" } else { "" };
    let version = registry.snapshot.version.as_ref().map_or(0, |version| version.number);
    let name = format!("attachment; filename=\"stations{sample}-v{version}.csv\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// `GET /list/stations.json`
pub(crate) async fn json(State(centre): State<Arc<Centre>>, headers: HeaderMap) -> Result<Response, Problem> {
    let registry = centre.registry();
    Ok(Cached::json(&ListDocument::current(&registry.snapshot), BRIEF)?.respond(&headers))
}

/// `GET /list/changes`
pub(crate) async fn changes(
    State(centre): State<Arc<Centre>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let registry = centre.registry();
    let answer = match &registry.changes {
        Some(changes) => Cached::json(changes, BRIEF)?,
        None => Cached::json(&Unpublished::default(), BRIEF)?,
    };
    Ok(answer.respond(&headers))
}

/// The answer while there is no list yet, in the shape of [`ashkar_election::ListChanges`].
#[derive(Debug, Default, Serialize)]
struct Unpublished {
    version: Option<ListVersion>,
    previous: Option<ListVersion>,
    counts: DiffCounts,
    #[serde(flatten)]
    diff: Diff,
}
