//! The accept loop: connection limits, header time limits, TLS, graceful stop. One task per connection.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::patience::{Patient, STANDSTILL};
use crate::players::{self, Ended, Head};
use crate::shares::{Client, Peer, Proxies};

/// How long a client may take to send a request's head, and a TLS handshake.
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
        Self { connections: 16_000, connections_per_client: 1024, proxies: Arc::default() }
    }
}

/// What a listener has seen; for `/metrics`.
#[derive(Debug, Default)]
pub struct Counters {
    /// Connections accepted.
    pub accepted: AtomicU64,
    /// Connections closed at once because a limit was reached.
    pub refused: AtomicU64,
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
    let door = Arc::new(Door::new(limits, counters));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stopped| *stopped) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let peer = Peer::new(peer.ip(), &door.proxies);
                if let Some(pass) = door.admit(&peer) {
                    let connection = Connection { stream, peer, pass, watcher: graceful.watcher() };
                    tokio::spawn(connection.run(tls.clone(), site.clone(), stop.clone()));
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
    pass: Pass,
    watcher: Watcher,
}

impl Connection {
    async fn run(self, tls: Option<TlsAcceptor>, site: impl Answer, stop: watch::Receiver<bool>) {
        let Self { stream, peer, pass, watcher } = self;
        let _ = configure(&stream);
        // Boxed, so that a player's connection keeps no room for one of another kind.
        if let Some(acceptor) = tls {
            Box::pin(converse_by_tls(acceptor, stream, peer, site, watcher)).await;
        } else {
            let understand = |head: &Head<'_>| {
                let client = peer.client_of(head.forwarded_for.iter().copied());
                site.answer_player(head, client)
            };
            if let Ended::Other(stream) = players::converse(stream, understand, stop).await {
                Box::pin(converse(*stream, peer, site, watcher)).await;
            }
        }
        drop(pass);
    }
}

/// The kernel gives up a client that acknowledges nothing or takes nothing, also after we have closed: what waits for
/// it is memory too.
fn configure(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let standstill_ms = u32::try_from(STANDSTILL.as_millis()).unwrap_or(u32::MAX);
    Ok(rustix::net::sockopt::set_tcp_user_timeout(stream, standstill_ms)?)
}

async fn converse_by_tls(
    acceptor: TlsAcceptor,
    stream: TcpStream,
    peer: Peer,
    site: impl Answer,
    watcher: Watcher,
) {
    if let Ok(Ok(stream)) = tokio::time::timeout(HEAD_TIMEOUT, acceptor.accept(stream)).await {
        converse(stream, peer, site, watcher).await;
    }
}

/// Errors of a connection are the client's or the line's, and of no use to anyone: they end here.
async fn converse<S, A>(stream: S, peer: Peer, site: A, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Answer,
{
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let forwarded_for = request.headers().get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes);
        let client = peer.client_of(forwarded_for);
        request.extensions_mut().insert(client);
        let site = site.clone();
        async move { Ok::<_, Infallible>(site.answer(request).await) }
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
    let connection =
        builder.serve_connection_with_upgrades(TokioIo::new(Patient::new(stream)), service).into_owned();
    let _ = watcher.watch(connection).await;
}

/// Connections by address.
type Clients = Arc<Mutex<HashMap<Client, usize>>>;

/// Counts who is inside, and lets in as many as the limits say.
struct Door {
    total: Arc<Semaphore>,
    per_client: Clients,
    limit_per_client: usize,
    proxies: Arc<Proxies>,
    counters: Arc<Counters>,
}

struct Pass {
    _permit: OwnedSemaphorePermit,
    counted: Option<(Clients, Client)>,
    counters: Arc<Counters>,
}

impl Door {
    fn new(limits: Limits, counters: Arc<Counters>) -> Self {
        Self {
            total: Arc::new(Semaphore::new(limits.connections)),
            per_client: Arc::default(),
            limit_per_client: limits.connections_per_client,
            proxies: limits.proxies,
            counters,
        }
    }

    fn admit(&self, peer: &Peer) -> Option<Pass> {
        let pass = self.try_admit(peer);
        let counter = if pass.is_some() { &self.counters.accepted } else { &self.counters.refused };
        counter.fetch_add(1, Ordering::Relaxed);
        pass
    }

    fn try_admit(&self, peer: &Peer) -> Option<Pass> {
        let permit = Arc::clone(&self.total).try_acquire_owned().ok()?;
        let counted = if peer.is_proxy() {
            None
        } else {
            let client = peer.client();
            let mut clients = self.per_client.lock();
            let inside = clients.entry(client).or_default();
            if *inside >= self.limit_per_client {
                return None;
            }
            *inside += 1;
            Some((Arc::clone(&self.per_client), client))
        };
        self.counters.open.fetch_add(1, Ordering::Relaxed);
        Some(Pass { _permit: permit, counted, counters: Arc::clone(&self.counters) })
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.counters.open.fetch_sub(1, Ordering::Relaxed);
        if let Some((clients, client)) = &self.counted {
            let mut clients = clients.lock();
            if let Some(inside) = clients.get_mut(client) {
                *inside = inside.saturating_sub(1);
                if *inside == 0 {
                    clients.remove(client);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(connections: usize, connections_per_client: usize) -> Door {
        let cache = "127.0.0.1".parse().unwrap();
        let proxies = Arc::new([cache].into_iter().collect());
        Door::new(Limits { connections, connections_per_client, proxies }, Arc::default())
    }

    fn peer(door: &Door, address: &str) -> Peer {
        Peer::new(address.parse().unwrap(), &door.proxies)
    }

    #[test]
    fn one_client_cannot_take_every_place() {
        let door = door(10, 2);
        let (greedy, other) = (peer(&door, "192.0.2.1"), peer(&door, "192.0.2.2"));
        let inside: Vec<_> = (0..5).filter_map(|_| door.admit(&greedy)).collect();
        assert_eq!(inside.len(), 2);
        assert!(door.admit(&other).is_some());
        drop(inside);
        assert!(door.admit(&greedy).is_some());
        assert!(door.per_client.lock().is_empty(), "clients that left are forgotten");
    }

    #[test]
    fn a_cache_is_bounded_by_the_total_only() {
        let door = door(3, 1);
        let cache = peer(&door, "127.0.0.1");
        let inside: Vec<_> = (0..5).filter_map(|_| door.admit(&cache)).collect();
        assert_eq!(inside.len(), 3);
        assert_eq!(door.counters.open.load(Ordering::Relaxed), 3);
        assert_eq!(door.counters.refused.load(Ordering::Relaxed), 2);
    }
}
