//! Reads the sessions of `testdata/rtsp` and plays them against the session engine. The format is in the README there.

use std::collections::{HashMap, VecDeque};
use std::path::Path;

use ashkar_ingest::rtsp::{Credentials, Event, LowerTransport, SessionConfig, SessionError};
use ashkar_media::{MediaEvent, VideoCodec, VideoParameters};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{KEY, PICTURE, PPS, Play, SPS, at, interleaved};

/// 320x180, main, as x265 writes it.
const HEVC_VPS: &[u8] = &[
    0x40, 0x01, 0x0c, 0x01, 0xff, 0xff, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00,
    0x00, 0x03, 0x00, 0x3c, 0x95, 0x98, 0x09,
];
const HEVC_SPS: &[u8] = &[
    0x42, 0x01, 0x01, 0x01, 0x60, 0x00, 0x00, 0x03, 0x00, 0x90, 0x00, 0x00, 0x03, 0x00, 0x00, 0x03, 0x00,
    0x3c, 0xa0, 0x0a, 0x08, 0x0b, 0x9f, 0x79, 0x65, 0x66, 0x92, 0x4c, 0xaf, 0x01, 0x68, 0x08, 0x00, 0x00,
    0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x00, 0xc8, 0x40,
];
const HEVC_PPS: &[u8] = &[0x44, 0x01, 0xc1, 0x72, 0xb4, 0x62, 0x40];
const HEVC_KEY: &[u8] = &[0x26, 0x01, 0xaf, 0x11, 0x22, 0x33];
const HEVC_PICTURE: &[u8] = &[0x02, 0x01, 0xd0, 0x44, 0x55];
const AAC_FRAME: &[u8] = &[0, 16, 0, 4 << 3, 0x21, 0x1b, 0x80, 0x01];

/// Consecutive lines of one kind: the number of the first, the kind, and the text.
struct Block<'a> {
    line: usize,
    kind: char,
    lines: Vec<&'a str>,
}

/// Plays the file at `path`.
///
/// # Panics
/// With the file's name and line, if the session does anything other than the file says.
pub fn play(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = blocks(&text);
    assert!(blocks.iter().any(|block| block.kind == '='), "{}: nothing is expected", path.display());
    let mut player = Player::new(&blocks);
    for block in &blocks {
        let place = format!("{}:{}", path.file_name().unwrap().display(), block.line);
        player.step(block, &place);
    }
    player.take_events();
    assert!(player.events.is_empty(), "{}: not expected: {:?}", path.display(), player.events);
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some(kind) = line.chars().next().filter(|kind| *kind != '#') else { continue };
        let said = line[kind.len_utf8()..].strip_prefix(' ').unwrap_or_default();
        match blocks.last_mut() {
            Some(last) if last.kind == kind && matches!(kind, '>' | '<') => last.lines.push(said),
            _ => blocks.push(Block { line: number, kind, lines: vec![said] }),
        }
    }
    blocks
}

struct Player {
    play: Play,
    sound: bool,
    /// Number of the next packet of each source.
    sequences: HashMap<u32, u16>,
    /// Keyframes among the pictures that were named last.
    keyframes: usize,
    events: VecDeque<Event>,
    outcome: Result<(), SessionError>,
}

