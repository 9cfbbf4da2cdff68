//! The command line. Every flag is also a variable and a key of the configuration file: see `layers`.

use std::net::SocketAddr;
use std::path::PathBuf;

use ashkar_election::{Minute, Percent, TurnoutSource};
use ashkar_site::http::client::Proxies;
use ashkar_terms::CameraId;
use clap::{Args, Parser, Subcommand};

use crate::logging::Format;

/// Puts polling stations on air, records them without a gap, and shows them to anyone.
#[derive(Debug, Parser)]
#[command(name = "ashkar", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Configuration file (TOML). Keys are the flags' names, in tables named like the commands.
    #[arg(long, global = true, env = "ASHKAR_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What is logged, such as `info` or `info,ashkar_ingest=debug`: `info` where nothing is said, of the demo `warn`.
    #[arg(long, global = true, env = "ASHKAR_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// How log lines are written.
    #[arg(long, global = true, env = "ASHKAR_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Everything on embedded defaults: twelve stations on air, with a day behind them.
    Demo(Demo),
    /// The centre: takes cameras in, records them, shows them.
    Serve(Serve),
    /// Makes a data directory. `stations import`, `camera add` and `election set` make one too, where there is nothing yet.
    Init(Init),
    /// The election: its date, day plan and policy.
    #[command(subcommand)]
    Election(Election),
    /// The list of polling stations.
    #[command(subcommand)]
    Stations(Stations),
    /// Cameras and their stream keys.
    #[command(subcommand)]
    Camera(Camera),
    /// Marks an act of a station's day: closed, unused-cancelled, mobile-box, stationary-box, count, protocol-completed.
    Mark(Mark),
    /// Official turnout: what the election commission announced, and who says so.
    #[command(subcommand)]
    Turnout(Turnout),
    /// The recordings.
    #[command(subcommand)]
    Archive(Archive),
    /// Live streams, seen from outside.
    #[command(subcommand)]
    Live(Live),
    /// Load and rehearsal.
    #[command(subcommand)]
    Simulate(Simulate),
    /// Prints the OpenAPI description of `/api/v1`.
    Openapi,
    /// Decodes stills for its parent process. Not for people.
    #[command(hide = true)]
    StillWorker,
}

