//! Hands a camera's outputs to the archive, and remembers whether the archive accepts them.

use ashkar_archive::Archive;
use ashkar_media::Output;
use ashkar_terms::CameraId;

/// One camera's path into the archive. The archive itself declares the gap when it refuses (I10); live continues.
pub(crate) struct Recorder {
    archive: Archive,
    camera: CameraId,
    is_refused: bool,
    refusals: u64,
}

impl Recorder {
    pub(crate) fn new(archive: Archive, camera: CameraId) -> Self {
        Self { archive, camera, is_refused: false, refusals: 0 }
    }

    /// Whether nothing of this camera is being recorded because the disk does not accept it.
    pub(crate) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// How many outputs were refused since the start.
    pub(crate) fn refusals(&self) -> u64 {
        self.refusals
    }

    /// Offers one output; true if it is a part that was accepted. Never waits for the disk (I1).
    pub(crate) fn record(&mut self, output: &Output) -> bool {
        match self.archive.append(self.camera, output) {
            Ok(()) if matches!(output, Output::Part(_)) => {
                self.note(None);
                return true;
            }
            Ok(()) => {}
            Err(refused) => {
                self.refusals += 1;
                self.note(Some(&refused));
            }
        }
        false
    }

    /// Logs it once when it begins, and once when it is over.
    fn note(&mut self, refused: Option<&dyn std::fmt::Display>) {
        match refused {
            Some(refused) if !self.is_refused => {
                tracing::error!(camera = %self.camera, cause = %refused, blame = "centre", "the archive does not take the recording");
            }
            None if self.is_refused => {
                tracing::info!(camera = %self.camera, "the archive takes the recording again");
            }
            _ => {}
        }
        self.is_refused = refused.is_some();
    }
}
