//! RTSP framing (RFC 2326, 4 to 7 and 10.12): text messages and interleaved packets on one byte stream.
//!
//! ```text
//! interleaved packet:   '$'  channel (8)  length (16, big-endian)  payload
//! text message:         first line CRLF  (name ':' value CRLF)*  CRLF  body of Content-Length bytes
//! ```

use std::borrow::Cow;

use super::resync::{Channels, ItemStart, MAX_SKIPPED_BYTES, item_start, next_item_start};

/// Longest first line and headers of a message, bytes. The longest seen from a real camera is below 2 KiB.
pub const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Longest body of a message, bytes. Bodies are session descriptions, of 0.5 to 4 KiB.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// Most header lines of a message.
pub const MAX_HEADERS: usize = 64;

const FIRST_BUFFER_BYTES: usize = 32 * 1024;
/// Holds the longest message or interleaved packet plus one read.
const MAX_BUFFER_BYTES: usize = 128 * 1024;
const MIN_SPACE_BYTES: usize = 4 * 1024;
const INTERLEAVED_HEAD_BYTES: usize = 4;
const MAX_SHOWN_CHARS: usize = 60;

/// Bytes that are not RTSP, or more than a camera needs. `offset` counts bytes since the connection began.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Neither a message nor an interleaved packet begins here.
    #[error("byte {offset} of the connection begins no RTSP message: {shown:?}")]
    NotRtsp {
        /// Where it begins.
        offset: u64,
        /// Its first characters.
        shown: String,
    },
    /// No end of the headers within [`MAX_HEAD_BYTES`], or more than [`MAX_HEADERS`] of them.
    #[error(
        "the message at byte {offset} of the connection has more than {MAX_HEAD_BYTES} bytes or {MAX_HEADERS} lines of headers"
    )]
    HeadTooLong {
        /// Where the message begins.
        offset: u64,
    },
    /// A body beyond [`MAX_BODY_BYTES`], or a length that is not a number.
    #[error(
        "the message at byte {offset} of the connection declares a body of {declared:?} bytes; at most {MAX_BODY_BYTES} are taken"
    )]
    BodyTooLong {
        /// Where the message begins.
        offset: u64,
        /// The header's value.
        declared: String,
    },
}

/// One thing that the camera sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// An RTP or RTCP packet.
    Interleaved {
        /// Channel, as agreed in SETUP.
        channel: u8,
        /// The packet.
        payload: &'a [u8],
    },
    /// A response.
    Response(Response<'a>),
    /// A request from the camera.
    Request(Request),
    /// Bytes between two items that belong to neither; at most [`MAX_SKIPPED_BYTES`].
    Skipped {
        /// Number of bytes.
        bytes: u64,
    },
}

/// A response to a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// Status code.
    pub status: u16,
    /// Reason phrase, as sent.
    pub reason: String,
    /// Headers.
    pub headers: Headers,
    /// Body, at most [`MAX_BODY_BYTES`].
    pub body: &'a [u8],
}

/// A request from the camera; its body is skipped.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// Method, as sent.
    pub method: String,
    /// Headers.
    pub headers: Headers,
}

/// Header lines in order, at most [`MAX_HEADERS`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The first value of `name`, ignoring case.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of `name`, in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The sequence number, if it can be read (`vstarcam_blanks_behind_types`).
    pub fn cseq(&self) -> Option<u32> {
        self.first("CSeq")?.parse().ok()
    }
}

/// The receiving half of a connection: a bounded buffer that is read into and parsed in place.
#[derive(Debug)]
pub struct Receiver {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    consumed: u64,
    /// Bytes skipped since the last item.
    skipped: u64,
    /// Whether the peer has proved that it speaks RTSP.
    proven: bool,
    channels: Channels,
}

impl Receiver {
    /// An empty receiver.
    pub fn new() -> Self {
        Self {
            buffer: vec![0; FIRST_BUFFER_BYTES],
            start: 0,
            end: 0,
            consumed: 0,
            skipped: 0,
            proven: false,
            channels: Channels::default(),
        }
    }

