//! Stations: found, filtered, one by one.

use std::cmp::Reverse;
use std::sync::Arc;

use ashkar_centre::{Centre, Registry, Sound, badness};
use ashkar_election::{Act, Constituency, HiddenWhy, Station, StationId};
use ashkar_terms::{CameraId, Cause, Moment, State as CameraStateName, UtcMicros};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::tz::TimeZone;

use super::election::phase_name;
use super::types::{
    CameraView, MarkView, OwedView, Page, Place, StationDetail, StationStatus, StationsQuery,
};
use crate::http::caching::{BRIEF, Cached};
use crate::http::problem::Problem;
use crate::routes::times;

/// Items of a page by default, and at most.
const DEFAULT_LIMIT: usize = 1000;
const MAX_LIMIT: usize = 10_000;
/// Longest search text, bytes.
const MAX_SEARCH_BYTES: usize = 200;

/// Polling stations with cameras, ordered by number; search results best first; or as `order` says.
#[utoipa::path(get, path = "/api/v1/stations", params(StationsQuery),
    responses((status = 200, body = Page<StationStatus>), (status = 400, body = Problem)))]
pub(crate) async fn list(
    State(centre): State<Arc<Centre>>,
    query: Result<Query<StationsQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| Problem::bad_request(error.body_text()))?;
    let order = query.order.as_deref().map(Order::read).transpose()?;
    let registry = centre.registry();
    let teller = Teller::new(&centre, &registry);
    let mut found = found(&registry, &query)?;
    if order == Some(Order::BoxesOpened) {
        teller.by_boxes_opened(&mut found);
    }
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let start: usize = match &query.cursor {
        Some(cursor) => {
            cursor.parse().map_err(|_| Problem::bad_request("cursor is not one that was given out"))?
        }
        None => 0,
    };
    let mut matching: Vec<StationStatus> = found
        .into_iter()
        .filter(|station| query.constituency.is_none_or(|number| station.id.constituency == number))
        .map(|station| teller.status(station))
        .filter(|status| query.state.as_deref().is_none_or(|state| status.state == state))
        .collect();
    if order == Some(Order::LeastWatched) {
        matching.retain(|station| station.state == CameraStateName::Live.name());
        matching.sort_by_key(|station| station.watched);
    }
    let total = matching.len();
    let items: Vec<_> = matching.into_iter().skip(start).take(limit).collect();
    let reached = start.saturating_add(items.len());
    let next = (reached < total).then(|| reached.to_string());
    Ok(Cached::json(&Page { items, total, next }, BRIEF)?.respond(&headers))
}

/// An order other than by number; equal stations stay ordered by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Live stations, those with the fewest viewers first.
    LeastWatched,
    /// Stations whose boxes were opened, the newest first.
    BoxesOpened,
}

impl Order {
    fn read(text: &str) -> Result<Self, Problem> {
        match text {
            "least_watched" => Ok(Self::LeastWatched),
            "boxes_opened" => Ok(Self::BoxesOpened),
            _ => Err(Problem::bad_request("order is least_watched or boxes_opened")),
        }
    }
}

fn found<'a>(registry: &'a Registry, query: &StationsQuery) -> Result<Vec<&'a Station>, Problem> {
    const STATES: [&str; 5] = ["live", "late", "missing", "hidden", "due"];
    if let Some(state) = &query.state
        && !STATES.contains(&state.as_str())
    {
        return Err(Problem::bad_request("state is one of live, late, missing, hidden, due"));
    }
    let text = query.q.as_deref().map(str::trim).unwrap_or_default();
    if text.len() > MAX_SEARCH_BYTES {
        return Err(Problem::bad_request("q is longer than 200 bytes"));
    }
    if text.is_empty() {
        return Ok(registry.stations().collect());
    }
    Ok(registry.search.find(text).into_iter().filter_map(|id| registry.station(id)).collect())
}

/// A station with everything that its page shows.
#[utoipa::path(get, path = "/api/v1/stations/{constituency}/{station}",
    params(("constituency" = u16, Path), ("station" = u16, Path)),
    responses((status = 200, body = StationDetail), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station)): Path<(u16, u16)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = StationId::new(constituency, station);
    let registry = centre.registry();
    let found = registry
        .station(id)
        .ok_or_else(|| Problem::not_found(format!("There is no station {id} on the list.")))?;
    let detail = Teller::new(&centre, &registry).detail(found);
    Ok(Cached::json(&detail, BRIEF)?.respond(&headers))
}

