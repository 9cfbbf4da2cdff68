//! What an HTTP/2 client lets be sent, read from the frames that pass (RFC 9113, 5.2 and 6).
//!
//! In: the bytes of both directions, and when they passed. Out: when somebody becomes too slow, or talks too much. The HTTP
//! library waits for a window for ever, and its bodies do not learn what became of their bytes: here it is seen what goes
//! to the socket, stream by stream. An answer stands still while its own window is empty, a connection while all of them
//! share an empty one; windows that open by a byte make up for a byte.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::standstill::{MAX_AGE, Standstill};

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const INITIAL_WINDOW_SIZE: u16 = 4;
/// Of the connection and of each stream, until the client says otherwise.
const DEFAULT_WINDOW: i64 = 65_535;

/// How long a connection may be open on which nothing is asked; pings do not count.
const MAX_QUIET: Duration = Duration::from_secs(120);
/// Streams that are followed at once; the library refuses those above its own, much lower limit.
const MAX_FOLLOWED: usize = 1024;
/// Frames that a client may send for nothing: what a browser does when a page is left with all that it was loading.
const TALK_FRAMES: u32 = 1000;
/// More of them each second.
const TALK_FRAMES_PER_SECOND: u32 = 50;
/// A request that is taken back costs the work that was begun.
const RESET_WEIGHS: u32 = 4;
/// Frames that a frame of ours entitles the client to: two updates of two windows, as the most talkative libraries send.
const TALK_PER_ANSWER: u32 = 4;

/// The client sends more frames that mean nothing than anybody needs: pings, settings, resets, windows of single bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Talkative;

/// One connection.
#[derive(Debug)]
pub struct Flow {
    asked: Cutter,
    answered: Cutter,
    initial_window: i64,
    window: i64,
    standstill: Standstill,
    streams: HashMap<u32, Stream>,
    answering: usize,
    quiet_since: Option<Instant>,
    talk: Talk,
}

/// A request and its answer.
#[derive(Debug)]
struct Stream {
    window: i64,
    /// When its head was sent, while the rest of it is under way.
    answered_since: Option<Instant>,
    standstill: Standstill,
}

impl Flow {
    /// A connection whose client has just said that it speaks HTTP/2.
    pub fn new(now: Instant) -> Self {
        Self {
            asked: Cutter::default(),
            answered: Cutter::default(),
            initial_window: DEFAULT_WINDOW,
            window: DEFAULT_WINDOW,
            standstill: Standstill::default(),
            streams: HashMap::new(),
            answering: 0,
            quiet_since: Some(now),
            talk: Talk { left: TALK_FRAMES, since: now },
        }
    }

    /// The client sent `bytes`.
    pub fn asks(&mut self, bytes: &[u8], now: Instant) -> Result<(), Talkative> {
        let mut cutter = std::mem::take(&mut self.asked);
        let outcome = cutter.cut(bytes, |event| self.asks_one(event, now));
        self.asked = cutter;
        outcome
    }

    /// The client's socket took `bytes` of ours.
    pub fn answers(&mut self, bytes: &[u8], now: Instant) {
        let mut cutter = std::mem::take(&mut self.answered);
        // What we send is never a fault of the client's.
        let _ = cutter.cut(bytes, |event| {
            self.answers_one(event, now);
            Ok(())
        });
        self.answered = cutter;
    }

    /// When the next thing becomes too slow, if nothing happens until then.
    pub fn deadline(&self) -> Option<Instant> {
        let aged = |stream: &Stream| Some(stream.answered_since? + MAX_AGE);
        let streams = self.streams.values().flat_map(|stream| [stream.standstill.ends(), aged(stream)]);
        let quiet = self.quiet_since.map(|since| since + MAX_QUIET);
        streams.chain([self.standstill.ends(), quiet]).flatten().min()
    }

