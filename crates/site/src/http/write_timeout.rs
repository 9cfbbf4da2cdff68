//! Time limits of a connection for the client to read what it is sent.
//!
//! In: a stream, and its client's protocol. Out: the same stream, which fails once the client is too slow. A client
//! that keeps up over HTTP/1 costs no timer and no read of the clock: a timer is set only while the socket accepts
//! nothing more. Over HTTP/2 the frames are followed too, since there a client can hold back a response while its
//! socket accepts everything: see [`crate::http::flow_control`].

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::http::flow_control::{FlowControl, TooManyFrames};
use crate::http::opening::{Opening, Protocol};
pub(crate) use crate::http::stall_timer::STALL_TIMEOUT;
use crate::http::stall_timer::{MAX_AGE, StallTimer};

/// How long an HTTP/2 connection that is given up may still finish its other responses; a playlist request waits for 13
/// s at most.
const LAST_RESPONSES: Duration = Duration::from_secs(15);

/// A stream whose other side is never waited for without limit.
pub(crate) struct WriteTimeout<S> {
    stream: S,
    opening: Opening,
    progress: WriteProgress,
    /// If HTTP/2 is spoken.
    frames: Option<Box<Frames>>,
    slow: Arc<Notify>,
}

/// The frames of an HTTP/2 connection, and when they are checked next.
struct Frames {
    flow_control: FlowControl,
    alarm: Option<(Instant, Pin<Box<Sleep>>)>,
    /// When it ends, once it is given up.
    ends: Option<Instant>,
}

/// How the client reads what it is sent.
#[derive(Default)]
struct WriteProgress {
    stall: StallTimer,
    /// Since when bytes wait to be accepted.
    behind_since: Option<Instant>,
    /// Fires when the socket has accepted nothing for too long.
    alarm: Option<Pin<Box<Sleep>>>,
}

impl<S> WriteTimeout<S> {
    /// `stream`, from which `opening` was read, which shows that `protocol` is spoken.
    pub(crate) fn new(stream: S, protocol: Protocol, opening: Opening) -> Self {
        let frames = (protocol == Protocol::Http2).then(|| Box::new(Frames::new()));
        Self { stream, opening, progress: WriteProgress::default(), frames, slow: Arc::default() }
    }

    /// Notified when an HTTP/2 connection is given up: its client should open another one. Some seconds later this one
    /// fails.
    pub(crate) fn slow(&self) -> Arc<Notify> {
        Arc::clone(&self.slow)
    }

    /// Inspects what the client sent.
    fn received(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(frames) = &mut self.frames else { return Ok(()) };
        let too_many = |_: TooManyFrames| {
            io::Error::new(ErrorKind::ConnectionAborted, "the client sends too many frames")
        };
        frames.flow_control.received(bytes, Instant::now()).map_err(too_many)
    }

    /// Inspects what was sent: the first `taken` bytes of `pieces`.
    fn sent(&mut self, pieces: &[&[u8]], taken: usize) {
        let Some(frames) = &mut self.frames else { return };
        let (now, mut rest) = (Instant::now(), taken);
        for piece in pieces {
            let of_this = piece.len().min(rest);
            frames.flow_control.sent(piece.get(..of_this).unwrap_or_default(), now);
            rest -= of_this;
        }
    }

    /// Makes sure that the task wakes up when the client becomes too slow.
    fn watch(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        match &mut self.frames {
            Some(frames) => frames.watch(&self.slow, cx),
            None => Ok(()),
        }
    }
}

impl Frames {
    fn new() -> Self {
        Self { flow_control: FlowControl::new(Instant::now()), alarm: None, ends: None }
    }

    fn watch(&mut self, slow: &Notify, cx: &mut Context<'_>) -> io::Result<()> {
        loop {
            let Some(due) = self.ends.or_else(|| self.flow_control.deadline()) else { return Ok(()) };
            let (at, alarm) = self.alarm.get_or_insert_with(|| (due, Box::pin(sleep_until(due))));
            // A timer that fires too early costs one check; setting it at each response would cost more.
            if *at > due {
                *at = due;
                alarm.as_mut().reset(due);
            }
            if alarm.as_mut().poll(cx).is_pending() {
                return Ok(());
            }
            self.alarm = None;
            let now = Instant::now();
            if due > now {
                continue;
            }
            if self.ends.is_some() {
                let slow = "the client does not take what it asked for";
                return Err(io::Error::new(ErrorKind::TimedOut, slow));
            }
            self.ends = Some(now + LAST_RESPONSES);
            slow.notify_one();
        }
    }
}

