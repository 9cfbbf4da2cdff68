//! An H.264 writer, as far as needed to put an overlay of our own above an encoder's pictures.

pub(crate) mod bits;
pub(crate) mod cavlc;
pub(crate) mod intra;
pub(crate) mod params;
pub(crate) mod slice;
mod tables;
