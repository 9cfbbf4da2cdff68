//! A camera's window as its viewers share it: blocking requests for playlists (draft, 6.2.5.2) and parts, with each
//! version of a playlist rendered once.

use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use ashkar_media::Output;
use ashkar_terms::{CameraId, MediaTime, UtcMicros};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::time::{Instant, timeout_at};

use crate::audience::Audience;
use crate::cache::CacheFor;
use crate::item::InitId;
use crate::limits::MAX_WAIT_MS;
use crate::query::Query;
use crate::snapshot::Snapshot;
use crate::waiters::{Awaited, Released, Waiters};
use crate::window::{PartLookup, Place, Restored, Window, WindowError, WindowOptions};

/// A camera's live window, shared by its publisher and its viewers.
///
/// Publishing never waits for viewers: the lock is held for microseconds at a time, never over I/O, and waking is the
/// viewers' own work. Waiting needs a tokio runtime with its time driver.
#[derive(Debug)]
pub struct LiveCamera {
    id: CameraId,
    shared: Mutex<Shared>,
    audience: Audience,
}

#[derive(Debug)]
struct Shared {
    window: Window,
    rendered: Rendered,
    waiters: Waiters,
}

/// The playlists of one version of the window, rendered at the first request and shared by all.
#[derive(Debug, Default)]
struct Rendered {
    version: u64,
    full: Option<Text>,
    delta: Option<Text>,
}

#[derive(Debug, Clone)]
struct Text {
    body: Bytes,
    etag: String,
}

/// A playlist to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playlist {
    /// UTF-8 text, shared by all viewers of this version.
    pub body: Bytes,
    /// A strong entity tag, with its quotes. Equal text has an equal tag.
    pub etag: String,
    /// How long it may be cached.
    pub cache: CacheFor,
}

/// Why there is no playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaylistError {
    /// More than two segments, or more parts than the advance limit, beyond the listed ones: 400.
    #[error("the requested media sequence number or part is too far ahead")]
    TooFarAhead,
    /// `_HLS_part` without `_HLS_msn`: 400.
    #[error("_HLS_part needs _HLS_msn")]
    PartWithoutMsn,
    /// It did not come within three target durations: 503.
    #[error("the requested media has not come in time")]
    Unavailable,
    /// The camera has no complete segment yet: 404.
    #[error("the camera has not been on air yet")]
    NotStarted,
}

/// Why there is no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// No longer in memory: the archive may have it.
    #[error("the part is not in memory")]
    Archived,
    /// There is no such part, or no longer: 404.
    #[error("there is no such part")]
    Absent,
    /// The hinted part did not come within three target durations: 503.
    #[error("the part has not come in time")]
    Unavailable,
}

impl PlaylistError {
    /// The HTTP status required by the draft.
    pub const fn status(self) -> u16 {
        match self {
            Self::TooFarAhead | Self::PartWithoutMsn => 400,
            Self::Unavailable => 503,
            Self::NotStarted => 404,
        }
    }

    /// How long the refusal may be cached: a second if the same request cannot succeed at once, else not at all.
    pub const fn cache(self) -> CacheFor {
        match self {
            Self::PartWithoutMsn | Self::NotStarted => CacheFor::Second,
            Self::TooFarAhead | Self::Unavailable => CacheFor::Never,
        }
    }
}

impl LiveCamera {
    /// A camera that has not sent anything yet. `archive_id` is the archive's id, part of every media address.
    pub fn new(archive_id: &str, id: CameraId, options: WindowOptions) -> Self {
        let shared = Shared {
            window: Window::new(archive_id, id, options),
            rendered: Rendered::default(),
            waiters: Waiters::default(),
        };
        Self { id, shared: Mutex::new(shared), audience: Audience::default() }
    }

    /// Its id.
    pub fn id(&self) -> CameraId {
        self.id
    }

    /// Continues after a restart: see [`Window::restore`].
    pub fn restore(&self, restored: Restored) {
        self.change(|window| window.restore(restored));
    }

    /// Lists nothing that began before `from` any more: see [`Window::list_from`].
    pub fn list_from(&self, from: UtcMicros) {
        self.change(|window| window.list_from(MediaTime::from_utc(from)));
    }

