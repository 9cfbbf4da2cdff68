//! The public side: pages, API, playlists, media, stills, the list, metrics.
//!
//! In: requests. Out: answers that caches may keep. Nothing here changes anything, knows anyone, or sets a cookie;
//! it can be down or attacked without touching ingest and recording (I11).

pub mod api;
mod cors;
mod dense;
mod direct;
mod door;
mod flow;
#[doc(hidden)]
pub mod fuzz;
mod gzip;
mod headers;
mod health;
mod list;
mod media;
mod metrics;
mod pages;
mod past;
mod patience;
pub mod players;
mod problem;
mod respond;
pub mod server;
mod shared;
pub mod shares;
mod standstill;
mod times;
pub mod tls;
mod workshop;

use std::sync::Arc;

use ashkar_centre::Centre;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, Uri};
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use hyper::body::Incoming;
use tower::util::option_layer;

use direct::{Direct, Wanted};
use media::Conditions;
use players::{Head, Verb};
use server::Answer;
use shares::Client;

pub use metrics::Metrics;
pub use problem::Problem;

/// Smaller answers are not compressed, bytes.
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

/// The whole public side: what players ask for, and the router for all else.
#[derive(Clone)]
pub struct Site {
    direct: Arc<Direct>,
    router: Router,
}

impl Site {
    /// The public side of `centre`.
    pub fn new(centre: Arc<Centre>, metrics: Arc<Metrics>, options: SiteOptions) -> Self {
        let direct = Arc::new(Direct::new(Arc::clone(&centre), &metrics, options.tls));
        Self { direct, router: router(centre, metrics, options) }
    }
}

impl Answer for Site {
    async fn answer(&self, request: Request<Incoming>) -> Response {
        match Wanted::read(request.method(), request.uri().path()) {
            Some(wanted) => {
                let query = request.uri().query().unwrap_or_default();
                let answer = self.direct.answer(
                    wanted,
                    query,
                    Conditions::of(request.headers()),
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
        let wanted = Wanted::read(&method, head.path)?;
        Some(self.direct.answer(wanted, head.query, Conditions::of_head(head), client))
    }
}

/// Pages, API, lists, spans of the past, stills.
fn router(centre: Arc<Centre>, metrics: Arc<Metrics>, options: SiteOptions) -> Router {
    let long = Router::new()
        .nest("/api/v1", api::routes())
        .merge(list::routes(Arc::clone(&centre)))
        .layer(middleware::from_fn(dense::here))
        .layer(middleware::from_fn(workshop::make));
    let dvr = Router::new()
        .route("/dvr/{constituency}/{station}/{camera}/index.m3u8", get(past::dvr_playlist_of))
        .with_state(Arc::new(past::Past::new(&centre)));
    let open = long
        .merge(dvr)
        .route("/still/{constituency}/{station}/{file}", get(past::still))
        .merge(api::shared_routes(&centre))
        .layer(middleware::from_fn(cors::of_route));
    let reached = pages::Reached { origin: options.origin.clone(), tls: options.tls };
    let site = Router::new()
        .merge(open)
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(get(move |State(centre): State<Arc<Centre>>, uri: Uri, headers: HeaderMap| {
            pages::serve(centre, reached.clone(), uri, headers)
        }))
        .layer(middleware::from_fn(dense::in_a_turn))
        .layer(middleware::map_response(headers::add))
        .layer(option_layer(options.tls.then(headers::strict_transport)))
        .layer(middleware::from_fn_with_state(Arc::clone(&metrics), metrics::measure))
        .with_state(centre);
    if options.with_metrics {
        site.merge(Router::new().route("/metrics", get(metrics::show_here)).with_state(metrics))
    } else {
        site
    }
}

/// `/metrics` alone, for an address of its own.
pub fn metrics_router(metrics: Arc<Metrics>) -> Router {
    Router::new().route("/metrics", get(metrics::show)).with_state(metrics)
}
