//! Reads HTTP/1.1 responses piece by piece. Whatever a server sends, the memory is bounded.

use httparse::{EMPTY_HEADER, Header, Response, Status};

/// Longest head, bytes.
pub const MAX_HEAD_BYTES: usize = 16 << 10;
/// Maximum number of header fields in a head.
const MAX_HEADERS: usize = 64;
/// Longest address that a redirect may name, bytes.
const MAX_LOCATION_BYTES: usize = 2048;
/// Longest line between chunks (a size with its extensions, a trailer field), bytes.
const MAX_CHUNK_LINE_BYTES: usize = 4096;
/// Maximum number of hexadecimal digits of a chunk's size.
const MAX_SIZE_DIGITS: u8 = 12;

/// Why bytes are not a response, or exceed a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The head is not HTTP/1.1.
    #[error("the head is malformed")]
    Head,
    /// Longer than [`MAX_HEAD_BYTES`], or with too many fields.
    #[error("the head is too long")]
    HeadTooLong,
    /// Neither or both of `Content-Length` and chunks, or a length that is not a number.
    #[error("the length of the body is not told clearly")]
    Length,
    /// The body is longer than the requested resource can be.
    #[error("the body is too long")]
    BodyTooLong,
    /// Chunks are malformed.
    #[error("the chunks are malformed")]
    Chunk,
}

/// The parts of a head that a viewer needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Status code, not 1xx.
    pub status: u16,
    /// The server closes the connection after this response.
    pub close: bool,
    /// Whether the body is compressed with gzip.
    pub gzip: bool,
    /// `Location` of a redirect.
    pub location: Option<String>,
}

/// A piece of a response.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Nothing yet: more bytes are needed.
    Nothing,
    /// The head.
    Head(Head),
    /// Some of the body.
    Body(&'a [u8]),
    /// The response is complete.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    /// Remaining bytes of the body.
    Length(u64),
    Chunks(Chunk),
    End,
}

/// Position in a chunked body (RFC 9112, 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chunk {
    Size {
        value: u64,
        digits: u8,
    },
    /// After the size, up to the end of its line.
    Extension {
        size: u64,
        length: usize,
    },
    Data(u64),
    /// The line end after a chunk's data; the number of its bytes that came.
    DataEnd(u8),
    /// Lines after the last chunk: bytes of the current one, and of all.
    Trailer {
        line: usize,
        all: usize,
    },
}

/// Reads one response after the other from a connection.
#[derive(Debug)]
pub struct AnswerReader {
    state: State,
    /// A head that arrives in several pieces.
    head: Vec<u8>,
    /// Bytes of the body that may still come.
    room: u64,
}

impl Default for AnswerReader {
    fn default() -> Self {
        Self { state: State::End, head: Vec::new(), room: 0 }
    }
}

impl AnswerReader {
    /// Expects the next response, with a body of at most `max_body` bytes.
    pub fn begin(&mut self, max_body: u64) {
        *self = Self { state: State::Head, head: Vec::new(), room: max_body };
    }

    /// Whether nothing of the response has come.
    pub(crate) fn is_untouched(&self) -> bool {
        self.state == State::Head && self.head.is_empty()
    }

