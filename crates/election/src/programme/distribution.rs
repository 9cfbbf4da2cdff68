//! The stations with cameras against the numbers that were decided, and the stations without.

use std::collections::BTreeMap;

use serde::Serialize;

use super::board::{ConstituencyBoard, Counts};
use super::{NoCameraReason, Numbers, Programme};
use crate::model::StationId;
use crate::store::Snapshot;

/// How the stations with cameras are spread, against what was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Distribution {
    /// What was decided.
    pub decided: Option<Numbers>,
    /// Stations in the list.
    pub stations: u32,
    /// Constituencies that have one.
    pub constituencies: u32,
    /// Stations that are missing of those decided.
    pub missing_stations: Option<u32>,
    /// Constituencies that are missing of those decided.
    pub missing_constituencies: Option<u32>,
    /// Stations without a camera, by reason.
    pub without_camera: BTreeMap<NoCameraReason, u32>,
    /// Stations that are in the list although they are recorded as without a camera: one of the two is wrong.
    pub in_both: Vec<StationId>,
}

pub(super) fn of(snapshot: &Snapshot, programme: &Programme) -> Distribution {
    let stations = count(snapshot.list.stations().len());
    let mut numbers: Vec<u16> =
        snapshot.list.stations().iter().map(|station| station.id.constituency).collect();
    numbers.dedup();
    let constituencies = count(numbers.len());
    let decided = programme.numbers();
    let mut without_camera: BTreeMap<NoCameraReason, u32> = BTreeMap::new();
    let mut in_both = Vec::new();
    for (id, without) in programme.without_camera() {
        *without_camera.entry(without.reason).or_default() += 1;
        if snapshot.list.station(*id).is_some() {
            in_both.push(*id);
        }
    }
    Distribution {
        decided: decided.cloned(),
        stations,
        constituencies,
        missing_stations: decided.map(|decided| decided.stations.saturating_sub(stations)),
        missing_constituencies: decided
            .map(|decided| u32::from(decided.constituencies).saturating_sub(constituencies)),
        without_camera,
        in_both,
    }
}

/// All constituencies of the list, and those for which something was decided, with nothing counted yet but what the
/// programme alone says.
pub(super) fn constituencies(snapshot: &Snapshot, programme: &Programme) -> Vec<ConstituencyBoard> {
    let mut all: BTreeMap<u16, (Option<u32>, u32)> =
        snapshot.list.constituencies().iter().map(|one| (one.number, (None, 0))).collect();
    for one in programme.numbers().map_or(&[][..], |numbers| &numbers.of_each) {
        all.entry(one.constituency).or_default().0 = Some(one.stations);
    }
    for id in programme.without_camera().keys() {
        all.entry(id.constituency).or_default().1 += 1;
    }
    let board = |(constituency, (decided, without_camera)): (u16, (Option<u32>, u32))| ConstituencyBoard {
        constituency,
        counts: Counts::default(),
        decided,
        missing: decided
            .map(|decided| decided.saturating_sub(count(snapshot.list.stations_of(constituency).len()))),
        without_camera,
    };
    all.into_iter().map(board).collect()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
