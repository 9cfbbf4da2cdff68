//! Errors of parsing parameter sets and decoder configuration records, and checks of their lengths and fields.

use super::{
    MAX_PARAMETER_SET_BYTES, MAX_PARAMETER_SETS, MAX_PICTURE_SIDE, MAX_RECORD_BYTES, MIN_PICTURE_SIDE,
};

/// Why parameters are unusable. All of these are the camera's fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The bytes end inside a field.
    #[error("the {what} ends too early")]
    Truncated {
        /// Which structure.
        what: &'static str,
    },
    /// The record is longer than [`MAX_RECORD_BYTES`], or a set longer than [`MAX_PARAMETER_SET_BYTES`].
    #[error("the {what} has {bytes} bytes, at most {limit} are taken")]
    TooLong {
        /// Which structure.
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// More than [`MAX_PARAMETER_SETS`] of a kind.
    #[error("more than {MAX_PARAMETER_SETS} {what}")]
    TooMany {
        /// Of which kind.
        what: &'static str,
    },
    /// The record's version is unknown.
    #[error("unknown version {version} of the decoder configuration record")]
    Version {
        /// The version found.
        version: u8,
    },
    /// A kind of parameter set is missing.
    #[error("no {what}")]
    Missing {
        /// Of which kind.
        what: &'static str,
    },
    /// A NAL unit of another type was found where a parameter set is required.
    #[error("NAL unit with header {header:#04x} where a {what} must stand")]
    WrongNalUnit {
        /// The kind required.
        what: &'static str,
        /// The first byte found.
        header: u8,
    },
    /// A field has a value that the standard does not allow, or that cannot be handled.
    #[error("{field} cannot be {value}")]
    Field {
        /// Its name in the standard.
        field: &'static str,
        /// Its value.
        value: i64,
    },
    /// The picture is larger or smaller than the limits allow.
    #[error("a picture of {width}x{height} is outside {MIN_PICTURE_SIDE}..={MAX_PICTURE_SIDE}")]
    PictureSize {
        /// Width in pixels, after cropping.
        width: i64,
        /// Height in pixels, after cropping.
        height: i64,
    },
}

/// Checks the length of a structure against its limit, both in bytes.
pub(super) const fn check_length(what: &'static str, bytes: usize, limit: usize) -> Result<(), ConfigError> {
    if bytes > limit { Err(ConfigError::TooLong { what, bytes, limit }) } else { Ok(()) }
}

/// Checks the length of a parameter set against [`MAX_PARAMETER_SET_BYTES`].
pub(super) const fn check_set_length(what: &'static str, set: &[u8]) -> Result<(), ConfigError> {
    check_length(what, set.len(), MAX_PARAMETER_SET_BYTES)
}

/// Checks the length of a decoder configuration record against [`MAX_RECORD_BYTES`].
pub(super) const fn check_record_length(record: &[u8]) -> Result<(), ConfigError> {
    check_length("decoder configuration record", record.len(), MAX_RECORD_BYTES)
}

/// The value of a field that the specification limits to `max`; `None` is a structure that ended before it.
pub(super) fn field(
    value: Option<u32>,
    max: u8,
    field: &'static str,
    what: &'static str,
) -> Result<u8, ConfigError> {
    let value = value.ok_or(ConfigError::Truncated { what })?;
    u8::try_from(value)
        .ok()
        .filter(|small| *small <= max)
        .ok_or_else(|| ConfigError::Field { field, value: value.into() })
}
