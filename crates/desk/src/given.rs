//! What a request brings, read into types: what cannot be read is refused in words, as everything else is.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// The body, as JSON. The guard has limited it.
pub(crate) struct Given<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let unread = |_| Refusal::malformed("The body did not come to its end.");
        let body = Bytes::from_request(request, state).await.map_err(unread)?;
        let wrong = |error| Refusal::malformed(format!("The body is not what is expected here: {error}."));
        serde_json::from_slice(&body).map(Self).map_err(wrong)
    }
}

/// What stands in the path.
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let nowhere = |_| Refusal::absent("There is nothing at this address.");
        Path::from_request_parts(parts, state).await.map(|Path(at)| Self(at)).map_err(nowhere)
    }
}

/// What the query asks for.
pub(crate) struct Wanted<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Wanted<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let wrong = |_| Refusal::malformed("The query has a name or a value that is not known here.");
        Query::from_request_parts(parts, state).await.map(|Query(wanted)| Self(wanted)).map_err(wrong)
    }
}
