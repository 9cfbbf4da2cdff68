//! Classifies a camera's interval into the five states (I5). Pure.

use ashkar_election::{HiddenTime, HiddenWhy, Owed};
use ashkar_terms::{Cause, Span, State, UtcMicros};
use serde::{Deserialize, Serialize};

/// How far the media in the archive may end before now while a camera is live: the current segment is not complete yet.
/// What has not come for so long is called missing, microseconds.
pub const LIVE_SLACK_US: i64 = 8_000_000;

/// The archive's coverage of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Media; late if it arrived long after it happened.
    Recorded {
        /// Arrived later than it happened.
        late: bool,
    },
    /// A declared gap.
    Gap(Cause),
    /// A declared gap whose media the station's agent holds, and is about to send.
    Coming(Cause),
    /// Neither media nor a gap.
    Nothing,
}

impl From<ashkar_archive::IntervalKind> for Found {
    fn from(kind: ashkar_archive::IntervalKind) -> Self {
        use ashkar_archive::IntervalKind;
        match kind {
            IntervalKind::Recorded { late } => Self::Recorded { late },
            IntervalKind::Gap { cause } => Self::Gap(cause),
            IntervalKind::Nothing => Self::Nothing,
        }
    }
}

/// One interval of a camera's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// First microsecond inside.
    pub from: UtcMicros,
    /// First microsecond after it.
    pub to: UtcMicros,
    /// Its state.
    pub state: State,
    /// The cause, if it is missing; and if it is late and still arriving, why it did not come in time.
    pub cause: Option<Cause>,
    /// Why it is hidden, if it is.
    pub hidden: Option<HiddenWhy>,
}

impl Entry {
    /// Whether both tell the same of different times.
    fn is_like(&self, other: &Self) -> bool {
        (self.state, self.cause, self.hidden) == (other.state, other.cause, other.hidden)
    }

    /// Whether it is here, on time or late: only that can be withheld.
    fn is_here(&self) -> bool {
        self.state == State::Live || (self.state == State::Late && !self.is_arriving())
    }

    /// Whether it is late and not here yet: its agent holds it.
    pub fn is_arriving(&self) -> bool {
        self.state == State::Late && self.cause.is_some()
    }
}

/// What is found, with the gaps that agents are about to fill: `spans` in order.
pub(crate) fn with_coming(found: Vec<(Span, Found)>, spans: &[Span]) -> Vec<(Span, Found)> {
    let mut all = Vec::with_capacity(found.len());
    for (place, what) in found {
        let Found::Gap(cause) = what else {
            all.push((place, what));
            continue;
        };
        let mut at = place.from;
        for coming in spans.iter().filter_map(|span| span.intersection(&place)) {
            let from = coming.from.max(at);
            all.extend(Span::new(at, from).map(|gap| (gap, what)));
            all.extend(Span::new(from, coming.to).map(|span| (span, Found::Coming(cause))));
            at = at.max(coming.to);
        }
        all.extend(Span::new(at, place.to).map(|gap| (gap, what)));
    }
    all
}

/// The status of the camera at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Present {
    /// The wall clock.
    pub now: UtcMicros,
    /// Since when it has been live without a break, and the end of its last picture that came, if it is live.
    pub live: Option<(UtcMicros, UtcMicros)>,
    /// Why it is not live.
    pub cause: Option<Cause>,
    /// Since when `cause` applies, if no record declares it: for a camera of which no picture was ever kept.
    pub cause_since: Option<UtcMicros>,
}

impl Present {
    /// Whether there is media at `at` that is not in the archive's index yet.
    fn is_held(&self, at: UtcMicros) -> bool {
        self.live.is_some_and(|(since, until)| at >= since && at < until && until.since(at) <= LIVE_SLACK_US)
    }
}

