//! `ashkar programme` and `ashkar stock`.

use std::path::PathBuf;

use ashkar_election::{ElectionKey, Holder, OfConstituency, Percent, Serial, StationId};
use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Programme {
    /// Shows where the stations stand: how many at which stage, what is late, what blocks.
    Board {
        #[command(flatten)]
        output: Output,
        /// Only this constituency.
        #[arg(long, value_name = "N")]
        constituency: Option<u16>,
    },
    /// Imports responsible persons and due dates from a CSV file: all rows or none. Stages that it does not name stay as
    /// they are.
    Import(ProgrammeImport),
    /// Stations without a camera, and why.
    #[command(subcommand)]
    WithoutCamera(WithoutCamera),
    /// Records how many stations shall have cameras, and in how many constituencies.
    Decide {
        #[command(flatten)]
        output: Output,
        /// Stations.
        #[arg(long, value_name = "N")]
        stations: u32,
        /// Constituencies.
        #[arg(long, value_name = "N")]
        constituencies: u16,
        /// Stations of single constituencies, if that was decided too, such as 7=12,8=9.
        #[arg(long, value_name = "N=STATIONS", value_delimiter = ',', value_parser = of_constituency)]
        of: Vec<OfConstituency>,
    },
    /// Records the commission's decision about the list.
    Decision {
        #[command(flatten)]
        output: Output,
        /// Its number, such as 12/45.
        number: String,
        /// Its date, such as 2024-01-20.
        date: Date,
        /// Version of the list; the newest by default.
        #[arg(long, value_name = "N")]
        list_version: Option<u32>,
    },
    /// Records of each station how it did in a rehearsal, from the recordings of that day. No server may run on the data
    /// directory.
    RehearsalResults {
        #[command(flatten)]
        output: Output,
        /// The rehearsal's key; see `ashkar election list`.
        #[arg(value_parser = super::election_key)]
        key: ElectionKey,
        /// Share of what each camera owed that must be there, percent.
        #[arg(long, value_name = "PERCENT", default_value = "99.00")]
        at_least: Percent,
        /// Shows the results, and records nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WithoutCamera {
    /// Imports the complete list of stations without a camera from a CSV file: all rows or none.
    Import(ProgrammeImport),
    /// Lists them.
    List(Output),
}

#[derive(Debug, Args)]
pub(crate) struct ProgrammeImport {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Shows how much would change, and changes nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The file: see docs/reference/programme.md.
    pub(crate) file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Stock {
    /// Lists all devices, and who has them.
    List(Output),
    /// Enters a device.
    Add {
        #[command(flatten)]
        item: StockCommand,
        /// What it is, such as `camera`.
        #[arg(long, value_name = "TEXT")]
        kind: String,
    },
    /// Hands a device over to a station or a person.
    HandOver {
        #[command(flatten)]
        item: StockCommand,
        /// Who gets it: station:7/12 or person:NAME.
        #[arg(long, value_name = "HOLDER")]
        to: Holder,
        /// Who has it: stock, station:7/12 or person:NAME. It is refused if somebody else has it.
        #[arg(long, value_name = "HOLDER", default_value = "stock")]
        from: Holder,
    },
    /// Takes a device back into the stock.
    Return {
        #[command(flatten)]
        item: StockCommand,
        /// Who had it: station:7/12 or person:NAME; whoever has it by default.
        #[arg(long, value_name = "HOLDER")]
        from: Option<Holder>,
    },
    /// Records that what a device held was deleted.
    Wipe(StockCommand),
    /// Names a device as the spare of a station.
    Spare {
        #[command(flatten)]
        output: Output,
        /// Its serial number.
        serial: Serial,
        /// Such as 7/12; without it the device is nobody's spare any more.
        station: Option<StationId>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct StockCommand {
    #[command(flatten)]
    pub(crate) output: Output,
    /// Its serial number.
    pub(crate) serial: Serial,
    /// A note.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
}

fn of_constituency(text: &str) -> Result<OfConstituency, String> {
    let wrong = || format!("{text:?} is no number of a constituency; write it like 7=12");
    let (constituency, stations) = text.split_once('=').ok_or_else(wrong)?;
    let constituency = constituency.trim().parse().map_err(|_| wrong())?;
    Ok(OfConstituency { constituency, stations: stations.trim().parse().map_err(|_| wrong())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constituencys_number_has_one_form() {
        assert_eq!(of_constituency("7=12"), Ok(OfConstituency { constituency: 7, stations: 12 }));
        for wrong in ["", "7", "7=", "=12", "7:12", "70000=1", "7=-1"] {
            assert!(of_constituency(wrong).unwrap_err().contains("write it like"), "{wrong}");
        }
    }
}
