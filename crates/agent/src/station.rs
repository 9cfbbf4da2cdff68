//! The station's cameras as its doors see them: who may send, and for which camera.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use ashkar_ingest::{Gate, MediaSink, Protocol, PullGate, Refusal};
use ashkar_terms::{CameraId, Moment};

use crate::key::Keys;
use crate::recording::Recording;

/// The cameras, and the keys of those that are pushed.
pub(crate) struct Station {
    pub(crate) recordings: BTreeMap<CameraId, Arc<Recording>>,
    pub(crate) keys: Keys,
}

impl Station {
    fn open(&self, camera: CameraId, source: String, now: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        let recording = self.recordings.get(&camera).ok_or(Refusal::Unknown)?;
        Ok(Box::new(recording.open(source, now)?))
    }
}

impl Gate for Station {
    fn admit(
        &self,
        key: &str,
        peer: SocketAddr,
        protocol: Protocol,
        now: Moment,
    ) -> Result<Box<dyn MediaSink>, Refusal> {
        let Some(camera) = self.keys.camera_of(key) else {
            tracing::warn!(%peer, %protocol, cause = "its key is of no camera here", blame = "station", "a publisher was refused");
            return Err(Refusal::WrongKey);
        };
        self.open(camera, format!("{protocol} {peer}"), now)
    }
}

/// For what the agent itself fetches or starts: the settings have named it.
impl PullGate for Station {
    fn open(&self, camera: CameraId, source: &str, now: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        self.open(camera, source.to_owned(), now)
    }
}
