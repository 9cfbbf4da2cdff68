//! Stations of the demo whose cameras come through agents: real ones in this process, with their recordings in the
//! demo's directory. The line of one of them comes and goes.

use std::net::SocketAddr;
use std::path::Path;

use ashkar_agent::config::centre_address;
use ashkar_election::SqliteStore;
use ashkar_load::line::LineModel;
use ashkar_synthetic::Loops;
use ashkar_terms::CameraId;

use crate::simulate::fleet::{Fleet, Plan, PlannedStation, directory_in};

/// Stations with an agent, if there are so many and one more.
const STATIONS: usize = 4;
/// Their lines; the last one is for watching.
const LINES: [LineModel; STATIONS] = [LineModel::Good, LineModel::Good, LineModel::Mobile, LineModel::OnOff];

/// How many of `count` stations have an agent.
pub(super) fn of(count: usize) -> usize {
    STATIONS.min(count.saturating_sub(1))
}

/// Starts an agent for each of `cameras`; they send to the agents' address `door`.
pub(super) async fn start(
    store: &SqliteStore,
    data: &Path,
    door: SocketAddr,
    cameras: &[CameraId],
    loops: Loops,
) -> anyhow::Result<Fleet> {
    // The last station has the line that comes and goes, however few there are.
    let lines = LINES.iter().skip(STATIONS.saturating_sub(cameras.len()));
    let station = |(camera, model): (&CameraId, &LineModel)| PlannedStation {
        cameras: vec![*camera],
        model: *model,
        seed: u64::from(camera.constituency),
    };
    let plan = Plan {
        centre: centre_address(&format!("http://{door}")).map_err(anyhow::Error::msg)?,
        ca: None,
        directory: directory_in(data),
        stations: cameras.iter().zip(lines).map(station).collect(),
        loops,
    };
    Fleet::start(plan, store).await
}

/// What the demo says of them.
pub(super) fn told(http: SocketAddr, cameras: &[CameraId]) -> String {
    let Some(last) = cameras.last() else { return String::new() };
    let names: Vec<_> =
        cameras.iter().map(|camera| format!("{}/{}", camera.constituency, camera.station)).collect();
    format!(
        "Stations {} send through agents, which record first and then send. The line of the last one goes for\n  \
         a minute after every three: watch how what is missing arrives late\n  \
         at             http://{http}/stations/{}/{}\n\n",
        names.join(", "),
        last.constituency,
        last.station
    )
}
