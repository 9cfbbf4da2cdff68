//! How much memory answers may take that were made for one client: lists, pages of the API, playlists of the past.
//!
//! A client may ask for much and read slowly, and many may do so together. What is shared, as live playlists and media
//! are, is not counted here.

use axum::body::{Body, HttpBody, to_bytes};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::problem::Problem;

/// Of all answers that are under way, kB. The recording must not suffer from what viewers ask for (I1).
const MAX_UNDER_WAY_KB: usize = 128 << 10;
/// Smaller answers fit into a socket's buffer and are not counted, bytes.
const COUNTED_FROM_BYTES: usize = 4096;

static ROOM_KB: Semaphore = Semaphore::const_new(MAX_UNDER_WAY_KB);

/// An answer's bytes with the room that they take, until the last of them was sent or given up.
struct Held<'a> {
    bytes: Bytes,
    _room: SemaphorePermit<'a>,
}

impl AsRef<[u8]> for Held<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Lets `response` through where there is room for it; 503 otherwise.
pub(crate) async fn hold(response: Response) -> Response {
    hold_in(&ROOM_KB, response).await
}

async fn hold_in(room: &'static Semaphore, response: Response) -> Response {
    let counted = response.body().size_hint().exact().is_none_or(|size| size >= COUNTED_FROM_BYTES as u64);
    if !counted {
        return response;
    }
    let (parts, body) = response.into_parts();
    let held = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => weigh(room, bytes),
        Err(error) => return Problem::internal(&error).into_response(),
    };
    match held {
        Some(bytes) => Response::from_parts(parts, Body::from(bytes)),
        None => Problem::unavailable("Too much is being sent; try again in a moment.").into_response(),
    }
}

fn weigh(room: &'static Semaphore, bytes: Bytes) -> Option<Bytes> {
    let kb = u32::try_from(bytes.len().div_ceil(1024)).ok()?;
    let room = room.try_acquire_many(kb).ok()?;
    Some(Bytes::from_owner(Held { bytes, _room: room }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(bytes: usize) -> Response {
        vec![b'x'; bytes].into_response()
    }

    #[tokio::test]
    async fn answers_that_are_not_taken_leave_no_room_for_more_and_give_it_back() {
        static ROOM: Semaphore = Semaphore::const_new(100);
        let first = hold_in(&ROOM, response(60_000)).await;
        assert_eq!(first.status(), 200);
        assert_eq!(hold_in(&ROOM, response(60_000)).await.status(), 503);
        assert_eq!(hold_in(&ROOM, response(1000)).await.status(), 200, "small ones need no room");
        let bytes = to_bytes(first.into_body(), usize::MAX).await.unwrap();
        assert_eq!(hold_in(&ROOM, response(60_000)).await.status(), 503, "it is still being sent");
        assert_eq!(bytes.len(), 60_000);
        drop(bytes);
        assert_eq!(hold_in(&ROOM, response(60_000)).await.status(), 200);
    }
}
