//! The format of times, durations and addresses in playlists.

use std::fmt::Write;

use ashkar_terms::{CameraId, MediaTime};
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::item::InitId;

/// Ticks as decimal seconds, rounded to 10 µs, with at least one digit behind the point: `2.0`, `0.48`, `1.96667`.
/// Rounding keeps the order, so a part that is not longer than another is not written as longer.
pub(crate) fn push_seconds(out: &mut String, ticks: i64) {
    assert!(ticks >= 0, "what is listed has a length");
    let whole = ticks / 90_000;
    let mut fraction = (ticks % 90_000 * 10 + 4) / 9;
    let mut digits = 5;
    while digits > 1 && fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    // Writing into a String cannot fail.
    let _ = write!(out, "{whole}.{fraction:0digits$}");
}

/// A date and time with milliseconds: `2024-02-07T08:07:00.123Z`.
pub(crate) fn push_date(out: &mut String, at: MediaTime) {
    // No timeline goes beyond 2^53 ticks, the year 5141; a damaged file's time beyond the calendar is shown as its end.
    let ms = at.to_utc().0.div_euclid(1000);
    let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let at = Offset::UTC.to_datetime(Timestamp::from_millisecond(ms).unwrap_or(end));
    let (date, time, ms) = (at.date(), at.time(), at.millisecond());
    let (year, month, day) = (date.year(), date.month(), date.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    let _ = write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z");
}

/// The addresses of one camera's media in one archive.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    /// `/media/{archive}/7/12/1/`.
    base: String,
}

impl Addresses {
    pub(crate) fn new(archive_id: &str, camera: CameraId) -> Self {
        Self { base: format!("/media/{archive_id}/{camera}/") }
    }

    pub(crate) fn push_segment(&self, out: &mut String, segment: u64) {
        let _ = write!(out, "{}{segment}.m4s", self.base);
    }

    pub(crate) fn push_part(&self, out: &mut String, segment: u64, part: usize) {
        let _ = write!(out, "{}{segment}.{part}.m4s", self.base);
    }

    pub(crate) fn push_map(&self, out: &mut String, init: InitId) {
        let init = u64::from_be_bytes(init);
        let _ = writeln!(out, "#EXT-X-MAP:URI=\"{}init-{init:016x}.mp4\"", self.base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ashkar_terms::UtcMicros;

    fn seconds(ticks: i64) -> String {
        let mut out = String::new();
        push_seconds(&mut out, ticks);
        out
    }

    fn date(utc_us: i64) -> String {
        let mut out = String::new();
        push_date(&mut out, MediaTime::from_utc(UtcMicros(utc_us)));
        out
    }

    #[test]
    fn writes_seconds() {
        for (ticks, text) in [
            (0, "0.0"),
            (45_000, "0.5"),
            (43_200, "0.48"),
            (180_000, "2.0"),
            (1, "0.00001"),
            (89_999, "0.99999"),
        ] {
            assert_eq!(seconds(ticks), text);
        }
    }

    #[test]
    fn rounding_keeps_order() {
        let mut before = -1.0;
        for ticks in 0..200_000 {
            let now: f64 = seconds(ticks).parse().unwrap();
            assert!(now >= before && (now - ticks as f64 / 90_000.0).abs() < 6e-6, "{ticks}");
            before = now;
        }
    }

    #[test]
    fn writes_dates() {
        assert_eq!(date(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(date(1_707_293_220_123_000), "2024-02-07T08:07:00.123Z");
        assert_eq!(date(951_782_399_999_000), "2000-02-28T23:59:59.999Z");
        assert_eq!(date(951_782_400_000_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(date(4_107_542_400_000_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(date(-1_000), "1969-12-31T23:59:59.999Z");
    }
}
