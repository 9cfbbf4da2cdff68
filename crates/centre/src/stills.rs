//! Stills: the newest keyframe of a camera, or the one before a moment of the past.

use std::sync::Arc;

use ashkar_archive::ReadError;
use ashkar_election::{Asked, Denial};
use ashkar_live::InitId;
use ashkar_media::InitSegment;
use ashkar_stills::PoolError;
use ashkar_terms::{CameraId, Span, UtcMicros};
use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{UnitWeighter, Weighter};

use crate::single_flight::{AsyncAdmit, SingleFlight};
use crate::{Centre, LIVE_SLACK_US};

/// A picture older than this no longer counts as the latest one of a live camera, microseconds.
const LATEST_MAX_AGE_US: i64 = 60_000_000;
/// A camera's still is renewed at most this often, microseconds, however many requests there are.
const LATEST_EVERY_US: i64 = 30_000_000;
/// Bytes of cached stills: the latest ones of a thousand cameras.
const LATEST_BYTES: u64 = 32 << 20;
/// An estimate of their number, for the cache's tables.
const LATEST_ENTRIES: usize = 1_500;
/// Bytes of cached stills of the past.
const PAST_BYTES: u64 = 32 << 20;
/// Number of moments for which the picture is cached: 3 MB.
const KEYFRAMES_KEPT: usize = 32 << 10;
/// Resolution of moments, a second, in microseconds.
const SECOND_US: i64 = 1_000_000;
/// How far back from a moment a keyframe is searched, microseconds.
const LOOK_BACK_US: i64 = 12_000_000;

/// Why there is no still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StillFailure {
    /// The public may not see it.
    Denied(Denial),
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
    /// When it was taken, by the camera's timeline.
    pub at: UtcMicros,
}

/// The latest still of each requested camera, by camera, turn, and since when it is shown: one of before it was shown
/// again is not looked for.
pub(crate) struct LatestStills(SingleFlight<(CameraId, i64, UtcMicros), Still, StillWeighter>);

#[derive(Debug, Clone, Copy)]
struct StillWeighter;

impl Weighter<(CameraId, i64, UtcMicros), Still> for StillWeighter {
    fn weight(&self, _: &(CameraId, i64, UtcMicros), still: &Still) -> u64 {
        still.jpeg.len() as u64
    }
}

impl Default for LatestStills {
    fn default() -> Self {
        Self(SingleFlight::new(Cache::with_weighter(LATEST_ENTRIES, LATEST_BYTES, StillWeighter)))
    }
}

/// The picture that belongs to a moment.
#[derive(Debug, Clone, Copy)]
struct Keyframe {
    segment: u64,
    init: InitId,
    /// When it was taken.
    shown: Span,
}

/// Stills of the past: the picture that belongs to a past second, and the stills made recently.
pub(crate) struct MomentStills {
    keyframes: SingleFlight<(CameraId, i64), Option<Keyframe>, UnitWeighter>,
    pictures: SingleFlight<(CameraId, u64), Still, PastStillWeighter>,
}

