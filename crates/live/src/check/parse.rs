//! The checker's own parser of media playlists (draft, 4): lenient, and recording the line of everything it finds.

use super::rule::Rule;
use super::value::{Attribute, attributes, date_us, integer, seconds_us};
use super::violation::{Report, Violation};

/// Maximum number of lines of a playlist; further lines are not read.
const MAX_LINES: usize = 200_000;

/// A parsed media playlist, with line numbers from 1. Durations are in microseconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Media {
    pub(super) version: Option<u64>,
    /// Seconds.
    pub(super) target: Option<u64>,
    pub(super) media_sequence: Option<u64>,
    pub(super) discontinuity_sequence: Option<u64>,
    pub(super) kind: Option<Kind>,
    pub(super) ended: bool,
    pub(super) control: Option<Control>,
    pub(super) part_target_us: Option<i64>,
    pub(super) skipped: Option<(usize, u64)>,
    /// All segments once delta updates have been merged, otherwise those that are not skipped.
    pub(super) segments: Vec<Segment>,
    /// What follows the last address: the growing segment.
    pub(super) growing: Segment,
    pub(super) hints: Vec<(usize, String)>,
    /// The highest version required by any of its contents, and where.
    pub(super) needs: (u64, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    Vod,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Control {
    pub(super) line: usize,
    pub(super) skip_until_us: Option<i64>,
    pub(super) hold_back_us: Option<i64>,
    pub(super) part_hold_back_us: Option<i64>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    /// Line of its address; for the growing one, of its first tag.
    pub(super) line: usize,
    pub(super) uri: String,
    pub(super) duration_us: i64,
    pub(super) has_inf: bool,
    pub(super) gap: bool,
    pub(super) discontinuity: bool,
    pub(super) date_us: Option<i64>,
    /// The map in force.
    pub(super) map: Option<String>,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) uri: String,
    pub(super) duration_us: i64,
    pub(super) independent: bool,
    pub(super) gap: bool,
}

impl Media {
    /// The first number that is listed or skipped.
    pub(super) fn first_number(&self) -> u64 {
        self.media_sequence.unwrap_or(0)
    }

    /// The number of the growing segment.
    pub(super) fn next_number(&self) -> u64 {
        let skipped = self.skipped.map_or(0, |(_, count)| count);
        self.first_number().saturating_add(skipped).saturating_add(self.segments.len() as u64)
    }

    pub(super) fn duration_us(&self) -> i64 {
        self.segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.duration_us))
    }
}

/// Parses a playlist, leniently: what is wrong is reported, what is right is kept.
pub(super) fn parse(text: &str, report: &mut Report) -> Media {
    let mut reader = Reader { media: Media::default(), map: None, seen: Vec::new(), report };
    for (index, line) in text.lines().take(MAX_LINES).enumerate() {
        reader.read(index + 1, line);
    }
    reader.finish()
}

struct Reader<'r> {
    media: Media,
    map: Option<String>,
    /// Tags that may occur only once.
    seen: Vec<&'static str>,
    report: &'r mut Report,
}

