//! DVR: playlists of a span, and stills of a moment.

use std::sync::{Arc, LazyLock};

use ashkar_centre::{Centre, DvrFailure, LIVE_SLACK_US, StillFailure};
use ashkar_election::Asked;
use ashkar_live::{Item, dvr_playlist};
use ashkar_terms::{CameraId, Span};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use jiff::tz::TimeZone;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use crate::http::caching::Cached;
use crate::http::client::Client;
use crate::http::fair_semaphore::FairSemaphore;
use crate::http::offload;
use crate::http::problem::Problem;
use crate::routes::access::{denied, kept, known, public};
use crate::routes::media::PLAYLIST_TYPE;
use crate::routes::times;

/// Maximum age of the latest still in a cache.
const LATEST_STILL: &str = "public, max-age=10, must-revalidate";
/// A span that is not over yet grows with each segment.
const GROWING: &str = "public, max-age=1, must-revalidate";
/// Bytes of recently requested playlists of past spans.
const PLAYLISTS_BYTES: u64 = 16 << 20;
/// An estimate of their number, for the cache's tables.
const PLAYLISTS: usize = 1024;

/// Stills that are decoded at once, including the reads for them. Each client has its share of the time, so nobody's
/// requests keep all others from theirs.
static DECODERS: LazyLock<Arc<FairSemaphore>> = LazyLock::new(|| {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    FairSemaphore::new(processors, offload::QUEUE_TIMEOUT)
});

/// Playlists of past spans.
#[derive(Debug)]
pub(crate) struct Dvr {
    centre: Arc<Centre>,
    playlists: Cache<PlaylistKey, Cached, BodyBytes>,
}

/// Camera, span, and, if media of the past are listed, how many segments of them there were: with each, a playlist is
/// made anew.
type PlaylistKey = (CameraId, Span, Option<u64>);

#[derive(Debug, Clone, Copy)]
struct BodyBytes;

impl Weighter<PlaylistKey, Cached> for BodyBytes {
    fn weight(&self, _: &PlaylistKey, playlist: &Cached) -> u64 {
        playlist.body.len() as u64
    }
}

impl Dvr {
    pub(crate) fn new(centre: &Arc<Centre>) -> Self {
        let playlists = Cache::with_weighter(PLAYLISTS, PLAYLISTS_BYTES, BodyBytes);
        Self { centre: Arc::clone(centre), playlists }
    }

    /// The playlist of `span`, which is `ended` if nothing can be added to it any more.
    fn make_playlist(
        &self,
        id: CameraId,
        span: Span,
        ended: bool,
        cancelled: &CancellationToken,
    ) -> Result<Cached, Problem> {
        // Generated for another request while this one waited for its turn.
        if let Some(made) = self.remembered(id, span).filter(|_| ended) {
            return Ok(made);
        }
        let key = self.key(id, span);
        let is_open = || self.centre.registry().hidden(id).is_empty();
        let was_open = is_open();
        let segments =
            self.centre.segments(id, span, cancelled).map_err(|failure| playlist_problem(&failure))?;
        let items: Vec<Item> = segments.into_iter().map(Item::Segment).collect();
        if items.is_empty() {
            return Err(Problem::not_found(format!(
                "Nothing of camera {id} was recorded in this span, or what was is hidden; its timeline says why."
            )));
        }
        let text = dvr_playlist(self.centre.archive().id(), id, &items, span, ended);
        let made = Cached::new(text, PLAYLIST_TYPE, GROWING);
        // If times are hidden, its text depends on them.
        if ended && was_open && is_open() {
            self.playlists.insert(key, made.clone());
        }
        Ok(made)
    }

    fn key(&self, id: CameraId, span: Span) -> PlaylistKey {
        let lists_past = self.centre.lists_past(span);
        (id, span, lists_past.then(|| self.centre.archive().past_segments(id)))
    }

    fn remembered(&self, id: CameraId, span: Span) -> Option<Cached> {
        self.centre.registry().hidden(id).is_empty().then(|| self.playlists.get(&self.key(id, span)))?
    }
}

fn playlist_problem(failure: &DvrFailure) -> Problem {
    match failure {
        DvrFailure::TooMany => Problem::bad_request(failure.to_string()),
        DvrFailure::Cancelled => Problem::unavailable("Whoever asked has left."),
        DvrFailure::Archive(error) => Problem::internal(error),
    }
}

/// The query of `/dvr`: a span.
#[derive(Debug, Deserialize)]
pub(crate) struct DvrQuery {
    from: String,
    to: String,
}

/// The query of `/still`: a moment.
#[derive(Debug, Deserialize)]
pub(crate) struct StillQuery {
    at: Option<String>,
}

