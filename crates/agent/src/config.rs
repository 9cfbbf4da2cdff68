//! `agent.toml`: what the station's cameras are and where their pictures go. Read once, at the start; every mistake is
//! named with its line and its key. The keys and their limits are in `docs/reference/agent-settings.md`.
//!
//! What must never happen: a password in an error or in a `Debug` text.

mod camera;
mod error;
mod file;
mod mask;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ashkar_terms::CameraId;
use jiff::tz::TimeZone;
use url::Url;

pub use camera::{CameraConfig, Onvif, Source, V4l2};
pub use error::ConfigError;
pub use mask::{MAX_CORNERS, MAX_MASKS, Picture, Polygon};

use error::Place;
use file::Raw;

/// The largest file that is read, bytes.
pub const MAX_FILE_BYTES: u64 = 1 << 20;
/// Cameras of one agent. A small computer encodes two or three and records more.
pub const MAX_CAMERAS: usize = 16;
/// Centres, in order of preference.
pub const MAX_CENTRES: usize = 8;
/// Characters of a name that is drawn into the picture.
pub const MAX_NAME_CHARS: usize = 80;
/// Least room on the disk that may be left free, bytes: gaps and ends of segments are still recorded there.
pub const MIN_DISK_RESERVE_BYTES: u64 = 16 << 20;
/// Length of a journal where there are many agents on one disk: each has one, of its full length.
const FED_JOURNAL_BYTES: u32 = 4 << 20;

/// The settings of an agent, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Directory of recordings and keys.
    pub data: PathBuf,
    /// The zone of the clock in the picture: the election's.
    pub zone: String,
    /// Where recordings are sent, the preferred one first.
    pub centres: Vec<Url>,
    /// PEM file of the certificates to trust, instead of this machine's.
    pub ca: Option<PathBuf>,
    /// Address for encoders; opened if a camera has the source `rtmp`.
    pub rtmp: SocketAddr,
    /// Address of the technician's page, if there is one: many agents in one program have none.
    pub technician: Option<SocketAddr>,
    /// Whether the kernel's word that its clock is synchronised counts; otherwise the centre's time alone does.
    pub trust_kernel_clock: bool,
    /// Whether sound is recorded.
    pub sound: bool,
    /// The program that encodes.
    pub ffmpeg: PathBuf,
    /// The font of what is drawn; that of fontconfig if there is none.
    pub font: Option<PathBuf>,
    /// Room on the disk that recordings leave free, bytes.
    pub disk_reserve_bytes: u64,
    /// Free room on the disk below which recordings are removed that the centre has, bytes.
    pub disk_keep_free_bytes: u64,
    /// Length of a journal of the recordings, bytes.
    pub journal_bytes: u32,
    /// Where connections to any centre go, instead of to its own address: a line between them. In no file.
    pub via: Option<SocketAddr>,
    /// The cameras.
    pub cameras: Vec<CameraConfig>,
}

impl Config {
    /// Reads `path`. Paths in it are relative to its directory.
    ///
    /// # Errors
    /// [`ConfigError`], with the line and the key.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let shown = path.display().to_string();
        let unread = |source| ConfigError::Read { path: shown.clone(), source };
        let bytes = std::fs::metadata(path).map_err(unread)?.len();
        if bytes > MAX_FILE_BYTES {
            return Err(ConfigError::TooLong { path: shown, bytes });
        }
        let text = std::fs::read_to_string(path).map_err(unread)?;
        Self::parse(&text, path)
    }

    /// Settings without a file: `cameras` are [fed](Source::Fed) by the program that the agent runs in, for rehearsals.
    pub fn fed(data: PathBuf, zone: String, centre: Url, cameras: &[CameraId]) -> Self {
        let camera = |&id| CameraConfig { id, source: Source::Fed, onvif: None };
        Self {
            data,
            zone,
            centres: vec![centre],
            ca: None,
            rtmp: SocketAddr::from(([127, 0, 0, 1], 0)),
            trust_kernel_clock: true,
            sound: false,
            ffmpeg: PathBuf::from("ffmpeg"),
            font: None,
            technician: None,
            disk_reserve_bytes: MIN_DISK_RESERVE_BYTES,
            disk_keep_free_bytes: keep_free_bytes(MIN_DISK_RESERVE_BYTES, FED_JOURNAL_BYTES),
            journal_bytes: FED_JOURNAL_BYTES,
            via: None,
            cameras: cameras.iter().map(camera).collect(),
        }
    }

    /// Reads `text`, which stands in `path`.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let place = Place { path, text };
        let raw: Raw = toml::from_str(text).map_err(|error| place.not_understood(&error))?;
        let directory = path.parent().unwrap_or_else(|| Path::new(""));
        let zone = zone(&raw, &place)?;
        let centres = centres(&raw, &place)?;
        let disk_reserve_bytes = *raw.disk_reserve_bytes.get_ref();
        if disk_reserve_bytes < MIN_DISK_RESERVE_BYTES {
            let reason = format!("at least {MIN_DISK_RESERVE_BYTES} bytes");
            return Err(place.wrong(raw.disk_reserve_bytes.span(), "disk_reserve_bytes", reason));
        }
        let disk_keep_free_bytes = disk_keep_free_bytes(&raw, &place)?;
        let cameras = cameras(&raw, &place, directory)?;
        Ok(Self {
            data: directory.join(raw.data),
            zone,
            centres,
            ca: raw.ca.map(|ca| directory.join(ca)),
            rtmp: raw.rtmp,
            technician: Some(raw.technician.listen),
            trust_kernel_clock: raw.trust_kernel_clock,
            sound: raw.sound,
            ffmpeg: program(directory, raw.ffmpeg),
            font: raw.font.map(|font| directory.join(font)),
            disk_reserve_bytes,
            disk_keep_free_bytes,
            journal_bytes: raw.journal_bytes,
            via: None,
            cameras,
        })
    }

    /// The camera `id`, if there is one.
    pub fn camera(&self, id: CameraId) -> Option<&CameraConfig> {
        self.cameras.iter().find(|camera| camera.id == id)
    }
}

