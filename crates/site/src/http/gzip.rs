//! gzip for live playlists: each is compressed once for all who ask for it.

use std::io;

use ashkar_terms::CameraId;
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::task::spawn_blocking;

/// Maximum number of playlists kept: those of a thousand cameras, whole and as delta updates.
const KEPT: usize = 2048;

/// Compressed playlists by camera and entity tag.
#[derive(Debug)]
pub(crate) struct Gzipped(Cache<(CameraId, String), Bytes>);

impl Default for Gzipped {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Gzipped {
    /// The playlist `text` of `camera` with the tag `etag`, compressed: once, and not on the runtime's threads.
    pub(crate) async fn of(&self, camera: CameraId, etag: &str, text: &Bytes) -> io::Result<Bytes> {
        let key = (camera, etag.to_owned());
        if let Some(made) = self.0.get(&key) {
            return Ok(made);
        }
        let make = async {
            let text = text.clone();
            spawn_blocking(move || compress(&text)).await.map_err(io::Error::other)?
        };
        // Boxed, so that a waiting viewer does not hold memory for it.
        Box::pin(self.0.get_or_insert_async(&key, make)).await
    }
}

/// Idle compressors: each has a quarter of a megabyte of tables, which cost more to allocate and clear than a playlist costs to
/// compress.
static SPARE: Mutex<Vec<Compress>> = Mutex::new(Vec::new());
/// More than this are idle only after a rush.
const SPARE_KEPT: usize = 4;
/// The window is two to this power, bytes: the most that gzip has.
const WINDOW_BITS: u8 = 15;

/// Compresses `text` at the fast level, since the result lives for seconds only.
pub(crate) fn compress(text: &[u8]) -> io::Result<Bytes> {
    let spare = SPARE.lock().pop();
    let mut compressor = spare.unwrap_or_else(|| Compress::new_gzip(Compression::fast(), WINDOW_BITS));
    compressor.reset();
    let mut out = Vec::with_capacity(text.len() / 4 + 64);
    let mut rest = text;
    loop {
        let before = compressor.total_in();
        let status = compressor.compress_vec(rest, &mut out, FlushCompress::Finish)?;
        let taken = (compressor.total_in() - before) as usize;
        rest = rest.get(taken..).unwrap_or_default();
        if status == Status::StreamEnd {
            break;
        }
        out.reserve(out.capacity());
    }
    let mut spares = SPARE.lock();
    if spares.len() < SPARE_KEPT {
        spares.push(compressor);
    }
    Ok(Bytes::from(out))
}

/// Whether the client accepts gzip.
pub(crate) fn is_accepted(request: &HeaderMap) -> bool {
    takes(request, "gzip")
}

/// Whether the client accepts the coding `wanted` (RFC 9110, 12.5.3).
pub(crate) fn takes(request: &HeaderMap, wanted: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
            let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse::<f32>().ok()) == Some(0.0);
            name.trim().eq_ignore_ascii_case(wanted) && !refused
        })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    #[tokio::test]
    async fn a_playlist_is_compressed_once_and_comes_back_whole() {
        let gzipped = Gzipped::default();
        let text = Bytes::from("#EXTINF:2.0,\n/media/1.m4s\n".repeat(50));
        let camera = CameraId::new(7, 12, 1);
        let first = gzipped.of(camera, "\"a\"", &text).await.unwrap();
        let again = gzipped.of(camera, "\"a\"", &Bytes::from_static(b"not looked at")).await.unwrap();
        assert_eq!(first.as_ptr(), again.as_ptr());
        let mut whole = String::new();
        flate2::read::GzDecoder::new(&first[..]).read_to_string(&mut whole).unwrap();
        assert_eq!(whole, text);
        assert!(first.len() * 5 < text.len());
    }

    proptest! {
        /// Also text that gzip makes longer, and several texts in turn with the same compressor.
        #[test]
        fn whatever_is_compressed_comes_back(texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..4)) {
            for text in texts {
                let mut whole = Vec::new();
                flate2::read::GzDecoder::new(&compress(&text).unwrap()[..]).read_to_end(&mut whole).unwrap();
                prop_assert_eq!(whole, text);
            }
        }
    }

    #[test]
    fn only_who_takes_gzip_gets_it() {
        let accepts = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            is_accepted(&headers)
        };
        assert!(accepts("gzip, deflate, br") && accepts("br;q=1.0, GZIP;q=0.5"));
        assert!(
            !accepts("identity") && !accepts("gzip;q=0") && !accepts("gzip; q=0.0, br") && !accepts("x-gzip")
        );
        assert!(!is_accepted(&HeaderMap::new()));
    }
}
