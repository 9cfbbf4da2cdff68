//! Whether what changes something comes from our own pages. A page of another site cannot make a visitor's browser send it
//! then (Fetch Metadata; for older browsers, `Origin`).

use axum::http::{HeaderMap, HeaderName, header};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request with these headers was made by a page of the host that it asks, or by no browser.
pub fn is_own(headers: &HeaderMap) -> bool {
    let value = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match (value(&FETCH_SITE), value(&header::ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => {
            let host = value(&header::HOST);
            host.is_some() && origin.split_once("://").map(|(_, host)| host) == host
        }
        // No browser of the last years; what is no browser does nothing that a page made it do.
        (None, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_other_pages_send_is_foreign() {
        for (pairs, own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site"), ("host", "a"), ("origin", "https://a")], false),
            (&[("host", "a.example"), ("origin", "https://a.example")], true),
            (&[("host", "a.example"), ("origin", "https://b.example")], false),
            (&[("host", "a.example"), ("origin", "null")], false),
            (&[("origin", "https://a.example")], false),
            (&[("host", "a.example")], true),
        ] {
            let headers = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(is_own(&headers), own, "{pairs:?}");
        }
    }
}
