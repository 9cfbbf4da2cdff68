//! A packager whose every step the test controls: it keeps the numbers and the timeline, and invents the bytes.

#![allow(dead_code, reason = "each test file uses some of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's way to fail")]

use std::sync::Arc;

use ashkar_live::check::{Observation, PlaylistChecker, Rule, Severity, Violation};
use ashkar_live::{Query, gap_pieces};
use ashkar_media::{Gap, InitSegment, Output, Part, SegmentEnd};
use ashkar_terms::{CameraId, Cause, MediaTime, Moment, UtcMicros};
use bytes::Bytes;

/// 2024-02-07 08:00:00 UTC.
pub(crate) const DAY: UtcMicros = UtcMicros(1_707_292_800_000_000);
pub(crate) const CAMERA: CameraId = CameraId::new(7, 12, 1);
pub(crate) const ARCHIVE: &str = "0a1b2c3d";
/// Half a second, ticks.
pub(crate) const HALF: u32 = 45_000;

pub(crate) struct Packager {
    pub(crate) segment: u64,
    pub(crate) index: u16,
    pub(crate) at: MediaTime,
    segment_start: MediaTime,
    bytes: u64,
    init: Arc<InitSegment>,
    discontinuity: bool,
    gap_from: Option<MediaTime>,
}

impl Packager {
    pub(crate) fn new(first_segment: u64) -> Self {
        let at = MediaTime::from_utc(DAY);
        Self {
            segment: first_segment,
            index: 0,
            at,
            segment_start: at,
            bytes: 0,
            init: init(1),
            discontinuity: true,
            gap_from: None,
        }
    }

    pub(crate) fn init(&self) -> Output {
        Output::Init(Arc::clone(&self.init))
    }

    /// New parameters from the next segment on.
    pub(crate) fn change(&mut self, seed: u8) -> Output {
        self.init = init(seed);
        self.discontinuity = true;
        self.init()
    }

    pub(crate) fn now(&self) -> UtcMicros {
        self.at.to_utc()
    }

    pub(crate) fn part(&mut self, duration: u32, independent: bool) -> Output {
        let arrival = Moment { wall: self.at.plus(i64::from(duration)).to_utc(), mono_us: 0 };
        let bytes = Bytes::from(format!("part {}.{} of {duration} ticks", self.segment, self.index));
        self.bytes += bytes.len() as u64;
        let part = Part {
            segment: self.segment,
            index: self.index,
            start: self.at,
            duration,
            independent,
            init: self.init.sha256[..8].try_into().unwrap(),
            discontinuity: self.discontinuity && self.index == 0,
            camera_dts: 0,
            first_arrival: arrival,
            last_arrival: arrival,
            samples: 12,
            bytes,
        };
        self.discontinuity = false;
        self.index += 1;
        self.at = self.at.plus(i64::from(duration));
        Output::Part(part)
    }

    pub(crate) fn end(&mut self) -> Output {
        let end = SegmentEnd {
            segment: self.segment,
            start: self.segment_start,
            duration: self.at.since(self.segment_start) as u32,
            parts: self.index,
            byte_length: self.bytes,
            sha256: [0; 32],
            init_sha256: self.init.sha256,
            last_arrival: Moment { wall: self.now(), mono_us: 0 },
        };
        self.segment += 1;
        self.index = 0;
        self.bytes = 0;
        self.segment_start = self.at;
        Output::SegmentEnd(end)
    }

    /// A segment of four half-second parts, the first independent.
    pub(crate) fn whole_segment(&mut self) -> Vec<Output> {
        let mut outputs: Vec<Output> = (0..4).map(|index| self.part(HALF, index == 0)).collect();
        outputs.push(self.end());
        outputs
    }

    pub(crate) fn segments(&mut self, count: usize) -> Vec<Output> {
        let mut outputs = vec![self.init()];
        outputs.extend((0..count).flat_map(|_| self.whole_segment()));
        outputs
    }

    /// The centre's clock goes back by `ticks`: a number is skipped, and time starts over.
    pub(crate) fn goes_back(&mut self, ticks: i64) {
        self.at = self.at.plus(-ticks);
        (self.segment_start, self.segment, self.discontinuity) = (self.at, self.segment + 1, true);
    }

    /// The camera is gone; a segment must not be growing.
    pub(crate) fn gap_opens(&mut self) -> Output {
        self.gap_from = Some(self.at);
        Output::Gap(Gap { from: self.at, to: None, cause: Cause::Uplink, next_segment: self.segment })
    }