impl Default for MomentStills {
    fn default() -> Self {
        Self {
            keyframes: SingleFlight::new(Cache::new(KEYFRAMES_KEPT)),
            pictures: SingleFlight::new(Cache::with_weighter(LATEST_ENTRIES, PAST_BYTES, PastStillWeighter)),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct PastStillWeighter;

impl Weighter<(CameraId, u64), Still> for PastStillWeighter {
    fn weight(&self, _: &(CameraId, u64), still: &Still) -> u64 {
        still.jpeg.len() as u64
    }
}

/// The number of the camera's turn at `now`. Turns of different cameras begin at different moments, so that a client
/// that requests all of them does not cause all of them to be made at once.
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
    pub async fn latest_still<T: Send>(
        &self,
        id: CameraId,
        admit: impl AsyncAdmit<T>,
    ) -> Result<Still, StillFailure> {
        self.access(id, Asked::Now).map_err(StillFailure::Denied)?;
        let now = self.now().wall;
        // Requests in the same turn wait for one still.
        let make = self.newest(id, now);
        let shown_from = self.registry.load().listed_from(id, now).unwrap_or(UtcMicros(i64::MIN));
        let key = (id, turn(id, now), shown_from);
        let still = self.latest_stills.0.get(&key, &admit, StillFailure::Busy, make).await?;
        // The request may have waited, and the picture is older than it: what was hidden meanwhile, or when it was
        // taken, is not given.
        self.access(id, Asked::Now).map_err(StillFailure::Denied)?;
        self.not_hidden(id, still.at)?;
        Ok(still)
    }

    /// Refuses a picture of a hidden time.
    fn not_hidden(&self, id: CameraId, at: UtcMicros) -> Result<(), StillFailure> {
        let hidden = self.registry.load().hidden_at(id, at);
        if hidden.is_some() { Err(StillFailure::Denied(Denial::Hidden)) } else { Ok(()) }
    }

    /// The newest keyframe of a live camera as it is, public or not: for those who judge what it shows.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn full_still(&self, id: CameraId) -> Result<Still, StillFailure> {
        let (init, part, at) = self.newest_keyframe(id, self.now().wall)?;
        if !init.codecs.starts_with("avc") {
            return Err(StillFailure::Codec);
        }
        let jpeg = self.stills.full_still(&init.bytes, &part).await.map_err(failure)?;
        Ok(Still { jpeg, at })
    }

    async fn newest(&self, id: CameraId, now: UtcMicros) -> Result<Still, StillFailure> {
        let (init, part, at) = self.newest_keyframe(id, now)?;
        // Not even made, so that the next request after the camera is shown again makes one that may be seen.
        self.not_hidden(id, at)?;
        Ok(Still { jpeg: self.decode(&init, &part).await?, at })
    }

    /// The newest independent part of a live camera, what it needs, and when it was taken.
    fn newest_keyframe(
        &self,
        id: CameraId,
        now: UtcMicros,
    ) -> Result<(Arc<InitSegment>, Bytes, UtcMicros), StillFailure> {
        let camera = self.camera(id).ok_or(StillFailure::NoPicture)?;
        let keyframe = camera.live.snapshot().keyframe.ok_or(StillFailure::NoPicture)?;
        let init = keyframe.init.ok_or(StillFailure::NoPicture)?;
        let at = keyframe.at.to_utc();
        if now.since(at) > LATEST_MAX_AGE_US {
            return Err(StillFailure::NoPicture);
        }
        Ok((init, keyframe.bytes, at))
    }

    /// The keyframe at or before the second that contains `at`. `admit` grants a turn at the archive and the decoders,
    /// if one is needed: most moments that are requested have been requested before.
    ///
    /// # Errors
    /// See [`StillFailure`].
    pub async fn still_at<T: Send>(
        &self,
        id: CameraId,
        at: UtcMicros,
        admit: impl AsyncAdmit<T>,
    ) -> Result<Still, StillFailure> {
        let second = at.0.div_euclid(SECOND_US);
        let at = UtcMicros(second * SECOND_US);
        self.access(id, Asked::Time(Span { from: at, to: at.plus(1) })).map_err(StillFailure::Denied)?;
        let find = self.keyframe_before(id, at);
        let is_over = at.plus(LIVE_SLACK_US) < self.now().wall;
        let found = if is_over {
            self.moment_stills.keyframes.get(&(id, second), &admit, StillFailure::Busy, find).await?
        } else {
            let _turn = admit.turn().await.ok_or(StillFailure::Busy)?;
            find.await?
        };
        let Keyframe { segment, init, shown } = found.ok_or(StillFailure::NoPicture)?;
        // The picture is older than the moment.
        self.access(id, Asked::Time(shown)).map_err(StillFailure::Denied)?;
        let make = async {
            let (part, init) = self.read_keyframe(id, segment, init).await?;
            Ok(Still { jpeg: self.decode(&init, &part).await?, at: shown.from })
        };
        let still = self.moment_stills.pictures.get(&(id, segment), &admit, StillFailure::Busy, make).await?;
        // The request may have waited.
        self.access(id, Asked::Time(shown)).map_err(StillFailure::Denied)?;
        Ok(still)
    }

    /// The segment whose first picture is the one to show at `at`.
    async fn keyframe_before(&self, id: CameraId, at: UtcMicros) -> Result<Option<Keyframe>, StillFailure> {
        let archive = self.archive.clone();
        self.read_for_still(move || {
            let span = Span { from: at.plus(-LOOK_BACK_US), to: at.plus(1) };
            let entries = archive.segments(id, span)?;
            // Nothing older than a segment that ends before the moment: a gap is shown as a gap.
            let covers = entries.last().is_some_and(|last| last.end().to_utc() > at);
            let entry = entries.iter().rev().find(|entry| entry.independent).filter(|_| covers);
            Ok(entry.map(|entry| {
                let from = entry.start.to_utc();
                Keyframe { segment: entry.segment, init: entry.init, shown: Span { from, to: from.plus(1) } }
            }))
        })
        .await
    }

    async fn read_keyframe(
        &self,
        id: CameraId,
        segment: u64,
        init: InitId,
    ) -> Result<(Bytes, Arc<InitSegment>), StillFailure> {
        let archive = self.archive.clone();
        let read = move || Ok(archive.read_part(id, segment, 0)?.zip(archive.init(id, init)?));
        self.read_for_still(read).await?.ok_or(StillFailure::NoPicture)
    }

    async fn read_for_still<R: Send + 'static>(
        &self,
        read: impl FnOnce() -> Result<R, ReadError> + Send + 'static,
    ) -> Result<R, StillFailure> {
        let _turn = self.media.turn().await.map_err(|_| StillFailure::Busy)?;
        let failed = |error: &dyn std::fmt::Display| StillFailure::Failed(error.to_string());
        let read = tokio::task::spawn_blocking(read).await.map_err(|error| failed(&error))?;
        read.map_err(|error| failed(&error))
    }

    async fn decode(&self, init: &InitSegment, part: &[u8]) -> Result<Bytes, StillFailure> {
        if !init.codecs.starts_with("avc") {
            return Err(StillFailure::Codec);
        }
        self.stills.still(&init.bytes, part).await.map_err(failure)
    }
}

/// Why the decoders made nothing of a picture.
fn failure(error: PoolError) -> StillFailure {
    match error {
        PoolError::Busy => StillFailure::Busy,
        PoolError::Picture(_) => StillFailure::NoPicture,
        PoolError::Worker(error) => StillFailure::Failed(error.to_string()),
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