    /// Adds one output of the packager. If several were output together, [`push_all`](Self::push_all) keeps viewers
    /// from seeing the state between them.
    ///
    /// # Errors
    /// [`WindowError`] for an output that does not fit; the camera continues without it.
    pub fn push(&self, output: &Output) -> Result<(), WindowError> {
        self.push_all(std::slice::from_ref(output))
    }

    /// Adds outputs that belong together, in one step for viewers: such as a segment's last part and its end, since
    /// between them the hint would name a part that never comes.
    ///
    /// # Errors
    /// The first [`WindowError`]; all outputs that fit have been added nevertheless.
    pub fn push_all<'a>(&self, outputs: impl IntoIterator<Item = &'a Output>) -> Result<(), WindowError> {
        self.change(|window| {
            let mut result = Ok(());
            for output in outputs {
                let pushed = window.push(output);
                result = result.and(pushed);
            }
            result
        })
    }

    /// Advances time: see [`Window::tick`]. To be called about once a second.
    pub fn tick(&self, now: UtcMicros) {
        self.change(|window| window.tick(now));
        self.audience.tick();
    }

    /// The number of viewers, as far as the live playlist shows: the maximum of simultaneously waiting requests within
    /// the last 4 s, plus the requests of those 4 s that did not wait. A cache in front counts as one viewer.
    pub fn watched(&self) -> u32 {
        self.audience.count()
    }

    /// The playlist requested by the query, waiting for it if the draft says so (6.2.5.2), for 13 s at most.
    ///
    /// # Errors
    /// [`PlaylistError`], with the HTTP status of the response.
    pub async fn playlist(&self, query: Query) -> Result<Playlist, PlaylistError> {
        let Some(msn) = query.msn else {
            let none = query.part.is_none();
            return if none { self.current(query.skip) } else { Err(PlaylistError::PartWithoutMsn) };
        };
        let deadline = deadline();
        let mut awaited = None;
        loop {
            let ticket = {
                let mut shared = self.shared.lock();
                if !shared.window.started() {
                    return Err(PlaylistError::NotStarted);
                }
                let awaited = *awaited.get_or_insert_with(|| shared.awaited(msn, query.part));
                if shared.is_over(awaited) {
                    let cache = shared.cache_for(msn, query.part);
                    return Ok(shared.playlist(query.skip, cache));
                }
                if shared.window.is_too_far(msn, query.part) {
                    return Err(PlaylistError::TooFarAhead);
                }
                shared.waiters.join(awaited)
            };
            let _waiting = self.audience.wait();
            timeout_at(deadline, ticket.wait()).await.map_err(|_| PlaylistError::Unavailable)?;
        }
    }

    /// The playlist as it stands.
    fn current(&self, skip: bool) -> Result<Playlist, PlaylistError> {
        let mut shared = self.shared.lock();
        if !shared.window.started() {
            return Err(PlaylistError::NotStarted);
        }
        self.audience.ask();
        Ok(shared.playlist(skip, CacheFor::Second))
    }

    /// A part's bytes. For the hinted part, waits until it is complete, for 13 s at most.
    ///
    /// # Errors
    /// [`PartError`]: older parts are in the archive.
    pub async fn part(&self, segment: u64, part: u32) -> Result<Bytes, PartError> {
        let deadline = deadline();
        loop {
            let ticket = {
                let mut shared = self.shared.lock();
                match shared.window.part(segment, part) {
                    PartLookup::Ready(bytes) => return Ok(bytes),
                    PartLookup::Archived => return Err(PartError::Archived),
                    PartLookup::Absent => return Err(PartError::Absent),
                    PartLookup::Hinted => shared.waiters.join(Awaited::Part(segment, part)),
                }
            };
            timeout_at(deadline, ticket.wait()).await.map_err(|_| PartError::Unavailable)?;
        }
    }

    /// A complete segment's bytes, as its parts. `None` if it is not in memory: the archive may have it.
    pub fn segment(&self, number: u64) -> Option<Vec<Bytes>> {
        self.shared.lock().window.segment(number)
    }

    /// The start of the listed GAP segment `number`; `None` if it is not a gap.
    pub fn gap(&self, number: u64) -> Option<MediaTime> {
        self.shared.lock().window.gap(number)
    }

    /// An init segment's bytes. `None` if it is not in memory: the archive may have it.
    pub fn init(&self, id: InitId) -> Option<Bytes> {
        self.shared.lock().window.init(id)
    }

    /// The start of the oldest listed segment.
    pub fn listed_from(&self) -> Option<MediaTime> {
        self.shared.lock().window.listed_from()
    }

    /// The time of `segment`, as far as the window knows.
    pub fn place_of(&self, segment: u64) -> Place {
        self.shared.lock().window.place_of(segment)
    }

    /// The current state.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.lock().window.snapshot()
    }

    /// Changes the window and releases the requests that waited for the change.
    fn change<T>(&self, act: impl FnOnce(&mut Window) -> T) -> T {
        let (result, released) = {
            let mut shared = self.shared.lock();
            let before = shared.window.version();
            let result = act(&mut shared.window);
            let released = (shared.window.version() != before).then(|| shared.release());
            (result, released)
        };
        if let Some(released) = released {
            released.wake();
        }
        result
    }
}