/// By default twice the reserve. Two journals more than the reserve are the least: one is begun before another can go.
/// Where nobody set it.
fn keep_free_bytes(reserve: u64, journal: u32) -> u64 {
    reserve.saturating_mul(2).max(least_keep_free_bytes(reserve, journal))
}

fn least_keep_free_bytes(reserve: u64, journal: u32) -> u64 {
    reserve.saturating_add(2 * u64::from(journal))
}

fn disk_keep_free_bytes(raw: &Raw, place: &Place<'_>) -> Result<u64, ConfigError> {
    let reserve = *raw.disk_reserve_bytes.get_ref();
    let least = least_keep_free_bytes(reserve, raw.journal_bytes);
    let Some(own) = &raw.disk_keep_free_bytes else {
        return Ok(keep_free_bytes(reserve, raw.journal_bytes));
    };
    if *own.get_ref() < least {
        let reason = format!("at least {least} bytes: disk_reserve_bytes and two journals");
        return Err(place.wrong(own.span(), "disk_keep_free_bytes", reason));
    }
    Ok(*own.get_ref())
}

/// A bare name is looked for where programs are; anything else is a path.
fn program(directory: &Path, name: PathBuf) -> PathBuf {
    if name.components().count() > 1 { directory.join(name) } else { name }
}

/// A zone that this machine does not know would be drawn as UTC without a word.
fn zone(raw: &Raw, place: &Place<'_>) -> Result<String, ConfigError> {
    let name = raw.time_zone.get_ref();
    match TimeZone::get(name) {
        Ok(_) => Ok(name.clone()),
        Err(_) => {
            let reason = format!("{name:?} is no time zone that this machine knows, such as Asia/Baku");
            Err(place.wrong(raw.time_zone.span(), "time_zone", reason))
        }
    }
}

fn centres(raw: &Raw, place: &Place<'_>) -> Result<Vec<Url>, ConfigError> {
    let wrong = |reason: String| place.wrong(raw.centres.span(), "centres", reason);
    let texts = raw.centres.get_ref();
    if texts.len() > MAX_CENTRES {
        return Err(wrong(format!("{} centres; the limit is {MAX_CENTRES}", texts.len())));
    }
    texts.iter().map(|text| centre_address(text).map_err(wrong)).collect()
}

/// The address of a centre: `https`, or `http` to this machine.
///
/// The text of a refusal does not repeat the address: someone may have put a password there.
///
/// # Errors
/// Why it is none.
pub fn centre_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("not an address: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a centre's address has no name and no password".to_owned());
    }
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err("a centre is reached over https only".to_owned()),
    }
}

fn cameras(raw: &Raw, place: &Place<'_>, directory: &Path) -> Result<Vec<CameraConfig>, ConfigError> {
    let tables = raw.camera.get_ref();
    let wrong = |reason: String| place.wrong(raw.camera.span(), "camera", reason);
    if tables.is_empty() {
        return Err(wrong("there is none; write a table [[camera]] with id and source for each".to_owned()));
    }
    if tables.len() > MAX_CAMERAS {
        return Err(wrong(format!("{} cameras; the limit is {MAX_CAMERAS}", tables.len())));
    }
    let mut cameras: Vec<CameraConfig> = Vec::with_capacity(tables.len());
    for table in tables {
        let camera = camera::read(table, raw, place, directory)?;
        if cameras.iter().any(|other| other.id == camera.id) {
            return Err(place.wrong(
                table.id.span(),
                "id",
                format!("camera {} stands here twice", camera.id),
            ));
        }
        cameras.push(camera);
    }
    Ok(cameras)
}
