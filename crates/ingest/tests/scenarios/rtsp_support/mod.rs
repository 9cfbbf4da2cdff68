//! A scripted camera for the protocol without sockets, and a sink that remembers.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::format_push_string,
    reason = "helpers of tests fail by panicking, as tests do"
)]

pub mod transcript;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ashkar_ingest::rtsp::{Event, LowerTransport, MediaKind, Session, SessionConfig, SessionError};
use ashkar_ingest::{End, MediaSink, PullGate, Refusal};
use ashkar_media::{AccessUnit, AudioConfig, AudioFrame, MediaEvent, VideoConfig};
use ashkar_terms::{CameraId, Moment, UtcMicros};
use parking_lot::Mutex;

pub const SPS: &[u8] = &[0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x10];
/// The same id, another picture size.
pub const OTHER_SPS: &[u8] = &[0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5];
/// The camera's RTP port over UDP.
pub const SERVER_PORT: u16 = 7000;
pub const PPS: &[u8] = &[0x68, 0xeb, 0xe3, 0xcb];
/// First slices of a keyframe and of another picture.
pub const KEY: &[u8] = &[0x65, 0x88, 0x84, 0x11, 0x22, 0x33, 0x44, 0x55];
pub const PICTURE: &[u8] = &[0x41, 0x9a, 0x02, 0x66, 0x77, 0x88];

/// A description of H.264 with its parameter sets, followed by `more` lines.
pub fn sdp(more: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n\
         a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z2QAH6zZQFAFuwEQ,aOvjyw==\r\na=control:track1\r\n{more}"
    )
}

pub const SDP_WITHOUT_SETS: &str =
    "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:track1\r\n";
pub const AAC: &str = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000\r\n\
    a=fmtp:97 mode=AAC-hbr;config=1188;sizelength=13;indexlength=3;indexdeltalength=3\r\na=control:track2\r\n";

/// One session, and the camera on its other side.
pub struct Play {
    pub session: Session,
    pub events: Vec<Event>,
    pub now_us: u64,
    pub sequence: u16,
    /// RTCP that the session sent over the connection.
    pub reports: Vec<Vec<u8>>,
    /// Requests of the session that the script has not answered yet.
    pub asked: String,
}

impl Play {
    pub fn begin(url: &str, transport: LowerTransport) -> Self {
        let config = SessionConfig {
            url: url.into(),
            credentials: None,
            transport,
            answer_timeout_us: 10_000_000,
            silence_us: 10_000_000,
        };
        Self::with(config)
    }

    pub fn with(config: SessionConfig) -> Self {
        let mut play = Self {
            session: Session::new(config, at(0)),
            events: vec![],
            now_us: 0,
            sequence: 100,
            reports: vec![],
            asked: String::new(),
        };
        play.collect();
        play
    }

    /// A session over TCP that plays `description`.
    pub fn playing(description: &str, wants_audio: bool) -> Self {
        let mut play = Self::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
        play.shake_hands(description, wants_audio);
        play
    }

    pub fn shake_hands(&mut self, description: &str, wants_audio: bool) {
        self.answer("OPTIONS", "200 OK", "Public: DESCRIBE, SETUP, PLAY, GET_PARAMETER\r\n", "").unwrap();
        self.answer("DESCRIBE", "200 OK", "Content-Base: rtsp://10.0.0.1/camera/\r\n", description).unwrap();
        assert_eq!(self.events.pop(), Some(Event::Described));
        self.session.proceed(wants_audio, at(self.now_us), &mut self.events);
        self.collect();
        while self.asked.starts_with("SETUP") {
            let mut transport = self.header("Transport");
            if transport.contains("client_port") {
                transport.push_str(&format!(";server_port={SERVER_PORT}-{}", SERVER_PORT + 1));
            }
            self.answer(
                "SETUP",
                "200 OK",
                &format!("Session: 77;timeout=60\r\nTransport: {transport}\r\n"),
                "",
            )
            .unwrap();
        }
        self.answer("PLAY", "200 OK", "", "").unwrap();
        assert_eq!(self.events.pop(), Some(Event::Playing));
    }

