//! What is served at which address: pages, API, playlists, media, stills, the list, metrics.
//!
//! In: requests. Out: responses that caches may keep. Nothing here changes state, identifies anyone, or sets a cookie.

mod access;
pub mod api;
mod dvr;
mod health;
mod list;
pub(crate) mod media;
pub(crate) mod metrics;
pub(crate) mod pages;
pub(crate) mod player;
pub(crate) mod times;

use std::sync::Arc;

use ashkar_centre::Centre;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::middleware;
use axum::routing::get;
use tower::util::option_layer;

use crate::SiteOptions;
use crate::http::{compression, cors, headers, offload};
use metrics::Metrics;

/// Everything but the player's requests: see [`player`].
pub(crate) fn router(centre: Arc<Centre>, metrics: Arc<Metrics>, options: SiteOptions) -> Router {
    let generated = Router::new()
        .nest("/api/v1", api::routes())
        .merge(list::routes(Arc::clone(&centre)))
        .layer(middleware::from_fn(compression::inline))
        .layer(middleware::from_fn(offload::response));
    let dvr = Router::new()
        .route("/dvr/{constituency}/{station}/{camera}/index.m3u8", get(dvr::playlist))
        .with_state(Arc::new(dvr::Dvr::new(&centre)));
    let open = generated
        .merge(dvr)
        .route("/still/{constituency}/{station}/{file}", get(dvr::still))
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
        .layer(middleware::from_fn(compression::offloaded))
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
