//! `ashkar agent`: what runs at the station.

use std::path::PathBuf;

use ashkar_terms::CameraId;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Agent {
    /// Records the cameras that the file of `--config` names, until a signal ends it.
    Run {
        #[command(flatten)]
        data: AgentData,
        /// Prints the state of all cameras as one JSON object a second, instead of a line for a terminal.
        #[arg(long)]
        json: bool,
    },
    /// Enrols this device at a centre with a one-time code of the commission; see `ashkar camera enrol`.
    Enrol(AgentEnrol),
    /// Prints the addresses to which this station's encoders push, with their keys, which are made if they are missing.
    Keys {
        #[command(flatten)]
        data: AgentData,
        /// Host and port by which the encoders reach this computer. Default: as this computer itself does, by the settings.
        #[arg(long, env = "ASHKAR_PUSH_HOST", value_name = "HOST:PORT")]
        push_host: Option<String>,
    },
    /// Measures whether line, disk, computer and cameras are good enough. Exit 0: yes; 1: something is not; 2: could not
    /// be measured.
    Doctor {
        #[command(flatten)]
        data: AgentData,
        /// Sends the report to the centre.
        #[arg(long)]
        send: bool,
        /// Output in JSON.
        #[arg(long)]
        json: bool,
    },
    /// Looks for IP cameras in the station's network, and says what they are; those of the settings are asked with their
    /// password, all others for their clock alone.
    #[command(args_conflicts_with_subcommands = true)]
    Cameras {
        /// How long answers are waited for, seconds; with 0 only the settings' cameras are asked.
        #[arg(long, default_value_t = 3, value_name = "SECONDS", value_parser = clap::value_parser!(u8).range(0..=30))]
        wait: u8,
        /// Output in JSON.
        #[arg(long)]
        json: bool,
        #[command(subcommand)]
        command: Option<AgentCameras>,
    },
    /// Lists the webcams of this computer.
    Devices {
        /// Output in JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AgentCameras {
    /// Sets name, time, zone and masks of the settings in an IP camera, and says what the camera then says of each. Exit 0:
    /// all is so; 1: something is not.
    Set {
        /// Such as 7/12/1.
        camera: CameraId,
        /// Output in JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AgentEnrol {
    #[command(flatten)]
    pub(crate) data: AgentData,
    /// The code, such as 7K2M-9QXW-40TB-HZ8C-5.
    pub(crate) code: String,
    /// Address of the centre for agents, such as `https://centre.example:8443`.
    #[arg(long, env = "ASHKAR_AGENT_CENTRE", value_name = "URL", value_parser = ashkar_agent::config::centre_address)]
    pub(crate) centre: url::Url,
    /// File of certificates (PEM) to trust instead of those of this machine; by default, `ca` of the agent's file.
    #[arg(long, env = "ASHKAR_AGENT_CA", value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// What the device is called at the centre; by default, the name of this computer.
    #[arg(long, env = "ASHKAR_AGENT_NAME", value_name = "TEXT")]
    pub(crate) name: Option<String>,
}

/// The agent's data directory.
#[derive(Debug, Args)]
pub(crate) struct AgentData {
    /// Data directory of the agent, instead of the one that its file names.
    #[arg(long, env = "ASHKAR_AGENT_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}
