//! The command lines about people of the desk, and about the audit trail.

use ashkar_election::{PersonName, Role};
use clap::{Args, Subcommand};

use super::{Output, public_url};

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Makes an account; prints the link by which its owner enters it, which is shown only this once.
    Add(UserAdd),
    /// Lists the accounts.
    List(Output),
}

#[derive(Debug, Args)]
pub(crate) struct UserAdd {
    #[command(flatten)]
    pub(crate) output: Output,
    /// The name to sign in with: 2 to 32 of a-z, 0-9, ".", "_" and "-".
    pub(crate) name: PersonName,
    /// administrator, commission, operator, technician or auditor.
    #[arg(long)]
    pub(crate) role: Role,
    /// The name that others see; by default, the name to sign in with.
    #[arg(long, value_name = "NAME")]
    pub(crate) display_name: Option<String>,
    /// Constituencies that an operator or a technician looks after, separated by commas; all by default.
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub(crate) constituencies: Vec<u16>,
    /// How long the link is good, hours.
    #[arg(long, default_value_t = 72, value_name = "HOURS", value_parser = clap::value_parser!(u16).range(1..=720))]
    pub(crate) hours: u16,
    /// Address by which people reach the desk, such as `https://desk.example`; for the printed link.
    #[arg(long, env = "ASHKAR_DESK_URL", value_name = "URL", default_value = "http://localhost:8080", value_parser = public_url)]
    pub(crate) desk_url: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Reads the whole trail and checks that it is what was recorded. Exit 0: it is; 1: it is not.
    Check(Output),
    /// Prints all entries, one JSON object in a line, oldest first.
    Export(Output),
}
