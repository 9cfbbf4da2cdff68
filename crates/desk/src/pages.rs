//! The desk's one document: the browser's script finds the page by its address. Its assets are those of the site.

use ashkar_site::Document;
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// Where the document is, in each language.
const PREFIXES: [&str; 3] = ["/desk", "/en/desk", "/ru/desk"];

/// Scripts, styles and pictures of this site alone; the pictures that it makes for itself are not stored.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types svelte-trusted-html desk-worker";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

pub(crate) fn router() -> Router {
    let mut router = Router::new();
    for prefix in PREFIXES {
        router = router
            .route(prefix, get(document))
            .route(&format!("{prefix}/"), get(document))
            // A script's scope is its folder: none of them reaches a page that is not the desk's.
            .route(&format!("{prefix}/sw.js"), get(worker))
            .route(&format!("{prefix}/{{*page}}"), get(document));
    }
    router.fallback(asset)
}

/// What a desk on an address of its own serves beside its pages: their scripts and styles.
async fn asset(uri: Uri, request: HeaderMap) -> Response {
    let found = ashkar_site::asset(uri.path(), &request);
    found.unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// The service worker of the desk's pages, and of no others.
async fn worker(request: HeaderMap) -> Response {
    Document::desk_worker(&request).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn document(request: HeaderMap) -> Response {
    match Document::desk() {
        Some(document) => document.respond(&request),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            "This server was built without its pages; build again with make.\n",
        )
            .into_response(),
    }
}

/// Adds the headers that every response of the desk carries.
pub(crate) async fn secured(mut response: Response, tls: bool) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ashkar_site::A_YEAR);
    }
    response
}
