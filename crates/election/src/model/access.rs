//! The one decision about what the public may see of a camera, however it is requested: by address, playlist or still.
//!
//! In: the camera's standing, the request, the commission's policy, the time. Out: yes, until when; or no, and why.
//! Whoever serves anything that shows a camera asks here, for each object, each time.

use ashkar_terms::{Span, UtcMicros};

use super::Policy;

/// A live window never counts as longer than this, microseconds: five minutes.
const MAX_LIVE_US: i64 = 300_000_000;
/// Media that left the live window this recently may still be requested by a client whose playlist names them,
/// microseconds.
const LEAVING_US: i64 = 30_000_000;

/// A camera's standing in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The camera was never described.
    Unknown,
    /// It was taken off the list, or a person switched it off.
    Off,
    /// Nobody approved its view yet (I7).
    Unapproved,
    /// The public may see it.
    On,
}

/// What is requested of a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// What is happening now: the live playlist, the newest still, a future part.
    Now,
    /// A piece that shows this time: a part, a segment, a still.
    Time(Span),
    /// A list of the pieces of this time. Each of them is decided on its own; if all of it is hidden, there is no list.
    List(Span),
    /// Something that shows nothing by itself: an init segment. Whether the live window needs it.
    Parameters {
        /// The live window names it.
        live: bool,
    },
}

/// Everything on which the decision depends, beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The camera's standing.
    pub standing: Standing,
    /// The commission's policy.
    pub policy: Policy,
    /// When the election's day is over for the public.
    pub day_over: UtcMicros,
    /// The start of the oldest piece that the live playlist lists; `None` if it lists none.
    pub live_from: Option<UtcMicros>,
    /// Times that nobody may see.
    pub hidden: &'a [Span],
    /// The time of the request.
    pub now: UtcMicros,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It may be shown, at most until this time if one is known; a new decision may end it sooner.
    Allowed {
        /// When the decision would change by itself.
        until: Option<UtcMicros>,
    },
    /// It may not.
    Denied(Denial),
}

/// Why something may not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// There is no such camera.
    Unknown,
    /// The camera is no longer public.
    Off,
    /// Nobody approved its view yet (I7).
    Unapproved,
    /// The commission has not opened the past at this time.
    Past,
    /// The commission hid this time.
    Hidden,
}

impl Case<'_> {
    /// Whether anyone may go back in time now.
    pub fn is_past_open(&self) -> bool {
        self.policy.is_past_open(self.now, self.day_over)
    }

    /// Whether the decision depends on the time that a piece shows: otherwise nobody needs to look that up.
    pub fn depends_on_time(&self) -> bool {
        self.standing == Standing::On && !(self.hidden.is_empty() && self.is_past_open())
    }

    /// The decision about `asked`.
    pub fn decide(&self, asked: Asked) -> Access {
        match self.standing {
            Standing::Unknown => return Access::Denied(Denial::Unknown),
            Standing::Off => return Access::Denied(Denial::Off),
            Standing::Unapproved => return Access::Denied(Denial::Unapproved),
            Standing::On => {}
        }
        match asked {
            Asked::Now if self.hides(Span { from: self.now, to: self.now.plus(1) }) => {
                Access::Denied(Denial::Hidden)
            }
            Asked::Now | Asked::Parameters { live: true } => Access::Allowed { until: None },
            Asked::Time(span) if self.hides(span) => Access::Denied(Denial::Hidden),
            Asked::List(span) if self.hides_all(span) => Access::Denied(Denial::Hidden),
            Asked::Time(span) | Asked::List(span) => self.at(span),
            Asked::Parameters { live: false } if self.is_past_open() => self.while_past_is_open(),
            Asked::Parameters { live: false } => Access::Denied(Denial::Past),
        }
    }

    /// Whether any of `span` is hidden.
    pub fn hides(&self, span: Span) -> bool {
        self.hidden.iter().any(|hidden| hidden.intersection(&span).is_some())
    }

    fn hides_all(&self, span: Span) -> bool {
        self.hidden.iter().any(|hidden| hidden.from <= span.from && span.to <= hidden.to)
    }

    fn at(&self, span: Span) -> Access {
        if self.is_past_open() {
            return self.while_past_is_open();
        }
        let Some(live_from) = self.live_from else { return Access::Denied(Denial::Past) };
        let shown_from = live_from.max(self.now.plus(-MAX_LIVE_US)).plus(-LEAVING_US);
        // The window moves with time.
        let stays_us = span.from.since(shown_from);
        if stays_us < 0 {
            return Access::Denied(Denial::Past);
        }
        Access::Allowed { until: Some(self.now.plus(stays_us)) }
    }

    fn while_past_is_open(&self) -> Access {
        let closes = self.now < self.day_over && !self.policy.archive_public_after;
        Access::Allowed { until: closes.then_some(self.day_over) }
    }
}

