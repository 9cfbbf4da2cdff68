//! The check before a sub-stream is added or enabled: which camera may be the sub-stream of which.

use ashkar_terms::CameraId;
use sqlx::SqliteConnection;

use super::super::{StoreError, SubStreamRefusal};
use super::cameras;
use crate::model::{Station, StationId};

/// Refuses `sub` if it cannot become the active sub-stream of `main`.
pub(super) async fn allow(
    tx: &mut SqliteConnection,
    election: i64,
    sub: CameraId,
    main: CameraId,
) -> Result<(), StoreError> {
    let refuse = |why| Err(StoreError::SubStream { sub, main, why });
    if StationId::from(sub) != StationId::from(main) {
        return refuse(SubStreamRefusal::OtherStation);
    }
    if sub.camera <= Station::MAX_CAMERAS {
        return refuse(SubStreamRefusal::ListedNumber);
    }
    let cameras = cameras::rows(tx, election).await?;
    let of = cameras.iter().find(|row| row.id() == main).ok_or(StoreError::NoCamera(main))?;
    if of.sub_of().is_some() {
        return refuse(SubStreamRefusal::OfSubStream);
    }
    if of.disabled_by.is_some() {
        return refuse(SubStreamRefusal::Off);
    }
    let mut in_use = cameras.iter().filter(|row| row.sub_of() == Some(main) && row.disabled_by.is_none());
    match in_use.find(|row| row.id() != sub) {
        Some(other) => refuse(SubStreamRefusal::Taken(other.id())),
        None => Ok(()),
    }
}
