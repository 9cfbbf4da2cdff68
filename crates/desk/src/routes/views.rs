//! What cameras show: looked at, proposed for the public, hidden at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use ashkar_centre::{Registry, StillFailure};
use ashkar_election::{
    Approval, Hiding, HidingReason, NewViewStill, Permission, Proposal, Proposed, StillHash, StoreError,
    ViewPhase, jpeg_size,
};
use ashkar_terms::{CameraId, UtcMicros};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::given::{At, Given};
use crate::refusal::Refusal;
use crate::table::Answer;
use crate::{Desk, times};

/// A camera's address in the path.
type Place = At<(u16, u16, u8)>;

/// When the picture was taken, as the site tells it.
const PICTURE_TIME: HeaderName = HeaderName::from_static("picture-time");

/// Whether the public may see a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Public {
    Open,
    Unapproved,
    /// Its view is approved, and a draft of the list alone has it.
    Unpublished,
    Hidden,
}

impl Public {
    const fn name(self) -> &'static str {
        match self {
            Self::Open => "public",
            Self::Unpublished => "unpublished",
            Self::Unapproved => "unapproved",
            Self::Hidden => "hidden",
        }
    }
}

/// A camera's approvals and hidings, as the registry has them.
struct View<'a> {
    camera: CameraId,
    approvals: &'a [Approval],
    hidings: &'a [Hiding],
    is_draft: bool,
}

impl<'a> View<'a> {
    fn of(registry: &'a Registry, camera: CameraId) -> Self {
        let snapshot = &registry.snapshot;
        let (approvals, hidings) = (snapshot.approvals_of(camera), snapshot.hidings_of(camera));
        Self { camera, approvals, hidings, is_draft: registry.is_draft(camera) }
    }

    /// The hiding in force that began first.
    fn hidden(&self) -> Option<&Hiding> {
        self.hidings.iter().filter(|hiding| hiding.to.is_none()).min_by_key(|hiding| hiding.from)
    }

    fn public(&self) -> Public {
        match (self.approvals.is_empty(), self.hidden()) {
            (true, _) => Public::Unapproved,
            (false, Some(_)) => Public::Hidden,
            (false, None) if self.is_draft => Public::Unpublished,
            (false, None) => Public::Open,
        }
    }
}

fn approval(approval: &Approval) -> Value {
    json!({
        "phase": approval.phase,
        "at": times::text(approval.at),
        "by": [approval.proposed_by, approval.approved_by],
        "owner": approval.owner,
        "still": approval.still,
        "zones": approval.zones,
        "checks": approval.checks,
    })
}

fn hiding(hiding: &Hiding) -> Value {
    json!({
        "from": times::text(hiding.from),
        "to": hiding.to.map(times::text),
        "reason": hiding.reason,
        "text": hiding.text,
        "by": hiding.by,
        "at": times::text(hiding.at),
        "shown_by": hiding.shown_by,
    })
}

fn summary(desk: &Desk, registry: &Registry, view: &View<'_>, open: &Open) -> Value {
    let camera = view.camera;
    let station = registry.newest_station(camera.into());
    let live = desk.centre.camera(camera).is_some_and(|camera| camera.status(desk.centre.now()).live);
    let approved =
        ViewPhase::ALL.into_iter().filter_map(|phase| registry.approval(camera, phase)).map(approval);
    json!({
        "camera": camera,
        "constituency": camera.constituency,
        "station": { "id": ashkar_election::StationId::from(camera), "venue": station.map_or("", |station| &*station.venue) },
        "on_air": live,
        "public": view.public().name(),
        "approved": approved.collect::<Vec<_>>(),
        "hidden": view.hidden().map(hiding),
        "proposal": open.get(&camera),
    })
}

/// The newest open proposal about each camera.
type Open = BTreeMap<CameraId, i64>;

/// Proposals that are looked through.
const PROPOSALS: u32 = 2000;

async fn open(desk: &Desk) -> Result<Open, Refusal> {
    let about = |proposal: Proposal| match proposal.what {
        Proposed::ApproveView { camera, .. } | Proposed::ShowView { camera } => Some((camera, proposal.id)),
        _ => None,
    };
    // They come newest first; of several about one camera the newest is put in last.
    let proposals = desk.store.proposals(true, PROPOSALS).await?;
    Ok(proposals.into_iter().rev().filter_map(about).collect())
}

pub(super) async fn list(State(desk): State<Arc<Desk>>, caller: Caller) -> Answer<Vec<Value>> {
    let registry = desk.centre.registry();
    let open = open(&desk).await?;
    let profile = &caller.person.profile;
    let cameras = registry.snapshot.cameras.iter();
    let shown = cameras.filter(|camera| camera.enabled && profile.covers(camera.id.constituency));
    Ok(Json(shown.map(|camera| summary(&desk, &registry, &View::of(&registry, camera.id), &open)).collect()))
}

