//! The public side: pages, API, playlists, media, stills, the list, metrics.
//!
//! In: requests. Out: responses that caches may keep. Nothing here changes anything, knows anyone, or sets a cookie;
//! it can be down or attacked without touching ingest and recording (I11).
//!
//! [`http`] knows HTTP and nothing of stations; [`routes`] knows what stands at which address.

#[doc(hidden)]
pub mod fuzz;
pub mod http;
pub mod routes;

use std::sync::Arc;

use ashkar_centre::Centre;
use axum::Router;
use axum::http::{Method, Request};
use axum::response::Response;
use hyper::body::Incoming;

use http::client::Client;
use http::fast_path::{Head, Verb};
use http::server::Answer;
use routes::media::Preconditions;
use routes::player::{PlayerRequest, PlayerRoutes};

pub use http::problem::Problem;
pub use routes::metrics::{LogCounters, Metrics};
pub use routes::metrics_router;

/// Smaller responses are not compressed, bytes.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// How the public side is reached.
#[derive(Debug, Clone)]
pub struct SiteOptions {
    /// `/metrics` stands beside it, for this machine alone; otherwise see [`metrics_router`].
    pub with_metrics: bool,
    /// It is reached by TLS: browsers are told not to come back without.
    pub tls: bool,
    /// Scheme and host by which people reach it, such as `https://webcam.example`, for links that must be whole;
    /// what a request names as its host where nothing is given.
    pub origin: Option<Arc<str>>,
}

/// The whole public side: what players ask for, and the router for everything else.
#[derive(Clone)]
pub struct Site {
    player: Arc<PlayerRoutes>,
    router: Router,
}

impl Site {
    /// The public side of `centre`.
    pub fn new(centre: Arc<Centre>, metrics: Arc<Metrics>, options: SiteOptions) -> Self {
        let player = Arc::new(PlayerRoutes::new(Arc::clone(&centre), &metrics, options.tls));
        Self { player, router: routes::router(centre, metrics, options) }
    }
}

impl Answer for Site {
    async fn answer(&self, request: Request<Incoming>) -> Response {
        match PlayerRequest::read(request.method(), request.uri().path()) {
            Some(wanted) => {
                let query = request.uri().query().unwrap_or_default();
                let answer = self.player.answer(
                    wanted,
                    query,
                    Preconditions::of(request.headers()),
                    Client::of(request.extensions()),
                );
                drop(request);
                answer.await
            }
            // Boxed, since the others wait in the same place, by the thousand.
            None => Box::pin(self.router.answer(request)).await,
        }
    }

    fn answer_player(
        &self,
        head: &Head<'_>,
        client: Client,
    ) -> Option<impl Future<Output = Response> + Send + use<>> {
        let method = match head.verb {
            Verb::Get => Method::GET,
            Verb::Head => Method::HEAD,
            Verb::Options => Method::OPTIONS,
        };
        let wanted = PlayerRequest::read(&method, head.path)?;
        Some(self.player.answer(wanted, head.query, Preconditions::of_head(head), client))
    }
}
