//! The acts that people mark after the voting, the phases of a station's day, and what its cameras owe.

use std::collections::BTreeMap;
use std::str::FromStr;

use ashkar_terms::{Span, UtcMicros};
use serde::{Deserialize, Serialize};

/// What the commission of a station does after the voting. Somebody marks it; no clock does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The doors are closed; the last voter has left.
    Closed,
    /// Unused ballots are counted and cancelled.
    UnusedCancelled,
    /// The mobile box is opened.
    MobileBox,
    /// The stationary box is opened.
    StationaryBox,
    /// Ballots are counted.
    Count,
    /// The results protocol is filled in: the broadcast may end.
    ProtocolCompleted,
}

impl Act {
    /// All acts in the order of the law.
    pub const ALL: [Self; 6] = [
        Self::Closed,
        Self::UnusedCancelled,
        Self::MobileBox,
        Self::StationaryBox,
        Self::Count,
        Self::ProtocolCompleted,
    ];

    /// The name used in the API, on the command line and in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::UnusedCancelled => "unused_cancelled",
            Self::MobileBox => "mobile_box",
            Self::StationaryBox => "stationary_box",
            Self::Count => "count",
            Self::ProtocolCompleted => "protocol_completed",
        }
    }
}

impl FromStr for Act {
    type Err = super::ElectionError;

    /// Reads [`Act::name`]; on a command line `-` may replace `_`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.replace('-', "_");
        let named = |act: &Self| act.name() == name;
        let unknown = || super::ElectionError::Act(text.chars().take(40).collect());
        Self::ALL.into_iter().find(named).ok_or_else(unknown)
    }
}

/// Record that an act was done at a station: when, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What was done.
    pub act: Act,
    /// When it was done.
    pub at: UtcMicros,
    /// Who reported it, such as `cli:aysel`.
    pub by: String,
    /// When it was entered.
    pub entered_at: UtcMicros,
}

impl Mark {
    #[cfg(test)]
    pub(crate) fn test(act: Act, at: UtcMicros) -> Self {
        Self { act, at, by: "test".into(), entered_at: at }
    }
}

/// The acts marked at one station: at most one mark per act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StationMarks(BTreeMap<Act, Mark>);

impl StationMarks {
    /// Adds a mark; one for the same act is replaced.
    pub fn set(&mut self, mark: Mark) {
        self.0.insert(mark.act, mark);
    }

    /// The mark of `act`.
    pub fn get(&self, act: Act) -> Option<&Mark> {
        self.0.get(&act)
    }

    /// When `act` was done.
    pub fn at(&self, act: Act) -> Option<UtcMicros> {
        self.get(act).map(|mark| mark.at)
    }

    /// All marks, in the order of the law.
    pub fn iter(&self) -> impl Iterator<Item = &Mark> {
        self.0.values()
    }

    /// Whether nothing was marked yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The furthest act done by `now`.
    pub(crate) fn furthest(&self, now: UtcMicros) -> Option<Act> {
        self.iter().filter(|mark| mark.at <= now).map(|mark| mark.act).max()
    }
}

/// The phase of a station's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before the broadcast.
    NotYet,
    /// On air; the commission prepares.
    OnAir,
    /// Empty boxes are shown and locked.
    EmptyBoxes,
    /// Voting.
    Voting,
    /// A night between two days of voting: nobody votes, and the room is watched.
    Night,
    /// The time of voting is over, but nobody has marked the close.
    Closing,
    /// This act was the last one marked.
    After(Act),
}

impl Phase {
    /// The name used in the API: `not_yet`, `on_air`, `empty_boxes`, `voting`, `night`, `closing`, or the act's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotYet => "not_yet",
            Self::OnAir => "on_air",
            Self::EmptyBoxes => "empty_boxes",
            Self::Voting => "voting",
            Self::Night => "night",
            Self::Closing => "closing",
            Self::After(act) => act.name(),
        }
    }
}

impl Serialize for Phase {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a camera owes: `[from, to)`, without an end until somebody marks the protocol as completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owed {
    /// The planned start of the day.
    pub from: UtcMicros,
    /// When the protocol was completed.
    pub to: Option<UtcMicros>,
}

impl Owed {
    /// Whether `at` is owed.
    pub fn contains(&self, at: UtcMicros) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }

    /// The span owed until `now`; `None` if nothing was owed yet.
    pub fn until(&self, now: UtcMicros) -> Option<Span> {
        Span::new(self.from, self.to.map_or(now, |to| to.min(now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_keep_their_names() {
        for act in Act::ALL {
            assert_eq!(act.name().parse(), Ok(act));
            assert_eq!(serde_json::to_string(&act).unwrap(), format!("{:?}", act.name()));
        }
        assert_eq!("protocol-completed".parse(), Ok(Act::ProtocolCompleted));
        assert!("finished".parse::<Act>().is_err());
    }
}
