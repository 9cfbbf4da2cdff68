//! Stills: the newest keyframe of a camera, or the one before a moment of the past.

use ashkar_media::InitSegment;
use ashkar_stills::PoolError;
use ashkar_terms::{CameraId, Span, UtcMicros};
use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::Centre;

/// A picture older than this is not the latest one of a live camera any more, microseconds.
const LATEST_MAX_AGE_US: i64 = 60_000_000;
/// A camera's still is made anew at most this often, microseconds, however many ask.
const LATEST_EVERY_US: i64 = 30_000_000;
/// Bytes of stills that are kept: the latest ones of a thousand cameras.
const LATEST_BYTES: u64 = 32 << 20;
/// A guess at how many that is, for the cache's tables.
const LATEST_ENTRIES: usize = 1_500;
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

/// A still and the time of its picture.
#[derive(Debug, Clone)]
pub struct Still {
    /// The picture.
    pub jpeg: Bytes,
    /// When it was taken, as the camera's timeline has it.
    pub at: UtcMicros,
}

/// The latest still of each camera that was asked for, by camera and turn.
pub(crate) struct LatestStills(Cache<(CameraId, i64), Still, Weight>);

#[derive(Debug, Clone, Copy)]
struct Weight;

impl Weighter<(CameraId, i64), Still> for Weight {
    fn weight(&self, _: &(CameraId, i64), still: &Still) -> u64 {
        still.jpeg.len() as u64
    }
}

impl Default for LatestStills {
    fn default() -> Self {
        Self(Cache::with_weighter(LATEST_ENTRIES, LATEST_BYTES, Weight))
    }
}

/// The number of the camera's turn at `now`. Turns of different cameras begin at different moments, so that who asks for all of them
/// does not have all of them made at once.
fn turn(id: CameraId, now: UtcMicros) -> i64 {
    let name = i64::from(id.constituency) << 24 | i64::from(id.station) << 8 | i64::from(id.camera);
    // The golden ratio's part of the period: neighbouring numbers land far apart.
    let phase = name.wrapping_mul(18_541_019).rem_euclid(LATEST_EVERY_US);
    now.plus(phase).0.div_euclid(LATEST_EVERY_US)
}

impl Centre {
    /// The latest picture of a live camera, at most about thirty seconds old.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn latest_still(&self, id: CameraId) -> Result<Still, StillFailure> {
        let now = self.now().wall;
        // Those who ask in the same turn wait for one still.
        self.latest_stills.0.get_or_insert_async(&(id, turn(id, now)), self.newest(id, now)).await
    }

    async fn newest(&self, id: CameraId, now: UtcMicros) -> Result<Still, StillFailure> {
        let camera = self.camera(id).ok_or(StillFailure::NoPicture)?;
        let keyframe = camera.live.snapshot().keyframe.ok_or(StillFailure::NoPicture)?;
        let init = keyframe.init.ok_or(StillFailure::NoPicture)?;
        let at = keyframe.at.to_utc();
        if now.since(at) > LATEST_MAX_AGE_US {
            return Err(StillFailure::NoPicture);
        }
        Ok(Still { jpeg: self.decode(&init, &keyframe.bytes).await?, at })
    }

    /// The keyframe at or before `at`.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn still_at(&self, id: CameraId, at: UtcMicros) -> Result<Still, StillFailure> {
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
            Ok(part.zip(init).map(|(part, init)| (entry.start.to_utc(), part, init)))
        })
        .await
        .map_err(|error| StillFailure::Failed(error.to_string()))??;
        let (at, part, init) = found.ok_or(StillFailure::NoPicture)?;
        Ok(Still { jpeg: self.decode(&init, &part).await?, at })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cameras() -> impl Iterator<Item = CameraId> {
        (1..=125).flat_map(|constituency| (1..=8).map(move |station| CameraId::new(constituency, station, 1)))
    }

    #[test]
    fn a_camera_has_a_turn_each_thirty_seconds() {
        let start = UtcMicros(1_810_043_200_123_000);
        for id in cameras() {
            let turns: Vec<i64> = (0..=60).map(|second| turn(id, start.plus(second * 1_000_000))).collect();
            assert!(turns.is_sorted());
            assert_eq!(turns[60] - turns[0], 2, "{id}");
        }
    }

    #[test]
    fn the_turns_of_a_thousand_cameras_are_spread_over_the_thirty_seconds() {
        let start = UtcMicros(1_810_043_200_123_000);
        let at = |second: i64| start.plus(second * 1_000_000);
        for second in 0..30 {
            let begin = cameras().filter(|&id| turn(id, at(second)) != turn(id, at(second + 1))).count();
            assert!((20..=50).contains(&begin), "{begin} turns begin in second {second}");
        }
    }
}
