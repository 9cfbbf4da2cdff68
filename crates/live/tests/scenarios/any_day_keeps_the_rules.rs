//! Whatever a camera does, every playlist on the way obeys the rules, parses elsewhere, and equals the sum of the delta
//! updates.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::support::{ARCHIVE, CAMERA, DAY, HALF, Packager, all_well, parses_elsewhere, put_together};
use ashkar_live::check::{PlaylistChecker, Rule};
use ashkar_live::{
    GapItem, Item, Query, Restored, SegmentItem, Window, WindowOptions, dvr_playlist, gap_pieces,
};
use ashkar_media::Output;
use ashkar_terms::{MediaTime, Span};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    /// Parts of these lengths, ticks; each but the last is at least 85 % of the target.
    Segment(Vec<u32>),
    /// Gone for this many ticks, noticed; checked after each of these fractions of it.
    Gap(i64, Vec<u8>),
    /// Other parameters.
    Change(u8),
    /// The centre restarts.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let last = 3_600..=HALF;
    let segment = (prop::collection::vec(38_250..=HALF, 0..7), last).prop_map(|(mut parts, last)| {
        parts.push(last);
        Step::Segment(parts)
    });
    let gap = (1_i64..40_000_000, prop::collection::vec(0_u8..100, 0..4)).prop_map(|(ticks, mut looks)| {
        looks.sort_unstable();
        Step::Gap(ticks, looks)
    });
    let step = prop_oneof![
        20 => segment,
        2 => gap,
        1 => (1_u8..5).prop_map(Step::Change),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec(step, 1..80)
}

/// A camera's day, and two clients: one loads every state, one asks for delta updates now and then.
struct Day {
    window: Window,
    packager: Packager,
    items: Vec<Item>,
    looks: u32,
    eager: PlaylistChecker,
    thrifty: PlaylistChecker,
    known: Option<String>,
}

/// Gaps are listed later than the draft requires for new segments; that is deliberate.
const ALLOWED: [Rule; 1] = [Rule::LateUpdate];

impl Day {
    fn new() -> Self {
        Self {
            window: Window::new(ARCHIVE, CAMERA, WindowOptions::default()),
            packager: Packager::new(41),
            items: Vec::new(),
            looks: 0,
            eager: PlaylistChecker::new(),
            thrifty: PlaylistChecker::new(),
            known: None,
        }
    }

    fn push(&mut self, output: &Output) {
        self.window.push(output).unwrap();
    }

    fn live(&mut self, step: &Step) {
        match step {
            Step::Segment(parts) => self.segment(parts),
            Step::Gap(ticks, looks) => self.gap(*ticks, looks),
            Step::Change(seed) => {
                let output = self.packager.change(*seed);
                self.push(&output);
            }
            Step::Restart => self.restart(),
        }
        self.look(self.packager.at);
    }

    fn segment(&mut self, parts: &[u32]) {
        let init = self.packager.init();
        self.push(&init);
        let start = self.packager.at;
        let mut discontinuity = false;
        for (index, &duration) in parts.iter().enumerate() {
            let part = self.packager.part(duration, index == 0);
            if let Output::Part(part) = &part {
                discontinuity |= part.discontinuity;
            }
            self.push(&part);
            if index + 1 < parts.len() {
                self.look(self.packager.at);
            }
        }
        let number = self.packager.segment;
        let end = self.packager.end();
        self.push(&end);
        let Output::SegmentEnd(end) = end else { unreachable!("it is one") };
        let init = end.init_sha256[..8].try_into().unwrap();
        self.items.push(Item::Segment(SegmentItem {
            number,
            start,
            duration: end.duration,
            init,
            discontinuity,
        }));
    }

