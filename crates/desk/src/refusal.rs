//! Refusals: problem details (RFC 9457) that say what is wrong and what to do. No internal message gets out.

use std::time::Duration;

use ashkar_credentials::password::PoolError;
use ashkar_credentials::throttle::Wait;
use ashkar_election::{PersonError, ProposalError, StoreError};
use ashkar_site::Problem;
use ashkar_terms::Blame;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A refusal, and for how long.
#[derive(Debug)]
pub(crate) struct Refusal {
    problem: Problem,
    retry_after: Option<Duration>,
}

impl Refusal {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { problem: Problem::of(status, kind, title, detail), retry_after: None }
    }

    /// 401: nobody is signed in, or the session is over.
    pub(crate) fn signed_out() -> Self {
        let detail = "Nobody is signed in, or the session has ended. Sign in again.";
        Self::new(StatusCode::UNAUTHORIZED, "/problems/signed-out", "Nobody is signed in", detail)
    }

    /// 401: what was given does not prove anybody.
    pub(crate) fn wrong_credentials(detail: &str) -> Self {
        let title = "That is not right";
        Self::new(StatusCode::UNAUTHORIZED, "/problems/wrong-credentials", title, detail)
    }

    /// 403: somebody is signed in whose role may not do this.
    pub(crate) fn not_your_role() -> Self {
        let detail = "Your role does not allow this, or it is about a constituency of somebody else.";
        Self::new(StatusCode::FORBIDDEN, "/problems/not-your-role", "Not for your role", detail)
    }

    /// 403: the request does not come from the desk's own pages.
    pub(crate) fn foreign() -> Self {
        let detail = "What changes something must come from the desk's own pages.";
        Self::new(StatusCode::FORBIDDEN, "/problems/foreign", "From another site", detail)
    }

    /// 400: it cannot be read.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "/problems/bad-request",
            "The request cannot be understood",
            detail,
        )
    }

    /// 404.
    pub(crate) fn absent(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "/problems/not-found", "There is no such thing", detail)
    }

    /// 413.
    pub(crate) fn too_long() -> Self {
        let detail = "The request is longer than anything that the desk takes.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "/problems/too-long", "Too long", detail)
    }

    /// 422: understood, and not possible.
    pub(crate) fn impossible(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "/problems/refused", "This is not possible", detail)
    }

    /// 409: the same request was done before.
    fn already_done() -> Self {
        let detail = "This was done already; the request was repeated.";
        Self::new(StatusCode::CONFLICT, "/problems/already-done", "Done already", detail)
    }

    /// 409: what the first person saw is not so any more.
    pub(crate) fn stale() -> Self {
        let detail = "What the proposal rests on has changed since. Nothing was done; propose it again.";
        Self::new(StatusCode::CONFLICT, "/problems/stale", "The facts have changed", detail)
    }

    /// 503: not now.
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let title = "Not available at the moment";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "/problems/unavailable", title, detail)
    }

    fn failed() -> Self {
        let detail = "The centre failed; its log has the reason. Try again, and tell the administrator.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "/problems/internal", "The centre failed", detail)
    }
}

/// 404 for an address below the API that is none.
pub(crate) fn nothing_here() -> Response {
    Refusal::absent("There is nothing at this address.").into_response()
}

/// 405.
pub(crate) fn wrong_method() -> Response {
    let (title, detail) = ("Not by this method", "This address is not for that method.");
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "/problems/method", title, detail).into_response()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs().saturating_add(1);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Wait> for Refusal {
    fn from(wait: Wait) -> Self {
        let detail = format!("Too many attempts. The next one may be made in {} s.", wait.0.as_secs() + 1);
        let (kind, title) = ("/problems/too-many", "Too many attempts");
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, kind, title, detail);
        Self { retry_after: Some(wait.0), ..refusal }
    }
}

impl From<PoolError> for Refusal {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy => Self::unavailable("Too many people sign in at once; try again in a moment."),
            PoolError::Random | PoolError::Failed => {
                tracing::error!(cause = %error, blame = "centre", "a password could not be checked");
                Self::failed()
            }
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::AlreadyDone => Self::already_done(),
            StoreError::FactorUsed => {
                Self::wrong_credentials("This code was used already; wait for the next one.")
            }
            StoreError::Person(PersonError::Nobody(_) | PersonError::NotOurs(_))
            | StoreError::Proposal(ProposalError::Unknown(_))
            | StoreError::NoCamera(_)
            | StoreError::NotInList(_)
            | StoreError::UnknownElection(_)
            | StoreError::NoVersion(_) => Self::absent(sentence(&error)),
            error if error.blame() == Blame::Centre => {
                tracing::error!(cause = %error, blame = "centre", "the desk could not use the registry");
                Self::failed()
            }
            error => Self::impossible(sentence(&error)),
        }
    }
}

/// An error as a sentence.
pub(crate) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => text,
    }
}

impl From<ashkar_credentials::NoRandomError> for Refusal {
    fn from(error: ashkar_credentials::NoRandomError) -> Self {
        tracing::error!(cause = %error, blame = "centre", "no random numbers");
        Self::failed()
    }
}
