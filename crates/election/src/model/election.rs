//! The description of an election: names, date, time zone, day plan, policy; and the instants and phases that follow.

use std::fmt;

use ashkar_terms::UtcMicros;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Act, DayPlan, DayTime, Minute, Names, Owed, Phase, Rehearsal, StationMarks};

/// How long after the last midnight of voting the day ends for the public, microseconds.
const DAY_LASTS_US: i64 = 48 * 3600 * 1_000_000;
/// The longest name of an election, in characters.
const MAX_NAME_CHARS: usize = 200;

/// One election, to which the constituencies, the stations and the recordings belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Election {
    /// Its name in addresses and records.
    pub key: ElectionKey,
    /// Its name for display.
    pub names: Names,
    /// The polling day; of several, the first.
    pub date: Date,
    /// The zone of its local times (invariant I9).
    pub time_zone: Zone,
    /// The times of the day.
    pub plan: DayPlan,
    /// The commission's decisions about sound, rewind and archive.
    pub policy: Policy,
    /// Made-up data: it must be marked as a sample everywhere.
    pub sample: bool,
    /// What it rehearses; none for a vote. It must be marked as no vote everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rehearsal: Option<Rehearsal>,
}

impl Election {
    /// An election on `date` in Baku with the usual day and the default policy, named only "election".
    ///
    /// A data directory starts with this when a list is imported before anyone has described the election.
    pub fn of_date(date: Date) -> Self {
        Self {
            key: ElectionKey(date.to_string()),
            names: Names::new("Seçki", "Election", "Выборы"),
            date,
            time_zone: Zone::baku(),
            plan: DayPlan::default(),
            policy: Policy::default(),
            sample: false,
            rehearsal: None,
        }
    }

    /// Rejects an election that cannot be held: empty names, a plan out of order.
    ///
    /// # Errors
    /// [`ElectionError`] with what is wrong.
    pub fn check(&self) -> Result<(), ElectionError> {
        let names = [&self.names.az, &self.names.en, &self.names.ru];
        let good = |name: &&String| {
            let chars = name.chars().count();
            (1..=MAX_NAME_CHARS).contains(&chars) && !name.chars().any(char::is_control)
        };
        if !names.iter().all(good) {
            return Err(ElectionError::Name);
        }
        self.policy.check()?;
        self.plan.check()?;
        let is_good = |until| self.plan.on_air < until && until <= self.plan.latest_end();
        if self.rehearsal.as_ref().is_some_and(|rehearsal| !is_good(rehearsal.until)) {
            return Err(ElectionError::RehearsalTimes);
        }
        Ok(())
    }

    /// The instant of a time of the day. A local time that a clock change skips or repeats is resolved as in RFC 5545;
    /// where the calendar itself ends, the result saturates.
    pub fn instant(&self, time: Minute) -> UtcMicros {
        let civil = self.date.at(0, 0, 0, 0).saturating_add(Span::new().minutes(time.0));
        match self.time_zone.0.to_timestamp(civil) {
            Ok(at) => UtcMicros(at.as_microsecond()),
            Err(_) => UtcMicros(Timestamp::MAX.as_microsecond()),
        }
    }

    /// When the cameras must be on air.
    pub fn on_air_at(&self) -> UtcMicros {
        self.instant(self.plan.on_air)
    }

    /// All times of the plan as instants, in order.
    pub fn times(&self) -> Vec<(UtcMicros, DayTime)> {
        self.plan.times().into_iter().map(|(at, what)| (self.instant(at), what)).collect()
    }

    /// When the election's day, or the last of its days, ends for the public: at the end of the day after.
    pub fn day_over(&self) -> UtcMicros {
        self.instant(self.plan.last_midnight()).plus(DAY_LASTS_US)
    }

    /// What the cameras of a station owe: everything from the start of the day until its protocol is completed, and of a
    /// rehearsal until its end at the latest.
    pub fn owed(&self, marks: &StationMarks) -> Owed {
        let ends = self.rehearsal.as_ref().map(|rehearsal| self.instant(rehearsal.until));
        let to = [marks.at(Act::ProtocolCompleted), ends].into_iter().flatten().min();
        Owed { from: self.on_air_at(), to }
    }

