//! Responses that are wrong in a harmless way, and what a session teaches the next one.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use crate::rtsp_support::{Play, at, sdp};
use ashkar_ingest::rtsp::{Credentials, Event, LowerTransport, Quirks, Session, SessionConfig, SessionError};
use ashkar_terms::{Blame, Cause};

const DIGEST: &str = "WWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n";

fn config() -> SessionConfig {
    SessionConfig {
        url: "rtsp://10.0.0.1/camera".into(),
        credentials: Some(Credentials { user: "admin".into(), password: "secret".into() }),
        transport: LowerTransport::Tcp,
        answer_timeout_us: 10_000_000,
        silence_us: 10_000_000,
    }
}

fn described(play: &mut Play) {
    play.answer("OPTIONS", "200 OK", "Public: GET_PARAMETER\r\n", "").unwrap();
    play.answer("DESCRIBE", "200 OK", "", &sdp("")).unwrap();
    play.session.proceed(false, at(0), &mut play.events);
    play.collect();
}

/// Responds with this number, whatever was asked.
fn numbered(play: &mut Play, cseq: &str, more: &str, body: &str) {
    play.asked.clear();
    let length = body.len();
    let text = format!("RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n{more}Content-Length: {length}\r\n\r\n{body}");
    play.bytes(text.as_bytes()).unwrap();
}

#[test]
fn wrong_numbers_in_answers_are_no_fault() {
    for numbers in [["0", "1", "2", "3"], ["x", "", "-1", "99999999999"], ["7", "7", "7", "7"]] {
        let mut play = Play::with(config());
        numbered(&mut play, numbers[0], "Public: PLAY\r\n", "");
        assert!(play.asked.starts_with("DESCRIBE"), "{numbers:?}: {}", play.asked);
        // A repetition of the same response does not answer the next request.
        numbered(&mut play, numbers[0], "Public: PLAY\r\n", "");
        numbered(&mut play, numbers[1], "", &sdp(""));
        play.session.proceed(false, at(0), &mut play.events);
        play.collect();
        numbered(&mut play, numbers[2], " \r\nSession: 5\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n", "");
        assert!(play.asked.starts_with("PLAY"), "{numbers:?}: {}", play.asked);
        numbered(&mut play, numbers[3], " \r\n", "");
        assert!(play.events.contains(&Event::Playing), "{numbers:?}");
    }
}

#[test]
fn a_refused_keepalive_is_no_end_and_a_wrong_number_in_it_neither() {
    let mut play = Play::playing(&sdp(""), false);
    let mut asked = Vec::new();
    for second in 1..200_u64 {
        play.now_us = second * 1_000_000;
        play.picture(u32::try_from(second).unwrap() * 90_000);
        play.tick(second * 1_000_000).unwrap();
        while !play.asked.is_empty() {
            asked.push(play.asked.split(' ').next().unwrap().to_owned());
            play.asked.clear();
            play.bytes(b"RTSP/1.0 400 Bad Request\r\nCSeq: 3\r\n\r\n").unwrap();
        }
    }
    assert_eq!(asked[..3], ["GET_PARAMETER", "OPTIONS", "SET_PARAMETER"]);
    assert!(asked.len() >= 8, "they go on: {asked:?}");
}

#[test]
fn receiver_reports_go_out_from_the_first_second_on() {
    let mut play = Play::playing(&sdp(""), false);
    for n in 1..=200_u64 {
        play.now_us = n * 100_000;
        play.picture(u32::try_from(n).unwrap() * 9000);
        play.tick(play.now_us).unwrap();
    }
    assert!((4..=5).contains(&play.reports.len()), "{}", play.reports.len());
    let last = play.reports.last().unwrap();
    assert_eq!((last[..2].to_vec(), &last[8..12]), (vec![0x81, 201], &[0, 0, 0, 9][..]), "about source 9");
    let mut play =
        Play::begin("rtsp://10.0.0.1/camera", LowerTransport::Udp { video_port: 6000, audio_port: 6002 });
    play.shake_hands(&sdp(""), false);
    play.tick(6_000_000).unwrap();
    assert_eq!((play.session.take_reports().len(), play.reports.len()), (1, 0), "for the shell to send");
}

