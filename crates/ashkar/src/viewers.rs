//! `ashkar simulate viewers`: one process, or a parent that adds up the figures of several.

use std::collections::HashMap;
use std::io::Write;
use std::net::{SocketAddr, ToSocketAddrs};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use ashkar_load::viewers::{Figures, Summary, ViewerOptions, Viewers};
use ashkar_terms::CameraId;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::cli::SimulateViewers;
use crate::{output, serve};

/// How often figures are printed.
const REPORT: Duration = Duration::from_secs(5);
/// Viewers that join in a second, by default.
const JOINS_PER_SECOND: f64 = 500.0;
/// Open files that a process needs besides its viewers' sockets.
const SPARE_FILES: usize = 64;
/// Longest response of the API that is read, bytes.
const MAX_ANSWER_BYTES: u64 = 64 << 20;
/// Longest wait for a response of the API.
const API_TIMEOUT: Duration = Duration::from_secs(20);
/// Time that processes have to report their final figures.
const LAST_WORD: Duration = Duration::from_secs(10);

pub(crate) async fn run(options: SimulateViewers) -> anyhow::Result<()> {
    ensure!(options.count > 0, "--count is at least 1");
    serve::raise_open_files();
    let at_most = viewers_per_process(options.wait_only);
    ensure!(at_most > 0, "this process may not open enough files for a single viewer");
    let host = host_of(&options.url)?.to_owned();
    let cameras = cameras(&options).await?;
    if let Some(first) = options.part_from {
        return part(&options, first, host, cameras).await;
    }
    if options.count > at_most {
        return parent(&options, at_most, &cameras).await;
    }
    let viewers = Viewers::start(viewer_options(&options, 0, host, cameras)?)?;
    let mut before = Figures::default();
    until_over(&options, || {
        let figures = viewers.figures();
        output::note(figures.progress(&before));
        before = figures;
        Ok(())
    })
    .await?;
    let figures = tokio::task::spawn_blocking(move || viewers.stop()).await?;
    tell(&options, &figures)
}

/// Calls `report` every five seconds, until the time is over or a signal comes.
async fn until_over(
    options: &SimulateViewers,
    mut report: impl FnMut() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let end = end_of(options);
    tokio::pin!(end);
    let mut reports = tokio::time::interval_at(Instant::now() + REPORT, REPORT);
    loop {
        tokio::select! {
            _ = reports.tick() => report()?,
            ended = &mut end => return ended,
        }
    }
}

async fn end_of(options: &SimulateViewers) -> anyhow::Result<()> {
    if options.seconds == 0 {
        return serve::until_signal_or_hangup().await;
    }
    tokio::select! {
        signal = serve::until_signal_or_hangup() => signal,
        () = tokio::time::sleep(Duration::from_secs(options.seconds)) => Ok(()),
    }
}

/// One of several processes: reports its figures to the parent, one line each time. It ends when the parent is gone.
async fn part(
    options: &SimulateViewers,
    first: u64,
    host: String,
    cameras: Vec<CameraId>,
) -> anyhow::Result<()> {
    let viewers = Viewers::start(viewer_options(options, first, host, cameras)?)?;
    until_over(options, || tell_parent(&viewers.figures())).await?;
    tell_parent(&tokio::task::spawn_blocking(move || viewers.stop()).await?)
}

fn tell_parent(figures: &Figures) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(figures)?;
    line.push(b'\n');
    std::io::stdout().write_all(&line).context("the parent process is gone")
}

async fn parent(options: &SimulateViewers, at_most: usize, cameras: &[CameraId]) -> anyhow::Result<()> {
    let processes = options.count.div_ceil(at_most);
    output::note(format_args!("{processes} processes, because one may open files for {at_most} viewers"));
    let list = cameras.iter().map(CameraId::to_string).collect::<Vec<_>>().join(",");
    let (sender, mut told) = mpsc::channel(processes);
    let mut children = Vec::with_capacity(processes);
    for index in 0..processes {
        let (from, to) = (options.count * index / processes, options.count * (index + 1) / processes);
        let mut child = spawn(options, from, to - from, &list)?;
        let stdout = child.stdout.take().context("a child process has no output")?;
        tokio::spawn(listen(index, stdout, sender.clone()));
        children.push(child);
    }
    drop(sender);
    let figures = gather(options, &mut told, &children).await?;
    for child in &mut children {
        let status = child.wait().await?;
        ensure!(status.success(), "a process of viewers ended with {status}");
    }
    tell(options, &figures)
}

