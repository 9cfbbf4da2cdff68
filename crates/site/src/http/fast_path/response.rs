//! From a response to the bytes of its head and body.

use std::cell::RefCell;
use std::io::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;

/// Room for the head of a response; those to players have some 300 bytes.
const HEAD_BYTES: usize = 512;

thread_local! {
    /// The date of the last answer as a second since 1970, and as it is written.
    static DATE: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
}

/// An answer as it goes over the line.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) head: Vec<u8>,
    /// Shared by all who get the same.
    pub(super) body: Bytes,
}

impl Encoded {
    /// Writes the head (RFC 9112, 4 and 6.3). A body that comes in one piece is not copied.
    pub(super) async fn of(response: Response, is_head: bool, closes: bool) -> Result<Self, axum::Error> {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await?;
        let has_length = ![StatusCode::NOT_MODIFIED, StatusCode::NO_CONTENT].contains(&parts.status);
        let mut head = Vec::with_capacity(HEAD_BYTES);
        let reason = parts.status.canonical_reason().unwrap_or_default();
        // Writing into a Vec cannot fail.
        let _ = write!(head, "HTTP/1.1 {} {reason}\r\n", parts.status.as_u16());
        for (name, value) in &parts.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        if has_length && !parts.headers.contains_key(axum::http::header::CONTENT_LENGTH) {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        if closes {
            head.extend_from_slice(b"connection: close\r\n");
        }
        push_date(&mut head);
        let body = if is_head || !has_length { Bytes::new() } else { body };
        Ok(Self { head, body })
    }
}

fn push_date(head: &mut Vec<u8>) {
    let now = SystemTime::now();
    let second = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    DATE.with_borrow_mut(|(at, text)| {
        if *at != second || text.is_empty() {
            (*at, *text) = (second, httpdate::fmt_http_date(now));
        }
        head.extend_from_slice(b"date: ");
        head.extend_from_slice(text.as_bytes());
        head.extend_from_slice(b"\r\n\r\n");
    });
}
