//! Where recorded outputs go next: the seam to whatever sends them.

use std::sync::Arc;

use ashkar_media::Output;
use ashkar_terms::CameraId;

/// Takes every output that the agent's own archive has accepted, in the archive's order for each camera; and the gaps that it declares by
/// itself, as when the disk is full.
///
/// Accepted is not yet durable: a part becomes so within the archive's sync interval. Called while the camera is held, so
/// it must return at once, and neither wait nor do I/O (I1): a queue with a limit that drops what it cannot hold is
/// right, since everything is in the archive and can be read from there. A panic in it is logged, and costs nothing but
/// this call.
pub trait Outlet: Send + Sync + 'static {
    /// `output` of `camera` was accepted.
    fn recorded(&self, camera: CameraId, output: &Output);
}

/// One after the other.
pub(crate) struct Both(pub(crate) Arc<dyn Outlet>, pub(crate) Arc<dyn Outlet>);

impl Outlet for Both {
    fn recorded(&self, camera: CameraId, output: &Output) {
        self.0.recorded(camera, output);
        self.1.recorded(camera, output);
    }
}

/// Takes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOutlet;

impl Outlet for NoOutlet {
    fn recorded(&self, _camera: CameraId, _output: &Output) {}
}
