//! How long a connection waits for its client: for the first bytes, and for the client to take what was answered.
//!
//! In: a stream. Out: the same stream, which fails where the client is too slow. A client that keeps up costs no timer
//! and no look at the clock: one is set only while the socket takes nothing more.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// From the connection until it is known whether HTTP/1.1 or HTTP/2 is spoken. From then on hyper has limits of its own.
const OPENING: Duration = Duration::from_secs(15);
/// How long an answer may stand still, all its pauses together.
pub(crate) const STANDSTILL: Duration = Duration::from_secs(30);
/// So many bytes that were taken make up for a second of standstill: 32 kbit/s, a tenth of the poorest line that shows
/// a picture. Who takes less is holding the answer, not reading it.
const BYTES_PER_SECOND: u64 = 4096;
/// What a client that speaks HTTP/2 says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream whose other side is not waited for without end.
pub(crate) struct Patient<S> {
    stream: S,
    opening: Option<Opening>,
    pace: Pace,
}

/// The first bytes, as long as they leave it open which protocol they begin.
struct Opening {
    seen: usize,
    deadline: Pin<Box<Sleep>>,
}

/// How the client takes what it is sent.
#[derive(Default)]
pub(crate) struct Pace {
    /// Time that the socket took nothing, less what was made up for.
    stood: Duration,
    /// Since when it takes nothing now, and when that becomes too long.
    standing: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<S> Patient<S> {
    /// `stream`, whose client has not said anything yet.
    pub(crate) fn new(stream: S) -> Self {
        let opening = Opening { seen: 0, deadline: Box::pin(sleep(OPENING)) };
        Self { stream, opening: Some(opening), pace: Pace::default() }
    }
}

impl Opening {
    /// Whether it is known what is spoken, once `bytes` came too.
    fn is_over(&mut self, bytes: &[u8]) -> bool {
        let expected = PREFACE.get(self.seen..).unwrap_or_default();
        self.seen += bytes.len();
        bytes.is_empty() || !expected.starts_with(bytes) || self.seen >= PREFACE.len()
    }
}

impl Pace {
    /// Looks at what became of writing: `bytes` gives how many were taken.
    pub(crate) fn judge<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        match &outcome {
            Poll::Pending => {
                if self.stands_too_long(cx) {
                    let slow = "the client does not take what it asked for";
                    return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, slow)));
                }
            }
            Poll::Ready(Ok(taken)) => self.moves(bytes(taken)),
            Poll::Ready(Err(_)) => {}
        }
        outcome
    }

    fn stands_too_long(&mut self, cx: &mut Context<'_>) -> bool {
        let rest = STANDSTILL.saturating_sub(self.stood);
        let (_, deadline) = self.standing.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + rest)))
        });
        deadline.as_mut().poll(cx).is_ready()
    }

    pub(crate) fn moves(&mut self, bytes: usize) {
        if let Some((since, _)) = self.standing.take() {
            self.stood += since.elapsed();
        }
        if !self.stood.is_zero() {
            let made_up = Duration::from_micros(bytes as u64 * 1_000_000 / BYTES_PER_SECOND);
            self.stood = self.stood.saturating_sub(made_up);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        let Some(opening) = &mut self.opening else { return outcome };
        if outcome.is_ready() {
            if opening.is_over(buf.filled().get(before..).unwrap_or_default()) {
                self.opening = None;
            }
        } else if opening.deadline.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the client says nothing")));
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.pace.judge(outcome, |taken| *taken, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.pace.judge(outcome, |taken| *taken, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        self.pace.judge(outcome, |()| 0, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.pace.judge(outcome, |()| 0, cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::advance;

    use super::*;

    fn pair(room: usize) -> (Patient<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(room);
        (Patient::new(ours), theirs)
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_waited_for_fifteen_seconds() {
        for beginning in [&b""[..], b"PRI * HT"] {
            let (mut patient, mut client) = pair(64);
            let begun = Instant::now();
            client.write_all(beginning).await.unwrap();
            let error = patient.read_to_end(&mut Vec::new()).await.unwrap_err();
            assert_eq!((error.kind(), begun.elapsed().as_secs()), (ErrorKind::TimedOut, 15));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whose_protocol_is_known_is_left_to_its_limits() {
        for beginning in [&b"G"[..], b"PRI * HTTP/1.1\r\n\r\n", PREFACE] {
            let (mut patient, mut client) = pair(64);
            client.write_all(beginning).await.unwrap();
            patient.read_exact(&mut vec![0; beginning.len()]).await.unwrap();
            let later = tokio::spawn(async move { patient.read_u8().await });
            advance(Duration::from_secs(600)).await;
            client.write_u8(7).await.unwrap();
            assert_eq!(later.await.unwrap().unwrap(), 7);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_left_after_thirty_seconds() {
        let (mut patient, _client) = pair(1000);
        let begun = Instant::now();
        let error = patient.write_all(&[0; 5000]).await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed()), (ErrorKind::TimedOut, STANDSTILL));
    }

    /// Takes `bytes` each `pause`, until the other side fails or has sent everything; gives how long that went.
    async fn reads(bytes: usize, pause: Duration) -> (io::Result<()>, Duration) {
        let (mut patient, mut client) = pair(1000);
        let begun = Instant::now();
        let reader = tokio::spawn(async move {
            let mut taken = vec![0; bytes];
            while client.read_exact(&mut taken).await.is_ok() {
                sleep(pause).await;
            }
        });
        let sent = patient.write_all(&[0; 1_000_000]).await;
        reader.abort();
        (sent, begun.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_poor_line_is_waited_for_and_one_that_trickles_is_not() {
        // 40 kbit/s, for more than three minutes.
        let (sent, took) = reads(1000, Duration::from_millis(200)).await;
        assert!(sent.is_ok() && took > Duration::from_secs(190), "{sent:?} after {took:?}");
        // A byte a second.
        let (sent, took) = reads(1, Duration::from_secs(1)).await;
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(took >= STANDSTILL && took < 2 * STANDSTILL, "{took:?}");
    }
}
