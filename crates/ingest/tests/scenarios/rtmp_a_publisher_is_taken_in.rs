//! Our publisher and our session, without sockets: what goes in comes out, and what does not belong is named.

// Helpers of tests fail like tests.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::rtmp_support::{KEY, NOW, events, picture, publishing};
use ashkar_ingest::Refusal;
use ashkar_ingest::rtmp::chunk::{ChunkWriter, Message, kind, put_message};
use ashkar_ingest::rtmp::client::{MediaHeader, PublisherError, video_config_message};
use ashkar_ingest::rtmp::session::{Event, Session, SessionError};
use ashkar_ingest::rtmp::{PublisherSession, amf0::Value};
use ashkar_media::{AccessUnit, AudioConfig, AudioFrame, MediaEvent, VideoCodec, VideoConfig};
use bytes::Bytes;
use proptest::prelude::*;

fn video(codec: VideoCodec, ms: u32, offset: i32, keyframe: bool, unit: &Bytes) -> Vec<u8> {
    [MediaHeader::video(codec, ms, offset, keyframe, unit.len()).as_bytes(), unit].concat()
}

fn unit(ms: i64, offset_ms: i32, keyframe: bool, data: Bytes) -> Event {
    let composition_offset = offset_ms * 90;
    Event::Media(MediaEvent::Video(AccessUnit {
        data,
        camera_dts: ms * 90,
        composition_offset,
        keyframe,
        arrival: NOW,
    }))
}

#[test]
fn pictures_of_both_codecs_come_out_as_they_went_in() {
    for (codec, size) in [(VideoCodec::H264, 5), (VideoCodec::H265, 22)] {
        let (mut session, _, _) = publishing(false);
        let record = Bytes::from(vec![0xFF; size]);
        let config = VideoConfig { codec, record };
        let (key, delta) = (picture(300_000, 5), picture(900, 1));
        let input = [
            video_config_message(&config, 0),
            video(codec, 0, 80, true, &key),
            video(codec, 17_000_040, -40, false, &delta), // with an extended timestamp
        ];
        let expected = vec![
            Event::Media(MediaEvent::VideoConfig(config)),
            unit(0, 80, true, key),
            unit(17_000_040, -40, false, delta),
        ];
        assert_eq!(events(&mut session, &input.concat()), Ok(expected));
    }
}

fn audio(ms: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let payload = Bytes::copy_from_slice(payload);
    ChunkWriter::new()
        .write(&Message { chunk_stream: 4, timestamp: ms, kind: kind::AUDIO, stream: 1, payload }, &mut out);
    // The publisher has announced large chunks: there are no headers inside the payload.
    out
}

#[test]
fn aac_passes_where_sound_is_wanted() {
    let (mut session, _, _) = publishing(true);
    let input = [audio(0, &[0xAF, 0, 0x12, 0x10]), audio(23, &[0xAF, 1, 7, 7, 7])].concat();
    let config = AudioConfig { record: Bytes::from_static(&[0x12, 0x10]) };
    let frame = AudioFrame { data: Bytes::from_static(&[7; 3]), camera_dts: 23 * 90, arrival: NOW };
    assert_eq!(
        events(&mut session, &input),
        Ok(vec![Event::Media(MediaEvent::AudioConfig(config)), Event::Media(MediaEvent::Audio(frame))])
    );
}

#[test]
fn sound_that_is_not_wanted_is_told_of_once_and_returns_with_its_parameters() {
    let (mut session, _, _) = publishing(false);
    let frame = |ms| audio(ms, &[&[0xAF, 1][..], &[7; 100]].concat());
    let input = [audio(0, &[0xAF, 0, 0x12, 0x10]), frame(23), frame(46)].concat();
    assert_eq!(
        events(&mut session, &input),
        Ok(vec![Event::Media(MediaEvent::SoundRefused { codec: "AAC".to_owned() })])
    );
    session.set_wants_audio(true);
    let told = events(&mut session, &[frame(69), frame(92)].concat()).unwrap();
    assert!(
        matches!(told[..], [Event::Media(MediaEvent::AudioConfig(_)), Event::Media(MediaEvent::Audio(ref frame))] if frame.data[..] == [7; 100])
    );
}

#[test]
fn other_sound_is_named_once() {
    let (mut session, _, _) = publishing(true);
    let input = audio(0, &[0x72, 1, 2, 3]).repeat(5);
    assert_eq!(
        events(&mut session, &input),
        Ok(vec![Event::Media(MediaEvent::SoundRefused { codec: "G.711 A-law".to_owned() })])
    );
}

#[test]
fn a_tag_that_cannot_be_used_costs_nothing_else() {
    let (mut session, _, _) = publishing(false);
    let good = picture(50, 1);
    let bad = [MediaHeader::video(VideoCodec::H264, 40, 0, false, 0).as_bytes(), &[]].concat();
    let mut unknown = Vec::new();
    put_message(6, kind::VIDEO, 1, b"\x90av01\x01", &mut unknown);
    let input = [
        video(VideoCodec::H264, 0, 0, true, &good),
        bad,
        unknown,
        video(VideoCodec::H264, 80, 0, false, &good),
    ];
    let told = events(&mut session, &input.concat()).unwrap();
    let reason = "video codec av01 is not taken in, H.264 and H.265 are".to_owned();
    let refused = Event::Media(MediaEvent::Refused { reason, camera_dts: Some(0) });
    assert_eq!(told, [unit(0, 0, true, good.clone()), refused, unit(80, 0, false, good)]);
}

