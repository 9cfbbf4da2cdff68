//! The streams of one session: which packet belongs to which, in what order, and the events that result.

use ashkar_media::VideoCodec;
use ashkar_terms::Moment;

use super::audio::AudioDepacketizer;
use super::codec_detector::{CodecDecision, CodecDetector, Waiting};
use super::event::Event;
use super::receiver_report::ReceptionStats;
use super::reorder::Reorder;
use super::rtp::{Order, RtpPacket, SenderReport, Sequence, parse_rtcp};
use super::sdp::{Format, Media};
use super::senders::{AgreedSender, HeldPacket, SenderMatch, Senders};
use super::video::VideoDepacketizer;

/// Which of a camera's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// The picture.
    Video,
    /// The sound.
    Audio,
}

/// Where and when a packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PacketOrigin {
    /// Channel, or the camera's port.
    pub(super) channel: u16,
    pub(super) now: Moment,
}

/// The picture's stream, and the sound's if it is wanted.
#[derive(Debug)]
pub(super) struct Streams {
    video: Stream,
    audio: Option<Stream>,
    described: Media,
    /// Payload type of the format in use.
    format: u8,
    codec: CodecDetector,
    picture: VideoDepacketizer,
    sound: Option<AudioDepacketizer>,
}

/// The packets of one stream.
#[derive(Debug)]
struct Stream {
    senders: Senders,
    sequence: Sequence,
    /// A run ended, and the first packet of the next one has not come out yet.
    restarted: bool,
    reorder: Reorder,
    with_reorder: bool,
    reception: ReceptionStats,
    report: Option<SenderReport>,
}

impl Streams {
    /// Streams of these two descriptions; `None` if `video` is not supported.
    pub(super) fn new(
        video: &Media,
        audio: Option<&Media>,
        others: &[u8],
        now: Moment,
        out: &mut Vec<Event>,
    ) -> Option<Self> {
        let (codec, picture) = picture_of(&video.format, out)?;
        let sound = match audio.map(|media| &media.format) {
            Some(Format::Aac(format)) => Some(AudioDepacketizer::new(format.clone(), out)),
            _ => None,
        };
        let audio = audio.filter(|_| sound.is_some()).map(|media| {
            let payload_types = vec![media.payload_type];
            Stream::new(AgreedSender { payload_types, ..AgreedSender::default() }, now)
        });
        let payload_types = video.payload_types().collect();
        let agreed =
            AgreedSender { payload_types, others: others.to_vec(), video: true, ..AgreedSender::default() };
        Some(Self {
            video: Stream::new(agreed, now),
            audio,
            described: video.clone(),
            format: video.payload_type,
            codec: CodecDetector::new(codec),
            picture,
            sound,
        })
    }

    /// Sets where packets of `kind` are to come from.
    pub(super) fn agree(
        &mut self,
        kind: MediaKind,
        channel: Option<u16>,
        ssrc: Option<u32>,
        datagrams: bool,
        now: Moment,
    ) {
        if let Some(stream) = self.stream(kind) {
            stream.senders.agree(channel, ssrc, datagrams, now);
            stream.with_reorder = datagrams;
        }
    }

    /// Processes one RTP packet. Datagrams wait for those that they overtook.
    pub(super) fn rtp(&mut self, kind: MediaKind, data: &[u8], from: PacketOrigin, out: &mut Vec<Event>) {
        let Some(stream) = self.stream(kind) else { return };
        let Some(packet) = RtpPacket::parse(data) else { return };
        match stream.senders.judge(from.channel, &packet, &mut stream.sequence, from.now) {
            SenderMatch::Known => self.in_turn(kind, &packet, data, from.now, out),
            SenderMatch::Better => {
                self.begin_run(kind, from.now, out);
                self.in_turn(kind, &packet, data, from.now, out);
            }
            SenderMatch::Foreign => {
                if let Some(sender) = stream.senders.foreign(from.channel, &packet, data, from.now) {
                    let reason =
                        format!("packets that were not agreed on are not taken while others come: {sender}");
                    out.push(Event::refused(reason, None));
                }
                self.succeed(kind, from.now, out);
            }
        }
    }

