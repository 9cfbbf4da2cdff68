//! Rehearsals, and which time belongs to which election of a registry.
//!
//! In: the descriptions of all elections. Out: for one of them, the times that belong to others. What must never happen: a
//! moment that two days have in common, if one of them is a rehearsal: recordings are told apart by their time alone.

use ashkar_terms::{Span, UtcMicros};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Election, ElectionError, ElectionKey, Minute, Owed};

/// How long after the closing of the polls a rehearsal usually ends: time to practise the count, minutes.
const COUNT_MINUTES: u16 = 120;

/// What makes an election a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearsal {
    /// The election that is rehearsed.
    pub of: ElectionKey,
    /// When it ends: unlike a vote, whose end the last protocol makes, it ends by the clock.
    pub until: Minute,
}

/// A rehearsal that is to be planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRehearsal {
    /// Its day.
    pub date: Date,
    /// When its cameras must be on air; as in the vote by default. The whole plan moves along.
    #[serde(default)]
    pub on_air: Option<Minute>,
    /// When it ends; two hours after its polls close by default.
    #[serde(default)]
    pub until: Option<Minute>,
}

/// An election of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownElection {
    /// Its description.
    pub election: Election,
    /// Whether it is the current one.
    pub current: bool,
}

impl Election {
    /// The `number`th rehearsal of this election.
    ///
    /// # Errors
    /// [`ElectionError`] if it cannot be held.
    pub fn rehearsed(&self, new: &NewRehearsal, number: usize) -> Result<Self, ElectionError> {
        let plan = new.on_air.map_or_else(|| self.plan.clone(), |on_air| self.plan.shifted_to(on_air));
        let usual = Minute(plan.voting_to.0.saturating_add(COUNT_MINUTES)).min(plan.latest_end());
        let rehearsal = Rehearsal { of: self.key.clone(), until: new.until.unwrap_or(usual) };
        let key = ElectionKey::new(format!("{}-rehearsal-{number}", self.key))?;
        let made = Self { key, date: new.date, plan, rehearsal: Some(rehearsal), ..self.clone() };
        made.check()?;
        Ok(made)
    }

    /// The election to which the cameras belong: of a rehearsal, the one that is rehearsed.
    pub fn rehearsed_key(&self) -> &ElectionKey {
        self.rehearsal.as_ref().map_or(&self.key, |rehearsal| &rehearsal.of)
    }

    /// What the names of its files say of it: a sample, a rehearsal, both, or nothing.
    pub fn file_mark(&self) -> &'static str {
        match (self.sample, self.rehearsal.is_some()) {
            (true, true) => "-sample-rehearsal",
            (true, false) => "-sample",
            (false, true) => "-rehearsal",
            (false, false) => "",
        }
    }

    /// Its whole day, or all of its days: of a vote until the end of the day after the last one, whatever may be left to
    /// count then.
    pub fn day(&self) -> Span {
        let to = match &self.rehearsal {
            None => self.day_over(),
            Some(rehearsal) => self.instant(rehearsal.until),
        };
        Span { from: self.on_air_at(), to }
    }

    /// Refuses a day that cannot be told apart from that of `other`, if one of them is a rehearsal.
    ///
    /// # Errors
    /// [`ElectionError::SameTime`]; [`ElectionError::AfterVote`] if it would come after what it rehearses.
    pub(crate) fn check_apart(&self, other: &Self) -> Result<(), ElectionError> {
        if self.key == other.key || (self.rehearsal.is_none() && other.rehearsal.is_none()) {
            return Ok(());
        }
        let is_of = |one: &Self, vote: &Self| one.rehearsal.is_some() && *one.rehearsed_key() == vote.key;
        let is_same_date = self.date == other.date && (is_of(self, other) || is_of(other, self));
        if is_same_date || self.day().intersection(&other.day()).is_some() {
            return Err(ElectionError::SameTime(other.key.clone()));
        }
        let is_late = (is_of(self, other) && self.day().from >= other.day().from)
            || (is_of(other, self) && other.day().from >= self.day().from);
        if is_late { Err(ElectionError::AfterVote) } else { Ok(()) }
    }
}

