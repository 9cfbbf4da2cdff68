//! The centre's view of the election: the store's snapshot, kept up to date while other processes change it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use ashkar_election::{
    Camera, Election, Hidden, HiddenTime, HiddenWhy, KeyHash, ListChanges, Owed, SearchIndex, Snapshot,
    Standing, Station, StationId, Store, StoreError, Zone,
};
use ashkar_terms::{CameraId, Span, UtcMicros};
use ashkar_uplink::DeviceId;

/// All time: of a camera about which nothing is known, nothing is public.
const ALL_TIME: Span = Span { from: UtcMicros(i64::MIN), to: UtcMicros(i64::MAX) };

/// One state of the store, with values that are computed from it once.
#[derive(Debug)]
pub struct Registry {
    /// The snapshot of the store.
    pub snapshot: Snapshot,
    /// The current election; a nameless one of today if none has been described yet.
    pub election: Election,
    /// What the last published version of the list changed; none before the first publication.
    pub changes: Option<ListChanges>,
    /// The search over published stations.
    pub search: Arc<SearchIndex>,
    /// Stations that have cameras and are in no version of the list: rehearsals, and everything before the first list.
    pub unlisted: Vec<Station>,
    /// When the election's day ends for the public.
    pub day_over: UtcMicros,
    /// Cameras and sub-streams that do not exist for the public: a draft of the list alone has them.
    drafts: HashSet<CameraId>,
    /// What nobody may see of each camera and sub-stream (I7).
    hidden: HashMap<CameraId, Hidden>,
}

/// The right by which a camera's pictures are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// The publisher knew this key.
    Key(KeyHash),
    /// The centre pulls it.
    Pull,
    /// The agent on this device sends it.
    Device(DeviceId),
}

impl Registry {
    /// Reads the current state of `store`. Readers of the public side then need no store (I11).
    pub(crate) async fn read(store: &dyn Store, now: UtcMicros) -> Result<Self, StoreError> {
        let snapshot = store.snapshot().await?;
        let changes = match snapshot.published_versions().next() {
            Some(version) => Some(store.list_changes(version.number).await?),
            None => None,
        };
        Ok(Self::new(snapshot, changes, now))
    }

    fn new(snapshot: Snapshot, changes: Option<ListChanges>, now: UtcMicros) -> Self {
        let election = snapshot.election.clone().unwrap_or_else(|| {
            let (today, _) = Zone::baku().local(now);
            Election::of_date(today)
        });
        let search = Arc::new(SearchIndex::new(snapshot.published_list()));
        let drafts = snapshot.with_sub_streams().filter(|camera| snapshot.is_draft(camera));
        let drafts: HashSet<CameraId> = drafts.map(|camera| camera.id).collect();
        let unlisted = unlisted(&snapshot, &drafts);
        let day_over = election.day_over();
        let hidden = snapshot.with_sub_streams().map(|camera| {
            let (approvals, hidings) = (snapshot.approvals_of(camera.id), snapshot.hidings_of(camera.id));
            (camera.id, Hidden::of(approvals, hidings, &snapshot.days.foreign))
        });
        let hidden = hidden.collect();
        Self { snapshot, election, changes, search, unlisted, day_over, drafts, hidden }
    }

    /// The station `id` as the public knows it, on the published list or not.
    pub fn station(&self, id: StationId) -> Option<&Station> {
        self.snapshot
            .published_list()
            .station(id)
            .or_else(|| self.unlisted.iter().find(|station| station.id == id))
    }

    /// The station `id` as the desk knows it: of the newest list, a draft or not; otherwise as the public does.
    pub fn newest_station(&self, id: StationId) -> Option<&Station> {
        self.snapshot.list.station(id).or_else(|| self.station(id))
    }

    /// All stations that the public knows: those on the published list, then the others.
    pub fn stations(&self) -> impl Iterator<Item = &Station> {
        self.snapshot.published_list().stations().iter().chain(&self.unlisted)
    }

    /// All enabled cameras that the public knows, without sub-streams.
    pub fn cameras(&self) -> impl Iterator<Item = &Camera> {
        self.known_ones(&self.snapshot.cameras)
    }

    /// Those of a station.
    pub fn cameras_of(&self, station: StationId) -> impl Iterator<Item = &Camera> {
        self.known_ones(self.snapshot.cameras_of(station))
    }

    fn known_ones<'a>(&'a self, cameras: &'a [Camera]) -> impl Iterator<Item = &'a Camera> {
        cameras.iter().filter(|camera| camera.enabled && !self.is_draft(camera.id))
    }

