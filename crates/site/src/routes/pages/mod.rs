//! The pages: files built by Vite, embedded into the binary.
//!
//! In: an address. Out: a file, or the document of a page in a language, with what the server knows about it filled in:
//! its title, its still, where its other languages are. Scripts make it interactive. What must never happen: unescaped
//! text of the list or of a request.

mod address;
mod document;

use std::sync::Arc;

use ashkar_centre::Centre;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use crate::http::caching::{BRIEF, Cached, IMMUTABLE};
use crate::http::problem::Problem;
use address::{Address, in_language};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// How people reach the site.
#[derive(Debug, Clone)]
pub(crate) struct Reached {
    /// As configured by the operator.
    pub(crate) origin: Option<Arc<str>>,
    /// By TLS, without a proxy in between.
    pub(crate) tls: bool,
}

/// The documents have names under this prefix; they are not served as files of their own.
const DOCUMENTS: &str = "shells/";
/// How long a cache may keep a redirect.
const MOVED: &str = "public, max-age=60";

/// The document of the desk's pages, which is the same for each of them.
pub struct Document(std::borrow::Cow<'static, [u8]>);

impl Document {
    /// Nothing if this program was built without its pages.
    pub fn desk() -> Option<Self> {
        Dist::get("shells/desk.html").map(|file| Self(file.data))
    }

    /// The script that opens the desk's pages without a line; nothing if this program was built without its pages.
    pub fn desk_worker(request: &HeaderMap) -> Option<Response> {
        let file = Dist::get("shells/desk-sw.js")?;
        Some(Cached::new(bytes(file.data), "text/javascript; charset=utf-8", BRIEF).respond(request))
    }

    /// The response to a request for it.
    pub fn respond(self, request: &HeaderMap) -> Response {
        Cached::new(bytes(self.0), "text/html; charset=utf-8", BRIEF).respond(request)
    }
}

/// A script, style or picture of the pages, by its path.
pub fn asset(path: &str, request: &HeaderMap) -> Option<Response> {
    let name = path.trim_start_matches('/');
    if name.starts_with(DOCUMENTS) {
        return None;
    }
    let file = Dist::get(name)?;
    let cache = if name.starts_with("assets/") { IMMUTABLE } else { BRIEF };
    Some(Cached::new(bytes(file.data), content_type(name), cache).respond(request))
}

/// A built file, the document of a page, or a redirect to the page's own address.
pub(crate) async fn serve(
    centre: Arc<Centre>,
    reached: Reached,
    uri: Uri,
    request: HeaderMap,
) -> Result<Response, Problem> {
    let name = uri.path().trim_start_matches('/');
    if let Some(response) = asset(name, &request) {
        return Ok(response);
    }
    if name.starts_with("assets/") || name.starts_with("api/") {
        return Err(Problem::not_found("There is nothing at this address."));
    }
    if let Some(location) = elsewhere(&uri) {
        return Ok(moved(&location));
    }
    let address = Address::read(uri.path());
    let origin = reached.origin.unwrap_or_else(|| document::origin_of(&request, reached.tls));
    let (text, found) = document::make(&centre, &address, &uri, &origin).ok_or_else(|| {
        Problem::unavailable("This server was built without its pages; build again with make.")
    })?;
    let mut response = Cached::new(text, "text/html; charset=utf-8", BRIEF).respond(&request);
    if !found {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

/// The language belongs in the path, where caches and people see it; `?lang=` and `/az/` are redirected there.
fn elsewhere(uri: &Uri) -> Option<String> {
    let (language, rest) = address::split(uri.path());
    let query = uri.query().unwrap_or_default();
    let named = |pair: &&str| {
        pair.split_once('=').is_some_and(|(name, value)| name == "lang" && address::language(value).is_some())
    };
    let asked = query
        .split('&')
        .find(named)
        .and_then(|pair| pair.split_once('='))
        .and_then(|(_, value)| address::language(value));
    let azerbaijani = uri.path().strip_prefix("/az").filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if asked.is_none() && azerbaijani.is_none() {
        return None;
    }
    let rest = azerbaijani.map_or(rest, |rest| if rest.is_empty() { "/" } else { rest });
    // One slash only: two would name another host.
    let rest = format!("/{}", rest.trim_start_matches('/'));
    let kept: Vec<_> = query.split('&').filter(|pair| !pair.is_empty() && !named(pair)).collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    Some(format!("{}{mark}{}", in_language(asked.unwrap_or(language), &rest), kept.join("&")))
}

fn moved(location: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(location) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(MOVED));
    response
}

fn bytes(data: std::borrow::Cow<'static, [u8]>) -> bytes::Bytes {
    match data {
        std::borrow::Cow::Borrowed(borrowed) => bytes::Bytes::from_static(borrowed),
        std::borrow::Cow::Owned(owned) => bytes::Bytes::from(owned),
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(address: &str) -> Option<String> {
        elsewhere(&address.parse().unwrap())
    }

    #[test]
    fn a_language_of_the_query_goes_into_the_path() {
        assert_eq!(to("/?lang=en").as_deref(), Some("/en/"));
        assert_eq!(
            to("/stations/7/12?t=2024-02-07T12:07:00+04:00&lang=ru&camera=2").as_deref(),
            Some("/ru/stations/7/12?t=2024-02-07T12:07:00+04:00&camera=2")
        );
        assert_eq!(to("/en/list?lang=az").as_deref(), Some("/list"));
        assert_eq!(to("/az/list?q=x").as_deref(), Some("/list?q=x"));
        assert_eq!(to("/az").as_deref(), Some("/"));
    }

    #[test]
    fn what_is_in_its_place_stays_there() {
        for address in ["/", "/en/", "/list?q=lang", "/list?lang=xx", "/azure", "/en/list?language=en"] {
            assert_eq!(to(address), None, "{address}");
        }
    }

    #[test]
    fn no_address_leads_to_another_host() {
        assert_eq!(to("/az//evil.example/x").as_deref(), Some("/evil.example/x"));
        assert_eq!(to("//evil.example?lang=az").as_deref(), Some("/evil.example"));
        assert_eq!(to("/en//evil.example?lang=az").as_deref(), Some("/evil.example"));
    }
}
