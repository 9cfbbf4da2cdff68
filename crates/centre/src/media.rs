//! Media by name: from the live window's memory, from a cache of recent reads, or from the archive.
//!
//! In: names. Out: the bytes, shared by all requests. What must never happen: many viewers reading the same thing from
//! the disk, or reading so many different things that the disk has no time for the recording (I1).

use std::sync::Arc;
use std::time::Duration;

use ashkar_archive::{Archive, ReadError};
use ashkar_election::Denial;
use ashkar_live::PartError;
use ashkar_media::{GAP_SEGMENT_TICKS, empty_part};
use ashkar_terms::{CameraId, MediaTime, Span};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Camera, Centre};

/// Bytes of the cache: requests of viewers some seconds behind, and the few moments of the past that many watch.
const CACHE_BYTES: u64 = 64 << 20;
/// An estimate of the number of entries that fill the cache, for its tables.
const CACHE_ENTRIES: usize = 1024;
/// Bytes for which an entry counts besides its own.
const ENTRY_BYTES: u64 = 256;
/// Number of segments whose times are cached: 4 MB at most.
const TIMES_KEPT: usize = 32 << 10;
/// Maximum number of simultaneous reads of the archive; further ones wait for their turn.
const READS_AT_ONCE: usize = 32;
/// Memory for data read from the archive, kB: the cache, and data still being sent to slow viewers.
const MAX_HELD_KB: usize = 256 << 10;
/// How long a request waits for its turn.
const READ_WITHIN: Duration = Duration::from_secs(10);

/// The name of a camera's media file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MediaName {
    /// An init segment, by the first bytes of its SHA-256.
    Init([u8; 8]),
    /// A segment, by its media sequence number.
    Segment(u64),
    /// A part of a segment.
    Part(u64, u16),
}

/// Why there is no media.
#[derive(Debug, Error)]
pub enum MediaFailure {
    /// The public may not see it.
    #[error("it is not public: {0:?}")]
    Denied(Denial),
    /// There is no media with this name.
    #[error("there is no such media")]
    Absent,
    /// The hinted part did not come.
    #[error("the camera sends nothing at the moment")]
    Unavailable,
    /// Too many requests read the archive, or too much of its data is still being sent.
    #[error("too many read from the archive")]
    Busy,
    /// The archive cannot be read: the centre's fault.
    #[error(transparent)]
    Archive(#[from] ReadError),
}

/// Data recently read from the archive.
pub(crate) struct MediaReader {
    cache: Cache<(CameraId, MediaName), Bytes, EntryWeighter>,
    /// Times of recently requested segments, for decisions that depend on them.
    pub(crate) times: Cache<(CameraId, u64), Span>,
    reads: Arc<Semaphore>,
    room_kb: Arc<Semaphore>,
}

/// Bytes with the memory permit that they take, until the last viewer has them and the cache has dropped them.
struct Held {
    bytes: Bytes,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl MediaReader {
    /// A turn at reading the archive.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, MediaFailure> {
        let turn = tokio::time::timeout(READ_WITHIN, Arc::clone(&self.reads).acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(MediaFailure::Busy)
    }

    fn hold(&self, bytes: Bytes) -> Result<Bytes, MediaFailure> {
        let kb = u32::try_from(bytes.len().div_ceil(1024)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room_kb).try_acquire_many_owned(kb).map_err(|_| MediaFailure::Busy)?;
        Ok(Bytes::from_owner(Held { bytes, _room: room }))
    }
}

#[derive(Debug, Clone, Copy)]
struct EntryWeighter;

impl Weighter<(CameraId, MediaName), Bytes> for EntryWeighter {
    fn weight(&self, _: &(CameraId, MediaName), media: &Bytes) -> u64 {
        media.len() as u64 + ENTRY_BYTES
    }
}

impl Default for MediaReader {
    fn default() -> Self {
        Self {
            cache: Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES, EntryWeighter),
            times: Cache::new(TIMES_KEPT),
            reads: Arc::new(Semaphore::new(READS_AT_ONCE)),
            room_kb: Arc::new(Semaphore::new(MAX_HELD_KB)),
        }
    }
}

impl Centre {
    /// The media `name` of `camera`. Waits for the hinted part, and for the disk.
    ///
    /// # Errors
    /// See [`MediaFailure`].
    pub async fn media(&self, camera: &Camera, name: MediaName) -> Result<Bytes, MediaFailure> {
        if let Some(media) = in_memory(camera, name).await? {
            return Ok(media);
        }
        let key = (camera.id, name);
        if let Some(media) = self.media.cache.get(&key) {
            return Ok(media);
        }
        // Simultaneous requests for the same thing wait for one read of it. Boxed, so that the many requests that wait
        // for a coming part reserve no room for it.
        Box::pin(self.media.cache.get_or_insert_async(&key, self.gather(camera, name))).await
    }