    /// Registers `channel` as expected: its packets mark a beginning after bytes that are not RTSP.
    pub fn expect(&mut self, channel: u8) {
        self.channels.add(channel);
    }

    /// Room for the next read: never empty, as long as [`Receiver::next_item`] was called until it returned `None`.
    pub fn space(&mut self) -> &mut [u8] {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        if self.buffer.len() - self.end < MIN_SPACE_BYTES && self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.buffer.len() - self.end < MIN_SPACE_BYTES && self.buffer.len() < MAX_BUFFER_BYTES {
            self.buffer.resize((self.buffer.len() * 2).min(MAX_BUFFER_BYTES), 0);
        }
        self.buffer.get_mut(self.end..).unwrap_or_default()
    }

    /// Reports that `count` bytes were read into [`Receiver::space`].
    pub fn filled(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.buffer.len());
    }

    /// The next complete item, or `None` until more is read. Bytes between two items that belong to neither are
    /// skipped; before the first item nothing is.
    ///
    /// # Errors
    /// A [`MessageError`]; the byte stream is then lost, and the connection must be closed.
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, MessageError> {
        loop {
            self.skip_line_ends();
            if self.proven && self.resynchronise()? != ItemStart::Item {
                return Ok(None);
            }
            if self.proven && self.skipped > 0 {
                return Ok(Some(Item::Skipped { bytes: std::mem::take(&mut self.skipped) }));
            }
            let offset = self.consumed;
            let data = self.buffer.get(self.start..self.end).unwrap_or_default();
            // Looked up twice if it is complete: a borrowed item cannot be returned from a loop.
            match find_item(data, offset) {
                Ok(None) => return Ok(None),
                Err(MessageError::NotRtsp { .. }) if self.proven => self.skip(1),
                Err(error) => return Err(error),
                Ok(Some(found)) => {
                    let length = found.length;
                    return Ok(self.take(length, offset));
                }
            }
        }
    }

    fn take(&mut self, length: usize, offset: u64) -> Option<Item<'_>> {
        let from = self.start;
        self.start += length;
        self.consumed += length as u64;
        self.proven = true;
        let data = self.buffer.get(from..self.start)?;
        find_item(data, offset).ok().flatten().map(|found| found.item)
    }

    fn skip(&mut self, count: usize) {
        self.start += count;
        self.consumed += count as u64;
        self.skipped += count as u64;
    }

    /// Skips to where an item begins, or may begin.
    fn resynchronise(&mut self) -> Result<ItemStart, MessageError> {
        loop {
            let data = self.buffer.get(self.start..self.end).unwrap_or_default();
            match item_start(data, &self.channels, self.skipped > 0) {
                ItemStart::Nothing => {}
                decided => return Ok(decided),
            }
            if self.skipped > MAX_SKIPPED_BYTES {
                return Err(MessageError::NotRtsp { offset: self.consumed, shown: shown(data) });
            }
            let count = 1 + next_item_start(data.get(1..).unwrap_or_default(), &self.channels);
            self.skip(count);
        }
    }

    /// Cameras put stray line ends between messages; RFC 2326, 4.1 asks that they be skipped.
    fn skip_line_ends(&mut self) {
        while self.start < self.end && matches!(self.buffer.get(self.start), Some(b'\r' | b'\n')) {
            self.start += 1;
            self.consumed += 1;
        }
    }
}

impl Default for Receiver {
    fn default() -> Self {
        Self::new()
    }
}

struct Found<'a> {
    item: Item<'a>,
    length: usize,
}

fn find_item(data: &[u8], offset: u64) -> Result<Option<Found<'_>>, MessageError> {
    match data {
        [] => Ok(None),
        [b'$', rest @ ..] => Ok(find_interleaved(rest)),
        [first, ..] if first.is_ascii_uppercase() => find_message(data, offset),
        _ => Err(MessageError::NotRtsp { offset, shown: shown(data) }),
    }
}

