//! Official turnout, as it was announced.

use std::sync::Arc;

use ashkar_centre::{Centre, Registry};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::types::{TurnoutFigure, TurnoutView, Turnouts};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;
use crate::routes::times;

/// Official turnout announced so far, for the country and for constituencies; ascending by time.
#[utoipa::path(get, path = "/api/v1/turnout", responses((status = 200, body = Turnouts)))]
pub(crate) async fn turnout(
    State(centre): State<Arc<Centre>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let registry = centre.registry();
    // Those of a constituency that only a draft of the list has are not public yet.
    let list = registry.snapshot.published_list();
    let is_listed = |figure: &&ashkar_election::Turnout| {
        figure.constituency.is_none_or(|number| list.constituency(number).is_some())
    };
    let figures = registry.snapshot.turnout.iter().filter(is_listed);
    let items = figures
        .map(|figure| TurnoutFigure {
            at: at(&registry, figure),
            constituency: figure.constituency,
            percent: figure.percent.value(),
            source: figure.source.to_string(),
        })
        .collect();
    Ok(Cached::json(&Turnouts { items }, BRIEF)?.respond(&headers))
}

/// The country's figures.
pub(super) fn of_country(registry: &Registry) -> Vec<TurnoutView> {
    let figures = registry.snapshot.turnout.iter().filter(|figure| figure.constituency.is_none());
    figures
        .map(|figure| TurnoutView {
            at: at(registry, figure),
            percent: figure.percent.value(),
            source: figure.source.to_string(),
        })
        .collect()
}

fn at(registry: &Registry, figure: &ashkar_election::Turnout) -> String {
    let election = &registry.election;
    times::write(election.instant(figure.at), election.time_zone.rules())
}
