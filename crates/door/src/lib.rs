//! The door for the stations' agents: what comes over HTTP, its limits, and the centre behind it. The protocol is in
//! `docs/reference/uplink.md`.
//!
//! In: requests of agents on a listener of their own, so that viewers can neither fill nor slow it (I11). Out: answers
//! and refusals. What must never happen: a body that is read for somebody unknown, memory that grows with the number of
//! agents beyond a named limit, a secret in a log.

mod rates;

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use ashkar_centre::{Centre, SignedHeaders, Turn};
use ashkar_site::http::client::Client;
use ashkar_site::http::server::Answer;
use ashkar_terms::CameraId;
use ashkar_uplink::signature::SignedRequest;
use ashkar_uplink::{
    BODY_BYTES_MAX, Backlog, BacklogPath, CONDITIONS_BYTES_MAX, CONDITIONS_PATH, Conditions, ENROLMENTS_PATH,
    EnrolmentRequest, HavePath, PROBE_BYTES_MAX, PROBE_PATH, PartPath, RecordPath, ReferencePath, Refusal,
    RefusalCode, SESSIONS_PATH, STILL_BYTES_MAX, TIME_PATH, probe_bytes,
};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use rates::Rates;

/// How long a body may take: 8 MB at 300 kbit/s take four minutes, and no sane part is as large.
const BODY_WITHIN: Duration = Duration::from_secs(60);
/// Memory for bodies that are being read, kB. A thousand agents with a part of half a megabyte each need all of it.
const BODIES_KB: usize = 512 << 10;
/// How long a request waits for its share of that memory.
const BODIES_WITHIN: Duration = Duration::from_secs(10);
/// Longest body of a request that opens a session or enrols, bytes.
const SMALL_BODY_BYTES_MAX: usize = 4 << 10;
/// Enrolments that one client may try in a minute, and all together. A code has 80 random bits.
const ENROLMENTS: (u32, u32) = (10, 300);
/// Sessions that one client may try to open in a minute, and all together.
const SESSIONS: (u32, u32) = (60, 6000);

/// Measurements of lines at once; more are told to come later.
const PROBES_MAX: usize = 16;

/// The header of RFC 9421 that says what is signed, and the one with the signature.
const SIGNATURE_INPUT: HeaderName = HeaderName::from_static("signature-input");
const SIGNATURE: HeaderName = HeaderName::from_static("signature");
/// That of RFC 9530.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// The door of one centre.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    centre: Arc<Centre>,
    bodies_kb: Arc<Semaphore>,
    /// Measurements at once.
    probes: Semaphore,
    /// What a measurement gets.
    noise: Bytes,
    enrolments: Rates,
    sessions: Rates,
}

impl Door {
    /// The door of `centre`.
    pub fn new(centre: Arc<Centre>) -> Self {
        Self(Arc::new(Inner {
            centre,
            bodies_kb: Arc::new(Semaphore::new(BODIES_KB)),
            probes: Semaphore::new(PROBES_MAX),
            noise: noise(),
            enrolments: Rates::new(ENROLMENTS.0, ENROLMENTS.1),
            sessions: Rates::new(SESSIONS.0, SESSIONS.1),
        }))
    }
}

impl Answer for Door {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response> + Send + use<> {
        let door = Arc::clone(&self.0);
        // Here requests of one connection come in order; what is awaited may overtake.
        let turn = door.turn(&request);
        async move {
            match door.answered(request, turn).await {
                Ok(Reply { status, kind, body }) => response(status, kind, body),
                Err(refusal) => {
                    door.centre.note_refusal(refusal.code);
                    let status =
                        StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
                    response(status, "application/problem+json", refusal.to_json().into())
                }
            }
        }
    }
}

fn response(status: StatusCode, kind: &'static str, body: Bytes) -> Response {
    let built = Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, kind)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(Body::from(body));
    built.unwrap_or_default()
}

/// What is answered.
struct Reply {
    status: StatusCode,
    kind: &'static str,
    body: Bytes,
}

impl From<(StatusCode, Vec<u8>)> for Reply {
    fn from((status, body): (StatusCode, Vec<u8>)) -> Self {
        Self { status, kind: "application/json", body: body.into() }
    }
}

/// Nothing on the way can compress it. Without chance it is zeros, and a measurement says too much.
fn noise() -> Bytes {
    let mut noise = vec![0; PROBE_BYTES_MAX];
    let _ = getrandom::fill(&mut noise);
    noise.into()
}

impl Inner {
    /// The place of a record among those of its line.
    fn turn(&self, request: &Request<Incoming>) -> Result<Option<Turn>, Refusal> {
        let uri = request.uri();
        if request.method() != Method::PUT {
            return Ok(None);
        }
        let Ok(path) = RecordPath::parse(uri.path(), uri.query().unwrap_or_default()) else {
            return Ok(None);
        };
        self.centre.turn(token(request.headers())?, &path).map(Some)
    }

