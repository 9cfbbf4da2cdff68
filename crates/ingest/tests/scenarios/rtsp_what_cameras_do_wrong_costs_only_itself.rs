//! Byte-level cases of bad cameras and lines (invariant I3), each with the bytes that cause it.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use crate::rtsp_support::{
    AAC, KEY, OTHER_SPS, PICTURE, PPS, Play, SDP_WITHOUT_SETS, SPS, framed, interleaved, rtp, sdp,
};
use ashkar_ingest::rtsp::{
    AuthError, Credentials, Event, LowerTransport, MAX_ACCESS_UNIT_BYTES, MessageError, SessionConfig,
    SessionError,
};
use ashkar_media::MediaEvent;

const HOURS: u32 = 90_000 * 3600;

#[test]
fn an_ordinary_stream_comes_out_byte_exact() {
    let mut play = Play::playing(&sdp(""), false);
    assert_eq!(play.configs().len(), 1, "the description has the parameter sets");
    play.rtp(0, false, SPS);
    play.rtp(0, false, PPS);
    play.fragments(0, KEY, 3, &[]);
    play.picture(3600);
    assert_eq!(play.units()[0].data, framed(&[SPS, PPS, KEY]));
    assert!(play.units()[0].keyframe && !play.units()[1].keyframe);
    assert_eq!(play.units()[1].data, framed(&[PICTURE]));
    assert_eq!(play.times(), [0, 3600]);
    assert_eq!((play.configs().len(), play.refused()), (1, vec![]), "repeated sets change nothing");
}

#[test]
fn parameter_sets_missing_in_the_description_are_found_in_the_stream() {
    let mut play = Play::playing(SDP_WITHOUT_SETS, false);
    play.picture(0);
    assert_eq!(play.configs().len(), 0);
    let stap = [&[24, 0, 12][..], SPS, &[0, 4], PPS, &[0, 8], KEY].concat();
    play.rtp(3600, true, &stap);
    assert_eq!(play.configs().len(), 1);
    assert_eq!(play.units()[1].data, framed(&[SPS, PPS, KEY]));
    assert!(
        matches!(play.events.last(), Some(Event::Media(MediaEvent::Video(unit))) if unit.keyframe),
        "the record goes first"
    );
}

#[test]
fn parameter_sets_that_change_in_mid_stream_stay_in_their_picture() {
    let mut play = Play::playing(&sdp(""), false);
    play.rtp(0, true, KEY);
    play.rtp(3600, false, OTHER_SPS);
    play.rtp(3600, false, PPS);
    play.rtp(3600, true, KEY);
    play.picture(7200);
    assert_eq!(play.configs().len(), 1, "the packager finds them there");
    assert_eq!(play.units()[1].data, framed(&[OTHER_SPS, PPS, KEY]));
    assert_eq!(play.times(), [0, 3600, 7200]);
}

#[test]
fn parameter_sets_with_a_marker_or_a_time_of_their_own_join_their_picture() {
    let mut play = Play::playing(SDP_WITHOUT_SETS, false);
    play.rtp(10, true, SPS);
    play.rtp(11, true, PPS);
    play.rtp(12, true, KEY);
    assert_eq!(play.units()[0].data, framed(&[SPS, PPS, KEY]));
    assert_eq!((play.times(), play.refused()), (vec![12], vec![]));
}

#[test]
fn broken_parameter_sets_leave_the_valid_ones() {
    let mut play = Play::playing(&sdp(""), false);
    play.rtp(0, false, &[0x67, 0x64]);
    play.rtp(0, true, KEY);
    assert_eq!((play.configs().len(), play.units().len(), play.refused().len()), (1, 1, 1));
}

#[test]
fn a_clock_that_jumps_by_hours_loses_nothing() {
    let mut play = Play::playing(&sdp(""), false);
    let times = [3600, 7200, 5 * HOURS, 5 * HOURS + 3600, 10_800, 14_400];
    for time in times {
        play.picture(time);
    }
    assert_eq!(play.times(), times.map(i64::from));
    assert_eq!(play.refused(), []);
}

