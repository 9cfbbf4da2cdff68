//! The parts of a live playlist that a viewer needs. An independent reader: it shares no code with the writer or the
//! checker.

use std::rc::Rc;

/// Longest playlist, bytes.
pub const MAX_PLAYLIST_BYTES: u64 = 1 << 20;
/// Maximum number of parts and gaps in a playlist. Aşkar lists some thirty.
const MAX_ITEMS: usize = 4096;
/// Longest address, bytes.
const MAX_URI_BYTES: usize = 1024;
/// Longest duration, seconds: sums of a whole playlist fit 64 bits as microseconds.
const MAX_SECONDS: u64 = 100_000;

/// Why a text is not a playlist that a viewer can follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaylistError {
    /// Not UTF-8, or without `#EXTM3U`.
    #[error("the playlist is not one")]
    NotAPlaylist,
    /// A tag's value is malformed, or a required attribute is missing.
    #[error("a tag of the playlist is malformed")]
    Tag,
    /// An address that is not an absolute path.
    #[error("an address in the playlist is not an absolute path")]
    Address,
    /// Too many parts and gaps, or numbers beyond 64 bits.
    #[error("the playlist is too long")]
    TooLong,
    /// Neither `PART-HOLD-BACK` nor a part target: not low latency.
    #[error("the playlist offers no parts")]
    NoParts,
}

/// A position in a camera's stream: segment, and part of it.
pub type Place = (u64, u32);

/// A playlist, or a delta update, as far as a viewer at the live edge needs it. Times in microseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// `PART-TARGET`.
    pub part_target_us: u64,
    /// `PART-HOLD-BACK`.
    pub hold_back_us: u64,
    /// `CAN-SKIP-UNTIL`, if delta updates are offered.
    pub skip_until_us: Option<u64>,
    /// Number of the first segment, skipped or not.
    pub first: u64,
    /// Segments that a delta update leaves out.
    pub skipped: u64,
    /// The next part to come.
    pub next: Place,
    /// Parts and gaps, in order.
    pub items: Vec<Item>,
}

/// A part, or something declared missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its position.
    pub place: Place,
    /// Its duration.
    pub duration_us: u64,
    /// Media time of its end, microseconds since the Unix epoch, if dates are given.
    pub end_utc_us: Option<i64>,
    /// The part; `None` for a gap.
    pub part: Option<Part>,
    /// When anyone in this process first saw it listed, monotonic microseconds. Set by the playlists.
    pub seen_us: u64,
}

/// What is fetched of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// An absolute path.
    pub uri: Box<str>,
    /// The init segment in force; `None` in a delta update if it was given before the listed items.
    pub map: Option<Rc<str>>,
    /// It begins with a keyframe.
    pub independent: bool,
}

impl Listing {
    /// Reads a playlist. Tags that a viewer does not need are skipped.
    ///
    /// # Errors
    /// [`PlaylistError`].
    pub fn read(bytes: &[u8]) -> Result<Self, PlaylistError> {
        let text = std::str::from_utf8(bytes).map_err(|_| PlaylistError::NotAPlaylist)?;
        let mut lines = text.lines();
        if lines.next() != Some("#EXTM3U") {
            return Err(PlaylistError::NotAPlaylist);
        }
        let mut reader = Reader::default();
        for line in lines {
            reader.line(line)?;
        }
        reader.finish()
    }

    /// The items from `place` on, if nothing between it and them is missing. `None` if it is no longer listed.
    ///
    /// While nothing comes, a playlist lists no parts: the segment that was cut off is listed whole, and a gap follows
    /// it.
    pub fn from(&self, place: Place) -> Option<&[Item]> {
        let at = self.items.partition_point(|item| item.place < place);
        let (before, rest) = self.items.split_at_checked(at)?;
        let Some(next) = rest.first() else { return Some(rest) };
        // The last listed part of the place's segment.
        let last = before.last().filter(|last| last.place.0 == place.0);
        let follows = next.place == (place.0 + 1, 0);
        let goes_on = next.place == place
            || (follows && last.map_or_else(|| next.part.is_none(), |last| last.place.1 + 1 == place.1));
        goes_on.then_some(rest)
    }

    /// Where a player starts: the newest independent part that begins at least the hold-back before the edge, else the
    /// oldest that there is; and how much later than its beginning playback starts. Nothing before a gap counts.
    pub fn start(&self) -> Option<(Place, u64)> {
        let (mut length_us, mut found) = (0, None);
        for item in self.items.iter().rev() {
            let Some(part) = &item.part else { break };
            length_us += item.duration_us;
            if part.independent {
                found = Some((item.place, length_us.saturating_sub(self.hold_back_us)));
                if length_us >= self.hold_back_us {
                    break;
                }
            }
        }
        found
    }
}

