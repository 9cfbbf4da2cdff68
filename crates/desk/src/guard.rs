//! The guard before every route: where the request comes from, who asks, whether they may.
//!
//! In: a request and the rule of its route. Out: the same request with [`Caller`] and [`Asked`], or a refusal. No handler
//! runs before all of it is settled.

use std::sync::Arc;

use ashkar_election::{Permission, RequestId, SignInStage};
use ashkar_site::http::client::Client;
use ashkar_site::http::origin;
use axum::body::{Body, Bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use sha2::{Digest, Sha256};

use crate::caller::{Asked, Caller, IDLE};
use crate::refusal::Refusal;
use crate::table::{Content, Rule};
use crate::{Desk, cookie};

/// Longest JSON of a request, bytes: a still's zones and reasons are some kilobytes.
const JSON_BYTES_MAX: usize = 128 << 10;
/// Longest photo, bytes: the store takes no longer one.
const JPEG_BYTES_MAX: usize = 2 << 20;
/// How long a body may take.
const BODY_WITHIN: std::time::Duration = std::time::Duration::from_secs(30);
/// A session's last use is written down at most this often, microseconds.
const TOUCH_EVERY_US: i64 = 60_000_000;
/// Lengths of a request's key.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=64;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// A page says with it that nobody has touched it for a while.
const UNATTENDED: HeaderName = HeaderName::from_static("x-unattended");
/// A page says with it whose entry it sends: it is nobody else's, whoever has signed in meanwhile.
const PERSON: HeaderName = HeaderName::from_static("x-person");

/// Lets a request in, or refuses it.
pub(crate) async fn guard(
    State((desk, rule, content)): State<(Arc<Desk>, Rule, Content)>,
    path: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let there = path.iter().find(|(name, _)| *name == "constituency").map(|(_, value)| value.parse().ok());
    let mut response = match admitted(&desk, (rule, content), there, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn admitted(
    desk: &Desk,
    (rule, content): (Rule, Content),
    there: Option<Option<u16>>,
    request: Request,
) -> Result<Request, Refusal> {
    let mut asked = Asked { client: Client::of_request(request.extensions()), at: desk.now(), request: None };
    let (mut parts, body) = request.into_parts();
    let changes = parts.method != Method::GET;
    if changes {
        // A page of another site cannot make a browser send this.
        if !origin::is_own(&parts.headers) {
            return Err(Refusal::foreign());
        }
    }
    // Before the body is read: nobody unknown makes the centre read one, except to sign in.
    let caller = match rule {
        Rule::Anyone => None,
        _ => Some(called(desk, rule, there, &parts.headers, &asked).await?),
    };
    let body = if changes {
        let body = read(&parts.headers, content, body).await?;
        asked.request = Some(request_id(&parts.headers, &parts.method, parts.uri.path(), &body)?);
        body
    } else {
        Bytes::new()
    };
    if let Some((session, person)) = caller {
        parts.extensions.insert(Caller::new(session, person, asked.clone()));
    }
    parts.extensions.insert(asked);
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn called(
    desk: &Desk,
    rule: Rule,
    there: Option<Option<u16>>,
    headers: &HeaderMap,
    asked: &Asked,
) -> Result<(ashkar_election::Session, ashkar_election::Person), Refusal> {
    let token = cookie::token(headers).ok_or_else(Refusal::signed_out)?;
    let idle_since = asked.at.plus(-i64::try_from(IDLE.as_micros()).unwrap_or(i64::MAX));
    let found = desk.store.session(&token.hash().0, asked.at, idle_since).await?;
    let (session, person) = found.ok_or_else(Refusal::signed_out)?;
    if headers.get(PERSON).is_some_and(|name| name.as_bytes() != person.name.as_str().as_bytes()) {
        return Err(Refusal::signed_out());
    }
    // What a page asks for while nobody is at it keeps no session alive.
    let is_attended = !headers.contains_key(UNATTENDED);
    if is_attended && asked.at.since(session.seen_at) >= TOUCH_EVERY_US {
        desk.store.touch_session(session.id, asked.at).await?;
    }
    let role = person.profile.role;
    let is_full = session.stage == SignInStage::Full;
    let allows = match rule {
        Rule::Anyone | Rule::Begun => true,
        Rule::Awaited => session.stage == SignInStage::Second,
        Rule::Enrolling => is_full || session.stage == SignInStage::Enrol,
        Rule::SignedIn => is_full,
        Rule::May(permission) => is_full && role.may(permission),
        Rule::MayThere(permission) => is_full && is_theirs(&person, permission, there),
    };
    match (allows, is_full) {
        (true, _) => Ok((session, person)),
        (false, true) => Err(Refusal::not_your_role()),
        // Whoever has proved half of it is nobody yet.
        (false, false) => Err(Refusal::signed_out()),
    }
}

fn is_theirs(person: &ashkar_election::Person, permission: Permission, there: Option<Option<u16>>) -> bool {
    let covers = there.flatten().is_some_and(|constituency| person.profile.covers(constituency));
    person.profile.role.may(permission) && covers
}

async fn read(headers: &HeaderMap, content: Content, body: Body) -> Result<Bytes, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (expected, bytes_max) = match content {
        Content::Json => ("application/json", JSON_BYTES_MAX),
        Content::Jpeg => ("image/jpeg", JPEG_BYTES_MAX),
        Content::Csv => ("text/csv", ashkar_election::MAX_FILE_BYTES),
    };
    // Neither is a type that a form of another site can send without being asked.
    if kind.split(';').next().map(str::trim) != Some(expected) {
        return Err(Refusal::malformed(format!("The body must have Content-Type: {expected}.")));
    }
    let read = tokio::time::timeout(BODY_WITHIN, Limited::new(body, bytes_max).collect());
    match read.await {
        Ok(Ok(read)) => {
            let body = read.to_bytes();
            if content == Content::Json {
                check_object(&body)?;
            }
            Ok(body)
        }
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal::too_long()),
        Ok(Err(_)) | Err(_) => Err(Refusal::malformed("The body did not come to its end.")),
    }
}

/// A body is an object, also where nothing of it is read: what a handler takes has names.
fn check_object(body: &[u8]) -> Result<(), Refusal> {
    let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') if is_json => Ok(()),
        _ => Err(Refusal::malformed("The body must be a JSON object.")),
    }
}

fn request_id(headers: &HeaderMap, method: &Method, path: &str, body: &[u8]) -> Result<RequestId, Refusal> {
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !KEY_BYTES.contains(&key.len()) || !is_plain {
        return Err(Refusal::malformed(
            "What changes something needs the header Idempotency-Key with a UUID, a new one for each act.",
        ));
    }
    let mut digest = Sha256::new();
    for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    Ok(RequestId { key: key.to_owned(), digest: digest.finalize().into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_body_is_an_object() {
        for good in ["{}", " {\n}\t", r#"{"a":[1]}"#] {
            assert!(check_object(good.as_bytes()).is_ok(), "{good}");
        }
        let deep = "[".repeat(100_000);
        for wrong in ["", " ", "[]", "[null,null]", "null", "\"{}\"", "{", "{}}", "{\"a\":}", &deep] {
            assert!(check_object(wrong.as_bytes()).is_err(), "{wrong:.20}");
        }
    }

    #[test]
    fn a_key_is_for_one_request() {
        let keyed = headers(&[("idempotency-key", "0b2f6a1e-6a3b-4f0e-9a53-0a1b2c3d4e5f")]);
        let id = |method: Method, path, body: &[u8]| request_id(&keyed, &method, path, body).unwrap();
        let one = id(Method::POST, "/a", b"{}");
        assert_eq!(one, id(Method::POST, "/a", b"{}"));
        for other in
            [id(Method::POST, "/a", b"{} "), id(Method::POST, "/b", b"{}"), id(Method::PATCH, "/a", b"{}")]
        {
            assert_ne!(one.digest, other.digest);
        }
        for wrong in ["", "short", "0b2f6a1e 6a3b 4f0e 9a53", "'; DROP TABLE request; --"] {
            let mut headers = HeaderMap::new();
            headers.insert(IDEMPOTENCY_KEY, HeaderValue::from_str(wrong).unwrap());
            assert!(request_id(&headers, &Method::POST, "/a", b"").is_err(), "{wrong}");
        }
    }
}
