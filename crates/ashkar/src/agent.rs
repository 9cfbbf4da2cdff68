//! `ashkar agent`: the station's agent, until a signal ends it; and what a technician asks beside it.

use std::io::IsTerminal;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ashkar_agent::{
    Agent, Config, Device, Enrolment, Examined, NoOutlet, Options, devices, doctor, reveal_keys,
};
use ashkar_terms::SystemClock;
use ashkar_uplink::Verdict;
use serde_json::json;
use tokio::task::JoinHandle;

use crate::cli::{self, AgentData, AgentEnrol};
use crate::manager::Manager;
use crate::serve::{Ends, Reloads, STILL_WORKER, beat, interval, this_program};
use crate::{cameras, findings, output};

/// How often the state is shown.
const SHOW_EVERY: Duration = Duration::from_secs(1);

pub(crate) async fn run(command: cli::Agent, file: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    match command {
        cli::Agent::Run { data, json } => record(settings(file, data)?, json).await?,
        cli::Agent::Enrol(options) => enrol(options, file).await?,
        cli::Agent::Keys { data, push_host } => keys(&settings(file, data)?, push_host)?,
        cli::Agent::Doctor { data, send, json } => return examine(settings(file, data)?, send, json).await,
        cli::Agent::Devices { json } => list(&devices(), json)?,
        cli::Agent::Cameras { command: None, wait, json } => {
            cameras::list(&settings(file, AgentData { data: None })?, Duration::from_secs(wait.into()), json)
                .await?;
        }
        cli::Agent::Cameras { command: Some(cli::AgentCameras::Set { camera, json }), .. } => {
            return cameras::set(&settings(file, AgentData { data: None })?, camera, json).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Exit code if something is not good enough.
const NOT_ENOUGH: u8 = 1;

async fn examine(config: Config, send: bool, json: bool) -> anyhow::Result<ExitCode> {
    let Examined { report, by_agent, sent_to, not_sent } =
        doctor(config, Arc::new(SystemClock::new()), send).await?;
    if json {
        let object =
            json!({ "report": report, "by_agent": by_agent, "sent_to": sent_to, "not_sent": not_sent });
        output::line(format_args!("{object:#}"))?;
    } else {
        for finding in &report.findings {
            output::line(findings::lines(finding))?;
        }
        output::line(format_args!("\n{}", findings::summary(&report.findings)))?;
        if let Some(centre) = &sent_to {
            output::line(format_args!("sent to {centre}"))?;
        }
    }
    if let Some(reason) = not_sent {
        output::note(format_args!("ashkar: the report is not sent yet: {reason}"));
    }
    let is_enough = report.worst() < Verdict::Bad;
    Ok(if is_enough { ExitCode::SUCCESS } else { ExitCode::from(NOT_ENOUGH) })
}

fn settings(file: Option<PathBuf>, data: AgentData) -> anyhow::Result<Config> {
    let file = file.context(
        "the agent's settings are wanted: --config agent.toml; see docs/reference/agent-settings.md",
    )?;
    let mut config = Config::read(&file)?;
    if let Some(data) = data.data {
        config.data = data;
    }
    Ok(config)
}

async fn enrol(options: AgentEnrol, file: Option<PathBuf>) -> anyhow::Result<()> {
    let AgentEnrol { data, code, centre, ca, name } = options;
    let (data, ca) = match (data.data, file) {
        (Some(data), None) => (data, ca),
        (data, file) => {
            let config = settings(file, AgentData { data }).context("or give --data DIR")?;
            (config.data, ca.or(config.ca))
        }
    };
    let shown = centre.origin().ascii_serialization();
    let enrolled = ashkar_agent::enrol(&Enrolment { code, centre, ca, data, name, via: None }).await?;
    let cameras: Vec<String> = enrolled.cameras.iter().map(ToString::to_string).collect();
    output::line(format_args!("device   {}", enrolled.device_id))?;
    output::line(format_args!("cameras  {}", cameras.join(" ")))?;
    output::line(format_args!(
        "next     agent.toml: centres = [\"{shown}\"] and a table [[camera]] for each; then ashkar agent run --config agent.toml"
    ))?;
    Ok(())
}

async fn record(config: Config, json: bool) -> anyhow::Result<()> {
    // A small computer has no memory to spare: the kernel's huge pages make twice as much of the same few megabytes.
    if let Err(error) = nix::sys::prctl::set_thp_disable(true) {
        tracing::debug!(cause = %error, "the kernel goes on using huge pages");
    }
    // From the very beginning: a signal that comes during the start must end it cleanly, too.
    let (reloads, mut ends) = (Reloads::new()?, Ends::new()?);
    let manager = Arc::new(Manager::of_environment());
    let (data, centres) = (config.data.display().to_string(), config.centres.len());
    // The technician's stills are decoded where nothing else can be reached.
    let still_worker = Some((this_program()?, STILL_WORKER.to_owned()));
    let options = Options { still_worker, ..Options::default() };
    let agent = Agent::start(config, options, Arc::new(SystemClock::new()), Arc::new(NoOutlet)).await?;
    tracing::info!(data, cameras = agent.status().cameras.len(), "recording begins");
    if centres == 0 {
        tracing::warn!(cause = "the settings name no centre", blame = "operator", "nothing is sent");
    }
    if !json {
        let rtmp = agent.rtmp_address().map_or_else(String::new, |address| format!(" rtmp://{address}"));
        let page = agent.technician().map_or_else(String::new, |(address, code)| {
            // Anything but a terminal may be a log.
            let code = code.filter(|_| std::io::stdout().is_terminal());
            let code = code.map_or_else(String::new, |code| format!(" code {code}"));
            format!(" technician http://{address}{code}")
        });
        if let Err(error) = output::line(format_args!("ready{rtmp}{page}")) {
            tracing::warn!(cause = %error, blame = "operator", "recording all the same");
        }
    }
    manager.tell("READY=1");
    let aside = [tokio::spawn(beat(manager.clone())), tokio::spawn(note(reloads))];
    let mut shown = Shown::new(json);
    let mut ticks = interval(SHOW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => shown.show(&agent),
            () = ends.next() => break,
        }
    }
    aside.iter().for_each(JoinHandle::abort);
    shown.end();
    manager.tell("STOPPING=1");
    tracing::info!("stopping");
    agent.stop().await;
    Ok(())
}

/// Signals that ask others to reload end nothing here.
async fn note(mut reloads: Reloads) {
    loop {
        let signal = reloads.next().await;
        tracing::info!(signal, "the agent's settings are read at its start only");
    }
}

/// How the state is shown: a side channel, which ends when nobody reads it any more.
enum Shown {
    /// One object a second.
    Json,
    /// One line, renewed in its place.
    Terminal,
    Nowhere,
}

impl Shown {
    fn new(json: bool) -> Self {
        match json {
            true => Self::Json,
            false if std::io::stdout().is_terminal() => Self::Terminal,
            false => Self::Nowhere,
        }
    }

    fn show(&mut self, agent: &Agent) {
        let written = match self {
            Self::Json => output::line(json!(agent.status())),
            // Not wrapped and then cleared to its end, it never leaves a second line; the log overwrites it.
            Self::Terminal => {
                output::print(format_args!("\x1b[?7l{}\x1b[K\x1b[?7h\r", agent.status().line()))
            }
            Self::Nowhere => Ok(()),
        };
        if let Err(error) = written {
            tracing::warn!(cause = %error, blame = "operator", "the state is not shown any more; recording goes on");
            *self = Self::Nowhere;
        }
    }

    fn end(&self) {
        if matches!(self, Self::Terminal) {
            output::tell("");
        }
    }
}

fn keys(config: &Config, push_host: Option<String>) -> anyhow::Result<()> {
    let keys = reveal_keys(config)?;
    let push_host = push_host.unwrap_or_else(|| {
        let mut own = config.rtmp;
        match own {
            SocketAddr::V4(_) if own.ip().is_unspecified() => own.set_ip(Ipv4Addr::LOCALHOST.into()),
            SocketAddr::V6(_) if own.ip().is_unspecified() => own.set_ip(Ipv6Addr::LOCALHOST.into()),
            SocketAddr::V4(_) | SocketAddr::V6(_) => {}
        }
        own.to_string()
    });
    if keys.is_empty() {
        output::note("no camera of the settings has the source \"rtmp\"");
    }
    for (camera, key) in keys {
        output::line(format_args!("{camera} rtmp://{push_host}/ingest/{key}"))?;
    }
    Ok(())
}

fn list(devices: &[Device], json: bool) -> anyhow::Result<()> {
    if json {
        let objects = devices.iter().map(|device| {
            json!({ "path": device.path.display().to_string(), "name": device.name, "first": device.is_first })
        });
        output::line(serde_json::Value::from_iter(objects))?;
        return Ok(());
    }
    if devices.is_empty() {
        output::line("there is no webcam: the kernel lists no V4L2 device. Is it plugged in?")?;
    }
    for Device { path, name, is_first } in devices {
        let note = if *is_first { "" } else { "  (of the same camera; usually without pictures)" };
        output::line(format_args!("v4l2:{}  {name}{note}", path.display()))?;
    }
    Ok(())
}
