//! `/api/v1`: what the pages and anyone else may ask. Read only.

mod day;
mod election;
mod openapi;
mod stations;
mod status;
mod timeline;
mod turnout;
pub mod types;

use std::sync::Arc;

use ashkar_centre::Centre;
use axum::Router;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::routing::get;
use jiff::tz::TimeZone;

use self::types::ConstituencyQuery;
use crate::http::caching::Cached;
use crate::http::problem::Problem;
use crate::http::single_flight::{Generated, SingleFlight};

pub use openapi::document as openapi_document;

/// The routes below `/api/v1`.
pub fn routes() -> Router<Arc<Centre>> {
    Router::new()
        .route("/election", get(election::election))
        .route("/constituencies", get(election::constituencies))
        .route("/stations", get(stations::list))
        .route("/stations/{constituency}/{station}", get(stations::one))
        .route("/cameras/{constituency}/{station}/{camera}/timeline", get(timeline::timeline))
        .route("/turnout", get(turnout::turnout))
        .route("/openapi.json", get(openapi::show))
}

/// What looks at every camera, made once for all who ask.
pub(crate) fn shared_routes<S: Clone + Send + Sync + 'static>(centre: &Arc<Centre>) -> Router<S> {
    Router::new()
        .route("/api/v1/day", get(day::day))
        .route("/api/v1/status", get(status::json))
        .route("/api/v1/status.csv", get(status::csv))
        .with_state(Arc::new(Pictures::new(centre)))
}

/// The centre, and the newest answers about all of its cameras.
#[derive(Debug)]
struct Pictures {
    centre: Arc<Centre>,
    answers: SingleFlight<(Kind, Option<u16>)>,
}

/// Which of the shared answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Day,
    Status,
    StatusCsv,
}

impl Pictures {
    fn new(centre: &Arc<Centre>) -> Self {
        Self { centre: Arc::clone(centre), answers: SingleFlight::default() }
    }

    /// The answer about the country or the constituency that is asked for, by `make` where there is none that is fresh.
    async fn get(
        &self,
        kind: Kind,
        query: Result<Query<ConstituencyQuery>, QueryRejection>,
        make: fn(&Centre, Option<u16>) -> Result<Cached, Problem>,
    ) -> Result<Arc<Generated>, Problem> {
        let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
        if let Some(number) = query.constituency
            && !self.centre.registry().stations().any(|station| station.id.constituency == number)
        {
            let detail = format!("No station of constituency {number} is on the list.");
            return Err(Problem::not_found(detail));
        }
        let centre = Arc::clone(&self.centre);
        self.answers.get(&(kind, query.constituency), move || make(&centre, query.constituency)).await
    }
}

/// The zone in which times are shown (I9).
pub(crate) fn zone(centre: &Centre) -> TimeZone {
    let name = centre.registry().election.time_zone.name().to_owned();
    jiff::tz::TimeZoneDatabase::bundled().get(&name).unwrap_or(TimeZone::UTC)
}
