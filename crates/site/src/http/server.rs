//! The accept loop: connection limits, header time limits, TLS, graceful stop. One task per connection.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::http::admission::{Admission, Permit};
use crate::http::budget::{CloseHandle, Holder, charge};
use crate::http::client::{Peer, Proxies};
use crate::http::opening::{Opening, Protocol};
use crate::http::write_timeout::{STALL_TIMEOUT, WriteTimeout};

/// The time a client has to send a request's head, and a TLS handshake.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a graceful stop waits for responses in flight.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum number of bytes of a request's head; a browser's is under 4 KiB.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Requests at once on one HTTP/2 connection; a browser that plays has three in flight.
const MAX_STREAMS: u32 = 32;
/// The window of HTTP/2 itself (RFC 9113, 6.9.2), bytes: viewers send nothing.
const WINDOW_BYTES: u32 = 65_535;
/// Pause before the next accept after `EMFILE` and the like, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The header in which a proxy names the client that it asks for.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Limits of one listener.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once of one client, which is an address or an IPv6 /64. Proxies are exempt.
    pub connections_per_client: usize,
    /// Caches in front, which ask for others.
    pub proxies: Arc<Proxies>,
    /// Bytes that a client may send over HTTP/2 before they are taken: of one request, and of all of a connection.
    pub window_bytes: (u32, u32),
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_000,
            connections_per_client: 4096,
            proxies: Arc::default(),
            window_bytes: (WINDOW_BYTES, WINDOW_BYTES),
        }
    }
}

/// Counters of a listener, for `/metrics`.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections accepted.
    pub accepted: AtomicU64,
    /// Connections closed at once because a limit was reached.
    pub refused: AtomicU64,
    /// Connections that were closed because their client had most when there was no room for another.
    pub evicted: AtomicU64,
    /// Connections open now.
    pub open: AtomicU64,
}

/// A service that answers requests.
pub trait Answer: Clone + Send + Sync + 'static {
    /// The response to `request`, which has its [`Client`](crate::http::client::Client) among its extensions. While it
    /// is awaited, nothing of the request should be kept that the response does not need: thousands wait.
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response> + Send + use<Self>;
}

impl Answer for Router {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response> + Send + use<> {
        self.clone().oneshot(request.map(Body::new)).map(|Ok(response)| response)
    }
}

/// Serves `site` on `listener` until `stop` turns true; then finishes the responses in flight.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    site: impl Answer,
    limits: Limits,
    counters: Arc<Counters>,
    mut stop: watch::Receiver<bool>,
) {
    let window = limits.window_bytes;
    let admission = Arc::new(Admission::new(limits, counters));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stopped| *stopped) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let peer = Peer::new(peer.ip(), &admission.proxies);
                let close = CloseHandle::default();
                let holder = Holder::new(peer.client(), close.clone());
                if let Some(permit) = admission.admit(&peer, &holder) {
                    let watcher = graceful.watcher();
                    let connection = Connection { stream, peer, holder, permit, watcher, window };
                    close.set_task(
                        tokio::spawn(connection.run(tls.clone(), site.clone(), stop.clone())).abort_handle(),
                    );
                }
            }
            Err(error) => {
                tracing::warn!(cause = %error, blame = "centre", "cannot accept a connection; raise the limit of open files");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let _ = timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

/// A connection before its first byte.
struct Connection {
    stream: TcpStream,
    peer: Peer,
    holder: Holder,
    permit: Permit,
    watcher: Watcher,
    window: (u32, u32),
}

impl Connection {
    async fn run(self, tls: Option<TlsAcceptor>, site: impl Answer, mut stop: watch::Receiver<bool>) {
        let Self { stream, peer, holder, permit, watcher, window } = self;
        let _ = configure(&stream);
        // Boxed, since it is over when most of the waiting begins.
        let opened = Box::pin(open(tls, stream, peer, holder, window, site));
        let conversation = tokio::select! {
            conversation = opened => conversation,
            _ = stop.wait_for(|stopped| *stopped) => None,
        };
        if let Some(conversation) = conversation {
            conversation.finish(stop).await;
        }
        drop((permit, watcher));
    }
}

/// Everything that comes before the first request.
async fn open(
    tls: Option<TlsAcceptor>,
    mut stream: TcpStream,
    peer: Peer,
    holder: Holder,
    window: (u32, u32),
    site: impl Answer,
) -> Option<Conversation> {
    match tls {
        None => {
            let (protocol, opening) = Opening::read(&mut stream).await.ok()?;
            Some(converse(WriteTimeout::new(stream, protocol, opening), protocol, peer, holder, window, site))
        }
        Some(acceptor) => {
            let mut stream = timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await.ok()?.ok()?;
            let (protocol, opening) = Opening::read(&mut stream).await.ok()?;
            Some(converse(WriteTimeout::new(stream, protocol, opening), protocol, peer, holder, window, site))
        }
    }
}

/// Makes the kernel give up a client that acknowledges nothing or reads nothing, even after we have closed: what waits
/// for it takes memory too.
fn configure(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stall_timeout_ms = u32::try_from(STALL_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    Ok(rustix::net::sockopt::set_tcp_user_timeout(stream, stall_timeout_ms)?)
}

/// The requests of a connection and their responses. The library's part is boxed: a task is as large as everything that
/// it may ever hold, and holds a value that is moved from one place to another twice.
struct Conversation {
    /// Errors of a connection are the client's or the line's, and of no use to anyone: they end here.
    connection: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Tells it to finish.
    own: GracefulShutdown,
    /// Notified when the client is too slow.
    slow: Arc<Notify>,
}

fn converse<S>(
    stream: WriteTimeout<S>,
    protocol: Protocol,
    peer: Peer,
    holder: Holder,
    window: (u32, u32),
    site: impl Answer,
) -> Conversation
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let forwarded_for = request.headers().get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let client = peer.client_of(forwarded_for);
        request.extensions_mut().insert(client);
        let holder = holder.on_behalf(client);
        site.answer(request).then(|response| charge(holder, response)).map(Ok::<_, Infallible>)
    });
    let slow = stream.slow();
    let stream = TokioIo::new(stream);
    let own = GracefulShutdown::new();
    let connection: Pin<Box<dyn Future<Output = ()> + Send>> = match protocol {
        Protocol::Http1 => Box::pin(own.watch(http1_limits().serve_connection(stream, service)).map(drop)),
        Protocol::Http2 => {
            Box::pin(own.watch(http2_limits(window).serve_connection(stream, service)).map(drop))
        }
    };
    Conversation { connection, own, slow }
}

fn http1_limits() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES);
    builder
}

fn http2_limits((stream, connection): (u32, u32)) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEAD_TIMEOUT))
        .initial_stream_window_size(stream)
        .initial_connection_window_size(connection)
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD_BYTES as u32);
    builder
}

impl Conversation {
    /// Runs until the client or the line ends it, the client is too slow, or `stop` turns true.
    async fn finish(mut self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = &mut self.connection => return,
            () = self.slow.notified() => {}
            _ = stop.wait_for(|stopped| *stopped) => {}
        }
        // No further requests are accepted, and those in flight may finish. The shutdown would wait until `connection`
        // is dropped.
        tokio::select! {
            biased;
            () = self.own.shutdown() => {}
            () = self.connection => {}
        }
    }
}

#[cfg(test)]
mod tests;