/// Classifies `span` into entries that tile it: `found` must be in order and without overlap. Adjacent entries that are
/// equal are merged.
pub fn tell(span: Span, found: &[(Span, Found)], owed: Option<Owed>, present: Present) -> Vec<Entry> {
    let recorded =
        || found.iter().filter(|(_, what)| matches!(what, Found::Recorded { .. })).map(|(place, _)| place);
    let recorded_from = recorded().map(|place| place.from).min();
    let recorded_to = recorded().map(|place| place.to).max();
    let teller = Teller { owed, present, recorded_from, recorded_to };
    let mut entries = Vec::with_capacity(found.len() + 3);
    let mut at = span.from;
    for (place, what) in found {
        let Some(place) = place.intersection(&span) else { continue };
        if at < place.from {
            teller.fill(&mut entries, at, place.from, Found::Nothing);
        }
        teller.fill(&mut entries, place.from.max(at), place.to, *what);
        at = at.max(place.to);
    }
    if at < span.to {
        teller.fill(&mut entries, at, span.to, Found::Nothing);
    }
    entries
}

/// Lays hidden `times`, in order and without overlap, over `entries`: what is there and may not be seen is hidden. What is
/// missing stays missing, so that no hiding conceals a hole. Of a time that belongs to another election nothing is told,
/// neither pictures nor holes: nothing was due.
pub fn hide(entries: Vec<Entry>, times: &[HiddenTime]) -> Vec<Entry> {
    if times.is_empty() {
        return entries;
    }
    let mut told = Vec::with_capacity(entries.len() + 2);
    for entry in entries {
        let mut at = entry.from;
        let first = times.partition_point(|time| time.span.to <= entry.from);
        for HiddenTime { span, why } in times.iter().skip(first).take_while(|time| time.span.from < entry.to)
        {
            let (from, to) = (span.from.max(at), span.to.min(entry.to));
            let state = match why {
                HiddenWhy::OtherDay => State::Due,
                _ if !entry.is_here() => continue,
                _ => State::Hidden,
            };
            if at < from {
                push(&mut told, Entry { from: at, to: from, ..entry });
            }
            let hidden = Some(*why).filter(|_| state == State::Hidden);
            push(&mut told, Entry { from, to, state, cause: None, hidden });
            at = to;
        }
        if at < entry.to {
            push(&mut told, Entry { from: at, ..entry });
        }
    }
    told
}

struct Teller {
    owed: Option<Owed>,
    present: Present,
    /// Start of the first media.
    recorded_from: Option<UtcMicros>,
    /// End of the last media.
    recorded_to: Option<UtcMicros>,
}

impl Teller {
    /// Cuts `[from, to)` at the borders of the owed time and at the present, and classifies each piece.
    fn fill(&self, entries: &mut Vec<Entry>, from: UtcMicros, to: UtcMicros, found: Found) {
        let edge = self.present.now.plus(-LIVE_SLACK_US);
        let mut cuts = vec![from, to];
        cuts.extend(self.owed.map(|owed| owed.from));
        cuts.extend(self.owed.and_then(|owed| owed.to));
        cuts.extend([edge, self.present.now]);
        cuts.extend(
            self.present
                .live
                .into_iter()
                .flat_map(|(since, until)| [since, until.plus(-LIVE_SLACK_US), until]),
        );
        cuts.extend(self.present.cause_since);
        cuts.retain(|cut| from <= *cut && *cut <= to);
        cuts.sort_unstable();
        cuts.dedup();
        for piece in cuts.windows(2) {
            if let [from, to] = *piece {
                let (state, cause) = self.tell(from, found, edge);
                push(entries, Entry { from, to, state, cause, hidden: None });
            }
        }
    }

