//! The picture that the agent encodes: size, rate, what is drawn into it, and what is covered.

use ashkar_terms::CameraId;
use toml::Spanned;

use super::MAX_NAME_CHARS;
use super::error::{ConfigError, Place};
use super::file::{Raw, RawCamera};

/// Polygons of one camera.
pub const MAX_MASKS: usize = 32;
/// Corners of one polygon.
pub const MAX_CORNERS: usize = 64;

/// Least and largest side of a picture, pixels; both are even.
const SIDE: (u32, u32) = (16, 4096);
/// Least and largest rate of pictures, a second.
const FRAME_RATE: (u32, u32) = (1, 60);
/// Least and largest rate of the video, bits a second.
const BITRATE: (u32, u32) = (100_000, 20_000_000);

/// A picture that the agent encodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// Pictures a second that a webcam is asked for.
    pub frame_rate: u32,
    /// Bits a second.
    pub bitrate: u32,
    /// Drawn at the top.
    pub name: String,
    /// Whether a clock is drawn.
    pub clock: bool,
    /// What is covered before anything is recorded.
    pub masks: Vec<Polygon>,
}

/// Corners of what is covered, in fractions of the picture from its upper left: (across, down).
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon(pub Vec<(f64, f64)>);

pub(super) fn picture(
    id: CameraId,
    table: &RawCamera,
    raw: &Raw,
    place: &Place<'_>,
) -> Result<Picture, ConfigError> {
    let number = |key: &str, value: &Option<Spanned<u32>>, default: u32, (least, most): (u32, u32)| {
        let Some(value) = value else { return Ok(default) };
        if (least..=most).contains(value.get_ref()) {
            Ok(*value.get_ref())
        } else {
            Err(place.wrong(value.span(), key, format!("from {least} to {most}")))
        }
    };
    let side = |key: &str, value: &Option<Spanned<u32>>, default: u32| {
        let side = number(key, value, default, SIDE)?;
        match value {
            Some(value) if side % 2 == 1 => Err(place.wrong(value.span(), key, "an even number")),
            _ => Ok(side),
        }
    };
    Ok(Picture {
        width: side("width", &table.width, 1280)?,
        height: side("height", &table.height, 720)?,
        frame_rate: number("frame_rate", &table.frame_rate, 25, FRAME_RATE)?,
        bitrate: number("bitrate", &table.bitrate, 1_500_000, BITRATE)?,
        name: name(id, table.name.as_ref(), raw, place)?,
        clock: table.clock.as_ref().is_none_or(|clock| *clock.get_ref()),
        masks: masks(table.masks.as_ref(), place)?,
    })
}

/// The camera's own name, or the station's, and always the camera's number.
pub(super) fn name(
    id: CameraId,
    own: Option<&Spanned<String>>,
    raw: &Raw,
    place: &Place<'_>,
) -> Result<String, ConfigError> {
    let (key, given) = match (own, &raw.station) {
        (Some(name), _) => ("name", name),
        (None, Some(station)) => ("station", station),
        (None, None) => return Ok(id.to_string()),
    };
    let text = given.get_ref();
    let chars = text.chars().count();
    if chars > MAX_NAME_CHARS {
        return Err(place.wrong(
            given.span(),
            key,
            format!("{chars} characters; the limit is {MAX_NAME_CHARS}"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(place.wrong(given.span(), key, "one line without control characters"));
    }
    Ok(format!("{id}  {text}").trim_end().to_owned())
}

pub(super) fn masks(
    masks: Option<&Spanned<Vec<Vec<[f64; 2]>>>>,
    place: &Place<'_>,
) -> Result<Vec<Polygon>, ConfigError> {
    let Some(masks) = masks else { return Ok(Vec::new()) };
    let wrong = |reason: String| place.wrong(masks.span(), "masks", reason);
    let polygons = masks.get_ref();
    if polygons.len() > MAX_MASKS {
        return Err(wrong(format!("{} polygons; the limit is {MAX_MASKS}", polygons.len())));
    }
    let mut read = Vec::with_capacity(polygons.len());
    for corners in polygons {
        if !(3..=MAX_CORNERS).contains(&corners.len()) {
            return Err(wrong(format!("{} corners; a polygon has 3 to {MAX_CORNERS}", corners.len())));
        }
        if !corners.iter().flatten().all(|value| (0.0..=1.0).contains(value)) {
            return Err(wrong("corners are fractions of the picture, from 0.0 to 1.0".to_owned()));
        }
        read.push(Polygon(corners.iter().map(|[across, down]| (*across, *down)).collect()));
    }
    Ok(read)
}
