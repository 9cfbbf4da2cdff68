//! One connection of a viewer: one request at a time, and its response.

use std::borrow::Cow;

use super::answer::{AnswerReader, Head, Piece};
use super::figures::{Fault, Kind};
use super::playlist::MAX_PLAYLIST_BYTES;

/// Largest part or init segment, bytes. Parts are cut before 8 MB.
const MAX_MEDIA_BYTES: u64 = 16 << 20;
/// Longest wait for a playlist: a server may hold a blocking request for three target durations, and Aşkar's are 4 s.
const PLAYLIST_TIMEOUT_US: u64 = 20_000_000;
/// Longest wait for media.
const MEDIA_TIMEOUT_US: u64 = 10_000_000;
/// The first pause after a failure; it doubles up to the longest.
const FIRST_PAUSE_US: u64 = 500_000;
const LONGEST_PAUSE_US: u64 = 8_000_000;

/// A complete response.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) kind: Kind,
    pub(super) head: Head,
    /// A playlist's bytes; empty for media, which are inspected and dropped.
    pub(super) body: Cow<'a, [u8]>,
    pub(super) media: MediaCheck,
    /// Since when the request was due.
    pub(super) asked_us: u64,
}

#[derive(Debug, Default)]
pub(super) struct Exchange {
    asked: Option<(Kind, u64)>,
    reader: AnswerReader,
    head: Head,
    /// Body of a playlist that arrives in several pieces.
    body: Vec<u8>,
    media: MediaCheck,
    /// Number of responses on this connection.
    served: u64,
    failures: u32,
    not_before_us: u64,
}

impl Exchange {
    pub(super) fn is_free(&self) -> bool {
        self.asked.is_none()
    }

    /// When the next request may be sent.
    pub(super) fn not_before_us(&self) -> u64 {
        self.not_before_us
    }

    pub(super) fn ask(&mut self, kind: Kind, now_us: u64) {
        self.asked = Some((kind, now_us));
        self.media = MediaCheck::default();
        self.reader.begin(match kind {
            Kind::Playlist | Kind::Reload => MAX_PLAYLIST_BYTES,
            Kind::Init | Kind::Part => MAX_MEDIA_BYTES,
        });
    }

    pub(super) fn is_overdue(&self, now_us: u64) -> bool {
        self.asked.is_some_and(|(kind, at_us)| {
            let timeout_us = match kind {
                Kind::Playlist | Kind::Reload => PLAYLIST_TIMEOUT_US,
                Kind::Init | Kind::Part => MEDIA_TIMEOUT_US,
            };
            at_us + timeout_us <= now_us
        })
    }

    /// Takes bytes from the connection. Returns the response that they complete, without a copy if it came in one
    /// piece.
    pub(super) fn received<'a>(&mut self, mut bytes: &'a [u8]) -> Result<Option<Answer<'a>>, Fault> {
        let Some((kind, asked_us)) = self.asked else { return Err(Fault::Unasked) };
        let keeps = matches!(kind, Kind::Playlist | Kind::Reload);
        let mut last: &'a [u8] = &[];
        loop {
            let (taken, piece) = self.reader.read(bytes)?;
            bytes = bytes.get(taken..).unwrap_or_default();
            match piece {
                Piece::Head(head) => self.head = head,
                Piece::Body(body) => {
                    self.media.take(body);
                    if keeps {
                        self.body.extend_from_slice(std::mem::replace(&mut last, body));
                    }
                }
                Piece::Nothing if bytes.is_empty() => {
                    self.body.extend_from_slice(last);
                    return Ok(None);
                }
                // It was an interim head.
                Piece::Nothing => {}
                Piece::End => break,
            }
        }
        if !bytes.is_empty() {
            return Err(Fault::Unasked);
        }
        (self.asked, self.served) = (None, self.served + 1);
        let (head, media) = (std::mem::take(&mut self.head), self.media);
        Ok(Some(Answer { kind, head, body: self.whole(last), media, asked_us }))
    }

    fn whole<'a>(&mut self, last: &'a [u8]) -> Cow<'a, [u8]> {
        if self.body.is_empty() {
            return Cow::Borrowed(last);
        }
        let mut gathered = std::mem::take(&mut self.body);
        gathered.extend_from_slice(last);
        Cow::Owned(gathered)
    }

    /// The connection is gone. If a request was pending on it: whether that may simply be repeated. A server may close
    /// a connection that it takes for idle, and a request in flight at that moment is lost (RFC 9112, 9.3.1).
    pub(super) fn closed(&mut self, fault: Fault) -> Option<bool> {
        let unlucky = fault == Fault::Reset && self.served > 0 && self.reader.is_untouched();
        self.served = 0;
        self.body = Vec::new();
        self.asked.take().map(|_| unlucky)
    }

    /// Waits longer after each failure; `spread` separates viewers that failed together.
    pub(super) fn pause(&mut self, spread: u64, now_us: u64) {
        let pause_us = (FIRST_PAUSE_US << self.failures.min(8)).min(LONGEST_PAUSE_US);
        self.failures += 1;
        self.not_before_us = now_us + pause_us + pause_us * (spread % 64) / 64;
    }

    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

/// Inspects the beginning of media, and counts the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct MediaCheck {
    first: [u8; 8],
    length: u64,
}

impl MediaCheck {
    fn take(&mut self, bytes: &[u8]) {
        let have = usize::try_from(self.length).unwrap_or(usize::MAX).min(self.first.len());
        let missing = self.first.get_mut(have..).unwrap_or_default();
        for (slot, byte) in missing.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        self.length += bytes.len() as u64;
    }

    /// Number of bytes received.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether it begins with a box of plausible size, of a type with which `kind` begins.
    pub(super) fn is(&self, kind: Kind) -> bool {
        let [a, b, c, d, name @ ..] = self.first;
        let size = u64::from(u32::from_be_bytes([a, b, c, d]));
        let known: &[&[u8; 4]] = match kind {
            Kind::Init => &[b"ftyp", b"styp"],
            _ => &[b"moof", b"styp", b"prft", b"emsg", b"sidx"],
        };
        size >= 8 && size <= self.length && known.contains(&&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_begin_with_a_box_that_fits() {
        let is = |pieces: &[&[u8]], kind| {
            let mut check = MediaCheck::default();
            pieces.iter().for_each(|piece| check.take(piece));
            check.is(kind)
        };
        assert!(is(&[b"\0\0\0\x08moof"], Kind::Part));
        assert!(is(&[b"\0\0", b"\0\x09mo", b"of", b"x"], Kind::Part));
        assert!(is(&[b"\0\0\0\x08ftyp"], Kind::Init));
        for bad in [
            &b""[..],
            b"\0\0\0\x08moo",
            b"\0\0\0\x09moof",
            b"\0\0\0\x07moof",
            b"\0\0\0\x08ftyp",
            b"<html></html>",
        ] {
            assert!(!is(&[bad], Kind::Part));
        }
    }
}
