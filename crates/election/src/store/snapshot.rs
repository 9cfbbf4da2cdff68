use std::collections::BTreeMap;

use ashkar_terms::CameraId;

use super::{Camera, KeyRefusal, ListVersion, StreamKey};
use crate::model::{Election, Station, StationId, StationList, StationMarks, StationView};

/// A value that every change of a store moves. Only equality means anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChangeToken(pub(super) i64);

/// Everything of a store that a server needs in memory, as it was at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The moment: while [`super::Store::change_token`] equals it, the snapshot is current.
    pub token: ChangeToken,
    /// The current election.
    pub election: Option<Election>,
    /// The version of the list.
    pub version: Option<ListVersion>,
    /// The newest list.
    pub list: StationList,
    /// All cameras in the order of their numbers, disabled ones too.
    pub cameras: Vec<Camera>,
    /// What was marked at each station.
    pub marks: BTreeMap<StationId, StationMarks>,
}

impl Snapshot {
    /// The camera `id`.
    pub fn camera(&self, id: CameraId) -> Option<&Camera> {
        self.cameras.get(self.cameras.binary_search_by_key(&id, |camera| camera.id).ok()?)
    }

    /// All cameras of a station, disabled ones too.
    pub fn cameras_of(&self, station: StationId) -> &[Camera] {
        let from = self.cameras.partition_point(|camera| StationId::from(camera.id) < station);
        let to = self.cameras.partition_point(|camera| StationId::from(camera.id) <= station);
        self.cameras.get(from..to).unwrap_or_default()
    }

    /// The marks of a station; none for one where nothing was marked.
    pub fn marks_of(&self, station: StationId) -> StationMarks {
        self.marks.get(&station).cloned().unwrap_or_default()
    }

    /// A station as the API shows it: with its enabled cameras, added ones too.
    pub fn view<'a>(&self, station: &'a Station) -> StationView<'a> {
        let enabled = self.cameras_of(station.id).iter().filter(|camera| camera.enabled);
        station.view_with(enabled.map(|camera| camera.id).collect())
    }

    /// The camera that a publisher's key opens.
    ///
    /// # Errors
    /// [`KeyRefusal`], for logs only: tell a publisher no more than that it is refused.
    pub fn verify_key(&self, text: &str) -> Result<&Camera, KeyRefusal> {
        let key: StreamKey = text.parse().map_err(|_| KeyRefusal::Malformed)?;
        let id = key.camera();
        let camera = self.camera(id).ok_or(KeyRefusal::NoCamera(id))?;
        let hash = camera.key.ok_or(KeyRefusal::NoKey(id))?;
        match (hash.verify(&key), camera.enabled) {
            (false, _) => Err(KeyRefusal::Wrong(id)),
            (true, false) => Err(KeyRefusal::Disabled(id)),
            (true, true) => Ok(camera),
        }
    }
}