    fn gap(&mut self, ticks: i64, looks: &[u8]) {
        let from = self.packager.at;
        let open = self.packager.gap_opens();
        self.push(&open);
        for share in looks {
            let at = from.plus(ticks / 100 * i64::from(*share));
            self.window.tick(at.to_utc());
            self.look(at);
        }
        if !self.items.is_empty() {
            self.items.push(Item::Gap(GapItem {
                first_number: self.packager.segment,
                from,
                to: Some(from.plus(ticks)),
            }));
        }
        // Before the first segment no gap is listed, and none takes a number.
        let before = self.packager.segment;
        let close = self.packager.gap_closes(ticks);
        if self.items.is_empty() {
            self.packager.segment = before;
        }
        self.push(&close);
    }

    fn restart(&mut self) {
        self.window = Window::new(ARCHIVE, CAMERA, WindowOptions::default());
        let items = self.items.clone();
        self.window.restore(Restored { items, discontinuity_sequence: 0, inits: Vec::new() });
    }

    fn look(&mut self, at: MediaTime) {
        if !self.window.started() {
            return;
        }
        self.looks += 1;
        let full = self.window.playlist();
        parses_elsewhere(&full);
        all_well(&mut self.eager, at.to_utc(), Query::default(), &full, &ALLOWED);
        if self.looks.is_multiple_of(3) {
            let delta = self.window.delta().unwrap_or_else(|| full.clone());
            parses_elsewhere(&delta);
            self.load_delta(at, &delta, &full);
        }
    }

    fn load_delta(&mut self, at: MediaTime, delta: &str, full: &str) {
        // A client that slept too long must load the full playlist, like a new one.
        let sequence = |text: &str| -> u64 {
            text.lines()
                .find_map(|line| line.strip_prefix("#EXT-X-MEDIA-SEQUENCE:"))
                .unwrap()
                .parse()
                .unwrap()
        };
        let count = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count() as u64;
        let skipped: u64 = delta
            .lines()
            .find_map(|line| line.strip_prefix("#EXT-X-SKIP:SKIPPED-SEGMENTS="))
            .map_or(0, |n| n.parse().unwrap());
        let reaches = self
            .known
            .as_ref()
            .is_some_and(|known| sequence(known) + count(known) >= sequence(delta) + skipped);
        let (skip, text) = if reaches { (true, delta) } else { (false, full) };
        let query = Query { skip, ..Query::default() };
        all_well(&mut self.thrifty, at.to_utc(), query, text, &ALLOWED);
        let known = self.known.take().map_or_else(|| full.to_owned(), |known| put_together(&known, text));
        assert_eq!(known, full);
        self.known = Some(known);
    }

    /// All of it as a span of the past, at every length: each playlist is valid, and continues the one before.
    fn look_back(&self) {
        let span = Span::new(DAY, self.packager.now().plus(1)).unwrap();
        let mut before = String::new();
        for length in (0..=self.items.len()).step_by(7).chain([self.items.len()]) {
            let open = dvr_playlist(ARCHIVE, CAMERA, &self.items[..length], span, false);
            parses_elsewhere(&open);
            if self.items[..length].iter().any(|item| matches!(item, Item::Segment(_))) {
                assert!(open.starts_with(&before), "{before}\n{open}");
                all_well(&mut PlaylistChecker::new(), self.packager.now(), Query::default(), &open, &[]);
                before = open;
            }
        }
        let closed = dvr_playlist(ARCHIVE, CAMERA, &self.items, span, true);
        assert_eq!(closed, before.replace(":EVENT\n", ":VOD\n") + "#EXT-X-ENDLIST\n");
    }

    /// Every number is one segment or one piece of a gap.
    fn count(&self) {
        let pieces = |item: &Item| match item {
            Item::Segment(_) => 1,
            Item::Gap(gap) => gap_pieces(gap.to.unwrap().since(gap.from)),
        };
        let last = self.items.iter().map(pieces).sum::<u64>() + 41;
        // The end of a gap is listed with the first part after it.
        if !matches!(self.items.last(), Some(Item::Gap(_))) {
            assert_eq!(self.window.next_segment().unwrap_or(41), last);
        }
        assert_eq!(self.packager.segment, last);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_day(steps in steps()) {
        let mut day = Day::new();
        for step in &steps {
            day.live(step);
        }
        day.count();
        if day.window.started() {
            day.look_back();
        }
    }
}
