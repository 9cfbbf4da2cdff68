//! The `Transport` and `Session` headers (RFC 2326, 12.37 and 12.39), as cameras write them.

/// Longest session identifier that is accepted, characters.
const MAX_SESSION_CHARS: usize = 256;
/// Timeout if the camera gives none, or nothing sensible (RFC 2326, 12.37).
const DEFAULT_TIMEOUT_S: u64 = 60;
const MIN_TIMEOUT_S: u64 = 4;
const MAX_TIMEOUT_S: u64 = 120;

/// The camera's response about a stream's transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Agreed {
    /// RTP and RTCP channels, if interleaved.
    pub(super) interleaved: Option<(u8, u8)>,
    /// The camera's RTP and RTCP ports, if over UDP.
    pub(super) server_ports: Option<(u16, u16)>,
    /// The source that it announces.
    pub(super) ssrc: Option<u32>,
    /// It names plain RTP, although TCP has a name of its own.
    plain: bool,
}

impl Agreed {
    /// Reads the header; what cannot be read is left out.
    pub(super) fn parse(header: &str) -> Self {
        let profile = header.split(';').next().unwrap_or_default().trim().to_ascii_uppercase();
        let plain = matches!(profile.as_str(), "RTP/AVP" | "RTP/AVP/UDP" | "RTP/AVPF");
        let mut out = Self { plain, ..Self::default() };
        for (name, value) in header.split(';').filter_map(|word| word.trim().split_once('=')) {
            match name.trim().to_ascii_lowercase().as_str() {
                "interleaved" => out.interleaved = pair(value, |channel| u8::checked_add(channel, 1)),
                // `hikvision_ssrc_with_a_blank`.
                "ssrc" => out.ssrc = u32::from_str_radix(value.trim().trim_matches('"'), 16).ok(),
                "server_port" => out.server_ports = pair(value, |port| u16::checked_add(port, 1)),
                _ => {}
            }
        }
        out
    }

    /// Whether the camera means to send datagrams.
    pub(super) const fn is_udp(&self) -> bool {
        self.plain && self.interleaved.is_none() && self.server_ports.is_some()
    }
}

/// `4-5`, or `4` alone.
fn pair<N: std::str::FromStr + Copy>(text: &str, next: impl Fn(N) -> Option<N>) -> Option<(N, N)> {
    let (first, second) = text.trim().split_once('-').unwrap_or_else(|| (text.trim(), ""));
    let first: N = first.trim().parse().ok()?;
    Some((first, second.trim().parse().ok().or_else(|| next(first))?))
}

/// A session's identifier and how long the camera keeps it without a request, seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SessionHeader {
    pub(super) id: String,
    pub(super) timeout_s: u64,
}

impl SessionHeader {
    /// Reads the header; a timeout outside [`MIN_TIMEOUT_S`] to [`MAX_TIMEOUT_S`] is clamped.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let mut words = header.split(';').map(str::trim);
        let id = words.next().filter(|id| !id.is_empty() && id.len() <= MAX_SESSION_CHARS)?;
        if id.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return None;
        }
        let seconds = words.filter_map(|word| word.split_once('=')).find_map(|(name, value)| {
            name.trim().eq_ignore_ascii_case("timeout").then(|| value.trim().parse().ok()).flatten()
        });
        let timeout_s = seconds.filter(|seconds| *seconds > 0).unwrap_or(DEFAULT_TIMEOUT_S);
        Some(Self { id: id.to_owned(), timeout_s: timeout_s.clamp(MIN_TIMEOUT_S, MAX_TIMEOUT_S) })
    }
}

/// The address of a stream, or of the whole session: built as live555 and ffmpeg do, and so as cameras expect. RFC 3986
/// would replace the last part of the path and lose the query (`dahua_slash_behind_the_query`,
/// `gwsecurity_start_code_behind_a_set`).
pub(super) fn join_control(base: &str, control: Option<&str>) -> String {
    match control.map(str::trim) {
        None | Some("" | "*") => base.to_owned(),
        Some(absolute) if is_request_uri(absolute) => absolute.to_owned(),
        Some(relative) => {
            let clean: String = relative.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
            format!("{}/{}", base.trim_end_matches('/'), clean.trim_start_matches('/'))
        }
    }
}

/// Whether a camera's text can be used in a request line.
pub(super) fn is_request_uri(text: &str) -> bool {
    text.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("rtsp://"))
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_in_many_spellings() {
        let tcp = |text| Agreed::parse(text).interleaved;
        assert_eq!(tcp("RTP/AVP/TCP;unicast;interleaved=4-5;ssrc= d6d6627"), Some((4, 5)));
        assert_eq!(tcp("RTP/AVP/TCP; Interleaved = 6"), Some((6, 7)));
        assert_eq!(tcp("RTP/AVP/TCP;interleaved=255"), None);
        assert_eq!(tcp("RTP/AVP/TCP;interleaved=x-y"), None);
        assert_eq!(Agreed::parse("RTP/AVP/TCP;ssrc= d6d6627").ssrc, Some(0x0d6d_6627));
        assert!(!Agreed::parse("RTP/AVP;unicast;interleaved=0-1").is_udp());
        let udp = Agreed::parse("RTP/AVP;unicast;client_port=1-2;server_port=6970-6971;mode=\"PLAY\"");
        assert_eq!(udp.server_ports, Some((6970, 6971)));
        assert!(udp.is_udp());
    }

    #[test]
    fn sessions_with_odd_timeouts() {
        let parse = |text| SessionHeader::parse(text).map(|header| (header.id, header.timeout_s));
        assert_eq!(parse("123;timeout=30"), Some(("123".into(), 30)));
        assert_eq!(parse("abc"), Some(("abc".into(), 60)));
        assert_eq!(parse("abc ; timeout = 0"), Some(("abc".into(), 60)));
        assert_eq!(parse("abc;timeout=1"), Some(("abc".into(), 4)));
        assert_eq!(parse("abc;timeout=99999999"), Some(("abc".into(), 120)));
        assert_eq!(parse("abc;timeout=x;y"), Some(("abc".into(), 60)));
        assert_eq!(parse(""), None);
        assert_eq!(parse("a b"), None);
    }

    #[test]
    fn controls_are_appended() {
        let base = "rtsp://h/cam/realmonitor?channel=1&subtype=0";
        assert_eq!(join_control(base, Some("trackID=0")), format!("{base}/trackID=0"));
        assert_eq!(join_control("rtsp://h/x/", Some("/stream=1")), "rtsp://h/x/stream=1");
        assert_eq!(join_control("rtsp://h/x", Some("*")), "rtsp://h/x");
        assert_eq!(join_control("rtsp://h/x", Some("RTSP://h/y")), "RTSP://h/y");
        assert_eq!(join_control("rtsp://h/x", Some("a\r\nb c")), "rtsp://h/x/abc");
    }
}
