//! The times of a camera that nobody may see, from its approvals and hidings.

use ashkar_terms::{Span, UtcMicros};
use serde::{Deserialize, Serialize};

use super::{Approval, Hiding, HidingReason};

/// The end of what has no end.
const NEVER: UtcMicros = UtcMicros(i64::MAX);

/// Why a time is hidden. Of several reasons the last one in this order is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiddenWhy {
    /// It was before the camera's view was approved.
    Unapproved,
    /// It was hidden for another reason, which its words say.
    Other,
    /// It shows a person who must not be shown.
    Person,
    /// It endangers the secrecy of the vote.
    Secrecy,
    /// It belongs to another election of the registry: nothing else is told of it.
    OtherDay,
}

impl HiddenWhy {
    /// Its name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unapproved => "unapproved",
            Self::Other => "other",
            Self::Person => "person",
            Self::Secrecy => "secrecy",
            Self::OtherDay => "other_day",
        }
    }
}

impl From<HidingReason> for HiddenWhy {
    fn from(reason: HidingReason) -> Self {
        match reason {
            HidingReason::Secrecy => Self::Secrecy,
            HidingReason::Person => Self::Person,
            HidingReason::Other => Self::Other,
        }
    }
}

/// A time that nobody may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenTime {
    /// It; without an end, it ends at the last moment of all.
    pub span: Span,
    /// Why.
    pub why: HiddenWhy,
}

/// All times of a camera that nobody may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    times: Vec<HiddenTime>,
    spans: Vec<Span>,
}

impl Hidden {
    /// Of a camera with these `approvals` and `hidings`, in any order, and of an election with these `foreign` times.
    /// Without an approval, all time.
    pub fn of(approvals: &[Approval], hidings: &[Hiding], foreign: &[Span]) -> Self {
        let mut all: Vec<HiddenTime> = Vec::with_capacity(hidings.len() + foreign.len() + 1);
        all.extend(foreign.iter().map(|&span| HiddenTime { span, why: HiddenWhy::OtherDay }));
        if !approvals.iter().any(|approval| approval.owner) {
            let first = approvals.iter().map(|approval| approval.at).min();
            let before = Span::new(UtcMicros(i64::MIN), first.unwrap_or(NEVER));
            all.extend(before.map(|span| HiddenTime { span, why: HiddenWhy::Unapproved }));
        }
        let hidden = hidings.iter().filter_map(|hiding| {
            let span = Span::new(hiding.from, hiding.to.unwrap_or(NEVER))?;
            Some(HiddenTime { span, why: hiding.reason.into() })
        });
        all.extend(hidden);
        let times = told_once(&all);
        let spans = merged(&times);
        Self { times, spans }
    }

    /// The times, in order and without overlap, with the reason of each.
    pub fn times(&self) -> &[HiddenTime] {
        &self.times
    }

    /// The same without reasons: no two of them touch.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The time that contains `at`, and since when the camera has been hidden without a break.
    pub fn at(&self, at: UtcMicros) -> Option<(HiddenTime, UtcMicros)> {
        let time = self.times.iter().find(|time| time.span.contains(at))?;
        let since = self.spans.iter().find(|span| span.contains(at))?.from;
        Some((*time, since))
    }
}