#[test]
fn the_32_bit_clock_wraps_without_a_step() {
    let mut play = Play::playing(&sdp(""), false);
    let first = u32::MAX - 3599;
    for n in 0..4_u32 {
        play.picture(first.wrapping_add(n * 3600));
    }
    assert_eq!(play.times(), [0, 3600, 7200, 10_800].map(|step| i64::from(first) + step));
}

#[test]
fn sequence_numbers_wrap_without_loss() {
    let mut play = Play::playing(&sdp(""), false);
    play.sequence = u16::MAX - 1;
    (0..5).for_each(|n| play.picture(n * 3600));
    assert_eq!((play.units().len(), play.refused()), (5, vec![]));
}

#[test]
fn equal_timestamps_are_two_pictures() {
    let mut play = Play::playing(&sdp(""), false);
    [3600, 3600, 7200].into_iter().for_each(|time| play.picture(time));
    assert_eq!((play.times(), play.refused()), (vec![3600, 3600, 7200], vec![]));
}

#[test]
fn a_camera_that_sets_no_marker_loses_nothing() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..4 {
        play.rtp(n * 3600, false, PICTURE);
    }
    assert_eq!((play.times(), play.refused()), (vec![0, 3600, 7200], vec![]), "the last one is not over yet");
}

#[test]
fn a_camera_that_marks_every_slice_costs_nothing() {
    let second_slice: &[u8] = &[0x41, 0x40, 0x10];
    let mut play = Play::playing(&sdp(""), false);
    for n in 0..5 {
        play.rtp(n * 3600, true, PICTURE);
        play.rtp(n * 3600, true, second_slice);
    }
    // Two pieces of one picture; from then on timestamps end a picture.
    assert_eq!(play.refused(), vec![]);
    assert_eq!(play.units()[0].data, framed(&[PICTURE]));
    assert_eq!(play.units()[1].data, framed(&[second_slice]));
    assert_eq!(play.units()[2].data, framed(&[PICTURE, second_slice]));
    assert_eq!(play.times(), [0, 0, 3600, 7200, 10_800]);
}

#[test]
fn a_lost_fragment_costs_its_own_access_unit() {
    for lost in 0..3 {
        let mut play = Play::playing(&sdp(""), false);
        play.picture(0);
        play.fragments(3600, KEY, 3, &[lost]);
        (2..5).for_each(|n| play.picture(n * 3600));
        assert_eq!(play.times(), [0, 7200, 10_800, 14_400], "fragment {lost}");
        let refused = play.refused();
        assert!(
            refused.iter().any(|(reason, dts)| reason.contains("dropped") && *dts == Some(3600)),
            "{refused:?}"
        );
    }
}

#[test]
fn whole_pictures_lost_are_told_with_their_place() {
    let mut play = Play::playing(&sdp(""), false);
    play.picture(0);
    play.sequence += 7;
    play.picture(3600 * 8);
    assert_eq!(play.times(), [0, 3600 * 8]);
    assert_eq!(play.refused(), [("7 packets before this access unit were lost", Some(3600 * 8))]);
}

#[test]
fn doubled_and_late_packets_are_passed_over() {
    let mut play = Play::playing(&sdp(""), false);
    play.picture(0);
    play.sequence -= 1;
    play.picture(0);
    play.picture(3600);
    assert_eq!((play.times(), play.refused()), (vec![0, 3600], vec![]));
}

#[test]
fn an_access_unit_without_end_is_dropped_and_memory_stays_bounded() {
    let mut play = Play::playing(&sdp(""), false);
    play.rtp(0, false, &[&[0x7c, 0x85], KEY].concat());
    for _ in 0..MAX_ACCESS_UNIT_BYTES / 60_000 + 3 {
        play.rtp(0, false, &[&[0x7c, 0x05][..], &[1; 60_000]].concat());
    }
    play.rtp(0, true, &[0x7c, 0x45, 1]);
    play.picture(3600);
    assert_eq!(play.times(), [3600]);
    assert!(play.refused()[0].0.contains("larger than"), "{:?}", play.refused());
}

