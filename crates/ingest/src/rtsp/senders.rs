//! Who sends: a stream trusts the channel or port, the payload type and the source that were agreed on, and the run of
//! numbers that it follows. Packets from elsewhere are foreign. They are logged, and dropped or held back; they are
//! taken only once the known sender has fallen silent, since cameras begin their streams anew.

use std::fmt;

use ashkar_terms::Moment;

use super::codec_detector::codec_of;
use super::rtp::{RtpPacket, Sequence};

/// How long the known sender must be silent before another one is taken, microseconds.
pub const SENDER_SILENT_US: u64 = 1_000_000;
/// The same if only the numbers began anew.
const RUN_SILENT_US: u64 = 200_000;
/// Maximum number of bytes of foreign senders that are held back for that moment, per stream.
pub const MAX_HELD_BYTES: usize = 1024 * 1024;
/// Maximum number of foreign senders watched at a time.
const MAX_CANDIDATES: usize = 4;
/// Packets in sequence that make a run (RFC 3550, A.1).
const RUN_PACKETS: u32 = 2;
/// Packets that only one video codec explains, if neither channel nor payload type was agreed on.
const PROOF_PACKETS: u32 = 3;
/// Foreign senders that are named in a session; later ones are only counted.
const MAX_NAMED: usize = 8;

/// Where a packet came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sender {
    /// The interleaved channel or, over UDP, the camera's port.
    pub(super) channel: u16,
    pub(super) ssrc: u32,
    pub(super) payload_type: u8,
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channel, ssrc, payload_type } = self;
        write!(f, "payload type {payload_type}, source {ssrc:08x}, channel or port {channel}")
    }
}

/// What SETUP and the description agreed on.
#[derive(Debug, Clone, Default)]
pub(super) struct AgreedSender {
    /// Channel, or the camera's port if it named one.
    pub(super) channel: Option<u16>,
    /// The source that the camera named. It is only a hint, as cameras name wrong ones.
    pub(super) ssrc: Option<u32>,
    /// Payload types of the description.
    pub(super) payload_types: Vec<u8>,
    /// Payload types of the description's other streams.
    pub(super) others: Vec<u8>,
    /// Whether packets come as datagrams, which others can send too.
    pub(super) datagrams: bool,
    /// Whether the stream is video, so that its packets can prove themselves.
    pub(super) video: bool,
}

/// A packet that was held back.
#[derive(Debug)]
pub(super) struct HeldPacket {
    pub(super) data: Vec<u8>,
    pub(super) arrival: Moment,
}

/// Whose packet it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SenderMatch {
    /// The known sender's.
    Known,
    /// A new sender's that fits better than the one before; the numbers begin anew.
    Better,
    /// Foreign.
    Foreign,
}

/// The known sender of one stream, and foreign ones that may take its place.
#[derive(Debug)]
pub(super) struct Senders {
    agreed: AgreedSender,
    current: Option<Sender>,
    heard_us: u64,
    channel_heard: bool,
    newest_timestamp: u32,
    candidates: Vec<Candidate>,
    named: Vec<Sender>,
    dropped: u64,
}

#[derive(Debug)]
struct Candidate {
    sender: Sender,
    awaited: u16,
    in_sequence: u32,
    proofs: u32,
    began_us: u64,
    newest_timestamp: u32,
    held: Vec<HeldPacket>,
    bytes: usize,
}

impl Senders {
    pub(super) const fn new(agreed: AgreedSender, now: Moment) -> Self {
        Self {
            agreed,
            current: None,
            heard_us: now.mono_us,
            channel_heard: false,
            newest_timestamp: 0,
            candidates: Vec::new(),
            named: Vec::new(),
            dropped: 0,
        }
    }

    /// The sender whose packets are taken.
    pub(super) const fn current(&self) -> Option<Sender> {
        self.current
    }

    /// Foreign packets so far.
    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Sets where packets are to come from, and from when their silence counts.
    pub(super) fn agree(&mut self, channel: Option<u16>, ssrc: Option<u32>, datagrams: bool, now: Moment) {
        (self.agreed.channel, self.agreed.ssrc, self.agreed.datagrams) = (channel, ssrc, datagrams);
        self.heard_us = now.mono_us;
    }

    /// Judges a packet; `sequence` follows the known sender's numbers.
    pub(super) fn judge(
        &mut self,
        channel: u16,
        packet: &RtpPacket<'_>,
        sequence: &mut Sequence,
        now: Moment,
    ) -> SenderMatch {
        let sender = Sender { channel, ssrc: packet.ssrc, payload_type: packet.payload_type };
        if self.current == Some(sender) && !self.is_new_run(packet, sequence) {
            self.heard_us = now.mono_us;
            self.candidates.clear();
            if self.is_newer(packet.timestamp) {
                self.newest_timestamp = packet.timestamp;
            }
            return SenderMatch::Known;
        }
        let listed = self.agreed.payload_types.contains(&sender.payload_type);
        let rank = self.rank(sender);
        let better = match self.current {
            None => self.agreed.channel.is_none_or(|agreed| agreed == channel),
            Some(current) => rank > self.rank(current),
        };
        if listed && better {
            self.take(sender, now);
            self.newest_timestamp = packet.timestamp;
            return SenderMatch::Better;
        }
        if self.current.is_some_and(|current| current.ssrc == sender.ssrc && current.channel == channel) {
            sequence.passed_over(packet.sequence);
        }
        SenderMatch::Foreign
    }

