//! The reader reads what the writer wrote: for any messages, chunk sizes, interleavings and cuts.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used)]

use ashkar_ingest::rtmp::chunk::{ChunkReader, ChunkWriter, Limits, Message};
use proptest::prelude::*;

fn any_message() -> impl Strategy<Value = Message> {
    let chunk_stream =
        prop_oneof![Just(3_u32), Just(4), Just(63), Just(64), Just(319), Just(320), Just(65_599)];
    let timestamp = prop_oneof![0..5000_u32, 0xFF_FFF0..0x100_0010_u32, 0xFFFF_FF00..=u32::MAX, any::<u32>()];
    let length = prop_oneof![0..10_usize, 120..140_usize, 0..3000_usize];
    let kind = prop_oneof![Just(8_u8), Just(9), Just(18)];
    (chunk_stream, timestamp, kind, 0..2_u32, length, any::<u8>()).prop_map(
        |(chunk_stream, timestamp, kind, stream, length, fill)| {
            let payload: Vec<u8> = (0..length).map(|n| fill.wrapping_add(n as u8)).collect();
            Message { chunk_stream, timestamp, kind, stream, payload: payload.into() }
        },
    )
}

fn read(bytes: &[u8], cuts: &[usize]) -> Vec<Message> {
    let mut reader = ChunkReader::new(Limits::PUBLISHER);
    let mut messages = Vec::new();
    let mut rest = bytes;
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let (mut piece, later) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
        while let Some(message) = reader.next(&mut piece).unwrap() {
            messages.push(message);
        }
        assert!(piece.is_empty());
        rest = later;
    }
    messages
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn messages_survive(
        messages in prop::collection::vec(any_message(), 1..30),
        chunk_size in prop_oneof![Just(1_u32), Just(128), 2..5000_u32, Just(4 << 20)],
        repeats in any::<bool>(),
        cuts in prop::collection::vec(1..600_usize, 1..20),
    ) {
        let mut bytes = Vec::new();
        let mut writer = ChunkWriter::new();
        let announce = Message {
            chunk_stream: 2, timestamp: 0, kind: 1, stream: 0,
            payload: chunk_size.to_be_bytes().to_vec().into(),
        };
        writer.write(&announce, &mut bytes);
        writer.set_chunk_size(chunk_size as usize);
        writer.set_repeats_extended(repeats);
        messages.iter().for_each(|message| writer.write(message, &mut bytes));
        // Where an extended timestamp may be repeated, a message's last bytes can be the beginning of one: what follows tells.
        writer.write(&announce, &mut bytes);
        let read = read(&bytes, &cuts);
        prop_assert_eq!(&read[0], &announce);
        prop_assert_eq!(&read[1..read.len() - 1], &messages[..]);
        prop_assert_eq!(&read[read.len() - 1], &announce);
    }

    #[test]
    fn dropped_sound_leaves_the_rest_whole(
        messages in prop::collection::vec(any_message(), 1..30),
        cuts in prop::collection::vec(1..600_usize, 1..20),
    ) {
        let mut bytes = Vec::new();
        let mut writer = ChunkWriter::new();
        messages.iter().for_each(|message| writer.write(message, &mut bytes));
        let mut reader = ChunkReader::new(Limits::PUBLISHER);
        reader.set_drops_audio(true);
        let mut read = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (mut piece, later) = rest.split_at((*cut).min(rest.len()));
            while let Some(message) = reader.next(&mut piece).unwrap() {
                read.push(message);
            }
            rest = later;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(read.len(), messages.len());
        for (read, sent) in read.iter().zip(&messages) {
            let kept = if sent.kind == 8 && sent.payload.len() > 64 { 5 } else { sent.payload.len() };
            prop_assert_eq!(&read.payload[..], &sent.payload[..kept]);
        }
    }
}