    /// Processes one RTCP packet; true if the stream's own source sends BYE. Over a connection of its own a camera may
    /// leave out its source, or send BYE before it sent anything.
    pub(super) fn rtcp(&mut self, kind: MediaKind, data: &[u8], now: Moment) -> bool {
        let said = parse_rtcp(data);
        let Some(stream) = self.stream(kind) else { return false };
        let known = stream.senders.current().map(|sender| sender.ssrc);
        if let Some(report) = said.report.filter(|report| known == Some(report.ssrc)) {
            stream.report = Some(report);
            stream.reception.reported(report.ntp, now.mono_us);
            self.align();
        }
        let Some(bye) = said.bye else { return false };
        let stream = if kind == MediaKind::Video { Some(&self.video) } else { self.audio.as_ref() };
        let over_connection = stream.is_some_and(|stream| !stream.with_reorder);
        match (bye.ssrc, known) {
            (Some(leaving), Some(known)) => leaving == known,
            _ => over_connection,
        }
    }

    /// Releases packets that waited too long for those before them, or for a sender that has fallen silent.
    pub(super) fn tick(&mut self, now: Moment, out: &mut Vec<Event>) {
        for kind in [MediaKind::Video, MediaKind::Audio] {
            self.release(kind, now, out);
            self.succeed(kind, now, out);
        }
    }

    /// A receiver report about `kind`, if that stream is in use.
    pub(super) fn report(&mut self, kind: MediaKind, own: u32, now: Moment) -> Option<Vec<u8>> {
        self.stream(kind).map(|stream| stream.reception.report(own, now.mono_us))
    }

    /// Packets that did not come from the agreed sender.
    pub(super) fn foreign(&self) -> u64 {
        self.video.senders.dropped() + self.audio.as_ref().map_or(0, |audio| audio.senders.dropped())
    }

    fn stream(&mut self, kind: MediaKind) -> Option<&mut Stream> {
        match kind {
            MediaKind::Video => Some(&mut self.video),
            MediaKind::Audio => self.audio.as_mut(),
        }
    }

    /// A packet of the known sender.
    fn in_turn(
        &mut self,
        kind: MediaKind,
        packet: &RtpPacket<'_>,
        data: &[u8],
        now: Moment,
        out: &mut Vec<Event>,
    ) {
        let Some(stream) = self.stream(kind) else { return };
        let awaited = stream.sequence.ahead(packet.sequence).is_none_or(|ahead| ahead == 0);
        if !stream.with_reorder || (awaited && stream.reorder.is_empty()) {
            return self.deliver(kind, packet, data, now, out);
        }
        stream.reorder.insert(packet, data, now.mono_us);
        self.release(kind, now, out);
    }

    /// A foreign sender takes the silent one's place, with the packets that were held back.
    fn succeed(&mut self, kind: MediaKind, now: Moment, out: &mut Vec<Event>) {
        let Some(held) = self.stream(kind).and_then(|stream| stream.senders.successor(now)) else { return };
        self.begin_run(kind, now, out);
        if let Some(sender) = self.stream(kind).and_then(|stream| stream.senders.current()) {
            out.push(Event::Diagnostic(format!("the sender before is silent; taken instead: {sender}")));
        }
        for HeldPacket { data, arrival } in held {
            if let Some(packet) = RtpPacket::parse(&data) {
                self.in_turn(kind, &packet, &data, arrival, out);
            }
        }
    }

    /// The known sender changed, or its numbers begin anew.
    fn begin_run(&mut self, kind: MediaKind, now: Moment, out: &mut Vec<Event>) {
        while let Some(datagram) = self.stream(kind).and_then(|stream| stream.reorder.take_first()) {
            if let Some(packet) = RtpPacket::parse(&datagram) {
                self.deliver(kind, &packet, &datagram, now, out);
            }
        }
        let Some(stream) = self.stream(kind) else { return };
        stream.restarted = stream.sequence.ahead(0).is_some();
        stream.sequence = Sequence::default();
        let Some(sender) = stream.senders.current() else { return };
        stream.reception.begin(sender.ssrc);
        if kind == MediaKind::Video && sender.payload_type != self.format {
            self.format = sender.payload_type;
            self.use_format(None, out);
        }
    }

