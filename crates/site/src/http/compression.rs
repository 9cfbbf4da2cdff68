//! Compression of responses: each once for all clients, and never on a runtime thread, since those serve players.
//!
//! Live playlists and responses that cover all cameras have their own compression: see [`crate::http::gzip`] and
//! [`crate::http::single_flight`].

use std::io::{self, Write};
use std::sync::LazyLock;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::COMPRESS_ABOVE_BYTES;
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::http::{gzip, offload};

/// Compressed responses that are kept, bytes: all files of the pages, and a few hundred documents and lists.
const KEPT_BYTES: u64 = 16 << 20;
/// An estimate of their number, for the cache's tables.
const KEPT_ENTRIES: usize = 1024;
/// Brotli's quality, of 11: beyond this it costs more than the line gains.
const BROTLI_QUALITY: u32 = 5;
/// Brotli's window is two to this power, bytes.
const BROTLI_WINDOW_BITS: u32 = 22;
const BUFFER_BYTES: usize = 16 << 10;

static KEPT: LazyLock<Cache<(Coding, HeaderValue), Bytes, EntryBytes>> =
    LazyLock::new(|| Cache::with_weighter(KEPT_ENTRIES, KEPT_BYTES, EntryBytes));

#[derive(Debug, Clone, Copy)]
struct EntryBytes;

impl Weighter<(Coding, HeaderValue), Bytes> for EntryBytes {
    fn weight(&self, (_, etag): &(Coding, HeaderValue), compressed_body: &Bytes) -> u64 {
        (compressed_body.len() + etag.len()) as u64
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Coding {
    Brotli,
    Gzip,
}

impl Coding {
    /// The best coding that the client accepts.
    fn for_request(request: &HeaderMap) -> Option<Self> {
        let brotli = gzip::takes(request, "br").then_some(Self::Brotli);
        brotli.or_else(|| gzip::is_accepted(request).then_some(Self::Gzip))
    }

    fn name(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        })
    }

    fn compress(self, plain: &[u8]) -> io::Result<Bytes> {
        let out = Vec::with_capacity(plain.len() / 3 + 64);
        match self {
            Self::Brotli => {
                let mut encoder =
                    brotli::CompressorWriter::new(out, BUFFER_BYTES, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
                encoder.write_all(plain)?;
                Ok(encoder.into_inner().into())
            }
            Self::Gzip => {
                let mut encoder = GzEncoder::new(out, Compression::default());
                encoder.write_all(plain)?;
                Ok(encoder.finish()?.into())
            }
        }
    }

    /// Compresses `plain`, or returns what was compressed before under the same tag. Takes milliseconds of CPU.
    fn compress_once(self, etag: Option<HeaderValue>, plain: &[u8]) -> io::Result<Bytes> {
        match etag {
            Some(etag) => KEPT.get_or_insert_with(&(self, etag), || self.compress(plain)),
            None => self.compress(plain),
        }
    }
}

/// Where a response is compressed.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// On this thread, which may be busy for a long time.
    Inline,
    /// Offloaded; if no permit comes, the response is sent as it is.
    Offloaded(Client),
}

/// Compresses responses that are generated on an offload thread, on that same thread.
pub(crate) async fn inline(request: Request, next: Next) -> Response {
    let coding = Coding::for_request(request.headers());
    compressed(next.run(request).await, coding, Place::Inline).await
}

/// Compresses all other responses, offloaded.
pub(crate) async fn offloaded(request: Request, next: Next) -> Response {
    let coding = Coding::for_request(request.headers());
    let place = Place::Offloaded(Client::of(request.extensions()));
    compressed(next.run(request).await, coding, place).await
}

