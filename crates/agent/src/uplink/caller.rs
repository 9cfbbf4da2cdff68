//! A connection of its own to a centre, beside the two that carry recordings: for measurements, reports, and reading
//! back. It asks one thing at a time.

use std::sync::Arc;

use ashkar_terms::{Blame, CameraId, Clock, ClockState, Moment, UtcMicros};
use ashkar_uplink::signature::{SignedRequest, draw_nonce, sign};
use ashkar_uplink::{
    DeviceKey, PART_BYTES_MAX, RecordingId, Refusal, RefusalCode, SESSIONS_PATH, SessionRequest,
    SessionResponse, TIME_PATH,
};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;
use url::Url;

use super::client::{Connection, Target};
use super::clock::ClockOffset;
use super::fault::Fault;
use super::shell::identity;
use crate::config::Config;

/// What the agent calls itself.
pub(crate) const PROGRAM: &str = concat!("ashkar ", env!("CARGO_PKG_VERSION"));
/// The recording that a session names that sends none: no session of a recording ends by it. Archives draw their ids at
/// random, so one may be this; its session would only be opened again.
const NO_RECORDING: RecordingId = RecordingId(0);

/// The answer to the question for the time.
#[derive(Deserialize)]
pub(super) struct Time {
    pub(super) now_us: UtcMicros,
}

/// A signed request that opens a session.
pub(super) fn session_request(
    target: &Target,
    key: &DeviceKey,
    body: &SessionRequest,
    created_s: i64,
) -> Result<Request<Full<Bytes>>, Fault> {
    let wrong = |error: &dyn std::fmt::Display| Fault::new(Blame::Station, error.to_string());
    let body = body.to_json();
    let nonce = draw_nonce().map_err(|error| wrong(&error))?;
    let signed = SignedRequest { method: "POST", path: SESSIONS_PATH, body: &body };
    let headers = sign(key, &signed, created_s, nonce);
    let mut request = target.request(Method::POST, SESSIONS_PATH, body)?;
    let all = [
        ("content-digest", headers.content_digest),
        ("signature-input", headers.signature_input),
        ("signature", headers.signature),
    ];
    for (name, value) in all {
        let value = HeaderValue::try_from(value).map_err(|error| wrong(&error))?;
        request.headers_mut().insert(HeaderName::from_static(name), value);
    }
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(request)
}

/// An answer, and how long it took.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
    pub(crate) took_us: u64,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) struct Unanswered {
    pub(crate) fault: Fault,
    /// If the centre refused.
    pub(crate) code: Option<RefusalCode>,
}

impl From<Fault> for Unanswered {
    fn from(fault: Fault) -> Self {
        Self { fault, code: None }
    }
}

/// The connection.
pub(crate) struct Caller {
    target: Target,
    connection: Connection,
    clock: Arc<dyn Clock>,
    offset: ClockOffset,
    token: Option<HeaderValue>,
    /// The cameras that its session was refused.
    refused: Vec<CameraId>,
}

impl Caller {
    /// Connects to the first of the settings' centres that answers.
    ///
    /// # Errors
    /// [`Fault`] of the first one.
    pub(crate) async fn connect(config: &Arc<Config>, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let mut first = Fault::new(Blame::Operator, "the settings name no centre");
        for (number, url) in config.centres.iter().enumerate() {
            match Self::to(url.clone(), config, &clock).await {
                Ok(caller) => return Ok(caller),
                Err(fault) if number == 0 => first = fault,
                Err(_) => {}
            }
        }
        Err(first)
    }

    async fn to(url: Url, config: &Arc<Config>, clock: &Arc<dyn Clock>) -> Result<Self, Fault> {
        let of_disk = Arc::clone(config);
        let target = tokio::task::spawn_blocking(move || Target::new(&url, of_disk.ca.as_deref())).await;
        let target = target.map_err(|_| Fault::new(Blame::Centre, "it failed"))??.via(config.via);
        let mut connection = Connection::open(&target).await?;
        // What was recorded comes back, too.
        connection.answer_bytes_max = PART_BYTES_MAX;
        let (clock, offset) = (Arc::clone(clock), ClockOffset::default());
        Ok(Self { target, connection, clock, offset, token: None, refused: Vec::new() })
    }