    /// Answers the open request `method`.
    pub fn answer(
        &mut self,
        method: &str,
        status: &str,
        headers: &str,
        body: &str,
    ) -> Result<(), SessionError> {
        assert!(self.asked.starts_with(method), "{method} is awaited, and this was asked: {}", self.asked);
        let cseq = self.header("CSeq");
        self.asked.clear();
        let length = body.len();
        let message =
            format!("RTSP/1.0 {status}\r\nCSeq: {cseq}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
        self.bytes(message.as_bytes())
    }

    pub fn header(&self, name: &str) -> String {
        let value = self.asked.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        value.unwrap_or_else(|| panic!("no {name} in {}", self.asked)).to_owned()
    }

    pub fn bytes(&mut self, mut bytes: &[u8]) -> Result<(), SessionError> {
        while !bytes.is_empty() {
            let space = self.session.space();
            let count = bytes.len().min(space.len());
            space[..count].copy_from_slice(&bytes[..count]);
            bytes = &bytes[count..];
            let outcome = self.session.received(count, at(self.now_us), &mut self.events);
            self.collect();
            outcome?;
        }
        Ok(())
    }

    pub fn collect(&mut self) {
        let mut out = std::mem::take(self.session.output());
        while !out.is_empty() {
            if out[0] == b'$' {
                let length = usize::from(u16::from_be_bytes([out[2], out[3]]));
                self.reports.push(out.drain(..4 + length).skip(4).collect());
            } else {
                let end = out.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
                self.asked.push_str(&String::from_utf8(out.drain(..end).collect()).unwrap());
            }
        }
    }

    pub fn tick(&mut self, now_us: u64) -> Result<(), SessionError> {
        self.now_us = now_us;
        let outcome = self.session.tick(at(now_us), &mut self.events);
        self.collect();
        outcome
    }

    /// Sends one RTP packet of the picture on channel 0.
    pub fn rtp(&mut self, timestamp: u32, marker: bool, payload: &[u8]) {
        let packet = rtp(self.sequence, timestamp, marker, payload);
        self.sequence = self.sequence.wrapping_add(1);
        self.bytes(&interleaved(0, &packet)).unwrap();
    }

    /// Sends one picture in one packet.
    pub fn picture(&mut self, timestamp: u32) {
        self.rtp(timestamp, true, PICTURE);
    }

    /// Sends `nal` as FU-A in pieces of `piece` bytes, omitting the pieces whose numbers are in `lost`.
    pub fn fragments(&mut self, timestamp: u32, nal: &[u8], piece: usize, lost: &[usize]) {
        let pieces: Vec<&[u8]> = nal[1..].chunks(piece).collect();
        for (n, part) in pieces.iter().enumerate() {
            let (start, end) = (n == 0, n + 1 == pieces.len());
            let flags = u8::from(start) << 7 | u8::from(end) << 6 | nal[0] & 0x1f;
            if lost.contains(&n) {
                self.sequence = self.sequence.wrapping_add(1);
            } else {
                self.rtp(timestamp, end, &[&[nal[0] & 0xe0 | 28, flags], *part].concat());
            }
        }
    }

    pub fn datagram(&mut self, packet: &[u8]) {
        self.datagram_from(SERVER_PORT, false, packet).unwrap();
    }

    pub fn datagram_from(&mut self, port: u16, rtcp: bool, packet: &[u8]) -> Result<(), SessionError> {
        self.session.datagram(MediaKind::Video, rtcp, port, packet, at(self.now_us), &mut self.events)
    }

    pub fn units(&self) -> Vec<&AccessUnit> {
        self.events
            .iter()
            .filter_map(
                |event| if let Event::Media(MediaEvent::Video(unit)) = event { Some(unit) } else { None },
            )
            .collect()
    }

    pub fn times(&self) -> Vec<i64> {
        self.units().iter().map(|unit| unit.camera_dts).collect()
    }

    pub fn configs(&self) -> Vec<&VideoConfig> {
        fn config(event: &Event) -> Option<&VideoConfig> {
            if let Event::Media(MediaEvent::VideoConfig(config)) = event { Some(config) } else { None }
        }
        self.events.iter().filter_map(config).collect()
    }

    /// Reasons and places of what was refused.
    pub fn refused(&self) -> Vec<(&str, Option<i64>)> {
        let refused = |event| match event {
            &Event::Media(MediaEvent::Refused { ref reason, camera_dts }) => {
                Some((reason.as_str(), camera_dts))
            }
            _ => None,
        };
        self.events.iter().filter_map(refused).collect()
    }
}

pub fn at(mono_us: u64) -> Moment {
    Moment { wall: UtcMicros(1_700_000_000_000_000 + i64::try_from(mono_us).unwrap()), mono_us }
}

pub fn rtp(sequence: u16, timestamp: u32, marker: bool, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x80, u8::from(marker) << 7 | 96];
    packet.extend(sequence.to_be_bytes());
    packet.extend(timestamp.to_be_bytes());
    packet.extend([0, 0, 0, 9]);
    packet.extend(payload);
    packet
}

