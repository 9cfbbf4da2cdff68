//! Times as the site reads and writes them: RFC 3339, in the election's zone on the way out (I9).

use ashkar_terms::{Span, UtcMicros};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::problem::Problem;

/// Longest span that one request may ask for, microseconds: a day.
pub(crate) const MAX_SPAN_US: i64 = 24 * 3600 * 1_000_000;

/// `at` in `zone`, to the millisecond, such as `2024-02-07T12:07:00.040+04:00`.
pub(crate) fn write(at: UtcMicros, zone: &TimeZone) -> String {
    let timestamp =
        Timestamp::from_microsecond(at.0).unwrap_or(if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX });
    let zoned = timestamp.to_zoned(zone.clone());
    let form =
        if at.0.rem_euclid(1_000_000) < 1000 { "%Y-%m-%dT%H:%M:%S%:z" } else { "%Y-%m-%dT%H:%M:%S.%3f%:z" };
    zoned.strftime(form).to_string()
}

/// Reads a time. A `+` that a browser's form turned into a space is taken for what it was.
///
/// # Errors
/// 400, naming the parameter.
pub(crate) fn read(name: &str, text: &str) -> Result<UtcMicros, Problem> {
    let wrong = || {
        let shown: String = text.chars().take(40).collect();
        Problem::bad_request(format!("{name} is {shown:?}; write a time like 2024-02-07T12:07:00+04:00"))
    };
    let timestamp: Timestamp = text.trim().replace(' ', "+").parse().map_err(|_| wrong())?;
    Ok(UtcMicros(timestamp.as_microsecond()))
}

/// `[from, to)`, neither empty nor longer than a day.
///
/// # Errors
/// 400.
pub(crate) fn span(from: UtcMicros, to: UtcMicros) -> Result<Span, Problem> {
    let span = Span::new(from, to).ok_or_else(|| Problem::bad_request("from must lie before to"))?;
    if span.micros() > MAX_SPAN_US {
        return Err(Problem::bad_request("a span may be 24 hours long; ask for less at a time"));
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_out_in_the_zone_and_come_back() {
        let zone = TimeZone::fixed(jiff::tz::offset(4));
        let at = read("t", "2024-02-07T12:07:00+04:00").unwrap();
        assert_eq!(write(at, &zone), "2024-02-07T12:07:00+04:00");
        assert_eq!(write(at.plus(40_000), &zone), "2024-02-07T12:07:00.040+04:00");
        assert_eq!(read("t", "2024-02-07T12:07:00 04:00").unwrap(), at);
        assert_eq!(read("t", "2024-02-07T08:07:00Z").unwrap(), at);
    }

    #[test]
    fn what_is_no_time_is_named() {
        assert!(read("from", "yesterday").unwrap_err().detail.contains("from is \"yesterday\""));
        assert!(span(UtcMicros(1), UtcMicros(1)).is_err());
        assert!(span(UtcMicros(0), UtcMicros(MAX_SPAN_US + 1)).is_err());
        assert!(span(UtcMicros(0), UtcMicros(MAX_SPAN_US)).is_ok());
    }
}
