//! HTTP to a centre: one connection, its requests in order, and answers with limits.
//!
//! In: requests. Out: status and body, or a [`Fault`]. What must never happen: an answer without an end, in time or in
//! bytes, whoever gives it.

use std::error::Error as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ashkar_terms::Blame;
use ashkar_uplink::JSON_BYTES_MAX;
use ashkar_uplink::sender::REQUEST_TIMEOUT_US;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::fault::Fault;
use super::tls::client_config;

/// How long a connection may take until it carries requests.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// What was sent and not acknowledged for so long breaks the connection, milliseconds.
const UNACKNOWLEDGED_MS: u32 = 15_000;
/// How often an HTTP/2 connection is asked whether it still stands, and how long that may take.
const PING: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_micros(REQUEST_TIMEOUT_US);
/// Longest head of an answer, bytes.
const HEAD_BYTES_MAX: usize = 16 << 10;
/// Most headers of an answer.
const HEADERS_MAX: usize = 64;
/// What a centre may send before it is read, bytes: the longest answer.
const WINDOW_BYTES: u32 = 1 << 20;
/// What of one request may wait in memory to be sent, bytes: the longest part.
const SEND_BYTES_MAX: usize = 8 << 20;

/// A centre's address, and how it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Scheme, host and port.
    pub(crate) origin: String,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
    /// Where connections go instead.
    via: Option<SocketAddr>,
}

impl Target {
    /// The target of `url`, which [`centre_address`](crate::config::centre_address) has checked. Waits for the disk.
    ///
    /// # Errors
    /// If no certificates can be read.
    pub(crate) fn new(url: &Url, ca: Option<&Path>) -> Result<Self, Fault> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let tls = if url.scheme() == "https" { Some(client_config(ca)?) } else { None };
        Ok(Self { origin: url.origin().ascii_serialization(), host, port, tls, via: None })
    }

    /// The same over another address.
    pub(crate) fn via(self, via: Option<SocketAddr>) -> Self {
        Self { via, ..self }
    }

    /// A request for `path` of this centre.
    ///
    /// # Errors
    /// If the path is none.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Request<Full<Bytes>>, Fault> {
        let wrong =
            |error: &dyn std::fmt::Display| Fault::new(Blame::Station, format!("no request: {error}"));
        let uri: Uri = format!("{}{path}", self.origin).parse().map_err(|error| wrong(&error))?;
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        Ok(request)
    }
}

/// A connection that carries requests.
pub(crate) struct Connection {
    sender: Sender,
    /// Longest answer that is read, bytes.
    pub(crate) answer_bytes_max: usize,
    authority: Option<HeaderValue>,
    /// Ends with the connection; what it gives is why.
    pub(crate) driver: JoinHandle<Fault>,
}

enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

/// A response that is on its way.
pub(crate) type Answer = std::pin::Pin<Box<dyn Future<Output = Result<(StatusCode, Bytes), Fault>> + Send>>;

impl Connection {
    /// Connects to `target` within ten seconds.
    ///
    /// # Errors
    /// [`Fault`] with what failed.
    pub(crate) async fn open(target: &Target) -> Result<Self, Fault> {
        let opened = timeout(CONNECT_WITHIN, open(target)).await;
        opened.unwrap_or_else(|_| {
            let seconds = CONNECT_WITHIN.as_secs();
            Err(line(format!("{} does not answer within {seconds} s", target.origin)))
        })
    }

