//! Playlists and media: what players request, and what caches keep (I6).

use std::sync::Arc;

use ashkar_centre::{Centre, MediaFailure, MediaName};
use ashkar_election::Asked;
use ashkar_live::{PlaylistError, Query, QueryError};
use ashkar_terms::CameraId;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;

use crate::COMPRESS_ABOVE_BYTES;
use crate::http::caching::{self, Cached};
use crate::http::client::Client;
use crate::http::gzip::{self, Gzipped};
use crate::http::problem::Problem;
use crate::routes::access::{denied, kept, known, public};

/// Media type of playlists (RFC 8216, section 4).
pub(crate) const PLAYLIST_TYPE: &str = "application/vnd.apple.mpegurl";
const MEDIA_TYPE: &str = "video/mp4";

/// What the response depends on beside the address. The rest of a request's head is not kept while a viewer waits.
#[derive(Debug)]
pub(crate) struct Preconditions {
    /// `If-None-Match`, and nothing else.
    none_match: HeaderMap,
    gzip: bool,
}

impl Preconditions {
    pub(crate) fn of(request: &HeaderMap) -> Self {
        let mut none_match = HeaderMap::new();
        for tag in request.get_all(header::IF_NONE_MATCH) {
            none_match.append(header::IF_NONE_MATCH, tag.clone());
        }
        Self { none_match, gzip: gzip::is_accepted(request) }
    }
}

/// `GET /live/{constituency}/{station}/{camera}/index.m3u8`
pub(crate) async fn live_playlist(
    centre: &Centre,
    gzipped: &Gzipped,
    id: CameraId,
    query: Result<Query, QueryError>,
    preconditions: Preconditions,
) -> Result<Response, Problem> {
    let query = query.map_err(|error| Problem::bad_request(error.to_string()))?;
    let camera = known(centre, id)?;
    public(centre, id, Asked::Now)?;
    let playlist = camera.live.playlist(query).await.map_err(|error| refused(id, error))?;
    let dense = preconditions.gzip && playlist.body.len() >= COMPRESS_ABOVE_BYTES as usize;
    let body = if dense {
        let compressed = gzipped.of(id, &playlist.etag, &playlist.body).await;
        compressed.map_err(|error| Problem::internal(&error))?
    } else {
        playlist.body
    };
    // The request may have waited, and so may the compression; what was withdrawn meanwhile is not served.
    public(centre, id, Asked::Now)?;
    let cache = HeaderValue::from_static(playlist.cache.header());
    let etag = if dense { playlist.etag.replacen('"', "\"gz-", 1) } else { playlist.etag };
    let mut response =
        Cached { body, content_type: PLAYLIST_TYPE, cache, etag }.respond(&preconditions.none_match);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if dense && response.status() == StatusCode::OK {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
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
    centre: &Arc<Centre>,
    archive: &str,
    id: CameraId,
    name: &str,
    preconditions: Preconditions,
    _client: Client,
) -> Result<Response, Problem> {
    let absent = || Problem::not_found(format!("Camera {id} has no media named {name}."));
    let wanted = parse_name(name).filter(|_| archive == centre.archive().id()).ok_or_else(absent)?;
    // The address names these bytes forever, so the name is the tag, and whoever has a tag has the bytes.
    let etag = format!("\"{archive}/{id}/{name}\"");
    let camera = known(centre, id)?;
    let failed = |failure| match failure {
        MediaFailure::Absent => absent(),
        MediaFailure::Denied(denial) => denied(id, denial),
        MediaFailure::Unavailable => {
            Problem::unavailable(format!("Camera {id} sends nothing at the moment."))
        }
        MediaFailure::Busy => Problem::unavailable("Too many read from the archive; try again in a moment."),
        MediaFailure::Archive(error) => Problem::internal(&error),
    };
    let mut allowed = centre.media_access(&camera, wanted).await.map_err(failed)?;
    let body = if caching::has(&preconditions.none_match, &etag) {
        // A cache asks whether it may go on showing what it has: nothing is read for that.
        Bytes::new()
    } else {
        let body = centre.media(&camera, wanted).await.map_err(failed)?;
        // The request may have waited; media that were withdrawn meanwhile are not served.
        allowed = centre.media_access(&camera, wanted).await.map_err(failed)?;
        body
    };
    let cache = HeaderValue::from_static(kept(allowed));
    Ok(Cached { body, content_type: MEDIA_TYPE, cache, etag }.respond(&preconditions.none_match))
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

/// Accepts only the canonical form of a number: an address that means the same twice would be cached twice.
pub(crate) fn number(digits: &str) -> Option<u64> {
    let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    canonical.then(|| digits.parse().ok()).flatten()
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
