//! Packets of strangers, wrong descriptions, bytes between packets: what a session accepts, and what it does not.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use crate::rtsp_support::{
    KEY, PICTURE, PPS, Play, SDP_WITHOUT_SETS, SERVER_PORT, SPS, interleaved, rtp, sdp,
};
use ashkar_ingest::rtsp::{Event, LowerTransport, SENDER_SILENT_US, SessionError};
use ashkar_media::VideoCodec;

const UDP: LowerTransport = LowerTransport::Udp { video_port: 6000, audio_port: 6002 };
const FRAME_US: u64 = 40_000;
const GOODBYE: [u8; 8] = [0x81, 203, 0, 1, 0, 0, 0, 9];

/// A packet of another source or payload type.
fn other(mut packet: Vec<u8>, payload_type: u8, ssrc: u8) -> Vec<u8> {
    packet[1] = packet[1] & 0x80 | payload_type;
    packet[11] = ssrc;
    packet
}

fn told(play: &Play) -> Vec<&str> {
    fn what(event: &Event) -> Option<&str> {
        if let Event::Diagnostic(text) = event { Some(text) } else { None }
    }
    play.events.iter().filter_map(what).collect()
}

#[test]
fn pictures_of_an_old_session_in_turn_with_the_new_ones_are_not_taken() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..100_u16 {
        play.now_us += FRAME_US;
        play.picture(u32::from(n) * 3600);
        play.bytes(&interleaved(0, &other(rtp(40_000 + n, 777, true, PICTURE), 96, 77))).unwrap();
    }
    assert_eq!(play.units().len(), 100);
    assert_eq!(play.refused().len(), 1, "named once: {:?}", play.refused());
    assert!(play.refused()[0].0.contains("source 0000004d"), "{:?}", play.refused());
    assert_eq!(play.session.foreign_packets(), 100);
}

#[test]
fn the_source_that_the_camera_named_wins_over_one_that_came_first() {
    let mut play = Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
    play.answer("OPTIONS", "200 OK", "", "").unwrap();
    play.answer("DESCRIBE", "200 OK", "", &sdp("")).unwrap();
    play.session.proceed(false, crate::rtsp_support::at(0), &mut play.events);
    play.collect();
    let transport = "Session: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1;ssrc=00000009\r\n";
    play.answer("SETUP", "200 OK", transport, "").unwrap();
    play.answer("PLAY", "200 OK", "", "").unwrap();
    for n in 0..10_u16 {
        play.now_us += FRAME_US;
        play.bytes(&interleaved(0, &other(rtp(40_000 + n, 777 + u32::from(n), true, PICTURE), 96, 77)))
            .unwrap();
        play.picture(u32::from(n) * 3600);
    }
    assert_eq!(play.units().len(), 11);
}

#[test]
fn a_camera_that_begins_anew_as_another_source_loses_nothing() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..10 {
        play.now_us += FRAME_US;
        play.picture(n * 3600);
    }
    let began_us = play.now_us;
    for n in 0..100_u16 {
        play.now_us += FRAME_US;
        let picture = if n == 0 { KEY } else { PICTURE };
        let packet = other(rtp(n, 900_000 + u32::from(n) * 3600, true, picture), 96, 77);
        play.bytes(&interleaved(0, &packet)).unwrap();
        let silent = play.now_us - began_us + FRAME_US >= SENDER_SILENT_US;
        assert!(silent || play.units().len() == 10, "it waits for the first one");
    }
    assert_eq!(play.units().len(), 110);
    assert!(play.units()[10].keyframe);
    assert_eq!(play.units()[10].arrival.mono_us, began_us + FRAME_US, "its arrival is when it came");
    assert_eq!(told(&play).len(), 1);
}

#[test]
fn numbers_that_jump_lose_nothing() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..190 {
        play.now_us += FRAME_US;
        if n % 50 == 49 {
            play.sequence = play.sequence.wrapping_add(if n % 100 == 99 { 20_000 } else { 65_500 });
        }
        play.picture(n * 3600);
        play.tick(play.now_us).unwrap();
    }
    play.tick(play.now_us + 300_000).unwrap();
    assert_eq!((play.units().len(), play.refused()), (190, vec![]));
}

#[test]
fn packets_of_another_type_neither_stop_the_stream_nor_count_as_lost() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..50 {
        play.now_us += FRAME_US;
        // One whose number does not advance, and one that uses a number of the stream.
        play.bytes(&interleaved(0, &other(rtp(7, n * 3600, false, &[1; 40]), 50, 9))).unwrap();
        play.bytes(&interleaved(0, &other(rtp(play.sequence, n * 3600, false, &[1; 40]), 107, 9))).unwrap();
        play.sequence += 1;
        play.picture(n * 3600);
    }
    assert_eq!(play.units().len(), 50);
    assert_eq!(play.refused().len(), 2, "each is named once: {:?}", play.refused());
}

