//! Cameras as the registry reads and stores them. Neither a key nor a password may appear in their JSON.

use ashkar_terms::{CameraId, UtcMicros};
use serde::Serialize;

use super::{KeyHash, PullUrl};

/// A camera, as the registry has it. In JSON its key is only `has_key`, and its address is redacted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Camera {
    /// Its number.
    #[serde(rename = "camera")]
    pub id: CameraId,
    /// Whether the newest list has it, or the published one; otherwise it was added by hand, or the list no longer has it.
    pub listed: bool,
    /// Whether it may publish or is pulled. A sub-stream is off while its camera is.
    pub enabled: bool,
    /// The hash of its stream key; none until a key was requested.
    #[serde(rename = "has_key", serialize_with = "is_some")]
    pub key: Option<KeyHash>,
    /// Where the centre pulls it from; none if it publishes by itself.
    pub pull: Option<PullUrl>,
    /// Whether it has an address that cannot be decrypted with the data directory's `secret.key`.
    pub pull_unreadable: bool,
    /// The camera of its station whose view it shows in a lighter form. Such a sub-stream is received, recorded and
    /// served, but it is not a camera of the station: it owes nothing and counts nowhere.
    pub sub_of: Option<CameraId>,
    /// When it was added.
    pub added_at: UtcMicros,
}

fn is_some<T, S: serde::Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(value.is_some())
}

/// A camera to be added.
#[derive(Debug, Clone)]
pub struct NewCamera {
    /// Its number.
    pub id: CameraId,
    /// Where to pull it from, if it does not publish by itself.
    pub pull: Option<PullUrl>,
    /// The camera of the same station whose sub-stream it is.
    pub sub_of: Option<CameraId>,
    /// Whether its station may be missing from the list: for rehearsals, and before the first list.
    pub unlisted: bool,
    /// Whether its view is approved at once in the owner's way. Not of a sub-stream: that follows its camera.
    pub approved: bool,
}
