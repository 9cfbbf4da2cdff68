//! The plan of a polling day: its times in minutes after local midnight, and the check that they are in order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ElectionError;

/// A time of the polling day: minutes after local midnight of the election's date.
///
/// It may exceed 1440: the count continues after midnight, which still belongs to the day. Written `07:30`, `25:10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Minute(pub u16);

impl Minute {
    /// The last minute that a day plan may name: the end of the day after.
    pub const MAX: Self = Self(2 * 24 * 60);

    /// `hours:minutes` after local midnight.
    pub const fn at(hours: u16, minutes: u16) -> Self {
        Self(hours * 60 + minutes)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for Minute {
    type Err = ElectionError;

    /// Reads `07:30`; hours may reach 48.
    fn from_str(text: &str) -> Result<Self, ElectionError> {
        let bad = || ElectionError::Time(text.chars().take(20).collect());
        let (hours, minutes) = text.split_once(':').ok_or_else(bad)?;
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(hours) || !digits(minutes) {
            return Err(bad());
        }
        let (hours, minutes): (u16, u16) =
            (hours.parse().map_err(|_| bad())?, minutes.parse().map_err(|_| bad())?);
        let time = Self::at(hours, minutes);
        if minutes < 60 && time <= Self::MAX { Ok(time) } else { Err(bad()) }
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The times of the plan: the marks that every timeline carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayTime {
    /// Cameras go on air.
    OnAir,
    /// The empty boxes are shown and locked.
    EmptyBoxes,
    /// Voting begins.
    VotingFrom,
    /// Turnout is announced.
    Turnout,
    /// Voting ends.
    VotingTo,
}

/// The times of an election day. After the close there are no times, only acts that somebody marks ([`super::Act`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayPlan {
    /// From here on cameras must be on air; 07:30.
    pub on_air: Minute,
    /// Empty boxes are shown and locked; 07:50.
    pub empty_boxes: Minute,
    /// Voting begins; 08:00.
    pub voting_from: Minute,
    /// Voting ends; 19:00.
    pub voting_to: Minute,
    /// Turnout announcements, ascending; 10, 12, 15, 17 and 19 o'clock.
    pub turnout: Vec<Minute>,
}

/// Maximum number of turnout announcements in one day.
pub(crate) const MAX_TURNOUT_MARKS: usize = 24;

impl Default for DayPlan {
    /// The day of 7 February 2024: on air 07:30, voting 08:00–19:00.
    fn default() -> Self {
        Self {
            on_air: Minute::at(7, 30),
            empty_boxes: Minute::at(7, 50),
            voting_from: Minute::at(8, 0),
            voting_to: Minute::at(19, 0),
            turnout: [10, 12, 15, 17, 19].map(|hour| Minute::at(hour, 0)).to_vec(),
        }
    }
}

impl DayPlan {
    /// The same day, shifted so that it goes on air at `on_air`.
    #[must_use]
    pub(crate) fn shifted_to(&self, on_air: Minute) -> Self {
        let shift = |time: Minute| Minute(time.0.saturating_add(on_air.0).saturating_sub(self.on_air.0));
        Self {
            on_air,
            empty_boxes: shift(self.empty_boxes),
            voting_from: shift(self.voting_from),
            voting_to: shift(self.voting_to),
            turnout: self.turnout.iter().copied().map(shift).collect(),
        }
    }

    /// All times of the plan in order, for the marks on a timeline.
    pub fn times(&self) -> Vec<(Minute, DayTime)> {
        let turnout = self.turnout.iter().map(|&at| (at, DayTime::Turnout));
        let mut times: Vec<_> = [
            (self.on_air, DayTime::OnAir),
            (self.empty_boxes, DayTime::EmptyBoxes),
            (self.voting_from, DayTime::VotingFrom),
            (self.voting_to, DayTime::VotingTo),
        ]
        .into_iter()
        .chain(turnout)
        .collect();
        times.sort_unstable();
        times
    }

    /// Refuses a plan whose times are out of order or out of range.
    ///
    /// # Errors
    /// [`ElectionError::Plan`] with what is wrong.
    pub fn check(&self) -> Result<(), ElectionError> {
        let fail = |what| Err(ElectionError::Plan(what));
        if self.on_air > self.empty_boxes || self.empty_boxes > self.voting_from {
            return fail("on air, empty boxes and the start of voting must follow each other");
        }
        if self.voting_from >= self.voting_to || self.voting_to > Minute::MAX {
            return fail("voting must end after it begins, and at 48:00 at the latest");
        }
        if self.turnout.len() > MAX_TURNOUT_MARKS {
            return fail("a day has at most 24 turnout announcements");
        }
        let inside = |at: &Minute| (self.voting_from..=self.voting_to).contains(at);
        if !self.turnout.iter().all(inside) || !self.turnout.is_sorted_by(|a, b| a < b) {
            return fail("turnout announcements must ascend and lie within the voting");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_day_is_sound() {
        DayPlan::default().check().unwrap();
    }

    #[test]
    fn minutes_are_written_as_clock_times_even_past_midnight() {
        for text in ["00:00", "07:30", "24:00", "25:10", "48:00"] {
            assert_eq!(text.parse::<Minute>().unwrap().to_string(), text);
        }
        for text in ["", "7:30", "07:60", "48:01", "+7:30", "07:30:00", "99:99"] {
            assert!(text.parse::<Minute>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_shifted_day_keeps_its_distances() {
        let day = DayPlan::default();
        for on_air in [0, 10, 450, 1300] {
            let moved = day.shifted_to(Minute(on_air));
            moved.check().unwrap();
            assert_eq!(moved.voting_to.0 - moved.on_air.0, 690);
            assert_eq!(moved.shifted_to(day.on_air), day);
        }
    }

    #[test]
    fn plans_out_of_order_are_refused() {
        let good = DayPlan::default();
        let bad = [
            DayPlan { on_air: Minute::at(9, 0), ..good.clone() },
            DayPlan { voting_to: Minute::at(8, 0), ..good.clone() },
            DayPlan { turnout: vec![Minute::at(7, 0)], ..good.clone() },
            DayPlan { turnout: vec![Minute::at(12, 0), Minute::at(10, 0)], ..good.clone() },
            DayPlan { turnout: vec![Minute::at(12, 0); 2], ..good },
        ];
        for plan in bad {
            assert!(plan.check().is_err(), "{plan:?}");
        }
    }

    #[test]
    fn all_marks_of_the_day_come_in_order() {
        let times = DayPlan::default().times();
        assert_eq!(times.len(), 9);
        assert!(times.is_sorted());
    }
}
