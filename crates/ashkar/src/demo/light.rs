//! Sub-streams of the demo: what some of its cameras show, with fewer pictures a second.

use std::net::SocketAddr;

use ashkar_election::{NewCamera, SqliteStore, Store, StreamKey};
use ashkar_load::Publishers;
use ashkar_synthetic::{FrameRate, LoopOptions, Loops};
use ashkar_terms::{CameraId, Span};

use crate::store;

/// Difference between a sub-stream's number and its camera's.
const ABOVE: u8 = 100;
/// Length of the pictures that are drawn before it begins, microseconds.
const NEXT_US: i64 = 60_000_000;

/// The key of a sub-stream, which shows what its main camera shows.
#[derive(Debug)]
pub(super) struct LightKey {
    main: CameraId,
    key: StreamKey,
}

/// Adds a sub-stream to each of `cameras`. It plays the camera's own pictures under a key of its own.
pub(super) async fn add(store: &SqliteStore, cameras: &[CameraId]) -> anyhow::Result<Vec<LightKey>> {
    let mut keys = Vec::with_capacity(cameras.len());
    for &main in cameras {
        let id = CameraId { camera: main.camera.saturating_add(ABOVE), ..main };
        let new = NewCamera { id, pull: None, sub_of: Some(main), unlisted: false, approved: false };
        let key = store.add_camera(&new, &store::actor()).await?;
        keys.push(LightKey { main, key });
    }
    Ok(keys)
}

/// Draws what the cameras of `keys` show with `options` at half the rate, and publishes it. Takes some seconds.
pub(super) fn publish(
    options: LoopOptions,
    keys: &[LightKey],
    target: SocketAddr,
) -> anyhow::Result<Publishers> {
    let loops = Loops::new(LoopOptions { rate: FrameRate::SLOW, ..options })?;
    let now = store::now();
    if let Some(next) = Span::new(now, now.plus(NEXT_US)) {
        keys.iter().try_for_each(|light| loops.prepare_for(light.main, next))?;
    }
    Ok(loops.publish(target, keys.iter().map(|light| (light.main, light.key.reveal())))?)
}