    fn asks_one(&mut self, event: Event<'_>, now: Instant) -> Result<(), Talkative> {
        match event {
            Event::Begins(head) => {
                let weight = if head.kind == RST_STREAM { RESET_WEIGHS } else { 1 };
                self.talk.uses(weight, now)?;
                if head.kind == HEADERS && head.stream % 2 == 1 {
                    self.opens(head.stream)?;
                }
            }
            Event::Unit(head, unit) => match (head.kind, unit) {
                (WINDOW_UPDATE, &[a, b, c, d]) => {
                    let more = i64::from(u32::from_be_bytes([a & 0x7f, b, c, d]));
                    self.widens(head.stream, more, now);
                }
                (SETTINGS, [a, b, rest @ ..]) if head.flags & ACK == 0 => {
                    if u16::from_be_bytes([*a, *b]) == INITIAL_WINDOW_SIZE
                        && let Ok(size) = <[u8; 4]>::try_from(rest)
                    {
                        self.resizes(i64::from(u32::from_be_bytes(size)), now);
                    }
                }
                _ => {}
            },
            Event::Ends(head) if head.kind == RST_STREAM => self.closes(head.stream, now),
            Event::Took(..) | Event::Ends(_) => {}
        }
        Ok(())
    }

    fn answers_one(&mut self, event: Event<'_>, now: Instant) {
        match event {
            Event::Begins(head) => match head.kind {
                DATA => {
                    self.talk.earns(TALK_PER_ANSWER);
                    self.window -= i64::from(head.length);
                    if let Some(stream) = self.streams.get_mut(&head.stream) {
                        stream.window -= i64::from(head.length);
                        stream.looks(now);
                    }
                    self.looks(now);
                }
                HEADERS => {
                    self.talk.earns(TALK_PER_ANSWER);
                    if let Some(stream) = self.streams.get_mut(&head.stream)
                        && stream.answered_since.is_none()
                    {
                        stream.answered_since = Some(now);
                        self.answering += 1;
                        stream.looks(now);
                    }
                    self.looks(now);
                }
                _ => {}
            },
            Event::Took(head, bytes) if head.kind == DATA => {
                self.standstill.took(bytes);
                if let Some(stream) = self.streams.get_mut(&head.stream) {
                    stream.standstill.took(bytes);
                }
            }
            Event::Ends(head) => {
                let is_last = matches!(head.kind, DATA | HEADERS) && head.flags & END_STREAM != 0;
                if is_last || head.kind == RST_STREAM {
                    self.closes(head.stream, now);
                }
            }
            Event::Took(..) | Event::Unit(..) => {}
        }
    }

    fn opens(&mut self, number: u32) -> Result<(), Talkative> {
        if self.streams.len() >= MAX_FOLLOWED {
            return Err(Talkative);
        }
        self.quiet_since = None;
        let window = self.initial_window;
        let new = || Stream { window, answered_since: None, standstill: Standstill::default() };
        self.streams.entry(number).or_insert_with(new);
        Ok(())
    }

    fn closes(&mut self, number: u32, now: Instant) {
        let Some(stream) = self.streams.remove(&number) else { return };
        if stream.answered_since.is_some() {
            self.answering -= 1;
        }
        if self.streams.is_empty() {
            self.quiet_since = Some(now);
        }
        self.looks(now);
    }

    fn widens(&mut self, number: u32, more: i64, now: Instant) {
        if number == 0 {
            self.window += more;
            self.looks(now);
        } else if let Some(stream) = self.streams.get_mut(&number) {
            stream.window += more;
            stream.looks(now);
        }
    }

    fn resizes(&mut self, size: i64, now: Instant) {
        let more = size - self.initial_window;
        self.initial_window = size;
        for stream in self.streams.values_mut() {
            stream.window += more;
            stream.looks(now);
        }
    }

    /// Whether all answers stand.
    fn looks(&mut self, now: Instant) {
        if self.answering > 0 && self.window <= 0 {
            self.standstill.stands(now);
        } else {
            self.standstill.moves(|| now);
        }
    }
}

impl Stream {
    fn looks(&mut self, now: Instant) {
        if self.answered_since.is_some() && self.window <= 0 {
            self.standstill.stands(now);
        } else {
            self.standstill.moves(|| now);
        }
    }
}

/// How much a client may say.
#[derive(Debug)]
struct Talk {
    left: u32,
    since: Instant,
}

