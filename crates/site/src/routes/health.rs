//! `/healthz` and `/readyz`: for supervisors and load balancers.

use std::sync::Arc;

use ashkar_archive::DiskState;
use ashkar_centre::Centre;
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// `GET /healthz`: the process responds.
pub(crate) async fn healthz() -> Response {
    ([(header::CACHE_CONTROL, "no-store")], "ok\n").into_response()
}

/// `GET /readyz`: the centre accepts cameras and records them; 503 if the disk does not accept the recording, and if no
/// election is described yet: such a centre knows no camera, and perhaps only its disk is not mounted.
pub(crate) async fn readyz(State(centre): State<Arc<Centre>>) -> Response {
    let disk = centre.archive().status().state;
    let records = matches!(disk, DiskState::Ok | DiskState::NearlyFull);
    let takes_in = centre.rtmp_address().is_some();
    let described = centre.registry().snapshot.election.is_some();
    let status =
        if records && takes_in && described { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "ready": status == StatusCode::OK, "disk": disk.name(), "takes_cameras_in": takes_in,
        "described": described });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
