//! The command line. Every flag is also an environment variable and a key of the configuration file: see `layers`.

mod agent;
mod people;
mod phones;
mod programme;
mod report;
mod simulate;
mod views;

use std::net::SocketAddr;
use std::path::PathBuf;

use ashkar_election::{ElectionKey, Minute, Percent, TurnoutSource};
use ashkar_site::http::client::Proxies;
use ashkar_terms::CameraId;
use clap::{Args, Parser, Subcommand};

use crate::logging::Format;
pub(crate) use agent::{Agent, AgentCameras, AgentData, AgentEnrol};
pub(crate) use people::{Audit, User, UserAdd};
pub(crate) use phones::Phones;
pub(crate) use programme::{Programme, ProgrammeImport, Stock, StockCommand, WithoutCamera};
pub(crate) use report::{CompletenessOptions, Report, ReportFormat};
pub(crate) use simulate::{Simulate, SimulateAgents, SimulateCameras, SimulateViewers};
pub(crate) use views::{Approve, Hide, WhichCameras};

/// Puts polling stations on air, records them without a gap, and shows them to anyone.
#[derive(Debug, Parser)]
#[command(name = "ashkar", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Configuration file (TOML). Its keys are the flags' names, in tables named after the commands. That of
    /// `ashkar agent` is another: see docs/reference/agent-settings.md.
    #[arg(long, global = true, env = "ASHKAR_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Log filter, such as `info` or `info,ashkar_ingest=debug`. Default: `info`; of the demo, `warn,ashkar_agent=error`.
    #[arg(long, global = true, env = "ASHKAR_LOG", value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// Format of the log lines.
    #[arg(long, global = true, env = "ASHKAR_LOG_FORMAT", default_value = "text")]
    pub(crate) log_format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs everything on embedded defaults: twelve stations on air, with some hours of history.
    Demo(Demo),
    /// Runs the centre: receives cameras, records them, shows them.
    Serve(Serve),
    /// The station's agent: records cameras on a small computer in the polling station.
    #[command(subcommand)]
    Agent(Agent),
    /// Creates a data directory. `stations import`, `camera add` and `election set` create one too, if nothing is there
    /// yet.
    Init(Init),
    /// The election: its date, day plan and policy.
    #[command(subcommand)]
    Election(Election),
    /// The list of polling stations.
    #[command(subcommand)]
    Stations(Stations),
    /// People of the desk. The first account is made here; the desk makes the others.
    #[command(subcommand)]
    User(User),
    /// The record of every change: who, what, when, why, from where.
    #[command(subcommand)]
    Audit(Audit),
    /// The list of polling stations: its versions, its publication, and paper.
    #[command(subcommand)]
    List(List),
    /// Cameras and their stream keys.
    #[command(subcommand)]
    Camera(Camera),
    /// The installation programme: where the stations stand before the vote.
    #[command(subcommand)]
    Programme(Programme),
    /// Devices in stock and custody.
    #[command(subcommand)]
    Stock(Stock),
    /// Marks an act of a station's day: closed, unused-cancelled, mobile-box, stationary-box, count, protocol-completed.
    Mark(Mark),
    /// Official turnout: the figures that the election commission announced, and their sources.
    #[command(subcommand)]
    Turnout(Turnout),
    /// The recordings.
    #[command(subcommand)]
    Archive(Archive),
    /// What became of the day.
    #[command(subcommand)]
    Report(Report),
    /// Live streams, seen from outside.
    #[command(subcommand)]
    Live(Live),
    /// Load and rehearsal.
    #[command(subcommand)]
    Simulate(Simulate),
    /// Prints the OpenAPI description of `/api/v1`.
    Openapi {
        /// That of the desk's API instead.
        #[arg(long)]
        desk: bool,
    },
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
    /// Data directory of the demo; it belongs to the demo and is created anew each time.
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
    /// Hours of history generated before it starts.
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
    /// Address for the stations' agents, apart from the site's. With the certificate of the site it speaks TLS; without
    /// one it must be an address of this machine alone.
    #[arg(long, env = "ASHKAR_AGENT_LISTEN", value_name = "ADDR")]
    pub(crate) agent_listen: Option<SocketAddr>,
    /// Address of the commission's desk, apart from the site's. Without it, the desk is on the site's address. With the
    /// certificate of the site it speaks TLS; without one it must be an address of this machine alone.
    #[arg(long, env = "ASHKAR_DESK_LISTEN", value_name = "ADDR")]
    pub(crate) desk_listen: Option<SocketAddr>,
    /// Address by which people reach the desk, such as `https://desk.example`: for the links of invitations, and for
    /// passkeys, which are bound to it. By default, the public address.
    #[arg(long, env = "ASHKAR_DESK_URL", value_name = "URL", value_parser = public_url)]
    pub(crate) desk_url: Option<String>,
    /// Address by which devices at the stations reach the centre, such as `https://centre.example:8443`: for the codes on a
    /// station's sheet, which the desk prints. Without it, sheets have no codes of enrolment.
    #[arg(long, env = "ASHKAR_AGENT_URL", value_name = "URL", value_parser = centre_url)]
    pub(crate) agent_url: Option<String>,
    /// Whom a station calls, printed on its sheet: at most five, such as `Operator: 012 555 01 16; Fire: 101`.
    #[arg(long, env = "ASHKAR_DESK_PHONES", value_name = "PHONES")]
    pub(crate) desk_phones: Option<Phones>,
    /// Address for /metrics. Without it, they are on the site's address, for this machine only.
    #[arg(long, env = "ASHKAR_METRICS_LISTEN", value_name = "ADDR")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// Certificate chain (PEM); with it the site speaks TLS.
    #[arg(long, env = "ASHKAR_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Private key (PEM).
    #[arg(long, env = "ASHKAR_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Address by which people reach the site, such as `https://webcam.example`; used in shared links.
    #[arg(long, env = "ASHKAR_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub(crate) public_url: Option<String>,
    /// Maximum number of connections to the site.
    #[arg(long, env = "ASHKAR_MAX_CONNECTIONS", default_value_t = 16_000, value_name = "N")]
    pub(crate) max_connections: usize,
    /// Maximum number of connections to the site from one client, which is an IPv4 address or an IPv6 /64; proxies are
    /// exempt.
    #[arg(long, env = "ASHKAR_MAX_CONNECTIONS_PER_CLIENT", default_value_t = 4096, value_name = "N")]
    pub(crate) max_connections_per_client: usize,
    /// Addresses or networks of caches and proxies in front, separated by commas: the address that they give in
    /// X-Forwarded-For counts as the client.
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
    /// Lets a registry, secret.key or recordings that are lost for good begin anew.
    #[arg(long)]
    pub(crate) anew: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Election {
    /// Shows the current election.
    Show(Output),
    /// Creates or changes the current election from a TOML file; see docs/guide/election.md.
    Set {
        #[command(flatten)]
        output: Output,
        /// The file.
        file: PathBuf,
    },
    /// Lists all elections of the registry, and which one is current.
    List(Output),
    /// Plans a rehearsal of the election on an earlier day. The current election stays so until `use`.
    Rehearse(Rehearse),
    /// Makes another election the current one: the public sees it from then on, and nothing of the former one.
    Use {
        #[command(flatten)]
        output: Output,
        /// Its key; see `ashkar election list`.
        #[arg(value_parser = election_key)]
        key: ElectionKey,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Rehearse {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Its day, such as 2024-02-03.
    #[arg(long, value_name = "DATE")]
    pub(crate) on: jiff::civil::Date,
    /// When its cameras must be on air, such as 09:00; as in the vote by default. The whole plan moves along.
    #[arg(long, value_name = "TIME")]
    pub(crate) on_air: Option<Minute>,
    /// When it ends, such as 21:00; two hours after its polls close by default.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Minute>,
}

/// Reads the key of an election.
fn election_key(text: &str) -> Result<ElectionKey, String> {
    ElectionKey::new(text).map_err(|error| error.to_string())
}

#[derive(Debug, Subcommand)]
pub(crate) enum Stations {
    /// Imports constituencies or stations from a CSV file: all rows or none.
    Import {
        #[command(flatten)]
        output: Output,
        /// Shows what would change, and changes nothing.
        #[arg(long, conflicts_with = "publish")]
        dry_run: bool,
        /// Publishes the list at once, in the owner's way: on a machine of one's own, without a second person.
        #[arg(long)]
        publish: bool,
        /// The file.
        file: PathBuf,
    },
    /// Exports the list.
    Export {
        #[command(flatten)]
        data: Data,
        /// `csv` or `json`.
        #[arg(long, default_value = "csv")]
        format: ListFormat,
        /// Version of the list; the newest by default.
        #[arg(long, value_name = "N")]
        list_version: Option<i64>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum List {
    /// Writes a version of the list as a PDF.
    Pdf(ListPdf),
    /// Publishes a version of the list in the owner's way; at the desk, two persons do.
    Publish(PublishList),
    /// Shows the versions of the list: which are published, and which are drafts.
    Versions {
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PublishList {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Version of the list; the newest by default.
    #[arg(long, value_name = "N")]
    pub(crate) list_version: Option<u32>,
    /// Confirms that one person, the owner of this machine, publishes it.
    #[arg(long, required = true)]
    pub(crate) as_owner: bool,
    /// Number of the decision that the list carries out.
    #[arg(long, value_name = "NUMBER", requires = "decided_on")]
    pub(crate) decision: Option<String>,
    /// Date of that decision, such as 2026-11-01.
    #[arg(long, value_name = "DATE", requires = "decision")]
    pub(crate) decided_on: Option<jiff::civil::Date>,
}

#[derive(Debug, Args)]
pub(crate) struct ListPdf {
    #[command(flatten)]
    pub(crate) data: Data,
    /// `az`, `en` or `ru`.
    #[arg(long, default_value = "az")]
    pub(crate) language: PaperLanguage,
    /// Version of the list; the newest by default.
    #[arg(long, value_name = "N")]
    pub(crate) list_version: Option<u32>,
    /// Number of the decision that the list belongs to.
    #[arg(long, value_name = "NUMBER", requires = "decision_date")]
    pub(crate) decision: Option<String>,
    /// Date of that decision, such as 2026-11-01.
    #[arg(long, value_name = "DATE", requires = "decision")]
    pub(crate) decision_date: Option<jiff::civil::Date>,
    /// Who approved the list.
    #[arg(long, value_name = "NAMES")]
    pub(crate) approved_by: Option<String>,
    /// The file; one that is there is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum PaperLanguage {
    Az,
    En,
    Ru,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ListFormat {
    Csv,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Camera {
    /// Adds a camera, or gives an existing one its first key; prints the key, which is shown only this once.
    Add {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
        /// Pull it from this RTSP address instead of waiting for a publisher.
        #[arg(long, value_name = "URL")]
        pull: Option<String>,
        /// Main camera of the same station, if this is a sub-stream: a lighter form of the same view, which does not
        /// count as a camera.
        #[arg(long, value_name = "CAMERA")]
        sub_of: Option<CameraId>,
        /// Makes it public at once, without anybody's approval of its view: for a machine of one's own. A sub-stream
        /// follows its camera.
        #[arg(long, conflicts_with = "sub_of")]
        approved: bool,
        /// Host and port that publishers reach, for the printed address.
        #[arg(long, env = "ASHKAR_PUSH_HOST", default_value = "127.0.0.1:1935", value_name = "HOST:PORT")]
        push_host: String,
    },
    /// Lists cameras.
    List(Output),
    /// Makes cameras public without anybody's approval of their views: for a machine of one's own.
    Approve(Approve),
    /// Hides a camera from the public at once; it is recorded on. Two persons show it again, at the desk.
    Hide(Hide),
    /// Lists which cameras are public, on whose word, and which are hidden, and why.
    Views(Output),
    /// Replaces a camera's stream key; the old one is void at once.
    Key {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
        /// Host and port that publishers reach, for the printed address.
        #[arg(long, env = "ASHKAR_PUSH_HOST", default_value = "127.0.0.1:1935", value_name = "HOST:PORT")]
        push_host: String,
    },
    /// Removes a camera; its recordings stay.
    Remove {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
    },
    /// Issues a code by which one device at the station is enrolled for a camera; shown only this once. A former code
    /// that nobody used is void.
    Enrol(Enrol),
    /// Lists the devices that were enrolled, also revoked ones.
    Devices {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1; all cameras by default.
        camera: Option<CameraId>,
    },
    /// Shows what the devices at the stations measured of their technical conditions.
    Conditions {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1: its newest report in full, and those before it; by default, a line for each device.
        camera: Option<CameraId>,
        /// Writes the reference still of the newest sign-off into this file, a JPEG as the device sent it.
        #[arg(long, value_name = "FILE", requires = "camera")]
        still: Option<PathBuf>,
    },
    /// Refuses a device for a camera from now on.
    Revoke {
        #[command(flatten)]
        output: Output,
        /// Such as 7/12/1.
        camera: CameraId,
        /// Its id: see `ashkar camera devices`.
        device: String,
    },
}

/// Longest time for which a code of enrolment may be good, hours: thirty days.
const ENROLMENT_HOURS_MAX: i64 = 720;

#[derive(Debug, Args)]
pub(crate) struct Enrol {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Such as 7/12/1.
    pub(crate) camera: CameraId,
    /// How long the code is good, hours.
    #[arg(long, default_value_t = 72, value_name = "HOURS", value_parser = clap::value_parser!(u16).range(1..=ENROLMENT_HOURS_MAX))]
    pub(crate) hours: u16,
    /// Address by which devices reach the centre, such as `https://centre.example:8443`; for the printed command and the
    /// QR code.
    #[arg(long, env = "ASHKAR_CENTRE", value_name = "URL", value_parser = centre_url)]
    pub(crate) centre: Option<String>,
    /// Draws the QR code even if the output is no terminal.
    #[arg(long, requires = "centre", conflicts_with = "json")]
    pub(crate) qr: bool,
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
    /// Enters a figure; it replaces one for the same time and constituency.
    Set {
        #[command(flatten)]
        output: Output,
        /// One of the plan's turnout times, in the election's zone: 10:00.
        at: Minute,
        /// Percent of the voters on the register: 8.12.
        percent: Percent,
        /// Source: an address or a text. The site shows it beside the figure.
        #[arg(long, value_name = "TEXT")]
        source: TurnoutSource,
        /// Constituency; the whole country by default.
        #[arg(long, value_name = "N")]
        constituency: Option<u16>,
    },
    /// Lists the figures that were entered.
    List(Output),
    /// Removes a wrong figure.
    Remove {
        #[command(flatten)]
        output: Output,
        /// Its time: 10:00.
        at: Minute,
        /// Constituency; the whole country by default.
        #[arg(long, value_name = "N")]
        constituency: Option<u16>,
    },
}

/// Data directory and output format.
#[derive(Debug, Clone, Args)]
pub(crate) struct Output {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Output in JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Archive {
    /// Reads every recording and reports faults with their places. Exit 0: no fault; 1: faults; 2: could not be
    /// checked.
    Check(Output),
    /// Declares undeclared time between recordings as missing, except where recordings claim a time that had not come
    /// yet. No recording is changed. No centre may run on the data.
    Mend {
        #[command(flatten)]
        output: Output,
        /// Only reports what would be declared.
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

/// A scheme and a host, optionally a port, and nothing after it.
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

/// The same with TLS: over a plain line, a code could be read and used by somebody else.
fn centre_url(text: &str) -> Result<String, String> {
    let is_tls = |url: &String| url.starts_with("https://");
    public_url(text).ok().filter(is_tls).ok_or_else(|| {
        format!("{text:?} is no address of a centre; write it like https://centre.example:8443")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_centre_is_reached_by_tls() {
        assert_eq!(centre_url("https://Centre.example:8443/").as_deref(), Ok("https://centre.example:8443"));
        for wrong in [
            "http://centre.example",
            "centre.example:8443",
            "https://a.example/?code=x",
            "https://a@b.example",
        ] {
            assert!(centre_url(wrong).unwrap_err().contains("write it like"), "{wrong}");
        }
    }

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
