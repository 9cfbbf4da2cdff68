//! Who asks: what the guard found out, for the handlers.

use std::convert::Infallible;
use std::time::Duration;

use ashkar_election::{Actor, Permission, Person, PersonName, RequestId, Session};
use ashkar_site::http::client::Client;
use ashkar_terms::UtcMicros;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

/// How long a session lasts at most: a polling day with its count.
pub(crate) const SESSION: Duration = Duration::from_secs(16 * 3600);
/// How long it lasts without being used.
pub(crate) const IDLE: Duration = Duration::from_secs(2 * 3600);
/// How long somebody has for the second factor, or for setting one up.
pub(crate) const BEGUN: Duration = Duration::from_secs(15 * 60);

/// The request, as the guard let it in: from where, when, and which one.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) client: Client,
    pub(crate) at: UtcMicros,
    pub(crate) request: Option<RequestId>,
}

/// Who is signed in, or on the way to be.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) session: Session,
    pub(crate) person: Person,
    asked: Asked,
}

impl Caller {
    pub(crate) fn new(session: Session, person: Person, asked: Asked) -> Self {
        Self { session, person, asked }
    }

    /// Whether the role may do it.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.person.profile.role.may(permission)
    }

    /// Whether the role may do it in this constituency.
    pub(crate) fn may_there(&self, permission: Permission, constituency: u16) -> bool {
        self.may(permission) && self.person.profile.covers(constituency)
    }

    /// The actor of a change, with the reason that was given.
    pub(crate) fn actor(&self, why: Option<String>) -> Actor {
        self.asked.actor(self.person.name.as_str(), why)
    }

    /// The same for what has a name of its own, by which it is done once.
    pub(crate) fn actor_again(&self) -> Actor {
        self.asked.actor_again(self.person.name.as_str())
    }

    /// The same for what was typed by somebody else, and handed over in a file.
    pub(crate) fn actor_for(&self, typed_by: &PersonName) -> Actor {
        Actor { why: Some(format!("from a file of {typed_by}")), ..self.actor_again() }
    }

    pub(crate) fn client(&self) -> Client {
        self.asked.client
    }
}

impl Asked {
    /// When something ends that begins now.
    pub(crate) fn ends_after(&self, lasts: Duration) -> UtcMicros {
        self.at.plus(i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX))
    }

    /// The actor of a change by the person `name`.
    pub(crate) fn actor(&self, name: &str, why: Option<String>) -> Actor {
        Actor {
            name: format!("desk:{name}"),
            at: self.at,
            why,
            from: Some(self.client.to_string()),
            request: self.request.clone(),
        }
    }

    /// The same for what may be repeated: whoever signs in does not repeat a change.
    pub(crate) fn actor_again(&self, name: &str) -> Actor {
        Actor { request: None, ..self.actor(name, None) }
    }
}

/// The guard puts it there on every route that is not for anybody; a handler of another one is a fault of the table.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let unknown =
            || Self { client: Client::of_request(&parts.extensions), at: UtcMicros(0), request: None };
        Ok(parts.extensions.get().cloned().unwrap_or_else(unknown))
    }
}
