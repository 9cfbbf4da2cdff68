//! Who sends: a stream believes the channel or port, the payload type and the source that it agreed on, and the run
//! of numbers that it follows. What comes from elsewhere is foreign. It is named, and dropped or held back; it is
//! taken only where the known sender has fallen silent, since cameras begin their streams anew.

use std::fmt;

use ashkar_terms::Moment;

use super::evidence::codec_of;
use super::rtp::{RtpPacket, Sequence};

/// How long the known sender must be silent before another one is taken, microseconds.
pub const SENDER_SILENT_US: u64 = 1_000_000;
/// The same where only the numbers began anew.
const RUN_SILENT_US: u64 = 200_000;
/// Most bytes of foreign senders that are held back for that moment, of one stream.
pub const MAX_HELD_BYTES: usize = 1024 * 1024;
/// Most foreign senders that are watched at a time.
const MAX_WATCHED: usize = 4;
/// Packets in sequence that make a run (RFC 3550, A.1).
const RUN_PACKETS: u32 = 2;
/// Packets that only a video codec explains, where neither channel nor payload type was agreed on.
const PROOF_PACKETS: u32 = 3;
/// Foreign senders that are named in a session; those after them are only counted.
const MAX_NAMED: usize = 8;

/// From where a packet came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sender {
    /// The channel, or the camera's port.
    pub(super) lane: u16,
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lane, ssrc, payload_type } = self;
        write!(f, "payload type {payload_type}, source {ssrc:08x}, channel or port {lane}")
    }
}

/// What was agreed on.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    /// Channel, or the camera's port where it named one.
    pub(super) lane: Option<u16>,
    /// The source that the camera named. Cameras name wrong ones: it is a hint.
    pub(super) ssrc: Option<u32>,
    /// Payload types of the description.
    pub(super) payload_types: Vec<u8>,
    /// Payload types of the description's other streams.
    pub(super) others: Vec<u8>,
    /// Whether packets come as datagrams, which others can send.
    pub(super) datagrams: bool,
    /// Whether the stream is video, so that its packets can prove themselves.
    pub(super) video: bool,
}

/// A packet that was held back.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) data: Vec<u8>,
    pub(super) arrival: Moment,
}

/// What a packet is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Of the known sender.
    Known,
    /// Of a new one that is better than the one before; the numbers begin anew.
    Better,
    /// Foreign.
    Foreign,
}

/// The known sender of one stream, and foreign ones that may take its place.
#[derive(Debug)]
pub(super) struct Senders {
    terms: Terms,
    current: Option<Sender>,
    heard_us: u64,
    lane_heard: bool,
    newest_timestamp: u32,
    watched: Vec<Watched>,
    named: Vec<Sender>,
    dropped: u64,
}

#[derive(Debug)]
struct Watched {
    sender: Sender,
    awaited: u16,
    in_sequence: u32,
    proofs: u32,
    began_us: u64,
    newest_timestamp: u32,
    held: Vec<Held>,
    bytes: usize,
}

impl Senders {
    pub(super) const fn new(terms: Terms, now: Moment) -> Self {
        Self {
            terms,
            current: None,
            heard_us: now.mono_us,
            lane_heard: false,
            newest_timestamp: 0,
            watched: Vec::new(),
            named: Vec::new(),
            dropped: 0,
        }
    }

    /// The sender that is taken.
    pub(super) const fn current(&self) -> Option<Sender> {
        self.current
    }

    /// Foreign packets so far.
    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Sets where packets are to come from, and from when on their silence counts.
    pub(super) fn agree(&mut self, lane: Option<u16>, ssrc: Option<u32>, datagrams: bool, now: Moment) {
        (self.terms.lane, self.terms.ssrc, self.terms.datagrams) = (lane, ssrc, datagrams);
        self.heard_us = now.mono_us;
    }

    /// Judges a packet; `sequence` follows the known sender's numbers.
    pub(super) fn judge(
        &mut self,
        lane: u16,
        packet: &RtpPacket<'_>,
        sequence: &mut Sequence,
        now: Moment,
    ) -> Verdict {
        let sender = Sender { lane, ssrc: packet.ssrc, payload_type: packet.payload_type };
        if self.current == Some(sender) && !self.is_new_run(packet, sequence) {
            self.heard_us = now.mono_us;
            self.watched.clear();
            if self.is_newer(packet.timestamp) {
                self.newest_timestamp = packet.timestamp;
            }
            return Verdict::Known;
        }
        let listed = self.terms.payload_types.contains(&sender.payload_type);
        let rank = self.rank(sender);
        let better = match self.current {
            None => self.terms.lane.is_none_or(|agreed| agreed == lane),
            Some(current) => rank > self.rank(current),
        };
        if listed && better {
            self.take(sender, now);
            self.newest_timestamp = packet.timestamp;
            return Verdict::Better;
        }
        if self.current.is_some_and(|current| current.ssrc == sender.ssrc && current.lane == lane) {
            sequence.passed_over(packet.sequence);
        }
        Verdict::Foreign
    }

    /// Numbers far from the awaited one; or numbers gone back a little where nothing can be overtaken, and the time
    /// goes on.
    fn is_new_run(&self, packet: &RtpPacket<'_>, sequence: &Sequence) -> bool {
        let back = sequence.ahead(packet.sequence).is_some_and(|ahead| ahead < 0);
        sequence.is_apart(packet.sequence)
            || (back && !self.terms.datagrams && self.is_newer(packet.timestamp))
    }

    fn is_newer(&self, timestamp: u32) -> bool {
        timestamp.wrapping_sub(self.newest_timestamp).cast_signed() > 0
    }

