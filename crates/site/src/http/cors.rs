//! What pages of other sites may do: read everything that is public, whatever headers their players send along.
//!
//! A browser asks first (`OPTIONS`, a preflight) if a request has an unusual header, such as CMCD's or `Cache-Control`;
//! without an answer it does not send the request at all. Nothing public depends on who asks, so the answer is the same
//! for all. A `Range` is answered with the whole, as HTTP allows.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// How long a browser may remember the answer to a preflight, seconds: a day, the most that any browser keeps it.
const REMEMBERED: HeaderValue = HeaderValue::from_static("86400");
const ANY: HeaderValue = HeaderValue::from_static("*");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD");
/// Response headers that scripts of other sites may read: how old a response is, and when a still was taken.
const READABLE: HeaderValue = HeaderValue::from_static("date, age, picture-time");

const OPEN: [(HeaderName, HeaderValue); 2] =
    [(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY), (header::ACCESS_CONTROL_EXPOSE_HEADERS, READABLE)];

/// Lets pages of other sites read the response.
pub(crate) fn open(headers: &mut HeaderMap) {
    for (name, value) in OPEN {
        headers.insert(name, value);
    }
}

/// The answer to a preflight for public resources.
pub(crate) fn preflight() -> Response {
    let fields = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ANY),
        (header::ACCESS_CONTROL_MAX_AGE, REMEMBERED),
        (header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS")),
    ];
    (StatusCode::NO_CONTENT, fields).into_response()
}

/// For routes whose responses are public: opens them, and answers their preflights.
pub(crate) async fn of_route(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS;
    let mut response = if is_preflight { preflight() } else { next.run(request).await };
    open(response.headers_mut());
    response
}
