//! `ashkar report`.

use std::path::PathBuf;

use ashkar_election::ElectionKey;
use ashkar_site::routes::api::types::CompletenessLevel;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Report {
    /// How much of what each camera, station and constituency owed is there, from recordings on which no centre runs. A
    /// centre that runs gives it as `/api/v1/completeness`.
    Completeness(CompletenessOptions),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct CompletenessOptions {
    /// Data directory; no server may run on it.
    #[arg(long, env = "ASHKAR_DATA", value_name = "DIR", default_value = "ashkar-data")]
    pub(crate) data: PathBuf,
    /// Counts what was owed until then, such as 2024-02-07T12:00:00+04:00, with all that has arrived since; now by default.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::Timestamp>,
    /// Of this election, such as a rehearsal, instead of the current one; see `ashkar election list`.
    #[arg(long, value_name = "KEY", value_parser = super::election_key)]
    pub(crate) election: Option<ElectionKey>,
    /// Only this constituency.
    #[arg(long, value_name = "N")]
    pub(crate) constituency: Option<u16>,
    /// `text`, `csv` or `json`.
    #[arg(long, default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Rows of the CSV: `camera`, `station` or `constituency`.
    #[arg(long, default_value = "station")]
    pub(crate) level: ReportLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportFormat {
    Text,
    Csv,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ReportLevel {
    Camera,
    Station,
    Constituency,
}

impl From<ReportLevel> for CompletenessLevel {
    fn from(level: ReportLevel) -> Self {
        match level {
            ReportLevel::Camera => Self::Camera,
            ReportLevel::Station => Self::Station,
            ReportLevel::Constituency => Self::Constituency,
        }
    }
}
