//! The accept loop: connection limits, header time limits, TLS, graceful stop. One task per connection.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::http::admission::{Admission, Permit};
use crate::http::budget::{CloseHandle, Holder, charge};
use crate::http::client::{Client, Peer, Proxies};
use crate::http::fast_path::{self, Ended, Head};
use crate::http::write_timeout::{STALL_TIMEOUT, WriteTimeout};

/// The time a client has to send a request's head, and a TLS handshake.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a graceful stop waits for answers under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a request's head that are read at most; a browser's is under 4 KiB.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Requests at once on one HTTP/2 connection; a browser that watches has three under way.
const MAX_STREAMS: u32 = 32;
/// After `EMFILE` and its like: how long until the next accept, so that the loop does not spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// For whom a proxy asks.
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
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 16_000, connections_per_client: 4096, proxies: Arc::default() }
    }
}

/// What a listener has seen; for `/metrics`.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections accepted.
    pub accepted: AtomicU64,
    /// Connections closed at once because a limit was reached.
    pub refused: AtomicU64,
    /// Connections that were ended because their client had most when there was no room for another.
    pub evicted: AtomicU64,
    /// Connections open now.
    pub open: AtomicU64,
}

/// What answers requests.
pub trait Answer: Clone + Send + Sync + 'static {
    /// The answer to `request`, which has its [`Client`] among its extensions.
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response> + Send;

    /// The answer to a player's request of `client`, if this is one: the same, without the HTTP library's connection.
    fn answer_player(
        &self,
        _head: &Head<'_>,
        _client: Client,
    ) -> Option<impl Future<Output = Response> + Send + use<Self>> {
        None::<std::future::Ready<Response>>
    }
}

impl Answer for Router {
    async fn answer(&self, request: Request<Incoming>) -> Response {
        let Ok(response) = self.clone().oneshot(request.map(Body::new)).await;
        response
    }
}

/// Lets `site` answer on `listener` until `stop` turns true; then finishes the answers under way.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    site: impl Answer,
    limits: Limits,
    counters: Arc<Counters>,
    mut stop: watch::Receiver<bool>,
) {
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
                    let connection = Connection { stream, peer, holder, permit, watcher: graceful.watcher() };
                    close.set_task(
                        tokio::spawn(connection.run(tls.clone(), site.clone(), stop.clone())).abort_handle(),
                    );
                }
            }
            Err(error) => {
                tracing::warn!(%error, blame = "centre", "cannot accept a connection; raise the limit of open files");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(STOP_TIMEOUT, graceful.shutdown()).await;
}

struct Connection {
    stream: TcpStream,
    peer: Peer,
    holder: Holder,
    permit: Permit,
    watcher: Watcher,
}

impl Connection {
    async fn run(self, tls: Option<TlsAcceptor>, site: impl Answer, stop: watch::Receiver<bool>) {
        let Self { stream, peer, holder, permit, watcher } = self;
        let _ = configure(&stream);
        // Boxed, so that a player's connection keeps no room for one of another kind.
        if let Some(acceptor) = tls {
            let shaken = async {
                let shaken = tokio::time::timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await;
                if let Ok(Ok(stream)) = shaken {
                    converse(stream, peer, holder, site, stop).await;
                }
            };
            Box::pin(shaken).await;
        } else {
            let understand = |head: &Head<'_>| {
                let client = peer.client_of(head.forwarded_for.iter().copied());
                Some((site.answer_player(head, client)?, holder.on_behalf(client)))
            };
            if let Ended::Other(stream) = fast_path::serve(stream, understand, stop.clone()).await {
                Box::pin(converse(*stream, peer, holder, site, stop)).await;
            }
        }
        drop((permit, watcher));
    }
}

/// The kernel gives up a client that acknowledges nothing or takes nothing, also after we have closed: what waits for
/// it is memory too.
fn configure(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let stall_timeout_ms = u32::try_from(STALL_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    Ok(rustix::net::sockopt::set_tcp_user_timeout(stream, stall_timeout_ms)?)
}

/// Errors of a connection are the client's or the line's, and of no use to anyone: they end here.
async fn converse<S, A>(stream: S, peer: Peer, holder: Holder, site: A, mut stop: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Answer,
{
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let forwarded_for = request.headers().get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let client = peer.client_of(forwarded_for);
        request.extensions_mut().insert(client);
        let (site, holder) = (site.clone(), holder.on_behalf(client));
        async move {
            let response = site.answer(request).await;
            Ok::<_, Infallible>(charge(&holder, response).await)
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEAD_TIMEOUT))
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEAD_BYTES as u32);
    let stream = WriteTimeout::new(stream);
    let slow = stream.slow();
    let own = GracefulShutdown::new();
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let mut connection = std::pin::pin!(own.watch(connection));
    tokio::select! {
        _ = &mut connection => return,
        () = slow.notified() => {}
        _ = stop.wait_for(|stopped| *stopped) => {}
    }
    // No more is asked here, and what is under way may finish. The shutdown would wait until `connection` is dropped.
    tokio::select! {
        biased;
        () = own.shutdown() => {}
        _ = connection => {}
    }
}

#[cfg(test)]
mod tests;
