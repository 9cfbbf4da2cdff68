//! The pages: files built by Vite, embedded into the binary.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use rust_embed::RustEmbed;

use crate::problem::Problem;
use crate::respond::{BRIEF, Cached, IMMUTABLE};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Addresses that the pages' own router knows. Everything else is not found, and says so with 404.
const PAGES: [&str; 3] = ["/", "/list", "/about"];

/// A built file, or the page's shell for the addresses that the pages route themselves.
pub(crate) async fn serve(uri: Uri, request: HeaderMap) -> Result<Response, Problem> {
    let path = uri.path();
    let name = path.trim_start_matches('/');
    if name != "index.html"
        && let Some(file) = Dist::get(name)
    {
        let cache = if name.starts_with("assets/") { IMMUTABLE } else { BRIEF };
        return Ok(Cached::new(bytes(file.data), content_type(name), cache).respond(&request));
    }
    if name.starts_with("assets/") || name.starts_with("api/") {
        return Err(Problem::not_found("There is nothing at this address."));
    }
    let shell = Dist::get("index.html").ok_or_else(|| {
        Problem::unavailable("This server was built without its pages; build again with make.")
    })?;
    let mut response = Cached::new(bytes(shell.data), "text/html; charset=utf-8", BRIEF).respond(&request);
    if !is_page(path) {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}

fn is_page(path: &str) -> bool {
    let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
    let numbers = |rest: &str, count: usize| {
        let parts: Vec<_> = rest.split('/').collect();
        parts.len() == count && parts.iter().all(|part| part.parse::<u16>().is_ok_and(|number| number > 0))
    };
    PAGES.contains(&path)
        || path.strip_prefix("/stations/").is_some_and(|rest| numbers(rest, 2))
        || path.strip_prefix("/constituencies/").is_some_and(|rest| numbers(rest, 1))
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

    #[test]
    fn only_real_addresses_are_pages() {
        for path in ["/", "/list", "/list/", "/stations/7/12", "/constituencies/119"] {
            assert!(is_page(path), "{path}");
        }
        for path in [
            "/stations",
            "/stations/7",
            "/stations/0/1",
            "/stations/7/12/1",
            "/wp-login.php",
            "/constituencies/x",
        ] {
            assert!(!is_page(path), "{path}");
        }
    }
}