/// `GET /dvr/{constituency}/{station}/{camera}/index.m3u8?from&to`
///
/// The response covers the span of the grid ([`times::on_grid`]) around the requested one.
pub(crate) async fn playlist(
    State(dvr): State<Arc<Dvr>>,
    Path((constituency, station, camera)): Path<(u16, u16, u8)>,
    query: Result<Query<DvrQuery>, QueryRejection>,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|error| {
        Problem::bad_request(format!("from and to are wanted, once each, both RFC 3339 times: {error}"))
    })?;
    let id = CameraId::new(constituency, station, camera);
    known(&dvr.centre, id)?;
    let span = times::span(times::read("from", &query.from)?, times::read("to", &query.to)?)?;
    let span = times::on_grid(span);
    let allowed = public(&dvr.centre, id, Asked::List(span))?;
    let ended = span.to.plus(LIVE_SLACK_US) < dvr.centre.now().wall;
    let made = match dvr.remembered(id, span).filter(|_| ended) {
        Some(made) => made,
        None => {
            let cancelled = CancellationToken::new();
            // Cancelled when this future is dropped: if the client leaves, the work stops.
            let _guard = cancelled.clone().drop_guard();
            let making = Arc::clone(&dvr);
            offload::run(client, move || making.make_playlist(id, span, ended, &cancelled)).await??
        }
    };
    // The request may have waited; what was withdrawn meanwhile is not served.
    let allowed = public(&dvr.centre, id, Asked::List(span)).map(|_| allowed)?;
    let cache = HeaderValue::from_static(if ended { kept(allowed) } else { GROWING });
    let mut response = Cached { cache, ..made }.respond(&headers);
    let write = |at| times::write(at, &TimeZone::UTC).replace("+00:00", "Z");
    let canonical = format!("/dvr/{id}/index.m3u8?from={}&to={}", write(span.from), write(span.to));
    if let Ok(canonical) = HeaderValue::from_str(&canonical) {
        response.headers_mut().insert(header::CONTENT_LOCATION, canonical);
    }
    Ok(response)
}

/// When the picture of a still was taken, RFC 3339, UTC: at most some seconds before the requested moment.
const PICTURE_TIME: HeaderName = HeaderName::from_static("picture-time");

/// `GET /still/{constituency}/{station}/{camera}.jpg?at`
pub(crate) async fn still(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, file)): Path<(u16, u16, String)>,
    query: Result<Query<StillQuery>, QueryRejection>,
    client: Client,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) =
        query.map_err(|error| Problem::bad_request(format!("at is one RFC 3339 time: {error}")))?;
    let camera = file.strip_suffix(".jpg").and_then(|number| number.parse::<u8>().ok());
    let camera = camera.ok_or_else(|| Problem::not_found("A still is called /still/7/12/1.jpg."))?;
    let id = CameraId::new(constituency, station, camera);
    known(&centre, id)?;
    let admit = move || async move { DECODERS.acquire(client).await.ok() };
    let (still, cache) = match query.at {
        None => (centre.latest_still(id, admit).await, LATEST_STILL),
        Some(at) => {
            let at = times::read("at", &at)?;
            let span = Span { from: at, to: at.plus(1) };
            let cache = cache_of_moment(&centre, id, span)?;
            (centre.still_at(id, at, admit).await, cache)
        }
    };
    let still = still.map_err(|failure| still_problem(id, failure))?;
    let mut response = Cached::new(still.jpeg, "image/jpeg", cache).respond(&headers);
    if let Ok(at) = HeaderValue::from_str(&times::write(still.at, &TimeZone::UTC)) {
        response.headers_mut().insert(PICTURE_TIME, at);
    }
    Ok(response)
}

fn cache_of_moment(centre: &Centre, id: CameraId, at: Span) -> Result<&'static str, Problem> {
    let allowed = public(centre, id, Asked::Time(at))?;
    let is_over = at.from.plus(LIVE_SLACK_US) < centre.now().wall;
    Ok(if is_over { kept(allowed) } else { GROWING })
}

pub(crate) fn still_problem(id: CameraId, failure: StillFailure) -> Problem {
    match failure {
        StillFailure::Denied(denial) => denied(id, denial),
        StillFailure::NoPicture => Problem::not_found(format!("Camera {id} has no such picture.")),
        StillFailure::Codec => Problem::not_found(format!(
            "Camera {id} sends H.265, of which no stills are made; watch the video."
        )),
        StillFailure::Busy => Problem::unavailable("Too many stills are being made; try again in a moment."),
        StillFailure::Failed(reason) => Problem::internal(&reason),
    }
}