    /// Takes the next piece from the front of `input`, and returns how many bytes it took.
    ///
    /// # Errors
    /// [`AnswerError`]; the connection is then unusable.
    pub fn read<'a>(&mut self, input: &'a [u8]) -> Result<(usize, Piece<'a>), AnswerError> {
        match self.state {
            State::Head => self.read_head(input),
            State::Length(0) | State::End => {
                self.state = State::End;
                Ok((0, Piece::End))
            }
            State::Length(remaining) => {
                let (body, length) = front(input, remaining);
                self.state = State::Length(remaining - length);
                Ok((body.len(), if body.is_empty() { Piece::Nothing } else { Piece::Body(body) }))
            }
            State::Chunks(_) => self.read_chunks(input),
        }
    }

    fn read_head<'a>(&mut self, input: &'a [u8]) -> Result<(usize, Piece<'a>), AnswerError> {
        if self.head.is_empty() {
            return match self.parse_head(input)? {
                Some((length, head)) => Ok((length, head.map_or(Piece::Nothing, Piece::Head))),
                None => {
                    self.head.extend_from_slice(input);
                    Ok((input.len(), Piece::Nothing))
                }
            };
        }
        let before = self.head.len();
        let mut joined = std::mem::take(&mut self.head);
        joined.extend_from_slice(input.get(..MAX_HEAD_BYTES.min(input.len())).unwrap_or_default());
        match self.parse_head(&joined)? {
            Some((length, head)) => {
                Ok((length.saturating_sub(before), head.map_or(Piece::Nothing, Piece::Head)))
            }
            None => {
                self.head = joined;
                Ok((input.len(), Piece::Nothing))
            }
        }
    }

    /// Length and content of a complete head; without content if it is an interim one, which another follows.
    fn parse_head(&mut self, bytes: &[u8]) -> Result<Option<(usize, Option<Head>)>, AnswerError> {
        let mut fields = [EMPTY_HEADER; MAX_HEADERS];
        let mut response = Response::new(&mut fields);
        let length = match response.parse(bytes) {
            Ok(Status::Complete(length)) if length <= MAX_HEAD_BYTES => length,
            Ok(Status::Partial) if bytes.len() < MAX_HEAD_BYTES => return Ok(None),
            Ok(_) | Err(httparse::Error::TooManyHeaders) => return Err(AnswerError::HeadTooLong),
            Err(_) => return Err(AnswerError::Head),
        };
        let status = response.code.ok_or(AnswerError::Head)?;
        if response.version != Some(1) || status == 101 {
            return Err(AnswerError::Head);
        }
        if status < 200 {
            return Ok(Some((length, None)));
        }
        let (head, framing) = read_fields(status, response.headers)?;
        self.state = match framing {
            _ if matches!(status, 204 | 304) => State::Length(0),
            Framing::Length(body) if body > self.room => return Err(AnswerError::BodyTooLong),
            Framing::Length(body) => State::Length(body),
            Framing::Chunked => State::Chunks(Chunk::Size { value: 0, digits: 0 }),
            Framing::Unknown => return Err(AnswerError::Length),
        };
        Ok(Some((length, Some(head))))
    }

    fn read_chunks<'a>(&mut self, input: &'a [u8]) -> Result<(usize, Piece<'a>), AnswerError> {
        let mut taken = 0;
        while let State::Chunks(chunk) = self.state {
            let rest = input.get(taken..).unwrap_or_default();
            let Some(&byte) = rest.first() else { return Ok((taken, Piece::Nothing)) };
            if let Chunk::Data(remaining) = chunk {
                let (body, length) = front(rest, remaining);
                let left = remaining - length;
                self.state = State::Chunks(if left == 0 { Chunk::DataEnd(0) } else { Chunk::Data(left) });
                return Ok((taken + body.len(), Piece::Body(body)));
            }
            self.state = self.after_byte(chunk, byte)?;
            taken += 1;
        }
        Ok((taken, Piece::End))
    }

    fn after_byte(&mut self, chunk: Chunk, byte: u8) -> Result<State, AnswerError> {
        let next = match (chunk, byte) {
            (Chunk::Size { value, digits: 1.. }, b'\n') => self.chunk_begins(value)?,
            (Chunk::Size { value, digits: 1.. }, b';' | b'\r' | b' ' | b'\t') => {
                Chunk::Extension { size: value, length: 0 }
            }
            (Chunk::Size { value, digits }, _) => {
                let digit = char::from(byte).to_digit(16).filter(|_| digits < MAX_SIZE_DIGITS);
                let digit = u64::from(digit.ok_or(AnswerError::Chunk)?);
                Chunk::Size { value: value << 4 | digit, digits: digits + 1 }
            }
            (Chunk::Extension { size, .. }, b'\n') => self.chunk_begins(size)?,
            (Chunk::Extension { size, length }, _) if length < MAX_CHUNK_LINE_BYTES => {
                Chunk::Extension { size, length: length + 1 }
            }
            (Chunk::DataEnd(0), b'\r') => Chunk::DataEnd(1),
            (Chunk::DataEnd(_), b'\n') => Chunk::Size { value: 0, digits: 0 },
            (Chunk::Trailer { line: 0, .. }, b'\n') => return Ok(State::End),
            (Chunk::Trailer { all, .. }, b'\n') if all < MAX_CHUNK_LINE_BYTES => {
                Chunk::Trailer { line: 0, all: all + 1 }
            }
            (Chunk::Trailer { line, all }, b'\r') if all < MAX_CHUNK_LINE_BYTES => {
                Chunk::Trailer { line, all: all + 1 }
            }
            (Chunk::Trailer { line, all }, _) if all < MAX_CHUNK_LINE_BYTES => {
                Chunk::Trailer { line: line + 1, all: all + 1 }
            }
            _ => return Err(AnswerError::Chunk),
        };
        Ok(State::Chunks(next))
    }

    fn chunk_begins(&mut self, size: u64) -> Result<Chunk, AnswerError> {
        self.room = self.room.checked_sub(size).ok_or(AnswerError::BodyTooLong)?;
        Ok(if size == 0 { Chunk::Trailer { line: 0, all: 0 } } else { Chunk::Data(size) })
    }
}

/// How the end of a body is determined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Unknown,
    Length(u64),
    Chunked,
}