#[test]
fn headers_and_bodies_without_end_end_the_session() {
    let mut play = Play::playing(&sdp(""), false);
    let endless = [b"RTSP/1.0 200 OK\r\nX: ".as_slice(), &[b'a'; 100_000]].concat();
    assert!(matches!(play.bytes(&endless), Err(SessionError::Message(MessageError::HeadTooLong { .. }))));
    let mut play = Play::playing(&sdp(""), false);
    let huge = b"RTSP/1.0 200 OK\r\nContent-Length: 4294967296\r\n\r\n";
    assert!(matches!(play.bytes(huge), Err(SessionError::Message(MessageError::BodyTooLong { .. }))));
}

#[test]
fn sound_that_cannot_be_passed_through_does_not_touch_the_picture() {
    let description = sdp("m=audio 0 RTP/AVP 8\r\na=control:track2\r\nm=audio 0 RTP/AVP 8\r\n");
    let mut play = Play::playing(&description, true);
    let refused =
        |event: &&Event| matches!(event, Event::Media(MediaEvent::SoundRefused { codec }) if codec == "pcma");
    assert_eq!(play.events.iter().filter(refused).count(), 1);
    for n in 0..3 {
        play.bytes(&interleaved(2, &[0x80; 200])).unwrap();
        play.picture(n * 3600);
    }
    assert_eq!((play.units().len(), play.refused()), (3, vec![]));
}

#[test]
fn sound_is_asked_for_only_where_it_is_wanted() {
    let quiet = Play::playing(&sdp(AAC), false);
    assert!(!quiet.events.iter().any(|event| matches!(event, Event::Media(MediaEvent::AudioConfig(_)))));
    let mut loud = Play::playing(&sdp(AAC), true);
    assert!(loud.events.iter().any(|event| matches!(event, Event::Media(MediaEvent::AudioConfig(_)))));
    loud.picture(9000);
    let mut sound = rtp(5, 48_000, true, &[0, 16, 0, 2 << 3, b'a', b'b']);
    sound[1] = 97 | 0x80;
    loud.bytes(&interleaved(2, &sound)).unwrap();
    assert!(
        matches!(loud.events.last(), Some(Event::Media(MediaEvent::Audio(frame))) if frame.camera_dts == 9000 && frame.data == "ab")
    );
}

#[test]
fn a_camera_that_refuses_its_sound_still_gives_its_picture() {
    let mut play = Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
    play.answer("OPTIONS", "501 Not Implemented", "", "").unwrap();
    play.answer("DESCRIBE", "200 OK", "", &sdp(AAC)).unwrap();
    play.session.proceed(true, crate::rtsp_support::at(0), &mut play.events);
    play.collect();
    play.answer("SETUP", "200 OK", "Session: 1\r\n", "").unwrap();
    play.answer("SETUP", "500 No", "", "").unwrap();
    play.answer("PLAY", "200 OK", "", "").unwrap();
    play.picture(0);
    assert_eq!(play.units().len(), 1);
}

#[test]
fn media_before_the_answer_to_play_are_taken() {
    let mut play = Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
    play.answer("OPTIONS", "200 OK", "", "").unwrap();
    play.answer("DESCRIBE", "200 OK", "", &sdp("")).unwrap();
    play.session.proceed(false, crate::rtsp_support::at(0), &mut play.events);
    play.collect();
    play.answer("SETUP", "200 OK", "Session: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n", "").unwrap();
    play.rtp(0, true, KEY);
    play.answer("PLAY", "200 OK", "", "").unwrap();
    play.picture(3600);
    assert_eq!(play.units().len(), 2);
    assert_eq!(play.events.iter().filter(|event| **event == Event::Playing).count(), 1);
}

#[test]
fn packets_that_overtake_on_udp_are_put_in_order() {
    let mut play =
        Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Udp { video_port: 6000, audio_port: 6002 });
    play.shake_hands(&sdp(""), false);
    let pictures: Vec<Vec<u8>> = (0..6_u16).map(|n| rtp(n, u32::from(n) * 3600, true, PICTURE)).collect();
    for n in [0, 2, 1, 4, 5, 3] {
        play.datagram(&pictures[n]);
    }
    assert_eq!((play.times(), play.refused()), ((0..6).map(|n| n * 3600).collect(), vec![]));
    play.datagram(&rtp(8, 28_800, true, PICTURE));
    assert_eq!(play.units().len(), 6, "waits for those before it");
    play.tick(100_000).unwrap();
    assert_eq!(play.units().len(), 7);
    assert_eq!(play.refused().len(), 1);
}