/// The worst state among the cameras of `station`; not due if it has none.
pub(super) fn state_of(
    centre: &Centre,
    registry: &Registry,
    station: StationId,
    now: Moment,
) -> CameraStateName {
    let states = registry.cameras_of(station).map(|camera| centre.state_with(registry, camera.id, now).state);
    states.fold(CameraStateName::Due, worse)
}

fn worse(one: CameraStateName, other: CameraStateName) -> CameraStateName {
    if badness(other) > badness(one) { other } else { one }
}

/// Describes stations as they are at one moment.
struct Teller<'a> {
    centre: &'a Centre,
    registry: &'a Registry,
    now: Moment,
    zone: TimeZone,
}

impl<'a> Teller<'a> {
    fn new(centre: &'a Centre, registry: &'a Registry) -> Self {
        Self { centre, registry, now: centre.now(), zone: super::zone(centre) }
    }

    fn status(&self, station: &Station) -> StationStatus {
        let mut worst = CameraStateName::Due;
        let (mut cameras, mut watched) = (Vec::with_capacity(1), 0_u32);
        for camera in self.registry.cameras_of(station.id) {
            let state = self.centre.state_with(self.registry, camera.id, self.now);
            worst = worse(worst, state.state);
            let sub = self.registry.snapshot.sub_stream_of(camera.id);
            for stream in [Some(camera), sub].into_iter().flatten() {
                let of_stream = self.centre.camera(stream.id).map_or(0, |camera| camera.live.watched());
                watched = watched.saturating_add(of_stream);
            }
            cameras.push(CameraView {
                id: camera.id.to_string(),
                state: state.state.name(),
                since: state.since.map(|at| times::write(at, &self.zone)),
                cause: state.cause.map(Cause::name),
                hidden: state.hidden.map(HiddenWhy::name),
                hidden_since: self.hidden_since(camera.id).map(|at| times::write(at, &self.zone)),
                reason: self.reason(camera.id, state.cause),
                sound: state.sound.map(Sound::name),
                sub: sub.map(|sub| sub.id.to_string()),
            });
        }
        StationStatus {
            id: station.id.to_string(),
            constituency: station.id.constituency,
            station: station.id.station,
            venue: station.venue.clone(),
            address: Some(station.address.clone()).filter(|address| !address.is_empty()),
            voters: station.voters,
            coordinates: station.coordinates.map(|place| Place { lat: place.lat(), lon: place.lon() }),
            state: worst.name(),
            watched,
            boxes_opened: self.boxes_opened(station).map(|at| times::write(at, &self.zone)),
            cameras,
        }
    }

    /// Since when a hidden camera has been so, unless it always was.
    fn hidden_since(&self, camera: CameraId) -> Option<UtcMicros> {
        self.registry.hidden_at(camera, self.now.wall)?.1
    }

    /// What is wrong with the media that a camera sends.
    fn reason(&self, camera: CameraId, cause: Option<Cause>) -> Option<String> {
        cause.filter(|cause| *cause == Cause::Source)?;
        self.centre.camera(camera)?.status(self.now).unusable.map(|(_, reason)| reason)
    }

    /// When the mobile or the stationary box of `station` was opened, whichever was later.
    fn boxes_opened(&self, station: &Station) -> Option<UtcMicros> {
        let marks = self.registry.snapshot.marks.get(&station.id)?;
        let opened = [Act::MobileBox, Act::StationaryBox].into_iter().filter_map(|act| marks.at(act));
        opened.filter(|at| *at <= self.now.wall).max()
    }

    /// Keeps only those whose boxes were opened, the newest first.
    fn by_boxes_opened(&self, stations: &mut Vec<&Station>) {
        stations.retain(|station| self.boxes_opened(station).is_some());
        stations.sort_by_key(|station| Reverse(self.boxes_opened(station)));
    }

    fn detail(&self, station: &Station) -> StationDetail {
        let number = station.id.constituency;
        let named = self.registry.snapshot.published_list().constituency(number).cloned();
        let constituency = named.unwrap_or_else(|| Constituency::unnamed(number));
        let marks = self.registry.snapshot.marks_of(station.id);
        let election = &self.registry.election;
        let owed = self.registry.snapshot.owed(election, station.id);
        let write = |at| times::write(at, &self.zone);
        StationDetail {
            station: self.status(station),
            constituency_display: constituency.titles().into(),
            full_name: constituency.station_titles(station.id.station).into(),
            phase: phase_name(election.phase_at(self.now.wall, &marks)),
            marks: marks.iter().map(|mark| MarkView { act: mark.act.name(), at: write(mark.at) }).collect(),
            owed: OwedView { from: write(owed.from), to: owed.to.map(write) },
        }
    }
}
