//! A seeded loop of mutations over the parsers of outside text: none may panic, and what is parsed can be written.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, Packager};
use ashkar_live::check::{Observation, PlaylistChecker, read};
use ashkar_live::{Query, Window, WindowOptions};

/// Enough for some seconds; the libFuzzer targets continue from here.
const ROUNDS: usize = 6_000;

/// A small random number generator (xorshift64), so that failures are reproducible.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

const WORDS: [&str; 24] = [
    "#EXT-X-SKIP:SKIPPED-SEGMENTS=18446744073709551615\n",
    "#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n",
    "#EXT-X-MEDIA-SEQUENCE:0\n",
    "#EXT-X-DISCONTINUITY\n",
    "#EXT-X-ENDLIST\n",
    "#EXTINF:9223372036854775807,\n",
    "#EXTINF:9223372036854.9,\n",
    "#EXT-X-PROGRAM-DATE-TIME:9999-12-31T23:59:59.999Z\n",
    "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00-9999\n",
    "#EXT-X-PART-INF:PART-TARGET=9223372036854\n",
    "#EXT-X-PART:DURATION=9223372036854,URI=\"a\"\n",
    "#EXT-X-TARGETDURATION:18446744073709551615\n",
    "#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL=0,PART-HOLD-BACK=9223372036854\n",
    "a.m4s\n",
    "\n",
    "\r\n",
    "\"",
    "=",
    ",",
    ":",
    "é",
    "0",
    "99999999999999999999",
    "#EXT-X-DISCONTINUITY-SEQUENCE:18446744073709551615\n",
];

fn mutate(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for _ in 0..=dice.below(4) {
        let at = dice.below(lines.len());
        match dice.below(5) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(at, WORDS[dice.below(WORDS.len())].to_owned()),
            2 => lines.swap(at, 0),
            3 => {
                let line = &mut lines[at];
                let place = dice.below(line.chars().count());
                let offset = line.char_indices().nth(place).map_or(0, |(offset, _)| offset);
                line.insert_str(offset, WORDS[dice.below(WORDS.len())]);
            }
            _ => {
                let line = &mut lines[at];
                let keep = dice.below(line.chars().count());
                *line = line.chars().take(keep).collect();
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.concat()
}

#[test]
fn playlists() {
    let mut window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
    let mut packager = Packager::new(0);
    packager.segments(20).iter().for_each(|output| window.push(output).unwrap());
    let full = window.playlist();
    packager.segments(2).iter().for_each(|output| window.push(output).unwrap());
    let delta = window.delta().unwrap();
    let mut dice = Dice(0x5eed);
    for _ in 0..ROUNDS {
        let mut checker = PlaylistChecker::new();
        let query = Query { msn: Some(dice.below(30) as u64), part: Some(1), skip: true };
        for text in [mutate(&full, &mut dice), mutate(&delta, &mut dice), mutate(&full, &mut dice)] {
            checker.check(&Observation { at_ms: dice.0 as i64, query, text: &text });
            checker.check_media("/media/0a1b2c3d/7/12/1/20.m4s", text.as_bytes());
            read(&text);
        }
    }
}

#[test]
fn queries() {
    let mut dice = Dice(0x5eed);
    for _ in 0..200_000 {
        let text = mutate("_HLS_msn=273\n&_HLS_part=\n2\n&_HLS_skip=\nYES", &mut dice).replace('\n', "");
        if let Ok(query) = Query::parse(&text) {
            assert_eq!(Query::parse(&query.canonical()), Ok(query), "{text}");
        }
    }
}