    /// Whether several requests may be under way at once.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.sender, Sender::Two(_))
    }

    /// Sends `request` after those before it; what it returns waits for its answer.
    ///
    /// # Errors
    /// If the connection is gone.
    pub(crate) async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Result<Answer, Fault> {
        let gone = |error: hyper::Error| line(format!("the connection is gone: {error}"));
        let bytes_max = self.answer_bytes_max;
        Ok(match &mut self.sender {
            Sender::Two(sender) => {
                sender.ready().await.map_err(gone)?;
                Box::pin(read(sender.send_request(request), bytes_max))
            }
            Sender::One(sender) => {
                sender.ready().await.map_err(gone)?;
                // HTTP/1.1 has the host in a header, and the path alone in its first line.
                if let Some(authority) = &self.authority {
                    request.headers_mut().insert(header::HOST, authority.clone());
                }
                let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
                let path: Uri = path.parse().map_err(|_| line("no request"))?;
                *request.uri_mut() = path;
                Box::pin(read(sender.send_request(request), bytes_max))
            }
        })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// One request on a connection of its own.
///
/// # Errors
/// [`Fault`] if there is no answer.
pub(crate) async fn ask(
    target: &Target,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), Fault> {
    Connection::open(target).await?.send(request).await?.await
}

fn line(reason: impl Into<String>) -> Fault {
    Fault::new(Blame::Line, reason)
}

async fn read(
    response: impl Future<Output = hyper::Result<Response<Incoming>>>,
    bytes_max: usize,
) -> Result<(StatusCode, Bytes), Fault> {
    let answered = timeout(ANSWER_WITHIN, async {
        let response = response.await.map_err(|error| line(format!("no answer: {error}")))?;
        let status = response.status();
        let body = Limited::new(response.into_body(), bytes_max).collect().await;
        let body = body.map_err(|error| {
            Fault::new(Blame::Centre, format!("an answer that is cut or too long: {error}"))
        })?;
        Ok((status, body.to_bytes()))
    });
    answered.await.unwrap_or_else(|_| Err(line(format!("no answer within {} s", ANSWER_WITHIN.as_secs()))))
}

async fn open(target: &Target) -> Result<Connection, Fault> {
    let Target { origin, host, port, tls, via } = target;
    let stream = match via {
        Some(via) => TcpStream::connect(via).await,
        None => TcpStream::connect((host.as_str(), *port)).await,
    };
    let stream = stream.map_err(|error| line(format!("{origin} cannot be reached: {error}")))?;
    configure(&stream).map_err(|error| line(format!("{origin}: {error}")))?;
    let authority = origin.split_once("://").and_then(|(_, authority)| HeaderValue::from_str(authority).ok());
    let Some(config) = tls else {
        return handshake(stream, false, authority).await;
    };
    let name = ServerName::try_from(host.clone())
        .map_err(|_| Fault::new(Blame::Operator, format!("{host} is no name of a host")))?;
    let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await;
    let stream = stream.map_err(|error| not_secure(origin, &error))?;
    let is_two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    handshake(stream, is_two, authority).await
}

fn configure(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    rustix::net::sockopt::set_tcp_user_timeout(stream, UNACKNOWLEDGED_MS)?;
    Ok(())
}

/// What helps if nobody whom this machine trusts has signed it.
const SIGNED_BY_ITSELF: &str =
    "if the commission signs its own certificates, give its file with --ca FILE, or `ca` in agent.toml";

/// Whose fault it is that there is no TLS, and what helps.
fn not_secure(origin: &str, error: &std::io::Error) -> Fault {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(why)) => {
            use rustls::CertificateError as Why;
            let (blame, help) = match why {
                Why::UnknownIssuer | Why::BadSignature => (Blame::Operator, SIGNED_BY_ITSELF),
                Why::Expired
                | Why::ExpiredContext { .. }
                | Why::NotValidYet
                | Why::NotValidYetContext { .. } => {
                    (Blame::Centre, "it is out of date; or the clock of this computer is wrong")
                }
                Why::NotValidForName | Why::NotValidForNameContext { .. } => {
                    (Blame::Operator, "it is for another name: is the address right?")
                }
                _ if format!("{why:?}").contains("CaUsedAsEndEntity") => (Blame::Operator, SIGNED_BY_ITSELF),
                _ => (Blame::Centre, "it is faulty"),
            };
            Fault::new(blame, format!("the certificate of {origin} is not trusted ({why}): {help}"))
        }
        _ => line(format!("{origin}: no secure connection: {error}")),
    }
}

async fn handshake<S>(stream: S, is_two: bool, authority: Option<HeaderValue>) -> Result<Connection, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| line(format!("the connection does not come about: {error}"));
    let io = TokioIo::new(stream);
    if is_two {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .initial_stream_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .max_header_list_size(HEAD_BYTES_MAX as u32)
            .max_send_buf_size(SEND_BYTES_MAX)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING)
            .keep_alive_while_idle(true);
        let (sender, connection) = builder.handshake(io).await.map_err(failed)?;
        return Ok(Connection {
            sender: Sender::Two(sender),
            answer_bytes_max: JSON_BYTES_MAX,
            authority,
            driver: tokio::spawn(driven(connection)),
        });
    }
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let (sender, connection) = builder.handshake(io).await.map_err(failed)?;
    let driver = tokio::spawn(driven(connection));
    let answer_bytes_max = JSON_BYTES_MAX;
    Ok(Connection { sender: Sender::One(sender), answer_bytes_max, authority, driver })
}

async fn driven(connection: impl Future<Output = hyper::Result<()>>) -> Fault {
    match connection.await {
        Ok(()) => line("the centre has closed the connection"),
        Err(error) => {
            // Some libraries add an address where to read more.
            let source = error.source().map(ToString::to_string).unwrap_or_default();
            let source = source.split(": http").next().unwrap_or_default();
            line(format!("the connection broke: {error} {source}"))
        }
    }
}
