//! One camera's table: its source, and the picture that is made of it if the agent encodes.

use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ashkar_ingest::rtsp::{RtspSource, Transport};
use ashkar_onvif::Address;
use ashkar_terms::CameraId;
use toml::Spanned;
use url::Url;

use super::error::{ConfigError, Place};
use super::file::{Raw, RawCamera, RawOnvif};
use super::mask::{self, Picture, Polygon};

/// Longest source, bytes.
const MAX_SOURCE_BYTES: usize = 4096;
/// Longest file of a password, bytes.
const MAX_PASSWORD_BYTES: u64 = 4096;

/// A camera.
#[derive(Debug, Clone)]
pub struct CameraConfig {
    /// Such as 7/12/1.
    pub id: CameraId,
    /// Where its pictures come from.
    pub source: Source,
    /// How an IP camera is asked and set, if it is one.
    pub onvif: Option<Onvif>,
}

/// What an IP camera is told over ONVIF. The agent records as it comes: whether the camera obeys is seen in the picture.
#[derive(Debug, Clone)]
pub struct Onvif {
    /// Its device service.
    pub address: Address,
    /// The text in its picture.
    pub name: String,
    /// What it is to cover.
    pub masks: Vec<Polygon>,
}

/// Where a camera's pictures come from.
#[derive(Clone)]
pub enum Source {
    /// Pulled from an IP camera.
    Rtsp(Box<RtspSource>),
    /// Pushed by an encoder, with the camera's key.
    Rtmp,
    /// A webcam, encoded by a child process.
    V4l2(V4l2, Picture),
    /// A file in a loop, in real time: for rehearsals.
    File(PathBuf, Picture),
    /// A command line that writes FLV to its standard output.
    Command(String),
    /// Handed over by the program that the agent runs in, by [`Agent::feed`](crate::Agent::feed); in no file.
    Fed,
}

/// A webcam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V4l2 {
    /// Its device.
    pub device: PathBuf,
    /// The format that it is asked for.
    pub input_format: String,
}

