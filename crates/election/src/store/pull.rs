//! Addresses of cameras that the centre pulls. Their passwords must never be logged, printed or serialised.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use url::Url;

/// The longest address that is kept, in bytes.
const MAX_URL_BYTES: usize = 2048;

/// Where the centre pulls a camera from: an `rtsp` address, which may hold a user and a password.
///
/// `Display`, `Debug` and JSON show `rtsp://***@host:554/…` and no more: some cameras take the password in the path or
/// the query as well. [`PullUrl::expose`] is for the code that connects.
#[derive(Clone, PartialEq, Eq)]
pub struct PullUrl(Url);

impl PullUrl {
    /// The address with its credentials. Never log it.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

/// Why an address is refused. It does not repeat the address, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PullUrlError {
    /// Not an address.
    #[error("the address is not a URL; one is written like rtsp://user:password@192.0.2.7:554/stream")]
    NotAUrl,
    /// Another protocol.
    #[error("cameras are fetched by rtsp:// only")]
    Scheme,
    /// No host.
    #[error("the address has no host")]
    NoHost,
    /// Too long.
    #[error("the address is longer than {MAX_URL_BYTES} bytes")]
    TooLong,
}

impl FromStr for PullUrl {
    type Err = PullUrlError;

    fn from_str(text: &str) -> Result<Self, PullUrlError> {
        if text.len() > MAX_URL_BYTES {
            return Err(PullUrlError::TooLong);
        }
        let url = Url::parse(text).map_err(|_| PullUrlError::NotAUrl)?;
        match (url.scheme(), url.host_str()) {
            ("rtsp", Some(host)) if !host.is_empty() => Ok(Self(url)),
            ("rtsp", _) => Err(PullUrlError::NoHost),
            _ => Err(PullUrlError::Scheme),
        }
    }
}

impl fmt::Display for PullUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = !self.0.username().is_empty() || self.0.password().is_some();
        let host = self.0.host_str().unwrap_or_default();
        write!(f, "rtsp://{}{host}", if secret { "***@" } else { "" })?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str("/…")
    }
}

impl fmt::Debug for PullUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PullUrl({self})")
    }
}

impl Serialize for PullUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_never_show() {
        let text = "rtsp://admin:gizli@192.0.2.7:8554/user=admin&password=gizli?token=gizli";
        let url: PullUrl = text.parse().unwrap();
        for shown in [format!("{url}"), format!("{url:?}"), serde_json::to_string(&url).unwrap()] {
            assert!(shown.contains("rtsp://***@192.0.2.7:8554/…") && !shown.contains("gizli"), "{shown}");
        }
        assert_eq!(url.expose().as_str(), text);
        assert_eq!(
            "rtsp://[2001:db8::7]/a".parse::<PullUrl>().unwrap().to_string(),
            "rtsp://[2001:db8::7]/…"
        );
    }

    #[test]
    fn refuses_what_is_no_rtsp_address() {
        let refused = [
            ("192.0.2.7/stream", PullUrlError::NotAUrl),
            ("http://192.0.2.7/", PullUrlError::Scheme),
            ("rtsp:///stream", PullUrlError::NoHost),
            ("file:///etc/passwd", PullUrlError::Scheme),
        ];
        for (text, error) in refused {
            assert_eq!(text.parse::<PullUrl>().unwrap_err(), error, "{text}");
        }
        assert_eq!(
            format!("rtsp://h/{}", "a".repeat(3000)).parse::<PullUrl>().unwrap_err(),
            PullUrlError::TooLong
        );
    }
}
