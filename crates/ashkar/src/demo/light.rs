//! Sub-streams of the demo: what some of its cameras show, with fewer pictures a second.

use std::net::SocketAddr;

use ashkar_election::{NewCamera, SqliteStore, Store};
use ashkar_sim::{FrameRate, Publisher, Reel, ReelOptions, SimOptions, Simulator};
use ashkar_terms::{CameraId, Span};

use crate::store;

/// What a sub-stream's number is above its camera's.
const ABOVE: u8 = 100;
/// For how long rooms are drawn before it begins, microseconds.
const NEXT_US: i64 = 60_000_000;

/// Adds a sub-stream to each of `cameras`. It plays the camera's own pictures under a key of its own.
pub(super) async fn add(store: &SqliteStore, cameras: &[CameraId]) -> anyhow::Result<Vec<Publisher>> {
    let mut publishers = Vec::with_capacity(cameras.len());
    for &main in cameras {
        let id = CameraId { camera: main.camera.saturating_add(ABOVE), ..main };
        let new = NewCamera { id, pull: None, sub_of: Some(main), unlisted: false };
        let key = store.add_camera(&new, &store::actor()).await?;
        publishers.push(Publisher { camera: main, key: key.reveal() });
    }
    Ok(publishers)
}

/// Draws with `options` at half the rate what `publishers` show, and publishes it. Takes some seconds.
pub(super) fn publish(
    options: ReelOptions,
    publishers: Vec<Publisher>,
    target: SocketAddr,
) -> anyhow::Result<Simulator> {
    let reel = Reel::new(ReelOptions { rate: FrameRate::SLOW, ..options })?;
    let now = store::now();
    if let Some(next) = Span::new(now, now.plus(NEXT_US)) {
        publishers.iter().try_for_each(|publisher| reel.prepare_for(publisher.camera, next))?;
    }
    Ok(Simulator::start(&reel, SimOptions { target, application: "ingest".to_owned(), publishers })?)
}
