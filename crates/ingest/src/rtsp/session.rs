//! One session with one camera, without sockets and clocks: bytes and times in, bytes and events out.
//!
//! ```text
//! OPTIONS → DESCRIBE → Event::Described, proceed() → SETUP video → [SETUP audio] → PLAY → media, keepalive …
//! ```
//! Each request may be answered with 401 and is then sent again with `Authorization`.

use ashkar_media::MediaEvent;
use ashkar_terms::Moment;

use super::auth::Authenticator;
use super::error::SessionError;
use super::event::Event;
use super::keepalive::{Keeper, Lessons};
use super::limit::RefusalLimit;
use super::message::{Item, Receiver};
use super::offer::Offer;
use super::source::Credentials;
use super::streams::{Arrival, Kind, Streams};
use super::transport::SessionHeader;

/// Most bytes that wait for the camera to read them.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024;

/// How often a receiver report is sent, microseconds (RFC 3550, 6.2): cameras stop where none comes for ten seconds.
const REPORT_EVERY_US: u64 = 5_000_000;
/// Channels of the picture where the camera names none, and of the sound.
pub(super) const ASKED_CHANNELS: [(u8, u8); 2] = [(0, 1), (2, 3)];

/// What a session begins with.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// The address, without credentials.
    pub url: String,
    /// Name and password, where the address has them.
    pub credentials: Option<Credentials>,
    /// How the media travel.
    pub way: Way,
    /// How long a request may stay without an answer, microseconds.
    pub answer_timeout_us: u64,
    /// How long a playing camera may stay without an access unit, microseconds.
    pub silence_us: u64,
}

/// How the media travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Interleaved in the connection.
    Tcp,
    /// To these local ports, each of which is RTP's; RTCP's is one above.
    Udp {
        /// The picture's.
        video_port: u16,
        /// The sound's.
        audio_port: u16,
    },
}

/// One session with one camera. `Debug` would show what answers to challenges are made of: there is none.
pub struct Session {
    receiver: Receiver,
    core: Core,
}

/// Everything but the receive buffer, whose items it works on.
pub(super) struct Core {
    pub(super) config: SessionConfig,
    /// The address that is asked: the camera may name another path of its own.
    pub(super) url: String,
    pub(super) redirects: u8,
    pub(super) auth: Authenticator,
    pub(super) output: Vec<u8>,
    pub(super) step: Step,
    pub(super) pending: Option<Pending>,
    pub(super) last_cseq: u32,
    /// The number that the last answer carried.
    pub(super) answered_cseq: Option<u32>,
    pub(super) session: Option<SessionHeader>,
    pub(super) last_request_us: u64,
    pub(super) last_unit_us: u64,
    /// The last packet of media, whoever sent it and whatever it was.
    last_packet_us: u64,
    pub(super) keeper: Keeper,
    pub(super) offer: Option<Offer>,
    pub(super) streams: Option<Streams>,
    pub(super) ways: Vec<Agreement>,
    /// Whether the receive buffer is to hear of channels anew.
    pub(super) ways_changed: bool,
    own_ssrc: u32,
    last_report_us: u64,
    reports: Vec<(Kind, Vec<u8>)>,
    limit: RefusalLimit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Options,
    Describe,
    Described,
    Setup(Kind),
    Play,
    Playing,
}

/// A request without an answer yet.
pub(super) struct Pending {
    pub(super) cseq: u32,
    pub(super) method: &'static str,
    pub(super) uri: String,
    pub(super) headers: String,
    pub(super) sent_us: u64,
    /// Challenges that were answered on its behalf.
    pub(super) answers: u8,
}

/// How one stream comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreement {
    pub(super) kind: Kind,
    pub(super) by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// Channels of RTP and RTCP.
    Channels(u8, u8),
    /// The camera's ports of RTP and RTCP, where it named them.
    Ports(Option<(u16, u16)>),
}

impl Session {
    /// Begins a session: its first request waits in [`Session::output`].
    pub fn new(config: SessionConfig, now: Moment) -> Self {
        Self::with_lessons(config, Lessons::default(), now)
    }

    /// Begins a session with what the last one with the same camera found out.
    pub fn with_lessons(config: SessionConfig, lessons: Lessons, now: Moment) -> Self {
        let challenges = lessons.challenges.clone();
        let auth = Authenticator::new(config.credentials.clone(), challenges, lessons.basic);
        let mut core = Core {
            auth,
            url: config.url.clone(),
            redirects: 0,
            config,
            output: Vec::new(),
            step: Step::Options,
            pending: None,
            last_cseq: 0,
            answered_cseq: None,
            session: None,
            last_request_us: now.mono_us,
            last_unit_us: now.mono_us,
            last_packet_us: now.mono_us,
            keeper: Keeper::new(lessons),
            offer: None,
            streams: None,
            ways: Vec::new(),
            ways_changed: false,
            own_ssrc: own_ssrc(now),
            last_report_us: 0,
            reports: Vec::new(),
            limit: RefusalLimit::default(),
        };
        let url = core.url.clone();
        core.request("OPTIONS", url, String::new(), now);
        Self { receiver: Receiver::new(), core }
    }