/// Cuts `all` where any of them begins or ends; of those that overlap, the strongest reason is told.
fn told_once(all: &[HiddenTime]) -> Vec<HiddenTime> {
    let mut cuts: Vec<UtcMicros> = all.iter().flat_map(|time| [time.span.from, time.span.to]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut told: Vec<HiddenTime> = Vec::with_capacity(cuts.len());
    for pair in cuts.windows(2) {
        let [from, to] = *pair else { continue };
        let here = all.iter().filter(|time| time.span.contains(from));
        let Some(why) = here.map(|time| time.why).max() else { continue };
        match told.last_mut() {
            Some(last) if last.span.to == from && last.why == why => last.span.to = to,
            _ => told.push(HiddenTime { span: Span { from, to }, why }),
        }
    }
    told
}

fn merged(times: &[HiddenTime]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::with_capacity(times.len());
    for HiddenTime { span, .. } in times {
        match spans.last_mut() {
            Some(last) if last.to == span.from => last.to = span.to,
            _ => spans.push(*span),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use ashkar_terms::CameraId;
    use proptest::prelude::*;

    use super::super::{Checks, ViewPhase};
    use super::*;

    const CAMERA: CameraId = CameraId { constituency: 7, station: 12, camera: 1 };

    fn approved(at: i64, owner: bool) -> Approval {
        Approval {
            camera: CAMERA,
            phase: ViewPhase::Voting,
            still: None,
            zones: Vec::new(),
            checks: Checks::default(),
            at: UtcMicros(at),
            proposed_by: "a".to_owned(),
            approved_by: "b".to_owned(),
            owner,
        }
    }

    fn hidden(from: i64, to: Option<i64>, reason: HidingReason) -> Hiding {
        Hiding {
            id: 1,
            camera: CAMERA,
            from: UtcMicros(from),
            to: to.map(UtcMicros),
            reason,
            text: String::new(),
            by: "a".to_owned(),
            at: UtcMicros(from),
            shown_by: None,
        }
    }

    fn told(approvals: &[Approval], hidings: &[Hiding]) -> Vec<(i64, i64, char)> {
        let letter = |why| match why {
            HiddenWhy::Unapproved => 'u',
            HiddenWhy::Other => 'o',
            HiddenWhy::Person => 'p',
            HiddenWhy::Secrecy => 's',
            HiddenWhy::OtherDay => 'd',
        };
        let hidden = Hidden::of(approvals, hidings, &[]);
        hidden.times().iter().map(|time| (time.span.from.0, time.span.to.0, letter(time.why))).collect()
    }

    #[test]
    fn hidden_times_by_table() {
        use HidingReason::{Other, Person, Secrecy};
        const MIN: i64 = i64::MIN;
        const MAX: i64 = i64::MAX;
        let owner = [approved(500, true)];
        let two = [approved(200, false), approved(100, false)];
        for (what, approvals, hidings, expected) in [
            ("nobody approved it", &[][..], vec![], vec![(MIN, MAX, 'u')]),
            ("the owner's approval covers all time", &owner, vec![], vec![]),
            ("the first approval counts", &two, vec![], vec![(MIN, 100, 'u')]),
            ("an owner's beside others", &[approved(200, false), approved(300, true)], vec![], vec![]),
            ("hidden for good", &owner, vec![hidden(50, None, Secrecy)], vec![(50, MAX, 's')]),
            (
                "shown again",
                &two,
                vec![hidden(150, Some(170), Person)],
                vec![(MIN, 100, 'u'), (150, 170, 'p')],
            ),
            (
                "set back to before the approval: the hiding's reason is told",
                &two,
                vec![hidden(90, Some(170), Other)],
                vec![(MIN, 90, 'u'), (90, 170, 'o')],
            ),
            (
                "two at once: the stronger reason",
                &owner,
                vec![hidden(10, Some(40), Other), hidden(20, Some(30), Secrecy)],
                vec![(10, 20, 'o'), (20, 30, 's'), (30, 40, 'o')],
            ),
            ("a hiding without length", &owner, vec![hidden(10, Some(10), Secrecy)], vec![]),
            (
                "hidden and never approved",
                &[],
                vec![hidden(10, None, Person)],
                vec![(MIN, 10, 'u'), (10, MAX, 'p')],
            ),
        ] {
            assert_eq!(told(approvals, &hidings), expected, "{what}");
        }
    }

    #[test]
    fn it_is_told_since_when_without_a_break() {
        let hidden = Hidden::of(
            &[approved(100, false)],
            &[hidden(90, Some(170), HidingReason::Other), hidden(300, None, HidingReason::Secrecy)],
            &[],
        );
        let told = |at| hidden.at(UtcMicros(at)).map(|(time, since)| (time.why, since.0));
        assert_eq!(told(120), Some((HiddenWhy::Other, i64::MIN)));
        assert_eq!((told(170), told(299)), (None, None));
        assert_eq!(told(400), Some((HiddenWhy::Secrecy, 300)));
        assert_eq!(hidden.spans().len(), 2);
    }

    proptest! {
        /// Each moment by itself, against the plain meaning.
        #[test]
        fn a_moment_is_hidden_if_and_only_if_something_hides_it(
            approvals in prop::collection::vec((0_i64..60, prop::bool::weighted(0.1)), 0..4),
            hidings in prop::collection::vec((0_i64..60, prop::option::of(0_i64..60), 0_usize..3), 0..6),
            foreign in prop::option::of((0_i64..60, 1_i64..30)),
        ) {
            let approvals: Vec<_> = approvals.into_iter().map(|(at, owner)| approved(at, owner)).collect();
            let hidings: Vec<_> = hidings
                .into_iter()
                .map(|(from, to, reason)| hidden(from, to.map(|to| to.max(from)), HidingReason::ALL[reason]))
                .collect();
            let foreign = foreign.and_then(|(from, length)| Span::new(UtcMicros(from), UtcMicros(from + length)));
            let foreign: Vec<_> = foreign.into_iter().collect();
            let told = Hidden::of(&approvals, &hidings, &foreign);
            for at in -1..61 {
                let at = UtcMicros(at);
                let is_approved = approvals.iter().any(|approval| approval.owner || approval.at <= at);
                let over = hidings.iter().filter(|one| one.from <= at && one.to.is_none_or(|to| at < to));
                let unapproved = (!is_approved).then_some(HiddenWhy::Unapproved);
                let other = foreign.iter().any(|span| span.contains(at)).then_some(HiddenWhy::OtherDay);
                let expected = over.map(|one| one.reason.into()).chain(unapproved).chain(other).max();
                prop_assert_eq!(told.at(at).map(|(time, _)| time.why), expected);
                prop_assert_eq!(told.spans().iter().any(|span| span.contains(at)), expected.is_some());
            }
            prop_assert!(told.times().windows(2).all(|pair| pair[0].span.to <= pair[1].span.from));
            prop_assert!(told.spans().windows(2).all(|pair| pair[0].to < pair[1].from));
        }
    }
}
