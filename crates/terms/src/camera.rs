//! The name of a camera, in text, in JSON and in stream keys.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Camera `7/12/1`: constituency 7, polling station 12, camera 1. All three count from 1.
///
/// Station numbers restart in every constituency, so no part of it is meaningful alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CameraId {
    /// Constituency (seçki dairəsi), from 1.
    pub constituency: u16,
    /// Number of the polling station within its constituency, from 1.
    pub station: u16,
    /// Number of the camera within its station, from 1.
    pub camera: u8,
}

impl CameraId {
    /// Camera `constituency/station/camera`.
    pub const fn new(constituency: u16, station: u16, camera: u8) -> Self {
        Self { constituency, station, camera }
    }

    /// The form used inside stream keys: `7-12-1`.
    pub fn dashed(&self) -> String {
        format!("{}-{}-{}", self.constituency, self.station, self.camera)
    }
}

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.constituency, self.station, self.camera)
    }
}

/// The text is not `constituency/station/camera` with three numbers from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a camera is written constituency/station/camera, such as 7/12/1")]
pub struct ParseCameraIdError;

impl FromStr for CameraId {
    type Err = ParseCameraIdError;

    /// Parses `7/12/1` and `7-12-1`. Signs, spaces and leading zeros are refused, so each camera has one name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let separator = if text.contains('/') { '/' } else { '-' };
        let mut parts = text.split(separator);
        let id = Self {
            constituency: number(parts.next())?,
            station: number(parts.next())?,
            camera: number(parts.next())?,
        };
        if parts.next().is_some() { Err(ParseCameraIdError) } else { Ok(id) }
    }
}

fn number<N: FromStr>(part: Option<&str>) -> Result<N, ParseCameraIdError> {
    let digits = part.ok_or(ParseCameraIdError)?;
    let canonical = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    if !canonical {
        return Err(ParseCameraIdError);
    }
    digits.parse().map_err(|_| ParseCameraIdError)
}

impl Serialize for CameraId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CameraId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_written_forms() {
        let id = CameraId::new(7, 12, 1);
        assert_eq!("7/12/1".parse(), Ok(id));
        assert_eq!("7-12-1".parse(), Ok(id));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.dashed().parse(), Ok(id));
    }

    #[test]
    fn refuses_what_is_no_camera() {
        for text in [
            "",
            "7",
            "7/12",
            "7/12/1/1",
            "0/1/1",
            "07/1/1",
            "+7/1/1",
            "7/12/256",
            "70000/1/1",
            "7 /1/1",
            "7/1-1",
        ] {
            assert_eq!(text.parse::<CameraId>(), Err(ParseCameraIdError), "{text:?}");
        }
    }
}
