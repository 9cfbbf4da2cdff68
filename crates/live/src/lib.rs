//! The live window of each camera, its playlists, and the playlists of past spans.
//!
//! In: the packager's outputs ([`ashkar_media::Output`]) and the time. Out: playlists by draft-pantos-hls-rfc8216bis
//! with parts, blocking reload, preload hints, delta updates and gaps; the bytes of the newest parts; a snapshot of
//! each camera's state. [`Window`] is the pure core, [`LiveCamera`] the thin shell that lets viewers wait,
//! [`dvr_playlist`] writes spans of the past, [`check`] judges playlists and knows nothing of their writer.
//!
//! What must never happen: a viewer that delays [`LiveCamera::push`] (I1), a listed segment that changes (I6), a gap
//! that is not shown at its length (I5), numbers that go backwards.

mod audience;
mod cache;
mod camera;
pub mod check;
mod dvr;
mod entry;
mod item;
mod limits;
mod playlist;
mod query;
mod snapshot;
mod text;
mod waiters;
mod window;

pub use cache::CacheFor;
pub use camera::{LiveCamera, PartError, Playlist, PlaylistError};
pub use dvr::dvr_playlist;
pub use item::{GapItem, InitId, Item, SegmentItem, gap_pieces};
pub use query::{Query, QueryError};
pub use snapshot::{Keyframe, Snapshot};
pub use window::{PartLookup, Place, Restored, Window, WindowError, WindowOptions};