impl WriteProgress {
    /// Inspects the result of a write; `bytes` gives how many were accepted.
    fn judge<T>(
        &mut self,
        outcome: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        match &outcome {
            Poll::Pending => {
                if self.stalls_too_long(cx) {
                    let slow = "the client does not take what it asked for";
                    return Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, slow)));
                }
            }
            Poll::Ready(Ok(taken)) => self.wrote(bytes(taken)),
            Poll::Ready(Err(_)) => {}
        }
        outcome
    }

    fn stalls_too_long(&mut self, cx: &mut Context<'_>) -> bool {
        let (stall, behind_since) = (&mut self.stall, &mut self.behind_since);
        let alarm = self.alarm.get_or_insert_with(|| {
            let now = Instant::now();
            let age = *behind_since.get_or_insert(now) + MAX_AGE;
            Box::pin(sleep_until(stall.stall(now).min(age)))
        });
        alarm.as_mut().poll(cx).is_ready()
    }

    fn wrote(&mut self, bytes: usize) {
        if self.alarm.take().is_some() {
            self.stall.resume(Instant::now);
        }
        self.stall.credit(bytes as u64);
    }

    /// Everything was accepted.
    fn caught_up(&mut self) {
        self.behind_since = None;
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Together with what follows, if it is here: see `opening`.
        let has_opened = self.opening.give(buf);
        let before = buf.filled().len();
        let outcome = match buf.remaining() {
            0 => Poll::Ready(Ok(())),
            _ => Pin::new(&mut self.stream).poll_read(cx, buf),
        };
        if outcome.is_ready() {
            self.received(buf.filled().get(before..).unwrap_or_default())?;
        }
        self.watch(cx)?;
        if has_opened && outcome.is_pending() { Poll::Ready(Ok(())) } else { outcome }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(taken)) = &outcome {
            self.sent(&[bytes], *taken);
        }
        self.watch(cx)?;
        self.progress.judge(outcome, |taken| *taken, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        if let Poll::Ready(Ok(taken)) = &outcome
            && self.frames.is_some()
        {
            let pieces: Vec<&[u8]> = bytes.iter().map(|piece| &**piece).collect();
            self.sent(&pieces, *taken);
        }
        self.watch(cx)?;
        self.progress.judge(outcome, |taken| *taken, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(cx);
        if outcome.is_ready() {
            self.progress.caught_up();
        }
        self.watch(cx)?;
        self.progress.judge(outcome, |()| 0, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.progress.judge(outcome, |()| 0, cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;
    use crate::http::opening::PREFACE;

    /// A client that has sent `opening`.
    async fn pair(room: usize, opening: &[u8]) -> (WriteTimeout<DuplexStream>, DuplexStream) {
        let (mut ours, mut theirs) = duplex(room);
        theirs.write_all(opening).await.unwrap();
        let (protocol, opening) = Opening::read(&mut ours).await.unwrap();
        (WriteTimeout::new(ours, protocol, opening), theirs)
    }

    /// The first bytes are not delivered alone if more are available, nor does their delivery wait for more.
    #[tokio::test]
    async fn the_opening_is_read_again_together_with_what_follows() {
        for opening in [&b"GET"[..], b"GET / HTTP/1.1\r\nHost: somebody\r\n"] {
            let (mut patient, _client) = pair(64, opening).await;
            let mut bytes = [0; 64];
            let count = patient.read(&mut bytes).await.unwrap();
            assert_eq!(&bytes[..count], opening);
        }
    }

    /// Window 0, one request; the response's head is sent, and the client answers pings for as long as it likes.
    #[tokio::test(start_paused = true)]
    async fn who_opens_no_window_is_told_to_go_and_ends() {
        let (mut patient, mut client) = pair(4096, PREFACE).await;
        let slow = patient.slow();
        let asks =
            [&[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0][..], &[0, 0, 1, 1, 5, 0, 0, 0, 1, 0x82]].concat();
        client.write_all(&asks).await.unwrap();
        patient.read_exact(&mut vec![0; PREFACE.len() + asks.len()]).await.unwrap();
        let begun = Instant::now();
        patient.write_all(&[0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88]).await.unwrap();
        let talk = tokio::spawn(async move {
            while client.write_all(&[0, 0, 8, 6, 1, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let told = tokio::spawn(async move {
            slow.notified().await;
            Instant::now()
        });
        let error = patient.read_to_end(&mut Vec::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        assert!(
            begun.elapsed() >= STALL_TIMEOUT + LAST_RESPONSES && begun.elapsed() < Duration::from_secs(47)
        );
        assert_eq!((told.await.unwrap() - begun).as_secs(), 30);
        talk.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_left_after_thirty_seconds() {
        let (mut patient, _client) = pair(1000, b"GET").await;
        let begun = Instant::now();
        let error = patient.write_all(&[0; 5000]).await.unwrap_err();
        assert_eq!((error.kind(), begun.elapsed()), (ErrorKind::TimedOut, STALL_TIMEOUT));
    }

    /// Reads `bytes` each `pause`, until the other side fails or has sent everything; returns how long that took.
    async fn reads(bytes: usize, pause: Duration) -> (io::Result<()>, Duration) {
        let (mut patient, mut client) = pair(1000, b"GET").await;
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
        // One byte a second.
        let (sent, took) = reads(1, Duration::from_secs(1)).await;
        assert_eq!(sent.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(took >= STALL_TIMEOUT && took < 2 * STALL_TIMEOUT, "{took:?}");
    }
}
