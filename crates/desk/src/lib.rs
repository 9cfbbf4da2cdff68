//! The commission's desk over HTTP: people sign in, see what is theirs to see, and change what their role may change.
//!
//! In: requests of browsers. Out: JSON, and the desk's one document. Every route is declared with its [`Rule`] in one
//! table; nothing reaches a handler past it. What must never happen: a route without a rule; a change that a foreign
//! page or a repeated request causes; a secret in a log; an answer that a cache keeps.

mod caller;
mod cookie;
mod describe;
mod given;
mod guard;
mod pages;
mod refusal;
mod routes;
mod table;
mod times;

use std::net::IpAddr;
use std::sync::Arc;

use ashkar_centre::Centre;
use ashkar_credentials::passkey::Passkeys;
use ashkar_credentials::password::PasswordPool;
use ashkar_credentials::throttle::{Limits, Throttle};
use ashkar_election::{PeopleStore, PersonName, ProgrammeStore, ProposalStore, Store, StoreError};
use ashkar_site::http::client::Client;
use ashkar_terms::UtcMicros;
use axum::{Router, middleware};

pub use ashkar_print::Telephone;
pub use describe::document as openapi_document;
pub use table::{Content, Declared, Rule};

/// Passwords hashed at once: each takes some 20 MB and a tenth of a second of a processor.
const PASSWORDS_AT_ONCE: usize = 2;
/// Passwords that may wait for that; more are told to come back.
const PASSWORDS_WAITING: usize = 30;

/// How long a place from which somebody has signed in stays familiar over a restart, microseconds: thirty days.
const FAMILIAR_US: i64 = 30 * 24 * 3_600_000_000;

/// What the desk needs of the store.
pub trait DeskStore: Store + PeopleStore + ProposalStore + ProgrammeStore {}
impl<T: Store + PeopleStore + ProposalStore + ProgrammeStore> DeskStore for T {}

/// How the desk is reached.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Scheme and host by which people reach the desk, such as `https://desk.example`: for links, and for passkeys, which
    /// are bound to it. Without it links name the host of the request, and there are no passkeys.
    pub origin: Option<Arc<str>>,
    /// It is reached by TLS without a proxy in between.
    pub tls: bool,
    /// Scheme and host by which devices at the stations reach the centre: for the codes on a station's sheet. Without it
    /// sheets have no codes of enrolment.
    pub devices_reach: Option<Arc<str>>,
    /// Whom a station calls: printed on its sheet; at most five fit.
    pub telephones: Arc<[Telephone]>,
}

/// The desk of one centre.
pub struct Desk {
    store: Arc<dyn DeskStore>,
    centre: Arc<Centre>,
    options: Options,
    passwords: PasswordPool,
    /// Attempts at passwords and invitations.
    attempts: Throttle<Client>,
    /// Attempts at second factors.
    factors: Throttle<Client>,
    passkeys: Option<Passkeys>,
    /// Secrets of one-time passwords that were shown and not confirmed yet.
    unconfirmed: routes::factors::Unconfirmed,
    programme: routes::programme::Known,
    turns: routes::papers::Turns,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Desk {
    /// The desk of `centre`, whose registry is `store`. An origin that passkeys cannot be bound to gives a desk without
    /// them.
    pub fn new(store: Arc<dyn DeskStore>, centre: Arc<Centre>, options: Options) -> Arc<Self> {
        let passkeys = options.origin.as_deref().and_then(|origin| Passkeys::new(origin).ok().flatten());
        Arc::new(Self {
            store,
            centre,
            options,
            passwords: PasswordPool::new(PASSWORDS_AT_ONCE, PASSWORDS_WAITING),
            attempts: Throttle::new(Limits::PASSWORD),
            factors: Throttle::new(Limits::SECOND_FACTOR),
            passkeys,
            unconfirmed: routes::factors::Unconfirmed::default(),
            programme: routes::programme::Known::default(),
            turns: routes::papers::Turns::default(),
        })
    }

    /// Takes over from the store where people have signed in lately: a restart makes nobody a stranger at their own
    /// desk.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn remember(&self) -> Result<(), StoreError> {
        for (name, from) in self.store.sign_ins(self.now().plus(-FAMILIAR_US)).await?.into_iter().rev() {
            if let Ok(address) = from.parse::<IpAddr>() {
                self.is_familiar(&name, address.into());
            }
        }
        Ok(())
    }

    /// Everything below `/desk`, `/en/desk` and `/ru/desk`.
    pub fn router(self: &Arc<Self>) -> Router {
        let tls = self.options.tls;
        let all = routes::table().router(Arc::clone(self)).merge(pages::router());
        all.layer(middleware::map_response(move |response| pages::secured(response, tls)))
    }

    /// Somebody has signed in wholly from `client`: who guesses elsewhere cannot keep them out from there.
    fn is_familiar(&self, name: &PersonName, client: Client) {
        self.attempts.signed_in(name.as_str(), client);
        self.factors.signed_in(name.as_str(), client);
    }

    /// From now on the person comes from nowhere known: the account was changed, disabled or recovered.
    fn is_strange(&self, name: &PersonName) {
        self.attempts.forget(name.as_str());
        self.factors.forget(name.as_str());
    }

    fn now(&self) -> UtcMicros {
        self.centre.now().wall
    }
}

/// Every route of the API with its rule, as the router was built from.
pub fn declared() -> Vec<Declared> {
    routes::table().declared()
}
