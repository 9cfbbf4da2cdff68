//! A whole session of ours and one like ffmpeg's, with bytes changed, cut out and repeated by a seeded generator.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use crate::rtmp_support::{NOW, picture, publishing};
use ashkar_ingest::rtmp::amf0;
use ashkar_ingest::rtmp::chunk::{ChunkWriter, Message, kind};
use ashkar_ingest::rtmp::client::{MediaHeader, video_config_message};
use ashkar_ingest::rtmp::flv::{read_audio, read_video};
use ashkar_ingest::rtmp::session::{Event, Session};
use ashkar_media::{VideoCodec, VideoConfig};
use bytes::Bytes;

const INPUTS: u64 = 40_000;
/// Time limit: a slow machine does fewer rounds; a stuck session fails.
const AT_MOST: Duration = Duration::from_secs(6);

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % bound.max(1)
    }
}

/// What a publisher sends: commands, parameters, pictures, sound; with whole messages and with small chunks.
fn seeds() -> [Vec<u8>; 2] {
    let (_, mut publisher, commands) = publishing(true);
    let record = Bytes::from_static(&[1, 0x64, 0, 0x1F, 0xFD, 0xE1, 0, 2, 0x67, 0x64, 1, 0, 1, 0x68]);
    let config = VideoConfig { codec: VideoCodec::H264, record };
    let unit = picture(700, 0x65);
    publisher.finish();
    let header = MediaHeader::video(VideoCodec::H264, 0, 40, true, unit.len());
    let large = [
        &commands[..],
        &video_config_message(&config, 0),
        header.as_bytes(),
        &unit,
        &publisher.poll_output().unwrap(),
    ];
    let mut small = commands.clone();
    let mut writer = ChunkWriter::new();
    let mut say = |chunk_stream, timestamp, kind, payload: Vec<u8>, out: &mut Vec<u8>| {
        writer.write(&Message { chunk_stream, timestamp, kind, stream: 1, payload: payload.into() }, out);
    };
    say(2, 0, kind::SET_CHUNK_SIZE, 128_u32.to_be_bytes().to_vec(), &mut small);
    say(4, 0, kind::AUDIO, vec![0xAF, 0, 0x12, 0x10], &mut small);
    say(6, 0, kind::VIDEO, [&[0x17, 0, 0, 0, 0][..], &config.record].concat(), &mut small);
    for n in 0..4 {
        let time = 0xFF_FFD0 + n * 40;
        say(6, time, kind::VIDEO, [&[0x27, 1, 0, 0, 0][..], &picture(300, 9)].concat(), &mut small);
        say(4, time, kind::AUDIO, [&[0xAF, 1][..], &[5; 200]].concat(), &mut small);
    }
    [large.concat(), small]
}

fn change(bytes: &mut Vec<u8>, random: &mut Random) {
    // After the handshake, where it is interesting.
    let from = 1 + 2 * 1536;
    for _ in 0..=random.below(4) {
        let place = (from + random.below(bytes.len().saturating_sub(from))).min(bytes.len() - 1);
        match random.below(5) {
            0 => bytes[place] ^= 1 << random.below(8),
            1 => bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][random.below(5)],
            2 => drop(bytes.drain(place..(place + random.below(20)).min(bytes.len()))),
            3 => {
                let end = (place + random.below(40)).min(bytes.len());
                let again = bytes[place..end].to_vec();
                bytes.splice(place..place, again);
            }
            _ => bytes.truncate(place.max(from)),
        }
        if bytes.len() <= from {
            return;
        }
    }
}

fn run(bytes: &[u8], random: &mut Random) {
    let mut session = Session::new(1);
    let mut out = Vec::new();
    let mut rest = bytes;
    let accepts = random.below(8) > 0;
    while !rest.is_empty() {
        let (mut piece, later) = rest.split_at((1 + random.below(4000)).min(rest.len()));
        loop {
            match session.next(&mut piece, NOW, &mut out) {
                Ok(Some(Event::Publish(_))) if accepts => session.accept(random.below(2) == 0, &mut out),
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => return assert!(!format!("{error}{error:?}").contains("s3cret")),
            }
        }
        rest = later;
    }
    assert!(out.len() < 64 << 10, "{} bytes of answers to {} bytes", out.len(), bytes.len());
}

#[test]
fn sessions_survive() {
    let seeds = seeds();
    let mut random = Random(0x2024_0207);
    let start = Instant::now();
    for round in 0..INPUTS {
        let mut bytes = seeds[usize::try_from(round % 2).unwrap()].clone();
        change(&mut bytes, &mut random);
        run(&bytes, &mut random);
        if start.elapsed() > AT_MOST {
            assert!(round > 1000, "only {round} inputs in {AT_MOST:?}");
            return;
        }
    }
}

#[test]
fn tags_and_commands_survive() {
    let mut random = Random(42);
    for _ in 0..200_000 {
        let mut bytes: Vec<u8> = (0..random.below(40)).map(|_| random.below(256) as u8).collect();
        if let Some(first) = bytes.first_mut() {
            *first = [0x17, 0x27, 0x90, 0x91, 0x97, 0xAF, 0x03, 0x0A, *first][random.below(9)];
        }
        let _ = amf0::read_all(&bytes);
        let bytes = Bytes::from(bytes);
        let _ = read_video(bytes.clone());
        let _ = read_audio(bytes);
    }
}
