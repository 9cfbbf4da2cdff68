//! `ashkar simulate`: cameras, agents and viewers that are none.

use std::net::SocketAddr;
use std::path::PathBuf;

use ashkar_load::line::LineModel;
use clap::{Args, Subcommand};

use super::Data;

#[derive(Debug, Subcommand)]
pub(crate) enum Simulate {
    /// Publishes drawn polling stations as real H.264 over RTMP.
    Cameras(SimulateCameras),
    /// Runs stations' agents in this process, each with its own recordings and key, over lines of several kinds.
    Agents(SimulateAgents),
    /// Watches over HTTP like low-latency players, and reports how late everything came and which pictures stopped.
    Viewers(SimulateViewers),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateCameras {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Number of cameras, from the start of the list. They get new stream keys in the data directory.
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub(crate) count: usize,
    /// Skips this many of the list's first cameras, for another process to publish.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) skip: usize,
    /// The centre's RTMP address.
    #[arg(long, default_value = "127.0.0.1:1935", value_name = "ADDR")]
    pub(crate) rtmp: SocketAddr,
    /// Bit rate of each camera, bits a second; padded with filler data if the picture needs less. 0: as the picture
    /// needs.
    #[arg(long, default_value_t = 0, value_name = "BITS")]
    pub(crate) bitrate: u32,
    /// Stop after this many seconds. 0: never.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) seconds: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateAgents {
    /// Data directory of the centre, which issues the codes by which the agents are enrolled; it may be running.
    #[command(flatten)]
    pub(crate) data: Data,
    /// Number of stations with an agent, from the start of the list; each sends all its cameras.
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub(crate) count: usize,
    /// Skips this many of the list's first stations.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) skip: usize,
    /// The centre's address for agents.
    #[arg(long, default_value = "http://127.0.0.1:8443", value_name = "URL", value_parser = ashkar_agent::config::centre_address)]
    pub(crate) centre: url::Url,
    /// File of certificates (PEM) to trust instead of those of this machine.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Directory of the agents' own data directories. They go on where they ended.
    #[arg(long, default_value = "ashkar-agents", value_name = "DIR")]
    pub(crate) agents: PathBuf,
    /// Kinds of lines, dealt out in turn: `good`, `mobile`, `terrible`, `dead` (for an hour, soon after the start) and
    /// `on-off` (down for a minute after every three).
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "good,good,mobile,mobile,terrible,dead",
        value_name = "KINDS"
    )]
    pub(crate) lines: Vec<LineModel>,
    /// Bit rate of each camera, bits a second; padded with filler data if the picture needs less. 0: as the picture needs.
    #[arg(long, default_value_t = 0, value_name = "BITS")]
    pub(crate) bitrate: u32,
    /// Number from which each line's behaviour is drawn: the same number, the same lines.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(crate) seed: u64,
    /// Stop after this many seconds. 0: at Ctrl+C.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) seconds: u64,
    /// After `--seconds`, switch the cameras off, and wait up to this long until the centre has received everything.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) drain: u64,
    /// Prints the summary in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateViewers {
    /// The centre, or a cache in front of it; plain HTTP.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub(crate) url: String,
    /// Number of viewers. If a process may not open enough files for them, several are started.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(crate) count: usize,
    /// Cameras to watch, viewers spread evenly: a list such as 7/12/1,7/13/1; `all` of the list; or a number of those
    /// on air. By default, all on air.
    #[arg(long, value_name = "CAMERAS")]
    pub(crate) cameras: Option<String>,
    /// Stop after this many seconds. 0: at Ctrl+C.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) seconds: u64,
    /// Seconds within which all viewers join; by default, 500 join each second.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) ramp: Option<f64>,
    /// Only holds blocking playlist requests open: no media, one connection each.
    #[arg(long)]
    pub(crate) wait_only: bool,
    /// Requests playlists uncompressed; browsers request them compressed.
    #[arg(long)]
    pub(crate) uncompressed: bool,
    /// Prints the summary in JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Number of the first viewer: this process is one of several and reports its figures to its parent.
    #[arg(long, hide = true, value_name = "N")]
    pub(crate) part_from: Option<u64>,
}
