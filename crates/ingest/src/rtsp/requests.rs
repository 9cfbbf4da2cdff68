//! The requests of a session and the camera's responses; and the camera's own requests.

use ashkar_media::MediaEvent;
use std::fmt::Write as _;

use ashkar_terms::Moment;
use url::Url;

use super::error::SessionError;
use super::event::Event;
use super::message::{Headers, Request, Response, printable};
use super::sdp::Description;
use super::session::{
    ASKED_CHANNELS, Core, LowerTransport, MAX_OUTPUT_BYTES, MediaAddress, Pending, Step, StreamTransport,
};
use super::stream_selection::StreamSelection;
use super::streams::{MediaKind, Streams};
use super::transport::{Agreed, SessionHeader, is_request_uri, join_control};

/// Redirects within the camera that are followed.
const MAX_REDIRECTS: u8 = 2;
const USER_AGENT: &str = "Ashkar";

impl Core {
    pub(super) fn response(
        &mut self,
        response: &Response<'_>,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if response.status < 200 {
            return Ok(());
        }
        let Some(pending) = self.pending.take_if(|pending| answers(response, pending, self.answered)) else {
            return Ok(());
        };
        self.answered = Some((response.headers.cseq(), response.status));
        if response.status == 401 {
            return self.challenged(pending, &response.headers, now);
        }
        match self.step {
            Step::Options => self.options_answered(response, now),
            Step::Describe => self.described(&pending, response, now, events),
            Step::Setup(kind) => self.set_up(kind, &pending, response, now, events),
            Step::Play => self.play_answered(&pending, response, now, events),
            Step::Playing => self.kept_alive(&pending, response, now),
            Step::Described => Ok(()),
        }
    }

    fn challenged(&mut self, pending: Pending, headers: &Headers, now: Moment) -> Result<(), SessionError> {
        self.auth.challenged(headers, pending.answers)?;
        let answers = pending.answers + 1;
        self.request(pending.method, pending.uri, pending.headers, now);
        if let Some(again) = &mut self.pending {
            again.answers = answers;
        }
        Ok(())
    }

    /// Whatever the response is, the camera is there; some do not know OPTIONS.
    fn options_answered(&mut self, response: &Response<'_>, now: Moment) -> Result<(), SessionError> {
        self.keepalive.announced(response.headers.first("Public").unwrap_or_default());
        self.describe(now);
        Ok(())
    }

    fn describe(&mut self, now: Moment) {
        self.step = Step::Describe;
        let url = self.url.clone();
        self.request("DESCRIBE", url, "Accept: application/sdp\r\n".to_owned(), now);
    }

    fn described(
        &mut self,
        pending: &Pending,
        response: &Response<'_>,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if let Some(url) = self.redirected(response) {
            self.redirects += 1;
            self.url = url;
            self.describe(now);
            return Ok(());
        }
        require_success(pending, response)?;
        let description = Description::parse(response.body)?;
        let named =
            response.headers.first("Content-Base").or_else(|| response.headers.first("Content-Location"));
        let base = named.filter(|url| is_request_uri(url)).unwrap_or(&self.url);
        self.selection = Some(StreamSelection::choose(&description, base)?);
        self.step = Step::Described;
        events.push(Event::Described);
        Ok(())
    }

    /// Another path of the same camera. Following a redirect to another address would send it the password, which the
    /// operator did not intend.
    fn redirected(&self, response: &Response<'_>) -> Option<String> {
        let named = response.headers.first("Location").filter(|url| is_request_uri(url))?;
        let (asked, named) = (Url::parse(&self.url).ok()?, Url::parse(named).ok()?);
        let port = |url: &Url| url.port().unwrap_or(554);
        let same = asked.host_str() == named.host_str() && port(&asked) == port(&named);
        let bare = named.username().is_empty() && named.password().is_none();
        let may = (300..400).contains(&response.status) && self.redirects < MAX_REDIRECTS;
        (same && bare && may && named != asked).then(|| named.to_string())
    }

    pub(super) fn proceed(&mut self, wants_audio: bool, now: Moment, events: &mut Vec<Event>) {
        let Some(selection) = self.selection.as_mut().filter(|_| self.step == Step::Described) else {
            return;
        };
        for codec in &selection.other_sound {
            events.push(MediaEvent::SoundRefused { codec: codec.clone() }.into());
        }
        if !wants_audio {
            selection.audio = None;
        }
        self.streams =
            Streams::new(&selection.video, selection.audio.as_ref(), &selection.others, now, events);
        self.request_setup(MediaKind::Video, now);
    }

    fn request_setup(&mut self, kind: MediaKind, now: Moment) {
        let Some(selection) = &self.selection else { return };
        let media = match kind {
            MediaKind::Video => Some(&selection.video),
            MediaKind::Audio => selection.audio.as_ref(),
        };
        let Some(media) = media else { return self.request_play(now) };
        let (rtp, rtcp) = asked_channels(kind);
        let transport = match self.config.transport {
            LowerTransport::Tcp => format!("RTP/AVP/TCP;unicast;interleaved={rtp}-{rtcp}"),
            LowerTransport::Udp { video_port, audio_port } => {
                let port = if kind == MediaKind::Video { video_port } else { audio_port };
                format!("RTP/AVP;unicast;client_port={port}-{}", port.saturating_add(1))
            }
        };
        let uri = join_control(&selection.base, media.control.as_deref());
        self.step = Step::Setup(kind);
        self.request("SETUP", uri, format!("Transport: {transport}\r\n"), now);
    }

    fn set_up(
        &mut self,
        kind: MediaKind,
        pending: &Pending,
        response: &Response<'_>,
        now: Moment,
        events: &mut Vec<Event>,
    ) -> Result<(), SessionError> {
        if kind == MediaKind::Audio && response.status >= 300 {
            // A camera that refuses to set up its sound still sends its picture.
            events.push(
                MediaEvent::SoundRefused { codec: format!("aac (SETUP answered with {})", response.status) }
                    .into(),
            );
            self.request_play(now);
            return Ok(());
        }
        if response.status >= 400 {
            let reason = printable(&response.reason);
            return Err(SessionError::TransportRefused {
                status: response.status,
                reason,
                asked: self.asked_transport(),
            });
        }
        require_success(pending, response)?;
        let session = response.headers.first("Session").and_then(SessionHeader::parse);
        self.session = self.session.take().or(session);
        if self.session.is_none() {
            return Err(SessionError::NoSession);
        }
        let agreed = Agreed::parse(response.headers.first("Transport").unwrap_or_default());
        if self.config.transport == LowerTransport::Tcp && agreed.is_udp() {
            let reason = "OK, over UDP".to_owned();
            return Err(SessionError::TransportRefused {
                status: response.status,
                reason,
                asked: self.asked_transport(),
            });
        }
        self.agree(kind, agreed, now);
        match kind {
            MediaKind::Video => self.request_setup(MediaKind::Audio, now),
            MediaKind::Audio => self.request_play(now),
        }
        Ok(())
    }

    const fn asked_transport(&self) -> &'static str {
        match self.config.transport {
            LowerTransport::Tcp => "TCP",
            LowerTransport::Udp { .. } => "UDP",
        }
    }

    fn agree(&mut self, kind: MediaKind, agreed: Agreed, now: Moment) {
        let address = match (self.config.transport, agreed.interleaved) {
            (LowerTransport::Udp { .. }, None) => MediaAddress::Ports(agreed.server_ports),
            (_, Some((rtp, rtcp))) if !self.is_taken(rtp) => MediaAddress::Channels(rtp, rtcp),
            _ => {
                let (rtp, rtcp) = asked_channels(kind);
                MediaAddress::Channels(rtp, rtcp)
            }
        };
        self.transports.push(StreamTransport { kind, address });
        self.channels_changed = true;
        let channel = match address {
            MediaAddress::Channels(rtp, _) => Some(u16::from(rtp)),
            MediaAddress::Ports(ports) => ports.map(|(rtp, _)| rtp),
        };
        if let Some(streams) = &mut self.streams {
            streams.agree(kind, channel, agreed.ssrc, matches!(address, MediaAddress::Ports(_)), now);
        }
    }

    /// Some cameras give both streams the same channels in their responses, and then use the channels that were
    /// requested.
    fn is_taken(&self, channel: u8) -> bool {
        self.transports
            .iter()
            .any(|transport| matches!(transport.address, MediaAddress::Channels(rtp, rtcp) if rtp == channel || rtcp == channel))
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

    pub(super) fn begin_playing(&mut self, now: Moment, events: &mut Vec<Event>) {
        if self.step == Step::Play {
            self.step = Step::Playing;
            self.last_unit_us = now.mono_us;
            self.keepalive.begin(now.mono_us);
            events.push(Event::Playing);
        }
    }

    /// The response to PLAY, if media came before it, or to a keepalive.
    fn kept_alive(
        &mut self,
        pending: &Pending,
        response: &Response<'_>,
        now: Moment,
    ) -> Result<(), SessionError> {
        match (pending.method, response.status) {
            (_, 454) => Err(SessionError::SessionLost),
            ("PLAY", 300..) => require_success(pending, response),
            ("GET_PARAMETER" | "SET_PARAMETER" | "OPTIONS", 300..) => {
                // Perhaps announced, and yet unknown: another one may keep the session alive as well.
                if self.keepalive.refused() {
                    self.keep_alive(now);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn keep_alive(&mut self, now: Moment) {
        let url = self.aggregate_url();
        match self.keepalive.next() {
            Some(method) => self.request(method, url, String::new(), now),
            None => self.last_request_us = now.mono_us,
        }
    }

    /// Requests from the camera: some ask whether the client is alive, or announce changes.
    pub(super) fn answer(&mut self, request: &Request) -> Result<(), SessionError> {
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

    pub(super) fn aggregate_url(&self) -> String {
        self.selection.as_ref().map_or_else(|| self.url.clone(), |selection| selection.aggregate.clone())
    }

    pub(super) fn request(&mut self, method: &'static str, uri: String, headers: String, now: Moment) {
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
        self.pending = Some(Pending { cseq, method, uri, headers, sent_us: now.mono_us, answers: 0 });
    }
}

const fn asked_channels(kind: MediaKind) -> (u8, u8) {
    match kind {
        MediaKind::Video => ASKED_CHANNELS[0],
        MediaKind::Audio => ASKED_CHANNELS[1],
    }
}

/// Whether a response answers the open request. A number that is missing or wrong means the one open request, unless
/// number and status equal those of the last response: then it may be that response once more
/// (`gwsecurity_start_code_behind_a_set`, `wyze_keepalives_answered_with_number_zero`).
fn answers(response: &Response<'_>, pending: &Pending, last: Option<(Option<u32>, u16)>) -> bool {
    let cseq = response.headers.cseq();
    if cseq == Some(pending.cseq) || Some((cseq, response.status)) != last {
        return true;
    }
    let has = |name| response.headers.first(name).is_some();
    match (pending.method, response.status) {
        (_, 401) => false,
        (_, 300..) => true,
        ("DESCRIBE", _) => !response.body.is_empty(),
        ("SETUP", _) => has("Transport") || (has("Session") && response.body.is_empty()),
        ("PLAY", _) => !has("Transport") && response.body.is_empty(),
        _ => true,
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

/// Writes text to the end of a byte buffer.
struct Text<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
