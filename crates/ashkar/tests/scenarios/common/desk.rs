//! People at the desk of a running centre.

use std::path::Path;
use std::time::Duration;

use ashkar_credentials::token::Token;
use ashkar_election::{
    Actor, Language, NewInvitation, NewSession, PeopleStore, PersonName, Profile, Role, SecretChange,
    SignInStage, SqliteStore,
};
use ashkar_terms::{Clock, SystemClock};
use serde_json::Value;

/// Somebody with a browser.
pub struct Person {
    pub name: String,
    http: String,
    cookie: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The type of the problem; nothing of what is none.
    pub fn problem(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of what must succeed.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// The problem of what must be refused.
    #[track_caller]
    pub fn refused(self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.problem()
    }
}

impl Person {
    /// Nobody: a browser without a cookie.
    pub fn nobody(http: &str) -> Self {
        Self { name: "nobody".to_owned(), http: http.to_owned(), cookie: String::new() }
    }

    /// Somebody with an account on `data` whose session has come to `stage`.
    pub fn at(data: &Path, http: &str, name: &str, profile: Profile, stage: SignInStage) -> Self {
        let token = Token::generate().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(account(data, name, &profile, stage, &token));
        let cookie = format!("__Host-ashkar-desk={}", token.reveal().as_str());
        Self { name: name.to_owned(), http: http.to_owned(), cookie }
    }

    /// Somebody of that role, for the whole country, signed in.
    pub fn signed_in(data: &Path, http: &str, name: &str, role: Role) -> Self {
        Self::at(data, http, name, profile(role, None), SignInStage::Full)
    }

    /// What the browser keeps, for another client.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[])
    }

    /// A change, with a new key.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let key = new_key();
        self.send("POST", path, Some(&body.to_string()), &[("idempotency-key", &key)])
    }

    /// Any request, as the desk's own pages send it.
    pub fn send(&self, method: &str, path: &str, body: Option<&str>, more: &[(&str, &str)]) -> Answer {
        let has_type = more.iter().any(|(name, _)| *name == "content-type");
        let json = [("content-type", "application/json")];
        let kind = if body.is_some() && !has_type { &json[..] } else { &[] };
        self.send_bytes(method, path, body.unwrap_or_default().as_bytes(), &[more, kind].concat())
    }

    /// The same with any body.
    pub fn send_bytes(&self, method: &str, path: &str, body: &[u8], more: &[(&str, &str)]) -> Answer {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/desk/api/v1{path}", self.http)
        };
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(20)))
            .max_redirects(0)
            .build()
            .into();
        let mut request = ureq::http::Request::builder().method(method).uri(&url);
        if !self.cookie.is_empty() {
            request = request.header("cookie", &self.cookie);
        }
        let has_site = more.iter().any(|(name, _)| matches!(*name, "sec-fetch-site" | "origin"));
        if !has_site {
            request = request.header("sec-fetch-site", "same-origin");
        }
        for (name, value) in more {
            request = request.header(*name, *value);
        }
        let request = request.body(body).unwrap();
        let mut response = agent.run(request).unwrap_or_else(|error| panic!("{method} {url}: {error}"));
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = response.body_mut().with_config().limit(16 << 20).read_to_vec().expect("a body");
        Answer { status: response.status().as_u16(), headers, body }
    }
}

/// A key that no other request has.
pub fn new_key() -> String {
    Token::generate().unwrap().reveal().as_str().replace('_', "-")
}

pub fn profile(role: Role, constituencies: Option<&[u16]>) -> Profile {
    let constituencies = constituencies.map(|numbers| numbers.iter().copied().collect());
    Profile { display_name: format!("A {role}"), role, constituencies, language: Language::En }
}

async fn account(data: &Path, name: &str, profile: &Profile, stage: SignInStage, token: &Token) {
    let store = SqliteStore::open(data).await.unwrap();
    let now = SystemClock::new().now().wall;
    let (by, name): (_, PersonName) = (Actor::new("test", now), name.parse().unwrap());
    if store.person(&name).await.unwrap().is_none() {
        let (token_hash, expires_at) = (Token::generate().unwrap().hash().0, now.plus(60_000_000));
        store.invite(&name, profile, &NewInvitation { token_hash, expires_at }, &by).await.unwrap();
        let waiting = session(Token::generate().unwrap().hash().0, SignInStage::Enrol, now);
        store.accept_invitation(&token_hash, "$none", &waiting, &by).await.unwrap();
        if stage != SignInStage::Enrol {
            let secret = ashkar_credentials::totp::TotpSecret::generate().unwrap().reveal().to_string();
            store.change_secret(&name, &SecretChange::Totp { secret, step: 0 }, 0, &by).await.unwrap();
        }
    }
    store.begin_session(&name, &session(token.hash().0, stage, now), &by).await.unwrap();
    store.close().await;
}

fn session(token_hash: [u8; 32], stage: SignInStage, now: ashkar_terms::UtcMicros) -> NewSession {
    let expires_at = now.plus(3_600_000_000);
    NewSession { token_hash, stage, expires_at, from: "127.0.0.1".to_owned(), agent: "a test".to_owned() }
}
