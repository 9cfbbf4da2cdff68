//! The secrecy gate in the store: reference stills, approvals, hidings (I7).

use ashkar_terms::{CameraId, UtcMicros};
use async_trait::async_trait;

use super::{Actor, StoreError};
use crate::model::{Checks, HidingReason, StillHash, ViewPhase, ViewZone};

/// Longest reference still, bytes.
pub(super) const VIEW_STILL_BYTES_MAX: usize = 1 << 20;
/// Reference stills of a camera: they are kept for good, so there is a limit.
pub(super) const VIEW_STILLS_MAX: u32 = 200;
/// Hidings of a camera that are in force at a time.
pub(super) const OPEN_HIDINGS_MAX: i64 = 64;

/// A reference still to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewViewStill<'a> {
    /// The camera that it shows.
    pub camera: CameraId,
    /// When the picture was taken.
    pub taken_at: UtcMicros,
    /// JPEG, at most 1 MiB.
    pub jpeg: &'a [u8],
    /// Pixels in a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
}

/// A reference still that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewStill {
    /// SHA-256 of its bytes.
    pub sha256: StillHash,
    /// The camera that it shows.
    pub camera: CameraId,
    /// When the picture was taken.
    pub taken_at: UtcMicros,
    /// Pixels in a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// JPEG.
    pub jpeg: Vec<u8>,
}

/// A view to be approved. Who approves it is the [`Actor`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApproval {
    /// The camera.
    pub camera: CameraId,
    /// The phase for which its view is approved.
    pub phase: ViewPhase,
    /// The reference still that both persons saw.
    pub still: StillHash,
    /// What the view shows.
    pub zones: Vec<ViewZone>,
    /// What was looked for.
    pub checks: Checks,
    /// Who proposed it: somebody else than who approves.
    pub proposed_by: String,
}

/// Which cameras are public, and when. What it writes is read from [`super::Snapshot::approvals`] and
/// [`super::Snapshot::hidings`].
///
/// A sub-stream has neither approvals nor hidings of its own: it follows its camera, and everything here refuses it with
/// [`StoreError::FollowsCamera`].
#[async_trait]
pub trait ViewStore: Send + Sync {
    /// Keeps a reference still for good; returns its name. One that is kept already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::LongStill`], [`StoreError::ManyStills`], [`StoreError::NoCamera`].
    async fn keep_view_still(&self, still: &NewViewStill<'_>, by: &Actor) -> Result<StillHash, StoreError>;

    /// The reference still with that name, of whichever camera; nothing if none is kept.
    async fn view_still(&self, sha256: StillHash) -> Result<Option<ViewStill>, StoreError>;

    /// Approves a camera's view: it is public from now on, if nobody hides it.
    ///
    /// # Errors
    /// [`StoreError::SamePerson`] if who approves also proposed, [`StoreError::NoViewStill`] if the still is not one of
    /// the camera, [`StoreError::View`], [`StoreError::NoCamera`].
    async fn approve_view(&self, approval: &NewApproval, by: &Actor) -> Result<(), StoreError>;

    /// The owner's way around the gate: the camera is public at all times, and nobody looked. Does nothing if it was
    /// approved so before.
    ///
    /// # Errors
    /// [`StoreError::NoCamera`].
    async fn approve_as_owner(&self, camera: CameraId, by: &Actor) -> Result<(), StoreError>;

    /// Hides a camera from `from` on, which may lie in the past, until two persons show it again; returns the hiding's
    /// number.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHidden`] if it is hidden from then on already, [`StoreError::HiddenLater`] if `from` has not
    /// come yet, [`StoreError::View`], [`StoreError::NoCamera`].
    async fn hide(
        &self,
        camera: CameraId,
        from: UtcMicros,
        reason: HidingReason,
        text: &str,
        by: &Actor,
    ) -> Result<i64, StoreError>;

    /// Shows a hidden camera again from now on. What was hidden stays hidden.
    ///
    /// # Errors
    /// [`StoreError::SamePerson`], [`StoreError::NotHidden`], [`StoreError::NoCamera`].
    async fn show_again(&self, camera: CameraId, proposed_by: &str, by: &Actor) -> Result<(), StoreError>;
}
