//! `/api/v1`: what the pages and anyone else may ask. Read only.

mod election;
mod openapi;
mod stations;
mod timeline;
pub mod types;

use std::sync::Arc;

use ashkar_centre::Centre;
use axum::Router;
use axum::routing::get;
use jiff::tz::TimeZone;

pub use openapi::document as openapi_document;

/// The routes below `/api/v1`.
pub fn routes() -> Router<Arc<Centre>> {
    Router::new()
        .route("/election", get(election::election))
        .route("/constituencies", get(election::constituencies))
        .route("/stations", get(stations::list))
        .route("/stations/{constituency}/{station}", get(stations::one))
        .route("/cameras/{constituency}/{station}/{camera}/timeline", get(timeline::timeline))
        .route("/openapi.json", get(openapi::show))
}

/// The zone in which times are shown (I9).
fn zone(centre: &Centre) -> TimeZone {
    let name = centre.registry().election.time_zone.name().to_owned();
    jiff::tz::TimeZoneDatabase::bundled().get(&name).unwrap_or(TimeZone::UTC)
}