fn find_interleaved(rest: &[u8]) -> Option<Found<'_>> {
    let (&[channel, high, low], body) = rest.split_first_chunk()?;
    let payload = body.get(..usize::from(u16::from_be_bytes([high, low])))?;
    Some(Found {
        item: Item::Interleaved { channel, payload },
        length: INTERLEAVED_HEAD_BYTES + payload.len(),
    })
}

fn find_message(data: &[u8], offset: u64) -> Result<Option<Found<'_>>, MessageError> {
    let window = data.get(..MAX_HEAD_BYTES).unwrap_or(data);
    let Some(head_length) = end_of_head(window) else {
        return if window.len() == MAX_HEAD_BYTES {
            Err(MessageError::HeadTooLong { offset })
        } else {
            Ok(None)
        };
    };
    let (head, rest) = data.split_at_checked(head_length).unwrap_or((data, &[]));
    let (first, headers) = parse_head(head, offset)?;
    let body_length = body_length(&headers, offset)?;
    let Some(body) = rest.get(..body_length) else { return Ok(None) };
    let item = parse_first_line(&first, headers, body)
        .ok_or_else(|| MessageError::NotRtsp { offset, shown: shown(data) })?;
    Ok(Some(Found { item, length: head_length + body_length }))
}

/// Number of bytes up to and including the empty line. Bare line feeds are accepted too: some cameras send nothing
/// else.
fn end_of_head(data: &[u8]) -> Option<usize> {
    let mut line_start = 0;
    for (at, _) in data.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        let line = data.get(line_start..at)?;
        if line_start > 0 && matches!(line, [] | [b'\r']) {
            return Some(at + 1);
        }
        line_start = at + 1;
    }
    None
}

fn parse_head(head: &[u8], offset: u64) -> Result<(String, Headers), MessageError> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_end().to_owned();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        if headers.len() == MAX_HEADERS {
            return Err(MessageError::HeadTooLong { offset });
        }
        // A line without a colon means nothing; the rest of the message still may.
        if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Ok((first, Headers(headers)))
}

fn body_length(headers: &Headers, offset: u64) -> Result<usize, MessageError> {
    let Some(declared) = headers.first("Content-Length") else { return Ok(0) };
    match declared.parse::<usize>() {
        Ok(length) if length <= MAX_BODY_BYTES => Ok(length),
        _ => Err(MessageError::BodyTooLong { offset, declared: shown(declared.as_bytes()) }),
    }
}

fn parse_first_line<'a>(first: &str, headers: Headers, body: &'a [u8]) -> Option<Item<'a>> {
    let mut words = first.splitn(3, ' ');
    let (word, second, third) = (words.next()?, words.next()?, words.next().unwrap_or_default());
    if word.starts_with("RTSP/") {
        let status = second.parse().ok().filter(|status| (100..1000).contains(status))?;
        return Some(Item::Response(Response { status, reason: printable(third), headers, body }));
    }
    let is_request =
        word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && third.starts_with("RTSP/");
    is_request.then(|| Item::Request(Request { method: word.to_owned(), headers }))
}

/// The beginning of what a camera sent, made fit for a log line.
fn shown(data: &[u8]) -> String {
    let lossy: Cow<'_, str> = String::from_utf8_lossy(data.get(..MAX_SHOWN_CHARS).unwrap_or(data));
    lossy.chars().take(MAX_SHOWN_CHARS).collect()
}