impl Reader<'_> {
    fn read(&mut self, line: usize, text: &str) {
        if line == 1 {
            if text != "#EXTM3U" {
                self.report.push(Rule::FirstLine, line, text);
            }
            return;
        }
        if let Some(tag) = text.strip_prefix("#EXT") {
            if self.read_tag(line, tag).is_none() {
                self.report.push(Rule::Syntax, line, text);
            }
        } else if !text.is_empty() && !text.starts_with('#') {
            self.read_uri(line, text);
        }
    }

    /// `None` if the value is malformed.
    fn read_tag(&mut self, line: usize, tag: &str) -> Option<()> {
        let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
        if self.media.growing.line == 0 {
            self.media.growing.line = line;
        }
        match name {
            "M3U" => self.report.push(Rule::Repeated, line, "EXTM3U"),
            "INF" => self.read_inf(line, value)?,
            "-X-VERSION" => {
                self.once(line, "EXT-X-VERSION");
                self.media.version = Some(integer(value)?);
            }
            "-X-TARGETDURATION" => {
                self.once(line, "EXT-X-TARGETDURATION");
                self.media.target = Some(integer(value)?);
            }
            "-X-MEDIA-SEQUENCE" => {
                self.once(line, "EXT-X-MEDIA-SEQUENCE");
                self.before_segments(line, name);
                self.media.media_sequence = Some(integer(value)?);
            }
            "-X-DISCONTINUITY-SEQUENCE" => {
                self.once(line, "EXT-X-DISCONTINUITY-SEQUENCE");
                self.before_segments(line, name);
                self.media.discontinuity_sequence = Some(integer(value)?);
            }
            "-X-PLAYLIST-TYPE" => {
                self.once(line, "EXT-X-PLAYLIST-TYPE");
                self.media.kind = Some(match value {
                    "EVENT" => Kind::Event,
                    "VOD" => Kind::Vod,
                    _ => return None,
                });
            }
            "-X-ENDLIST" => {
                self.once(line, "EXT-X-ENDLIST");
                self.media.ended = true;
            }
            "-X-SERVER-CONTROL" => self.read_control(line, value)?,
            "-X-PART-INF" => {
                self.once(line, "EXT-X-PART-INF");
                self.media.part_target_us =
                    Some(seconds_us(find(&attributes(value)?, "PART-TARGET")?.value)?);
            }
            "-X-SKIP" => {
                self.once(line, "EXT-X-SKIP");
                self.needs(9, line);
                let count = integer(find(&attributes(value)?, "SKIPPED-SEGMENTS")?.value)?;
                self.media.skipped = Some((line, count));
            }
            "-X-PRELOAD-HINT" => self.read_hint(line, value)?,
            _ => self.read_segment_tag(line, name, value)?,
        }
        Some(())
    }

    fn read_segment_tag(&mut self, line: usize, name: &str, value: &str) -> Option<()> {
        match name {
            "-X-DISCONTINUITY" => self.media.growing.discontinuity = true,
            "-X-GAP" => {
                self.needs(8, line);
                self.media.growing.gap = true;
            }
            "-X-PROGRAM-DATE-TIME" => self.media.growing.date_us = Some(date_us(value)?),
            "-X-MAP" => {
                self.needs(6, line);
                let list = attributes(value)?;
                self.map = Some(find(&list, "URI").filter(|uri| uri.quoted)?.value.to_owned());
            }
            "-X-PART" => {
                let part = read_part(line, value)?;
                self.media.growing.parts.push(part);
            }
            // Tags for which this checker has no rule.
            _ => {}
        }
        Some(())
    }

    fn read_inf(&mut self, line: usize, value: &str) -> Option<()> {
        let (duration, _title) = value.split_once(',')?;
        if duration.contains('.') {
            self.needs(3, line);
        }
        if self.media.growing.has_inf {
            self.report.push(Rule::InfAndUri, line, "two durations");
        }
        self.media.growing.duration_us = seconds_us(duration)?;
        self.media.growing.has_inf = true;
        Some(())
    }

    fn read_control(&mut self, line: usize, value: &str) -> Option<()> {
        self.once(line, "EXT-X-SERVER-CONTROL");
        let list = attributes(value)?;
        let seconds = |name| find(&list, name).map(|attribute| seconds_us(attribute.value));
        self.media.control = Some(Control {
            line,
            skip_until_us: seconds("CAN-SKIP-UNTIL").map_or(Some(None), |us| us.map(Some))?,
            hold_back_us: seconds("HOLD-BACK").map_or(Some(None), |us| us.map(Some))?,
            part_hold_back_us: seconds("PART-HOLD-BACK").map_or(Some(None), |us| us.map(Some))?,
        });
        Some(())
    }

    fn read_hint(&mut self, line: usize, value: &str) -> Option<()> {
        let list = attributes(value)?;
        let uri = find(&list, "URI").filter(|uri| uri.quoted)?.value.to_owned();
        if find(&list, "TYPE")?.value == "PART" {
            self.media.hints.push((line, uri));
        }
        Some(())
    }

    fn read_uri(&mut self, line: usize, text: &str) {
        let mut segment = std::mem::take(&mut self.media.growing);
        if !segment.has_inf {
            self.report.push(Rule::InfAndUri, line, text);
        }
        segment.line = line;
        text.clone_into(&mut segment.uri);
        segment.map.clone_from(&self.map);
        self.media.segments.push(segment);
    }

    fn finish(mut self) -> Media {
        if self.media.growing.has_inf {
            self.report.push(Rule::InfAndUri, self.media.growing.line, "a duration without an address");
        }
        self.media.growing.map = self.map;
        self.media
    }

    fn once(&mut self, line: usize, tag: &'static str) {
        if self.seen.contains(&tag) {
            self.report.push(Rule::Repeated, line, tag);
        }
        self.seen.push(tag);
    }

    fn before_segments(&mut self, line: usize, name: &str) {
        if !self.media.segments.is_empty() || self.media.growing.discontinuity {
            self.report.push(Rule::Misplaced, line, name);
        }
    }

    fn needs(&mut self, version: u64, line: usize) {
        if version > self.media.needs.0 {
            self.media.needs = (version, line);
        }
    }
}

fn find<'l, 'a>(list: &'l [Attribute<'a>], name: &str) -> Option<&'l Attribute<'a>> {
    list.iter().find(|attribute| attribute.name == name)
}

fn read_part(line: usize, value: &str) -> Option<Part> {
    let list = attributes(value)?;
    let says_yes = |name| find(&list, name).is_some_and(|attribute| attribute.value == "YES");
    Some(Part {
        line,
        uri: find(&list, "URI").filter(|uri| uri.quoted)?.value.to_owned(),
        duration_us: seconds_us(find(&list, "DURATION")?.value)?,
        independent: says_yes("INDEPENDENT"),
        gap: says_yes("GAP"),
    })
}

/// Parses a playlist only to see whether that is possible; for fuzzing.
pub fn read(text: &str) -> Vec<Violation> {
    let mut report = Report::default();
    parse(text, &mut report);
    report.done()
}
