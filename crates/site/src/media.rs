//! Playlists and media: what players ask for, and what caches keep (I6).

use std::sync::Arc;

use ashkar_centre::{Camera, Centre};
use ashkar_live::{PartError, PlaylistError, Query};
use ashkar_terms::CameraId;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http_body_util::StreamBody;

use crate::problem::Problem;
use crate::respond::{Cached, IMMUTABLE};

/// Media type of playlists (RFC 8216, section 4).
pub(crate) const PLAYLIST_TYPE: &str = "application/vnd.apple.mpegurl";
const MEDIA_TYPE: &str = "video/mp4";

/// What a media file name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MediaName {
    Init([u8; 8]),
    Segment(u64),
    Part(u64, u16),
}

/// `GET /live/{constituency}/{station}/{camera}/index.m3u8`
pub(crate) async fn live_playlist(
    State(centre): State<Arc<Centre>>,
    Path((constituency, station, camera)): Path<(u16, u16, u8)>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = CameraId::new(constituency, station, camera);
    let parsed = Query::parse(raw.as_deref().unwrap_or_default())
        .map_err(|error| Problem::bad_request(error.to_string()))?;
    if !parsed.canonical {
        return Ok(to_canonical(id, parsed.query));
    }
    let camera = known(&centre, id)?;
    let playlist = camera.live.playlist(parsed.query).await.map_err(|error| refused(id, error))?;
    let cached = Cached {
        body: playlist.body,
        content_type: PLAYLIST_TYPE,
        cache: HeaderValue::from_static(playlist.cache.header()),
        etag: playlist.etag,
    };
    Ok(cached.respond(&headers))
}

/// Sends all who ask for the same thing to the same address, so that a cache asks once.
fn to_canonical(id: CameraId, query: Query) -> Response {
    let query = query.canonical();
    let mark = if query.is_empty() { "" } else { "?" };
    let location = format!("/live/{id}/index.m3u8{mark}{query}");
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    response
}

fn refused(id: CameraId, error: PlaylistError) -> Problem {
    let problem = match error {
        PlaylistError::TooFarAhead | PlaylistError::PartWithoutMsn => Problem::bad_request(error.to_string()),
        PlaylistError::Unavailable => {
            Problem::unavailable(format!("Camera {id} sends nothing at the moment."))
        }
        PlaylistError::NotStarted => Problem::not_found(format!("Camera {id} has not been on air yet.")),
    };
    Problem { cache: error.cache().header(), ..problem }
}

/// `GET /media/{archive}/{constituency}/{station}/{camera}/{name}`
pub(crate) async fn media(
    State(centre): State<Arc<Centre>>,
    Path((archive, constituency, station, camera, name)): Path<(String, u16, u16, u8, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = CameraId::new(constituency, station, camera);
    let absent = || Problem::not_found(format!("Camera {id} has no media named {name}."));
    let wanted = parse_name(&name).filter(|_| archive == centre.archive().id()).ok_or_else(absent)?;
    // The address names these bytes for ever, so the name is the tag, and who has one has the bytes.
    let etag = format!("\"{archive}/{id}/{name}\"");
    let camera = known(&centre, id)?;
    let chunks = match wanted {
        MediaName::Init(init) => find_init(&centre, &camera, init).await?,
        MediaName::Segment(number) => find_segment(&centre, &camera, number).await?,
        MediaName::Part(segment, part) => find_part(&centre, &camera, segment, part).await?,
    };
    let chunks = chunks.ok_or_else(absent)?;
    Ok(respond_chunks(chunks, etag, &headers))
}

async fn find_init(centre: &Centre, camera: &Camera, init: [u8; 8]) -> Result<Option<Vec<Bytes>>, Problem> {
    if let Some(bytes) = camera.live.init(init) {
        return Ok(Some(vec![bytes]));
    }
    let (archive, id) = (centre.archive().clone(), camera.id);
    blocking(move || Ok(archive.init(id, init)?.map(|found| vec![found.bytes.clone()]))).await
}

async fn find_segment(centre: &Centre, camera: &Camera, number: u64) -> Result<Option<Vec<Bytes>>, Problem> {
    if let Some(chunks) = camera.live.segment(number) {
        return Ok(Some(chunks));
    }
    let (archive, id) = (centre.archive().clone(), camera.id);
    blocking(move || {
        let Some(entry) = archive.segment(id, number)? else { return Ok(None) };
        archive.read_segment(&entry).map(Some)
    })
    .await
}

async fn find_part(
    centre: &Centre,
    camera: &Camera,
    segment: u64,
    part: u16,
) -> Result<Option<Vec<Bytes>>, Problem> {
    match camera.live.part(segment, u32::from(part)).await {
        Ok(bytes) => return Ok(Some(vec![bytes])),
        Err(PartError::Archived) => {}
        Err(PartError::Absent) => return Ok(None),
        Err(PartError::Unavailable) => {
            return Err(Problem::unavailable(format!("Camera {} sends nothing at the moment.", camera.id)));
        }
    }
    let (archive, id) = (centre.archive().clone(), camera.id);
    blocking(move || Ok(archive.read_part(id, segment, part)?.map(|bytes| vec![bytes]))).await
}

/// Runs `read`, which waits for the disk, where it disturbs no one.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ashkar_archive::ReadError> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::internal(&error))
}