    /// Room for the next read from the connection.
    pub fn space(&mut self) -> &mut [u8] {
        self.receiver.space()
    }

    /// Takes the `count` bytes that were read into [`Session::space`]; appends to `events`.
    ///
    /// # Errors
    /// A [`SessionError`]: the connection is then to be closed. Events that came before it are in `events`.
    pub fn received(
        &mut self,
        count: usize,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        let known = events.len();
        self.receiver.filled(count);
        let mut outcome = Ok(());
        while outcome.is_ok() {
            match self.receiver.next_item() {
                Ok(Some(item)) => {
                    outcome = self.core.item(item, now, events);
                    if std::mem::take(&mut self.core.ways_changed) {
                        self.core.channels().for_each(|channel| self.receiver.expect(channel));
                    }
                }
                Ok(None) => break,
                Err(error) => outcome = Err(error.into()),
            }
        }
        self.core.after(known, now, events);
        outcome
    }

    /// Takes a datagram that came to the port of `kind` from the camera's port `from_port`. What comes from another
    /// port than the agreed one changes nothing.
    ///
    /// # Errors
    /// [`SessionError::Ended`] where the stream's own source says goodbye.
    pub fn datagram(
        &mut self,
        kind: Kind,
        rtcp: bool,
        from_port: u16,
        data: &[u8],
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        let known = events.len();
        let outcome = if self.core.is_port_known(kind, rtcp, from_port) {
            self.core.packet(kind, rtcp, data, Arrival { lane: from_port, now }, events)
        } else {
            Ok(())
        };
        self.core.after(known, now, events);
        outcome
    }

    /// Goes on after [`Event::Described`]: sets up the picture, and the sound where `wants_audio`.
    pub fn proceed(&mut self, wants_audio: bool, now: Moment, events: &mut Vec<Event>) {
        self.core.proceed(wants_audio, now, events);
    }

    /// Looks at the time: keepalives, silence, answers that do not come. To be called at least each second.
    ///
    /// # Errors
    /// [`SessionError::Silent`], [`SessionError::Unusable`], [`SessionError::NoAnswer`], [`SessionError::NotReading`].
    pub fn tick(&mut self, now: Moment, events: &mut Vec<Event>) -> Result<(), SessionError> {
        let known = events.len();
        if let Some(streams) = &mut self.core.streams {
            streams.tick(now, events);
        }
        self.core.after(known, now, events);
        self.core.check_time(now)
    }

    /// What waits to be written; the shell removes from its front what it has written.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.core.output
    }

    /// Which streams come over UDP, and the camera's ports of RTP and RTCP where it named them.
    pub(super) fn server_ports(&self) -> impl Iterator<Item = (Kind, Option<(u16, u16)>)> {
        self.core.ways.iter().filter_map(|way| match way.by {
            By::Ports(ports) => Some((way.kind, ports)),
            By::Channels(..) => None,
        })
    }

    /// Receiver reports that are to go to the camera's RTCP ports, once.
    pub fn take_reports(&mut self) -> Vec<(Kind, Vec<u8>)> {
        std::mem::take(&mut self.core.reports)
    }

    /// Packets that were not the agreed sender's.
    pub fn foreign_packets(&self) -> u64 {
        self.core.streams.as_ref().map_or(0, Streams::foreign)
    }

    /// What the session taught for the next one. `by_camera` says that the camera ended it.
    pub fn lessons(&self, by_camera: bool, now: Moment) -> Lessons {
        self.core.lessons(by_camera, now)
    }

    /// Whether the connection ended while the camera was asked for a stream: perhaps it refuses the way that way.
    pub(super) fn is_setting_up(&self) -> bool {
        matches!(self.core.step, Step::Setup(Kind::Video))
    }

    /// Puts a farewell into [`Session::output`]. Its answer need not be awaited.
    pub(super) fn teardown(&mut self, now: Moment) {
        if self.core.session.is_some() {
            let url = self.core.aggregate_url();
            self.core.request("TEARDOWN", url, String::new(), now);
        }
    }
}

impl Core {
    fn item(&mut self, item: Item<'_>, now: Moment, events: &mut Vec<Event>) -> Result<(), SessionError> {
        match item {
            Item::Interleaved { channel, payload } => {
                let (kind, rtcp) = self.owner_of(channel);
                self.packet(kind, rtcp, payload, Arrival { lane: u16::from(channel), now }, events)
            }
            Item::Response(response) => self.response(&response, now, events),
            Item::Request(request) => self.answer(&request),
            Item::Skipped { bytes } => {
                let reason = format!("{bytes} bytes between two packets are no RTSP and were skipped");
                events.push(Event::refused(reason, None));
                Ok(())
            }
        }
    }

    /// Whose a channel is. Those that nobody asked for come from cameras that send their sound regardless, or that
    /// send the picture elsewhere than they said.
    fn owner_of(&self, channel: u8) -> (Kind, bool) {
        let found = self.ways.iter().find_map(|way| match way.by {
            By::Channels(rtp, _) if rtp == channel => Some((way.kind, false)),
            By::Channels(_, rtcp) if rtcp == channel => Some((way.kind, true)),
            _ => None,
        });
        found.unwrap_or((Kind::Video, false))
    }

