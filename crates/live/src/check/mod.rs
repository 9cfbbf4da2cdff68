//! A judge of playlists, by the rules of draft-pantos-hls-rfc8216bis. It reads text and shares no code with the writer,
//! so that a mistake in one is not repeated in the other.
//!
//! ```
//! use ashkar_live::check::{Observation, PlaylistChecker, Rule};
//!
//! let mut checker = PlaylistChecker::new();
//! let text = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:5.2,\nfirst.ts\n";
//! let violations = checker.check(&Observation { at_ms: 0, query: Default::default(), text });
//! let rules: Vec<Rule> = violations.iter().map(|violation| violation.rule).collect();
//! assert_eq!(rules, [Rule::Version, Rule::SegmentTooLong]);
//! ```

mod media;
mod parse;
mod reload;
mod rule;
mod single;
mod value;
mod violation;

use parse::Media;
pub use parse::read;
pub use rule::{Rule, Severity};
use violation::Report;
pub use violation::Violation;

use crate::query::Query;

/// A playlist as received by a client.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// When, in milliseconds of any clock that does not step.
    pub at_ms: i64,
    /// The directives of the request.
    pub query: Query,
    /// The body.
    pub text: &'a str,
}

/// Judges the successive states of one media playlist, as one client would see them.
#[derive(Debug, Default)]
pub struct PlaylistChecker {
    before: Option<Media>,
    /// When a new segment was last seen.
    renewed_ms: i64,
    media: media::Fetched,
}

impl PlaylistChecker {
    /// A checker that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Judges the next state of the playlist, by itself and against the one before it. Empty if there are no
    /// violations.
    pub fn check(&mut self, observation: &Observation<'_>) -> Vec<Violation> {
        let mut report = Report::default();
        let raw = parse::parse(observation.text, &mut report);
        single::check(&raw, &mut report);
        let now = reload::merge(self.before.as_ref(), raw.clone(), &mut report);
        reload::check_answer(&observation.query, &raw, &now, &mut report);
        if let Some(before) = &self.before {
            reload::check(before, &now, &mut report);
        }
        self.check_renewal(observation.at_ms, &now, &mut report);
        self.before = Some(now);
        report.done()
    }

    /// Judges the response to an address in the playlist: an init segment, a segment or a part.
    pub fn check_media(&mut self, uri: &str, bytes: &[u8]) -> Vec<Violation> {
        let mut report = Report::default();
        self.media.check(uri, bytes, self.before.as_ref(), &mut report);
        report.done()
    }

    fn check_renewal(&mut self, at_ms: i64, now: &Media, report: &mut Report) {
        let renewed = self.before.as_ref().is_none_or(|before| now.next_number() != before.next_number());
        let limit_ms = single::target_us(now) / 1000 * 3 / 2;
        let late_ms = at_ms.saturating_sub(self.renewed_ms);
        let late = !now.ended && self.before.is_some() && !renewed && late_ms > limit_ms;
        report.push_if(late, Rule::LateUpdate, 0, || format!("{late_ms} ms without a new segment"));
        if renewed {
            self.renewed_ms = at_ms;
        }
    }
}

/// Judges a playlist by itself, such as one of a span that is over.
pub fn check_one(text: &str) -> Vec<Violation> {
    let mut report = Report::default();
    let media = parse::parse(text, &mut report);
    single::check(&media, &mut report);
    report.done()
}
