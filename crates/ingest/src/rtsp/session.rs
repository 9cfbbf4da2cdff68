//! One session with one camera, without sockets and clocks: bytes and times in, bytes and events out.
//!
//! ```text
//! OPTIONS → DESCRIBE → Event::Described, proceed() → SETUP video → [SETUP audio] → PLAY → media, keepalive …
//! ```
//! Each request may be answered with 401; it is then sent again with `Authorization`.

use ashkar_media::MediaEvent;
use ashkar_terms::Moment;

use super::auth::Authenticator;
use super::error::SessionError;
use super::event::Event;
use super::keepalive::{KeepaliveScheduler, Quirks};
use super::message::{Item, Receiver};
use super::refusal_limit::RefusalLimit;
use super::source::Credentials;
use super::stream_selection::StreamSelection;
use super::streams::{MediaKind, PacketOrigin, Streams};
use super::transport::SessionHeader;

/// Maximum number of bytes waiting for the camera to read them.
pub const MAX_OUTPUT_BYTES: usize = 64 * 1024;

/// How often a receiver report is sent, microseconds (RFC 3550, 6.2): cameras stop if none comes for ten seconds.
const REPORT_EVERY_US: u64 = 5_000_000;
/// Channels of the picture if the camera names none, and of the sound.
pub(super) const ASKED_CHANNELS: [(u8, u8); 2] = [(0, 1), (2, 3)];

/// Configuration of a session.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// The address, without credentials.
    pub url: String,
    /// Name and password, if the address has them.
    pub credentials: Option<Credentials>,
    /// How the media are to come.
    pub transport: LowerTransport,
    /// How long a request may go without an answer, microseconds.
    pub answer_timeout_us: u64,
    /// How long a playing camera may go without an access unit, microseconds.
    pub silence_us: u64,
}

/// The lower transport of the media (RFC 2326, 12.39).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LowerTransport {
    /// Interleaved in the connection.
    Tcp,
    /// To these local RTP ports; RTCP's is one above each.
    Udp {
        /// The picture's.
        video_port: u16,
        /// The sound's.
        audio_port: u16,
    },
}

/// One session with one camera. It has no `Debug`, which would show the password.
pub struct Session {
    receiver: Receiver,
    core: Core,
}

/// Everything but the receive buffer, on whose items it works.
pub(super) struct Core {
    pub(super) config: SessionConfig,
    /// The address that is requested: the camera may name another path of its own.
    pub(super) url: String,
    pub(super) redirects: u8,
    pub(super) auth: Authenticator,
    pub(super) output: Vec<u8>,
    pub(super) step: Step,
    pub(super) pending: Option<Pending>,
    pub(super) last_cseq: u32,
    /// `CSeq`, if any, and status of the last answer.
    pub(super) answered: Option<(Option<u32>, u16)>,
    pub(super) session: Option<SessionHeader>,
    pub(super) last_request_us: u64,
    pub(super) last_unit_us: u64,
    /// When the last packet of media came, whoever sent it and whatever it was.
    last_packet_us: u64,
    pub(super) keepalive: KeepaliveScheduler,
    pub(super) selection: Option<StreamSelection>,
    pub(super) streams: Option<Streams>,
    pub(super) transports: Vec<StreamTransport>,
    /// Whether the channels that the receive buffer expects have changed.
    pub(super) channels_changed: bool,
    own_ssrc: u32,
    last_report_us: u64,
    reports: Vec<(MediaKind, Vec<u8>)>,
    limit: RefusalLimit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Options,
    Describe,
    Described,
    Setup(MediaKind),
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
    /// Challenges that were answered for it.
    pub(super) answers: u8,
}

/// How one stream comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamTransport {
    pub(super) kind: MediaKind,
    pub(super) address: MediaAddress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MediaAddress {
    /// Channels of RTP and RTCP.
    Channels(u8, u8),
    /// The camera's RTP and RTCP ports, if it named them.
    Ports(Option<(u16, u16)>),
}

impl Session {
    /// Begins a session: its first request waits in [`Session::output`].
    pub fn new(config: SessionConfig, now: Moment) -> Self {
        Self::with_quirks(config, Quirks::default(), now)
    }