#[test]
fn after_a_goodbye_nothing_more_is_read() {
    let (mut session, mut publisher, _) = publishing(false);
    publisher.finish();
    let goodbye = publisher.poll_output().unwrap();
    let input = [goodbye, vec![0xFF; 100]].concat();
    assert_eq!(events(&mut session, &input), Ok(vec![Event::Ended("FCUnpublish")]));
}

#[test]
fn a_refusal_reaches_the_publisher() {
    let mut session = Session::new(1);
    let mut publisher = PublisherSession::new("ingest", "wrong", "rtmp://centre/ingest");
    let answer = loop {
        let bytes = publisher.poll_output().unwrap();
        let (mut input, mut out) = (&bytes[..], Vec::new());
        while session.next(&mut input, NOW, &mut out).unwrap().is_some() {
            session.refuse(Refusal::WrongKey, &mut out);
        }
        if let Err(error) = publisher.feed(&out) {
            break error;
        }
    };
    let text = "NetStream.Publish.BadName: the stream key is not valid".to_owned();
    assert_eq!(answer, PublisherError::Refused(text));
}

#[test]
fn another_application_is_refused_and_not_repeated() {
    let mut session = Session::new(1);
    let mut publisher = PublisherSession::new(KEY, "", "rtmp://centre/");
    let mut out = Vec::new();
    session.next(&mut &publisher.poll_output().unwrap()[..], NOW, &mut out).unwrap();
    publisher.feed(&std::mem::take(&mut out)).unwrap();
    let error = session.next(&mut &publisher.poll_output().unwrap()[..], NOW, &mut out).unwrap_err();
    assert_eq!(error, SessionError::WrongApplication);
    let told = publisher.feed(&out).unwrap_err().to_string();
    assert!(told.contains("rtmp://HOST/ingest/STREAM_KEY"), "{told}");
    assert!(!format!("{error}{error:?}{told}").contains(KEY));
}

#[test]
fn the_key_is_in_no_debug_text() {
    let (session, publisher, sent) = publishing(false);
    assert!(sent.windows(KEY.len()).any(|bytes| bytes == KEY.as_bytes()), "it was sent");
    let asked = Event::Publish(ashkar_ingest::rtmp::StreamKey::from_publishing_name(KEY));
    let shown = format!("{session:?}{publisher:?}{asked:?}{:?}", Value::string(KEY));
    assert!(!shown.contains(KEY) && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn a_player_is_sent_away() {
    let (mut session, _, _) = publishing(false);
    let mut play = Vec::new();
    put_message(3, kind::COMMAND, 1, b"\x02\0\x04play\0\0\0\0\0\0\0\0\0\x05", &mut play);
    assert_eq!(events(&mut session, &play), Err(SessionError::Player));
}

#[test]
fn pings_are_answered() {
    let (mut session, _, _) = publishing(false);
    let mut ping = Vec::new();
    put_message(2, kind::USER_CONTROL, 0, &[0, 6, 1, 2, 3, 4], &mut ping);
    let mut out = Vec::new();
    session.next(&mut &ping[..], NOW, &mut out).unwrap();
    assert_eq!(out[12..], [0, 7, 1, 2, 3, 4]);
}

#[test]
fn media_and_streams_out_of_order_are_no_way_in() {
    let (_, _, sent) = publishing(false);
    // Handshake only, then a picture and a publish without connect.
    let mut session = Session::new(1);
    events(&mut session, &sent[..1 + 2 * 1536]).unwrap();
    let mut payload = vec![2, 0, 7];
    payload.extend(b"publish\0\0\0\0\0\0\0\0\0\x05\x02\0\x03key");
    let mut input = Vec::new();
    put_message(6, kind::VIDEO, 1, &[0x17, 1, 0, 0, 0, 0, 0, 0, 1, 5], &mut input);
    put_message(3, kind::COMMAND, 1, &payload, &mut input);
    assert_eq!(events(&mut session, &input), Err(SessionError::OutOfOrder("a stream before connect")));
}

proptest! {
    #[test]
    fn pictures_come_through_any_cuts(
        pictures in prop::collection::vec((0..40_000_usize, any::<u8>(), any::<bool>()), 1..12),
        start_ms in prop_oneof![Just(0_u32), Just(0xFF_FF00), Just(u32::MAX - 100)],
        cuts in prop::collection::vec(1..5000_usize, 1..10),
    ) {
        let (mut session, _, _) = publishing(false);
        let mut input = Vec::new();
        let mut expected = Vec::new();
        for (index, (length, fill, keyframe)) in pictures.into_iter().enumerate() {
            let ms = 40 * u32::try_from(index).unwrap();
            let data = picture(length, fill);
            input.extend(video(VideoCodec::H264, start_ms.wrapping_add(ms), 0, keyframe, &data));
            expected.push(unit(i64::from(start_ms) + i64::from(ms), 0, keyframe, data));
        }
        let mut told = Vec::new();
        let mut rest = &input[..];
        for cut in cuts.iter().cycle() {
            let (piece, later) = rest.split_at((*cut).min(rest.len()));
            told.extend(events(&mut session, piece).unwrap());
            rest = later;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(told, expected);
    }
}