    /// Whether `camera` does not exist for the public, because a draft of the list alone has it.
    pub fn is_draft(&self, camera: CameraId) -> bool {
        self.drafts.contains(&camera)
    }

    /// The standing of `camera`.
    pub fn standing(&self, camera: CameraId) -> Standing {
        match self.snapshot.camera(camera) {
            None => Standing::Unknown,
            Some(_) if self.is_draft(camera) => Standing::Unknown,
            Some(known) if !known.enabled => Standing::Off,
            Some(_) if !self.is_approved(camera) => Standing::Unapproved,
            Some(_) => Standing::On,
        }
    }

    /// Whether the view of `camera` was approved; that of a sub-stream's camera decides about both.
    pub fn is_approved(&self, camera: CameraId) -> bool {
        !self.snapshot.approvals_of(camera).is_empty()
    }

    /// Times of `camera` that nobody may see: before its approval, while it was hidden, and those of other elections. In
    /// order, and apart.
    pub fn hidden(&self, camera: CameraId) -> &[Span] {
        self.hidden.get(&camera).map_or(&[ALL_TIME], Hidden::spans)
    }

    /// The same with their reasons: in order, without overlap.
    pub(crate) fn hidden_times(&self, camera: CameraId) -> &[HiddenTime] {
        const UNKNOWN: HiddenTime = HiddenTime { span: ALL_TIME, why: HiddenWhy::Unapproved };
        self.hidden.get(&camera).map_or(&[UNKNOWN], Hidden::times)
    }

    /// Why `camera` is hidden at `at`, and since when without a break; `None` for the time if it always was.
    pub fn hidden_at(&self, camera: CameraId, at: UtcMicros) -> Option<(HiddenWhy, Option<UtcMicros>)> {
        let unknown = (HiddenWhy::Unapproved, None);
        let Some(hidden) = self.hidden.get(&camera) else { return Some(unknown) };
        let (time, since) = hidden.at(at)?;
        Some((time.why, Some(since).filter(|since| *since > ALL_TIME.from)))
    }

    /// From when on the live window of `camera` may list pieces at `now`: since it was last hidden.
    pub(crate) fn listed_from(&self, camera: CameraId, now: UtcMicros) -> Option<UtcMicros> {
        self.hidden(camera).iter().rev().map(|span| span.to).find(|to| *to <= now)
    }

    /// Whether a camera that is on air by `right` may stay.
    pub(crate) fn allows(&self, camera: CameraId, right: Right) -> bool {
        self.snapshot.camera(camera).is_some_and(|known| {
            known.enabled
                && match right {
                    Right::Key(hash) => known.key == Some(hash),
                    Right::Pull => known.pull.is_some(),
                    Right::Device(device) => self.snapshot.device(camera, &device.to_string()).is_some(),
                }
        })
    }

    /// What `camera` owes: nothing until it has been installed, that is, given a key, an address or a device. A
    /// sub-stream owes nothing.
    pub fn owed(&self, camera: CameraId) -> Option<Owed> {
        self.snapshot.camera(camera).filter(|known| self.is_installed(known) && known.sub_of.is_none())?;
        Some(self.snapshot.owed(&self.election, camera.into()))
    }

    /// The cameras that agents may send.
    pub(crate) fn with_agents(&self) -> BTreeSet<CameraId> {
        let devices = self.snapshot.devices.iter().filter(|device| device.revoked_at.is_none());
        devices.map(|device| device.camera).collect()
    }

    /// Whether a camera can send at all.
    fn is_installed(&self, camera: &Camera) -> bool {
        let has_device =
            || self.snapshot.devices_of(camera.id).iter().any(|device| device.revoked_at.is_none());
        camera.enabled && (camera.key.is_some() || camera.pull.is_some() || has_device())
    }
}

fn unlisted(snapshot: &Snapshot, drafts: &HashSet<CameraId>) -> Vec<Station> {
    let mut stations: Vec<Station> = Vec::new();
    for camera in snapshot.cameras.iter().filter(|camera| camera.enabled && !drafts.contains(&camera.id)) {
        let id = StationId::from(camera.id);
        if snapshot.published_list().station(id).is_some() {
            continue;
        }
        match stations.last_mut() {
            Some(station) if station.id == id => station.cameras = station.cameras.max(camera.id.camera),
            _ => stations.push(Station {
                id,
                venue: String::new(),
                address: String::new(),
                voters: 0,
                coordinates: None,
                cameras: camera.id.camera,
            }),
        }
    }
    stations
}
