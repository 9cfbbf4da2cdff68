//! Flow control of an HTTP/2 connection, derived from the frames that pass (RFC 9113, 5.2 and 6).
//!
//! In: the bytes of both directions and the time. Out: when the client becomes too slow, or sends too many frames. The
//! HTTP library waits for a window without limit, and its bodies do not learn what became of their bytes; this module
//! sees what is written to the socket, stream by stream. A response is stalled while its own window is empty, and the
//! connection while all responses share an empty window; a window that opens by one byte makes up for one byte.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::http::stall_timer::{MAX_AGE, StallTimer};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const INITIAL_WINDOW_SIZE: u16 = 4;
/// Window of the connection and of each stream, until the client sets another.
const DEFAULT_WINDOW: i64 = 65_535;

/// How long a connection without requests may stay open; pings do not count.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// Streams that are followed at once; the HTTP library refuses those above its own, much lower limit.
const MAX_STREAMS: usize = 1024;
/// Frames that a client may send before it has earned any: as many as a browser sends when it leaves a page that was
/// loading.
const ALLOWANCE_FRAMES: u32 = 1000;
/// Added to the allowance each second.
const ALLOWANCE_PER_SECOND: u32 = 50;
/// A cancelled request costs the work that was begun for it.
const RESET_COST: u32 = 4;
/// Added for each frame that we send: two updates of two windows, as the most talkative client libraries send.
const ALLOWANCE_PER_SENT_FRAME: u32 = 4;

/// The client sends far more frames than it needs: pings, settings, resets, window updates of single bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyFrames;

/// The flow control of one connection.
#[derive(Debug)]
pub struct FlowControl {
    incoming: FrameReader,
    outgoing: FrameReader,
    initial_window: i64,
    window: i64,
    stall: StallTimer,
    streams: HashMap<u32, Stream>,
    responding: usize,
    idle_since: Option<Instant>,
    allowance: FrameAllowance,
}

/// A request and its response.
#[derive(Debug)]
struct Stream {
    window: i64,
    /// When the response head was sent, while the response is in flight.
    response_since: Option<Instant>,
    stall: StallTimer,
}

impl FlowControl {
    /// A connection whose client has just sent the HTTP/2 preface.
    pub fn new(now: Instant) -> Self {
        Self {
            incoming: FrameReader::default(),
            outgoing: FrameReader::default(),
            initial_window: DEFAULT_WINDOW,
            window: DEFAULT_WINDOW,
            stall: StallTimer::default(),
            streams: HashMap::new(),
            responding: 0,
            idle_since: Some(now),
            allowance: FrameAllowance { left: ALLOWANCE_FRAMES, since: now },
        }
    }

    /// Processes `bytes` from the client.
    ///
    /// # Errors
    /// [`TooManyFrames`]: close the connection.
    pub fn received(&mut self, bytes: &[u8], now: Instant) -> Result<(), TooManyFrames> {
        let mut reader = std::mem::take(&mut self.incoming);
        let outcome = reader.read(bytes, |event| self.received_event(event, now));
        self.incoming = reader;
        outcome
    }

    /// Takes note that `bytes` were written to the client's socket.
    pub fn sent(&mut self, bytes: &[u8], now: Instant) {
        let mut reader = std::mem::take(&mut self.outgoing);
        // Our own frames are never the client's fault.
        let _ = reader.read(bytes, |event| {
            self.sent_event(event, now);
            Ok(())
        });
        self.outgoing = reader;
    }

    /// When the client counts as too slow, if nothing happens until then.
    pub fn deadline(&self) -> Option<Instant> {
        let aged = |stream: &Stream| Some(stream.response_since? + MAX_AGE);
        let streams = self.streams.values().flat_map(|stream| [stream.stall.deadline(), aged(stream)]);
        let idle = self.idle_since.map(|since| since + IDLE_TIMEOUT);
        streams.chain([self.stall.deadline(), idle]).flatten().min()
    }