impl Shared {
    fn is_over(&self, awaited: Awaited) -> bool {
        is_over(&self.window, awaited)
    }

    fn release(&mut self) -> Released {
        let window = &self.window;
        self.waiters.release(|awaited| is_over(window, awaited))
    }

    /// What a blocking request waits for. One without a part may mean the whole segment, as in the draft (6.2.5.2), or
    /// its first part, as Safari does. Each further part answers it: a player that meant the first part gets it as soon
    /// as it is there, and one that meant the whole segment asks again and gets that as soon as it is complete. None of
    /// them spins, since what was listed at the time of the request does not answer it.
    fn awaited(&self, msn: u64, part: Option<u32>) -> Awaited {
        part.map_or_else(
            || Awaited::Grown(msn, self.window.parts_of_growing(msn)),
            |part| Awaited::Listed(msn, part),
        )
    }

    /// Requests at the edge are sent by all viewers at the same time, requests for an older number only by a late one.
    /// A response in which the segment has only some of its parts must not be served to a player that asks again for
    /// the whole.
    fn cache_for(&self, msn: u64, part: Option<u32>) -> CacheFor {
        let edge = self.window.next_segment().unwrap_or(0);
        let settled = part.is_some() || self.window.is_whole(msn);
        if settled && msn.saturating_add(1) >= edge { CacheFor::Target } else { CacheFor::Second }
    }

    fn playlist(&mut self, skip: bool, cache: CacheFor) -> Playlist {
        let version = self.window.version();
        if self.rendered.version != version {
            self.rendered = Rendered { version, full: None, delta: None };
        }
        let Text { body, etag } = if skip { self.delta() } else { self.full() };
        Playlist { body, etag, cache }
    }

    fn full(&mut self) -> Text {
        self.rendered.full.get_or_insert_with(|| Text::new(self.window.playlist())).clone()
    }

    fn delta(&mut self) -> Text {
        if let Some(delta) = &self.rendered.delta {
            return delta.clone();
        }
        // If nothing can be skipped, the full playlist is the delta update.
        let delta = self.window.delta().map_or_else(|| self.full(), Text::new);
        self.rendered.delta.insert(delta).clone()
    }
}

impl Text {
    fn new(text: String) -> Self {
        let mut hasher = DefaultHasher::new();
        hasher.write(text.as_bytes());
        Self { etag: format!("\"{:016x}\"", hasher.finish()), body: Bytes::from(text) }
    }
}

fn is_over(window: &Window, awaited: Awaited) -> bool {
    match awaited {
        Awaited::Listed(segment, part) => window.satisfies(segment, part),
        Awaited::Grown(segment, beyond) => {
            window.is_whole(segment) || window.parts_of_growing(segment) > beyond
        }
        Awaited::Part(segment, part) => window.hint() != Some((segment, part)),
    }
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_millis(MAX_WAIT_MS)
}
