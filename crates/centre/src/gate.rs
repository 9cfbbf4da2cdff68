//! The gate for publishers, and for the centre's own pulls.

use std::net::SocketAddr;

use ashkar_ingest::{Gate, MediaSink, Protocol, PullGate, Refusal};
use ashkar_terms::{CameraId, Moment};

use crate::Centre;
use crate::registry::Right;

impl Gate for Centre {
    fn admit(
        &self,
        key: &str,
        peer: SocketAddr,
        protocol: Protocol,
        now: Moment,
    ) -> Result<Box<dyn MediaSink>, Refusal> {
        let registry = self.registry.load();
        let known = registry.snapshot.verify_key(key).map_err(|reason| {
            tracing::warn!(%peer, cause = %reason, blame = "station", "a publisher was refused");
            Refusal::WrongKey
        })?;
        let right = known.key.map(Right::Key).ok_or(Refusal::WrongKey)?;
        let camera = self.camera(known.id).ok_or(Refusal::Unknown)?;
        let sink = camera.open(format!("{protocol} {peer}"), right, now)?;
        Ok(Box::new(sink))
    }
}

impl PullGate for Centre {
    fn open(&self, camera: CameraId, source: &str, now: Moment) -> Result<Box<dyn MediaSink>, Refusal> {
        let registry = self.registry.load();
        if !registry.allows(camera, Right::Pull) {
            return Err(Refusal::Unknown);
        }
        let camera = self.camera(camera).ok_or(Refusal::Unknown)?;
        let sink = camera.open(source.to_owned(), Right::Pull, now)?;
        Ok(Box::new(sink))
    }
}