fn read_fields(status: u16, fields: &[Header<'_>]) -> Result<(Head, Framing), AnswerError> {
    let mut head = Head { status, ..Head::default() };
    let mut framing = Framing::Unknown;
    for field in fields {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        let says = |word: &str| {
            field
                .value
                .split(|b| *b == b',')
                .any(|part| part.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
        };
        if is("content-length") {
            let length = Framing::Length(decimal(field.value).ok_or(AnswerError::Length)?);
            framing = only(framing, length)?;
        } else if is("transfer-encoding") {
            if !field.value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                return Err(AnswerError::Length);
            }
            framing = only(framing, Framing::Chunked)?;
        } else if is("connection") {
            head.close |= says("close");
        } else if is("content-encoding") {
            head.gzip |= says("gzip");
        } else if is("location") && (300..400).contains(&status) {
            let text = std::str::from_utf8(field.value).ok();
            head.location = text.filter(|text| text.len() <= MAX_LOCATION_BYTES).map(str::to_owned);
        }
    }
    Ok((head, framing))
}

/// Two different lengths are a means of request smuggling (RFC 9112, 11.2); a reader that picks one takes part in it.
fn only(known: Framing, new: Framing) -> Result<Framing, AnswerError> {
    if known == Framing::Unknown || known == new { Ok(new) } else { Err(AnswerError::Length) }
}

fn decimal(value: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(value.trim_ascii()).ok()?;
    if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
}

/// At most `wanted` bytes of `input`, and their number.
fn front(input: &[u8], wanted: u64) -> (&[u8], u64) {
    let length = usize::try_from(wanted).unwrap_or(usize::MAX).min(input.len());
    (input.get(..length).unwrap_or_default(), length as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads `bytes` in pieces of `step`, and returns head, body and the number of bytes left.
    fn read(bytes: &[u8], step: usize, max_body: u64) -> Result<(Head, Vec<u8>, usize), AnswerError> {
        let mut reader = AnswerReader::default();
        reader.begin(max_body);
        let (mut head, mut body, mut used, mut end) = (Head::default(), Vec::new(), 0, step.min(bytes.len()));
        loop {
            let (taken, piece) = reader.read(&bytes[used..end])?;
            used += taken;
            match piece {
                Piece::Head(found) => head = found,
                Piece::Body(some) => body.extend_from_slice(some),
                Piece::End => return Ok((head, body, bytes.len() - used)),
                Piece::Nothing if end == bytes.len() && used == end => return Ok((head, body, usize::MAX)),
                Piece::Nothing => end = (end + step).min(bytes.len()),
            }
        }
    }

    #[test]
    fn a_body_of_told_length_ends_there() {
        let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhelloHTTP";
        for step in [1, 7, 1000] {
            let (head, body, left) = read(bytes, step, 5).unwrap();
            assert_eq!((head.status, head.close, body.as_slice()), (200, false, b"hello".as_slice()));
            assert!(left <= 4, "what comes behind is not taken");
        }
        assert_eq!(read(bytes, 1000, 4), Err(AnswerError::BodyTooLong));
    }

    #[test]
    fn chunks_are_joined() {
        let bytes = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nContent-Encoding: gzip\r\n\
            connection: x, Close\r\n\r\n5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n";
        for step in [1, 3, 1000] {
            let (head, body, left) = read(bytes, step, 6).unwrap();
            assert!(head.close && head.gzip);
            assert_eq!((body.as_slice(), left), (b"hello!".as_slice(), 0));
        }
        assert_eq!(read(bytes, 1000, 5), Err(AnswerError::BodyTooLong));
    }

    #[test]
    fn answers_without_a_body() {
        let moved =
            b"HTTP/1.1 307 Temporary Redirect\r\nlocation: /x?_HLS_msn=1\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(moved, 1000, 0).unwrap().0.location.as_deref(), Some("/x?_HLS_msn=1"));
        assert_eq!(read(b"HTTP/1.1 304 Not Modified\r\n\r\n", 1000, 0).unwrap().0.status, 304);
    }

    #[test]
    fn what_is_unclear_is_refused() {
        for (bytes, error) in [
            (&b"HTTP/1.1 200 OK\r\n\r\n"[..], AnswerError::Length),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", AnswerError::Length),
            (
                b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                AnswerError::Length,
            ),
            (b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", AnswerError::Length),
            (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", AnswerError::Head),
            (b"SSH-2.0-OpenSSH\r\n", AnswerError::Head),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", AnswerError::Chunk),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab", AnswerError::Chunk),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n",
                AnswerError::BodyTooLong,
            ),
        ] {
            assert_eq!(read(bytes, 1000, 100).unwrap_err(), error, "{}", String::from_utf8_lossy(bytes));
        }
        let endless = [&b"HTTP/1.1 200 OK\r\nX: "[..], &[b'a'; 2 * MAX_HEAD_BYTES]].concat();
        for step in [100, 10_000, 100_000] {
            assert_eq!(read(&endless, step, 100), Err(AnswerError::HeadTooLong));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_cost_bounded_memory(
            start in prop::sample::select(vec!["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]),
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"0123456789abcdef\r\n;:".to_vec())], 0..600),
            step in 1_usize..50,
        ) {
            let bytes = [start.as_bytes(), &bytes].concat();
            if let Ok((_, body, _)) = read(&bytes, step, 100) {
                prop_assert!(body.len() <= 100);
            }
        }
    }
}
