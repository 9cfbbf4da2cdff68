//! What is served at which address: pages, API, playlists, media, stills, the list, metrics.
//!
//! In: requests. Out: responses that caches may keep. Nothing here identifies anyone or sets a cookie, and nothing changes
//! but by citizens' reports ([`api::report`]).

mod access;
pub mod api;
mod dvr;
mod health;
mod list;
pub(crate) mod media;
pub(crate) mod metrics;
pub(crate) mod pages;
pub(crate) mod player;
pub mod table;
pub(crate) mod times;
mod view;

use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_election::ProgrammeStore;
use axum::Router;
use axum::http::{HeaderMap, Uri};
use axum::middleware;
use axum::routing::get;
use tower::util::option_layer;

use crate::SiteOptions;
use crate::http::{compression, cors, headers, offload};
use metrics::Metrics;

pub use table::metrics_router;

/// Everything but the player's requests: see [`player`].
pub(crate) fn router(
    centre: Arc<Centre>,
    programme: Arc<dyn ProgrammeStore>,
    metrics: Arc<Metrics>,
    options: SiteOptions,
) -> Router {
    let [generated, open, plain] = table::routers(&table::Own::new(&centre, programme));
    let generated = generated
        .layer(middleware::from_fn(compression::inline))
        .layer(middleware::from_fn(offload::response));
    let open = generated.merge(open).layer(middleware::from_fn(cors::of_route));
    let reached = pages::Reached { origin: options.origin.clone(), tls: options.tls };
    let site = Router::new()
        .merge(open)
        .merge(plain)
        .fallback(get(move |uri: Uri, headers: HeaderMap| {
            pages::serve(Arc::clone(&centre), reached.clone(), uri, headers)
        }))
        .layer(middleware::from_fn(compression::offloaded))
        .layer(middleware::map_response(headers::add))
        .layer(option_layer(options.tls.then(headers::strict_transport)))
        .layer(middleware::from_fn_with_state(Arc::clone(&metrics), metrics::measure));
    if options.with_metrics { site.merge(table::metrics_here(metrics)) } else { site }
}