    fn received_event(&mut self, event: Event<'_>, now: Instant) -> Result<(), TooManyFrames> {
        match event {
            Event::Head(head) => {
                let cost = if head.kind == RST_STREAM { RESET_COST } else { 1 };
                self.allowance.spend(cost, now)?;
                if head.kind == HEADERS && head.stream % 2 == 1 {
                    self.open(head.stream)?;
                }
            }
            Event::Field(head, field) => match (head.kind, field) {
                (WINDOW_UPDATE, &[a, b, c, d]) => {
                    let more = i64::from(u32::from_be_bytes([a & 0x7f, b, c, d]));
                    self.widen(head.stream, more, now);
                }
                (SETTINGS, [a, b, rest @ ..]) if head.flags & ACK == 0 => {
                    if u16::from_be_bytes([*a, *b]) == INITIAL_WINDOW_SIZE
                        && let Ok(size) = <[u8; 4]>::try_from(rest)
                    {
                        self.resize(i64::from(u32::from_be_bytes(size)), now);
                    }
                }
                _ => {}
            },
            Event::End(head) if head.kind == RST_STREAM => self.close(head.stream, now),
            Event::Payload(..) | Event::End(_) => {}
        }
        Ok(())
    }

    fn sent_event(&mut self, event: Event<'_>, now: Instant) {
        match event {
            Event::Head(head) => match head.kind {
                DATA => {
                    self.allowance.earn(ALLOWANCE_PER_SENT_FRAME);
                    self.window -= i64::from(head.length);
                    if let Some(stream) = self.streams.get_mut(&head.stream) {
                        stream.window -= i64::from(head.length);
                        stream.check(now);
                    }
                    self.check(now);
                }
                HEADERS => {
                    self.allowance.earn(ALLOWANCE_PER_SENT_FRAME);
                    if let Some(stream) = self.streams.get_mut(&head.stream)
                        && stream.response_since.is_none()
                    {
                        stream.response_since = Some(now);
                        self.responding += 1;
                        stream.check(now);
                    }
                    self.check(now);
                }
                _ => {}
            },
            Event::Payload(head, bytes) if head.kind == DATA => {
                self.stall.credit(bytes);
                if let Some(stream) = self.streams.get_mut(&head.stream) {
                    stream.stall.credit(bytes);
                }
            }
            Event::End(head) => {
                let is_last = matches!(head.kind, DATA | HEADERS) && head.flags & END_STREAM != 0;
                if is_last || head.kind == RST_STREAM {
                    self.close(head.stream, now);
                }
            }
            Event::Payload(..) | Event::Field(..) => {}
        }
    }

    fn open(&mut self, number: u32) -> Result<(), TooManyFrames> {
        if self.streams.len() >= MAX_STREAMS {
            return Err(TooManyFrames);
        }
        self.idle_since = None;
        let window = self.initial_window;
        let new = || Stream { window, response_since: None, stall: StallTimer::default() };
        self.streams.entry(number).or_insert_with(new);
        Ok(())
    }

    fn close(&mut self, number: u32, now: Instant) {
        let Some(stream) = self.streams.remove(&number) else { return };
        if stream.response_since.is_some() {
            self.responding -= 1;
        }
        if self.streams.is_empty() {
            self.idle_since = Some(now);
        }
        self.check(now);
    }

    fn widen(&mut self, number: u32, more: i64, now: Instant) {
        if number == 0 {
            self.window += more;
            self.check(now);
        } else if let Some(stream) = self.streams.get_mut(&number) {
            stream.window += more;
            stream.check(now);
        }
    }

    fn resize(&mut self, size: i64, now: Instant) {
        let more = size - self.initial_window;
        self.initial_window = size;
        for stream in self.streams.values_mut() {
            stream.window += more;
            stream.check(now);
        }
    }