impl Source {
    /// The kind of source, and what of it may be shown.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Rtsp(source) => source.to_string(),
            Self::Rtmp => "rtmp".to_owned(),
            Self::V4l2(webcam, _) => format!("v4l2 {}", webcam.device.display()),
            Self::File(path, _) => format!("file {}", path.display()),
            // A command line may hold a password.
            Self::Command(_) => "command".to_owned(),
            Self::Fed => "fed".to_owned(),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// Reads one table.
pub(super) fn read(
    table: &RawCamera,
    raw: &Raw,
    place: &Place<'_>,
    directory: &Path,
) -> Result<CameraConfig, ConfigError> {
    let id: CameraId = table.id.get_ref().parse().map_err(|error: ashkar_terms::ParseCameraIdError| {
        place.wrong(table.id.span(), "id", error.to_string())
    })?;
    let wrong = |reason: String| place.wrong(table.source.span(), "source", reason);
    let text = table.source.get_ref().as_str();
    if text.len() > MAX_SOURCE_BYTES {
        return Err(wrong(format!("{} bytes; the limit is {MAX_SOURCE_BYTES}", text.len())));
    }
    let scheme = text.split(':').next().unwrap_or_default();
    let rest = text.get(scheme.len() + 1..).unwrap_or_default().trim();
    if !matches!(scheme, "v4l2" | "file") {
        refuse_keys_of_encoders(table, place)?;
    }
    if scheme != "v4l2"
        && let Some(format) = &table.input_format
    {
        return Err(place.wrong(format.span(), "input_format", "only a webcam (v4l2:) is asked for one"));
    }
    if scheme != "rtsp"
        && let Some(file) = &table.password_file
    {
        return Err(place.wrong(file.span(), "password_file", "only an rtsp:// source has a password"));
    }
    if rest.is_empty() && scheme != "rtmp" {
        return Err(wrong(UNKNOWN_SOURCE.to_owned()));
    }
    let source = match scheme {
        "rtsp" | "rtsps" => Source::Rtsp(Box::new(rtsp(id, table, place, directory)?)),
        "rtmp" if text == "rtmp" => Source::Rtmp,
        "v4l2" => {
            let input_format = input_format(table, place)?;
            let webcam = V4l2 { device: PathBuf::from(rest), input_format };
            Source::V4l2(webcam, mask::picture(id, table, raw, place)?)
        }
        "file" => Source::File(directory.join(rest), mask::picture(id, table, raw, place)?),
        "command" => Source::Command(rest.to_owned()),
        _ => return Err(wrong(UNKNOWN_SOURCE.to_owned())),
    };
    let onvif = onvif(id, &source, table, raw, place)?;
    Ok(CameraConfig { id, source, onvif })
}

/// Each camera that is pulled is asked at the usual address, unless the settings name another.
fn onvif(
    id: CameraId,
    source: &Source,
    table: &RawCamera,
    raw: &Raw,
    place: &Place<'_>,
) -> Result<Option<Onvif>, ConfigError> {
    let Source::Rtsp(source) = source else {
        return match &table.onvif {
            Some(own) => Err(place.wrong(own.span(), "onvif", "only an rtsp:// source is an IP camera")),
            None => Ok(None),
        };
    };
    let none = RawOnvif::default();
    let own = table.onvif.as_ref().map_or(&none, Spanned::get_ref);
    let address = match &own.address {
        Some(own) => Address::parse(own.get_ref())
            .map_err(|error| place.wrong(own.span(), "address", error.to_string()))?,
        None => match Address::usual(source.host()) {
            Ok(address) => address,
            Err(_) => return Ok(None),
        },
    };
    let name = mask::name(id, own.name.as_ref(), raw, place)?;
    let masks = mask::masks(own.masks.as_ref(), place)?;
    Ok(Some(Onvif { address, name, masks }))
}

/// The text is not repeated: it may hold a password.
const UNKNOWN_SOURCE: &str = "not a source; write \"rtsp://user@host/path\", \"rtmp\", \"v4l2:/dev/video0\", \
    \"file:/path/clip.mp4\" or \"command: program arguments\"";

/// Pictures that come coded are recorded as they are, so nothing can be drawn into them or changed.
fn refuse_keys_of_encoders(table: &RawCamera, place: &Place<'_>) -> Result<(), ConfigError> {
    let spans = [
        ("masks", table.masks.as_ref().map(Spanned::span)),
        ("name", table.name.as_ref().map(Spanned::span)),
        ("clock", table.clock.as_ref().map(Spanned::span)),
        ("width", table.width.as_ref().map(Spanned::span)),
        ("height", table.height.as_ref().map(Spanned::span)),
        ("frame_rate", table.frame_rate.as_ref().map(Spanned::span)),
        ("bitrate", table.bitrate.as_ref().map(Spanned::span)),
    ];
    let found = spans.into_iter().find_map(|(key, span)| Some((key, span?)));
    let refuse = |(key, span): (&str, Range<usize>)| {
        let reason =
            "only for what the agent encodes itself (v4l2:, file:); other pictures are recorded as they come";
        Err(place.wrong(span, key, reason))
    };
    found.map_or(Ok(()), refuse)
}

fn input_format(table: &RawCamera, place: &Place<'_>) -> Result<String, ConfigError> {
    let Some(format) = &table.input_format else { return Ok("mjpeg".to_owned()) };
    let text = format.get_ref();
    let is_name =
        !text.is_empty() && text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_name {
        Ok(text.clone())
    } else {
        Err(place.wrong(format.span(), "input_format", "a name such as mjpeg or yuyv422"))
    }
}

fn rtsp(
    id: CameraId,
    table: &RawCamera,
    place: &Place<'_>,
    directory: &Path,
) -> Result<RtspSource, ConfigError> {
    let address = match &table.password_file {
        None => table.source.get_ref().clone(),
        Some(file) => {
            let wrong = |reason: String| place.wrong(file.span(), "password_file", reason);
            let password = password(&directory.join(file.get_ref())).map_err(wrong)?;
            with_password(table.source.get_ref(), &password).map_err(wrong)?
        }
    };
    RtspSource::parse(id, &address, Transport::Auto)
        .map_err(|error| place.wrong(table.source.span(), "source", error.to_string()))
}

/// The first line of a file that only its owner and its group can read.
fn password(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let unread = |error: std::io::Error| format!("{shown}: cannot be read: {error}");
    let file = std::fs::File::open(path).map_err(unread)?;
    let mode = file.metadata().map_err(unread)?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err(format!("{shown}: everybody on this machine can read it; chmod o= it"));
    }
    let mut text = String::new();
    file.take(MAX_PASSWORD_BYTES).read_to_string(&mut text).map_err(unread)?;
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(format!("{shown}: its first line is empty")),
    }
}

fn with_password(address: &str, password: &str) -> Result<String, String> {
    let mut url = Url::parse(address).map_err(|error| format!("the source is not an address: {error}"))?;
    if url.username().is_empty() || url.password().is_some() {
        return Err("the source then names a user and no password: rtsp://user@host/path".to_owned());
    }
    let encoded: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
    url.set_password(Some(&encoded)).map_err(|()| "the source names no host".to_owned())?;
    Ok(url.into())
}
