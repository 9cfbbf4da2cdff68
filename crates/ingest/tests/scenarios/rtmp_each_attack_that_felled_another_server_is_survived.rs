//! Faults that were found in RTMP servers, each as the bytes that cause it.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::rtmp_support::{events, publishing};
use ashkar_ingest::rtmp::chunk::{ChunkError, ChunkReader, Limits, Message};
use ashkar_ingest::rtmp::session::{Event, SessionError};

fn read_all(reader: &mut ChunkReader, mut input: &[u8]) -> Result<Vec<Message>, ChunkError> {
    let mut messages = Vec::new();
    while let Some(message) = reader.next(&mut input)? {
        messages.push(message);
    }
    assert!(input.is_empty());
    Ok(messages)
}

fn messages(input: &[u8]) -> Result<Vec<Message>, ChunkError> {
    let whole = read_all(&mut ChunkReader::new(Limits::PUBLISHER), input);
    // However the bytes are cut, the outcome is the same.
    let mut reader = ChunkReader::new(Limits::PUBLISHER);
    let singly: Result<Vec<_>, _> = input.chunks(1).map(|byte| read_all(&mut reader, byte)).collect();
    assert_eq!(whole, singly.map(|messages| messages.concat()));
    whole
}

fn timestamps(input: &[u8]) -> Vec<u32> {
    messages(input).unwrap().iter().map(|message| message.timestamp).collect()
}

/// A header of type 0 on chunk stream 4 for audio.
fn full(timestamp: [u8; 3], length: u8) -> Vec<u8> {
    let [a, b, c] = timestamp;
    vec![0x04, a, b, c, 0, 0, length, 8, 1, 0, 0, 0]
}

#[test]
fn packets_of_constant_size_keep_their_time_going() {
    let mut input = full([0, 0, 100], 1);
    input.extend([0xAA, 0x44, 0, 0, 23, 0, 0, 1, 8, 0xAB]); // type 1: delta 23
    input.extend([0xC4, 0xAC, 0xC4, 0xAD]); // type 3, twice: each a new message
    assert_eq!(timestamps(&input), [100, 123, 146, 169]);
}

#[test]
fn a_type_3_after_a_type_0_repeats_its_time_as_ffmpeg_means_it() {
    let mut input = full([0, 0, 40], 1);
    input.extend([0xAA, 0xC4, 0xAB]);
    assert_eq!(timestamps(&input), [40, 80]);
}

#[test]
fn a_length_that_shrinks_inside_a_message_is_an_error() {
    let mut input = full([0, 0, 0], 200);
    input.extend([0xAA; 128]);
    input.extend([0x44, 0, 0, 0, 0, 0, 10, 8]);
    let error = ChunkError::HeaderInsideMessage { id: 4, received: 128, length: 200 };
    assert_eq!(messages(&input), Err(error));
}

#[test]
fn sound_inside_a_picture_leaves_both_whole() {
    let mut input = vec![0x06, 0, 0, 0, 0, 1, 0, 9, 1, 0, 0, 0]; // 256 bytes of video
    input.extend([0x11; 128]);
    input.extend(full([0, 0, 5], 3));
    input.extend([0x22; 3]);
    input.push(0xC6);
    input.extend([0x33; 128]);
    let messages = messages(&input).unwrap();
    assert_eq!((messages[0].kind, &messages[0].payload[..]), (8, &[0x22; 3][..]));
    assert_eq!(messages[1].kind, 9);
    assert_eq!(messages[1].payload, [[0x11; 128], [0x33; 128]].concat());
}

#[test]
fn two_thousand_chunk_streams_of_16_megabytes_reserve_nothing() {
    let streams = (64..2064_u32).flat_map(|id| {
        let [low, high, ..] = (id - 64).to_le_bytes();
        [0x01, low, high, 0, 0, 0, 0xFF, 0xFF, 0xFF, 9, 1, 0, 0, 0, 0xAA]
    });
    let input: Vec<u8> = streams.collect();
    let error = ChunkError::MessageTooLong { id: 64, length: 0xFF_FFFF, limit: 8 << 20 };
    assert_eq!(messages(&input), Err(error));
}