    /// Whether the connection's window stalls all responses.
    fn check(&mut self, now: Instant) {
        if self.responding > 0 && self.window <= 0 {
            self.stall.stall(now);
        } else {
            self.stall.resume(|| now);
        }
    }
}

impl Stream {
    fn check(&mut self, now: Instant) {
        if self.response_since.is_some() && self.window <= 0 {
            self.stall.stall(now);
        } else {
            self.stall.resume(|| now);
        }
    }
}

/// Number of frames that the client may still send.
#[derive(Debug)]
struct FrameAllowance {
    left: u32,
    since: Instant,
}

impl FrameAllowance {
    fn spend(&mut self, frames: u32, now: Instant) -> Result<(), TooManyFrames> {
        if self.left < frames {
            let seconds = now.saturating_duration_since(self.since).as_secs_f64();
            // At most the full allowance, so it fits.
            let more = (seconds * f64::from(ALLOWANCE_PER_SECOND)).min(f64::from(ALLOWANCE_FRAMES)) as u32;
            if more > 0 {
                self.since = now;
                self.earn(more);
            }
        }
        self.left = self.left.checked_sub(frames).ok_or(TooManyFrames)?;
        Ok(())
    }

    fn earn(&mut self, frames: u32) {
        self.left = self.left.saturating_add(frames).min(ALLOWANCE_FRAMES);
    }
}

/// First nine bytes of a frame (RFC 9113, 4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct FrameHead {
    length: u32,
    kind: u8,
    flags: u8,
    stream: u32,
}

const HEAD_BYTES: usize = 9;

