//! Paths of journals and sidecars, made of the UTC time at which a journal began and its number. A name in any other
//! spelling is neither.

use ashkar_terms::UtcMicros;
use jiff::civil::Date;
use jiff::{ToSpan, Unit};

/// Length of the name of a day's directory.
const DAY_CHARS: usize = "2024-02-07".len();
const MICROS_PER_DAY: i64 = 86_400_000_000;
const EPOCH: Date = Date::constant(1970, 1, 1);

/// Path of a journal: `2024-02-07/073000Z-00000042.journal` for journal 42, begun at 07:30:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct JournalName {
    /// Increases by one per journal for ever.
    pub(crate) number: u32,
    /// When it was begun, to the second.
    pub(crate) start: UtcMicros,
}

impl JournalName {
    pub(crate) fn new(number: u32, start: UtcMicros) -> Self {
        let seconds = start.0.div_euclid(1_000_000).clamp(0, SECONDS_MAX);
        Self { number, start: UtcMicros(seconds * 1_000_000) }
    }

    /// The directory of its day.
    pub(crate) fn day(&self) -> String {
        date_of(self.start.0.div_euclid(MICROS_PER_DAY)).to_string()
    }

    fn stem(&self) -> String {
        let seconds = self.start.0.rem_euclid(MICROS_PER_DAY) / 1_000_000;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{}/{hour:02}{minute:02}{second:02}Z-{:08}", self.day(), self.number)
    }

    pub(crate) fn journal(&self) -> String {
        self.stem() + ".journal"
    }

    pub(crate) fn sidecar(&self) -> String {
        self.stem() + ".index"
    }

    /// Path of the evidence records that are left of it once it is removed.
    pub(crate) fn evidence(&self) -> String {
        self.stem() + ".evidence"
    }

    /// Parses the name of a journal or sidecar in the directory of `day`; the flag is true for a sidecar.
    pub(crate) fn parse(day: &str, file: &str) -> Option<(Self, bool)> {
        let (stem, kind) = file.split_once('.')?;
        let (time, number) = stem.split_once("Z-")?;
        let seconds = digits(time, 6)?;
        let (hour, minute, second) = (seconds / 10_000, seconds / 100 % 100, seconds % 100);
        let days = days_of(day)?;
        let of_day = hour * 3600 + minute * 60 + second;
        let start = UtcMicros(days * MICROS_PER_DAY + of_day * 1_000_000);
        let name = Self { number: u32::try_from(digits(number, 8)?).ok()?, start };
        let sidecar = match kind {
            "journal" => false,
            "index" => true,
            _ => return None,
        };
        let canonical = hour < 24 && minute < 60 && second < 60 && name.stem() == format!("{day}/{stem}");
        canonical.then_some((name, sidecar))
    }
}

/// Last second of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;

/// Whether `name` can be the directory of a day.
pub(crate) fn is_day(name: &str) -> bool {
    days_of(name).is_some()
}

fn days_of(name: &str) -> Option<i64> {
    if name.len() != DAY_CHARS || !name.is_ascii() {
        return None;
    }
    let (year, rest) = name.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let date = Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    let days = i64::from(date.since((Unit::Day, EPOCH)).ok()?.get_days());
    (days >= 0).then_some(days)
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// The day this many days after 1970-01-01.
fn date_of(days: i64) -> Date {
    // `new` limits names to the years of the calendar.
    EPOCH.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_journal_is_named_by_its_beginning_and_number() {
        let name = JournalName::new(42, UtcMicros(1_707_291_000_123_456));
        assert_eq!(name.journal(), "2024-02-07/073000Z-00000042.journal");
        assert_eq!(name.sidecar(), "2024-02-07/073000Z-00000042.index");
    }

    #[test]
    fn other_names_are_not_journals() {
        for (day, file) in [
            ("2024-02-30", "073000Z-00000042.journal"),
            ("2024-02-07", "073000Z-00000042.index.tmp"),
            ("2024-02-07", "076000Z-00000042.journal"),
            ("2024-02-07", "073000Z-42.journal"),
            ("2024-02-07", "coverage"),
            ("07-02-2024", "073000Z-00000042.journal"),
        ] {
            assert_eq!(JournalName::parse(day, file), None, "{day}/{file}");
        }
    }

    proptest! {
        #[test]
        fn every_name_is_read_back(number in 0u32..100_000_000, seconds in 0i64..SECONDS_MAX) {
            let name = JournalName::new(number, UtcMicros(seconds * 1_000_000));
            let (journal, sidecar) = (name.journal(), name.sidecar());
            let (day, file) = journal.split_once('/').unwrap();
            prop_assert_eq!(JournalName::parse(day, file), Some((name, false)));
            let (day, file) = sidecar.split_once('/').unwrap();
            prop_assert!(is_day(day));
            prop_assert_eq!(JournalName::parse(day, file), Some((name, true)));
        }

        #[test]
        fn any_text_is_read_without_harm(day in ".{0,12}", file in ".{0,30}") {
            let _ = JournalName::parse(&day, &file);
        }
    }
}