#[derive(Debug, Default)]
struct Reader {
    part_target_us: Option<u64>,
    hold_back_us: Option<u64>,
    skip_until_us: Option<u64>,
    first: u64,
    skipped: u64,
    items: Vec<Item>,
    /// Complete segments listed.
    segments: u64,
    map: Option<Rc<str>>,
    /// End of the item read last, if a date was given.
    utc_us: Option<i64>,
    /// Parts of the growing segment, and their total length.
    parts: u32,
    parts_us: u64,
    duration_us: u64,
    gap: bool,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), PlaylistError> {
        let Some(tag) = line.strip_prefix("#EXT") else {
            return if line.is_empty() || line.starts_with('#') { Ok(()) } else { self.end_segment() };
        };
        let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
        match name {
            "INF" => self.duration_us = seconds_us(value.split(',').next().unwrap_or_default())?,
            "-X-GAP" => self.gap = true,
            "-X-PART" => self.part(value)?,
            "-X-PROGRAM-DATE-TIME" => {
                let date: jiff::Timestamp = value.parse().map_err(|_| PlaylistError::Tag)?;
                self.utc_us = Some(date.as_microsecond());
            }
            "-X-MAP" => {
                self.map = Some(absolute(attribute(value, "URI")?.ok_or(PlaylistError::Tag)?)?.into());
            }
            "-X-MEDIA-SEQUENCE" => self.first = integer(value)?,
            "-X-SKIP" => {
                self.skipped = integer(attribute(value, "SKIPPED-SEGMENTS")?.ok_or(PlaylistError::Tag)?)?;
            }
            "-X-PART-INF" => self.part_target_us = optional_seconds_us(value, "PART-TARGET")?,
            "-X-SERVER-CONTROL" => {
                self.hold_back_us = optional_seconds_us(value, "PART-HOLD-BACK")?;
                self.skip_until_us = optional_seconds_us(value, "CAN-SKIP-UNTIL")?;
            }
            _ => {}
        }
        Ok(())
    }

    fn part(&mut self, value: &str) -> Result<(), PlaylistError> {
        let (mut uri, mut duration_us, mut independent, mut gap) = (None, None, false, false);
        for pair in Attributes(value) {
            match pair? {
                ("URI", value) => uri = Some(absolute(value)?),
                ("DURATION", value) => duration_us = Some(seconds_us(value)?),
                ("INDEPENDENT", value) => independent = value == "YES",
                ("GAP", value) => gap = value == "YES",
                _ => {}
            }
        }
        let (Some(uri), Some(duration_us)) = (uri, duration_us) else { return Err(PlaylistError::Tag) };
        let part = Part { uri: uri.into(), map: self.map.clone(), independent };
        self.push(duration_us, (!gap).then_some(part))?;
        self.parts += 1;
        self.parts_us += duration_us;
        Ok(())
    }

    fn end_segment(&mut self) -> Result<(), PlaylistError> {
        if self.gap {
            self.push(self.duration_us, None)?;
        } else {
            // Parts have already advanced the date; their rounding must not add up over segments.
            let rest_us =
                i64::try_from(self.duration_us).unwrap_or(0) - i64::try_from(self.parts_us).unwrap_or(0);
            self.utc_us = self.utc_us.map(|at| at.saturating_add(rest_us));
        }
        self.segments += 1;
        (self.parts, self.parts_us, self.duration_us, self.gap) = (0, 0, 0, false);
        Ok(())
    }

    fn push(&mut self, duration_us: u64, part: Option<Part>) -> Result<(), PlaylistError> {
        let place = (self.number()?, self.parts);
        if self.items.len() >= MAX_ITEMS {
            return Err(PlaylistError::TooLong);
        }
        self.utc_us = self.utc_us.map(|at| at.saturating_add_unsigned(duration_us));
        self.items.push(Item { place, duration_us, end_utc_us: self.utc_us, part, seen_us: 0 });
        Ok(())
    }

    /// The number of the growing segment. The one after it must fit as well.
    fn number(&self) -> Result<u64, PlaylistError> {
        let number =
            self.first.checked_add(self.skipped).and_then(|number| number.checked_add(self.segments));
        number.filter(|&number| number < u64::MAX).ok_or(PlaylistError::TooLong)
    }

    fn finish(self) -> Result<Listing, PlaylistError> {
        let part_target_us = self.part_target_us.ok_or(PlaylistError::NoParts)?;
        Ok(Listing {
            next: (self.number()?, self.parts),
            part_target_us,
            hold_back_us: self.hold_back_us.ok_or(PlaylistError::NoParts)?,
            skip_until_us: self.skip_until_us,
            first: self.first,
            skipped: self.skipped,
            items: self.items,
        })
    }
}