#[test]
fn a_challenge_is_kept_for_a_camera_that_closes_behind_it() {
    let mut play = Play::with(config());
    play.answer("OPTIONS", "200 OK", "", "").unwrap();
    play.answer("DESCRIBE", "401 Unauthorized", DIGEST, "").unwrap();
    let quirks = play.session.quirks(true, at(0));
    assert!(quirks.closed_behind_401());
    let mut next = Session::with_quirks(config(), quirks, at(0));
    let first = String::from_utf8(std::mem::take(next.output())).unwrap();
    assert!(first.contains("Authorization: Digest") && first.contains("nonce=\"1\""), "{first}");
    assert!(!next.quirks(true, at(0)).closed_behind_401(), "nothing was answered in this one");
}

#[test]
fn that_basic_works_is_remembered() {
    let both = format!("{DIGEST}WWW-Authenticate: Basic realm=\"cam\"\r\n");
    let mut play = Play::with(config());
    for _ in 0..2 {
        play.answer("OPTIONS", "401 Unauthorized", &both, "").unwrap();
    }
    play.answer("OPTIONS", "200 OK", "", "").unwrap();
    let quirks = play.session.quirks(false, at(0));
    let mut next = Play { session: Session::with_quirks(config(), quirks, at(0)), ..Play::with(config()) };
    next.asked.clear();
    next.collect();
    assert!(!next.asked.contains("Authorization"));
    next.answer("OPTIONS", "401 Unauthorized", &both, "").unwrap();
    assert!(next.header("Authorization").starts_with("Basic "), "{}", next.asked);
}

#[test]
fn the_way_is_refused_with_any_code() {
    for status in ["400 Bad Request", "404 Not Found", "500 Error", "461 Unsupported Transport"] {
        let mut play = Play::with(config());
        described(&mut play);
        let refused = play.answer("SETUP", status, "", "");
        assert!(matches!(refused, Err(SessionError::TransportRefused { .. })), "{refused:?}");
    }
    let mut play = Play::with(config());
    described(&mut play);
    let other = "Session: 1\r\nTransport: RTP/AVP;unicast;client_port=0-1;server_port=7000-7001\r\n";
    let refused = play.answer("SETUP", "200 OK", other, "");
    assert!(matches!(refused, Err(SessionError::TransportRefused { .. })), "it means UDP: {refused:?}");
}

#[test]
fn redirections_are_followed_within_the_camera_only() {
    let moved = |location: &str| {
        let mut play = Play::with(config());
        play.answer("OPTIONS", "200 OK", "", "").unwrap();
        let outcome = play.answer("DESCRIBE", "302 Found", &format!("Location: {location}\r\n"), "");
        outcome.map(|()| play.asked)
    };
    assert!(moved("rtsp://10.0.0.1:554/other").unwrap().starts_with("DESCRIBE rtsp://10.0.0.1:554/other "));
    for location in
        ["rtsp://10.0.0.2/camera", "rtsp://10.0.0.1:8554/x", "http://10.0.0.1/", "rtsp://10.0.0.1/camera"]
    {
        assert!(matches!(moved(location), Err(SessionError::Redirected { .. })), "{location}");
    }
}

#[test]
fn lessons_are_nothing_at_first() {
    let play = Play::with(config());
    assert_eq!(play.session.quirks(true, at(60_000_000)), Quirks::default());
}

#[test]
fn packets_of_which_no_picture_comes_are_the_cameras_fault_and_not_the_lines() {
    let mut play = Play::playing(&sdp(""), false);
    let mut outcome = Ok(());
    for n in 1..=110_u16 {
        play.now_us = u64::from(n) * 100_000;
        play.rtp(u32::from(n) * 9000, true, &[0x1f, 1, 2, 3]);
        outcome = play.tick(play.now_us);
        if outcome.is_err() {
            break;
        }
    }
    let error = outcome.unwrap_err();
    assert_eq!(error, SessionError::Unusable { seconds: 10 });
    assert_eq!((error.cause(), error.blame()), (Cause::Source, Blame::Camera));
}
