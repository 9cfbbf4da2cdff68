//! Players' connections over plain TCP: HTTP/1.1 for live playlists and media, and for nothing else.
//!
//! In: a connection. Out: answers, one write each, or the connection itself with what was read of it, for the HTTP
//! library. A viewer who waits costs a socket, a task and what it waits for: no buffer is kept for what it may send.
//! What must never happen: that a request is understood differently here and there. So whatever is not a whole, plain
//! GET, HEAD or OPTIONS of a player in one piece is not taken.

mod answer;
mod handover;
mod head;

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

use crate::patience::Pace;
use crate::shares::{Visit, claim_bytes};
use answer::Encoded;
pub(crate) use handover::Rewound;
pub use head::{Head, MAX_PLAYER_HEAD_BYTES, Verb};

/// How long a client may take to send a request, from the answer to the one before.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

thread_local! {
    /// What is read lies here until it is understood; nothing waits with it.
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What became of a connection.
pub(crate) enum Ended {
    /// It is over.
    Closed,
    /// Something else is asked for: the connection, and what was read of it.
    Other(Box<Rewound<TcpStream>>),
}

/// A request, as far as it came.
enum Asked<F> {
    Player { answer: F, visit: Visit, is_head: bool, closes: bool },
    Other,
}

/// Answers what players ask for on `stream`, until it ends, something else comes, or `stop` turns true.
///
/// `understand` gives the answer to come where a head is a player's, and for whom it is.
pub(crate) async fn converse<F>(
    stream: TcpStream,
    understand: impl Fn(&Head<'_>) -> Option<(F, Visit)>,
    mut stop: watch::Receiver<bool>,
) -> Ended
where
    F: Future<Output = Response>,
{
    // Requests that came together with the one before.
    let mut early = Vec::new();
    // One place for all answers, one after the other: what waits is most of what a viewer costs.
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
        let (visit, is_head, closes) = match next(&stream, &mut early, &understand) {
            Ok(Some(Asked::Player { answer: to_come, visit, is_head, closes })) => {
                answer.set(Some(to_come));
                (visit, is_head, closes)
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
        if write(&stream, &encoded, &visit).await.is_err() || closes {
            return Ended::Closed;
        }
    }
}

/// The answer that stands in `place`.
async fn come<F: Future>(place: Pin<&mut Option<F>>) -> F::Output {
    match place.as_pin_mut() {
        Some(answer) => answer.await,
        None => pending().await,
    }
}

/// Reads once, and takes one request. `None` at the end of the connection. Bytes that were not used are in `early`.
fn next<F>(
    stream: &TcpStream,
    early: &mut Vec<u8>,
    understand: &impl Fn(&Head<'_>) -> Option<(F, Visit)>,
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
            let (answer, visit) = understand(&head)?;
            let is_head = head.verb == Verb::Head;
            Some((head.length, Asked::Player { answer, visit, is_head, closes: head.closes }))
        });
        let (used, asked) = understood.unwrap_or((0, Asked::Other));
        if let Some(rest) = scratch.get(used..).filter(|rest| !rest.is_empty()) {
            *early = rest.to_vec();
        }
        Ok(Some(asked))
    })
}

/// Returns when the client has left. What it sends meanwhile waits.
async fn gone(stream: &TcpStream) {
    match stream.peek(&mut [0]).await {
        Ok(0) | Err(_) => {}
        Ok(_) => pending().await,
    }
}

/// Room is asked for what the socket does not take at once: who keeps up is not counted.
async fn write(stream: &TcpStream, answer: &Encoded, visit: &Visit) -> io::Result<()> {
    let (mut head, mut body) = (answer.head.as_slice(), &*answer.body);
    let mut pace = Pace::default();
    let mut room = None;
    while !(head.is_empty() && body.is_empty()) {
        match stream.try_write_vectored(&[IoSlice::new(head), IoSlice::new(body)]) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => {
                pace.moves(count);
                let of_head = count.min(head.len());
                head = head.get(of_head..).unwrap_or_default();
                body = body.get(count - of_head..).unwrap_or_default();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if room.is_none() {
                    room = Some(claim_bytes(visit, &answer.body).ok_or(ErrorKind::OutOfMemory)?);
                }
                poll_fn(|cx| pace.judge(stream.poll_write_ready(cx), |()| 0, cx)).await?;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
