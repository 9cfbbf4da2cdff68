//! The diagnosis of a camera that sends data but yields no picture.

use std::fmt;

/// What is wrong with the data of a connected camera, while none of them is a picture that can be kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Unusable {
    /// Bytes arrive, and nothing in them is a picture.
    #[default]
    NoPictures,
    /// Only sound arrives.
    OnlySound,
    /// Pictures arrive, but no parameter sets to decode them.
    NoParameters,
    /// Parameter sets arrive that are unusable.
    Parameters(String),
    /// Pictures arrive, but none with which decoding can begin.
    NoKeyframe,
    /// Pictures arrive that are unusable.
    Refused(String),
    /// More pictures arrive than fit into real time.
    TooFast,
}

impl Unusable {
    /// Its name in metrics and in the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoPictures => "no_pictures",
            Self::OnlySound => "only_sound",
            Self::NoParameters => "no_parameters",
            Self::Parameters(_) => "parameters",
            Self::NoKeyframe => "no_keyframe",
            Self::Refused(_) => "refused",
            Self::TooFast => "too_fast",
        }
    }

    pub(super) fn refused(&mut self, reason: &str) {
        if !matches!(self, Self::Refused(known) if known == reason) {
            *self = Self::Refused(reason.to_owned());
        }
    }

    /// A picture was dropped because a keyframe or parameter sets are missing; if these were refused, that reason is
    /// more precise.
    pub(super) fn waiting(&mut self, has_parameters: bool) {
        match self {
            Self::Parameters(_) if !has_parameters => {}
            _ => *self = if has_parameters { Self::NoKeyframe } else { Self::NoParameters },
        }
    }

    pub(super) fn sound(&mut self) {
        if *self == Self::NoPictures {
            *self = Self::OnlySound;
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPictures => f.write_str("bytes arrive, and no pictures in them"),
            Self::OnlySound => f.write_str("only sound arrives, and no pictures"),
            Self::NoParameters => f.write_str("pictures arrive without parameter sets"),
            Self::Parameters(reason) => write!(f, "the parameter sets cannot be used: {reason}"),
            Self::NoKeyframe => f.write_str("pictures arrive, and no keyframe among them"),
            Self::Refused(reason) => write!(f, "pictures are refused: {reason}"),
            Self::TooFast => {
                f.write_str("pictures come faster than time passes: a file sent without pacing?")
            }
        }
    }
}