    fn tell(&self, from: UtcMicros, found: Found, edge: UtcMicros) -> (State, Option<Cause>) {
        let present = self.present;
        let is_owed = self.owed.is_some_and(|owed| owed.contains(from));
        // A hole before pictures that came, or come now, is a hole, even in a rehearsal during which nothing was owed.
        let is_hole = present.live.is_some() || self.recorded_to.is_some_and(|end| from < end);
        match found {
            // Time after now has not happened, whatever a wrong clock or an encoder without pacing has claimed.
            _ if from >= present.now => (State::Due, None),
            Found::Recorded { late: false } => (State::Live, None),
            Found::Recorded { late: true } => (State::Late, None),
            Found::Coming(cause) if is_owed || is_hole => (State::Late, Some(cause)),
            Found::Gap(cause) if is_owed || is_hole => (State::Missing, Some(cause)),
            // The current segment.
            Found::Nothing if present.is_held(from) => (State::Live, None),
            // Its pictures are on their way.
            Found::Nothing if from >= edge && present.live.is_some_and(|(_, until)| from >= until) => {
                (State::Due, None)
            }
            _ if !is_owed => (State::Due, None),
            Found::Nothing if self.recorded_from.is_some_and(|first| from < first) => {
                (State::Missing, Some(Cause::NeverConnected))
            }
            Found::Nothing if present.live.is_none() => {
                let began = present.cause_since.is_none_or(|since| from >= since);
                let cause = if began { present.cause } else { Some(Cause::NeverConnected) };
                (State::Missing, Some(cause.unwrap_or(Cause::Unknown)))
            }
            // The very first picture is not durable yet.
            Found::Nothing if self.recorded_from.is_none() => (State::Missing, Some(Cause::NeverConnected)),
            Found::Nothing | Found::Gap(_) | Found::Coming(_) => (State::Missing, Some(Cause::Unknown)),
        }
    }
}

