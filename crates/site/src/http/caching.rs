//! Caching: responses with exact validators, `ETag`, `Cache-Control` and 304.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::http::problem::Problem;

/// For built scripts and styles, which are named by their digests: nothing of a camera (invariant I6).
pub(crate) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For pages and for data that change before people's eyes: a cache in front asks at most every two seconds, however
/// many come.
pub(crate) const BRIEF: &str = "public, max-age=2";
/// For responses that are generated every five seconds for everyone: a cache in front asks at most every ten.
pub(crate) const UNHURRIED: &str = "public, max-age=10";

/// A body with its validators.
#[derive(Debug, Clone)]
pub(crate) struct Cached {
    /// The bytes.
    pub(crate) body: Bytes,
    /// `Content-Type`.
    pub(crate) content_type: &'static str,
    /// `Cache-Control`.
    pub(crate) cache: HeaderValue,
    /// Strong `ETag`, with its quotes.
    pub(crate) etag: String,
}

impl Cached {
    /// A body whose tag is made from its SHA-256.
    pub(crate) fn new(body: impl Into<Bytes>, content_type: &'static str, cache: &'static str) -> Self {
        let body = body.into();
        let etag = etag_of(&body);
        Self { body, content_type, cache: HeaderValue::from_static(cache), etag }
    }

    /// JSON.
    pub(crate) fn json<T: Serialize>(value: &T, cache: &'static str) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        Ok(Self::new(body, "application/json", cache))
    }

    /// The response, or 304 if the client has it already (RFC 9110, 13.1.2).
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        let fresh = matches_tag(request, &self.etag);
        let mut response = if fresh {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(self.body));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.cache);
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

/// A strong tag: 16 hexadecimal digits of the SHA-256, in quotes.
pub(crate) fn etag_of(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let mut tag = String::with_capacity(18);
    tag.push('"');
    for byte in digest.iter().take(8) {
        tag.push_str(&format!("{byte:02x}"));
    }
    tag.push('"');
    tag
}

/// Whether `request` shows that its sender already has what `etag` names.
pub(crate) fn has(request: &HeaderMap, etag: &str) -> bool {
    named(request).any(|tag| tag == etag)
}

fn named(request: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).map(|tag| tag.strip_prefix("W/").unwrap_or(tag))
}

/// Weak comparison, as required for `If-None-Match`.
fn matches_tag(request: &HeaderMap, etag: &str) -> bool {
    named(request).any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_has_it_gets_304() {
        let cached = Cached::new("x", "text/plain", BRIEF);
        let mut request = HeaderMap::new();
        assert_eq!(cached.clone().respond(&request).status(), StatusCode::OK);
        let list = format!("\"other\", W/{}", cached.etag);
        request.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&list).unwrap());
        let response = cached.clone().respond(&request);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[header::ETAG], cached.etag.as_str());
        assert_eq!(response.headers()[header::CACHE_CONTROL], BRIEF);
    }
}
