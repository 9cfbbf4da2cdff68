//! Stations with agents in this process: each with its own recordings, key and line, as on the day.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ashkar_agent::{
    Agent, Config, EnrolError, Enrolment, NoOutlet, Options, SentState, SentStatus, Status, enrol,
};
use ashkar_election::{SqliteStore, Store, ViewStore};
use ashkar_load::line::{Line, LineModel, Schedule};
use ashkar_load::{Feed, Feeds};
use ashkar_synthetic::Loops;
use ashkar_terms::{Blame, CameraId, Clock, SystemClock};
use ashkar_uplink::EnrolmentCode;
use tokio::task::JoinSet;
use url::Url;

use crate::store;

/// How long a code of enrolment is good, microseconds.
const CODE_US: i64 = 3_600_000_000;
/// Attempts to enrol, and the pause between: a centre takes so many codes a minute.
const ENROL_ATTEMPTS: u32 = 40;
const ENROL_AGAIN: Duration = Duration::from_secs(5);
/// Agents that start or stop at the same time.
const AT_ONCE: usize = 8;
/// What the agents call who feeds them.
const FEEDER: &str = "simulation";

/// What a fleet is made of.
pub(crate) struct Plan {
    /// The centre, and the certificates to trust instead of this machine's.
    pub(crate) centre: Url,
    pub(crate) ca: Option<PathBuf>,
    /// The agents' directories are in it.
    pub(crate) directory: PathBuf,
    pub(crate) stations: Vec<PlannedStation>,
    pub(crate) loops: Loops,
}

/// A station with an agent.
#[derive(Debug, Clone)]
pub(crate) struct PlannedStation {
    /// Its cameras.
    pub(crate) cameras: Vec<CameraId>,
    pub(crate) model: LineModel,
    pub(crate) seed: u64,
}

/// Agents at work.
pub(crate) struct Fleet {
    stations: Vec<Station>,
    feeds: Feeds,
}

struct Station {
    agent: Agent,
    model: LineModel,
    line: Line,
}

/// How the agents stand, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Figures {
    pub(crate) agents: usize,
    pub(crate) cameras: usize,
    /// Cameras of which pictures come and are kept.
    pub(crate) recording: usize,
    /// Agents whose connection to the centre stands.
    pub(crate) lines_up: usize,
    /// Cameras that are sent at once, some seconds late, and not now.
    pub(crate) live: usize,
    pub(crate) behind: usize,
    pub(crate) not_sent: usize,
    /// Media that wait to be sent or to be durable, seconds, about.
    pub(crate) waits_s: u64,
    /// Records that the centre took on each line.
    pub(crate) live_records: u64,
    pub(crate) late_records: u64,
    /// Bytes that wait for the live line, or for its answer.
    pub(crate) live_bytes: u64,
    /// Segments that the centre received live as a whole, and has not called durable yet.
    pub(crate) unconfirmed_segments: u64,
    /// Segments that are durable at the centre.
    pub(crate) persisted_segments: u64,
    /// Segments that the centre does not take.
    pub(crate) refused_segments: u64,
    /// Pictures that were recorded, and that were left out because this machine is too slow.
    pub(crate) pictures: u64,
    pub(crate) left_out: u64,
}

impl Fleet {
    /// Enrols each agent with codes that `store` issues, starts it, and feeds its cameras.
    pub(crate) async fn start(plan: Plan, store: &SqliteStore) -> anyhow::Result<Self> {
        let target = address_of(&plan.centre).await?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let zone = super::zone_name(store).await?;
        let mut tasks = JoinSet::new();
        let mut stations = Vec::with_capacity(plan.stations.len());
        for (index, planned) in plan.stations.iter().enumerate() {
            if tasks.len() >= AT_ONCE {
                stations.extend(next(&mut tasks).await?);
            }
            let schedule = Schedule::new(planned.model, planned.seed);
            let line = Line::open(target, local_address(target, index), schedule)?;
            let mut codes = Vec::with_capacity(planned.cameras.len());
            for camera in &planned.cameras {
                codes.push(issue(store, *camera).await?);
            }
            let first = planned.cameras.first().context("a station has a camera")?;
            let data = plan.directory.join(format!("{}-{}", first.constituency, first.station));
            let config = Config {
                ca: plan.ca.clone(),
                via: Some(line.address()),
                ..Config::fed(data, zone.clone(), plan.centre.clone(), &planned.cameras)
            };
            tasks.spawn(start(config, codes, line, planned.model, Arc::clone(&clock)));
        }
        while !tasks.is_empty() {
            stations.extend(next(&mut tasks).await?);
        }
        let mut feeds = Vec::new();
        for station in &stations {
            for camera in station.agent.status().cameras {
                let sink = station.agent.feed(camera.camera, FEEDER);
                let sink = sink.map_err(|refusal| anyhow::anyhow!("{}: {refusal:?}", camera.camera))?;
                feeds.push(Feed { source: plan.loops.camera(camera.camera), sink });
            }
            station.line.begin();
        }
        let feeds = Feeds::start(feeds, plan.loops.config(), clock)?;
        Ok(Self { stations, feeds })
    }