    async fn answered(
        &self,
        request: Request<Incoming>,
        turn: Result<Option<Turn>, Refusal>,
    ) -> Result<Reply, Refusal> {
        let client = Client::of_request(request.extensions());
        let path = request.uri().path().to_owned();
        let answered = match (request.method(), path.as_str()) {
            (&Method::GET, TIME_PATH) => {
                // Who it is matters only to whoever wants to know which stations are there.
                if let Ok(token) = token(request.headers()) {
                    self.centre.hear_of(token);
                }
                let now = self.centre.now().wall.0;
                (StatusCode::OK, format!("{{\"now_us\":{now}}}").into_bytes())
            }
            (&Method::POST, ENROLMENTS_PATH) => self.enrol(request, client).await?,
            (&Method::POST, SESSIONS_PATH) => self.open_session(request, client).await?,
            (&Method::GET, PROBE_PATH) => return self.probe_down(&request),
            (&Method::POST, PROBE_PATH) => self.probe_up(request).await?,
            (&Method::POST, CONDITIONS_PATH) => self.take_report(request).await?,
            (&Method::PUT, path) => match BacklogPath::parse(path, request.uri().query().unwrap_or_default())
            {
                Ok(path) => self.note_backlog(path.camera, request).await?,
                Err(_) => match ReferencePath::parse(path, request.uri().query().unwrap_or_default()) {
                    Ok(path) => self.take_reference(path, request).await?,
                    Err(_) => self.take_record(request, turn?).await?,
                },
            },
            (&Method::GET, path) => match PartPath::parse(path, request.uri().query().unwrap_or_default()) {
                Ok(path) => return self.read_back(path, &request).await,
                Err(_) => self.have(&request).await?,
            },
            _ => return Err(malformed(&"no request of this protocol")),
        };
        Ok(answered.into())
    }

    /// Some bytes for a device that measures its line. It needs a session, and no body is read.
    fn probe_down(&self, request: &Request<Incoming>) -> Result<Reply, Refusal> {
        let token = token(request.headers())?;
        let bytes = probe_bytes(request.uri().query().unwrap_or_default());
        let bytes = bytes.map_err(|error| malformed(&error))?;
        self.centre.allow_probe(token, bytes)?;
        let body = self.noise.slice(..bytes.min(self.noise.len()));
        Ok(Reply { status: StatusCode::OK, kind: "application/octet-stream", body })
    }