#[test]
fn a_stream_is_taken_as_the_codec_that_it_is() {
    let mut play = Play::playing(&SDP_WITHOUT_SETS.replace("H264", "H265"), false);
    for nal in [SPS, PPS] {
        play.rtp(0, false, nal);
    }
    play.rtp(0, true, KEY);
    (1..10).for_each(|n| play.picture(n * 3600));
    assert_eq!((play.units().len(), play.refused()), (10, vec![]));
    assert_eq!(play.configs()[0].codec, VideoCodec::H264);
    let mut play = Play::playing(SDP_WITHOUT_SETS, false);
    play.rtp(0, false, &[0x44, 0x01, 0xc1]);
    play.rtp(0, true, &[0x26, 0x01, 0xaf, 1]);
    (1..10).for_each(|n| play.rtp(n * 3600, true, &[0x02, 0x01, 0xd0, 9]));
    assert_eq!(play.units().len(), 10);
    assert!(play.units()[0].keyframe);
}

#[test]
fn sets_of_the_other_codec_in_the_description_are_used_once_it_is_that_codec() {
    let mut play = Play::playing(&sdp("").replace("H264", "H265"), false);
    assert_eq!(play.configs().len(), 0);
    play.rtp(0, true, KEY);
    (1..5).for_each(|n| play.picture(n * 3600));
    assert_eq!((play.units().len(), play.configs()[0].codec), (5, VideoCodec::H264));
}

#[test]
fn any_format_of_the_list_may_come() {
    let description = sdp("").replace("RTP/AVP 96", "RTP/AVP 98 97 96") + "a=rtpmap:97 H265/90000\r\n";
    let mut play = Play::playing(&description, false);
    play.rtp(0, true, KEY);
    (1..5).for_each(|n| play.picture(n * 3600));
    assert_eq!((play.units().len(), play.refused()), (5, vec![]));
    let last = play.configs().last().map(|config| config.codec);
    assert_eq!(last, Some(VideoCodec::H264));
}

#[test]
fn a_type_or_a_channel_that_the_camera_did_not_name_is_taken_where_nothing_else_comes() {
    for (channel, payload_type) in [(0, 99), (4, 96), (4, 99)] {
        let mut play = Play::playing(&sdp(""), false);
        for n in 0..50_u16 {
            play.now_us += FRAME_US;
            play.bytes(&interleaved(2, &other(rtp(n, 0, false, &[0x55; 90]), 8, 5))).unwrap();
            let picture = if n == 0 { KEY } else { PICTURE };
            let packet = rtp(n, u32::from(n) * 3600, true, picture);
            play.bytes(&interleaved(channel, &other(packet, payload_type, 9))).unwrap();
        }
        assert_eq!(play.units().len(), 50, "channel {channel}, type {payload_type}");
    }
}

#[test]
fn datagrams_of_strangers_change_nothing() {
    let mut play = Play::begin("rtsp://10.0.0.1/camera", UDP);
    play.shake_hands(&sdp(""), false);
    for n in 0..20_u16 {
        play.now_us += FRAME_US;
        play.datagram(&rtp(n, u32::from(n) * 3600, true, PICTURE));
        play.datagram_from(SERVER_PORT + 9, false, &rtp(n + 1, 777, true, KEY)).unwrap();
        play.datagram_from(SERVER_PORT, false, &other(rtp(n + 1, 777, true, KEY), 96, 5)).unwrap();
        assert_eq!(play.datagram_from(SERVER_PORT + 9, true, &GOODBYE), Ok(()), "another port");
        let nameless = [0x80, 203, 0, 0];
        assert_eq!(play.datagram_from(SERVER_PORT + 1, true, &nameless), Ok(()), "nobody's");
        let of_another = [0x81, 203, 0, 1, 0, 0, 0, 5];
        assert_eq!(play.datagram_from(SERVER_PORT + 1, true, &of_another), Ok(()), "another source's");
    }
    assert_eq!(play.units().len(), 20);
    assert!(play.units().iter().all(|unit| !unit.keyframe));
    // Nor does another port take over a camera that is silent for a while.
    for n in 0..100_u16 {
        play.now_us += FRAME_US;
        play.datagram_from(SERVER_PORT + 9, false, &rtp(100 + n, 777, true, KEY)).unwrap();
        play.tick(play.now_us).unwrap();
    }
    assert_eq!(play.units().len(), 20);
    let bye = play.datagram_from(SERVER_PORT + 1, true, &GOODBYE);
    assert_eq!(bye, Err(SessionError::Ended { how: "RTCP BYE" }));
}

#[test]
fn bytes_between_packets_are_skipped_up_to_a_limit() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..50_u32 {
        play.now_us += FRAME_US;
        play.picture(n * 3600);
        let mut seed = n.wrapping_mul(0x9e37_79b9) | 1;
        let garbage: Vec<u8> = (0..400)
            .map(|_| {
                seed = seed.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
                seed.to_be_bytes()[0]
            })
            .collect();
        play.bytes(&garbage).unwrap();
    }
    play.picture(50 * 3600);
    play.picture(51 * 3600);
    assert_eq!(play.units().len(), 52, "{:?}", play.refused());
    assert!(play.refused().iter().all(|(reason, _)| reason.contains("skipped")), "{:?}", play.refused());
    let endless = play.bytes(&[7; 100_000]);
    assert!(matches!(endless, Err(SessionError::Message(_))), "{endless:?}");
}