pub fn interleaved(channel: u8, packet: &[u8]) -> Vec<u8> {
    let mut out = vec![b'$', channel];
    out.extend(u16::try_from(packet.len()).unwrap().to_be_bytes());
    out.extend(packet);
    out
}

/// NAL units, each after its length, as an access unit holds them.
pub fn framed(nals: &[&[u8]]) -> Vec<u8> {
    let lengths = nals.iter().map(|nal| u32::try_from(nal.len()).unwrap().to_be_bytes());
    lengths.zip(nals).flat_map(|(length, nal)| [&length[..], nal].concat()).collect()
}

/// What happened at the gate, for all cameras.
#[derive(Default)]
pub struct Memory {
    pub opened: usize,
    pub configs: Vec<VideoConfig>,
    pub units: Vec<AccessUnit>,
    pub audio_configs: Vec<AudioConfig>,
    pub frames: Vec<AudioFrame>,
    pub sound_refused: Vec<String>,
    pub refused: Vec<String>,
    pub ends: Vec<End>,
}

#[derive(Clone, Default)]
pub struct Gate {
    pub memory: Arc<Mutex<Memory>>,
    pub wants_audio: bool,
    /// Panics at this access unit.
    pub panics_at: Option<usize>,
}

impl PullGate for Gate {
    fn open(&self, _camera: CameraId, source: &str, _now: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        assert!(source.starts_with("rtsp 127.0.0.1:"), "{source}");
        self.memory.lock().opened += 1;
        Ok(Box::new(Remembering(self.clone())))
    }
}

struct Remembering(Gate);

impl MediaSink for Remembering {
    fn media(&mut self, event: MediaEvent, _now: Moment) {
        let mut memory = self.0.memory.lock();
        match event {
            MediaEvent::VideoConfig(config) => memory.configs.push(config),
            MediaEvent::AudioConfig(config) => memory.audio_configs.push(config),
            MediaEvent::SoundRefused { codec } => memory.sound_refused.push(codec),
            MediaEvent::Audio(frame) => memory.frames.push(frame),
            MediaEvent::Refused { reason, .. } => memory.refused.push(reason),
            MediaEvent::Video(unit) => {
                memory.units.push(unit);
                let count = memory.units.len();
                drop(memory);
                assert_ne!(Some(count), self.0.panics_at, "a panic on purpose");
            }
        }
    }
    fn wants_audio(&self) -> bool {
        self.0.wants_audio
    }
    fn superseded(&self) -> bool {
        false
    }
    fn end(self: Box<Self>, end: End, _now: Moment) {
        self.0.memory.lock().ends.push(end);
    }
}

/// Waits until `done`, and fails loudly after `limit`.
pub async fn eventually(limit: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
