//! One request to a camera: a connection of its own, a limit on its answer's size and on the time of all of it, and
//! HTTP Digest where the camera wants that.

use std::time::Duration;

use bytes::Bytes;
use http_auth::{PasswordClient, PasswordParams};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, WWW_AUTHENTICATE};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::address::Address;
use crate::call::Credentials;
use crate::error::CallError;
use crate::xml::BYTES_MAX;

/// How long a request may take in all, with its answer to a challenge.
pub(crate) const WITHIN: Duration = Duration::from_secs(5);
/// Longest head of an answer, bytes, and its most headers.
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
/// Challenges of an answer that are read.
const CHALLENGES_MAX: usize = 4;
/// Longest challenge, bytes.
const CHALLENGE_BYTES_MAX: usize = 2048;

/// Posts `envelope`; returns the body of an answer that may hold SOAP.
pub(crate) async fn post(
    address: &Address,
    action: &str,
    envelope: &str,
    credentials: Option<&Credentials>,
) -> Result<Bytes, CallError> {
    let answered = timeout(WITHIN, async {
        let body = Bytes::copy_from_slice(envelope.as_bytes());
        let (status, headers, answer) = exchange(address, action, body.clone(), None).await?;
        if status != StatusCode::UNAUTHORIZED {
            return soap(status, answer);
        }
        let credentials = credentials.ok_or(CallError::NotAuthorised)?;
        let proof = proof(&headers, address, credentials)?;
        match exchange(address, action, body, Some(proof)).await? {
            (StatusCode::UNAUTHORIZED, ..) => Err(CallError::NotAuthorised),
            (status, _, answer) => soap(status, answer),
        }
    });
    answered.await.unwrap_or(Err(CallError::Slow(WITHIN.as_secs())))
}

/// Faults come with 400 and 500.
fn soap(status: StatusCode, answer: Bytes) -> Result<Bytes, CallError> {
    match status {
        StatusCode::OK | StatusCode::BAD_REQUEST | StatusCode::INTERNAL_SERVER_ERROR => Ok(answer),
        StatusCode::FORBIDDEN => Err(CallError::NotAuthorised),
        _ => Err(CallError::Status(status.as_u16())),
    }
}

/// The answer to a Digest challenge (RFC 7616). Basic is never answered: whoever listens would have the password.
fn proof(
    headers: &HeaderMap,
    address: &Address,
    credentials: &Credentials,
) -> Result<HeaderValue, CallError> {
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter().take(CHALLENGES_MAX);
    let texts = challenges.filter_map(|challenge| challenge.to_str().ok());
    let short = texts.filter(|challenge| challenge.len() <= CHALLENGE_BYTES_MAX);
    let builder = short.fold(PasswordClient::builder(), |builder, challenge| builder.challenges(challenge));
    let mut client = builder.build().map_err(|_| CallError::NotAuthorised)?;
    if !matches!(client, PasswordClient::Digest(_)) {
        return Err(CallError::Basic);
    }
    let proof = client.respond(&PasswordParams {
        username: &credentials.user,
        password: &credentials.password,
        uri: &address.path,
        method: "POST",
        body: None,
    });
    let proof = proof.map_err(|_| CallError::NotAuthorised)?;
    let mut proof = HeaderValue::try_from(proof).map_err(|_| CallError::NotAuthorised)?;
    proof.set_sensitive(true);
    Ok(proof)
}

async fn exchange(
    address: &Address,
    action: &str,
    body: Bytes,
    proof: Option<HeaderValue>,
) -> Result<(StatusCode, HeaderMap, Bytes), CallError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&address.path)
        .header(HOST, address.authority())
        .header(CONTENT_TYPE, format!("application/soap+xml; charset=utf-8; action=\"{action}\""))
        .body(Full::new(body))
        .map_err(|_| CallError::NotUnderstood("an address of it is no address"))?;
    if let Some(proof) = proof {
        request.headers_mut().insert(AUTHORIZATION, proof);
    }
    let host = address.host.to_string();
    let host = host.trim_matches(['[', ']']).to_owned();
    let stream = TcpStream::connect((host, address.port)).await.map_err(CallError::Connect)?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let opened = builder.handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = opened.map_err(|_| CallError::NotHttp)?;
    let asked = async {
        let response = sender.send_request(request).await.map_err(|_| CallError::NotHttp)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, BYTES_MAX).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { CallError::Long(BYTES_MAX) } else { CallError::NotHttp }
        })?;
        Ok((head.status, head.headers, body.to_bytes()))
    };
    // The connection is driven here, so that it ends with this request.
    tokio::pin!(connection);
    tokio::pin!(asked);
    tokio::select! {
        biased;
        answered = &mut asked => answered,
        _ = &mut connection => asked.await,
    }
}
