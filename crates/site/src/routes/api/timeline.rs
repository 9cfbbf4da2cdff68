//! A camera's day in intervals.

use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_terms::CameraId;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::types::{SpanQuery, TimelineEntry};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;
use crate::routes::access::known;
use crate::routes::times;

/// Every interval of a camera's span is live, late, missing, hidden, or due.
#[utoipa::path(get, path = "/api/v1/cameras/{constituency}/{station}/{camera}/timeline",
    params(("constituency" = u16, Path), ("station" = u16, Path), ("camera" = u8, Path), SpanQuery),
    responses((status = 200, body = Vec<TimelineEntry>), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn timeline(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, camera)): Path<(u16, u16, u8)>,
    query: Result<Query<SpanQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let id = CameraId::new(constituency, station, camera);
    known(&centre, id)?;
    let now = centre.now().wall;
    let to = query.to.as_deref().map_or(Ok(now), |text| times::read("to", text))?;
    let from = match query.from.as_deref() {
        Some(text) => times::read("from", text)?,
        // The day from its start, or a rehearsal recorded before it; a day at most.
        None => centre
            .registry()
            .election
            .on_air_at()
            .min(now.plus(-3_600_000_000))
            .max(to.plus(-times::MAX_SPAN_US)),
    };
    let span = times::span(from, to)?;
    let zone = super::zone(&centre);
    let reader = Arc::clone(&centre);
    let entries = tokio::task::spawn_blocking(move || reader.timeline(id, span))
        .await
        .map_err(|error| Problem::internal(&error))?;
    let told: Vec<_> = entries
        .into_iter()
        .map(|entry| TimelineEntry {
            from: times::write(entry.from, &zone),
            to: times::write(entry.to, &zone),
            state: entry.state.name(),
            cause: entry.cause.map(ashkar_terms::Cause::name),
            hidden: entry.hidden.map(ashkar_election::HiddenWhy::name),
            arriving: entry.is_arriving().then_some(true),
        })
        .collect();
    Ok(Cached::json(&told, BRIEF)?.respond(&headers))
}
