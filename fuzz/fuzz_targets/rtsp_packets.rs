//! Depacketisers of H.264, H.265 and AAC: payloads of the fuzzer's choice inside valid RTP.
//!
//! First byte: codec and transport. Then, for each packet: flags, length, payload.
#![no_main]

use ashkar_ingest::rtsp::{Event, LowerTransport, MAX_ACCESS_UNIT_BYTES, MediaKind, Session, SessionConfig};
use ashkar_media::MediaEvent;
use ashkar_terms::{Moment, UtcMicros};

const AAC: &str = "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000\r\n\
    a=fmtp:97 config=1188;sizelength=13;indexlength=3;indexdeltalength=3\r\n";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((choice, mut rest)) = data.split_first() else { return };
    let codec = if choice & 1 == 0 { "H264" } else { "H265" };
    let don = if choice & 2 == 0 { "" } else { "a=fmtp:96 sprop-max-don-diff=2\r\n" };
    let mut session =
        playing(&format!("v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 {codec}/90000\r\n{don}{AAC}"));
    let (mut events, mut sequence, mut timestamp, mut now_us) = (Vec::new(), 0_u16, 0_u32, 0);
    while let Some((&[flags, length], body)) = rest.split_first_chunk() {
        let (payload, after) = body.split_at_checked(usize::from(length)).unwrap_or((body, &[]));
        rest = after;
        sequence = sequence.wrapping_add(u16::from(flags >> 5 & 3));
        timestamp = timestamp.wrapping_add(u32::from(flags >> 1 & 3) * 3600);
        timestamp ^= u32::from(flags >> 3 & 1) << 31;
        now_us += 10_000;
        let kind = if flags & 0x10 == 0 { MediaKind::Video } else { MediaKind::Audio };
        let packet = packet(kind, flags & 0x80 != 0, sequence, timestamp, payload);
        // Over TCP as a message, over UDP as a datagram that may wait for its turn.
        let outcome = if choice & 4 == 0 {
            let length = u16::try_from(packet.len()).unwrap().to_be_bytes();
            let channel = if kind == MediaKind::Video { 0 } else { 2 };
            feed(
                &mut session,
                &[&[b'$', channel, length[0], length[1]], &packet[..]].concat(),
                now_us,
                &mut events,
            )
        } else {
            session.datagram(kind, false, 7000, &packet, at(now_us), &mut events)
        };
        if outcome.is_err() || session.tick(at(now_us), &mut events).is_err() {
            break;
        }
        check(&events);
        events.clear();
    }
});

fn playing(description: &str) -> Session {
    let config = SessionConfig {
        url: "rtsp://camera/".into(),
        credentials: None,
        transport: LowerTransport::Tcp,
        answer_timeout_us: 1_000_000_000,
        silence_us: 1_000_000_000,
    };
    let mut session = Session::new(config, at(0));
    let mut events = Vec::new();
    for cseq in 1..=5 {
        let body = if cseq == 2 { description } else { "" };
        let length = body.len();
        let answer = format!(
            "RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nSession: 1\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        feed(&mut session, answer.as_bytes(), 0, &mut events).unwrap();
        if cseq == 2 {
            session.proceed(true, at(0), &mut events);
        }
    }
    assert!(events.contains(&Event::Playing));
    session
}

fn feed(
    session: &mut Session,
    bytes: &[u8],
    now_us: u64,
    events: &mut Vec<Event>,
) -> Result<(), ashkar_ingest::rtsp::SessionError> {
    session.space()[..bytes.len()].copy_from_slice(bytes);
    session.received(bytes.len(), at(now_us), events)
}

fn packet(kind: MediaKind, marker: bool, sequence: u16, timestamp: u32, payload: &[u8]) -> Vec<u8> {
    let payload_type = if kind == MediaKind::Video { 96 } else { 97 };
    let mut out = vec![0x80, u8::from(marker) << 7 | payload_type];
    out.extend(sequence.to_be_bytes());
    out.extend(timestamp.to_be_bytes());
    out.extend([0, 0, 0, 1]);
    out.extend(payload);
    out
}

/// An access unit is a sequence of NAL units, each after its length, and nothing else.
fn check(events: &[Event]) {
    for event in events {
        let Event::Media(MediaEvent::Video(unit)) = event else { continue };
        assert!(!unit.data.is_empty() && unit.data.len() <= MAX_ACCESS_UNIT_BYTES);
        let mut rest = &unit.data[..];
        while let Some((length, body)) = rest.split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            assert!(length > 0);
            rest = &body[length..];
        }
        assert!(rest.is_empty());
    }
}

fn at(mono_us: u64) -> Moment {
    Moment { wall: UtcMicros(0), mono_us }
}