    fn channels(&self) -> impl Iterator<Item = u8> {
        let pairs = self.ways.iter().filter_map(|way| match way.by {
            By::Channels(rtp, rtcp) => Some([rtp, rtcp]),
            By::Ports(_) => None,
        });
        pairs.flatten()
    }

    /// A port of RTP is judged with its source; a report must come from the port that was named.
    fn is_port_known(&self, kind: Kind, rtcp: bool, from_port: u16) -> bool {
        let named = self.ways.iter().find_map(|way| match way.by {
            By::Ports(Some((_, control))) if way.kind == kind => Some(control),
            _ => None,
        });
        !rtcp || named.is_none_or(|named| named == from_port)
    }

    fn packet(
        &mut self,
        kind: Kind,
        rtcp: bool,
        data: &[u8],
        from: Arrival,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if !matches!(self.step, Step::Play | Step::Playing) {
            return Ok(());
        }
        // Many cameras send media before their answer to PLAY; the first keyframe is among it.
        self.begin_playing(from.now, events);
        let Some(streams) = &mut self.streams else { return Ok(()) };
        if !rtcp {
            self.last_packet_us = from.now.mono_us;
            streams.rtp(kind, data, from, events);
        } else if streams.rtcp(kind, data, from.now) && kind == Kind::Video {
            return Err(SessionError::Ended { how: "RTCP BYE" });
        }
        Ok(())
    }

    /// Looks at the events from `known` on: an access unit is a sign of life, and refusals are limited.
    fn after(&mut self, known: usize, now: Moment, events: &mut Vec<Event>) {
        let new = events.get(known..).unwrap_or_default();
        if new.iter().any(|event| matches!(event, Event::Media(MediaEvent::Video(_)))) {
            self.last_unit_us = now.mono_us;
        }
        self.limit.apply(known, now.mono_us, events);
    }

    fn check_time(&mut self, now: Moment) -> Result<(), SessionError> {
        if self.output.len() > MAX_OUTPUT_BYTES {
            return Err(SessionError::NotReading);
        }
        let since = |us: u64| now.mono_us.saturating_sub(us);
        let playing = self.step == Step::Playing;
        if playing && since(self.last_unit_us) >= self.config.silence_us {
            let seconds = self.config.silence_us / 1_000_000;
            let packets = since(self.last_packet_us) < self.config.silence_us / 2;
            return Err(if packets {
                SessionError::Unusable { seconds }
            } else {
                SessionError::Silent { seconds }
            });
        }
        if let Some(pending) = &self.pending {
            if since(pending.sent_us) < self.config.answer_timeout_us {
                return Ok(());
            }
            // While media come, an answer that is missing harms nobody: some cameras never answer keepalives.
            if !playing {
                let seconds = self.config.answer_timeout_us / 1_000_000;
                return Err(SessionError::NoAnswer { method: pending.method, seconds });
            }
            self.pending = None;
        }
        let timeout_s = self.session.as_ref().map(|session| session.timeout_s);
        let keepalive_us = timeout_s.map_or(u64::MAX, |seconds| self.keeper.every_us(seconds));
        if playing && since(self.last_request_us) >= keepalive_us {
            self.keep_alive(now);
        }
        if playing && since(self.last_report_us) >= REPORT_EVERY_US {
            self.report(now);
        }
        Ok(())
    }

    /// Receiver reports: into the connection where the stream is there, else for the shell to send.
    fn report(&mut self, now: Moment) {
        self.last_report_us = now.mono_us;
        let Some(streams) = &mut self.streams else { return };
        for way in &self.ways {
            let Some(report) = streams.report(way.kind, self.own_ssrc, now) else { continue };
            match way.by {
                By::Channels(_, rtcp) => {
                    let length = u16::try_from(report.len()).unwrap_or(0).to_be_bytes();
                    self.output.extend([b'$', rtcp, length[0], length[1]]);
                    self.output.extend(report);
                }
                By::Ports(_) => self.reports.push((way.kind, report)),
            }
        }
    }

    fn lessons(&self, by_camera: bool, now: Moment) -> Lessons {
        let open = self.pending.as_ref().filter(|_| self.step == Step::Playing);
        let timeout_s = self.session.as_ref().map_or(0, |session| session.timeout_s);
        let mut lessons = if by_camera {
            self.keeper.lessons(open.is_some_and(|open| open.method != "PLAY"), timeout_s, now.mono_us)
        } else {
            self.keeper.lessons_before().clone()
        };
        lessons.basic = self.auth.is_basic();
        let answering = by_camera && self.pending.as_ref().is_some_and(|pending| pending.answers > 0);
        lessons.challenges = if answering { self.auth.challenges().to_vec() } else { Vec::new() };
        lessons
    }
}

/// An SSRC of our own (RFC 3550, 8.1): it need not be secret, only differ from the camera's.
const fn own_ssrc(now: Moment) -> u32 {
    (now.wall.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}