    /// The picture has another format: that of the payload type in use, or this codec.
    fn use_format(&mut self, codec: Option<VideoCodec>, out: &mut Vec<Event>) {
        let format = match codec {
            None => self.described.format_of(self.format).cloned(),
            Some(codec) => Some(self.described.format_as(self.format, codec)),
        };
        let Some(format) = format else { return };
        let mut told = Vec::new();
        if let Some((codec, picture)) = picture_of(&format, &mut told) {
            self.codec.adopt(codec);
            self.picture = picture;
            out.append(&mut told);
        }
    }

    fn release(&mut self, kind: MediaKind, now: Moment, out: &mut Vec<Event>) {
        while let Some(stream) = self.stream(kind)
            && let Some(datagram) = stream.reorder.next_due(&stream.sequence, now.mono_us)
        {
            if let Some(packet) = RtpPacket::parse(&datagram) {
                self.deliver(kind, &packet, &datagram, now, out);
            }
        }
    }

    fn deliver(
        &mut self,
        kind: MediaKind,
        packet: &RtpPacket<'_>,
        data: &[u8],
        now: Moment,
        out: &mut Vec<Event>,
    ) {
        let Some(stream) = self.stream(kind) else { return };
        let order = match stream.sequence.judge(packet.sequence) {
            Order::Old => return,
            _ if std::mem::take(&mut stream.restarted) => Order::Restart,
            order => order,
        };
        stream.reception.heard(packet.sequence);
        match (kind, &mut self.sound) {
            (MediaKind::Video, _) => self.deliver_picture(packet, data, order, now, out),
            (MediaKind::Audio, Some(sound)) => sound.take(packet, order, self.picture.last_dts(), now, out),
            (MediaKind::Audio, None) => {}
        }
    }

    fn deliver_picture(
        &mut self,
        packet: &RtpPacket<'_>,
        data: &[u8],
        order: Order,
        now: Moment,
        out: &mut Vec<Event>,
    ) {
        match self.codec.judge(packet.payload, data, order, now) {
            CodecDecision::Take => self.picture.take(packet, order, now, out),
            CodecDecision::Wait => {}
            CodecDecision::TakeAfter(waiting) => {
                self.take_waiting(&waiting, out);
                self.picture.take(packet, order, now, out);
            }
            CodecDecision::TakeWaiting(waiting) => self.take_waiting(&waiting, out),
            CodecDecision::Change(codec, waiting) => {
                let name = if codec == VideoCodec::H264 { "H.264" } else { "H.265" };
                let what =
                    format!("the camera says otherwise, but its packets are {name}: they are taken as that");
                out.push(Event::Diagnostic(what));
                self.use_format(Some(codec), out);
                self.take_waiting(&waiting, out);
            }
        }
    }

    fn take_waiting(&mut self, waiting: &[Waiting], out: &mut Vec<Event>) {
        for Waiting { data, order, arrival, .. } in waiting {
            if let Some(packet) = RtpPacket::parse(data) {
                self.picture.take(&packet, *order, *arrival, out);
            }
        }
    }

    fn align(&mut self) {
        let reports = (self.video.report, self.audio.as_ref().and_then(|audio| audio.report));
        if let ((Some(video), Some(own)), Some(sound)) = (reports, &mut self.sound)
            && let Some(dts) = self.picture.last_dts()
        {
            sound.reported((own.ntp, own.timestamp), (video.ntp, video.timestamp), dts);
        }
    }
}

impl Stream {
    fn new(agreed: AgreedSender, now: Moment) -> Self {
        Self {
            senders: Senders::new(agreed, now),
            sequence: Sequence::default(),
            restarted: false,
            reorder: Reorder::default(),
            with_reorder: false,
            reception: ReceptionStats::default(),
            report: None,
        }
    }
}

fn picture_of(format: &Format, out: &mut Vec<Event>) -> Option<(VideoCodec, VideoDepacketizer)> {
    match format {
        Format::H264 { parameter_sets } => {
            Some((VideoCodec::H264, VideoDepacketizer::new(VideoCodec::H264, false, parameter_sets, out)))
        }
        Format::H265 { parameter_sets, with_don } => {
            Some((VideoCodec::H265, VideoDepacketizer::new(VideoCodec::H265, *with_don, parameter_sets, out)))
        }
        _ => None,
    }
}