/// A camera's text, cut to a length and without control characters.
pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(MAX_SHOWN_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Feeds `bytes` in pieces of `step` and describes what comes out.
    fn items(bytes: &[u8], step: usize) -> Result<Vec<String>, MessageError> {
        let mut receiver = Receiver::new();
        let mut out = Vec::new();
        for piece in bytes.chunks(step) {
            let space = receiver.space();
            space[..piece.len()].copy_from_slice(piece);
            receiver.filled(piece.len());
            while let Some(item) = receiver.next_item()? {
                out.push(format!("{item:?}"));
            }
        }
        Ok(out)
    }

    const STREAM: &[u8] = b"RTSP/1.0 200 OK\r\nCSeq: 1 \r\nContent-Length: 3\r\n\r\nabc\
        $\x00\x00\x02hi\r\n$\x01\x00\x00OPTIONS * RTSP/1.0\nCSeq:7\n\nRTSP/1.0 404\r\nX: a\r\n  b\r\nno colon\r\n\r\n";

    #[test]
    fn messages_and_packets_come_out_whatever_the_pieces() {
        let whole = items(STREAM, STREAM.len()).unwrap();
        assert_eq!(whole.len(), 5, "{whole:#?}");
        assert!(whole[0].contains("status: 200") && whole[0].contains("[97, 98, 99]"));
        assert!(whole[4].contains("a b"), "folded lines are joined: {}", whole[4]);
        for step in 1..40 {
            assert_eq!(items(STREAM, step).unwrap(), whole, "pieces of {step}");
        }
    }

    #[test]
    fn what_is_not_rtsp_ends_the_stream_at_its_place() {
        assert!(matches!(items(b"\r\n\x16\x03\x01", 5), Err(MessageError::NotRtsp { offset: 2, .. })));
        assert!(matches!(
            items(b"HTTP/1.1 200 OK\r\n\r\n", 99),
            Err(MessageError::NotRtsp { offset: 0, .. })
        ));
        assert!(matches!(items(b"RTSP/1.0 99999 OK\r\n\r\n", 99), Err(MessageError::NotRtsp { .. })));
    }

    #[test]
    fn sizes_are_capped_before_anything_is_kept() {
        let endless = [b"RTSP/1.0 200 OK\r\nX: ".as_slice(), &[b'a'; 2 * MAX_HEAD_BYTES]].concat();
        assert!(matches!(items(&endless, 1024), Err(MessageError::HeadTooLong { offset: 0 })));
        let many = format!("RTSP/1.0 200 OK\r\n{}\r\n", "A: b\r\n".repeat(MAX_HEADERS + 1));
        assert!(matches!(items(many.as_bytes(), 1024), Err(MessageError::HeadTooLong { offset: 0 })));
        for declared in ["65537", "18446744073709551616", "-1", "x"] {
            let message = format!("RTSP/1.0 200 OK\r\nContent-Length: {declared}\r\n\r\n");
            assert!(
                matches!(items(message.as_bytes(), 64), Err(MessageError::BodyTooLong { .. })),
                "{declared}"
            );
        }
    }

    #[test]
    fn the_longest_items_fit_the_buffer() {
        let mut stream = vec![b'$', 0, 0xff, 0xff];
        stream.resize(4 + 0xffff, 1);
        let message = format!("RTSP/1.0 200 OK\r\nContent-Length: {MAX_BODY_BYTES}\r\n\r\n");
        stream.extend(message.as_bytes());
        stream.resize(stream.len() + MAX_BODY_BYTES, b'b');
        assert_eq!(items(&stream, 4096).unwrap().len(), 2);
    }

    proptest! {
        #[test]
        fn interleaved_packets_survive_any_cut(
            packets in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..20),
            step in 1_usize..500,
        ) {
            let mut stream = Vec::new();
            for (channel, payload) in &packets {
                stream.extend([b'$', *channel]);
                stream.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
                stream.extend(payload);
            }
            let expected: Vec<String> = packets
                .iter()
                .map(|(channel, payload)| format!("{:?}", Item::Interleaved { channel: *channel, payload }))
                .collect();
            prop_assert_eq!(items(&stream, step).unwrap(), expected);
        }

        #[test]
        fn random_bytes_never_panic_and_never_stall(data in prop::collection::vec(any::<u8>(), 0..2000), step in 1_usize..300) {
            let _ = items(&data, step);
        }
    }
}
