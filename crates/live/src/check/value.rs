//! Values of tags: attribute lists, decimals, dates. Exact: durations are whole microseconds.

/// Longest number, bytes. Longer ones cannot be meant seriously.
const MAX_NUMBER: usize = 24;
/// Longest duration, seconds: three centuries. Sums and multiples of it fit 64 bits as microseconds.
pub(super) const MAX_SECONDS: i64 = 10_000_000_000;

/// An attribute of a list: name and value, the value without its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) quoted: bool,
}

/// Parses `NAME=value,NAME="value"`. `None` if it is malformed or a name occurs twice.
pub(super) fn attributes(mut text: &str) -> Option<Vec<Attribute<'_>>> {
    let mut list: Vec<Attribute<'_>> = Vec::new();
    loop {
        let (name, rest) = text.split_once('=')?;
        let name_is_good = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || !name.bytes().all(name_is_good) || list.iter().any(|known| known.name == name) {
            return None;
        }
        let (value, quoted, rest) = match rest.strip_prefix('"') {
            Some(inner) => {
                let (value, rest) = inner.split_once('"')?;
                (value, true, rest)
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (value, rest) = rest.split_at(end);
                (value, false, rest)
            }
        };
        if !quoted && (value.is_empty() || value.contains(['"', ' '])) {
            return None;
        }
        list.push(Attribute { name, value, quoted });
        match rest.strip_prefix(',') {
            Some(more) => text = more,
            None if rest.is_empty() => return Some(list),
            None => return None,
        }
    }
}

/// A decimal-integer.
pub(super) fn integer(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.len() <= MAX_NUMBER && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// A decimal-floating-point number of seconds, not negative, as microseconds; further digits are cut off.
pub(super) fn seconds_us(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = i64::try_from(integer(whole)?).ok().filter(|&whole| whole <= MAX_SECONDS)?;
    integer(fraction)?;
    let digits = fraction.get(..fraction.len().min(6))?;
    let scale = 10_i64.pow(6 - u32::try_from(digits.len()).ok()?);
    let fraction = i64::try_from(integer(digits)?).ok()?;
    Some(whole * 1_000_000 + fraction * scale)
}

/// An ISO 8601 date and time with a zone, as microseconds since the Unix epoch.
pub(super) fn date_us(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let (clock, offset_min) = zone(time)?;
    let mut date = date.splitn(3, '-').map(integer);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut clock = clock.splitn(3, ':');
    let (hour, minute) = (integer(clock.next()?)?, integer(clock.next()?)?);
    let second_us = seconds_us(clock.next()?)?;
    let sane = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second_us < 61_000_000;
    if !sane {
        return None;
    }
    let days = days_since_epoch(year as i64, month as i64, day as i64);
    let minutes = (days * 24 + hour as i64) * 60 + minute as i64 - offset_min;
    Some(minutes * 60_000_000 + second_us)
}

fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let at = time.rfind(['+', '-'])?;
    let (clock, offset) = time.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset.chars().skip(1).filter(|c| *c != ':').collect();
    if digits.len() != 4 {
        return None;
    }
    let number = i64::try_from(integer(&digits)?).ok()?;
    Some((clock, sign * (number / 100 * 60 + number % 100)))
}

/// Days by counting: slow and simple, so that it has nothing in common with the writer.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let leap = |y: i64| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let february = if leap(year) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let in_years: i64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    let in_months: i64 = months.iter().take(month as usize - 1).sum();
    in_years + in_months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_attribute_lists() {
        let list = attributes("DURATION=0.5,URI=\"a,b=c\",INDEPENDENT=YES").unwrap();
        let plain: Vec<_> = list.iter().map(|a| (a.name, a.value, a.quoted)).collect();
        assert_eq!(
            plain,
            [("DURATION", "0.5", false), ("URI", "a,b=c", true), ("INDEPENDENT", "YES", false)]
        );
        for bad in ["", "A", "A=", "A=1,", "A=1,A=2", "a=1", "A=\"1", "A=\"1\"2", "A=1 ,B=2", "=1"] {
            assert_eq!(attributes(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn reads_seconds() {
        for (text, us) in
            [("0", 0), ("4", 4_000_000), ("0.5", 500_000), ("1.96667", 1_966_670), ("2.1234567", 2_123_456)]
        {
            assert_eq!(seconds_us(text), Some(us), "{text}");
        }
        for bad in ["", "-1", ".5", "1.", "1e3", "nan", "99999999999999999999999999"] {
            assert_eq!(seconds_us(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn reads_dates() {
        for (text, us) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2024-02-07T08:07:00.123Z", 1_707_293_220_123_000),
            ("2024-02-07T12:07:00.123+04:00", 1_707_293_220_123_000),
            ("2024-02-07T04:07:00.123-0400", 1_707_293_220_123_000),
        ] {
            assert_eq!(date_us(text), Some(us), "{text}");
        }
        for bad in
            ["", "2024-02-07", "2024-13-07T00:00:00Z", "2024-02-07T00:00:00", "2024-02-07T24:00:00Z", "T+Z"]
        {
            assert_eq!(date_us(bad), None, "{bad:?}");
        }
    }
}
