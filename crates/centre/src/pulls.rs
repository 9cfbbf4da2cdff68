//! Cameras that the centre pulls over RTSP: one supervised puller each, according to the registry.

use std::collections::HashMap;
use std::sync::Arc;

use ashkar_ingest::PullGate;
use ashkar_ingest::rtsp::{PullOptions, RtspPuller, RtspSource, Transport};
use ashkar_terms::CameraId;
use tokio::sync::Mutex;

use crate::Centre;
use crate::registry::Registry;

/// The running pullers, with the address that each was started for.
#[derive(Default)]
pub(crate) struct Pulls(Mutex<HashMap<CameraId, (String, RtspPuller)>>);

impl Pulls {
    /// Starts, stops and restarts pullers until they match `registry`.
    pub(crate) async fn follow(&self, centre: &Arc<Centre>, registry: &Registry) {
        let wanted: HashMap<CameraId, String> = registry
            .snapshot
            .with_sub_streams()
            .filter(|camera| camera.enabled)
            .filter_map(|camera| Some((camera.id, camera.pull.as_ref()?.expose().to_string())))
            .collect();
        let mut running = self.0.lock().await;
        let stale: Vec<CameraId> = running
            .iter()
            .filter(|(id, (address, _))| wanted.get(id) != Some(address))
            .map(|(id, _)| *id)
            .collect();
        for id in stale {
            if let Some((_, puller)) = running.remove(&id) {
                puller.stop().await;
            }
        }
        for (id, address) in wanted {
            if running.contains_key(&id) {
                continue;
            }
            match RtspSource::parse(id, &address, Transport::Auto) {
                Ok(source) => {
                    let gate: Arc<dyn PullGate> = Arc::<Centre>::clone(centre);
                    let handle = tokio::runtime::Handle::current();
                    let puller = RtspPuller::spawn(
                        &handle,
                        source,
                        gate,
                        Arc::clone(&centre.clock),
                        PullOptions::default(),
                    );
                    running.insert(id, (address, puller));
                }
                Err(error) => {
                    tracing::error!(camera = %id, cause = %error, blame = "operator", "its RTSP address cannot be used");
                }
            }
        }
    }

    /// Stops them all.
    pub(crate) async fn stop(&self) {
        for (_, (_, puller)) in self.0.lock().await.drain() {
            puller.stop().await;
        }
    }
}
