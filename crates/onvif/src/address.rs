//! Where a camera's service is: HTTP, one host, no credentials.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// Longest address, bytes.
const BYTES_MAX: usize = 1024;
/// Where cameras have their device service (ONVIF Core 5.1).
const DEVICE_PATH: &str = "/onvif/device_service";

/// An address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub(crate) host: Host,
    pub(crate) port: u16,
    pub(crate) path: String,
}

/// Why a text is none. It does not repeat the text, in which a password may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No absolute URL, or too long.
    #[error("not an address; write http://10.0.0.5/onvif/device_service")]
    Invalid,
    /// Not HTTP.
    #[error("cameras are asked over http only")]
    Scheme,
    /// It holds a user or a password.
    #[error("name and password do not stand in this address")]
    Credentials,
}

impl Address {
    /// Reads `http://host[:port]/path`.
    ///
    /// # Errors
    /// [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = Some(text).filter(|text| text.len() <= BYTES_MAX).and_then(|text| Url::parse(text).ok());
        let url = url.ok_or(AddressError::Invalid)?;
        if url.scheme() != "http" {
            return Err(AddressError::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        let host = url.host().ok_or(AddressError::Invalid)?.to_owned();
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        Ok(Self { host, port: url.port().unwrap_or(80), path: format!("{}{query}", url.path()) })
    }

    /// The usual address of the camera at `host`, a name or a number.
    ///
    /// # Errors
    /// [`AddressError`] if it is neither.
    pub fn usual(host: &str) -> Result<Self, AddressError> {
        let host = if host.contains(':') { Host::parse(&format!("[{host}]")) } else { Host::parse(host) };
        let host = host.map_err(|_| AddressError::Invalid)?;
        Ok(Self { host, port: 80, path: DEVICE_PATH.to_owned() })
    }

    /// The host's number, if it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Ipv4(ip) => Some((*ip).into()),
            Host::Ipv6(ip) => Some((*ip).into()),
            Host::Domain(_) => None,
        }
    }

    /// Port and path of another service at this camera's own host. Whatever host a camera names, no other is asked: what
    /// it says could lead anywhere.
    pub(crate) fn of_service(&self, text: &str) -> Result<Self, AddressError> {
        Ok(Self { host: self.host.clone(), ..Self::parse(text)? })
    }

    /// Host and port.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.port == 80 {
            write!(f, "http://{}{}", self.host, self.path)
        } else {
            write!(f, "http://{}:{}{}", self.host, self.port, self.path)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_asked_at_the_cameras_own_host() {
        let camera = Address::parse("http://10.0.0.5:8000/onvif/device_service").unwrap();
        let media = camera.of_service("http://169.254.169.254:80/latest?x=1").unwrap();
        assert_eq!(media.to_string(), "http://10.0.0.5/latest?x=1");
        assert_eq!(camera.of_service("https://10.0.0.5/"), Err(AddressError::Scheme));
        assert_eq!(Address::parse("http://a:b@10.0.0.5/"), Err(AddressError::Credentials));
        assert_eq!(Address::parse("10.0.0.5"), Err(AddressError::Invalid));
        assert_eq!(Address::parse(&format!("http://a/{}", "x".repeat(2000))), Err(AddressError::Invalid));
        assert_eq!(Address::usual("10.0.0.5").unwrap().to_string(), "http://10.0.0.5/onvif/device_service");
        assert_eq!(Address::usual("fe80::1").unwrap().authority(), "[fe80::1]:80");
        assert!(Address::usual("a b").is_err());
    }
}