    /// The centre's address.
    pub(crate) fn centre(&self) -> &str {
        &self.target.origin
    }

    /// The cameras that the centre does not take of this device.
    pub(crate) fn refused(&self) -> &[CameraId] {
        &self.refused
    }

    /// By how much this clock is ahead of the centre's, and what the line explains of that, microseconds.
    pub(crate) fn clock_ahead_us(&self) -> Option<(i64, u64)> {
        self.offset.ahead_and_margin_us(self.clock.now())
    }

    /// Asks for the centre's time: an exchange as short as there is. How long it took, microseconds.
    ///
    /// # Errors
    /// [`Fault`] if there is no such answer.
    pub(crate) async fn time(&mut self) -> Result<u64, Fault> {
        let request = self.target.request(Method::GET, TIME_PATH, Vec::new())?;
        let (sent, received, answered) = self.exchange(request).await?;
        if !answered.status.is_success() {
            return Err(Fault::not_understood(&answered.status));
        }
        let time: Time =
            serde_json::from_slice(&answered.body).map_err(|error| Fault::not_understood(&error))?;
        self.offset.sample(sent, received, time.now_us);
        Ok(answered.took_us)
    }

    /// Opens a session that sends no recordings.
    ///
    /// # Errors
    /// [`Fault`] if the centre does not know the device, or does not answer.
    pub(crate) async fn open_session(
        &mut self,
        config: &Arc<Config>,
        state: ClockState,
    ) -> Result<(), Fault> {
        let (of_disk, origin) = (Arc::clone(config), self.target.origin.clone());
        let identity = tokio::task::spawn_blocking(move || identity(&of_disk, &origin)).await;
        let identity = identity.map_err(|_| Fault::new(Blame::Centre, "it failed"))??;
        if self.offset.centre_now(self.clock.now()).is_none() {
            self.time().await?;
        }
        let now = self.clock.now();
        let body = SessionRequest {
            recording: NO_RECORDING,
            cameras: identity.cameras,
            program: PROGRAM.to_owned(),
            clock: state,
            now_us: now.wall,
        };
        let created_s = self.offset.centre_now(now).unwrap_or(now.wall).0.div_euclid(1_000_000);
        let request = session_request(&self.target, &identity.key, &body, created_s)?;
        let (.., answered) = self.exchange(request).await?;
        let answered = accepted(answered).map_err(|unanswered| unanswered.fault)?;
        let opened =
            SessionResponse::from_json(&answered.body).map_err(|error| Fault::not_understood(&error))?;
        let token = HeaderValue::try_from(format!("Bearer {}", opened.token));
        let mut token = token.map_err(|_| Fault::not_understood(&"its token"))?;
        token.set_sensitive(true);
        self.token = Some(token);
        self.refused = opened.refused;
        Ok(())
    }

    /// A request of its session.
    ///
    /// # Errors
    /// [`Unanswered`] if there is no session, or the centre refuses or does not answer.
    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Answered, Unanswered> {
        let mut request = self.target.request(method, path, body)?;
        let token = self.token.clone().ok_or_else(|| Fault::new(Blame::Station, "there is no session"))?;
        request.headers_mut().insert(AUTHORIZATION, token);
        let (.., answered) = self.exchange(request).await?;
        accepted(answered)
    }

    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<(Moment, Moment, Answered), Fault> {
        let sent = self.clock.now();
        let (status, body) = self.connection.send(request).await?.await?;
        let received = self.clock.now();
        let took_us = received.mono_us.saturating_sub(sent.mono_us);
        Ok((sent, received, Answered { status, body, took_us }))
    }
}

/// A refusal is no answer.
fn accepted(answered: Answered) -> Result<Answered, Unanswered> {
    if answered.status.is_success() {
        return Ok(answered);
    }
    let refusal = Refusal::from_json(&answered.body);
    let refusal = refusal.map_err(|_| Fault::not_understood(&answered.status))?;
    Err(Unanswered { fault: Fault::from(&refusal), code: Some(refusal.code) })
}
