//! One session with one camera, without sockets and clocks: bytes and times in, bytes and events out.
//!
//! ```text
//! OPTIONS → DESCRIBE → Event::Described, proceed() → SETUP video → [SETUP audio] → PLAY → media, keepalive …
//! ```
//! Each request may be answered with 401 and is then sent again with `Authorization`.

use std::fmt::Write as _;

use ashkar_terms::Moment;

use super::auth::{AuthError, Authenticator};
use super::error::SessionError;
use super::event::Event;
use super::limit::RefusalLimit;
use super::message::{Headers, Item, Receiver, Request, Response, printable};
use super::offer::Offer;
use super::sdp::Description;
use super::source::Credentials;
use super::streams::{Kind, Streams};
use super::transport::{Agreed, SessionHeader, is_request_uri, join_control};

/// Most bytes that wait for the camera to read them.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024;

/// Answers to one request's 401s that are sent: to the challenge, and to a nonce gone stale meanwhile.
const MAX_CHALLENGES: u8 = 2;
const USER_AGENT: &str = "Ashkar";

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
struct Core {
    config: SessionConfig,
    auth: Authenticator,
    output: Vec<u8>,
    step: Step,
    pending: Option<Pending>,
    last_cseq: u32,
    session: Option<SessionHeader>,
    last_request_us: u64,
    last_unit_us: u64,
    use_get_parameter: bool,
    offer: Option<Offer>,
    streams: Option<Streams>,
    channels: Vec<Channel>,
    server_ports: Vec<(Kind, Option<(u16, u16)>)>,
    limit: RefusalLimit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Options,
    Describe,
    Described,
    Setup(Kind),
    Play,
    Playing,
}

/// A request without an answer yet.
struct Pending {
    cseq: u32,
    method: &'static str,
    uri: String,
    headers: String,
    sent_us: u64,
    challenges: u8,
}

struct Channel {
    number: u8,
    kind: Kind,
    rtcp: bool,
}

