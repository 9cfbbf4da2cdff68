//! A card is drawn, read in a picture that is younger than it, and judged; and the still of an accepted view is kept.

use ashkar_stills::PoolError;
use ashkar_terms::CameraId;
use ashkar_uplink::{Legibility, Reference};

use super::Page;
use super::card::{CARD_ROWS, Card};
use super::reference::Still;
use super::work::{Picture, Work};
use crate::conditions::Newest;

/// Why there is no card, or none is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// No card was drawn, or the last one was answered.
    Card,
    /// There is no picture from after it was drawn.
    Picture,
    /// The system gives no chance.
    Chance,
}

/// Why no still is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoStill {
    /// Nothing is recorded at the moment.
    NoPicture,
    /// It cannot be decoded: not H.264, or broken, or there is no decoder.
    NotDecoded,
    /// The disk does not keep it.
    NotKept,
}

impl Work {
    /// The picture in which the card of `camera` may be read: one that came from the camera after it was drawn.
    pub(super) fn picture_of_card(&self, camera: CameraId) -> Option<&Picture> {
        let card = self.cards.get(&camera)?;
        self.pictures.get(&camera).filter(|picture| picture.at.mono_us >= card.at.mono_us)
    }
}

impl Page {
    /// Draws a card that nobody knows; a former one is void.
    pub(super) fn draw_card(&self, camera: CameraId) -> Result<(), Unread> {
        let card = Card::draw(self.examiner.clock.now()).map_err(|_| Unread::Chance)?;
        self.work.lock().cards.insert(camera, card);
        Ok(())
    }

    /// Judges what was typed. A card is good for one answer: who tries again reads another one.
    pub(super) fn judge(&self, camera: CameraId, typed: &[String]) -> Result<Legibility, Unread> {
        let at_us = self.examiner.clock.now().wall;
        let mut work = self.work.lock();
        if !work.cards.contains_key(&camera) {
            return Err(Unread::Card);
        }
        let picture = work.picture_of_card(camera).ok_or(Unread::Picture)?.clone();
        let card = work.cards.remove(&camera).ok_or(Unread::Card)?;
        let (read, smallest) = card.judge(typed);
        let legibility = Legibility {
            at_us,
            picture_at_us: picture.at.wall,
            from_centre: picture.from_centre,
            sha256: picture.sha256,
            rows: CARD_ROWS as u32,
            read,
            smallest,
        };
        work.read.insert(camera, legibility.clone());
        Ok(legibility)
    }

    /// Keeps the newest keyframe of the recording as the reference still.
    pub(super) async fn keep_reference(&self, camera: CameraId) -> Result<Reference, NoStill> {
        let newest = self.examiner.known.as_ref().and_then(|known| known.streams.newest(camera, None));
        let Some(Newest { init, parts, .. }) = newest else { return Err(NoStill::NoPicture) };
        let part = parts.into_iter().next().ok_or(NoStill::NoPicture)?;
        let pool = self.stills.as_ref().ok_or(NoStill::NotDecoded)?;
        let jpeg = pool.still(&init.bytes, &part.bytes).await.map_err(|error| {
            let blame = if matches!(error, PoolError::Picture(_)) { "camera" } else { "station" };
            tracing::warn!(%camera, cause = %error, blame, "no reference still is made");
            NoStill::NotDecoded
        })?;
        let (data, at_us) = (self.examiner.config.data.clone(), part.first_arrival.wall);
        let kept = tokio::task::spawn_blocking(move || Still::keep(&data, camera, jpeg, at_us)).await;
        match kept {
            Ok(Ok(still)) => Ok(still.reference),
            Ok(Err(error)) => {
                tracing::warn!(%camera, cause = %error, blame = "station", "a reference still is not kept");
                Err(NoStill::NotKept)
            }
            Err(_) => Err(NoStill::NotKept),
        }
    }

    /// The reference stills that are on the disk, of the cameras of the settings.
    pub(super) async fn references(&self) -> Vec<(CameraId, Still)> {
        let config = std::sync::Arc::clone(&self.examiner.config);
        let read = tokio::task::spawn_blocking(move || {
            let found = config.cameras.iter();
            found.filter_map(|camera| Some((camera.id, Still::of(&config.data, camera.id)?))).collect()
        });
        read.await.unwrap_or_default()
    }
}