    /// The same in the other direction: the bytes are dropped.
    async fn probe_up(&self, request: Request<Incoming>) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let token = token(request.headers())?.to_owned();
        let busy = |_| Refusal::new(RefusalCode::Busy, "other lines are being measured; come later");
        let _one = self.probes.try_acquire().map_err(busy)?;
        let length = text(request.headers(), &header::CONTENT_LENGTH)?.parse().unwrap_or(usize::MAX);
        self.centre.allow_probe(&token, length.min(PROBE_BYTES_MAX))?;
        let (body, _memory) = self.body(request, PROBE_BYTES_MAX).await?;
        Ok((StatusCode::OK, format!("{{\"bytes\":{}}}", body.len()).into_bytes()))
    }

    /// A part that is recorded here, for the device that sent it.
    async fn read_back(&self, path: PartPath, request: &Request<Incoming>) -> Result<Reply, Refusal> {
        let body = self.centre.read_back(token(request.headers())?, &path).await?;
        Ok(Reply { status: StatusCode::OK, kind: "application/octet-stream", body })
    }

    /// What a device measured.
    async fn take_report(&self, request: Request<Incoming>) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let token = token(request.headers())?.to_owned();
        self.centre.allow_report(&token)?;
        let (body, _memory) = self.body(request, CONDITIONS_BYTES_MAX).await?;
        let report = Conditions::from_json(&body).map_err(|error| malformed(&error))?;
        self.centre.take_report(&token, &report).await?;
        Ok((StatusCode::CREATED, b"{}".to_vec()))
    }

    /// How a camera was aimed.
    async fn take_reference(
        &self,
        path: ReferencePath,
        request: Request<Incoming>,
    ) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let token = token(request.headers())?.to_owned();
        self.centre.allow_report(&token)?;
        let (body, _memory) = self.body(request, STILL_BYTES_MAX).await?;
        self.centre.take_reference(&token, &path, &body).await?;
        Ok((StatusCode::CREATED, b"{}".to_vec()))
    }

    async fn enrol(
        &self,
        request: Request<Incoming>,
        client: Client,
    ) -> Result<(StatusCode, Vec<u8>), Refusal> {
        if !self.enrolments.allow(client) {
            return Err(Refusal::new(RefusalCode::Busy, "too many codes were tried; wait a minute"));
        }
        let body = self.body(request, SMALL_BODY_BYTES_MAX).await?.0;
        let wanted = EnrolmentRequest::from_json(&body).map_err(|error| malformed(&error))?;
        let enrolled = self.centre.enrol(&wanted, &client.to_string()).await?;
        Ok((StatusCode::CREATED, enrolled.to_json()))
    }

    async fn open_session(
        &self,
        request: Request<Incoming>,
        client: Client,
    ) -> Result<(StatusCode, Vec<u8>), Refusal> {
        if !self.sessions.allow(client) {
            return Err(Refusal::new(RefusalCode::Busy, "too many sessions were opened; wait a minute"));
        }
        let headers = request.headers().clone();
        let method = request.method().as_str().to_owned();
        let path = request.uri().path().to_owned();
        let body = self.body(request, SMALL_BODY_BYTES_MAX).await?.0;
        let signed = SignedRequest { method: &method, path: &path, body: &body };
        let headers = SignedHeaders {
            input: text(&headers, &SIGNATURE_INPUT)?,
            signature: text(&headers, &SIGNATURE)?,
            digest: text(&headers, &CONTENT_DIGEST)?,
        };
        let opened = self.centre.open_session(&signed, headers, &client.to_string())?;
        Ok((StatusCode::CREATED, opened.to_json()))
    }

    async fn take_record(
        &self,
        request: Request<Incoming>,
        turn: Option<Turn>,
    ) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let uri = request.uri();
        let path = RecordPath::parse(uri.path(), uri.query().unwrap_or_default());
        let path = path.map_err(|error| malformed(&error))?;
        let token = token(request.headers())?.to_owned();
        // Nothing of a body is read for somebody unknown.
        let turn = turn.ok_or_else(|| Refusal::new(RefusalCode::UnknownSession, "open a session first"))?;
        let (body, _memory) = self.body(request, BODY_BYTES_MAX).await?;
        let answer = self.centre.take_record(&token, &path, body, turn).await?;
        Ok((StatusCode::OK, answer.to_json()))
    }

    /// What an agent says of itself: which spans it is about to send.
    async fn note_backlog(
        &self,
        camera: CameraId,
        request: Request<Incoming>,
    ) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let token = token(request.headers())?.to_owned();
        let body = self.body(request, SMALL_BODY_BYTES_MAX).await?.0;
        let backlog = Backlog::from_json(&body).map_err(|error| malformed(&error))?;
        self.centre.note_backlog(&token, camera, &backlog.spans)?;
        Ok((StatusCode::OK, b"{}".to_vec()))
    }

    async fn have(&self, request: &Request<Incoming>) -> Result<(StatusCode, Vec<u8>), Refusal> {
        let uri = request.uri();
        let path = HavePath::parse(uri.path(), uri.query().unwrap_or_default());
        let path = path.map_err(|error| malformed(&error))?;
        let have = self.centre.have(token(request.headers())?, &path).await?;
        Ok((StatusCode::OK, have.to_json()))
    }

    /// The whole body, and the memory that it takes.
    async fn body(
        &self,
        request: Request<Incoming>,
        bytes_max: usize,
    ) -> Result<(Bytes, OwnedSemaphorePermit), Refusal> {
        let too_long = || Refusal::new(RefusalCode::TooLong, format!("a body has at most {bytes_max} bytes"));
        let length = text(request.headers(), &header::CONTENT_LENGTH)?;
        let length: usize = length.parse().map_err(|_| malformed(&"a length that is no number"))?;
        if length > bytes_max {
            return Err(too_long());
        }
        let kb = u32::try_from(length.div_ceil(1024).max(1)).unwrap_or(u32::MAX);
        let memory = timeout(BODIES_WITHIN, Arc::clone(&self.bodies_kb).acquire_many_owned(kb)).await;
        let busy = || Refusal::new(RefusalCode::Busy, "too much is being read; send it again");
        let memory = memory.map_err(|_| busy())?.map_err(|_| busy())?;
        let body = timeout(BODY_WITHIN, Limited::new(request.into_body(), length).collect()).await;
        let body = body.map_err(|_| Refusal::new(RefusalCode::Busy, "the body did not come in time"))?;
        let body = body.map_err(|_| malformed(&"the body is longer than it says, or was cut"))?.to_bytes();
        if body.len() == length { Ok((body, memory)) } else { Err(malformed(&"the body was cut")) }
    }
}

fn malformed(error: &dyn Display) -> Refusal {
    Refusal::new(RefusalCode::Malformed, error.to_string())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<&'a str, Refusal> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| malformed(&format_args!("the header {name} is missing")))
}

/// The token of a session (RFC 6750, 2.1).
fn token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    bearer
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(|| Refusal::new(RefusalCode::UnknownSession, "open a session first"))
}