/// Which time is an election's own, among those of the registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// Times that belong to others, in order and apart: nothing of them may appear under this election.
    pub foreign: Vec<Span>,
    /// When its day ends at the latest; none if no other election follows.
    pub ends: Option<UtcMicros>,
}

impl Days {
    /// Of `election` among `all`.
    ///
    /// A rehearsal has its own day and nothing else. A vote has the time before it too, in which the cameras are
    /// installed and tested: from the end of the vote before, without the rehearsals. Votes whose days overlap, such as one
    /// that was given another key, are not told apart.
    pub fn of(election: &Election, all: &[Election]) -> Self {
        let day = election.day();
        let others = || all.iter().filter(|other| other.key != election.key);
        let votes = || others().filter(|other| other.rehearsal.is_none()).map(Election::day);
        let ends = match election.rehearsal {
            Some(_) => Some(day.to),
            None => votes().any(|vote| vote.from >= day.to).then_some(day.to),
        };
        let begins = match election.rehearsal {
            Some(_) => Some(day.from),
            None => votes().filter(|vote| vote.to <= day.from).map(|vote| vote.to).max(),
        };
        let before = begins.and_then(|begins| Span::new(UtcMicros(i64::MIN), begins));
        let after = ends.and_then(|ends| Span::new(ends, UtcMicros(i64::MAX)));
        let rehearsals = others().filter(|other| other.rehearsal.is_some()).map(Election::day);
        Self { foreign: merged(before.into_iter().chain(after).chain(rehearsals).collect()), ends }
    }

