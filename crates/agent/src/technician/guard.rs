//! Who may use the technician's page: no sockets here, only what a request says and where it comes from.
//!
//! What must never happen: a page of another site that acts through the browser of this computer, by its address or by a
//! name that points here (DNS rebinding); a code that can be guessed.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::HeaderMap;
use hyper::header::{COOKIE, HOST, HeaderName, ORIGIN};
use parking_lot::Mutex;
use subtle::ConstantTimeEq;

/// The cookie of a session from the network.
const COOKIE_NAME: &str = "ashkar-technician";
/// The header in which each request that does something repeats the page's secret.
pub(super) const PROOF: HeaderName = HeaderName::from_static("ashkar-proof");
/// What browsers say of where a request comes from (Fetch Metadata).
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Digits of the code.
const CODE_DIGITS: usize = 8;
/// Wrong codes of one address, and of all, in a window; afterwards no code is looked at until it is over.
const GUESSES: (u32, u32) = (5, 20);
/// The window, microseconds: ten minutes.
const WINDOW_US: u64 = 600_000_000;
/// How long somebody stays in, microseconds: a long day.
const SESSION_US: u64 = 12 * 3_600_000_000;
/// Sessions at once; the oldest goes.
const SESSIONS_MAX: usize = 16;

/// Why a request is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// It names another host than an address of this computer.
    Host,
    /// It comes from another site.
    Site,
    /// The code was not given yet.
    Code,
    /// It does something, and does not repeat the page's secret.
    Proof,
    /// Too many wrong codes.
    Guesses,
}

/// The guard of one page.
pub(crate) struct Guard {
    code: String,
    proof: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    window_us: u64,
    wrong: u32,
    of_address: HashMap<IpAddr, u32>,
    /// Secrets of cookies, and when they end.
    sessions: Vec<(String, u64)>,
}

impl Guard {
    /// With a code and a secret of its own.
    ///
    /// # Errors
    /// If the system gives no chance.
    pub(crate) fn draw() -> Result<Self, getrandom::Error> {
        let mut code = String::new();
        while code.len() < CODE_DIGITS {
            let mut byte = [0];
            getrandom::fill(&mut byte)?;
            // Each digit as often as the others.
            if byte[0] < 250 {
                code.push(char::from(b'0' + byte[0] % 10));
            }
        }
        Ok(Self { code, proof: secret()?, state: Mutex::default() })
    }

    /// What a person at the computer reads and types on the phone.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// What requests that do something repeat. Only a page of this server can read it.
    pub(super) fn proof(&self) -> &str {
        &self.proof
    }

    /// Whether the request is one to this server, from this server's own page or typed by a person.
    pub(super) fn is_ours(
        &self,
        headers: &HeaderMap,
        here: SocketAddr,
        peer: SocketAddr,
    ) -> Result<(), Denied> {
        let host = text(headers, &HOST).ok_or(Denied::Host)?;
        if !is_host(host, here, peer) {
            return Err(Denied::Host);
        }
        let is_own_site =
            text(headers, &FETCH_SITE).is_none_or(|site| matches!(site, "same-origin" | "none"));
        let is_own_origin =
            text(headers, &ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
        if is_own_site && is_own_origin { Ok(()) } else { Err(Denied::Site) }
    }

    /// Whether its sender may see the station: sits at this computer, or has given the code.
    pub(super) fn is_in(&self, headers: &HeaderMap, peer: SocketAddr, now_us: u64) -> Result<(), Denied> {
        if is_loopback(peer.ip()) {
            return Ok(());
        }
        let cookies = text(headers, &COOKIE).unwrap_or_default().split(';');
        let mut given =
            cookies.filter_map(|cookie| cookie.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='));
        let state = self.state.lock();
        let knows = |given: &str| {
            let is_open = |(known, ends): &(String, u64)| now_us < *ends && same(known, given);
            state.sessions.iter().any(is_open)
        };
        if given.any(knows) { Ok(()) } else { Err(Denied::Code) }
    }

    /// Whether a request that does something comes from the page.
    pub(super) fn is_proved(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let given = text(headers, &PROOF).unwrap_or_default();
        if same(given, &self.proof) { Ok(()) } else { Err(Denied::Proof) }
    }

    /// Lets in whoever knows the code; returns the cookie.
    pub(super) fn enter(&self, given: &str, peer: SocketAddr, now_us: u64) -> Result<String, Denied> {
        let mut state = self.state.lock();
        if now_us.saturating_sub(state.window_us) >= WINDOW_US {
            (state.window_us, state.wrong) = (now_us, 0);
            state.of_address.clear();
        }
        let of_address = state.of_address.get(&peer.ip()).copied().unwrap_or_default();
        if state.wrong >= GUESSES.1 || of_address >= GUESSES.0 {
            return Err(Denied::Guesses);
        }
        let digits: String = given.chars().filter(char::is_ascii_digit).take(CODE_DIGITS + 1).collect();
        if !same(&digits, &self.code) {
            state.wrong += 1;
            state.of_address.insert(peer.ip(), of_address + 1);
            return Err(Denied::Code);
        }
        let secret = secret().map_err(|_| Denied::Guesses)?;
        if state.sessions.len() >= SESSIONS_MAX {
            state.sessions.remove(0);
        }
        state.sessions.push((secret.clone(), now_us.saturating_add(SESSION_US)));
        let seconds = SESSION_US / 1_000_000;
        Ok(format!("{COOKIE_NAME}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}"))
    }
}

/// An address of this computer, as a number: a name could point here from anywhere.
fn is_host(host: &str, here: SocketAddr, peer: SocketAddr) -> bool {
    let port = here.port();
    if is_loopback(peer.ip()) && host == format!("localhost:{port}") {
        return true;
    }
    let plain = |ip: IpAddr| ip.to_canonical();
    host.parse::<SocketAddr>()
        .is_ok_and(|named| plain(named.ip()) == plain(here.ip()) && named.port() == port)
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: u16 = 8090;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn headers(all: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), hyper::header::HeaderValue::from_str(value).unwrap())
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn a_name_that_points_here_is_not_this_computer() {
        let guard = Guard::draw().unwrap();
        let (here, local) = (address("127.0.0.1:8090"), address("127.0.0.1:5000"));
        let ours = |all: &[(&str, &str)]| guard.is_ours(&headers(all), here, local);
        assert_eq!(ours(&[("host", "127.0.0.1:8090")]), Ok(()));
        assert_eq!(ours(&[("host", "localhost:8090")]), Ok(()));
        for host in [
            "evil.example:8090",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost",
            "127.0.0.2:8090",
            "[::1]:8090",
            "",
        ] {
            assert_eq!(ours(&[("host", host)]), Err(Denied::Host), "{host}");
        }
        assert_eq!(ours(&[]), Err(Denied::Host));
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://evil.example"),
            ("origin", "null"),
            ("origin", "https://127.0.0.1:8090"),
            ("origin", "http://127.0.0.1:8090.evil.example"),
        ] {
            assert_eq!(ours(&[("host", "127.0.0.1:8090"), (name, value)]), Err(Denied::Site), "{value}");
        }
        assert_eq!(ours(&[("host", "127.0.0.1:8090"), ("origin", "http://127.0.0.1:8090")]), Ok(()));
        let (lan, phone) = (SocketAddr::new("10.0.0.5".parse().unwrap(), PORT), address("10.0.0.9:5000"));
        assert_eq!(guard.is_ours(&headers(&[("host", "10.0.0.5:8090")]), lan, phone), Ok(()));
        assert_eq!(guard.is_ours(&headers(&[("host", "localhost:8090")]), lan, phone), Err(Denied::Host));
        // A socket for both families tells IPv4 in IPv6.
        let mapped = address("[::ffff:10.0.0.5]:8090");
        assert_eq!(guard.is_ours(&headers(&[("host", "10.0.0.5:8090")]), mapped, phone), Ok(()));
    }

