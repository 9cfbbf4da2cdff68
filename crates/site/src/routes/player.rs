//! The player's requests, twice a second and by the thousand: live playlists and media, answered without a router.
//!
//! In: paths under `/live` and `/media`. Out: the same responses that a router would give, but nothing of the request
//! is kept while a viewer waits. Everything else is left to the router.

use std::sync::Arc;
use std::time::Instant;

use ashkar_centre::Centre;
use ashkar_live::Query;
use ashkar_terms::CameraId;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};

use crate::http::client::Client;
use crate::http::cors;
use crate::http::gzip::Gzipped;
use crate::routes::media::{self, Preconditions, number};
use crate::routes::metrics::{Metrics, Route};
use crate::routes::table;

/// Answers the two kinds of request that make up nearly all of them.
#[derive(Debug)]
pub(crate) struct PlayerRoutes {
    centre: Arc<Centre>,
    gzipped: Gzipped,
    tls: bool,
    live: Route,
    media: Route,
    preflight: Route,
}

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PlayerRequest {
    /// A camera's live playlist.
    Live(CameraId),
    /// One of its media files.
    Media {
        /// The archive that the address names.
        archive: Box<str>,
        /// Its camera.
        camera: CameraId,
        /// Its file name.
        name: Box<str>,
    },
    /// A preflight for one of them, from a page of another site.
    Preflight,
}

impl PlayerRequest {
    /// The requested resource, if its address is in canonical form.
    pub(crate) fn read(method: &Method, path: &str) -> Option<Self> {
        let is_preflight = method == Method::OPTIONS;
        if !is_preflight && method != Method::GET && method != Method::HEAD {
            return None;
        }
        let mut words = path.strip_prefix('/')?.split('/');
        let request = match words.next()? {
            "live" => {
                let camera = camera(&mut words)?;
                (words.next()? == "index.m3u8").then_some(Self::Live(camera))?
            }
            "media" => {
                let archive = words.next()?.into();
                let camera = camera(&mut words)?;
                Self::Media { archive, camera, name: words.next()?.into() }
            }
            _ => return None,
        };
        words.next().is_none().then_some(if is_preflight { Self::Preflight } else { request })
    }
}

fn camera<'a>(words: &mut impl Iterator<Item = &'a str>) -> Option<CameraId> {
    let mut next = || number(words.next()?);
    let (constituency, station, camera) = (next()?, next()?, next()?);
    Some(CameraId::new(
        u16::try_from(constituency).ok()?,
        u16::try_from(station).ok()?,
        u8::try_from(camera).ok()?,
    ))
}

impl PlayerRoutes {
    pub(crate) fn new(centre: Arc<Centre>, metrics: &Metrics, tls: bool) -> Self {
        Self {
            centre,
            gzipped: Gzipped::default(),
            tls,
            live: metrics.times_of(table::LIVE),
            media: metrics.times_of(table::MEDIA),
            preflight: metrics.times_of("preflight"),
        }
    }

    /// The response to `request`. It keeps nothing of the request, which is dropped while it waits.
    pub(crate) fn answer(
        self: &Arc<Self>,
        request: PlayerRequest,
        query: &str,
        preconditions: Preconditions,
        client: Client,
    ) -> impl Future<Output = Response> + Send + use<> {
        let start = Instant::now();
        let query = Query::parse(query);
        let own = Arc::clone(self);
        async move {
            let centre = &own.centre;
            let (answer, route) = match request {
                PlayerRequest::Live(camera) => (
                    media::live_playlist(centre, &own.gzipped, camera, query, preconditions).await,
                    &own.live,
                ),
                PlayerRequest::Media { archive, camera, name } => {
                    (media::media(centre, &archive, camera, &name, preconditions, client).await, &own.media)
                }
                PlayerRequest::Preflight => (Ok(cors::preflight()), &own.preflight),
            };
            let mut response = answer.unwrap_or_else(IntoResponse::into_response);
            own.add_headers(response.headers_mut());
            route.observe(response.status().as_u16(), start.elapsed());
            response
        }
    }

    /// Adds those of the common headers that mean something to a player: the others are about documents.
    fn add_headers(&self, headers: &mut HeaderMap) {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        cors::open(headers);
        if self.tls {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, crate::http::headers::A_YEAR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_kinds_of_addresses_are_taken_and_only_as_they_are_written() {
        let get = |path: &str| PlayerRequest::read(&Method::GET, path);
        let camera = CameraId::new(7, 12, 1);
        assert_eq!(get("/live/7/12/1/index.m3u8"), Some(PlayerRequest::Live(camera)));
        assert_eq!(
            PlayerRequest::read(&Method::HEAD, "/live/7/12/1/index.m3u8"),
            Some(PlayerRequest::Live(camera))
        );
        let media = PlayerRequest::Media { archive: "00ff00ff".into(), camera, name: "17.0.m4s".into() };
        assert_eq!(get("/media/00ff00ff/7/12/1/17.0.m4s"), Some(media));
        for path in [
            "/",
            "/live/7/12/1",
            "/live/7/12/1/index.m3u8/",
            "/live/07/12/1/index.m3u8",
            "/live/+7/12/1/index.m3u8",
            "/live/7/12/256/index.m3u8",
            "/live/7/99999/1/index.m3u8",
            "//live/7/12/1/index.m3u8",
            "/media/00ff00ff/7/12/1",
            "/media/00ff00ff/7/12/1/17.m4s/x",
            "/dvr/7/12/1/index.m3u8",
        ] {
            assert_eq!(get(path), None, "{path}");
        }
        assert_eq!(PlayerRequest::read(&Method::POST, "/live/7/12/1/index.m3u8"), None);
        assert_eq!(
            PlayerRequest::read(&Method::OPTIONS, "/live/7/12/1/index.m3u8"),
            Some(PlayerRequest::Preflight)
        );
        assert_eq!(PlayerRequest::read(&Method::OPTIONS, "/live/07/12/1/index.m3u8"), None);
    }
}