    /// Whether numbers begin anew: far from the expected one; or, over TCP, where nothing is overtaken, a little behind
    /// it with a time that goes on.
    fn is_new_run(&self, packet: &RtpPacket<'_>, sequence: &Sequence) -> bool {
        let back = sequence.ahead(packet.sequence).is_some_and(|ahead| ahead < 0);
        sequence.is_apart(packet.sequence)
            || (back && !self.agreed.datagrams && self.is_newer(packet.timestamp))
    }

    fn is_newer(&self, timestamp: u32) -> bool {
        timestamp.wrapping_sub(self.newest_timestamp).cast_signed() > 0
    }

    /// How well a sender matches the agreement: higher is better.
    fn rank(&self, sender: Sender) -> u8 {
        let AgreedSender { channel, ssrc, payload_types, .. } = &self.agreed;
        let agreed = u8::from(channel.is_none_or(|agreed| agreed == sender.channel));
        let listed = u8::from(payload_types.contains(&sender.payload_type));
        agreed << 2 | listed << 1 | u8::from(*ssrc == Some(sender.ssrc))
    }

    fn take(&mut self, sender: Sender, now: Moment) {
        self.current = Some(sender);
        self.heard_us = now.mono_us;
        self.channel_heard |= self.agreed.channel == Some(sender.channel);
        if self.agreed.datagrams && self.agreed.channel.is_none() {
            self.agreed.channel = Some(sender.channel);
            self.channel_heard = true;
        }
        self.candidates.clear();
    }

    /// Takes note of a foreign packet. Returns its sender if it is new.
    pub(super) fn foreign(
        &mut self,
        channel: u16,
        packet: &RtpPacket<'_>,
        data: &[u8],
        now: Moment,
    ) -> Option<Sender> {
        self.dropped = self.dropped.saturating_add(1);
        let sender = Sender { channel, ssrc: packet.ssrc, payload_type: packet.payload_type };
        if self.may_follow(sender) {
            self.watch(sender, packet, data, now);
        } else if !self.agreed.datagrams && self.agreed.channel != Some(channel) {
            // Many cameras send sound and reports on channels of their own; this means nothing.
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
        let AgreedSender { channel, payload_types, others, datagrams, video, .. } = &self.agreed;
        let here = channel.is_none_or(|agreed| agreed == sender.channel);
        // Anyone who knows our port can send datagrams: once the agreed port has spoken, no other one is trusted.
        if !here && *datagrams && self.channel_heard {
            return false;
        }
        let listed = payload_types.contains(&sender.payload_type);
        // Types of sound, and those that RTCP packets look like (RFC 3551, 6; RFC 5761, 4).
        let impossible =
            matches!(sender.payload_type, 0..=23 | 72..=76) || others.contains(&sender.payload_type);
        (here && listed) || (*video && !impossible)
    }

    fn watch(&mut self, sender: Sender, packet: &RtpPacket<'_>, data: &[u8], now: Moment) {
        let place = self.candidates.iter().position(|candidate| candidate.sender == sender);
        let place = place.unwrap_or_else(|| {
            if self.candidates.len() == MAX_CANDIDATES {
                self.candidates.remove(0);
            }
            self.candidates.push(Candidate::new(sender, packet.sequence, now));
            self.candidates.len() - 1
        });
        if self.candidates.iter().map(|candidate| candidate.bytes).sum::<usize>() + data.len()
            > MAX_HELD_BYTES
        {
            return;
        }
        if let Some(candidate) = self.candidates.get_mut(place) {
            candidate.add(packet, data, now);
        }
    }

    /// The packets of a foreign sender that now takes the known one's place, if there is one.
    pub(super) fn successor(&mut self, now: Moment) -> Option<Vec<HeldPacket>> {
        if self.candidates.is_empty() {
            return None;
        }
        let place = self.candidates.iter().position(|candidate| self.follows(candidate, now))?;
        let candidate = self.candidates.swap_remove(place);
        self.take(candidate.sender, now);
        self.newest_timestamp = candidate.newest_timestamp;
        Some(candidate.held)
    }

    fn follows(&self, candidate: &Candidate, now: Moment) -> bool {
        let here = self.agreed.channel.is_none_or(|agreed| agreed == candidate.sender.channel);
        let agreed = here && self.agreed.payload_types.contains(&candidate.sender.payload_type);
        if candidate.in_sequence < RUN_PACKETS || !(agreed || candidate.proofs >= PROOF_PACKETS) {
            return false;
        }
        let same = self.current == Some(candidate.sender);
        let silence = if same { RUN_SILENT_US } else { SENDER_SILENT_US };
        // So many bytes while the known sender was silent count as much as the time.
        let much =
            self.candidates.iter().map(|candidate| candidate.bytes).sum::<usize>() > MAX_HELD_BYTES / 2;
        let since = if same { candidate.began_us.max(self.heard_us) } else { self.heard_us };
        much || now.mono_us.saturating_sub(since) >= silence
    }
}

impl Candidate {
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
            // Overtaken, or a number that does not advance.
            -64..0 => {}
            _ => *self = Self::new(self.sender, packet.sequence.wrapping_add(1), now),
        }
        self.in_sequence = self.in_sequence.max(1);
        self.proofs += u32::from(codec_of(packet.payload).is_some());
        self.bytes += data.len();
        self.newest_timestamp = packet.timestamp;
        self.held.push(HeldPacket { data: data.to_vec(), arrival: now });
    }
}
