//! RFC 9457 problem details. The client never sees an internal message.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// For refusals: a cache in front shields the centre from clients that keep asking, and notices within a second or two
/// when the resource is served again.
const REFUSED: &str = "public, max-age=1";

/// An error as the API reports it (RFC 9457, section 3.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The type of the problem, as a relative reference.
    #[serde(rename = "type")]
    #[schema(example = "/problems/no-such-camera")]
    pub kind: &'static str,
    /// The type in words.
    pub title: &'static str,
    /// The HTTP status code.
    pub status: u16,
    /// What happened here, and what to do.
    pub detail: String,
    /// `Cache-Control` of the answer.
    #[serde(skip)]
    pub cache: &'static str,
}

impl Problem {
    /// A problem that no cache may keep.
    pub fn of(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self::new(status, kind, title, detail)
    }

    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { kind, title, status: status.as_u16(), detail: detail.into(), cache: "no-store" }
    }

    /// 400: the request cannot be understood.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "/problems/bad-request",
            "The request cannot be understood",
            detail,
        )
    }

    /// 404: no such resource. May be cached for a second, so that a cache shields the centre.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        let problem =
            Self::new(StatusCode::NOT_FOUND, "/problems/not-found", "There is no such thing", detail);
        Self { cache: "public, max-age=1", ..problem }
    }

    /// 410: it was there, but is not public any more. May be cached as briefly as the 404.
    pub fn gone(detail: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::GONE, "/problems/gone", "It is not public any more", detail);
        Self { cache: REFUSED, ..problem }
    }

    /// 403: the election's policy does not allow it.
    pub(crate) fn not_allowed(detail: impl Into<String>) -> Self {
        let problem = Self::new(
            StatusCode::FORBIDDEN,
            "/problems/policy",
            "The election's rules do not allow it",
            detail,
        );
        Self { cache: REFUSED, ..problem }
    }

    /// 503: not now.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "/problems/unavailable",
            "Not available at the moment",
            detail,
        )
    }

    /// 500: the centre's fault. The cause goes to the log, not to the client.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(cause = %error, blame = "centre", "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "/problems/internal",
            "The centre made a mistake",
            "It has been written down. Try again in a moment.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let cache = self.cache;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        response
    }
}
