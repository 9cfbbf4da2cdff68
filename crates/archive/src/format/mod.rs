//! The bytes on disk. `docs/reference/archive-format.md` has them as tables; both change in one commit, with a new
//! version.

pub(crate) mod cache;
pub(crate) mod fact;
pub(crate) mod header;
pub(crate) mod name;
pub(crate) mod payload;
pub(crate) mod removed;
pub(crate) mod sidecar;
pub(crate) mod state;
pub(crate) mod wire;

pub(crate) use header::{Header, Kind, record_bytes};
