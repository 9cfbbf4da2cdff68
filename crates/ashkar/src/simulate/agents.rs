//! `ashkar simulate agents`: stations whose cameras come through agents, over lines as they are.

use std::time::{Duration, Instant};

use ashkar_election::{StationId, Store};
use ashkar_load::line::LineModel;
use ashkar_synthetic::Loops;
use ashkar_terms::CameraId;
use serde_json::json;

use super::fleet::{Figures, Fleet, Plan, PlannedStation};
use crate::cli::SimulateAgents;
use crate::{output, serve, store};

/// How often figures are printed.
const REPORT: Duration = Duration::from_secs(1);

pub(super) async fn run(options: SimulateAgents) -> anyhow::Result<()> {
    let store = store::open_or_make(&options.data.data).await?;
    super::ensure_sample(&store).await?;
    let cameras = store.snapshot().await?.cameras;
    let cameras = cameras.iter().filter(|camera| camera.enabled && camera.sub_of.is_none());
    let stations = planned(cameras.map(|camera| camera.id), &options)?;
    let zone = super::zone_of(&store).await?;
    let loop_options = super::loops_of(zone, options.bitrate, &options.data.data);
    output::note("drawing and encoding the polling stations …");
    let loops = tokio::task::spawn_blocking(move || Loops::new(loop_options)).await??;
    let background = loops.clone();
    let rooms = tokio::task::spawn_blocking(move || background.prepare_all());
    output::note("enrolling the agents …");
    serve::raise_open_files();
    let (centre, ca) = (options.centre.clone(), options.ca.clone());
    let plan = Plan { centre, ca, directory: options.agents.clone(), stations, loops };
    let mut fleet = Fleet::start(plan, &store).await?;
    let began = Instant::now();
    let end = async {
        match options.seconds {
            0 => std::future::pending::<()>().await,
            seconds => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
    };
    tokio::pin!(end);
    let mut reports = serve::interval(REPORT);
    let drains = loop {
        tokio::select! {
            _ = reports.tick() => report(began, &fleet.figures()),
            () = &mut end => break true,
            signal = serve::until_signal_or_hangup() => { signal?; break false }
        }
    };
    fleet.switch_off();
    if drains {
        drain(&fleet, began, Duration::from_secs(options.drain)).await?;
    }
    let (figures, lines) = (fleet.figures(), fleet.lines());
    let seconds = began.elapsed().as_secs();
    fleet.stop().await;
    let mut summary = figures.json();
    summary["seconds"] = json!(seconds);
    summary["lines"] = json!(lines);
    summary["seed"] = json!(options.seed);
    match options.json {
        true => output::line(summary)?,
        false => output::line(figures.line())?,
    }
    rooms.await??;
    Ok(())
}

/// The first stations of the list, each with all its cameras; the kinds of lines are dealt out in turn.
fn planned(
    cameras: impl Iterator<Item = CameraId>,
    options: &SimulateAgents,
) -> anyhow::Result<Vec<PlannedStation>> {
    let cameras: Vec<CameraId> = cameras.collect();
    let stations: Vec<&[CameraId]> =
        cameras.chunk_by(|one, other| StationId::from(*one) == StationId::from(*other)).collect();
    let wanted: Vec<_> = stations.iter().skip(options.skip).take(options.count).collect();
    anyhow::ensure!(
        wanted.len() == options.count,
        "the list has {} stations, fewer than {}",
        stations.len(),
        options.skip.saturating_add(options.count)
    );
    let models = options.lines.iter().copied().cycle();
    let station = |(cameras, model): (&&[CameraId], LineModel)| {
        let first = cameras.first().copied().unwrap_or(CameraId::new(0, 0, 0));
        // By its number, not its place: a station's line is the same whichever others run.
        let number = u64::from(first.constituency) << 32 | u64::from(first.station);
        PlannedStation {
            cameras: cameras.to_vec(),
            model,
            seed: options.seed.wrapping_mul(0x9e37_79b9).wrapping_add(number),
        }
    };
    Ok(wanted.into_iter().zip(models).map(station).collect())
}

/// Waits until the centre has everything that was recorded.
async fn drain(fleet: &Fleet, began: Instant, limit: Duration) -> anyhow::Result<()> {
    let until = Instant::now() + limit;
    let mut reports = serve::interval(REPORT);
    while Instant::now() < until && !fleet.figures().is_drained() {
        tokio::select! {
            _ = reports.tick() => report(began, &fleet.figures()),
            signal = serve::until_signal_or_hangup() => { signal?; break }
        }
    }
    Ok(())
}

fn report(began: Instant, figures: &Figures) {
    output::note(format_args!("{:>5} s  {}", began.elapsed().as_secs(), figures.line()));
}

impl Figures {
    /// Whether the centre has received everything.
    fn is_drained(&self) -> bool {
        self.waits_s == 0 && self.live_bytes == 0 && self.not_sent == 0
    }

    fn line(&self) -> String {
        let Self { agents, cameras, recording, lines_up, live, behind, not_sent, waits_s, .. } = self;
        format!(
            "{agents} agents, {lines_up} lines up; {cameras} cameras: {recording} recording, {live} sent live, \
             {behind} behind, {not_sent} not sent; {waits_s} s wait; taken: {} live records, {} late; {} segments durable, \
             {} to be called so, {} refused",
            self.live_records,
            self.late_records,
            self.persisted_segments,
            self.unconfirmed_segments,
            self.refused_segments
        )
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "agents": self.agents,
            "cameras": self.cameras,
            "recording": self.recording,
            "lines_up": self.lines_up,
            "live": self.live,
            "behind": self.behind,
            "not_sent": self.not_sent,
            "waits_s": self.waits_s,
            "live_records": self.live_records,
            "late_records": self.late_records,
            "unconfirmed_segments": self.unconfirmed_segments,
            "persisted_segments": self.persisted_segments,
            "refused_segments": self.refused_segments,
            "pictures": self.pictures,
            "left_out": self.left_out,
        })
    }
}