/// Pairs of an attribute list, values without their quotes.
struct Attributes<'a>(&'a str);

impl<'a> Iterator for Attributes<'a> {
    type Item = Result<(&'a str, &'a str), PlaylistError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let pair = self.pair();
        if pair.is_none() {
            self.0 = "";
        }
        Some(pair.ok_or(PlaylistError::Tag))
    }
}

impl<'a> Attributes<'a> {
    fn pair(&mut self) -> Option<(&'a str, &'a str)> {
        let (name, rest) = self.0.split_once('=')?;
        let (value, rest) = match rest.strip_prefix('"') {
            Some(inner) => inner.split_once('"')?,
            None => rest.split_at_checked(rest.find(',').unwrap_or(rest.len()))?,
        };
        self.0 = if rest.is_empty() { rest } else { rest.strip_prefix(',')? };
        Some((name, value))
    }
}

fn attribute<'a>(list: &'a str, wanted: &str) -> Result<Option<&'a str>, PlaylistError> {
    for pair in Attributes(list) {
        let (name, value) = pair?;
        if name == wanted {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn optional_seconds_us(list: &str, name: &str) -> Result<Option<u64>, PlaylistError> {
    attribute(list, name)?.map(seconds_us).transpose()
}

fn integer(text: &str) -> Result<u64, PlaylistError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().map_err(|_| PlaylistError::Tag) } else { Err(PlaylistError::Tag) }
}

/// Decimal seconds as microseconds; further digits are truncated.
fn seconds_us(text: &str) -> Result<u64, PlaylistError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = integer(whole).ok().filter(|&whole| whole <= MAX_SECONDS).ok_or(PlaylistError::Tag)?;
    let mut us = whole * 1_000_000;
    let mut scale = 100_000;
    for byte in fraction.bytes() {
        us +=
            u64::from(byte.checked_sub(b'0').filter(|&digit| digit < 10).ok_or(PlaylistError::Tag)?) * scale;
        scale /= 10;
    }
    Ok(us)
}

