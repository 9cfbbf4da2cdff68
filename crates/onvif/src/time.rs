//! A camera's clock: read, judged, written. And zones as cameras know them (POSIX.1, 8.3).

use ashkar_terms::UtcMicros;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::error::CallError;
use crate::text::{escaped, line};
use crate::xml::Node;

/// What a camera says of its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) utc: UtcMicros,
    /// It says that it gets its time from the network.
    pub(crate) is_ntp: bool,
    /// As it writes it; empty if it says none.
    pub(crate) zone: String,
}

/// Reads the answer to `GetSystemDateAndTime`.
pub(crate) fn read(answer: &Node) -> Result<Told, CallError> {
    let wrong = || CallError::NotUnderstood("it tells no time in UTC");
    let told = answer.child("SystemDateAndTime").ok_or_else(wrong)?;
    let utc = told.child("UTCDateTime").ok_or_else(wrong)?;
    let number = |path: &[&str]| utc.number_at::<i16>(path).ok_or_else(wrong);
    let small = |path: &[&str]| number(path).and_then(|value| i8::try_from(value).map_err(|_| wrong()));
    // A leap second is told as the one before it.
    let at = DateTime::new(
        number(&["Date", "Year"])?,
        small(&["Date", "Month"])?,
        small(&["Date", "Day"])?,
        small(&["Time", "Hour"])?,
        small(&["Time", "Minute"])?,
        small(&["Time", "Second"])?.min(59),
        0,
    );
    let at = at.and_then(|at| at.to_zoned(TimeZone::UTC)).map_err(|_| wrong())?;
    Ok(Told {
        utc: UtcMicros(at.timestamp().as_microsecond()),
        is_ntp: told.text_at(&["DateTimeType"]) == "NTP",
        zone: line(told.text_at(&["TimeZone", "TZ"])),
    })
}

/// What is inside `SetSystemDateAndTime`.
pub(crate) fn written(now: UtcMicros, by_ntp: bool, zone: &str) -> String {
    let now = Timestamp::from_microsecond(now.0).unwrap_or_default().to_zoned(TimeZone::UTC);
    let kind = if by_ntp { "NTP" } else { "Manual" };
    let utc = if by_ntp {
        String::new()
    } else {
        format!(
            "<tds:UTCDateTime><tt:Time><tt:Hour>{}</tt:Hour><tt:Minute>{}</tt:Minute><tt:Second>{}</tt:Second></tt:Time>\
             <tt:Date><tt:Year>{}</tt:Year><tt:Month>{}</tt:Month><tt:Day>{}</tt:Day></tt:Date></tds:UTCDateTime>",
            now.hour(),
            now.minute(),
            now.second(),
            now.year(),
            now.month(),
            now.day()
        )
    };
    format!(
        "<tds:DateTimeType>{kind}</tds:DateTimeType><tds:DaylightSavings>false</tds:DaylightSavings>\
         <tds:TimeZone><tt:TZ>{}</tt:TZ></tds:TimeZone>{utc}",
        escaped(zone)
    )
}

/// A zone's offset as it is now, in the words of cameras: `UTC-4` is four hours ahead of UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    pub(crate) text: String,
    pub(crate) ahead_s: i32,
    /// The offset changes within a year; the camera then has to be set again.
    pub(crate) changes: bool,
}

/// This computer does not know the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this computer does not know the zone")]
pub struct ZoneError;

impl Zone {
    /// The zone `name`, such as Asia/Baku, at `now`.
    ///
    /// # Errors
    /// [`ZoneError`].
    pub fn of(name: &str, now: UtcMicros) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(name).map_err(|_| ZoneError)?;
        let at = Timestamp::from_microsecond(now.0).map_err(|_| ZoneError)?;
        let ahead_s = zone.to_offset(at).seconds();
        let in_a_year = now.plus(366 * 86_400 * 1_000_000);
        let next = zone.following(at).next().map(|change| change.timestamp().as_microsecond());
        let (sign, s) = (if ahead_s >= 0 { '-' } else { '+' }, ahead_s.unsigned_abs());
        let minutes = if s.is_multiple_of(3600) { String::new() } else { format!(":{:02}", s / 60 % 60) };
        let text = format!("UTC{sign}{}{minutes}", s / 3600);
        Ok(Self { text, ahead_s, changes: next.is_some_and(|next| next < in_a_year.0) })
    }
}

