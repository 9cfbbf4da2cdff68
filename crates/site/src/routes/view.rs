//! The still by which a camera's view was approved: what two people saw.

use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_election::{Asked, ViewPhase};
use ashkar_terms::CameraId;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use super::dvr::still_problem;
use crate::http::caching::Cached;
use crate::http::problem::Problem;
use crate::routes::access::{kept, known, public};

/// `GET /view/{constituency}/{station}/{camera}/{phase}.jpg`
pub(crate) async fn still(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, camera, file)): Path<(u16, u16, u8, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let phase = file.strip_suffix(".jpg").and_then(ViewPhase::named);
    let phase = phase.ok_or_else(|| {
        Problem::not_found("An approved view is called /view/7/12/1/voting.jpg, or count.jpg.")
    })?;
    let id = CameraId::new(constituency, station, camera);
    known(&centre, id)?;
    let (name, jpeg) =
        centre.approved_still(id, phase).await.map_err(|failure| still_problem(id, failure))?;
    let cache = HeaderValue::from_static(kept(public(&centre, id, Asked::Now)?));
    let etag = format!("\"{name}\"");
    Ok(Cached { body: jpeg, content_type: "image/jpeg", cache, etag }.respond(&headers))
}