fn spawn(options: &SimulateViewers, from: usize, count: usize, cameras: &str) -> anyhow::Result<Child> {
    let mut command = Command::new(serve::this_program()?);
    command
        .args(["simulate", "viewers", "--url", &options.url, "--cameras", cameras])
        .args(["--count", &count.to_string(), "--part-from", &from.to_string()])
        .args(["--ramp", &ramp(options).to_string()])
        .args(options.wait_only.then_some("--wait-only"))
        .args(options.uncompressed.then_some("--uncompressed"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command.spawn().context("a process of viewers cannot be started")
}

async fn listen(index: usize, stdout: tokio::process::ChildStdout, told: mpsc::Sender<(usize, Figures)>) {
    let mut lines = BufReader::new(stdout).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let Ok(figures) = serde_json::from_str(&line) else { return };
        if told.send((index, figures)).await.is_err() {
            return;
        }
    }
}

/// Adds up the figures of the processes, until all have reported their final ones.
async fn gather(
    options: &SimulateViewers,
    told: &mut mpsc::Receiver<(usize, Figures)>,
    children: &[Child],
) -> anyhow::Result<Figures> {
    let mut latest: HashMap<usize, Figures> = HashMap::new();
    let mut before = Figures::default();
    let mut reports = tokio::time::interval_at(Instant::now() + REPORT + REPORT / 2, REPORT);
    let end = end_of(options);
    tokio::pin!(end);
    loop {
        tokio::select! {
            Some((index, figures)) = told.recv() => { latest.insert(index, figures); }
            _ = reports.tick() => {
                let figures = sum(&latest);
                output::note(figures.progress(&before));
                before = figures;
            }
            ended = &mut end => { ended?; break }
        }
    }
    children.iter().try_for_each(ask_to_stop)?;
    let rest = async {
        while let Some((index, figures)) = told.recv().await {
            latest.insert(index, figures);
        }
    };
    tokio::time::timeout(LAST_WORD, rest).await.context("a process of viewers does not end")?;
    Ok(sum(&latest))
}

fn ask_to_stop(child: &Child) -> anyhow::Result<()> {
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    match id.map(|id| rustix::process::kill_process(id, rustix::process::Signal::TERM)) {
        // Ctrl+C reaches all processes of a terminal, so it may already have ended by itself.
        None | Some(Ok(()) | Err(rustix::io::Errno::SRCH)) => Ok(()),
        Some(Err(error)) => Err(error).context("a process of viewers cannot be stopped"),
    }
}

fn sum(latest: &HashMap<usize, Figures>) -> Figures {
    latest.values().fold(Figures::default(), |mut all, figures| {
        all.merge(figures);
        all
    })
}

fn tell(options: &SimulateViewers, figures: &Figures) -> anyhow::Result<()> {
    let summary = Summary::from(figures);
    if options.json {
        output::line(serde_json::to_string(&summary)?)?;
    } else {
        output::print(&summary)?;
    }
    Ok(())
}

fn viewer_options(
    options: &SimulateViewers,
    first: u64,
    host: String,
    cameras: Vec<CameraId>,
) -> anyhow::Result<ViewerOptions> {
    Ok(ViewerOptions {
        target: resolve(&host)?,
        host,
        cameras,
        count: options.count,
        first,
        ramp: Duration::try_from_secs_f64(ramp(options)).context("--ramp is a number of seconds")?,
        gzip: !options.uncompressed,
        wait_only: options.wait_only,
    })
}

fn ramp(options: &SimulateViewers) -> f64 {
    options.ramp.unwrap_or(options.count as f64 / JOINS_PER_SECOND)
}

fn viewers_per_process(wait_only: bool) -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let files = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    files.saturating_sub(SPARE_FILES) / ViewerOptions::sockets_per_viewer(wait_only)
}