/// How many seconds a zone without summer time is ahead of UTC; nothing of any other text.
pub(crate) fn ahead_s(text: &str) -> Option<i32> {
    let rest = match text.strip_prefix('<') {
        Some(quoted) => quoted.split_once('>')?.1,
        None => text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
    };
    if rest.len() == text.len() {
        return None;
    }
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("-", digits) => (1, digits),
        ("+", digits) => (-1, digits),
        _ => (-1, rest),
    };
    let mut units = digits.split(':').map(|unit| {
        let is_number = (1..=2).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { unit.parse::<i32>().ok() } else { None }
    });
    let hours = units.next()??;
    let (minutes, seconds) = (units.next().unwrap_or(Some(0))?, units.next().unwrap_or(Some(0))?);
    let is_zone = units.next().is_none() && hours <= 24 && minutes < 60 && seconds < 60;
    is_zone.then_some(sign * (hours * 3600 + minutes * 60 + seconds))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: UtcMicros = UtcMicros(1_707_291_000_000_000);

    fn answer(inner: &str) -> Node {
        Node::parse(format!("<r><SystemDateAndTime>{inner}</SystemDateAndTime></r>").as_bytes()).unwrap()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let told =
            read(&answer(&written(NOW, false, "UTC-4").replace("tds:", "").replace("tt:", ""))).unwrap();
        assert_eq!(told, Told { utc: NOW, is_ntp: false, zone: "UTC-4".to_owned() });
        assert!(!written(NOW, true, "UTC-4").contains("UTCDateTime"));
        let date = |year: &str, month: &str| {
            answer(&format!(
                "<UTCDateTime><Time><Hour>1</Hour><Minute>2</Minute><Second>60</Second></Time>\
                 <Date><Year>{year}</Year><Month>{month}</Month><Day>31</Day></Date></UTCDateTime>"
            ))
        };
        assert!(read(&date("2016", "12")).is_ok());
        for (year, month) in [("2016", "2"), ("0", "13"), ("99999", "1"), ("", "1"), ("2016", "-1")] {
            assert!(read(&date(year, month)).is_err(), "{year} {month}");
        }
        assert!(read(&answer("")).is_err());
    }

    #[test]
    fn zones_are_what_cameras_take_for_one() {
        let zone = |name| Zone::of(name, NOW).unwrap();
        assert_eq!(zone("Asia/Baku"), Zone { text: "UTC-4".to_owned(), ahead_s: 14_400, changes: false });
        assert_eq!((zone("Asia/Kolkata").text.as_str(), zone("Asia/Kolkata").changes), ("UTC-5:30", false));
        let new_york = zone("America/New_York");
        assert_eq!((new_york.text.as_str(), new_york.ahead_s, new_york.changes), ("UTC+5", -18_000, true));
        assert_eq!(Zone::of("No/Where", NOW), Err(ZoneError));
        for (text, seconds) in [
            ("UTC-4", Some(14_400)),
            ("CST-8:00:00", Some(28_800)),
            ("<+04>-4", Some(14_400)),
            ("EST5", Some(-18_000)),
            ("EST5EDT", None),
            ("UTC", None),
            ("", None),
            ("<-4", None),
            ("UTC-4:60", None),
            ("UTC-4:0:0:0", None),
            ("UTC-+4", None),
        ] {
            assert_eq!(ahead_s(text), seconds, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "\\PC{0,20}", posix in "[A-Z<>]{0,4}[-+]?[0-9:]{0,9}") {
            let _ = ahead_s(&text);
            let _ = ahead_s(&posix);
        }

        #[test]
        fn every_zone_that_is_written_is_read(hours in 0_i32..15, half: bool, is_behind: bool) {
            let ahead = (hours * 3600 + if half { 1800 } else { 0 }) * if is_behind { -1 } else { 1 };
            let sign = if is_behind { '+' } else { '-' };
            let text = format!("UTC{sign}{hours}{}", if half { ":30" } else { "" });
            prop_assert_eq!(ahead_s(&text), Some(ahead));
        }
    }
}
