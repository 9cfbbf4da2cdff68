//! The file as it is written: names, types and defaults. What its values mean is checked elsewhere.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    #[serde(default = "data")]
    pub(super) data: PathBuf,
    #[serde(default)]
    pub(super) station: Option<Spanned<String>>,
    pub(super) time_zone: Spanned<String>,
    #[serde(default = "no_centres")]
    pub(super) centres: Spanned<Vec<String>>,
    pub(super) ca: Option<PathBuf>,
    #[serde(default = "rtmp")]
    pub(super) rtmp: SocketAddr,
    #[serde(default = "trust_kernel_clock")]
    pub(super) trust_kernel_clock: bool,
    #[serde(default)]
    pub(super) sound: bool,
    #[serde(default = "ffmpeg")]
    pub(super) ffmpeg: PathBuf,
    pub(super) font: Option<PathBuf>,
    #[serde(default = "disk_reserve_bytes")]
    pub(super) disk_reserve_bytes: Spanned<u64>,
    pub(super) disk_keep_free_bytes: Option<Spanned<u64>>,
    #[serde(default = "journal_bytes")]
    pub(super) journal_bytes: u32,
    #[serde(default)]
    pub(super) technician: RawTechnician,
    #[serde(default = "no_cameras")]
    pub(super) camera: Spanned<Vec<RawCamera>>,
}

/// The table `[technician]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTechnician {
    #[serde(default = "technician")]
    pub(super) listen: SocketAddr,
}

impl Default for RawTechnician {
    fn default() -> Self {
        Self { listen: technician() }
    }
}

/// A table `[[camera]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCamera {
    pub(super) id: Spanned<String>,
    pub(super) source: Spanned<String>,
    pub(super) password_file: Option<Spanned<PathBuf>>,
    pub(super) name: Option<Spanned<String>>,
    pub(super) clock: Option<Spanned<bool>>,
    pub(super) width: Option<Spanned<u32>>,
    pub(super) height: Option<Spanned<u32>>,
    pub(super) frame_rate: Option<Spanned<u32>>,
    pub(super) bitrate: Option<Spanned<u32>>,
    pub(super) input_format: Option<Spanned<String>>,
    pub(super) masks: Option<Spanned<Vec<Vec<[f64; 2]>>>>,
    pub(super) onvif: Option<Spanned<RawOnvif>>,
}

/// The table `[camera.onvif]`: what an IP camera is told to show.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOnvif {
    pub(super) address: Option<Spanned<String>>,
    pub(super) name: Option<Spanned<String>>,
    pub(super) masks: Option<Spanned<Vec<Vec<[f64; 2]>>>>,
}

fn data() -> PathBuf {
    PathBuf::from("ashkar-agent-data")
}

fn rtmp() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::UNSPECIFIED, 1935))
}

fn technician() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8090))
}

fn trust_kernel_clock() -> bool {
    true
}

fn ffmpeg() -> PathBuf {
    PathBuf::from("ffmpeg")
}

fn no_centres() -> Spanned<Vec<String>> {
    Spanned::new(0..0, Vec::new())
}

fn no_cameras() -> Spanned<Vec<RawCamera>> {
    Spanned::new(0..0, Vec::new())
}

fn disk_reserve_bytes() -> Spanned<u64> {
    Spanned::new(0..0, 1 << 30)
}

/// Shorter than a centre's: an agent's disk is small, and room is given back by whole journals.
fn journal_bytes() -> u32 {
    64 << 20
}
