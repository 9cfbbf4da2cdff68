//! The streams of one session: which packet belongs to which, in what order, and what comes out of it.

use ashkar_media::VideoCodec;
use ashkar_terms::Moment;

use super::audio::{Audio, Report};
use super::event::Event;
use super::reorder::Reorder;
use super::rtp::{Order, RtpPacket, Sequence, parse_rtcp};
use super::sdp::{Format, Media};
use super::video::Video;

/// Which of a camera's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The picture.
    Video,
    /// The sound.
    Audio,
}

/// The picture's stream, and the sound's where it is wanted.
#[derive(Debug)]
pub(super) struct Streams {
    video: Stream,
    audio: Option<Stream>,
    picture: Video,
    sound: Option<Audio>,
}

/// The packets of one stream.
#[derive(Debug)]
struct Stream {
    payload_type: u8,
    sequence: Sequence,
    reorder: Reorder,
    report: Option<Report>,
    foreign_told: bool,
}

impl Streams {
    /// Streams of these two descriptions; `None` where `video` is none that is taken.
    pub(super) fn new(video: &Media, audio: Option<&Media>, out: &mut Vec<Event>) -> Option<Self> {
        let picture = match &video.format {
            Format::H264 { parameter_sets } => Video::new(VideoCodec::H264, false, parameter_sets, out),
            Format::H265 { parameter_sets, with_don } => {
                Video::new(VideoCodec::H265, *with_don, parameter_sets, out)
            }
            _ => return None,
        };
        let sound = match audio.map(|media| &media.format) {
            Some(Format::Aac(format)) => Some(Audio::new(format.clone(), out)),
            _ => None,
        };
        let stream_of = |media: &Media| Stream::new(media.payload_type);
        let audio = audio.filter(|_| sound.is_some()).map(stream_of);
        Some(Self { video: stream_of(video), audio, picture, sound })
    }

    /// Takes one RTP packet. Over UDP, `reorder` has packets wait for those that they overtook.
    pub(super) fn rtp(&mut self, kind: Kind, data: &[u8], reorder: bool, now: Moment, out: &mut Vec<Event>) {
        let Some(stream) = self.stream(kind) else { return };
        let Some(packet) = RtpPacket::parse(data) else { return };
        if packet.payload_type != stream.payload_type {
            return stream.foreign(packet.payload_type, out);
        }
        let in_turn = stream.sequence.ahead(packet.ssrc, packet.sequence).is_none_or(|ahead| ahead == 0);
        if !reorder || (in_turn && stream.reorder.is_empty()) {
            return self.deliver(kind, &packet, now, out);
        }
        stream.reorder.insert(&packet, data, now.mono_us);
        self.release(kind, now, out);
    }

    /// Takes one RTCP packet; true where the source says goodbye.
    pub(super) fn rtcp(&mut self, kind: Kind, data: &[u8]) -> bool {
        let said = parse_rtcp(data);
        if let (Some(stream), Some(report)) = (self.stream(kind), said.report) {
            stream.report = Some(report);
            self.align();
        }
        said.bye
    }

    /// Lets packets go that waited too long for those before them.
    pub(super) fn tick(&mut self, now: Moment, out: &mut Vec<Event>) {
        self.release(Kind::Video, now, out);
        self.release(Kind::Audio, now, out);
    }

    fn stream(&mut self, kind: Kind) -> Option<&mut Stream> {
        match kind {
            Kind::Video => Some(&mut self.video),
            Kind::Audio => self.audio.as_mut(),
        }
    }

    fn release(&mut self, kind: Kind, now: Moment, out: &mut Vec<Event>) {
        while let Some(stream) = self.stream(kind)
            && let Some(datagram) = stream.reorder.next_due(&stream.sequence, now.mono_us)
        {
            if let Some(packet) = RtpPacket::parse(&datagram) {
                self.deliver(kind, &packet, now, out);
            }
        }
    }

    fn deliver(&mut self, kind: Kind, packet: &RtpPacket<'_>, now: Moment, out: &mut Vec<Event>) {
        let Some(stream) = self.stream(kind) else { return };
        let order = stream.sequence.judge(packet.ssrc, packet.sequence);
        if order == Order::Old {
            return;
        }
        match (kind, &mut self.sound) {
            (Kind::Video, _) => self.picture.take(packet, order, now, out),
            (Kind::Audio, Some(sound)) => sound.take(packet, order, self.picture.last_dts(), now, out),
            (Kind::Audio, None) => {}
        }
    }

    fn align(&mut self) {
        let reports = (self.video.report, self.audio.as_ref().and_then(|audio| audio.report));
        if let ((Some(video), Some(own)), Some(sound)) = (reports, &mut self.sound)
            && let Some(dts) = self.picture.last_dts()
        {
            sound.reported(own, video, dts);
        }
    }
}

impl Stream {
    fn new(payload_type: u8) -> Self {
        Self {
            payload_type,
            sequence: Sequence::default(),
            reorder: Reorder::default(),
            report: None,
            foreign_told: false,
        }
    }

    fn foreign(&mut self, payload_type: u8, out: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.foreign_told, true) {
            let reason = format!(
                "packets of payload type {payload_type} were dropped: the camera's description says {}",
                self.payload_type
            );
            out.push(Event::Refused { reason, camera_dts: None });
        }
    }
}
