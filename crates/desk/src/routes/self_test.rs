//! The chair's self-test: a link from a printed sheet, the station's own picture, three answers. No account: the link's
//! secret, 160 random bits, is the right to one station's pictures and answers, and a new link makes it void. It stands in
//! the fragment of the page's address and comes in bodies.

use std::sync::Arc;
use std::time::Instant;

use ashkar_credentials::throttle::Name;
use ashkar_election::{Answers, EntryId, LinkToken, Refusal as Refused, StationId};
use ashkar_terms::CameraId;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::views::{no_picture, picture};
use crate::Desk;
use crate::caller::{Asked, Caller};
use crate::given::{At, Given};
use crate::refusal::Refusal;
use crate::table::Answer;

/// All links count as one account, as with invitations.
const LINKS: Name<'static> = Name::Unknown("self-test");

/// A new link for the chair of a station; the former one is void.
pub(super) async fn issue(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    place: At<(u16, u16)>,
    headers: axum::http::HeaderMap,
) -> Answer<Value> {
    let station = super::programme::listed(&desk, place)?;
    let token = desk.store.issue_link(station, &caller.actor(None)).await?;
    let origin = super::people::origin(&desk, &headers);
    Ok(Json(json!({ "station": station, "link": format!("{origin}/desk/self-test#{}", token.reveal()) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    token: String,
}

/// The station of a link that is good.
async fn linked(desk: &Desk, asked: &Asked, token: &str) -> Result<(StationId, LinkToken), Refusal> {
    let attempt = desk.attempts.attempt(LINKS, asked.client, Instant::now())?;
    let void = || Refusal::from(ashkar_election::ProgrammeError::from(Refused::Link));
    let token: LinkToken = token.parse().map_err(|_| void())?;
    let station = desk.programme.with(desk, |programme| programme.station_of_link(&token)).await?;
    let station = station.ok_or_else(void)?;
    desk.attempts.take_back(attempt);
    Ok((station, token))
}

/// The cameras of a station.
fn cameras(desk: &Desk, station: StationId) -> Vec<CameraId> {
    let registry = desk.centre.registry();
    let cameras = registry.snapshot.cameras_of(station).iter();
    cameras.filter(|camera| camera.enabled).map(|camera| camera.id).collect()
}

/// What the chair sees first: which station it is, and its cameras.
pub(super) async fn look(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    Given(look): Given<Look>,
) -> Answer<Value> {
    let (station, _) = linked(&desk, &asked, &look.token).await?;
    let registry = desk.centre.registry();
    let venue = registry.newest_station(station).map_or("", |station| &*station.venue);
    Ok(Json(json!({ "station": station, "venue": venue, "cameras": cameras(&desk, station) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    token: String,
    camera: CameraId,
}

/// The picture of one of the station's cameras, as its public would see it.
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    Given(wanted): Given<Picture>,
) -> Result<Response, Refusal> {
    let (station, _) = linked(&desk, &asked, &wanted.token).await?;
    let camera = wanted.camera;
    if !cameras(&desk, station).contains(&camera) {
        return Err(Refusal::absent("This camera is none of the station's."));
    }
    let still = desk.centre.full_still(camera).await.map_err(|failure| no_picture(camera, failure))?;
    Ok(picture(still.jpeg, still.at))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    token: String,
    id: EntryId,
    room: bool,
    box_and_tables: bool,
    no_booth: bool,
}

/// Records the chair's answers, once.
pub(super) async fn answer(
    State(desk): State<Arc<Desk>>,
    asked: Asked,
    Given(answered): Given<Answered>,
) -> Answer<Value> {
    let (_, token) = linked(&desk, &asked, &answered.token).await?;
    let Answered { id, room, box_and_tables, no_booth, .. } = answered;
    let answers = Answers { room, box_and_tables, no_booth };
    let by = asked.actor_again("chair");
    let (station, recorded) = desk.store.answer_self_test(&token, id, answers, &by).await?;
    Ok(Json(json!({ "station": station, "recorded": recorded })))
}
