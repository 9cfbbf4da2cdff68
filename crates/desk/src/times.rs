//! Times as the API writes and reads them: RFC 3339, UTC.

use ashkar_terms::UtcMicros;
use jiff::Timestamp;
use serde::Serializer;

pub(crate) fn text(at: UtcMicros) -> String {
    let clamped = if at.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(at.0).unwrap_or(clamped).to_string()
}

/// The time that `text` says; nothing if it says none.
pub(crate) fn parse(text: &str) -> Option<UtcMicros> {
    text.parse::<Timestamp>().ok().map(|timestamp| UtcMicros(timestamp.as_microsecond()))
}

/// A time that may be missing, for `#[serde(serialize_with)]`.
pub(crate) fn maybe<S: Serializer>(at: &Option<UtcMicros>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.serialize_some(&text(*at)),
        None => serializer.serialize_none(),
    }
}