/// An absolute path that can be used in a request line unchanged.
fn absolute(uri: &str) -> Result<&str, PlaylistError> {
    let plain = uri.bytes().all(|b| b.is_ascii_graphic());
    let good = plain && uri.len() <= MAX_URI_BYTES && uri.starts_with('/') && !uri.starts_with("//");
    if good { Ok(uri) } else { Err(PlaylistError::Address) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write;

    /// A playlist like Aşkar's: `segments` of four parts, and `growing` more parts. Those in `gaps` are missing.
    pub(in crate::viewers) fn playlist(
        first: u64,
        segments: u64,
        growing: u32,
        gaps: &[u64],
        skipped: u64,
    ) -> String {
        let mut out = format!(
            "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:4\n\
             #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=24.0,PART-HOLD-BACK=1.5\n\
             #EXT-X-PART-INF:PART-TARGET=0.5\n#EXT-X-MEDIA-SEQUENCE:{first}\n"
        );
        match skipped {
            0 => out.push_str("#EXT-X-MAP:URI=\"/media/a/init-1.mp4\"\n"),
            _ => writeln!(out, "#EXT-X-SKIP:SKIPPED-SEGMENTS={skipped}").unwrap(),
        }
        for number in first + skipped..=first + segments {
            let date =
                jiff::Timestamp::from_second(1_700_000_000 + 2 * i64::try_from(number).unwrap()).unwrap();
            writeln!(out, "#EXT-X-PROGRAM-DATE-TIME:{date}").unwrap();
            if gaps.contains(&number) {
                writeln!(out, "#EXT-X-GAP\n#EXTINF:2.0,\n/media/a/{number}.m4s").unwrap();
                continue;
            }
            let complete = number < first + segments;
            for part in 0..if complete { 4 } else { growing } {
                let independent = if part == 0 { ",INDEPENDENT=YES" } else { "" };
                writeln!(out, "#EXT-X-PART:DURATION=0.5,URI=\"/media/a/{number}.{part}.m4s\"{independent}")
                    .unwrap();
            }
            if complete {
                writeln!(out, "#EXTINF:2.0,\n/media/a/{number}.m4s").unwrap();
            }
        }
        out
    }

    fn read(text: &str) -> Listing {
        Listing::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn reads_what_a_player_needs() {
        let listing = read(&playlist(10, 3, 2, &[], 0));
        assert_eq!((listing.part_target_us, listing.hold_back_us), (500_000, 1_500_000));
        assert_eq!(
            (listing.next, listing.items.len(), listing.skip_until_us),
            ((13, 2), 14, Some(24_000_000))
        );
        let last = listing.items.last().unwrap();
        assert_eq!((last.place, last.end_utc_us), ((13, 1), Some((1_700_000_026 + 1) * 1_000_000)));
        let part = last.part.as_ref().unwrap();
        assert_eq!((&*part.uri, part.map.as_deref()), ("/media/a/13.1.m4s", Some("/media/a/init-1.mp4")));
        let delta = read(&playlist(10, 3, 2, &[], 2));
        assert_eq!((delta.next, delta.skipped, delta.items.len()), ((13, 2), 2, 6));
        assert_eq!(delta.items.last().unwrap().part.as_ref().unwrap().map, None);
    }

    #[test]
    fn starts_the_hold_back_behind() {
        // The edge is 13.2: three parts back is 12.3, and the keyframe before that is 12.0, 1.5 s earlier.
        assert_eq!(read(&playlist(10, 3, 2, &[], 0)).start(), Some(((12, 0), 1_500_000)));
        assert_eq!(read(&playlist(10, 3, 3, &[], 0)).start(), Some(((13, 0), 0)));
        assert_eq!(read(&playlist(10, 3, 1, &[12], 0)).start(), Some(((13, 0), 0)), "never before a gap");
        assert_eq!(read(&playlist(10, 3, 0, &[12], 0)).start(), None);
    }

    #[test]
    fn goes_on_from_a_place() {
        let listing = read(&playlist(10, 3, 2, &[12], 1));
        let places =
            |place| listing.from(place).map(|items| items.iter().map(|item| item.place).collect::<Vec<_>>());
        assert_eq!(places((13, 1)), Some(vec![(13, 1)]));
        assert_eq!(places((13, 2)), Some(vec![]));
        assert_eq!(
            places((11, 4)),
            Some(vec![(12, 0), (13, 0), (13, 1)]),
            "over the segment's end, and a gap"
        );
        assert_eq!(places((11, 5)), None, "that part never was");
        assert_eq!(places((10, 0)), None, "no longer listed");
    }

    #[test]
    fn goes_on_into_a_gap_before_which_no_parts_are_listed() {
        let text = playlist(10, 4, 0, &[12, 13], 0);
        let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("#EXT-X-PART:")).collect();
        let listing = read(&without.join("\n"));
        let gaps = |place| listing.from(place).map(<[Item]>::len);
        assert_eq!(gaps((11, 3)), Some(2), "the fourth part came with the end of its segment");
        assert_eq!((gaps((12, 0)), gaps((13, 0)), gaps((14, 0))), (Some(2), Some(1), Some(0)));
        assert_eq!(gaps((10, 3)), None, "a whole segment is missing");
    }

    #[test]
    fn refuses_what_it_cannot_follow() {
        let good = playlist(10, 3, 2, &[], 0);
        for (from, to, error) in [
            ("#EXTM3U", "#EXTM4U", PlaylistError::NotAPlaylist),
            ("PART-HOLD-BACK", "HOLD-BACK", PlaylistError::NoParts),
            ("/media/a/13.1", "http://else/13.1", PlaylistError::Address),
            ("/media/a/13.1", "//else/13.1", PlaylistError::Address),
            ("DURATION=0.5", "DURATION=-1", PlaylistError::Tag),
            ("DURATION=0.5", "DURATION=99999999999", PlaylistError::Tag),
            ("MEDIA-SEQUENCE:10", "MEDIA-SEQUENCE:18446744073709551613", PlaylistError::TooLong),
            ("MEDIA-SEQUENCE:10", "MEDIA-SEQUENCE:18446744073709551616", PlaylistError::Tag),
        ] {
            let bad = good.replace(from, to);
            assert_eq!(Listing::read(bad.as_bytes()), Err(error), "{to}");
        }
        let line = "#EXT-X-PART:DURATION=0.5,URI=\"/a\"\n";
        let long = good + &line.repeat(MAX_ITEMS);
        assert_eq!(Listing::read(long.as_bytes()), Err(PlaylistError::TooLong));
    }

    proptest! {
        #[test]
        fn any_playlist_is_read_or_refused(cut in 0_usize..1500, with in "[#EXTINFPART0-9:,.=\"\n-]{0,40}") {
            let mut text = playlist(10, 3, 2, &[11], 0);
            let at = cut.min(text.len());
            text.insert_str(at, &with);
            if let Ok(listing) = Listing::read(text.as_bytes()) {
                prop_assert!(listing.items.windows(2).all(|pair| pair[0].place < pair[1].place));
                let _ = listing.start();
            }
        }
    }
}