    /// It is back, `ticks` after it went.
    pub(crate) fn gap_closes(&mut self, ticks: i64) -> Output {
        let from = self.gap_from.take().unwrap_or(self.at);
        self.at = from.plus(ticks);
        self.segment_start = self.at;
        self.segment += gap_pieces(ticks);
        self.discontinuity = true;
        Output::Gap(Gap { from, to: Some(self.at), cause: Cause::Uplink, next_segment: self.segment })
    }
}

pub(crate) fn init(seed: u8) -> Arc<InitSegment> {
    Arc::new(InitSegment {
        sha256: [seed; 32],
        bytes: Bytes::from(format!("init {seed}")),
        codecs: "avc1.64001f".to_owned(),
        width: 1280,
        height: 720,
    })
}

/// Rules that a test breaks itself, as opposed to the writer.
pub(crate) fn judge(
    checker: &mut PlaylistChecker,
    at: UtcMicros,
    query: Query,
    text: &str,
    allowed: &[Rule],
) -> Vec<Violation> {
    let mut violations = checker.check(&Observation { at_ms: at.0 / 1000, query, text });
    violations.retain(|violation| !allowed.contains(&violation.rule));
    violations
}

pub(crate) fn all_well(
    checker: &mut PlaylistChecker,
    at: UtcMicros,
    query: Query,
    text: &str,
    allowed: &[Rule],
) {
    let violations = judge(checker, at, query, text, allowed);
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}\n{text}", lines.join("\n"));
}

pub(crate) fn musts(violations: &[Violation]) -> usize {
    violations.iter().filter(|violation| violation.severity() == Severity::Must).count()
}

/// Parses it with an independent parser, which must know every tag.
pub(crate) fn parses_elsewhere(text: &str) {
    use quick_m3u8::config::ParsingOptionsBuilder;
    use quick_m3u8::{HlsLine, Reader};
    let options = ParsingOptionsBuilder::new().with_parsing_for_all_tags().build();
    let mut reader = Reader::from_str(text, options);
    while let Some(line) = reader.read_line().unwrap_or_else(|error| panic!("{error:?}\n{text}")) {
        match line {
            HlsLine::UnknownTag(tag) => panic!("{tag:?}\n{text}"),
            HlsLine::Comment(comment) => panic!("{comment:?}\n{text}"),
            HlsLine::Blank => panic!("blank line\n{text}"),
            HlsLine::KnownTag(_) | HlsLine::Uri(_) => {}
        }
    }
}

/// Merges a delta update with the playlist before it, as a client does: by lines, knowing only that a segment ends with
/// its address.
pub(crate) fn put_together(before: &str, delta: &str) -> String {
    let Some(skip) = delta.lines().find_map(|line| line.strip_prefix("#EXT-X-SKIP:SKIPPED-SEGMENTS=")) else {
        return delta.to_owned();
    };
    let skip: u64 = skip.parse().unwrap();
    let sequence = |text: &str| -> u64 {
        text.lines().find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:")).unwrap().parse().unwrap()
    };
    let header = |line: &&str| {
        ["#EXTM3U", "#EXT-X-VERSION", "#EXT-X-TARGET", "#EXT-X-SERVER", "#EXT-X-PART-INF", "#EXT-X-MEDIA-SEQ"]
            .iter()
            .any(|tag| line.starts_with(tag))
            || line.starts_with("#EXT-X-DISCONTINUITY-SEQUENCE")
    };
    let first = sequence(delta);
    let mut number = sequence(before);
    let mut skipped = String::new();
    // Skipped segments have no parts any more, and the first segment has the current map.
    let mut map = "";
    for line in before.lines().filter(|line| !header(line)) {
        if line.starts_with("#EXT-X-MAP") {
            map = line;
        }
        if number >= first && number < first + skip && !line.starts_with("#EXT-X-PART:") {
            if skipped.is_empty() && !line.starts_with("#EXT-X-MAP") && !line.starts_with("#EXT-X-DISC") {
                skipped.push_str(map);
                skipped.push('\n');
            }
            skipped.push_str(line);
            skipped.push('\n');
        }
        number += u64::from(!line.starts_with('#'));
    }
    let at = delta.find("#EXT-X-SKIP").unwrap();
    let after = at + delta[at..].find('\n').unwrap() + 1;
    format!("{}{skipped}{}", &delta[..at], &delta[after..])
}
