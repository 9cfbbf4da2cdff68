//! Passkeys (WebAuthn level 3) as a second factor.
//!
//! In: an origin; a person and the passkeys that are stored of them; what the browser answers; the time. Out: options for
//! the browser, and the [`Passkey`] to be stored, after each use anew. A ceremony's challenge is kept here, in memory,
//! under the id of the session: five minutes, one for each session, at most some thousands, each used once.
//!
//! No attestation is asked for: what model an authenticator is does not matter, so certificates are neither read nor
//! trusted. What remains to be verified is little, and is verified here, with the signatures of the TLS library.
//! Verification of the user (PIN, finger, face) is preferred, not required: the password is the other factor.
//!
//! What must never happen: an answer that counts twice, or for another person, another session or another site; a
//! signature believed that was not verified.

mod answer;
mod authenticator;
mod cbor;
mod ceremonies;
#[doc(hidden)]
pub mod fuzz;
mod key;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use url::{Host, Url};

use answer::{Authentication, ClientData, Registration, decode, encode};
use authenticator::{ID_BYTES_MAX, Said};
use ceremonies::{CHALLENGE_BYTES, Ceremonies, Purpose, SESSION_BYTES_MAX, time_out_ms};
use key::{ALGORITHMS, Key};

use crate::{NoRandomError, random};

/// How long a ceremony may take.
pub const CEREMONY: Duration = Duration::from_secs(5 * 60);
/// Passkeys that a person may have.
pub const PASSKEYS_MAX: usize = 10;
/// Longest stored form of a passkey, bytes.
const JSON_BYTES_MAX: usize = 8 << 10;

/// A passkey as it is stored. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passkey {
    /// Base64url.
    id: String,
    /// COSE, base64url.
    key: String,
    counter: u32,
    transports: Vec<String>,
}

/// The text is no stored passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no stored passkey")]
pub struct ParsePasskeyError;

impl Passkey {
    /// Its id, base64url, which no other passkey has.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The stored form.
    pub fn to_json(&self) -> String {
        json!(self).to_string()
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`ParsePasskeyError`].
    pub fn from_json(text: &str) -> Result<Self, ParsePasskeyError> {
        let read = Some(text).filter(|text| text.len() <= JSON_BYTES_MAX);
        let read: Option<Self> = read.and_then(|text| serde_json::from_str(text).ok());
        read.filter(Self::is_sane).ok_or(ParsePasskeyError)
    }

    fn is_sane(&self) -> bool {
        let id =
            decode(&self.id).filter(|id| (1..=ID_BYTES_MAX).contains(&id.len()) && encode(id) == self.id);
        id.is_some() && self.with_key(|_| ()).is_some()
    }

    fn with_key<T>(&self, then: impl FnOnce(Key<'_>) -> T) -> Option<T> {
        let bytes = decode(&self.key)?;
        let (map, rest) = cbor::Value::first(&bytes)?;
        Key::of_cose(&map).filter(|_| rest.is_empty()).map(then)
    }

    fn descriptor(&self) -> Value {
        json!({ "type": "public-key", "id": self.id, "transports": self.transports })
    }
}

/// A passkey proved the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedPasskey {
    /// To be stored in the place of the one with the same id: its counter is another.
    pub passkey: Passkey,
    /// Whether the authenticator knew who used it, by a PIN, a finger or a face.
    pub user_verified: bool,
}

/// Why an answer proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The system has no random numbers.
    #[error("the system gives no random numbers")]
    Random,
    /// The session has no such ceremony: it was finished, is over, or never began.
    #[error("the time for this is over; begin again")]
    NoCeremony,
    /// Not the JSON form of an answer, or what the authenticator says cannot be read.
    #[error("the answer of the browser cannot be read")]
    Form,
    /// Made for another challenge, another site, another kind of ceremony, or within a page of another site.
    #[error("the answer is to another question")]
    Foreign,
    /// Nobody touched the authenticator.
    #[error("nobody confirmed at the authenticator")]
    NotPresent,
    /// It is registered already.
    #[error("this passkey is registered already")]
    Registered,
    /// As many as a person may have are registered.
    #[error("a person has at most {PASSKEYS_MAX} passkeys; remove one first")]
    TooMany,
    /// It is none of the person's.
    #[error("it is none of the person's passkeys")]
    Unknown,
    /// The signature is not that of the passkey.
    #[error("the signature is wrong")]
    Signature,
    /// The passkey's counter did not go up: there may be a copy of it.
    #[error("the passkey may have been copied; register it anew")]
    Counter,
}