    async fn gather(&self, camera: &Camera, name: MediaName) -> Result<Bytes, MediaFailure> {
        let in_memory = match name {
            MediaName::Segment(number) => camera.live.segment(number).map(join),
            MediaName::Init(_) | MediaName::Part(..) => None,
        };
        let bytes = match in_memory {
            Some(bytes) => bytes,
            None => self.read_media(camera.id, name).await?,
        };
        self.media.hold(bytes)
    }

    async fn read_media(&self, camera: CameraId, name: MediaName) -> Result<Bytes, MediaFailure> {
        let turn = self.media.turn().await?;
        let archive = self.archive.clone();
        let read = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            match name {
                MediaName::Init(init) => Ok(archive.init(camera, init)?.map(|init| init.bytes.clone())),
                MediaName::Segment(number) => match archive.segment(camera, number)? {
                    Some(entry) => archive.read_segment(&entry).map(|parts| Some(join(parts))),
                    None => Ok(recorded_gap(&archive, camera, number).map(|piece| empty_part(piece.0))),
                },
                MediaName::Part(segment, part) => archive.read_part(camera, segment, part),
            }
        });
        let found: Result<Option<Bytes>, ReadError> =
            read.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        found?.ok_or(MediaFailure::Absent)
    }
}

/// The piece of a recorded gap with the number `segment`: its start and end.
pub(crate) fn recorded_gap(
    archive: &Archive,
    camera: CameraId,
    segment: u64,
) -> Option<(MediaTime, MediaTime)> {
    let gap = archive.gap_of(camera, segment)?;
    let from =
        (gap.from.0).saturating_add(GAP_SEGMENT_TICKS.saturating_mul((segment - gap.first_segment) as i64));
    let to = gap.to?.0.min(from.saturating_add(GAP_SEGMENT_TICKS));
    (from < to).then_some((MediaTime(from), MediaTime(to)))
}

/// The data held by the live window, in one piece.
async fn in_memory(camera: &Camera, name: MediaName) -> Result<Option<Bytes>, MediaFailure> {
    match name {
        MediaName::Init(init) => Ok(camera.live.init(init)),
        // Players that do not know the tag of a gap (video.js) request it; if refused, they repeat that until it has
        // left.
        MediaName::Segment(number) => Ok(camera.live.gap(number).map(empty_part)),
        MediaName::Part(segment, part) => match camera.live.part(segment, u32::from(part)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(PartError::Archived) => Ok(None),
            Err(PartError::Absent) => Err(MediaFailure::Absent),
            Err(PartError::Unavailable) => Err(MediaFailure::Unavailable),
        },
    }
}

/// Joins many pieces, once for all viewers: writing them one by one costs each viewer more than this copy.
fn join(parts: Vec<Bytes>) -> Bytes {
    match <[Bytes; 1]>::try_from(parts) {
        Ok([whole]) => whole,
        Err(parts) => parts.concat().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_viewers_do_not_take_is_bounded_and_its_room_comes_back() {
        let reader = MediaReader::default();
        let segment = Bytes::from(vec![0; 64 << 20]);
        let held: Vec<Bytes> = (0..5).filter_map(|_| reader.hold(segment.clone()).ok()).collect();
        assert_eq!(held.len(), 4, "256 MB");
        assert!(matches!(reader.hold(Bytes::from_static(&[1])), Err(MediaFailure::Busy)));
        let shared = held[0].slice(5..);
        drop(held);
        assert_eq!(reader.room_kb.available_permits(), 3 * (64 << 10), "one is still being sent");
        drop(shared);
        assert_eq!(reader.room_kb.available_permits(), MAX_HELD_KB);
    }
}