/// How many cameras of those are public, not approved, and hidden.
pub(super) fn counts<'a>(registry: &Registry, cameras: impl Iterator<Item = &'a CameraId>) -> [usize; 3] {
    cameras.fold([0; 3], |[public, unapproved, hidden], camera| match View::of(registry, *camera).public() {
        Public::Open => [public + 1, unapproved, hidden],
        Public::Unpublished => [public, unapproved, hidden],
        Public::Unapproved => [public, unapproved + 1, hidden],
        Public::Hidden => [public, unapproved, hidden + 1],
    })
}

/// A camera that the registry knows, and that is no sub-stream: those follow their camera.
fn known(registry: &Registry, At((constituency, station, camera)): Place) -> Result<CameraId, Refusal> {
    let id = CameraId::new(constituency, station, camera);
    match registry.snapshot.camera(id) {
        Some(camera) if camera.sub_of.is_none() => Ok(id),
        _ => Err(StoreError::NoCamera(id).into()),
    }
}

pub(super) async fn show(State(desk): State<Arc<Desk>>, place: Place) -> Answer<Value> {
    let registry = desk.centre.registry();
    let camera = known(&registry, place)?;
    full(&desk, &registry, camera).await
}

async fn full(desk: &Desk, registry: &Registry, camera: CameraId) -> Answer<Value> {
    let open = open(desk).await?;
    let view = View::of(registry, camera);
    let mut shown = summary(desk, registry, &view, &open);
    shown["approvals"] = view.approvals.iter().rev().map(approval).collect();
    shown["hidings"] = view.hidings.iter().rev().map(hiding).collect();
    Ok(Json(shown))
}

/// The picture of this moment, public or not.
pub(super) async fn now(State(desk): State<Arc<Desk>>, place: Place) -> Result<Response, Refusal> {
    let camera = known(&desk.centre.registry(), place)?;
    let still = desk.centre.full_still(camera).await.map_err(|failure| no_picture(camera, failure))?;
    Ok(picture(still.jpeg, still.at))
}

pub(super) fn picture(jpeg: Bytes, at: UtcMicros) -> Response {
    let at = HeaderValue::from_str(&times::text(at)).unwrap_or_else(|_| HeaderValue::from_static(""));
    ([(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")), (PICTURE_TIME, at)], jpeg)
        .into_response()
}

pub(super) fn no_picture(camera: CameraId, failure: StillFailure) -> Refusal {
    match failure {
        StillFailure::NoPicture | StillFailure::Denied(_) => {
            Refusal::unavailable(format!("Camera {camera} sends no picture at the moment."))
        }
        StillFailure::Codec => Refusal::unavailable(format!(
            "Camera {camera} sends H.265, of which no still is made. Set it to H.264."
        )),
        StillFailure::Busy => Refusal::unavailable("Too many stills are being made; try again in a moment."),
        StillFailure::Failed(cause) => {
            tracing::error!(%camera, %cause, blame = "centre", "a still could not be made for the desk");
            Refusal::unavailable("The still could not be made; try again in a moment.")
        }
    }
}

/// Takes a reference still: a picture that the centre took, and nobody brought.
pub(super) async fn take_still(State(desk): State<Arc<Desk>>, caller: Caller, place: Place) -> Answer<Value> {
    let camera = known(&desk.centre.registry(), place)?;
    let still = desk.centre.full_still(camera).await.map_err(|failure| no_picture(camera, failure))?;
    let size = jpeg_size(&still.jpeg).ok_or_else(|| no_picture(camera, StillFailure::NoPicture))?;
    let (width, height) = (size.0.into(), size.1.into());
    let new = NewViewStill { camera, taken_at: still.at, jpeg: &still.jpeg, width, height };
    let sha256 = desk.store.keep_view_still(&new, &caller.actor(None)).await?;
    Ok(Json(json!({ "sha256": sha256, "at": times::text(still.at), "width": width, "height": height })))
}

/// A reference still that was kept, by its name.
pub(super) async fn still(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    At(file): At<String>,
) -> Result<Response, Refusal> {
    let absent = || Refusal::absent("There is no such reference still.");
    let name: StillHash = file.strip_suffix(".jpg").and_then(|name| name.parse().ok()).ok_or_else(absent)?;
    let still = desk.store.view_still(name).await?.ok_or_else(absent)?;
    // One of another constituency is told like one that does not exist.
    if !caller.may_there(Permission::ReadViews, still.camera.constituency) {
        return Err(absent());
    }
    Ok(picture(still.jpeg.into(), still.taken_at))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hide {
    reason: HidingReason,
    text: String,
    #[serde(default)]
    from: Option<String>,
}

/// Hides a camera at once: when the answer comes, the centre shows it no more.
pub(super) async fn hide(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    place: Place,
    Given(hide): Given<Hide>,
) -> Answer<Value> {
    let camera = known(&desk.centre.registry(), place)?;
    let by = caller.actor(Some(hide.text.clone()));
    let from = match &hide.from {
        Some(text) => {
            times::parse(text).ok_or_else(|| Refusal::malformed("\"from\" is no time (RFC 3339)."))?
        }
        None => by.at,
    };
    desk.store.hide(camera, from, hide.reason, &hide.text, &by).await?;
    desk.centre.refresh().await;
    full(&desk, &desk.centre.registry(), camera).await
}
