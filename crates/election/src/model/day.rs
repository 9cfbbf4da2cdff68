//! The plan of a polling day, or of several with nights between them: its times in minutes after local midnight of the
//! first one, and the check that they are in order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::ElectionError;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// A time of the polling day: minutes after local midnight of the election's date.
///
/// It may exceed 1440: the count continues after midnight, and voting may take several days. Written `07:30`, and from
/// midnight on with the day, `day 2 01:10`; read as `25:10`, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Minute(pub u16);

impl Minute {
    /// The last minute that a day plan may name: the end of the eighth day.
    pub const MAX: Self = Self(8 * DAY);
    /// The last one that may be written without its day, as `48:00`: nobody reads larger hours.
    const MAX_HOURS: Self = Self(2 * DAY);

    /// `hours:minutes` after local midnight.
    pub const fn at(hours: u16, minutes: u16) -> Self {
        Self(hours * 60 + minutes)
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, minute) = (self.0 / DAY + 1, self.0 % DAY);
        if day > 1 {
            write!(f, "day {day} ")?;
        }
        write!(f, "{:02}:{:02}", minute / 60, minute % 60)
    }
}

impl FromStr for Minute {
    type Err = ElectionError;

    /// Reads `07:30` with hours up to 48, and `day 3 08:00` with those of a clock.
    fn from_str(text: &str) -> Result<Self, ElectionError> {
        let dated = |text: &str| {
            let (day, clock) = text.strip_prefix("day ")?.split_once(' ')?;
            let &[day @ b'1'..=b'9'] = day.as_bytes() else { return None };
            let time = clock_time(clock).filter(|time| time.0 < DAY)?;
            Some(Self(u16::from(day - b'1') * DAY + time.0)).filter(|time| *time <= Self::MAX)
        };
        let hours = || clock_time(text).filter(|time| *time <= Self::MAX_HOURS);
        dated(text).or_else(hours).ok_or_else(|| ElectionError::Time(text.chars().take(20).collect()))
    }
}

/// Two digits of hours and two of minutes.
fn clock_time(text: &str) -> Option<Minute> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        let is_written = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_written)
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60).then(|| Minute::at(hours, minutes))
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
    /// Voting goes on after a night.
    NightTo,
    /// Turnout is announced.
    Turnout,
    /// Voting is paused for a night.
    NightFrom,
    /// Voting ends.
    VotingTo,
}

/// A night between two days of voting: nobody votes, and the room is watched. `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// Voting is paused.
    pub from: Minute,
    /// Voting goes on.
    pub to: Minute,
}

/// The times of an election day, or of its days. After the close there are no times, only acts that somebody marks ([`super::Act`]).
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
    /// The nights within the voting, ascending; none if it takes one day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nights: Vec<Night>,
}

/// Maximum number of turnout announcements in one day of voting.
pub(crate) const MAX_TURNOUT_MARKS: usize = 24;
/// Maximum number of nights.
const MAX_NIGHTS: usize = 7;

impl Default for DayPlan {
    /// The day of 7 February 2024: on air 07:30, voting 08:00–19:00.
    fn default() -> Self {
        Self {
            on_air: Minute::at(7, 30),
            empty_boxes: Minute::at(7, 50),
            voting_from: Minute::at(8, 0),
            voting_to: Minute::at(19, 0),
            turnout: [10, 12, 15, 17, 19].map(|hour| Minute::at(hour, 0)).to_vec(),
            nights: Vec::new(),
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
            nights: self
                .nights
                .iter()
                .map(|night| Night { from: shift(night.from), to: shift(night.to) })
                .collect(),
        }
    }

    /// The midnight at which the last day of voting begins, if there are several; of one day, that of the election's date.
    pub fn last_midnight(&self) -> Minute {
        if self.nights.is_empty() {
            Minute(0)
        } else {
            Minute(self.voting_to.0.saturating_sub(1) / DAY * DAY)
        }
    }

    /// The end of the day after the last one, as far as a time can be written.
    pub(crate) fn latest_end(&self) -> Minute {
        Minute(self.last_midnight().0.saturating_add(2 * DAY)).min(Minute::MAX)
    }

    /// All times of the plan in order, for the marks on a timeline.
    pub fn times(&self) -> Vec<(Minute, DayTime)> {
        let turnout = self.turnout.iter().map(|&at| (at, DayTime::Turnout));
        let nights = self
            .nights
            .iter()
            .flat_map(|night| [(night.from, DayTime::NightFrom), (night.to, DayTime::NightTo)]);
        let mut times: Vec<_> = [
            (self.on_air, DayTime::OnAir),
            (self.empty_boxes, DayTime::EmptyBoxes),
            (self.voting_from, DayTime::VotingFrom),
            (self.voting_to, DayTime::VotingTo),
        ]
        .into_iter()
        .chain(turnout)
        .chain(nights)
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
            return fail("voting must end after it begins, and within eight days");
        }
        if self.nights.is_empty() && self.voting_to > Minute::MAX_HOURS {
            return fail("voting that takes more than two days has nights");
        }
        self.check_nights()?;
        let inside = |at: &Minute| (self.voting_from..=self.voting_to).contains(at);
        if !self.turnout.iter().all(inside) || !self.turnout.is_sorted_by(|a, b| a < b) {
            return fail("turnout announcements must ascend and lie within the voting");
        }
        let days = self
            .turnout
            .chunk_by(|a, b| !self.nights.iter().any(|night| *a <= night.from && night.from < *b));
        if days.into_iter().any(|day| day.len() > MAX_TURNOUT_MARKS) {
            return fail("a day has at most 24 turnout announcements");
        }
        Ok(())
    }

    fn check_nights(&self) -> Result<(), ElectionError> {
        let fail = |what| Err(ElectionError::Plan(what));
        if self.nights.len() > MAX_NIGHTS {
            return fail("there are at most seven nights");
        }
        let mut voting_since = self.voting_from;
        for night in &self.nights {
            if night.from <= voting_since || night.to <= night.from {
                return fail("nights must ascend, end after they begin, and have voting between them");
            }
            voting_since = night.to;
        }
        if voting_since >= self.voting_to {
            return fail("nights must lie within the voting, and end before it does");
        }
        let is_in_a_night = |at: &Minute| self.nights.iter().any(|night| night.from < *at && *at < night.to);
        if self.turnout.iter().any(is_in_a_night) {
            return fail("no turnout is announced in a night");
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
    fn minutes_are_written_as_clock_times_with_the_day_past_midnight() {
        for text in ["00:00", "07:30", "23:59", "day 2 00:00", "day 2 01:10", "day 8 23:59", "day 9 00:00"] {
            assert_eq!(text.parse::<Minute>().unwrap().to_string(), text);
        }
        for (hours, written) in [("24:00", "day 2 00:00"), ("25:10", "day 2 01:10"), ("48:00", "day 3 00:00")]
        {
            assert_eq!(hours.parse::<Minute>().unwrap().to_string(), written);
        }
        assert_eq!("day 1 07:30".parse(), Ok(Minute::at(7, 30)));
        let no_times = [
            "",
            "7:30",
            "07:60",
            "48:01",
            "+7:30",
            "07:30:00",
            "99:99",
            "day 0 07:30",
            "day 9 00:01",
            "day 2 24:00",
            "day 10 07:30",
            "day  2 07:30",
            "day 2",
            "day 2 ",
            "day2 07:30",
            "2 07:30",
            "day +2 07:30",
            "day ٢ 07:30",
        ];
        for text in no_times {
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
