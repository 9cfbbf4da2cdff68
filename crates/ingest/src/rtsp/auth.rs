//! Answers to 401: Basic (RFC 7617) and Digest (RFC 7616: MD5, SHA-256, SHA-512/256; RFC 2069 for old cameras).

use http_auth::{PasswordClient, PasswordParams};

use super::message::Headers;
use super::source::Credentials;

/// What was learned from the camera's challenges. No `Debug`: it holds what answers are made of.
pub(super) struct Authenticator {
    credentials: Option<Credentials>,
    client: Option<PasswordClient>,
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
    /// Neither Basic nor a Digest of a known algorithm.
    #[error("the camera asks for an authentication that is neither Basic nor Digest")]
    Unsupported,
}

impl Authenticator {
    pub(super) const fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, client: None }
    }

    /// Takes the challenge of a 401. `again` says that the request already carried an answer to a challenge.
    pub(super) fn challenged(&mut self, headers: &Headers, again: bool) -> Result<(), AuthError> {
        if self.credentials.is_none() {
            return Err(AuthError::Needed);
        }
        let challenges = headers.all("WWW-Authenticate");
        let builder = challenges.fold(PasswordClient::builder(), |builder, value| builder.challenges(value));
        let client = builder.build().map_err(|_| AuthError::Unsupported)?;
        // A stale nonce is not a wrong password: the camera gives out a new one from time to time.
        let stale = matches!(&client, PasswordClient::Digest(digest) if digest.stale());
        if again && !stale {
            return Err(AuthError::Refused);
        }
        self.client = Some(client);
        Ok(())
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
