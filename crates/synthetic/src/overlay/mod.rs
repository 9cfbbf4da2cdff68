//! The overlay above the scene: the only part of the picture that differs from camera to camera and second to second.

pub(crate) mod artwork;
pub(crate) mod cache;
pub(crate) mod coder;
pub(crate) mod font;
mod kept;
