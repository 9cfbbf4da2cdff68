//! What the centre will not lose, as the agent remembers it over restarts. Retention looks at nothing else.

use std::collections::BTreeMap;

use ashkar_terms::CameraId;
use serde::{Deserialize, Serialize};

use super::RangeSet;
use crate::{BodyError, CAMERAS_MAX, RecordingId};

/// Version of the state file.
const VERSION: u32 = 1;
/// Longest state file, bytes.
pub const LEDGER_BYTES_MAX: usize = 4 << 20;

/// The segments of one recording that are wholly persisted at one centre.
///
/// A ledger that was written late, or lost, is harmless: what it does not name is offered again, and the centre says at
/// once that it has it. So the agent writes it now and then, in no particular order with its recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    version: u32,
    recording: RecordingId,
    centre: Option<RecordingId>,
    cameras: BTreeMap<CameraId, RangeSet>,
}

impl Ledger {
    /// An empty one.
    pub fn new(recording: RecordingId) -> Self {
        Self { version: VERSION, recording, centre: None, cameras: BTreeMap::new() }
    }

    /// Reads the state file of `recording`.
    ///
    /// # Errors
    /// [`BodyError`] if it is not one of this version, too long, or of another recording. The caller goes on with an
    /// empty one.
    pub fn from_json(bytes: &[u8], recording: RecordingId) -> Result<Self, BodyError> {
        if bytes.len() > LEDGER_BYTES_MAX {
            return Err(BodyError::Long(bytes.len()));
        }
        let ledger: Self = serde_json::from_slice(bytes)?;
        if ledger.version != VERSION {
            return Err(BodyError::Value("version"));
        }
        if ledger.recording != recording {
            return Err(BodyError::Value("recording"));
        }
        if ledger.cameras.len() > CAMERAS_MAX { Err(BodyError::Value("cameras")) } else { Ok(ledger) }
    }

    /// The state file.
    pub fn to_json(&self) -> Vec<u8> {
        BodyError::write(self)
    }

    /// The recording.
    pub fn recording(&self) -> RecordingId {
        self.recording
    }

    /// The id of the centre's archive that it is about; `None` before the first session.
    pub fn centre(&self) -> Option<RecordingId> {
        self.centre
    }

    /// The segments of `camera` that are wholly persisted.
    pub fn persisted(&self, camera: CameraId) -> impl Iterator<Item = std::ops::Range<u64>> + '_ {
        self.cameras.get(&camera).into_iter().flat_map(RangeSet::ranges)
    }

    /// Whether `segment` is.
    pub fn is_persisted(&self, camera: CameraId, segment: u64) -> bool {
        self.cameras.get(&camera).is_some_and(|set| set.contains(segment))
    }

    pub(super) fn insert(&mut self, camera: CameraId, segment: u64) {
        let set = self.cameras.entry(camera).or_default();
        set.insert(segment);
        set.forget_shortest();
    }

    /// What is no longer at the station is nothing that could be sent.
    pub(super) fn remove(&mut self, camera: CameraId, segment: u64) {
        if let Some(set) = self.cameras.get_mut(&camera) {
            set.remove(segment);
            set.forget_shortest();
        }
    }

    /// From now on it is about this centre. Returns what it forgot, if it was about another one.
    pub(super) fn is_of(&mut self, centre: RecordingId) -> BTreeMap<CameraId, RangeSet> {
        match self.centre.replace(centre) {
            Some(other) if other != centre => std::mem::take(&mut self.cameras),
            _ => BTreeMap::new(),
        }
    }
}
