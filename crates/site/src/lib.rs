//! The public side: pages, API, playlists, media, stills, the list, metrics.
//!
//! In: requests. Out: responses that caches may keep. Nothing here identifies anyone or sets a cookie, and nothing changes
//! but by citizens' reports, which go to the store of the programme; it can be down or attacked without touching ingest and recording (I11).
//!
//! [`http`] knows HTTP and nothing of stations; [`routes`] knows what is served at which address.

#[doc(hidden)]
pub mod fuzz;
pub mod http;
pub mod routes;

use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_election::ProgrammeStore;
use axum::Router;
use axum::http::Request;
use axum::response::Response;
use futures_util::future::Either;
use hyper::body::Incoming;

use http::client::Client;
use http::server::Answer;
use routes::media::Preconditions;
use routes::player::{PlayerRequest, PlayerRoutes};

pub use http::headers::A_YEAR;
pub use http::problem::Problem;
pub use routes::metrics::{LogCounters, Metrics};
pub use routes::metrics_router;
pub use routes::pages::{Document, asset};

/// Smaller responses are not compressed, bytes.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// How the public side is reached.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// Serves `/metrics` too, for this machine alone; otherwise see [`metrics_router`].
    pub with_metrics: bool,
    /// It is reached by TLS: browsers are told not to come back without it.
    pub tls: bool,
    /// Scheme and host by which people reach it, such as `https://webcam.example`, for links that must be absolute; the
    /// host that a request names if this is not set.
    pub origin: Option<Arc<str>>,
}

/// The whole public side: the player's requests, and the router for everything else.
#[derive(Clone)]
pub struct Site {
    player: Arc<PlayerRoutes>,
    router: Router,
    /// The commission's desk, if it has no address of its own.
    desk: Option<Router>,
}

/// Whether an address is one of the desk's, in whatever language.
fn is_desks(path: &str) -> bool {
    let path = ["/en", "/ru"].into_iter().find_map(|language| path.strip_prefix(language)).unwrap_or(path);
    path.strip_prefix("/desk").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Site {
    /// The public side of `centre`; citizens' reports go to `programme`.
    pub fn new(
        centre: Arc<Centre>,
        programme: Arc<dyn ProgrammeStore>,
        metrics: Arc<Metrics>,
        options: SiteOptions,
    ) -> Self {
        let player = Arc::new(PlayerRoutes::new(Arc::clone(&centre), &metrics, options.tls));
        Self { player, router: routes::router(centre, programme, metrics, options), desk: None }
    }

    /// The same, and the desk below `/desk`.
    #[must_use]
    pub fn with_desk(self, desk: Router) -> Self {
        Self { desk: Some(desk), ..self }
    }
}

impl Answer for Site {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response> + Send + use<> {
        let Some(wanted) = PlayerRequest::read(request.method(), request.uri().path()) else {
            // Boxed, since players wait in the same place, by the thousand.
            let desk = self.desk.as_ref().filter(|_| is_desks(request.uri().path()));
            return Either::Right(Box::pin(desk.unwrap_or(&self.router).answer(request)));
        };
        let query = request.uri().query().unwrap_or_default();
        let preconditions = Preconditions::of(request.headers());
        Either::Left(self.player.answer(wanted, query, preconditions, Client::of(request.extensions())))
    }
}
