//! The approved view of a camera, as the public sees it: the reference still that two persons approved.
//!
//! In: a camera and a phase. Out: the picture, from memory or the store. What must never happen: the still of a camera
//! that is not public now, or one of a time that was hidden after it was taken.

use std::time::Duration;

use ashkar_election::{Approval, Asked, Denial, Hiding, StillHash, ViewPhase};
use ashkar_terms::{CameraId, UtcMicros};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::{Centre, Registry, StillFailure};

/// Bytes of approved stills that are kept in memory.
const BYTES: u64 = 32 << 20;
/// An estimate of their number, for the cache's tables.
const ENTRIES: usize = 256;
/// Stills that are read from the store at once: it has few connections, and those who change something come first.
const READS: usize = 1;
/// How long a request waits for its turn.
const WITHIN: Duration = Duration::from_secs(5);

/// Approved stills that were requested recently.
pub(crate) struct ApprovedStills {
    kept: Cache<StillHash, Taken, StillWeighter>,
    reads: Semaphore,
}

/// A picture, and when it was taken.
#[derive(Debug, Clone)]
struct Taken {
    at: UtcMicros,
    jpeg: Bytes,
}

#[derive(Debug, Clone, Copy)]
struct StillWeighter;

impl Weighter<StillHash, Taken> for StillWeighter {
    fn weight(&self, _: &StillHash, still: &Taken) -> u64 {
        still.jpeg.len() as u64
    }
}

impl Default for ApprovedStills {
    fn default() -> Self {
        Self { kept: Cache::with_weighter(ENTRIES, BYTES, StillWeighter), reads: Semaphore::const_new(READS) }
    }
}

impl Registry {
    /// The approval in force for `phase` of a camera's view: the newest.
    pub fn approval(&self, camera: CameraId, phase: ViewPhase) -> Option<&Approval> {
        self.snapshot.approvals_of(camera).iter().rfind(|approval| approval.phase == phase)
    }

    /// Whether somebody hid `at`. A reference still was taken before its approval, in time that is not public otherwise:
    /// only a hiding takes it from the public.
    fn was_hidden_at(&self, camera: CameraId, at: UtcMicros) -> bool {
        let hides = |hiding: &Hiding| hiding.from <= at && hiding.to.is_none_or(|to| at < to);
        self.snapshot.hidings_of(camera).iter().any(hides)
    }
}

impl Centre {
    /// The still by which the view of `camera` is approved for `phase`, with its name; none if that was the owner's way.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn approved_still(
        &self,
        camera: CameraId,
        phase: ViewPhase,
    ) -> Result<(StillHash, Bytes), StillFailure> {
        self.access(camera, Asked::Now).map_err(StillFailure::Denied)?;
        let approval = self.registry().approval(camera, phase).and_then(|approval| approval.still);
        let name = approval.ok_or(StillFailure::NoPicture)?;
        let Taken { at, jpeg } =
            self.approved_stills.kept.get_or_insert_async(&name, self.read_approved(name)).await?;
        // The request may have waited.
        self.access(camera, Asked::Now).map_err(StillFailure::Denied)?;
        if self.registry().was_hidden_at(camera, at) {
            return Err(StillFailure::Denied(Denial::Hidden));
        }
        Ok((name, jpeg))
    }

    async fn read_approved(&self, name: StillHash) -> Result<Taken, StillFailure> {
        let turn = timeout(WITHIN, self.approved_stills.reads.acquire()).await;
        let _turn = turn.ok().and_then(Result::ok).ok_or(StillFailure::Busy)?;
        let found = self.store.view_still(name).await;
        let still = found.map_err(|error| StillFailure::Failed(error.to_string()))?;
        let still = still.ok_or(StillFailure::NoPicture)?;
        Ok(Taken { at: still.taken_at, jpeg: still.jpeg.into() })
    }
}
