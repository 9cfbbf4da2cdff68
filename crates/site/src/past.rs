//! What was: playlists of a span, stills of a moment.

use std::sync::Arc;

use ashkar_centre::{Centre, LIVE_SLACK_US, StillFailure};
use ashkar_live::{Item, SegmentItem, dvr_playlist};
use ashkar_terms::{CameraId, UtcMicros};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::media::{PLAYLIST_TYPE, known};
use crate::problem::Problem;
use crate::respond::{Cached, IMMUTABLE};
use crate::times;

/// The latest still may be this old in a cache.
const LATEST_STILL: &str = "public, max-age=10";
/// A span that is not over yet grows with each segment.
const GROWING: &str = "public, max-age=1";

/// The span of `/dvr`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DvrQuery {
    from: String,
    to: String,
}

/// The moment of `/still`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StillQuery {
    at: Option<String>,
}

/// `GET /dvr/{constituency}/{station}/{camera}/index.m3u8?from&to`
pub(crate) async fn dvr_playlist_of(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, camera)): Path<(u16, u16, u8)>,
    query: Result<Query<DvrQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|_| Problem::bad_request("from and to are wanted, both RFC 3339 times"))?;
    let id = CameraId::new(constituency, station, camera);
    known(&centre, id)?;
    let span = times::span(times::read("from", &query.from)?, times::read("to", &query.to)?)?;
    allowed(&centre)?;
    let now = centre.now().wall;
    let ended = span.to.plus(LIVE_SLACK_US) < now;
    let archive = centre.archive().clone();
    let text = tokio::task::spawn_blocking(move || {
        let entries = archive.segments(id, span)?;
        let items: Vec<Item> = entries.iter().map(item).collect();
        let found = !items.is_empty();
        Ok::<_, ashkar_archive::ReadError>(found.then(|| dvr_playlist(archive.id(), id, &items, span, ended)))
    })
    .await
    .map_err(|error| Problem::internal(&error))?
    .map_err(|error| Problem::internal(&error))?;
    let text = text.ok_or_else(|| {
        Problem::not_found(format!(
            "Nothing of camera {id} was recorded in this span; its timeline says why."
        ))
    })?;
    Ok(Cached::new(text, PLAYLIST_TYPE, if ended { IMMUTABLE } else { GROWING }).respond(&headers))
}

fn item(entry: &ashkar_archive::SegmentEntry) -> Item {
    Item::Segment(SegmentItem {
        number: entry.segment,
        start: entry.start,
        duration: entry.duration,
        init: entry.init,
        discontinuity: entry.discontinuity,
    })
}

/// When the picture of a still was taken, RFC 3339, UTC: at most some seconds before the moment that was asked for.
const PICTURE_TIME: HeaderName = HeaderName::from_static("picture-time");

/// `GET /still/{constituency}/{station}/{camera}.jpg?at`
pub(crate) async fn still(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, file)): Path<(u16, u16, String)>,
    query: Result<Query<StillQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::bad_request("at is an RFC 3339 time"))?;
    let camera = file.strip_suffix(".jpg").and_then(|number| number.parse::<u8>().ok());
    let camera = camera.ok_or_else(|| Problem::not_found("A still is called /still/7/12/1.jpg."))?;
    let id = CameraId::new(constituency, station, camera);
    known(&centre, id)?;
    let (still, cache) = match query.at {
        None => (centre.latest_still(id).await, LATEST_STILL),
        Some(at) => {
            let at = times::read("at", &at)?;
            allowed(&centre)?;
            (centre.still_at(id, at).await, cache_of_moment(at, centre.now().wall))
        }
    };
    let still = still.map_err(|failure| told(id, failure))?;
    let mut response = Cached::new(still.jpeg, "image/jpeg", cache).respond(&headers);
    if let Ok(at) = HeaderValue::from_str(&times::write(still.at, &TimeZone::UTC)) {
        response.headers_mut().insert(PICTURE_TIME, at);
    }
    Ok(response)
}

fn cache_of_moment(at: UtcMicros, now: UtcMicros) -> &'static str {
    if at.plus(LIVE_SLACK_US) < now { IMMUTABLE } else { GROWING }
}

fn told(id: CameraId, failure: StillFailure) -> Problem {
    match failure {
        StillFailure::NoPicture => Problem::not_found(format!("Camera {id} has no picture of this moment.")),
        StillFailure::Codec => Problem::not_found(format!(
            "Camera {id} sends H.265, of which no stills are made; watch the video."
        )),
        StillFailure::Busy => Problem::unavailable("Too many stills are being made; try again in a moment."),
        StillFailure::Failed(reason) => Problem::internal(&reason),
    }
}

/// Whether the election's policy lets the public go back in time now.
fn allowed(centre: &Centre) -> Result<(), Problem> {
    if centre.rewind_is_public() {
        Ok(())
    } else {
        Err(Problem::not_allowed("The commission has not opened the archive to the public at this time."))
    }
}