impl Policy {
    /// Whether anyone may go back in time at `now`, on a day that is over at `day_over`.
    pub fn is_past_open(&self, now: UtcMicros, day_over: UtcMicros) -> bool {
        if now < day_over { self.rewind_on_day } else { self.archive_public_after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const NOW: UtcMicros = UtcMicros(10_000 * SECOND);
    const DAY_OVER: UtcMicros = UtcMicros(20_000 * SECOND);

    /// Seconds before now.
    fn ago(from: i64, to: i64) -> Span {
        Span { from: NOW.plus(-from * SECOND), to: NOW.plus(-to * SECOND) }
    }

    fn case(rewind_on_day: bool, archive_public_after: bool) -> Case<'static> {
        Case {
            standing: Standing::On,
            policy: Policy { rewind_on_day, archive_public_after, ..Policy::default() },
            day_over: DAY_OVER,
            live_from: Some(NOW.plus(-40 * SECOND)),
            hidden: &[],
            now: NOW,
        }
    }

    fn all() -> [Asked; 6] {
        [
            Asked::Now,
            Asked::Time(ago(2, 0)),
            Asked::Time(ago(3600, 3598)),
            Asked::List(ago(600, 300)),
            Asked::Parameters { live: true },
            Asked::Parameters { live: false },
        ]
    }

    fn letters(case: &Case<'_>) -> String {
        let letter = |asked| match case.decide(asked) {
            Access::Allowed { .. } => 'y',
            Access::Denied(Denial::Unknown) => 'u',
            Access::Denied(Denial::Off) => 'o',
            Access::Denied(Denial::Unapproved) => 'a',
            Access::Denied(Denial::Past) => 'p',
            Access::Denied(Denial::Hidden) => 'h',
        };
        all().map(letter).iter().collect()
    }

    #[test]
    fn the_decision_by_table() {
        let day = case(true, false);
        let after = |case: Case<'static>| Case { now: DAY_OVER, live_from: Some(DAY_OVER), ..case };
        let hour_ago = [ago(3700, 3500)];
        let everything = [ago(9_999, -1)];
        for (what, case, expected) in [
            ("rewind is open", day, "yyyyyy"),
            ("rewind is closed: live alone", case(false, true), "yyppyp"),
            ("the same, off air", Case { live_from: None, ..case(false, true) }, "ypppyp"),
            ("the day is over, the archive closed", after(day), "ypppyp"),
            ("the day is over, the archive open", after(case(false, true)), "yyyyyy"),
            ("switched off", Case { standing: Standing::Off, ..day }, "oooooo"),
            ("never described", Case { standing: Standing::Unknown, ..day }, "uuuuuu"),
            (
                "never approved: nothing of it, also no parameters",
                Case { standing: Standing::Unapproved, ..day },
                "aaaaaa",
            ),
            (
                "never approved, and all is open",
                Case { standing: Standing::Unapproved, ..case(true, true) },
                "aaaaaa",
            ),
            ("an hour ago is hidden", Case { hidden: &hour_ago, ..day }, "yyhyyy"),
            ("all is hidden: parameters show nothing", Case { hidden: &everything, ..day }, "hhhhyy"),
            (
                "hidden counts more than a closed past",
                Case { hidden: &hour_ago, ..case(false, false) },
                "yyhpyp",
            ),
        ] {
            assert_eq!(letters(&case), expected, "{what}");
        }
    }

    #[test]
    fn a_hidden_time_hides_what_touches_it_and_nothing_else() {
        let hidden = [ago(100, 90)];
        let case = Case { hidden: &hidden, ..case(true, false) };
        for (from, to, is_hidden) in
            [(104, 100, false), (104, 99, true), (96, 94, true), (91, 89, true), (90, 88, false)]
        {
            let expected = if is_hidden {
                Access::Denied(Denial::Hidden)
            } else {
                Access::Allowed { until: Some(DAY_OVER) }
            };
            assert_eq!(case.decide(Asked::Time(ago(from, to))), expected, "{from} to {to}");
        }
    }

    #[test]
    fn what_is_live_is_given_until_the_window_has_left_it_behind() {
        let closed = case(false, false);
        let until = |from| match closed.decide(Asked::Time(ago(from, from - 2))) {
            Access::Allowed { until } => until.map(|until| until.since(NOW) / SECOND),
            Access::Denied(_) => None,
        };
        assert_eq!([until(2), until(40), until(70), until(71)], [Some(68), Some(30), Some(0), None]);
        let stuck = Case { live_from: Some(NOW.plus(-3600 * SECOND)), ..closed };
        assert_eq!(stuck.decide(Asked::Time(ago(3600, 3598))), Access::Denied(Denial::Past));
    }

    #[test]
    fn what_closes_by_itself_says_when() {
        let until = |case: Case<'static>| case.decide(Asked::Time(ago(3600, 3598)));
        assert_eq!(until(case(true, false)), Access::Allowed { until: Some(DAY_OVER) });
        assert_eq!(until(case(true, true)), Access::Allowed { until: None });
        assert!(!case(true, true).depends_on_time());
        assert!(case(false, true).depends_on_time());
        assert!(Case { hidden: &[Span { from: NOW, to: DAY_OVER }], ..case(true, true) }.depends_on_time());
    }
}
