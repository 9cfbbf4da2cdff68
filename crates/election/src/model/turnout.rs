//! Official turnout: exact percentages, each with its source.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::{ElectionError, Minute};
use crate::text::is_invisible;

/// The longest source of a figure, bytes.
const MAX_SOURCE_BYTES: usize = 500;

/// A share of the voters on the register, 0–100 %, in whole hundredths of a percent. Written `8.12`; in JSON a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Percent(u16);

impl Percent {
    /// 100 %.
    pub const MAX: Self = Self(100 * 100);

    /// `hundredths` of a percent; `None` above 100 %.
    pub const fn from_hundredths(hundredths: u16) -> Option<Self> {
        if hundredths <= Self::MAX.0 { Some(Self(hundredths)) } else { None }
    }

    /// In hundredths of a percent.
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// In percent.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Percent {
    type Err = ElectionError;

    /// Reads `8`, `8.1`, `8.12`, and the same with a decimal comma. More decimals are refused, not rounded.
    fn from_str(text: &str) -> Result<Self, ElectionError> {
        let bad = || ElectionError::Percent(text.chars().take(20).collect());
        let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(whole, 3) || !digits(decimals, 2) {
            return Err(bad());
        }
        let number = |digits: &str| digits.parse::<u32>().map_err(|_| bad());
        let hundredths = number(whole)? * 100 + number(&format!("{decimals:0<2}"))?;
        u16::try_from(hundredths).ok().and_then(Self::from_hundredths).ok_or_else(bad)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value())
    }
}

/// The source: an address or a text, 1–500 bytes, without control characters and those that turn or hide text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TurnoutSource(String);

impl TurnoutSource {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TurnoutSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TurnoutSource {
    type Err = ElectionError;

    /// Surrounding spaces are dropped.
    fn from_str(text: &str) -> Result<Self, ElectionError> {
        let text = text.trim();
        let good = (1..=MAX_SOURCE_BYTES).contains(&text.len()) && !text.chars().any(is_invisible);
        if good { Ok(Self(text.to_owned())) } else { Err(ElectionError::TurnoutSource) }
    }
}

/// A figure announced by the commission. Nothing here is counted from pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Turnout {
    /// One of the plan's times.
    pub at: Minute,
    /// The constituency; without one, the whole country.
    pub constituency: Option<u16>,
    /// The share.
    pub percent: Percent,
    /// Its source.
    pub source: TurnoutSource,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_percents_as_people_write_them() {
        for (text, hundredths) in
            [("8.12", 812), ("8,1", 810), ("8", 800), ("0", 0), ("0.05", 5), ("100.00", 10_000)]
        {
            assert_eq!(text.parse::<Percent>().unwrap().hundredths(), hundredths, "{text}");
        }
        let no_percents = [
            "", "8.", ".5", "8.123", "100.01", "101", "-1", "+8", "8 %", "8.1.2", "1e1", "NaN", "8.-1",
            "999.99", "99999", "٨",
        ];
        for text in no_percents {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_percent_is_a_plain_number_in_json() {
        let json = |text: &str| serde_json::to_string(&text.parse::<Percent>().unwrap()).unwrap();
        assert_eq!(
            (json("8.12"), json("57.10"), json("100")),
            ("8.12".into(), "57.1".into(), "100.0".into())
        );
    }

    #[test]
    fn a_source_is_one_line_of_visible_text() {
        let source = |text: &str| text.parse::<TurnoutSource>();
        assert_eq!(source(" https://example.org/a ").unwrap().as_str(), "https://example.org/a");
        assert_eq!(source(&"ə".repeat(250)).unwrap().as_str().len(), 500);
        for text in ["", "  ", "a\nb", "a\u{202e}b", &"ə".repeat(251)] {
            assert_eq!(source(text), Err(ElectionError::TurnoutSource), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_percent_survives_its_text_and_json(hundredths in 0..=10_000_u16) {
            let percent = Percent::from_hundredths(hundredths).unwrap();
            prop_assert_eq!(percent.to_string().parse(), Ok(percent));
            prop_assert_eq!(percent.to_string().replace('.', ",").parse(), Ok(percent));
            prop_assert_eq!(serde_json::to_string(&percent).unwrap().parse(), Ok(percent));
        }

        #[test]
        fn any_text_is_a_percent_or_refused(text in "\\PC{0,12}|[0-9]{0,4}[.,]?[0-9]{0,3}") {
            if let Ok(percent) = text.parse::<Percent>() {
                prop_assert!(percent <= Percent::MAX);
                let written: f64 = text.replace(',', ".").parse().unwrap();
                prop_assert!((percent.value() - written).abs() < 1e-9, "{text}");
            }
        }

        #[test]
        fn any_text_is_a_time_of_the_day_or_refused(text in "\\PC{0,8}|(day [0-9]{1,2} )?[0-9]{1,3}:[0-9]{1,3}") {
            if let Ok(minute) = text.parse::<Minute>() {
                prop_assert!(minute <= Minute::MAX);
                prop_assert_eq!(minute.to_string().parse(), Ok(minute), "{}", text);
            }
        }
    }
}
