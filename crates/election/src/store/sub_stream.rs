//! The reasons for which a sub-stream is refused.

use ashkar_terms::CameraId;

use crate::model::Station;

/// Why a camera cannot be a sub-stream of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubStreamRefusal {
    /// They belong to two stations.
    #[error("they are of two stations")]
    OtherStation,
    /// Numbers that the list uses for the cameras of a station.
    #[error(
        "the numbers 1 to {} are for cameras of the list; take a higher one, such as 101 for camera 1",
        Station::MAX_CAMERAS
    )]
    ListedNumber,
    /// The intended main camera is a sub-stream itself.
    #[error("that is a sub-stream itself")]
    OfSubStream,
    /// The intended main camera is switched off.
    #[error("that camera is switched off")]
    Off,
    /// The main camera has another one already.
    #[error("that camera has one already, {0}; remove it first")]
    Taken(CameraId),
}