    /// The phase of a station's day at `now`. A marked act counts from the time for which it was marked, and the
    /// furthest one decides; without any, the clock does.
    pub fn phase_at(&self, now: UtcMicros, marks: &StationMarks) -> Phase {
        if let Some(act) = marks.furthest(now) {
            return Phase::After(act);
        }
        let begun = |time| now >= self.instant(time);
        match () {
            () if begun(self.plan.voting_to) => Phase::Closing,
            () if self.plan.nights.iter().any(|night| begun(night.from) && !begun(night.to)) => Phase::Night,
            () if begun(self.plan.voting_from) => Phase::Voting,
            () if begun(self.plan.empty_boxes) => Phase::EmptyBoxes,
            () if begun(self.plan.on_air) => Phase::OnAir,
            () => Phase::NotYet,
        }
    }
}

/// The name of an election in addresses: 1–64 of `a`–`z`, `0`–`9` and `-`, such as `2024-02-07`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ElectionKey(String);

impl ElectionKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`ElectionError::Key`] if it has other characters, or too many.
    pub fn new(text: impl Into<String>) -> Result<Self, ElectionError> {
        let text = text.into();
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=64).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(ElectionError::Key)
        }
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ElectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ElectionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// An IANA time zone, by the rules bundled with this binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone named `name`, such as `Asia/Baku`.
    ///
    /// # Errors
    /// [`ElectionError::TimeZone`] if there is none.
    pub fn new(name: &str) -> Result<Self, ElectionError> {
        let unknown = |_| ElectionError::TimeZone(name.chars().take(60).collect());
        TimeZoneDatabase::bundled().get(name).map(Self).map_err(unknown)
    }

    /// `Asia/Baku`: UTC+4, without daylight saving since 2016.
    pub fn baku() -> Self {
        // The bundled rules always have it; the fixed offset has been equivalent since 2016.
        Self::new("Asia/Baku").unwrap_or_else(|_| Self(TimeZone::fixed(jiff::tz::offset(4))))
    }

    /// The zone's IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("Etc/GMT-4")
    }

    /// The zone's rules, for showing times.
    pub fn rules(&self) -> &TimeZone {
        &self.0
    }

    /// Date and minute of the day that the zone's clocks show at `at`.
    pub fn local(&self, at: UtcMicros) -> (Date, Minute) {
        let timestamp = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
        let local = self.0.to_datetime(timestamp);
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        (local.date(), Minute(minute))
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The commission's policy; each default is the careful choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Sound is recorded and broadcast. Default: off, and then sound is dropped before recording.
    pub sound: bool,
    /// Anyone may go back to earlier moments while the day lasts. Default: on.
    pub rewind_on_day: bool,
    /// Anyone may watch the recordings after the day. Default: off.
    pub archive_public_after: bool,
    /// How long the recordings are kept, in years. Default: 5.
    pub retention_years: u8,
}

impl Policy {
    fn check(self) -> Result<(), ElectionError> {
        if (1..=100).contains(&self.retention_years) { Ok(()) } else { Err(ElectionError::Retention) }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self { sound: false, rewind_on_day: true, archive_public_after: false, retention_years: 5 }
    }
}

/// An error in the description of an election.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ElectionError {
    /// The key has other characters, or too many.
    #[error("an election's key is 1 to 64 of a-z, 0-9 and -")]
    Key,
    /// A name is empty, too long or has control characters.
    #[error("an election's names have 1 to 200 characters in each of az, en and ru")]
    Name,
    /// No such zone.
    #[error("{0:?} is no time zone; one is written like Asia/Baku")]
    TimeZone(String),
    /// Not a time of the day.
    #[error(
        "{0:?} is no time of the polling day; one is written like 07:30, and one of another day like day 2 07:30"
    )]
    Time(String),
    /// Not a share.
    #[error("{0:?} is no percentage; one is written like 8.12, from 0 to 100 with at most two decimals")]
    Percent(String),
    /// A source that cannot be shown.
    #[error("a source is an address or a text of 1 to 500 bytes, in one line without invisible characters")]
    TurnoutSource,
    /// No such act.
    #[error(
        "{0:?} is no act of the day; the acts are closed, unused_cancelled, mobile_box, stationary_box, count, protocol_completed"
    )]
    Act(String),
    /// Times out of order.
    #[error("the day plan is wrong: {0}")]
    Plan(&'static str),
    /// A rehearsal without length.
    #[error("a rehearsal ends after its cameras go on air, and by the end of the day after its last one")]
    RehearsalTimes,
    /// Two days have a moment in common.
    #[error(
        "its day would overlap that of election {0}; recordings are told apart by their time alone, so choose another day"
    )]
    SameTime(ElectionKey),
    /// A rehearsal after the vote.
    #[error("a rehearsal comes before the vote that it rehearses")]
    AfterVote,
    /// Something else would be rehearsed.
    #[error(
        "an election never becomes a rehearsal, nor a rehearsal another one; `ashkar election rehearse` plans one"
    )]
    RehearsalMark,
    /// Retention out of range.
    #[error("recordings are kept 1 to 100 years")]
    Retention,
}

