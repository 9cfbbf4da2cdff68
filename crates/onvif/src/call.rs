//! Signed calls: the camera's own time is asked for without a signature, since a camera whose clock is wrong refuses
//! every signature by the right one.

use std::fmt;
use std::sync::Arc;

use ashkar_terms::{Clock, UtcMicros};

use crate::address::Address;
use crate::error::CallError;
use crate::xml::Node;
use crate::{http, soap};

/// A name and a password. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Services of ONVIF, and what the action of their calls begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Device,
    Media,
    Media2,
}

impl Service {
    pub(crate) const fn namespace(self) -> &'static str {
        match self {
            Self::Device => "http://www.onvif.org/ver10/device/wsdl",
            Self::Media => "http://www.onvif.org/ver10/media/wsdl",
            Self::Media2 => "http://www.onvif.org/ver20/media/wsdl",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Device => "tds",
            Self::Media => "trt",
            Self::Media2 => "tr2",
        }
    }
}

/// Whoever calls one camera.
pub(crate) struct Caller {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) credentials: Option<Credentials>,
    /// By how much the camera's clock is ahead of this computer's, microseconds.
    pub(crate) ahead_us: i64,
}

impl Caller {
    /// Calls `name` of `service` with what is inside its element; returns the answer's element.
    pub(crate) async fn call(
        &self,
        address: &Address,
        service: Service,
        name: &str,
        inner: &str,
    ) -> Result<Node, CallError> {
        let security = match &self.credentials {
            Some(credentials) => {
                let mut nonce = [0; 16];
                getrandom::fill(&mut nonce).map_err(|_| CallError::NoChance)?;
                let created = UtcMicros(self.clock.now().wall.0.saturating_add(self.ahead_us));
                soap::security(credentials, &nonce, created)
            }
            None => String::new(),
        };
        self.exchange(address, service, name, inner, &security).await
    }

    /// The same without a signature. A camera that wants HTTP Digest gets that, which needs no clock.
    pub(crate) async fn call_unsigned(
        &self,
        address: &Address,
        service: Service,
        name: &str,
    ) -> Result<Node, CallError> {
        self.exchange(address, service, name, "", "").await
    }

    async fn exchange(
        &self,
        address: &Address,
        service: Service,
        name: &str,
        inner: &str,
        security: &str,
    ) -> Result<Node, CallError> {
        let prefix = service.prefix();
        let envelope = soap::envelope(&format!("<{prefix}:{name}>{inner}</{prefix}:{name}>"), security);
        let action = format!("{}/{name}", service.namespace());
        let answer = http::post(address, &action, &envelope, self.credentials.as_ref()).await?;
        soap::response(&answer, &format!("{name}Response"))
    }
}
