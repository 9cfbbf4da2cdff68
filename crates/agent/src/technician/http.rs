//! HTTP/1.1 for a few browsers: connections with limits, answers with headers that forbid everything else.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Page, routes};

/// Connections at once: a few phones, six of each.
const CONNECTIONS_MAX: usize = 32;
/// How long a connection may take for the head of a request, also for its next one.
const HEAD_WITHIN: Duration = Duration::from_secs(15);
/// How long it may live: a client that reads nothing is gone then.
const CONNECTION_WITHIN: Duration = Duration::from_secs(600);
/// Most of a head, bytes.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Longest body of a request, bytes: a signature with remarks about sixteen cameras.
const BODY_BYTES_MAX: usize = 64 << 10;
/// How long a body may take.
const BODY_WITHIN: Duration = Duration::from_secs(10);

/// Nothing but what this server gives; media from memory (`blob:`) is how a page shows a stream.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; \
    connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
];

/// What a route answers.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) kind: &'static str,
    pub(super) more: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn new(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, kind, more: Vec::new(), body: body.into() }
    }
}

/// A request, whose body was read with a limit.
pub(super) struct Asked {
    pub(super) head: hyper::http::request::Parts,
    pub(super) body: Bytes,
    pub(super) peer: SocketAddr,
}

/// Serves for as long as the agent runs.
pub(super) async fn serve(listener: TcpListener, page: Arc<Page>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        let Ok((stream, peer)) = accepted else {
            // Out of files for a moment.
            sleep(Duration::from_secs(1)).await;
            continue;
        };
        // Too many: the newest is closed at once.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let page = Arc::clone(&page);
        connections.spawn(async move {
            let _place = place;
            let _ = timeout(CONNECTION_WITHIN, connection(stream, peer, page)).await;
        });
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, page: Arc<Page>) {
    let Ok(here) = stream.local_addr() else { return };
    let service = service_fn(move |request: Request<Incoming>| {
        let page = Arc::clone(&page);
        async move { Ok::<_, Infallible>(response(answered(request, here, peer, &page).await)) }
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN).max_buf_size(HEAD_BYTES_MAX);
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%peer, %error, "a browser has gone");
    }
}

async fn answered(
    request: Request<Incoming>,
    here: SocketAddr,
    peer: SocketAddr,
    page: &Arc<Page>,
) -> Answer {
    let (head, body) = request.into_parts();
    // Nothing of a body is read for somebody unknown.
    if let Err(refused) = routes::admit(page, &head, here, peer) {
        return refused;
    }
    match timeout(BODY_WITHIN, Limited::new(body, BODY_BYTES_MAX).collect()).await {
        Ok(Ok(body)) => routes::answer(page, Asked { head, body: body.to_bytes(), peer }).await,
        _ => Answer::new(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "too long, or too slow"),
    }
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(hyper::header::CONTENT_TYPE, HeaderValue::from_static(answer.kind));
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    for (name, value) in answer.more {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
