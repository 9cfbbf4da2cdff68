//! The desk's one cookie. It holds a random token, goes to this host and over TLS alone, and to no script.

use std::time::Duration;

use ashkar_credentials::token::Token;
use axum::http::{HeaderMap, HeaderValue, header};

/// Its name. The prefix makes browsers refuse it from a part of the host's domain, for another path, or without TLS.
pub(crate) const NAME: &str = "__Host-ashkar-desk";

/// The token of the request's cookie.
pub(crate) fn token(headers: &HeaderMap) -> Option<Token> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|field| field.to_str().ok());
    let mut pairs = fields.flat_map(|field| field.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME)?.1.parse().ok()
}

/// The header that gives the browser `token` for so long.
pub(crate) fn set(token: &Token, lasts: Duration) -> HeaderValue {
    let token = token.reveal();
    header_of(&format!("{NAME}={}; Max-Age={}", *token, lasts.as_secs()))
}

/// The header that takes it away.
pub(crate) fn clear() -> HeaderValue {
    header_of(&format!("{NAME}=; Max-Age=0"))
}

fn header_of(cookie: &str) -> HeaderValue {
    let text = format!("{cookie}; Path=/; Secure; HttpOnly; SameSite=Strict");
    // Base64url and digits: always a header.
    let mut value = HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_among_others() {
        let token = Token::generate().unwrap();
        let mut headers = HeaderMap::new();
        assert!(super::token(&headers).is_none());
        headers.append(header::COOKIE, HeaderValue::from_static("a=b; ashkar-desk=x"));
        assert!(super::token(&headers).is_none());
        let cookie = format!("c=d; {NAME}={}", *token.reveal());
        headers.append(header::COOKIE, HeaderValue::from_str(&cookie).unwrap());
        assert!(token.hash() == super::token(&headers).unwrap().hash());
    }

    #[test]
    fn it_is_kept_from_scripts_and_other_sites() {
        let set = set(&Token::generate().unwrap(), Duration::from_secs(60));
        let text = set.to_str().unwrap();
        for part in ["__Host-", "Path=/;", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=60"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(set.is_sensitive() && !text.contains("Domain"));
        assert!(clear().to_str().unwrap().contains("Max-Age=0"));
    }
}
