//! Addresses of cameras (RFC 2326, 3.2): parsed once, the credentials kept apart; printed without credentials and
//! query.

use std::fmt;

use ashkar_terms::CameraId;
use url::Url;

/// The port of RTSP (RFC 2326, 3.2).
const DEFAULT_PORT: u16 = 554;

/// How the media travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transport {
    /// TCP interleaved; UDP if the camera refuses it, with whatever code.
    #[default]
    Auto,
    /// Inside the RTSP connection (RFC 2326, 10.12).
    Tcp,
    /// RTP over UDP, with a small reorder buffer.
    Udp,
}

/// Where one camera is pulled from. `Debug` and `Display` show neither credentials nor the query.
#[derive(Clone, PartialEq, Eq)]
pub struct RtspSource {
    camera: CameraId,
    url: Url,
    host: String,
    port: u16,
    transport: Transport,
    credentials: Option<Credentials>,
}

/// A name and a password for the camera. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name, percent-decoded.
    pub user: String,
    /// The password, percent-decoded.
    pub password: String,
}

/// Why an address cannot be pulled from. The texts hold no part of the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Not an absolute URL.
    #[error("not an address: {0}; write rtsp://user:password@host:554/path")]
    Invalid(url::ParseError),
    /// RTSP inside TLS.
    #[error("rtsps is not supported: use rtsp:// inside a tunnel, or let the camera push over RTMP")]
    Tls,
    /// Another protocol.
    #[error("the centre fetches rtsp:// only: a camera that speaks another protocol must push over RTMP")]
    Scheme,
    /// No host.
    #[error("the address names no host; write rtsp://host:554/path")]
    NoHost,
    /// Credentials that are not UTF-8, or that hold control characters.
    #[error("user name or password are not valid text after percent-decoding")]
    Credentials,
}

impl RtspSource {
    /// Reads `rtsp://[user[:password]@]host[:port]/path[?query]`.
    ///
    /// # Errors
    /// A [`SourceError`] that says what to write instead.
    pub fn parse(camera: CameraId, address: &str, transport: Transport) -> Result<Self, SourceError> {
        let mut url = Url::parse(address.trim()).map_err(SourceError::Invalid)?;
        match url.scheme() {
            "rtsp" => {}
            "rtsps" => return Err(SourceError::Tls),
            _ => return Err(SourceError::Scheme),
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SourceError::NoHost)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port().unwrap_or(DEFAULT_PORT);
        let credentials = credentials(&url)?;
        // Neither call can fail for a URL with a host; a request line must not carry them.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_fragment(None);
        Ok(Self { camera, url, host, port, transport, credentials })
    }

    /// The camera that is pulled.
    pub const fn camera(&self) -> CameraId {
        self.camera
    }

    /// The address without credentials, as it stands in request lines. Its query may hold secrets: never log it.
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Host name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// TCP port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// How the media travel.
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// Name and password, if the address had them.
    pub const fn credentials(&self) -> Option<&Credentials> {
        self.credentials.as_ref()
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, SourceError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let user = decode_percent(url.username())?;
    let password = decode_percent(url.password().unwrap_or(""))?;
    Ok(Some(Credentials { user, password }))
}

fn decode_percent(text: &str) -> Result<String, SourceError> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, after) {
            (b'%', [high, low, tail @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                out.push(hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0));
                rest = tail;
            }
            _ => {
                out.push(byte);
                rest = after;
            }
        }
    }
    let decoded = String::from_utf8(out).map_err(|_| SourceError::Credentials)?;
    if decoded.chars().any(char::is_control) { Err(SourceError::Credentials) } else { Ok(decoded) }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

impl fmt::Display for RtspSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = self.host.contains(':');
        let (open, close) = if bracketed { ("[", "]") } else { ("", "") };
        write!(f, "rtsp://{open}{}{close}:{}{}", self.host, self.port, self.url.path())?;
        if self.url.query().is_some() { f.write_str("?…") } else { Ok(()) }
    }
}

impl fmt::Debug for RtspSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RtspSource")
            .field("camera", &self.camera)
            .field("url", &format_args!("{self}"))
            .field("transport", &self.transport)
            .field("credentials", &self.credentials)
            .finish()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str) -> Result<RtspSource, SourceError> {
        RtspSource::parse(CameraId::new(7, 12, 1), address, Transport::Auto)
    }

    #[test]
    fn credentials_leave_the_address() {
        let source =
            parse("rtsp://admin:p%40ss%3Aword@10.1.2.3/Streaming/Channels/101?profile=secret").unwrap();
        assert_eq!(source.url().as_str(), "rtsp://10.1.2.3/Streaming/Channels/101?profile=secret");
        assert_eq!((source.host(), source.port()), ("10.1.2.3", 554));
        assert_eq!(source.credentials().unwrap().password, "p@ss:word");
        let shown = format!("{source} {source:?}");
        for secret in ["admin", "p@ss", "p%40ss", "secret"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn other_schemes_are_refused_with_advice() {
        assert_eq!(parse("rtsps://h/"), Err(SourceError::Tls));
        assert_eq!(parse("http://h/"), Err(SourceError::Scheme));
        assert_eq!(parse("rtsp:///path"), Err(SourceError::NoHost));
        assert!(matches!(parse("10.1.2.3/path"), Err(SourceError::Invalid(_))));
        assert_eq!(parse("rtsp://a%00:b@h/"), Err(SourceError::Credentials));
    }

    #[test]
    fn hosts_of_every_kind() {
        assert_eq!(parse("rtsp://[::1]:8554/x").unwrap().host(), "::1");
        assert_eq!(parse("rtsp://[::1]:8554/x").unwrap().to_string(), "rtsp://[::1]:8554/x");
        assert_eq!(parse("rtsp://camera.local").unwrap().port(), 554);
    }
}