#[test]
fn the_ninth_chunk_stream_is_one_too_many() {
    let streams = (3..20_u8).flat_map(|id| [id, 0, 0, 0, 0, 0, 2, 9, 1, 0, 0, 0, 0xAA, 0xBB]);
    let input: Vec<u8> = streams.collect();
    assert_eq!(messages(&input), Err(ChunkError::TooManyStreams { id: 11, limit: 8 }));
}

#[test]
fn unfinished_messages_are_bounded_together() {
    // Three messages of 5 MB, the first chunk of each.
    let mut input = Vec::new();
    for id in [4, 5, 6] {
        input.extend([id, 0, 0, 0, 0x50, 0, 0, 9, 1, 0, 0, 0]);
        input.extend([0xAA; 128]);
    }
    assert_eq!(messages(&input), Err(ChunkError::TooMuchBuffered { id: 6, limit: 12 << 20 }));
}

#[test]
fn a_stranger_may_not_send_what_a_publisher_may() {
    let input = [0x06, 0, 0, 0, 0x10, 0, 0, 9, 1, 0, 0, 0];
    let error = ChunkError::MessageTooLong { id: 6, length: 1 << 20, limit: 64 << 10 };
    assert_eq!(read_all(&mut ChunkReader::new(Limits::UNAUTHENTICATED), &input), Err(error));
}

#[test]
fn past_4_hours_39_extended_times_are_read_whether_or_not_continuations_repeat_them() {
    for repeats in [true, false] {
        let mut input = full([0xFF, 0xFF, 0xFF], 200);
        input.extend([0x01, 0x00, 0x00, 0x10]);
        input.extend([0xAA; 128]);
        input.push(0xC4);
        if repeats {
            input.extend([0x01, 0x00, 0x00, 0x10]);
        }
        input.extend([0xBB; 72]);
        // The delta of the next message fits the short field again.
        input.extend([0x84, 0, 0, 40]);
        input.extend([0xCC; 128]);
        input.push(0xC4);
        input.extend([0xDD; 72]);
        let messages = messages(&input).unwrap();
        assert_eq!(messages[0].timestamp, 0x0100_0010);
        assert_eq!(messages[0].payload, [&[0xAA; 128][..], &[0xBB; 72]].concat());
        assert_eq!(messages[1].timestamp, 0x0100_0010 + 40);
        assert_eq!(messages[1].payload, [&[0xCC; 128][..], &[0xDD; 72]].concat());
    }
}

#[test]
fn a_payload_that_begins_like_the_extended_time_is_still_payload() {
    // The continuation holds 1 to 3 bytes, all equal to the beginning of the time that is not repeated.
    for tail in 1..=3_u8 {
        let mut input = full([0xFF, 0xFF, 0xFF], 128 + tail);
        input.extend([0x01, 0x02, 0x03, 0x05]);
        input.extend([0xAA; 128]);
        input.push(0xC4);
        input.extend(&[0x01, 0x02, 0x03][..usize::from(tail)]);
        input.extend(full([0, 0, 9], 2));
        input.extend([0x77, 0x78]);
        let messages = messages(&input).unwrap();
        assert_eq!(messages[0].payload[128..], [0x01, 0x02, 0x03][..usize::from(tail)]);
        assert_eq!((messages[1].timestamp, &messages[1].payload[..]), (9, &[0x77, 0x78][..]));
    }
}

#[test]
fn a_type_3_after_a_large_extended_time_stays_where_it_is() {
    let mut input = full([0xFF, 0xFF, 0xFF], 1);
    input.extend([0x01, 0x00, 0x00, 0x10, 0xAA]);
    input.extend([0xC4, 0x01, 0x00, 0x00, 0x10, 0xAB]);
    assert_eq!(timestamps(&input), [0x0100_0010, 0x0100_0010]);
}

#[test]
fn the_field_of_24_bits_and_the_clock_of_32_bits_wrap() {
    let mut input = full([0xFF, 0xFF, 0xFF], 1);
    input.extend([0xFF, 0xFF, 0xFF, 0xF0, 0xAA]); // 16 ms before the wrap of 32 bits
    input.extend([0x44, 0, 0, 40, 0, 0, 1, 8, 0xAB]);
    input.extend(full([0xFF, 0xFF, 0xFE], 1));
    input.extend([0xAC, 0x44, 0, 0, 1, 0, 0, 1, 8, 0xAD, 0xC4, 0xAE]);
    assert_eq!(timestamps(&input), [0xFFFF_FFF0, 24, 0xFF_FFFE, 0xFF_FFFF, 0x100_0000]);
}

