//! Detects the protocol of a client from its first bytes.
//!
//! In: a stream of which nothing was read. Out: HTTP/1.1 or HTTP/2, and the bytes that were read, which belong to the
//! protocol. The HTTP library can detect it too, but passes those bytes on separately; a head in two pieces costs it a
//! buffer twice as large, for as long as the connection lasts.

use std::io::{self, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::time::timeout;

/// From the connection until it is known whether the client speaks HTTP/1.1 or HTTP/2. From then on hyper has its own
/// limits.
const FIRST_BYTES_TIMEOUT: Duration = Duration::from_secs(15);
/// What an HTTP/2 client sends first (RFC 9113, 3.4).
pub(crate) const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The protocol of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1, or something unintelligible, which the library then reports.
    Http1,
    Http2,
}

/// The bytes that were read to detect the protocol, until they are read again.
#[derive(Debug)]
pub(crate) struct Opening {
    bytes: [u8; PREFACE.len()],
    given: u8,
    length: u8,
}

impl Opening {
    const EMPTY: Self = Self { bytes: [0; PREFACE.len()], given: 0, length: 0 };

    /// Reads until the protocol is known.
    ///
    /// # Errors
    /// If the client sends too little within [`FIRST_BYTES_TIMEOUT`], closes, or the stream fails.
    pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(Protocol, Self)> {
        let says_nothing = || io::Error::new(ErrorKind::TimedOut, "the client says nothing");
        timeout(FIRST_BYTES_TIMEOUT, Self::read_in_any_time(stream)).await.map_err(|_| says_nothing())?
    }

    async fn read_in_any_time(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<(Protocol, Self)> {
        let mut opening = Self::EMPTY;
        loop {
            let (seen, room) = opening.bytes.split_at_mut(usize::from(opening.length));
            let count = stream.read(room).await?;
            let (expected, new) = (&PREFACE[seen.len()..], &room[..count]);
            let is_other = count == 0 || !expected.starts_with(new);
            opening.length += count as u8;
            if is_other {
                return Ok((Protocol::Http1, opening));
            }
            if usize::from(opening.length) == PREFACE.len() {
                return Ok((Protocol::Http2, opening));
            }
        }
    }

    /// Moves the rest into `buf`; returns whether there was any.
    pub(crate) fn give(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        let left = &self.bytes[usize::from(self.given)..usize::from(self.length)];
        let count = left.len().min(buf.remaining());
        buf.put_slice(&left[..count]);
        self.given += count as u8;
        count > 0
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    /// What is detected for a client that sends `pieces` in turn; and what is left in its stream.
    async fn told(pieces: &[&[u8]]) -> (Protocol, Vec<u8>) {
        let (mut ours, mut theirs) = duplex(64);
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        let client = tokio::spawn(async move {
            for piece in pieces {
                theirs.write_all(&piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let (protocol, mut opening) = Opening::read(&mut ours).await.unwrap();
        let mut all = Vec::new();
        let mut few = [0; 7];
        loop {
            let mut buf = ReadBuf::new(&mut few);
            if !opening.give(&mut buf) {
                break;
            }
            all.extend_from_slice(buf.filled());
        }
        ours.read_to_end(&mut all).await.unwrap();
        client.await.unwrap();
        (protocol, all)
    }

    #[tokio::test]
    async fn the_preface_is_known_in_whatever_pieces_it_comes() {
        let whole = [&PREFACE[..], b"frames"].concat();
        for cut in 0..PREFACE.len() {
            assert_eq!(
                told(&[&whole[..cut], &whole[cut..]]).await,
                (Protocol::Http2, whole.clone()),
                "{cut}"
            );
        }
    }

    #[tokio::test]
    async fn everything_else_is_left_to_the_library_with_every_byte() {
        for other in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n", b"P", b"\0", b""] {
            assert_eq!(told(&[other]).await, (Protocol::Http1, other.to_vec()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_waited_for_fifteen_seconds() {
        for beginning in [&b""[..], b"PRI * HT"] {
            let (mut ours, mut client) = duplex(64);
            let begun = Instant::now();
            client.write_all(beginning).await.unwrap();
            let error = Opening::read(&mut ours).await.unwrap_err();
            assert_eq!((error.kind(), begun.elapsed().as_secs()), (ErrorKind::TimedOut, 15));
        }
    }
}