    /// What is owed, if nothing is owed after the end.
    #[must_use]
    pub fn bound(&self, owed: Owed) -> Owed {
        let to = [owed.to, self.ends].into_iter().flatten().min();
        Owed { to, ..owed }
    }
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.from, span.to));
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => apart.push(span),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{DayPlan, Night, StationMarks};
    use super::*;

    fn vote(key: &str, date: &str) -> Election {
        Election { key: ElectionKey::new(key).unwrap(), ..Election::of_date(date.parse().unwrap()) }
    }

    fn on(date: &str) -> NewRehearsal {
        NewRehearsal { date: date.parse().unwrap(), on_air: None, until: None }
    }

    #[test]
    fn a_rehearsal_is_the_same_day_earlier() {
        let vote = vote("v", "2024-02-07");
        let plain = vote.rehearsed(&on("2024-02-03"), 1).unwrap();
        assert_eq!((plain.key.as_str(), &plain.plan), ("v-rehearsal-1", &vote.plan));
        assert_eq!(plain.rehearsal.as_ref().unwrap().until, Minute::at(21, 0));
        let new = NewRehearsal { on_air: Some(Minute::at(9, 0)), ..on("2024-02-03") };
        let moved = vote.rehearsed(&new, 2).unwrap();
        assert_eq!(
            (moved.plan.voting_to, moved.rehearsal.unwrap().until),
            (Minute::at(20, 30), Minute::at(22, 30))
        );
        let never = NewRehearsal { until: Some(Minute::at(7, 30)), ..on("2024-02-03") };
        assert_eq!(vote.rehearsed(&never, 1), Err(ElectionError::RehearsalTimes));
    }

    #[test]
    fn days_with_a_common_moment_are_refused() {
        let vote = vote("v", "2024-02-07");
        let check = |new: NewRehearsal| vote.rehearsed(&new, 1).unwrap().check_apart(&vote);
        let same = Err(ElectionError::SameTime(vote.key.clone()));
        assert_eq!(check(on("2024-02-06")), Ok(()));
        assert_eq!(check(on("2024-02-07")), same);
        assert_eq!(check(on("2024-02-08")), same, "the count may last until then");
        assert_eq!(check(on("2024-02-20")), Err(ElectionError::AfterVote));
        let until = |until| NewRehearsal { until: Some(until), ..on("2024-02-06") };
        assert_eq!(check(until(Minute::at(31, 30))), Ok(()));
        assert_eq!(check(until(Minute::at(31, 31))), same);
        assert_eq!(
            vote.check_apart(&vote.rehearsed(&on("2024-02-20"), 1).unwrap()),
            Err(ElectionError::AfterVote)
        );
    }

    #[test]
    fn several_days_end_after_the_last_one() {
        let night = Night { from: Minute::at(19, 0), to: Minute::at(32, 0) };
        let plan = DayPlan { nights: vec![night], voting_to: Minute::at(43, 0), ..DayPlan::default() };
        let vote = Election { plan, ..vote("v", "2024-02-07") };
        assert_eq!(vote.check(), Ok(()));
        assert_eq!(vote.day().to, vote.instant(Minute::at(72, 0)));
        let made = vote.rehearsed(&on("2024-02-03"), 1).unwrap();
        assert_eq!(made.day().to, made.instant(Minute::at(45, 0)));
        assert_eq!(made.owed(&StationMarks::default()).to, Some(made.day().to));
        let until =
            |until| vote.rehearsed(&NewRehearsal { until: Some(until), ..on("2024-02-03") }, 1).map(drop);
        assert_eq!(until(Minute::at(72, 0)), Ok(()));
        assert_eq!(until(Minute::at(72, 1)), Err(ElectionError::RehearsalTimes));
        let late = vote.rehearsed(&on("2024-02-06"), 1).unwrap();
        assert_eq!(late.check_apart(&vote), Err(ElectionError::SameTime(vote.key.clone())));
    }

    #[test]
    fn each_has_its_own_time() {
        let [first, second] = [vote("a", "2024-02-07"), vote("b", "2024-02-20")];
        let rehearsal = second.rehearsed(&on("2024-02-15"), 1).unwrap();
        let all = [first.clone(), second.clone(), rehearsal.clone()];
        assert_eq!(Days::of(&first, &all[..1]), Days::default());
        let [min, max] = [UtcMicros(i64::MIN), UtcMicros(i64::MAX)];
        let [a, b, r] = [&first, &second, &rehearsal].map(Election::day);
        assert_eq!(Days::of(&first, &all).foreign, [r, Span { from: a.to, to: max }].to_vec()[1..]);
        assert_eq!(Days::of(&second, &all).foreign, [Span { from: min, to: a.to }, r]);
        assert_eq!(
            Days::of(&rehearsal, &all).foreign,
            [Span { from: min, to: r.from }, Span { from: r.to, to: max }]
        );
        assert_eq!((Days::of(&second, &all).ends, Days::of(&rehearsal, &all).ends), (None, Some(r.to)));
        assert!(b.from > r.to);
    }

    proptest! {
        /// Each moment belongs to at most one of them, and each day to its own.
        #[test]
        fn no_moment_is_of_two(days in prop::collection::btree_map(0_i8..60, any::<bool>(), 1..8)) {
            let last = vote("last", "2024-05-01");
            let mut all = vec![last.clone()];
            for (number, (day, is_rehearsal)) in days.into_iter().enumerate() {
                let date = jiff::civil::date(2024, 2, 1).saturating_add(jiff::Span::new().days(day));
                let new = NewRehearsal { date, on_air: None, until: None };
                let made = if is_rehearsal {
                    last.rehearsed(&new, number).unwrap()
                } else {
                    vote(&format!("v{number}"), &date.to_string())
                };
                // As the registry does; votes that overlap are not told apart.
                let is_apart = |other: &Election| {
                    made.check_apart(other).is_ok() && made.day().intersection(&other.day()).is_none()
                };
                if all.iter().all(is_apart) {
                    all.push(made);
                }
            }
            let shown = |of: &Election, at: UtcMicros| !Days::of(of, &all).foreign.iter().any(|span| span.contains(at));
            for of in &all {
                let Span { from, to } = of.day();
                for at in [from.plus(-1), from, to.plus(-1), to] {
                    prop_assert!(all.iter().filter(|one| shown(one, at)).count() <= 1, "{at:?} {all:?}");
                }
                prop_assert!(shown(of, from) && shown(of, to.plus(-1)));
            }
        }
    }
}
