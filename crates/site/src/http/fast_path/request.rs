//! Request heads on the fast path: the plain ones of players are read here, all others are left to the HTTP library.

use httparse::{EMPTY_HEADER, Header, Request, Status};

/// Longest head that is taken here, bytes: players' are under 1 KiB. Longer ones are the HTTP library's.
pub const MAX_PLAYER_HEAD_BYTES: usize = 4096;
/// Header fields of a head that is taken here.
const MAX_FIELDS: usize = 32;

/// What players do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Fetch something.
    Get,
    /// Ask for the head of the answer.
    Head,
    /// Ask whether a page elsewhere may fetch it.
    Options,
}

/// The head of a request that may be a player's (RFC 9112, 2.1).
#[derive(Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// What is wanted of it.
    pub verb: Verb,
    /// In front of the question mark; begins with a slash.
    pub path: &'a str,
    /// Behind it; empty where there is none.
    pub query: &'a str,
    /// `If-None-Match`, each time that it is there.
    pub none_match: Vec<&'a [u8]>,
    /// `Accept-Encoding`, the same.
    pub accept_encoding: Vec<&'a [u8]>,
    /// `X-Forwarded-For`, the same: believed where a proxy asks.
    pub forwarded_for: Vec<&'a [u8]>,
    /// The client closes the connection behind the answer.
    pub closes: bool,
    /// Its bytes, with the empty line.
    pub length: usize,
}

impl<'a> Head<'a> {
    /// The head at the start of `bytes`: a GET, HEAD or OPTIONS of HTTP/1.1 in origin form, without a body, and asking for no
    /// other protocol. `None` for everything else, and where the head is not whole.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut fields = [EMPTY_HEADER; MAX_FIELDS];
        let mut request = Request::new(&mut fields);
        let Ok(Status::Complete(length)) = request.parse(bytes) else { return None };
        let verb = match request.method? {
            "GET" => Verb::Get,
            "HEAD" => Verb::Head,
            "OPTIONS" => Verb::Options,
            _ => return None,
        };
        let target = request.path.filter(|path| path.starts_with('/') && !path.contains('#'))?;
        if request.version != Some(1) {
            return None;
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut head = Self {
            verb,
            path,
            query,
            none_match: vec![],
            accept_encoding: vec![],
            forwarded_for: vec![],
            closes: false,
            length,
        };
        request.headers.iter().all(|field| head.takes(field)).then_some(head)
    }

    /// Notes what a field says. False for one that makes this another kind of request.
    fn takes(&mut self, field: &Header<'a>) -> bool {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        if is("if-none-match") {
            self.none_match.push(field.value);
        } else if is("accept-encoding") {
            self.accept_encoding.push(field.value);
        } else if is("x-forwarded-for") {
            self.forwarded_for.push(field.value);
        } else if is("connection") {
            return self.takes_connection(field.value);
        }
        let others = ["content-length", "transfer-encoding", "upgrade", "expect", "http2-settings"];
        !others.into_iter().any(is)
    }

    fn takes_connection(&mut self, value: &[u8]) -> bool {
        value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).all(|option| {
            self.closes = self.closes || option.eq_ignore_ascii_case(b"close");
            [&b"close"[..], b"keep-alive", b""].iter().any(|known| option.eq_ignore_ascii_case(known))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &[u8] =
        b"GET /live/7/12/1/index.m3u8?_HLS_msn=3 HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\nGET ";

    #[test]
    fn a_players_request_is_understood() {
        let head = Head::read(PLAIN).unwrap();
        assert_eq!((head.path, head.query), ("/live/7/12/1/index.m3u8", "_HLS_msn=3"));
        assert_eq!((head.verb, head.closes, head.length), (Verb::Get, false, PLAIN.len() - 4));
        assert_eq!(head.accept_encoding, [b"gzip"]);
        let closing =
            b"HEAD /media/x HTTP/1.1\r\nConnection: Keep-Alive, CLOSE\r\nIf-None-Match: \"a\"\r\n\r\n";
        let head = Head::read(closing).unwrap();
        assert!(head.verb == Verb::Head && head.closes);
        assert_eq!(head.none_match, [b"\"a\""]);
    }

    #[test]
    fn so_is_a_browsers_question_whether_a_page_elsewhere_may_ask() {
        let preflight = b"OPTIONS /live/7/12/1/index.m3u8 HTTP/1.1\r\nOrigin: https://h\r\n\
                          Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: cmcd-session\r\n\r\n";
        assert_eq!(Head::read(preflight).unwrap().verb, Verb::Options);
        assert_eq!(Head::read(b"OPTIONS * HTTP/1.1\r\n\r\n"), None);
    }

    #[test]
    fn whatever_could_mean_something_else_is_left_alone() {
        for other in [
            "POST / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.0\r\n\r\n",
            "GET http://h/ HTTP/1.1\r\n\r\n",
            "GET * HTTP/1.1\r\n\r\n",
            "GET /#f HTTP/1.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
            "GET / HTTP/1.1\r\ncontent-length : 3\r\n\r\nabc",
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
            "GET / HTTP/1.1\r\nConnection: te\r\n\r\n",
            "GET / HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: h\r\n",
            "",
            "\0",
        ] {
            assert_eq!(Head::read(other.as_bytes()), None, "{other}");
        }
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MAX_FIELDS + 1));
        assert_eq!(Head::read(many.as_bytes()), None);
    }

    #[test]
    fn a_head_that_is_not_whole_is_not_taken() {
        let whole = PLAIN.len() - 4;
        assert!((0..whole).all(|length| Head::read(&PLAIN[..length]).is_none()));
        assert!(Head::read(&PLAIN[..whole]).is_some());
    }
}
