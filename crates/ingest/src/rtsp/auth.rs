//! Answers to 401: Basic (RFC 7617) and Digest (RFC 7616: MD5, SHA-256, SHA-512/256; RFC 2069 for old cameras).

use http_auth::{PasswordClient, PasswordParams};

use super::message::Headers;
use super::source::Credentials;

/// Answers sent to the 401s of one request: to the challenge, to a nonce that went stale meanwhile, and Basic.
const MAX_ANSWERS: u8 = 3;
/// Maximum number of challenges of a 401 that are considered.
const MAX_CHALLENGES: usize = 8;

/// What was learned from the camera's challenges. No `Debug`: it holds the material of the answers.
pub(super) struct Authenticator {
    credentials: Option<Credentials>,
    client: Option<PasswordClient>,
    challenges: Vec<String>,
    /// Digest was refused although Basic is offered too.
    basic: bool,
}

/// Why a request cannot be authorised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// The camera asks for a password, and the address has none.
    #[error("the camera asks for a user name and password: write rtsp://user:password@host/path")]
    Needed,
    /// The camera does not accept the name and password.
    #[error("the camera refuses the user name or password")]
    Refused,
    /// Neither Basic nor Digest with a known algorithm.
    #[error("the camera asks for an authentication that is neither Basic nor Digest")]
    Unsupported,
}

impl Authenticator {
    /// Begins with what an earlier session learned: challenges that still hold, and whether Basic is what works.
    pub(super) fn new(credentials: Option<Credentials>, challenges: Vec<String>, basic: bool) -> Self {
        let mut new = Self { credentials, client: None, challenges, basic };
        new.client = new.build().ok();
        new
    }

    /// Handles the challenge of a 401 to a request that had already carried `answers` answers.
    pub(super) fn challenged(&mut self, headers: &Headers, answers: u8) -> Result<(), AuthError> {
        if self.credentials.is_none() {
            return Err(AuthError::Needed);
        }
        let challenges = headers.all("WWW-Authenticate").take(MAX_CHALLENGES).map(str::to_owned).collect();
        let before = std::mem::replace(&mut self.challenges, challenges);
        // Some cameras answer with a bare 401: their earlier challenges still stand.
        if self.challenges.is_empty() {
            self.challenges = before;
        }
        let client = self.build()?;
        if answers == 0 {
            self.client = Some(client);
            return Ok(());
        }
        // A stale nonce is not a wrong password: the camera gives out a new one from time to time.
        let stale = matches!(&client, PasswordClient::Digest(digest) if digest.stale());
        if answers < MAX_ANSWERS && stale {
            self.client = Some(client);
            return Ok(());
        }
        // Some cameras are set to Basic, offer Digest too, and accept only Basic.
        if answers < MAX_ANSWERS && !self.basic && matches!(client, PasswordClient::Digest(_)) {
            self.basic = true;
            self.client = Some(
                self.build()
                    .ok()
                    .filter(|client| matches!(client, PasswordClient::Basic(_)))
                    .ok_or(AuthError::Refused)?,
            );
            return Ok(());
        }
        Err(AuthError::Refused)
    }

    /// Challenges to begin the next session with.
    pub(super) fn challenges(&self) -> &[String] {
        &self.challenges
    }

    /// Whether Basic is used where Digest is offered too.
    pub(super) const fn is_basic(&self) -> bool {
        self.basic
    }

    fn build(&self) -> Result<PasswordClient, AuthError> {
        let all = || self.challenges.iter().map(String::as_str);
        let basic = self.basic.then(|| all().flat_map(basic_of).next()).flatten();
        if let Some(basic) = basic {
            return Ok(basic);
        }
        let builder = all().fold(PasswordClient::builder(), |builder, value| builder.challenges(value));
        builder.build().map_err(|_| AuthError::Unsupported)
    }

    /// The `Authorization` header for a request, once the camera has asked for one.
    pub(super) fn authorise(&mut self, method: &str, uri: &str) -> Option<String> {
        let credentials = self.credentials.as_ref()?;
        let parameters = PasswordParams {
            username: &credentials.user,
            password: &credentials.password,
            uri,
            method,
            body: Some(&[]),
        };
        self.client.as_mut()?.respond(&parameters).ok()
    }
}

/// The Basic challenge in a header's value, if there is one.
fn basic_of(value: &str) -> Option<PasswordClient> {
    let challenges = http_auth::parse_challenges(value).ok()?;
    let basic = challenges.iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case("Basic"))?;
    PasswordClient::try_from(basic).ok()
}