    /// How much of what was agreed on a sender keeps.
    fn rank(&self, sender: Sender) -> u8 {
        let Terms { lane, ssrc, payload_types, .. } = &self.terms;
        let agreed = u8::from(lane.is_none_or(|agreed| agreed == sender.lane));
        let listed = u8::from(payload_types.contains(&sender.payload_type));
        agreed << 2 | listed << 1 | u8::from(*ssrc == Some(sender.ssrc))
    }

    fn take(&mut self, sender: Sender, now: Moment) {
        self.current = Some(sender);
        self.heard_us = now.mono_us;
        self.lane_heard |= self.terms.lane == Some(sender.lane);
        if self.terms.datagrams && self.terms.lane.is_none() {
            self.terms.lane = Some(sender.lane);
            self.lane_heard = true;
        }
        self.watched.clear();
    }

    /// Takes note of a foreign packet. Gives its sender's name where it has not been told yet.
    pub(super) fn foreign(
        &mut self,
        lane: u16,
        packet: &RtpPacket<'_>,
        data: &[u8],
        now: Moment,
    ) -> Option<Sender> {
        self.dropped = self.dropped.saturating_add(1);
        let sender = Sender { lane, ssrc: packet.ssrc, payload_type: packet.payload_type };
        if self.may_follow(sender) {
            self.watch(sender, packet, data, now);
        } else if !self.terms.datagrams && self.terms.lane != Some(lane) {
            // Sound and reports on channels of their own come from many cameras, and mean nothing.
            return None;
        }
        if self.current == Some(sender) || self.named.len() >= MAX_NAMED || self.named.contains(&sender) {
            return None;
        }
        self.named.push(sender);
        Some(sender)
    }

    /// Whether a sender could take the known one's place at all.
    fn may_follow(&self, sender: Sender) -> bool {
        let Terms { lane, payload_types, others, datagrams, video, .. } = &self.terms;
        let here = lane.is_none_or(|agreed| agreed == sender.lane);
        // Whoever knows our port can send datagrams: once the agreed port has spoken, no other one is believed.
        if !here && *datagrams && self.lane_heard {
            return false;
        }
        let listed = payload_types.contains(&sender.payload_type);
        // Types of sound, and those that RTCP's packets look like (RFC 3551, 6; RFC 5761, 4).
        let impossible =
            matches!(sender.payload_type, 0..=23 | 72..=76) || others.contains(&sender.payload_type);
        (here && listed) || (*video && !impossible)
    }

    fn watch(&mut self, sender: Sender, packet: &RtpPacket<'_>, data: &[u8], now: Moment) {
        let place = self.watched.iter().position(|watched| watched.sender == sender);
        let place = place.unwrap_or_else(|| {
            if self.watched.len() == MAX_WATCHED {
                self.watched.remove(0);
            }
            self.watched.push(Watched::new(sender, packet.sequence, now));
            self.watched.len() - 1
        });
        if self.watched.iter().map(|watched| watched.bytes).sum::<usize>() + data.len() > MAX_HELD_BYTES {
            return;
        }
        if let Some(watched) = self.watched.get_mut(place) {
            watched.add(packet, data, now);
        }
    }

    /// The packets of a foreign sender that takes the known one's place now, if one does.
    pub(super) fn successor(&mut self, now: Moment) -> Option<Vec<Held>> {
        if self.watched.is_empty() {
            return None;
        }
        let place = self.watched.iter().position(|watched| self.follows(watched, now))?;
        let watched = self.watched.swap_remove(place);
        self.take(watched.sender, now);
        self.newest_timestamp = watched.newest_timestamp;
        Some(watched.held)
    }

    fn follows(&self, watched: &Watched, now: Moment) -> bool {
        let here = self.terms.lane.is_none_or(|agreed| agreed == watched.sender.lane);
        let agreed = here && self.terms.payload_types.contains(&watched.sender.payload_type);
        if watched.in_sequence < RUN_PACKETS || !(agreed || watched.proofs >= PROOF_PACKETS) {
            return false;
        }
        let same = self.current == Some(watched.sender);
        let silence = if same { RUN_SILENT_US } else { SENDER_SILENT_US };
        // So much while the known sender said nothing is as good as the time.
        let much = self.watched.iter().map(|watched| watched.bytes).sum::<usize>() > MAX_HELD_BYTES / 2;
        let since = if same { watched.began_us.max(self.heard_us) } else { self.heard_us };
        much || now.mono_us.saturating_sub(since) >= silence
    }
}

impl Watched {
    const fn new(sender: Sender, sequence: u16, now: Moment) -> Self {
        Self {
            sender,
            awaited: sequence,
            in_sequence: 0,
            proofs: 0,
            began_us: now.mono_us,
            newest_timestamp: 0,
            held: Vec::new(),
            bytes: 0,
        }
    }

    fn add(&mut self, packet: &RtpPacket<'_>, data: &[u8], now: Moment) {
        match packet.sequence.wrapping_sub(self.awaited).cast_signed() {
            0..=64 => {
                self.in_sequence += 1;
                self.awaited = packet.sequence.wrapping_add(1);
            }
            // Overtaken, or a number that stands still.
            -64..0 => {}
            _ => *self = Self::new(self.sender, packet.sequence.wrapping_add(1), now),
        }
        self.in_sequence = self.in_sequence.max(1);
        self.proofs += u32::from(codec_of(packet.payload).is_some());
        self.bytes += data.len();
        self.newest_timestamp = packet.timestamp;
        self.held.push(Held { data: data.to_vec(), arrival: now });
    }
}