impl From<NoRandomError> for PasskeyError {
    fn from(_: NoRandomError) -> Self {
        Self::Random
    }
}

/// The text is no origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an origin is written like https://desk.example")]
pub struct OriginError;

/// Passkeys of one site, and its ceremonies that have begun.
#[derive(Debug)]
pub struct Passkeys {
    /// The host, to which passkeys are bound.
    host: String,
    /// As browsers write it.
    origin: String,
    ceremonies: Ceremonies,
}

impl Passkeys {
    /// Passkeys of the site at `origin`, such as `https://desk.example:8443`. `None` where browsers have no passkeys: at
    /// an IP address, and without TLS, except on `localhost`.
    ///
    /// # Errors
    /// [`OriginError`] if it is none.
    pub fn new(origin: &str) -> Result<Option<Self>, OriginError> {
        let url = Url::parse(origin).map_err(|_| OriginError)?;
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if !matches!(url.scheme(), "https" | "http") || !is_bare || !is_anonymous {
            return Err(OriginError);
        }
        let Some(Host::Domain(host)) = url.host() else { return Ok(None) };
        let is_secure = url.scheme() == "https" || host == "localhost" || host.ends_with(".localhost");
        let passkeys = Self {
            host: host.to_owned(),
            origin: url.origin().ascii_serialization(),
            ceremonies: Ceremonies::default(),
        };
        Ok(is_secure.then_some(passkeys))
    }