/// Host and port of an address such as `http://127.0.0.1:8080`.
fn host_of(url: &str) -> anyhow::Result<&str> {
    let host = url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    host.filter(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@']))
        .with_context(|| format!("{url}: an address like http://host:port is wanted"))
}

fn resolve(host: &str) -> anyhow::Result<SocketAddr> {
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let with_port = if has_port { host.to_owned() } else { format!("{host}:80") };
    let found = with_port.to_socket_addrs().with_context(|| format!("{host} cannot be resolved"))?.next();
    found.with_context(|| format!("{host} has no address"))
}

/// The cameras to watch.
async fn cameras(options: &SimulateViewers) -> anyhow::Result<Vec<CameraId>> {
    let wanted = options.cameras.as_deref();
    if let Some(list) = wanted.filter(|wanted| wanted.contains('/')) {
        let parse = |id: &str| id.trim().parse().with_context(|| format!("{id} is no camera"));
        return list.split(',').map(parse).collect();
    }
    let url = options.url.trim_end_matches('/').to_owned();
    let listed = tokio::task::spawn_blocking(move || listed(&url)).await??;
    let on_air = listed.iter().filter(|(_, live)| *live).map(|(id, _)| *id);
    let chosen: Vec<CameraId> = match wanted {
        None => on_air.collect(),
        Some("all") => listed.iter().map(|(id, _)| *id).collect(),
        Some(number) => {
            let number = number.parse().with_context(|| {
                format!("--cameras {number}: a list such as 7/12/1,7/13/1, a number, or all is wanted")
            })?;
            on_air.take(number).collect()
        }
    };
    if chosen.is_empty() {
        bail!("{}: no camera is on air there", options.url);
    }
    Ok(chosen)
}

/// All cameras of the centre, and whether they are live.
fn listed(url: &str) -> anyhow::Result<Vec<(CameraId, bool)>> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(API_TIMEOUT)).build().into();
    let mut cameras = Vec::new();
    let mut cursor = String::new();
    loop {
        let address = format!("{url}/api/v1/stations?limit=10000{cursor}");
        let mut answer = agent.get(&address).call().with_context(|| address.clone())?;
        let text = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec()?;
        let page: serde_json::Value = serde_json::from_slice(&text).with_context(|| address.clone())?;
        cameras.extend(cameras_of(&page));
        match page["next"].as_str() {
            Some(next) if next.bytes().all(|b| b.is_ascii_alphanumeric()) && !page["items"].is_null() => {
                cursor = format!("&cursor={next}");
            }
            _ => return Ok(cameras),
        }
    }
}

fn cameras_of(page: &serde_json::Value) -> impl Iterator<Item = (CameraId, bool)> {
    let stations = page["items"].as_array().into_iter().flatten();
    let cameras = stations.flat_map(|station| station["cameras"].as_array().into_iter().flatten());
    cameras.filter_map(|camera| Some((camera["id"].as_str()?.parse().ok()?, camera["state"] == "live")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain_http() {
        assert_eq!(host_of("http://127.0.0.1:8080/").unwrap(), "127.0.0.1:8080");
        for bad in ["https://host", "host:80", "http://", "http://host/live", "http://user@host"] {
            assert!(host_of(bad).is_err(), "{bad}");
        }
        assert_eq!(resolve("127.0.0.1").unwrap(), "127.0.0.1:80".parse().unwrap());
        assert_eq!(resolve("[::1]:81").unwrap(), "[::1]:81".parse().unwrap());
    }

    #[test]
    fn cameras_are_taken_from_the_list() {
        let page = serde_json::json!({ "items": [
            { "cameras": [{ "id": "7/12/1", "state": "live" }, { "id": "7/12/2", "state": "missing" }] },
            { "cameras": [{ "id": "nonsense", "state": "live" }] }, {} ] });
        let found: Vec<_> = cameras_of(&page).map(|(id, live)| (id.to_string(), live)).collect();
        assert_eq!(found, [("7/12/1".to_owned(), true), ("7/12/2".to_owned(), false)]);
    }
}
