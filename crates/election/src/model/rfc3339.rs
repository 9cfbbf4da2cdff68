//! Times in JSON as people and other programs write them (RFC 3339), for `#[serde(with = "rfc3339")]`.

use ashkar_terms::UtcMicros;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<S: Serializer>(at: &UtcMicros, serializer: S) -> Result<S::Ok, S::Error> {
    let timestamp = Timestamp::from_microsecond(at.0).map_err(serde::ser::Error::custom)?;
    serializer.collect_str(&timestamp)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<UtcMicros, D::Error> {
    let text = String::deserialize(deserializer)?;
    let timestamp: Timestamp = text.parse().map_err(serde::de::Error::custom)?;
    Ok(UtcMicros(timestamp.as_microsecond()))
}