    /// Begins to register a passkey of the person `name` in the session with this id: options for
    /// `navigator.credentials.create`, as JSON. `registered` are those that the person has.
    ///
    /// # Errors
    /// [`PasskeyError::Random`], [`PasskeyError::TooMany`], or [`PasskeyError::Form`] if the id of the session is too
    /// long.
    pub fn start_registration(
        &self,
        session: &str,
        name: &str,
        display_name: &str,
        registered: &[Passkey],
        now: Instant,
    ) -> Result<Value, PasskeyError> {
        if registered.len() >= PASSKEYS_MAX {
            return Err(PasskeyError::TooMany);
        }
        let challenge = self.begin(session, Purpose::Registration, now)?;
        let algorithms = ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm }));
        Ok(json!({ "publicKey": {
            "rp": { "id": self.host, "name": self.host },
            "user": { "id": encode(&self.handle(name)), "name": name, "displayName": display_name },
            "challenge": encode(&challenge),
            "pubKeyCredParams": algorithms,
            "timeout": time_out_ms(CEREMONY),
            "excludeCredentials": descriptors(registered),
            "authenticatorSelection": {
                "residentKey": "preferred", "requireResidentKey": false, "userVerification": "preferred"
            },
            "attestation": "none",
        }}))
    }

    /// The new passkey, to be stored as the person's whose session it is; the store refuses an id that anybody has.
    ///
    /// # Errors
    /// [`PasskeyError`]. The ceremony is over, however it ends.
    pub fn finish_registration(
        &self,
        session: &str,
        answer: &Value,
        registered: &[Passkey],
        now: Instant,
    ) -> Result<Passkey, PasskeyError> {
        let challenge = self.end(session, Purpose::Registration, now)?;
        let answer = Registration::read(answer)?;
        self.check_client_data(&answer.client_data, "webauthn.create", challenge)?;
        let said = Said::of_registration(&answer.attestation_object).ok_or(PasskeyError::Form)?;
        self.check_said(&said)?;
        let new = said.credential.as_ref().filter(|new| new.id == answer.id).ok_or(PasskeyError::Form)?;
        let passkey = Passkey {
            id: encode(new.id),
            key: encode(new.key),
            counter: said.counter,
            transports: answer.transports,
        };
        if registered.iter().any(|known| known.id == passkey.id) {
            return Err(PasskeyError::Registered);
        }
        if registered.len() >= PASSKEYS_MAX {
            return Err(PasskeyError::TooMany);
        }
        Ok(passkey)
    }

    /// Begins to ask the person of the session with this id for one of `registered`: options for
    /// `navigator.credentials.get`, as JSON.
    ///
    /// # Errors
    /// [`PasskeyError::Unknown`] if there are none, [`PasskeyError::Random`], or [`PasskeyError::Form`] if the id of the
    /// session is too long.
    pub fn start_authentication(
        &self,
        session: &str,
        registered: &[Passkey],
        now: Instant,
    ) -> Result<Value, PasskeyError> {
        if registered.is_empty() {
            return Err(PasskeyError::Unknown);
        }
        let challenge = self.begin(session, Purpose::Authentication, now)?;
        Ok(json!({ "publicKey": {
            "challenge": encode(&challenge),
            "timeout": time_out_ms(CEREMONY),
            "rpId": self.host,
            "allowCredentials": descriptors(registered),
            "userVerification": "preferred",
        }}))
    }

    /// The passkey of the person `name` that proves them; `registered` are theirs.
    ///
    /// # Errors
    /// [`PasskeyError`]. The ceremony is over, however it ends.
    pub fn finish_authentication(
        &self,
        session: &str,
        name: &str,
        answer: &Value,
        registered: &[Passkey],
        now: Instant,
    ) -> Result<UsedPasskey, PasskeyError> {
        let challenge = self.end(session, Purpose::Authentication, now)?;
        let answer = Authentication::read(answer)?;
        let id = encode(&answer.id);
        let known = registered.iter().find(|known| known.id == id).ok_or(PasskeyError::Unknown)?;
        if answer.user_handle.is_some_and(|handle| handle != self.handle(name)) {
            return Err(PasskeyError::Unknown);
        }
        self.check_client_data(&answer.client_data, "webauthn.get", challenge)?;
        let said = Said::read(&answer.authenticator_data).ok_or(PasskeyError::Form)?;
        self.check_said(&said)?;
        let message = [&*answer.authenticator_data, &*Sha256::digest(&answer.client_data)].concat();
        if known.with_key(|key| key.verify(&message, &answer.signature)) != Some(true) {
            return Err(PasskeyError::Signature);
        }
        // Those that are copied between a person's devices do not count.
        if (said.counter, known.counter) != (0, 0) && said.counter <= known.counter {
            return Err(PasskeyError::Counter);
        }
        let passkey = Passkey { counter: said.counter, ..known.clone() };
        Ok(UsedPasskey { passkey, user_verified: said.user_verified })
    }

    fn begin(
        &self,
        session: &str,
        purpose: Purpose,
        now: Instant,
    ) -> Result<[u8; CHALLENGE_BYTES], PasskeyError> {
        if session.len() > SESSION_BYTES_MAX {
            return Err(PasskeyError::Form);
        }
        let challenge = *random()?;
        self.ceremonies.begin(session, purpose, challenge, now);
        Ok(challenge)
    }

    fn end(
        &self,
        session: &str,
        purpose: Purpose,
        now: Instant,
    ) -> Result<[u8; CHALLENGE_BYTES], PasskeyError> {
        self.ceremonies.end(session, purpose, now).ok_or(PasskeyError::NoCeremony)
    }

    /// Under which an authenticator keeps the passkeys of a person: not the name itself, as the specification asks.
    fn handle(&self, name: &str) -> [u8; 32] {
        Sha256::digest(format!("ashkar passkeys\n{}\n{name}", self.host)).into()
    }

    fn check_client_data(
        &self,
        json: &[u8],
        kind: &str,
        challenge: [u8; CHALLENGE_BYTES],
    ) -> Result<(), PasskeyError> {
        let data: ClientData = serde_json::from_slice(json).map_err(|_| PasskeyError::Form)?;
        let answered = decode(&data.challenge).ok_or(PasskeyError::Form)?;
        let is_ours = bool::from(answered.ct_eq(&challenge))
            && data.kind == kind
            && data.origin == self.origin
            && !data.cross_origin;
        if is_ours { Ok(()) } else { Err(PasskeyError::Foreign) }
    }

    fn check_said(&self, said: &Said<'_>) -> Result<(), PasskeyError> {
        if said.host_hash != Sha256::digest(&self.host).as_slice() {
            return Err(PasskeyError::Foreign);
        }
        if said.user_present { Ok(()) } else { Err(PasskeyError::NotPresent) }
    }
}

fn descriptors(passkeys: &[Passkey]) -> Vec<Value> {
    passkeys.iter().map(Passkey::descriptor).collect()
}