fn push(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.last_mut() {
        Some(last) if last.to == entry.from && last.is_like(&entry) => last.to = entry.to,
        _ => entries.push(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    fn at(seconds: i64) -> UtcMicros {
        UtcMicros(seconds * SECOND)
    }

    fn span(from: i64, to: i64) -> Span {
        Span::new(at(from), at(to)).unwrap()
    }

    /// If it is live since some time, its pictures have come until now.
    fn present(now: i64, live_since: Option<i64>, cause: Cause) -> Present {
        let live = live_since.map(|since| (at(since), at(now)));
        Present { now: at(now), live, cause: Some(cause), cause_since: None }
    }

    fn told(
        found: &[(i64, i64, Found)],
        owed: Option<(i64, Option<i64>)>,
        now: i64,
        live: bool,
    ) -> Vec<(i64, i64, State)> {
        let found: Vec<_> = found.iter().map(|(from, to, what)| (span(*from, *to), *what)).collect();
        let owed = owed.map(|(from, to)| Owed { from: at(from), to: to.map(at) });
        let present = present(now, live.then_some(0), Cause::Uplink);
        let entries = tell(span(0, 1000), &found, owed, present);
        entries.iter().map(|e| (e.from.0 / SECOND, e.to.0 / SECOND, e.state)).collect()
    }

    #[test]
    fn a_day_with_everything_in_it() {
        let found = [
            (100, 200, Found::Recorded { late: false }),
            (200, 260, Found::Gap(Cause::Uplink)),
            (260, 300, Found::Recorded { late: true }),
            (300, 494, Found::Recorded { late: false }),
        ];
        assert_eq!(
            told(&found, Some((50, None)), 500, true),
            [
                (0, 50, State::Due),
                (50, 100, State::Missing),
                (100, 200, State::Live),
                (200, 260, State::Missing),
                (260, 300, State::Late),
                (300, 500, State::Live),
                (500, 1000, State::Due),
            ]
        );
    }

    #[test]
    fn before_its_first_picture_a_camera_had_not_connected() {
        let found = [(span(100, 494), Found::Recorded { late: false })];
        let owed = Some(Owed { from: at(50), to: None });
        let present = present(500, Some(100), Cause::Uplink);
        let entries = tell(span(0, 500), &found, owed, present);
        assert_eq!(entries[1].cause, Some(Cause::NeverConnected));
        assert_eq!((entries[1].from, entries[1].to), (at(50), at(100)));
    }

    /// The seconds before the first picture do not become live because pictures come now.
    #[test]
    fn live_begins_with_a_recorded_picture() {
        let owed = Some(Owed { from: at(50), to: None });
        let entries = tell(span(0, 500), &[], owed, present(500, Some(497), Cause::Uplink));
        let brief: Vec<_> = entries.iter().map(|e| (e.from.0 / SECOND, e.state, e.cause)).collect();
        assert_eq!(
            brief,
            [
                (0, State::Due, None),
                (50, State::Missing, Some(Cause::NeverConnected)),
                (497, State::Live, None)
            ]
        );
    }

    /// A camera connected at 300 and has sent nothing usable since.
    #[test]
    fn what_cannot_be_used_is_told_from_when_it_came() {
        let owed = Some(Owed { from: at(50), to: None });
        let present = Present { cause_since: Some(at(300)), ..present(500, None, Cause::Source) };
        let causes: Vec<_> =
            tell(span(0, 500), &[], owed, present).iter().map(|e| (e.from.0 / SECOND, e.cause)).collect();
        assert_eq!(causes, [(0, None), (50, Some(Cause::NeverConnected)), (300, Some(Cause::Source))]);
    }

    #[test]
    fn what_lies_after_now_has_not_been() {
        let found = [(100, 900, Found::Recorded { late: false })];
        assert_eq!(
            told(&found, Some((100, None)), 500, true),
            [(0, 100, State::Due), (100, 500, State::Live), (500, 1000, State::Due)]
        );
    }

    /// Over a slow line pictures come, and are some seconds old.
    #[test]
    fn what_has_not_come_is_not_told_as_live() {
        let found = [(span(100, 480), Found::Recorded { late: false })];
        let owed = Some(Owed { from: at(100), to: None });
        let brief = |now: i64, until: i64| -> Vec<_> {
            let present =
                Present { now: at(now), live: Some((at(100), at(until))), cause: None, cause_since: None };
            let entries = tell(span(100, now), &found, owed, present);
            entries.iter().map(|e| (e.to.0 / SECOND, e.state, e.cause)).collect()
        };
        assert_eq!(brief(486, 484), [(484, State::Live, None), (486, State::Due, None)]);
        let missing = (State::Missing, Some(Cause::Unknown));
        assert_eq!(
            brief(493, 484),
            [(484, State::Live, None), (485, missing.0, missing.1), (493, State::Due, None)]
        );
        // A segment that the archive has lost does not become live because later ones are.
        assert_eq!(
            brief(495, 494),
            [
                (480, State::Live, None),
                (486, missing.0, missing.1),
                (494, State::Live, None),
                (495, State::Due, None)
            ]
        );
    }

    #[test]
    fn silence_is_missing_and_not_slack() {
        let found = [(100, 494, Found::Recorded { late: false })];
        assert_eq!(
            told(&found, Some((100, None)), 500, false),
            [
                (0, 100, State::Due),
                (100, 494, State::Live),
                (494, 500, State::Missing),
                (500, 1000, State::Due)
            ]
        );
    }

    #[test]
    fn after_the_protocol_nothing_is_owed() {
        let found = [(100, 300, Found::Recorded { late: false })];
        assert_eq!(
            told(&found, Some((100, Some(300))), 500, false),
            [(0, 100, State::Due), (100, 300, State::Live), (300, 1000, State::Due)]
        );
        assert_eq!(told(&[], None, 500, false), [(0, 1000, State::Due)]);
    }

    #[test]
    fn a_hole_in_a_rehearsal_is_a_hole() {
        let live = Found::Recorded { late: false };
        let found = [
            (100, 200, live),
            (200, 220, Found::Gap(Cause::Centre)),
            (220, 300, live),
            (300, 400, Found::Gap(Cause::Source)),
        ];
        assert_eq!(
            told(&found, None, 500, false),
            [
                (0, 100, State::Due),
                (100, 200, State::Live),
                (200, 220, State::Missing),
                (220, 300, State::Live),
                (300, 1000, State::Due)
            ]
        );
    }

    #[test]
    fn what_an_agent_holds_is_late_and_not_missing() {
        let live = Found::Recorded { late: false };
        let found =
            vec![(span(100, 200), live), (span(200, 300), Found::Gap(Cause::Uplink)), (span(300, 400), live)];
        let coming = [span(150, 210), span(220, 240), span(290, 350)];
        let all = with_coming(found, &coming);
        let owed = Some(Owed { from: at(100), to: None });
        let entries = tell(span(100, 400), &all, owed, present(500, Some(0), Cause::Uplink));
        let brief: Vec<_> =
            entries.iter().map(|e| (e.from.0 / SECOND, e.to.0 / SECOND, e.state, e.is_arriving())).collect();
        assert_eq!(
            brief,
            [
                (100, 200, State::Live, false),
                (200, 210, State::Late, true),
                (210, 220, State::Missing, false),
                (220, 240, State::Late, true),
                (240, 290, State::Missing, false),
                (290, 300, State::Late, true),
                (300, 400, State::Live, false),
            ]
        );
    }

    #[test]
    fn what_is_there_is_hidden_and_a_hole_stays_a_hole() {
        let entry = |from, to, state, cause| Entry { from: at(from), to: at(to), state, cause, hidden: None };
        let day = vec![
            entry(0, 100, State::Due, None),
            entry(100, 200, State::Live, None),
            entry(200, 220, State::Missing, Some(Cause::Power)),
            entry(220, 240, State::Late, Some(Cause::Uplink)),
            entry(240, 300, State::Late, None),
            entry(300, 400, State::Live, None),
            entry(400, 500, State::Due, None),
        ];
        let time = |from, to, why| HiddenTime { span: Span { from, to }, why };
        let always = UtcMicros(i64::MIN);
        let times = [
            time(always, at(120), HiddenWhy::Unapproved),
            time(at(150), at(260), HiddenWhy::Secrecy),
            time(at(260), at(280), HiddenWhy::Other),
            time(at(390), UtcMicros(i64::MAX), HiddenWhy::Person),
        ];
        let brief = |entries: Vec<Entry>| -> Vec<_> {
            let seconds = |at: UtcMicros| at.0 / SECOND;
            entries.iter().map(|e| (seconds(e.from), seconds(e.to), e.state, e.hidden)).collect()
        };
        assert_eq!(
            brief(hide(day.clone(), &times)),
            [
                (0, 100, State::Due, None),
                (100, 120, State::Hidden, Some(HiddenWhy::Unapproved)),
                (120, 150, State::Live, None),
                (150, 200, State::Hidden, Some(HiddenWhy::Secrecy)),
                (200, 220, State::Missing, None),
                (220, 240, State::Late, None),
                (240, 260, State::Hidden, Some(HiddenWhy::Secrecy)),
                (260, 280, State::Hidden, Some(HiddenWhy::Other)),
                (280, 300, State::Late, None),
                (300, 390, State::Live, None),
                (390, 400, State::Hidden, Some(HiddenWhy::Person)),
                (400, 500, State::Due, None),
            ]
        );
        assert_eq!(hide(day.clone(), &[]), day);
        let whole = hide(day, &[time(always, UtcMicros(i64::MAX), HiddenWhy::Unapproved)]);
        assert!(whole.iter().all(|entry| !entry.is_here()), "{whole:?}");
        assert!(whole.windows(2).all(|pair| pair[0].to == pair[1].from), "{whole:?}");
    }

    #[test]
    fn entries_tile_the_span() {
        let found = [(10, 20, Found::Gap(Cause::Disk)), (40, 60, Found::Recorded { late: true })];
        let told = told(&found, Some((15, Some(50))), 55, false);
        assert_eq!(told.first().unwrap().0, 0);
        assert_eq!(told.last().unwrap().1, 1000);
        assert!(told.windows(2).all(|pair| pair[0].1 == pair[1].0));
    }
}