impl From<[u8; HEAD_BYTES]> for FrameHead {
    fn from([l1, l2, l3, kind, flags, s1, s2, s3, s4]: [u8; HEAD_BYTES]) -> Self {
        Self {
            length: u32::from_be_bytes([0, l1, l2, l3]),
            kind,
            flags,
            stream: u32::from_be_bytes([s1 & 0x7f, s2, s3, s4]),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Event<'a> {
    Head(FrameHead),
    /// One setting, or a window increment.
    Field(FrameHead, &'a [u8]),
    /// This many bytes of payload.
    Payload(FrameHead, u64),
    End(FrameHead),
}

/// Splits one direction into frames, however the bytes are cut.
#[derive(Debug, Default)]
struct FrameReader {
    head: [u8; HEAD_BYTES],
    head_bytes: usize,
    frame: FrameHead,
    rest: usize,
    field: [u8; 6],
    field_bytes: usize,
}

impl FrameReader {
    fn read(
        &mut self,
        mut bytes: &[u8],
        mut on: impl FnMut(Event<'_>) -> Result<(), TooManyFrames>,
    ) -> Result<(), TooManyFrames> {
        while !bytes.is_empty() {
            if self.head_bytes < HEAD_BYTES {
                let (now, later) = bytes.split_at(bytes.len().min(HEAD_BYTES - self.head_bytes));
                for byte in now {
                    if let Some(place) = self.head.get_mut(self.head_bytes) {
                        *place = *byte;
                    }
                    self.head_bytes += 1;
                }
                bytes = later;
                if self.head_bytes < HEAD_BYTES {
                    break;
                }
                self.frame = self.head.into();
                self.rest = self.frame.length as usize;
                self.field_bytes = 0;
                on(Event::Head(self.frame))?;
            } else {
                let (now, later) = bytes.split_at(bytes.len().min(self.rest));
                self.rest -= now.len();
                bytes = later;
                self.fields(now, &mut on)?;
                on(Event::Payload(self.frame, now.len() as u64))?;
            }
            if self.rest == 0 {
                self.head_bytes = 0;
                on(Event::End(self.frame))?;
            }
        }
        Ok(())
    }

    fn fields(
        &mut self,
        bytes: &[u8],
        on: &mut impl FnMut(Event<'_>) -> Result<(), TooManyFrames>,
    ) -> Result<(), TooManyFrames> {
        let size = match self.frame.kind {
            SETTINGS => 6,
            WINDOW_UPDATE => 4,
            _ => return Ok(()),
        };
        for byte in bytes {
            if let Some(place) = self.field.get_mut(self.field_bytes) {
                *place = *byte;
            }
            self.field_bytes += 1;
            if self.field_bytes == size {
                self.field_bytes = 0;
                on(Event::Field(self.frame, self.field.get(..size).unwrap_or_default()))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PING: u8 = 6;

    fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
    }

    fn window(stream: u32, more: u32) -> Vec<u8> {
        frame(WINDOW_UPDATE, 0, stream, &more.to_be_bytes())
    }

    /// A flow and its clock.
    struct At {
        flow: FlowControl,
        begun: Instant,
        now: Instant,
    }

    impl At {
        fn new() -> Self {
            let now = Instant::now();
            Self { flow: FlowControl::new(now), begun: now, now }
        }

        fn wait(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }

        fn received(&mut self, bytes: &[u8]) -> Result<(), TooManyFrames> {
            self.flow.received(bytes, self.now)
        }

        fn sent(&mut self, kind: u8, flags: u8, stream: u32, bytes: usize) {
            self.flow.sent(&frame(kind, flags, stream, &vec![0; bytes]), self.now);
        }

        /// Seconds from the beginning.
        fn deadline(&self) -> Option<u64> {
            self.flow.deadline().map(|at| (at - self.begun).as_secs())
        }
    }

    fn no_window() -> Vec<u8> {
        frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0])
    }

    #[test]
    fn an_answer_without_a_window_stands_from_its_head_on() {
        let mut at = At::new();
        at.received(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        assert_eq!(at.deadline(), None, "a viewer who waits for a part is waited for");
        at.wait(100);
        at.sent(HEADERS, 4, 1, 20);
        assert_eq!(at.deadline(), Some(130));
        at.received(&window(1, 70_000)).unwrap();
        assert_eq!(at.deadline(), Some(700), "its age only");
        at.sent(DATA, 1, 1, 5000);
        assert_eq!(at.deadline(), Some(220), "nothing is requested any more");
    }

    #[test]
    fn a_window_of_a_byte_makes_up_for_a_byte_and_pings_for_nothing() {
        let mut at = At::new();
        at.received(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        at.sent(HEADERS, 4, 1, 20);
        for _ in 0..29 {
            at.wait(1);
            at.received(&[window(1, 1), frame(PING, 1, 0, &[0; 8])].concat()).unwrap();
            at.sent(DATA, 0, 1, 1);
        }
        let left = at.flow.deadline().unwrap() - at.now;
        assert!(left < Duration::from_millis(1100), "{left:?}");
    }

    #[test]
    fn a_poor_line_is_waited_for_until_the_answer_is_too_old() {
        let mut at = At::new();
        at.received(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        at.sent(HEADERS, 4, 1, 20);
        for _ in 0..500 {
            at.wait(1);
            at.received(&[window(0, 5000), window(1, 5000)].concat()).unwrap();
            at.sent(DATA, 0, 1, 5000);
        }
        assert!(at.flow.deadline().unwrap() > at.now + Duration::from_secs(25));
        assert!(at.deadline().unwrap() <= 600);
    }

    #[test]
    fn the_window_of_the_connection_counts_for_all_streams() {
        let mut at = At::new();
        at.received(&frame(SETTINGS, 0, 0, &[0, 4, 0x7f, 0xff, 0xff, 0xff])).unwrap();
        for stream in [1, 3] {
            at.received(&frame(HEADERS, 5, stream, b"get")).unwrap();
            at.sent(HEADERS, 4, stream, 20);
        }
        at.sent(DATA, 0, 1, 60_000);
        at.sent(DATA, 0, 3, 5535);
        assert_eq!(at.deadline(), Some(30));
        at.wait(10);
        at.received(&window(0, 100_000)).unwrap();
        at.sent(DATA, 1, 1, 100_000);
        assert_eq!(at.deadline(), Some(40), "it stands again, and what was taken made up for it");
        at.received(&frame(RST_STREAM, 0, 3, &[0, 0, 0, 8])).unwrap();
        assert_eq!(at.deadline(), Some(130), "whoever takes his questions back owes nothing");
    }

    #[test]
    fn a_larger_initial_window_is_one_for_streams_that_are_open() {
        let mut at = At::new();
        at.received(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        at.sent(HEADERS, 4, 1, 20);
        at.received(&frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9, 0, 4, 0, 0, 0, 9])).unwrap();
        assert_eq!(at.deadline(), Some(600));
        at.received(&frame(SETTINGS, ACK, 0, &[])).unwrap();
        at.sent(DATA, 0, 1, 9);
        assert_eq!(at.deadline(), Some(30));
    }

    #[test]
    fn floods_of_frames_that_mean_nothing_end_the_connection() {
        let reset =
            |number: u32| [frame(HEADERS, 5, number, b"get"), frame(RST_STREAM, 0, number, &[0; 4])].concat();
        let floods: [Vec<u8>; 6] = [
            frame(PING, 0, 0, &[7; 8]).repeat(5000),
            frame(SETTINGS, 0, 0, &[]).repeat(5000),
            window(0, 1).repeat(5000),
            frame(DATA, 0, 1, &[]).repeat(5000),
            frame(9, 0, 1, &[]).repeat(5000),
            (0..1000).flat_map(|number| reset(2 * number + 1)).collect(),
        ];
        for flood in floods {
            assert_eq!(At::new().received(&flood), Err(TooManyFrames), "{:?}", &flood[..9]);
        }
    }

    #[test]
    fn who_asks_much_and_is_answered_and_says_twice_what_he_took_is_welcome() {
        let mut at = At::new();
        for number in 0..20_000 {
            let stream = 2 * number + 1;
            at.received(&frame(HEADERS, 5, stream, b"get")).unwrap();
            at.sent(HEADERS, 4, stream, 20);
            at.sent(DATA, 1, stream, 16_384);
            at.received(&[window(0, 16_384), window(stream, 16_384)].concat()).unwrap();
        }
        assert!(at.flow.streams.is_empty());
    }

    proptest! {
        /// However the bytes are cut, the result is the same; and no bytes make it panic or grow without limit.
        #[test]
        fn pieces_do_not_matter(
            frames in prop::collection::vec((0..12_u8, any::<u8>(), 0..9_u32, 0..40_usize), 0..40),
            noise in prop::collection::vec(any::<u8>(), 0..200),
            cuts in prop::collection::vec(1..30_usize, 1..60),
        ) {
            let mut bytes: Vec<u8> = frames.iter().flat_map(|(kind, flags, stream, length)| frame(*kind, *flags, *stream, &vec![*flags; *length])).collect();
            bytes.extend(noise);
            let (mut whole, mut cut) = (At::new(), At::new());
            cut.now = whole.now;
            cut.flow.idle_since = whole.flow.idle_since;
            cut.flow.allowance.since = whole.now;
            whole.received(&bytes).unwrap();
            whole.flow.sent(&bytes, whole.now);
            let mut rest = &bytes[..];
            for length in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (piece, later) = rest.split_at(rest.len().min(*length));
                cut.received(piece).unwrap();
                rest = later;
            }
            cut.flow.sent(&bytes, whole.now);
            prop_assert_eq!(cut.flow.deadline(), whole.flow.deadline());
            prop_assert_eq!(cut.flow.window, whole.flow.window);
            prop_assert_eq!(cut.flow.streams.len(), whole.flow.streams.len());
            prop_assert!(cut.flow.responding <= cut.flow.streams.len());
        }
    }
}
