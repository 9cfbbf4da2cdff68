//! Times as the site reads and writes them: RFC 3339, in the election's zone on the way out (I9).

use ashkar_terms::{Span, UtcMicros};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::http::problem::Problem;

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

/// Reads a time. A `+` that a browser's form turned into a space is read as a `+`.
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

/// Reads the moment of a link, which people shorten: without a zone it is one of the election's `zone`, and a blank may
/// stand for the `T`. A date alone is no moment. The pages read it in the same way (`parseMoment`).
pub(crate) fn read_in_link(text: &str, zone: &TimeZone) -> Option<UtcMicros> {
    let zoned = || read("t", text).ok();
    let local = || {
        let date_and_time = text.trim();
        let civil: DateTime = date_and_time.parse().ok().filter(|_| date_and_time.contains(':'))?;
        Some(UtcMicros(civil.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond()))
    };
    zoned().or_else(local)
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

/// Ends of spans lie on a grid that is finer for short ones: the longest span of a grid, and its step, microseconds.
const GRIDS_US: [(i64, i64); 2] = [(600_000_000, 1_000_000), (3_600_000_000, 10_000_000)];
/// The grid of longer spans.
const COARSEST_US: i64 = 60_000_000;

/// The span of the grid around `span`: seconds up to ten minutes, ten seconds up to an hour, minutes above. So there
/// are few spans to be generated, and a client that asks for a new one each time finds what is there.
pub(crate) fn on_grid(span: Span) -> Span {
    let around = |step: i64| Span {
        from: UtcMicros(span.from.0.div_euclid(step).saturating_mul(step)),
        to: UtcMicros(span.to.plus(step - 1).0.div_euclid(step).saturating_mul(step)),
    };
    let fits = |&(longest, step): &(i64, i64)| Some(around(step)).filter(|span| span.micros() <= longest);
    GRIDS_US.iter().find_map(fits).unwrap_or_else(|| around(COARSEST_US))
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
    fn a_link_without_a_zone_is_in_the_elections() {
        let zone = TimeZone::fixed(jiff::tz::offset(4));
        let at = read("t", "2024-02-07T12:07:00+04:00").ok();
        for text in [
            "2024-02-07T12:07:00",
            "2024-02-07 12:07",
            "2024-02-07T12:07",
            "2024-02-07T08:07:00Z",
            "2024-02-07T12:07:00 04:00",
        ] {
            assert_eq!(read_in_link(text, &zone), at, "{text}");
        }
        for text in ["", "tomorrow", "2024-02-07", "12:07", "2024-13-07T12:07", "99999-02-07T12:07"] {
            assert_eq!(read_in_link(text, &zone), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_named() {
        assert!(read("from", "yesterday").unwrap_err().detail.contains("from is \"yesterday\""));
        assert!(span(UtcMicros(1), UtcMicros(1)).is_err());
        assert!(span(UtcMicros(0), UtcMicros(MAX_SPAN_US + 1)).is_err());
        assert!(span(UtcMicros(0), UtcMicros(MAX_SPAN_US)).is_ok());
    }

    #[test]
    fn spans_lie_on_a_grid_that_contains_them_and_stays() {
        let micros = |from, to| Span { from: UtcMicros(from), to: UtcMicros(to) };
        for (from, to, on) in [
            (1, 2, (0, 1_000_000)),
            (7_000_000, 307_000_000, (7_000_000, 307_000_000)),
            (7_000_001, 307_000_001, (7_000_000, 308_000_000)),
            (1, 600_000_000, (0, 600_000_000)),
            (1, 600_000_001, (0, 610_000_000)),
            (1, 3_600_000_001, (0, 3_660_000_000)),
            (-1, 86_399_999_999, (-60_000_000, 86_400_000_000)),
        ] {
            let found = on_grid(micros(from, to));
            assert_eq!(found, micros(on.0, on.1), "{from} to {to}");
            assert_eq!(on_grid(found), found, "the grid's own spans stay as they are");
        }
    }
}
