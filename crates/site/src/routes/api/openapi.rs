//! The description of the API. `docs/reference/openapi.json` has the same text, and a test compares them.

use axum::http::HeaderMap;
use axum::response::Response;
use utoipa::OpenApi;

use super::report::{NewReport, Reported};
use super::types::{
    CameraApproval, CompletenessView, ConstituencyView, DayView, ElectionView, StationDetail, StationStatus,
    StatusView, TimelineEntry, Turnouts,
};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Aşkar",
        description = "Polling stations on air: what is live, what was, and what is missing. No login; read only, but for reports of what is wrong with a picture.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        super::election::election,
        super::election::constituencies,
        super::stations::list,
        super::stations::one,
        super::timeline::timeline,
        super::view::view,
        super::report::report,
        super::turnout::turnout,
        super::day::day,
        super::status::json,
        super::status::csv,
        super::completeness::json,
        super::completeness::csv
    ),
    components(schemas(
        ElectionView,
        ConstituencyView,
        StationStatus,
        StationDetail,
        TimelineEntry,
        CameraApproval,
        NewReport,
        Reported,
        Turnouts,
        DayView,
        StatusView,
        CompletenessView,
        Problem
    ))
)]
struct Description;

/// The description as JSON text.
///
/// # Errors
/// None in practice: it is generated from this program's own types.
pub fn document() -> Result<String, serde_json::Error> {
    let mut text = Description::openapi().to_pretty_json()?;
    text.push('\n');
    Ok(text)
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn show(headers: HeaderMap) -> Result<Response, Problem> {
    let text = document().map_err(|error| Problem::internal(&error))?;
    Ok(Cached::new(text, "application/json", BRIEF).respond(&headers))
}

#[cfg(test)]
mod tests {
    /// After an intended change: `ashkar openapi > docs/reference/openapi.json`.
    #[test]
    fn the_committed_description_is_this_one() {
        let committed = include_str!("../../../../../docs/reference/openapi.json");
        assert!(
            super::document().unwrap() == committed,
            "docs/reference/openapi.json is not what the API is"
        );
    }
}