impl Talk {
    fn uses(&mut self, frames: u32, now: Instant) -> Result<(), Talkative> {
        if self.left < frames {
            let seconds = now.saturating_duration_since(self.since).as_secs_f64();
            // At most what is kept, so it fits.
            let more = (seconds * f64::from(TALK_FRAMES_PER_SECOND)).min(f64::from(TALK_FRAMES)) as u32;
            if more > 0 {
                self.since = now;
                self.earns(more);
            }
        }
        self.left = self.left.checked_sub(frames).ok_or(Talkative)?;
        Ok(())
    }

    fn earns(&mut self, frames: u32) {
        self.left = self.left.saturating_add(frames).min(TALK_FRAMES);
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
    Begins(FrameHead),
    /// A setting, or an increment.
    Unit(FrameHead, &'a [u8]),
    /// So many bytes of the payload.
    Took(FrameHead, u64),
    Ends(FrameHead),
}

/// Cuts a direction into frames, in whatever pieces it comes.
#[derive(Debug, Default)]
struct Cutter {
    head: [u8; HEAD_BYTES],
    head_bytes: usize,
    frame: FrameHead,
    rest: usize,
    unit: [u8; 6],
    unit_bytes: usize,
}

impl Cutter {
    fn cut(
        &mut self,
        mut bytes: &[u8],
        mut on: impl FnMut(Event<'_>) -> Result<(), Talkative>,
    ) -> Result<(), Talkative> {
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
                self.unit_bytes = 0;
                on(Event::Begins(self.frame))?;
            } else {
                let (now, later) = bytes.split_at(bytes.len().min(self.rest));
                self.rest -= now.len();
                bytes = later;
                self.units(now, &mut on)?;
                on(Event::Took(self.frame, now.len() as u64))?;
            }
            if self.rest == 0 {
                self.head_bytes = 0;
                on(Event::Ends(self.frame))?;
            }
        }
        Ok(())
    }

    fn units(
        &mut self,
        bytes: &[u8],
        on: &mut impl FnMut(Event<'_>) -> Result<(), Talkative>,
    ) -> Result<(), Talkative> {
        let size = match self.frame.kind {
            SETTINGS => 6,
            WINDOW_UPDATE => 4,
            _ => return Ok(()),
        };
        for byte in bytes {
            if let Some(place) = self.unit.get_mut(self.unit_bytes) {
                *place = *byte;
            }
            self.unit_bytes += 1;
            if self.unit_bytes == size {
                self.unit_bytes = 0;
                on(Event::Unit(self.frame, self.unit.get(..size).unwrap_or_default()))?;
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
        flow: Flow,
        begun: Instant,
        now: Instant,
    }

    impl At {
        fn new() -> Self {
            let now = Instant::now();
            Self { flow: Flow::new(now), begun: now, now }
        }

        fn wait(&mut self, seconds: u64) {
            self.now += Duration::from_secs(seconds);
        }

        fn asks(&mut self, bytes: &[u8]) -> Result<(), Talkative> {
            self.flow.asks(bytes, self.now)
        }

        fn answers(&mut self, kind: u8, flags: u8, stream: u32, bytes: usize) {
            self.flow.answers(&frame(kind, flags, stream, &vec![0; bytes]), self.now);
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
        at.asks(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        assert_eq!(at.deadline(), None, "a viewer who waits for a part is waited for");
        at.wait(100);
        at.answers(HEADERS, 4, 1, 20);
        assert_eq!(at.deadline(), Some(130));
        at.asks(&window(1, 70_000)).unwrap();
        assert_eq!(at.deadline(), Some(700), "its age only");
        at.answers(DATA, 1, 1, 5000);
        assert_eq!(at.deadline(), Some(220), "nothing is asked any more");
    }

    #[test]
    fn a_window_of_a_byte_makes_up_for_a_byte_and_pings_for_nothing() {
        let mut at = At::new();
        at.asks(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        at.answers(HEADERS, 4, 1, 20);
        for _ in 0..29 {
            at.wait(1);
            at.asks(&[window(1, 1), frame(PING, 1, 0, &[0; 8])].concat()).unwrap();
            at.answers(DATA, 0, 1, 1);
        }
        let left = at.flow.deadline().unwrap() - at.now;
        assert!(left < Duration::from_millis(1100), "{left:?}");
    }

    #[test]
    fn a_poor_line_is_waited_for_until_the_answer_is_too_old() {
        let mut at = At::new();
        at.asks(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        at.answers(HEADERS, 4, 1, 20);
        for _ in 0..500 {
            at.wait(1);
            at.asks(&[window(0, 5000), window(1, 5000)].concat()).unwrap();
            at.answers(DATA, 0, 1, 5000);
        }
        assert!(at.flow.deadline().unwrap() > at.now + Duration::from_secs(25));
        assert!(at.deadline().unwrap() <= 600);
    }

    #[test]
    fn the_window_of_the_connection_counts_for_all_streams() {
        let mut at = At::new();
        at.asks(&frame(SETTINGS, 0, 0, &[0, 4, 0x7f, 0xff, 0xff, 0xff])).unwrap();
        for stream in [1, 3] {
            at.asks(&frame(HEADERS, 5, stream, b"get")).unwrap();
            at.answers(HEADERS, 4, stream, 20);
        }
        at.answers(DATA, 0, 1, 60_000);
        at.answers(DATA, 0, 3, 5535);
        assert_eq!(at.deadline(), Some(30));
        at.wait(10);
        at.asks(&window(0, 100_000)).unwrap();
        at.answers(DATA, 1, 1, 100_000);
        assert_eq!(at.deadline(), Some(40), "it stands again, and what was taken made up for it");
        at.asks(&frame(RST_STREAM, 0, 3, &[0, 0, 0, 8])).unwrap();
        assert_eq!(at.deadline(), Some(130), "whoever takes his questions back owes nothing");
    }

    #[test]
    fn a_larger_initial_window_is_one_for_streams_that_are_open() {
        let mut at = At::new();
        at.asks(&[no_window(), frame(HEADERS, 5, 1, b"get")].concat()).unwrap();
        at.answers(HEADERS, 4, 1, 20);
        at.asks(&frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9, 0, 4, 0, 0, 0, 9])).unwrap();
        assert_eq!(at.deadline(), Some(600));
        at.asks(&frame(SETTINGS, ACK, 0, &[])).unwrap();
        at.answers(DATA, 0, 1, 9);
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
            assert_eq!(At::new().asks(&flood), Err(Talkative), "{:?}", &flood[..9]);
        }
    }

    #[test]
    fn who_asks_much_and_is_answered_and_says_twice_what_he_took_is_welcome() {
        let mut at = At::new();
        for number in 0..20_000 {
            let stream = 2 * number + 1;
            at.asks(&frame(HEADERS, 5, stream, b"get")).unwrap();
            at.answers(HEADERS, 4, stream, 20);
            at.answers(DATA, 1, stream, 16_384);
            at.asks(&[window(0, 16_384), window(stream, 16_384)].concat()).unwrap();
        }
        assert!(at.flow.streams.is_empty());
    }

    proptest! {
        /// In whatever pieces the bytes come, the same is understood; and no bytes make it panic or grow without end.
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
            cut.flow.quiet_since = whole.flow.quiet_since;
            cut.flow.talk.since = whole.now;
            whole.asks(&bytes).unwrap();
            whole.flow.answers(&bytes, whole.now);
            let mut rest = &bytes[..];
            for length in cuts.iter().cycle() {
                if rest.is_empty() { break }
                let (piece, later) = rest.split_at(rest.len().min(*length));
                cut.asks(piece).unwrap();
                rest = later;
            }
            cut.flow.answers(&bytes, whole.now);
            prop_assert_eq!(cut.flow.deadline(), whole.flow.deadline());
            prop_assert_eq!(cut.flow.window, whole.flow.window);
            prop_assert_eq!(cut.flow.streams.len(), whole.flow.streams.len());
            prop_assert!(cut.flow.answering <= cut.flow.streams.len());
        }
    }
}
