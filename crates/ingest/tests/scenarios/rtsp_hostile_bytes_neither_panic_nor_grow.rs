//! A seeded mutation loop over whole sessions: what libFuzzer does at length, here for a few seconds on stable Rust.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use crate::rtsp_support::{AAC, KEY, PICTURE, PPS, Play, SPS, interleaved, rtp, sdp};
use ashkar_ingest::rtsp::{Event, LowerTransport, MAX_ACCESS_UNIT_BYTES};
use ashkar_media::MediaEvent;

const SESSIONS: u64 = 20_000;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}

/// What a camera sends, one message or packet after the other.
fn script() -> Vec<Vec<u8>> {
    let description = sdp(AAC);
    let mut out: Vec<Vec<u8>> = vec![
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: GET_PARAMETER\r\n\r\n".to_vec(),
        format!("RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: {}\r\n\r\n{description}", description.len()).into(),
        b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: a;timeout=4\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n".to_vec(),
        b"RTSP/1.0 200 OK\r\nCSeq: 4\r\nTransport: RTP/AVP/TCP;interleaved=2-3\r\n\r\n".to_vec(),
        b"RTSP/1.0 200 OK\r\nCSeq: 5\r\n\r\n".to_vec(),
        interleaved(0, &rtp(1, 0, false, &[&[24, 0, 12][..], SPS, &[0, 4], PPS].concat())),
        interleaved(0, &rtp(2, 0, false, &[&[0x7c, 0x85], KEY].concat())),
        interleaved(0, &rtp(3, 0, false, &[0x7c, 0x05, 1, 2, 3])),
        interleaved(0, &rtp(4, 0, true, &[0x7c, 0x45, 1, 2, 3])),
        b"RTSP/1.0 401 Unauthorized\r\nCSeq: 6\r\nWWW-Authenticate: Digest realm=\"a\", nonce=\"b\"\r\n\r\n".to_vec(),
        b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n".to_vec(),
    ];
    for n in 5..25_u16 {
        out.push(interleaved(0, &rtp(n, u32::from(n) * 3600, true, PICTURE)));
        let mut sound = rtp(n, u32::from(n) * 1024, true, &[0, 32, 0, 2 << 3, 0, 1 << 3, 1, 2, 3]);
        sound[1] = 97 | 0x80;
        out.push(interleaved(2, &sound));
        out.push(interleaved(1, &[0x80, 200, 0, 6].into_iter().chain([n as u8; 24]).collect::<Vec<u8>>()));
    }
    out
}

fn mutate(random: &mut Random, messages: &mut Vec<Vec<u8>>) {
    for _ in 0..random.below(6) {
        let (one, other) = (random.below(messages.len()), random.below(messages.len()));
        let kind = random.below(6);
        let message = &mut messages[one];
        let place = random.below(message.len().max(1));
        match kind {
            0 if !message.is_empty() => message[place] ^= 1 << random.below(8),
            1 if !message.is_empty() => message[place] = random.next().to_le_bytes()[0],
            2 => message.truncate(place),
            3 => message.splice(place..place, [0xff; 3]).for_each(drop),
            4 => messages.swap(one, other),
            _ => {
                let copy = messages[one].clone();
                messages.insert(other, copy);
            }
        }
    }
}

/// Fixes lengths that a mutation broke, so that the parser reaches what follows them.
fn repair(message: &mut [u8]) {
    if message.first() == Some(&b'$') && message.len() >= 4 {
        let length = u16::try_from(message.len() - 4).unwrap().to_be_bytes();
        message[2..4].copy_from_slice(&length);
    }
}

fn check(events: &[Event]) {
    for event in events {
        let Event::Media(MediaEvent::Video(unit)) = event else { continue };
        assert!(unit.data.len() <= MAX_ACCESS_UNIT_BYTES);
        let mut rest = &unit.data[..];
        while !rest.is_empty() {
            let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
            assert!(length > 0);
            rest = &rest[4 + length..];
        }
    }
}

#[test]
fn mutated_sessions_end_or_go_on_and_nothing_else() {
    let (script, mut units) = (script(), 0);
    for seed in 0..SESSIONS {
        let mut random = Random(seed);
        let mut messages = script.clone();
        mutate(&mut random, &mut messages);
        if random.below(2) == 0 {
            messages.iter_mut().for_each(|message| repair(message));
        }
        let transport = if random.below(4) == 0 {
            LowerTransport::Udp { video_port: 2, audio_port: 4 }
        } else {
            LowerTransport::Tcp
        };
        let mut play = Play::begin("rtsp://10.0.0.1/camera", transport);
        for message in &messages {
            let described = play.events.contains(&Event::Described);
            if play.bytes(message).is_err() || play.tick(play.now_us + 40_000).is_err() {
                break;
            }
            if transport != LowerTransport::Tcp && message.len() > 4 {
                let kind = ashkar_ingest::rtsp::MediaKind::Video;
                let now = crate::rtsp_support::at(play.now_us);
                let _ = play.session.datagram(kind, false, 2, &message[4..], now, &mut play.events);
            }
            if !described && play.events.contains(&Event::Described) {
                play.session.proceed(true, crate::rtsp_support::at(play.now_us), &mut play.events);
            }
        }
        check(&play.events);
        units += play.units().len();
    }
    assert!(units > 10_000, "the loop must reach the media: {units}");
}