    #[test]
    fn from_the_network_a_code_is_needed_and_cannot_be_guessed() {
        let guard = Guard::draw().unwrap();
        let (local, mapped, phone) =
            (address("127.0.0.1:5"), address("[::ffff:127.0.0.1]:5"), address("10.0.0.9:5"));
        assert_eq!(
            (guard.is_in(&headers(&[]), local, 0), guard.is_in(&headers(&[]), mapped, 0)),
            (Ok(()), Ok(()))
        );
        assert_eq!(guard.is_in(&headers(&[]), phone, 0), Err(Denied::Code));
        let spaced = format!("{} {}", &guard.code()[..4], &guard.code()[4..]);
        let cookie = guard.enter(&spaced, phone, 0).unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Strict; Path=/;"), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        let with = headers(&[("cookie", &format!("a=b; {pair}"))]);
        assert_eq!(guard.is_in(&with, phone, 1), Ok(()));
        assert_eq!(guard.is_in(&with, phone, SESSION_US), Err(Denied::Code), "it ends");
        let near = headers(&[("cookie", &pair[..pair.len() - 1])]);
        assert_eq!(guard.is_in(&near, phone, 1), Err(Denied::Code));

        let wrong = if guard.code() == "00000000" { "00000001" } else { "00000000" };
        let tries: Vec<_> = (0..6).map(|_| guard.enter(wrong, phone, 1).unwrap_err()).collect();
        assert_eq!(tries[4..], [Denied::Code, Denied::Guesses]);
        assert_eq!(guard.enter(guard.code(), phone, 2), Err(Denied::Guesses), "also the right one");
        for last in 0..30 {
            let _ = guard.enter(wrong, address(&format!("10.0.1.{last}:5")), 3);
        }
        assert_eq!(
            guard.enter(guard.code(), address("10.0.2.1:5"), 4),
            Err(Denied::Guesses),
            "of all addresses"
        );
        assert!(guard.enter(guard.code(), phone, WINDOW_US).is_ok(), "another window");
        for number in 0..40 {
            let _ = guard.enter(guard.code(), phone, WINDOW_US + number);
        }
        assert!(guard.state.lock().sessions.len() <= SESSIONS_MAX);
    }

    #[test]
    fn what_does_something_repeats_the_secret() {
        let guard = Guard::draw().unwrap();
        assert_eq!(guard.is_proved(&headers(&[])), Err(Denied::Proof));
        assert_eq!(guard.is_proved(&headers(&[("ashkar-proof", "x")])), Err(Denied::Proof));
        assert_eq!(guard.is_proved(&headers(&[("ashkar-proof", guard.proof())])), Ok(()));
        assert_ne!(Guard::draw().unwrap().proof(), guard.proof());
    }
}
