//! What a camera was approved to show.

use std::sync::Arc;

use ashkar_centre::{Centre, Registry};
use ashkar_election::{Approval, HiddenWhy, ViewPhase};
use ashkar_terms::CameraId;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::types::{ApprovedView, CameraApproval, ZoneView};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;
use crate::routes::access::known;
use crate::routes::times;

/// Whether a camera is public, and what its view was approved to show.
#[utoipa::path(get, path = "/api/v1/cameras/{constituency}/{station}/{camera}/view",
    params(("constituency" = u16, Path), ("station" = u16, Path), ("camera" = u8, Path)),
    responses((status = 200, body = CameraApproval), (status = 404, body = Problem)))]
pub(crate) async fn view(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, camera)): Path<(u16, u16, u8)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = CameraId::new(constituency, station, camera);
    known(&centre, id)?;
    let (registry, zone, now) = (centre.registry(), super::zone(&centre), centre.now().wall);
    let hidden = registry.hidden_at(id, now);
    let told = CameraApproval {
        camera: id.to_string(),
        hidden: hidden.map(|(why, _)| HiddenWhy::name(why)),
        hidden_since: hidden.and_then(|(_, since)| since).map(|at| times::write(at, &zone)),
        approved: approved(&registry, id, &zone),
    };
    Ok(Cached::json(&told, BRIEF)?.respond(&headers))
}

/// The newest approval of each phase, in the order of the day.
fn approved(registry: &Registry, camera: CameraId, zone: &TimeZone) -> Vec<ApprovedView> {
    let approvals = ViewPhase::ALL.into_iter().filter_map(|phase| registry.approval(camera, phase));
    approvals.map(|approval| approved_view(approval, camera, zone)).collect()
}

fn approved_view(approval: &Approval, camera: CameraId, zone: &TimeZone) -> ApprovedView {
    let zones = approval.zones.iter().map(|zone| ZoneView {
        kind: zone.kind.name(),
        x: zone.x,
        y: zone.y,
        w: zone.w,
        h: zone.h,
    });
    let phase = approval.phase.name();
    ApprovedView {
        phase,
        at: times::write(approval.at, zone),
        by_owner: approval.owner,
        still: approval.still.map(|_| format!("/view/{camera}/{phase}.jpg")),
        zones: zones.collect(),
    }
}