#[test]
fn chunk_sizes_that_cannot_be_are_refused() {
    for size in [0_u32, 1 << 31, u32::MAX] {
        let mut input = vec![0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
        input.extend(size.to_be_bytes());
        assert_eq!(messages(&input), Err(ChunkError::ChunkSize { size }));
    }
}

#[test]
fn an_aborted_message_makes_room() {
    let mut input = full([0, 0, 0], 200);
    input.extend([0xAA; 128]);
    input.extend([0x02, 0, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 4]);
    input.extend(full([0, 0, 7], 1));
    input.push(0xBB);
    let messages = messages(&input).unwrap();
    assert_eq!((messages[1].timestamp, &messages[1].payload[..]), (7, &[0xBB][..]));
}

#[test]
fn a_chunk_stream_may_begin_in_the_middle_and_brings_nothing() {
    let empty = |bytes: &[u8]| messages(bytes).map(|messages| messages[0].payload.is_empty());
    assert_eq!(empty(&[0xC4]), Ok(true));
    assert_eq!(empty(&[0x84, 0, 0, 1]), Ok(true));
    // librtmp begins its control stream with type 1.
    assert_eq!(timestamps(&[0x42, 0, 0, 9, 0, 0, 1, 8, 0xAA]), [9]);
}

#[test]
fn an_acknowledgement_window_of_zero_is_harmless() {
    let (mut session, _, _) = publishing(false);
    let mut input = vec![0x02, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0];
    input.extend(full([0, 0, 0], 2));
    input.extend([0xAF, 1]);
    let mut out = Vec::new();
    assert_eq!(session.next(&mut &input[..], crate::rtmp_support::NOW, &mut out), Ok(None));
    assert_eq!(out, [], "no acknowledgement is wanted");
}

#[test]
fn a_window_of_one_byte_is_acknowledged_once_per_piece() {
    let (mut session, _, _) = publishing(false);
    let window = [0x02, 0, 0, 0, 0, 0, 4, 5, 0, 0, 0, 0, 0, 0, 0, 1];
    let input = window.repeat(500);
    let mut out = Vec::new();
    assert_eq!(session.next(&mut &input[..], crate::rtmp_support::NOW, &mut out), Ok(None));
    assert_eq!(out.len(), 12 + 4);
}

#[test]
fn a_flood_of_commands_ends() {
    let (mut session, mut publisher, _) = publishing(false);
    (0..40).for_each(|_| publisher.finish());
    // After its first end-of-stream command a session does not even read on.
    let bytes = publisher.poll_output().unwrap();
    assert_eq!(events(&mut session, &bytes), Ok(vec![Event::Ended("FCUnpublish")]));

    let (mut session, _, _) = publishing(false);
    let mut payload = b"\x02\0\x08_checkbw\0".to_vec();
    payload.extend(1.0_f64.to_be_bytes());
    payload.push(5);
    let mut courtesy = vec![0x03, 0, 0, 0, 0, 0, u8::try_from(payload.len()).unwrap(), 20, 0, 0, 0, 0];
    courtesy.extend(payload);
    assert_eq!(events(&mut session, &courtesy.repeat(80)), Err(SessionError::TooManyCommands));
}

/// A million one-byte messages a second would occupy the thread that all cameras share.
#[test]
fn messages_that_are_nothing_but_work_end_their_connection() {
    let (mut session, _, _) = publishing(false);
    let mut input = vec![0x06, 0, 0, 0, 0, 0, 0, 9, 1, 0, 0, 0];
    input.extend([0xC6; 262_144]);
    let error = events(&mut session, &input).unwrap_err();
    assert!(matches!(error, SessionError::TooManyMessages), "{error}");
    // The same with chunks: one long message, a byte in each.
    let (mut session, _, _) = publishing(false);
    let mut input = vec![0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    input.extend([0x06, 0, 0, 0, 0x10, 0, 0, 9, 1, 0, 0, 0, 0x27]);
    input.extend([0xC6, 0x27].repeat(300_000));
    let error = events(&mut session, &input).unwrap_err();
    assert!(matches!(error, SessionError::Chunk { source: ChunkError::TooManyChunks, .. }), "{error}");
}
