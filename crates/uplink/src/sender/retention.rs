//! What retention may remove from the station's disk: what the centre will not lose, and nothing else.

use ashkar_media::Output;
use ashkar_terms::CameraId;

use super::Sender;

/// Whether something may be removed from the station's disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayForget {
    /// The centre has all of it, durably.
    Yes,
    /// It has the media; its gaps and facts were asked about, or are about to be.
    Soon,
    /// It lacks media, or the camera is not sent.
    No,
}

impl Sender {
    /// Whether the centre has all these segments and these gaps and facts of `camera`, durably. Gaps and facts of which
    /// this sender does not know it are offered, so that it does later.
    pub fn may_forget(&mut self, camera: CameraId, segments: &[u64], metadata: &[Output]) -> MayForget {
        let Some(state) = self.cameras.get_mut(&camera) else { return MayForget::No };
        if !segments.iter().all(|segment| self.ledger.is_persisted(camera, *segment)) {
            return MayForget::No;
        }
        if state.metadata.are_kept(metadata) { MayForget::Yes } else { MayForget::Soon }
    }

    /// These segments were removed: nobody asks for them any more.
    pub fn removed(&mut self, camera: CameraId, segments: &[u64]) {
        for segment in segments {
            self.ledger.remove(camera, *segment);
            if let Some(state) = self.cameras.get_mut(&camera) {
                state.late.removed(*segment);
            }
        }
    }
}