#[cfg(test)]
mod tests {
    use super::super::Mark;
    use super::*;

    fn election() -> Election {
        Election::of_date(jiff::civil::date(2024, 2, 7))
    }

    fn utc(text: &str) -> UtcMicros {
        UtcMicros(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn the_day_is_told_in_baku_and_kept_in_utc() {
        assert_eq!(election().on_air_at(), utc("2024-02-07T03:30:00Z"));
        assert_eq!(election().instant(Minute::at(25, 0)), utc("2024-02-07T21:00:00Z"));
        assert_eq!(election().times()[0], (utc("2024-02-07T03:30:00Z"), DayTime::OnAir));
    }

    #[test]
    fn clock_times_hold_on_a_day_with_a_clock_change() {
        // Berlin, 31 March 2024: 02:00 becomes 03:00, so 08:00 is six hours after midnight UTC+1.
        let berlin = Election {
            date: jiff::civil::date(2024, 3, 31),
            time_zone: Zone::new("Europe/Berlin").unwrap(),
            ..election()
        };
        assert_eq!(berlin.instant(Minute::at(8, 0)), utc("2024-03-31T06:00:00Z"));
        assert_eq!(berlin.instant(Minute::at(2, 30)), utc("2024-03-31T01:30:00Z"), "skipped, so one hour on");
    }

    #[test]
    fn phases_follow_the_clock_and_then_the_acts() {
        let election = election();
        let mut marks = StationMarks::default();
        let phase = |text: &str, marks: &StationMarks| election.phase_at(utc(text), marks);
        assert_eq!(phase("2024-02-07T03:29:59Z", &marks), Phase::NotYet);
        assert_eq!(phase("2024-02-07T03:30:00Z", &marks), Phase::OnAir);
        assert_eq!(phase("2024-02-07T03:50:00Z", &marks), Phase::EmptyBoxes);
        assert_eq!(phase("2024-02-07T04:00:00Z", &marks), Phase::Voting);
        assert_eq!(phase("2024-02-07T15:00:00Z", &marks), Phase::Closing);
        marks.set(Mark::test(Act::Closed, utc("2024-02-07T15:02:00Z")));
        marks.set(Mark::test(Act::ProtocolCompleted, utc("2024-02-07T19:40:00Z")));
        assert_eq!(phase("2024-02-07T15:01:00Z", &marks), Phase::Closing, "not before its time");
        assert_eq!(phase("2024-02-07T15:02:00Z", &marks), Phase::After(Act::Closed));
        assert_eq!(phase("2024-02-07T19:40:00Z", &marks), Phase::After(Act::ProtocolCompleted));
    }

    #[test]
    fn a_station_owes_until_its_protocol_is_completed() {
        let mut marks = StationMarks::default();
        let owed = election().owed(&marks);
        assert_eq!(owed, Owed { from: utc("2024-02-07T03:30:00Z"), to: None });
        assert!(!owed.contains(utc("2024-02-07T03:29:59Z")) && owed.contains(utc("2024-02-09T00:00:00Z")));
        marks.set(Mark::test(Act::ProtocolCompleted, utc("2024-02-07T19:40:00Z")));
        let owed = election().owed(&marks);
        assert!(!owed.contains(utc("2024-02-07T19:40:00Z")));
        assert_eq!(owed.until(utc("2024-02-07T03:30:00Z")), None, "nothing is owed yet at the first instant");
    }

    #[test]
    fn an_election_survives_json() {
        let json = serde_json::to_string(&election()).unwrap();
        assert!(
            json.contains(r#""time_zone":"Asia/Baku""#) && json.contains(r#""on_air":"07:30""#),
            "{json}"
        );
        assert_eq!(serde_json::from_str::<Election>(&json).unwrap(), election());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(Zone::new("Asia/Nowhere").is_err());
        assert!(ElectionKey::new("Prezident 2024").is_err());
        assert!(Election { names: Names::new("", "a", "b"), ..election() }.check().is_err());
        let policy = Policy { retention_years: 0, ..Policy::default() };
        assert!(Election { policy, ..election() }.check().is_err());
        election().check().unwrap();
    }
}
