//! The centre: wires ingest to media to archive and live, one [`Camera`] each.
//!
//! In: publishers ([`ashkar_ingest::Gate`]), pulled cameras, the store's changes, the clock. Out: recordings, live
//! windows, timelines, stills. What must never happen: I/O under a camera's lock, a reader before the recording (I1).

mod access;
mod agents;
mod camera;
mod day;
mod dvr;
mod figures;
mod gate;
mod media;
mod pulls;
mod recorder;
mod registry;
mod restore;
mod single_flight;
mod start;
mod stills;
mod timeline;
mod views;

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use ashkar_archive::Archive;
use ashkar_election::{HiddenWhy, Store};
use ashkar_ingest::rtmp::RtmpServer;
use ashkar_stills::Pool;
use ashkar_terms::{CameraId, Cause, Clock, Moment, Span, State, UtcMicros};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use access::Allowed;
pub use agents::{SignedHeaders, Turn};
pub use camera::{Camera, Sound, Status};
pub use day::{
    Cells, Completeness, CompletenessReport, CompletenessSum, Day, Grid, History, Minutes, Note,
    RehearsalResult, Row, RowOf, Shares, StationCompleteness, StationHistory, Stretch, Tally, WHOLE, badness,
    completeness_at_rest,
};
pub use dvr::DvrFailure;
pub use figures::{Figure, Rows};
pub use media::{MediaFailure, MediaName};
pub use registry::Registry;
pub use single_flight::AsyncAdmit;
pub use start::{Options, StartError};
pub use stills::{Still, StillFailure};
pub use timeline::{Entry, Found, LIVE_SLACK_US, Present, hide, tell};

use agents::Agents;
use dvr::SegmentPieces;
use media::MediaReader;
use pulls::Pulls;
use stills::{LatestStills, MomentStills};
use views::ApprovedStills;

/// The centre at work.
pub struct Centre {
    clock: Arc<dyn Clock>,
    archive: Archive,
    store: Arc<dyn Store>,
    registry: ArcSwap<Registry>,
    cameras: RwLock<HashMap<CameraId, Arc<Camera>>>,
    media: MediaReader,
    dvr: SegmentPieces,
    stills: Pool,
    latest_stills: LatestStills,
    moment_stills: MomentStills,
    approved_stills: ApprovedStills,
    rtmp: Mutex<Option<Arc<RtmpServer>>>,
    pulls: Pulls,
    agents: Agents,
    /// Held while the registry is read and taken over, so that an older state never replaces a newer one.
    reading: tokio::sync::Mutex<()>,
    /// Held while cameras are brought in line with the registry.
    following: tokio::sync::Mutex<()>,
    stopping: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Centre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Centre").field("cameras", &self.cameras.read().len()).finish_non_exhaustive()
    }
}

/// A camera's state at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CameraState {
    /// One of the five states.
    pub state: State,
    /// Since when, if known.
    pub since: Option<UtcMicros>,
    /// Why it is missing.
    pub cause: Option<Cause>,
    /// Why nobody may see it now, whatever its state: a camera that sends nothing is missing, hidden or not.
    pub hidden: Option<HiddenWhy>,
    /// What is known of its sound, if the public may hear it now.
    pub sound: Option<Sound>,
}

impl CameraState {
    /// A state of which nothing else is known.
    pub const fn of(state: State) -> Self {
        Self { state, since: None, cause: None, hidden: None, sound: None }
    }
}

impl Centre {
    /// Now, on both clocks.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The recordings.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// The store behind the registry.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The registry of the election.
    pub fn registry(&self) -> Arc<Registry> {
        self.registry.load_full()
    }

    /// The camera `id`, if the registry or the archive knows it.
    pub fn camera(&self, id: CameraId) -> Option<Arc<Camera>> {
        self.cameras.read().get(&id).cloned()
    }

    /// Every camera that has sent something since this process started.
    pub fn cameras_that_sent(&self) -> Vec<Arc<Camera>> {
        let mut cameras: Vec<_> =
            self.cameras.read().values().filter(|camera| camera.has_sent()).cloned().collect();
        cameras.sort_by_key(|camera| camera.id);
        cameras
    }

    /// Current state of the camera `id`.
    pub fn state_of(&self, id: CameraId) -> CameraState {
        self.state_with(&self.registry.load(), id, self.now())
    }

    /// State of the camera `id` at `now`, with a registry at hand: for callers that query many.
    pub fn state_with(&self, registry: &Registry, id: CameraId, now: Moment) -> CameraState {
        let sent = self.sent_with(registry, id, now);
        match registry.hidden_at(id, now.wall) {
            None => sent,
            // The time belongs to another election: whatever the camera sends, nothing is due under this one.
            Some((why @ HiddenWhy::OtherDay, _)) => {
                CameraState { hidden: Some(why), ..CameraState::of(State::Due) }
            }
            Some((why, since)) if sent.state == State::Live => {
                CameraState { since, hidden: Some(why), ..CameraState::of(State::Hidden) }
            }
            Some((why, _)) => CameraState { hidden: Some(why), ..sent },
        }
    }

    /// Its state by what it sends alone.
    fn sent_with(&self, registry: &Registry, id: CameraId, now: Moment) -> CameraState {
        let status = self.camera(id).map(|camera| camera.status(now));
        if let Some(status) = &status
            && status.live
        {
            let (since, sound) = (status.live_since, status.sound);
            return CameraState { since, sound, ..CameraState::of(State::Live) };
        }
        let owed = registry.owed(id).filter(|owed| owed.contains(now.wall));
        let Some(owed) = owed else {
            return CameraState::of(State::Due);
        };
        let ended =
            status.as_ref().and_then(|status| status.ended).map_or(owed.from, |ended| ended.max(owed.from));
        let cause = status.and_then(|status| status.cause).unwrap_or(Cause::NeverConnected);
        let since = Some(ended.min(now.wall));
        CameraState { since, cause: Some(cause), ..CameraState::of(State::Missing) }
    }

    /// The intervals of the camera `id` in `span`. Reads the archive's index: call it where blocking is allowed.
    pub fn timeline(&self, id: CameraId, span: Span) -> Vec<Entry> {
        self.timeline_with(&self.registry.load(), id, span, self.now())
    }

    /// The intervals of the camera `id` in `span`, with a registry at hand: for callers that query many.
    pub(crate) fn timeline_with(
        &self,
        registry: &Registry,
        id: CameraId,
        span: Span,
        now: Moment,
    ) -> Vec<Entry> {
        let found: Vec<_> = self
            .archive
            .coverage(id, span)
            .into_iter()
            .map(|found| (found.span, Found::from(found.kind)))
            .collect();
        let found = timeline::with_coming(found, &self.agents.waiting(id, now));
        let status = self.camera(id).map(|camera| camera.status(now));
        let present = Present {
            now: now.wall,
            live: status.as_ref().and_then(|status| Some((status.live_since?, status.media_until?))),
            cause_since: status.as_ref().and_then(|status| status.cause_since),
            cause: status.map_or(Some(Cause::NeverConnected), |status| status.cause),
        };
        hide(tell(span, &found, registry.owed(id), present), registry.hidden_times(id))
    }

    /// Whether the election's policy lets the public watch the past now.
    pub fn rewind_is_public(&self) -> bool {
        let registry = self.registry.load();
        registry.election.policy.is_past_open(self.now().wall, registry.day_over)
    }
}
