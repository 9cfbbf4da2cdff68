//! The fast path for players' connections over plain TCP: HTTP/1.1 for live playlists and media, and for nothing else.
//!
//! In: a connection. Out: responses, one write each, or the connection itself together with what was read from it, for the
//! HTTP library. A waiting viewer costs a socket, a task and what it waits for; no buffer is kept for what it may send.
//! What must never happen: that a request is understood differently here and there. So whatever is not a whole, plain
//! GET, HEAD or OPTIONS of a player, in one piece, is handed over.

mod request;
mod response;
mod rewind;

use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::io::{self, ErrorKind, IoSlice};
use std::pin::{Pin, pin};
use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::http::budget::{Holder, reserve_bytes};
use crate::http::write_timeout::WriteProgress;
pub use request::{Head, MAX_PLAYER_HEAD_BYTES, Verb};
use response::Encoded;
pub(crate) use rewind::Rewound;

/// The time a client has to send a request after the previous response.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

thread_local! {
    /// Read buffer; never held across an await.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// How the fast path ended.
pub(crate) enum Ended {
    /// The connection is over.
    Closed,
    /// Something else is requested: the connection, and what was read from it.
    Other(Box<Rewound<TcpStream>>),
}

/// What was read.
enum Asked<F> {
    Player { answer: F, holder: Holder, is_head: bool, closes: bool },
    Other,
}

/// Answers players' requests on `stream` until it ends, something else is requested, or `stop` turns true.
///
/// `understand` gives the future response if a head is a player's, and whom it is charged to.
pub(crate) async fn serve<F>(
    stream: TcpStream,
    understand: impl Fn(&Head<'_>) -> Option<(F, Holder)>,
    mut stop: watch::Receiver<bool>,
) -> Ended
where
    F: Future<Output = Response>,
{
    // Pipelined requests.
    let mut early = Vec::new();
    // One place for all responses, one after the other: the waiting future is most of what a viewer costs.
    let mut answer = pin!(None);
    loop {
        if early.is_empty() {
            let readable = timeout(IDLE_TIMEOUT, stream.readable());
            let is_readable = tokio::select! {
                readable = readable => matches!(readable, Ok(Ok(()))),
                _ = stop.wait_for(|stopped| *stopped) => false,
            };
            if !is_readable {
                return Ended::Closed;
            }
        }
        let (holder, is_head, closes) = match next(&stream, &mut early, &understand) {
            Ok(Some(Asked::Player { answer: to_come, holder, is_head, closes })) => {
                answer.set(Some(to_come));
                (holder, is_head, closes)
            }
            Ok(Some(Asked::Other)) => {
                return Ended::Other(Box::new(Rewound::new(Bytes::from(early), stream)));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Ok(None) | Err(_) => return Ended::Closed,
        };
        let response = tokio::select! {
            biased;
            response = come(answer.as_mut()) => response,
            () = gone(&stream) => return Ended::Closed,
        };
        answer.set(None);
        let closes = closes || *stop.borrow();
        let Ok(encoded) = Encoded::of(response, is_head, closes).await else { return Ended::Closed };
        if write(&stream, &encoded, &holder).await.is_err() || closes {
            return Ended::Closed;
        }
    }
}

/// Awaits the response in `place`.
async fn come<F: Future>(place: Pin<&mut Option<F>>) -> F::Output {
    match place.as_pin_mut() {
        Some(answer) => answer.await,
        None => pending().await,
    }
}

/// Reads once, and takes one request. `None` at the end of the connection. Unused bytes are left in `early`.
fn next<F>(
    stream: &TcpStream,
    early: &mut Vec<u8>,
    understand: &impl Fn(&Head<'_>) -> Option<(F, Holder)>,
) -> io::Result<Option<Asked<F>>> {
    SCRATCH.with_borrow_mut(|scratch| {
        scratch.clear();
        scratch.append(early);
        if scratch.is_empty() {
            scratch.resize(MAX_PLAYER_HEAD_BYTES, 0);
            let count = stream.try_read(scratch)?;
            scratch.truncate(count);
            if count == 0 {
                return Ok(None);
            }
        }
        let understood = Head::read(scratch).and_then(|head| {
            let (answer, holder) = understand(&head)?;
            let is_head = head.verb == Verb::Head;
            Some((head.length, Asked::Player { answer, holder, is_head, closes: head.closes }))
        });
        let (used, asked) = understood.unwrap_or((0, Asked::Other));
        if let Some(rest) = scratch.get(used..).filter(|rest| !rest.is_empty()) {
            *early = rest.to_vec();
        }
        Ok(Some(asked))
    })
}

/// Returns when the client has left. What it sends meanwhile stays in the socket.
async fn gone(stream: &TcpStream) {
    match stream.peek(&mut [0]).await {
        Ok(0) | Err(_) => {}
        Ok(_) => pending().await,
    }
}

/// Only what the socket does not accept at once is reserved: a client that keeps up is not counted.
async fn write(stream: &TcpStream, answer: &Encoded, holder: &Holder) -> io::Result<()> {
    let (mut head, mut body) = (answer.head.as_slice(), &*answer.body);
    let mut progress = WriteProgress::default();
    let mut reservation = None;
    while !(head.is_empty() && body.is_empty()) {
        match stream.try_write_vectored(&[IoSlice::new(head), IoSlice::new(body)]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => {
                progress.wrote(count);
                let of_head = count.min(head.len());
                head = head.get(of_head..).unwrap_or_default();
                body = body.get(count - of_head..).unwrap_or_default();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if reservation.is_none() {
                    reservation = Some(reserve_bytes(holder, &answer.body).ok_or(ErrorKind::OutOfMemory)?);
                }
                poll_fn(|cx| progress.judge(stream.poll_write_ready(cx), |()| 0, cx)).await?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