impl Player {
    fn new(blocks: &[Block<'_>]) -> Self {
        let option = |name: &str| {
            let options = blocks.iter().filter(|block| block.kind == '@').map(|block| block.lines[0]);
            options.filter_map(|option| option.strip_prefix(name)).map(str::trim).next()
        };
        let credentials = option("credentials").map(|pair| {
            let (user, password) = pair.split_once(' ').expect("a name and a password");
            Credentials { user: user.into(), password: password.into() }
        });
        let config = SessionConfig {
            url: option("address").expect("an address").into(),
            credentials,
            transport: LowerTransport::Tcp,
            answer_timeout_us: 10_000_000,
            silence_us: 60_000_000,
        };
        let (play, sound) = (Play::with(config), option("sound").is_some());
        Self {
            play,
            sound,
            keyframes: 0,
            sequences: HashMap::new(),
            events: VecDeque::new(),
            outcome: Ok(()),
        }
    }

    fn step(&mut self, block: &Block<'_>, place: &str) {
        let first = block.lines[0];
        match block.kind {
            '@' => {}
            '>' => self.expect_request(&block.lines, place),
            '<' => self.answer(&block.lines),
            '$' => self.packet(first, place),
            '~' => self.wait(first.parse().expect("seconds")),
            '=' => self.expect(first, place),
            other => panic!("{place}: no line begins with {other}"),
        }
        assert!(self.outcome.is_ok() || block.kind != '>', "{place}: {:?}", self.outcome);
    }

    fn expect_request(&self, lines: &[&str], place: &str) {
        let asked = &self.play.asked;
        let (request, headers) = lines.split_first().unwrap();
        let first = asked.lines().next().unwrap_or_default();
        // The whole address if one is given.
        let fits = first.strip_prefix(request).is_some_and(|rest| rest.starts_with(' '));
        assert!(fits, "{place}: {request} is awaited, and this was asked: {asked}");
        for header in headers {
            assert!(asked.lines().any(|line| line.starts_with(header)), "{place}: no {header} in {asked}");
        }
    }

    fn answer(&mut self, lines: &[&str]) {
        let end = lines.iter().position(|line| line.is_empty()).expect("an empty line behind the headers");
        let body: String = lines[end + 1..].iter().map(|line| self.filled(line) + "\r\n").collect();
        let head: String = lines[..end].iter().map(|line| self.filled(line) + "\r\n").collect();
        let head = head.replace("{length}", &body.len().to_string());
        self.play.asked.clear();
        self.outcome = self.play.bytes(format!("{head}\r\n{body}").as_bytes());
    }

    fn filled(&self, line: &str) -> String {
        let cseq = self.play.asked.lines().find_map(|line| line.strip_prefix("CSeq: "));
        let coded = |set| STANDARD.encode(set);
        let sets = format!("sprop-parameter-sets={},{}", coded(SPS), coded(PPS));
        let [vps, sps, pps] = [HEVC_VPS, HEVC_SPS, HEVC_PPS].map(coded);
        line.replace("{cseq}", cseq.unwrap_or_default())
            .replace("{sets}", &sets)
            .replace("{hevc}", &format!("sprop-sps={sps};sprop-pps={pps};sprop-vps={vps}"))
            .replace("{blank}", " ")
            .replace("{tab}", "\t")
    }

    fn wait(&mut self, seconds: u64) {
        for _ in 0..seconds {
            let next_us = self.play.now_us + 1_000_000;
            self.outcome = self.play.tick(next_us);
        }
    }

    fn packet(&mut self, line: &str, place: &str) {
        let mut words = line.split_ascii_whitespace();
        let channel = words.next().and_then(|word| word.parse().ok()).expect("a channel");
        let word = words.next().expect("what the packet is");
        let rest: Vec<&str> = words.collect();
        let value = |name: &str| rest.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        let number = |name: &str, usual: u32| value(name).map_or(usual, |text| text.parse().unwrap());
        let hevc = value("codec") == Some("h265");
        let sets: &[&[u8]] = if hevc { &[HEVC_VPS, HEVC_SPS, HEVC_PPS] } else { &[SPS, PPS] };
        let payloads: Vec<Vec<u8>> = match (word, hevc) {
            ("sets", _) => sets.iter().map(|set| set.to_vec()).collect(),
            ("key", false) => vec![KEY.to_vec()],
            ("key", true) => vec![HEVC_KEY.to_vec()],
            ("picture", false) => vec![PICTURE.to_vec()],
            ("picture", true) => vec![HEVC_PICTURE.to_vec()],
            ("key-in-pieces", false) => in_pieces(KEY),
            ("annex-b-key-in-pieces", false) => in_pieces(&[SPS, PPS, KEY].join(&[0, 0, 0, 1][..])),
            ("aac", _) => vec![AAC_FRAME.to_vec()],
            ("hex", _) => {
                let packet = unhex(rest[0]);
                self.outcome = self.play.bytes(&interleaved(channel, &packet));
                return;
            }
            _ => panic!("{place}: no packet is called {word}"),
        };
        self.play.now_us += 40_000;
        let last = payloads.len() - 1;
        for (n, payload) in payloads.iter().enumerate() {
            let marker = word != "sets" && n == last;
            let ssrc = number("ssrc", 9);
            let sequence = self.sequences.entry(ssrc).or_insert(100);
            let mut packet = super::rtp(*sequence, number("time", 0), marker, payload);
            *sequence = sequence.wrapping_add(1);
            packet[1] = packet[1] & 0x80 | u8::try_from(number("type", 96)).unwrap();
            packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
            self.outcome = self.play.bytes(&interleaved(channel, &packet));
        }
    }

    fn take_events(&mut self) {
        self.events.extend(self.play.events.drain(..));
    }

    /// Removes the events that `line` names, wherever they are among those that have come.
    fn expect(&mut self, line: &str, place: &str) {
        self.take_events();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let number = || rest.parse::<usize>().unwrap();
        match word {
            "described" => {
                self.take(1, |event| *event == Event::Described, line, place);
                self.play.session.proceed(self.sound, at(self.play.now_us), &mut self.play.events);
                self.play.collect();
            }
            "playing" => self.take(1, |event| *event == Event::Playing, line, place),
            "video" => self.take(1, |event| is_video(event, rest), line, place),
            "sound" => self.take(1, |e| matches!(e, Event::Media(MediaEvent::AudioConfig(_))), line, place),
            "no" => self.take(1, |event| is_sound_refused(event, rest), line, place),
            "keyframes" => {
                let keyframes = std::mem::take(&mut self.keyframes);
                assert_eq!(keyframes, number(), "{place}: keyframes");
            }
            "pictures" => self.take_pictures(number(), line, place),
            "frames" => {
                let is_frame = |event: &Event| matches!(event, Event::Media(MediaEvent::Audio(_)));
                self.take(number(), is_frame, line, place);
            }
            "refused" => self.take(1, |event| is_refused(event, rest), line, place),
            "diagnostic" => {
                let says = |event: &Event| matches!(event, Event::Diagnostic(text) if text.contains(rest));
                self.take(1, says, line, place);
            }
            "ends" => {
                let error = std::mem::replace(&mut self.outcome, Ok(())).unwrap_err().to_string();
                assert!(error.contains(rest), "{place}: {error}");
            }
            _ => panic!("{place}: nothing is called {word}"),
        }
    }

    fn take_pictures(&mut self, count: usize, line: &str, place: &str) {
        let is_picture = |event: &Event| matches!(event, Event::Media(MediaEvent::Video(_)));
        let key = |event: &&Event| matches!(event, Event::Media(MediaEvent::Video(unit)) if unit.keyframe);
        self.keyframes = self.events.iter().filter(key).count();
        assert_eq!(self.events.iter().filter(|event| is_picture(event)).count(), count, "{place}");
        self.take(count, is_picture, line, place);
    }

    /// Removes `count` wanted events.
    fn take(&mut self, count: usize, is_wanted: impl Fn(&Event) -> bool, line: &str, place: &str) {
        for _ in 0..count {
            let found = self.events.iter().position(&is_wanted);
            let found = found.unwrap_or_else(|| panic!("{place}: no \"{line}\" in {:?}", self.events));
            self.events.remove(found);
        }
    }
}

/// Parameter sets of this codec, which can be used.
fn is_video(event: &Event, codec: &str) -> bool {
    let Event::Media(MediaEvent::VideoConfig(config)) = event else { return false };
    let name = match config.codec {
        VideoCodec::H264 => "H.264",
        VideoCodec::H265 => "H.265",
    };
    name == codec && VideoParameters::parse(config).is_ok()
}

fn is_sound_refused(event: &Event, rest: &str) -> bool {
    let wanted = rest.strip_prefix("sound ").unwrap();
    matches!(event, Event::Media(MediaEvent::SoundRefused { codec }) if codec == wanted)
}

fn is_refused(event: &Event, text: &str) -> bool {
    matches!(event, Event::Media(MediaEvent::Refused { reason, .. }) if reason.contains(text))
}

/// FU-A of three bytes each (RFC 6184, 5.8).
fn in_pieces(nal: &[u8]) -> Vec<Vec<u8>> {
    let pieces: Vec<&[u8]> = nal[1..].chunks(3).collect();
    let last = pieces.len() - 1;
    let piece = |(n, piece): (usize, &&[u8])| {
        let flags = u8::from(n == 0) << 7 | u8::from(n == last) << 6 | nal[0] & 0x1f;
        [&[nal[0] & 0xe0 | 28, flags], *piece].concat()
    };
    pieces.iter().enumerate().map(piece).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
