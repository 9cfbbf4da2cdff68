//! The registry in memory, and the look-ups that a running centre makes in it.

use std::collections::{BTreeMap, BTreeSet};

use ashkar_terms::CameraId;

use super::{Camera, Device, KeyRefusal, ListVersion, StreamKey};
use crate::model::{
    Approval, Days, Election, Hiding, Owed, Station, StationId, StationList, StationMarks, StationView,
    Turnout,
};

/// A value that changes with every change of a store. Only equality is meaningful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ChangeToken(pub(super) i64);

/// Everything from a store that a server needs in memory, as it was at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Identifies the moment: while [`super::Store::change_token`] equals it, the snapshot is current.
    pub token: ChangeToken,
    /// The current election.
    pub election: Option<Election>,
    /// The newest version of the list, a draft or not: the desk's. Of a rehearsal, what it took over of its vote.
    pub version: Option<ListVersion>,
    /// The versions before it, oldest first.
    pub earlier: Vec<ListVersion>,
    /// The newest list.
    pub list: StationList,
    /// The list that was published last, if the newest is a draft; empty if none was.
    pub published: Option<StationList>,
    /// Of a rehearsal, the newest list of its vote, a draft or not, which the cameras follow; otherwise they follow `list`.
    pub followed: Option<StationList>,
    /// Stations that drafts have or had, and no published version; of a rehearsal, those of its vote.
    pub never_published: BTreeSet<StationId>,
    /// The stations' cameras ordered by number, including disabled ones.
    pub cameras: Vec<Camera>,
    /// Their sub-streams, likewise. They are not included in any count, total, list or state.
    pub sub_streams: Vec<Camera>,
    /// The devices that were enrolled for a camera, also revoked ones, by camera and time.
    pub devices: Vec<Device>,
    /// The marks of each station.
    pub marks: BTreeMap<StationId, StationMarks>,
    /// Official turnout at the plan's times, by time; the country before its constituencies.
    pub turnout: Vec<Turnout>,
    /// The approvals of each camera's view, oldest first; a camera without one is not public (I7).
    pub approvals: BTreeMap<CameraId, Vec<Approval>>,
    /// The hidings of each camera, oldest first, also those that are over.
    pub hidings: BTreeMap<CameraId, Vec<Hiding>>,
    /// Which time is that of the current election: nothing of the rest may appear.
    pub days: Days,
}

impl Snapshot {
    /// All versions of the list, newest first.
    pub fn versions(&self) -> impl Iterator<Item = &ListVersion> {
        self.version.iter().chain(self.earlier.iter().rev())
    }

    /// The published versions, newest first: those that the public knows.
    pub fn published_versions(&self) -> impl Iterator<Item = &ListVersion> {
        self.versions().filter(|version| version.publication.is_some())
    }

    /// The list that the public knows; empty before the first publication.
    pub fn published_list(&self) -> &StationList {
        self.published.as_ref().unwrap_or(&self.list)
    }

    /// Whether a camera or sub-stream must not exist for the public, whatever was approved: its station, or it, is in a
    /// draft of the list alone. Cameras of stations that no version ever had are the owner's own matter.
    pub fn is_draft(&self, camera: &Camera) -> bool {
        let main = self.view_of(camera.id);
        let station = StationId::from(main);
        let newest = self.followed.as_ref().unwrap_or(&self.list).station(station);
        match self.published_list().station(station) {
            Some(published) => {
                main.camera > published.cameras && newest.is_some_and(|newest| main.camera <= newest.cameras)
            }
            None => newest.is_some() || self.never_published.contains(&station),
        }
    }

    /// The camera or sub-stream `id`.
    pub fn camera(&self, id: CameraId) -> Option<&Camera> {
        let among = |cameras: &[Camera]| cameras.binary_search_by_key(&id, |camera| camera.id).ok();
        match among(&self.cameras) {
            Some(at) => self.cameras.get(at),
            None => self.sub_streams.get(among(&self.sub_streams)?),
        }
    }

    /// All cameras of a station, including disabled ones, without their sub-streams.
    pub fn cameras_of(&self, station: StationId) -> &[Camera] {
        of_station(&self.cameras, station)
    }

    /// Everything that may publish or is pulled, including sub-streams and disabled cameras.
    pub fn with_sub_streams(&self) -> impl Iterator<Item = &Camera> {
        self.cameras.iter().chain(&self.sub_streams)
    }

    /// The enabled sub-stream of a camera.
    pub fn sub_stream_of(&self, camera: CameraId) -> Option<&Camera> {
        let of_station = of_station(&self.sub_streams, camera.into());
        of_station.iter().find(|sub| sub.sub_of == Some(camera) && sub.enabled)
    }

    /// The camera whose approvals and hidings are those of `camera`: itself, or the one whose sub-stream it is.
    pub(crate) fn view_of(&self, camera: CameraId) -> CameraId {
        self.camera(camera).and_then(|known| known.sub_of).unwrap_or(camera)
    }

    /// The approvals of a camera's view, oldest first.
    pub fn approvals_of(&self, camera: CameraId) -> &[Approval] {
        self.approvals.get(&self.view_of(camera)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The hidings of a camera, oldest first.
    pub fn hidings_of(&self, camera: CameraId) -> &[Hiding] {
        self.hidings.get(&self.view_of(camera)).map(Vec::as_slice).unwrap_or_default()
    }

    /// All devices of a camera, also revoked ones, by time.
    pub fn devices_of(&self, camera: CameraId) -> &[Device] {
        let from = self.devices.partition_point(|device| device.camera < camera);
        let to = self.devices.partition_point(|device| device.camera <= camera);
        self.devices.get(from..to).unwrap_or_default()
    }

    /// The device `id`, if it may send `camera`: it is enrolled for it and not revoked, and the camera is enabled.
    pub fn device(&self, camera: CameraId, id: &str) -> Option<&Device> {
        self.camera(camera).filter(|known| known.enabled)?;
        self.devices_of(camera).iter().find(|device| device.id == id && device.revoked_at.is_none())
    }

    /// The marks of a station; empty if nothing was marked.
    pub fn marks_of(&self, station: StationId) -> StationMarks {
        self.marks.get(&station).cloned().unwrap_or_default()
    }

    /// What the cameras of a station owe in `election`, the current one: nothing of a time that belongs to another.
    pub fn owed(&self, election: &Election, station: StationId) -> Owed {
        self.days.bound(election.owed(&self.marks_of(station)))
    }

    /// A station as the API shows it: with its enabled cameras, including added ones.
    pub fn view<'a>(&self, station: &'a Station) -> StationView<'a> {
        let enabled = self.cameras_of(station.id).iter().filter(|camera| camera.enabled);
        station.view_with(enabled.map(|camera| camera.id).collect())
    }

    /// The camera that a publisher's key opens.
    ///
    /// # Errors
    /// [`KeyRefusal`], for logs only: a publisher must learn no more than that it is refused.
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

/// Those of one station; `cameras` are ordered by number.
fn of_station(cameras: &[Camera], station: StationId) -> &[Camera] {
    let from = cameras.partition_point(|camera| StationId::from(camera.id) < station);
    let to = cameras.partition_point(|camera| StationId::from(camera.id) <= station);
    cameras.get(from..to).unwrap_or_default()
}