/// The chunks one after the other, without copying them together.
fn respond_chunks(chunks: Vec<Bytes>, etag: String, request: &HeaderMap) -> Response {
    let mut chunks = chunks;
    if let [_] = chunks.as_slice() {
        let body = chunks.pop().unwrap_or_default();
        return Cached { body, content_type: MEDIA_TYPE, cache: HeaderValue::from_static(IMMUTABLE), etag }
            .respond(request);
    }
    let head = Cached {
        body: Bytes::new(),
        content_type: MEDIA_TYPE,
        cache: HeaderValue::from_static(IMMUTABLE),
        etag,
    };
    let mut response = head.respond(request);
    if response.status() == StatusCode::OK {
        let length: usize = chunks.iter().map(Bytes::len).sum();
        let frames =
            chunks.into_iter().map(|chunk| Ok::<_, std::convert::Infallible>(http_body::Frame::data(chunk)));
        *response.body_mut() = Body::new(StreamBody::new(stream::iter(frames)));
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

fn parse_name(name: &str) -> Option<MediaName> {
    if let Some(hex) = name.strip_prefix("init-").and_then(|rest| rest.strip_suffix(".mp4")) {
        return parse_init(hex).map(MediaName::Init);
    }
    let stem = name.strip_suffix(".m4s")?;
    match stem.split_once('.') {
        None => number(stem).map(MediaName::Segment),
        Some((segment, part)) => Some(MediaName::Part(number(segment)?, u16::try_from(number(part)?).ok()?)),
    }
}

fn parse_init(hex: &str) -> Option<[u8; 8]> {
    let lower = hex.len() == 16 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    lower.then(|| u64::from_str_radix(hex, 16).ok().map(u64::to_be_bytes)).flatten()
}

/// Only the one way to write a number: an address that means the same twice is cached twice.
fn number(digits: &str) -> Option<u64> {
    let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    canonical.then(|| digits.parse().ok()).flatten()
}

/// The camera `id`, where the centre knows it.
pub(crate) fn known(centre: &Centre, id: CameraId) -> Result<Arc<Camera>, Problem> {
    centre.camera(id).ok_or_else(|| Problem::not_found(format!("There is no camera {id} on the list.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_media_has_one_name() {
        assert_eq!(parse_name("17.m4s"), Some(MediaName::Segment(17)));
        assert_eq!(parse_name("17.0.m4s"), Some(MediaName::Part(17, 0)));
        assert_eq!(
            parse_name("init-00ff00ff00ff00ff.mp4"),
            Some(MediaName::Init([0, 255, 0, 255, 0, 255, 0, 255]))
        );
        for name in [
            "",
            "17",
            "017.m4s",
            "+17.m4s",
            "17.70000.m4s",
            "17.1.2.m4s",
            "init-00FF00FF00FF00FF.mp4",
            "init-00.mp4",
            ".m4s",
        ] {
            assert_eq!(parse_name(name), None, "{name}");
        }
    }
}