#[test]
fn passwords_are_given_when_asked_and_only_once_per_challenge() {
    let config = SessionConfig {
        url: "rtsp://10.0.0.1/camera".into(),
        credentials: Some(Credentials { user: "admin".into(), password: "secret".into() }),
        transport: LowerTransport::Tcp,
        answer_timeout_us: 10_000_000,
        silence_us: 10_000_000,
    };
    let challenge = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\", algorithm=SHA-256, qop=\"auth\"\r\n\
        WWW-Authenticate: Basic realm=\"cam\"\r\n";
    let mut play = Play::with(config.clone());
    assert!(!play.asked.contains("Authorization"));
    play.answer("OPTIONS", "401 Unauthorized", challenge, "").unwrap();
    assert!(play.header("Authorization").starts_with("Digest username=\"admin\""), "{}", play.asked);
    assert!(play.header("Authorization").contains("SHA-256") && !play.asked.contains("secret"));
    play.answer("OPTIONS", "200 OK", "", "").unwrap();
    play.answer("DESCRIBE", "401 Unauthorized", &challenge.replace("\"1\"", "\"2\""), "").unwrap();
    assert!(play.header("Authorization").contains("nonce=\"2\""), "a new nonce is no refusal");
    // Some cameras offer Digest but accept Basic only; Digest is tried once, since it was offered.
    play.answer("DESCRIBE", "401 Unauthorized", challenge, "").unwrap();
    assert_eq!(play.header("Authorization"), "Basic YWRtaW46c2VjcmV0");
    let refused = play.answer("DESCRIBE", "401 Unauthorized", challenge, "");
    assert_eq!(refused, Err(SessionError::Auth(AuthError::Refused)));
    let mut digest_only = Play::with(config.clone());
    let only = challenge.lines().next().unwrap().to_owned() + "\r\n";
    digest_only.answer("OPTIONS", "401 Unauthorized", &only, "").unwrap();
    let refused = digest_only.answer("OPTIONS", "401 Unauthorized", &only, "");
    assert_eq!(refused, Err(SessionError::Auth(AuthError::Refused)), "Basic was not offered");

    let mut nobody = Play::with(SessionConfig { credentials: None, ..config.clone() });
    let needed = nobody.answer("OPTIONS", "401 Unauthorized", challenge, "");
    assert_eq!(needed, Err(SessionError::Auth(AuthError::Needed)));
    let mut strange = Play::with(config);
    let unsupported = strange.answer("OPTIONS", "401 Unauthorized", "WWW-Authenticate: Negotiate\r\n", "");
    assert_eq!(unsupported, Err(SessionError::Auth(AuthError::Unsupported)));
}

#[test]
fn keepalives_follow_the_cameras_timeout_and_need_no_answer() {
    let mut play = Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
    play.shake_hands(&sdp(""), false);
    let mut asked = Vec::new();
    for second in 1..=130_u64 {
        play.now_us = second * 1_000_000;
        play.picture(u32::try_from(second).unwrap() * 90_000);
        play.tick(second * 1_000_000).unwrap();
        if !play.asked.is_empty() {
            asked.push((second, play.asked.split(' ').next().unwrap().to_owned()));
            play.asked.clear();
        }
    }
    let expected = [30, 60, 90, 120].map(|second| (second, "GET_PARAMETER".to_owned()));
    assert_eq!(asked, expected);
}

#[test]
fn a_keepalive_that_the_camera_does_not_know_is_replaced() {
    let mut play = Play::playing(&sdp(""), false);
    play.now_us = 29_000_000;
    play.picture(0);
    play.tick(30_000_000).unwrap();
    play.answer("GET_PARAMETER", "501 Not Implemented", "", "").unwrap();
    play.answer("OPTIONS", "200 OK", "", "").unwrap();
    play.picture(3600);
    play.tick(31_000_000).unwrap();
    play.asked.clear();
    play.now_us = 60_500_000;
    play.picture(7200);
    play.tick(61_000_000).unwrap();
    let lost = play.answer("OPTIONS", "454 Session Not Found", "", "");
    assert_eq!(lost, Err(SessionError::SessionLost));
}

