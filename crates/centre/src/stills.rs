//! Stills: the newest keyframe of a camera, or the one before a moment of the past.

use std::collections::HashMap;

use ashkar_media::InitSegment;
use ashkar_stills::PoolError;
use ashkar_terms::{CameraId, Span, UtcMicros};
use bytes::Bytes;
use parking_lot::Mutex;

use crate::Centre;

/// A picture older than this is not the latest one of a live camera any more, microseconds.
const LATEST_MAX_AGE_US: i64 = 60_000_000;
/// A still younger than this is given again without decoding anew, microseconds.
const LATEST_KEPT_US: i64 = 10_000_000;
/// How far back from a moment a keyframe is looked for, microseconds.
const LOOK_BACK_US: i64 = 12_000_000;

/// Why there is no still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StillFailure {
    /// Nothing was recorded, or the camera is off air.
    NoPicture,
    /// Stills are made of H.264 only.
    Codec,
    /// Too many are being made.
    Busy,
    /// The centre's fault.
    Failed(String),
}

/// The latest still of each camera: when its keyframe was, and the JPEG.
#[derive(Debug, Default)]
pub(crate) struct LatestStills(Mutex<HashMap<CameraId, (UtcMicros, Bytes)>>);

impl Centre {
    /// The latest picture of a live camera, at most about ten seconds old.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn latest_still(&self, id: CameraId) -> Result<Bytes, StillFailure> {
        let now = self.now().wall;
        if let Some((at, jpeg)) = self.latest_stills.0.lock().get(&id)
            && now.since(*at) < LATEST_KEPT_US
        {
            return Ok(jpeg.clone());
        }
        let camera = self.camera(id).ok_or(StillFailure::NoPicture)?;
        let keyframe = camera.live.snapshot().keyframe.ok_or(StillFailure::NoPicture)?;
        let at = keyframe.at.to_utc();
        let init = keyframe.init.ok_or(StillFailure::NoPicture)?;
        if now.since(at) > LATEST_MAX_AGE_US {
            return Err(StillFailure::NoPicture);
        }
        let jpeg = self.decode(&init, &keyframe.bytes).await?;
        self.latest_stills.0.lock().insert(id, (at, jpeg.clone()));
        Ok(jpeg)
    }

    /// The keyframe at or before `at`.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn still_at(&self, id: CameraId, at: UtcMicros) -> Result<Bytes, StillFailure> {
        let archive = self.archive.clone();
        let found = tokio::task::spawn_blocking(move || {
            let span = Span { from: at.plus(-LOOK_BACK_US), to: at.plus(1) };
            let entries =
                archive.segments(id, span).map_err(|error| StillFailure::Failed(error.to_string()))?;
            // Nothing older than a segment that ends before the moment: a gap shows as a gap.
            let covers = entries.last().is_some_and(|last| last.end().to_utc() > at);
            let entry = entries.iter().rev().find(|entry| entry.independent).filter(|_| covers);
            let Some(entry) = entry else { return Ok(None) };
            let part = archive
                .read_part(id, entry.segment, 0)
                .map_err(|error| StillFailure::Failed(error.to_string()))?;
            let init =
                archive.init(id, entry.init).map_err(|error| StillFailure::Failed(error.to_string()))?;
            Ok(part.zip(init))
        })
        .await
        .map_err(|error| StillFailure::Failed(error.to_string()))??;
        let (part, init) = found.ok_or(StillFailure::NoPicture)?;
        self.decode(&init, &part).await
    }

    async fn decode(&self, init: &InitSegment, part: &[u8]) -> Result<Bytes, StillFailure> {
        if !init.codecs.starts_with("avc") {
            return Err(StillFailure::Codec);
        }
        self.stills.still(&init.bytes, part).await.map_err(|error| match error {
            PoolError::Busy => StillFailure::Busy,
            PoolError::Picture(_) => StillFailure::NoPicture,
            PoolError::Worker(error) => StillFailure::Failed(error.to_string()),
        })
    }
}