async fn compressed(mut response: Response, coding: Option<Coding>, place: Place) -> Response {
    if !is_worth_it(&response) {
        return response;
    }
    if !response.headers().contains_key(header::VARY) {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    let Some(coding) = coding else { return response };
    let (mut parts, body) = response.into_parts();
    let plain = match to_bytes(body, usize::MAX).await {
        Ok(plain) => plain,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let etag = parts.headers.get(header::ETAG).cloned();
    let compressed_body = match etag.as_ref().and_then(|etag| KEPT.get(&(coding, etag.clone()))) {
        Some(compressed_body) => Some(compressed_body),
        None => compress_at(place, coding, etag, plain.clone()).await,
    };
    let body = match compressed_body {
        Some(compressed_body) => {
            parts.headers.insert(header::CONTENT_ENCODING, coding.name());
            parts.headers.remove(header::CONTENT_LENGTH);
            compressed_body
        }
        None => plain,
    };
    Response::from_parts(parts, Body::from(body))
}

async fn compress_at(place: Place, coding: Coding, etag: Option<HeaderValue>, plain: Bytes) -> Option<Bytes> {
    match place {
        Place::Inline => coding.compress_once(etag, &plain).ok(),
        Place::Offloaded(client) => {
            offload::run(client, move || coding.compress_once(etag, &plain)).await.ok()?.ok()
        }
    }
}

/// Text that is neither short nor already compressed.
fn is_worth_it(response: &Response) -> bool {
    let headers = response.headers();
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let is_picture = kind.starts_with(b"image/") && !kind.starts_with(b"image/svg");
    let is_media = is_picture || kind.starts_with(b"video/");
    let is_long = response.body().size_hint().lower() >= COMPRESS_ABOVE_BYTES;
    is_long && !is_media && !headers.contains_key(header::CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn request(accepts: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts))])
    }

    #[test]
    fn the_best_coding_that_a_client_takes() {
        let coding = |accepts| Coding::for_request(&request(accepts));
        assert_eq!(coding("gzip, deflate, br"), Some(Coding::Brotli));
        assert_eq!(coding("gzip, br;q=0"), Some(Coding::Gzip));
        assert_eq!(coding("identity"), None);
    }

    #[tokio::test]
    async fn what_is_compressed_comes_back_whole_and_is_made_once() {
        let text = "Bakı, seçki məntəqəsi ".repeat(200);
        for coding in [Coding::Brotli, Coding::Gzip] {
            let mut answer = text.clone().into_response();
            answer.headers_mut().insert(header::ETAG, HeaderValue::from_static("\"compressed_body-test\""));
            let answer = compressed(answer, Some(coding), Place::Offloaded(Client::EVERYBODY)).await;
            assert_eq!(answer.headers()[header::CONTENT_ENCODING], coding.name());
            assert_eq!(answer.headers()[header::VARY], "accept-encoding");
            let compressed_body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
            let mut whole = String::new();
            match coding {
                Coding::Brotli => {
                    brotli::Decompressor::new(&compressed_body[..], 4096).read_to_string(&mut whole)
                }
                Coding::Gzip => flate2::read::GzDecoder::new(&compressed_body[..]).read_to_string(&mut whole),
            }
            .unwrap();
            assert_eq!(whole, text);
            let again = coding
                .compress_once(Some(HeaderValue::from_static("\"compressed_body-test\"")), b"not looked at");
            assert_eq!(again.unwrap(), compressed_body);
        }
    }

    #[tokio::test]
    async fn short_ones_pictures_and_what_is_compressed_stay_as_they_are() {
        let mut picture = vec![0; 5000].into_response();
        picture.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
        let mut compressed_body = vec![0; 5000].into_response();
        compressed_body.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        for answer in ["short".into_response(), picture, compressed_body] {
            assert!(!is_worth_it(&answer));
        }
        let unwanted = compressed("x".repeat(5000).into_response(), None, Place::Inline).await;
        assert_eq!(unwanted.headers()[header::VARY], "accept-encoding");
        assert!(!unwanted.headers().contains_key(header::CONTENT_ENCODING));
    }
}