/// The data directory, shared by all commands that change something.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub(crate) struct Data {
    /// Data directory; a server may run on it at the same time.
    #[arg(long, env = "ASHKAR_DATA", value_name = "DIR", default_value = "ashkar-data")]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Demo {
    /// Data directory of the demo; it is the demo's own and made anew each time.
    #[arg(long, env = "ASHKAR_DEMO_DATA", value_name = "DIR", default_value = "ashkar-demo")]
    pub(crate) data: PathBuf,
    /// Address of the site.
    #[arg(long, env = "ASHKAR_DEMO_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// Address for RTMP publishers.
    #[arg(long, env = "ASHKAR_DEMO_RTMP", default_value = "127.0.0.1:1935")]
    pub(crate) rtmp: SocketAddr,
    /// Stations on air.
    #[arg(long, env = "ASHKAR_DEMO_STATIONS", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=200))]
    pub(crate) stations: u16,
    /// Hours of history made before it starts.
    #[arg(long, env = "ASHKAR_DEMO_HOURS", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=12))]
    pub(crate) hours: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Address of the site.
    #[arg(long, env = "ASHKAR_LISTEN", default_value = "0.0.0.0:8080")]
    pub(crate) listen: SocketAddr,
    /// Address for RTMP publishers.
    #[arg(long, env = "ASHKAR_RTMP", default_value = "0.0.0.0:1935")]
    pub(crate) rtmp: SocketAddr,
    /// Serve /metrics here, instead of on the site's address, where it is given to this machine alone.
    #[arg(long, env = "ASHKAR_METRICS_LISTEN", value_name = "ADDR")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Certificate chain (PEM); with it the site speaks TLS.
    #[arg(long, env = "ASHKAR_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Private key (PEM).
    #[arg(long, env = "ASHKAR_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// How people reach the site, such as `https://webcam.example`; shared links name it.
    #[arg(long, env = "ASHKAR_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub(crate) public_url: Option<String>,
    /// Connections to the site at once.
    #[arg(long, env = "ASHKAR_MAX_CONNECTIONS", default_value_t = 16_000, value_name = "N")]
    pub(crate) max_connections: usize,
    /// Connections to the site at once of one client, which is an IPv4 address or an IPv6 /64; proxies are exempt.
    #[arg(long, env = "ASHKAR_MAX_CONNECTIONS_PER_CLIENT", default_value_t = 4096, value_name = "N")]
    pub(crate) max_connections_per_client: usize,
    /// Addresses or networks of caches and proxies in front: whom they name in X-Forwarded-For counts as the client.
    /// Between commas.
    #[arg(
        long,
        env = "ASHKAR_TRUSTED_PROXIES",
        default_value = ashkar_site::http::client::THIS_MACHINE,
        value_name = "NETWORKS"
    )]
    pub(crate) trusted_proxies: Proxies,
    /// Size of one journal of the archive, bytes.
    #[arg(long, env = "ASHKAR_JOURNAL_BYTES", default_value_t = 256 << 20, value_name = "BYTES")]
    pub(crate) journal_bytes: u64,
    /// Free disk space below which recording stops, bytes.
    #[arg(long, env = "ASHKAR_DISK_RESERVE_BYTES", default_value_t = 1 << 30, value_name = "BYTES")]
    pub(crate) disk_reserve_bytes: u64,
    /// Processes that decode stills.
    #[arg(long, env = "ASHKAR_STILL_WORKERS", default_value_t = 1, value_name = "N")]
    pub(crate) still_workers: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Of a directory that lost something for good, its registry, secret.key or recordings: let that begin anew.
    #[arg(long)]
    pub(crate) anew: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Election {
    /// Shows the current election.
    Show(Output),
    /// Makes or changes the current election from a TOML file; see docs/guide/election.md.
    Set {
        #[command(flatten)]
        output: Output,
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Stations {
    /// Reads constituencies or stations from a CSV file: all rows or none.
    Import {
        #[command(flatten)]
        output: Output,
        /// Shows what would change, and changes nothing.
        #[arg(long)]
        dry_run: bool,
        /// The file.
        file: PathBuf,
    },
    /// Writes the list.
    Export {
        #[command(flatten)]
        data: Data,
        /// `csv` or `json`.
        #[arg(long, default_value = "csv")]
        format: ListFormat,
        /// A version of the list; the newest where none is given.
        #[arg(long, value_name = "N")]
        list_version: Option<i64>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ListFormat {
    Csv,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Camera {
    /// Adds a camera, or gives an existing one a first key; prints the key, which is shown only now.
    Add {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
        /// Pull it from this RTSP address instead of waiting for a publisher.
        #[arg(long, value_name = "URL")]
        pull: Option<String>,
        /// It shows the view of this camera of the same station more lightly, and counts as no camera.
        #[arg(long, value_name = "CAMERA")]
        sub_of: Option<CameraId>,
        /// Host and port that publishers reach, for the printed address.
        #[arg(long, env = "ASHKAR_PUSH_HOST", default_value = "127.0.0.1:1935", value_name = "HOST:PORT")]
        push_host: String,
    },
    /// Lists cameras.
    List(Output),
    /// Replaces a camera's stream key; the old one ends at once.
    Key {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
        /// Host and port that publishers reach, for the printed address.
        #[arg(long, env = "ASHKAR_PUSH_HOST", default_value = "127.0.0.1:1935", value_name = "HOST:PORT")]
        push_host: String,
    },
    /// Removes a camera; what it recorded stays.
    Remove {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Mark {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Such as 7/12.
    pub(crate) station: String,
    /// The act.
    pub(crate) act: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Turnout {
    /// Enters a figure, in the place of one for the same time and constituency.
    Set {
        #[command(flatten)]
        output: Output,
        /// One of the plan's turnout times, in the election's zone: 10:00.
        at: Minute,
        /// Percent of the voters on the register: 8.12.
        percent: Percent,
        /// Who says so: an address or a text. The site shows it beside the figure.
        #[arg(long, value_name = "TEXT")]
        source: TurnoutSource,
        /// For this constituency; for the whole country where none is given.
        #[arg(long, value_name = "N")]
        constituency: Option<u16>,
    },
    /// Lists what was entered.
    List(Output),
    /// Removes a figure that was wrong.
    Remove {
        #[command(flatten)]
        output: Output,
        /// Its time: 10:00.
        at: Minute,
        /// Of this constituency; of the whole country where none is given.
        #[arg(long, value_name = "N")]
        constituency: Option<u16>,
    },
}

/// Data directory and form of the answer.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Answer in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Archive {
    /// Reads every recording and says what is wrong where. Exit 0: all is well; 1: something is wrong; 2: could not be checked.
    Check(Output),
    /// Declares as missing what nobody has declared: time between recordings of which nothing is said. It is left where
    /// recordings claim a time that had not been. No recording is changed. No centre may run on the data.
    Mend {
        #[command(flatten)]
        output: Output,
        /// Only say what would be declared.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Live {
    /// Follows a live playlist and checks it against the HLS draft. Exit 0: no rule broken.
    Check {
        /// Address of index.m3u8, over plain HTTP.
        url: String,
        /// How long to follow, seconds.
        #[arg(long, default_value_t = 20, value_name = "SECONDS")]
        seconds: u64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Simulate {
    /// Publishes drawn polling stations as real H.264 over RTMP.
    Cameras(SimulateCameras),
    /// Watches over HTTP as low-latency players do, and tells how late everything came and which pictures stopped.
    Viewers(SimulateViewers),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateCameras {
    #[command(flatten)]
    pub(crate) data: Data,
    /// How many, from the start of the list. They get new stream keys in the data directory.
    #[arg(long, default_value_t = 12, value_name = "N")]
    pub(crate) count: usize,
    /// Leaves out that many of the list's first cameras, for another process to publish.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) skip: usize,
    /// The centre's RTMP address.
    #[arg(long, default_value = "127.0.0.1:1935", value_name = "ADDR")]
    pub(crate) rtmp: SocketAddr,
    /// Bits a second of each camera; filled up with filler data where the picture needs less. 0: as the picture needs.
    #[arg(long, default_value_t = 0, value_name = "BITS")]
    pub(crate) bitrate: u32,
    /// Stop after this many seconds. 0: never.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) seconds: u64,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct SimulateViewers {
    /// The centre, or a cache in front of it; plain HTTP.
    #[arg(long, default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub(crate) url: String,
    /// How many. Where a process may not open enough files for them, several are started.
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(crate) count: usize,
    /// Which cameras, evenly: a list such as 7/12/1,7/13/1; `all` of the list; or how many of those on air. All on air
    /// where nothing is said.
    #[arg(long, value_name = "CAMERAS")]
    pub(crate) cameras: Option<String>,
    /// Stop after this many seconds. 0: at Ctrl+C.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    pub(crate) seconds: u64,
    /// Seconds within which all join; 500 a second where nothing is said.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) ramp: Option<f64>,
    /// Only hold blocking playlist requests open: no media, one connection each.
    #[arg(long)]
    pub(crate) wait_only: bool,
    /// Take playlists as they are; browsers ask for them compressed.
    #[arg(long)]
    pub(crate) uncompressed: bool,
    /// Tell the summary in JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Number of the first viewer: this process is one of several and tells its figures to its parent.
    #[arg(long, hide = true, value_name = "N")]
    pub(crate) part_from: Option<u64>,
}

/// A scheme and a host, perhaps a port, and nothing after it.
fn public_url(text: &str) -> Result<String, String> {
    let wrong = || format!("{text:?} is no address of a site; write it like https://webcam.example");
    let url = url::Url::parse(text).map_err(|_| wrong())?;
    let bare = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.username().is_empty();
    if bare && url.query().is_none() && url.fragment().is_none() {
        Ok(url.origin().ascii_serialization())
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_a_scheme_and_a_host() {
        assert_eq!(public_url("https://webcam.example/").as_deref(), Ok("https://webcam.example"));
        assert_eq!(public_url("http://[::1]:8080").as_deref(), Ok("http://[::1]:8080"));
        for wrong in [
            "webcam.example",
            "ftp://webcam.example",
            "https://a@b.example",
            "https://b.example/x",
            "https://b.example?y",
        ] {
            assert!(public_url(wrong).unwrap_err().contains("write it like"), "{wrong}");
        }
    }
}