    /// How the agents stand.
    pub(crate) fn figures(&self) -> Figures {
        let mut figures =
            Figures { pictures: self.feeds.pictures(), left_out: self.feeds.behind(), ..Figures::default() };
        self.stations.iter().for_each(|station| figures.add(&station.agent.status()));
        figures
    }

    /// How many agents have each kind of line.
    pub(crate) fn lines(&self) -> BTreeMap<&'static str, usize> {
        let mut lines = BTreeMap::new();
        for station in &self.stations {
            *lines.entry(station.model.name()).or_default() += 1;
        }
        lines
    }

    /// Switches the cameras off; what was recorded is still sent.
    pub(crate) fn switch_off(&mut self) {
        self.feeds.end();
    }

    /// Ends the agents like a computer that is shut down.
    pub(crate) async fn stop(mut self) {
        self.switch_off();
        let mut tasks = JoinSet::new();
        for station in self.stations {
            if tasks.len() >= AT_ONCE {
                tasks.join_next().await;
            }
            tasks.spawn(async move {
                station.agent.stop().await;
                drop(station.line);
            });
        }
        tasks.join_all().await;
    }
}

impl Figures {
    fn add(&mut self, status: &Status) {
        self.agents += 1;
        self.lines_up += usize::from(status.line.as_ref().is_some_and(|line| line.up));
        for camera in &status.cameras {
            self.cameras += 1;
            self.recording += usize::from(camera.recording);
            match &camera.sent {
                Some(sent) => self.add_sent(sent),
                None => self.not_sent += 1,
            }
        }
    }

    fn add_sent(&mut self, sent: &SentStatus) {
        match sent.state {
            SentState::Live => self.live += 1,
            SentState::Behind => self.behind += 1,
            SentState::No | SentState::NotEnrolled => self.not_sent += 1,
        }
        self.waits_s += sent.waits_s;
        self.live_records += sent.live_records;
        self.late_records += sent.late_records;
        self.live_bytes += sent.live_bytes as u64;
        self.unconfirmed_segments += sent.unconfirmed_segments;
        self.persisted_segments += sent.persisted_segments;
        self.refused_segments += sent.refused_segments;
    }
}

async fn next(tasks: &mut JoinSet<anyhow::Result<Station>>) -> anyhow::Result<Option<Station>> {
    tasks.join_next().await.transpose()?.transpose()
}

async fn start(
    config: Config,
    codes: Vec<String>,
    line: Line,
    model: LineModel,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Station> {
    let name = config.data.file_name().map(|name| name.to_string_lossy().into_owned());
    let centre = config.centres.first().context("a fleet has a centre")?.clone();
    for code in codes {
        let enrolment = Enrolment {
            code,
            centre: centre.clone(),
            ca: config.ca.clone(),
            data: config.data.clone(),
            name: name.clone(),
            via: config.via,
        };
        enrolled(&enrolment).await?;
    }
    let options = Options { reports: None, ..Options::default() };
    let agent = Agent::start(config, options, clock, Arc::new(NoOutlet)).await?;
    Ok(Station { agent, model, line })
}

/// Enrols, and waits while the centre is busy.
async fn enrolled(enrolment: &Enrolment) -> anyhow::Result<()> {
    for _ in 0..ENROL_ATTEMPTS {
        match enrol(enrolment).await {
            Ok(_) => return Ok(()),
            Err(EnrolError::Fault(fault)) if fault.blame == Blame::Centre => {
                tracing::info!(cause = fault.reason, blame = "centre", "an agent is not enrolled yet");
                tokio::time::sleep(ENROL_AGAIN).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
    anyhow::bail!("the centre enrols no device")
}

async fn issue(store: &SqliteStore, camera: CameraId) -> anyhow::Result<String> {
    let (code, by) = (EnrolmentCode::generate()?, store::actor());
    store.issue_enrolment(camera, code.hash().0, by.at.plus(CODE_US), &by).await?;
    store.approve_as_owner(camera, &by).await?;
    Ok(code.reveal().to_string())
}

async fn address_of(centre: &Url) -> anyhow::Result<SocketAddr> {
    let host = centre.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = centre.port_or_known_default().unwrap_or(443);
    let mut found = tokio::net::lookup_host((host.as_str(), port)).await?;
    found.next().with_context(|| format!("{host} has no address"))
}

/// An address of this machine for the agent `index`, if the centre is on it: there stations differ by their addresses,
/// and each may ask so much.
fn local_address(target: SocketAddr, index: usize) -> Option<IpAddr> {
    let [_, high, middle, low] = u32::try_from(index + 1).ok()?.to_be_bytes();
    let is_here = target.ip() == IpAddr::from(Ipv4Addr::LOCALHOST);
    (is_here && high < 64).then(|| Ipv4Addr::new(127, 64 + high, middle, low).into())
}

/// Where the agents of a data directory are by default.
pub(crate) fn directory_in(data: &Path) -> PathBuf {
    data.join("agents")
}