    /// Begins a session with what the last one learned about the same camera.
    pub fn with_quirks(config: SessionConfig, quirks: Quirks, now: Moment) -> Self {
        let challenges = quirks.challenges.clone();
        let auth = Authenticator::new(config.credentials.clone(), challenges, quirks.basic);
        let mut core = Core {
            auth,
            url: config.url.clone(),
            redirects: 0,
            config,
            output: Vec::new(),
            step: Step::Options,
            pending: None,
            last_cseq: 0,
            answered: None,
            session: None,
            last_request_us: now.mono_us,
            last_unit_us: now.mono_us,
            last_packet_us: now.mono_us,
            keepalive: KeepaliveScheduler::new(quirks),
            selection: None,
            streams: None,
            transports: Vec::new(),
            channels_changed: false,
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

    /// Processes the `count` bytes that were read into [`Session::space`]; appends to `events`.
    ///
    /// # Errors
    /// A [`SessionError`]: the connection must then be closed. Events before it are in `events`.
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
                    if std::mem::take(&mut self.core.channels_changed) {
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

    /// Takes a datagram that came to the port of `kind` from the camera's port `from_port`. Datagrams from any other
    /// than the agreed port change nothing.
    ///
    /// # Errors
    /// [`SessionError::Ended`] if the stream's own source sends BYE.
    pub fn datagram(
        &mut self,
        kind: MediaKind,
        rtcp: bool,
        from_port: u16,
        data: &[u8],
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        let known = events.len();
        let outcome = if self.core.is_port_known(kind, rtcp, from_port) {
            self.core.packet(kind, rtcp, data, PacketOrigin { channel: from_port, now }, events)
        } else {
            Ok(())
        };
        self.core.after(known, now, events);
        outcome
    }

    /// Goes on after [`Event::Described`]: sets up the picture, and the sound if `wants_audio`.
    pub fn proceed(&mut self, wants_audio: bool, now: Moment, events: &mut Vec<Event>) {
        self.core.proceed(wants_audio, now, events);
    }

    /// Checks keepalives, silence and missing answers. To be called at least once a second.
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

    /// Bytes to be written; the shell removes from the front what it has written.
    pub fn output(&mut self) -> &mut Vec<u8> {
        &mut self.core.output
    }

    /// Which streams come over UDP, and the camera's RTP and RTCP ports if it named them.
    pub(super) fn server_ports(&self) -> impl Iterator<Item = (MediaKind, Option<(u16, u16)>)> {
        self.core.transports.iter().filter_map(|transport| match transport.address {
            MediaAddress::Ports(ports) => Some((transport.kind, ports)),
            MediaAddress::Channels(..) => None,
        })
    }

    /// Receiver reports for the camera's RTCP ports; each is returned once.
    pub fn take_reports(&mut self) -> Vec<(MediaKind, Vec<u8>)> {
        std::mem::take(&mut self.core.reports)
    }

    /// Packets that did not come from the agreed sender.
    pub fn foreign_packets(&self) -> u64 {
        self.core.streams.as_ref().map_or(0, Streams::foreign)
    }

    /// What the session learned about the camera, for the next one. `by_camera`: the camera ended it.
    pub fn quirks(&self, by_camera: bool, now: Moment) -> Quirks {
        self.core.quirks(by_camera, now)
    }

    /// Whether the connection ended while a stream was being set up: perhaps that is how the camera refuses the
    /// transport.
    pub(super) fn is_setting_up(&self) -> bool {
        matches!(self.core.step, Step::Setup(MediaKind::Video))
    }

    /// Puts a TEARDOWN into [`Session::output`]. The response need not be awaited.
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
                self.packet(kind, rtcp, payload, PacketOrigin { channel: u16::from(channel), now }, events)
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

    /// The stream of a channel (`unnamed_equal_channels`). Cameras that send sound without being asked, or their
    /// picture on another channel than agreed, use others.
    fn owner_of(&self, channel: u8) -> (MediaKind, bool) {
        let found = self.transports.iter().find_map(|transport| match transport.address {
            MediaAddress::Channels(rtp, _) if rtp == channel => Some((transport.kind, false)),
            MediaAddress::Channels(_, rtcp) if rtcp == channel => Some((transport.kind, true)),
            _ => None,
        });
        found.unwrap_or((MediaKind::Video, false))
    }

    fn channels(&self) -> impl Iterator<Item = u8> {
        let pairs = self.transports.iter().filter_map(|transport| match transport.address {
            MediaAddress::Channels(rtp, rtcp) => Some([rtp, rtcp]),
            MediaAddress::Ports(_) => None,
        });
        pairs.flatten()
    }

    /// An RTP port is judged together with its source; a report must come from the port that was named.
    fn is_port_known(&self, kind: MediaKind, rtcp: bool, from_port: u16) -> bool {
        let named = self.transports.iter().find_map(|transport| match transport.address {
            MediaAddress::Ports(Some((_, control))) if transport.kind == kind => Some(control),
            _ => None,
        });
        !rtcp || named.is_none_or(|named| named == from_port)
    }

    fn packet(
        &mut self,
        kind: MediaKind,
        rtcp: bool,
        data: &[u8],
        from: PacketOrigin,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if !matches!(self.step, Step::Play | Step::Playing) {
            return Ok(());
        }
        // Many cameras send media before their response to PLAY; the first keyframe is among them
        // (`reolink_media_before_the_answer_to_play`).
        self.begin_playing(from.now, events);
        let Some(streams) = &mut self.streams else { return Ok(()) };
        if !rtcp {
            self.last_packet_us = from.now.mono_us;
            streams.rtp(kind, data, from, events);
        } else if streams.rtcp(kind, data, from.now) && kind == MediaKind::Video {
            return Err(SessionError::Ended { how: "RTCP BYE" });
        }
        Ok(())
    }

    /// Inspects the events from `known` on: an access unit is a sign of life, and refusals are limited.
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
            // While media come, a missing answer harms nobody: some cameras never answer keepalives.
            if !playing {
                let seconds = self.config.answer_timeout_us / 1_000_000;
                return Err(SessionError::NoAnswer { method: pending.method, seconds });
            }
            self.pending = None;
        }
        let timeout_s = self.session.as_ref().map(|session| session.timeout_s);
        let keepalive_us = timeout_s.map_or(u64::MAX, |seconds| self.keepalive.every_us(seconds));
        if playing && since(self.last_request_us) >= keepalive_us {
            self.keep_alive(now);
        }
        if playing && since(self.last_report_us) >= REPORT_EVERY_US {
            self.report(now);
        }
        Ok(())
    }

    /// Receiver reports: written to the connection if the stream is interleaved, else for the shell to send.
    fn report(&mut self, now: Moment) {
        self.last_report_us = now.mono_us;
        let Some(streams) = &mut self.streams else { return };
        for transport in &self.transports {
            let Some(report) = streams.report(transport.kind, self.own_ssrc, now) else { continue };
            match transport.address {
                MediaAddress::Channels(_, rtcp) => {
                    let length = u16::try_from(report.len()).unwrap_or(0).to_be_bytes();
                    self.output.extend([b'$', rtcp, length[0], length[1]]);
                    self.output.extend(report);
                }
                MediaAddress::Ports(_) => self.reports.push((transport.kind, report)),
            }
        }
    }

    fn quirks(&self, by_camera: bool, now: Moment) -> Quirks {
        let open = self.pending.as_ref().filter(|_| self.step == Step::Playing);
        let timeout_s = self.session.as_ref().map_or(0, |session| session.timeout_s);
        let mut quirks = if by_camera {
            self.keepalive.quirks(open.is_some_and(|open| open.method != "PLAY"), timeout_s, now.mono_us)
        } else {
            self.keepalive.quirks_before().clone()
        };
        quirks.basic = self.auth.is_basic();
        let answering = by_camera && self.pending.as_ref().is_some_and(|pending| pending.answers > 0);
        quirks.challenges = if answering { self.auth.challenges().to_vec() } else { Vec::new() };
        quirks
    }
}

/// An SSRC of our own (RFC 3550, 8.1): it need not be secret, only differ from the camera's.
const fn own_ssrc(now: Moment) -> u32 {
    (now.wall.0.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}