impl Session {
    /// Begins a session: its first request waits in [`Session::output`].
    pub fn new(config: SessionConfig, now: Moment) -> Self {
        let mut core = Core {
            auth: Authenticator::new(config.credentials.clone()),
            config,
            output: Vec::new(),
            step: Step::Options,
            pending: None,
            last_cseq: 0,
            session: None,
            last_request_us: now.mono_us,
            last_unit_us: now.mono_us,
            use_get_parameter: false,
            offer: None,
            streams: None,
            channels: Vec::new(),
            server_ports: Vec::new(),
            limit: RefusalLimit::default(),
        };
        let url = core.config.url.clone();
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
                Ok(Some(item)) => outcome = self.core.item(item, now, events),
                Ok(None) => break,
                Err(error) => outcome = Err(error.into()),
            }
        }
        self.core.after(known, now, events);
        outcome
    }

    /// Takes a datagram that came to the port of `kind`.
    ///
    /// # Errors
    /// [`SessionError::Ended`] where it says goodbye.
    pub fn datagram(
        &mut self,
        kind: Kind,
        rtcp: bool,
        data: &[u8],
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        let known = events.len();
        let outcome = self.core.packet(kind, rtcp, data, true, now, events);
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
    /// [`SessionError::Silent`], [`SessionError::NoAnswer`], [`SessionError::NotReading`].
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
    pub fn server_ports(&self) -> &[(Kind, Option<(u16, u16)>)] {
        &self.core.server_ports
    }

    /// Puts a farewell into [`Session::output`]. Its answer need not be awaited.
    pub fn teardown(&mut self, now: Moment) {
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
                // Channels that nobody asked for come from cameras that send their sound regardless.
                let Some(found) = self.channels.iter().find(|known| known.number == channel) else {
                    return Ok(());
                };
                let (kind, rtcp) = (found.kind, found.rtcp);
                self.packet(kind, rtcp, payload, false, now, events)
            }
            Item::Response(response) => self.response(&response, now, events),
            Item::Request(request) => self.answer(&request),
        }
    }

    fn packet(
        &mut self,
        kind: Kind,
        rtcp: bool,
        data: &[u8],
        reorder: bool,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if !matches!(self.step, Step::Play | Step::Playing) {
            return Ok(());
        }
        // Many cameras send media before their answer to PLAY; the first keyframe is among it.
        self.begin_playing(now, events);
        let Some(streams) = &mut self.streams else { return Ok(()) };
        if !rtcp {
            streams.rtp(kind, data, reorder, now, events);
        } else if streams.rtcp(kind, data) && kind == Kind::Video {
            return Err(SessionError::Ended { how: "RTCP BYE" });
        }
        Ok(())
    }

    /// Looks at the events from `known` on: an access unit is a sign of life, and refusals are limited.
    fn after(&mut self, known: usize, now: Moment, events: &mut Vec<Event>) {
        let new = events.get(known..).unwrap_or_default();
        if new.iter().any(|event| matches!(event, Event::Video(_))) {
            self.last_unit_us = now.mono_us;
        }
        self.limit.apply(known, now.mono_us, events);
    }

    fn response(
        &mut self,
        response: &Response<'_>,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if response.status < 200 {
            return Ok(());
        }
        // A camera that leaves the number out can only mean the one request that is open.
        let answered = |pending: &Pending| response.headers.cseq().is_none_or(|cseq| cseq == pending.cseq);
        if !self.pending.as_ref().is_some_and(answered) {
            return Ok(());
        }
        let Some(pending) = self.pending.take() else { return Ok(()) };
        if response.status == 401 {
            return self.challenged(pending, &response.headers, now);
        }
        match self.step {
            Step::Options => self.options_answered(response, now),
            Step::Describe => self.described(&pending, response, events),
            Step::Setup(kind) => self.set_up(kind, &pending, response, now, events),
            Step::Play => self.play_answered(&pending, response, now, events),
            Step::Playing => self.kept_alive(&pending, response, now),
            Step::Described => Ok(()),
        }
    }

    fn challenged(&mut self, pending: Pending, headers: &Headers, now: Moment) -> Result<(), SessionError> {
        if pending.challenges >= MAX_CHALLENGES {
            return Err(AuthError::Refused.into());
        }
        self.auth.challenged(headers, pending.challenges > 0)?;
        let challenges = pending.challenges + 1;
        self.request(pending.method, pending.uri, pending.headers, now);
        if let Some(again) = &mut self.pending {
            again.challenges = challenges;
        }
        Ok(())
    }

    /// Whatever the answer is, the camera is there; some know no OPTIONS.
    fn options_answered(&mut self, response: &Response<'_>, now: Moment) -> Result<(), SessionError> {
        let methods = response.headers.first("Public").unwrap_or_default();
        self.use_get_parameter = methods.split(',').any(|method| method.trim() == "GET_PARAMETER");
        self.step = Step::Describe;
        let url = self.config.url.clone();
        self.request("DESCRIBE", url, "Accept: application/sdp\r\n".to_owned(), now);
        Ok(())
    }

    fn described(
        &mut self,
        pending: &Pending,
        response: &Response<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        require_success(pending, response)?;
        let description = Description::parse(response.body)?;
        let named =
            response.headers.first("Content-Base").or_else(|| response.headers.first("Content-Location"));
        let base = named.filter(|url| is_request_uri(url)).unwrap_or(&self.config.url);
        self.offer = Some(Offer::choose(&description, base)?);
        self.step = Step::Described;
        events.push(Event::Described);
        Ok(())
    }

    fn proceed(&mut self, wants_audio: bool, now: Moment, events: &mut Vec<Event>) {
        let Some(offer) = self.offer.as_mut().filter(|_| self.step == Step::Described) else { return };
        for codec in &offer.other_sound {
            events.push(Event::SoundRefused { codec: codec.clone() });
        }
        if !wants_audio {
            offer.audio = None;
        }
        self.streams = Streams::new(&offer.video, offer.audio.as_ref(), events);
        self.request_setup(Kind::Video, now);
    }

    fn request_setup(&mut self, kind: Kind, now: Moment) {
        let Some(offer) = &self.offer else { return };
        let (media, first_channel) = match kind {
            Kind::Video => (Some(&offer.video), 0),
            Kind::Audio => (offer.audio.as_ref(), 2),
        };
        let Some(media) = media else { return self.request_play(now) };
        let way = match self.config.way {
            Way::Tcp => format!("RTP/AVP/TCP;unicast;interleaved={first_channel}-{}", first_channel + 1),
            Way::Udp { video_port, audio_port } => {
                let port = if kind == Kind::Video { video_port } else { audio_port };
                format!("RTP/AVP;unicast;client_port={port}-{}", port.saturating_add(1))
            }
        };
        let uri = join_control(&offer.base, media.control.as_deref());
        self.step = Step::Setup(kind);
        self.request("SETUP", uri, format!("Transport: {way}\r\n"), now);
    }

    fn set_up(
        &mut self,
        kind: Kind,
        pending: &Pending,
        response: &Response<'_>,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if kind == Kind::Audio && response.status >= 300 {
            // A camera that does not give its sound still gives its picture.
            events.push(Event::SoundRefused {
                codec: format!("aac (SETUP answered with {})", response.status),
            });
            self.request_play(now);
            return Ok(());
        }
        if response.status == 461 {
            return Err(SessionError::TransportRefused);
        }
        require_success(pending, response)?;
        let session = response.headers.first("Session").and_then(SessionHeader::parse);
        self.session = self.session.take().or(session);
        if self.session.is_none() {
            return Err(SessionError::NoSession);
        }
        self.agree(kind, Agreed::parse(response.headers.first("Transport").unwrap_or_default()));
        match kind {
            Kind::Video => self.request_setup(Kind::Audio, now),
            Kind::Audio => self.request_play(now),
        }
        Ok(())
    }

    fn agree(&mut self, kind: Kind, agreed: Agreed) {
        let asked = if kind == Kind::Video { (0, 1) } else { (2, 3) };
        let (rtp, rtcp) = agreed.interleaved.unwrap_or(asked);
        if self.config.way == Way::Tcp {
            self.channels.push(Channel { number: rtp, kind, rtcp: false });
            self.channels.push(Channel { number: rtcp, kind, rtcp: true });
        } else {
            self.server_ports.push((kind, agreed.server_ports));
        }
    }

    fn request_play(&mut self, now: Moment) {
        let url = self.aggregate_url();
        self.step = Step::Play;
        self.request("PLAY", url, "Range: npt=0.000-\r\n".to_owned(), now);
    }

    fn play_answered(
        &mut self,
        pending: &Pending,
        response: &Response<'_>,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        require_success(pending, response)?;
        self.begin_playing(now, events);
        Ok(())
    }

    fn begin_playing(&mut self, now: Moment, events: &mut Vec<Event>) {
        if self.step == Step::Play {
            self.step = Step::Playing;
            self.last_unit_us = now.mono_us;
            events.push(Event::Playing);
        }
    }

    /// The answer to PLAY, where media came before it, or to a keepalive.
    fn kept_alive(
        &mut self,
        pending: &Pending,
        response: &Response<'_>,
        now: Moment,
    ) -> Result<(), SessionError> {
        match (pending.method, response.status) {
            (_, 454) => Err(SessionError::SessionLost),
            ("PLAY", 300..) => require_success(pending, response),
            ("GET_PARAMETER", 300..) => {
                // Announced, and yet unknown: OPTIONS keeps the session alive as well.
                self.use_get_parameter = false;
                self.keep_alive(now);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn keep_alive(&mut self, now: Moment) {
        let method = if self.use_get_parameter { "GET_PARAMETER" } else { "OPTIONS" };
        let url = self.aggregate_url();
        self.request(method, url, String::new(), now);
    }

    fn check_time(&mut self, now: Moment) -> Result<(), SessionError> {
        if self.output.len() > MAX_OUTPUT_BYTES {
            return Err(SessionError::NotReading);
        }
        let since = |us: u64| now.mono_us.saturating_sub(us);
        let playing = self.step == Step::Playing;
        if playing && since(self.last_unit_us) >= self.config.silence_us {
            return Err(SessionError::Silent { seconds: self.config.silence_us / 1_000_000 });
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
        let keepalive_us =
            self.session.as_ref().map_or(u64::MAX, |session| session.timeout_s * 1_000_000 / 2);
        if playing && since(self.last_request_us) >= keepalive_us {
            self.keep_alive(now);
        }
        Ok(())
    }

    /// Requests of the camera's own: some ask whether the client lives, or announce changes.
    fn answer(&mut self, request: &Request) -> Result<(), SessionError> {
        let known =
            matches!(request.method.as_str(), "OPTIONS" | "GET_PARAMETER" | "SET_PARAMETER" | "ANNOUNCE");
        let status = if known || request.method == "TEARDOWN" { "200 OK" } else { "501 Not Implemented" };
        let cseq = request.headers.cseq().unwrap_or(0);
        let _ = write!(Text(&mut self.output), "RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n\r\n");
        if request.method == "TEARDOWN" {
            return Err(SessionError::Ended { how: "TEARDOWN" });
        }
        if self.output.len() > MAX_OUTPUT_BYTES { Err(SessionError::NotReading) } else { Ok(()) }
    }

    fn aggregate_url(&self) -> String {
        self.offer.as_ref().map_or_else(|| self.config.url.clone(), |offer| offer.aggregate.clone())
    }

    fn request(&mut self, method: &'static str, uri: String, headers: String, now: Moment) {
        self.last_cseq = self.last_cseq.wrapping_add(1);
        let cseq = self.last_cseq;
        let authorization = self.auth.authorise(method, &uri);
        let mut out = Text(&mut self.output);
        // Writing to memory cannot fail.
        let _ =
            write!(out, "{method} {uri} RTSP/1.0\r\nCSeq: {cseq}\r\nUser-Agent: {USER_AGENT}\r\n{headers}");
        if let Some(session) = &self.session {
            let _ = write!(out, "Session: {}\r\n", session.id);
        }
        if let Some(authorization) = authorization {
            let _ = write!(out, "Authorization: {authorization}\r\n");
        }
        let _ = write!(out, "\r\n");
        self.last_request_us = now.mono_us;
        self.pending = Some(Pending { cseq, method, uri, headers, sent_us: now.mono_us, challenges: 0 });
    }
}

fn require_success(pending: &Pending, response: &Response<'_>) -> Result<(), SessionError> {
    let (method, status) = (pending.method, response.status);
    match status {
        200..=299 => Ok(()),
        300..=399 => Err(SessionError::Redirected { method, status }),
        _ => Err(SessionError::Status { method, status, reason: printable(&response.reason) }),
    }
}

/// Text written at the end of bytes.
struct Text<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
