//! As much of an H.264 writer as it takes to put a overlay of our own above pictures of an encoder.

pub(crate) mod bits;
pub(crate) mod cavlc;
pub(crate) mod intra;
pub(crate) mod params;
pub(crate) mod slice;
mod tables;