#[test]
fn silence_and_missing_answers_end_the_session_in_time() {
    let mut mute = Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
    assert_eq!(mute.tick(9_999_999), Ok(()));
    assert_eq!(mute.tick(10_000_000), Err(SessionError::NoAnswer { method: "OPTIONS", seconds: 10 }));
    let mut dead = Play::playing(&sdp(""), false);
    dead.now_us = 5_000_000;
    dead.picture(0);
    // RTCP and packets without pictures are not a sign of life.
    dead.now_us = 14_000_000;
    dead.bytes(&interleaved(1, &[0x80, 200, 0, 0])).unwrap();
    assert_eq!(dead.tick(14_999_999), Ok(()));
    assert_eq!(dead.tick(15_000_000), Err(SessionError::Silent { seconds: 10 }));
}

#[test]
fn goodbyes_are_understood_and_questions_answered() {
    let mut play = Play::playing(&sdp(""), false);
    play.bytes(b"OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\nREDIRECT x RTSP/1.0\r\nCSeq: 6\r\n\r\n").unwrap();
    let expected = "RTSP/1.0 200 OK\r\nCSeq: 5\r\n\r\nRTSP/1.0 501 Not Implemented\r\nCSeq: 6\r\n\r\n";
    assert_eq!(play.asked, expected);
    let bye = play.bytes(&interleaved(1, &[0x81, 203, 0, 1, 0, 0, 0, 9]));
    assert_eq!(bye, Err(SessionError::Ended { how: "RTCP BYE" }));
    let mut play = Play::playing(&sdp(""), false);
    let torn = play.bytes(b"TEARDOWN * RTSP/1.0\r\nCSeq: 5\r\n\r\n");
    assert_eq!(torn, Err(SessionError::Ended { how: "TEARDOWN" }));
}

#[test]
fn a_flood_of_questions_is_not_answered_for_ever() {
    let mut play = Play::playing(&sdp(""), false);
    let flood = "OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n".repeat(5000);
    let space = play.session.space().len();
    let mut outcome = Ok(());
    for piece in flood.as_bytes().chunks(space.min(4096)) {
        play.session.space()[..piece.len()].copy_from_slice(piece);
        outcome = play.session.received(piece.len(), crate::rtsp_support::at(0), &mut play.events);
        if outcome.is_err() {
            break;
        }
    }
    assert_eq!(outcome, Err(SessionError::NotReading));
}

#[test]
fn what_cannot_be_fetched_is_said_plainly() {
    let asked = |status: &str, body: &str| {
        let mut play = Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Tcp);
        play.answer("OPTIONS", "200 OK", "", "").unwrap();
        play.answer("DESCRIBE", status, "", body).unwrap_err().to_string()
    };
    assert_eq!(asked("404 Not Found", ""), "the camera answered DESCRIBE with 404 Not Found");
    assert!(asked("302 Moved", "").contains("another address"));
    let jpeg = "v=0\r\nm=video 0 RTP/AVP 26\r\nm=audio 0 RTP/AVP 0\r\n";
    assert_eq!(asked("200 OK", jpeg), "the camera offers no H.264 and no H.265, only: jpeg, pcmu");
    assert!(asked("200 OK", "<html>").contains("not SDP"));
}

#[test]
fn h265_comes_out_of_all_its_packets() {
    let description = "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H265/90000\r\na=control:track1\r\n";
    let mut play = Play::playing(description, false);
    let (sei, key): (&[u8], &[u8]) = (&[0x4e, 0x01, 0x05], &[0x26, 0x01, 0xaf, 1, 2, 3, 4]);
    play.rtp(0, false, &[&[0x60, 0x01, 0, 3][..], sei, &[0, 3], sei].concat());
    play.rtp(0, false, &[0x62, 0x01, 0x80 | 19, 0xaf, 1]);
    play.rtp(0, false, &[0x62, 0x01, 19, 2, 3]);
    play.rtp(0, true, &[0x62, 0x01, 0x40 | 19, 4]);
    play.rtp(3600, true, &[0x02, 0x01, 0xd0, 9]);
    assert_eq!(play.units()[0].data, framed(&[sei, sei, key]));
    assert!(play.units()[0].keyframe && !play.units()[1].keyframe);
    assert_eq!(play.refused(), []);
}
